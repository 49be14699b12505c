// Asks the station for its time, over and over: how old what comes may be is known by that only.

import { stationSaid } from './time'

/** Calls back with the answer, or not at all. */
export type Ask = (answered: (answer: unknown) => void) => void

const FIRST_MS = 400
const FIRST_ROUNDS = 5
const LATER_MS = 10_000

export class Rounds {
  readonly #ask: Ask
  #timer: ReturnType<typeof setTimeout> | undefined
  #made = 0
  /** Answers of an older connection count for nothing. */
  #turn = 0

  constructor(ask: Ask) {
    this.#ask = ask
  }

  /** Connected, or in doubt: some at once, one of them may be quick; then one now and again. */
  begin(): void {
    this.stop()
    this.#made = 0
    this.#round()
  }

  stop(): void {
    this.#turn += 1
    clearTimeout(this.#timer)
  }

  #round(): void {
    const turn = this.#turn
    const askedMs = performance.now()
    this.#ask((answer) => {
      const answeredMs = performance.now()
      const stationMs = timeIn(answer)
      if (turn === this.#turn && stationMs !== null) stationSaid(askedMs, stationMs, answeredMs)
    })
    this.#made += 1
    this.#timer = setTimeout(() => this.#round(), this.#made < FIRST_ROUNDS ? FIRST_MS : LATER_MS)
  }
}

function timeIn(answer: unknown): number | null {
  const now = typeof answer === 'object' && answer !== null && 'now' in answer ? answer.now : null
  const ms = typeof now === 'string' ? Date.parse(now) : Number.NaN
  return Number.isFinite(ms) ? ms : null
}
