// Other aircraft as the map draws them.

import { ageWords } from '../live/time'
import { isStale, openTraffic, trafficNow, type OneOf } from '../live/traffic'
import { called, heightOf } from './trafficWords'
import type { PlacedTraffic, TrafficShape } from '../map/trafficLayer'

function shapeOf(one: OneOf): TrafficShape {
  if (one.kind === 'drone') return 'drone'
  return one.of.category === 'helicopter' ? 'helicopter' : 'aeroplane'
}

function placed(one: OneOf): PlacedTraffic[] {
  const { lat, lon } = one.of
  // A vehicle of ours is drawn as itself.
  if (lat === null || lon === null || (one.kind === 'drone' && one.of.vehicle_id !== null)) return []
  const stale = isStale(one)
  return [
    {
      id: one.id,
      lon,
      lat,
      shape: shapeOf(one),
      headingDeg: one.kind === 'aircraft' ? one.of.track_deg : one.of.course_deg,
      level: one.kind === 'aircraft' ? (one.of.approaches[0]?.level ?? null) : null,
      stale,
      selected: openTraffic.peek() === one.id,
      lines: [called(one), heightOf(one), ...(stale ? [`${ageWords(one.ageMs)} old`] : []), ...(one.kind === 'drone' && one.of.reported ? ['reported, not controlled'] : [])],
    },
  ]
}

export const placedTraffic = (nowMs: number): PlacedTraffic[] => trafficNow(nowMs).flatMap(placed)
