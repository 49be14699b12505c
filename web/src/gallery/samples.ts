// Made-up things for the component page. Nothing of it is ever shown as real.

import type { AlertView, Problem, SourceView } from '../wire/types'

const AT = '2026-11-24T14:03:22Z'

export const SOURCE: SourceView = {
  source_id: 'sample',
  number: 0,
  name: 'King Street, Town Hall',
  kind: 'fixed_camera',
  origin: 'agent',
  organisation_id: 'sample',
  agent_id: 'sample',
  simulated: false,
  note: '',
  condition: 'live',
  condition_since: AT,
  problem: '',
  lat: 51.4927,
  lon: -0.2336,
  heading_deg: 120,
  footprint: null,
  located: true,
  codec: 'H264',
  width: 768,
  height: 576,
  received_fps: 10,
  analysed_fps: 10,
  inference_ms: 44,
  last_frame_at: AT,
  frames_dropped: 0,
  viewers: 1,
  captured_at_from: 'agent',
  session_id: 'sample',
}

export const PROBLEM: Problem = {
  type: 'about:blank',
  title: 'Unavailable',
  status: 503,
  detail: 'No vision node is connected, so there is nobody to show this picture.',
  code: 'unavailable',
  remedy: 'Wait for the node to come back, or start one.',
  reference: '0198c1f2-7a',
}

export const ALERT: AlertView = {
  alert_id: 'sample',
  kind: 'camera_no_picture',
  severity: 'caution',
  text: 'King Street, Town Hall has given no picture for a minute',
  remedy: 'Check the camera, its power and its network.',
  source_id: 'sample',
  vehicle_id: null,
  agent_id: null,
  lat: 51.4927,
  lon: -0.2336,
  raised_at: AT,
  received_at: AT,
  state: 'new',
  decided_at: null,
  decided_by: null,
  reason: '',
  shared_by: null,
}
