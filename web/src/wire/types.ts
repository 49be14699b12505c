// Made by tools/make_wire_types.py from ground_station/api/schemas/: do not edit.
// Times are ISO 8601 UTC strings; what may be absent is null, never missing.

export type Condition = 'offline' | 'connecting' | 'live' | 'lost'

export type HeightWord = 'home' | 'amsl' | 'terrain'

export type PatternWord = 'survey' | 'corridor' | 'orbit' | 'perimeter' | 'expanding_square' | 'sector_search'

export type FailsafeWord = 'ground_station_lost' | 'remote_lost' | 'battery_low' | 'battery_critical' | 'fence' | 'position_lost'

export type LikenessWord = 'same' | 'differs' | 'foreign' | 'not_uploaded' | 'unknown'

export type ApproachWord = 'look' | 'descend'

export type AirspaceWord = 'on_ground' | 'clear' | 'nearing' | 'inside' | 'unknown'

export type LinkState = 'never' | 'connected' | 'lost'

/** `GET /api/account`. */
export interface Account {
  username: string
  authenticator: boolean
  passkeys: PasskeyView[]
  recovery_codes_left: number
  sign_ins: SignInView[]
}

/** `POST /api/account/authenticator` (PasswordOnly): confirm with a code to begin using it. */
export interface AuthenticatorOffer {
  secret: string
  uri: string
  qr_svg: string
}

/** `POST /api/account/authenticator/confirm`; answers RecoveryCodes. */
export interface ConfirmCode {
  code: string
}

/** `POST /api/account/passkeys`. */
export interface NewPasskey {
  name: string
  credential: Record<string, unknown>
}

/** `POST /api/account/password`; ends the account's other sign-ins. */
export interface NewPassword {
  old_password: string
  new_password: string
}

/**
 * `POST /api/account/passkeys/begin` (PasswordOnly), `POST /api/sign-in/passkey/begin`: what
 * navigator.credentials takes, in WebAuthn's own JSON form.
 */
export interface PasskeyOptions {
  options: Record<string, unknown>
}

/** `POST /api/sign-in/passkey`. */
export interface PasskeySignIn {
  credential: Record<string, unknown>
}

export interface PasskeyView {
  passkey_id: string
  name: string
  added_at: string
  used_at: string | null
}

/** Changes to one's own factors ask for the password again. */
export interface PasswordOnly {
  password: string
}

/** Shown once. `POST /api/account/recovery-codes` (PasswordOnly) makes new ones. */
export interface RecoveryCodes {
  codes: string[]
}

/** A device somebody is signed in on. */
export interface SignInView {
  sign_in_id: string
  device: string
  address: string
  signed_in_at: string
  seen_at: string
  expires_at: string
  second_factor: boolean
  this_one: boolean
}

/** `GET /api/agents`: every agent that was ever enrolled and not removed. */
export interface AgentDetail {
  agent_id: string
  name: string
  kind: string
  state: 'away' | 'connected' | 'invited' | 'revoked'
  since: string
  problem: string
  address: string
  software: string
  enrolled_at: string | null
  token_issued_at: string | null
  clock_offset_ms: number | null
  round_trip_ms: number | null
  messages_waiting: number | null
  messages_dropped: number | null
  sources: number
}

export interface AgentEnrolled {
  agent_id: string
  name: string
  kind: string
  token: string
}

/** The code is shown this once, works once, and for so long. */
export interface AgentInvited {
  agent_id: string
  code: string
  expires_at: string
}

/** `POST /api/agents/enrol`, by the agent itself: no sign-in, only the code. */
export interface EnrolAgent {
  code: string
}

/** `POST /api/agents`. */
export interface InviteAgent {
  name: string
  kind: 'camera' | 'drone' | 'node'
}

/**
 * `POST /api/airspace/requests` -> RequestView: fills in the request for one zone of a
 * plan.
 */
export interface AskPermission {
  zone_id: string
  plan: CheckPlan
  ends: string
  aircraft: string
  purpose: string
}

/**
 * `POST /api/airspace/requests/<id>` -> RequestView. Granted: by recording the permission
 * with its `request_id`.
 */
export interface ChangeRequest {
  state: 'dropped' | 'refused' | 'sent'
  answer: string
}

/** The nearest legal change. */
export interface ChangeView {
  kind: string
  text: string
  zone_id: string
  max_amsl_m: number | null
  starts: string | null
  path: number[][]
}

/**
 * `POST /api/airspace/check` -> VerdictView. The operator is the caller's organisation's
 * profile with its recorded permissions; `starts` null: now.
 */
export interface CheckPlan {
  path: PlanPoint[]
  height_m: number
  datum: 'AGL' | 'AMSL' | 'HAE'
  starts: string | null
  speed_mps: number | null
  bvlos: boolean | null
  contingency_m: number | null
}

/**
 * `GET /api/airspace/datasets/<id>`, and the answer to `POST /api/airspace/datasets` (the file
 * as the body, its name in `X-File-Name`, percent-encoded): what was read, what was refused.
 */
export interface DatasetDetail {
  row: DatasetRow
  zones: ZoneView[]
  refused: RefusedFeature[]
  refused_left_out: number
  notes: string[]
  skipped: string[]
}

/** `GET /api/airspace/datasets` -> list, newest first. */
export interface DatasetRow {
  dataset_id: string
  kind: 'notam' | 'zones'
  state: 'discarded' | 'in_use' | 'offered' | 'retired'
  title: string
  file_name: string
  format: string
  sha256: string
  size_bytes: number
  airac: string
  effective_from: string | null
  effective_until: string | null
  zones: number
  refused: number
  imported_at: string
  imported_by: string
  decided_at: string | null
  decided_by: string
}

/** What a verdict rests on, in short. */
export interface DatasetWords {
  name: string
  training: boolean
  effective_until: string | null
  problem: string
  notams: string
}

/**
 * `POST /api/airspace/datasets/<id>/date` -> DatasetRow: when an offered dataset holds, as its
 * publisher says elsewhere. Only where its file does not say (ED-269 cannot); what the file says
 * stays. `effective_from` null: as the file says.
 */
export interface DateDataset {
  effective_until: string
  effective_from: string | null
}

/**
 * `POST /api/airspace/datasets/<id>/decide` -> DatasetRow. Of a partly bad file `use` needs
 * `accept_refused` to be the number of refused features: somebody has seen them.
 */
