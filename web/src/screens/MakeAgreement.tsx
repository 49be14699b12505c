// An agreement: this organisation gives, another one sees, for a time.

import { useState } from 'preact/hooks'
import { me } from '../live/session'
import { makeAgreement } from '../wire/admin'
import { Dialog } from '../ui/Dialog'
import { Choice, Field, Form, useSending } from '../ui/Field'
import { plain } from './words'
import type { MakeAgreement, OrganisationView } from '../wire/types'

type Covered = MakeAgreement['covers'][number]
const COVERS: Covered[] = ['map', 'video', 'alerts']
const REGIMES = [
  { value: 'uk_gdpr' as const, words: 'UK GDPR' },
  { value: 'dpa_2018_part_3' as const, words: 'Data Protection Act 2018, part 3 (law enforcement)' },
]
const DAY_MS = 86_400_000
const date = (ms: number) => new Date(ms).toISOString().slice(0, 10)

export function MakeAgreementDialog({ organisations, onClose }: { organisations: OrganisationView[]; onClose: () => void }) {
  const others = organisations.filter((o) => o.organisation_id !== me.value?.organisation?.organisation_id)
  const [name, setName] = useState('')
  const [to, setTo] = useState(others[0]?.organisation_id ?? '')
  const [regime, setRegime] = useState<MakeAgreement['legal_regime']>('uk_gdpr')
  const [covers, setCovers] = useState<Covered[]>(['map'])
  const [from, setFrom] = useState(() => date(Date.now()))
  const [until, setUntil] = useState(() => date(Date.now() + 90 * DAY_MS))
  const sending = useSending()
  const whyNot = others.length === 0
    ? 'There is no other organisation here. Whoever runs the station adds one.'
    : !name.trim()
      ? 'Give it a name.'
      : covers.length === 0
        ? 'Choose what it covers.'
        : !(Date.parse(from) < Date.parse(until))
          ? 'It must end after it begins.'
          : ''
  const send = async () => {
    await makeAgreement({
      name: name.trim(),
      to_id: to,
      legal_regime: regime,
      covers,
      starts_at: new Date(from).toISOString(),
      ends_at: new Date(until).toISOString(),
    })
    onClose()
  }
  return (
    <Dialog title="Make an agreement" onClose={onClose}>
      <Form sending={sending} go="Make" going="Making it" kept="Nothing is shared; what you typed is still here." {...(whyNot ? { whyNot } : {})} onSend={() => void sending.run(send)}>
        <Field label="Name" placeholder="Met Police, football season" maxLength={120} value={name} onInput={setName} focus />
        {others.length > 0 && (
          <Choice label="Who sees" value={to} options={others.map((o) => ({ value: o.organisation_id, words: o.name }))} onChoose={setTo} />
        )}
        <Choice label="Under which law" value={regime} options={REGIMES} onChoose={setRegime} />
        <fieldset class="area">
          <legend class="field-label">What</legend>
          <div class="acts">
            {COVERS.map((what) => (
              <label class="check" key={what}>
                <input
                  type="checkbox"
                  checked={covers.includes(what)}
                  onChange={(event) =>
                    setCovers(event.currentTarget.checked ? [...covers, what] : covers.filter((c) => c !== what))
                  }
                />
                {plain(what)}
              </label>
            ))}
          </div>
        </fieldset>
        <div class="one-line">
          <Field label="From" type="date" value={from} onInput={setFrom} />
          <Field label="Until" type="date" value={until} onInput={setUntil} />
        </div>
      </Form>
    </Dialog>
  )
}
