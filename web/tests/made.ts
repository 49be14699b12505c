// Made-up wire values for tests.

import { SOURCE } from '../src/gallery/samples'
import type { PlacedTrack } from '../src/live/tracks'
import type { AlertView, AnalysedFrame, Batch, BoxedTrack, Snapshot, SourceView, TrafficView } from '../src/wire/types'

export const source = (more: Partial<SourceView> = {}): SourceView => ({ ...SOURCE, ...more })

export const box = (id: number, left: number, du = 0, dv = 0): BoxedTrack => [id, 'person', 0.9, left, 10, left + 20, 60, du, dv]

export const analysed = (rtp: number, tracks: BoxedTrack[] = []): AnalysedFrame => ({
  source_id: 's',
  session_id: 'a',
  seq: 0,
  rtp_timestamp: rtp >>> 0,
  captured_at: null,
  width: 640,
  height: 360,
  tracks,
})

export const placed = (id: number, more: Partial<PlacedTrack> = {}): PlacedTrack => ({
  source_id: 's',
  session_id: 'a',
  track_id: id,
  class_name: 'person',
  lat: 51.5,
  lon: -0.22,
  semi_major_m: 1,
  semi_minor_m: 0.5,
  orientation_deg: 30,
  observed_at: null,
  ...more,
})

/** Small, seeded, good enough to shuffle with. */
export function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** An alert that nobody has taken up. */
export const alert = (alert_id: string, more: Partial<AlertView> = {}): AlertView => ({
  alert_id,
  kind: 'test',
  severity: 'caution',
  text: '',
  remedy: '',
  source_id: null,
  vehicle_id: null,
  agent_id: null,
  lat: null,
  lon: null,
  raised_at: '2026-11-24T10:00:00Z',
  received_at: '2026-11-24T10:00:00Z',
  state: 'new',
  decided_at: null,
  decided_by: null,
  reason: '',
  shared_by: null,
  ...more,
})

export const batch = (more: Partial<Batch> = {}): Batch => ({
  sent_at: new Date().toISOString(),
  sources: [],
  figures: [],
  removed_sources: [],
  agents: null,
  tracks: [],
  vehicles: [],
  removed_vehicles: [],
  alerts: [],
  shared_alerts: 0,
  system: null,
  traffic: null,
  detector: 'd',
  detector_problem: '',
  airspace_version: 'a',
  ...more,
})

export const NO_TRAFFIC: TrafficView = { aircraft: [], remote_ids: [], unchecked: [], stale_after_ms: 5000 }

export const snapshot = (more: Partial<Snapshot> = {}): Snapshot => ({
  sent_at: new Date().toISOString(),
  sources: [],
  agents: [],
  tracks: [],
  vehicles: [],
  alerts: [],
  system: { status: 'ok', problems: [] },
  traffic: NO_TRAFFIC,
  detector: 'd',
  detector_problem: '',
  airspace_version: 'a',
  ...more,
})
