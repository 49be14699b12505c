// Zones by kind, height and time; plans and their verdicts: every decision that the page itself makes.

import { signal } from '@preact/signals'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ZONE } from '../src/gallery/droneSamples'
import { CHANGE, VERDICT } from '../src/gallery/verdictSamples'
import { asPlan, herePlace, hereRequest } from '../src/live/here'
import * as plans from '../src/live/plan'
import { legLooks } from '../src/live/planJudge'
import { judgeOf } from '../src/live/verdict'
import { flightDatum, flightHeight, forgetFilter, hiddenKinds, hoursAhead, kindOf, kindsOf, showKind, shownZones } from '../src/live/zoneFilter'
import { touches } from '../src/live/zoneHeights'
import { activeAt, utcWords } from '../src/live/zoneTimes'
import { airspaceVersion, heardAirspace } from '../src/live/zones'
import { zoneData } from '../src/map/zoneLayers'
import { legColour, pointAt } from '../src/map/planLayer'
import { readNumber } from '../src/panels/NumberField'
import { localField } from '../src/panels/PlanFields'
import { movedBy } from '../src/panels/PlanPoints'
import { flightPlan, steadyStart } from '../src/panels/useFlightVerdict'
import * as words from '../src/panels/verdictWords'
import { sumWords } from '../src/panels/ZoneControls'
import type { VerdictView, ZoneLayerView, ZoneView } from '../src/wire/types'

type Datum = ZoneLayerView['lower_datum']
const layer = (lower: [number | null, Datum], upper: [number | null, Datum]): Pick<ZoneView, 'layers'> => ({
  layers: [{ polygons: [], lower: '', upper: '', lower_m: lower[0], lower_datum: lower[1], upper_m: upper[0], upper_datum: upper[1] }],
})
const zone = (more: Partial<ZoneView> = {}): ZoneView => ({ ...ZONE, ...more })

describe('heights', () => {
  const toAgl120 = layer([0, 'surface'], [120, 'agl'])
  const toAmsl600 = layer([0, 'surface'], [600, 'amsl'])

  test('in the same datum it is exact, and both limits are inside', () => {
    expect(touches(toAgl120, 120, 'AGL')).toBe('within')
    expect(touches(toAgl120, 121, 'AGL')).toBe('outside')
    expect(touches(layer([100, 'amsl'], [200, 'amsl']), 100, 'AMSL')).toBe('within')
    expect(touches(layer([100, 'amsl'], [200, 'amsl']), 99, 'AMSL')).toBe('outside')
  })

  test('above ground against above sea: sure only where no ground there could change it', () => {
    expect(touches(toAmsl600, 60, 'AGL')).toBe('within') // 360 at the most
    expect(touches(layer([0, 'surface'], [152, 'amsl']), 60, 'AGL')).toBe('unknown')
    expect(touches(layer([457, 'amsl'], [762, 'amsl']), 60, 'AGL')).toBe('outside')
    expect(touches(layer([0, 'surface'], [50, 'amsl']), 120, 'AGL')).toBe('outside')
    expect(touches(toAgl120, 130, 'AMSL')).toBe('unknown')
    expect(touches(toAgl120, 500, 'AMSL')).toBe('outside')
  })

  test('what nobody knows is never hidden: unknown datums, missing numbers, no layers, flight levels near', () => {
    expect(touches(layer([0, 'unknown'], [10, 'agl']), 5, 'AGL')).toBe('unknown')
    expect(touches(layer([0, 'surface'], [10, 'unknown']), 500, 'AGL')).toBe('unknown')
    expect(touches(layer([null, 'amsl'], [600, 'amsl']), 60, 'AMSL')).toBe('unknown')
    expect(touches({ layers: [] }, 60, 'AGL')).toBe('unknown')
    expect(touches(layer([1676, 'fl'], [5944, 'fl']), 60, 'AGL')).toBe('unknown') // FL55, on a day of low pressure
    expect(touches(layer([5944, 'fl'], [null, 'fl']), 60, 'AGL')).toBe('outside') // FL195
    expect(touches(layer([0, 'surface'], [3048, 'fl']), 60, 'AGL')).toBe('within') // to FL100
  })

  test('an unlimited top, the ellipsoid, and any layer of several', () => {
    expect(touches(layer([0, 'surface'], [null, 'amsl']), 500, 'AGL')).toBe('within')
    expect(touches(layer([0, 'surface'], [100, 'hae']), 60, 'AMSL')).toBe('outside') // 103 above it at least
    expect(touches(layer([0, 'surface'], [100, 'hae']), 53, 'AMSL')).toBe('unknown')
    const both = { layers: [...layer([300, 'agl'], [400, 'agl']).layers, ...toAgl120.layers] }
    expect(touches(both, 60, 'AGL')).toBe('within')
    expect(touches(both, 200, 'AGL')).toBe('outside')
  })
})

