// A file of airspace zones on its way to the station: goes on while one looks at something else, one
// at a time. What the station made of the last one is kept: its notes are said only once.

import { signal } from '@preact/signals'
import { asProblem, madeHere } from '../wire/problems'
import { importDataset } from '../wire/papers'
import type { DatasetDetail, Problem } from '../wire/types'

export const MAX_FILE_BYTES = 64 * 1024 * 1024

export interface Importing {
  name: string
  size: number
  sent: number
  cancel: () => void
}

export const importing = signal<Importing | null>(null)
/** The last import of this page: what was read, or why it was not. */
export const imported = signal<DatasetDetail | null>(null)
export const importProblem = signal<Problem | null>(null)

const MB = 1024 * 1024

/** Why the station would not take a file; "" where it may. */
export function whyNotSend(file: { name: string; size: number }): string {
  if (file.size === 0) return `${file.name} is empty.`
  if (file.size > MAX_FILE_BYTES) {
    return `${file.name} has ${(file.size / MB).toFixed(1)} MB; a file may have ${MAX_FILE_BYTES / MB} MB.`
  }
  return ''
}

/** Sends a file and answers what was read; null: it was cancelled or refused, see `importProblem`. */
export async function importFile(file: File): Promise<DatasetDetail | null> {
  if (importing.peek() !== null) return null
  importProblem.value = null
  const why = whyNotSend(file)
  if (why) {
    importProblem.value = madeHere('file', why, 'Choose another file.').problem
    return null
  }
  const stopped = new AbortController()
  const now: Importing = { name: file.name, size: file.size, sent: 0, cancel: () => stopped.abort() }
  importing.value = now
  const onProgress = (sent: number) => (importing.value = { ...now, sent: Math.min(sent, file.size) })
  try {
    return (imported.value = await importDataset(file, { onProgress, signal: stopped.signal }))
  } catch (error) {
    if (!stopped.signal.aborted) importProblem.value = asProblem(error)
    return null
  } finally {
    importing.value = null
  }
}

/** Whoever signs in next at this desk begins anew. */
export function forgetImport(): void {
  importing.peek()?.cancel()
  imported.value = null
  importProblem.value = null
}
