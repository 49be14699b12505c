import { createContext } from 'preact'
import { useContext, useEffect, useId, useLayoutEffect, useRef } from 'preact/hooks'
import { X } from 'lucide'
import { Button } from './Button'
import type { ComponentChildren } from 'preact'

const stopEsc = (event: KeyboardEvent) => {
  if (event.key !== 'Escape') return
  event.preventDefault()
  event.stopPropagation()
}

/** What must be within reach whatever else is open: everything outside a modal dialog is out of it. */
export const AlwaysThere = createContext<() => ComponentChildren>(() => null)

/** A modal dialog: focus stays inside, Esc closes, focus goes back where it was. While `held` it is
 * left by what it holds only: closing it would lose something that is shown once. `reading`: it holds
 * nothing to press, and is scrolled with the keys all the same. */
export function Dialog(props: { title: string; children: ComponentChildren; onClose: () => void; held?: boolean; reading?: boolean }) {
  const element = useRef<HTMLDialogElement>(null)
  const title = useId()
  const alwaysThere = useContext(AlwaysThere)
  useEffect(() => {
    const before = document.activeElement
    element.current?.showModal()
    return () => {
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])
  useLayoutEffect(() => {
    if (!props.held) return
    addEventListener('keydown', stopEsc, true) // wherever the focus is
    return () => removeEventListener('keydown', stopEsc, true)
  }, [props.held])
  return (
    <dialog
      ref={element}
      class="dialog"
      aria-labelledby={title}
      onCancel={(event) => props.held && event.preventDefault()}
      // A browser lets a second request to close (a phone's Back) through whatever the page says.
      onClose={() => (props.held ? element.current?.showModal() : props.onClose())}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <DialogInside title={props.title} titleId={title} reading={props.reading ?? false} {...(props.held ? {} : { onClose: () => element.current?.close() })}>
        {props.children}
      </DialogInside>
      {alwaysThere()}
    </dialog>
  )
}

export function DialogInside(props: {
  title: string
  titleId: string
  children: ComponentChildren
  reading?: boolean
  /** Without it there is no button to close. */
  onClose?: () => void
}) {
  return (
    <>
      <div class="dialog-head">
        <h2 id={props.titleId}>{props.title}</h2>
        {props.onClose && <Button kind="quiet" icon={X} label="Close" onPress={props.onClose} />}
      </div>
      <div class="dialog-body" {...(props.reading ? { tabIndex: 0 } : {})}>{props.children}</div>
    </>
  )
}
