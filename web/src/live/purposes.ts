// The purposes somebody gave lately on this device, newest first: one press gives one again.

import { PURPOSE_WORDS, type Purpose } from '../wire/authority'

export interface Said {
  purpose: Purpose
  note: string
}

export const HOW_LONG =
  'It holds for eight hours, or until you change it or sign out, and is written into the audit log with each picture you open.'

const KEY = 'kestrel.purposes'
const KEPT = 3

export const isPurpose = (value: unknown): value is Purpose => typeof value === 'string' && Object.hasOwn(PURPOSE_WORDS, value)

export const purposeWords = (value: string | null): string => (isPurpose(value) ? PURPOSE_WORDS[value] : (value ?? ''))

/** Whatever storage holds, as far as it makes sense. */
export function readSaid(text: string | null): Said[] {
  try {
    const list: unknown = JSON.parse(text ?? '[]')
    if (!Array.isArray(list)) return []
    return list
      .filter((said: Partial<Said> | null) => isPurpose(said?.purpose) && typeof said.note === 'string')
      .slice(0, KEPT) as Said[]
  } catch {
    return []
  }
}

export function withSaid(before: readonly Said[], now: Said): Said[] {
  return [now, ...before.filter((s) => s.purpose !== now.purpose || s.note !== now.note)].slice(0, KEPT)
}

// For this tab only: the next person at this desk does not see what the last one looked for.
export function recentPurposes(): Said[] {
  try {
    return readSaid(sessionStorage.getItem(KEY))
  } catch {
    return [] // storage is switched off
  }
}

export function rememberPurpose(said: Said): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(withSaid(recentPurposes(), said)))
  } catch {
    // see above
  }
}

export function forgetPurposes(): void {
  try {
    sessionStorage.removeItem(KEY)
  } catch {
    // see above
  }
}
