// What asks for a person, most urgent first. Only what somebody can do something about.

import { ageWords } from '../live/time'
import type { Link } from '../live/link'
import type { AgentView, AlertView, SourceView, VehicleView } from '../wire/types'

export interface Need {
  key: string
  what: string
  doThis: string
  sourceId: string | null
  vehicleId?: string
}

/** The vehicles that these alerts are about. */
export const alerted = (alerts: readonly Pick<AlertView, 'vehicle_id'>[]): ReadonlySet<string> =>
  new Set(alerts.flatMap((alert) => alert.vehicle_id ?? []))

export function attention(
  sources: readonly SourceView[],
  agents: readonly AgentView[],
  detector: { name: string; problem: string },
  link: Link,
  stationNowMs: number,
  vehicles: readonly VehicleView[] = [],
  /** Vehicles that an open alert is about: that says it already. */
  alerted: ReadonlySet<string> = new Set(),
): Need[] {
  if (link.state === 'lost') return [] // the banner says it; nothing below it is known any more
  const age = (iso: string) => ageWords(stationNowMs - Date.parse(iso))
  const needs: Need[] = []
  for (const vehicle of vehicles) {
    const need = vehicleNeed(vehicle, age(vehicle.link_since))
    if (need && !alerted.has(vehicle.vehicle_id)) needs.push(need)
  }
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

function vehicleNeed(vehicle: VehicleView, age: string): Need | null {
  const of = { key: vehicle.vehicle_id, sourceId: null, vehicleId: vehicle.vehicle_id }
  if (vehicle.link === 'lost') {
    const doThis = 'Its own failsafe flies it. What is shown is the last that is known; the link comes back by itself.'
    return { ...of, what: `${vehicle.name} lost for ${age}`, doThis }
  }
  const [problem] = vehicle.problems
  return problem ? { ...of, what: vehicle.name, doThis: problem } : null
}
