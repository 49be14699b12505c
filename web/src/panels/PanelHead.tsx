import { X } from 'lucide'
import { Button } from '../ui/Button'
import { SheetHandle } from './Sheet'
import type { ComponentChildren } from 'preact'

/** The head of a panel, list or sheet: what it is, how it stands, and the way out. */
export function PanelHead(props: { title: string; children?: ComponentChildren; onClose?: () => void }) {
  return (
    <header class="panel-head">
      <SheetHandle />
      <div class="panel-title">
        <h2>{props.title}</h2>
        <div class="panel-badges">{props.children}</div>
      </div>
      {props.onClose && <Button kind="quiet" icon={X} label="Close" onPress={props.onClose} />}
    </header>
  )
}
