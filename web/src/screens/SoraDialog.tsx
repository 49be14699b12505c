// UK SORA: what the volumes round a plan are reckoned from; then they are on the map.

import { useState } from 'preact/hooks'
import { drawnVolumes, lastApplication } from '../live/papers'
import { go } from '../live/place'
import { planOpen } from '../live/plan'
import { whyNot } from '../live/session'
import { mapCommands } from '../map/commands'
import { Dialog } from '../ui/Dialog'
import { Choice, Field, Form, useSending } from '../ui/Field'
import { Note } from '../ui/parts'
import { readVolumes } from '../wire/papers'
import { Words } from './PermissionDialog'
import { applicationOf, COEFFICIENTS, soraText, whyNoVolumes, whyNotReckon, type SoraText } from './sora'
import type { Application, CheckPlan } from '../wire/types'

const AIRFRAMES: { value: Application['airframe']; words: string }[] = [
  { value: 'rotary', words: 'Rotary: stops and goes back' },
  { value: 'fixed_wing', words: 'Fixed wing: turns round' },
]
const DESCENTS: { value: Application['descent']; words: string }[] = [
  { value: 'ballistic', words: 'Falls as a stone (rotary)' },
  { value: 'one_to_one', words: 'As far as it is high' },
  { value: 'parachute', words: 'By parachute' },
]

export function SoraDialog({ plan, onClose }: { plan: CheckPlan; onClose: () => void }) {
  const [of, set] = useState(() => soraText(plan, lastApplication.peek()))
  const change = (more: Partial<SoraText>) => set((was) => ({ ...was, ...more }))
  const sending = useSending()
  const noVolumes = whyNoVolumes(plan)
  const why = whyNot('see_papers') || whyNotReckon(of, plan)
  const draw = async () => {
    const said = applicationOf(of, plan)
    const volumes = await readVolumes(said)
    lastApplication.value = said
    drawnVolumes.value = { said, volumes }
    onClose()
    planOpen.value = true // where their legend is on a narrow screen
    go('map')
    const outer = volumes.buffer[0] ?? []
    // Once the map is there to be moved.
    setTimeout(() => mapCommands.peek()?.showPlaces(outer.map(([lon = 0, lat = 0]) => ({ lat, lon }))), 300)
  }
  return (
    <Dialog title="SORA volumes of the plan" onClose={onClose}>
      <Form sending={sending} go="Draw them on the map" going="Reckoning" kept="Nothing was drawn; what you typed is still here." {...(why ? { whyNot: why } : {})} onSend={() => void sending.run(draw)}>
        {noVolumes && <Note tone="warn">{noVolumes}</Note>}
        <p class="field-hint">
          Round {plan.path.length === 1 ? 'the point' : `the ${plan.path.length} points`} of the plan. It is no authorisation and replaces no risk assessment.
        </p>
        <div class="one-line">
          <Field label="Title of the operation" value={of.title} maxLength={200} placeholder="Roof survey, Town Hall" onInput={(title) => change({ title })} focus />
          <Field label="Aircraft model" value={of.model} maxLength={200} onInput={(model) => change({ model })} />
        </div>
        <div class="one-line">
          <Choice label="How it turns away" value={of.airframe} options={AIRFRAMES} onChoose={(airframe) => change({ airframe })} />
          <Choice label="How it comes down when it is ended" value={of.descent} options={DESCENTS} onChoose={(descent) => change({ descent })} />
        </div>
        <div class="three-line">
          <Field label="Greatest dimension, m" value={of.span} numeric onInput={(span) => change({ span })} />
          <Field label="Greatest speed, m/s" value={of.speed} numeric onInput={(speed) => change({ speed })} />
          <Field label="Mass, kg (optional)" value={of.mass} numeric onInput={(mass) => change({ mass })} />
        </div>
        <div class="one-line">
          <Field label="Flight geography to either side, m" value={of.halfWidth} numeric onInput={(halfWidth) => change({ halfWidth })} />
          <Field label="People below, a km² (empty: not counted)" value={of.people} numeric onInput={(people) => change({ people })} />
        </div>
        <label class="check">
          <input type="checkbox" checked={of.controlled} onChange={(event) => change({ controlled: event.currentTarget.checked })} />
          The ground below is controlled: nobody uninvolved is there
        </label>
        <details class="more-fields">
          <summary>Coefficients</summary>
          <div class="one-line">
            {COEFFICIENTS.map(({ name, words }) => (
              <Field key={name} label={words} numeric value={of.coefficients[name]} onInput={(typed) => change({ coefficients: { ...of.coefficients, [name]: typed } })} />
            ))}
          </div>
        </details>
        <div class="one-line">
          <Words label="Crew, a line each" value={of.crew} most={20_000} onInput={(crew) => change({ crew })} />
          <Words label="Mitigations, a line each" value={of.mitigations} most={20_000} onInput={(mitigations) => change({ mitigations })} />
        </div>
      </Form>
    </Dialog>
  )
}
