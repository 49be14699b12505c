// Saying when a dataset holds where its file does not (ED-269 cannot): what was typed, what is wrong
// with it, what is sent. Days begin at 00:00 UTC, as validity is published. Pure.

import { DAY_MS } from './times'
import type { DatasetRow, DateDataset } from '../wire/types'

/** Two AIRAC cycles: the station takes no longer time. */
export const MOST_DAYS = 56

/** NOTAMs carry their own times, each of them. */
export const lacksDates = (row: DatasetRow): boolean =>
  row.kind === 'zones' && (row.effective_from === null || row.effective_until === null)

/** Only while it is offered, and once: what flights were checked against is not changed afterwards. */
export const canBeDated = (row: DatasetRow): boolean => lacksDates(row) && row.state === 'offered'

/** What the file says stays; NaN: no day was typed. */
const beginOf = (row: DatasetRow, from: string): number => (row.effective_from === null ? dayMs(from) : Date.parse(row.effective_from))
const endOf = (row: DatasetRow, until: string): number => (row.effective_until === null ? dayMs(until) : Date.parse(row.effective_until))

/** 00:00 UTC of a day as a date field has it. */
const dayMs = (day: string): number => (/^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : NaN)

/** "16 Nov 2026 to 14 Dec 2026: 28 days", as a device shows days in its own way; "" until both are there. */
export function typedWords(row: DatasetRow, from: string, until: string): string {
  const [begins, ends] = [beginOf(row, from), endOf(row, until)]
  if (!Number.isFinite(begins) || !Number.isFinite(ends) || ends <= begins) return ''
  const days = (ends - begins) / DAY_MS
  return `${dayWords(begins)} to ${dayWords(ends)}: ${days.toFixed(Number.isInteger(days) ? 0 : 1)} days`
}

const dayWords = (ms: number): string => new Date(ms).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' })

/** One sentence about the first thing that is missing or wrong; "" when it can be sent. */
export function whyNotDate(row: DatasetRow, from: string, until: string, vouched: boolean, nowMs: number): string {
  const begins = beginOf(row, from)
  const ends = endOf(row, until)
  if (!Number.isFinite(begins)) return 'Say from which day it holds.'
  if (!Number.isFinite(ends)) return 'Say until which day it holds.'
  if (ends <= begins) return 'It ends after it begins.'
  if (ends - begins > MOST_DAYS * DAY_MS) return `At most ${MOST_DAYS} days: two AIRAC cycles.`
  if (ends <= nowMs) return 'By these dates it is out of date already: import the present file.'
  return vouched ? '' : 'Say that you have the dates from its publisher.'
}

/** Call it only where `whyNotDate` says nothing. */
export function datesOf(row: DatasetRow, from: string, until: string): DateDataset {
  return {
    effective_from: row.effective_from === null ? new Date(beginOf(row, from)).toISOString() : null,
    effective_until: new Date(endOf(row, until)).toISOString(),
  }
}
