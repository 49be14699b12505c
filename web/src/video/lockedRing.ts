// Locked view: pictures held back until the analysis of exactly that frame is known, or time is up.
// Pure bookkeeping over an opaque picture type, so that every order of arrival can be tested.

import { boxesOf, type BoxSet } from './prediction'
import type { AnalysedFrames } from './analysed'

export interface HeldPicture<P> {
  picture: P
  /** The publisher's timestamp of this very picture; null where it is not known without doubt. */
  rtp: number | null
  /** When the browser would have shown it, ms on the page's monotonic clock. */
  shownAtMs: number
}

export interface LockedFrame<P> extends HeldPicture<P> {
  /** Boxes of exactly this frame; null: it was not analysed (or not in time). */
  boxes: BoxSet | null
}

export class LockedRing<P> {
  readonly #held: HeldPicture<P>[] = []
  readonly #capacity: number
  readonly #release: (picture: P) => void
  holdBackMs: number

  constructor(capacity: number, holdBackMs: number, release: (picture: P) => void) {
    this.#capacity = capacity
    this.holdBackMs = holdBackMs
    this.#release = release
  }

  put(held: HeldPicture<P>): void {
    this.#held.push(held)
    if (this.#held.length > this.#capacity) {
      const oldest = this.#held.shift()
      if (oldest) this.#release(oldest.picture)
    }
  }

  /** The newest picture whose time has come, with its own boxes or none; earlier ones are released.
   * The caller releases the picture it got. */
  take(nowMs: number, analysed: AnalysedFrames): LockedFrame<P> | null {
    let due: HeldPicture<P> | null = null
    while (this.#held[0] && this.#held[0].shownAtMs + this.holdBackMs <= nowMs) {
      if (due) this.#release(due.picture)
      due = this.#held.shift() ?? null
    }
    if (due === null) return null
    const frame = due.rtp === null ? null : analysed.exact(due.rtp)
    return { ...due, boxes: frame === null ? null : boxesOf(frame) }
  }

  clear(): void {
    for (const held of this.#held.splice(0)) this.#release(held.picture)
  }

  get size(): number {
    return this.#held.length
  }
}
