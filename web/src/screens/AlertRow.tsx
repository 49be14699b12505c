// An alert in a list: the same in the list of alerts and on the component page.

import { CircleAlert, Info, TriangleAlert, type IconNode } from 'lucide'
import { Icon } from '../ui/Icon'
import { Badge } from '../ui/parts'
import { plain } from './words'
import type { AlertView } from '../wire/types'

const ICONS: Record<AlertView['severity'], IconNode> = { warning: TriangleAlert, caution: CircleAlert, information: Info }
export const ALERT_STATES = { new: 'New', acknowledged: 'Acknowledged', resolved: 'Resolved', rejected: 'Rejected' }

export function AlertBadge({ of }: { of: AlertView }) {
  const open = of.state === 'new' || of.state === 'acknowledged'
  return (
    <Badge tone={of.state === 'new' && of.severity !== 'information' ? 'warn' : 'quiet'} hollow={!open}>
      {ALERT_STATES[of.state]}
    </Badge>
  )
}

export function AlertRow(props: { of: AlertView; age: string; open: boolean; onOpen: () => void }) {
  const { of } = props
  return (
    <button
      type="button"
      class={`alert-row is-${of.severity}${of.state === 'new' ? ' is-new' : ''}`}
      aria-current={props.open ? 'true' : undefined}
      onClick={props.onOpen}
    >
      <Icon of={ICONS[of.severity]} />
      <span class="row-words">
        <strong>{of.text}</strong>
        <span class="row-more">
          {plain(of.severity)} · {props.age}
        </span>
      </span>
      <AlertBadge of={of} />
    </button>
  )
}
