// Dark (default), night (dim and red-shifted) and daylight (high contrast).

import { signal, type Signal } from '@preact/signals'

export const THEMES = ['dark', 'night', 'daylight'] as const
export type Theme = (typeof THEMES)[number]
const KEY = 'kestrel.theme'

const isTheme = (value: unknown): value is Theme => THEMES.includes(value as Theme)

function stored(): Theme {
  try {
    const value = localStorage.getItem(KEY)
    return isTheme(value) ? value : 'dark'
  } catch {
    return 'dark' // storage is switched off: the choice lasts for this page
  }
}

export const theme = signal<Theme>('dark')

export function setTheme(next: Theme): void {
  document.documentElement.dataset['theme'] = next
  theme.value = next
  try {
    localStorage.setItem(KEY, next)
  } catch {
    // see above
  }
}

export const startTheme = (): void => setTheme(stored())

/** The value of a design token, for what is drawn on canvases and by MapLibre. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
}

export const reducedMotion = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches

const NARROW = '(max-width: 860px), (orientation: portrait)'

/** The same line as in frame.css: below it list and panel are a sheet. */
export const isNarrow = (): boolean => matchMedia(NARROW).matches

/** The same, for what is drawn anew when a tablet is turned. */
export const narrow = signal(false)

/** Where even a short table has no room beside its neighbours. */
export const slim = signal(false)

export function followWidth(): () => void {
  const ends = [follow(NARROW, narrow), follow('(max-width: 720px)', slim)]
  return () => ends.forEach((end) => end())
}

function follow(query: string, into: Signal<boolean>): () => void {
  const media = matchMedia(query)
  const read = () => (into.value = media.matches)
  read()
  media.addEventListener('change', read)
  return () => media.removeEventListener('change', read)
}
