import { useEffect, useRef, useState } from 'preact/hooks'
import { Eye, EyeOff } from 'lucide'
import { signIn } from '../live/session'
import { Button } from '../ui/Button'
import { Note, ProblemCard } from '../ui/parts'
import { asProblem, ProblemError } from '../wire/problems'
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
        <Form />
        <p class="field-hint">
          New installation? The first username and password were printed where the station was started.
        </p>
      </div>
      <p class="sign-in-foot">{of ? of.software : ''}</p>
    </main>
  )
}

function Form() {
  const [username, setUsername] = useState('')
  const [password, setPassword] = useState('')
  const [shown, setShown] = useState(false)
  const [missing, setMissing] = useState('')
  const [problem, setProblem] = useState<Problem | null>(null)
  const [busy, setBusy] = useState(false)
  const [waitS, startWait] = useCountdown()
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  const send = async () => {
    if (busy || waitS > 0) return
    setProblem(null)
    setMissing(username.trim() === '' ? 'Type your username.' : password === '' ? 'Type your password.' : '')
    if (username.trim() === '' || password === '') return
    setBusy(true)
    try {
      await signIn(username.trim(), password)
    } catch (error) {
      setProblem(asProblem(error))
      if (error instanceof ProblemError && error.problem.status === 429) startWait(error.retryAfterS ?? 5)
    } finally {
      setBusy(false)
    }
  }
  return (
    <form
      class="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
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
          onInput={(event) => setUsername(event.currentTarget.value)}
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
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
          <Button icon={shown ? EyeOff : Eye} label={shown ? 'Hide what is typed' : 'Show what is typed'} onPress={() => setShown(!shown)} />
        </div>
      </div>
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
        {...(busy ? { busy: 'Signing in' } : {})}
        {...(waitS > 0 ? { whyNot: `Too many tries: the next one is possible in ${waitS} s.` } : {})}
      >
        Sign in
      </Button>
    </form>
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
