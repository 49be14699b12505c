import { effect } from '@preact/signals'
import { beforeEach, expect, test } from 'vitest'
import { agentTable, applyAgents, detector } from '../src/live/agents'
import { lastHeardMs, linkAt } from '../src/live/link'
import { addressOf, readAddress } from '../src/live/place'
import { takeBatch, takeSnapshot } from '../src/live/socket'
import { applyBatch, sourceList, sourceTable, tableOf } from '../src/live/sources'
import { standing } from '../src/live/standing'
import { systemSummary } from '../src/live/system'
import { ageWords, agoWords, secondTick } from '../src/live/time'
import { tracks } from '../src/live/tracks'
import { Watching, type Watcher } from '../src/live/watching'
import { attention } from '../src/panels/attention'
import { analysed, batch, placed, snapshot, source } from './made'
import type { AgentView, SourceTracks } from '../src/wire/types'

const agent = (more: Partial<AgentView> = {}): AgentView => ({
  agent_id: 'n',
  name: 'Vision node',
  kind: 'node',
  connected: true,
  since: '2026-11-24T14:00:00Z',
  problem: '',
  ...more,
})

beforeEach(() => {
  sourceTable.value = new Map()
  tracks.clear()
})

test('a batch replaces what it names, drops what it removes, and leaves the rest alone', () => {
  const table = tableOf([source({ source_id: 'a' }), source({ source_id: 'b' }), source({ source_id: 'c' })])
  const next = applyBatch(table, batch({ sources: [source({ source_id: 'b', name: 'New' })], removed_sources: ['c'] }))
  expect([...next.keys()]).toEqual(['a', 'b'])
  expect(next.get('b')?.name).toBe('New')
  expect(next.get('a')).toBe(table.get('a'))
})

test('an empty batch changes nothing, so nothing draws again', () => {
  const table = tableOf([source()])
  expect(applyBatch(table, batch({ removed_sources: ['unknown'] }))).toBe(table)
  const agents = applyAgents(new Map(), [agent()])
  expect(applyAgents(agents, null)).toBe(agents)
})

test('figures change their source and nothing else of it', () => {
  const table = tableOf([source({ source_id: 'a', number: 4, viewers: 1, last_frame_at: null }), source({ source_id: 'b', number: 5 })])
  const sent_at = '2026-11-24T14:00:01.000Z'
  const next = applyBatch(table, batch({ sent_at, figures: [[4, 5, 4.9, 21.5, 100, 2, 3], [99, 1, 1, null, null, 0, 0]] }))
  expect(next.get('b')).toBe(table.get('b'))
  expect(next.get('a')).toEqual({
    ...table.get('a'),
    received_fps: 5,
    analysed_fps: 4.9,
    inference_ms: 21.5,
    last_frame_at: '2026-11-24T14:00:00.900Z',
    frames_dropped: 2,
    viewers: 3,
  })
})

test('alerts and the system’s state come with the link', () => {
  takeSnapshot(snapshot({ system: { status: 'degraded', problems: [] } }))
  expect(systemSummary.value?.status).toBe('degraded')
  takeBatch(batch())
  expect(systemSummary.value?.status).toBe('degraded')
  takeBatch(batch({ system: { status: 'ok', problems: [] } }))
  expect(systemSummary.value?.status).toBe('ok')
})

test('a snapshot is everything: what it lacks is gone', () => {
  takeSnapshot(snapshot({ sources: [source({ source_id: 'a' })], agents: [agent()] }))
  takeSnapshot(snapshot({ sources: [source({ source_id: 'b' })] }))
  expect([...sourceTable.value.keys()]).toEqual(['b'])
  expect(agentTable.value.size).toBe(0)
})

test('tracks of a batch belong to known sources only', () => {
  const of: SourceTracks[] = [
    [7, 250, [[1, 'person', 51_500_001, -220_002, 152, 48, 30]]],
    [8, null, [[1, 'person', 51_500_001, -220_002, 152, 48, 30]]],
  ]
  const sent_at = '2026-11-24T14:00:01.000Z'
  takeBatch(batch({ sent_at, sources: [source({ source_id: 's', number: 7, session_id: 'a' })], tracks: of }))
  const [only, ...others] = tracks.current(performance.now())
  expect(others).toEqual([])
  expect(only?.track).toEqual({
    ...placed(1),
    lat: 51.500001,
    lon: -0.220002,
    semi_major_m: 1.52,
    semi_minor_m: 0.48,
    observed_at: '2026-11-24T14:00:00.750Z',
  })
  takeBatch(batch({ sources: [source({ source_id: 's', session_id: 'b' })] }))
  expect(tracks.current(performance.now()).length).toBe(0)
  expect(detector.value).toEqual({ name: 'd', problem: '' })
})

