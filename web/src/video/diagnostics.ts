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

/** A vehicle's telemetry as it came over the live link. Times in epoch ms. */
export interface TelemetryHeard {
  vehicle: string
  sent_at_ms: number
  heard_at_ms: number
  position_age_ms: number | null
}

/** A vehicle as it was drawn on the map, in CSS pixels of the map. */
export interface VehicleDrawn {
  vehicle: string
  drawn_at_ms: number
  x: number
  y: number
}

export interface Diagnostics {
  telemetry: TelemetryHeard[]
  vehicles: VehicleDrawn[]
  /** Also those that could not be heard. */
  sounds: { at_ms: number; loudness: string }[]
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
  found = { live: [], locked: [], dots: [], errors: [], telemetry: [], vehicles: [], sounds: [] }
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

export function noteTelemetry(heard: TelemetryHeard): void {
  if (found) bounded(found.telemetry, heard)
}

export function noteVehicle(drawn: VehicleDrawn): void {
  if (found) bounded(found.vehicles, drawn)
}

export function noteSound(loudness: string): void {
  if (found) bounded(found.sounds, { at_ms: Date.now(), loudness })
}

export function bounded<T>(list: T[], entry: T, limit = LIMIT): void {
  list.push(entry)
  if (list.length > limit) list.shift()
}
