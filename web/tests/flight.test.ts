// Drones on the page: what is shown of them and how old it is, what may be asked of them.

import { beforeEach, describe, expect, test, vi } from 'vitest'
import { BREACH, CHECK, motionAged, VEHICLE, ZONE } from '../src/gallery/droneSamples'
import { aircraftStanding, airspaceShort } from '../src/live/aircraft'
import { command, commands, forgetCommands } from '../src/live/commands'
import { ended, noteTarget, targets, type Target } from '../src/live/flyTo'
import { MotionStore, motions, STALE_AFTER_MS } from '../src/live/motion'
import { takeBatch, takeSnapshot, takeTelemetry } from '../src/live/socket'
import { session } from '../src/live/session'
import { Chime } from '../src/live/sounds'
import { tableOf, sourceTable } from '../src/live/sources'
import { disconnected, stationSaid } from '../src/live/time'
import { aloft, applyVehicles, endedFrom, handingBack, takenFrom, vehiclesOf, vehicleTable, whyOthers } from '../src/live/vehicles'
import { zonesNotices, zonesUnusable, TRAINING } from '../src/live/zones'
import { metresBetween } from '../src/map/geometry'
import { shortHeights, zoneHeights } from '../src/map/zoneLayers'
import { asksFor, missing, permissionsOf, UNCHECKED } from '../src/panels/Airspace'
import * as words from '../src/panels/aircraftWords'
import { attention } from '../src/panels/attention'
import { outcomeWords } from '../src/panels/CommandLine'
import { whyNotFly } from '../src/panels/FlightActs'
import { inShort, readHeight, requestOf, steadyHome, whyNotSend } from '../src/panels/FlyTo'
import { actOf, urgentOf } from '../src/panels/keyboard'
import { filterList } from '../src/panels/listing'
import { soundWords } from '../src/panels/SoundState'
import { facts, figures, hollowWords, moreFacts } from '../src/panels/vehicleFacts'
import { stop } from '../src/wire/flight'
import { ProblemError } from '../src/wire/problems'
import { alert, batch, snapshot, source } from './made'
import type { VehicleTelemetry, VehicleView } from '../src/wire/types'

const vehicle = (more: Partial<VehicleView> = {}): VehicleView => ({ ...VEHICLE, ...more })

/** A row of telemetry, each group so old; null: the group is not known. */
const row = (number: number, ageMs: number | null, more: Partial<Record<number, number | null>> = {}): VehicleTelemetry => {
  const full: (number | null)[] = [
    number, ageMs, ageMs, 51.5, -0.23, 70, 62, 64, ageMs, 9, 64, 0, ageMs, 64, 0, -4, ageMs, 0.72, 22.4, 16,
  ]
  for (const [at, value] of Object.entries(more)) full[Number(at)] = value ?? null
  return full as VehicleTelemetry
}

const only = () => 'v'

beforeEach(() => {
  vehicleTable.value = new Map()
  sourceTable.value = new Map()
  motions.clear()
  forgetCommands()
  disconnected()
})

