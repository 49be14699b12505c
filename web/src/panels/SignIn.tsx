import { useEffect, useRef, useState } from 'preact/hooks'
import { ArrowLeft, Eye, EyeOff, KeyRound } from 'lucide'
import { signIn, signInWithPasskey } from '../live/session'
import { Button } from '../ui/Button'
import { Note, ProblemCard } from '../ui/parts'
import { asProblem, ProblemError } from '../wire/problems'
import { passkeysWork, WHY_NO_PASSKEYS } from '../wire/passkeys'
import type { Problem, Session } from '../wire/types'

export function SignIn({ of, expired }: { of: Session | null; expired: boolean }) {
  return (
    <main class="sign-in">
      <div class="sign-in-card">
        <div class="sign-in-head">
          <img src="/kestrel.svg" alt="" width="44" height="44" />
          <div>
            <h1>Kestrel</h1>
            <p class="row-more">Hammersmith &amp; Fulham</p>
          </div>
        </div>
        {expired && <Note>Your sign-in has ended. Sign in again to go on where you were.</Note>}
        <SignInForm />
        <p class="field-hint">
          New installation? The first usernames and passwords are in the terminal it was started in, or in
          first-sign-in.txt in its data folder.
        </p>
      </div>
      <p class="sign-in-foot">{of ? of.software : ''}</p>
    </main>
  )
}

function SignInForm() {
  const [username, setUsername] = useState('')
  const [password, setPassword] = useState('')
  const [code, setCode] = useState<string | null>(null) // null: not asked for
  const [missing, setMissing] = useState('')
  const [problem, setProblem] = useState<Problem | null>(null)
  const [busy, setBusy] = useState<'' | 'password' | 'passkey'>('')
  const [waitS, startWait] = useCountdown()
  const failed = (error: unknown) => {
    const told = asProblem(error)
    if (told.code === 'code_needed' && code === null) {
      setCode('')
      return
    }
    if (told.code === 'code_needed') setMissing('Type the code.')
    else setProblem(told)
    if (error instanceof ProblemError && told.status === 429) startWait(error.retryAfterS ?? 5)
  }
  const run = async (how: 'password' | 'passkey', act: () => Promise<void>) => {
    if (busy || waitS > 0) return
    setProblem(null)
    setMissing('')
    setBusy(how)
    await act().catch(failed)
    setBusy('')
  }
  const send = () => {
    const wrong = username.trim() === '' ? 'Type your username.' : password === '' ? 'Type your password.' : ''
    const noCode = code === '' ? 'Type the code.' : ''
    setMissing(wrong || noCode)
    if (!wrong && !noCode) void run('password', () => signIn(username.trim(), password, code?.replaceAll(' ', '') ?? null))
  }
  const back = () => {
    setCode(null)
    setProblem(null)
    setMissing('')
  }
  return (
    <form
      class="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      {code === null ? (
        <Credentials username={username} password={password} onUsername={setUsername} onPassword={setPassword} />
      ) : (
        <CodeStep code={code} username={username.trim()} onCode={setCode} onBack={back} />
      )}
      {missing && (
        <p class="form-wrong" role="alert">
          {missing}
        </p>
      )}
      {problem && <ProblemCard problem={problem} />}
      <Button
        submit
        wide
        kind="primary"
        {...(busy === 'password' ? { busy: 'Signing in' } : {})}
        {...(waitS > 0 ? { whyNot: `Too many tries: the next one is possible in ${waitS} s.` } : {})}
      >
        Sign in
      </Button>
      <Button
        wide
        icon={KeyRound}
        {...(busy === 'passkey' ? { busy: 'Waiting for the passkey' } : {})}
        {...(passkeysWork() ? {} : { whyNot: WHY_NO_PASSKEYS })}
        onPress={() => void run('passkey', signInWithPasskey)}
      >
        Use a passkey
      </Button>
    </form>
  )
}

interface CredentialProps {
  username: string
  password: string
  onUsername: (text: string) => void
  onPassword: (text: string) => void
}

function Credentials({ username, password, onUsername, onPassword }: CredentialProps) {
  const [shown, setShown] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  return (
    <>
      <div class="field">
        <label for="username">Username</label>
        <input
          ref={field}
          id="username"
          class="input"
          name="username"
          autocomplete="username"
          autocapitalize="none"
          spellcheck={false}
          value={username}
          onInput={(event) => onUsername(event.currentTarget.value)}
        />
      </div>
      <div class="field">
        <label for="password">Password</label>
        <div class="input-row">
          <input
            id="password"
            class="input"
            name="password"
            type={(shown ? 'text' : 'password') as 'password'}
            autocomplete="current-password"
            value={password}
            onInput={(event) => onPassword(event.currentTarget.value)}
          />
          <Button icon={shown ? EyeOff : Eye} label={shown ? 'Hide what is typed' : 'Show what is typed'} onPress={() => setShown(!shown)} />
        </div>
      </div>
    </>
  )
}

function CodeStep(props: { code: string; username: string; onCode: (code: string) => void; onBack: () => void }) {
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  return (
    <>
      <p role="status">
        The password of <b>{props.username}</b> is right. Now the second factor.
      </p>
      <div class="field">
        <label for="code">Code</label>
        <input
          ref={field}
          id="code"
          class="input"
          name="code"
          autocomplete="one-time-code"
          autocapitalize="none"
          spellcheck={false}
          aria-describedby="code-hint"
          value={props.code}
          onInput={(event) => props.onCode(event.currentTarget.value)}
        />
        <p id="code-hint" class="field-hint">
          The six digits of your authenticator app, or one of your recovery codes. Whoever has a passkey needs no code.
        </p>
      </div>
      <Button icon={ArrowLeft} onPress={props.onBack}>
        Back to the password
      </Button>
    </>
  )
}

/** Seconds left, and a way to start counting down. */
function useCountdown(): [number, (seconds: number) => void] {
  const [left, setLeft] = useState(0)
  useEffect(() => {
    if (left <= 0) return
    const timer = setTimeout(() => setLeft(left - 1), 1000)
    return () => clearTimeout(timer)
  }, [left])
  return [left, setLeft]
}
