// Vision nodes and camera agents, and what the detector says of itself.

import { computed, signal } from '@preact/signals'
import type { AgentView } from '../wire/types'

export type AgentTable = ReadonlyMap<string, AgentView>

export const agentTable = signal<AgentTable>(new Map())
export const detector = signal<{ name: string; problem: string }>({ name: '', problem: '' })

export function applyAgents(table: AgentTable, agents: readonly AgentView[]): AgentTable {
  if (agents.length === 0) return table
  const next = new Map(table)
  for (const agent of agents) next.set(agent.agent_id, agent)
  return next
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
