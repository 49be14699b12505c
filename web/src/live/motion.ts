// Where vehicles are and how they move, each reading with the moment it was true on the page's
// monotonic clock, so that its age grows by itself. Plain data, not reactive: the map reads it when
// it draws, panels when `motionChanged` ticks. The last reading is kept when newer ones say nothing.

import { signal } from '@preact/signals'
import { freshness } from './tracks'
import type { VehicleTelemetry, ViewFootprint } from '../wire/types'

export interface Position {
  atMs: number
  lat: number
  lon: number
  altAmslM: number | null
  heightHomeM: number | null
  heightAglM: number | null
}

export interface Velocity {
  atMs: number
  speedMps: number | null
  courseDeg: number | null
  climbMps: number | null
}

export interface Attitude {
  atMs: number
  headingDeg: number
}

export interface Battery {
  atMs: number
  share: number | null
  voltageV: number | null
  minutes: number | null
}

export interface FlownPoint {
  lon: number
  lat: number
  atMs: number
  /** Nothing is known of the way to here. */
  afterGap: boolean
}

export interface Motion {
  /** When the autopilot was last heard; null: never. */
  heartbeatAtMs: number | null
  position: Position | null
  velocity: Velocity | null
  attitude: Attitude | null
  battery: Battery | null
  trail: FlownPoint[]
}

export interface SeenGround {
  atMs: number
  ring: readonly number[][]
}

/** Positions older than this are drawn hollow, with their age. */
export const STALE_AFTER_MS = 3000
/** A footprint that nobody renews is no news of anything. */
const VIEW_GONE_AFTER_MS = 10_000
const TRAIL_POINTS = 300
const TRAIL_STEP_MS = 1000

const emptyMotion = (): Motion => ({
  heartbeatAtMs: null,
  position: null,
  velocity: null,
  attitude: null,
  battery: null,
  trail: [],
})

export class MotionStore {
  readonly #motions = new Map<string, Motion>()
  readonly #views = new Map<string, SeenGround>()

  /** `sentMs`: when the message was sent, on the monotonic clock of this page. */
  heard(rows: readonly VehicleTelemetry[], idOf: (number: number) => string | undefined, sentMs: number): void {
    for (const row of rows) {
      const id = idOf(row[0])
      if (id === undefined) continue
      const motion = this.#motions.get(id) ?? emptyMotion()
      this.#motions.set(id, motion)
      take(motion, row, sentMs)
    }
  }

  heardViews(rows: readonly ViewFootprint[], idOf: (number: number) => string | undefined, sentMs: number): void {
    for (const [number, ageMs, ring] of rows) {
      const id = idOf(number)
      if (id === undefined) continue
      if (ring.length < 3) this.#views.delete(id)
      else this.#views.set(id, { atMs: sentMs - ageMs, ring })
    }
  }

  get(vehicleId: string): Motion | null {
    return this.#motions.get(vehicleId) ?? null
  }

  /** The ground that a source sees, unless that is too old to tell. */
  view(sourceId: string | null, nowMs: number): SeenGround | null {
    const view = sourceId === null ? undefined : this.#views.get(sourceId)
    return view && nowMs - view.atMs < VIEW_GONE_AFTER_MS ? view : null
  }

  /** Vehicles and sources that are gone are forgotten. */
  keepOnly(vehicles: ReadonlyMap<string, unknown>, sources: ReadonlyMap<string, unknown>): void {
    for (const id of this.#motions.keys()) if (!vehicles.has(id)) this.#motions.delete(id)
    for (const id of this.#views.keys()) if (!sources.has(id)) this.#views.delete(id)
  }

  clear(): void {
    this.#motions.clear()
    this.#views.clear()
  }
}

/** When a group's reading was true; null: it was not given, or not newer than what is known. */
function moment(ageMs: number | null, sentMs: number, before: { atMs: number } | null): number | null {
  if (ageMs === null) return null
  const atMs = sentMs - ageMs
  return before && atMs < before.atMs ? null : atMs
}

function take(motion: Motion, row: VehicleTelemetry, sentMs: number): void {
  const [, heartbeat, positionAge, lat, lon, altAmslM, heightHomeM, heightAglM] = row
  const [velocityAge, speedMps, courseDeg, climbMps, attitudeAge, headingDeg] = row.slice(8, 14) as (number | null)[]
  const [batteryAge, share, voltageV, minutes] = row.slice(16) as (number | null)[]
  if (heartbeat !== null) motion.heartbeatAtMs = Math.max(sentMs - heartbeat, motion.heartbeatAtMs ?? -Infinity)
  const placedAt = moment(positionAge, sentMs, motion.position)
  if (placedAt !== null && lat !== null && lon !== null) {
    motion.position = { atMs: placedAt, lat, lon, altAmslM, heightHomeM, heightAglM }
    extend(motion.trail, motion.position)
  }
  const movedAt = moment(velocityAge ?? null, sentMs, motion.velocity)
  if (movedAt !== null) motion.velocity = { atMs: movedAt, speedMps: speedMps ?? null, courseDeg: courseDeg ?? null, climbMps: climbMps ?? null }
  const turnedAt = moment(attitudeAge ?? null, sentMs, motion.attitude)
  if (turnedAt !== null && headingDeg != null) motion.attitude = { atMs: turnedAt, headingDeg }
  const drawnAt = moment(batteryAge ?? null, sentMs, motion.battery)
  if (drawnAt !== null) motion.battery = { atMs: drawnAt, share: share ?? null, voltageV: voltageV ?? null, minutes: minutes ?? null }
}

function extend(trail: FlownPoint[], { lon, lat, atMs }: Position): void {
  const last = trail.at(-1)
  const before = trail.at(-2)
  if (last && atMs <= last.atMs) return
  const afterGap = last !== undefined && atMs - last.atMs > STALE_AFTER_MS
  const point = { lon, lat, atMs, afterGap }
  if (last && before && !afterGap && last.atMs - before.atMs < TRAIL_STEP_MS) {
    trail[trail.length - 1] = { ...point, afterGap: last.afterGap }
  } else trail.push(point)
  if (trail.length > TRAIL_POINTS) trail.shift()
}

/** 1 while fresh, falling to 0 where a reading is shown hollow; 0 for none. */
export const freshOf = (reading: { atMs: number } | null, nowMs: number): number =>
  reading === null ? 0 : freshness(reading.atMs, nowMs)

export const motions = new MotionStore()
export const motionChanged = signal(0)