describe('times', () => {
  const windows = [['2026-11-25T14:00:00Z', '2026-11-25T18:00:00Z'], ['2026-11-27T14:00:00Z', '2026-11-27T18:00:00Z']]
  const at = (text: string) => activeAt({ always: false, windows }, Date.parse(text))

  test('both ends of a window are in it; outside it is said when it is next', () => {
    expect(activeAt({ always: true, windows: [] }, 0)).toEqual({ active: true, words: '' })
    expect(at('2026-11-25T14:00:00Z').active).toBe(true)
    expect(at('2026-11-25T18:00:00Z').active).toBe(true)
    expect(at('2026-11-25T18:00:01Z')).toMatchObject({ active: false, words: expect.stringMatching(/from Fri 27 Nov, 14:00 UTC/) as string })
    expect(at('2026-11-28T00:00:00Z').words).toMatch(/nor later in the days/)
  })

  test('a window that cannot be read never makes a zone inactive', () => {
    expect(activeAt({ always: false, windows: [['soon', 'late']] }, 0).active).toBe(true)
  })

  test('UTC is named', () => {
    const now = Date.parse('2026-11-24T12:00:00Z')
    expect(utcWords(Date.parse('2026-11-25T14:30:00Z'), now)).toBe('Wed 25 Nov, 14:30 UTC')
    expect(utcWords(Date.parse('2027-02-22T20:14:00Z'), now)).toBe('Mon 22 Feb 2027, 20:14 UTC')
  })
})

describe('what the map shows', () => {
  const inactive = zone({ zone_id: 'later', always: false, windows: [['2026-11-26T10:00:00Z', '2026-11-26T12:00:00Z']], ...layer([0, 'surface'], [100, 'agl']) })
  const low = zone({ zone_id: 'low', kind: 'prison', ...layer([0, 'surface'], [50, 'agl']) })
  const odd = zone({ zone_id: 'odd', kind: 'zoo', ...layer([0, 'unknown'], [0, 'unknown']) })
  const all = [inactive, low, odd]
  const filter = { hidden: new Set<string>(), heightM: 80, datum: 'AGL' as const, atMs: Date.parse('2026-11-24T12:00:00Z') }

  test('by height; unknown heights always; not active then is faint with the reason', () => {
    const shown = shownZones(all, filter)
    expect(shown.map((one) => one.zone.zone_id)).toEqual(['later', 'odd'])
    expect(shown[0]).toMatchObject({ active: false, touch: 'within', faint: expect.stringMatching(/^Not active then: from Thu 26 Nov/) as string })
    expect(shown[1]).toMatchObject({ active: true, touch: 'unknown', faint: '' })
    expect(shownZones(all, { ...filter, heightM: null }).length).toBe(3)
  })

  test('by kind, where it is from first; a kind nobody knows is not lost', () => {
    expect(kindOf(zone({ origin: 'drawn', kind: 'temporary' }))).toBe('drawn')
    expect(kindOf(odd)).toBe('other')
    expect(kindsOf(all).map(({ kind, count }) => [kind, count])).toEqual([['aerodrome', 1], ['prison', 1], ['other', 1]])
    showKind('prison', false)
    expect(shownZones(all, { ...filter, heightM: null, hidden: hiddenKinds.value }).map((one) => one.zone.zone_id)).toEqual(['later', 'odd'])
    showKind('prison', true)
    expect(hiddenKinds.value.size).toBe(0)
  })

  test('on the map a faint one says so', () => {
    vi.stubGlobal('document', { documentElement: {} })
    vi.stubGlobal('getComputedStyle', () => ({ getPropertyValue: () => '#123456' }))
    const [faint, plain] = zoneData(shownZones([inactive, odd], filter)).areas.features
    expect(faint?.properties).toMatchObject({ faint: true, line: expect.stringMatching(/, not active then$/) as string })
    expect(plain?.properties).toMatchObject({ faint: false })
    vi.unstubAllGlobals()
  })

  test('how many are shown only because nobody can tell, and how many are faint', () => {
    expect(sumWords({ shown: 3, unsure: 0, faint: 0 })).toBe('3 zones shown.')
    expect(sumWords({ shown: 1, unsure: 1, faint: 1 })).toBe('1 zone shown; 1 because their heights cannot be compared with this one; 1 faint: not active then.')
  })
})

