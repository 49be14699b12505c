// The small basemap of ours: one JSON with five GeoJSON collections and who is to be thanked.

import { madeHere } from '../wire/problems'
import type { FeatureCollection } from 'geojson'

export const LAYERS = ['boundary', 'water', 'parks', 'roads', 'places'] as const
export type BasemapLayer = (typeof LAYERS)[number]
export type Basemap = Record<BasemapLayer, FeatureCollection> & { attribution: string[] }

export type Bounds = [west: number, south: number, east: number, north: number]

export const EMPTY: FeatureCollection = { type: 'FeatureCollection', features: [] }

export const NO_BASEMAP: Basemap = {
  boundary: EMPTY,
  water: EMPTY,
  parks: EMPTY,
  roads: EMPTY,
  places: EMPTY,
  attribution: [],
}

/** Where the map opens when the basemap cannot say. */
export const BOROUGH: Bounds = [-0.2551, 51.4636, -0.1774, 51.5327]

function isCollection(value: unknown): value is FeatureCollection {
  return typeof value === 'object' && value !== null && 'features' in value && Array.isArray(value.features)
}

export function parseBasemap(body: unknown): Basemap {
  if (typeof body !== 'object' || body === null) throw new TypeError('the basemap is no object')
  const found = body as Record<string, unknown>
  const layer = (name: BasemapLayer): FeatureCollection => {
    const value = found[name]
    if (!isCollection(value)) throw new TypeError(`the basemap has no ${name}`)
    return value
  }
  const thanks = found['attribution']
  const attribution = (Array.isArray(thanks) ? thanks : [thanks]).filter((line) => typeof line === 'string')
  return {
    boundary: layer('boundary'),
    water: layer('water'),
    parks: layer('parks'),
    roads: layer('roads'),
    places: layer('places'),
    attribution,
  }
}

/** Raises ProblemError. */
export async function loadBasemap(): Promise<Basemap> {
  try {
    const response = await fetch('/basemap.json')
    if (!response.ok) throw new Error(String(response.status))
    return parseBasemap(await response.json())
  } catch {
    throw madeHere(
      'basemap',
      'The background of the map could not be loaded.',
      'Cameras and tracks are still shown; load the page again for the background.',
    )
  }
}

export function boundsOf(collection: FeatureCollection): Bounds | null {
  const box: Bounds = [Infinity, Infinity, -Infinity, -Infinity]
  const visit = (value: unknown): void => {
    if (!Array.isArray(value)) return
    const [lon, lat] = value as unknown[]
    if (typeof lon === 'number' && typeof lat === 'number') {
      box[0] = Math.min(box[0], lon)
      box[1] = Math.min(box[1], lat)
      box[2] = Math.max(box[2], lon)
      box[3] = Math.max(box[3], lat)
    } else value.forEach(visit)
  }
  for (const { geometry } of collection.features) if ('coordinates' in geometry) visit(geometry.coordinates)
  return Number.isFinite(box[0]) ? box : null
}

/** Everything but the borough, to be dimmed. */
export function outside(boundary: FeatureCollection): FeatureCollection {
  const holes = boundary.features.flatMap(({ geometry }) =>
    geometry.type === 'Polygon'
      ? [geometry.coordinates[0] ?? []]
      : geometry.type === 'MultiPolygon'
        ? geometry.coordinates.map((polygon) => polygon[0] ?? [])
        : [],
  )
  if (holes.length === 0) return EMPTY
  const world = [[-3, 50], [3, 50], [3, 53], [-3, 53], [-3, 50]]
  return {
    type: 'FeatureCollection',
    features: [{ type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [world, ...holes] } }],
  }
}

/** One point a name: a label on a polygon is repeated in every tile that the polygon touches. */
export function namePoints(areas: FeatureCollection): FeatureCollection {
  const features = areas.features.flatMap((feature): FeatureCollection['features'] => {
    const name: unknown = feature.properties?.['name']
    const box = typeof name === 'string' ? boundsOf({ type: 'FeatureCollection', features: [feature] }) : null
    if (!box) return []
    const coordinates = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]
    return [{ type: 'Feature', properties: { name }, geometry: { type: 'Point', coordinates } }]
  })
  return { type: 'FeatureCollection', features }
}
