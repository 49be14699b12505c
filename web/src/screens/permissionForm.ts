// A permission that was given, as somebody types it in: what is wrong with it, what is sent. Pure.

import { DAY_MS, HOUR_MS, iso, minuteOf, msOf, typedNumber, within, YEAR_MS } from './times'
import type { WantedPermission } from '../live/papers'
import type { RecordPermission } from '../wire/types'

export interface PermissionText {
  zone: string
  reference: string
  givenBy: RecordPermission['given_by']
  grantedBy: string
  givenAt: number | null
  begins: number | null
  ends: number | null
  upper: string
  conditions: string
  /** Of what shows it; null: nothing is added. */
  document: { name: string; size: number; type: string } | null
}

export const MAX_DOCUMENT_BYTES = 10 * 1024 * 1024
const TYPES: Record<string, string> = {
  pdf: 'application/pdf',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  txt: 'text/plain',
  eml: 'message/rfc822',
}
export const DOCUMENT_ACCEPT = Object.keys(TYPES).map((end) => `.${end}`).join(',')
export const DOCUMENT_HINT = 'PDF, JPEG, PNG, text or a saved e-mail (.eml); at most 10 MB.'
const CLOCKS_APART_MS = 5 * 60_000

/** A browser knows no type for a saved e-mail. "" for one that is not taken. */
export function typeOf({ name, type }: { name: string; type: string }): string {
  if (Object.values(TYPES).includes(type)) return type
  const ending = name.split('.').at(-1)?.toLowerCase() ?? ''
  return type === '' ? (TYPES[ending] ?? '') : ''
}

export function freshPermission(wanted: WantedPermission, nowMs: number): PermissionText {
  const now = minuteOf(nowMs)
  return {
    zone: wanted.zone_id,
    reference: '',
    givenBy: wanted.zone_id && !wanted.request_id ? 'telephone' : 'email',
    grantedBy: '',
    givenAt: now,
    begins: msOf(wanted.begins ?? null) ?? now,
    ends: msOf(wanted.ends ?? null) ?? now + 4 * HOUR_MS,
    upper: '',
    conditions: '',
    document: null,
  }
}

/** One sentence about the first thing that is missing or wrong; "" when it can be sent. */
export function whyNotRecord(of: PermissionText, nowMs: number): string {
  if (!of.zone.trim()) return 'Say which zone it is for.'
  if (!of.reference.trim()) return 'Give its reference, as whoever gave it did.'
  if (!of.grantedBy.trim()) return of.givenBy === 'telephone' ? 'Say who gave it, by name.' : 'Say who gave it.'
  return wrongTimes(of, nowMs) || wrongUpper(of) || wrongDocument(of)
}

function wrongTimes({ givenAt, begins, ends }: PermissionText, nowMs: number): string {
  if (givenAt === null) return 'Say when it was given.'
  if (givenAt > nowMs + CLOCKS_APART_MS) return 'It cannot have been given in the future.'
  if (begins === null || ends === null) return 'Say from when and until when it holds.'
  if (ends <= begins) return 'It ends after it begins.'
  if (ends <= nowMs) return 'It is over already.'
  return ends - begins > 5 * YEAR_MS ? 'It ends within five years.' : ''
}

function wrongUpper({ upper }: PermissionText): string {
  const metres = typedNumber(upper)
  return metres === null || within(metres, -500, 20_000) ? '' : 'The upper limit is a number of metres, or left empty.'
}

function wrongDocument({ document, givenBy }: PermissionText): string {
  if (document === null || givenBy === 'telephone') return ''
  if (typeOf(document) === '') return `${document.name} is of a type that is not taken. ${DOCUMENT_HINT}`
  if (document.size === 0) return `${document.name} is empty.`
  return document.size > MAX_DOCUMENT_BYTES ? `${document.name} has ${(document.size / 1024 / 1024).toFixed(1)} MB. ${DOCUMENT_HINT}` : ''
}

/** Call it only where `whyNotRecord` says nothing. */
export function permissionOf(of: PermissionText, documentId: string | null, requestId: string | null): RecordPermission {
  return {
    zone: of.zone.trim(),
    reference: of.reference.trim(),
    begins: iso(of.begins ?? NaN),
    ends: iso(of.ends ?? NaN),
    given_by: of.givenBy,
    granted_by: of.grantedBy.trim(),
    given_at: iso(of.givenAt ?? NaN),
    conditions: of.conditions.trim(),
    upper_limit_amsl_m: typedNumber(of.upper),
    document_id: documentId,
    request_id: requestId,
  }
}

/** When the flight of a request may end: an hour after it begins, to be changed. */
export const usualEnd = (starts: string | null, nowMs: number): number => minuteOf(msOf(starts) ?? nowMs) + HOUR_MS

export function whyNotAsk(of: { aircraft: string; purpose: string; ends: number | null }, starts: string | null, nowMs: number): string {
  if (!of.aircraft.trim()) return 'Say which aircraft.'
  if (!of.purpose.trim()) return 'Say what for.'
  if (of.ends === null) return 'Say when the flight ends.'
  const begins = msOf(starts) ?? nowMs
  if (of.ends <= begins) return 'The flight ends after it begins.'
  if (of.ends <= nowMs) return 'The flight is over already.'
  return of.ends - begins > 366 * DAY_MS ? 'The flight ends within a year.' : ''
}
