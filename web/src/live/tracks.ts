// Tracks now on the ground. Plain data, not reactive: the map reads it when it draws, lists when
// `tracksChanged` ticks. A track unseen for a second fades, after three it is gone with its trail.

import { signal } from '@preact/signals'
import type { SourceTracks, SourceView } from '../wire/types'

/** A track's place on the ground, with its 95 % ellipse. */
export interface PlacedTrack {
  source_id: string
  session_id: string
  track_id: number
  class_name: string
  lat: number
  lon: number
  semi_major_m: number
  semi_minor_m: number
  orientation_deg: number
  observed_at: string | null
}

/** The tracks of a message in full: the wire names sources by number and counts in small units. */
export function unpackTracks(
  groups: readonly SourceTracks[],
  bySource: (number: number) => SourceView | undefined,
  sentAt: string,
): PlacedTrack[] {
  const sentMs = Date.parse(sentAt)
  return groups.flatMap(([number, ageMs, places]) => {
    const source = bySource(number)
    if (!source?.session_id) return []
    const { source_id, session_id } = source
    const observed_at = ageMs === null ? null : new Date(sentMs - ageMs).toISOString()
    return places.map(([track_id, class_name, latE6, lonE6, majorCm, minorCm, orientation_deg]) => ({
      source_id,
      session_id,
      track_id,
      class_name,
      lat: latE6 / 1e6,
      lon: lonE6 / 1e6,
      semi_major_m: majorCm / 100,
      semi_minor_m: minorCm / 100,
      orientation_deg,
      observed_at,
    }))
  })
}

export const FADE_AFTER_MS = 1000
export const GONE_AFTER_MS = 3000
const TRAIL_POINTS = 80
const TRAIL_MS = 20_000
/** Trail points closer in time than this are not worth their memory. */
const TRAIL_STEP_MS = 180

export interface TrailPoint {
  lon: number
  lat: number
  atMs: number
}

export interface LiveTrack {
  key: string
  track: PlacedTrack
  /** When the page last heard of it, on the page's monotonic clock. */
  heardAtMs: number
  firstHeardAtMs: number
  trail: TrailPoint[]
}

export const trackKey = (t: { source_id: string; session_id: string; track_id: number }): string =>
  `${t.source_id}/${t.session_id}/${t.track_id}`

/** 1 while fresh, falling to 0 when it is gone. */
export function freshness(heardAtMs: number, nowMs: number): number {
  const age = nowMs - heardAtMs
  if (age <= FADE_AFTER_MS) return 1
  if (age >= GONE_AFTER_MS) return 0
  return 1 - (age - FADE_AFTER_MS) / (GONE_AFTER_MS - FADE_AFTER_MS)
}

export class TrackStore {
  readonly #tracks = new Map<string, LiveTrack>()

  heard(tracks: readonly PlacedTrack[], nowMs: number): void {
    for (const track of tracks) {
      const key = trackKey(track)
      const known = this.#tracks.get(key)
      if (known && nowMs - known.heardAtMs < GONE_AFTER_MS) {
        known.track = track
        known.heardAtMs = nowMs
        extend(known.trail, track, nowMs)
      } else {
        const trail = [{ lon: track.lon, lat: track.lat, atMs: nowMs }]
        this.#tracks.set(key, { key, track, heardAtMs: nowMs, firstHeardAtMs: nowMs, trail })
      }
    }
  }

  /** Tracks that are not gone yet; those that are get forgotten. */
  current(nowMs: number): LiveTrack[] {
    for (const [key, track] of this.#tracks) {
      if (nowMs - track.heardAtMs >= GONE_AFTER_MS) this.#tracks.delete(key)
    }
    return [...this.#tracks.values()]
  }

  get(key: string, nowMs: number): LiveTrack | null {
    const track = this.#tracks.get(key)
    return track && nowMs - track.heardAtMs < GONE_AFTER_MS ? track : null
  }

  /** A source started again or went away: its old sessions' tracks mean nothing any more. */
  keepOnly(sessionOfSource: (sourceId: string) => string | null | undefined): void {
    for (const [key, { track }] of this.#tracks) {
      const session = sessionOfSource(track.source_id)
      if (session === undefined || (session !== null && session !== track.session_id)) {
        this.#tracks.delete(key)
      }
    }
  }

  clear(): void {
    this.#tracks.clear()
  }
}

function extend(trail: TrailPoint[], track: PlacedTrack, nowMs: number): void {
  const last = trail.at(-1)
  const point = { lon: track.lon, lat: track.lat, atMs: nowMs }
  const before = trail.at(-2)
  if (last && before && last.atMs - before.atMs < TRAIL_STEP_MS) trail[trail.length - 1] = point
  else trail.push(point)
  while (trail.length > TRAIL_POINTS || (trail[0] && nowMs - trail[0].atMs > TRAIL_MS)) trail.shift()
}

export const tracks = new TrackStore()
export const tracksChanged = signal(0)
