// How a vehicle stands, in words and tone: the same on map, list, panel and alert.

import { STALE_AFTER_MS, type Motion } from './motion'
import { ageWords } from './time'
import type { Link } from './link'
import type { Standing } from './standing'
import type { VehicleView } from '../wire/types'

export interface Clocks {
  /** This device's, epoch ms. */
  deviceMs: number
  /** The station's, epoch ms. */
  stationMs: number
  /** The page's monotonic clock. */
  monoMs: number
}

const FLIGHT: Record<string, string> = {
  in_air: 'In the air',
  taking_off: 'Taking off',
  landing: 'Landing',
  on_ground: 'On the ground',
}

const warn = (word: string, words: string): Standing => ({ tone: 'warn', word, words, hollow: true })

/** How long the autopilot has not been heard, ms. */
export function silentMs(vehicle: VehicleView, motion: Motion | null, clocks: Clocks): number {
  if (motion?.heartbeatAtMs != null) return clocks.monoMs - motion.heartbeatAtMs
  return clocks.stationMs - Date.parse(vehicle.link_since)
}

export function aircraftStanding(vehicle: VehicleView, motion: Motion | null, link: Link, clocks: Clocks): Standing {
  if (link.state === 'lost') {
    const word = link.slow ? 'Slow link' : 'No link'
    return warn(word, `${word} ${ageWords(clocks.deviceMs - link.sinceMs)}`)
  }
  if (vehicle.link === 'never') return { tone: 'quiet', word: 'Never heard', words: 'Never heard', hollow: true }
  if (vehicle.link === 'lost') return warn('Lost', `Lost ${ageWords(silentMs(vehicle, motion, clocks))}`)
  const position = motion?.position ?? null
  if (position === null) return { tone: 'quiet', word: 'No position', words: 'No position', hollow: true }
  const age = clocks.monoMs - position.atMs
  if (age > STALE_AFTER_MS) return warn('Stale', `${ageWords(age)} old`)
  const word = vehicle.armed && vehicle.landed === 'on_ground' ? 'Armed' : (FLIGHT[vehicle.landed] ?? 'Connected')
  return { tone: 'live', word, words: word, hollow: false }
}

/** "Inside London Heliport", "Nearing London Heliport"; "" where it is clear or on the ground. */
export function airspaceShort(vehicle: VehicleView): string {
  const first = vehicle.breaches[0]
  if (vehicle.airspace === 'inside') return `Inside ${first?.zone_name ?? 'a zone'}`
  if (vehicle.airspace === 'nearing') return `Nearing ${first?.zone_name ?? 'a zone'}`
  if (vehicle.airspace === 'unknown') return 'Airspace not known'
  return ''
}
