// Picking a place to fly to, and where this page sent which vehicle.

import { signal } from '@preact/signals'
import { metresBetween } from '../map/geometry'
import type { Position } from './motion'
import type { VehicleView } from '../wire/types'

export interface Place {
  lat: number
  lon: number
}

/** `at` null: waiting for a press on the map. */
export interface Picking {
  vehicleId: string
  at: Place | null
}

export interface Target extends Place {
  sentAtMs: number
}

export const picking = signal<Picking | null>(null)
/** Of flights that this page asked for; what others asked for is not known here. */
export const targets = signal<ReadonlyMap<string, Target>>(new Map())

const THERE_M = 8
/** An autopilot takes a moment to say that it is on its way. */
const GRACE_MS = 4000

export function noteTarget(vehicleId: string, place: Place): void {
  targets.value = new Map(targets.peek()).set(vehicleId, { ...place, sentAtMs: Date.now() })
}

export function forgetTarget(vehicleId: string): void {
  if (!targets.peek().has(vehicleId)) return
  const next = new Map(targets.peek())
  next.delete(vehicleId)
  targets.value = next
}

/** Whether a vehicle no longer flies to its target: it is there, or does something else. */
export function ended(target: Target, vehicle: VehicleView | undefined, position: Position | null, nowMs: number): boolean {
  if (vehicle === undefined) return true
  if (nowMs - target.sentAtMs < GRACE_MS) return false
  if (vehicle.mode !== 'guided' && vehicle.mode !== 'unknown') return true
  return position !== null && metresBetween(position.lat, position.lon, target.lat, target.lon) < THERE_M
}
