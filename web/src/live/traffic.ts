// Other aircraft as the station tells them, once a second: crewed ones, and drones by Remote ID.
// Their ages go on here, so that what stops coming turns grey and goes by itself.

import { signal } from '@preact/signals'
import type { AircraftView, RemoteIdView, TrafficView } from '../wire/types'

/** As long as the station keeps them. */
export const GONE_AFTER_MS = 60_000

export interface TrafficHeard {
  view: TrafficView
  /** When it was sent, on the page's monotonic clock. */
  sentMs: number
}

export const traffic = signal<TrafficHeard | null>(null)
/** Whose card is open: see `idOf`. */
export const openTraffic = signal<string | null>(null)

export type OneOf = { kind: 'aircraft'; id: string; of: AircraftView; ageMs: number } | { kind: 'drone'; id: string; of: RemoteIdView; ageMs: number }

/** @param lateMs how long it was on its way at the most. */
export function heardTraffic(view: TrafficView, lateMs: number): void {
  traffic.value = { view, sentMs: performance.now() - lateMs }
}

export function forgetTraffic(): void {
  traffic.value = null
  openTraffic.value = null
}

/** Everything that is not gone, with its age now. */
export function trafficNow(nowMs: number): OneOf[] {
  const heard = traffic.peek()
  if (!heard) return []
  const passed = Math.max(0, nowMs - heard.sentMs)
  const all: OneOf[] = [
    ...heard.view.aircraft.map((of) => ({ kind: 'aircraft' as const, id: `aircraft/${of.icao}`, of, ageMs: of.age_ms + passed })),
    ...heard.view.remote_ids.map((of) => ({ kind: 'drone' as const, id: `drone/${of.source}/${of.key}`, of, ageMs: of.age_ms + passed })),
  ]
  return all.filter((one) => one.ageMs < GONE_AFTER_MS)
}

export const isStale = (one: OneOf): boolean => one.ageMs > (traffic.peek()?.view.stale_after_ms ?? 0)
