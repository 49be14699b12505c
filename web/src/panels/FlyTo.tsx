// Fly here: a place picked on the map, what the flight would be, and the press that sends it. It
// stands in the panel, not over the page: hold, return and land stay within reach.

import { useEffect, useRef, useState } from 'preact/hooks'
import { MapPin, Send, X } from 'lucide'
import { command } from '../live/commands'
import { noteTarget, picking, type Place } from '../live/flyTo'
import { motions } from '../live/motion'
import { goTo } from '../wire/flight'
import { Button } from '../ui/Button'
import { Facts, Note, ProblemCard, Segments, Waiting } from '../ui/parts'
import { AirspaceCheck, asksFor, missing, permissionsOf, type References } from './Airspace'
import { distanceWords, flightTime, homeAmsl, metres } from './aircraftWords'
import { useCheck, type Check } from './useCheck'
import { placeWords } from './words'
import type { GoToRequest, VehicleView } from '../wire/types'

export const LOWEST_M = 2
export const HIGHEST_M = 120

/** A height above home as typed; null where it is none that may be flown. */
export function readHeight(text: string): number | null {
  const n = Number(text.trim().replace(',', '.'))
  return text.trim() !== '' && Number.isFinite(n) && n >= LOWEST_M && n <= HIGHEST_M ? n : null
}

export const HEIGHT_HINT = `Above home, ${LOWEST_M} to ${HIGHEST_M} m.`

export interface HeightChoice {
  which: 'present' | 'other'
  text: string
}

/** What is asked of the station; null while the height makes no sense. */
export function requestOf(at: Place, height: HeightChoice, homeAmslM: number | null): GoToRequest | null {
  const base = { lat: at.lat, lon: at.lon, speed_mps: null, permissions: [] }
  if (height.which === 'present') return { ...base, alt_amsl_m: null }
  const above = readHeight(height.text)
  return above === null || homeAmslM === null ? null : { ...base, alt_amsl_m: homeAmslM + above }
}

export function FlyTo({ vehicle, at }: { vehicle: VehicleView; at: Place }) {
  const [height, setHeight] = useState<HeightChoice>({ which: 'present', text: '' })
  const [said, setSaid] = useState<References>({})
  const [sending, setSending] = useState(false)
  const motion = motions.get(vehicle.vehicle_id)
  const request = requestOf(at, height, homeAmsl(vehicle, motion))
  const check = useCheck(vehicle.vehicle_id, request)
  const send = async () => {
    if (!request || !check.check) return
    setSending(true)
    const permissions = permissionsOf(asksFor(check.check), said)
    const words = `Fly ${distanceWords(check.check.distance_m)}`
    const done = await command(vehicle.vehicle_id, words, () => goTo(vehicle.vehicle_id, { ...request, permissions }))
    setSending(false)
    if (!done) return
    noteTarget(vehicle.vehicle_id, at)
    picking.value = null
  }
  return (
    <FlyToForm
      at={at}
      check={check}
      height={height}
      homeKnown={homeAmsl(vehicle, motion) !== null}
      said={said}
      sending={sending}
      onHeight={setHeight}
      onSay={setSaid}
      onSend={() => void send()}
      onOther={() => (picking.value = { vehicleId: vehicle.vehicle_id, at: null })}
      onCancel={() => (picking.value = null)}
    />
  )
}

export interface FlyToFormProps {
  at: Place
  check: Check
  height: HeightChoice
  homeKnown: boolean
  said: References
  sending: boolean
  onHeight: (height: HeightChoice) => void
  onSay: (said: References) => void
  onSend: () => void
  onOther: () => void
  onCancel: () => void
}

const HEIGHTS = [
  { value: 'present' as const, words: 'Its present height' },
  { value: 'other' as const, words: 'Another' },
]

export function FlyToForm(props: FlyToFormProps) {
  const { height } = props
  const head = useRef<HTMLHeadingElement>(null)
  useEffect(() => head.current?.focus(), [props.at.lat, props.at.lon])
  return (
    <section class="fly-to" role="dialog" aria-label="Fly here">
      <h3 ref={head} tabIndex={-1}>
        Fly here
      </h3>
      <div class="field">
        <span class="field-label">Height</span>
        <Segments name="fly-height" legend="Height" options={HEIGHTS} value={height.which} onChoose={(which) => props.onHeight({ ...height, which })} />
      </div>
      {height.which === 'other' && <HeightField {...props} />}
      <Found {...props} />
      <div class="acts">
        <Button kind="primary" icon={Send} whyNot={whyNotSend(props)} {...(props.sending ? { busy: 'Sending' } : {})} onPress={props.onSend}>
          Fly there
        </Button>
        <Button icon={MapPin} onPress={props.onOther}>
          Another place
        </Button>
        <Button icon={X} onPress={props.onCancel}>
          Cancel
        </Button>
      </div>
    </section>
  )
}

/** Why nothing may be sent now; "" where it may. */
export function whyNotSend({ check, height, homeKnown, said }: Pick<FlyToFormProps, 'check' | 'height' | 'homeKnown' | 'said'>): string {
  if (height.which === 'other' && !homeKnown) return 'The height of its home is not known.'
  if (height.which === 'other' && readHeight(height.text) === null) return 'Give a height first.'
  if (check.problem) return 'The station could not check it.'
  if (!check.check) return 'The station checks it.'
  if (check.check.why_not) return check.check.why_not
  const left = missing(asksFor(check.check), said)
  return left === 0 ? '' : `Type the reference of ${left === 1 ? 'the permission' : `the ${left} permissions`} first.`
}

function HeightField({ height, homeKnown, onHeight }: FlyToFormProps) {
  const wrong = !homeKnown || (height.text.trim() !== '' && readHeight(height.text) === null)
  return (
    <div class="field">
      <label for="fly-height-m">Metres above home</label>
      <input
        id="fly-height-m"
        class="input"
        inputMode="decimal"
        autocomplete="off"
        aria-describedby="fly-height-hint"
        {...(wrong ? { 'aria-invalid': 'true' as const } : {})}
        value={height.text}
        onInput={(event) => onHeight({ ...height, text: event.currentTarget.value })}
      />
      <p id="fly-height-hint" class="field-hint">
        {homeKnown ? HEIGHT_HINT : 'The height of its home is not known, so only its present height can be flown.'}
      </p>
    </div>
  )
}

function Found({ at, check, said, onSay }: FlyToFormProps) {
  if (check.problem) return <ProblemCard problem={check.problem} kept="Nothing was sent." />
  if (!check.check) {
    return (
      <>
        <Facts facts={[{ name: 'Place', value: placeWords(at.lat, at.lon) }]} />
        <Waiting>Checking the way and its airspace</Waiting>
      </>
    )
  }
  const { distance_m, seconds, alt_amsl_m, height_agl_m } = check.check
  return (
    <>
      <Facts
        facts={[
          { name: 'Distance', value: distanceWords(distance_m) },
          { name: 'Time', value: flightTime(seconds), more: seconds === null ? '' : 'at its usual speed' },
          {
            name: 'Height there',
            value: height_agl_m === null ? 'above ground: not known' : `${metres(height_agl_m)} above ground`,
            more: `${metres(alt_amsl_m)} above sea`,
          },
          { name: 'Place', value: placeWords(at.lat, at.lon) },
        ]}
      />
      {check.check.why_not && <Note tone="warn">{check.check.why_not}</Note>}
      <AirspaceCheck check={check.check} said={said} onSay={onSay} />
    </>
  )
}
