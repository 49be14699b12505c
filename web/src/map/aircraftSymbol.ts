// How vehicles, their homes and their targets are drawn on the 2D canvas. Shape and colour together:
// four rotors and a nose are a drone of ours, and nothing else is.

import { hatch, words, type MapColours } from './symbols'
import type { Tone } from '../live/standing'

export interface AircraftMark {
  name: string
  /** Of the nose; null: not known, then it has none. */
  headingDeg: number | null
  simulated: boolean
  /** 1 while its position is fresh, towards 0 as it is not. */
  fresh: number
  /** Its position may no longer be so: drawn as an outline. */
  hollow: boolean
  tone: Tone
  selected: boolean
  /** Below its name: height, state, what it nears. */
  lines: readonly { words: string; warn: boolean }[]
}

export const AIRCRAFT_RADIUS = 21
const ARM = 11.5
const ROTOR = 4.6
const ARMS = [[-1, -1], [1, -1], [1, 1], [-1, 1]] as const

type Canvas = CanvasRenderingContext2D

export const aircraftColour = (mark: { tone: Tone }, colours: MapColours): string =>
  mark.tone === 'warn' ? colours.warn : mark.tone === 'live' ? colours.aircraft : colours.quiet

export function drawAircraft(g: Canvas, x: number, y: number, mark: AircraftMark, colours: MapColours): void {
  const colour = aircraftColour(mark, colours)
  g.save()
  g.translate(x, y)
  g.lineJoin = 'round'
  g.lineCap = 'round'
  drawPlate(g, mark, colour, colours)
  if (mark.selected) ring(g, AIRCRAFT_RADIUS + 4, 2.5, colours.selected)
  g.globalAlpha = mark.hollow ? 1 : 0.45 + 0.55 * mark.fresh
  g.rotate(((mark.headingDeg ?? 0) * Math.PI) / 180)
  drawRotors(g, colour, colours)
  body(g, mark.headingDeg !== null)
  g.lineWidth = 3
  g.strokeStyle = colours.paper
  g.stroke()
  g.fillStyle = mark.hollow ? colours.paper : colour
  g.fill()
  if (mark.hollow) {
    g.lineWidth = 2
    g.strokeStyle = colour
    g.stroke()
  }
  g.restore()
  drawLines(g, x, y + AIRCRAFT_RADIUS + 7, mark, colours)
}

/** What it lies on: hatched where it is simulated, its edge broken where its place is old. */
function drawPlate(g: Canvas, mark: AircraftMark, colour: string, colours: MapColours): void {
  g.beginPath()
  g.arc(0, 0, AIRCRAFT_RADIUS, 0, Math.PI * 2)
  g.fillStyle = colours.paper
  g.globalAlpha = 0.82
  g.fill()
  g.globalAlpha = 1
  if (mark.simulated) hatch(g, AIRCRAFT_RADIUS, colour)
  g.setLineDash(mark.hollow ? [5, 4] : [])
  ring(g, AIRCRAFT_RADIUS, mark.hollow ? 2 : 1.5, colour)
  g.setLineDash([])
}

function drawRotors(g: Canvas, colour: string, colours: MapColours): void {
  g.beginPath()
  for (const [sx, sy] of ARMS) {
    g.moveTo(0, 0)
    g.lineTo(sx * ARM, sy * ARM)
  }
  g.lineWidth = 2.5
  g.strokeStyle = colour
  g.stroke()
  g.beginPath()
  for (const [sx, sy] of ARMS) {
    g.moveTo(sx * ARM + ROTOR, sy * ARM)
    g.arc(sx * ARM, sy * ARM, ROTOR, 0, Math.PI * 2)
  }
  g.fillStyle = colours.paper
  g.fill()
  g.lineWidth = 2.2
  g.stroke()
}

/** Where its heading is known it has a nose, and the nose reaches out. */
function body(g: Canvas, nosed: boolean): void {
  g.beginPath()
  if (!nosed) {
    g.arc(0, 0, 5.5, 0, Math.PI * 2)
    return
  }
  g.moveTo(0, -25)
  g.lineTo(6.5, 8)
  g.lineTo(0, 4.5)
  g.lineTo(-6.5, 8)
  g.closePath()
}

function ring(g: Canvas, r: number, width: number, colour: string): void {
  g.beginPath()
  g.arc(0, 0, r, 0, Math.PI * 2)
  g.lineWidth = width
  g.strokeStyle = colour
  g.stroke()
}

/** On a plate of their own: other names lie beneath. */
function drawLines(g: Canvas, x: number, y: number, mark: AircraftMark, colours: MapColours): void {
  g.font = '600 12px Inter, sans-serif'
  const widest = Math.max(...[mark.name, ...mark.lines.map((line) => line.words)].map((text) => g.measureText(text).width))
  g.globalAlpha = 0.72
  g.fillStyle = colours.paper
  g.beginPath()
  g.roundRect(x - widest / 2 - 5, y - 3, widest + 10, 15 * (mark.lines.length + 1) + 5, 4)
  g.fill()
  g.globalAlpha = 1
  words(g, mark.name, x, y, 600, colours.text, colours.paper)
  mark.lines.forEach((line, i) => {
    words(g, line.words, x, y + 15 * (i + 1), line.warn ? 600 : 500, line.warn ? colours.warn : colours.text, colours.paper)
  })
}

/** Where it would return to: an H in a ring, as on a landing place. */
export function drawHome(g: Canvas, x: number, y: number, colours: MapColours): void {
  g.save()
  g.translate(x, y)
  g.beginPath()
  g.arc(0, 0, 9, 0, Math.PI * 2)
  g.fillStyle = colours.paper
  g.fill()
  ring(g, 9, 1.8, colours.aircraft)
  g.beginPath()
  for (const [fromX, fromY, toX, toY] of [[-3, -4, -3, 4], [3, -4, 3, 4], [-3, 0, 3, 0]] as const) {
    g.moveTo(fromX, fromY)
    g.lineTo(toX, toY)
  }
  g.lineWidth = 1.8
  g.lineCap = 'round'
  g.stroke()
  g.restore()
}

/** Where it is sent: a cross in a diamond; dashed while nobody has confirmed it. */
export function drawTarget(g: Canvas, x: number, y: number, confirmed: boolean, colours: MapColours): void {
  g.save()
  g.translate(x, y)
  g.beginPath()
  g.moveTo(0, -11)
  g.lineTo(11, 0)
  g.lineTo(0, 11)
  g.lineTo(-11, 0)
  g.closePath()
  g.fillStyle = colours.paper
  g.globalAlpha = 0.8
  g.fill()
  g.globalAlpha = 1
  g.lineWidth = 2
  g.strokeStyle = confirmed ? colours.aircraft : colours.selected
  g.setLineDash(confirmed ? [] : [4, 3])
  g.stroke()
  g.setLineDash([])
  g.beginPath()
  g.moveTo(-4, 0)
  g.lineTo(4, 0)
  g.moveTo(0, -4)
  g.lineTo(0, 4)
  g.stroke()
  g.restore()
}
