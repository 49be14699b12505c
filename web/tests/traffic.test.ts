import { beforeEach, expect, test } from 'vitest'
import { takeBatch, takeSnapshot } from '../src/live/socket'
import { forgetTraffic, heardTraffic, isStale, openTraffic, traffic, trafficNow } from '../src/live/traffic'
import { trafficColour } from '../src/map/trafficLayer'
import { placedTraffic } from '../src/panels/placedTraffic'
import { aircraftHeight, approachWords, descendNotices, droneHeight, towards } from '../src/panels/trafficWords'
import { batch, NO_TRAFFIC, snapshot } from './made'
import type { MapColours } from '../src/map/symbols'
import type { AircraftView, ApproachView, RemoteIdView, TrafficView } from '../src/wire/types'

const near = (more: Partial<ApproachView> = {}): ApproachView => ({
  vehicle_id: 'v', level: 'descend', distance_m: 940, bearing_deg: 47, above_m: 118, above_error_m: 75,
  closest_s: 12, closest_m: 80, closest_above_m: 118, closing: true, course_known: true, within_s: 6, ...more,
})

const helicopter = (more: Partial<AircraftView> = {}): AircraftView => ({
  icao: '400abc', callsign: 'GXXXX', category: 'helicopter', lat: 51.5, lon: -0.2, age_ms: 1000, alt_amsl_m: 365,
  alt_from: 'gnss', alt_error_m: 60, track_deg: 180, speed_mps: 50, climb_mps: 0, on_ground: false, simulated: false,
  source: 'roof', approaches: [], ...more,
})

const remoteId = (more: Partial<RemoteIdView> = {}): RemoteIdView => ({
  key: 'aa:bb', uas_id: 'X1', operator_id: '', ua_type: '', status: '', description: '', lat: 51.5, lon: -0.2, age_ms: 0,
  alt_hae_m: null, height_m: null, height_over_ground: false, speed_mps: null, climb_mps: null, course_deg: null,
  operator_lat: null, operator_lon: null, source: 'drone agent', vehicle_id: null, reported: false, ...more,
})

const view = (more: Partial<TrafficView> = {}): TrafficView => ({ ...NO_TRAFFIC, ...more })
const now = () => performance.now()

beforeEach(() => forgetTraffic())

test('a snapshot brings it, a batch replaces it, a batch without leaves it', () => {
  takeSnapshot(snapshot({ traffic: view({ aircraft: [helicopter()] }) }))
  takeBatch(batch())
  expect(trafficNow(now()).map((one) => one.id)).toEqual(['aircraft/400abc'])
  takeBatch(batch({ traffic: view({ remote_ids: [remoteId()] }) }))
  expect(trafficNow(now()).map((one) => one.id)).toEqual(['drone/drone agent/aa:bb'])
})

test('what stops coming goes grey after five seconds and away after a minute', () => {
  heardTraffic(view({ aircraft: [helicopter()] }), 0)
  const at = traffic.peek()?.sentMs ?? 0
  expect(trafficNow(at + 3900).map(isStale)).toEqual([false])
  expect(trafficNow(at + 4100).map(isStale)).toEqual([true])
  expect(placedTraffic(at + 4100)[0]?.lines).toEqual(['GXXXX', '365 m ±60', '5 s old'])
  expect(trafficNow(at + 58_900)).toHaveLength(1)
  expect(trafficNow(at + 59_100)).toEqual([])
})

test('a message that waited on its way is so much older', () => {
  heardTraffic(view({ aircraft: [helicopter()] }), 7000)
  expect(trafficNow(now()).map(isStale)).toEqual([true])
})

test('heights say how far off they may be, or that they are not known', () => {
  expect(aircraftHeight(helicopter())).toBe('365 m ±60')
  expect(aircraftHeight(helicopter({ alt_from: 'barometer', alt_error_m: 300 }))).toBe('365 m ±300 by barometer')
  expect(aircraftHeight(helicopter({ alt_amsl_m: null, alt_from: null, alt_error_m: null }))).toBe('height not known')
  expect(aircraftHeight(helicopter({ on_ground: true }))).toBe('on the ground')
  expect(droneHeight(remoteId({ height_m: 40.2 }))).toBe('40 m above its take-off')
  expect(droneHeight(remoteId())).toBe('height not known')
})

test('the word to descend names aircraft, vehicle, where and how', () => {
  heardTraffic(view({ aircraft: [helicopter({ approaches: [near(), near({ vehicle_id: 'w', level: 'look' })] })] }), 0)
  const said = descendNotices(trafficNow(now()), () => 'Kestrel 1', 5000)
  expect(said.map((one) => one.words)).toEqual(['Descend now: helicopter GXXXX 900 m north-east of Kestrel 1, 120 m above, closing'])
  const later = descendNotices(trafficNow(now() + 8000), () => 'Kestrel 1', 5000)
  expect(later[0]?.words).toContain('It was heard 9 s ago')
})

test('what is not known of an approach is said', () => {
  expect(approachWords(near({ above_m: null, course_known: false }), 'it')).toBe('900 m north-east of it, height not known, course not known')
  expect(approachWords(near({ distance_m: 40, above_m: -8, closing: false }), 'it')).toBe('less than 100 m north-east of it, at its height, passing')
  expect([0, 44, 180, 350].map(towards)).toEqual(['north', 'north-east', 'south', 'north'])
})

test('ours is drawn as itself, and what has no place is not drawn', () => {
  heardTraffic(view({ remote_ids: [remoteId({ vehicle_id: 'v' }), remoteId({ key: 'b', lat: null, lon: null }), remoteId({ key: 'c', reported: true })] }), 0)
  expect(placedTraffic(now()).map((one) => one.lines)).toEqual([['X1', 'height not known', 'reported, not controlled']])
})

test('a descent keeps its colour when it is old; another old one is grey', () => {
  const colours = { refused: 'red', quiet: 'grey', warn: 'amber', other: 'blue' } as MapColours
  expect(trafficColour({ level: 'descend', stale: true }, colours)).toBe('red')
  expect(trafficColour({ level: 'look', stale: true }, colours)).toBe('grey')
  expect(trafficColour({ level: 'look', stale: false }, colours)).toBe('amber')
  expect(trafficColour({ level: null, stale: false }, colours)).toBe('blue')
})

test('whoever signs in next finds nothing of it', () => {
  heardTraffic(view({ aircraft: [helicopter()] }), 0)
  openTraffic.value = 'aircraft/400abc'
  forgetTraffic()
  expect([traffic.value, openTraffic.value]).toEqual([null, null])
})
