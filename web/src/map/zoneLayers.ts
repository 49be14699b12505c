// Airspace zones in GL: they stand still, and GL draws again only when the view or the zones change.
// Each kind by colour and by pattern and outline, so that colour alone never says it.

import { boundsOf, type Bounds } from './basemap'
import { token } from '../ui/theme'
import type { ShownZone } from '../live/zoneFilter'
import type { ZoneView } from '../wire/types'
import type { Feature, FeatureCollection } from 'geojson'
import type { FilterSpecification, LayerSpecification, Map as MapLibreMap } from 'maplibre-gl'

export type Restriction = ZoneView['restriction']
export const RESTRICTIONS: readonly Restriction[] = ['prohibited', 'permission', 'u_space', 'conditional', 'information']

export const ZONE_FILL = 'zone-tint'
const FONT = 'Inter'
/** A zone wider than this is named along its edge: its middle may be miles away. */
const WIDE_DEG = 0.03
const CELL_PX = 16

const of = (restriction: Restriction): FilterSpecification => ['==', ['get', 'restriction'], restriction]
const LINES: Record<Restriction, { width: number; dash: number[] }> = {
  prohibited: { width: 2.6, dash: [1, 0] },
  permission: { width: 2, dash: [1, 0] },
  u_space: { width: 2, dash: [8, 2] },
  conditional: { width: 2, dash: [5, 2.5] },
  information: { width: 1.4, dash: [1, 2.5] },
}

/** What is not active then is drawn, and hardly seen. */
const faintly = (opacity: number, faint: number) => ['case', ['get', 'faint'], faint, opacity] as never

export const patternName = (restriction: Restriction, theme: string): string => `zone ${restriction} ${theme}`

export function zoneLayers(theme: string): LayerSpecification[] {
  return [
    { id: ZONE_FILL, type: 'fill', source: 'zones', paint: { 'fill-color': ['get', 'colour'], 'fill-opacity': faintly(0.05, 0.01) } },
    ...RESTRICTIONS.map(
      (restriction): LayerSpecification => ({
        id: `zone-pattern-${restriction}`,
        type: 'fill',
        source: 'zones',
        filter: of(restriction),
        paint: { 'fill-pattern': patternName(restriction, theme), 'fill-opacity': faintly(0.5, 0.12) },
      }),
    ),
    ...RESTRICTIONS.map(
      (restriction): LayerSpecification => ({
        id: `zone-line-${restriction}`,
        type: 'line',
        source: 'zones',
        filter: of(restriction),
        layout: { 'line-join': 'round' },
        paint: {
          'line-color': ['get', 'colour'],
          'line-width': LINES[restriction].width,
          'line-dasharray': LINES[restriction].dash,
          'line-opacity': faintly(1, 0.45),
        },
      }),
    ),
    { id: OPEN_FILL, type: 'fill', source: 'zones', filter: isOpen([]), paint: { 'fill-color': ['get', 'colour'], 'fill-opacity': 0.14 } },
    {
      id: OPEN_LINE,
      type: 'line',
      source: 'zones',
      filter: isOpen([]),
      layout: { 'line-join': 'round' },
      paint: { 'line-color': ['get', 'colour'], 'line-width': 4.5 },
    },
  ]
}

const OPEN_FILL = 'zone-open-tint'
const OPEN_LINE = 'zone-open-line'
const isOpen = (ids: readonly string[]): FilterSpecification => ['in', ['get', 'id'], ['literal', [...ids]]]

/** Marks the zones whose card is open; nothing is cut into tiles anew for it. */
export function markOpen(map: MapLibreMap, ids: readonly string[]): void {
  for (const layer of [OPEN_FILL, OPEN_LINE]) if (map.getLayer(layer)) map.setFilter(layer, isOpen(ids))
}

const words = {
  'text-field': ['get', 'words'],
  'text-font': [FONT],
  'text-size': 12,
  'text-padding': 4,
} as const

