"""What goes over the wire to browsers. `web/src/wire/types.ts` is generated from this module.

Times are ISO 8601 UTC strings. Optional values are null, never missing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

Condition = Literal["offline", "connecting", "live", "lost"]


class _Wire(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


# --- HTTP ----------------------------------------------------------------------------------------


class Problem(_Wire, frozen=True, kw_only=True):
    """RFC 9457 problem details, media type application/problem+json, for every HTTP error."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    remedy: str
    reference: str  # an id to quote; the log has the same


class SignInRequest(_Wire, frozen=True, kw_only=True):
    """`POST /api/sign-in`. `code` is of the authenticator app or a recovery code; without one an
    account that has a second factor answers 401 with code `code_needed`."""

    username: str
    password: str
    code: str | None = None


class PurposeRequest(_Wire, frozen=True, kw_only=True):
    """`POST /api/session/purpose`: what this sign-in looks at personal data for, from now on."""

    purpose: str
    note: str = ""


class OrganisationView(_Wire, frozen=True, kw_only=True):
    organisation_id: str
    name: str
    kind: Literal["council", "police", "other"]


class Session(_Wire, frozen=True, kw_only=True):
    """`GET /api/session`, and the answer to everything that changes it."""

    signed_in: bool
    user_id: str | None
    username: str | None
    display_name: str | None
    role: str | None
    organisation: OrganisationView | None
    permissions: list[str]  # what the role allows; the page disables the rest and says why
    second_factor_needed: bool  # the role needs one and this sign-in was made without it
    has_second_factor: bool  # the account has one set up
    must_change_password: bool  # nothing but the account works before; see NewPassword
    purpose: str | None
    purpose_note: str
    csrf_token: str  # send as X-CSRF-Token with every request that changes something
    expires_at: datetime | None
    software: str
    demo: bool  # the station runs with demonstration footage


# --- one's own account ---------------------------------------------------------------------------


class PasskeyView(_Wire, frozen=True, kw_only=True):
    passkey_id: str
    name: str
    added_at: datetime
    used_at: datetime | None


class SignInView(_Wire, frozen=True, kw_only=True):
    """A device somebody is signed in on."""

    sign_in_id: str
    device: str  # browser and system, from its user agent
    address: str
    signed_in_at: datetime
    seen_at: datetime
    expires_at: datetime
    second_factor: bool
    this_one: bool


class Account(_Wire, frozen=True, kw_only=True):
    """`GET /api/account`."""

    username: str
    authenticator: bool
    passkeys: list[PasskeyView]
    recovery_codes_left: int
    sign_ins: list[SignInView]


class PasswordOnly(_Wire, frozen=True, kw_only=True):
    """Changes to one's own factors ask for the password again."""

    password: str


class AuthenticatorOffer(_Wire, frozen=True, kw_only=True):
    """`POST /api/account/authenticator` (PasswordOnly): confirm with a code to begin using it."""

    secret: str
    uri: str  # otpauth://
    qr_svg: str  # the same as a picture


class ConfirmCode(_Wire, frozen=True, kw_only=True):
    """`POST /api/account/authenticator/confirm`; answers RecoveryCodes."""

    code: str


class RecoveryCodes(_Wire, frozen=True, kw_only=True):
    """Shown once. `POST /api/account/recovery-codes` (PasswordOnly) makes new ones."""

    codes: list[str]


class PasskeyOptions(_Wire, frozen=True, kw_only=True):
    """`POST /api/account/passkeys/begin` (PasswordOnly), `POST /api/sign-in/passkey/begin`: what
    navigator.credentials takes, in WebAuthn's own JSON form."""

    options: dict[str, object]


class NewPasskey(_Wire, frozen=True, kw_only=True):
    """`POST /api/account/passkeys`."""

    name: str
    credential: dict[str, object]


class PasskeySignIn(_Wire, frozen=True, kw_only=True):
    """`POST /api/sign-in/passkey`."""

    credential: dict[str, object]


class NewPassword(_Wire, frozen=True, kw_only=True):
    """`POST /api/account/password`; ends the account's other sign-ins."""

    old_password: str
    new_password: str


# --- people --------------------------------------------------------------------------------------


