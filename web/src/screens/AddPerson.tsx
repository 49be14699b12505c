// A new account. Its first password is shown this once.

import { useState } from 'preact/hooks'
import { ROLES, roleWords } from '../live/roles'
import { addPerson } from '../wire/admin'
import { Button } from '../ui/Button'
import { Copyable } from '../ui/Copy'
import { Dialog } from '../ui/Dialog'
import { Choice, Field, Form, useSending } from '../ui/Field'
import { Note } from '../ui/parts'
import type { Role } from '../wire/authority'
import type { PersonAdded } from '../wire/types'

export const ROLE_OPTIONS = ROLES.map((value) => ({ value, words: roleWords(value) }))

export function AddPersonDialog({ onClose }: { onClose: () => void }) {
  const [added, setAdded] = useState<PersonAdded | null>(null)
  return (
    <Dialog title={added ? 'Give them this password' : 'Add a person'} onClose={onClose}>
      {added ? <OnceShown of={added} onDone={onClose} /> : <AddForm onAdded={setAdded} />}
    </Dialog>
  )
}

function AddForm({ onAdded }: { onAdded: (added: PersonAdded) => void }) {
  const [username, setUsername] = useState('')
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('cctv_operator')
  const sending = useSending()
  const send = async () =>
    onAdded(await addPerson({ username: username.trim(), display_name: name.trim(), role, area: null }))
  const whyNot = !name.trim() ? 'Give their name.' : !username.trim() ? 'Give a username.' : ''
  return (
    <Form
      sending={sending}
      go="Add"
      going="Adding"
      kept="No account was made; what you typed is still here."
      {...(whyNot ? { whyNot } : {})}
      onSend={() => void sending.run(send)}
    >
      <Field label="Name" hint="As colleagues know them; it is written into the audit log." maxLength={80} value={name} onInput={setName} focus />
      <Field label="Username" hint="To sign in with." maxLength={40} value={username} onInput={setUsername} />
      <Choice label="Role" value={role} options={ROLE_OPTIONS} onChoose={setRole} hint="Their area can be drawn afterwards." />
    </Form>
  )
}

export function OnceShown({ of, onDone }: { of: PersonAdded; onDone: () => void }) {
  return (
    <>
      <Copyable label="Username" text={of.person.username} />
      <Copyable label="One-time password" text={of.password} />
      <Note tone="warn">The password is shown this once. Hand it over in person or by telephone, not by e-mail.</Note>
      <div class="dialog-acts">
        <Button kind="primary" onPress={onDone}>
          I have passed it on
        </Button>
      </div>
    </>
  )
}
