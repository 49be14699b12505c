// What the administrative screens decide, without a page.

import { expect, test } from 'vitest'
import { applyAlerts, byUrgency } from '../src/live/alerts'
import { isPurpose, readSaid, withSaid, type Said } from '../src/live/purposes'
import { roleWords, whoMay } from '../src/live/roles'
import { homeOf } from '../src/panels/destinations'
import { actOf, KEYS } from '../src/panels/keyboard'
import { planOf } from '../src/screens/AreaMap'
import { clockWords, outboxWords } from '../src/screens/Agents'
import { cornersText, readCorners, ringOf } from '../src/screens/area'
import { withoutFactor } from '../src/screens/Home'
import { commandFor } from '../src/screens/InviteAgent'
import { isStale } from '../src/screens/System'
import { movedOn, onWall } from '../src/screens/Wall'
import { bytes, plain } from '../src/screens/words'
import { auditUrl } from '../src/wire/admin'
import { where } from '../src/live/place'
import { alert, source } from './made'
import type { AgentDetail, PersonView, ProcessView } from '../src/wire/types'

test('alerts: what asks for somebody first, decided ones by time only', () => {
  const list = [
    alert('old and done', { state: 'resolved', severity: 'warning', raised_at: '2026-11-24T09:00:00Z' }),
    alert('newly done', { state: 'rejected', severity: 'information' }),
    alert('taken up', { state: 'acknowledged', severity: 'warning' }),
    alert('caution'),
    alert('warning', { severity: 'warning' }),
    alert('newer warning', { severity: 'warning', raised_at: '2026-11-24T10:05:00Z' }),
  ]
  expect(list.toSorted(byUrgency).map((a) => a.alert_id)).toEqual([
    'newer warning', 'warning', 'caution', 'taken up', 'newly done', 'old and done',
  ])
})

test('alerts: news replace what they are of; no news is the same table', () => {
  const table = applyAlerts(new Map(), [alert('a'), alert('b')])
  expect(applyAlerts(table, [])).toBe(table)
  expect(applyAlerts(table, [alert('a', { state: 'resolved' })]).get('a')?.state).toBe('resolved')
  expect(table.get('a')?.state).toBe('new')
})

test('purposes given lately: newest first, each once, three at most, rubbish left out', () => {
  const said = (note: string): Said => ({ purpose: 'training', note })
  const three = withSaid(withSaid([said('a')], said('b')), said('c'))
  expect(withSaid(three, said('a')).map((s) => s.note)).toEqual(['a', 'c', 'b'])
  expect(withSaid(three, said('d')).map((s) => s.note)).toEqual(['d', 'c', 'b'])
  expect(readSaid(JSON.stringify(three))).toEqual(three)
  expect(readSaid('{')).toEqual([])
  expect(readSaid('7')).toEqual([])
  expect(readSaid('[null, {"purpose":"gossip","note":""}, {"purpose":"training"}]')).toEqual([])
  expect(isPurpose('toString')).toBe(false)
})

test('who may: the roles in words, and nobody who may not', () => {
  expect(whoMay('manage_people')).toBe('Admin')
  expect(whoMay('watch_video')).toContain('CCTV operator')
  expect(whoMay('watch_video')).not.toContain('Admin')
  expect(roleWords('something newer')).toBe('something newer')
  expect(roleWords(null)).toBe('')
})

test('each role begins on its work', () => {
  expect(homeOf('cctv_operator')).toBe('wall')
  expect(homeOf('officer')).toBe('map')
  expect(homeOf('auditor')).toBe('audit')
  expect(homeOf(null)).toBe('map')
})

test('keys: g and a letter goes there, a letter alone does what it says, none twice', () => {
  where.value = { screen: 'map', item: '' }
  actOf('p', true)?.()
  expect(where.value.screen).toBe('people')
  actOf('w', false)?.()
  expect(where.value.screen).toBe('wall')
  expect(actOf('y', false)).toBeNull()
  expect(actOf('x', true)).toBeNull()
  const told = KEYS.map(([keys]) => keys.join(' '))
  expect(new Set(told).size).toBe(told.length)
})