describe('a plan', () => {
  beforeEach(() => plans.forgetPlan())

  test('points are placed, moved, taken away; a drag is one act to undo', () => {
    plans.addPoint(51.5, -0.2)
    plans.addPoint(51.51, -0.21)
    plans.changePoint(0, { lat: 51.6 })
    plans.changePoint(0, { lat: 51.7 }, true)
    expect(plans.plan.value.points[0]?.lat).toBe(51.7)
    plans.undo()
    expect(plans.plan.value.points[0]?.lat).toBe(51.5)
    plans.removePoint(0)
    expect(plans.plan.value.points.map((one) => one.lat)).toEqual([51.51])
    for (let i = 0; i < 9; i++) plans.undo()
    expect(plans.plan.value).toEqual(plans.EMPTY_PLAN)
    expect(plans.canUndo.value).toBe(false)
  })

  test('what is asked: nothing without a point; the start in UTC; a point’s own height', () => {
    expect(plans.requestOf(plans.plan.value)).toBeNull()
    plans.addPoint(51.5, -0.2)
    plans.changePoint(0, { height_m: 40 })
    plans.changePlan({ startsMs: Date.parse('2026-11-25T14:30:00Z'), datum: 'AMSL' })
    expect(plans.requestOf(plans.plan.value)).toMatchObject({
      path: [{ lat: 51.5, lon: -0.2, height_m: 40, speed_mps: null }],
      height_m: 60,
      datum: 'AMSL',
      starts: '2026-11-25T14:30:00.000Z',
      bvlos: null,
    })
  })

  test('a change that is offered is made: below the limit, never on it; later; round it', () => {
    plans.addPoint(51.5, -0.2)
    plans.changePoint(0, { height_m: 100 })
    const now = plans.plan.value
    expect(plans.changed(now, { ...CHANGE, max_amsl_m: 84 })).toMatchObject({ datum: 'AMSL', height_m: 83, points: [{ height_m: null }] })
    const amsl = { ...now, datum: 'AMSL' as const }
    expect(plans.changed(amsl, { ...CHANGE, max_amsl_m: 84.2 })).toMatchObject({ height_m: 60, points: [{ height_m: 84 }] })
    expect(plans.changed(now, { ...CHANGE, max_amsl_m: null, starts: '2026-11-25T16:30:00Z' })?.startsMs).toBe(Date.parse('2026-11-25T16:30:00Z'))
    const round = plans.changed(now, { ...CHANGE, max_amsl_m: null, path: [[-0.2, 51.5], [-0.3, 51.6]] })
    expect(round?.points.map(({ lat, lon }) => [lat, lon])).toEqual([[51.5, -0.2], [51.6, -0.3]])
    expect(plans.changed(now, { ...CHANGE, max_amsl_m: null, kind: 'other' })).toBeNull()
  })

  test('arrow keys move a point by 10 m, with Shift by 100 m', () => {
    const from = { lat: 51.5, lon: -0.2 }
    expect(((movedBy('ArrowUp', false, from)?.lat ?? 0) - from.lat) * 111_320).toBeCloseTo(10, 0)
    expect(((movedBy('ArrowLeft', true, from)?.lon ?? 0) - from.lon) * 111_320 * Math.cos((51.5 * Math.PI) / 180)).toBeCloseTo(-100, -1)
    expect(movedBy('Enter', false, from)).toBeNull()
  })

  test('flying to a place is judged as it would be flown; a drone that drifts is no other flight', () => {
    const from = { lat: 51.5, lon: -0.2 }
    expect(flightPlan(from, { lat: 51.51, lon: -0.21 }, 70.04, 8)).toMatchObject({
      path: [from, { lat: 51.51, lon: -0.21 }],
      height_m: 70,
      datum: 'AMSL',
      speed_mps: 8,
    })
    expect(steadyStart(from, { lat: 51.5001, lon: -0.2 })).toEqual(from)
    expect(steadyStart(from, { lat: 51.501, lon: -0.2 }).lat).toBe(51.501)
    expect(steadyStart(null, from)).toEqual(from)
  })

  test('a number that is none of its range is none', () => {
    expect(readNumber('60,5', 0, 120)).toBe(60.5)
    expect(['', 'x', '-1', '121'].map((text) => readNumber(text, 0, 120))).toEqual([null, null, null, null])
  })

  test('the field of the start holds local time', () => {
    const ms = new Date(2026, 5, 1, 14, 30).getTime()
    expect(localField(ms)).toBe('2026-06-01T14:30')
  })

  test('the point under a finger: the nearest within its width', () => {
    const view = { project: (lon: number, lat: number) => ({ x: lon, y: lat }), zoom: () => 1, width: () => 9, height: () => 9 }
    const drawn = { points: [{ lat: 0, lon: 0 }, { lat: 0, lon: 30 }], looks: [], pointed: [], held: null }
    expect(pointAt(drawn, 20, 0, view)).toBe(1)
    expect(pointAt(drawn, 0, 60, view)).toBeNull()
    expect(pointAt(null, 0, 0, view)).toBeNull()
  })
})

