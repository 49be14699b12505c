// Figures as people read them.

import { timeWords } from '../live/time'
import { trackShape } from '../video/drawBoxes'
import type { LiveTrack } from '../live/tracks'
import type { Watched } from '../video/player'
import type { SourceView } from '../wire/types'

export const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`

export const fpsWords = (fps: number): string => `${fps >= 9.95 ? fps.toFixed(0) : fps.toFixed(1)} fps`

/** "4 people, 1 vehicle"; "" for nobody. */
export function seenWords(tracks: readonly LiveTrack[]): string {
  const n = { person: 0, vehicle: 0, other: 0 }
  for (const { track } of tracks) n[trackShape(track.class_name)] += 1
  return [
    n.person && count(n.person, 'person', 'people'),
    n.vehicle && count(n.vehicle, 'vehicle'),
    n.other && count(n.other, 'other thing'),
  ]
    .filter(Boolean)
    .join(', ')
}

const COMPASS = ['north', 'north-east', 'east', 'south-east', 'south', 'south-west', 'west', 'north-west']

export function headingWords(deg: number): string {
  return `${COMPASS[Math.round(deg / 45) % 8] ?? 'north'} (${Math.round(deg)}°)`
}

export const placeWords = (lat: number, lon: number): string => `${lat.toFixed(5)}, ${lon.toFixed(5)}`

export function pictureWords(source: SourceView): string {
  const size = source.width > 0 ? `${source.width} × ${source.height}` : ''
  return [source.codec, size].filter(Boolean).join(', ') || 'none yet'
}

const CAPTURED = {
  agent: 'the camera agent’s clock',
  sender_report: 'the publisher’s own reports',
  unknown: 'unknown',
}

export const capturedWords = (source: SourceView): string => CAPTURED[source.captured_at_from]

/** [figure, what it is worth]. */
export function latencyWords(source: SourceView, watched: Watched, heldBackMs: number): [string, string] {
  if (source.captured_at_from === 'unknown') return ['not known', 'the publisher does not say when it captured']
  if (watched.clocksDiffer) return ['not known', 'this device’s clock differs from the station’s']
  if (!watched.latency) return ['measuring', '']
  const held = heldBackMs > 0 ? `, and ${heldBackMs} ms held back` : ''
  return [
    `${Math.round(watched.latency.median)} ms`,
    `median; 95 of 100 within ${Math.round(watched.latency.p95)} ms${held}`,
  ]
}

export function sinceWords(iso: string | null, nowMs: number): string {
  return iso === null ? 'never' : timeWords(Date.parse(iso), nowMs)
}

const KINDS: Record<string, string> = { fixed_camera: 'Fixed camera', drone_camera: 'Drone camera' }

export const sourceKindWords = (source: SourceView): string =>
  `${KINDS[source.kind] ?? source.kind}, ${source.origin === 'agent' ? (source.kind === 'drone_camera' ? 'through its drone agent' : 'through a camera agent') : 'over WHIP'}`

export const PASSWORD_HINT = 'At least 10 characters. Three or four words that are not a saying do well.'
