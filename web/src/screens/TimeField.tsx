// A date and time as this device's clock has it, said in UTC and local: what is sent is UTC.

import { useId } from 'preact/hooks'
import { bothWords } from '../live/zoneTimes'
import { fieldOf } from './times'

export function TimeField(props: { label: string; value: number | null; onChange: (ms: number | null) => void; empty?: string; wrong?: string }) {
  const id = useId()
  const { value, wrong } = props
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <input
        id={id}
        class="input"
        type="datetime-local"
        value={value === null ? '' : fieldOf(value)}
        aria-describedby={`${id}-said`}
        {...(wrong ? { 'aria-invalid': 'true' as const } : {})}
        onChange={(event) => {
          const ms = new Date(event.currentTarget.value).getTime()
          props.onChange(Number.isFinite(ms) ? ms : null)
        }}
      />
      <p id={`${id}-said`} class={wrong ? 'form-wrong' : 'field-hint'}>
        {wrong || (value === null ? (props.empty ?? 'Local time of this device') : bothWords(value))}
      </p>
    </div>
  )
}
