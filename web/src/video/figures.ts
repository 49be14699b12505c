// What a viewer sees for itself: pictures a second, and capture to screen.

const WINDOW_MS = 5000

export class Figures {
  #shown: number[] = []
  #latencies: { atMs: number; ms: number }[] = []
  lastShownAtMs: number | null = null

  shown(nowMs: number): void {
    this.lastShownAtMs = nowMs
    this.#shown.push(nowMs)
    while (this.#shown[0] !== undefined && nowMs - this.#shown[0] > WINDOW_MS) this.#shown.shift()
  }

  latency(ms: number, nowMs: number): void {
    this.#latencies.push({ atMs: nowMs, ms })
    while (this.#latencies[0] && nowMs - this.#latencies[0].atMs > WINDOW_MS) this.#latencies.shift()
  }

  fps(nowMs: number): number {
    const recent = this.#shown.filter((at) => nowMs - at <= WINDOW_MS)
    const first = recent[0]
    if (first === undefined || recent.length < 2) return 0
    return ((recent.length - 1) * 1000) / Math.max((recent.at(-1) ?? first) - first, 1)
  }

  /** Median and 95th percentile of the last five seconds, ms; null without samples. */
  latencyMs(nowMs: number): { median: number; p95: number } | null {
    const recent = this.#latencies.filter((l) => nowMs - l.atMs <= WINDOW_MS).map((l) => l.ms)
    if (recent.length === 0) return null
    recent.sort((a, b) => a - b)
    const at = (q: number) => recent[Math.min(recent.length - 1, Math.floor(q * recent.length))] ?? 0
    return { median: at(0.5), p95: at(0.95) }
  }

  clear(): void {
    this.#shown = []
    this.#latencies = []
    this.lastShownAtMs = null
  }
}