describe('the store', () => {
  test('a batch changes what it names, and an empty one nothing', () => {
    const table = vehiclesOf([vehicle({ vehicle_id: 'a' }), vehicle({ vehicle_id: 'b' })])
    expect(applyVehicles(table, [], ['unknown'])).toBe(table)
    const next = applyVehicles(table, [vehicle({ vehicle_id: 'b', mode: 'land' })], ['a'])
    expect([...next.values()].map((v) => [v.vehicle_id, v.mode])).toEqual([['b', 'land']])
  })

  test('a snapshot is everything: vehicles that it lacks are gone with all that is known of them', () => {
    takeSnapshot(snapshot({ vehicles: [vehicle({ vehicle_id: 'a', number: 3 })] }))
    takeTelemetry({ sent_at: new Date().toISOString(), vehicles: [row(3, 0), row(9, 0)], views: [] })
    expect(motions.get('a')?.position?.lat).toBe(51.5)
    takeSnapshot(snapshot({ vehicles: [vehicle({ vehicle_id: 'b', number: 3 })] }))
    expect([...vehicleTable.value.keys()]).toEqual(['b'])
    expect(motions.get('a')).toBeNull()
    takeBatch(batch({ removed_vehicles: ['b'] }))
    expect(vehicleTable.value.size).toBe(0)
  })

  test('each group has an age of its own, and it grows by itself', () => {
    const store = new MotionStore()
    store.heard([row(0, 40, { 16: 2000 })], only, 10_000)
    const motion = store.get('v')
    expect([motion?.position?.atMs, motion?.battery?.atMs]).toEqual([9960, 8000])
  })

  test('what is not known any more stays as last known, with its age; older news does not win', () => {
    const store = new MotionStore()
    store.heard([row(0, 0)], only, 10_000)
    store.heard([row(0, null)], only, 20_000)
    expect(store.get('v')?.position).toMatchObject({ atMs: 10_000, lat: 51.5 })
    store.heard([row(0, 15_000, { 3: 52 })], only, 21_000)
    expect(store.get('v')?.position?.lat).toBe(51.5)
  })

  test('a position without a place is none', () => {
    const store = new MotionStore()
    store.heard([row(0, 0, { 3: null })], only, 0)
    expect(store.get('v')?.position).toBeNull()
  })

  test('the trail is bounded, thinned, and does not join over a gap', () => {
    const store = new MotionStore()
    for (let i = 0; i < 6000; i++) store.heard([row(0, 0, { 3: 51 + i / 1e5 })], only, i * 100)
    const trail = store.get('v')?.trail ?? []
    expect(trail.length).toBe(300)
    expect(trail.at(-1)?.lat).toBeCloseTo(51.05999)
    expect(trail.some((point) => point.afterGap)).toBe(false)
    store.heard([row(0, 0)], only, 600_000 + STALE_AFTER_MS)
    expect(store.get('v')?.trail.at(-1)?.afterGap).toBe(true)
  })

  test('a footprint is dropped when it looks at the sky or is too old', () => {
    const store = new MotionStore()
    const ring = [[0, 0], [1, 0], [1, 1]]
    store.heardViews([[0, 100, ring]], only, 1000)
    expect(store.view('v', 1000)).toEqual({ atMs: 900, ring })
    expect(store.view('v', 10_901)).toBeNull()
    expect(store.view(null, 1000)).toBeNull()
    store.heardViews([[0, 0, []]], only, 2000)
    expect(store.view('v', 2000)).toBeNull()
  })

  test('a message that waited on its way is so much older', () => {
    const asked = performance.now()
    stationSaid(asked, Date.now(), asked + 20)
    vehicleTable.value = vehiclesOf([vehicle({ vehicle_id: 'a', number: 0 })])
    takeTelemetry({ sent_at: new Date(Date.now() - 5020).toISOString(), vehicles: [row(0, 0)], views: [] })
    expect(performance.now() - (motions.get('a')?.position?.atMs ?? 0)).toBeGreaterThan(4500)
  })

  test('views are of sources by number', () => {
    sourceTable.value = tableOf([source({ source_id: 's', number: 7 })])
    takeTelemetry({ sent_at: new Date().toISOString(), vehicles: [], views: [[7, 0, [[0, 0], [1, 0], [1, 1]]]] })
    expect(motions.view('s', performance.now())?.ring.length).toBe(3)
  })
})

