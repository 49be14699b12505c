// A source's picture in one tile: the WHEP session, the two views, and what they measure.

import { signal } from '@preact/signals'
import { AnalysedFrames } from './analysed'
import { Connection, SILENT_FOR_MS } from './connection'
import { Figures } from './figures'
import { LiveView } from './liveView'
import { LockedView } from './lockedView'
import { predict } from './prediction'
import { sourceRtp } from './rtp'
import { ShownFrames } from './shown'
import { clocksDiffer } from '../live/time'
import { watching } from '../live/watching'
import type { BoxColours } from './drawBoxes'
import type { WhepSession } from './whep'
import type { AnalysedFrame, SourceView } from '../wire/types'

export type Mode = 'live' | 'locked'

export interface Surfaces {
  video: HTMLVideoElement
  live: HTMLCanvasElement
  locked: HTMLCanvasElement
}

export interface Watched {
  /** Pictures shown a second, over the last five. */
  fps: number
  latency: { median: number; p95: number } | null
  clocksDiffer: boolean
  /** How long ago the last picture came, ms; null: none came yet. */
  lastPictureAgeMs: number | null
  /** Boxes can be matched to pictures. */
  clockKnown: boolean
  analysedShare: number
}

export const NOTHING_WATCHED: Watched = {
  fps: 0,
  latency: null,
  clocksDiffer: false,
  lastPictureAgeMs: null,
  clockKnown: false,
  analysedShare: 1,
}

const TELL_EVERY_MS = 500
/** Without a new picture for so long, boxes would lie over a picture they no longer belong to. */
const CLEAR_BOXES_AFTER_MS = 1000

export class Player {
  readonly connection: Connection
  readonly mode = signal<Mode>('live')
  readonly watched = signal<Watched>(NOTHING_WATCHED)
  readonly #sourceId: string
  readonly #surfaces: Surfaces
  readonly #analysed = new AnalysedFrames()
  readonly #shown = new ShownFrames()
  readonly #figures = new Figures()
  readonly #live: LiveView
  readonly #locked: LockedView
  readonly #colours: () => BoxColours
  #publisherSession: string | null = null
  #offset: number | null = null
  #callback = 0
  #openedAtMs = 0
  #timer: ReturnType<typeof setInterval> | undefined

  constructor(sourceId: string, surfaces: Surfaces, colours: () => BoxColours) {
    this.#sourceId = sourceId
    this.#surfaces = surfaces
    this.#colours = colours
    this.#live = new LiveView(surfaces.live)
    this.#locked = new LockedView(surfaces.locked, this.#analysed, colours)
    this.connection = new Connection({
      stream: (stream) => this.#play(stream),
      opened: (session, publisherSession) => this.#opened(session, publisherSession),
      closed: (viewerSessionId) => this.#closed(viewerSessionId),
    })
    this.#timer = setInterval(() => this.#tell(), TELL_EVERY_MS)
    document.addEventListener('visibilitychange', this.#onVisible)
  }

  setMode(mode: Mode): void {
    if (mode === this.mode.peek()) return
    this.mode.value = mode
    this.#live.clear()
    if (mode === 'locked') this.#locked.start()
    else this.#locked.stop()
  }

  update(source: SourceView): void {
    this.connection.update(source)
  }

  close(): void {
    clearInterval(this.#timer)
    document.removeEventListener('visibilitychange', this.#onVisible)
    this.#locked.stop()
    this.connection.close()
    this.#forget()
    this.#surfaces.video.srcObject = null
  }

  #opened(session: WhepSession, publisherSession: string | null): void {
    this.#publisherSession = publisherSession
    this.#openedAtMs = Date.now()
    watching.add({
      sourceId: this.#sourceId,
      viewerSessionId: session.viewerSessionId,
      onFrame: (frame) => this.#onFrame(frame),
      onOffset: (offset) => (this.#offset = offset),
    })
  }

  #closed(viewerSessionId: string): void {
    watching.remove(viewerSessionId)
    this.#forget()
  }

  /** What one session taught does not hold in the next. */
  #forget(): void {
    this.#surfaces.video.cancelVideoFrameCallback(this.#callback)
    this.#offset = null
    this.#publisherSession = null
    this.#analysed.clear()
    this.#shown.clear()
    this.#figures.clear()
    this.#locked.clear()
    this.#live.clear()
    this.watched.value = NOTHING_WATCHED
  }

  #play(stream: MediaStream): void {
    const { video } = this.#surfaces
    video.srcObject = stream
    // Muted video may always start; only a removed element refuses, and then nobody looks.
    video.play().catch(() => undefined)
    const next = () => {
      this.#callback = video.requestVideoFrameCallback((_, metadata) => {
        next()
        this.#presented(metadata)
      })
    }
    video.cancelVideoFrameCallback(this.#callback)
    next()
  }

  #presented(metadata: VideoFrameCallbackMetadata): void {
    const now = Date.now()
    this.#figures.shown(now)
    this.connection.flowing()
    const { rtpTimestamp } = metadata
    const rtp =
      this.#offset === null || rtpTimestamp === undefined ? null : sourceRtp(rtpTimestamp, this.#offset)
    let boxes = 0
    if (this.mode.peek() === 'locked') {
      this.#locked.hold(this.#surfaces.video, metadata, rtp)
    } else {
      const set = rtp === null ? null : predict(this.#analysed, rtp)
      boxes = set?.boxes.length ?? 0
      this.#live.draw(set, this.#colours())
    }
    if (rtp !== null) this.#noteShown(rtp, metadata, boxes)
  }

  #noteShown(rtp: number, metadata: VideoFrameCallbackMetadata, boxes: number): void {
    const shown_at_ms = performance.timeOrigin + metadata.expectedDisplayTime
    this.#shown.show({ rtp, shown_at_ms, captured_at_ms: null, boxes }, this.mode.peek() === 'live')
    const known = this.#analysed.exact(rtp)
    if (known) this.#noteCaptured(known)
  }

  #noteCaptured(frame: AnalysedFrame): void {
    if (frame.captured_at === null) return
    const ms = this.#shown.capturedAt(frame.rtp_timestamp, Date.parse(frame.captured_at))
    if (ms !== null) this.#figures.latency(ms, Date.now())
  }

  #onFrame(frame: AnalysedFrame): void {
    if (this.#publisherSession !== null && frame.session_id !== this.#publisherSession) return
    this.#analysed.put(frame)
    this.#noteCaptured(frame)
  }

  readonly #onVisible = (): void => {
    // A hidden page is shown no frames; that says nothing of the source.
    if (!document.hidden && this.#figures.lastShownAtMs !== null) this.#figures.lastShownAtMs = Date.now()
    this.#openedAtMs = Date.now()
  }

  #tell(): void {
    if (document.hidden) return
    const now = Date.now()
    const last = this.#figures.lastShownAtMs
    const age = last === null ? null : now - last
    if (age !== null && age > CLEAR_BOXES_AFTER_MS) this.#live.clear()
    if (now - Math.max(last ?? 0, this.#openedAtMs) > SILENT_FOR_MS) this.connection.silent()
    this.watched.value = {
      fps: this.#figures.fps(now),
      latency: this.#figures.latencyMs(now),
      clocksDiffer: clocksDiffer(),
      lastPictureAgeMs: age,
      clockKnown: this.#offset !== null,
      analysedShare: this.#locked.analysedShare,
    }
  }
}
