// Where in the page the person is: which screen, what is selected, which list is open. Mirrored in
// the address, so that a reload or a link to a colleague shows the same thing.

import { effect, signal } from '@preact/signals'

export type Selection = { kind: 'source' | 'track' | 'vehicle'; id: string } | null
export type OpenDialog = 'keys' | 'add-camera' | 'purpose' | null

export const SCREENS = [
  'map', 'wall', 'alerts', 'home', 'airspace', 'papers', 'sources', 'people', 'roles', 'agents',
  'system', 'audit', 'sharing', 'retention', 'account', 'more',
] as const
export type ScreenName = (typeof SCREENS)[number]

/** `item` is the opened thing of the screen: a person, an alert. */
export interface Where {
  screen: ScreenName
  item: string
}

export const listOpen = signal(false)
export const selection = signal<Selection>(null)
export const where = signal<Where>({ screen: 'map', item: '' })
export const dialog = signal<OpenDialog>(null)
/** Bumped to put the keyboard into the search field. */
export const searchAsked = signal(0)

export const same = (a: Selection, b: Selection): boolean => a?.kind === b?.kind && a?.id === b?.id

/** Selects on the map; whoever is elsewhere goes there. */
export function select(next: Selection): void {
  if (!same(selection.peek(), next)) selection.value = next
  if (next) go('map')
}

export function go(screen: ScreenName, item = ''): void {
  const now = where.peek()
  if (now.screen !== screen || now.item !== item) where.value = { screen, item }
}

export interface Address {
  where: Where
  selection: Selection
}

const part = (text: string): string | null => {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

/** What an address means; null for one that means nothing (then the role's home opens). */
export function readAddress(hash: string): Address | null {
  const picked = /^#(source|track|vehicle)\/(.+)$/.exec(hash)
  const map: Where = { screen: 'map', item: '' }
  if (picked) {
    const id = part(picked[2] ?? '')
    return id === null ? null : { where: map, selection: { kind: picked[1] as 'source' | 'track' | 'vehicle', id } }
  }
  const [, name = '', rest = ''] = /^#\/([a-z]+)(?:\/(.*))?$/.exec(hash) ?? []
  const item = part(rest)
  if (item === null || !SCREENS.includes(name as ScreenName)) return null
  return { where: { screen: name as ScreenName, item }, selection: null }
}

export function addressOf(now: Address): string {
  const { screen, item } = now.where
  if (screen === 'map' && now.selection) return `#${now.selection.kind}/${encodeURIComponent(now.selection.id)}`
  return `#/${screen}${item ? `/${encodeURIComponent(item)}` : ''}`
}

/** Keeps address and place the same; the answer stops that. */
export function followAddress(home: ScreenName): () => void {
  const read = (otherwise: ScreenName) => {
    const found = readAddress(location.hash)
    where.value = found?.where ?? { screen: otherwise, item: '' }
    if (found?.where.screen === 'map' || !found) selection.value = found?.selection ?? null
  }
  read(home)
  const onHash = () => read(where.peek().screen)
  addEventListener('hashchange', onHash)
  let screen: ScreenName | null = null
  const stop = effect(() => {
    const wanted = addressOf({ where: where.value, selection: selection.value })
    const moved = screen !== null && screen !== where.value.screen
    screen = where.value.screen
    if (location.hash === wanted) return
    // Back leads to the screen before, not through every selection on it.
    if (moved) history.pushState(null, '', wanted)
    else history.replaceState(null, '', wanted)
  })
  return () => {
    removeEventListener('hashchange', onHash)
    stop()
  }
}