class RoleView(_Wire, frozen=True, kw_only=True):
    """`GET /api/roles`."""

    role: str
    words: str
    permissions: list[str]
    needs_second_factor: bool


class PersonView(_Wire, frozen=True, kw_only=True):
    """`GET /api/people`."""

    user_id: str
    username: str
    display_name: str
    role: str
    organisation_id: str
    area: list[list[list[float]]] | None  # rings of [lon, lat]; null = everywhere
    authenticator: bool
    passkeys: int
    disabled_at: datetime | None
    created_at: datetime
    signed_in: int  # devices
    seen_at: datetime | None


class AddPerson(_Wire, frozen=True, kw_only=True):
    """`POST /api/people`."""

    username: str
    display_name: str
    role: str
    area: list[list[list[float]]] | None = None


class PersonAdded(_Wire, frozen=True, kw_only=True):
    """`POST /api/people` and `POST /api/people/<id>/reset`: the password is shown this once."""

    person: PersonView
    password: str


class ChangePerson(_Wire, frozen=True, kw_only=True):
    """`PUT /api/people/<id>`. Changing the role or disabling ends that person's sign-ins."""

    display_name: str
    role: str
    area: list[list[list[float]]] | None
    disabled: bool


# --- agents --------------------------------------------------------------------------------------


class AgentDetail(_Wire, frozen=True, kw_only=True):
    """`GET /api/agents`: every agent that was ever enrolled and not removed."""

    agent_id: str
    name: str
    kind: str
    state: Literal["invited", "connected", "away", "revoked"]
    since: datetime
    problem: str
    address: str
    software: str
    enrolled_at: datetime | None
    token_issued_at: datetime | None
    clock_offset_ms: float | None  # its clock minus ours
    round_trip_ms: float | None
    messages_waiting: int | None  # in its outbox, not yet acknowledged
    messages_dropped: int | None
    sources: int


class InviteAgent(_Wire, frozen=True, kw_only=True):
    """`POST /api/agents`."""

    name: str
    kind: Literal["node", "camera", "drone"]


class AgentInvited(_Wire, frozen=True, kw_only=True):
    """The code is shown this once, works once, and for so long."""

    agent_id: str
    code: str
    expires_at: datetime


class EnrolAgent(_Wire, frozen=True, kw_only=True):
    """`POST /api/agents/enrol`, by the agent itself: no sign-in, only the code."""

    code: str


class AgentEnrolled(_Wire, frozen=True, kw_only=True):
    agent_id: str
    name: str
    kind: str
    token: str


# --- alerts --------------------------------------------------------------------------------------


class AlertView(_Wire, frozen=True, kw_only=True):
    """`GET /api/alerts`, newest first; the live snapshot and batches carry the organisation's own
    too. One that another organisation shares is seen, not decided about."""

    alert_id: str
    kind: str
    severity: Literal["information", "caution", "warning"]
    text: str
    remedy: str
    source_id: str | None
    agent_id: str | None
    lat: float | None
    lon: float | None
    raised_at: datetime
    received_at: datetime
    state: Literal["new", "acknowledged", "resolved", "rejected"]
    decided_at: datetime | None
    decided_by: str | None  # display name; of a shared one its organisation
    reason: str  # of a shared one ""
    shared_by: str | None = None  # the organisation whose alert it is; null = one's own


class DecideAlert(_Wire, frozen=True, kw_only=True):
    """`POST /api/alerts/<id>/decision`."""

    state: Literal["acknowledged", "resolved", "rejected"]
    reason: str = ""


# --- the system ----------------------------------------------------------------------------------


class ProcessView(_Wire, frozen=True, kw_only=True):
    """A process of this installation, as its supervisor sees it."""

    name: str
    title: str
    state: Literal["running", "restarting", "degraded", "stopped", "unknown"]
    pid: int | None
    since: datetime | None
    restarts: int
    last_error: str
    seen_at: datetime | None  # when the supervisor last said so; old = the supervisor is gone
    cpu_percent: float | None
    memory_bytes: int | None


class PartView(_Wire, frozen=True, kw_only=True):
    """A part of the station: database, disk, detector, audit chain, certificates ..."""

    name: str
    title: str
    status: Literal["ok", "degraded", "failed"]
    problem: str
    remedy: str
    since: datetime | None