test('corners: typed as they are written, and what is wrong named by line', () => {
  const corners: [number, number][] = [[-0.24, 51.48], [-0.21, 51.48], [-0.2, 51.51]]
  expect(readCorners(cornersText(corners))).toEqual({ corners })
  expect(ringOf(corners)).toHaveLength(4)
  expect(ringOf([])).toEqual([])
  expect(readCorners('51.48, −0.24\n\n51.48 -0.21\n51.5;-0.2')).toMatchObject({ corners: [[-0.24, 51.48], [-0.21, 51.48], [-0.2, 51.5]] })
  for (const [text, words] of [
    ['51.48, -0.24\nhere', 'Line 2'],
    ['91, 0', 'Line 1'],
    ['51, 0, 3', 'Line 1'],
    ['51, 0\n52, 0', 'three corners'],
    [Array.from({ length: 201 }, () => '51, 0').join('\n'), 'at most 200'],
  ] as const) {
    const read = readCorners(text)
    expect('wrong' in read && read.wrong, text).toContain(words)
  }
})

test('the plan turns a press into the corner that is drawn there', () => {
  const plan = planOf([-0.26, 51.46, -0.17, 51.54], 400, 300)
  const [lon, lat] = plan.toCorner(...plan.toPixel([-0.22, 51.5]))
  expect(lon).toBeCloseTo(-0.22, 9)
  expect(lat).toBeCloseTo(51.5, 9)
  const [, north] = plan.toPixel([-0.22, 51.53])
  expect(north).toBeLessThan(plan.toPixel([-0.22, 51.47])[1])
})

test('the wall: live ones first; arrows stay inside', () => {
  const all = [source({ source_id: 'a', condition: 'offline' }), source({ source_id: 'b' }), source({ source_id: 'c', condition: 'lost' })]
  expect(onWall(all).map((s) => s.source_id)).toEqual(['b', 'c', 'a'])
  expect(movedOn(0, 'ArrowRight', 3, 5)).toBe(1)
  expect(movedOn(1, 'ArrowDown', 3, 5)).toBe(4)
  expect(movedOn(2, 'ArrowDown', 3, 5)).toBe(2)
  expect(movedOn(0, 'ArrowLeft', 3, 5)).toBe(0)
  expect(movedOn(0, 'Enter', 3, 5)).toBe(0)
})

const process = (seen_at: string | null) => ({ seen_at }) as ProcessView

test('what the supervisor said a while ago is not known any more', () => {
  const now = Date.parse('2026-11-24T10:00:00Z')
  expect(isStale(process('2026-11-24T09:59:50Z'), now)).toBe(false)
  expect(isStale(process('2026-11-24T09:59:40Z'), now)).toBe(true)
  expect(isStale(process(null), now)).toBe(true)
})

const person = (role: string, more: Partial<PersonView> = {}) =>
  ({ role, authenticator: false, passkeys: 0, disabled_at: null, ...more }) as PersonView

test('people without a second factor: only who needs one and is not disabled', () => {
  const bare = person('admin')
  expect(
    withoutFactor([bare, person('officer'), person('admin', { passkeys: 1 }), person('supervisor', { disabled_at: 'x' })]),
  ).toEqual([bare])
})

const agent = (more: Partial<AgentDetail>) =>
  ({ clock_offset_ms: null, round_trip_ms: null, messages_waiting: null, messages_dropped: null, ...more }) as AgentDetail

test('an agent’s clock and outbox in words, with how sure', () => {
  expect(clockWords(agent({}))).toBe('not measured')
  expect(clockWords(agent({ clock_offset_ms: -12.4, round_trip_ms: 9 }))).toBe('12 ± 5 ms behind')
  expect(outboxWords(agent({}))).toBe('not told')
  expect(outboxWords(agent({ messages_waiting: 0, messages_dropped: 3 }))).toBe('empty, 3 dropped')
})

test('the command, the filter, the words', () => {
  expect(commandFor('https://kestrel.lan')).toBe('python3 run.py agents enrol --station https://kestrel.lan --ca FILE')
  expect(commandFor('http://127.0.0.1:8080')).not.toContain('--ca')
  expect(auditUrl({})).toBe('/api/audit')
  expect(auditUrl({ before: 7, act: '', actor: 'jo & co' })).toBe('/api/audit?before=7&actor=jo+%26+co')
  expect([bytes(999), bytes(231_000_000), bytes(81_300_000_000)]).toEqual(['999 B', '231 MB', '81.3 GB'])
  expect(plain('camera_no_picture')).toBe('Camera no picture')
})
