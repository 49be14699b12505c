// Fly here: a place picked on the map, what the flight would be, and the press that sends it. It
// stands in the panel, not over the page: hold, return and land stay within reach.

import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { MapPin, Send, X } from 'lucide'
import { command, commands } from '../live/commands'
import { noteTarget, picking, type Place } from '../live/flyTo'
import { motions } from '../live/motion'
import { me } from '../live/session'
import { goTo } from '../wire/flight'
import { Button } from '../ui/Button'
import { Facts, Note, ProblemCard, Segments, Waiting } from '../ui/parts'
import { AirspaceCheck, asksFor, missing, permissionsOf, type References } from './Airspace'
import { CommandLog } from './CommandLine'
import { distanceWords, flightTime, homeAmsl, metres } from './aircraftWords'
import { useCheck, type Check } from './useCheck'
import { useFlightVerdict } from './useFlightVerdict'
import { VerdictInShort } from './Verdict'
import { shortVerdict } from './verdictWords'
import { count, placeWords } from './words'
import type { ComponentChildren } from 'preact'
import type { GoToCheck, GoToRequest, VehicleView } from '../wire/types'

export const LOWEST_M = 2
export const HIGHEST_M = 120

/** A height above home as typed; null where it is none that may be flown. */
export function readHeight(text: string): number | null {
  const n = Number(text.trim().replace(',', '.'))
  return text.trim() !== '' && Number.isFinite(n) && n >= LOWEST_M && n <= HIGHEST_M ? n : null
}

export const HEIGHT_HINT = `Above home, ${LOWEST_M} to ${HIGHEST_M} m.`

/** Home that moved by more than this was set anew; less is how well it is measured. */
const HOME_MOVED_M = 3

/** The height of home to reckon with while a flight is thought of: what is confirmed does not change
 * with each measurement. */
export const steadyHome = (before: number | null, now: number | null): number | null =>
  before === null || (now !== null && Math.abs(now - before) > HOME_MOVED_M) ? now : before

export interface HeightChoice {
  which: 'present' | 'other'
  text: string
}

/** m/s; `own`: as its autopilot is set, which nobody here knows. */
export type Speed = 'own' | '5' | '8' | '12'

/** What is asked of the station; null while the height makes no sense. */
export function requestOf(at: Place, height: HeightChoice, homeAmslM: number | null, speed: Speed): GoToRequest | null {
  const base = { lat: at.lat, lon: at.lon, speed_mps: speed === 'own' ? null : Number(speed), permissions: [] }
  if (height.which === 'present') return { ...base, alt_amsl_m: null }
  const above = readHeight(height.text)
  return above === null || homeAmslM === null ? null : { ...base, alt_amsl_m: homeAmslM + above }
}

export function FlyTo({ vehicle, at, onOther }: { vehicle: VehicleView; at: Place; onOther: () => void }) {
  const [height, setHeight] = useState<HeightChoice>({ which: 'present', text: '' })
  const [speed, setSpeed] = useState<Speed>('8')
  const [said, setSaid] = useState<References>({})
  const [sending, setSending] = useState(false)
  const [refused, setRefused] = useState(0)
  const motion = motions.get(vehicle.vehicle_id)
  const home = useRef<number | null>(null)
  home.current = steadyHome(home.current, homeAmsl(vehicle, motion))
  const request = requestOf(at, height, home.current, speed)
  const check = useCheck(vehicle.vehicle_id, request, refused)
  const { judge, plan } = useFlightVerdict(motion?.position ?? null, at, check.check, request?.speed_mps ?? null)
  const send = async () => {
    if (!request || !check.check) return
    setSending(true)
    const permissions = permissionsOf(asksFor(check.check), said)
    // The height that was shown and checked, not the one that it has when this arrives.
    const { alt_amsl_m } = check.check
    const words = `Fly ${distanceWords(check.check.distance_m)}`
    const done = await command(vehicle.vehicle_id, words, () => goTo(vehicle.vehicle_id, { ...request, alt_amsl_m, permissions }))
    setSending(false)
    // It flew on since it was checked: what is asked for now may be another zone's permission.
    if (!done) setRefused((n) => n + 1)
    if (!done) return
    noteTarget(vehicle.vehicle_id, at, me.peek()?.user_id ?? '')
    picking.value = null
  }
  return (
    <FlyToForm
      at={at}
      check={check}
      height={height}
      speed={speed}
      homeKnown={home.current !== null}
      said={said}
      sending={sending}
      onHeight={setHeight}
      onSpeed={setSpeed}
      onSay={setSaid}
      onSend={() => void send()}
      onOther={onOther}
      onCancel={() => (picking.value = null)}
      verdictWords={shortVerdict(judge.judged.value, judge.freshness.value)}
      verdict={<VerdictInShort judged={judge.judged.value} freshness={judge.freshness.value} plan={plan} said={check.check?.breaches.map((one) => one.zone_id) ?? []} />}
    >
      <CommandLog list={(commands.value.get(vehicle.vehicle_id) ?? []).slice(0, 1).filter((one) => one.state === 'refused')} />
    </FlyToForm>
  )
}

