// What the pilot may have a vehicle do. All of it needs control; what cannot be done now says why.

import { MapPin, Power, PowerOff, Route } from 'lucide'
import { command, commands } from '../live/commands'
import { picking } from '../live/flyTo'
import { me, whyNot } from '../live/session'
import { aloft, controlledBy, whyOthers } from '../live/vehicles'
import { Button, HoldButton } from '../ui/Button'
import { Note } from '../ui/parts'
import { arm, disarm, startMission } from '../wire/flight'
import { CommandLog } from './CommandLine'
import { Control } from './Control'
import { Preflight } from './Preflight'
import { TakeOff } from './TakeOff'
import { count } from './words'
import { sheetHeight } from './Sheet'
import type { VehicleView } from '../wire/types'

/** The next press on the map picks a place; on narrow screens the sheet makes room for it. */
export function aim(vehicleId: string): void {
  picking.value = { vehicleId, at: null }
  sheetHeight.value = 'low'
}

/** Why nothing may be commanded; "" where it may. */
export function whyNotFly(vehicle: VehicleView, userId: string | null | undefined, forbidden: string): string {
  if (forbidden) return forbidden
  if (controlledBy(vehicle, userId)) return ''
  return vehicle.control ? `${vehicle.control.display_name} has control.` : 'Take control first.'
}

export function FlightActs({ vehicle }: { vehicle: VehicleView }) {
  const others = whyOthers(vehicle, me.value?.organisation?.organisation_id)
  const forbidden = others || whyNot('fly')
  const why = whyNotFly(vehicle, me.value?.user_id, forbidden)
  const id = vehicle.vehicle_id
  const up = aloft(vehicle)
  const send = (words: string, act: typeof arm) => void command(id, words, () => act(id))
  return (
    <section class="flight-acts" aria-label="What I may do">
      {others ? <Note>{others}</Note> : <Control vehicle={vehicle} />}
      {/* Said once, not at each button of somebody who may not fly at all. */}
      {!forbidden && !up && <Preflight vehicle={vehicle} why={why} />}
      {!forbidden && (
        <FlightButtons
          vehicle={vehicle}
          why={why}
          onArm={() => send('Arm', arm)}
          onDisarm={() => send('Disarm', disarm)}
          onMission={() => send('Start the mission', startMission)}
          onPick={() => aim(id)}
        >
          {!up && <TakeOff vehicle={vehicle} whyNot={why} />}
        </FlightButtons>
      )}
      <CommandLog list={commands.value.get(id) ?? []} />
    </section>
  )
}

export interface FlightButtonsProps {
  vehicle: VehicleView
  why: string
  children?: preact.ComponentChildren
  onArm: () => void
  onDisarm: () => void
  onMission: () => void
  onPick: () => void
}

export function FlightButtons({ vehicle, why, children, onArm, onDisarm, onMission, onPick }: FlightButtonsProps) {
  const up = aloft(vehicle)
  const grounded = vehicle.landed === 'on_ground'
  const points = vehicle.mission_total ?? 0
  return (
    <>
      {why && !vehicle.control && <p class="flight-why">{why}</p>}
      <div class="acts">
        <Button kind={up && !why ? 'primary' : 'plain'} icon={MapPin} off={why} whyNot={why || up ? '' : grounded ? 'It is not in the air.' : 'It is not known to be in the air.'} onPress={onPick}>
          Fly to a place
        </Button>
        {points > 0 && (
          <HoldButton icon={Route} kind="plain" off={why} whyNot={!why && !up && !vehicle.armed ? 'Arm it first.' : ''} onHeld={onMission}>
            Hold to start the mission of {count(points, 'point')}
            {grounded && vehicle.armed && ': it takes off'}
          </HoldButton>
        )}
      </div>
      {!up && (
        <div class="acts">
          {vehicle.armed ? (
            <HoldButton icon={PowerOff} kind="plain" off={why} whyNot={why || grounded ? '' : 'It is not known to be on the ground.'} onHeld={onDisarm}>
              Hold to disarm: propellers stop
            </HoldButton>
          ) : (
            <HoldButton icon={Power} off={why} onHeld={onArm}>
              Hold to arm: propellers turn
            </HoldButton>
          )}
        </div>
      )}
      {children}
    </>
  )
}
