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
  /** Who had control when it was sent: this page's person. */
  by: string
  /** It was seen to fly where it is sent since then. */
  begun: boolean
  /** The nearest that it has been to it, m. */
  nearestM: number
}

export const picking = signal<Picking | null>(null)
/** Of flights that this page asked for and the autopilot acknowledged; what others asked for is not
 * known here. */
export const targets = signal<ReadonlyMap<string, Target>>(new Map())

const THERE_M = 8
/** An autopilot takes a moment to say that it is on its way. */
const GRACE_MS = 4000
/** What flies so much away from its target flies to somewhere else: another page of the same person
 * may have sent it there. It needs some of that to turn round. */
const AWAY_M = 60

export function noteTarget(vehicleId: string, place: Place, by: string): void {
  const target = { ...place, sentAtMs: Date.now(), by, begun: false, nearestM: Infinity }
  targets.value = new Map(targets.peek()).set(vehicleId, target)
  others?.postMessage(vehicleId)
}

export function forgetTarget(vehicleId: string): void {
  if (!targets.peek().has(vehicleId)) return
  const next = new Map(targets.peek())
  next.delete(vehicleId)
  targets.value = next
}

/** Whether a vehicle no longer flies to its target, as far as is known: it is there, does something
 * else, is under somebody else's control, or is not heard. Notes in the target what it saw. */
export function ended(target: Target, vehicle: VehicleView | undefined, position: Position | null, nowMs: number): boolean {
  if (vehicle === undefined || vehicle.control?.user_id !== target.by || vehicle.link !== 'connected') return true
  const guided = vehicle.mode === 'guided'
  target.begun ||= guided
  const waited = target.begun || nowMs - target.sentAtMs >= GRACE_MS
  if (waited && !guided) return true
  if (position === null) return false
  const left = metresBetween(position.lat, position.lon, target.lat, target.lon)
  target.nearestM = Math.min(target.nearestM, left)
  return (waited && left < THERE_M) || left > target.nearestM + AWAY_M
}

/** What was heard of vehicles ends targets also while no map is drawn. */
export function forgetEnded(vehicles: ReadonlyMap<string, VehicleView>, positionOf: (id: string) => Position | null): void {
  for (const [id, target] of targets.peek()) {
    if (ended(target, vehicles.get(id), positionOf(id), Date.now())) forgetTarget(id)
  }
}

/** This browser's other pages: what one of them sends elsewhere flies to no older target. */
let others: BroadcastChannel | null = null

export function followOtherPages(): () => void {
  if (typeof BroadcastChannel === 'undefined') return () => undefined
  const channel = new BroadcastChannel('kestrel-flights')
  others = channel
  channel.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (typeof data === 'string') forgetTarget(data)
  }
  return () => {
    channel.close()
    others = null
  }
}
