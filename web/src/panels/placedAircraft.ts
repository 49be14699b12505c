// Vehicles as the map draws them.

import { aircraftStanding, airspaceShort, type Clocks } from '../live/aircraft'
import { ended, forgetTarget, picking, targets } from '../live/flyTo'
import { link } from '../live/link'
import { freshOf, motions, STALE_AFTER_MS, type Motion } from '../live/motion'
import { selection } from '../live/place'
import { stationNow } from '../live/time'
import { vehicleList } from '../live/vehicles'
import { heightWords } from './aircraftWords'
import type { PlacedAircraft } from '../map/aircraftLayer'
import type { VehicleView } from '../wire/types'

export const clocks = (): Clocks => ({ deviceMs: Date.now(), stationMs: stationNow(), monoMs: performance.now() })

/** Those that have, or had, a position. */
export function placedAircraft(): PlacedAircraft[] {
  const now = clocks()
  return vehicleList.peek().flatMap((vehicle) => {
    const motion = motions.get(vehicle.vehicle_id)
    return motion?.position ? [placed(vehicle, motion, motion.position, now)] : []
  })
}

function placed(vehicle: VehicleView, motion: Motion, at: NonNullable<Motion['position']>, now: Clocks): PlacedAircraft {
  const standing = aircraftStanding(vehicle, motion, link.peek(), now)
  const picked = selection.peek()
  const turned = motion.attitude && now.monoMs - motion.attitude.atMs < STALE_AFTER_MS ? motion.attitude.headingDeg : null
  const moving = motion.velocity && now.monoMs - motion.velocity.atMs < STALE_AFTER_MS ? motion.velocity : null
  const view = motions.view(vehicle.source_id, now.monoMs)
  return {
    id: vehicle.vehicle_id,
    name: vehicle.name,
    lon: at.lon,
    lat: at.lat,
    headingDeg: standing.hollow ? (motion.attitude?.headingDeg ?? null) : turned,
    simulated: vehicle.simulated,
    fresh: freshOf(at, now.monoMs),
    hollow: standing.hollow,
    tone: standing.tone,
    selected: picked?.kind === 'vehicle' && picked.id === vehicle.vehicle_id,
    lines: lines(vehicle, motion, standing),
    trail: motion.trail,
    home: vehicle.home_lon !== null && vehicle.home_lat !== null ? { lon: vehicle.home_lon, lat: vehicle.home_lat } : null,
    target: targetOf(vehicle, motion),
    view: view && { ...view, fresh: standing.hollow ? 0 : freshOf(view, now.monoMs) },
    course: moving?.courseDeg != null && moving.speedMps !== null ? { deg: moving.courseDeg, speedMps: moving.speedMps } : null,
  }
}

function lines(vehicle: VehicleView, motion: Motion, standing: { tone: string; words: string }): PlacedAircraft['lines'] {
  const found = [{ words: heightWords(motion, vehicle), warn: false }]
  if (standing.tone !== 'live') found.push({ words: standing.words, warn: standing.tone === 'warn' })
  const airspace = airspaceShort(vehicle)
  if (airspace) found.push({ words: airspace, warn: true })
  if (vehicle.simulated) found.push({ words: 'Simulated', warn: false })
  return found
}

function targetOf(vehicle: VehicleView, motion: Motion): PlacedAircraft['target'] {
  const thought = picking.peek()
  if (thought?.vehicleId === vehicle.vehicle_id && thought.at) return { ...thought.at, confirmed: false }
  const target = targets.peek().get(vehicle.vehicle_id)
  if (!target) return null
  if (ended(target, vehicle, motion.position, Date.now())) {
    // Not while something is drawn or computed from it.
    queueMicrotask(() => forgetTarget(vehicle.vehicle_id))
    return null
  }
  return { lon: target.lon, lat: target.lat, confirmed: true }
}
