// What asks for a person, most urgent first. Only what somebody can do something about.

import { ageWords } from '../live/time'
import type { Link } from '../live/link'
import type { AgentView, SourceView } from '../wire/types'

export interface Need {
  key: string
  what: string
  doThis: string
  sourceId: string | null
}

export function attention(
  sources: readonly SourceView[],
  agents: readonly AgentView[],
  detector: { name: string; problem: string },
  link: Link,
  stationNowMs: number,
): Need[] {
  if (link.state === 'lost') return [] // the banner says it; nothing below it is known any more
  const age = (iso: string) => ageWords(stationNowMs - Date.parse(iso))
  const needs: Need[] = []
  for (const agent of agents) {
    if (!agent.connected) {
      const doThis = 'It reconnects by itself; if it stays away, look at the machine it runs on.'
      needs.push({ key: agent.agent_id, what: `${agent.name} lost ${age(agent.since)}`, doThis, sourceId: null })
    }
  }
  if (detector.problem) {
    const what = 'Detection does not work'
    needs.push({ key: 'detector', what, doThis: detector.problem, sourceId: null })
  }
  for (const source of sources) {
    if (source.condition === 'lost') {
      const doThis = source.problem || 'Its pictures stopped. Look at the camera and its network.'
      const what = `${source.name} lost ${age(source.condition_since)}`
      needs.push({ key: source.source_id, what, doThis, sourceId: source.source_id })
    } else if (source.problem) {
      needs.push({ key: source.source_id, what: source.name, doThis: source.problem, sourceId: source.source_id })
    }
  }
  return needs
}
