// Hold position, return, land: one press, large, always in the same place while a vehicle is
// selected or flown. Nothing but a missing permission disables them.

import { useEffect, useState } from 'preact/hooks'
import { Hand, House, PlaneLanding, type IconNode } from 'lucide'
import { commands, type Command } from '../live/commands'
import { stopNow, stoppable, URGENT, whyNotStop } from '../live/stopping'
import { secondTick } from '../live/time'
import { Icon } from '../ui/Icon'
import { CommandLine } from './CommandLine'
import type { Urgent } from '../wire/flight'

const ICONS: Record<Urgent, IconNode> = { hold: Hand, return: House, land: PlaneLanding }
const TOLD_FOR_MS = 12_000

/** The button to land that can be pressed now: in the dialog or the full screen, where there is one. */
export function landButton(): HTMLElement | null {
  const all = [...document.querySelectorAll<HTMLElement>('.stop-land')]
  const inside = (where: string) => all.find((button) => button.closest(where))
  return inside('dialog[open]') ?? inside(':fullscreen') ?? all[0] ?? null
}

/** `where`: in what it is shown a second time. */
export function StopBar({ where = '' }: { where?: string }) {
  const vehicle = stoppable.value
  void secondTick.value
  if (!vehicle) return null
  const newest = commands.value.get(vehicle.vehicle_id)?.[0]
  const told = newest && (newest.endedAtMs === null || Date.now() - newest.endedAtMs < TOLD_FOR_MS) ? newest : null
  // Another vehicle's buttons are other buttons: a press that began on these does not end on those.
  return (
    <StopButtons
      key={vehicle.vehicle_id}
      name={vehicle.name}
      where={where}
      whyNot={whyNotStop(vehicle)}
      told={told}
      onPress={(act) => stopNow(vehicle, act)}
    />
  )
}

export function StopButtons(props: { name: string; where?: string; whyNot: string; told: Command | null; onPress: (act: Urgent) => void }) {
  return (
    <section class="stop-bar" aria-label={`Stop ${props.name}${props.where ? `, in ${props.where}` : ''}`}>
      <p class="stop-head">
        <b>{props.name}</b>
        <span role="status">{props.told && <CommandLine of={props.told} />}</span>
      </p>
      <div class="stop-buttons">
        {(['hold', 'return', 'land'] as const).map((act) => (
          <StopButton key={act} act={act} off={props.whyNot !== ''} onPress={() => props.onPress(act)} />
        ))}
      </div>
      {props.whyNot && <p class="stop-why">{props.whyNot}</p>}
    </section>
  )
}

/** Shows for a moment that it was pressed: a press that shows nothing is pressed again in fear. */
function StopButton({ act, off, onPress }: { act: Urgent; off: boolean; onPress: () => void }) {
  const [pressed, setPressed] = useState(false)
  useEffect(() => {
    if (!pressed) return
    const timer = setTimeout(() => setPressed(false), 400)
    return () => clearTimeout(timer)
  }, [pressed])
  return (
    <button
      type="button"
      class={`stop-button stop-${act}${pressed ? ' is-sent' : ''}`}
      aria-disabled={off ? 'true' : undefined}
      onClick={() => {
        if (off) return
        setPressed(true)
        onPress()
      }}
    >
      <Icon of={ICONS[act]} />
      <span>{URGENT[act]}</span>
    </button>
  )
}
