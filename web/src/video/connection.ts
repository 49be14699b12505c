// Keeps one WHEP session open for as long as its source is live: again with back-off after a
// failure, and at once when the publisher started again.

import { signal } from '@preact/signals'
import { openWhep, type WhepSession } from './whep'
import { noteError } from './diagnostics'
import { asProblem, ProblemError } from '../wire/problems'
import type { Problem, SourceView } from '../wire/types'

const FIRST_RETRY_MS = 500
const LAST_RETRY_MS = 8000
/** A broken path may mend itself for so long. */
const DISCONNECTED_FOR_MS = 1500
/** A session that shows no picture for so long, though its source is live, is opened again. */
export const SILENT_FOR_MS = 5000

export type ConnectionState =
  | { phase: 'waiting' }
  | { phase: 'connecting'; attempt: number }
  | { phase: 'open' }
  | { phase: 'failed'; problem: Problem; retryAtMs: number }

export type Wanted = Pick<SourceView, 'source_id' | 'condition' | 'session_id'>

/** What to do about a source that looks like this. Pure. */
export function decide(
  wanted: Wanted,
  phase: ConnectionState['phase'],
  openFor: string | null,
): 'open' | 'reopen' | 'close' | 'stay' {
  if (wanted.condition === 'offline') return phase === 'waiting' ? 'stay' : 'close'
  if (wanted.condition !== 'live') return phase === 'failed' ? 'close' : 'stay'
  if (phase === 'waiting') return 'open'
  if (openFor !== wanted.session_id) return 'reopen'
  return 'stay'
}

export const retryDelayMs = (failures: number, retryAfterS: number | null): number =>
  Math.max(Math.min(FIRST_RETRY_MS * 2 ** Math.max(failures - 1, 0), LAST_RETRY_MS), (retryAfterS ?? 0) * 1000)

export interface ConnectionEvents {
  stream(stream: MediaStream): void
  opened(session: WhepSession, publisherSessionId: string | null): void
  closed(viewerSessionId: string): void
}

export class Connection {
  readonly state = signal<ConnectionState>({ phase: 'waiting' })
  readonly #events: ConnectionEvents
  #wanted: Wanted | null = null
  #openFor: string | null = null
  #session: WhepSession | null = null
  #abort: AbortController | null = null
  #failures = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(events: ConnectionEvents) {
    this.#events = events
  }

  /** Called with every new view of the source. */
  update(wanted: Wanted): void {
    this.#wanted = wanted
    const act = decide(wanted, this.state.peek().phase, this.#openFor)
    if (act === 'close') this.#drop(true)
    if (act === 'open' || act === 'reopen') {
      if (act === 'reopen') {
        this.#failures = 0
        this.#drop(true)
      }
      this.#open()
    }
  }

  /** Starts afresh now. */
  reopen(): void {
    this.#failures = 0
    this.#drop()
    if (this.#wanted?.condition === 'live') this.#open()
  }

  /** Pictures come: the next failure starts with a short wait again. */
  flowing(): void {
    this.#failures = 0
  }

  /** No pictures although there should be. */
  silent(): void {
    if (this.state.peek().phase === 'open' && this.#wanted?.condition === 'live') {
      this.#fail(new Error('no picture came'), 'No picture came for a while.')
    }
  }

  close(): void {
    this.#wanted = null
    this.#drop()
  }

  get peer(): RTCPeerConnection | null {
    return this.#session?.peer ?? null
  }

  /** `over`: the publisher's session has ended, and ours with it. */
  #drop(over = false): void {
    clearTimeout(this.#timer)
    if (this.#session) {
      this.#events.closed(this.#session.viewerSessionId)
      this.#session.close(over)
    }
    this.#session = null
    this.#abort?.abort()
    this.#abort = null
    this.#openFor = null
    this.state.value = { phase: 'waiting' }
  }

  #open(): void {
    this.#drop()
    const wanted = this.#wanted
    if (!wanted) return
    const abort = new AbortController()
    this.#abort = abort
    this.#openFor = wanted.session_id
    this.state.value = { phase: 'connecting', attempt: this.#failures + 1 }
    void openWhep(wanted.source_id, abort.signal, (stream) => {
      if (!abort.signal.aborted) this.#events.stream(stream)
    }).then(
      (session) => this.#opened(session, abort, wanted.session_id),
      (error: unknown) => {
        if (!abort.signal.aborted) this.#fail(error, '')
      },
    )
  }

  #opened(session: WhepSession, abort: AbortController, publisherSessionId: string | null): void {
    if (abort.signal.aborted) {
      session.close()
      return
    }
    this.#session = session
    this.state.value = { phase: 'open' }
    this.#events.opened(session, publisherSessionId)
    this.#watchPeer(session, abort)
  }

  #watchPeer(session: WhepSession, abort: AbortController): void {
    let patience: ReturnType<typeof setTimeout> | undefined
    const lost = () => {
      if (!abort.signal.aborted) this.#fail(new Error('media path lost'), 'The path of the video broke.')
    }
    const check = () => {
      clearTimeout(patience)
      const now = session.peer.connectionState
      if (now === 'failed' || now === 'closed') lost()
      else if (now === 'disconnected') patience = setTimeout(lost, DISCONNECTED_FOR_MS)
    }
    session.peer.addEventListener('connectionstatechange', check)
    abort.signal.addEventListener('abort', () => clearTimeout(patience), { once: true })
    check()
  }

  #fail(error: unknown, title: string): void {
    const sessionFor = this.#openFor
    this.#drop()
    this.#openFor = sessionFor
    this.#failures += 1
    const problem = title ? { ...asProblem(error), title, detail: title, remedy: '' } : asProblem(error)
    noteError(`video: ${problem.detail}`)
    const wait = retryDelayMs(this.#failures, error instanceof ProblemError ? error.retryAfterS : null)
    this.state.value = { phase: 'failed', problem, retryAtMs: Date.now() + wait }
    this.#timer = setTimeout(() => {
      if (this.#wanted?.condition === 'live') this.#open()
      else this.#drop()
    }, wait)
  }
}
