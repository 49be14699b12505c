// What the panel of a vehicle says of it. Of another organisation's only what shares the sky is told
// (`api/shared_vehicles.py` lists the same): what is withheld reads "not shared", never "not known".

import { silentMs } from '../live/aircraft'
import { me } from '../live/session'
import { ageWords, stationNow, timeWords } from '../live/time'
import { whyOthers } from '../live/vehicles'
import * as words from './aircraftWords'
import { clocks } from './placedAircraft'
import { headingWords, placeWords } from './words'
import type { Link } from '../live/link'
import type { Motion } from '../live/motion'
import type { Fact } from '../ui/parts'
import type { VehicleView } from '../wire/types'

const NOT_SHARED = 'not shared'

/** Whether it is another organisation's, of which only a part is told. */
export const sharedOnly = (vehicle: VehicleView): boolean => whyOthers(vehicle, me.value?.organisation?.organisation_id) !== ''

/** What is known of a vehicle whose readings are old: who flies it, only where that is known. */
export function hollowWords(vehicle: VehicleView, now: Link): string {
  if (sharedOnly(vehicle)) {
    if (now.state === 'lost') return 'What it does now is not known here.'
    return vehicle.link === 'lost' ? 'Its own station does not hear it.' : 'It is still heard, but says no newer position.'
  }
  if (now.state === 'lost') return 'What it does now is not known here. Hold, return and land are tried all the same.'
  if (vehicle.link === 'lost') return 'It is not heard: its own failsafe flies it. Hold, return and land are tried all the same.'
  return 'It is still heard, but says no newer position. Hold, return and land work.'
}

export interface Figure {
  what: string
  value: string
  more: string
  stale: boolean
  warn?: boolean
}

/** Under this the battery asks for somebody. */
const LOW_BATTERY = 0.2

export function figures(vehicle: VehicleView, motion: Motion | null): Figure[] {
  const now = performance.now()
  const { position = null, velocity = null, battery = null } = motion ?? {}
  const aged = (reading: { atMs: number } | null) => words.agedWords(reading, now, reading === battery ? words.BATTERY_FRESH_MS : undefined)
  const metres = (m: number | null | undefined) => (m == null ? '–' : words.metres(m))
  const shared = sharedOnly(vehicle)
  const withheld = (what: string): Figure => ({ what, value: '–', more: NOT_SHARED, stale: false })
  const minutes = battery?.minutes == null ? '' : `about ${Math.round(battery.minutes)} min`
  const one = (what: string, value: string, reading: { atMs: number } | null, more = ''): Figure => ({
    what,
    value,
    more: aged(reading) || more,
    stale: aged(reading) !== '',
  })
  return [
    one('above ground', metres(position?.heightAglM), position, position && position.heightAglM === null ? 'ground not known' : ''),
    one('above sea', metres(position?.altAmslM), position),
    shared ? withheld('above home') : one('above home', metres(position?.heightHomeM), position),
    one('over the ground', velocity?.speedMps == null ? '–' : `${velocity.speedMps.toFixed(1)} m/s`, velocity, climbWords(velocity?.climbMps)),
    shared
      ? withheld('battery')
      : { ...one('battery', words.batteryWords(motion), battery, minutes), warn: battery?.share != null && battery.share <= LOW_BATTERY },
    heading(motion, now),
  ]
}

const climbWords = (climb: number | null | undefined): string =>
  climb == null || Math.abs(climb) < 0.3 ? '' : `${climb > 0 ? 'up' : 'down'} ${Math.abs(climb).toFixed(1)} m/s`

function heading(motion: Motion | null, now: number): Figure {
  const attitude = motion?.attitude ?? null
  const aged = words.agedWords(attitude, now)
  const [name = '', deg = ''] = attitude ? headingWords(attitude.headingDeg).split(/[ ()]+/) : []
  return { what: 'nose', value: deg || '–', more: aged || name, stale: aged !== '' }
}

export function facts(vehicle: VehicleView, motion: Motion | null): Fact[] {
  const now = clocks()
  const silent = silentMs(vehicle, motion, now)
  const [newest] = vehicle.status_texts
  const told = (value: string) => (sharedOnly(vehicle) ? NOT_SHARED : value)
  const list: Fact[] = [
    { name: 'Mode', value: told(words.modeWords(vehicle.mode)) },
    { name: 'Armed', value: told(words.armedWords(vehicle)) },
    { name: 'Link', value: linkWords(vehicle), more: silent < 2000 ? 'heard now' : `heard ${ageWords(silent)} ago` },
    { name: 'GPS', value: told(words.gpsWords(vehicle)) },
    { name: 'Mission', value: told(words.missionWords(vehicle)) },
  ]
  if (newest) list.push({ name: 'It says', value: newest.text, more: timeWords(Date.parse(newest.at), now.stationMs) })
  return list
}

/** What is looked up rather than watched. */
export function moreFacts(vehicle: VehicleView, motion: Motion | null): Fact[] {
  const now = performance.now()
  const aged = (reading: { atMs: number } | null) => words.agedWords(reading, now)
  const position = motion?.position ?? null
  const list: Fact[] = []
  if (motion?.battery?.voltageV != null) list.push({ name: 'Voltage', value: `${motion.battery.voltageV.toFixed(1)} V`, more: words.agedWords(motion.battery, now, words.BATTERY_FRESH_MS) })
  if (motion?.velocity?.courseDeg != null && (motion.velocity.speedMps ?? 0) > 1) {
    list.push({ name: 'Flies', value: headingWords(motion.velocity.courseDeg), more: aged(motion.velocity) })
  }
  list.push({ name: 'Place', value: position ? placeWords(position.lat, position.lon) : 'not known', more: aged(position) })
  list.push({ name: 'Home', value: homeWords(vehicle) })
  list.push({ name: 'Autopilot', value: autopilotWords(vehicle), more: vehicle.system_id === null ? '' : `system ${vehicle.system_id}` })
  return list
}

function homeWords(vehicle: VehicleView): string {
  if (sharedOnly(vehicle)) return NOT_SHARED
  return vehicle.home_lat !== null && vehicle.home_lon !== null ? placeWords(vehicle.home_lat, vehicle.home_lon) : 'not known'
}

function autopilotWords(vehicle: VehicleView): string {
  const known = (words: string) => (words === 'unknown' ? '' : words)
  if (sharedOnly(vehicle)) return [known(vehicle.airframe), `autopilot ${NOT_SHARED}`].filter(Boolean).join('; ')
  return [known(vehicle.autopilot), known(vehicle.airframe)].filter(Boolean).join(', ') || 'not known'
}

function linkWords(vehicle: VehicleView): string {
  const since = timeWords(Date.parse(vehicle.link_since), stationNow())
  if (vehicle.link === 'connected') return `Linked since ${since}`
  return vehicle.link === 'lost' ? `Lost since ${since}` : 'Never heard'
}
