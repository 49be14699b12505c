"""What drone agents tell of vehicles beside telemetry: how each will behave when something fails,
what it carries, what it holds on board; and what they hear of other aircraft.

Sent when something changed and every `FACTS_INTERVAL_S`. Units and frames as in `agent_vehicles`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from ground_station.core.agent_actions import (
    MAX_RALLY_POINTS,
    GeofenceRing,
    RallyPoint,
    WireMissionItem,
)
from ground_station.core.agent_vehicles import MAX_VEHICLES, AgeMs, SystemId
from ground_station.core.agent_wire import Finite, Latitude, Longitude, Message

FACTS_INTERVAL_S = 10.0
TRAFFIC_INTERVAL_S = 1.0
MAX_AIRCRAFT = 200
MAX_REMOTE_IDS = 100

_Word = Annotated[str, msgspec.Meta(max_length=40)]
_Line = Annotated[str, msgspec.Meta(max_length=300)]
_Rings = Annotated[list[GeofenceRing], msgspec.Meta(max_length=64)]
_Rally = Annotated[list[RallyPoint], msgspec.Meta(max_length=MAX_RALLY_POINTS)]
_Aircraft = Annotated[list["Aircraft"], msgspec.Meta(max_length=MAX_AIRCRAFT)]
_RemoteIds = Annotated[list["RemoteId"], msgspec.Meta(max_length=MAX_REMOTE_IDS)]


# --- how it behaves ------------------------------------------------------------------------------


class FailsafeEvent(StrEnum):
    """What may fail."""

    GROUND_STATION_LOST = "ground_station_lost"  # no heartbeat of ours
    REMOTE_LOST = "remote_lost"  # the pilot's remote control
    BATTERY_LOW = "battery_low"
    BATTERY_CRITICAL = "battery_critical"
    FENCE = "fence"
    POSITION_LOST = "position_lost"  # GPS or the estimator


class FailsafeAct(StrEnum):
    """What it does then, by its own parameters."""

    UNKNOWN = "unknown"  # the parameter is not known, or its value is not one that we know
    NOTHING = "nothing"
    WARN = "warn"  # says so and flies on
    RETURN = "return"
    RETURN_OR_LAND = "return_or_land"  # lands where it cannot return
    LAND = "land"
    HOLD = "hold"
    CONTINUE = "continue"  # goes on with the mission
    MANUAL = "manual"  # the pilot's sticks, without position
    TERMINATE = "terminate"  # motors off


class FailsafeRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One failure and the answer to it.

    Attributes:
        after_s: how long the failure lasts before it acts. threshold: at which value, in words
            with its unit ("14.0 V", "1000 mAh left"), "" where there is none.
        note: what else decides ("It goes on with a mission."), "" where nothing does.
        read_from: the parameters by name and value, for whoever wants to look.
    """

    event: FailsafeEvent
    act: FailsafeAct
    after_s: Finite | None = None
    threshold: _Line = ""
    read_from: dict[str, Finite] = {}
    note: _Line = ""


class PayloadFact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that it carries, and what it can do: `acts` names them for `UsePayload.act`."""

    key: _Word
    kind: _Word  # "spotlight", "loudspeaker", ...
    name: Annotated[str, msgspec.Meta(max_length=80)]
    acts: Annotated[list[_Word], msgspec.Meta(max_length=10)]
    has_level: bool = False
    takes_text: bool = False


class VehicleFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What changes seldom of one vehicle. None: not known.

    Attributes:
        failsafes: in the order of `FailsafeEvent`; an event that is missing could not be read.
        return_height_home_m: at which it flies home.
        fence_enabled: whether its autopilot enforces one. fence_max_height_m, fence_radius_m: of
            home, where they are part of it. fence_rings: how many it holds.
        battery_capacity_mah: as its autopilot is set.
        camera, gimbal: whether one answered.
        remote_id: whether its own Remote ID works, as its autopilot says. remote_id_problem: why
            not, in the module's words.
        firmware: as it says. simulator: it is one, by parameters that only a simulation has.
        problem: why something here is missing.
    """

    system_id: SystemId
    failsafes: Annotated[list[FailsafeRule], msgspec.Meta(max_length=8)] = []
    return_height_home_m: Finite | None = None
    fence_enabled: bool | None = None
    fence_rings: int | None = None
    fence_max_height_m: Finite | None = None
    fence_radius_m: Finite | None = None
    rally_points: int | None = None
    battery_capacity_mah: Finite | None = None
    battery_cells: int | None = None
    camera: bool | None = None
    gimbal: bool | None = None
    remote_id: bool | None = None
    remote_id_problem: _Line = ""
    payloads: Annotated[list[PayloadFact], msgspec.Meta(max_length=8)] = []
    firmware: _Line = ""
    simulator: bool | None = None
    problem: _Line = ""


