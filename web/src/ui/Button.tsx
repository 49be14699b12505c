import { useEffect, useRef, useState } from 'preact/hooks'
import { Info, Loader, Trash2, type IconNode } from 'lucide'
import { Icon } from './Icon'
import type { ComponentChildren } from 'preact'

/** For the component page: shows a state that a still picture cannot have. */
export type Shown = 'rest' | 'hover' | 'focus' | 'pressed'

export interface ButtonProps {
  children?: ComponentChildren
  kind?: 'plain' | 'primary' | 'danger' | 'quiet'
  icon?: IconNode
  /** Name of a button that shows its icon only. */
  label?: string
  /** Why it cannot be pressed now; shown with it. */
  whyNot?: string
  /** The same where the reason stands beside it already. */
  off?: string
  busy?: string
  wide?: boolean
  submit?: boolean
  pressed?: boolean
  shown?: Shown
  onPress?: () => void
}

export function Button(props: ButtonProps) {
  const { kind = 'plain', shown = 'rest' } = props
  const classes = ['button', `button-${kind}`]
  if (props.label) classes.push('button-icon')
  if (props.wide) classes.push('button-wide')
  if (shown !== 'rest') classes.push(`is-${shown}`)
  const off = Boolean(props.whyNot || props.off)
  const press = (event: Event) => {
    if (off || props.busy) event.preventDefault()
    else props.onPress?.()
  }
  const button = (
    <button
      type={props.submit ? 'submit' : 'button'}
      class={classes.join(' ')}
      aria-disabled={off ? 'true' : undefined}
      aria-busy={props.busy ? 'true' : undefined}
      aria-pressed={props.pressed}
      aria-label={props.label}
      title={props.label ?? (props.off || undefined)}
      onClick={press}
    >
      {props.busy ? <Icon of={Loader} /> : props.icon && <Icon of={props.icon} />}
      {!props.label && <span>{props.busy || props.children}</span>}
    </button>
  )
  if (!props.whyNot) return button
  return (
    <div>
      {button}
      <p class="why-not">
        <Icon of={Info} size="small" />
        {props.whyNot}
      </p>
    </div>
  )
}

export const HOLD_MS = 800

/** For what cannot be undone: press and hold for 0.8 s. Keyboards hold Enter or Space. */
export function HoldButton(props: {
  children: ComponentChildren
  icon?: IconNode
  kind?: 'danger' | 'primary' | 'plain'
  whyNot?: string
  off?: string
  onHeld: () => void
  holding?: boolean
}) {
  const icon = props.icon ?? Trash2
  const kind = props.kind ?? 'danger'
  const [holding, setHolding] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const barred = Boolean(props.whyNot || props.off)
  // A press that was begun ends with the button, and with what bars it.
  useEffect(() => {
    if (barred) return
    return () => {
      clearTimeout(timer.current)
      timer.current = undefined
      setHolding(false)
    }
  }, [barred])
  if (barred) {
    return (
      <Button kind={kind} icon={icon} whyNot={props.whyNot ?? ''} off={props.off ?? ''}>
        {props.children}
      </Button>
    )
  }
  const start = () => {
    if (timer.current !== undefined) return
    setHolding(true)
    timer.current = setTimeout(() => {
      stop()
      props.onHeld()
    }, HOLD_MS)
  }
  const stop = () => {
    clearTimeout(timer.current)
    timer.current = undefined
    setHolding(false)
  }
  const isHold = (event: KeyboardEvent) => event.key === 'Enter' || event.key === ' '
  return (
    <button
      type="button"
      class={`button button-${kind} hold${holding || props.holding ? ' is-holding' : ''}`}
      onPointerDown={start}
      onPointerUp={stop}
      onPointerLeave={stop}
      onPointerCancel={stop}
      onBlur={stop}
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if (!isHold(event)) return
        event.preventDefault()
        start()
      }}
      onKeyUp={(event) => {
        if (isHold(event)) stop()
      }}
    >
      <span class="hold-fill" />
      <span class="hold-words">
        <span class="hold-icon">
          <Icon of={icon} />
          <svg class="hold-ring" viewBox="0 0 32 32" aria-hidden="true">
            <circle cx="16" cy="16" r="14" pathLength="100" />
          </svg>
        </span>
        {props.children}
      </span>
    </button>
  )
}
