// Everything that moves, on one 2D canvas above the map: MapLibre's GL stays at rest. Drawn at most
// ten times a second, and only when something changed or is ageing.

import { drawAircraftLayer, type PlacedAircraft } from './aircraftLayer'
import { ellipseOnScreen } from './geometry'
import { drawHere, drawPlan, pointAt, type DrawnPlan } from './planLayer'
import { drawTrafficLayer, type PlacedTraffic } from './trafficLayer'
import { drawAlert, drawCamera, drawTrackDot, readColours, words, type AlertMark, type CameraMark, type MapColours } from './symbols'
import { noteDot } from '../video/diagnostics'
import { trackShape } from '../video/drawBoxes'
import { freshness, type LiveTrack } from '../live/tracks'

export interface PlacedCamera extends CameraMark {
  id: string
  lon: number
  lat: number
}

export interface PlacedAlert extends AlertMark {
  id: string
  lon: number
  lat: number
}

export interface Scene {
  cameras: readonly PlacedCamera[]
  alerts: readonly PlacedAlert[]
  tracks(nowMs: number): LiveTrack[]
  aircraft(nowMs: number): PlacedAircraft[]
  /** Other aircraft; none where nobody tells of them. */
  traffic?(nowMs: number): PlacedTraffic[]
  selectedTrack: string | null
}

/** What somebody thinks of; changes by itself and often. */
export interface Thought {
  plan: DrawnPlan | null
  here: { lat: number; lon: number } | null
}

export interface Viewport {
  project(lon: number, lat: number): { x: number; y: number }
  zoom(): number
  width(): number
  height(): number
}

export type Hit = { kind: 'source' | 'track' | 'vehicle' | 'alert' | 'traffic'; id: string }

const REDRAW_MS = 100
const REDRAW_AGEING_MS = 500
const MARGIN_PX = 60
/** An alert stands above the camera that it is about. */
const ALERT_ABOVE_PX = 34
/** Track numbers are written from here on. */
const NUMBERS_FROM_ZOOM = 18.2

export class Overlay {
  readonly #canvas: HTMLCanvasElement
  readonly #view: Viewport
  #scene: Scene = { cameras: [], alerts: [], tracks: () => [], aircraft: () => [], selectedTrack: null }
  #thought: Thought = { plan: null, here: null }
  #colours: MapColours = readColours()
  #lastDrawMs = -Infinity
  #timer: ReturnType<typeof setTimeout> | undefined
  #ageing: ReturnType<typeof setTimeout> | undefined
  #frame = 0

  constructor(canvas: HTMLCanvasElement, view: Viewport) {
    this.#canvas = canvas
    this.#view = view
  }

  setScene(scene: Scene): void {
    this.#scene = scene
    this.changed()
  }

  setThought(thought: Thought): void {
    this.#thought = thought
    this.changed()
  }

  /** The point of the plan that lies there. */
  planPoint(x: number, y: number): number | null {
    return pointAt(this.#thought.plan, x, y, this.#view)
  }

  recolour(): void {
    this.#colours = readColours()
    this.changed()
  }

  /** Something changed: draw soon. */
  changed(): void {
    if (this.#timer !== undefined || this.#frame) return
    const wait = Math.max(0, REDRAW_MS - (performance.now() - this.#lastDrawMs))
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#frame = requestAnimationFrame(() => {
        this.#frame = 0
        this.draw()
      })
    }, wait)
  }

