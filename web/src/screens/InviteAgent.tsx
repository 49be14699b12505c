// A one-time code for an agent that is to be admitted, and the command to start it with.

import { useState } from 'preact/hooks'
import { stationNow, ageWords } from '../live/time'
import { inviteAgent } from '../wire/admin'
import { Button } from '../ui/Button'
import { Copyable } from '../ui/Copy'
import { Dialog } from '../ui/Dialog'
import { Choice, Field, Form, useSending } from '../ui/Field'
import { Note } from '../ui/parts'
import type { AgentInvited, InviteAgent } from '../wire/types'

const KINDS = [
  { value: 'camera' as const, words: 'Camera agent' },
  { value: 'node' as const, words: 'Vision node' },
  { value: 'drone' as const, words: 'Drone agent' },
]

/** As `run.py agents add` prints it; it asks for the code. FILE is left out where the certificate is of a public authority. */
export const commandFor = (origin: string): string =>
  `python3 run.py agents enrol --station ${origin}${origin.startsWith('https:') ? ' --ca FILE' : ''}`

export function InviteDialog({ onClose }: { onClose: () => void }) {
  const [invited, setInvited] = useState<AgentInvited | null>(null)
  const [name, setName] = useState('')
  const [kind, setKind] = useState<InviteAgent['kind']>('camera')
  const sending = useSending()
  if (invited) {
    return (
      <Dialog title="Enrol the agent with this code" onClose={onClose}>
        <Copyable label="Code" text={invited.code} />
        <Copyable label="Command on the agent’s machine" text={commandFor(location.origin)} />
        <Note tone="warn">
          The command asks for the code, which is shown this once, works once, and only for {ageWords(Date.parse(invited.expires_at) - stationNow())}.
          FILE is the authority of the station’s certificate, from whoever runs it.
        </Note>
        <div class="dialog-acts">
          <Button kind="primary" onPress={onClose}>
            I have copied it
          </Button>
        </div>
      </Dialog>
    )
  }
  return (
    <Dialog title="Invite an agent" onClose={onClose}>
      <Form
        sending={sending}
        go="Make a code"
        going="Making a code"
        kept="No agent was invited."
        {...(name.trim() ? {} : { whyNot: 'Give it a name.' })}
        onSend={() => void sending.run(async () => setInvited(await inviteAgent({ name: name.trim(), kind })))}
      >
        <Field label="Name" hint="Where it stands or what it is for." placeholder="Town Hall recorder" maxLength={80} value={name} onInput={setName} focus />
        <Choice label="Kind" value={kind} options={KINDS} onChoose={setKind} />
      </Form>
    </Dialog>
  )
}
