// The airspace zones and whether they are shown. Read when signed in, again now and then (their
// validity rolls) and soon after a failure.

import { computed, signal } from '@preact/signals'
import { readZones } from '../wire/flight'
import { asProblem } from '../wire/problems'
import { may } from './session'
import type { Problem, ZonesView, ZoneView } from '../wire/types'

const READ_EVERY_MS = 5 * 60_000
const TRY_AGAIN_MS = 10_000

export const zones = signal<ZonesView | null>(null)
/** Why they could not be read at the last try; null while they can. */
export const zonesProblem = signal<Problem | null>(null)
/** Hidden for this look only: a page that is opened shows them. */
export const zonesShown = signal(true)
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

/** What must be said beside the map, always; "" where there is nothing to say. */
export function zonesNotice(view: ZonesView | null, problem: Problem | null): { words: string; warn: boolean } | null {
  if (view === null) {
    if (problem === null) return null
    return { words: `Airspace zones could not be read: ${problem.detail || problem.title} Nothing here is shown as clear.`, warn: true }
  }
  if (view.dataset === null) return { words: 'No airspace zones are loaded: no place is known to be clear.', warn: true }
  if (view.dataset.problem) return { words: view.dataset.problem, warn: true }
  if (problem !== null) return { words: `Airspace zones are as last read: ${problem.detail || problem.title}`, warn: true }
  return view.dataset.training ? { words: TRAINING, warn: false } : null
}

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
  }
}
