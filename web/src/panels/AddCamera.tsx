// A new camera: the station makes a WHIP address and a token that is shown once.

import { useState } from 'preact/hooks'
import { dialog, select } from '../live/place'
import { Button } from '../ui/Button'
import { Copyable } from '../ui/Copy'
import { Dialog } from '../ui/Dialog'
import { Note, ProblemCard } from '../ui/parts'
import { addSource } from '../wire/http'
import { asProblem } from '../wire/problems'
import { readPlace, type PlaceText } from './placeForm'
import type { Problem, SourceAdded } from '../wire/types'

export function AddCamera() {
  const [added, setAdded] = useState<SourceAdded | null>(null)
  const close = () => (dialog.value = null)
  return (
    <Dialog title={added ? 'Publish to this address' : 'Add a camera'} onClose={close}>
      {added ? <Address of={added} onDone={close} /> : <Form onAdded={setAdded} />}
    </Dialog>
  )
}

function Form({ onAdded }: { onAdded: (added: SourceAdded) => void }) {
  const [name, setName] = useState('')
  const [place, setPlace] = useState<PlaceText>({ lat: '', lon: '', heading: '' })
  const [wrong, setWrong] = useState('')
  const [problem, setProblem] = useState<Problem | null>(null)
  const [busy, setBusy] = useState(false)
  const send = async () => {
    const read = readPlace(place)
    const sentence = name.trim() === '' ? 'Give the camera a name.' : 'wrong' in read ? read.wrong : ''
    setWrong(sentence)
    setProblem(null)
    if (sentence || 'wrong' in read) return
    setBusy(true)
    try {
      onAdded(await addSource({ name: name.trim(), ...read.place }))
    } catch (error) {
      setProblem(asProblem(error))
    } finally {
      setBusy(false)
    }
  }
  const part = (key: keyof PlaceText, words: string, example: string) => (
    <div class="field">
      <label for={`add-${key}`}>{words}</label>
      <input
        id={`add-${key}`}
        class="input"
        inputMode="decimal"
        autocomplete="off"
        placeholder={example}
        value={place[key]}
        onInput={(event) => setPlace({ ...place, [key]: event.currentTarget.value })}
      />
    </div>
  )
  return (
    <form
      class="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <p class="field-hint">
        For anything that can publish over WHIP: OBS, an encoder, a phone, another browser.
      </p>
      <div class="field">
        <label for="add-name">Name</label>
        <input
          id="add-name"
          class="input"
          autocomplete="off"
          maxLength={80}
          autofocus
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </div>
      <fieldset class="place-fields">
        <legend class="field-label">Place, if it is to be on the map</legend>
        {part('lat', 'Latitude', '51.4927')}
        {part('lon', 'Longitude', '-0.2236')}
        {part('heading', 'Heading, °', '0 = north')}
      </fieldset>
      {wrong && (
        <p class="form-wrong" role="alert">
          {wrong}
        </p>
      )}
      {problem && <ProblemCard problem={problem} kept="No camera was added; what you typed is still here." />}
      <div class="dialog-acts">
        <Button submit kind="primary" {...(busy ? { busy: 'Adding' } : {})}>
          Add camera
        </Button>
      </div>
    </form>
  )
}

function Address({ of, onDone }: { of: SourceAdded; onDone: () => void }) {
  const watch = () => {
    onDone()
    select({ kind: 'source', id: of.source_id })
  }
  return (
    <>
      <Copyable label="WHIP address" text={location.origin + of.whip_path} />
      <Copyable label="Bearer token" text={of.publish_token} />
      <Note tone="warn">
        The token is shown this once. Copy it into the publisher now; the station keeps only its fingerprint.
      </Note>
      <p class="field-hint">In OBS: Settings, Stream, service “WHIP”. Set the encoder to H.264 without B-frames.</p>
      <div class="dialog-acts">
        <Button kind="primary" onPress={watch}>
          I have copied it
        </Button>
      </div>
    </>
  )
}
