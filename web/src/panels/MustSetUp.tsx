// What must be set up before anything else opens: one's own password, and for some roles a second
// factor.

import { useState } from 'preact/hooks'
import { KeyRound, LogOut, Smartphone } from 'lucide'
import { refreshSession, signOut } from '../live/session'
import { roleWords } from '../live/roles'
import { Button } from '../ui/Button'
import { Field, Form, useSending } from '../ui/Field'
import { Note, ProblemCard, Segments } from '../ui/parts'
import { changePassword } from '../wire/account'
import { PASSWORD_HINT } from './words'
import { SetUpAuthenticator, SetUpPasskey } from './factors'
import { codesOnPage } from './RecoveryCodes'
import type { Session } from '../wire/types'

const WAYS = [
  { value: 'authenticator' as const, words: 'Authenticator app', icon: Smartphone },
  { value: 'passkey' as const, words: 'Passkey', icon: KeyRound },
]

/** Somebody else made the password: one's own first. */
function OwnPassword() {
  const [old, setOld] = useState('')
  const [next, setNext] = useState('')
  const sending = useSending()
  const send = async () => {
    await changePassword({ old_password: old, new_password: next })
    await refreshSession()
  }
  const whyNot = !old ? 'Type the password you were given.' : !next ? 'Choose a new one.' : ''
  return (
    <Form
      sending={sending}
      go="Use this password"
      going="Changing it"
      kept="The password is still the one you were given."
      {...(whyNot ? { whyNot } : {})}
      onSend={() => void sending.run(send)}
    >
      <p>Your password was made by somebody else. Choose your own; after that nobody but you knows it.</p>
      <Field label="The password you were given" type="password" autocomplete="current-password" value={old} onInput={setOld} focus />
      <Field label="Your new password" type="password" autocomplete="new-password" hint={PASSWORD_HINT} value={next} onInput={setNext} />
    </Form>
  )
}

export function MustSetUp({ of }: { of: Session }) {
  const [way, setWay] = useState<'authenticator' | 'passkey'>('authenticator')
  const [started, setStarted] = useState(false)
  const leaving = useSending()
  const [done, setDone] = useState(false)
  // The session may say that it has a factor while the recovery codes are still to be read.
  const codes = codesOnPage.value
  const password = of.must_change_password
  const again = of.has_second_factor && (done || !started)
  const finish = () => {
    setDone(true)
    void refreshSession()
  }
  return (
    <main class="sign-in">
      <div class="sign-in-card sign-in-wide">
        <div class="sign-in-head">
          <img src="/kestrel.svg" alt="" width="44" height="44" />
          <div>
            <h1>{password ? 'Choose your own password' : again ? 'Sign in once more' : 'Set up a second factor'}</h1>
            <p class="row-more">
              {of.display_name ?? of.username}, {roleWords(of.role)}
            </p>
          </div>
        </div>
        {password ? (
          <OwnPassword />
        ) : again ? (
          <Note>Your second factor is set up. Sign out, and sign in with it: from then on everything is open.</Note>
        ) : (
          <>
            <p>
              The role {roleWords(of.role)} can open doors for others, so a password alone is not enough. Set up one of
              these; it takes a minute.
            </p>
            {codes === 'none' && <Segments name="way" legend="Second factor" options={WAYS} value={way} onChoose={setWay} />}
            <div onInput={() => setStarted(true)}>
              {way === 'authenticator' ? <SetUpAuthenticator onDone={finish} /> : <SetUpPasskey onDone={finish} />}
            </div>
          </>
        )}
        {leaving.problem && <ProblemCard problem={leaving.problem} kept="You are still signed in." />}
        <Button
          icon={LogOut}
          {...(codes === 'unkept' ? { whyNot: 'Keep the recovery codes first.' } : {})}
          onPress={() => void leaving.run(signOut)}
        >
          Sign out
        </Button>
      </div>
    </main>
  )
}