class SystemView(_Wire, frozen=True, kw_only=True):
    """`GET /api/system`."""

    status: Literal["ok", "degraded"]
    software: str
    started_at: datetime
    processes: list[ProcessView]
    parts: list[PartView]
    disk_free_bytes: int | None
    disk_total_bytes: int | None
    pages: int
    agents_connected: int


class Trouble(_Wire, frozen=True, kw_only=True):
    """What is wrong with one part, by its name in SystemView."""

    name: str
    problem: str
    remedy: str
    since: datetime | None


class SystemSummary(_Wire, frozen=True, kw_only=True):
    """The system in short: in the live snapshot, and in a batch when it changed."""

    status: Literal["ok", "degraded"]
    problems: list[Trouble]


# --- audit, sharing, retention -------------------------------------------------------------------


class AuditRecordView(_Wire, frozen=True, kw_only=True):
    seq: int
    recorded_at: datetime
    act: str
    actor: str
    actor_id: str | None
    actor_name: str
    organisation_id: str | None
    subject_kind: str
    subject_id: str
    subject_name: str
    purpose: str
    details: dict[str, object]
    hash: str


class AuditPage(_Wire, frozen=True, kw_only=True):
    """`GET /api/audit?before=&act=&actor=&subject=`, newest first. Reading it is recorded."""

    records: list[AuditRecordView]
    next_before: int | None
    signed_up_to: int
    verified_up_to: int
    verified_at: datetime | None
    problem: str  # "" while the chain is whole


class AgreementView(_Wire, frozen=True, kw_only=True):
    """`GET /api/agreements`."""

    agreement_id: str
    name: str
    from_id: str
    to_id: str
    legal_regime: str
    covers: list[str]
    starts_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    in_force: bool


class MakeAgreement(_Wire, frozen=True, kw_only=True):
    """`POST /api/agreements`: the maker's organisation is always the one that gives."""

    name: str
    to_id: str
    legal_regime: Literal["uk_gdpr", "dpa_2018_part_3"]
    covers: list[Literal["map", "video", "alerts"]]
    starts_at: datetime
    ends_at: datetime


class DisclosureView(_Wire, frozen=True, kw_only=True):
    """`GET /api/disclosures`."""

    disclosure_id: str
    agreement_name: str
    from_id: str
    to_id: str
    what: str
    subject_name: str
    user_name: str
    purpose: str
    disclosed_at: datetime


class RetentionRow(_Wire, frozen=True, kw_only=True):
    """`GET /api/retention`."""

    kind: str
    what: str
    purpose: str
    days: int | None
    until: str


# --- sources -------------------------------------------------------------------------------------


class AddSourceRequest(_Wire, frozen=True, kw_only=True):
    """`POST /api/sources`: a source that any WHIP client may publish to."""

    name: str
    lat: float | None = None
    lon: float | None = None
    heading_deg: float | None = None


class SourceAdded(_Wire, frozen=True, kw_only=True):
    """The publish token is shown once and only its hash is kept."""

    source_id: str
    whip_path: str
    publish_token: str


class IceServer(_Wire, frozen=True, kw_only=True):
    """A TURN server with a sign-in that ends by itself, or a STUN server without one."""

    urls: list[str]
    username: str
    credential: str


class ViewerToken(_Wire, frozen=True, kw_only=True):
    """`POST /api/sources/<id>/viewer-token`: one WHEP session, within a minute."""

    token: str
    whep_path: str
    expires_at: datetime
    ice_servers: list[IceServer]


# --- Socket.IO namespace /live -------------------------------------------------------------------


class SourceView(_Wire, frozen=True, kw_only=True):
    """A source as the map, the list and the panel show it."""

    source_id: str
    number: int  # what tracks and figures name it by on the live link, while the station runs
    name: str
    kind: str
    origin: Literal["agent", "whip"]
    organisation_id: str  # whose it is: another's is seen under an agreement
    agent_id: str | None  # who brings it in; null over WHIP
    simulated: bool
    note: str
    condition: Condition
    condition_since: datetime
    problem: str
    lat: float | None
    lon: float | None
    heading_deg: float | None
    footprint: list[list[float]] | None  # ring of [lon, lat]: the ground it sees
    located: bool  # its tracks have places
    codec: str
    width: int
    height: int
    received_fps: float
    analysed_fps: float
    inference_ms: float | None
    last_frame_at: datetime | None
    frames_dropped: int
    viewers: int
    captured_at_from: Literal["agent", "sender_report", "unknown"]
    session_id: str | None  # changes when the publisher starts again; viewers then reconnect


