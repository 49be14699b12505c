// Who the organisation flies as: what a verdict judges by.

import { useState } from 'preact/hooks'
import { UserRoundPlus } from 'lucide'
import { whyNot } from '../live/session'
import { useFetched, Show } from '../panels/Screen'
import { Button } from '../ui/Button'
import { Choice, Field, Form, useSending } from '../ui/Field'
import { Empty } from '../ui/parts'
import { changeOperator, readOperator } from '../wire/papers'
import { isPolice, operatorOf, textOf, whyNotSave, type OperatorText } from './operatorForm'
import { Words } from './PermissionDialog'
import { TimeField } from './TimeField'
import { at } from './words'
import type { OperatorView } from '../wire/types'

const TYPES: { value: OperatorView['type']; words: string }[] = [
  { value: 'COUNCIL', words: 'Council' },
  { value: 'CONTRACTOR', words: 'Contractor' },
  { value: 'POLICE_MPS', words: 'Metropolitan Police' },
  { value: 'POLICE_OTHER', words: 'Another police force' },
]
const CATEGORIES: { value: OperatorView['category']; words: string }[] = [
  { value: 'OPEN_A1', words: 'Open, A1' },
  { value: 'OPEN_A2', words: 'Open, A2' },
  { value: 'OPEN_A3', words: 'Open, A3' },
  { value: 'SPECIFIC_PDRA01', words: 'Specific, PDRA-01' },
  { value: 'SPECIFIC_OA', words: 'Specific, operational authorisation' },
]
const OUTSIDE = { value: 'OUTSIDE_2019_947' as const, words: 'Outside of Regulation 2019/947 (police)' }
const DATUMS = [
  { value: 'agl' as const, words: 'above the ground' },
  { value: 'amsl' as const, words: 'above mean sea level' },
  { value: 'hae' as const, words: 'above the WGS 84 ellipsoid' },
]

export function OperatorPart() {
  const profile = useFetched(async () => ({ held: await readOperator() }))
  const [entering, setEntering] = useState(false)
  return (
    <Show of={profile} what="the operator">
      {({ held }) =>
        held === null && !entering ? (
          <Empty
            icon={UserRoundPlus}
            title="Nobody has said who flies"
            act={
              <Button kind="primary" whyNot={whyNot('manage_airspace')} onPress={() => setEntering(true)}>
                Enter the operator
              </Button>
            }
          >
            Without it a verdict cannot say under which rules a flight is flown, and gives no exemption.
          </Empty>
        ) : (
          <OperatorForm key={held?.changed_at ?? ''} held={held} onSaved={(now) => profile.set({ held: now })} />
        )
      }
    </Show>
  )
}

interface Part {
  of: OperatorText
  change: (more: Partial<OperatorText>) => void
}

export function OperatorForm({ held, onSaved }: { held: OperatorView | null; onSaved: (now: OperatorView) => void }) {
  const [of, set] = useState(() => textOf(held))
  const change = (more: Partial<OperatorText>) => set((was) => ({ ...was, ...more }))
  const sending = useSending()
  const same = held !== null && JSON.stringify(of) === JSON.stringify(textOf(held))
  const why = whyNot('manage_airspace') || (same ? 'Nothing was changed.' : whyNotSave(of, held))
  const save = async () => onSaved(await changeOperator(operatorOf(of, held)))
  const part = { of, change }
  return (
    <div class="operator">
      <Form sending={sending} go="Save" going="Saving" kept="The operator is as it was; what you typed is still here." {...(why ? { whyNot: why } : {})} onSend={() => void sending.run(save)}>
        <div class="columns">
          <Who {...part} />
          <Authorised {...part} />
        </div>
        {held?.changed_at && (
          <p class="field-hint">
            Changed last at {at(held.changed_at)} by {held.changed_by || 'somebody who is gone'}.
          </p>
        )}
      </Form>
    </div>
  )
}

function Who({ of, change }: Part) {
  const police = isPolice(of.type)
  // What a police force alone may be does not outlive a change of type.
  const choose = (type: OperatorView['type']) =>
    change({ type, ...(!isPolice(type) && of.category === OUTSIDE.value ? { category: 'OPEN_A3' as const } : {}) })
  return (
    <section class="card" aria-label="Who flies">
      <h3>Who flies</h3>
      <Field label="Name" value={of.name} maxLength={200} onInput={(name) => change({ name })} />
      <div class="one-line">
        <Choice label="Type" value={of.type} options={TYPES} onChoose={choose} />
        <Choice label="Category" value={of.category} options={police ? [...CATEGORIES, OUTSIDE] : CATEGORIES} onChoose={(category) => change({ category })} />
      </div>
      <div class="one-line">
        <Field label="Operator ID" value={of.operatorId} maxLength={64} placeholder="GBR-OP-…" onInput={(operatorId) => change({ operatorId })} />
        <Field label="Flyer ID" value={of.flyerId} maxLength={64} placeholder="GBR-RP-…" onInput={(flyerId) => change({ flyerId })} />
      </div>
      <div class="one-line">
        <Field label="Class mark of the aircraft" value={of.classMark} maxLength={8} placeholder="UK2, C2; empty: none" onInput={(classMark) => change({ classMark })} />
        <Field label="Mass at take-off, kg" value={of.mass} numeric onInput={(mass) => change({ mass })} />
      </div>
      <Field label="Insurance, the policy’s reference" value={of.insurance} maxLength={200} onInput={(insurance) => change({ insurance })} />
      {police && (
        <div class="one-line">
          <Field label="Force policy, its reference" value={of.policy} maxLength={200} onInput={(policy) => change({ policy })} />
          <Field label="Up to, m above the ground" value={of.policyHeight} numeric onInput={(policyHeight) => change({ policyHeight })} />
        </div>
      )}
    </section>
  )
}

function Authorised({ of, change }: Part) {
  return (
    <section class="card" aria-label="Operational authorisation">
      <h3>Operational authorisation</h3>
      <Field label="Reference (empty: none is held)" value={of.held} maxLength={200} placeholder="UAS-OA-…" onInput={(held) => change({ held })} />
      {of.held.trim() !== '' && (
        <>
          <div class="one-line">
            <TimeField label="Holds from" value={of.heldBegins} empty="Not said" onChange={(heldBegins) => change({ heldBegins })} />
            <TimeField label="Holds until" value={of.heldEnds} empty="Not said" onChange={(heldEnds) => change({ heldEnds })} />
          </div>
          <Field label="Up to, m above the ground (empty: not said)" value={of.heldHeight} numeric onInput={(heldHeight) => change({ heldHeight })} />
          <label class="check">
            <input type="checkbox" checked={of.heldBvlos} onChange={(event) => change({ heldBvlos: event.currentTarget.checked })} />
            Beyond visual line of sight
          </label>
          <Words label="Its volume (empty: anywhere). Corners, one to a line: latitude, longitude" value={of.ring} most={20_000} rows={5} onInput={(ring) => change({ ring })} />
          {of.ring.trim() !== '' && (
            <div class="three-line">
              <Field label="From, m" value={of.lower} numeric onInput={(lower) => change({ lower })} />
              <Field label="Up to, m" value={of.upper} numeric onInput={(upper) => change({ upper })} />
              <Choice label="above" value={of.datum as 'agl'} options={DATUMS as { value: 'agl'; words: string }[]} onChoose={(datum) => change({ datum })} />
            </div>
          )}
        </>
      )}
    </section>
  )
}
