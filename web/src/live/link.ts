// The link to the station: silence for three seconds means it is lost.

import { computed, signal } from '@preact/signals'
import { secondTick } from './time'

export const LINK_LOST_AFTER_MS = 3000

export type Link = { state: 'connecting' } | { state: 'live' } | { state: 'lost'; sinceMs: number }

/** When the last snapshot or batch came (epoch ms, this device's clock); null: none yet. */
export const lastHeardMs = signal<number | null>(null)
/** When the page began to wait for its first snapshot. */
export const waitingSinceMs = signal(Date.now())

export function linkAt(heardMs: number | null, waitingMs: number, nowMs: number): Link {
  if (heardMs === null) {
    return nowMs - waitingMs > LINK_LOST_AFTER_MS ? { state: 'lost', sinceMs: waitingMs } : { state: 'connecting' }
  }
  return nowMs - heardMs > LINK_LOST_AFTER_MS ? { state: 'lost', sinceMs: heardMs } : { state: 'live' }
}

const same = (a: Link, b: Link) =>
  a.state === b.state && (a.state !== 'lost' || b.state !== 'lost' || a.sinceMs === b.sinceMs)

let last: Link = { state: 'connecting' }

/** The link as it is now; the same object while nothing changes. */
export const link = computed<Link>(() => {
  void secondTick.value
  const next = linkAt(lastHeardMs.value, waitingSinceMs.value, Date.now())
  if (!same(last, next)) last = next
  return last
})
