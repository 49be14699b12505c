// The airspace zones and whether they are shown. Read when signed in, again now and then (their
// validity rolls) and soon after a failure.

import { computed, signal } from '@preact/signals'
import { readZones } from '../wire/flight'
import { asProblem } from '../wire/problems'
import { may } from './session'
import { bothWords } from './zoneTimes'
import type { Problem, ZonesView, ZoneView } from '../wire/types'

const READ_EVERY_MS = 5 * 60_000
const TRY_AGAIN_MS = 10_000

export const zones = signal<ZonesView | null>(null)
/** Why they could not be read at the last try; null while they can. */
export const zonesProblem = signal<Problem | null>(null)
/** Hidden for this look only: a page that is opened shows them. */
export const zonesShown = signal(true)
/** Of what flights are checked against, as the station says it; "" while it said nothing. */
export const airspaceVersion = signal('')
/** The zones whose card is open, and which of them is in front; a place may lie in several. */
export const openZones = signal<{ ids: readonly string[]; at: number } | null>(null)

export const zoneTable = computed<ReadonlyMap<string, ZoneView>>(
  () => new Map((zones.value?.zones ?? []).map((zone) => [zone.zone_id, zone])),
)

const URGENCY = { prohibited: 0, permission: 1, u_space: 2, conditional: 3, information: 4 }

export const zoneList = computed(() =>
  [...(zones.value?.zones ?? [])].sort(
    (a, b) => URGENCY[a.restriction] - URGENCY[b.restriction] || a.name.localeCompare(b.name, 'en-GB', { numeric: true }),
  ),
)

export function openZone(ids: readonly string[]): void {
  openZones.value = ids.length > 0 ? { ids, at: 0 } : null
}

export interface MapNotice {
  /** `banner`: the whole width, nothing may be taken for clear. `amber`: something is not checked. */
  weight: 'banner' | 'amber' | 'training'
  words: string
}

/** Why no place is known to be clear; "" while the zones may be used. */
export function zonesUnusable(view: ZonesView | null, problem: Problem | null): string {
  if (view === null) return problem === null ? '' : `Airspace zones could not be read: ${problem.detail || problem.title}`
  if (view.dataset === null) return 'No airspace zones are loaded.'
  return view.dataset.problem
}

/** What must be said with the map, whether or not zones are shown on it. */
export function zonesNotices(view: ZonesView | null, problem: Problem | null): MapNotice[] {
  const notices: MapNotice[] = []
  const unusable = zonesUnusable(view, problem)
  if (unusable) notices.push({ weight: 'banner', words: unusable })
  else if (problem !== null) notices.push({ weight: 'amber', words: `Airspace zones are as last read: ${problem.detail || problem.title}` })
  const dataset = view?.dataset
  if (!dataset) return notices
  if (dataset.gaps > 0) notices.push({ weight: 'amber', words: gapWords(dataset.gaps) })
  if (dataset.notams_as_of === null) notices.push({ weight: 'amber', words: 'NOTAMs not checked: none imported' })
  else if (dataset.notams_too_old) notices.push({ weight: 'amber', words: `NOTAMs are too old: imported ${bothWords(Date.parse(dataset.notams_as_of))}` })
  if (dataset.training) notices.push({ weight: 'training', words: TRAINING })
  return notices
}

const gapWords = (gaps: number): string =>
  gaps === 1 ? '1 zone could not be read: nothing near it is clear' : `${gaps} zones could not be read: nothing near them is clear`

export const TRAINING = 'Training zones, not for operational use'

let turn = 0

export async function refreshZones(): Promise<void> {
  const mine = ++turn
  try {
    const answer = await readZones()
    if (mine !== turn) return
    // An equal answer is no news: nothing is drawn again.
    if (JSON.stringify(answer) !== JSON.stringify(zones.peek())) zones.value = answer
    zonesProblem.value = null
  } catch (error) {
    if (mine === turn) zonesProblem.value = asProblem(error)
  }
}

export function followZones(): () => void {
  if (!may('see_map')) return () => undefined
  void refreshZones()
  let readAt = Date.now()
  const timer = setInterval(() => {
    if (zonesProblem.peek() === null && Date.now() - readAt < READ_EVERY_MS) return
    readAt = Date.now()
    void refreshZones()
  }, TRY_AGAIN_MS)
  return () => {
    clearInterval(timer)
    turn += 1
    zones.value = null
    zonesProblem.value = null
    openZones.value = null
    airspaceVersion.value = ''
  }
}

/** The station said what flights are checked against now. */
export function heardAirspace(version: string): void {
  if (!version || version === airspaceVersion.peek()) return
  airspaceVersion.value = version
  void refreshZones()
}
