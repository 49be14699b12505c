// The page's clocks. Ages are told on the station's clock, as far as the page knows it.

import { signal } from '@preact/signals'

/** Ticks once a second, for everything that shows an age. */
export const secondTick = signal(0)

/** How much two clocks may part from each other, of the time that passed. */
const DRIFT = 200e-6
/** Browsers make their clocks coarse on purpose. */
const COARSE_MS = 150
const KEPT = 40
const NEWEST_OF_MS = 5 * 60_000

interface Round {
  /** The station's time less the page's monotonic clock, as if both ways took as long. */
  offsetMs: number
  /** Half the round trip: the answer may have taken all of it, or none. */
  boundMs: number
  atMs: number
}

/** The station's time and how wrong that may be, either way, ms. */
export interface StationTimeKnown {
  ms: number
  boundMs: number
}

/** The station's clock, from questions and answers: what comes unasked cannot tell a clock that is
 * ahead from a way that takes long. All times of the page are on its monotonic clock. */
export class StationClock {
  #rounds: Round[] = []

  answered(askedMs: number, stationMs: number, answeredMs: number): void {
    const boundMs = (answeredMs - askedMs) / 2
    const round = { offsetMs: stationMs - (askedMs + answeredMs) / 2, boundMs, atMs: answeredMs }
    // A clock was set, or this device slept: what was measured before holds no more.
    const agree = (old: Round) => Math.abs(old.offsetMs - round.offsetMs) <= boundOf(old, answeredMs) + boundMs + COARSE_MS
    this.#rounds = this.#rounds.filter((old) => answeredMs - old.atMs < NEWEST_OF_MS && agree(old)).slice(1 - KEPT)
    this.#rounds.push(round)
  }

  /** By the quickest round of late; null: none was made. */
  at(monoMs: number): StationTimeKnown | null {
    let best: Round | null = null
    for (const round of this.#rounds) if (!best || boundOf(round, monoMs) < boundOf(best, monoMs)) best = round
    return best && { ms: monoMs + best.offsetMs, boundMs: boundOf(best, monoMs) }
  }

  forget(): void {
    this.#rounds = []
  }
}

const boundOf = (round: Round, monoMs: number): number => round.boundMs + Math.max(0, monoMs - round.atMs) * DRIFT

const clock = new StationClock()
/** How far this device's clock is ahead of the station's, ms; 0 while that is not known. */
export const clockAheadMs = signal(0)
let boundMs = 0
/** When the page began to connect (monotonic): nothing that comes was sent before. */
let connectingAtMs: number | null = null
let onDoubt: () => void = () => undefined

/** A new connection. `doubted` is called when the clock must be measured again. */
export function connecting(doubted: () => void): void {
  connectingAtMs = performance.now()
  onDoubt = doubted
}

export function disconnected(): void {
  clock.forget()
  connectingAtMs = null
  onDoubt = () => undefined
  clockAheadMs.value = 0
  boundMs = 0
}

/** The station said its time: asked and answered on the monotonic clock. */
export function stationSaid(askedMs: number, stationMs: number, answeredMs: number): void {
  clock.answered(askedMs, stationMs, answeredMs)
  const now = clock.at(performance.now())
  if (now === null) return
  boundMs = now.boundMs
  clockAheadMs.value = Date.now() - now.ms
}

/** How long a message was on its way at the most, ms. It may be less by the round trip of the
 * quickest question of late; it is never more, so that nothing old passes for fresh. */
export function lateMs(sentAtMs: number, receivedMs: number): number {
  const now = clock.at(receivedMs)
  if (now !== null) {
    const most = now.ms - sentAtMs + now.boundMs
    if (most > -COARSE_MS) return Math.max(0, most)
    clock.forget() // nothing comes before it was sent: a clock was set
    onDoubt()
  }
  return connectingAtMs === null ? 0 : Math.max(0, receivedMs - connectingAtMs)
}

/** Above this the two clocks differ by more than anybody wants to reckon with. */
export const CLOCKS_DIFFER_MS = 1000

export function clocksDiffer(): boolean {
  return Math.abs(clockAheadMs.value) > CLOCKS_DIFFER_MS + boundMs
}

/** Now on the station's clock; by this device's while the station's is not known. */
export function stationNow(): number {
  return clock.at(performance.now())?.ms ?? Date.now()
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
