// The sources, by id.

import { computed, signal } from '@preact/signals'
import type { Batch, SourceFigures, SourceView } from '../wire/types'

export type SourceTable = ReadonlyMap<string, SourceView>

export const sourceTable = signal<SourceTable>(new Map())

export function tableOf(sources: readonly SourceView[]): SourceTable {
  return new Map(sources.map((source) => [source.source_id, source]))
}

type SourceNews = Pick<Batch, 'sent_at' | 'sources' | 'figures' | 'removed_sources'>

/** What a batch makes of the table: the same object where it changes nothing. */
export function applyBatch(table: SourceTable, batch: SourceNews): SourceTable {
  const removed = batch.removed_sources.filter((id) => table.has(id))
  if (batch.sources.length === 0 && batch.figures.length === 0 && removed.length === 0) return table
  const next = new Map(table)
  for (const source of batch.sources) next.set(source.source_id, source)
  for (const id of removed) next.delete(id)
  applyFigures(next, batch.figures, Date.parse(batch.sent_at))
  return next
}

function applyFigures(table: Map<string, SourceView>, all: readonly SourceFigures[], sentMs: number): void {
  if (all.length === 0) return
  const numbers = byNumber(table)
  for (const [number, received_fps, analysed_fps, inference_ms, ageMs, frames_dropped, viewers] of all) {
    const source = numbers.get(number)
    if (!source) continue
    const last_frame_at = ageMs === null ? null : new Date(sentMs - ageMs).toISOString()
    const figures = { received_fps, analysed_fps, inference_ms, last_frame_at, frames_dropped, viewers }
    table.set(source.source_id, { ...source, ...figures })
  }
}

/** The sources by the numbers that tracks and figures name them by. */
export function byNumber(table: SourceTable): ReadonlyMap<number, SourceView> {
  return new Map([...table.values()].map((source) => [source.number, source]))
}

export const sourceList = computed(() =>
  [...sourceTable.value.values()].sort((a, b) => a.name.localeCompare(b.name, 'en-GB', { numeric: true })),
)

/** Ids by number, for what comes many times a second. */
export const sourceNumbers = computed<ReadonlyMap<number, string>>(
  () => new Map([...sourceTable.value.values()].map((source) => [source.number, source.source_id])),
)
