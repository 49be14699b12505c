"""What a station can have a vehicle do: the actions that a `Fly` command carries.

Places are WGS 84 degrees; each height says what it is above; angles are degrees, headings clockwise
from true north, pitch up positive. None is "not asked for", never NaN.
"""

from __future__ import annotations

import hashlib
import math
from enum import StrEnum
from typing import Annotated

import msgspec

from ground_station.core.agent_wire import Latitude, Longitude

MAX_MISSION_ITEMS = 700  # ArduPilot refused 800
MAX_RALLY_POINTS = 20

MissionDigest = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{64})?\Z")]
AltitudeAmsl = Annotated[float, msgspec.Meta(ge=-500, le=10_000)]
HeightM = Annotated[float, msgspec.Meta(ge=-1_000, le=10_000)]
_SpeedMps = Annotated[float, msgspec.Meta(gt=0, le=40)]
_PitchDeg = Annotated[float, msgspec.Meta(ge=-120, le=60)]
_HeadingDeg = Annotated[float, msgspec.Meta(ge=-360, le=360)]
_RadiusM = Annotated[float, msgspec.Meta(ge=5, le=1_000)]


class HeightDatum(StrEnum):
    """What the height of a waypoint is above. Heights above terrain are reckoned into one of these
    before they are sent: an autopilot's own terrain data is not ours to trust."""

    HOME = "home"
    AMSL = "amsl"


class _Action(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=True):
    pass


class Arm(_Action, frozen=True):
    """Motors on, on the ground. Never forced."""


class Disarm(_Action, frozen=True):
    """Motors off, on the ground; refused in the air. Never forced."""


class TakeOff(_Action, frozen=True):
    """Arms first if need be, then climbs to this height above home and stays there."""

    height_home_m: Annotated[float, msgspec.Meta(ge=1.5, le=500)]


class GoTo(_Action, frozen=True):
    """Fly there and stay. In the air only."""

    lat: Latitude
    lon: Longitude
    alt_amsl_m: AltitudeAmsl
    speed_mps: _SpeedMps | None = None


class Hold(_Action, frozen=True):
    """Stop and stay where it is."""


class Return(_Action, frozen=True):
    """Fly home and land, by the autopilot's own return mode."""


class Land(_Action, frozen=True):
    """Come down where it is."""


class Orbit(_Action, frozen=True):
    """Fly round a place until told otherwise, the nose to its middle. In the air only."""

    lat: Latitude
    lon: Longitude
    alt_amsl_m: AltitudeAmsl
    radius_m: _RadiusM
    speed_mps: _SpeedMps
    clockwise: bool = True


class SetSpeed(_Action, frozen=True):
    """How fast it flies from now on, over the ground, in the modes that the autopilot steers."""

    speed_mps: _SpeedMps


class ChangeHeight(_Action, frozen=True):
    """Climb or sink where it is, to this height. In the air only; it stops there."""

    alt_amsl_m: AltitudeAmsl


# --- missions -------------------------------------------------------------------------------------


class WireMissionItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One waypoint and what is done there. The first is item 1.

    Attributes:
        height_m: above what `datum` says.
        speed_mps: on the way to it and from then on; None: as before.
        hold_s: how long to stay there.
        gimbal_pitch_deg: the camera's from there on; None: as before.
        heading_deg: the nose's, at this place; None: the autopilot's own way.
        photo: one picture there.
        photo_every_m: from there on one picture each so many metres; 0 ends that; None: as before.
        orbit_radius_m, orbit_turns: fly round this place instead of over it; both or neither.
    """

    lat: Latitude
    lon: Longitude
    height_m: Annotated[float, msgspec.Meta(ge=-500, le=10_000)]
    speed_mps: _SpeedMps | None = None
    hold_s: Annotated[float, msgspec.Meta(ge=0, le=3600)] = 0.0
    datum: HeightDatum = HeightDatum.HOME
    gimbal_pitch_deg: _PitchDeg | None = None
    heading_deg: _HeadingDeg | None = None
    photo: bool = False
    photo_every_m: Annotated[float, msgspec.Meta(ge=0, le=1_000)] | None = None
    orbit_radius_m: _RadiusM | None = None
    orbit_turns: Annotated[int, msgspec.Meta(ge=1, le=100)] | None = None


class UploadMission(_Action, frozen=True):
    """Replace what the vehicle holds, then read it back and compare. An empty list clears it.

    `return_at_end`: fly home and land by the autopilot's return mode; else `land_at_end`: come down
    at the last place; else it stays there in the air.
    """

    items: Annotated[list[WireMissionItem], msgspec.Meta(max_length=MAX_MISSION_ITEMS)]
    return_at_end: bool = True
    land_at_end: bool = False


class StartMission(_Action, frozen=True):
    """From the first item; on the ground it arms and takes off by itself.

    `digest`: `mission_digest` of the upload that is meant. The agent reads what the vehicle holds
    and refuses anything else. "": whatever it holds, which nobody has checked.
    """

    digest: MissionDigest = ""


class ResumeMission(_Action, frozen=True):
    """Go on with the mission that was paused (by hold), in the air, at the item it had reached.
    `digest`: as in `StartMission`."""

    digest: MissionDigest = ""


class SkipTo(_Action, frozen=True):
    """Have the mission that is flown, or paused, go on at this item; `item` counts waypoints
    from 1. It does not start a mission. `digest`: as in `StartMission`."""

    item: Annotated[int, msgspec.Meta(ge=1, le=MAX_MISSION_ITEMS)]
    digest: MissionDigest = ""


class GeofenceRing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A closed ring of (lat, lon), at least three corners, the first not repeated."""

    points: Annotated[list[tuple[Latitude, Longitude]], msgspec.Meta(min_length=3, max_length=200)]
    keep_in: bool = True  # else keep out


