// Live view: boxes on a canvas over the playing video; dashed where they are predicted.

import { contain, drawBoxes, type BoxColours } from './drawBoxes'
import type { BoxSet } from './prediction'

export class LiveView {
  readonly #canvas: HTMLCanvasElement
  #drawn = false

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas
  }

  draw(set: BoxSet | null, colours: BoxColours): void {
    if (set === null || set.boxes.length === 0) {
      this.clear()
      return
    }
    const unit = Math.min(devicePixelRatio || 1, 2)
    const width = Math.round(this.#canvas.clientWidth * unit)
    const height = Math.round(this.#canvas.clientHeight * unit)
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      this.#canvas.width = width
      this.#canvas.height = height
    }
    const g = this.#canvas.getContext('2d')
    if (!g) return
    g.clearRect(0, 0, width, height)
    drawBoxes(g, set, contain(set.width, set.height, width, height), unit, colours)
    this.#drawn = true
  }

  clear(): void {
    if (!this.#drawn) return
    this.#canvas.getContext('2d')?.clearRect(0, 0, this.#canvas.width, this.#canvas.height)
    this.#drawn = false
  }
}
