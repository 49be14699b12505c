// Where in the page the person is: which list is open and what is selected. Mirrored in the
// address, so that a reload or a link to a colleague shows the same thing.

import { effect, signal } from '@preact/signals'

export type Selection = { kind: 'source'; id: string } | { kind: 'track'; id: string } | null
export type OpenDialog = 'keys' | 'add-camera' | null

export const listOpen = signal(false)
export const selection = signal<Selection>(null)
export const dialog = signal<OpenDialog>(null)
/** Bumped to put the keyboard into the search field. */
export const searchAsked = signal(0)

export const same = (a: Selection, b: Selection): boolean => a?.kind === b?.kind && a?.id === b?.id

export function select(next: Selection): void {
  if (!same(selection.peek(), next)) selection.value = next
}

export function readAddress(hash: string): Selection {
  const match = /^#(source|track)\/(.+)$/.exec(hash)
  if (!match) return null
  try {
    return { kind: match[1] as 'source' | 'track', id: decodeURIComponent(match[2] ?? '') }
  } catch {
    return null
  }
}

export const addressOf = (now: Selection): string =>
  now === null ? '' : `#${now.kind}/${encodeURIComponent(now.id)}`

/** Keeps address and selection the same; the answer stops that. */
export function followAddress(): () => void {
  select(readAddress(location.hash))
  const onHash = () => select(readAddress(location.hash))
  addEventListener('hashchange', onHash)
  const stop = effect(() => {
    const wanted = addressOf(selection.value)
    if (location.hash !== wanted) history.replaceState(null, '', wanted || location.pathname + location.search)
  })
  return () => {
    removeEventListener('hashchange', onHash)
    stop()
  }
}
