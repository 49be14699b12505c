import { expect, test } from 'vitest'
import { AnalysedFrames } from '../src/video/analysed'
import { LockedRing } from '../src/video/lockedRing'
import { analysed, box, random } from './made'

interface Picture {
  number: number
}

function ring(capacity = 40, holdBackMs = 600) {
  const released: Picture[] = []
  return { released, ring: new LockedRing<Picture>(capacity, holdBackMs, (p) => released.push(p)) }
}

const rtpOf = (number: number) => (0xffff_0000 + number * 9000) >>> 0

test('a picture is held back, then comes with its own boxes', () => {
  const { ring: r } = ring()
  const known = new AnalysedFrames()
  r.put({ picture: { number: 1 }, rtp: rtpOf(1), shownAtMs: 1000 })
  known.put(analysed(rtpOf(1), [box(1, 5)]))
  expect(r.take(1599, known)).toBeNull()
  const frame = r.take(1600, known)
  expect(frame?.picture.number).toBe(1)
  expect(frame?.boxes?.boxes[0]?.trackId).toBe(1)
  expect(frame?.boxes?.predicted).toBe(false)
  expect(r.take(1601, known)).toBeNull()
})

test('no analysis of exactly this frame: no boxes, however near another one is', () => {
  const { ring: r } = ring()
  const known = new AnalysedFrames()
  known.put(analysed(rtpOf(1) - 1, [box(1, 5)]))
  known.put(analysed(rtpOf(1) + 1, [box(1, 5)]))
  r.put({ picture: { number: 1 }, rtp: rtpOf(1), shownAtMs: 0 })
  expect(r.take(600, known)?.boxes).toBeNull()
})

test('a picture whose timestamp is in doubt gets no boxes', () => {
  const { ring: r } = ring()
  const known = new AnalysedFrames()
  known.put(analysed(0, [box(1, 5)]))
  r.put({ picture: { number: 1 }, rtp: null, shownAtMs: 0 })
  expect(r.take(600, known)?.boxes).toBeNull()
})

test('an analysed frame without tracks is not the same as one that was not analysed', () => {
  const { ring: r } = ring()
  const known = new AnalysedFrames()
  known.put(analysed(0))
  r.put({ picture: { number: 0 }, rtp: 0, shownAtMs: 0 })
  expect(r.take(600, known)?.boxes?.boxes).toEqual([])
})

test('every picture is released once, and the ring stays within its bound', () => {
  const { ring: r, released } = ring(5)
  for (let n = 0; n < 12; n++) r.put({ picture: { number: n }, rtp: rtpOf(n), shownAtMs: n })
  expect(r.size).toBe(5)
  const taken = r.take(10_000, new AnalysedFrames())
  expect(taken?.picture.number).toBe(11)
  r.clear()
  expect([...released.map((p) => p.number), 11].sort((a, b) => a - b)).toEqual([...Array(12).keys()])
})

/** Drives the ring with lost and reordered messages; answers what was drawn. */
function drive(seed: number, loss: number, delayMs: number) {
  const next = random(seed)
  const { ring: r } = ring()
  const known = new AnalysedFrames(64)
  const messages: { atMs: number; number: number }[] = []
  const drawn: { picture: number; box: number | null }[] = []
  for (let n = 0; n < 2000; n++) if (next() > loss) messages.push({ atMs: n * 100 + next() * delayMs, number: n })
  messages.sort((a, b) => a.atMs - b.atMs)
  for (let ms = 0; ms < 201_000; ms += 16) {
    while (messages[0] && messages[0].atMs <= ms) {
      const { number } = messages.shift() as { number: number }
      known.put(analysed(rtpOf(number), [box(number, 1)]))
    }
    const n = Math.floor(ms / 100)
    if (n < 2000 && ms % 100 < 16 && next() > 0.02) r.put({ picture: { number: n }, rtp: rtpOf(n), shownAtMs: ms })
    const frame = r.take(ms, known)
    if (frame) drawn.push({ picture: frame.picture.number, box: frame.boxes?.boxes[0]?.trackId ?? null })
  }
  return drawn
}

test.each([
  ['all in time', 0, 300],
  ['a third lost', 0.33, 300],
  ['late and out of order', 0.1, 1500],
])('2,000 frames, %s: never a box on a wrong frame', (_, loss, delayMs) => {
  const drawn = drive(7, loss, delayMs)
  expect(drawn.length).toBeGreaterThan(1800)
  expect(drawn.filter((d) => d.box !== null && d.box !== d.picture)).toEqual([])
  const matched = drawn.filter((d) => d.box !== null).length / drawn.length
  if (delayMs < 600) expect(matched).toBeGreaterThan(1 - loss - 0.03)
  else expect(matched).toBeLessThan(0.6)
})