export interface DecideDataset {
  decision: 'discard' | 'use'
  accept_refused: number
}

/**
 * `POST /api/airspace/documents` (the file as the body, `X-File-Name`). `GET
 * /api/airspace/documents/<id>` gives it back as a download only.
 */
export interface DocumentAdded {
  document_id: string
  name: string
  sha256: string
}

/** `GET /api/airspace/drawn` -> list. `DELETE /api/airspace/drawn/<id>` withdraws it. */
export interface DrawnZoneView {
  drawn_id: string
  zone: ZoneView
  reason: string
  drawn_by: string
  drawn_at: string
  begins: string
  ends: string
  active: boolean
}

/** `POST /api/airspace/drawn` -> DrawnZoneView. A circle, or a ring of [lon, lat]. */
export interface DrawZone {
  name: string
  reason: string
  kind: 'incident' | 'temporary'
  restriction: 'conditional' | 'information' | 'permission' | 'prohibited'
  begins: string
  ends: string
  upper_m: number
  upper_datum: 'agl' | 'amsl'
  lower_m: number
  lower_datum: 'agl' | 'amsl' | 'surface'
  centre: number[] | null
  radius_m: number | null
  ring: number[][]
  contact: string
}

export interface InformationView {
  code: string
  text: string
  zone_id: string
}

/**
 * `GET /api/airspace/operator` -> OperatorView | null; `PUT` with the same (the last two are
 * then ignored).
 */
export interface OperatorView {
  name: string
  type: 'CONTRACTOR' | 'COUNCIL' | 'POLICE_MPS' | 'POLICE_OTHER'
  category: 'OPEN_A1' | 'OPEN_A2' | 'OPEN_A3' | 'OUTSIDE_2019_947' | 'SPECIFIC_OA' | 'SPECIFIC_PDRA01'
  operator_id: string
  flyer_id: string
  class_mark: string
  mass_kg: number | null
  insurance: string
  force_policy_reference: string
  force_policy_max_height_agl_m: number | null
  authorisation_reference: string
  authorisation_begins: string | null
  authorisation_ends: string | null
  authorisation_max_height_agl_m: number | null
  authorisation_bvlos: boolean
  authorisation_ring: number[][]
  authorisation_lower_m: number | null
  authorisation_upper_m: number | null
  authorisation_datum: 'agl' | 'amsl' | 'fl' | 'hae' | 'surface' | 'unknown'
  changed_at: string | null
  changed_by: string
}

/**
 * `GET /api/airspace/permissions[?over=1]` -> list. `DELETE /api/airspace/permissions/<id>`
 * withdraws it.
 */
export interface PermissionView {
  permission_id: string
  zone: string
  zone_name: string
  reference: string
  begins: string
  ends: string
  given_by: 'email' | 'paper' | 'telephone'
  granted_by: string
  given_at: string
  conditions: string
  upper_limit_amsl_m: number | null
  document_id: string | null
  document_name: string
  request_id: string | null
  recorded_by: string
  recorded_at: string
  state: 'coming' | 'in_force' | 'over' | 'withdrawn'
}

/** A place of the way; null height and speed: the plan's. */
export interface PlanPoint {
  lat: number
  lon: number
  height_m: number | null
  speed_mps: number | null
}

export interface ReasonView {
  code: 'CATEGORY' | 'DATA_STALE' | 'DATUM_UNKNOWN' | 'HEIGHT' | 'SEPARATION' | 'TERRAIN_UNKNOWN' | 'TIME' | 'ZONE'
  text: string
  zone_id: string
  law: string
  legs: number[]
  from_s: number | null
  until_s: number | null
}

/**
 * `POST /api/airspace/permissions` -> PermissionView. A telephone clearance has no document,
 * but who gave it and when.
 */
export interface RecordPermission {
  zone: string
  reference: string
  begins: string
  ends: string
  given_by: 'email' | 'paper' | 'telephone'
  granted_by: string
  given_at: string
  conditions: string
  upper_limit_amsl_m: number | null
  document_id: string | null
  request_id: string | null
}

/** A feature of a file that is no zone now, and why. */
export interface RefusedFeature {
  feature: string
  reason: string
  areas: number[][]
}

/** `GET /api/airspace/requests` -> list. */
export interface RequestView {
  request_id: string
  state: 'drafted' | 'dropped' | 'granted' | 'refused' | 'sent'
  zone: string
  zone_name: string
  authority: string
  contact: string
  text: string
  begins: string
  ends: string
  made_by: string
  made_at: string
  changed_at: string
  answer: string
}

/**
 * A zone of the way. `limit`: its band in its own words and datum. `satisfied_by`: "" if by
 * nothing. `mine`: a request of the organisation for it that is not answered yet.
 */
export interface TouchedView {
  zone: ZoneView
  limit: string
  legs: number[]
  from_s: number | null
  until_s: number | null
  satisfied_by: string
  window: string
  unknown: boolean
  request_id: string | null
}

export interface VerdictView {
  verdict: 'ALLOWED' | 'ALLOWED_EXEMPT' | 'PERMISSION_NEEDED' | 'REFUSED' | 'UNKNOWN'
  zones: TouchedView[]
  reasons: ReasonView[]
  information: InformationView[]
  changes: ChangeView[]
  leg_verdicts: ('ALLOWED' | 'ALLOWED_EXEMPT' | 'PERMISSION_NEEDED' | 'REFUSED' | 'UNKNOWN')[]
  as_of: string
  ground_amsl_m: number | null
  dataset: DatasetWords
  operator: string
}

/** `POST /api/airspace/here` -> VerdictView of one point: "what may I do here?". */
export interface WhatHere {
  lat: number
  lon: number
  height_m: number
  datum: 'AGL' | 'AMSL' | 'HAE'
  at: string | null
}

/**
 * `GET /api/alerts`, newest first; the live snapshot and batches carry the organisation's own
 * too. One that another organisation shares is seen, not decided about.
 */
export interface AlertView {
  alert_id: string
  kind: string
  severity: 'caution' | 'information' | 'warning'
  text: string
  remedy: string
  source_id: string | null
  agent_id: string | null
  lat: number | null
  lon: number | null
  raised_at: string
  received_at: string
  state: 'acknowledged' | 'new' | 'rejected' | 'resolved'
  decided_at: string | null
  decided_by: string | null
  reason: string
  vehicle_id: string | null
  shared_by: string | null
}

