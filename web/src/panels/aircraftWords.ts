// Figures of vehicles as people read them: heights always with what they are above.

import { ageWords } from '../live/time'
import type { Motion } from '../live/motion'
import type { BreachView, GoToCheck, VehicleView } from '../wire/types'

export const metres = (m: number): string => `${Math.round(m).toLocaleString('en-GB')} m`

export const distanceWords = (m: number): string =>
  m < 1000 ? metres(Math.round(m / 5) * 5) : `${(m / 1000).toFixed(m < 10_000 ? 1 : 0)} km`

/** "about 3 min 20 s". */
export function flightTime(seconds: number | null): string {
  if (seconds === null) return 'not known'
  const s = Math.round(seconds)
  if (s < 60) return `about ${s} s`
  return s % 60 < 5 ? `about ${Math.floor(s / 60)} min` : `about ${Math.floor(s / 60)} min ${s % 60} s`
}

/** The height that tells most: above the ground where that is known. */
export function heightWords(motion: Motion | null, vehicle: VehicleView): string {
  const at = motion?.position
  if (vehicle.landed === 'on_ground' && !vehicle.armed) return 'On the ground'
  if (at?.heightAglM != null) return `${metres(at.heightAglM)} above ground`
  if (at?.heightHomeM != null) return `${metres(at.heightHomeM)} above home`
  if (at?.altAmslM != null) return `${metres(at.altAmslM)} above sea`
  return 'Height not known'
}

/** "4 s old" once a reading is not fresh; "" while it is. Batteries are told of every second or two. */
export const agedWords = (reading: { atMs: number } | null, nowMs: number, freshMs = 1000): string =>
  reading === null || nowMs - reading.atMs < freshMs ? '' : `${ageWords(nowMs - reading.atMs)} old`

export const BATTERY_FRESH_MS = 3000

export function batteryWords(motion: Motion | null): string {
  const battery = motion?.battery
  if (battery?.share == null) return battery?.voltageV != null ? `${battery.voltageV.toFixed(1)} V` : 'not known'
  return `${Math.round(battery.share * 100)} %`
}

const MODES: Record<string, string> = {
  unknown: 'not known',
  ready: 'Ready',
  takeoff: 'Taking off',
  hold: 'Holding position',
  guided: 'Flies where it is sent',
  mission: 'Flies its mission',
  return: 'Returning',
  land: 'Landing',
  follow: 'Following',
  manual: 'By hand',
  altitude: 'By hand, keeps its height',
  position: 'By hand, keeps its position',
  acro: 'By hand, acrobatic',
  stabilised: 'By hand, stabilised',
}
export const modeWords = (mode: string): string => MODES[mode] ?? mode

const FIXES: Record<string, string> = {
  unknown: 'not known',
  no_gps: 'No GPS',
  no_fix: 'No fix',
  '2d': '2D fix',
  '3d': '3D fix',
  dgps: '3D fix, corrected',
  rtk_float: 'RTK, floating',
  rtk_fixed: 'RTK, fixed',
}

export function gpsWords(vehicle: VehicleView): string {
  const fix = FIXES[vehicle.gps_fix] ?? (vehicle.gps_fix || 'not known')
  return vehicle.satellites === null ? fix : `${fix}, ${vehicle.satellites} satellites`
}

export function missionWords(vehicle: VehicleView): string {
  if (vehicle.mission_total === null) return 'not known'
  if (vehicle.mission_total === 0) return 'none'
  return vehicle.mission_current === null
    ? `${vehicle.mission_total} points`
    : `point ${vehicle.mission_current} of ${vehicle.mission_total}`
}

export function armedWords(vehicle: VehicleView): string {
  if (vehicle.armed === null) return 'not known'
  if (vehicle.armed) return 'Armed: propellers may turn'
  return vehicle.armable === false ? 'No, and it says that it cannot be armed' : 'No'
}

const PLACES = { within: 'at its height', above: 'above it', below: 'below it', unknown: 'height against it not known' }

/** "Inside, at its height". */
export const breachWords = (breach: BreachView): string =>
  `${breach.inside ? 'Inside' : 'Nearing'}, ${PLACES[breach.vertically]}`

const ASKS: Record<string, string> = {
  prohibited: 'Prohibited',
  permission: 'Permission needed',
  u_space: 'U-space',
  conditional: 'Conditional',
  information: 'Information',
}
export const restrictionWords = (restriction: string): string => ASKS[restriction] ?? restriction

export function airspaceWords(state: GoToCheck['airspace'], problem: string): string {
  switch (state) {
    case 'clear':
      return 'Clear of every zone loaded'
    case 'nearing':
      return 'Nearing a zone'
    case 'inside':
      return 'Inside a zone'
    case 'on_ground':
      return 'On the ground'
    case 'unknown':
      return problem ? `Not known: ${problem}` : 'Not known'
  }
}

/** Heights of a place above home as heights above the sea; null where home's is not known. */
export function homeAmsl(vehicle: VehicleView, motion: Motion | null): number | null {
  if (vehicle.home_amsl_m !== null) return vehicle.home_amsl_m
  const at = motion?.position
  return at?.altAmslM != null && at.heightHomeM != null ? at.altAmslM - at.heightHomeM : null
}
