// Form parts: a labelled input, a choice, and what every form does when it is sent.

import { useId, useState } from 'preact/hooks'
import { Button } from './Button'
import { ProblemCard } from './parts'
import { asProblem } from '../wire/problems'
import type { ComponentChildren } from 'preact'
import type { Problem } from '../wire/types'

export interface FieldProps {
  label: string
  value: string
  onInput: (value: string) => void
  hint?: string
  wrong?: string
  type?: 'text' | 'password' | 'search' | 'date'
  autocomplete?: string
  placeholder?: string
  maxLength?: number
  numeric?: boolean
  focus?: boolean
}

export function Field(props: FieldProps) {
  const id = useId()
  const said = props.wrong || props.hint
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <input
        id={id}
        class="input"
        type={(props.type ?? 'text') as 'text'}
        autocomplete={(props.autocomplete ?? 'off') as 'off'}
        autocapitalize="none"
        spellcheck={false}
        {...(props.numeric ? { inputMode: 'numeric' as const } : {})}
        {...(props.placeholder ? { placeholder: props.placeholder } : {})}
        {...(props.maxLength ? { maxLength: props.maxLength } : {})}
        {...(props.wrong ? { 'aria-invalid': 'true' as const } : {})}
        {...(said ? { 'aria-describedby': `${id}-said` } : {})}
        {...(props.focus ? { autofocus: true } : {})}
        value={props.value}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
      {said && (
        <p id={`${id}-said`} class={props.wrong ? 'form-wrong' : 'field-hint'}>
          {said}
        </p>
      )}
    </div>
  )
}

export function Choice<T extends string>(props: {
  label: string
  value: T
  options: readonly { value: T; words: string }[]
  onChoose: (value: T) => void
  hint?: string
}) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <select id={id} class="input" value={props.value} onChange={(event) => props.onChoose(event.currentTarget.value as T)}>
        {props.options.map(({ value, words }) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
      {props.hint && <p class="field-hint">{props.hint}</p>}
    </div>
  )
}

export interface Sending {
  busy: boolean
  problem: Problem | null
  /** Runs it once at a time; answers whether it went well. */
  run: (act: () => Promise<unknown>) => Promise<boolean>
  clear: () => void
}

export function useSending(): Sending {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const run = async (act: () => Promise<unknown>) => {
    if (busy) return false
    setBusy(true)
    setProblem(null)
    try {
      await act()
      return true
    } catch (error) {
      setProblem(asProblem(error))
      return false
    } finally {
      setBusy(false)
    }
  }
  return { busy, problem, run, clear: () => setProblem(null) }
}

/** A form with its one way forward, and what went wrong above it. */
export function Form(props: {
  children: ComponentChildren
  sending: Sending
  go: string
  going: string
  kept: string
  whyNot?: string
  also?: ComponentChildren
  onSend: () => void
}) {
  const { sending } = props
  return (
    <form
      class="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (!props.whyNot) props.onSend()
      }}
    >
      {props.children}
      {sending.problem && <ProblemCard problem={sending.problem} kept={props.kept} />}
      <div class="dialog-acts">
        {props.also}
        <Button submit kind="primary" {...(sending.busy ? { busy: props.going } : {})} {...(props.whyNot ? { whyNot: props.whyNot } : {})}>
          {props.go}
        </Button>
      </div>
    </form>
  )
}