describe('how it stands', () => {
  const clocks = { deviceMs: 100_000, stationMs: Date.parse(VEHICLE.link_since) + 12_000, monoMs: 50_000 }
  const live = { state: 'live' as const }
  const heard = (ageMs: number) => {
    const store = new MotionStore()
    store.heard([row(0, ageMs)], only, clocks.monoMs)
    return store.get('v')
  }

  test.each([
    [vehicle(), 200, { words: 'In the air', hollow: false, tone: 'live' }],
    [vehicle({ landed: 'on_ground' }), 200, { words: 'Armed' }],
    [vehicle({ landed: 'on_ground', armed: false }), 200, { words: 'On the ground' }],
    [vehicle({ landed: 'unknown' }), 200, { words: 'Connected' }],
    [vehicle(), 4200, { words: '4 s old', hollow: true, tone: 'warn' }],
    [vehicle({ link: 'lost' }), 12_400, { words: 'Lost 12 s', hollow: true, tone: 'warn' }],
    [vehicle({ link: 'never' }), 0, { words: 'Never heard', hollow: true }],
  ])('%#', (of, ageMs, expected) => {
    expect(aircraftStanding(of, heard(ageMs), live, clocks)).toMatchObject(expected)
  })

  test('with nothing heard on this page, the station’s word tells how long it is lost', () => {
    expect(aircraftStanding(vehicle({ link: 'lost' }), null, live, clocks).words).toBe('Lost 12 s')
    expect(aircraftStanding(vehicle(), null, live, clocks).words).toBe('No position')
  })

  test('without a link to the station nothing flies', () => {
    const standing = aircraftStanding(vehicle(), heard(0), { state: 'lost', sinceMs: 93_000 }, clocks)
    expect(standing).toMatchObject({ words: 'No link 7 s', hollow: true })
  })

  test('its airspace in a line; unknown is said', () => {
    expect(airspaceShort(vehicle())).toBe('')
    expect(airspaceShort(vehicle({ airspace: 'inside', breaches: [BREACH] }))).toBe(`Inside ${ZONE.name}`)
    expect(airspaceShort(vehicle({ airspace: 'unknown' }))).toBe('Airspace not known')
  })

  test('what needs a person: a lost drone, unless an alert says it already', () => {
    const needs = (alerted: string[]) =>
      attention([], [], { name: '', problem: '' }, live, clocks.stationMs, [vehicle({ link: 'lost' })], new Set(alerted)).map((n) => n.what)
    expect(needs([])).toEqual(['Kestrel 1 lost for 12 s'])
    expect(needs(['sample'])).toEqual([])
  })
})

