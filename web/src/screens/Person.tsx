// One account: change it, see and end its devices, give it a new password.

import { useState } from 'preact/hooks'
import { KeyRound } from 'lucide'
import { go } from '../live/place'
import { roleWords } from '../live/roles'
import { may, me, whyNot } from '../live/session'
import { changePerson, endDevice, readDevices, resetPerson } from '../wire/admin'
import { Screen, Show, useFetched } from '../panels/Screen'
import { Button, HoldButton } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Choice, Field, Form, useSending } from '../ui/Field'
import { Badge, Facts, Note, ProblemCard } from '../ui/parts'
import { OnceShown, ROLE_OPTIONS } from './AddPerson'
import { AreaEditor } from './AreaEditor'
import { DeviceList } from './Devices'
import { Factor } from './People'
import { ago, at } from './words'
import type { Role } from '../wire/authority'
import type { PersonAdded, PersonView } from '../wire/types'

export function Person({ of, onChanged }: { of: PersonView; onChanged: () => void }) {
  return (
    <Screen title={of.display_name} back={{ words: 'People', onPress: () => go('people') }}>
      <div class="columns">
        <section class="card" aria-label="Facts">
          <h3>{of.disabled_at ? <Badge hollow>Disabled</Badge> : <Badge>In use</Badge>}</h3>
          <Facts
            facts={[
              { name: 'Username', value: of.username },
              { name: 'Role', value: roleWords(of.role) },
              { name: 'Second factor', value: <Factor of={of} /> },
              { name: 'Seen', value: ago(of.seen_at) },
              { name: 'Made', value: at(of.created_at) },
            ]}
          />
          <ResetPassword of={of} />
        </section>
        <Change of={of} onChanged={onChanged} />
        {may('manage_people') && <Devices of={of} onChanged={onChanged} />}
      </div>
    </Screen>
  )
}

function Change({ of, onChanged }: { of: PersonView; onChanged: () => void }) {
  const [name, setName] = useState(of.display_name)
  const [role, setRole] = useState(of.role as Role)
  const [area, setArea] = useState(of.area)
  const sending = useSending()
  const [saved, setSaved] = useState(false)
  const forbidden = whyNot('manage_people')
  const mine = of.user_id === me.value?.user_id
  const save = (disabled: boolean) =>
    void sending
      .run(() => changePerson(of.user_id, { display_name: name.trim(), role, area, disabled }))
      .then((went) => {
        setSaved(went)
        if (went) onChanged()
      })
  const disabled = of.disabled_at !== null
  const same = name.trim() === of.display_name && role === of.role && JSON.stringify(area) === JSON.stringify(of.area)
  return (
    <section class="card" aria-label="Change">
      <h3>Change</h3>
      <Form
        sending={sending}
        go="Save"
        going="Saving"
        kept="The account is as it was; what you typed is still here."
        whyNot={forbidden || (same ? 'Nothing is changed yet.' : name.trim() ? '' : 'Give their name.')}
        onSend={() => save(disabled)}
      >
        <Field label="Name" maxLength={80} value={name} onInput={setName} />
        <Choice label="Role" value={role} options={ROLE_OPTIONS} onChoose={setRole} hint="Another role signs them out everywhere." />
        <AreaEditor area={area} onChange={setArea} />
        {saved && same && <Note>Saved.</Note>}
      </Form>
      {disabled ? (
        <Button whyNot={forbidden} onPress={() => save(false)}>
          Let them sign in again
        </Button>
      ) : (
        <HoldButton whyNot={forbidden || (mine ? 'Nobody disables their own account.' : '')} onHeld={() => save(true)}>
          Hold to disable this account and sign it out
        </HoldButton>
      )}
    </section>
  )
}

function ResetPassword({ of }: { of: PersonView }) {
  const [made, setMade] = useState<PersonAdded | null>(null)
  const sending = useSending()
  return (
    <>
      <HoldButton
        icon={KeyRound}
        whyNot={whyNot('manage_people')}
        onHeld={() => void sending.run(async () => setMade(await resetPerson(of.user_id)))}
      >
        Hold to reset password and second factor
      </HoldButton>
      {sending.problem && <ProblemCard problem={sending.problem} kept="The password is as it was." />}
      {made && (
        <Dialog title="Give them this password" onClose={() => setMade(null)}>
          <OnceShown of={made} onDone={() => setMade(null)} />
        </Dialog>
      )}
    </>
  )
}

function Devices({ of, onChanged }: { of: PersonView; onChanged: () => void }) {
  const devices = useFetched(() => readDevices(of.user_id), [of.user_id], 10_000)
  const end = async (id: string) => {
    await endDevice(of.user_id, id)
    await devices.reload()
    onChanged()
  }
  return (
    <section class="card" aria-label="Devices">
      <h3>Signed in on</h3>
      <Show of={devices} what="their devices">
        {(list) => <DeviceList devices={list} whyNot={whyNot('manage_people')} onEnd={end} />}
      </Show>
    </section>
  )
}
