// When each frame was shown, until its capture time is known: that makes the latency.

import { bounded, diagnostics, type LiveShown } from './diagnostics'

const KEEP = 400

export class ShownFrames {
  readonly #byRtp = new Map<number, LiveShown>()

  /** A frame came on the screen at `shownAtMs` (epoch). The answer says when it was captured. */
  show(entry: LiveShown, record: boolean): void {
    this.#byRtp.set(entry.rtp, entry)
    if (this.#byRtp.size > KEEP) {
      for (const oldest of this.#byRtp.keys()) {
        this.#byRtp.delete(oldest)
        break
      }
    }
    const found = diagnostics()
    if (found && record) bounded(found.live, entry)
  }

  /** Capture to screen of this frame in ms; null when it was not shown here, or was told before. */
  capturedAt(rtp: number, capturedAtMs: number): number | null {
    const entry = this.#byRtp.get(rtp >>> 0)
    if (!entry || entry.captured_at_ms !== null) return null
    entry.captured_at_ms = capturedAtMs
    return entry.shown_at_ms - capturedAtMs
  }

  clear(): void {
    this.#byRtp.clear()
  }
}
