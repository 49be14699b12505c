// Times and sizes as the screens write them.

import { agoWords, stationNow, timeWords } from '../live/time'

export const at = (iso: string | null, none = 'never'): string =>
  iso === null ? none : timeWords(Date.parse(iso), stationNow())

export const ago = (iso: string | null, none = 'never'): string =>
  iso === null ? none : agoWords(iso)

export const day = (iso: string): string =>
  new Date(iso).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB']

export function bytes(n: number): string {
  let unit = 0
  while (n >= 1000 && unit < UNITS.length - 1) {
    n /= 1000
    unit += 1
  }
  return `${n >= 100 || unit === 0 ? Math.round(n) : n.toFixed(1)} ${UNITS[unit] ?? 'B'}`
}

export const capital = (text: string): string => text.charAt(0).toLocaleUpperCase('en-GB') + text.slice(1)
export const plain = (name: string): string => capital(name.replaceAll('_', ' '))
