// A plan on the overlay: its legs by their verdict, each with a line of its own so that colour alone
// never says it; its points with their numbers; the place of "what may I do here?".

import { words, type MapColours } from './symbols'
import type { LegLook } from '../live/planJudge'
import type { Viewport } from './overlay'

export interface DrawnPlan {
  points: readonly { lat: number; lon: number }[]
  /** One a leg. */
  looks: readonly LegLook[]
  /** Legs that somebody points at. */
  pointed: readonly number[]
  /** The point under the hand; null: none. */
  held: number | null
}

interface Line {
  width: number
  dash: number[]
  /** Small strokes across it. */
  crossed: boolean
}

const LINES: Record<LegLook, Line> = {
  ALLOWED: { width: 4, dash: [], crossed: false },
  ALLOWED_EXEMPT: { width: 4, dash: [16, 4], crossed: false },
  PERMISSION_NEEDED: { width: 4, dash: [9, 6], crossed: false },
  UNKNOWN: { width: 4, dash: [2, 6], crossed: false },
  REFUSED: { width: 4, dash: [], crossed: true },
  STALE: { width: 2, dash: [4, 5], crossed: false },
}
const POINT_PX = 9
const CROSS_EVERY_PX = 22

type Canvas = CanvasRenderingContext2D

export function legColour(look: LegLook, colours: MapColours): string {
  if (look === 'ALLOWED' || look === 'ALLOWED_EXEMPT') return colours.allowed
  if (look === 'REFUSED') return colours.refused
  return look === 'STALE' ? colours.quiet : colours.warn
}

export function drawPlan(g: Canvas, plan: DrawnPlan, view: Viewport, colours: MapColours): void {
  const at = plan.points.map(({ lon, lat }) => view.project(lon, lat))
  plan.looks.forEach((look, leg) => {
    const [from, to] = [at[leg], at[leg + 1]]
    if (from && to) drawLeg(g, from, to, look, plan.pointed.includes(leg), colours)
  })
  at.forEach(({ x, y }, i) => drawPoint(g, x, y, i, plan.held === i, colours))
}

type Spot = { x: number; y: number }

function drawLeg(g: Canvas, from: Spot, to: Spot, look: LegLook, pointed: boolean, colours: MapColours): void {
  const { width, dash, crossed } = LINES[look]
  const line = (colour: string, wide: number, pattern: number[]) => {
    g.beginPath()
    g.moveTo(from.x, from.y)
    g.lineTo(to.x, to.y)
    g.strokeStyle = colour
    g.lineWidth = wide
    g.setLineDash(pattern)
    g.stroke()
    g.setLineDash([])
  }
  g.lineCap = 'butt'
  if (pointed) line(colours.selected, width + 9, [])
  line(colours.paper, width + 4, [])
  line(legColour(look, colours), width, dash)
  if (crossed) crosses(g, from, to, legColour(look, colours))
}

function crosses(g: Canvas, from: Spot, to: Spot, colour: string): void {
  const length = Math.hypot(to.x - from.x, to.y - from.y)
  if (length < 1) return
  const [ux, uy] = [(to.x - from.x) / length, (to.y - from.y) / length]
  g.strokeStyle = colour
  g.lineWidth = 2.5
  g.beginPath()
  for (let d = CROSS_EVERY_PX / 2; d < length; d += CROSS_EVERY_PX) {
    const [x, y] = [from.x + ux * d, from.y + uy * d]
    g.moveTo(x - uy * 7 - ux * 4, y + ux * 7 - uy * 4)
    g.lineTo(x + uy * 7 + ux * 4, y - ux * 7 + uy * 4)
  }
  g.stroke()
}

function drawPoint(g: Canvas, x: number, y: number, i: number, held: boolean, colours: MapColours): void {
  g.beginPath()
  g.arc(x, y, held ? POINT_PX + 4 : POINT_PX, 0, Math.PI * 2)
  g.fillStyle = colours.paper
  g.fill()
  g.lineWidth = held ? 3 : 2
  g.strokeStyle = colours.text
  g.stroke()
  words(g, String(i + 1), x, y - 6, 600, colours.text, colours.paper)
}

/** A ring with a gap in each direction: what is asked about lies in its middle. */
export function drawHere(g: Canvas, x: number, y: number, colours: MapColours): void {
  for (const [colour, wide] of [[colours.paper, 6], [colours.selected, 3]] as const) {
    g.strokeStyle = colour
    g.lineWidth = wide
    for (let turn = 0; turn < 4; turn++) {
      g.beginPath()
      g.arc(x, y, 13, (turn * Math.PI) / 2 + 0.3, ((turn + 1) * Math.PI) / 2 - 0.3)
      g.stroke()
    }
    g.beginPath()
    g.arc(x, y, 1.5, 0, Math.PI * 2)
    g.stroke()
  }
}

const GRAB_PX = 22

/** The point of a plan within a finger's width; the later of two. */
export function pointAt(plan: DrawnPlan | null, x: number, y: number, view: Viewport): number | null {
  let best: number | null = null
  let nearest = GRAB_PX
  plan?.points.forEach(({ lon, lat }, i) => {
    const at = view.project(lon, lat)
    const distance = Math.hypot(at.x - x, at.y - y)
    if (distance > nearest) return
    nearest = distance
    best = i
  })
  return best
}
