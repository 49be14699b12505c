// The sources, by id.

import { computed, signal } from '@preact/signals'
import type { Batch, SourceView } from '../wire/types'

export type SourceTable = ReadonlyMap<string, SourceView>

export const sourceTable = signal<SourceTable>(new Map())

export function tableOf(sources: readonly SourceView[]): SourceTable {
  return new Map(sources.map((source) => [source.source_id, source]))
}

/** What a batch makes of the table: the same object where it changes nothing. */
export function applyBatch(table: SourceTable, batch: Pick<Batch, 'sources' | 'removed_sources'>): SourceTable {
  const removed = batch.removed_sources.filter((id) => table.has(id))
  if (batch.sources.length === 0 && removed.length === 0) return table
  const next = new Map(table)
  for (const source of batch.sources) next.set(source.source_id, source)
  for (const id of removed) next.delete(id)
  return next
}

export const sourceList = computed(() =>
  [...sourceTable.value.values()].sort((a, b) => a.name.localeCompare(b.name, 'en-GB', { numeric: true })),
)
