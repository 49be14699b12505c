// Other aircraft on the overlay. Wings are an aeroplane, a rotor's cross a helicopter, a diamond a
// drone that is not ours; what is old is a grey outline.

import { words, type MapColours } from './symbols'
import type { Viewport } from './overlay'

export type TrafficShape = 'aeroplane' | 'helicopter' | 'drone'

export interface PlacedTraffic {
  id: string
  lon: number
  lat: number
  shape: TrafficShape
  /** Over ground; null: not known, then it points nowhere. */
  headingDeg: number | null
  level: 'look' | 'descend' | null
  stale: boolean
  selected: boolean
  lines: readonly string[]
}

const RING = 20
const MARGIN_PX = 60
const PLANE = [[0, -14], [2.5, -5], [14, 3], [14, 6], [2.5, 2.5], [1.8, 9], [5.5, 12], [5.5, 14], [0, 12.5], [-5.5, 14], [-5.5, 12], [-1.8, 9], [-2.5, 2.5], [-14, 6], [-14, 3], [-2.5, -5]] as const
const BODY = [[0, -12], [4, -6], [4, 2], [1.5, 5], [1.5, 13], [-1.5, 13], [-1.5, 5], [-4, 2], [-4, -6]] as const
const DIAMOND = [[0, -9], [9, 0], [0, 9], [-9, 0]] as const

type Canvas = CanvasRenderingContext2D

export function trafficColour({ level, stale }: Pick<PlacedTraffic, 'level' | 'stale'>, colours: MapColours): string {
  if (level === 'descend') return colours.refused
  if (stale) return colours.quiet
  return level === 'look' ? colours.warn : colours.other
}

export function drawTrafficLayer(g: Canvas, all: readonly PlacedTraffic[], view: Viewport, colours: MapColours): void {
  for (const one of all) {
    const { x, y } = view.project(one.lon, one.lat)
    if (x < -MARGIN_PX || y < -MARGIN_PX || x > view.width() + MARGIN_PX || y > view.height() + MARGIN_PX) continue
    drawOne(g, x, y, one, colours)
  }
}

function drawOne(g: Canvas, x: number, y: number, one: PlacedTraffic, colours: MapColours): void {
  const colour = trafficColour(one, colours)
  g.save()
  g.translate(x, y)
  g.lineJoin = 'round'
  if (one.level === 'descend') ring(g, RING, 3, colour)
  if (one.selected) ring(g, RING + 4, 2.5, colours.selected)
  g.rotate(((one.headingDeg ?? 0) * Math.PI) / 180)
  outline(g, one)
  g.lineWidth = 4
  g.strokeStyle = colours.paper
  g.stroke()
  g.fillStyle = one.stale ? colours.paper : colour
  g.fill()
  g.lineWidth = 1.8
  g.strokeStyle = colour
  g.setLineDash(one.stale ? [3, 3] : [])
  g.stroke()
  g.setLineDash([])
  if (one.shape === 'helicopter') rotor(g, colour)
  if (one.shape === 'drone' && one.headingDeg !== null) nose(g, colour)
  g.restore()
  one.lines.forEach((line, i) => words(g, line, x, y + RING + 4 + 15 * i, i === 0 ? 600 : 500, i === 0 && one.level !== null ? colour : colours.text, colours.paper))
}

/** Without a heading wings would point somewhere: a disc. */
function outline(g: Canvas, { shape, headingDeg }: PlacedTraffic): void {
  g.beginPath()
  if (headingDeg === null && shape !== 'drone') {
    g.arc(0, 0, 8, 0, Math.PI * 2)
    return
  }
  const points = shape === 'aeroplane' ? PLANE : shape === 'helicopter' ? BODY : DIAMOND
  points.forEach(([px, py], i) => (i === 0 ? g.moveTo(px, py) : g.lineTo(px, py)))
  g.closePath()
}

function rotor(g: Canvas, colour: string): void {
  g.beginPath()
  for (const across of [-10, 10]) {
    g.moveTo(across, -12)
    g.lineTo(-across, 6)
  }
  g.lineWidth = 2
  g.strokeStyle = colour
  g.stroke()
}

function nose(g: Canvas, colour: string): void {
  g.beginPath()
  g.moveTo(0, -9)
  g.lineTo(0, -17)
  g.lineWidth = 2.5
  g.strokeStyle = colour
  g.stroke()
}

function ring(g: Canvas, r: number, width: number, colour: string): void {
  g.beginPath()
  g.arc(0, 0, r, 0, Math.PI * 2)
  g.lineWidth = width
  g.strokeStyle = colour
  g.stroke()
}