describe('words', () => {
  test('heights say what they are above, and what is unknown is said', () => {
    expect(words.heightWords(motionAged(0), vehicle())).toBe('64 m above ground')
    expect(words.heightWords(motionAged(0, { heightAglM: null }), vehicle())).toBe('62 m above home')
    expect(words.heightWords(motionAged(0, { heightAglM: null, heightHomeM: null }), vehicle())).toBe('70 m above sea')
    expect(words.heightWords(null, vehicle())).toBe('Height not known')
    expect(words.heightWords(motionAged(0), vehicle({ landed: 'on_ground', armed: false }))).toBe('On the ground')
  })

  test.each([
    [null, 'not known'],
    [49.4, 'about 49 s'],
    [61, 'about 1 min'],
    [200, 'about 3 min 20 s'],
  ])('%s s of flight', (s, expected) => expect(words.flightTime(s)).toBe(expected))

  test('distances, batteries, missions, airspace', () => {
    expect([words.distanceWords(442), words.distanceWords(1240), words.distanceWords(12_400)]).toEqual(['440 m', '1.2 km', '12 km'])
    expect(words.batteryWords(null)).toBe('not known')
    expect(words.batteryWords(motionAged(0))).toBe('72 %')
    expect(words.missionWords(vehicle())).toBe('point 2 of 6')
    expect(words.missionWords(vehicle({ mission_total: 0 }))).toBe('none')
    expect(words.airspaceWords('unknown', 'No zones.')).toBe('Not known: No zones.')
    expect(words.breachWords({ ...BREACH, vertically: 'unknown' })).toBe('Nearing, height against it not known')
  })

  test('a zone’s heights in full and for a label', () => {
    expect(zoneHeights({ lower: 'the surface', upper: '2,018 ft (615 m) above sea level: 2,000 ft above 18 ft' })).toContain(': 2,000 ft')
    expect(shortHeights({ lower: 'the surface', upper: '2,018 ft (615 m) above sea level: 2,000 ft above 18 ft' })).toBe(
      'surface to 2,018 ft (615 m) above sea level',
    )
  })

  test('what is said of the zones: nothing loaded, out of date, not read, training', () => {
    const problem = { type: '', title: 't', status: 503, detail: 'No answer.', code: '', remedy: '', reference: '' }
    const dataset = { name: 'd', training: true, effective_from: '', effective_until: '', problem: '', terrain: '', airac: '', notams_as_of: '2026-11-24T06:00:00Z', notams_too_old: false, gaps: 0 }
    const said = (more: Partial<typeof dataset>, failed: typeof problem | null = null) => zonesNotices({ dataset: { ...dataset, ...more }, zones: [] }, failed)
    expect(zonesNotices(null, null)).toEqual([])
    expect(zonesUnusable(null, null)).toBe('')
    expect(zonesNotices(null, problem)).toMatchObject([{ weight: 'banner' }])
    expect(zonesUnusable({ dataset: null, zones: [] }, null)).toMatch(/^No airspace zones/)
    expect(said({ problem: 'Out of date.' })[0]).toMatchObject({ weight: 'banner', words: expect.stringMatching(/^Out of date/) as string })
    expect(said({})).toEqual([{ weight: 'training', words: TRAINING }])
    expect(said({ training: false })).toEqual([])
    expect(said({ training: false, notams_too_old: true })).toMatchObject([{ weight: 'amber', words: expect.stringMatching(/^NOTAMs are too old/) as string }])
    expect(said({ training: false, gaps: 2 })[0]?.words).toMatch(/^2 zones could not be read/)
    expect(said({ training: false }, problem)[0]?.words).toMatch(/as last read/)
  })

  test('the sound’s state is said', () => {
    expect(soundWords('muted', 9)).toMatch(/9 min/)
    expect(soundWords('waiting', 0)).toMatch(/until you press/)
  })
})

