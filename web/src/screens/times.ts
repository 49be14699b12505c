// Times that are typed. Pure.

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
export const YEAR_MS = 366 * DAY_MS
const MINUTE_MS = 60_000

/** What a field for date and time holds: local, to the minute. */
export function fieldOf(ms: number): string {
  const at = new Date(ms)
  return new Date(ms - at.getTimezoneOffset() * MINUTE_MS).toISOString().slice(0, 16)
}

export const minuteOf = (ms: number): number => Math.floor(ms / MINUTE_MS) * MINUTE_MS
export const iso = (ms: number): string => new Date(ms).toISOString()
export const msOf = (text: string | null): number | null => (text === null ? null : Date.parse(text))

/** A number as it was typed; null: left empty; NaN: none at all. Commas are taken for points. */
export function typedNumber(text: string): number | null {
  const trimmed = text.trim().replace(',', '.').replace('−', '-')
  return trimmed === '' ? null : Number(trimmed)
}

export const within = (n: number | null, least: number, most: number): n is number => n !== null && n >= least && n <= most
