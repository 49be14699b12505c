import { expect, test } from 'vitest'
import { AnalysedFrames } from '../src/video/analysed'
import { predict } from '../src/video/prediction'
import { analysed, box } from './made'

function known(...frames: ReturnType<typeof analysed>[]): AnalysedFrames {
  const all = new AnalysedFrames()
  frames.forEach((frame) => all.put(frame))
  return all
}

test('exactly this frame was analysed: its boxes as they are', () => {
  const set = predict(known(analysed(9000, [box(1, 100, 50)])), 9000)
  expect(set?.predicted).toBe(false)
  expect(set?.boxes[0]?.left).toBe(100)
})

test('a later frame: moved by velocity times the media time between', () => {
  const set = predict(known(analysed(9000, [box(1, 100, 50, -20)])), 9000 + 18_000)
  expect(set?.predicted).toBe(true)
  expect(set?.ageMs).toBe(200)
  expect(set?.boxes[0]).toMatchObject({ left: 110, right: 130, top: 6, bottom: 56 })
})

test('no box runs on for more than half a second', () => {
  const set = predict(known(analysed(0, [box(1, 100, 100)])), 90_000 * 0.9)
  expect(set?.boxes[0]?.left).toBe(150)
})

test('after a second there is nothing to draw', () => {
  expect(predict(known(analysed(0, [box(1, 100)])), 90_001)).toBeNull()
})

test('a frame’s future is not used for it', () => {
  const all = known(analysed(9000, [box(1, 100)]), analysed(18_000, [box(1, 200)]))
  expect(predict(all, 13_500)?.boxes[0]?.left).toBe(100)
  expect(predict(known(analysed(18_000, [box(1, 200)])), 9000)).toBeNull()
})

test('across the wrap', () => {
  const set = predict(known(analysed(0xffff_f000, [box(1, 100, 90)])), (0xffff_f000 + 9000) >>> 0)
  expect(set?.boxes[0]?.left).toBeCloseTo(109)
})

test('the order of arrival does not matter, and memory is bounded', () => {
  const all = new AnalysedFrames(4)
  for (const n of [3, 1, 4, 2, 5, 7, 6]) all.put(analysed(n * 9000, [box(n, n)]))
  expect(all.size).toBe(4)
  expect(all.latestUpTo(6 * 9000)?.rtp_timestamp).toBe(6 * 9000)
  expect(all.exact(3 * 9000)).toBeNull()
})
