import { expect, test } from 'vitest'
import { decide, retryDelayMs } from '../src/video/connection'
import { Figures } from '../src/video/figures'
import { ShownFrames } from '../src/video/shown'
import { bounded } from '../src/video/diagnostics'
import { source } from './made'

const live = source({ session_id: 'a' })

test.each([
  ['live, nothing open', live, 'waiting', null, 'open'],
  ['live, open for it', live, 'open', 'a', 'stay'],
  ['the publisher started again', source({ session_id: 'b' }), 'open', 'a', 'reopen'],
  ['started again while a retry waits', source({ session_id: 'b' }), 'failed', 'a', 'reopen'],
  ['a retry waits for the same session', live, 'failed', 'a', 'stay'],
  ['lost: the last picture stays', source({ condition: 'lost', session_id: 'a' }), 'open', 'a', 'stay'],
  ['lost while retrying: no more tries', source({ condition: 'lost', session_id: 'a' }), 'failed', 'a', 'close'],
  ['offline', source({ condition: 'offline', session_id: null }), 'open', 'a', 'close'],
  ['offline, nothing open', source({ condition: 'offline', session_id: null }), 'waiting', null, 'stay'],
  ['connecting', source({ condition: 'connecting', session_id: 'b' }), 'waiting', null, 'stay'],
] as const)('%s', (_, wanted, phase, openFor, act) => expect(decide(wanted, phase, openFor)).toBe(act))

test('waits grow to eight seconds, or as long as the station asks', () => {
  expect([1, 2, 3, 4, 5, 6].map((n) => retryDelayMs(n, null))).toEqual([500, 1000, 2000, 4000, 8000, 8000])
  expect(retryDelayMs(1, 12)).toBe(12_000)
})

test('frames a second and latency are of the last five seconds', () => {
  const figures = new Figures()
  for (let ms = 0; ms <= 10_000; ms += 100) {
    figures.shown(ms)
    figures.latency(ms < 5000 ? 900 : 100 + (ms % 1000) / 10, ms)
  }
  expect(figures.fps(10_000)).toBeCloseTo(10)
  expect(figures.latencyMs(10_000)?.median).toBeCloseTo(140, -1)
  expect(figures.latencyMs(10_000)?.p95).toBe(190)
  expect(figures.fps(20_000)).toBe(0)
  expect(figures.latencyMs(20_000)).toBeNull()
})

test('latency is told once a frame, whichever comes first', () => {
  const shown = new ShownFrames()
  const entry = { rtp: 5, shown_at_ms: 1120, captured_at_ms: null, boxes: 0 }
  expect(shown.capturedAt(5, 1000)).toBeNull()
  shown.show(entry, false)
  expect(shown.capturedAt(5, 1000)).toBe(120)
  expect(shown.capturedAt(5, 1000)).toBeNull()
  expect(entry.captured_at_ms).toBe(1000)
})

test('diagnostics are bounded', () => {
  const list: number[] = []
  for (let i = 0; i < 50; i++) bounded(list, i, 20)
  expect([list.length, list[0]]).toEqual([20, 30])
})