describe('commands', () => {
  test('sending, acknowledged, refused in the autopilot’s own words; the last three are kept', async () => {
    let answer: (value: { command_id: string; note: string; took_ms: number }) => void = () => undefined
    const done = command('v', 'Hold position', () => new Promise((resolve) => (answer = resolve)))
    const now = () => commands.value.get('v')?.[0]
    expect(now()).toMatchObject({ state: 'sending', words: 'Hold position' })
    answer({ command_id: 'c', note: 'Holding.', took_ms: 84 })
    expect(await done).toBe(true)
    expect(now()).toMatchObject({ state: 'done', tookMs: 84, note: 'Holding.' })
    const problem = { type: '', title: '', status: 409, detail: 'Compass not calibrated', code: 'refused', remedy: '', reference: '' }
    for (let i = 0; i < 5; i++) expect(await command('v', 'Arm', () => Promise.reject(new ProblemError(problem)))).toBe(false)
    expect(now()?.problem?.detail).toBe('Compass not calibrated')
    expect(commands.value.get('v')?.length).toBe(3)
  })

  test('an answer that never came does not say that nothing was done', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new DOMException('', 'TimeoutError')))
    await command('v', 'Land', () => stop('v', 'land'))
    vi.unstubAllGlobals()
    const sent = commands.value.get('v')?.[0]
    expect(sent?.problem?.detail).toMatch(/not known whether/)
    expect(sent?.problem?.remedy).not.toMatch(/by itself/)
    expect(sent && outcomeWords(sent, 0)).toBe('no answer')
  })

  test('an old answer does not take the place of a newer command', async () => {
    let late: (value: { command_id: string; note: string; took_ms: number }) => void = () => undefined
    const first = command('v', 'Fly', () => new Promise((resolve) => (late = resolve)))
    void command('v', 'Hold position', () => new Promise(() => undefined))
    late({ command_id: 'c', note: '', took_ms: 1 })
    await first
    expect(commands.value.get('v')?.map((c) => [c.words, c.state])).toEqual([['Hold position', 'sending'], ['Fly', 'done']])
  })

  test('urgent keys: only capitals with Shift, never a repeat; small letters do nothing to a drone', () => {
    const key = (name: string, more = {}, typing = false) =>
      urgentOf({ key: name, code: 'Key' + name.toUpperCase(), shiftKey: true, altKey: false, repeat: false, ...more }, typing)
    expect([key('H'), key('R'), key('L')]).toEqual(['hold', 'return', 'land'])
    expect(key('h', { shiftKey: false })).toBeNull()
    expect(key('H', { shiftKey: false })).toBeNull() // caps lock
    expect(key('H', { repeat: true })).toBeNull()
    // Whoever types writes capitals; with Alt, which may give another letter, it is meant all the same.
    expect(key('H', {}, true)).toBeNull()
    expect(key('Ó', { code: 'KeyH', altKey: true }, true)).toBe('hold')
    expect(actOf('h', false)).toBeNull()
    expect(actOf('r', false)).toBeNull()
  })

  test('who may command, and why not', () => {
    const held = vehicle({ control: { user_id: 'me', display_name: 'Me', taken_at: '' } })
    expect(whyNotFly(vehicle(), 'me', '')).toBe('Take control first.')
    expect(whyNotFly(held, 'me', '')).toBe('')
    expect(whyNotFly(held, 'other', '')).toBe('Me has control.')
    expect(whyNotFly(held, 'me', 'These may: Pilot.')).toBe('These may: Pilot.')
  })

  test('who flew it learns that somebody else does now', () => {
    const by = (user_id: string) => vehiclesOf([vehicle({ control: { user_id, display_name: user_id, taken_at: '2026-11-24T10:00:00Z' } })])
    expect(takenFrom(by('me'), by('Asha'), 'me')).toMatchObject({ by: 'Asha', vehicleName: 'Kestrel 1' })
    expect(takenFrom(by('Ben'), by('Asha'), 'me')).toBeNull()
    expect(takenFrom(by('me'), by('me'), 'me')).toBeNull()
    expect(takenFrom(by('me'), vehiclesOf([vehicle()]), 'me')).toBeNull() // handed back
    expect(takenFrom(by('me'), by('Asha'), null)).toBeNull()
  })

  test('a target ends when it is reached, when another mode flies, or when the drone is gone', () => {
    const target = (): Target => ({ lat: 51.5, lon: -0.23, sentAtMs: 0, by: 'me', begun: false, nearestM: Infinity })
    const at = (lat: number) => ({ atMs: 0, lat, lon: -0.23, altAmslM: null, heightHomeM: null, heightAglM: null })
    const mine = (more: Partial<VehicleView> = {}) => vehicle({ mode: 'guided', control: { user_id: 'me', display_name: 'Me', taken_at: '' }, ...more })
    expect(ended(target(), mine(), at(51.4), 60_000)).toBe(false)
    expect(ended(target(), mine(), at(51.50001), 60_000)).toBe(true)
    expect(ended(target(), mine({ mode: 'hold' }), at(51.4), 1000)).toBe(false) // it may not have begun
    expect(ended(target(), mine({ mode: 'return' }), at(51.4), 60_000)).toBe(true)
    expect(ended(target(), mine({ mode: 'unknown' }), at(51.4), 60_000)).toBe(true) // not known to fly there
    expect(ended(target(), undefined, null, 60_000)).toBe(true)
    expect(metresBetween(51.5, -0.23, 51.501, -0.23)).toBeCloseTo(111.3, 0)
  })

  test('a target ends with the control, with the link, at another command and when it flies elsewhere', () => {
    const target = (): Target => ({ lat: 51.5, lon: -0.23, sentAtMs: 0, by: 'me', begun: false, nearestM: Infinity })
    const at = (lat: number) => ({ atMs: 0, lat, lon: -0.23, altAmslM: null, heightHomeM: null, heightAglM: null })
    const by = (user_id: string) => ({ user_id, display_name: user_id, taken_at: '' })
    const mine = vehicle({ mode: 'guided', control: by('me') })
    expect(ended(target(), vehicle({ mode: 'guided', control: by('other') }), at(51.49), 1000)).toBe(true)
    expect(ended(target(), vehicle({ mode: 'guided', control: null }), at(51.49), 1000)).toBe(true)
    expect(ended(target(), { ...mine, link: 'lost' }, at(51.49), 1000)).toBe(true)
    // Held by somebody else right after it was sent: it was seen to fly there, so that is over.
    const begun = target()
    expect(ended(begun, mine, at(51.49), 500)).toBe(false)
    expect(ended(begun, { ...mine, mode: 'hold' }, at(51.49), 1500)).toBe(true)
    // Sent elsewhere by another page of the same person: it flies away from here.
    const left = target()
    expect(ended(left, mine, at(51.4990), 5000)).toBe(false)
    expect(ended(left, mine, at(51.4987), 6000)).toBe(false) // it turns
    expect(ended(left, mine, at(51.4983), 8000)).toBe(true)
  })

  test('a batch ends the target of a drone that changed hands, whether or not the map is drawn', () => {
    const by = (user_id: string) => ({ user_id, display_name: user_id, taken_at: '' })
    takeSnapshot(snapshot({ vehicles: [vehicle({ vehicle_id: 'a', mode: 'guided', control: by('me') })] }))
    noteTarget('a', { lat: 51.5, lon: -0.23 }, 'me')
    takeBatch(batch({ vehicles: [vehicle({ vehicle_id: 'a', mode: 'guided', control: by('me'), satellites: 9 })] }))
    expect(targets.value.has('a')).toBe(true)
    takeBatch(batch({ vehicles: [vehicle({ vehicle_id: 'a', mode: 'guided', control: by('other') })] }))
    expect(targets.value.has('a')).toBe(false)
  })

  test('whose control the station ended is told so, unless they handed it back', () => {
    const held = vehiclesOf([vehicle({ vehicle_id: 'a', control: { user_id: 'me', display_name: 'Me', taken_at: '' } })])
    const free = vehiclesOf([vehicle({ vehicle_id: 'a', control: null })])
    expect(endedFrom(held, free, 'me')).toMatchObject({ vehicleId: 'a', gone: false })
    expect(endedFrom(held, new Map(), 'me')).toMatchObject({ gone: true })
    expect(endedFrom(held, held, 'me')).toBeNull()
    expect(endedFrom(held, free, 'other')).toBeNull()
    handingBack.add('a')
    expect(endedFrom(held, free, 'me')).toBeNull()
    expect(endedFrom(held, free, 'me')).not.toBeNull() // that was for once
  })

  test('another organisation’s drone is not to be flown or stopped', () => {
    expect(whyOthers(vehicle({ organisation_id: 'theirs' }), 'ours')).toMatch(/another organisation/)
    expect(whyOthers(vehicle({ organisation_id: 'ours' }), 'ours')).toBe('')
  })

  test('what an agreement withholds reads "not shared", and what it tells is said', () => {
    const names = (list: readonly { name: string; value: unknown }[], value: string) => list.filter((one) => one.value === value).map((one) => one.name)
    const at = motionAged(0)
    session.value = { state: 'signed_in', session: { organisation: { organisation_id: 'ours', name: 'Ours', kind: 'council' } } as never }
    try {
      const theirs = vehicle({ organisation_id: 'theirs', mode: 'unknown', armed: null, gps_fix: 'unknown', satellites: null, mission_total: null, home_lat: null, home_lon: null, autopilot: 'unknown', control: null })
      expect(names(facts(theirs, at), 'not shared')).toEqual(['Mode', 'Armed', 'GPS', 'Mission'])
      expect(names(moreFacts(theirs, at), 'not shared')).toEqual(['Home'])
      expect(moreFacts(theirs, at).find(({ name }) => name === 'Autopilot')?.value).toBe('quadcopter; autopilot not shared')
      expect(figures(theirs, at).filter(({ more }) => more === 'not shared').map(({ what }) => what)).toEqual(['above home', 'battery'])
      expect(figures(theirs, at)[0]?.value).toMatch(/ m$/)
      expect(hollowWords({ ...theirs, link: 'lost' }, { state: 'live' })).not.toMatch(/Hold, return and land|failsafe/)

      const ours = { ...theirs, organisation_id: 'ours' }
      expect(names(facts(ours, at), 'not known')).toEqual(['Mode', 'Armed', 'GPS', 'Mission'])
      expect(names([...facts(ours, at), ...moreFacts(ours, at)], 'not shared')).toEqual([])
    } finally {
      session.value = { state: 'unknown' }
    }
  })

  test('a failsafe is said to fly only what is not heard', () => {
    const live = { state: 'live' as const }
    expect(hollowWords(vehicle({ link: 'lost' }), live)).toMatch(/failsafe flies it/)
    expect(hollowWords(vehicle({ link: 'connected' }), live)).not.toMatch(/failsafe/)
    expect(hollowWords(vehicle({ link: 'lost' }), { state: 'lost', sinceMs: 0 })).not.toMatch(/failsafe/)
  })

  test('how well home is measured does not change what is confirmed', () => {
    expect(steadyHome(null, 8.2)).toBe(8.2)
    expect(steadyHome(8.2, 8.9)).toBe(8.2)
    expect(steadyHome(8.2, null)).toBe(8.2)
    expect(steadyHome(8.2, 14)).toBe(14)
  })

  test('aloft is what is off the ground', () => {
    expect(['in_air', 'taking_off', 'landing', 'on_ground', 'unknown'].map((landed) => aloft(vehicle({ landed })))).toEqual([
      true, true, true, false, false,
    ])
  })
})