/** `POST /api/alerts/<id>/decision`. */
export interface DecideAlert {
  state: 'acknowledged' | 'rejected' | 'resolved'
  reason: string
}

/**
 * `key`: whole_s, minutes, max_height_home_m, distance_m, battery_used (0-1). `difference`:
 * second minus first.
 */
export interface ComparedView {
  key: string
  first: number | null
  second: number | null
  difference: number | null
}

/**
 * `GET /api/flights/<id>/compare/<other>`. `overlap_s`: how long both were at the same times,
 * by their clocks; `apart_m`, `height_apart_m`: between both then, the median; null: not known.
 */
export interface ComparisonView {
  figures: ComparedView[]
  overlap_s: number
  apart_m: number | null
  height_apart_m: number | null
}

export interface FlightEventView {
  at: string
  kind: string
  words: string
  severity: string
  lat: number | null
  lon: number | null
  reference: string
}

/** A waypoint as it was sent. `height_m`: above what `datum` says. */
export interface FlightPlanItem {
  lat: number
  lon: number
  height_m: number
  datum: string
}

/**
 * One flight. `GET /api/flights` (newest first, ?before=). `ended_at`
 * null: it goes on. Figures are null where they are not known.
 */
export interface FlightRowView {
  record_id: string
  origin: 'ardupilot_bin' | 'live' | 'mavlink_tlog' | 'px4_ulog'
  vehicle_id: string | null
  vehicle_name: string
  simulated: boolean
  began_at: string
  ended_at: string | null
  took_off_at: string | null
  landed_at: string | null
  pilot: string
  verdict: string
  mission: boolean
  preflight_id: string | null
  max_height_home_m: number | null
  distance_m: number | null
  minutes: number | null
  battery_used: number | null
  samples: number
  gaps_s: number
  closed_by: string
  sha256: string
  file_name: string
  note: string
}

/** One sample: [ms since the flight began, ...]; null = not known then. */
export type FlightSampleRow = [
  ms: number,
  lat: number | null,
  lon: number | null,
  alt_amsl_m: number | null,
  height_home_m: number | null,
  height_agl_m: number | null,
  speed_mps: number | null,
  climb_mps: number | null,
  heading_deg: number | null,
  battery: number | null,
  voltage_v: number | null,
  satellites: number | null,
  wind_mps: number | null,
  mode: string,
  item: number | null,
]

/**
 * `GET /api/flights/<id>/track` (?from=&to= in ISO): at most 5,000 samples, every `step`-th of
 * `of_samples`, and the events. A gap of more than a second is a gap, not a straight line.
 */
export interface FlightTrackView {
  began_at: string
  step: number
  of_samples: number
  samples: FlightSampleRow[]
  events: FlightEventView[]
  events_left_out: number
}

/** `GET /api/flights/<id>`, and what `POST /api/flights/import` answers. */
export interface FlightView {
  record_id: string
  origin: 'ardupilot_bin' | 'live' | 'mavlink_tlog' | 'px4_ulog'
  vehicle_id: string | null
  vehicle_name: string
  simulated: boolean
  began_at: string
  ended_at: string | null
  took_off_at: string | null
  landed_at: string | null
  pilot: string
  verdict: string
  mission: boolean
  preflight_id: string | null
  max_height_home_m: number | null
  distance_m: number | null
  minutes: number | null
  battery_used: number | null
  samples: number
  gaps_s: number
  closed_by: string
  sha256: string
  file_name: string
  note: string
  airframe_id: string | null
  battery_id: string | null
  mission_sha256: string
  plan: FlightPlanItem[]
  permissions: Record<string, string>
  videos: VideoSpanView[]
}

/**
 * `POST /api/flights/<id>/occurrence`, answered by the form as text. `at` null: when the log
 * says first that something was wrong.
 */
export interface OccurrenceRequest {
  what: string
  at: string | null
  injuries: string
  damage: string
  weather: string
}

/** `ended_at` null: it goes on, or nobody saw it end. */
export interface VideoSpanView {
  source_id: string
  words: string
  began_at: string
  ended_at: string | null
}

export interface AgentView {
  agent_id: string
  name: string
  kind: string
  connected: boolean
  since: string
  problem: string
}

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

/**
 * Event `batch`: at least once a second even if empty, so that silence means a lost link.
 *
 * `airspace_version`: of what flights are checked against. When it is other than before, read
 * `GET /api/zones` again, and judge again what was judged by the old one.
 */
