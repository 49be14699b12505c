// Other aircraft in words. What is not known is said; a height says how far off it may be.

import { ageWords } from '../live/time'
import type { OneOf } from '../live/traffic'
import type { AircraftView, ApproachView, RemoteIdView } from '../wire/types'

const WINDS = ['north', 'north-east', 'east', 'south-east', 'south', 'south-west', 'west', 'north-west'] as const

export const towards = (deg: number): string => WINDS[Math.round(deg / 45) % 8] ?? 'north'

export const calledAircraft = (one: AircraftView): string => one.callsign || one.icao.toUpperCase()

export const calledDrone = (one: RemoteIdView): string => one.uas_id || (one.reported ? 'Reported drone' : 'Drone without an id')

export const called = (one: OneOf): string => (one.kind === 'aircraft' ? calledAircraft(one.of) : calledDrone(one.of))

export function aircraftHeight({ alt_amsl_m, alt_from, alt_error_m, on_ground }: AircraftView): string {
  if (on_ground) return 'on the ground'
  if (alt_amsl_m === null) return 'height not known'
  return `${alt_amsl_m} m ±${alt_error_m ?? 0}${alt_from === 'barometer' ? ' by barometer' : ''}`
}

export function droneHeight(one: RemoteIdView): string {
  if (one.height_m !== null) return `${Math.round(one.height_m)} m above ${one.height_over_ground ? 'the ground' : 'its take-off'}`
  if (one.alt_hae_m !== null) return `${Math.round(one.alt_hae_m)} m above the ellipsoid`
  return 'height not known'
}

export const heightOf = (one: OneOf): string => (one.kind === 'aircraft' ? aircraftHeight(one.of) : droneHeight(one.of))

function aboveWords(metres: number | null): string {
  if (metres === null) return 'height not known'
  const rounded = Math.round(metres / 10) * 10
  if (Math.abs(rounded) < 20) return 'at its height'
  return `${Math.abs(rounded)} m ${rounded > 0 ? 'above' : 'below'}`
}

/** "900 m north-east of Kestrel 1, 120 m above, closing": as the station reckoned it. */
export function approachWords(met: ApproachView, vehicleName: string): string {
  const far = met.distance_m < 100 ? 'less than 100 m' : `${Math.round(met.distance_m / 100) * 100} m`
  const way = met.course_known ? (met.closing ? 'closing' : 'passing') : 'course not known'
  return `${far} ${towards(met.bearing_deg)} of ${vehicleName}, ${aboveWords(met.above_m)}, ${way}`
}

export interface DescendNotice {
  id: string
  words: string
}

/** The most urgent word there is, for each aircraft and vehicle. */
export function descendNotices(all: readonly OneOf[], nameOf: (vehicleId: string) => string, staleMs: number): DescendNotice[] {
  return all.flatMap((one) => {
    if (one.kind !== 'aircraft') return []
    const old = one.ageMs > staleMs ? `. It was heard ${ageWords(one.ageMs)} ago` : ''
    return one.of.approaches
      .filter((met) => met.level === 'descend')
      .map((met) => ({
        id: `${one.id}/${met.vehicle_id}`,
        words: `Descend now: ${one.of.category || 'aircraft'} ${calledAircraft(one.of)} ${approachWords(met, nameOf(met.vehicle_id))}${old}`,
      }))
  })
}
