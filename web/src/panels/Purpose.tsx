// Why somebody looks at people: one line, asked when a picture is opened, kept for the sign-in.

import { useState } from 'preact/hooks'
import { Target } from 'lucide'
import { dialog } from '../live/place'
import { HOW_LONG, isPurpose, purposeWords, recentPurposes, type Said } from '../live/purposes'
import { me, purposeLapsed, sayPurpose } from '../live/session'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Choice, Field, Form, useSending } from '../ui/Field'
import { Icon } from '../ui/Icon'
import { Note } from '../ui/parts'
import { PURPOSE_WORDS, type Purpose } from '../wire/authority'

const OPTIONS = Object.entries(PURPOSE_WORDS).map(([value, words]) => ({ value: value as Purpose, words }))
const ALL: { value: Purpose | ''; words: string }[] = [{ value: '', words: 'Choose a purpose' }, ...OPTIONS]

const saidWords = ({ purpose, note }: Said) => (note ? `${purposeWords(purpose)}: ${note}` : purposeWords(purpose))

/** The question itself: in a tile that waits for it, or in its dialog. */
export function PurposeQuestion({ onSaid }: { onSaid?: () => void }) {
  const now = me.value?.purpose
  const [purpose, setPurpose] = useState<Purpose | ''>(isPurpose(now) ? now : '')
  const [note, setNote] = useState(me.value?.purpose_note ?? '')
  const sending = useSending()
  const say = (said: Said) =>
    void sending
      .run(() => sayPurpose(said.purpose, said.note))
      .then((went) => {
        if (went) onSaid?.()
      })
  const recent = recentPurposes()
  return (
    <Form
      sending={sending}
      go="Look"
      going="Noting it"
      kept="No picture was opened."
      {...(purpose === '' ? { whyNot: 'Choose a purpose first.' } : {})}
      onSend={() => purpose !== '' && say({ purpose, note: note.trim() })}
    >
      {purposeLapsed.value && (
        <Note tone="warn">The purpose you gave has lapsed, and the pictures ended with it. Give one to go on.</Note>
      )}
      {recent.length > 0 && (
        <div class="acts" role="group" aria-label="Purposes you gave lately">
          {recent.map((said) => (
            <Button key={saidWords(said)} onPress={() => say(said)}>
              {saidWords(said)}
            </Button>
          ))}
        </div>
      )}
      <div class="one-line">
        <Choice label="Purpose" value={purpose} options={ALL} onChoose={setPurpose} />
        <Field label="Note, or a reference" placeholder="CAD 1432" maxLength={200} value={note} onInput={setNote} />
      </div>
    </Form>
  )
}

const close = () => (dialog.value = null)

export function PurposeDialog() {
  return (
    <Dialog title="What do you look at people for?" onClose={close}>
      <p class="field-hint">
        Pictures of people are looked at for a purpose. {HOW_LONG}
      </p>
      <PurposeQuestion onSaid={close} />
    </Dialog>
  )
}

/** In the top bar, once there is one: what for, and the way to change it. */
export function PurposeState() {
  const now = me.value
  if (!now?.purpose) return null
  const words = purposeWords(now.purpose)
  return (
    <button type="button" class="button button-quiet purpose" onClick={() => (dialog.value = 'purpose')}>
      <Icon of={Target} />
      <span class="purpose-words">
        <span class="visually-hidden">Purpose: </span>
        {words}
        {now.purpose_note && <span class="topbar-wide"> · {now.purpose_note}</span>}
        <span class="visually-hidden">. Change</span>
      </span>
    </button>
  )
}
