// The page's keys. None acts while somebody types.

import { dialog, listOpen, searchAsked, select, selection } from '../live/place'
import { goTo } from './Rail'

export const KEYS: [keys: string[], what: string][] = [
  [['m'], 'Map; arrow keys then move it, + and − zoom'],
  [['l'], 'List of everything on the map'],
  [['/'], 'Search the list'],
  [['↑', '↓'], 'Move in the list'],
  [['Enter'], 'Open what is chosen in the list'],
  [['Esc'], 'Back'],
  [['?'], 'These keys'],
]

const types = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches('input:not([type=radio]), textarea, select, [contenteditable]')

function back(): void {
  if (selection.peek() !== null) select(null)
  else if (listOpen.peek()) goTo.map()
}

function search(): void {
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
  l: list,
  '/': search,
  '?': () => (dialog.value = 'keys'),
  Escape: back,
}

export function listenToKeys(): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
    if (document.querySelector('dialog[open], :popover-open')) return
    if (types(event.target)) {
      if (event.key === 'Escape') (event.target as HTMLElement).blur()
      return
    }
    const act = ACTS[event.key]
    if (!act) return
    event.preventDefault()
    act()
  }
  addEventListener('keydown', onKey)
  return () => removeEventListener('keydown', onKey)
}
