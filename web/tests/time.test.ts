// How old what comes may be: a way that always takes long must not pass for a clock that is ahead.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { lastHeardMs, lastSentMs, link } from '../src/live/link'
import { motions } from '../src/live/motion'
import { Rounds } from '../src/live/rounds'
import { takeBatch, takeTelemetry } from '../src/live/socket'
import { clocksDiffer, connecting, disconnected, lateMs, secondTick, StationClock, stationNow, stationSaid } from '../src/live/time'
import { tracks } from '../src/live/tracks'
import { vehiclesOf, vehicleTable } from '../src/live/vehicles'
import { sourceTable, tableOf } from '../src/live/sources'
import { VEHICLE } from '../src/gallery/droneSamples'
import { batch, source } from './made'

const STATION = Date.parse('2026-11-24T10:00:00Z')

beforeEach(() => {
  vi.useFakeTimers({ now: STATION, toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] })
  disconnected()
  motions.clear()
  tracks.clear()
})
afterEach(() => {
  disconnected()
  lastHeardMs.value = null
  lastSentMs.value = null
  vi.useRealTimers()
})

/** The station, whose clock differs by `aheadMs` from this device's. */
const stationClock = (aheadMs = 0) => Date.now() + aheadMs

/** A question that took so long, there and back. */
function round(thereMs: number, backMs: number, aheadMs = 0): void {
  const asked = performance.now()
  vi.advanceTimersByTime(thereMs)
  const said = stationClock(aheadMs)
  vi.advanceTimersByTime(backMs)
  stationSaid(asked, said, performance.now())
}

describe('how long a message was on its way', () => {
  test('a standing delay of what is pushed is age, not a clock that is ahead', () => {
    round(10, 10)
    // Every message waits 4 s, from the first on: nothing quicker was ever seen.
    for (let i = 0; i < 80; i++) {
      vi.advanceTimersByTime(100)
      expect(lateMs(stationClock() - 4000, performance.now())).toBeGreaterThanOrEqual(4000)
    }
    expect(clocksDiffer()).toBe(false)
    expect(lateMs(stationClock() - 4000, performance.now())).toBeLessThan(4100)
  })

  test('a drone and a track on a slow link look as old as they are', () => {
    round(10, 10)
    vehicleTable.value = vehiclesOf([{ ...VEHICLE, vehicle_id: 'a', number: 0 }])
    const late = (ms: number) => new Date(stationClock() - ms).toISOString()
    takeTelemetry({ sent_at: late(4000), vehicles: [[0, 0, 0, 51.5, -0.23, 70, 62, 64, 0, 9, 64, 0, 0, 64, 0, -4, 0, 0.7, 22, 16, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null]], views: [] })
    expect(performance.now() - (motions.get('a')?.position?.atMs ?? 0)).toBeGreaterThanOrEqual(4000)
    sourceTable.value = tableOf([source({ source_id: 's', session_id: 'x', number: 1 })])
    takeBatch(batch({ sent_at: late(4000), tracks: [[1, 0, [[1, 'person', 51_500_000, -230_000, 100, 50, 0]]]] }))
    expect(tracks.current(performance.now())).toEqual([])
    secondTick.value += 1
    expect(link.value).toMatchObject({ state: 'lost', slow: true })
  })

  test.each([[90_000], [-90_000]])('a clock that is %d ms wrong is put right', (aheadMs) => {
    round(20, 20, aheadMs)
    expect(clocksDiffer()).toBe(true)
    expect(Math.abs(stationNow() - stationClock(aheadMs))).toBeLessThan(1)
    expect(lateMs(stationClock(aheadMs) - 5, performance.now())).toBeLessThan(50)
  })

  test('whichever way took long, nothing passes for younger than it is', () => {
    for (const [there, back] of [[1500, 10], [10, 1500], [800, 800]] as const) {
      disconnected()
      round(there, back)
      expect(lateMs(stationClock() - 700, performance.now())).toBeGreaterThanOrEqual(699)
      expect(lateMs(stationClock() - 700, performance.now())).toBeLessThanOrEqual(700 + there + back + 1)
    }
  })

  test('one quick round among slow ones tells', () => {
    round(2000, 2000)
    round(5, 5)
    round(1500, 3000)
    expect(lateMs(stationClock() - 100, performance.now())).toBeLessThan(120)
  })

  test('before any answer: as old as the connection at the most', () => {
    connecting(() => undefined)
    vi.advanceTimersByTime(1200)
    expect(lateMs(stationClock(), performance.now())).toBe(1200)
  })

  test('a clock that was set is noticed, and measured again', () => {
    const doubted = vi.fn()
    connecting(doubted)
    round(5, 5)
    vi.advanceTimersByTime(5000)
    // The device slept for a minute: what comes seems to be sent in the future.
    expect(lateMs(stationClock(60_000), performance.now())).toBeGreaterThan(4000)
    expect(doubted).toHaveBeenCalledOnce()
    round(5, 5, 60_000)
    expect(lateMs(stationClock(60_000), performance.now())).toBeLessThan(20)
  })

  test('rounds that contradict each other: the newer one holds', () => {
    const clock = new StationClock()
    clock.answered(0, 1_000_000, 10)
    clock.answered(20_000, 5_020_000, 21_000)
    expect(clock.at(21_000)?.ms).toBe(5_020_500)
    expect(clock.at(21_000)?.boundMs).toBe(500)
  })
})

describe('the rounds', () => {
  test('some at once, then now and again, and answers of an older connection count for nothing', () => {
    const answers: ((answer: unknown) => void)[] = []
    const rounds = new Rounds((answered) => void answers.push(answered))
    rounds.begin()
    vi.advanceTimersByTime(2000)
    expect(answers.length).toBe(5)
    vi.advanceTimersByTime(30_000)
    expect(answers.length).toBe(8)
    rounds.begin()
    answers[0]?.({ ok: true, now: new Date(STATION + 3_600_000).toISOString() })
    expect(clocksDiffer()).toBe(false)
    answers.at(-1)?.({ ok: false, code: 'not_signed_in' })
    answers.at(-1)?.('nonsense')
    expect(clocksDiffer()).toBe(false)
    answers.at(-1)?.({ ok: true, now: new Date(STATION + 3_600_000).toISOString() })
    expect(clocksDiffer()).toBe(true)
    rounds.stop()
  })
})