describe('fly here', () => {
  const at = { lat: 51.5, lon: -0.22 }

  test('its present height is null; another is above home as people type it', () => {
    expect(requestOf(at, { which: 'present', text: '' }, null, 'own')).toMatchObject({ alt_amsl_m: null, speed_mps: null })
    expect(requestOf(at, { which: 'other', text: ' 42,5 ' }, 8, '8')).toMatchObject({ alt_amsl_m: 50.5, speed_mps: 8 })
    expect(requestOf(at, { which: 'other', text: '42' }, null, '8')).toBeNull()
    for (const wrong of ['', '1', '121', 'high', 'NaN', '1e9']) expect(readHeight(wrong), wrong).toBeNull()
  })

  test('each zone needs a reference of its own, and so does what could not be checked', () => {
    const found = { airspace: 'unknown' as const, breaches: [BREACH] }
    const asked = asksFor(found)
    expect(asked).toEqual(['heliport', UNCHECKED])
    expect(missing(asked, { heliport: ' ' })).toBe(2)
    expect(permissionsOf(asked, { heliport: ' H-1 ', other: 'x' })).toEqual([{ zone_id: 'heliport', reference: 'H-1' }])
    expect(asksFor(CHECK)).toEqual([])
  })

  test('what is confirmed stands beside the button', () => {
    expect(inShort(CHECK)).toBe('440 m, about 49 s, 64 m above ground.')
    expect(inShort({ ...CHECK, seconds: null, height_agl_m: null, airspace: 'unknown', breaches: [BREACH] })).toBe(
      '440 m, time not known, 70 m above sea. In 1 zone, with a permission. Airspace not known.',
    )
  })

  test('nothing is sent before it was checked, and the reason is said', () => {
    const base = { check: { check: CHECK, problem: null }, height: { which: 'present' as const, text: '' }, homeKnown: true, said: {} }
    expect(whyNotSend(base)).toBe('')
    expect(whyNotSend({ ...base, check: { check: null, problem: null } })).not.toBe('')
    expect(whyNotSend({ ...base, check: { check: { ...CHECK, why_not: 'It is on the ground.' }, problem: null } })).toBe('It is on the ground.')
    const zoned = { ...base, check: { check: { ...CHECK, airspace: 'inside' as const, breaches: [BREACH] }, problem: null } }
    expect(whyNotSend(zoned)).toMatch(/reference of the permission/)
    expect(whyNotSend({ ...zoned, said: { heliport: 'H-1' } })).toBe('')
  })
})