class Facts(Message, frozen=True):
    """Of all vehicles of an agent; replaces the one before."""

    vehicles: Annotated[list[VehicleFacts], msgspec.Meta(max_length=MAX_VEHICLES)]


# --- what it holds -------------------------------------------------------------------------------


class ReadHeld(Message, frozen=True):
    """To a drone agent: read mission, fence and rally points off this vehicle. Reply: `Held`. It
    moves nothing and needs no turn."""

    system_id: SystemId


class Held(Message, frozen=True):
    """What the vehicle holds now, as far as it can be told in our items.

    Attributes:
        items: its waypoints in our terms. foreign: a sentence for each item that is not in our
            terms (a command we do not send, a frame we do not use); such a mission is not ours.
        digest: of `UploadMission(items, ...)`, "" where there are foreign ones or none.
        fence_known, rally_known: False: it would not say (`problem`).
    """

    items: list[WireMissionItem] = msgspec.field(default_factory=list)
    return_at_end: bool = False
    land_at_end: bool = False
    foreign: list[_Line] = msgspec.field(default_factory=list)
    digest: str = ""
    rings: Annotated[list[GeofenceRing], msgspec.Meta(max_length=64)] = msgspec.field(
        default_factory=list
    )
    fence_known: bool = True
    rally: Annotated[list[RallyPoint], msgspec.Meta(max_length=MAX_RALLY_POINTS)] = msgspec.field(
        default_factory=list
    )
    rally_known: bool = True
    problem: _Line = ""


# --- other aircraft -----------------------------------------------------------------------------


class Aircraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A crewed aircraft, as a receiver heard it.

    Attributes:
        icao: its 24-bit address in hex, lower case. callsign: "" where it sends none.
        alt_amsl_m: above the sea by GNSS where it says so, else None; pressure_alt_m: by its
            barometer at 1013.25 hPa, which may be 300 m off.
        age_ms: since its place was heard.
        category: "helicopter", "glider", ...; "" where it is not told.
        simulated: its receiver says that it made it up.
    """

    icao: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{6}\Z")]
    lat: Latitude
    lon: Longitude
    age_ms: AgeMs
    callsign: Annotated[str, msgspec.Meta(max_length=16)] = ""
    alt_amsl_m: Finite | None = None
    pressure_alt_m: Finite | None = None
    track_deg: Finite | None = None
    speed_mps: Finite | None = None
    climb_mps: Finite | None = None
    on_ground: bool = False
    category: Annotated[str, msgspec.Meta(max_length=20)] = ""
    simulated: bool = False


class RemoteId(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An uncrewed aircraft nearby, by its broadcast Remote ID (ASTM F3411 / EN 4709-002).

    Attributes:
        key: the sender, as its receiver names it (a MAC address, an id): one row a sender.
        uas_id: serial number or session id, "" where none came. operator_id: "" likewise.
        alt_hae_m: above the WGS 84 ellipsoid, as Remote ID is defined. height_m: above take-off or
            ground, see `height_over_ground`.
        own_system_id: it is this vehicle of the agent's own.
    """

    key: _Word
    age_ms: AgeMs
    uas_id: _Word = ""
    operator_id: _Word = ""
    ua_type: _Word = ""
    status: _Word = ""
    lat: Latitude | None = None
    lon: Longitude | None = None
    alt_hae_m: Finite | None = None
    height_m: Finite | None = None
    height_over_ground: bool = False
    speed_mps: Finite | None = None
    climb_mps: Finite | None = None
    course_deg: Finite | None = None
    operator_lat: Latitude | None = None
    operator_lon: Longitude | None = None
    description: _Word = ""
    own_system_id: SystemId | None = None


class Traffic(Message, frozen=True):
    """What an agent's vehicles and receivers hear of others, once a second while there is any, and
    once empty when there is none any more; replaces the one before."""

    aircraft: Annotated[list[Aircraft], msgspec.Meta(max_length=MAX_AIRCRAFT)] = msgspec.field(
        default_factory=list
    )
    remote_ids: Annotated[list[RemoteId], msgspec.Meta(max_length=MAX_REMOTE_IDS)] = msgspec.field(
        default_factory=list
    )
