// Which zones the map shows: by kind, by the height of a flight, by time. What is hidden is only
// hidden from sight; the station judges by all of them.

import { computed, signal } from '@preact/signals'
import { stationNow, secondTick } from './time'
import { touches, type HeightDatum, type Touch } from './zoneHeights'
import { activeAt } from './zoneTimes'
import { zoneList } from './zones'
import type { ZoneView } from '../wire/types'

export const HIGHEST_M = 600
export const HOURS_AHEAD = 7 * 24
const HOUR_MS = 3_600_000

/** The flight that is thought of: also what "what may I do here?" is asked for. */
export const flightHeight = signal(60)
export const flightDatum = signal<HeightDatum>('AGL')
/** Whether only zones are shown that such a flight may touch. */
export const byHeight = signal(false)
/** The sliders are open. */
export const controlsOpen = signal(false)
/** Hours from now; 0: now. */
export const hoursAhead = signal(0)
export const hiddenKinds = signal<ReadonlySet<string>>(new Set())

const QUARTER_MS = 15 * 60_000
const minute = computed(() => Math.floor(secondTick.value / 60))

/** Whole quarters of an hour, so that what is asked does not change with each second; null: now. */
export const flightTime = computed<number | null>(() => {
  if (hoursAhead.value === 0) return null
  void minute.value
  return Math.round((stationNow() + hoursAhead.value * HOUR_MS) / QUARTER_MS) * QUARTER_MS
})

const KINDS: readonly [kind: string, words: string][] = [
  ['aerodrome', 'Aerodromes'],
  ['runway', 'Runway ends'],
  ['prison', 'Prisons'],
  ['prohibited', 'Prohibited areas'],
  ['restricted', 'Restricted areas'],
  ['danger', 'Danger areas'],
  ['controlled', 'Controlled airspace'],
  ['temporary', 'Temporary'],
  ['incident', 'Incidents'],
  ['notam', 'From NOTAMs'],
  ['drawn', 'Drawn here'],
  ['other', 'Others'],
]
const KNOWN = new Set(KINDS.map(([kind]) => kind))

/** Where it is from comes first: whoever looks for what was drawn does not look by its kind. */
export function kindOf({ kind, origin }: Pick<ZoneView, 'kind' | 'origin'>): string {
  if (origin !== 'dataset') return origin
  const word = kind.toLowerCase()
  return KNOWN.has(word) ? word : 'other'
}

export const kindWords = (kind: string): string => KINDS.find(([one]) => one === kind)?.[1] ?? kind

export interface ShownZone {
  zone: ZoneView
  touch: Touch
  active: boolean
  /** Why it is drawn faint; "" where it is not. */
  faint: string
}

export interface Filter {
  hidden: ReadonlySet<string>
  /** null: every height. */
  heightM: number | null
  datum: HeightDatum
  atMs: number
}

export function shownZones(zones: readonly ZoneView[], { hidden, heightM, datum, atMs }: Filter): ShownZone[] {
  return zones.flatMap((zone): ShownZone[] => {
    if (hidden.has(kindOf(zone))) return []
    const touch = heightM === null ? 'within' : touches(zone, heightM, datum)
    if (touch === 'outside') return []
    const { active, words } = activeAt(zone, atMs)
    return [{ zone, touch, active, faint: active ? '' : words }]
  })
}

/** Those that are there, with how many, in a fixed order. */
export function kindsOf(zones: readonly ZoneView[]): { kind: string; words: string; count: number }[] {
  const counts = new Map<string, number>()
  for (const zone of zones) counts.set(kindOf(zone), (counts.get(kindOf(zone)) ?? 0) + 1)
  return KINDS.flatMap(([kind, words]) => (counts.has(kind) ? [{ kind, words, count: counts.get(kind) ?? 0 }] : []))
}

let shownBefore: readonly ShownZone[] = []

/** The same list while nothing on it changed: the map cuts it into tiles. */
export const mapZones = computed<readonly ShownZone[]>(() => {
  void minute.value // windows begin and end
  const next = shownZones(zoneList.value, {
    hidden: hiddenKinds.value,
    heightM: byHeight.value ? flightHeight.value : null,
    datum: flightDatum.value,
    atMs: flightTime.value ?? stationNow(),
  })
  const same = (one: ShownZone, at: number) => {
    const was = shownBefore[at]
    return was?.zone === one.zone && was.touch === one.touch && was.faint === one.faint
  }
  if (next.length !== shownBefore.length || !next.every(same)) shownBefore = next
  return shownBefore
})

export function forgetFilter(): void {
  flightHeight.value = 60
  flightDatum.value = 'AGL'
  byHeight.value = false
  hoursAhead.value = 0
  hiddenKinds.value = new Set()
  controlsOpen.value = false
}

export function showKind(kind: string, shown: boolean): void {
  const next = new Set(hiddenKinds.peek())
  if (shown) next.delete(kind)
  else next.add(kind)
  hiddenKinds.value = next
}