describe('alert sound', () => {
  const received = '2026-11-24T10:00:00Z'
  const since = Date.parse(received) - 500
  const made = (id: string, severity: 'information' | 'caution' | 'warning', more = {}) => alert(id, { severity, received_at: received, ...more })

  test('one sound an alert, none for what is there already, none for information', () => {
    const chime = new Chime()
    const old = made('old', 'warning', { received_at: '2026-11-24T09:59:00Z' })
    expect(chime.next([old], 0)).toBeNull() // nothing is known yet
    chime.begin([old], since)
    expect(chime.next([old], 0)).toBeNull()
    expect(chime.next([made('a', 'caution')], 10_000)).toBe('caution')
    expect(chime.next([made('a', 'caution')], 20_000)).toBeNull()
    expect(chime.next([made('b', 'warning')], 30_000)).toBe('warning')
    expect(chime.next([made('c', 'information')], 40_000)).toBeNull()
  })

  test('within two seconds one sound, but a warning after a caution is heard', () => {
    const chime = new Chime()
    chime.begin([], since)
    expect(chime.next([made('a', 'caution')], 0)).toBe('caution')
    expect(chime.next([made('b', 'caution')], 1000)).toBeNull()
    expect(chime.next([made('c', 'warning')], 1500)).toBe('warning')
    expect(chime.next([made('d', 'warning')], 3000)).toBeNull()
    expect(chime.next([made('e', 'caution')], 3600)).toBe('caution')
  })

  test('what somebody took up already, or what was there before, is no news', () => {
    const chime = new Chime()
    chime.begin([], since)
    expect(chime.next([made('a', 'warning', { state: 'acknowledged' })], 0)).toBeNull()
    expect(chime.next([made('b', 'warning', { received_at: '2026-11-24T09:59:00Z' })], 0)).toBeNull()
  })

  test('what came during a gap is heard once when it is learnt of, however late', () => {
    const chime = new Chime()
    chime.begin([], since)
    const later = [made('a', 'caution'), made('b', 'warning'), made('c', 'warning')]
    expect(chime.next(later, 3_600_000)).toBe('warning')
    expect(chime.next(later, 3_700_000)).toBeNull()
    // What another read leaves out for a moment is not heard again.
    expect(chime.next([], 3_800_000)).toBeNull()
    expect(chime.next(later, 3_900_000)).toBeNull()
  })

  test('a caution that becomes a warning is heard again', () => {
    const chime = new Chime()
    chime.begin([], since)
    expect(chime.next([made('a', 'caution')], 0)).toBe('caution')
    expect(chime.next([made('a', 'warning')], 10_000)).toBe('warning')
    expect(chime.next([made('a', 'warning')], 20_000)).toBeNull()
  })
})

test('drones and zones are found by what people call them', () => {
  const all = { vehicles: [vehicle()], zones: [ZONE], sources: [], tracks: [], agents: [] }
  const found = (text: string) => {
    const { vehicles, zones } = filterList(text, all, () => '')
    return [vehicles.length, zones.length]
  }
  expect(found('drone')).toEqual([1, 0])
  expect(found('heliport permission')).toEqual([0, 1])
  expect(found('')).toEqual([1, 1])
})

