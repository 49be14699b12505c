// A zone that somebody draws: what was typed, what is wrong with it, what is sent. Pure.

import type { Corner } from './area'
import { iso, typedNumber, within, YEAR_MS } from './times'
import type { DrawZone } from '../wire/types'

export interface ZoneText {
  name: string
  reason: string
  contact: string
  kind: DrawZone['kind']
  restriction: DrawZone['restriction']
  shape: 'circle' | 'outline'
  lat: string
  lon: string
  radius: string
  corners: Corner[]
  lower: string
  lowerDatum: DrawZone['lower_datum']
  upper: string
  upperDatum: DrawZone['upper_datum']
  begins: number | null
  ends: number | null
}

const HEIGHTS = { least: -500, most: 20_000 }
export const MOST_RADIUS_M = 50_000

/** The middle of the circle as typed; null: none yet. */
export function centreOf({ lat, lon }: ZoneText): Corner | null {
  const at = [typedNumber(lon), typedNumber(lat)] as const
  return within(at[0], -180, 180) && within(at[1], -85, 85) ? [at[0], at[1]] : null
}

export const radiusOf = ({ radius }: ZoneText): number | null => {
  const metres = typedNumber(radius)
  return metres !== null && metres > 0 && metres <= MOST_RADIUS_M ? metres : null
}

/** One sentence about the first thing that is missing or wrong; "" when it can be sent. */
export function whyNotDraw(of: ZoneText, nowMs: number): string {
  if (!of.name.trim()) return 'Give the zone a name.'
  if (!of.reason.trim()) return 'Say why it is drawn.'
  return wrongShape(of) || wrongHeights(of) || wrongTimes(of, nowMs)
}

function wrongShape(of: ZoneText): string {
  if (of.shape === 'outline') return of.corners.length < 3 ? 'An outline has at least three corners.' : ''
  if (centreOf(of) === null) return 'Say where the middle of the circle is.'
  if (radiusOf(of) === null) return `A radius is above 0 and at most ${MOST_RADIUS_M.toLocaleString('en-GB')} m.`
  return ''
}

function wrongHeights(of: ZoneText): string {
  const upper = typedNumber(of.upper)
  const lower = of.lowerDatum === 'surface' ? 0 : typedNumber(of.lower)
  if (!within(upper, HEIGHTS.least, HEIGHTS.most) || !within(lower, HEIGHTS.least, HEIGHTS.most)) {
    return `Heights go from ${HEIGHTS.least} to ${HEIGHTS.most.toLocaleString('en-GB')} m.`
  }
  const same = of.lowerDatum === of.upperDatum || (of.lowerDatum === 'surface' && of.upperDatum === 'agl')
  return same && lower >= upper ? 'The upper limit must be above the lower one.' : ''
}

function wrongTimes({ begins, ends }: ZoneText, nowMs: number): string {
  if (begins === null || ends === null) return 'Say when it begins and when it ends.'
  if (ends <= begins) return 'It ends after it begins.'
  if (ends <= nowMs) return 'It is over already.'
  return ends - begins > YEAR_MS ? 'It ends within a year.' : ''
}

/** Call it only where `whyNotDraw` says nothing. */
export function zoneOf(of: ZoneText): DrawZone {
  const circle = of.shape === 'circle'
  return {
    name: of.name.trim(),
    reason: of.reason.trim(),
    contact: of.contact.trim(),
    kind: of.kind,
    restriction: of.restriction,
    begins: iso(of.begins ?? NaN),
    ends: iso(of.ends ?? NaN),
    upper_m: typedNumber(of.upper) ?? NaN,
    upper_datum: of.upperDatum,
    lower_m: of.lowerDatum === 'surface' ? 0 : (typedNumber(of.lower) ?? NaN),
    lower_datum: of.lowerDatum,
    centre: circle ? centreOf(of) : null,
    radius_m: circle ? radiusOf(of) : null,
    ring: circle ? [] : of.corners,
  }
}
