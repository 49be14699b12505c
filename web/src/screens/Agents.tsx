// The programs that bring in cameras: how each stands, its key, and inviting another.

import { useState } from 'preact/hooks'
import { Plus, RefreshCw, Server } from 'lucide'
import { agentKindWords } from '../live/agents'
import { go } from '../live/place'
import { secondTick, stationNow, ageWords } from '../live/time'
import { readAgents, removeAgent, revokeAgent, rotateAgent } from '../wire/admin'
import { Screen, Show, useFetched } from '../panels/Screen'
import { Button, HoldButton } from '../ui/Button'
import { useSending } from '../ui/Field'
import { Badge, Empty, Facts, Note, ProblemCard } from '../ui/parts'
import { InviteDialog } from './InviteAgent'
import { Table, type Column } from './Table'
import { at } from './words'
import type { AgentDetail } from '../wire/types'

const STATES = { invited: 'Invited', connected: 'Connected', away: 'Away', revoked: 'Revoked' }

export function AgentState({ of }: { of: AgentDetail }) {
  void secondTick.value
  const age = ageWords(stationNow() - Date.parse(of.since))
  return (
    <Badge tone={of.state === 'away' ? 'warn' : of.state === 'connected' ? 'live' : 'quiet'} hollow={of.state !== 'connected'}>
      {STATES[of.state]} {age}
    </Badge>
  )
}

/** With the round trip, because an offset is only known as well as half of it. */
export function clockWords(of: AgentDetail): string {
  if (of.clock_offset_ms === null) return 'not measured'
  const offset = of.clock_offset_ms
  const way = offset >= 0 ? 'ahead' : 'behind'
  const sure = of.round_trip_ms === null ? '' : ` ± ${(of.round_trip_ms / 2).toFixed(0)}`
  return `${Math.abs(offset).toFixed(0)}${sure} ms ${way}`
}

export function outboxWords(of: AgentDetail): string {
  if (of.messages_waiting === null) return 'not told'
  const dropped = of.messages_dropped ? `, ${of.messages_dropped} dropped` : ''
  return of.messages_waiting === 0 ? `empty${dropped}` : `${of.messages_waiting} waiting${dropped}`
}

const COLUMNS: Column<AgentDetail>[] = [
  { name: 'Name', cell: (a) => <b>{a.name}</b> },
  { name: 'Kind', cell: (a) => agentKindWords(a.kind) },
  { name: 'State', cell: (a) => <AgentState of={a} /> },
  { name: 'Its clock', cell: clockWords },
  { name: 'Outbox', cell: outboxWords },
  { name: 'Sources', cell: (a) => a.sources },
  { name: 'Software', cell: (a) => a.software || 'not told' },
  { name: 'Last problem', cell: (a) => a.problem || 'none' },
]

export function Agents({ item }: { item: string }) {
  const agents = useFetched(readAgents, [], 3000)
  const [inviting, setInviting] = useState(false)
  const open = agents.data?.find((agent) => agent.agent_id === item)
  if (open) return <Agent key={open.agent_id} of={open} onChanged={agents.reload} />
  const invite = (
    <Button kind="primary" icon={Plus} onPress={() => setInviting(true)}>
      Invite an agent
    </Button>
  )
  return (
    <Screen title="Agents" acts={invite}>
      <Show of={agents} what="the agents">
        {(list) =>
          list.length === 0 ? (
            <Empty icon={Server} title="No agents yet" act={invite}>
              An agent runs beside cameras or drones and brings them in. Invite one, and start it with the code you get.
            </Empty>
          ) : (
            <Table caption="Agents" columns={COLUMNS} rows={list} rowKey={(a) => a.agent_id} onOpen={(a) => go('agents', a.agent_id)} />
          )
        }
      </Show>
      {inviting && (
        <InviteDialog
          onClose={() => {
            setInviting(false)
            void agents.reload()
          }}
        />
      )}
    </Screen>
  )
}

function Agent({ of, onChanged }: { of: AgentDetail; onChanged: () => Promise<void> }) {
  const sending = useSending()
  const [told, setTold] = useState('')
  const rotate = () =>
    void sending
      .run(() => rotateAgent(of.agent_id))
      .then((went) => setTold(went ? 'It gets its new key now, or when it connects again; the old one then stops working.' : ''))
  const canRotate = of.state === 'connected' || of.state === 'away'
  const gone = () => void onChanged().then(() => go('agents'))
  const revoke = () => void sending.run(() => revokeAgent(of.agent_id)).then(() => onChanged())
  return (
    <Screen title={of.name} back={{ words: 'Agents', onPress: () => go('agents') }}>
      <div class="columns">
        <section class="card" aria-label="Facts">
          <h3>
            <AgentState of={of} />
          </h3>
          {of.problem && <Note tone="warn">{of.problem}</Note>}
          <Facts
            facts={[
              { name: 'Kind', value: agentKindWords(of.kind) },
              { name: 'Address', value: of.address || 'not known' },
              { name: 'Software', value: of.software || 'not told' },
              { name: 'Its clock', value: clockWords(of), more: 'against the station’s' },
              { name: 'Round trip', value: of.round_trip_ms === null ? 'not measured' : `${of.round_trip_ms.toFixed(0)} ms` },
              { name: 'Outbox', value: outboxWords(of) },
              { name: 'Sources', value: of.sources },
              { name: 'Enrolled', value: at(of.enrolled_at, 'not yet') },
              { name: 'Key issued', value: at(of.token_issued_at, 'not yet') },
            ]}
          />
        </section>
        <section class="card" aria-label="What I may do">
          <h3>Its key</h3>
          <Button
            icon={RefreshCw}
            {...(canRotate ? {} : { whyNot: of.state === 'invited' ? 'It is not enrolled yet.' : 'It is revoked.' })}
            onPress={rotate}
          >
            Give it a new key
          </Button>
          <HoldButton {...(of.state === 'revoked' ? { whyNot: 'It is revoked already.' } : {})} onHeld={revoke}>
            Hold to revoke this agent and end its connection
          </HoldButton>
          <HoldButton onHeld={() => void sending.run(() => removeAgent(of.agent_id)).then((went) => went && gone())}>
            Hold to revoke and forget this agent and its sources
          </HoldButton>
          {told && <Note>{told}</Note>}
          {sending.problem && <ProblemCard problem={sending.problem} kept="The agent’s key is as it was." />}
        </section>
      </div>
    </Screen>
  )
}