export function zoneLabels(): LayerSpecification[] {
  const paint = { 'text-color': ['get', 'colour'], 'text-halo-color': token('map-label-halo'), 'text-halo-width': 1.6 } as never
  return [
    {
      id: 'zone-names-edge',
      type: 'symbol',
      source: 'zones',
      filter: ['==', ['get', 'wide'], true],
      layout: { ...words, 'text-field': ['get', 'line'], 'symbol-placement': 'line', 'symbol-spacing': 420, 'text-offset': [0, 1] } as never,
      paint,
    },
    {
      id: 'zone-names',
      type: 'symbol',
      source: 'zone-names',
      minzoom: 12.5,
      layout: { ...words, 'text-max-width': 30 } as never,
      paint,
    },
  ]
}

export interface ZoneData {
  areas: FeatureCollection
  names: FeatureCollection
}

type Limits = Pick<ZoneView, 'lower' | 'upper'>

/** In full, as in the law. */
export const zoneHeights = ({ lower, upper }: Limits): string => `From ${lower} to ${upper}`

/** For a label: how a limit is made up comes after its colon. */
export const shortHeights = ({ lower, upper }: Limits): string =>
  `${lower.split(':')[0] ?? ''} to ${upper.split(':')[0] ?? ''}`.replace(/^the /, '')

const areaOf = (zone: ZoneView): Feature => ({ type: 'Feature', properties: {}, geometry: { type: 'MultiPolygon', coordinates: zone.polygons } })

export const zoneBox = (zone: ZoneView): Bounds | null => boundsOf({ type: 'FeatureCollection', features: [areaOf(zone)] })

export function zoneData(zones: readonly ShownZone[]): ZoneData {
  const areas: Feature[] = []
  const names: Feature[] = []
  for (const { zone, faint } of zones) {
    const area = areaOf(zone)
    const box = zoneBox(zone)
    const inactive = faint ? ', not active then' : ''
    const wide = box !== null && box[2] - box[0] > WIDE_DEG
    area.properties = {
      id: zone.zone_id,
      restriction: zone.restriction,
      colour: token(`zone-${zone.restriction}`),
      wide,
      faint: faint !== '',
      line: `${zone.name}, ${shortHeights(zone)}${inactive}`,
    }
    areas.push(area)
    if (!box || wide) continue
    const colour = token(`zone-${zone.restriction}`)
    const properties = { words: `${zone.name}\n${shortHeights(zone)}${inactive}`, colour }
    names.push({ type: 'Feature', properties, geometry: { type: 'Point', coordinates: [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2] } })
  }
  return { areas: { type: 'FeatureCollection', features: areas }, names: { type: 'FeatureCollection', features: names } }
}

/** Makes the patterns of a theme; those of other themes stay, and harm nobody. */
export function addPatterns(map: MapLibreMap, theme: string): void {
  for (const restriction of RESTRICTIONS) {
    const name = patternName(restriction, theme)
    if (!map.hasImage(name)) map.addImage(name, pattern(restriction), { pixelRatio: 2 })
  }
}

/** One cell that joins with itself: crossed lines, lines one way, dots, nothing. */
function pattern(restriction: Restriction): ImageData {
  const side = CELL_PX * 2
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = side
  const g = canvas.getContext('2d')
  if (!g) return new ImageData(side, side)
  g.strokeStyle = g.fillStyle = token(`zone-${restriction}`)
  g.lineWidth = 2.2
  g.globalAlpha = 0.55
  if (restriction === 'permission' || restriction === 'prohibited') slanted(g, side, 1)
  if (restriction === 'prohibited') slanted(g, side, -1)
  if (restriction === 'conditional') {
    g.beginPath()
    g.arc(side / 4, side / 4, 2.4, 0, Math.PI * 2)
    g.arc((side * 3) / 4, (side * 3) / 4, 2.4, 0, Math.PI * 2)
    g.fill()
  }
  return g.getImageData(0, 0, side, side)
}

function slanted(g: CanvasRenderingContext2D, side: number, way: 1 | -1): void {
  g.beginPath()
  for (const at of [-side, 0, side]) {
    g.moveTo(at, way > 0 ? side : 0)
    g.lineTo(at + side, way > 0 ? 0 : side)
  }
  g.stroke()
}
