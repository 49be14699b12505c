// How a vehicle keeps to the zones and to the volume its flight was approved for; automatic hold.

import { TriangleAlert } from 'lucide'
import { me } from '../live/session'
import { controlledBy } from '../live/vehicles'
import { Button } from '../ui/Button'
import { useSending } from '../ui/Field'
import { Icon } from '../ui/Icon'
import { ProblemCard } from '../ui/parts'
import { setAutoHold } from '../wire/flight'
import type { VehicleView } from '../wire/types'

/** In words; the seconds are the station's, of its last look. */
export function conformanceWords(vehicle: VehicleView): string {
  const { conformance, conformance_s: seconds, conformance_words: words } = vehicle
  switch (conformance) {
    case null:
      return 'Not followed yet.'
    case 'on_ground':
      return 'On the ground.'
    case 'conforming':
      return vehicle.approved_volume ? 'Inside its approved volume, no breach ahead.' : `No breach ahead. ${words}`.trim()
    case 'warning_30':
    case 'warning_10':
      return `${words} In ${seconds ?? 'some'} s.`
    case 'breach':
      return words
    case 'unknown':
      return `Not known: ${words}`
  }
}

const ASKING = ['warning_30', 'warning_10', 'breach', 'unknown']

export function ConformanceRow({ vehicle }: { vehicle: VehicleView }) {
  const sending = useSending()
  const mine = controlledBy(vehicle, me.value?.user_id)
  const asks = vehicle.conformance !== null && ASKING.includes(vehicle.conformance)
  const toggle = () => void sending.run(() => setAutoHold(vehicle.vehicle_id, !vehicle.auto_hold))
  return (
    <section class={`airspace${asks ? ' is-asking' : ''}`} aria-label="Approved flight">
      <h3>
        {asks && <Icon of={TriangleAlert} />}
        Approved flight
      </h3>
      <p class="row-more">{conformanceWords(vehicle)}</p>
      {mine ? (
        <Button pressed={vehicle.auto_hold} onPress={toggle}>
          {vehicle.auto_hold ? 'Automatic hold is on' : 'Automatic hold is off'}
        </Button>
      ) : (
        vehicle.auto_hold && <p class="row-more">Automatic hold is on.</p>
      )}
      {sending.problem && <ProblemCard problem={sending.problem} kept="Automatic hold is as it was." />}
    </section>
  )
}
