// What the bench reads: which frame was shown when, with which boxes. Only with ?diagnostics=1.

const LIMIT = 20_000

export interface LiveShown {
  rtp: number
  shown_at_ms: number
  captured_at_ms: number | null
  boxes: number
}

export interface LockedShown {
  rtp: number | null
  picture_number: number | null
  box_number: number | null
}

/** A track's dot as it was drawn on the map, in CSS pixels of the map. */
export interface DotDrawn {
  key: string
  class_name: string
  x: number
  y: number
}

export interface Diagnostics {
  live: LiveShown[]
  locked: LockedShown[]
  dots: DotDrawn[]
  errors: string[]
}

declare global {
  interface Window {
    kestrelDiagnostics?: Diagnostics
  }
}

let found: Diagnostics | null = null

export function startDiagnostics(search: string): void {
  if (new URLSearchParams(search).get('diagnostics') !== '1') return
  found = { live: [], locked: [], dots: [], errors: [] }
  window.kestrelDiagnostics = found
  addEventListener('error', (event) => noteError(event.message))
  addEventListener('unhandledrejection', (event) => noteError(String(event.reason)))
}

export const diagnostics = (): Diagnostics | null => found

export function noteError(words: string): void {
  if (found) bounded(found.errors, words)
}

export function noteDot(dot: DotDrawn): void {
  if (found) bounded(found.dots, dot)
}

export function bounded<T>(list: T[], entry: T, limit = LIMIT): void {
  list.push(entry)
  if (list.length > limit) list.shift()
}
