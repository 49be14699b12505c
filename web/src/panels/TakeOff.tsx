// Take off: to a height above home, with the permissions that the airspace above asks for.

import { useState } from 'preact/hooks'
import { PlaneTakeoff } from 'lucide'
import { command } from '../live/commands'
import { motions } from '../live/motion'
import { takeOff } from '../wire/flight'
import { HoldButton } from '../ui/Button'
import { Note, Waiting } from '../ui/parts'
import { AirspaceCheck, asksFor, missing, permissionsOf, type References } from './Airspace'
import { homeAmsl } from './aircraftWords'
import { HEIGHT_HINT, readHeight } from './FlyTo'
import { useCheck, type Check } from './useCheck'
import type { GoToRequest, VehicleView } from '../wire/types'

const USUAL_M = '30'

/** Straight up to so high: checked as a flight to where it stands. */
function requestOf(vehicle: VehicleView, heightM: number | null): GoToRequest | null {
  const motion = motions.get(vehicle.vehicle_id)
  const home = homeAmsl(vehicle, motion)
  const at = motion?.position
  if (heightM === null || home === null || !at) return null
  // To a metre or so: a drone at rest that wanders by centimetres asks for no new check.
  const rounded = (degrees: number) => Math.round(degrees * 1e5) / 1e5
  return { lat: rounded(at.lat), lon: rounded(at.lon), alt_amsl_m: Math.round(home + heightM), speed_mps: null, permissions: [] }
}

export function TakeOff({ vehicle, whyNot }: { vehicle: VehicleView; whyNot: string }) {
  const [text, setText] = useState(USUAL_M)
  const [said, setSaid] = useState<References>({})
  const height = readHeight(text)
  const check = useCheck(vehicle.vehicle_id, whyNot ? null : requestOf(vehicle, height))
  const send = () => {
    if (height === null) return
    const permissions = check.check ? permissionsOf(asksFor(check.check), said) : []
    void command(vehicle.vehicle_id, `Take off to ${height} m above home`, () =>
      takeOff(vehicle.vehicle_id, { height_home_m: height, permissions }),
    )
  }
  return <TakeOffForm text={text} check={check} said={said} whyNot={whyNot} checking={!whyNot && height !== null} onText={setText} onSay={setSaid} onHeld={send} />
}

export interface TakeOffFormProps {
  text: string
  check: Check
  said: References
  whyNot: string
  checking: boolean
  onText: (text: string) => void
  onSay: (said: References) => void
  onHeld: () => void
}

export function TakeOffForm({ text, check, said, whyNot, checking, onText, onSay, onHeld }: TakeOffFormProps) {
  const height = readHeight(text)
  const left = check.check ? missing(asksFor(check.check), said) : 0
  const why = whyNot || (height === null ? 'Give a height first.' : left > 0 ? 'Type the references first.' : '')
  return (
    <div class="take-off">
      <div class="field take-off-height">
        <label for="take-off-m">Take-off height, metres</label>
        <input
          id="take-off-m"
          class="input"
          inputMode="decimal"
          autocomplete="off"
          aria-describedby="take-off-hint"
          {...(height === null ? { 'aria-invalid': 'true' as const } : {})}
          value={text}
          onInput={(event) => onText(event.currentTarget.value)}
        />
        <p id="take-off-hint" class="field-hint">
          {HEIGHT_HINT}
        </p>
      </div>
      {checking && !check.check && !check.problem && <Waiting>Checking the airspace above it</Waiting>}
      {check.problem && (
        <Note tone="warn">
          <strong>The airspace above it could not be checked.</strong> {check.problem.detail || check.problem.title}
        </Note>
      )}
      {check.check && asksFor(check.check).length > 0 && <AirspaceCheck check={check.check} said={said} onSay={onSay} />}
      <HoldButton icon={PlaneTakeoff} kind="primary" whyNot={why} onHeld={onHeld}>
        {height === null ? 'Hold to take off' : `Hold to take off to ${height} m above home`}
      </HoldButton>
    </div>
  )
}
