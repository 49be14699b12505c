// The analysed frames of one publisher's session that the page has been told of, bounded.

import { rtpAhead } from './rtp'
import type { AnalysedFrame } from '../wire/types'

export class AnalysedFrames {
  readonly #byRtp = new Map<number, AnalysedFrame>()
  readonly #capacity: number

  constructor(capacity = 256) {
    this.#capacity = capacity
  }

  put(frame: AnalysedFrame): void {
    const rtp = frame.rtp_timestamp >>> 0
    this.#byRtp.delete(rtp)
    this.#byRtp.set(rtp, frame)
    if (this.#byRtp.size > this.#capacity) {
      for (const oldest of this.#byRtp.keys()) {
        this.#byRtp.delete(oldest)
        break
      }
    }
  }

  /** The analysis of exactly this frame. */
  exact(rtp: number): AnalysedFrame | null {
    return this.#byRtp.get(rtp >>> 0) ?? null
  }

  /** The newest analysis of this frame or one before it, never of a later one. */
  latestUpTo(rtp: number): AnalysedFrame | null {
    let best: AnalysedFrame | null = null
    for (const frame of this.#byRtp.values()) {
      if (rtpAhead(rtp, frame.rtp_timestamp) < 0) continue
      if (best === null || rtpAhead(frame.rtp_timestamp, best.rtp_timestamp) > 0) best = frame
    }
    return best
  }

  clear(): void {
    this.#byRtp.clear()
  }

  get size(): number {
    return this.#byRtp.size
  }
}
