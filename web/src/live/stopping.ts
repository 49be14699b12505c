// Which vehicle the three urgent buttons and keys are for: the selected one; elsewhere in the page,
// the one that this person controls and that is armed.

import { computed } from '@preact/signals'
import { stop, type Urgent } from '../wire/flight'
import { command } from './commands'
import { forgetTarget, picking } from './flyTo'
import { selection, where } from './place'
import { me, whyNot } from './session'
import { aloft, controlledBy, vehicleList, vehicleTable } from './vehicles'
import type { VehicleView } from '../wire/types'

export const URGENT: Record<Urgent, string> = { hold: 'Hold position', return: 'Return', land: 'Land' }

export const stoppable = computed<VehicleView | null>(() => {
  const picked = selection.value
  if (picked?.kind === 'vehicle' && where.value.screen === 'map') return vehicleTable.value.get(picked.id) ?? null
  const mine = vehicleList.value.filter((v) => controlledBy(v, me.value?.user_id) && (v.armed || aloft(v)))
  return mine[0] ?? null
})

/** At once, whatever the link looks like: only a missing permission keeps it back. */
export function stopNow(vehicle: VehicleView, act: Urgent): void {
  if (whyNot('stop_flight')) return
  forgetTarget(vehicle.vehicle_id)
  if (picking.peek()?.vehicleId === vehicle.vehicle_id) picking.value = null
  void command(vehicle.vehicle_id, URGENT[act], () => stop(vehicle.vehicle_id, act))
}
