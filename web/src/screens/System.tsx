// Processes, parts, disk: every row with its age and its last error.

import { ServerCog } from 'lucide'
import { agentList } from '../live/agents'
import { secondTick, stationNow } from '../live/time'
import { readSystem } from '../wire/admin'
import { AgentBadge } from '../panels/rows'
import { Screen, Show, useFetched } from '../panels/Screen'
import { Badge, Empty, Facts, Note } from '../ui/parts'
import { Table, type Column } from './Table'
import { ago, at, bytes } from './words'
import type { AgentView, PartView, ProcessView, SystemView } from '../wire/types'

/** A supervisor that said nothing for so long is gone, and what it said with it. */
const SUPERVISOR_STALE_MS = 15_000

export const isStale = (process: ProcessView, nowMs: number): boolean =>
  process.seen_at === null || nowMs - Date.parse(process.seen_at) > SUPERVISOR_STALE_MS

const WORDS = { running: 'Running', restarting: 'Restarting', degraded: 'Degraded', stopped: 'Stopped', unknown: 'Not known' }

function ProcessState({ of }: { of: ProcessView }) {
  if (isStale(of, stationNow())) return <Badge tone="warn" hollow>Not known</Badge>
  const well = of.state === 'running'
  return <Badge tone={well ? 'live' : of.state === 'stopped' || of.state === 'unknown' ? 'quiet' : 'warn'} hollow={!well}>{WORDS[of.state]}</Badge>
}

const PROCESSES: Column<ProcessView>[] = [
  { name: 'Process', cell: (p) => <b>{p.title || p.name}</b> },
  { name: 'State', cell: (p) => <ProcessState of={p} /> },
  { name: 'Since', cell: (p) => at(p.since, 'not known') },
  { name: 'Restarts', cell: (p) => p.restarts },
  { name: 'Processor', cell: (p) => (p.cpu_percent === null ? 'not known' : `${p.cpu_percent.toFixed(0)} % of one core`) },
  { name: 'Memory', cell: (p) => (p.memory_bytes === null ? 'not known' : bytes(p.memory_bytes)) },
  { name: 'Told', cell: (p) => ago(p.seen_at) },
  { name: 'Last error', cell: (p) => p.last_error || 'none' },
]

const PART_WORDS = { ok: 'Well', degraded: 'Degraded', failed: 'Failed' }

const PARTS: Column<PartView>[] = [
  { name: 'Part', cell: (p) => <b>{p.title || p.name}</b> },
  {
    name: 'State',
    cell: (p) => <Badge tone={p.status === 'ok' ? 'live' : 'warn'} hollow={p.status !== 'ok'}>{PART_WORDS[p.status]}</Badge>,
  },
  { name: 'Since', cell: (p) => at(p.since, 'not known') },
  { name: 'Problem', cell: (p) => p.problem || 'none' },
  { name: 'What to do', cell: (p) => p.remedy || 'nothing' },
]

const AGENTS: Column<AgentView>[] = [
  { name: 'Agent', cell: (a) => <b>{a.name}</b> },
  { name: 'State', cell: (a) => <AgentBadge agent={a} /> },
  { name: 'Since', cell: (a) => at(a.since) },
  { name: 'Last error', cell: (a) => a.problem || 'none' },
]

export function diskWords(of: SystemView): string {
  if (of.disk_free_bytes === null || of.disk_total_bytes === null) return 'not known'
  const share = Math.round((100 * of.disk_free_bytes) / of.disk_total_bytes)
  return `${bytes(of.disk_free_bytes)} free of ${bytes(of.disk_total_bytes)} (${share} %)`
}

export function System() {
  void secondTick.value
  const system = useFetched(readSystem, [], 3000)
  return (
    <Screen title="System">
      <Show of={system} what="the state of the system">
        {(of) => (
          <>
            {of.processes.length > 0 && of.processes.every((p) => isStale(p, stationNow())) && (
              <Note tone="warn">
                <strong>The supervisor has said nothing since {ago(of.processes[0]?.seen_at ?? null, 'it began')}.</strong> Nobody
                would restart a process that ends now. On the station’s machine, look at its log and start it again.
              </Note>
            )}
            <section class="card" aria-label="Installation">
              <h3>{of.status === 'ok' ? <Badge tone="live">All well</Badge> : <Badge tone="warn">Degraded</Badge>}</h3>
              <Facts
                facts={[
                  { name: 'Software', value: of.software },
                  { name: 'Running since', value: at(of.started_at) },
                  { name: 'Disk', value: diskWords(of) },
                  { name: 'Open pages', value: of.pages },
                  { name: 'Agents connected', value: of.agents_connected },
                ]}
              />
            </section>
            <h3 class="screen-section">Processes</h3>
            {of.processes.length === 0 ? (
              <Empty icon={ServerCog} title="No supervisor tells of its processes">
                This station was started by itself, not by run.py: nobody restarts it when it ends.
              </Empty>
            ) : (
              <Table caption="Processes" columns={PROCESSES} rows={of.processes} rowKey={(p) => p.name} />
            )}
            <h3 class="screen-section">Parts</h3>
            <Table caption="Parts" columns={PARTS} rows={of.parts} rowKey={(p) => p.name} />
            <h3 class="screen-section">Agents</h3>
            {agentList.value.length === 0 ? (
              <p class="row-more">No agent is known to this page.</p>
            ) : (
              <Table caption="Agents" columns={AGENTS} rows={agentList.value} rowKey={(a) => a.agent_id} />
            )}
          </>
        )}
      </Show>
    </Screen>
  )
}