class AgentView(_Wire, frozen=True, kw_only=True):
    agent_id: str
    name: str
    kind: str
    connected: bool
    since: datetime
    problem: str


class SourceFigures(msgspec.Struct, frozen=True, array_like=True):
    """The figures of a SourceView that change all the time, every two seconds:
    [source number, received_fps, analysed_fps, inference_ms, age of the last frame in ms,
    frames_dropped, viewers]."""

    source: int
    received_fps: float
    analysed_fps: float
    inference_ms: float | None
    last_frame_age_ms: int | None  # when the batch was sent
    frames_dropped: int
    viewers: int


class TrackPlace(msgspec.Struct, frozen=True, array_like=True):
    """A track's place on the ground with its 95 % ellipse: [track_id, class_name, latitude and
    longitude in millionths of a degree, semi-axes in cm, orientation in degrees from north]."""

    track_id: int
    class_name: str
    lat_e6: int
    lon_e6: int
    semi_major_cm: int
    semi_minor_cm: int
    orientation_deg: int


class SourceTracks(msgspec.Struct, frozen=True, array_like=True):
    """What one source sees now, of its present session: [source number, age in ms when the batch
    was sent (null = unknown), places]."""

    source: int
    age_ms: int | None
    places: list[TrackPlace]


class Snapshot(_Wire, frozen=True, kw_only=True):
    """Event `snapshot`, on connect and when what the person may see has changed: everything, in
    place of all that came before. Then `batch` at most every 100 ms: what changed."""

    sent_at: datetime
    sources: list[SourceView]
    agents: list[AgentView]
    tracks: list[SourceTracks]
    alerts: list[AlertView]  # the newest; none without the permission to see alerts
    system: SystemSummary  # without the permission to see the system, its status only
    detector: str
    detector_problem: str


class Batch(_Wire, frozen=True, kw_only=True):
    """Event `batch`: at least once a second even if empty, so that silence means a lost link."""

    sent_at: datetime
    sources: list[SourceView]
    figures: list[SourceFigures]
    removed_sources: list[str]
    agents: list[AgentView] | None  # all there are; null = as before
    tracks: list[SourceTracks]
    alerts: list[AlertView]
    shared_alerts: int = 0  # so many of other organisations changed: read them at /api/alerts
    system: SystemSummary | None  # null = as before
    detector: str
    detector_problem: str


class BoxedTrack(msgspec.Struct, frozen=True, array_like=True):
    """[track_id, class_name, confidence, left, top, right, bottom, du_px_s, dv_px_s]."""

    track_id: int
    class_name: str
    confidence: float
    left: float
    top: float
    right: float
    bottom: float
    du_px_s: float
    dv_px_s: float


class AnalysedFrame(_Wire, frozen=True, kw_only=True):
    """The boxes of one frame. `rtp_timestamp` is the publisher's, modulo 2^32."""

    source_id: str
    session_id: str
    seq: int
    rtp_timestamp: int
    captured_at: datetime | None
    width: int
    height: int
    tracks: list[BoxedTrack]


class Frames(_Wire, frozen=True, kw_only=True):
    """Event `frames`, only to pages that sent `watch`: frames analysed since the last one."""

    sent_at: datetime
    frames: list[AnalysedFrame]


class ViewerClock(_Wire, frozen=True, kw_only=True):
    """Event `viewer_clock`: the browser's rtpTimestamp = rtp_timestamp + rtp_offset (mod 2^32)."""

    viewer_session_id: str
    rtp_offset: int


class Watch(_Wire, frozen=True, kw_only=True):
    """Browser event `watch` (acknowledged): send me this source's frames and my viewer clock.

    `unwatch` takes the same. `viewer_session_id` is the last path segment of WHEP's Location.
    """

    source_id: str
    viewer_session_id: str
