// The UK SORA volumes round a plan, in GL: three outlines, each with a line of its own.

import { token } from '../ui/theme'
import type { VolumesView } from '../wire/types'
import type { Feature, FeatureCollection } from 'geojson'
import type { LayerSpecification } from 'maplibre-gl'

export const VOLUMES_SOURCE = 'volumes'

const PARTS = ['buffer', 'contingency', 'flight'] as const
type Part = (typeof PARTS)[number]

const LOOKS: Record<Part, { colour: string; width: number; dash: number[]; opacity: number }> = {
  flight: { colour: 'live', width: 2.4, dash: [1, 0], opacity: 0.16 },
  contingency: { colour: 'warn', width: 2.2, dash: [5, 2.5], opacity: 0.1 },
  buffer: { colour: 'danger', width: 2.2, dash: [1, 2], opacity: 0.08 },
}

export function volumeLayers(): LayerSpecification[] {
  return PARTS.flatMap((part): LayerSpecification[] => {
    const { colour, width, dash, opacity } = LOOKS[part]
    const of = { source: VOLUMES_SOURCE, filter: ['==', ['get', 'part'], part] as never }
    return [
      { id: `volume-fill-${part}`, type: 'fill', ...of, paint: { 'fill-color': token(colour), 'fill-opacity': opacity } },
      {
        id: `volume-line-${part}`,
        type: 'line',
        ...of,
        layout: { 'line-join': 'round' },
        paint: { 'line-color': token(colour), 'line-width': width, 'line-dasharray': dash },
      },
    ]
  })
}

/** Nothing while there are none. */
export function volumeData(of: VolumesView | null): FeatureCollection {
  const features = of === null ? [] : PARTS.map((part): Feature => ({ type: 'Feature', properties: { part }, geometry: { type: 'Polygon', coordinates: of[part] } }))
  return { type: 'FeatureCollection', features }
}
