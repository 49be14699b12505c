import { expect, test } from 'vitest'
import { freshness, trackKey, TrackStore } from '../src/live/tracks'
import { placed } from './made'

test('fades after one second, is gone after three', () => {
  expect(freshness(0, 1000)).toBe(1)
  expect(freshness(0, 2000)).toBeCloseTo(0.5)
  expect(freshness(0, 3000)).toBe(0)
})

test('a track that is gone takes its trail with it', () => {
  const store = new TrackStore()
  for (let ms = 0; ms <= 2000; ms += 200) store.heard([placed(1, { lat: 51 + ms / 1e6 })], ms)
  expect(store.current(2000)[0]?.trail.length).toBe(11)
  expect(store.current(4999).length).toBe(1)
  expect(store.current(5000)).toEqual([])
  store.heard([placed(1)], 5100)
  expect(store.current(5100)[0]?.trail.length).toBe(1)
})

test('a track that was away for too long does not get its old trail back', () => {
  const store = new TrackStore()
  store.heard([placed(1)], 0)
  store.heard([placed(1, { lat: 51.6 })], 3000)
  expect(store.current(3000)[0]?.trail.length).toBe(1)
})

test('who a track is: source, session and number', () => {
  const store = new TrackStore()
  store.heard([placed(1), placed(1, { source_id: 't' }), placed(1, { session_id: 'b' })], 0)
  expect(store.current(0).length).toBe(3)
  expect(trackKey(placed(1))).toBe('s/a/1')
})

test('a source that started again or went away takes its tracks along', () => {
  const store = new TrackStore()
  store.heard([placed(1), placed(2, { session_id: 'b' }), placed(3, { source_id: 't' })], 0)
  store.keepOnly((id) => (id === 's' ? 'b' : undefined))
  expect(store.current(0).map((t) => t.key)).toEqual(['s/b/2'])
  store.keepOnly(() => null) // lost: nothing is known of its session, so it just ages
  expect(store.current(0).length).toBe(1)
})

test('trails are bounded', () => {
  const store = new TrackStore()
  for (let ms = 0; ms < 120_000; ms += 100) store.heard([placed(1, { lat: 51 + ms / 1e7 })], ms)
  expect(store.current(119_900)[0]?.trail.length).toBeLessThanOrEqual(80)
})
