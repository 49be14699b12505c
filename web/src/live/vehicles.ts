// The vehicles, by id: what of them seldom changes. Where they are is in motion.ts.

import { computed, signal } from '@preact/signals'
import type { VehicleView } from '../wire/types'

export type VehicleTable = ReadonlyMap<string, VehicleView>

export const vehicleTable = signal<VehicleTable>(new Map())

export const vehiclesOf = (list: readonly VehicleView[]): VehicleTable =>
  new Map(list.map((vehicle) => [vehicle.vehicle_id, vehicle]))

/** What a batch makes of the table: the same object where it changes nothing. */
export function applyVehicles(table: VehicleTable, changed: readonly VehicleView[], removed: readonly string[]): VehicleTable {
  const gone = removed.filter((id) => table.has(id))
  if (changed.length === 0 && gone.length === 0) return table
  const next = new Map(table)
  for (const vehicle of changed) next.set(vehicle.vehicle_id, vehicle)
  for (const id of gone) next.delete(id)
  return next
}

export const vehicleList = computed(() =>
  [...vehicleTable.value.values()].sort((a, b) => a.name.localeCompare(b.name, 'en-GB', { numeric: true })),
)

/** By the numbers that telemetry names them by. */
export const vehicleNumbers = computed<ReadonlyMap<number, string>>(
  () => new Map(vehicleList.value.map((vehicle) => [vehicle.number, vehicle.vehicle_id])),
)

/** Known to be off the ground. */
export const aloft = (vehicle: VehicleView): boolean =>
  vehicle.landed === 'in_air' || vehicle.landed === 'taking_off' || vehicle.landed === 'landing'

export const controlledBy = (vehicle: VehicleView, userId: string | null | undefined): boolean =>
  vehicle.control !== null && vehicle.control.user_id === userId

/** Somebody else took over what this person flew: the page must say so, nobody else does. */
export interface ControlTaken {
  vehicleId: string
  vehicleName: string
  by: string
  at: string
}

export const controlTaken = signal<ControlTaken | null>(null)

/** The newest of what was this person's before and is somebody else's now. */
export function takenFrom(before: VehicleTable, after: VehicleTable, userId: string | null | undefined): ControlTaken | null {
  if (!userId || before === after) return null
  const taken = [...after.values()].flatMap(({ vehicle_id, name, control }): ControlTaken[] => {
    const was = before.get(vehicle_id)
    if (!was || !controlledBy(was, userId) || control === null || control.user_id === userId) return []
    return [{ vehicleId: vehicle_id, vehicleName: name, by: control.display_name, at: control.taken_at }]
  })
  return taken.sort((a, b) => Date.parse(b.at) - Date.parse(a.at))[0] ?? null
}

/** The station ended this person's control: nobody flies it now. */
export interface ControlEnded {
  vehicleId: string
  vehicleName: string
  /** It is not told of any more. */
  gone: boolean
  /** When the page learnt it, epoch ms of this device. */
  atMs: number
}

export const controlEnded = signal<ControlEnded | null>(null)

/** Vehicles that this page is handing back: that it ends is no news. */
export const handingBack = new Set<string>()

/** A vehicle that was this person's before and is nobody's now, without this page having asked. */
export function endedFrom(before: VehicleTable, after: VehicleTable, userId: string | null | undefined): ControlEnded | null {
  if (!userId) return null
  let found: ControlEnded | null = null
  for (const was of before.values()) {
    const now = after.get(was.vehicle_id)
    if (!controlledBy(was, userId) || (now && now.control !== null)) continue
    if (handingBack.delete(was.vehicle_id)) continue
    found = { vehicleId: was.vehicle_id, vehicleName: was.name, gone: now === undefined, atMs: Date.now() }
  }
  return found
}

const OTHERS = 'It belongs to another organisation. They fly it; you only see it.'

/** Why a vehicle is not this person's to fly or stop, whatever their role; "" where it may be. */
export const whyOthers = (vehicle: VehicleView, organisationId: string | null | undefined): string =>
  organisationId && vehicle.organisation_id !== organisationId ? OTHERS : ''
