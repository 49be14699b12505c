// The page's keys. None acts while somebody types.

import { nextAlert, acknowledgeOpen } from '../live/alerts'
import { picking } from '../live/flyTo'
import { herePlace } from '../live/here'
import { dialog, go, listOpen, searchAsked, select, selection, where } from '../live/place'
import { planOpen } from '../live/plan'
import { controlsOpen } from '../live/zoneFilter'
import { may, me } from '../live/session'
import { stopNow, stoppable } from '../live/stopping'
import { openZones } from '../live/zones'
import { DESTINATIONS, homeOf, MORE } from './destinations'
import { askMiddle, openPlan } from './mapActs'
import { goTo } from './Rail'
import { landButton } from './StopBar'
import type { Urgent } from '../wire/flight'

export const KEYS: [keys: string[], what: string][] = [
  [['m'], 'Map; arrow keys then move it, + and − zoom'],
  [['w'], 'Wall of pictures; arrow keys then move, Enter opens'],
  [['n'], 'Next alert'],
  [['a'], 'Acknowledge the open alert'],
  [['l'], 'List of everything on the map'],
  [['i'], 'What may I do in the middle of the map?'],
  [['p'], 'Plan a flight, to have it judged'],
  [['/'], 'Search'],
  [['↑', '↓'], 'Move in a list'],
  [['Enter'], 'Open what is chosen'],
  [['Esc'], 'Back'],
  [['Shift', 'H'], 'The selected drone holds its position, at once'],
  [['Shift', 'R'], 'The selected drone returns, at once'],
  [['Shift', 'L'], 'To the button Land; Enter lands it where it is'],
  [['Alt', 'Shift', 'H'], 'The same three while you type: Alt as well'],
  ...[...DESTINATIONS, MORE].map((to): [string[], string] => [['g', to.key], to.words]),
  [['?'], 'These keys'],
]

const AFTER_G_MS = 1500

const types = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches('input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]')

function back(): void {
  const now = where.peek()
  if (picking.peek()) picking.value = null
  else if (now.screen === 'map' && herePlace.peek()) herePlace.value = null
  else if (openZones.peek() && now.screen === 'map') openZones.value = null
  else if (now.screen === 'map' && controlsOpen.peek()) controlsOpen.value = false
  else if (now.item) go(now.screen)
  else if (now.screen !== 'map') go(homeOf(me.peek()?.role ?? null))
  else if (selection.peek() !== null) select(null)
  else if (planOpen.peek()) planOpen.value = false
  else if (listOpen.peek()) goTo.map()
}

/** Both are on the map; whoever is elsewhere goes there first. */
const onMap = (act: () => void) => () => {
  if (!may('see_map')) return
  go('map')
  act()
}

function search(): void {
  const field = where.peek().screen === 'map' ? null : document.querySelector<HTMLInputElement>('.screen input[type=search]')
  if (field) {
    field.focus()
    return
  }
  goTo.list()
  searchAsked.value += 1
}

function list(): void {
  searchAsked.value = 0
  goTo.list()
  document.querySelector<HTMLElement>('[role=listbox]')?.focus()
}

const ACTS: Record<string, () => void> = {
  m: goTo.map,
  w: () => go('wall'),
  n: nextAlert,
  a: acknowledgeOpen,
  l: list,
  i: onMap(askMiddle),
  p: onMap(openPlan),
  '/': search,
  '?': () => (dialog.value = 'keys'),
  Escape: back,
}

const GO = new Map([...DESTINATIONS, MORE].map((to) => [to.key, to.screen]))

/** What a key means, after g or alone; null for nothing. */
export function actOf(key: string, afterG: boolean): (() => void) | null {
  if (!afterG) return ACTS[key] ?? null
  const screen = GO.get(key)
  if (screen === undefined) return null
  return screen === 'map' ? goTo.map : () => go(screen)
}

/** The urgent keys. Holding and returning can be undone and act at once; landing where it happens to
 * be cannot, so its key only leads to its button. Never by the small letters, never by a key that
 * repeats itself. */
export function urgentOf(event: Pick<KeyboardEvent, 'key' | 'code' | 'shiftKey' | 'altKey' | 'repeat'>, typing: boolean): Urgent | null {
  if (!event.shiftKey || event.repeat || (typing && !event.altKey)) return null
  // With Alt a key may give another letter: then by where it is.
  return URGENT_KEYS[event.altKey ? event.code.replace('Key', '') : event.key.toUpperCase()] ?? null
}

const URGENT_KEYS: Record<string, Urgent> = { H: 'hold', R: 'return', L: 'land' }

function urgent(act: Urgent): void {
  const vehicle = stoppable.peek()
  if (!vehicle) return
  if (act === 'land') landButton()?.focus()
  else stopNow(vehicle, act)
}

export function listenToKeys(): () => void {
  let pressedGAt = -AFTER_G_MS
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
    if (document.querySelector('dialog[open], :popover-open')) return
    if (types(event.target)) {
      if (event.key === 'Escape') (event.target as HTMLElement).blur()
      return
    }
    const afterG = event.timeStamp - pressedGAt < AFTER_G_MS
    pressedGAt = !afterG && event.key === 'g' ? event.timeStamp : -AFTER_G_MS
    const act = actOf(event.key, afterG)
    if (!act) return
    event.preventDefault()
    act()
  }
  // Before anything else, and with a dialog open too: that does not take the drone away.
  const onUrgent = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey) return
    const wanted = urgentOf(event, types(event.target) && !(event.target instanceof HTMLSelectElement))
    if (!wanted || stoppable.peek() === null) return
    event.preventDefault()
    event.stopPropagation()
    urgent(wanted)
  }
  addEventListener('keydown', onUrgent, true)
  addEventListener('keydown', onKey)
  return () => {
    removeEventListener('keydown', onUrgent, true)
    removeEventListener('keydown', onKey)
  }
}
