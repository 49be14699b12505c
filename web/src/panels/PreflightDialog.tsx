// The preflight itself: who flies with what, what the machine finds, what the pilot looks at, the
// weather, and the signature.

import { useEffect, useState } from 'preact/hooks'
import { CircleCheck, CircleHelp, CircleX } from 'lucide'
import { me } from '../live/session'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Choice, Field, Form, useSending } from '../ui/Field'
import { Icon } from '../ui/Icon'
import { Note, ProblemCard } from '../ui/parts'
import { chooseCrew, openPreflight, readRecords, signPreflight, tickCheck, typeWeather } from '../wire/preflight'
import { NumberField } from './NumberField'
import { inOrder, standingOf, stops, summaryOf, whyNotSign } from './preflightWords'
import type { PreflightNow } from './Preflight'
import type { CheckView, ChooseCrew, OperationsRecords, PreflightView, VehicleView, WeatherView } from '../wire/types'

const ICONS = { passed: CircleCheck, failed: CircleX, unknown: CircleHelp }
const WORDS = { passed: 'Passed', failed: 'Failed', unknown: 'Not known' }
const NOBODY: ChooseCrew = { pilot_id: null, observer_id: null, airframe_id: null, battery_id: null }
const NO_WEATHER: WeatherView = { wind_mps: null, gust_mps: null, visibility_m: null, precipitation: null, temperature_c: null }

export function PreflightDialog({ vehicle, now, onClose }: { vehicle: VehicleView; now: PreflightNow; onClose: () => void }) {
  const [records, setRecords] = useState<OperationsRecords | null>(null)
  const sending = useSending()
  const id = vehicle.vehicle_id
  const run = (act: () => Promise<PreflightView>) => sending.run(async () => now.set(await act()))
  useEffect(() => {
    void sending.run(async () => setRecords(await readRecords()))
  }, [])
  const view = now.view
  const open = view && standingOf(view) === 'open'
  return (
    <Dialog title={`Preflight of ${vehicle.name}`} onClose={onClose}>
      {sending.problem && <ProblemCard problem={sending.problem} kept="Nothing was changed." />}
      {view && !open && <Note>{summaryOf(view)}</Note>}
      {!open ? (
        <Begin records={records} busy={sending.busy} onBegin={(crew) => void run(() => openPreflight(id, crew))} />
      ) : (
        <>
          <Crew records={records} view={view} onChoose={(crew) => void run(() => chooseCrew(id, crew))} />
          <Checks checks={view.checks} />
          <fieldset class="preflight-part">
            <legend>What you look at yourself</legend>
            {view.ticks.map((tick) => (
              <label key={tick.key} class="check">
                <input type="checkbox" checked={tick.done} onChange={(event) => void run(() => tickCheck(id, { key: tick.key, done: event.currentTarget.checked }))} />
                <span>{tick.words}</span>
              </label>
            ))}
          </fieldset>
          <Weather of={view.weather} onType={(weather) => void run(() => typeWeather(id, weather))} />
          <Sign view={view} name={me.value?.display_name ?? ''} sending={sending} onSign={(name, reason) => void run(() => signPreflight(id, { name, reason }))} />
        </>
      )}
    </Dialog>
  )
}

function Begin({ records, busy, onBegin }: { records: OperationsRecords | null; busy: boolean; onBegin: (crew: ChooseCrew) => void }) {
  const [crew, setCrew] = useState<ChooseCrew>(NOBODY)
  const only = records?.batteries.filter((one) => !one.retired).map((one) => one.record_id)
  const battery_id = crew.battery_id ?? (only?.length === 1 ? (only[0] ?? null) : null)
  return (
    <>
      <p>It is made for the mission that the drone holds now, by who has control, and serves one take-off.</p>
      <Chosen records={records} crew={{ ...crew, battery_id }} onChoose={setCrew} />
      <div class="dialog-acts">
        <Button kind="primary" {...(busy ? { busy: 'Asking the station' } : {})} onPress={() => onBegin({ ...crew, battery_id })}>
          Begin the preflight
        </Button>
      </div>
    </>
  )
}

function Crew({ records, view, onChoose }: { records: OperationsRecords | null; view: PreflightView; onChoose: (crew: ChooseCrew) => void }) {
  const { pilot_id, observer_id, airframe_id, battery_id } = view
  return (
    <fieldset class="preflight-part">
      <legend>Who flies with what</legend>
      <Chosen records={records} crew={{ pilot_id, observer_id, airframe_id, battery_id }} onChoose={onChoose} />
    </fieldset>
  )
}

