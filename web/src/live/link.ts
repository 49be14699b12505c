// The link to the station: silence for three seconds means it is lost.

import { computed, signal } from '@preact/signals'
import { secondTick } from './time'

export const LINK_LOST_AFTER_MS = 3000

/** `slow`: much comes, but nothing newer than `sinceMs`. */
export type Link = { state: 'connecting' } | { state: 'live' } | { state: 'lost'; sinceMs: number; slow?: boolean }

/** When the last snapshot or batch came (epoch ms, this device's clock); null: none yet. */
export const lastHeardMs = signal<number | null>(null)
/** When the newest of them was sent at the earliest (epoch ms, this device's clock). */
export const lastSentMs = signal<number | null>(null)
/** The same of the newest, as the station wrote it (its clock). */
export const newestSentAtMs = signal<number | null>(null)
/** When the page began to wait for its first snapshot. */
export const waitingSinceMs = signal(Date.now())

export function linkAt(heardMs: number | null, waitingMs: number, nowMs: number, sentMs = heardMs): Link {
  if (heardMs === null) {
    return nowMs - waitingMs > LINK_LOST_AFTER_MS ? { state: 'lost', sinceMs: waitingMs } : { state: 'connecting' }
  }
  const newestMs = Math.min(sentMs ?? heardMs, heardMs)
  if (nowMs - newestMs <= LINK_LOST_AFTER_MS) return { state: 'live' }
  const slow = nowMs - heardMs <= LINK_LOST_AFTER_MS
  // In whole seconds: nobody needs the page drawn again for each message.
  return slow ? { state: 'lost', sinceMs: Math.floor(newestMs / 1000) * 1000, slow } : { state: 'lost', sinceMs: newestMs }
}

const same = (a: Link, b: Link) =>
  a.state === b.state && (a.state !== 'lost' || b.state !== 'lost' || (a.sinceMs === b.sinceMs && a.slow === b.slow))

let last: Link = { state: 'connecting' }

/** The link as it is now; the same object while nothing changes. */
export const link = computed<Link>(() => {
  void secondTick.value
  const next = linkAt(lastHeardMs.value, waitingSinceMs.value, Date.now(), lastSentMs.value)
  if (!same(last, next)) last = next
  return last
})
