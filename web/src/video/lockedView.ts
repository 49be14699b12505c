// Locked view: playback held back, each picture and its own boxes drawn together on one canvas.

import { drawBoxes, type BoxColours } from './drawBoxes'
import { bounded, diagnostics } from './diagnostics'
import { readFrameCode, rowsToRead } from './frameCode'
import { LockedRing, type LockedFrame } from './lockedRing'
import { copyPicture, PicturePool } from './pictures'
import type { AnalysedFrames } from './analysed'

export const HOLD_BACK_MS = 600
/** At 30 pictures a second, one second and a bit. */
const RING_PICTURES = 40
export const FRAME_CODE_CLASS = 'frame code'

export class LockedView {
  readonly #canvas: HTMLCanvasElement
  readonly #g: CanvasRenderingContext2D | null
  readonly #pool = new PicturePool()
  readonly #ring = new LockedRing<HTMLCanvasElement>(RING_PICTURES, HOLD_BACK_MS, (p) => this.#pool.give(p))
  readonly #analysed: AnalysedFrames
  readonly #colours: () => BoxColours
  #running = 0
  /** Share of the pictures drawn lately that had been analysed, 0-1. */
  analysedShare = 1

  constructor(canvas: HTMLCanvasElement, analysed: AnalysedFrames, colours: () => BoxColours) {
    this.#canvas = canvas
    this.#analysed = analysed
    this.#colours = colours
    this.#g = canvas.getContext('2d', { alpha: false, willReadFrequently: diagnostics() !== null })
  }

  start(): void {
    if (this.#running) return
    const step = () => {
      this.#running = requestAnimationFrame(step)
      const frame = this.#ring.take(performance.now(), this.#analysed)
      if (frame === null) return
      this.#draw(frame)
      this.#pool.give(frame.picture)
    }
    this.#running = requestAnimationFrame(step)
  }

  stop(): void {
    cancelAnimationFrame(this.#running)
    this.#running = 0
    this.clear()
    this.#pool.clear()
  }

  clear(): void {
    this.#ring.clear()
  }

  /** `rtp` is the publisher's timestamp of the frame presented now, if it is known. */
  hold(video: HTMLVideoElement, metadata: VideoFrameCallbackMetadata, rtp: number | null): void {
    const copied = copyPicture(video, metadata, this.#pool)
    if (copied === null) return
    this.#ring.put({
      picture: copied.picture,
      rtp: copied.certain ? rtp : null,
      shownAtMs: metadata.expectedDisplayTime,
    })
  }

  #draw(frame: LockedFrame<HTMLCanvasElement>): void {
    const g = this.#g
    if (!g) return
    const { width, height } = frame.picture
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      this.#canvas.width = width
      this.#canvas.height = height
    }
    g.drawImage(frame.picture, 0, 0)
    this.#record(g, frame, width, height)
    this.analysedShare = this.analysedShare * 0.95 + (frame.boxes ? 0.05 : 0)
    const unit = width / Math.max(this.#canvas.clientWidth, 1)
    if (frame.boxes) drawBoxes(g, frame.boxes, { x: 0, y: 0, width, height }, unit, this.#colours())
    else markNotAnalysed(g, height, unit, this.#colours())
  }

  /** For the bench: the number in the pixels that were drawn, before any box lies over it. */
  #record(
    g: CanvasRenderingContext2D,
    frame: LockedFrame<HTMLCanvasElement>,
    width: number,
    height: number,
  ): void {
    const found = diagnostics()
    if (!found) return
    const strip = g.getImageData(0, 0, width, rowsToRead(height))
    const coded = frame.boxes?.boxes.find((box) => box.className === FRAME_CODE_CLASS)
    bounded(found.locked, {
      rtp: frame.rtp,
      picture_number: readFrameCode(strip, height),
      box_number: coded ? coded.trackId : null,
    })
  }
}

function markNotAnalysed(g: CanvasRenderingContext2D, height: number, unit: number, colours: BoxColours): void {
  const words = 'not analysed'
  g.save()
  g.font = `500 ${12 * unit}px Inter, sans-serif`
  g.textBaseline = 'middle'
  const w = g.measureText(words).width + 12 * unit
  g.globalAlpha = 0.75
  g.fillStyle = colours.paper
  g.fillRect(8 * unit, height - 28 * unit, w, 20 * unit)
  g.globalAlpha = 1
  g.fillStyle = colours.ink
  g.fillText(words, 14 * unit, height - 17.5 * unit)
  g.restore()
}
