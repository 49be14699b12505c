// The live link's tables: what is pushed while something is read, and who may still see what.

import { beforeEach, expect, test, vi } from 'vitest'
import { alert, NO_TRAFFIC, source } from './made'
import type { AgentView, AlertView, Batch, Snapshot } from '../src/wire/types'

const reads: ((answer: AlertView[]) => void)[] = []
vi.mock('../src/wire/admin', () => ({
  readAlerts: () => new Promise<AlertView[]>((answer) => reads.push(answer)),
}))
vi.mock('socket.io-client', () => ({
  io: () => ({ on: () => undefined, off: () => undefined, close: () => undefined, connected: false, active: true }),
}))

const { alertsProblem, alertTable, followAlerts, forgetAlerts, heardAlerts, refreshAlerts } = await import('../src/live/alerts')
const { agentTable, detector } = await import('../src/live/agents')
const { selection } = await import('../src/live/place')
const { session } = await import('../src/live/session')
const { connectLive, takeBatch, takeSnapshot } = await import('../src/live/socket')
const { sourceTable } = await import('../src/live/sources')
const { systemSummary } = await import('../src/live/system')
const { tracks } = await import('../src/live/tracks')

const agent = (agent_id: string): AgentView => ({
  agent_id,
  name: agent_id,
  kind: 'camera',
  connected: true,
  since: '2026-11-24T14:00:00Z',
  problem: '',
})

const sent = { sources: [], tracks: [], alerts: [], detector: 'd', detector_problem: '', airspace_version: 'a' }
const now = () => new Date().toISOString()
const snapshot = (more: Partial<Snapshot> = {}): Snapshot => ({
  ...sent, sent_at: now(), vehicles: [], agents: [], system: { status: 'ok', problems: [] }, traffic: NO_TRAFFIC, ...more,
})
const batch = (more: Partial<Batch> = {}): Batch => ({
  ...sent, sent_at: now(), figures: [], removed_sources: [], vehicles: [], removed_vehicles: [], agents: null, shared_alerts: 0, system: null, traffic: null, ...more,
})
const shown = () => [...alertTable.value.keys()]

const signedIn = (permissions: string[]) => {
  session.value = { state: 'signed_in', session: { signed_in: true, permissions } } as unknown as typeof session.value
}

beforeEach(() => {
  reads.length = 0
  forgetAlerts()
  signedIn([])
})

test('what is pushed while the alerts are read lies over the answer', async () => {
  heardAlerts([alert('gone since')])
  const reading = refreshAlerts()
  heardAlerts([alert('pushed'), alert('a', { state: 'acknowledged' })])
  reads[0]?.([alert('a'), alert('b')])
  await reading
  expect(shown()).toEqual(['a', 'b', 'pushed'])
  expect(alertTable.value.get('a')?.state).toBe('acknowledged')
})

test('an older answer that comes after a newer one is dropped', async () => {
  const all = [refreshAlerts(), refreshAlerts()]
  reads[1]?.([alert('newer')])
  await all[1]
  reads[0]?.([alert('older')])
  await all[0]
  expect(shown()).toEqual(['newer'])
})

test('the beginning of the link takes away what this person may not see any more', async () => {
  signedIn(['see_alerts'])
  heardAlerts([alert('outside the new area'), alert('shared', { shared_by: 'The police' })])
  const wide = refreshAlerts() // asked while more was allowed
  takeSnapshot(snapshot({ alerts: [alert('own')] }))
  expect(shown()).toEqual(['own'])
  expect(reads.length).toBe(2) // others' alerts are asked for again
  reads[0]?.([alert('outside the new area')])
  await wide
  expect(shown()).toEqual(['own'])
  reads[1]?.([alert('own'), alert('still shared', { shared_by: 'The police' })])
  await vi.waitFor(() => expect(shown()).toEqual(['own', 'still shared']))
})

test('without the right to see alerts none is kept or asked for', () => {
  heardAlerts([alert('before')])
  takeSnapshot(snapshot())
  expect([shown(), reads.length]).toEqual([[], 0])
})

test('an agent that is not named any more is not there any more', () => {
  takeSnapshot(snapshot({ agents: [agent('a'), agent('removed')] }))
  const before = agentTable.value
  takeBatch(batch())
  expect(agentTable.value).toBe(before)
  takeBatch(batch({ agents: [agent('a')] }))
  expect([...agentTable.value.keys()]).toEqual(['a'])
  takeBatch(batch({ agents: [] }))
  expect(agentTable.value.size).toBe(0)
})

test('the next person at the desk finds nothing of the one before', async () => {
  signedIn(['see_alerts'])
  const stops = [connectLive(), followAlerts()]
  takeSnapshot(
    snapshot({
      sources: [source({ source_id: 's', number: 1, session_id: 'v' })],
      agents: [agent('a')],
      alerts: [alert('own')],
      tracks: [[1, 0, [[4, 'person', 51_500_000, -220_000, 100, 50, 0]]]],
    }),
  )
  selection.value = { kind: 'source', id: 's' }
  expect([sourceTable.value.size, shown().length, tracks.current(performance.now()).length]).toEqual([1, 1, 1])
  stops.forEach((stop) => stop())
  reads.forEach((answer) => answer([alert('late')]))
  await Promise.resolve()
  await Promise.resolve()
  expect([sourceTable.value.size, agentTable.value.size, shown().length]).toEqual([0, 0, 0])
  expect(tracks.current(performance.now())).toEqual([])
  expect([selection.value, systemSummary.value, detector.value.name, alertsProblem.value]).toEqual([null, null, '', null])
})
