// Whether a zone concerns a flight at one height. Only to draw and to sort: the station judges.
// What is not surely above or below a zone may be in it.

import type { ZoneLayerView, ZoneView } from '../wire/types'

/** What a height of the page is above. */
export type HeightDatum = 'AGL' | 'AMSL'
export type Touch = 'within' | 'outside' | 'unknown'

/** Metres above one datum, at least and at the most. */
type Span = readonly [low: number, high: number]

/** The ground above mean sea level where the map can be panned to (map.ts, LIMITS): the highest is
 * below 300 m. */
const GROUND: Span = [-5, 300]
/** The WGS 84 ellipsoid lies below mean sea level there, by so much. */
const GEOID: Span = [43, 49]
/** A flight level is surely above this share of its standard height less this (docs/airspace.md). */
const LEVEL = { share: 0.75, less: 1500 }

const amslOf = (height: number, datum: HeightDatum): Span =>
  datum === 'AMSL' ? [height, height] : [height + GROUND[0], height + GROUND[1]]

const aglOf = (height: number, datum: HeightDatum): Span =>
  datum === 'AGL' ? [height, height] : [height - GROUND[1], height - GROUND[0]]

/** The flight above what a limit is above; null: nobody knows. */
function spanAbove(limit: ZoneLayerView['lower_datum'], height: number, datum: HeightDatum): Span | null {
  if (limit === 'agl' || limit === 'surface') return aglOf(height, datum)
  const [low, high] = amslOf(height, datum)
  if (limit === 'amsl') return [low, high]
  return limit === 'hae' ? [low + GEOID[0], high + GEOID[1]] : null
}

/** Below a layer's floor? */
function under(layer: ZoneLayerView, height: number, datum: HeightDatum): Touch {
  const { lower_datum, lower_m } = layer
  if (lower_datum === 'fl' && lower_m !== null) {
    const surely = lower_m * LEVEL.share - LEVEL.less
    return amslOf(height, datum)[1] < surely ? 'outside' : 'unknown'
  }
  if (lower_datum === 'surface') return 'within'
  const span = spanAbove(lower_datum, height, datum)
  if (span === null || lower_m === null) return 'unknown'
  if (span[1] < lower_m) return 'outside'
  return span[0] >= lower_m ? 'within' : 'unknown'
}

/** Above its top? Without a number it has none, or nobody knows it. */
function over(layer: ZoneLayerView, height: number, datum: HeightDatum): Touch {
  const { upper_datum, upper_m } = layer
  if (upper_datum === 'fl') {
    if (upper_m === null) return 'within'
    return amslOf(height, datum)[1] < upper_m * LEVEL.share - LEVEL.less ? 'within' : 'unknown'
  }
  const span = spanAbove(upper_datum, height, datum)
  if (span === null) return 'unknown'
  if (upper_m === null) return 'within'
  if (span[0] > upper_m) return 'outside'
  return span[1] <= upper_m ? 'within' : 'unknown'
}

function layerTouch(layer: ZoneLayerView, height: number, datum: HeightDatum): Touch {
  const both = [under(layer, height, datum), over(layer, height, datum)]
  if (both.includes('outside')) return 'outside'
  return both.includes('unknown') ? 'unknown' : 'within'
}

/** Of any of its layers. A zone that says nothing of its heights may be everywhere. */
export function touches(zone: Pick<ZoneView, 'layers'>, height: number, datum: HeightDatum): Touch {
  const all = zone.layers.map((layer) => layerTouch(layer, height, datum))
  if (all.includes('within')) return 'within'
  return all.length === 0 || all.includes('unknown') ? 'unknown' : 'outside'
}
