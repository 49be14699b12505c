// How cameras and tracks are drawn on the 2D canvas: each with a shape and a colour, so that colour
// alone never says what a thing is.

import { Cctv } from 'lucide'
import { trackShape } from '../video/drawBoxes'
import { token } from '../ui/theme'
import type { Standing } from '../live/standing'

export interface MapColours {
  camera: string
  quiet: string
  warn: string
  person: string
  vehicle: string
  other: string
  aircraft: string
  allowed: string
  refused: string
  text: string
  paper: string
  selected: string
}

export const readColours = (): MapColours => ({
  camera: token('camera'),
  quiet: token('camera-quiet'),
  warn: token('warn'),
  person: token('person'),
  vehicle: token('vehicle'),
  other: token('other-track'),
  aircraft: token('aircraft'),
  allowed: token('live'),
  refused: token('danger'),
  text: token('text'),
  paper: token('map-label-halo'),
  selected: token('focus'),
})

export const CAMERA_RADIUS = 15

let glyph: Path2D | null = null

function cameraGlyph(): Path2D {
  if (glyph) return glyph
  glyph = new Path2D()
  for (const [tag, attributes] of Cctv) {
    if (tag === 'path' && typeof attributes['d'] === 'string') glyph.addPath(new Path2D(attributes['d']))
  }
  return glyph
}

export interface CameraMark {
  name: string
  headingDeg: number | null
  simulated: boolean
  standing: Standing
  selected: boolean
  labelled: boolean
}

export function cameraColour(standing: Standing, colours: MapColours): string {
  if (standing.tone === 'warn') return colours.warn
  return standing.tone === 'live' ? colours.camera : colours.quiet
}

export function drawCamera(g: CanvasRenderingContext2D, x: number, y: number, mark: CameraMark, colours: MapColours): void {
  const colour = cameraColour(mark.standing, colours)
  const r = CAMERA_RADIUS
  g.save()
  g.translate(x, y)
  if (mark.headingDeg !== null) drawHeading(g, r, mark.headingDeg, colour, colours.paper)
  drawDisc(g, r, mark, colour, colours)
  if (mark.selected) {
    g.beginPath()
    g.arc(0, 0, r + 5, 0, Math.PI * 2)
    g.lineWidth = 2.5
    g.strokeStyle = colours.selected
    g.stroke()
  }
  g.restore()
  if (mark.labelled || mark.selected) drawCameraLabel(g, x, y + r + 8, mark, colour, colours)
}

export interface AlertMark {
  /** Nobody has taken it up yet. */
  fresh: boolean
  selected: boolean
}

const ALERT_SIDE = 13

/** A triangle with a stroke in it: filled until somebody acknowledges it, then an outline. */
export function drawAlert(g: CanvasRenderingContext2D, x: number, y: number, mark: AlertMark, colours: MapColours): void {
  const s = ALERT_SIDE
  g.save()
  g.translate(x, y)
  g.lineJoin = 'round'
  g.lineCap = 'round'
  g.beginPath()
  g.moveTo(0, -s)
  g.lineTo(s, s * 0.8)
  g.lineTo(-s, s * 0.8)
  g.closePath()
  g.lineWidth = mark.selected ? 9 : 6
  g.strokeStyle = mark.selected ? colours.selected : colours.paper
  g.stroke()
  g.fillStyle = mark.fresh ? colours.warn : colours.paper
  g.fill()
  g.lineWidth = 2.5
  g.strokeStyle = colours.warn
  g.stroke()
  g.beginPath()
  g.moveTo(0, -s * 0.35)
  g.lineTo(0, s * 0.2)
  g.moveTo(0, s * 0.5)
  g.lineTo(0, s * 0.5)
  g.strokeStyle = mark.fresh ? colours.paper : colours.warn
  g.stroke()
  g.restore()
}