export interface FlyToFormProps {
  at: Place
  check: Check
  height: HeightChoice
  speed: Speed
  homeKnown: boolean
  said: References
  sending: boolean
  /** For the component page: takes no focus. */
  still?: boolean
  onHeight: (height: HeightChoice) => void
  onSpeed: (speed: Speed) => void
  onSay: (said: References) => void
  onSend: () => void
  onOther: () => void
  onCancel: () => void
  /** The verdict beside the button, so that nobody has to scroll for it. */
  verdictWords?: string
  /** Of the flight as a plan: the operator's rules too. */
  verdict?: ComponentChildren
  /** What came of it. */
  children?: ComponentChildren
}

const HEIGHTS = [
  { value: 'present' as const, words: 'Its present height' },
  { value: 'other' as const, words: 'Another' },
]

const SPEEDS = [
  { value: 'own' as const, words: 'Its own' },
  { value: '5' as const, words: '5 m/s' },
  { value: '8' as const, words: '8 m/s' },
  { value: '12' as const, words: '12 m/s' },
]

export function FlyToForm(props: FlyToFormProps) {
  const { height } = props
  const name = useId()
  const head = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (!props.still) head.current?.focus()
  }, [props.at.lat, props.at.lon])
  return (
    <section class="fly-to" role="dialog" aria-label="Fly here">
      <h3 ref={head} tabIndex={-1}>
        Fly here
      </h3>
      <div class="field">
        <span class="field-label">Height</span>
        <Segments name={`${name}-height`} legend="Height" options={HEIGHTS} value={height.which} onChoose={(which) => props.onHeight({ ...height, which })} />
      </div>
      {height.which === 'other' && <HeightField {...props} />}
      <div class="field">
        <span class="field-label">Speed</span>
        <Segments name={`${name}-speed`} legend="Speed" options={SPEEDS} value={props.speed} onChoose={props.onSpeed} />
      </div>
      <Found {...props} />
      {props.verdict}
      {props.children}
      <div class="acts">
        <Button icon={MapPin} onPress={props.onOther}>
          Another place
        </Button>
        <Button icon={X} onPress={props.onCancel}>
          Cancel
        </Button>
      </div>
      <div class="fly-to-acts">
        <Button kind="primary" icon={Send} whyNot={whyNotSend(props)} {...(props.sending ? { busy: 'Sending' } : {})} onPress={props.onSend}>
          Fly there
        </Button>
        {whyNotSend(props) === '' && props.check.check && <p class="fly-to-sum">{`${inShort(props.check.check)} ${props.verdictWords ?? ''}`.trim()}</p>}
      </div>
    </section>
  )
}

/** What is confirmed, beside the button that confirms it. */
export function inShort({ distance_m, seconds, height_agl_m, alt_amsl_m, breaches, airspace }: GoToCheck): string {
  const time = seconds === null ? 'time not known' : flightTime(seconds)
  const height = height_agl_m === null ? `${metres(alt_amsl_m)} above sea` : `${metres(height_agl_m)} above ground`
  const zones = breaches.length === 0 ? '' : ` In ${count(breaches.length, 'zone')}, with a permission.`
  return `${distanceWords(distance_m)}, ${time}, ${height}.${zones}${airspace === 'unknown' ? ' Airspace not known.' : ''}`
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
          { name: 'Time', value: flightTime(seconds), more: seconds === null ? 'at its own speed' : '' },
          {
            name: 'Height there',
            value: height_agl_m === null ? `${metres(alt_amsl_m)} above sea` : `${metres(height_agl_m)} above ground`,
            more: height_agl_m === null ? 'above ground: not known' : `${metres(alt_amsl_m)} above sea`,
          },
          { name: 'Place', value: placeWords(at.lat, at.lon) },
        ]}
      />
      {check.check.why_not && <Note tone="warn">{check.check.why_not}</Note>}
      <AirspaceCheck check={check.check} said={said} onSay={onSay} />
    </>
  )
}
