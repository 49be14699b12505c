// Made-up drones and zones for the component page and for tests.

import type { Command } from '../live/commands'
import type { Motion } from '../live/motion'
import type { BreachView, GoToCheck, VehicleView, ZoneView } from '../wire/types'
import { PROBLEM } from './samples'

// Long ago, so that the date stands with it whenever the page is looked at.
const AT = '2026-11-02T14:03:22Z'

export const VEHICLE: VehicleView = {
  vehicle_id: 'sample',
  number: 0,
  name: 'Kestrel 1',
  organisation_id: 'sample',
  agent_id: 'sample',
  source_id: null,
  system_id: 1,
  autopilot: 'ArduPilot',
  airframe: 'quadcopter',
  simulated: false,
  link: 'connected',
  link_since: AT,
  armed: true,
  mode: 'mission',
  landed: 'in_air',
  home_lat: 51.4958,
  home_lon: -0.2386,
  home_amsl_m: 8,
  mission_current: 2,
  mission_total: 6,
  gps_fix: '3d',
  satellites: 14,
  armable: true,
  control: null,
  airspace: 'clear',
  airspace_problem: '',
  breaches: [],
  conformance: 'conforming',
  conformance_s: null,
  conformance_words: '',
  approved_volume: true,
  auto_hold: false,
  offer: null,
  failsafes: [],
  way_home: 'enough',
  way_home_words: '',
  problems: [],
  status_texts: [{ at: AT, severity: 'info', text: 'Mission: 2 WP' }],
}

export const ZONE: ZoneView = {
  zone_id: 'heliport',
  designator: 'EGR1U043A',
  layers: [],
  conditions: '',
  message: '',
  origin: 'dataset',
  always: true,
  applies: 'always',
  windows: [],
  name: 'London Heliport flight restriction zone',
  kind: 'aerodrome',
  restriction: 'permission',
  polygons: [[[[-0.2, 51.46], [-0.16, 51.46], [-0.18, 51.49], [-0.2, 51.46]]]],
  lower: 'the surface',
  upper: '2,018 ft (615 m) above sea level: 2,000 ft above the aerodrome’s level of 18 ft',
  authority: 'London Heliport air traffic control',
  contact: '020-7228 0181',
  law: 'Air Navigation Order 2016, arts 94A and 94B',
  source: 'UK AIP ENR 5.1',
}

export const BREACH: BreachView = {
  zone_id: 'heliport',
  zone_name: ZONE.name,
  restriction: 'permission',
  inside: false,
  vertically: 'within',
  authority: ZONE.authority,
  contact: ZONE.contact,
  law: ZONE.law,
}

/** As if heard so long ago, whenever it is asked. */
export function motionAged(ageMs: number, more: Partial<NonNullable<Motion['position']>> = {}): Motion {
  const atMs = performance.now() - ageMs
  return {
    heartbeatAtMs: atMs,
    position: { atMs, lat: 51.4958, lon: -0.2386, altAmslM: 70, heightHomeM: 62, heightAglM: 64, ...more },
    velocity: { atMs, speedMps: 9, courseDeg: 64, climbMps: 0 },
    attitude: { atMs, headingDeg: 64 },
    battery: { atMs, share: 0.72, voltageV: 22.4, minutes: 16 },
    trail: [],
  }
}

export const CHECK: GoToCheck = {
  distance_m: 440,
  seconds: 49,
  alt_amsl_m: 70,
  height_agl_m: 64,
  airspace: 'clear',
  airspace_problem: '',
  breaches: [],
  why_not: '',
}

const sent = Date.parse(AT)
const command = (key: number, words: string, more: Partial<Command>): Command => ({
  key,
  words,
  sentAtMs: sent,
  state: 'done',
  endedAtMs: sent,
  tookMs: 84,
  note: '',
  problem: null,
  ...more,
})

export const REFUSED = command(3, 'Arm', {
  state: 'refused',
  problem: { ...PROBLEM, status: 409, detail: 'Kestrel 1 refused: Arm: Compass not calibrated', remedy: 'Calibrate its compass.' },
})
export const DONE = command(2, 'Hold position', {})
export const NO_ANSWER = command(1, 'Return', {
  state: 'refused',
  problem: { ...PROBLEM, status: 0, detail: 'No answer came in 20 s.' },
})
/** Begun just now, whenever it is asked. */
export const sendingNow = (): Command => command(4, 'Land', { state: 'sending', sentAtMs: Date.now(), endedAtMs: null, tookMs: null })