describe('what may I do here', () => {
  afterEach(() => {
    herePlace.value = null
    forgetFilter()
  })

  test('asks for the height and time of the sliders; its plan is the same flight', () => {
    expect(hereRequest.value).toBeNull()
    herePlace.value = { lat: 51.5, lon: -0.2, zones: [] }
    expect(hereRequest.value).toEqual({ lat: 51.5, lon: -0.2, height_m: 60, datum: 'AGL', at: null })
    flightHeight.value = 90
    flightDatum.value = 'AMSL'
    hoursAhead.value = 3
    const asked = hereRequest.value
    expect(asked).toMatchObject({ height_m: 90, datum: 'AMSL' })
    expect(Date.parse(asked?.at ?? '') % (15 * 60_000)).toBe(0)
    expect(asked && asPlan(asked)).toMatchObject({ path: [{ lat: 51.5, lon: -0.2 }], height_m: 90, datum: 'AMSL', starts: asked?.at })
  })
})

describe('a verdict', () => {
  beforeEach(() => {
    vi.useFakeTimers()
    airspaceVersion.value = ''
  })
  afterEach(() => vi.useRealTimers())

  test('is stale as soon as the plan changed, and fresh with the answer to that', async () => {
    const request = signal<{ n: number } | null>(null)
    const ask = vi.fn((_: { n: number }, __: AbortSignal): Promise<VerdictView> => Promise.resolve(VERDICT))
    const judge = judgeOf(request, ask)
    const stop = judge.follow()
    expect(judge.freshness.value).toBe('none')
    request.value = { n: 1 }
    expect(judge.freshness.value).toBe('waiting')
    await vi.advanceTimersByTimeAsync(400)
    expect(judge.freshness.value).toBe('fresh')
    request.value = { n: 2 }
    expect(judge.freshness.value).toBe('stale')
    expect(judge.judged.value.answer).toBe(VERDICT)
    await vi.advanceTimersByTimeAsync(400)
    expect(judge.freshness.value).toBe('fresh')
    expect(ask).toHaveBeenCalledTimes(2)
    request.value = null
    expect(judge.judged.value.answer).toBeNull()
    stop()
  })

  test('what it is judged by changed: stale, and asked again', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new Error('no station')))
    const ask = vi.fn(() => Promise.resolve(VERDICT))
    const judge = judgeOf(signal({}), ask)
    const stop = judge.follow()
    await vi.advanceTimersByTimeAsync(400)
    heardAirspace('2')
    expect(judge.freshness.value).toBe('stale')
    await vi.advanceTimersByTimeAsync(400)
    expect(judge.freshness.value).toBe('fresh')
    expect(ask).toHaveBeenCalledTimes(2)
    stop()
    vi.unstubAllGlobals()
  })

  test('an answer to an older question never shows as one to this; a failure makes it stale', async () => {
    const answers: ((view: VerdictView) => void)[] = []
    const request = signal({ n: 1 })
    const judge = judgeOf(request, () => new Promise((resolve) => answers.push(resolve)))
    const stop = judge.follow()
    await vi.advanceTimersByTimeAsync(400)
    request.value = { n: 2 }
    answers[0]?.(VERDICT)
    await vi.advanceTimersByTimeAsync(400)
    expect(judge.judged.value.answer).toBeNull()
    answers[1]?.(VERDICT)
    await vi.advanceTimersByTimeAsync(0)
    expect(judge.freshness.value).toBe('fresh')
    stop()
    const failing = judgeOf(signal({}), () => Promise.reject(new Error('gone')))
    const end = failing.follow()
    await vi.advanceTimersByTimeAsync(400)
    expect(failing.judged.value).toMatchObject({ answer: null, problem: { detail: expect.stringMatching(/gone/) as string } })
    expect(failing.freshness.value).toBe('waiting')
    end()
  })

  test('a failed repeat keeps the answer, as one of before', async () => {
    const ask = vi.fn(() => Promise.resolve(VERDICT)).mockResolvedValueOnce(VERDICT).mockRejectedValue(new Error('gone'))
    const judge = judgeOf(signal({}), ask)
    const stop = judge.follow()
    await vi.advanceTimersByTimeAsync(400)
    expect(judge.freshness.value).toBe('fresh')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(judge.freshness.value).toBe('stale')
    expect(judge.judged.value.answer).toBe(VERDICT)
    stop()
  })

  test('legs are coloured only by a verdict of this very plan', () => {
    const answer = { ...VERDICT, leg_verdicts: ['ALLOWED', 'REFUSED'] as VerdictView['leg_verdicts'] }
    expect(legLooks(3, answer, true)).toEqual(['ALLOWED', 'REFUSED'])
    expect(legLooks(3, answer, false)).toEqual(['STALE', 'STALE'])
    expect(legLooks(4, answer, true)[2]).toBe('STALE')
    expect(legLooks(1, answer, true)).toEqual([])
    expect(legLooks(2, null, false)).toEqual(['STALE'])
    const colours = { allowed: 'a', refused: 'r', warn: 'w', quiet: 'q' } as never
    expect((['ALLOWED', 'ALLOWED_EXEMPT', 'PERMISSION_NEEDED', 'UNKNOWN', 'REFUSED', 'STALE'] as const).map((one) => legColour(one, colours)).join('')).toBe('aawwrq')
  })

  test('when: which legs, from when to when after the start', () => {
    const reason = { legs: [1], from_s: 42, until_s: 70 }
    expect(words.whenWords(reason, 3)).toBe('Leg 2, from 0:42 to 1:10 after the start')
    expect(words.whenWords({ ...reason, legs: [0, 2], until_s: null }, 3)).toBe('Legs 1 and 3, from 0:42 after the start')
    expect(words.whenWords({ legs: [0, 1], from_s: null, until_s: null }, 2)).toBe('')
    expect(words.whenWords(reason, 0)).toBe('')
    expect(words.clockOf(3725)).toBe('1:02:05')
  })

  test('in short, beside the button that flies there', () => {
    expect(words.shortVerdict({ answer: { ...VERDICT, verdict: 'REFUSED' } }, 'fresh')).toBe('Verdict: refused.')
    expect(words.shortVerdict({ answer: VERDICT }, 'stale')).toMatch(/^Verdict before it changed/)
    expect(words.shortVerdict({ answer: null }, 'waiting')).toMatch(/not known yet/)
    expect(words.shortVerdict({ answer: null }, 'none')).toBe('')
  })

  test('every verdict has a word and a symbol of its own', () => {
    const looks = Object.values(words.VERDICTS)
    expect(new Set(looks.map((one) => one.word)).size).toBe(5)
    expect(new Set(looks.map((one) => one.icon)).size).toBe(5)
  })

  test('what it rests on is said first and only once; training always', () => {
    const said = words.datasetSays({
      dataset: { ...VERDICT.dataset, problem: 'Out of date.', training: true },
      information: [
        { code: 'NOTAM_NOT_CHECKED', text: 'No NOTAMs.', zone_id: '' },
        { code: 'RULE', text: 'A rule.', zone_id: '' },
      ],
    })
    expect(said.map((one) => one.weight)).toEqual(['banner', 'amber', 'training'])
    expect(words.datasetSays({ dataset: { ...VERDICT.dataset, name: '', training: false }, information: [] })[0]?.words).toMatch(/No airspace zones/)
    expect(words.plainInformation({ information: [{ code: 'TRAINING_DATA', text: 't', zone_id: '' }, { code: 'RULE', text: 'r', zone_id: '' }] }).map((one) => one.text)).toEqual(['r'])
  })

  test('a permission is asked for only where one is wanting', () => {
    const [touched] = VERDICT.zones
    if (!touched) throw new Error('no sample')
    expect(words.canBeAsked(touched)).toBe(true)
    expect(words.canBeAsked({ ...touched, satisfied_by: 'REF' })).toBe(false)
    expect(words.canBeAsked({ ...touched, zone: { ...touched.zone, restriction: 'information' } })).toBe(false)
    expect(words.touchedWords({ ...touched, satisfied_by: 'REF' })).toBe('Covered: REF')
    expect(words.touchedWords({ ...touched, unknown: true })).toMatch(/not known/)
    expect(words.touchedWords({ ...touched, request_id: 'r' })).toMatch(/Asked for/)
  })
})
