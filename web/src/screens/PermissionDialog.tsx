// A permission that the operator was given: on paper, by e-mail, or by telephone.

import { useId, useRef, useState } from 'preact/hooks'
import { Paperclip, X } from 'lucide'
import { papersWritten, type WantedPermission } from '../live/papers'
import { whyNot } from '../live/session'
import { stationNow } from '../live/time'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Field, Form, useSending } from '../ui/Field'
import { Note, Segments } from '../ui/parts'
import { addDocument, recordPermission } from '../wire/papers'
import { DOCUMENT_ACCEPT, DOCUMENT_HINT, freshPermission, permissionOf, typeOf, whyNotRecord, type PermissionText } from './permissionForm'
import { TimeField } from './TimeField'
import { bytes } from './words'

export const GIVEN = [
  { value: 'telephone' as const, words: 'Telephone' },
  { value: 'email' as const, words: 'E-mail' },
  { value: 'paper' as const, words: 'Paper' },
]

export function PermissionDialog({ wanted, onClose }: { wanted: WantedPermission; onClose: () => void }) {
  const [of, set] = useState(() => freshPermission(wanted, stationNow()))
  const [file, setFile] = useState<File | null>(null)
  /** What was sent already: a second try does not send it again. */
  const sent = useRef<{ file: File; id: string } | null>(null)
  const change = (more: Partial<PermissionText>) => set((was) => ({ ...was, ...more }))
  const sending = useSending()
  const [percent, setPercent] = useState<number | null>(null)
  const phone = of.givenBy === 'telephone'
  const why = whyNot('record_permissions') || whyNotRecord({ ...of, document: file }, stationNow())
  const send = async () => {
    let documentId: string | null = null
    if (file && !phone) {
      if (sent.current?.file !== file) {
        const typed = new File([file], file.name, { type: typeOf(file) })
        const onProgress = (done: number, all: number) => setPercent(all > 0 ? Math.floor((done / all) * 100) : null)
        sent.current = { file, id: (await addDocument(typed, { onProgress })).document_id }
      }
      documentId = sent.current.id
    }
    await recordPermission(permissionOf(of, documentId, wanted.request_id ?? null))
    papersWritten.value += 1
    onClose()
  }
  return (
    <Dialog title="Record a permission" onClose={onClose}>
      <Form
        sending={sending}
        go="Record it"
        going={percent === null || percent >= 100 ? 'Recording it' : `Sending the document, ${percent} %`}
        kept="No permission was recorded; what you typed is still here."
        {...(why ? { whyNot: why } : {})}
        onSend={() => void sending.run(send)}
      >
        {wanted.request_id && <Note>This answers a request: the request is granted with it.</Note>}
        <Field label="Zone: its id or designator" value={of.zone} maxLength={200} placeholder="EGR157" onInput={(zone) => change({ zone })} {...(wanted.zone_id ? {} : { focus: true })} />
        <div class="field">
          <span class="field-label">How it was given</span>
          <Segments name="given-by" legend="How it was given" options={GIVEN} value={of.givenBy} onChoose={(givenBy) => change({ givenBy })} />
        </div>
        <Field
          label={phone ? 'Who gave it: name and office' : 'Who gave it'}
          value={of.grantedBy}
          maxLength={300}
          placeholder={phone ? 'J. Lane, tower, London Heliport' : 'London Heliport, air traffic services'}
          onInput={(grantedBy) => change({ grantedBy })}
          {...(wanted.zone_id ? { focus: true } : {})}
        />
        <div class="one-line">
          <Field label="Reference" value={of.reference} maxLength={200} placeholder={phone ? 'Call 14:03, clearance 7' : 'NATS-2026-4471'} onInput={(reference) => change({ reference })} />
          <TimeField label={phone ? 'When they said it' : 'When it was given'} value={of.givenAt} onChange={(givenAt) => change({ givenAt })} />
        </div>
        <div class="one-line">
          <TimeField label="Holds from" value={of.begins} onChange={(begins) => change({ begins })} />
          <TimeField label="Holds until" value={of.ends} onChange={(ends) => change({ ends })} />
        </div>
        <Field label="Not above, m above mean sea level (empty: no limit was said)" value={of.upper} numeric onInput={(upper) => change({ upper })} />
        <Words label="Conditions, in their words (optional)" value={of.conditions} most={2000} onInput={(conditions) => change({ conditions })} />
        {!phone && <DocumentField file={file} onChange={setFile} />}
      </Form>
    </Dialog>
  )
}

export function Words(props: { label: string; value: string; most: number; rows?: number; onInput: (value: string) => void }) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <textarea id={id} class="input" rows={props.rows ?? 3} maxLength={props.most} value={props.value} onInput={(event) => props.onInput(event.currentTarget.value)} />
    </div>
  )
}

function DocumentField({ file, onChange }: { file: File | null; onChange: (file: File | null) => void }) {
  const id = useId()
  const picker = useRef<HTMLInputElement>(null)
  return (
    <div class="field">
      <label for={id}>Document (optional)</label>
      <div class="acts">
        <Button icon={Paperclip} onPress={() => picker.current?.click()}>
          {file ? 'Choose another' : 'Choose a document'}
        </Button>
        {file && (
          <>
            <span>
              {file.name}, {bytes(file.size)}
            </span>
            <Button kind="quiet" icon={X} label="Without a document" onPress={() => onChange(null)} />
          </>
        )}
      </div>
      <input
        id={id}
        ref={picker}
        class="visually-hidden"
        type="file"
        tabIndex={-1}
        accept={DOCUMENT_ACCEPT}
        onChange={(event) => {
          onChange(event.currentTarget.files?.[0] ?? null)
          event.currentTarget.value = ''
        }}
      />
      <p class="field-hint">{DOCUMENT_HINT}</p>
    </div>
  )
}
