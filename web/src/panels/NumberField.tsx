// A number that is typed; what is no number of its range changes nothing, and says so.

import { useEffect, useId, useState } from 'preact/hooks'

/** null: no number between the two. Commas are taken for points. */
export function readNumber(text: string, least: number, most: number): number | null {
  const n = Number(text.trim().replace(',', '.'))
  return text.trim() !== '' && Number.isFinite(n) && n >= least && n <= most ? n : null
}

export function NumberField(props: {
  label: string
  /** null: left empty. */
  value: number | null
  least: number
  most: number
  /** What it is while it is left empty; without it empty is wrong. */
  empty?: string
  quiet?: boolean
  onChange: (value: number | null) => void
}) {
  const { label, value, least, most, empty } = props
  const id = useId()
  const [text, setText] = useState(value === null ? '' : String(value))
  const read = (typed: string): number | null | undefined => {
    if (typed.trim() === '' && empty !== undefined) return null
    return readNumber(typed, least, most) ?? undefined
  }
  useEffect(() => {
    if (read(text) !== value) setText(value === null ? '' : String(value))
  }, [value])
  const wrong = read(text) === undefined
  return (
    <div class="field number-field">
      <label for={id} {...(props.quiet ? { class: 'visually-hidden' } : {})}>
        {label}
      </label>
      <input
        id={id}
        class="input"
        inputMode="decimal"
        autocomplete="off"
        placeholder={empty ?? ''}
        value={text}
        {...(wrong ? { 'aria-invalid': 'true' as const, 'aria-describedby': `${id}-said` } : {})}
        onInput={(event) => {
          const typed = event.currentTarget.value
          setText(typed)
          const next = read(typed)
          if (next !== undefined && next !== value) props.onChange(next)
        }}
      />
      {wrong && (
        <p id={`${id}-said`} class="form-wrong">
          {least} to {most}. Judged with {value === null ? empty : value}.
        </p>
      )}
    </div>
  )
}
