"""What agents, nodes and the station say to each other, as typed and versioned messages.

Carried over Socket.IO namespace `/agents`: event `m`, one msgpack `bytes` payload an event, which
holds one `Envelope`. An agent sends one envelope a batch interval; the station answers a command
through the Socket.IO acknowledgement, which is one `Reply` as msgpack bytes.

How each message is delivered (latest only, oldest dropped, never lost) is one table:
`core.delivery.DELIVERY`.

Version 1: hello, heartbeat, sources, tracks, frame times, viewer clocks, commands.
Version 2: durable messages and their acknowledgement, the clock exchange, token rotation, edge
sources. An edge source is offered with `edge=True`; its agent analyses the pictures itself and
sends one `TrackBatch` an interval for all its edge sources, one frame a source even if nobody is in
it: the source is live while its frames come. In those frames `source_id` is the agent's own key
(or the station's id), and `session_id` a UUIDv7 that the agent makes when it starts.
Version 3: vehicles (`agent_vehicles`): telemetry, flight commands, camera poses beside frame times.
Version 4: flight commands that expire and that later ones make void (`Fly.turn`, `Fly.not_after`,
`Supersede`, `Telemetry.at`); missions by their digest.
Version 5: more actions (`agent_actions`), heights of waypoints by datum, more telemetry; how a
vehicle will behave, what it holds, and other aircraft (`agent_facts`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from ground_station.core.agent_durable import Durable
from ground_station.core.agent_facts import Facts, Held, ReadHeld, Traffic
from ground_station.core.agent_vehicles import CameraPose, Flown, Fly, Telemetry
from ground_station.core.agent_wire import (
    AwareTime,
    Finite,
    Latitude,
    Longitude,
    Message,
    WireRtpTimestamp,
    decode_as,
)
from ground_station.core.errors import InvalidInput, KestrelError, error_from_code
from ground_station.core.model import CapturedAtFrom, SourceCondition

PROTOCOL_VERSION = 5
NAMESPACE = "/agents"
MESSAGE_EVENT = "m"  # agent -> station
COMMAND_EVENT = "command"  # station -> agent, acknowledged with a Reply
TRACK_BATCH_INTERVAL_S = 0.1
HEARTBEAT_INTERVAL_S = 1.0
HEARTBEAT_LOST_AFTER_S = 2.5


class AgentKind(StrEnum):
    NODE = "node"  # a vision node: takes WHIP, serves WHEP, runs inference
    CAMERA = "camera"  # a camera agent: publishes sources over WHIP
    DRONE = "drone"


# --- agent -> station ----------------------------------------------------------------------------


class GroundPair(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One calibration point: a pixel and the ground metres (local ENU) it shows."""

    u_px: Finite
    v_px: Finite
    east_m: Finite
    north_m: Finite


class Calibration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a camera's pixels map to the ground: at least four pairs round an anchor (WGS 84)."""

    width_px: int
    height_px: int
    anchor_lat: Latitude
    anchor_lon: Longitude
    pairs: list[GroundPair]
    sigma_px: Finite
    sigma_calibration_m: Finite