  /** Now: called with every frame in which the map itself moves. */
  draw(): void {
    const now = performance.now()
    this.#lastDrawMs = now
    const g = this.#prepare()
    if (!g) return
    const tracks = this.#scene.tracks(now)
    for (const track of tracks) this.#drawTrail(g, track, now)
    for (const track of tracks) this.#drawTrack(g, track, now)
    for (const camera of this.#scene.cameras) {
      const { x, y } = this.#view.project(camera.lon, camera.lat)
      if (this.#inside(x, y)) drawCamera(g, x, y, camera, this.#colours)
    }
    this.#drawThought(g)
    const traffic = this.#scene.traffic?.(now) ?? []
    drawTrafficLayer(g, traffic.filter((one) => one.level !== 'descend'), this.#view, this.#colours)
    const aircraft = this.#scene.aircraft(now)
    drawAircraftLayer(g, aircraft, this.#view, this.#colours)
    // Nothing lies over what somebody must get away from.
    drawTrafficLayer(g, traffic.filter((one) => one.level === 'descend'), this.#view, this.#colours)
    for (const alert of this.#scene.alerts) {
      const { x, y } = this.#view.project(alert.lon, alert.lat)
      if (this.#inside(x, y)) drawAlert(g, x, y - ALERT_ABOVE_PX, alert, this.#colours)
    }
    if (tracks.some((track) => freshness(track.heardAtMs, now + REDRAW_MS) < 1)) this.changed()
    else if (tracks.length + aircraft.length + traffic.length > 0) this.#drawWhenAgeing(tracks, now)
  }

  /** What lies under this point: the nearest thing within a finger's width. */
  hit(x: number, y: number): Hit | null {
    let best: Hit | null = null
    let nearest = 24
    const consider = (kind: Hit['kind'], id: string, lon: number, lat: number, bias: number, above = 0) => {
      const at = this.#view.project(lon, lat)
      const distance = Math.hypot(at.x - x, at.y - above - y) + bias
      if (distance < nearest) {
        nearest = distance
        best = { kind, id }
      }
    }
    for (const { id, lon, lat } of this.#scene.alerts) consider('alert', id, lon, lat, 0, ALERT_ABOVE_PX)
    for (const { id, lon, lat } of this.#scene.cameras) consider('source', id, lon, lat, 0)
    for (const { id, lon, lat } of this.#scene.aircraft(performance.now())) consider('vehicle', id, lon, lat, -4)
    for (const { id, lon, lat } of this.#scene.traffic?.(performance.now()) ?? []) consider('traffic', id, lon, lat, 0)
    for (const { key, track } of this.#scene.tracks(performance.now())) {
      consider('track', key, track.lon, track.lat, 8)
    }
    return best
  }

  stop(): void {
    clearTimeout(this.#timer)
    clearTimeout(this.#ageing)
    cancelAnimationFrame(this.#frame)
  }

  /** Should no batch come, tracks and vehicles must fade all the same. News is drawn before. */
  #drawWhenAgeing(tracks: LiveTrack[], now: number): void {
    clearTimeout(this.#ageing)
    const next = Math.min(REDRAW_AGEING_MS, ...tracks.map((track) => track.heardAtMs + 1000 - now))
    this.#ageing = setTimeout(() => this.changed(), Math.max(next, REDRAW_MS))
  }

  #drawThought(g: CanvasRenderingContext2D): void {
    const { plan, here } = this.#thought
    if (plan) drawPlan(g, plan, this.#view, this.#colours)
    if (!here) return
    const { x, y } = this.#view.project(here.lon, here.lat)
    drawHere(g, x, y, this.#colours)
  }

  #prepare(): CanvasRenderingContext2D | null {
    const unit = Math.min(devicePixelRatio || 1, 2)
    const width = Math.round(this.#view.width() * unit)
    const height = Math.round(this.#view.height() * unit)
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      this.#canvas.width = width
      this.#canvas.height = height
    }
    const g = this.#canvas.getContext('2d')
    if (!g) return null
    g.setTransform(unit, 0, 0, unit, 0, 0)
    g.clearRect(0, 0, width, height)
    return g
  }

  #inside(x: number, y: number): boolean {
    return (
      x > -MARGIN_PX && y > -MARGIN_PX && x < this.#view.width() + MARGIN_PX && y < this.#view.height() + MARGIN_PX
    )
  }

  #drawTrail(g: CanvasRenderingContext2D, { track, trail, heardAtMs }: LiveTrack, now: number): void {
    if (trail.length < 2) return
    const fresh = freshness(heardAtMs, now)
    g.lineWidth = 2
    g.lineCap = 'round'
    g.strokeStyle = this.#colours[trackShape(track.class_name)]
    let from = this.#view.project(trail[0]?.lon ?? 0, trail[0]?.lat ?? 0)
    for (let i = 1; i < trail.length; i++) {
      const point = trail[i]
      if (!point) continue
      const to = this.#view.project(point.lon, point.lat)
      g.globalAlpha = fresh * 0.6 * (i / trail.length)
      g.beginPath()
      g.moveTo(from.x, from.y)
      g.lineTo(to.x, to.y)
      g.stroke()
      from = to
    }
    g.globalAlpha = 1
  }

  #drawTrack(g: CanvasRenderingContext2D, live: LiveTrack, now: number): void {
    const { track } = live
    const { x, y } = this.#view.project(track.lon, track.lat)
    if (!this.#inside(x, y)) return
    const fresh = freshness(live.heardAtMs, now)
    const colour = this.#colours[trackShape(track.class_name)]
    const e = ellipseOnScreen(track.semi_major_m, track.semi_minor_m, track.orientation_deg, track.lat, this.#view.zoom())
    if (e.rx > 6) {
      g.beginPath()
      g.ellipse(x, y, e.rx, e.ry, e.rotation, 0, Math.PI * 2)
      g.fillStyle = colour
      g.globalAlpha = 0.1 * fresh
      g.fill()
      g.strokeStyle = colour
      g.lineWidth = 1
      g.globalAlpha = 0.55 * fresh
      g.stroke()
      g.globalAlpha = 1
    }
    const selected = live.key === this.#scene.selectedTrack
    drawTrackDot(g, x, y, track.class_name, fresh, selected, this.#colours)
    noteDot({ key: live.key, class_name: track.class_name, x, y })
    if (selected || this.#view.zoom() >= NUMBERS_FROM_ZOOM) {
      g.globalAlpha = 0.25 + 0.75 * fresh
      words(g, String(track.track_id), x, y + 9, 600, this.#colours.text, this.#colours.paper)
      g.globalAlpha = 1
    }
  }
}