/** The pilot is who has control, the aircraft this one, by the records. */
function Chosen({ records, crew, onChoose }: { records: OperationsRecords | null; crew: ChooseCrew; onChoose: (crew: ChooseCrew) => void }) {
  if (records === null) return null
  const observers = records.crew.filter((one) => !one.retired && one.roles.includes('observer'))
  const batteries = records.batteries.filter((one) => !one.retired)
  const none = { value: '', words: 'None' }
  return (
    <div class="preflight-crew">
      <Choice
        label="Battery"
        value={crew.battery_id ?? ''}
        options={[none, ...batteries.map((one) => ({ value: one.record_id, words: `${one.label}, ${one.cycles ?? 0} cycles` }))]}
        onChoose={(value) => onChoose({ ...crew, battery_id: value || null })}
      />
      <Choice
        label="Observer"
        value={crew.observer_id ?? ''}
        options={[none, ...observers.map((one) => ({ value: one.record_id, words: one.name }))]}
        onChoose={(value) => onChoose({ ...crew, observer_id: value || null })}
      />
    </div>
  )
}

export function Checks({ checks }: { checks: readonly CheckView[] }) {
  return (
    <section class="preflight-part" aria-label="What the machine checks">
      <h3>What the machine checks</h3>
      <ul class="preflight-checks">
        {inOrder(checks).map((check) => (
          <li key={check.key} class={`preflight-check is-${check.state}${stops(check) ? ' is-stop' : ''}`}>
            <Icon of={ICONS[check.state]} />
            <div>
              <b>{check.title}</b> <span class="preflight-state">{stops(check) ? `${WORDS[check.state]}: stops the take-off` : WORDS[check.state]}</span>
              <p class="row-more">{check.words}</p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Weather({ of, onType }: { of: WeatherView | null; onType: (weather: WeatherView) => void }) {
  const [typed, setTyped] = useState<WeatherView>(of ?? NO_WEATHER)
  const change = (more: Partial<WeatherView>) => setTyped((was) => ({ ...was, ...more }))
  return (
    <fieldset class="preflight-part">
      <legend>Weather at the place</legend>
      <div class="preflight-weather">
        <NumberField label="Wind, m/s" value={typed.wind_mps} least={0} most={100} empty="not measured" onChange={(wind_mps) => change({ wind_mps })} />
        <NumberField label="Gusts, m/s" value={typed.gust_mps} least={0} most={100} empty="not measured" onChange={(gust_mps) => change({ gust_mps })} />
        <NumberField label="Temperature, °C" value={typed.temperature_c} least={-60} most={60} empty="not measured" onChange={(temperature_c) => change({ temperature_c })} />
        <NumberField label="Visibility, m" value={typed.visibility_m} least={0} most={100000} empty="not measured" onChange={(visibility_m) => change({ visibility_m })} />
      </div>
      <label class="check">
        <input type="checkbox" checked={typed.precipitation === true} onChange={(event) => change({ precipitation: event.currentTarget.checked })} />
        <span>It rains or snows</span>
      </label>
      <Button onPress={() => onType({ ...typed, precipitation: typed.precipitation ?? false })}>Keep the weather</Button>
    </fieldset>
  )
}

function Sign(props: { view: PreflightView; name: string; sending: ReturnType<typeof useSending>; onSign: (name: string, reason: string) => void }) {
  const [name, setName] = useState('')
  const [emergency, setEmergency] = useState(false)
  const [reason, setReason] = useState('')
  return (
    <Form
      sending={{ ...props.sending, problem: null }}
      go={emergency ? 'Sign in an emergency' : 'Sign the preflight'}
      going="Asking the station"
      kept="It is not signed."
      whyNot={whyNotSign(props.view, name, emergency, reason)}
      onSend={() => props.onSign(name, emergency ? reason : '')}
    >
      <label class="check">
        <input type="checkbox" checked={emergency} onChange={(event) => setEmergency(event.currentTarget.checked)} />
        <span>An emergency: skip my own checks. It is recorded with the reason. No zone’s permission is skipped.</span>
      </label>
      {emergency && <Field label="What the emergency is" value={reason} maxLength={1000} onInput={setReason} />}
      <Field label="Your name, as signature" value={name} hint={`You are signed in as ${props.name}.`} autocomplete="name" onInput={setName} />
    </Form>
  )
}