export interface Batch {
  sent_at: string
  sources: SourceView[]
  figures: SourceFigures[]
  removed_sources: string[]
  agents: AgentView[] | null
  tracks: SourceTracks[]
  vehicles: VehicleView[]
  removed_vehicles: string[]
  alerts: AlertView[]
  shared_alerts: number
  system: SystemSummary | null
  traffic: TrafficView | null
  detector: string
  detector_problem: string
  airspace_version: string
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

/** Event `frames`, only to pages that sent `watch`: frames analysed since the last one. */
export interface Frames {
  sent_at: string
  frames: AnalysedFrame[]
}

/**
 * Event `snapshot`, on connect and when what the person may see has changed: everything, in
 * place of all that came before. Then `batch` at most every 100 ms: what changed.
 */
export interface Snapshot {
  sent_at: string
  sources: SourceView[]
  agents: AgentView[]
  tracks: SourceTracks[]
  vehicles: VehicleView[]
  alerts: AlertView[]
  system: SystemSummary
  traffic: TrafficView
  detector: string
  detector_problem: string
  airspace_version: string
}

/**
 * The figures of a SourceView that change all the time, every two seconds:
 * [source number, received_fps, analysed_fps, inference_ms, age of the last frame in ms,
 * frames_dropped, viewers].
 */
export type SourceFigures = [
  source: number,
  received_fps: number,
  analysed_fps: number,
  inference_ms: number | null,
  last_frame_age_ms: number | null,
  frames_dropped: number,
  viewers: number,
]

/**
 * What one source sees now, of its present session: [source number, age in ms when the batch
 * was sent (null = unknown), places].
 */
export type SourceTracks = [
  source: number,
  age_ms: number | null,
  places: TrackPlace[],
]

/** A source as the map, the list and the panel show it. */
export interface SourceView {
  source_id: string
  number: number
  name: string
  kind: string
  origin: 'agent' | 'whip'
  organisation_id: string
  agent_id: string | null
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

/** What the browser event `clock` is acknowledged with, beside `ok`: the station's time. */
export interface StationTime {
  now: string
}

/**
 * A track's place on the ground with its 95 % ellipse: [track_id, class_name, latitude and
 * longitude in millionths of a degree, semi-axes in cm, orientation in degrees from north].
 */
export type TrackPlace = [
  track_id: number,
  class_name: string,
  lat_e6: number,
  lon_e6: number,
  semi_major_cm: number,
  semi_minor_cm: number,
  orientation_deg: number,
]

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

/**
 * `enough`: it comes home from everywhere with the reserve; null: cannot be said. `why` says
 * which. `cannot`: what makes it impossible. `unknown`, `assumed`: sentences.
 */
export interface EstimateView {
  seconds: number | null
  distance_m: number
  battery_used: number | null
  battery_left: number | null
  farthest_m: number | null
  enough: boolean | null
  why: string
  cannot: string[]
  unknown: string[]
  assumed: string[]
  items: ItemEstimateView[]
}

/**
 * `POST /api/missions/export` -> the file, as a download; its notes in the header
 * `X-Kestrel-Notes`, percent-encoded, one a line.
 */
export interface ExportMission {
  plan: PlanDocument
  format: 'csv' | 'gpx' | 'kml' | 'plan'
}

export interface ItemEstimateView {
  number: number
  at_s: number | null
  way_m: number
  battery: number | null
}

/** `GET /api/missions`: last changed first. */
export interface KeptMissionRow {
  record_id: string
  name: string
  version: number
  items: number
  changed_at: string
  changed_by: string
}

/** `GET /api/missions/<id>`; the answer of saving. */
export interface KeptMissionView {
  record_id: string
  name: string
  version: number
  changed_at: string
  changed_by: string
  plan: PlanDocument
}

/**
 * `POST /api/missions/pattern` -> PatternView. Which fields a kind needs, its
 * refusal says; `points` is the polygon (survey, perimeter), the line (corridor), or the middle
 * as one point (orbit, searches). `vehicle_id`: whose recorded camera is taken.
 */
export interface PatternRequest {
  kind: PatternWord
  points: number[][]
  height_m: number
  datum: HeightWord
  speed_mps: number | null
  vehicle_id: string | null
  camera_hfov_deg: number | null
  camera_width_px: number | null
  camera_height_px: number | null
  overlap_front: number
  overlap_side: number
  angle_deg: number | null
  crosshatch: boolean
  width_m: number | null
  passes: number | null
  radius_m: number | null
  turns: number
  clockwise: boolean
  inset_m: number
  laps: number
  spacing_m: number | null
  legs: number | null
  course_deg: number
  pitch_deg: number | null
  second_sector: boolean
}

/** The items. `gsd_m`: of one pixel on the ground, where pictures are taken. */
export interface PatternView {
  items: PlanItem[]
  notes: string[]
  gsd_m: number | null
  photos: number | null
  area_m2: number | null
}

/** A whole mission. `home`: as planned, for reckoning only; null: the vehicle's. */
export interface PlanDocument {
  items: PlanItem[]
  at_end: 'hold' | 'land' | 'return'
  name: string
  home_lat: number | null
  home_lon: number | null
  home_amsl_m: number | null
  cruise_mps: number | null
  rally: PlanRally[]
  fences: PlanFence[]
}

export interface PlanFence {
  ring: number[][]
  keep_in: boolean
}

/**
 * `POST /api/missions/estimate` -> EstimateView; `/check` -> VerdictView; `/follow-terrain` ->
 * ReadMissionView with every height above home or the sea.
 *
 * `vehicle_id`: its home, battery and recorded performance are taken; null: the plan's own.
 * `starts` null: now. Wind null: not known, which is said.
 */
export interface PlanFor {
  plan: PlanDocument
  vehicle_id: string | null
  starts: string | null
  wind_mps: number | null
  wind_from_deg: number | null
  reserve: number
}

/** A waypoint, as `geo.missions.MissionItem`; null = as before, or not asked for. */
export interface PlanItem {
  lat: number
  lon: number
  height_m: number
  datum: HeightWord
  speed_mps: number | null
  hold_s: number
  gimbal_pitch_deg: number | null
  heading_deg: number | null
  photo: boolean
  photo_every_m: number | null
  orbit_radius_m: number | null
  orbit_turns: number | null
}

export interface PlanRally {
  lat: number
  lon: number
  height_home_m: number
}

/**
 * `POST /api/missions/import` (raw body; ?default_height_m=&default_datum= for places without
 * a height): what a file holds. Nothing is kept. `notes`: what of it is not in the plan.
 */
export interface ReadMissionView {
  plan: PlanDocument
  notes: string[]
}

/**
 * `POST /api/missions` keeps a new one, `PUT /api/missions/<id>` changes it: `version` is the
 * one that was read, and 409 where somebody else changed it since.
 */
export interface SaveMission {
  name: string
  plan: PlanDocument
  version: number
}

/** What is on board against what went through this station last; a sentence a difference. */
export interface Compared {
  likeness: LikenessWord
  differences: string[]
}

/**
 * `GET /api/vehicles/<id>/facts`: what of a vehicle changes seldom. null = not known.
 * `current` false: told long ago or never, so it may be set otherwise by now.
 */
export interface FactsView {
  received_at: string | null
  age_s: number | null
  current: boolean
  failsafes: FailsafeRuleView[]
  return_height_home_m: number | null
  fence_enabled: boolean | null
  fence_rings: number | null
  fence_max_height_m: number | null
  fence_radius_m: number | null
  rally_points: number | null
  battery_capacity_mah: number | null
  battery_cells: number | null
  camera: boolean | null
  gimbal: boolean | null
  remote_id: boolean | null
  remote_id_problem: string
  payloads: PayloadView[]
  firmware: string
  problem: string
}

/**
 * What a vehicle does when something fails. `words` says all of it; `act` "unknown": it could
 * not be read.
 */
export interface FailsafeRuleView {
  event: FailsafeWord
  act: string
  words: string
  after_s: number | null
  threshold: string
  read_from: Record<string, number>
}

/** `POST /api/vehicles/<id>/gimbal`: pitch up positive, yaw from nose or north. */
export interface GimbalRequest {
  pitch_deg: number
  yaw_deg: number
  north_locked: boolean
}

/** `POST /api/vehicles/<id>/height`: climb or sink where it is. */
export interface HeightRequest {
  alt_amsl_m: number
  permissions: ZonePermission[]
}

/** `GET /api/vehicles/<id>/held`: what the vehicle itself says it holds, read off it now. */
export interface HeldView {
  mission: Compared
  fence: Compared
  rally: Compared
  items: MissionPoint[]
  return_at_end: boolean
  land_at_end: boolean
  foreign: string[]
  rings: FenceRing[]
  points: RallyPlace[]
  problem: string
}

/** `POST /api/vehicles/<id>/control/offer` -> ControlOfferView. */
export interface OfferControl {
  user_id: string
}

/** `POST /api/vehicles/<id>/orbit`. `alt_amsl_m` null = at its present height. */
export interface OrbitRequest {
  lat: number
  lon: number
  radius_m: number
  speed_mps: number
  alt_amsl_m: number | null
  clockwise: boolean
  permissions: ZonePermission[]
}

/** `POST /api/vehicles/<id>/payloads/<key>`; what `act` may be, `FactsView.payloads` says. */
export interface PayloadRequest {
  act: string
  level: number | null
  text: string
}

/** What it carries, and what `POST /api/vehicles/<id>/payloads/<key>` may have it do. */
export interface PayloadView {
  key: string
  kind: string
  name: string
  acts: string[]
  has_level: boolean
  takes_text: boolean
}

/** `GET /api/vehicles/<id>/control/pilots`: whom it can be offered to. */
export interface PilotView {
  user_id: string
  display_name: string
}

/**
 * `POST /api/vehicles/<id>/point-camera`. `alt_amsl_m` null = the ground there, by the terrain
 * in use or as high as home.
 */
export interface PointRequest {
  lat: number
  lon: number
  alt_amsl_m: number | null
}

export interface RallyPlace {
  lat: number
  lon: number
  height_home_m: number
}

/** `PUT /api/vehicles/<id>/rally`: replaces what the vehicle holds; [] clears it. */
export interface RallyRequest {
  points: RallyPlace[]
}

/** `POST /api/vehicles/<id>/mission/resume`, from the item it had reached. */
export interface ResumeRequest {
  permissions: ZonePermission[]
}

/** `POST /api/vehicles/<id>/mission/skip`: on to this waypoint, the first being 1. */
export interface SkipRequest {
  item: number
  permissions: ZonePermission[]
}

/** `POST /api/vehicles/<id>/speed`: over the ground, from now on. */
export interface SpeedRequest {
  speed_mps: number
}

/** `POST /api/vehicles/<id>/video`: the camera's own recording on board. */
export interface VideoRequest {
  on: boolean
}

/** `POST /api/vehicles/<id>/zoom`: 0 the widest, 1 the closest. */
export interface ZoomRequest {
  range_fraction: number
}

/** `POST /api/people`. */
export interface AddPerson {
  username: string
  display_name: string
  role: string
  area: number[][][] | null
}

/** `PUT /api/people/<id>`. Changing the role or disabling ends that person's sign-ins. */
export interface ChangePerson {
  display_name: string
  role: string
  area: number[][][] | null
  disabled: boolean
}

/** `POST /api/people` and `POST /api/people/<id>/reset`: the password is shown this once. */
export interface PersonAdded {
  person: PersonView
  password: string
}

/** `GET /api/people`. */
export interface PersonView {
  user_id: string
  username: string
  display_name: string
  role: string
  organisation_id: string
  area: number[][][] | null
  authenticator: boolean
  passkeys: number
  disabled_at: string | null
  created_at: string
  signed_in: number
  seen_at: string | null
}

/** `GET /api/roles`. */
export interface RoleView {
  role: string
  words: string
  permissions: string[]
  needs_second_factor: boolean
}

/** An aircraft. `PUT /api/airframes`: as `CrewView`. */
export interface AirframeView {
  record_id: string
  name: string
  vehicle_id: string | null
  maker_model: string
  serial: string
  class_mark: string
  mass_kg: number | null
  remote_id_serial: string
  remote_id_required: boolean
  endurance_min: number | null
  cruise_mps: number | null
  climb_mps: number | null
  sink_mps: number | null
  max_wind_mps: number | null
  max_gust_mps: number | null
  min_visibility_m: number | null
  rain: boolean | null
  min_temperature_c: number | null
  max_temperature_c: number | null
  camera_hfov_deg: number | null
  camera_width_px: number | null
  camera_height_px: number | null
  minutes_before: number
  flights_before: number
  maintenance_due: string | null
  maintenance_due_minutes: number | null
  insured_until: string | null
  insurance: string
  note: string
  retired: boolean
  minutes: number | null
}

/** A battery. `PUT /api/batteries`: as `CrewView`. */
export interface BatteryView {
  record_id: string
  label: string
  capacity_mah: number | null
  cells: number | null
  cycles_before: number
  most_cycles: number | null
  first_used: string | null
  health: number | null
  note: string
  retired: boolean
  cycles: number | null
}

/** A check that a machine made, or what the records say. `blocks`: a take-off waits for it. */
export interface CheckView {
  key: string
  title: string
  state: 'failed' | 'passed' | 'unknown'
  words: string
  blocks: boolean
}

/**
 * `POST /api/vehicles/<id>/preflight` opens one, `PUT .../preflight/crew` changes it. null: the
 * pilot of one's own account, the aircraft of that vehicle; no observer, no battery.
 */
export interface ChooseCrew {
  pilot_id: string | null
  observer_id: string | null
  airframe_id: string | null
  battery_id: string | null
}

/** A pilot or observer. `PUT /api/crew`: with a `record_id` of "" a new one. */
export interface CrewView {
  record_id: string
  name: string
  roles: ('observer' | 'pilot')[]
  user_id: string | null
  flyer_id: string
  qualification: string
  qualified_until: string | null
  medical_until: string | null
  insured_until: string | null
  current_until: string | null
  minutes_before: number
  note: string
  retired: boolean
  minutes: number | null
  last_flight_at: string | null
}

export interface DefectView {
  record_id: string
  words: string
  grounds: boolean
  airframe_id: string | null
  battery_id: string | null
  found_at: string
  found_by: string
  fixed_at: string | null
  fixed_by: string
  fixed_words: string
}

/** `POST /api/defects/<id>/fixed`: how it was put right. */
export interface FixDefect {
  words: string
}

/** `GET /api/crew`: all records of one's organisation. */
export interface OperationsRecords {
  crew: CrewView[]
  airframes: AirframeView[]
  batteries: BatteryView[]
  defects: DefectView[]
}

/**
 * `GET /api/vehicles/<id>/preflight`, null if there was none; and the answer of every change.
 *
 * `missing`: what keeps it from being signed. `good_for_s`: how long its signature still holds;
 * null: it is not signed, was used, or does not hold.
 */
export interface PreflightView {
  record_id: string
  opened_at: string
  mission: boolean
  pilot_id: string | null
  observer_id: string | null
  airframe_id: string | null
  battery_id: string | null
  weather: WeatherView | null
  weather_at: string | null
  checks: CheckView[]
  ticks: TickView[]
  missing: string[]
  signed_at: string | null
  signed_name: string
  override_reason: string
  used_at: string | null
  good_for_s: number | null
}

/** `POST /api/defects`: of one aircraft, or of one battery. */
export interface ReportDefect {
  words: string
  grounds: boolean
  airframe_id: string | null
  battery_id: string | null
}

/**
 * `POST /api/vehicles/<id>/preflight/sign`: `name` is one's own, typed. With a `reason` the
 * pilot's own checks are skipped, for an emergency; it is recorded.
 */
export interface SignRequest {
  name: string
  reason: string
}

/** `PUT /api/vehicles/<id>/preflight/ticks`. */
export interface TickRequest {
  key: string
  done: boolean
}

/** What no machine can see: the pilot looks, and ticks it. */
export interface TickView {
  key: string
  words: string
  done: boolean
}

/** As somebody saw and measured it at the place; null: not looked at. */
export interface WeatherView {
  wind_mps: number | null
  gust_mps: number | null
  visibility_m: number | null
  precipitation: boolean | null
  temperature_c: number | null
}

/** `GET /api/agreements`. */
export interface AgreementView {
  agreement_id: string
  name: string
  from_id: string
  to_id: string
  legal_regime: string
  covers: string[]
  starts_at: string
  ends_at: string
  ended_at: string | null
  in_force: boolean
}

/** `GET /api/audit?before=&act=&actor=&subject=`, newest first. Reading it is recorded. */
export interface AuditPage {
  records: AuditRecordView[]
  next_before: number | null
  signed_up_to: number
  verified_up_to: number
  verified_at: string | null
  problem: string
}

export interface AuditRecordView {
  seq: number
  recorded_at: string
  act: string
  actor: string
  actor_id: string | null
  actor_name: string
  organisation_id: string | null
  subject_kind: string
  subject_id: string
  subject_name: string
  purpose: string
  details: Record<string, unknown>
  hash: string
}

/** `GET /api/disclosures`. */
export interface DisclosureView {
  disclosure_id: string
  agreement_name: string
  from_id: string
  to_id: string
  what: string
  subject_name: string
  user_name: string
  purpose: string
  disclosed_at: string
}

/** `POST /api/agreements`: the maker's organisation is always the one that gives. */
export interface MakeAgreement {
  name: string
  to_id: string
  legal_regime: 'dpa_2018_part_3' | 'uk_gdpr'
  covers: ('alerts' | 'map' | 'video')[]
  starts_at: string
  ends_at: string
}

/** `GET /api/retention`. */
export interface RetentionRow {
  kind: string
  what: string
  purpose: string
  days: number | null
  until: string
}

export interface OrganisationView {
  organisation_id: string
  name: string
  kind: 'council' | 'other' | 'police'
}

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

/** `POST /api/session/purpose`: what this sign-in looks at personal data for, from now on. */
export interface PurposeRequest {
  purpose: string
  note: string
}

/** `GET /api/session`, and the answer to everything that changes it. */
export interface Session {
  signed_in: boolean
  user_id: string | null
  username: string | null
  display_name: string | null
  role: string | null
  organisation: OrganisationView | null
  permissions: string[]
  second_factor_needed: boolean
  has_second_factor: boolean
  must_change_password: boolean
  purpose: string | null
  purpose_note: string
  csrf_token: string
  expires_at: string | null
  software: string
  demo: boolean
}

/**
 * `POST /api/sign-in`. `code` is of the authenticator app or a recovery code; without one an
 * account that has a second factor answers 401 with code `code_needed`.
 */
export interface SignInRequest {
  username: string
  password: string
  code: string | null
}

/**
 * `POST /api/airspace/volumes` -> VolumesView, and `POST /api/airspace/application-pack` -> a
 * ZIP with the volumes as KML, the text and the figures. Heights of the plan are above the
 * ground. `people_per_km2` null: nobody has said, and no ground risk class is given.
 */
export interface Application {
  plan: CheckPlan
  title: string
  model: string
  airframe: 'fixed_wing' | 'rotary'
  span_m: number
  speed_mps: number
  half_width_m: number
  descent: 'ballistic' | 'one_to_one' | 'parachute'
  mass_kg: number | null
  people_per_km2: number | null
  controlled_ground: boolean
  crew: string[]
  mitigations: string[]
  coefficients: SoraCoefficients
}

/** A part of a sum. */
export interface SizeStep {
  name: string
  metres: number
}

/** Metres, seconds, degrees and metres a second; see `geo.sora.Coefficients`. */
export interface SoraCoefficients {
  gnss_m: number
  position_holding_m: number
  map_m: number
  reaction_s: number
  pitch_deg: number
  bank_deg: number
  altimetry_m: number
  parachute_open_s: number
  wind_mps: number
  sink_mps: number
}

/** Outlines as GeoJSON Polygon coordinates, [lon, lat]; heights above the ground. */
export interface VolumesView {
  flight: number[][][]
  contingency: number[][][]
  buffer: number[][][]
  flight_height_m: number
  contingency_m: number
  contingency_height_m: number
  ground_risk_m: number
  steps: SizeStep[]
  ground_risk_class: number | null
}

/** `POST /api/sources`: a source that any WHIP client may publish to. */
export interface AddSourceRequest {
  name: string
  lat: number | null
  lon: number | null
  heading_deg: number | null
}

/** A TURN server with a sign-in that ends by itself, or a STUN server without one. */
export interface IceServer {
  urls: string[]
  username: string
  credential: string
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
  ice_servers: IceServer[]
}

/** A part of the station: database, disk, detector, audit chain, certificates ... */
export interface PartView {
  name: string
  title: string
  status: 'degraded' | 'failed' | 'ok'
  problem: string
  remedy: string
  since: string | null
}

/** A process of this installation, as its supervisor sees it. */
export interface ProcessView {
  name: string
  title: string
  state: 'degraded' | 'restarting' | 'running' | 'stopped' | 'unknown'
  pid: number | null
  since: string | null
  restarts: number
  last_error: string
  seen_at: string | null
  cpu_percent: number | null
  memory_bytes: number | null
}

/** The system in short: in the live snapshot, and in a batch when it changed. */
export interface SystemSummary {
  status: 'degraded' | 'ok'
  problems: Trouble[]
}

/** `GET /api/system`. */
export interface SystemView {
  status: 'degraded' | 'ok'
  software: string
  started_at: string
  processes: ProcessView[]
  parts: PartView[]
  disk_free_bytes: number | null
  disk_total_bytes: number | null
  pages: number
  agents_connected: number
}

/** What is wrong with one part, by its name in SystemView. */
export interface Trouble {
  name: string
  problem: string
  remedy: string
  since: string | null
}

/** A crewed aircraft, as `source` heard it. */
export interface AircraftView {
  icao: string
  callsign: string
  category: string
  lat: number
  lon: number
  age_ms: number
  alt_amsl_m: number | null
  alt_from: 'barometer' | 'gnss' | null
  alt_error_m: number | null
  track_deg: number | null
  speed_mps: number | null
  climb_mps: number | null
  on_ground: boolean
  simulated: boolean
  source: string
  approaches: ApproachView[]
}

/**
 * How an aircraft and a vehicle of ours stand to each other: reckoned by the station, as if
 * both flew on straight. `above_m`: of the aircraft over the vehicle; null: not known.
 */
export interface ApproachView {
  vehicle_id: string
  level: ApproachWord
  distance_m: number
  bearing_deg: number
  above_m: number | null
  above_error_m: number
  closest_s: number
  closest_m: number
  closest_above_m: number | null
  closing: boolean
  course_known: boolean
  within_s: number
}

/**
 * An uncrewed aircraft nearby: by its broadcast Remote ID, or as its own system reports it.
 *
 * `vehicle_id`: of the vehicle of ours that it is; null: none that is known. `reported`: it is not
 * controlled from here. Where its operator stands is told of the own organisation's only.
 */
export interface RemoteIdView {
  key: string
  uas_id: string
  operator_id: string
  ua_type: string
  status: string
  description: string
  lat: number | null
  lon: number | null
  age_ms: number
  alt_hae_m: number | null
  height_m: number | null
  height_over_ground: boolean
  speed_mps: number | null
  climb_mps: number | null
  course_deg: number | null
  operator_lat: number | null
  operator_lon: number | null
  source: string
  vehicle_id: string | null
  reported: boolean
}

/**
 * `GET /api/traffic`; in the live snapshot, and in a batch once a second while there is any:
 * it replaces the one before. `unchecked`: vehicles that cannot be warned of aircraft, and why.
 */
export interface TrafficView {
  aircraft: AircraftView[]
  remote_ids: RemoteIdView[]
  unchecked: string[]
  stale_after_ms: number
}

/** `POST /api/vehicles/<id>/auto-hold`: by who has control; it ends with their control. */
export interface AutoHoldRequest {
  on: boolean
}

/** A zone that a vehicle, or a way, is inside of or nears. See `ZoneView` for the zone. */
export interface BreachView {
  zone_id: string
  zone_name: string
  restriction: string
  inside: boolean
  vertically: 'above' | 'below' | 'unknown' | 'within'
  authority: string
  contact: string
  law: string
}

/**
 * The autopilot acknowledged: of every POST and PUT to a vehicle that has it do something. A
 * refusal is a Problem in the autopilot's own words.
 */
export interface CommandAnswer {
  command_id: string
  note: string
  took_ms: number
}

/**
 * Control of a vehicle, offered to a pilot; `POST /api/vehicles/<id>/control/accept` takes it
 * while it holds.
 */
export interface ControlOfferView {
  to_user_id: string
  to_name: string
  ends_at: string
}

/** Who flies a vehicle. */
export interface ControlView {
  user_id: string
  display_name: string
  taken_at: string
}

/** A failsafe that goes on in flight. */
export interface FailsafeView {
  event: string
  words: string
  told_by: string
  since: string
  does: string
  acts_as_said: boolean | null
}

/**
 * What became of the fence of a mission. `accepted` false: it was not set, as `words` say; the
 * mission is on board all the same.
 */
export interface FenceAnswer {
  accepted: boolean
  rings: number
  kept_out: string[]
  words: string
}

/** `PUT /api/vehicles/<id>/geofence`: what the autopilot enforces; [] clears it. */
export interface FenceRequest {
  rings: FenceRing[]
}

export interface FenceRing {
  points: number[][]
  keep_in: boolean
}

/** What a flight there would be, before anybody confirms it. */
export interface GoToCheck {
  distance_m: number
  seconds: number | null
  alt_amsl_m: number
  height_agl_m: number | null
  airspace: AirspaceWord
  airspace_problem: string
  breaches: BreachView[]
  why_not: string
}

/**
 * `POST /api/vehicles/<id>/go-to`, and `/go-to/check` which only answers `GoToCheck`.
 * `alt_amsl_m` null = at its present height. 409 names each zone that needs a permission.
 */
export interface GoToRequest {
  lat: number
  lon: number
  alt_amsl_m: number | null
  speed_mps: number | null
  permissions: ZonePermission[]
}

/** Event `telemetry`, up to twenty times a second: vehicles and views that moved. */
export interface LiveTelemetry {
  sent_at: string
  vehicles: VehicleTelemetry[]
  views: ViewFootprint[]
}

/** As `CommandAnswer`, of a mission. `fence` null: none was asked for. */
export interface MissionAnswer {
  command_id: string
  note: string
  took_ms: number
  fence: FenceAnswer | null
}

/** A waypoint and what is done there; each field as in `WireMissionItem`. */
export interface MissionPoint {
  lat: number
  lon: number
  height_m: number
  datum: 'amsl' | 'home'
  speed_mps: number | null
  hold_s: number
  gimbal_pitch_deg: number | null
  heading_deg: number | null
  photo: boolean
  photo_every_m: number | null
  orbit_radius_m: number | null
  orbit_turns: number | null
}

/** `PUT /api/vehicles/<id>/mission`: replaces what the vehicle holds; [] clears it. */
export interface MissionRequest {
  items: MissionPoint[]
  return_at_end: boolean
  land_at_end: boolean
  fence: boolean
  permissions: ZonePermission[]
}

/** A sentence of the autopilot's own. */
export interface StatusText {
  at: string
  severity: string
  text: string
}

/**
 * `POST /api/vehicles/<id>/control` -> ControlView. Where somebody else has it, 409 unless
 * `take_over` with a reason; that person is told.
 */
export interface TakeControl {
  take_over: boolean
  reason: string
}

/** `POST /api/vehicles/<id>/take-off`. */
export interface TakeOffRequest {
  height_home_m: number
  permissions: ZonePermission[]
}

/**
 * Where one vehicle is and how it moves: [vehicle number, ...]. null = not known. Ages are in
 * ms, when the message was sent; the page adds what passes afterwards.
 */
export type VehicleTelemetry = [
  vehicle: number,
  heartbeat_age_ms: number | null,
  position_age_ms: number | null,
  lat: number | null,
  lon: number | null,
  alt_amsl_m: number | null,
  height_home_m: number | null,
  height_agl_m: number | null,
  velocity_age_ms: number | null,
  speed_mps: number | null,
  course_deg: number | null,
  climb_mps: number | null,
  attitude_age_ms: number | null,
  heading_deg: number | null,
  roll_deg: number | null,
  pitch_deg: number | null,
  battery_age_ms: number | null,
  battery: number | null,
  voltage_v: number | null,
  battery_minutes: number | null,
  wind_age_ms: number | null,
  wind_mps: number | null,
  wind_from_deg: number | null,
  ekf_age_ms: number | null,
  ekf_ok: boolean | null,
  ekf_ratio: number | null,
  radio_age_ms: number | null,
  rc_lost: boolean | null,
  rc: number | null,
  radio: number | null,
  received: number | null,
  gimbal_age_ms: number | null,
  gimbal_pitch_deg: number | null,
  gimbal_yaw_deg: number | null,
  gps_age_ms: number | null,
  hdop: number | null,
  gps_accuracy_m: number | null,
  gps_height_accuracy_m: number | null,
]

/**
 * A vehicle: what of it seldom changes. `GET /api/vehicles`; in the live snapshot, and in a
 * batch when it changed. What moves comes as `VehicleTelemetry`.
 */
export interface VehicleView {
  vehicle_id: string
  number: number
  name: string
  organisation_id: string
  agent_id: string | null
  source_id: string | null
  system_id: number | null
  autopilot: string
  airframe: string
  simulated: boolean
  link: LinkState
  link_since: string
  armed: boolean | null
  mode: string
  landed: string
  home_lat: number | null
  home_lon: number | null
  home_amsl_m: number | null
  mission_current: number | null
  mission_total: number | null
  gps_fix: string
  satellites: number | null
  armable: boolean | null
  control: ControlView | null
  offer: ControlOfferView | null
  failsafes: FailsafeView[]
  way_home: 'enough' | 'not_enough' | 'turn_back' | 'unknown' | null
  way_home_words: string
  airspace: AirspaceWord
  airspace_problem: string
  breaches: BreachView[]
  conformance: 'breach' | 'conforming' | 'on_ground' | 'unknown' | 'warning_10' | 'warning_30' | null
  conformance_s: number | null
  conformance_words: string
  approved_volume: boolean
  auto_hold: boolean
  problems: string[]
  status_texts: StatusText[]
}

/**
 * The ground that a moving camera sees: [source number, age of its pose in ms, ring of
 * [lon, lat]]; an empty ring: it looks above the horizon, or its pose is not known.
 */
export type ViewFootprint = [
  source: number,
  age_ms: number,
  ring: number[][],
]

/** A permission of a zone's authority, as the pilot was given it; recorded with the command. */
export interface ZonePermission {
  zone_id: string
  reference: string
}

/**
 * Where the zones are from, and how long they hold. `name`: "" if what is stored cannot be
 * read: the problem says why.
 */
export interface DatasetView {
  name: string
  training: boolean
  effective_from: string | null
  effective_until: string | null
  problem: string
  terrain: string
  airac: string
  notams_as_of: string | null
  notams_too_old: boolean
  gaps: number
}

/**
 * A shape between two heights. `lower`, `upper`: in words, with what they are above; the
 * numbers beside them only draw and filter (None: unlimited, or not known as a number).
 */
export interface ZoneLayerView {
  polygons: number[][][][]
  lower: string
  upper: string
  lower_m: number | null
  upper_m: number | null
  lower_datum: 'agl' | 'amsl' | 'fl' | 'hae' | 'surface' | 'unknown'
  upper_datum: 'agl' | 'amsl' | 'fl' | 'hae' | 'surface' | 'unknown'
}

/** `GET /api/zones`. Without a dataset: null and no zones, and nothing is clear. */
export interface ZonesView {
  dataset: DatasetView | null
  zones: ZoneView[]
}

/**
 * One zone, as the map and its list show it.
 *
 * `windows`: from yesterday to a week from now, [begins, ends] in UTC, at most sixty (of more, the
 * last is drawn out to the end); of a zone that holds `always` none. `applies`: the same in words.
 */
export interface ZoneView {
  zone_id: string
  designator: string
  name: string
  kind: string
  restriction: 'conditional' | 'information' | 'permission' | 'prohibited' | 'u_space'
  polygons: number[][][][]
  lower: string
  upper: string
  layers: ZoneLayerView[]
  authority: string
  contact: string
  law: string
  source: string
  conditions: string
  message: string
  origin: 'dataset' | 'drawn' | 'notam'
  always: boolean
  applies: string
  windows: string[][]
}
