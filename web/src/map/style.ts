// The map's style, in the colours of the tokens. No glyphs, no sprite, no request: labels are drawn
// from the page's own font.

import { EMPTY, LAYERS, namePoints, outside, type Basemap } from './basemap'
import { volumeLayers, VOLUMES_SOURCE } from './volumeLayers'
import { zoneLabels, zoneLayers } from './zoneLayers'
import { theme, token } from '../ui/theme'
import type { FilterSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl'

export const FONT = 'Inter'

const width = (at11: number, at14: number, at17: number, at20: number) =>
  ['interpolate', ['exponential', 1.5], ['zoom'], 11, at11, 14, at14, 17, at17, 20, at20] as never

const roads = (...classes: string[]): FilterSpecification => ['in', ['get', 'class'], ['literal', classes]]
const MAIN = ['motorway', 'trunk', 'primary']

const line = (id: string, filter: FilterSpecification, colour: string, lineWidth: never): LayerSpecification => ({
  id,
  type: 'line',
  source: 'roads',
  filter,
  layout: { 'line-cap': 'round', 'line-join': 'round' },
  paint: { 'line-color': token(colour), 'line-width': lineWidth },
})

export function buildStyle(basemap: Basemap): StyleSpecification {
  const sources: StyleSpecification['sources'] = {
    outside: { type: 'geojson', data: outside(basemap.boundary) },
    footprints: { type: 'geojson', data: EMPTY },
    zones: { type: 'geojson', data: EMPTY },
    'zone-names': { type: 'geojson', data: EMPTY },
    [VOLUMES_SOURCE]: { type: 'geojson', data: EMPTY },
    'park-names': { type: 'geojson', data: namePoints(basemap.parks) },
  }
  for (const name of LAYERS) sources[name] = { type: 'geojson', data: basemap[name] }
  return { version: 8, sources, layers: allLayers() }
}

/** Zones lie under what cameras see and over everything that is only background. */
function allLayers(): LayerSpecification[] {
  const [outsideLayer, ...rest] = overLayers()
  const dimmed = outsideLayer ? [outsideLayer] : []
  return [...groundLayers(), ...roadLayers(), ...dimmed, ...zoneLayers(theme.peek()), ...volumeLayers(), ...rest, ...labelLayers(), ...zoneLabels()]
}

function groundLayers(): LayerSpecification[] {
  return [
    { id: 'ground', type: 'background', paint: { 'background-color': token('map-ground') } },
    { id: 'parks', type: 'fill', source: 'parks', paint: { 'fill-color': token('map-park') } },
    { id: 'water', type: 'fill', source: 'water', paint: { 'fill-color': token('map-water') } },
  ]
}

function roadLayers(): LayerSpecification[] {
  return [
    line('road-other', roads('other'), 'map-road', width(0.4, 1.2, 6, 28)),
    line('road-secondary-case', roads('secondary'), 'map-road-case', width(1.4, 4.4, 13, 48)),
    line('road-secondary', roads('secondary'), 'map-road', width(0.9, 2.6, 10, 42)),
    line('road-main-case', roads(...MAIN), 'map-road-case', width(2.4, 6.4, 19, 66)),
    line('road-main', roads(...MAIN), 'map-road-main', width(1.4, 4, 15, 58)),
  ]
}

function overLayers(): LayerSpecification[] {
  return [
    {
      id: 'outside',
      type: 'fill',
      source: 'outside',
      paint: { 'fill-color': token('map-outside'), 'fill-opacity': 0.74 },
    },
    {
      id: 'boundary',
      type: 'line',
      source: 'boundary',
      layout: { 'line-join': 'round' },
      paint: { 'line-color': token('map-border'), 'line-width': width(1.4, 2, 3, 4), 'line-dasharray': [3, 2] },
    },
    {
      id: 'footprint-fill',
      type: 'fill',
      source: 'footprints',
      filter: ['==', ['get', 'measured'], true],
      paint: {
        'fill-color': ['get', 'colour'],
        'fill-opacity': ['case', ['get', 'selected'], 0.2, 0.1],
      },
    },
    {
      id: 'footprint-line',
      type: 'line',
      source: 'footprints',
      layout: { 'line-join': 'round' },
      paint: {
        'line-color': ['get', 'colour'],
        'line-width': ['case', ['get', 'selected'], 2, 1],
        'line-opacity': 0.85,
        'line-dasharray': ['case', ['get', 'solid'], ['literal', [1, 0]], ['literal', [3, 2]]],
      },
    },
  ]
}

function labelLayers(): LayerSpecification[] {
  const label = (id: string, rank: FilterSpecification, size: number, colour: string, minzoom: number): LayerSpecification => ({
    id,
    type: 'symbol',
    source: 'places',
    filter: rank,
    minzoom,
    layout: {
      'text-field': ['get', 'name'],
      'text-font': [FONT],
      'text-size': ['interpolate', ['linear'], ['zoom'], 11, size - 2, 15, size + 2],
      'text-letter-spacing': id === 'places-1' ? 0.04 : 0,
      'text-max-width': 8,
      'text-padding': 6,
      'symbol-sort-key': ['get', 'rank'],
    },
    paint: {
      'text-color': token(colour),
      'text-halo-color': token('map-label-halo'),
      'text-halo-width': 1.5,
    },
  })
  const park: LayerSpecification = {
    id: 'park-names',
    type: 'symbol',
    source: 'park-names',
    minzoom: 13.5,
    layout: {
      'text-field': ['get', 'name'],
      'text-font': [FONT],
      'text-size': 12,
      'text-max-width': 8,
      'text-padding': 12,
    },
    paint: {
      'text-color': token('map-label-quiet'),
      'text-halo-color': token('map-label-halo'),
      'text-halo-width': 1.2,
    },
  }
  return [
    park,
    label('places-3', ['>=', ['get', 'rank'], 3], 12, 'map-label-quiet', 11.5),
    label('places-2', ['==', ['get', 'rank'], 2], 13, 'map-label', 11),
    label('places-1', ['<=', ['get', 'rank'], 1], 15, 'map-label', 9),
  ]
}
