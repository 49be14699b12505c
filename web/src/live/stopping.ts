// Which vehicle the three urgent buttons and keys are for: the selected one; elsewhere in the page,
// the one that this person controls and that is armed.

import { computed } from '@preact/signals'
import { stop, type Urgent } from '../wire/flight'
import { command } from './commands'
import { forgetTarget, picking } from './flyTo'
import { selection, where } from './place'
import { me, whyNot } from './session'
import { controlledBy, vehicleList, vehicleTable, whyOthers } from './vehicles'
import type { VehicleView } from '../wire/types'

export const URGENT: Record<Urgent, string> = { hold: 'Hold position', return: 'Return', land: 'Land' }

export const stoppable = computed<VehicleView | null>(() => {
  const picked = selection.value
  const shown = picked?.kind === 'vehicle' && where.value.screen === 'map' ? vehicleTable.value.get(picked.id) : undefined
  if (shown) return shown
  // What is not known to stand disarmed on the ground may be flying.
  const mine = vehicleList.value.filter((v) => controlledBy(v, me.value?.user_id) && mayFly(v))
  // The one that it was for stays, so that the buttons do not become another's under a finger.
  const same = mine.find((v) => v.vehicle_id === last)
  const now = same ?? mine[0] ?? null
  last = now?.vehicle_id ?? null
  return now
})

let last: string | null = null
const mayFly = (v: VehicleView): boolean => v.armed !== false || v.landed !== 'on_ground'

/** Why it may not be stopped; "" where it may. */
export const whyNotStop = (vehicle: VehicleView): string =>
  whyOthers(vehicle, me.value?.organisation?.organisation_id) || whyNot('stop_flight')

/** At once, whatever the link looks like: only a missing permission keeps it back. */
export function stopNow(vehicle: VehicleView, act: Urgent): void {
  if (whyNotStop(vehicle)) return
  forgetTarget(vehicle.vehicle_id)
  if (picking.peek()?.vehicleId === vehicle.vehicle_id) picking.value = null
  void command(vehicle.vehicle_id, URGENT[act], () => stop(vehicle.vehicle_id, act))
}
