// A request to a zone's authority: filled in from a plan, then read, copied and sent on by a person.

import { useState } from 'preact/hooks'
import { Check, Send, X } from 'lucide'
import { openLetter, openPermission, papersWritten, type WantedRequest } from '../live/papers'
import { whyNot } from '../live/session'
import { stationNow } from '../live/time'
import { bothWords } from '../live/zoneTimes'
import { zoneTable } from '../live/zones'
import { Button } from '../ui/Button'
import { CopyButton } from '../ui/Copy'
import { Dialog } from '../ui/Dialog'
import { Field, Form, useSending } from '../ui/Field'
import { Badge, Facts, ProblemCard } from '../ui/parts'
import { askPermission, changeRequest } from '../wire/papers'
import { usualEnd, whyNotAsk } from './permissionForm'
import { Words } from './PermissionDialog'
import { TimeField } from './TimeField'
import { at, plain } from './words'
import type { ChangeRequest, RequestView } from '../wire/types'

export function RequestDialog({ wanted, onClose }: { wanted: WantedRequest; onClose: () => void }) {
  const { plan, zone_id } = wanted
  const [aircraft, setAircraft] = useState('')
  const [purpose, setPurpose] = useState('')
  const [ends, setEnds] = useState<number | null>(() => usualEnd(plan.starts, stationNow()))
  const sending = useSending()
  const why = whyNot('record_permissions') || whyNotAsk({ aircraft, purpose, ends }, plan.starts, stationNow())
  const ask = async () => {
    const made = await askPermission({ zone_id, plan, ends: new Date(ends ?? NaN).toISOString(), aircraft: aircraft.trim(), purpose: purpose.trim() })
    papersWritten.value += 1
    openLetter(made)
  }
  const zone = zoneTable.value.get(zone_id)
  return (
    <Dialog title="Ask for a permission" onClose={onClose}>
      <Form sending={sending} go="Fill in the request" going="Filling it in" kept="Nothing was asked; what you typed is still here." {...(why ? { whyNot: why } : {})} onSend={() => void sending.run(ask)}>
        <Facts
          facts={[
            { name: 'Zone', value: zone?.name ?? zone_id, ...(zone ? { more: zone.designator || zone_id } : {}) },
            { name: 'Ask', value: zone?.authority || 'not known', more: zone?.contact ?? '' },
            { name: 'Begins', value: plan.starts === null ? 'now' : bothWords(Date.parse(plan.starts)) },
          ]}
        />
        <Field label="Aircraft" value={aircraft} maxLength={200} placeholder="DJI Matrice 30T, 3.8 kg" onInput={setAircraft} focus />
        <Field label="What for" value={purpose} maxLength={500} placeholder="Search for a missing person" onInput={setPurpose} />
        <TimeField label="The flight ends" value={ends} onChange={setEnds} />
        <p class="field-hint">The text is filled in with the place, heights and times of the plan. Nothing is sent from here: you read it, copy it and send it.</p>
      </Form>
    </Dialog>
  )
}

const OPEN: readonly RequestView['state'][] = ['drafted', 'sent']
export const isOpen = ({ state }: RequestView): boolean => OPEN.includes(state)

export const RequestBadge = ({ of }: { of: RequestView }) => {
  if (of.state === 'granted') return <Badge tone="live">Granted</Badge>
  if (of.state === 'refused') return <Badge tone="warn">Refused</Badge>
  if (of.state === 'drafted') return <Badge tone="warn" hollow>To be sent</Badge>
  return <Badge hollow={of.state === 'dropped'}>{of.state === 'sent' ? 'Sent, waits for an answer' : plain(of.state)}</Badge>
}

/** Everything about one request, and what may be done with it. */
export function LetterDialog({ request, onClose }: { request: RequestView; onClose: () => void }) {
  const [refusing, setRefusing] = useState(false)
  const [answer, setAnswer] = useState('')
  const sending = useSending()
  const off = whyNot('record_permissions')
  const change = (state: ChangeRequest['state'], words = '') =>
    void sending.run(async () => {
      const now = await changeRequest(request.request_id, { state, answer: words })
      papersWritten.value += 1
      if (state === 'sent') openLetter(now)
      else onClose()
    })
  const grant = () =>
    openPermission({ zone_id: request.zone, request_id: request.request_id, begins: request.begins, ends: request.ends })
  return (
    <Dialog title={`Request: ${request.zone_name || request.zone}`} onClose={onClose}>
      <RequestBadge of={request} />
      <Facts
        facts={[
          { name: 'To', value: request.authority || 'not known' },
          { name: 'Contact', value: request.contact || 'not known' },
          { name: 'For', value: bothWords(Date.parse(request.begins)), more: `until ${bothWords(Date.parse(request.ends))}` },
          { name: 'Made', value: at(request.made_at), more: request.made_by },
          ...(request.answer ? [{ name: 'Answer', value: request.answer }] : []),
        ]}
      />
      <section class="letter" aria-label="Text to send">
        <div class="card-head">
          <h3>Text to send</h3>
          <CopyButton what="the text" text={request.text} />
        </div>
        <pre tabIndex={0}>{request.text}</pre>
      </section>
      {sending.problem && <ProblemCard problem={sending.problem} kept="The request is as it was." />}
      {off && isOpen(request) && <p class="field-hint">{off}</p>}
      {isOpen(request) && !refusing && (
        <div class="acts">
          {request.state === 'drafted' && (
            <Button kind="primary" icon={Send} off={off} {...(sending.busy ? { busy: 'Noting it' } : {})} onPress={() => change('sent')}>
              I have sent it
            </Button>
          )}
          <Button icon={Check} off={off} onPress={grant}>
            Granted: record it
          </Button>
          <Button icon={X} off={off} onPress={() => setRefusing(true)}>
            Refused
          </Button>
          <Button kind="quiet" off={off} onPress={() => change('dropped')}>
            Drop it
          </Button>
        </div>
      )}
      {refusing && (
        <Form
          sending={sending}
          go="Note the refusal"
          going="Noting it"
          kept="The request is as it was."
          {...(answer.trim() ? {} : { whyNot: 'Say what they answered.' })}
          also={<Button onPress={() => setRefusing(false)}>Back</Button>}
          onSend={() => change('refused', answer.trim())}
        >
          <Words label="What they answered" value={answer} most={2000} onInput={setAnswer} />
        </Form>
      )}
    </Dialog>
  )
}
