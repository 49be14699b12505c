import { expect, test } from 'vitest'
import { boundsOf, namePoints, outside, parseBasemap } from '../src/map/basemap'
import { ellipseOnScreen, metresPerPixel, offset, towards } from '../src/map/geometry'
import { filterList, matches, moved, type Listed } from '../src/panels/listing'
import { readPlace } from '../src/panels/placeForm'
import { stepped } from '../src/panels/Sheet'
import { headingWords, latencyWords, seenWords } from '../src/panels/words'
import { contain } from '../src/video/drawBoxes'
import { NOTHING_WATCHED } from '../src/video/player'
import { problemOf } from '../src/wire/problems'
import { placed, source } from './made'
import type { LiveTrack } from '../src/live/tracks'

const live = (id: number, className = 'person'): LiveTrack => {
  const track = placed(id, { class_name: className })
  return { key: `s/a/${id}`, track, heardAtMs: 0, firstHeardAtMs: 0, trail: [] }
}

test('the search wants every word, in any order and case', () => {
  expect(matches('GREEN shep', 'Shepherd’s Bush Green', 'lost')).toBe(true)
  expect(matches('green king', 'Shepherd’s Bush Green')).toBe(false)
  const found = filterList(
    'person 1',
    { vehicles: [], zones: [], sources: [source({ name: 'Person gate 1' }), source()], tracks: [live(12), live(3)], agents: [] },
    () => 'King Street',
  )
  expect(found.sources.map((s) => s.name)).toEqual(['Person gate 1'])
  expect(found.tracks.map((t) => t.track.track_id)).toEqual([12])
})

test('arrows move, and stop at the ends', () => {
  const order: Listed[] = ['a', 'b', 'c'].map((id) => ({ kind: 'source', id }))
  expect(moved(order, null, 'ArrowDown')?.id).toBe('a')
  expect(moved(order, order[2] ?? null, 'ArrowDown')?.id).toBe('c')
  expect(moved(order, order[1] ?? null, 'ArrowUp')?.id).toBe('a')
  expect(moved(order, order[0] ?? null, 'End')?.id).toBe('c')
  expect(moved(order, null, 'x')).toBeNull()
  expect(moved([], null, 'ArrowDown')).toBeNull()
})

test('a place as people type it', () => {
  expect(readPlace({ lat: ' 51,49 ', lon: '−0.22', heading: '360' })).toEqual({ place: { lat: 51.49, lon: -0.22, heading_deg: 0 } })
  expect(readPlace({ lat: '', lon: '', heading: '' })).toEqual({ place: { lat: null, lon: null, heading_deg: null } })
  for (const wrong of [
    { lat: '51', lon: '', heading: '' },
    { lat: '91', lon: '0', heading: '' },
    { lat: '51', lon: 'west', heading: '' },
    { lat: '51', lon: '0', heading: '-1' },
    { lat: '', lon: '', heading: '90' },
  ]) {
    expect(readPlace(wrong)).toHaveProperty('wrong')
  }
})

test('a picture fills its tile and keeps its shape', () => {
  expect(contain(4, 3, 400, 400)).toEqual({ x: 0, y: 50, width: 400, height: 300 })
  expect(contain(4, 3, 1000, 300)).toEqual({ x: 300, y: 0, width: 400, height: 300 })
})

test('an ellipse keeps its metres and its direction on the screen', () => {
  const scale = metresPerPixel(51.5, 18)
  expect(scale).toBeCloseTo(0.1859, 3)
  const north = ellipseOnScreen(10, 5, 0, 51.5, 18)
  expect([north.rx * scale, north.ry * scale]).toEqual([10, 5])
  expect(north.rotation).toBeCloseTo(-Math.PI / 2) // the long axis points up
  expect(ellipseOnScreen(10, 5, 90, 51.5, 18).rotation).toBe(0)
})

test('offsets and clipping on the ground', () => {
  const [lon, lat] = offset(-0.22, 51.5, 90, 100)
  expect(lat).toBeCloseTo(51.5, 9)
  const [clippedLon] = towards(-0.22, 51.5, lon, lat, 50)
  expect(clippedLon + 0.22).toBeCloseTo((lon + 0.22) / 2, 7)
  expect(towards(-0.22, 51.5, lon, lat, 200)).toEqual([lon, lat])
})

const ring = [[-0.3, 51.4], [-0.1, 51.4], [-0.1, 51.6], [-0.3, 51.4]]
const collection = { type: 'FeatureCollection' as const, features: [{ type: 'Feature' as const, properties: { name: 'x' }, geometry: { type: 'Polygon' as const, coordinates: [ring] } }] }

test('the basemap is checked before it is drawn', () => {
  const basemap = { boundary: collection, water: collection, parks: collection, roads: collection, places: collection, attribution: ['a', 3] }
  expect(parseBasemap(basemap).attribution).toEqual(['a'])
  expect(() => parseBasemap({ ...basemap, roads: 5 })).toThrow(/roads/)
  expect(() => parseBasemap(null)).toThrow()
  expect(boundsOf(collection)).toEqual([-0.3, 51.4, -0.1, 51.6])
  expect(namePoints(collection).features[0]?.geometry).toEqual({ type: 'Point', coordinates: [-0.2, 51.5] })
  const [dimmed] = outside(collection).features
  expect(dimmed?.geometry.type === 'Polygon' && dimmed.geometry.coordinates.length).toBe(2)
})

test('the sheet has three heights', () => {
  expect([stepped('low', 1), stepped('half', 1), stepped('full', 1), stepped('low', -1)]).toEqual(['half', 'full', 'full', 'low'])
})

test('words', () => {
  expect(seenWords([live(1), live(2), live(3, 'car'), live(4, 'dog')])).toBe('2 people, 1 vehicle, 1 other thing')
  expect(headingWords(350)).toBe('north (350°)')
  expect(latencyWords(source({ captured_at_from: 'unknown' }), NOTHING_WATCHED, 0)[0]).toBe('not known')
  expect(latencyWords(source(), { ...NOTHING_WATCHED, latency: { median: 140.4, p95: 200 } }, 600)).toEqual([
    '140 ms',
    'median; 95 of 100 within 200 ms, and 600 ms held back',
  ])
})

test('an error that is no problem+json is still a sentence', async () => {
  const plain = await problemOf(new Response('<html>', { status: 502, headers: { 'Retry-After': '2.5' } }))
  expect(plain.problem.detail).toBe('The station answered with error 502.')
  expect(plain.retryAfterS).toBe(3)
  const body = { type: '', title: 't', status: 429, detail: 'Too many.', code: 'throttled', remedy: '', reference: 'r' }
  const problem = await problemOf(new Response(JSON.stringify(body), { status: 429 }))
  expect([problem.message, problem.problem.reference, problem.retryAfterS]).toEqual(['Too many.', 'r', null])
})
