// The page's clocks. Ages are told on the station's clock, as far as the page knows it.

import { signal } from '@preact/signals'

/** Ticks once a second, for everything that shows an age. */
export const secondTick = signal(0)

/** Smallest (received − sent) seen lately: network delay plus how far this device's clock is ahead. */
const recent: number[] = []
export const clockAheadMs = signal(0)

/** How much longer than the quickest of late this message was on its way, ms: it waited somewhere,
 * and is so much older than it says. */
export function lateMs(sentAtMs: number, receivedAtMs: number): number {
  return recent.length === 0 ? 0 : Math.max(0, receivedAtMs - sentAtMs - clockAheadMs.peek())
}

/** Above this the two clocks differ by more than any network in use would explain. */
export const CLOCKS_DIFFER_MS = 1000

export function heardFromStation(sentAtMs: number, receivedAtMs: number): void {
  recent.push(receivedAtMs - sentAtMs)
  if (recent.length > 60) recent.shift()
  clockAheadMs.value = Math.min(...recent)
}

export function clocksDiffer(): boolean {
  return Math.abs(clockAheadMs.value) > CLOCKS_DIFFER_MS
}

/** Now on the station's clock: this device's, put right only where the two plainly differ. */
export function stationNow(): number {
  return Date.now() - (clocksDiffer() ? clockAheadMs.value : 0)
}

export function startTicking(): () => void {
  const timer = setInterval(() => (secondTick.value += 1), 1000)
  return () => clearInterval(timer)
}

const two = (n: number) => String(n).padStart(2, '0')

export const utcClock = (ms: number): string => new Date(ms).toISOString().slice(11, 19)

export function localClock(ms: number): string {
  const at = new Date(ms)
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
}

/** "14:03:22", with the date when it is not today. */
export function timeWords(ms: number, nowMs: number): string {
  const at = new Date(ms)
  if (at.toDateString() === new Date(nowMs).toDateString()) return localClock(ms)
  const date = at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })
  return `${date} ${localClock(ms)}`
}

/** "12 s", "3 min", "2 h 5 min", "4 days". */
export function ageWords(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000))
  if (s < 60) return `${s} s`
  const min = Math.floor(s / 60)
  if (min < 60) return `${min} min`
  const h = Math.floor(min / 60)
  if (h < 48) return min % 60 === 0 ? `${h} h` : `${h} h ${min % 60} min`
  return `${Math.floor(h / 24)} days`
}

/** How long ago that was, e.g. "12 s ago". Whatever shows it is drawn again each second: a component
 * is not, just because the one round it is. */
export function agoWords(at: string): string {
  void secondTick.value
  return `${ageWords(stationNow() - Date.parse(at))} ago`
}