function drawDisc(g: CanvasRenderingContext2D, r: number, mark: CameraMark, colour: string, colours: MapColours): void {
  g.beginPath()
  g.arc(0, 0, r + 2, 0, Math.PI * 2)
  g.fillStyle = colours.paper
  g.fill()
  g.beginPath()
  g.arc(0, 0, r, 0, Math.PI * 2)
  if (!mark.standing.hollow) {
    g.fillStyle = colour
    g.fill()
  }
  if (mark.simulated) hatch(g, r, mark.standing.hollow ? colour : colours.paper)
  g.beginPath()
  g.arc(0, 0, r - 1, 0, Math.PI * 2)
  g.lineWidth = 2
  g.strokeStyle = colour
  g.setLineDash(mark.standing.hollow ? [4, 3] : [])
  g.stroke()
  g.setLineDash([])
  g.scale(0.75, 0.75)
  g.translate(-12, -12)
  g.lineWidth = 2.5
  g.lineCap = 'round'
  g.lineJoin = 'round'
  g.strokeStyle = mark.standing.hollow ? colour : colours.paper
  g.stroke(cameraGlyph())
  g.translate(12, 12)
  g.scale(1 / 0.75, 1 / 0.75)
}

/** Simulated things are hatched wherever they are shown. */
export function hatch(g: CanvasRenderingContext2D, r: number, colour: string): void {
  g.save()
  g.clip()
  g.globalAlpha = 0.2
  g.strokeStyle = colour
  g.lineWidth = 2
  g.beginPath()
  for (let at = -2 * r; at <= 2 * r; at += 6) {
    g.moveTo(at - r, r)
    g.lineTo(at + r, -r)
  }
  g.stroke()
  g.restore()
}

function drawHeading(g: CanvasRenderingContext2D, r: number, headingDeg: number, colour: string, paper: string): void {
  g.save()
  g.rotate((headingDeg * Math.PI) / 180)
  g.beginPath()
  g.moveTo(0, -r - 11)
  g.lineTo(8, -r + 1)
  g.lineTo(-8, -r + 1)
  g.closePath()
  g.lineWidth = 3
  g.strokeStyle = paper
  g.stroke()
  g.fillStyle = colour
  g.fill()
  g.restore()
}

function drawCameraLabel(
  g: CanvasRenderingContext2D,
  x: number,
  y: number,
  mark: CameraMark,
  colour: string,
  colours: MapColours,
): void {
  words(g, mark.name, x, y, 600, colours.text, colours.paper)
  const more = [mark.standing.tone === 'live' ? '' : mark.standing.words, mark.simulated ? 'Simulated' : '']
    .filter(Boolean)
    .join(' · ')
  if (more) words(g, more, x, y + 15, 500, mark.standing.tone === 'live' ? colours.text : colour, colours.paper)
}

export function words(
  g: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  weight: number,
  colour: string,
  halo: string,
): void {
  g.font = `${weight} 12px Inter, sans-serif`
  g.textAlign = 'center'
  g.textBaseline = 'top'
  g.lineJoin = 'round'
  g.lineWidth = 3.5
  g.strokeStyle = halo
  g.strokeText(text, x, y)
  g.fillStyle = colour
  g.fillText(text, x, y)
}

/** `fresh`: 1 while it is seen, towards 0 as it is not; a fading one is hollow. */
export function drawTrackDot(
  g: CanvasRenderingContext2D,
  x: number,
  y: number,
  className: string,
  fresh: number,
  selected: boolean,
  colours: MapColours,
): void {
  const shape = trackShape(className)
  const colour = colours[shape]
  g.save()
  g.globalAlpha = 0.25 + 0.75 * fresh
  g.translate(x, y)
  outline(g, shape)
  g.lineWidth = 4
  g.strokeStyle = colours.paper
  g.stroke()
  if (fresh === 1) {
    g.fillStyle = colour
    g.fill()
  } else {
    g.fillStyle = colours.paper
    g.fill()
    g.lineWidth = 1.8
    g.strokeStyle = colour
    g.stroke()
  }
  if (selected) {
    g.beginPath()
    g.arc(0, 0, 10, 0, Math.PI * 2)
    g.lineWidth = 2
    g.strokeStyle = colours.selected
    g.stroke()
  }
  g.restore()
}

function outline(g: CanvasRenderingContext2D, shape: 'person' | 'vehicle' | 'other'): void {
  g.beginPath()
  if (shape === 'person') g.arc(0, 0, 5, 0, Math.PI * 2)
  else if (shape === 'vehicle') g.rect(-5, -5, 10, 10)
  else {
    g.moveTo(0, -6)
    g.lineTo(5.5, 4.5)
    g.lineTo(-5.5, 4.5)
    g.closePath()
  }
}
