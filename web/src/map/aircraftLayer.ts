// Vehicles on the overlay: what they see, where they came from and go to, themselves.

import { drawAircraft, drawHome, drawTarget, aircraftColour, type AircraftMark } from './aircraftSymbol'
import { offset } from './geometry'
import { noteVehicle } from '../video/diagnostics'
import type { Viewport } from './overlay'
import type { MapColours } from './symbols'
import type { FlownPoint, SeenGround } from '../live/motion'

export interface LonLat {
  lon: number
  lat: number
}

export interface PlacedAircraft extends AircraftMark, LonLat {
  id: string
  trail: readonly FlownPoint[]
  home: LonLat | null
  /** Where it flies to, or where somebody thinks of sending it. */
  target: (LonLat & { confirmed: boolean }) | null
  view: (SeenGround & { fresh: number }) | null
  /** On its present course; null: it hardly moves, or nobody knows. */
  course: { deg: number; speedMps: number } | null
}

/** As far as the station's check looks ahead. */
const AHEAD_S = 30
const SLOWEST_MPS = 1

type Canvas = CanvasRenderingContext2D

export function drawAircraftLayer(g: Canvas, all: readonly PlacedAircraft[], view: Viewport, colours: MapColours): void {
  for (const one of all) drawView(g, one, view, colours)
  for (const one of all) {
    drawTrail(g, one, view, colours)
    drawAhead(g, one, view, colours)
    drawWay(g, one, view, colours)
  }
  // Whatever is selected lies above the others.
  for (const one of [...all].sort((a, b) => Number(a.selected) - Number(b.selected))) {
    const { x, y } = view.project(one.lon, one.lat)
    drawAircraft(g, x, y, one, colours)
    noteVehicle({ vehicle: one.id, drawn_at_ms: Date.now(), x, y })
  }
}

function path(g: Canvas, points: readonly (readonly [number, number])[], view: Viewport): void {
  g.beginPath()
  points.forEach(([lon, lat], i) => {
    const { x, y } = view.project(lon, lat)
    if (i === 0) g.moveTo(x, y)
    else g.lineTo(x, y)
  })
}

/** The ground that its camera sees: filled while fresh, a dashed outline when it is not. */
function drawView(g: Canvas, one: PlacedAircraft, view: Viewport, colours: MapColours): void {
  if (!one.view) return
  path(g, one.view.ring.map(([lon = 0, lat = 0]) => [lon, lat] as const), view)
  g.closePath()
  g.fillStyle = colours.camera
  g.strokeStyle = colours.camera
  g.globalAlpha = (one.selected ? 0.2 : 0.1) * one.view.fresh
  g.fill()
  g.globalAlpha = 0.35 + 0.5 * one.view.fresh
  g.lineWidth = one.selected ? 2 : 1
  g.setLineDash(one.view.fresh === 0 ? [5, 4] : [])
  g.stroke()
  g.setLineDash([])
  g.globalAlpha = 1
}

function drawTrail(g: Canvas, one: PlacedAircraft, view: Viewport, colours: MapColours): void {
  if (one.trail.length < 2) return
  g.lineWidth = one.selected ? 3 : 2
  g.lineCap = 'butt' // round ends would show through each other
  g.strokeStyle = aircraftColour(one, colours)
  let from: { x: number; y: number } | null = null
  one.trail.forEach((point, i) => {
    const to = view.project(point.lon, point.lat)
    if (from !== null && !point.afterGap) {
      g.globalAlpha = 0.15 + 0.55 * (i / one.trail.length)
      g.beginPath()
      g.moveTo(from.x, from.y)
      g.lineTo(to.x, to.y)
      g.stroke()
    }
    from = to
  })
  g.globalAlpha = 1
}

/** Where it would be in half a minute: what the zone check looks at. */
function drawAhead(g: Canvas, one: PlacedAircraft, view: Viewport, colours: MapColours): void {
  if (!one.course || one.hollow || one.course.speedMps < SLOWEST_MPS) return
  const [lon, lat] = offset(one.lon, one.lat, one.course.deg, one.course.speedMps * AHEAD_S)
  path(g, [[one.lon, one.lat], [lon, lat]], view)
  g.strokeStyle = aircraftColour(one, colours)
  g.globalAlpha = 0.7
  g.lineWidth = 1.5
  g.setLineDash([2, 5])
  g.stroke()
  g.setLineDash([])
  g.globalAlpha = 1
}

function drawWay(g: Canvas, one: PlacedAircraft, view: Viewport, colours: MapColours): void {
  if (one.home) {
    const { x, y } = view.project(one.home.lon, one.home.lat)
    drawHome(g, x, y, colours)
  }
  if (!one.target) return
  path(g, [[one.lon, one.lat], [one.target.lon, one.target.lat]], view)
  g.lineWidth = 2
  g.strokeStyle = one.target.confirmed ? colours.aircraft : colours.selected
  g.setLineDash(one.target.confirmed ? [10, 5] : [4, 4])
  g.stroke()
  g.setLineDash([])
  const { x, y } = view.project(one.target.lon, one.target.lat)
  drawTarget(g, x, y, one.target.confirmed, colours)
}