class UploadGeofence(_Action, frozen=True):
    """What the autopilot itself enforces; an empty list clears it."""

    rings: Annotated[list[GeofenceRing], msgspec.Meta(max_length=16)]


class RallyPoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A place that the autopilot may return to instead of home."""

    lat: Latitude
    lon: Longitude
    height_home_m: Annotated[float, msgspec.Meta(ge=0, le=500)]


class UploadRally(_Action, frozen=True):
    """Replace the rally points, read back and compared; an empty list clears them."""

    points: Annotated[list[RallyPoint], msgspec.Meta(max_length=MAX_RALLY_POINTS)]


# --- camera, gimbal, payloads: none of them moves the vehicle -------------------------------------


class PointCamera(_Action, frozen=True):
    """Keep the camera on a place of the ground (region of interest); the nose may turn to it."""

    lat: Latitude
    lon: Longitude
    alt_amsl_m: AltitudeAmsl


class StopPointing(_Action, frozen=True):
    """The region of interest ends."""


class TurnGimbal(_Action, frozen=True):
    """`yaw_deg`: from the nose, or from true north where `north_locked`."""

    pitch_deg: _PitchDeg
    yaw_deg: _HeadingDeg = 0.0
    north_locked: bool = False


class TakePhoto(_Action, frozen=True):
    """One picture, kept by the camera on board."""


class RecordVideo(_Action, frozen=True):
    """The camera's own recording on board, on or off."""

    on: bool


class Zoom(_Action, frozen=True):
    """`range_fraction`: 0 the widest, 1 the closest that its camera can."""

    range_fraction: Annotated[float, msgspec.Meta(ge=0, le=1)]


class UsePayload(_Action, frozen=True):
    """Something that this vehicle carries besides (`VehicleFacts.payloads`): a spotlight, a
    loudspeaker. What `act` may be, each payload says itself.

    Attributes:
        level: 0 to 1, for what has a level (brightness, loudness).
        text: for what speaks.
    """

    key: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    act: Annotated[str, msgspec.Meta(min_length=1, max_length=20)]
    level: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    text: Annotated[str, msgspec.Meta(max_length=300)] = ""


Action = (
    Arm
    | Disarm
    | TakeOff
    | GoTo
    | Hold
    | Return
    | Land
    | Orbit
    | SetSpeed
    | ChangeHeight
    | UploadMission
    | StartMission
    | ResumeMission
    | SkipTo
    | UploadGeofence
    | UploadRally
    | PointCamera
    | StopPointing
    | TurnGimbal
    | TakePhoto
    | RecordVideo
    | Zoom
    | UsePayload
)
# What brings a vehicle to safety: never waits for anything else, and nobody's control is needed.
URGENT: tuple[type[_Action], ...] = (Hold, Return, Land)
# What leaves the vehicle's way as it is: needs control and no airspace check.
NOT_MOVING: tuple[type[_Action], ...] = (
    PointCamera,
    StopPointing,
    TurnGimbal,
    TakePhoto,
    RecordVideo,
    Zoom,
    UsePayload,
    UploadRally,
)


def mission_digest(mission: UploadMission) -> str:
    """SHA-256 in hex of what is flown and done: places to 1e-7 degrees, heights to 1 cm, speeds to
    1 cm/s, angles to 0.1 degree, holds to 1 s upwards and radii as they are kept (`kept_radius_m`),
    and how it ends. What is said again of what holds anyway (a speed, a camera's pitch, photos
    each so many metres) counts once: it is sent where it changes. "" for no items."""
    if not mission.items:
        return ""
    holds = dict.fromkeys(_CARRIED, "-")
    lines = [_line(item, holds) for item in mission.items]
    lines.append("return" if mission.return_at_end else "land" if mission.land_at_end else "stay")
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


_CARRIED = {"speed_mps": 100, "gimbal_pitch_deg": 10, "photo_every_m": 100}  # to what part of one


def _line(item: WireMissionItem, holds: dict[str, str]) -> str:
    """`holds`: what was said last of each of `_CARRIED`; changed."""
    fields = [
        f"{round(item.lat * 1e7)} {round(item.lon * 1e7)} {round(item.height_m * 100)}",
        item.datum.value,
        str(math.ceil(item.hold_s)),
        "-" if item.heading_deg is None else str(round(item.heading_deg * 10) % 3600),
        "photo" if item.photo else "-",
        _scaled(None if item.orbit_radius_m is None else kept_radius_m(item.orbit_radius_m), 1),
        _scaled(item.orbit_turns, 1),
    ]
    for name, by in _CARRIED.items():
        said = _scaled(getattr(item, name), by)
        fields.append("-" if said == holds[name] else said)
        holds[name] = holds[name] if said == "-" else said
    return " ".join(fields)


def kept_radius_m(radius_m: float) -> float:
    """An orbit's radius as a mission keeps it: whole metres, above 255 m whole tens (ArduPilot's
    way), never larger than asked for."""
    return float(math.floor(radius_m) if radius_m < 256 else math.floor(radius_m / 10) * 10)


def _scaled(value: float | None, by: int) -> str:
    return "-" if value is None else str(round(value * by))
