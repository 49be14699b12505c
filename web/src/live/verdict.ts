// Verdicts on the page: asked for shortly after what is judged changed, again when what it is judged
// by changed, and now and then. An answer to another question is marked as one.

import { computed, effect, signal, type ReadonlySignal } from '@preact/signals'
import { asProblem } from '../wire/problems'
import { stationNow } from './time'
import { airspaceVersion } from './zones'
import type { Problem, VerdictView } from '../wire/types'

const WAIT_MS = 300
/** A verdict for "now" is one of some time ago soon. */
const AGAIN_MS = 60_000
const GIVE_UP_MS = 20_000

export interface Judged {
  /** The last answer that came; null: none yet. */
  answer: VerdictView | null
  /** When, by the station's clock. */
  atMs: number
  /** Of which question, and by which airspace. */
  of: string
  problem: Problem | null
}

/** How the answer stands to the question. `none`: there is nothing to judge. */
export type Freshness = 'none' | 'waiting' | 'fresh' | 'stale'

const NOTHING: Judged = { answer: null, atMs: 0, of: '', problem: null }

export interface Judge {
  judged: ReadonlySignal<Judged>
  freshness: ReadonlySignal<Freshness>
  /** Keeps asking until the answer is called. */
  follow: () => () => void
}

export function judgeOf<T>(request: ReadonlySignal<T | null>, ask: (body: T, signal: AbortSignal) => Promise<VerdictView>): Judge {
  const judged = signal<Judged>(NOTHING)
  const asked = computed(() => (request.value === null ? '' : `${airspaceVersion.value} ${JSON.stringify(request.value)}`))
  const freshness = computed((): Freshness => {
    const { of, answer, problem } = judged.value
    if (asked.value === '') return 'none'
    if (of === asked.value && problem === null) return 'fresh'
    return answer === null ? 'waiting' : 'stale'
  })
  const follow = () =>
    effect(() => {
      const of = asked.value
      if (of === '') {
        judged.value = NOTHING
        return
      }
      return keepAsking(of, request.peek() as T, ask, judged)
    })
  return { judged, freshness, follow }
}

function keepAsking<T>(
  of: string,
  body: T,
  ask: (body: T, signal: AbortSignal) => Promise<VerdictView>,
  judged: { value: Judged; peek: () => Judged },
): () => void {
  const stopped = new AbortController()
  let timer: ReturnType<typeof setTimeout>
  const once = async () => {
    const next = await ask(body, AbortSignal.any([stopped.signal, AbortSignal.timeout(GIVE_UP_MS)])).then(
      (answer): Judged => ({ answer, atMs: stationNow(), of, problem: null }),
      // What was answered before stays, and is not of now.
      (error: unknown): Judged => ({ ...judged.peek(), problem: asProblem(error) }),
    )
    if (stopped.signal.aborted) return
    judged.value = next
    timer = setTimeout(() => void once(), AGAIN_MS)
  }
  timer = setTimeout(() => void once(), WAIT_MS)
  return () => {
    clearTimeout(timer)
    stopped.abort()
  }
}
