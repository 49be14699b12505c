// Made by tools/make_wire_types.py from ground_station/api/schemas.py: do not edit.
// Times are ISO 8601 UTC strings; what may be absent is null, never missing.

export type Condition = 'offline' | 'connecting' | 'live' | 'lost'

/** RFC 9457 problem details, media type application/problem+json, for every HTTP error. */
export interface Problem {
  type: string
  title: string
  status: number
  detail: string
  code: string
  remedy: string
  reference: string
}

export interface SignInRequest {
  username: string
  password: string
}

/** `GET /api/session`, and the answer to `POST /api/sign-in`. */
export interface Session {
  signed_in: boolean
  username: string | null
  display_name: string | null
  role: string | null
  csrf_token: string
  expires_at: string | null
  software: string
  demo: boolean
}

/** `POST /api/sources`: a source that any WHIP client may publish to. */
export interface AddSourceRequest {
  name: string
  lat: number | null
  lon: number | null
  heading_deg: number | null
}

/** The publish token is shown once and only its hash is kept. */
export interface SourceAdded {
  source_id: string
  whip_path: string
  publish_token: string
}

/** `POST /api/sources/<id>/viewer-token`: one WHEP session, within a minute. */
export interface ViewerToken {
  token: string
  whep_path: string
  expires_at: string
}

/** A source as the map, the list and the panel show it. */
export interface SourceView {
  source_id: string
  name: string
  kind: string
  origin: 'agent' | 'whip'
  simulated: boolean
  note: string
  condition: Condition
  condition_since: string
  problem: string
  lat: number | null
  lon: number | null
  heading_deg: number | null
  footprint: number[][] | null
  located: boolean
  codec: string
  width: number
  height: number
  received_fps: number
  analysed_fps: number
  inference_ms: number | null
  last_frame_at: string | null
  frames_dropped: number
  viewers: number
  captured_at_from: 'agent' | 'sender_report' | 'unknown'
  session_id: string | null
}

export interface AgentView {
  agent_id: string
  name: string
  kind: string
  connected: boolean
  since: string
  problem: string
}

/** A track's place on the ground, with its 95 % ellipse. */
export interface PlacedTrack {
  source_id: string
  session_id: string
  track_id: number
  class_name: string
  lat: number
  lon: number
  semi_major_m: number
  semi_minor_m: number
  orientation_deg: number
  observed_at: string | null
}

/** Event `snapshot`, on connect: everything. Then `batch` at most every 200 ms: what changed. */
export interface Snapshot {
  sent_at: string
  sources: SourceView[]
  agents: AgentView[]
  tracks: PlacedTrack[]
  detector: string
  detector_problem: string
}

/** Event `batch`: at least once a second even if empty, so that silence means a lost link. */
export interface Batch {
  sent_at: string
  sources: SourceView[]
  removed_sources: string[]
  agents: AgentView[]
  tracks: PlacedTrack[]
  detector: string
  detector_problem: string
}

/** [track_id, class_name, confidence, left, top, right, bottom, du_px_s, dv_px_s]. */
export type BoxedTrack = [
  track_id: number,
  class_name: string,
  confidence: number,
  left: number,
  top: number,
  right: number,
  bottom: number,
  du_px_s: number,
  dv_px_s: number,
]

/** The boxes of one frame. `rtp_timestamp` is the publisher's, modulo 2^32. */
export interface AnalysedFrame {
  source_id: string
  session_id: string
  seq: number
  rtp_timestamp: number
  captured_at: string | null
  width: number
  height: number
  tracks: BoxedTrack[]
}

/** Event `frames`, only to pages that sent `watch`: frames analysed since the last one. */
export interface Frames {
  sent_at: string
  frames: AnalysedFrame[]
}

/** Event `viewer_clock`: the browser's rtpTimestamp = rtp_timestamp + rtp_offset (mod 2^32). */
export interface ViewerClock {
  viewer_session_id: string
  rtp_offset: number
}

/**
 * Browser event `watch` (acknowledged): send me this source's frames and my viewer clock.
 *
 * `unwatch` takes the same. `viewer_session_id` is the last path segment of WHEP's Location.
 */
export interface Watch {
  source_id: string
  viewer_session_id: string
}
