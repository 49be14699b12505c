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

export const AIRCRAFT_RADIUS = 20
const ARM = 10
const ROTOR = 5.5
const ARMS = [[-1, -1], [1, -1], [1, 1], [-1, 1]] as const

export const aircraftColour = (mark: { tone: Tone }, colours: MapColours): string =>
  mark.tone === 'warn' ? colours.warn : mark.tone === 'live' ? colours.aircraft : colours.quiet

export function drawAircraft(g: CanvasRenderingContext2D, x: number, y: number, mark: AircraftMark, colours: MapColours): void {
  const colour = aircraftColour(mark, colours)
  g.save()
  g.translate(x, y)
  g.globalAlpha = mark.hollow ? 1 : 0.45 + 0.55 * mark.fresh
  if (mark.selected) ring(g, AIRCRAFT_RADIUS + 3, 2.5, colours.selected)
  g.rotate(((mark.headingDeg ?? 0) * Math.PI) / 180)
  g.lineJoin = 'round'
  g.lineCap = 'round'
  silhouette(g, mark.headingDeg !== null)
  g.lineWidth = 6
  g.strokeStyle = colours.paper
  g.stroke()
  g.fillStyle = mark.hollow ? colours.paper : colour
  g.fill()
  if (mark.simulated) hatch(g, AIRCRAFT_RADIUS, mark.hollow ? colour : colours.paper)
  silhouette(g, mark.headingDeg !== null)
  g.lineWidth = 1.8
  g.strokeStyle = mark.hollow ? colour : colours.paper
  g.setLineDash(mark.hollow ? [3, 2.5] : [])
  g.stroke()
  g.restore()
  drawLines(g, x, y + AIRCRAFT_RADIUS + 6, mark, colours)
}

/** One outline: rotors, body, and where its heading is known a nose. */
function silhouette(g: CanvasRenderingContext2D, nosed: boolean): void {
  g.beginPath()
  for (const [sx, sy] of ARMS) {
    g.moveTo(sx * ARM + ROTOR, sy * ARM)
    g.arc(sx * ARM, sy * ARM, ROTOR, 0, Math.PI * 2)
  }
  g.moveTo(6, 0)
  if (nosed) {
    g.lineTo(0, -20)
    g.lineTo(-6, 0)
    g.lineTo(-5, 8)
    g.lineTo(5, 8)
    g.closePath()
  } else g.arc(0, 0, 6, 0, Math.PI * 2)
}

function ring(g: CanvasRenderingContext2D, r: number, width: number, colour: string): void {
  g.beginPath()
  g.arc(0, 0, r, 0, Math.PI * 2)
  g.lineWidth = width
  g.strokeStyle = colour
  g.stroke()
}

function drawLines(g: CanvasRenderingContext2D, x: number, y: number, mark: AircraftMark, colours: MapColours): void {
  words(g, mark.name, x, y, 600, colours.text, colours.paper)
  mark.lines.forEach((line, i) => {
    words(g, line.words, x, y + 15 * (i + 1), line.warn ? 600 : 500, line.warn ? colours.warn : colours.text, colours.paper)
  })
}

/** Where it would return to: an H in a ring, as on a landing place. */
export function drawHome(g: CanvasRenderingContext2D, x: number, y: number, colours: MapColours): void {
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
export function drawTarget(g: CanvasRenderingContext2D, x: number, y: number, confirmed: boolean, colours: MapColours): void {
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
