// A plain plan of the borough to set corners on: north up, one press a corner.

import { useEffect, useRef, useState } from 'preact/hooks'
import { loadBasemap, BOROUGH, boundsOf, type Basemap, type Bounds } from '../map/basemap'
import { Note } from '../ui/parts'
import { theme, token } from '../ui/theme'
import type { FeatureCollection } from 'geojson'
import type { Corner } from './area'

const MARGIN_PX = 12

interface Plan {
  toPixel(corner: readonly number[]): [number, number]
  toCorner(x: number, y: number): Corner
}

/** Equirectangular, with degrees of longitude as short as they are here: exact enough to draw on. */
export function planOf(box: Bounds, width: number, height: number): Plan {
  const squeeze = Math.cos((((box[1] + box[3]) / 2) * Math.PI) / 180)
  const scale = Math.min(
    (width - 2 * MARGIN_PX) / ((box[2] - box[0]) * squeeze),
    (height - 2 * MARGIN_PX) / (box[3] - box[1]),
  )
  const [midLon, midLat] = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]
  return {
    toPixel: ([lon = 0, lat = 0]) => [
      width / 2 + (lon - midLon) * squeeze * scale,
      height / 2 - (lat - midLat) * scale,
    ],
    toCorner: (x, y) => [midLon + (x - width / 2) / (squeeze * scale), midLat - (y - height / 2) / scale],
  }
}

const METRES_PER_DEGREE = 111_320

export interface Ring {
  centre: Corner
  radiusM: number
}

/** Corners of an outline, or a circle whose middle is pressed. */
export function AreaMap(props: { corners: readonly Corner[]; ring?: Ring | null; onCorner: (corner: Corner) => void; label?: string; hint?: string }) {
  const { corners, ring = null, onCorner } = props
  const canvas = useRef<HTMLCanvasElement>(null)
  const [basemap, setBasemap] = useState<Basemap | null>(null)
  const [failed, setFailed] = useState(false)
  const now = theme.value
  useEffect(() => void loadBasemap().then(setBasemap, () => setFailed(true)), [])
  const box = (basemap && boundsOf(basemap.boundary)) ?? BOROUGH
  useEffect(() => {
    if (canvas.current) draw(canvas.current, box, basemap, corners, ring)
  }, [basemap, corners, ring?.centre[0], ring?.centre[1], ring?.radiusM, now])
  const press = (event: MouseEvent & { currentTarget: HTMLCanvasElement }) => {
    const at = event.currentTarget.getBoundingClientRect()
    onCorner(planOf(box, at.width, at.height).toCorner(event.clientX - at.left, event.clientY - at.top))
  }
  return (
    <>
      {failed && <Note tone="warn">The plan of the borough could not be loaded. Type the corners below.</Note>}
      <canvas ref={canvas} class="area-map" role="img" aria-label={props.label ?? `Plan of the borough with ${corners.length} corners; they can be typed below`} onClick={press} />
      <p class="field-hint">{props.hint ?? 'Press where the corners are, one after the other.'}</p>
    </>
  )
}

function draw(canvas: HTMLCanvasElement, box: Bounds, basemap: Basemap | null, corners: readonly Corner[], ring: Ring | null): void {
  const unit = Math.min(devicePixelRatio || 1, 2)
  const { clientWidth: width, clientHeight: height } = canvas
  canvas.width = width * unit
  canvas.height = height * unit
  const g = canvas.getContext('2d')
  if (!g) return
  g.scale(unit, unit)
  g.fillStyle = token('map-ground')
  g.fillRect(0, 0, width, height)
  const { toPixel } = planOf(box, width, height)
  if (basemap) drawGround(g, basemap, toPixel)
  g.beginPath()
  if (ring) {
    const [x, y] = toPixel(ring.centre)
    const [, top] = toPixel([ring.centre[0], ring.centre[1] + ring.radiusM / METRES_PER_DEGREE])
    g.arc(x, y, y - top, 0, Math.PI * 2)
  }
  corners.forEach((corner, at) => {
    const [x, y] = toPixel(corner)
    if (at === 0) g.moveTo(x, y)
    else g.lineTo(x, y)
  })
  g.closePath()
  g.strokeStyle = token('accent')
  g.fillStyle = token('accent')
  g.lineWidth = 2
  g.stroke()
  g.globalAlpha = 0.2
  g.fill()
  g.globalAlpha = 1
  for (const corner of ring ? [ring.centre] : corners) {
    const [x, y] = toPixel(corner)
    g.beginPath()
    g.arc(x, y, 4, 0, Math.PI * 2)
    g.fill()
  }
}

function drawGround(g: CanvasRenderingContext2D, basemap: Basemap, toPixel: Plan['toPixel']): void {
  trace(g, basemap.parks, toPixel)
  g.fillStyle = token('map-park')
  g.fill('evenodd')
  trace(g, basemap.water, toPixel)
  g.fillStyle = token('map-water')
  g.fill('evenodd')
  const named = basemap.roads.features.filter((road) => road.properties?.['class'] !== 'other')
  trace(g, { type: 'FeatureCollection', features: named }, toPixel)
  g.strokeStyle = token('map-road-main')
  g.lineWidth = 1
  g.stroke()
  trace(g, basemap.boundary, toPixel)
  g.strokeStyle = token('map-border')
  g.lineWidth = 1.5
  g.stroke()
}

/** Every line and ring of a collection as one path. */
function trace(g: CanvasRenderingContext2D, of: FeatureCollection, toPixel: Plan['toPixel']): void {
  g.beginPath()
  const visit = (value: unknown): void => {
    if (!Array.isArray(value)) return
    const first: unknown = value[0]
    if (Array.isArray(first) && typeof first[0] === 'number') {
      value.forEach((point: number[], at) => {
        const [x, y] = toPixel(point)
        if (at === 0) g.moveTo(x, y)
        else g.lineTo(x, y)
      })
    } else value.forEach(visit)
  }
  for (const { geometry } of of.features) if ('coordinates' in geometry) visit(geometry.coordinates)
}
