// One's own account: second factors, devices, password.

import { useState } from 'preact/hooks'
import { Plus, Smartphone } from 'lucide'
import { refreshSession } from '../live/session'
import { changePassword, endSignIn, newRecoveryCodes, readAccount, removeAuthenticator, removePasskey } from '../wire/account'
import { SetUpAuthenticator, SetUpPasskey } from '../panels/factors'
import { codesOnPage, RecoveryCodeList } from '../panels/RecoveryCodes'
import { PASSWORD_HINT } from '../panels/words'
import { Screen, Show, useFetched } from '../panels/Screen'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Field, Form, useSending } from '../ui/Field'
import { Badge, Note } from '../ui/parts'
import { DeviceList } from './Devices'
import { ago, at } from './words'
import type { Account } from '../wire/types'

type Doing =
  | { what: 'authenticator' | 'passkey' | 'recovery' | 'remove-authenticator' }
  | { what: 'remove-passkey'; id: string; name: string }
  | null

export function AccountScreen() {
  const account = useFetched(readAccount, [], 15_000)
  const [doing, setDoing] = useState<Doing>(null)
  const done = () => {
    setDoing(null)
    void account.reload()
    void refreshSession()
  }
  return (
    <Screen title="Your account">
      <Show of={account} what="your account">
        {(of) => (
          <div class="columns">
            <Factors of={of} onDo={setDoing} />
            <section class="card" aria-label="Devices">
              <h3>Signed in on</h3>
              <DeviceList
                devices={of.sign_ins}
                onEnd={async (id) => {
                  await endSignIn(id)
                  await account.reload()
                }}
              />
            </section>
            <Password />
          </div>
        )}
      </Show>
      {doing && <FactorDialog doing={doing} onDone={done} />}
    </Screen>
  )
}

function Factors({ of, onDo }: { of: Account; onDo: (doing: Doing) => void }) {
  return (
    <section class="card" aria-label="Second factors">
      <h3>Second factors</h3>
      <ul class="cards">
        <li class="device">
          <div>
            <p>
              <b>Authenticator app</b> {of.authenticator ? <Badge tone="live">In use</Badge> : <Badge hollow>Not set up</Badge>}
            </p>
            {of.authenticator && <p class="row-more">{of.recovery_codes_left} recovery codes left</p>}
          </div>
          <div class="acts">
            {of.authenticator ? (
              <>
                <Button onPress={() => onDo({ what: 'recovery' })}>New recovery codes</Button>
                <Button onPress={() => onDo({ what: 'remove-authenticator' })}>Remove</Button>
              </>
            ) : (
              <Button icon={Smartphone} onPress={() => onDo({ what: 'authenticator' })}>
                Set up
              </Button>
            )}
          </div>
        </li>
        {of.passkeys.map((key) => (
          <li class="device" key={key.passkey_id}>
            <div>
              <p>
                <b>{key.name}</b> <Badge>Passkey</Badge>
              </p>
              <p class="row-more">
                added {at(key.added_at)} · used {ago(key.used_at)}
              </p>
            </div>
            <Button onPress={() => onDo({ what: 'remove-passkey', id: key.passkey_id, name: key.name })}>Remove</Button>
          </li>
        ))}
      </ul>
      <Button icon={Plus} onPress={() => onDo({ what: 'passkey' })}>
        Add a passkey
      </Button>
    </section>
  )
}

const TITLES = {
  authenticator: 'Set up an authenticator app',
  passkey: 'Add a passkey',
  recovery: 'New recovery codes',
  'remove-authenticator': 'Remove the authenticator app',
  'remove-passkey': 'Remove a passkey',
}

function FactorDialog({ doing, onDone }: { doing: NonNullable<Doing>; onDone: () => void }) {
  return (
    <Dialog title={TITLES[doing.what]} onClose={onDone} held={codesOnPage.value === 'unkept'}>
      {doing.what === 'authenticator' && <SetUpAuthenticator onDone={onDone} />}
      {doing.what === 'passkey' && <SetUpPasskey onDone={onDone} />}
      {doing.what === 'recovery' && <NewCodes onDone={onDone} />}
      {doing.what === 'remove-authenticator' && (
        <WithPassword go="Remove" act={removeAuthenticator} onDone={onDone}>
          The recovery codes go with it.
        </WithPassword>
      )}
      {doing.what === 'remove-passkey' && (
        <WithPassword go="Remove" act={(password) => removePasskey(doing.id, password)} onDone={onDone}>
          {doing.name} no longer signs you in.
        </WithPassword>
      )}
    </Dialog>
  )
}

function WithPassword(props: { go: string; act: (password: string) => Promise<unknown>; onDone: () => void; children: string | string[] }) {
  const [password, setPassword] = useState('')
  const sending = useSending()
  const send = async () => {
    await props.act(password)
    props.onDone()
  }
  return (
    <Form
      sending={sending}
      go={props.go}
      going="Changing it"
      kept="Your account is as it was."
      {...(password ? {} : { whyNot: 'Type your password first.' })}
      onSend={() => void sending.run(send)}
    >
      <p>{props.children}</p>
      <Field label="Your password again" type="password" autocomplete="current-password" value={password} onInput={setPassword} focus />
    </Form>
  )
}

function NewCodes({ onDone }: { onDone: () => void }) {
  const [codes, setCodes] = useState<string[] | null>(null)
  if (codes) return <RecoveryCodeList codes={codes} onDone={onDone} />
  return (
    <WithPassword go="Make new codes" act={async (password) => setCodes((await newRecoveryCodes(password)).codes)} onDone={() => undefined}>
      The old ones stop working.
    </WithPassword>
  )
}

function Password() {
  const [old, setOld] = useState('')
  const [next, setNext] = useState('')
  const [saved, setSaved] = useState(false)
  const sending = useSending()
  const send = async () => {
    await changePassword({ old_password: old, new_password: next })
    setOld('')
    setNext('')
  }
  const whyNot = !old ? 'Type your present password.' : !next ? 'Type a new one.' : ''
  return (
    <section class="card" aria-label="Password">
      <h3>Password</h3>
      <Form
        sending={sending}
        go="Change password"
        going="Changing it"
        kept="Your password is as it was."
        {...(whyNot ? { whyNot } : {})}
        onSend={() => void sending.run(send).then(setSaved)}
      >
        <Field label="Present password" type="password" autocomplete="current-password" value={old} onInput={setOld} />
        <Field label="New password" type="password" autocomplete="new-password" hint={`${PASSWORD_HINT} Your other devices are signed out.`} value={next} onInput={setNext} />
        {saved && !old && <Note>Changed. Your other devices are signed out.</Note>}
      </Form>
    </section>
  )
}