class SourceOffer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A source that an agent can publish. `key` is the agent's own stable name for it.

    `publishing`: this very process holds a WHIP session for it. False after a restart, so that the
    station need not wait for the dead process's session to time out.
    `edge`: the agent analyses it and sends its tracks; no video comes of it. Defaults are not sent,
    so that a station of version 1 understands the hello well enough to refuse its version.
    """

    key: str
    name: str
    publishing: bool = False
    edge: bool = False
    simulated: bool = False
    note: str = ""  # shown with the source, e.g. why its place is not where it was filmed
    lat: Latitude | None = None
    lon: Longitude | None = None
    heading_deg: Finite | None = None  # of the optical axis, clockwise from true north
    calibration: Calibration | None = None


class Hello(Message, frozen=True):
    """The first message after connecting; refused if the version differs."""

    protocol: int
    kind: AgentKind
    name: str
    software: str
    sources: list[SourceOffer] = msgspec.field(default_factory=list)


class Heartbeat(Message, frozen=True):
    """Sent every second. `problems` maps a source key (or "") to one sentence a person can read.

    Attributes:
        clock_offset_ms: the agent's clock minus the station's, measured over this connection with
            the station's `ClockReading` answers; None until the first of them came.
        round_trip_ms: of the exchange that was measured with: half of it bounds the error.
    """

    sent_at: AwareTime
    problems: dict[str, str] = msgspec.field(default_factory=dict)
    figures: dict[str, Finite] = msgspec.field(default_factory=dict)
    clock_offset_ms: Finite | None = None
    round_trip_ms: Finite | None = None


class SourceReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the node sees of one source's session, once a second and at once on a change."""

    source_id: str
    session_id: str
    condition: SourceCondition
    codec: str = ""
    width: int = 0
    height: int = 0
    received_fps: Finite = 0.0
    analysed_fps: Finite = 0.0
    last_frame_age_s: Finite | None = None
    inference_ms: Finite | None = None
    frames_dropped: int = 0
    viewers: int = 0
    captured_at_from: CapturedAtFrom = CapturedAtFrom.UNKNOWN
    problem: str = ""


class SourceReports(Message, frozen=True):
    """All sessions a node has; a session that is missing has ended.

    `viewer_sessions`: ids of all viewers' sessions, so that a station that was restarted can end
    those it knows nothing of.
    """

    reports: list[SourceReport]
    detector: str
    detector_problem: str = ""
    viewer_sessions: list[str] = msgspec.field(default_factory=list)


class WireTrack(msgspec.Struct, frozen=True, array_like=True):
    """`model.Track` on the wire, as an array."""

    track_id: int
    class_name: str
    confidence: Finite
    left: Finite
    top: Finite
    right: Finite
    bottom: Finite
    du_px_s: Finite
    dv_px_s: Finite


class WireFrameTracks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`model.FrameTracks` on the wire."""

    source_id: str
    session_id: str
    seq: int
    rtp_timestamp: int
    captured_at: AwareTime | None
    captured_at_from: CapturedAtFrom
    width: int
    height: int
    tracks: list[WireTrack]


class TrackBatch(Message, frozen=True):
    """Tracks of the frames analysed since the last batch."""

    frames: list[WireFrameTracks]


class FrameTime(msgspec.Struct, frozen=True, array_like=True):
    """The RTP timestamp on the wire (0..2^32-1) of a frame, and when it was captured; of a camera
    that moves, also from where and which way."""

    rtp_timestamp: WireRtpTimestamp
    captured_at: AwareTime
    pose: CameraPose | None = None


class FrameTimes(Message, frozen=True):
    """Camera agent -> station -> the node that holds the source."""

    source_id: str
    times: list[FrameTime]


class ViewerClock(Message, frozen=True):
    """Node -> station -> that viewer: its RTP timestamp = ours + rtp_offset (mod 2^32)."""

    viewer_session_id: str
    rtp_offset: int


class SessionEnded(Message, frozen=True):
    """Node -> station: a publisher's or viewer's session ended by itself."""

    session_id: str
    reason: str


class Goodbye(Message, frozen=True):
    """The last message: the agent stops because it was told to. That it is gone is no problem."""


AgentMessage = (
    Hello
    | Heartbeat
    | SourceReports
    | TrackBatch
    | FrameTimes
    | ViewerClock
    | SessionEnded
    | Telemetry
    | Facts
    | Traffic
    | Durable
    | Goodbye
)


class Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One batch. `seq` grows by one per envelope of a connection, from 0."""

    seq: int
    messages: list[AgentMessage]


# --- station -> agent: commands ------------------------------------------------------------------


class SourceGrant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The station's id for an offered source."""

    key: str
    source_id: str


