// Boxes over a picture. Solid: found in this very frame. Dashed: moved on from an earlier one.

import type { Box, BoxSet } from './prediction'

export interface BoxColours {
  person: string
  vehicle: string
  other: string
  ink: string
  paper: string
}

const VEHICLES = new Set(['car', 'truck', 'bus', 'motorcycle', 'bicycle', 'van', 'train'])

export type TrackShape = 'person' | 'vehicle' | 'other'

export function trackShape(className: string): TrackShape {
  if (className === 'person') return 'person'
  return VEHICLES.has(className) ? 'vehicle' : 'other'
}

export interface Place {
  x: number
  y: number
  width: number
  height: number
}

/** The largest rectangle of the picture's shape inside a tile: never stretched. */
export function contain(pictureWidth: number, pictureHeight: number, width: number, height: number): Place {
  if (pictureWidth <= 0 || pictureHeight <= 0) return { x: 0, y: 0, width, height }
  const scale = Math.min(width / pictureWidth, height / pictureHeight)
  const w = pictureWidth * scale
  const h = pictureHeight * scale
  return { x: (width - w) / 2, y: (height - h) / 2, width: w, height: h }
}

/** `place`: where the picture lies on the canvas; `unit`: canvas pixels per CSS pixel. */
export function drawBoxes(
  g: CanvasRenderingContext2D,
  set: BoxSet,
  place: Place,
  unit: number,
  colours: BoxColours,
): void {
  g.save()
  g.lineWidth = 2 * unit
  g.font = `600 ${12 * unit}px Inter, sans-serif`
  g.textBaseline = 'middle'
  for (const box of set.boxes) drawBox(g, box, set, place, unit, colours)
  g.restore()
}

function drawBox(
  g: CanvasRenderingContext2D,
  box: Box,
  set: BoxSet,
  place: Place,
  unit: number,
  colours: BoxColours,
): void {
  const sx = place.width / set.width
  const sy = place.height / set.height
  const x = place.x + box.left * sx
  const y = place.y + box.top * sy
  const w = (box.right - box.left) * sx
  const h = (box.bottom - box.top) * sy
  const colour = colours[trackShape(box.className)]
  g.setLineDash([])
  g.strokeStyle = colours.paper
  g.lineWidth = 4 * unit
  g.globalAlpha = 0.55
  g.strokeRect(x, y, w, h)
  g.globalAlpha = 1
  if (set.predicted) g.setLineDash([6 * unit, 4 * unit])
  g.strokeStyle = colour
  g.lineWidth = 2 * unit
  g.strokeRect(x, y, w, h)
  // A small picture has room for the number only; colour and list say the class.
  const words = place.width / unit >= 640 ? `${box.className} ${box.trackId}` : String(box.trackId)
  label(g, words, x, y, place, unit, colour, colours.paper)
}

function label(
  g: CanvasRenderingContext2D,
  words: string,
  x: number,
  y: number,
  place: Place,
  unit: number,
  colour: string,
  paper: string,
): void {
  const height = 18 * unit
  const width = g.measureText(words).width + 10 * unit
  const left = Math.min(Math.max(x - unit, place.x), place.x + place.width - width)
  const top = y - height - unit < place.y ? y + unit : y - height - unit
  g.fillStyle = colour
  g.fillRect(left, top, width, height)
  g.fillStyle = paper
  g.fillText(words, left + 5 * unit, top + height / 2 + unit * 0.5)
}
