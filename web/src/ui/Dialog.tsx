import { useEffect, useId, useRef } from 'preact/hooks'
import { X } from 'lucide'
import { Button } from './Button'
import type { ComponentChildren } from 'preact'

/** A modal dialog: focus stays inside, Esc closes, focus goes back where it was. */
export function Dialog(props: { title: string; children: ComponentChildren; onClose: () => void; open?: boolean }) {
  const element = useRef<HTMLDialogElement>(null)
  const title = useId()
  useEffect(() => {
    const before = document.activeElement
    element.current?.showModal()
    return () => {
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])
  return (
    <dialog
      ref={element}
      class="dialog"
      aria-labelledby={title}
      onClose={props.onClose}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <DialogInside title={props.title} titleId={title} onClose={() => element.current?.close()}>
        {props.children}
      </DialogInside>
    </dialog>
  )
}

export function DialogInside(props: {
  title: string
  titleId: string
  children: ComponentChildren
  onClose: () => void
}) {
  return (
    <>
      <div class="dialog-head">
        <h2 id={props.titleId}>{props.title}</h2>
        <Button kind="quiet" icon={X} label="Close" onPress={props.onClose} />
      </div>
      <div class="dialog-body">{props.children}</div>
    </>
  )
}