test('sources are listed as people count', () => {
  sourceTable.value = tableOf(['Camera 10', 'Camera 9', 'alpha'].map((name) => source({ source_id: name, name })))
  expect(sourceList.value.map((s) => s.name)).toEqual(['alpha', 'Camera 9', 'Camera 10'])
})

test('three seconds of silence are a lost link, since the last word', () => {
  expect(linkAt(1000, 0, 4000)).toEqual({ state: 'live' })
  expect(linkAt(1000, 0, 4001)).toEqual({ state: 'lost', sinceMs: 1000 })
  expect(linkAt(null, 500, 3000)).toEqual({ state: 'connecting' })
  expect(linkAt(null, 500, 3501)).toEqual({ state: 'lost', sinceMs: 500 })
  takeBatch(batch())
  expect(Date.now() - (lastHeardMs.value ?? 0)).toBeLessThan(1000)
})

test('a lost source is hollow with its age; without a link nobody is live', () => {
  const at = Date.parse('2026-11-24T14:00:00Z')
  const lost = source({ condition: 'lost', condition_since: '2026-11-24T14:00:00Z' })
  expect(standing(lost, { state: 'live' }, 0, at + 12_000)).toMatchObject({ words: 'Lost 12 s', hollow: true, tone: 'warn' })
  expect(standing(source(), { state: 'live' }, 0, at)).toMatchObject({ word: 'Live', hollow: false })
  expect(standing(source(), { state: 'lost', sinceMs: 5000 }, 9000, at)).toMatchObject({ words: 'No link 4 s', hollow: true })
})

test.each([
  [-5, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [2 * 3600_000 + 5 * 60_000, '2 h 5 min'],
  [50 * 3600_000, '2 days'],
])('%d ms reads %s', (ms, words) => expect(ageWords(ms)).toBe(words))

test('the address keeps screen and selection', () => {
  const map = { screen: 'map' as const, item: '' }
  const track = { where: map, selection: { kind: 'track' as const, id: 's/a/1' } }
  expect(readAddress(addressOf(track))).toEqual(track)
  const person = { where: { screen: 'people' as const, item: 'a/b' }, selection: null }
  expect(addressOf(person)).toBe('#/people/a%2Fb')
  expect(readAddress(addressOf(person))).toEqual(person)
  expect(addressOf({ where: map, selection: null })).toBe('#/map')
  for (const bad of ['', '#source/%E0%A4%A', '#other/1', '#/nowhere', '#/people/%E0%A4%A']) {
    expect(readAddress(bad), bad).toBeNull()
  }
})

test('what needs a person: what is lost or broken, not what is merely off', () => {
  const needs = (sources: ReturnType<typeof source>[], agents: AgentView[], problem = '') =>
    attention(sources, agents, { name: '', problem }, { state: 'live' }, Date.now()).map((n) => n.key)
  expect(needs([source(), source({ condition: 'offline' })], [agent()])).toEqual([])
  expect(needs([source({ source_id: 'x', condition: 'lost' })], [agent({ connected: false })], 'no model')).toEqual(['n', 'detector', 'x'])
  expect(attention([source({ condition: 'lost' })], [], { name: '', problem: '' }, { state: 'lost', sinceMs: 0 }, 0)).toEqual([])
})

test('who watched goes on watching after a reconnect, and frames reach their watcher only', () => {
  const sent: string[] = []
  const got: number[] = []
  const watching = new Watching()
  const watcher: Watcher = {
    sourceId: 's',
    viewerSessionId: 'v',
    onFrame: (frame) => got.push(frame.rtp_timestamp),
    onOffset: (offset) => got.push(offset),
  }
  watching.add(watcher)
  watching.connected((event, body) => sent.push(`${event} ${body.viewer_session_id}`))
  watching.disconnected()
  watching.connected((event, body) => sent.push(`${event} ${body.viewer_session_id}`))
  watching.frames({ sent_at: '', frames: [analysed(9000), { ...analysed(1), source_id: 'other' }] })
  watching.clock({ viewer_session_id: 'v', rtp_offset: 7 })
  watching.clock({ viewer_session_id: 'another', rtp_offset: 8 })
  watching.remove('v')
  watching.frames({ sent_at: '', frames: [analysed(1)] })
  expect(sent).toEqual(['watch v', 'watch v', 'unwatch v'])
  expect(got).toEqual([9000, 7])
})

test('an age that is shown is told again each second, wherever it stands', () => {
  let told = 0
  const stop = effect(() => {
    agoWords('2026-11-24T12:00:00Z')
    told += 1
  })
  secondTick.value += 1
  stop()
  expect(told).toBe(2)
})