class PublishSources(Message, frozen=True):
    """To a camera agent, after hello and whenever a node comes (back): publish these over WHIP now,
    each at `whip_path` + source_id, dropping any session it still holds for them."""

    whip_path: str
    sources: list[SourceGrant]


class AcceptWhip(Message, frozen=True):
    """To a node: answer this publisher's offer. Reply: SdpAnswer."""

    source_id: str
    session_id: str
    sdp: str
    analyse: bool = True


class AcceptWhep(Message, frozen=True):
    """To a node: answer this viewer's offer. Reply: SdpAnswer."""

    source_id: str
    session_id: str
    sdp: str


class AddCandidates(Message, frozen=True):
    """To a node: trickled ICE candidates, an RFC 8840 SDP fragment. Reply: Done."""

    session_id: str
    sdp_fragment: str


class EndSession(Message, frozen=True):
    """To a node: end a publisher's or viewer's session. Reply: Done, even if it is gone."""

    session_id: str


class RelayFrameTimes(Message, frozen=True):
    """To a node: frame times of a source, as its agent sent them. Reply: Done."""

    source_id: str
    times: list[FrameTime]


class RotateToken(Message, frozen=True):
    """To an agent: keep this token and use it from the next connection on. Reply: Done, once it is
    on the agent's disk. The former token stays good until the new one has been used."""

    token: Annotated[str, msgspec.Meta(min_length=32, max_length=200)]


Command = (
    PublishSources
    | AcceptWhip
    | AcceptWhep
    | AddCandidates
    | EndSession
    | RelayFrameTimes
    | RotateToken
    | Fly
    | ReadHeld
)


class Done(Message, frozen=True):
    """The command was carried out."""


class SdpAnswer(Message, frozen=True):
    """The node's answer, with all its own candidates in it."""

    sdp: str


class Refused(Message, frozen=True):
    """The command could not be carried out; `code` is a code of `core.errors`."""

    code: str
    message: str
    remedy: str = ""


Reply = Done | SdpAnswer | Flown | Held | Refused


_envelope_decoder = msgspec.msgpack.Decoder(Envelope)
_command_decoder: msgspec.msgpack.Decoder[Command] = msgspec.msgpack.Decoder(Command)
_reply_decoder: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)


def encode(message: Envelope | Command | Reply) -> bytes:
    """One message as msgpack."""
    return msgspec.msgpack.encode(message)


def decode_envelope(payload: object) -> Envelope:
    """Raises InvalidInput for anything that is not one well-formed envelope of bounded size."""
    return decode_as(_envelope_decoder, payload, "an agent message")


def decode_command(payload: object) -> Command:
    """Raises InvalidInput for anything that is not one well-formed command."""
    return decode_as(_command_decoder, payload, "a command")


def decode_reply(payload: object) -> Reply:
    """Raises InvalidInput for anything that is not one well-formed reply."""
    return decode_as(_reply_decoder, payload, "a reply")


def refused(error: KestrelError) -> Refused:
    """An error as a reply."""
    return Refused(error.code, error.message, error.remedy)


def raise_if_refused(reply: Reply) -> Done | SdpAnswer | Flown | Held:
    """The reply, unless it is a refusal: that becomes the error it was on the other side."""
    if isinstance(reply, Refused):
        raise error_from_code(reply.code, reply.message, reply.remedy)
    return reply


def check_hello(hello: Hello) -> None:
    """Raises InvalidInput naming both versions and what to do when they differ."""
    check_version(hello.name, hello.protocol)


def check_version(name: str, protocol: int) -> None:
    """Raises InvalidInput naming both versions and what to do when they differ."""
    if protocol != PROTOCOL_VERSION:
        older = name if protocol < PROTOCOL_VERSION else "this station"
        raise InvalidInput(
            f"{name} speaks agent protocol {protocol}, this station speaks {PROTOCOL_VERSION}.",
            f"Run the same release of Kestrel on both: update {older}.",
        )
