// Vision nodes and camera agents, and what the detector says of itself.

import { computed, signal } from '@preact/signals'
import type { AgentView } from '../wire/types'

export type AgentTable = ReadonlyMap<string, AgentView>

export const agentTable = signal<AgentTable>(new Map())
export const detector = signal<{ name: string; problem: string }>({ name: '', problem: '' })

/** All agents there are, as the live link tells of them; null: as before. */
export function applyAgents(table: AgentTable, agents: readonly AgentView[] | null): AgentTable {
  return agents === null ? table : new Map(agents.map((agent) => [agent.agent_id, agent]))
}

export const agentList = computed(() =>
  [...agentTable.value.values()].sort((a, b) => a.name.localeCompare(b.name, 'en-GB', { numeric: true })),
)

/** "vision node", "camera agent": the agent's kind in words. */
export function agentKindWords(kind: string): string {
  if (kind === 'node') return 'Vision node'
  if (kind === 'camera') return 'Camera agent'
  if (kind === 'drone') return 'Drone agent'
  return kind
}
