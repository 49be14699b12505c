// What the list holds, and where the arrow keys go. Pure.

import type { LiveTrack } from '../live/tracks'
import { restrictionWords } from './aircraftWords'
import type { AgentView, SourceView, VehicleView, ZoneView } from '../wire/types'

export interface Listed {
  kind: 'source' | 'track' | 'vehicle' | 'zone'
  id: string
}

export interface Everything {
  vehicles: readonly VehicleView[]
  zones: readonly ZoneView[]
  sources: readonly SourceView[]
  tracks: readonly LiveTrack[]
  agents: readonly AgentView[]
}

export interface Filtered {
  vehicles: VehicleView[]
  zones: ZoneView[]
  sources: SourceView[]
  tracks: LiveTrack[]
  agents: AgentView[]
}

/** Every word must occur, in any order and case. */
export function matches(text: string, ...fields: string[]): boolean {
  const all = fields.join(' ').toLocaleLowerCase('en-GB')
  return text
    .toLocaleLowerCase('en-GB')
    .split(/\s+/)
    .every((word) => all.includes(word))
}

export function filterList(text: string, all: Everything, sourceName: (id: string) => string): Filtered {
  const tracks = all.tracks.filter(({ track }) =>
    matches(text, track.class_name, String(track.track_id), sourceName(track.source_id)),
  )
  tracks.sort((a, b) => a.track.track_id - b.track.track_id)
  return {
    vehicles: all.vehicles.filter((v) => matches(text, v.name, 'drone', v.link, v.simulated ? 'simulated' : '')),
    zones: all.zones.filter((z) => matches(text, z.name, 'zone', z.kind, z.authority, restrictionWords(z.restriction))),
    sources: all.sources.filter((s) => matches(text, s.name, s.condition, s.simulated ? 'simulated' : '')),
    tracks,
    agents: all.agents.filter((a) => matches(text, a.name, a.kind)),
  }
}

/** Where a key leads from `active`; null for a key that does not move. */
export function moved(order: readonly Listed[], active: Listed | null, key: string): Listed | null {
  const at = order.findIndex((row) => row.kind === active?.kind && row.id === active.id)
  const last = order.length - 1
  switch (key) {
    case 'ArrowDown':
      return order[Math.min(at + 1, last)] ?? null
    case 'ArrowUp':
      return order[Math.max(at - 1, 0)] ?? null
    case 'PageDown':
      return order[Math.min(at + 10, last)] ?? null
    case 'PageUp':
      return order[Math.max(at - 10, 0)] ?? null
    case 'Home':
      return order[0] ?? null
    case 'End':
      return order[last] ?? null
    default:
      return null
  }
}
