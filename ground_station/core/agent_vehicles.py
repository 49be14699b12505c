"""What drone agents and the station say to each other of vehicles: telemetry, poses, actions.

Every group of telemetry carries its own age, because an autopilot sends each at its own rate and
its last value outlives it. Places are WGS 84 degrees; heights say what they are above; angles are
degrees, headings clockwise from true north, pitch up positive; speeds are metres a second in a
north-east-down frame. A value the autopilot did not give is None, never NaN.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from ground_station.core.agent_actions import URGENT, Action, AltitudeAmsl, HeightM, MissionDigest
from ground_station.core.agent_wire import Finite, Latitude, Longitude, Message, MessageId

MAX_VEHICLES = 50  # of one agent
TELEMETRY_INTERVAL_S = 0.1
VEHICLE_LOST_AFTER_S = 3.0  # without a heartbeat of its autopilot

SystemId = Annotated[int, msgspec.Meta(ge=1, le=255)]
AgeMs = Annotated[int, msgspec.Meta(ge=0, le=10**9)]
Fraction = Annotated[float, msgspec.Meta(ge=0, le=1)]
_Line = Annotated[str, msgspec.Meta(max_length=300)]


class Autopilot(StrEnum):
    ARDUPILOT = "ardupilot"
    PX4 = "px4"
    OTHER = "other"


class FlightMode(StrEnum):
    """What the autopilot is doing, as MAVSDK names it; ArduPilot's GUIDED is OFFBOARD there and
    GUIDED here, its AUTO is MISSION, BRAKE and LOITER are HOLD."""

    UNKNOWN = "unknown"
    READY = "ready"
    TAKEOFF = "takeoff"
    HOLD = "hold"
    GUIDED = "guided"
    MISSION = "mission"
    RETURN = "return"
    LAND = "land"
    FOLLOW = "follow"
    MANUAL = "manual"
    ALTITUDE = "altitude"
    POSITION = "position"
    ACRO = "acro"
    STABILISED = "stabilised"


class LandedState(StrEnum):
    UNKNOWN = "unknown"
    ON_GROUND = "on_ground"
    TAKING_OFF = "taking_off"
    IN_AIR = "in_air"
    LANDING = "landing"


class VehicleLinkState(StrEnum):
    """Between the agent and the autopilot. Whether the agent itself is there is the station's to
    know."""

    NEVER = "never"  # nothing was ever heard
    CONNECTED = "connected"
    LOST = "lost"  # no heartbeat for VEHICLE_LOST_AFTER_S


# --- telemetry: agent -> station -----------------------------------------------------------------


class _Group(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """`age_ms`: since the autopilot's message was heard, when this was sent."""

    age_ms: AgeMs


class PositionReading(_Group, frozen=True, array_like=True):
    """`height_home_m`: above the home position, as the autopilot says; not above ground."""

    lat: Latitude
    lon: Longitude
    alt_amsl_m: AltitudeAmsl
    height_home_m: HeightM | None = None


class VelocityReading(_Group, frozen=True, array_like=True):
    north_mps: Finite
    east_mps: Finite
    down_mps: Finite


class AttitudeReading(_Group, frozen=True, array_like=True):
    """`heading_deg`: of the nose, 0-360 from true north."""

    roll_deg: Finite
    pitch_deg: Finite
    heading_deg: Finite


class BatteryReading(_Group, frozen=True, array_like=True):
    remaining: Fraction | None = None  # 0-1
    voltage_v: Finite | None = None
    current_a: Finite | None = None
    minutes_left: Finite | None = None  # estimated from what was drawn lately


class GpsReading(_Group, frozen=True, array_like=True):
    """`fix`: no_gps, no_fix, 2d, 3d, dgps, rtk_float, rtk_fixed."""

    fix: Annotated[str, msgspec.Meta(max_length=16)]
    satellites: int
    hdop: Finite | None = None
    horizontal_accuracy_m: Finite | None = None
    vertical_accuracy_m: Finite | None = None


class HealthReading(_Group, frozen=True, array_like=True):
    armable: bool
    global_position_ok: bool
    home_position_ok: bool


class EkfReading(_Group, frozen=True, array_like=True):
    """The autopilot's own estimator. The ratios are innovations over their gates: below 0.5 well,
    from 1 on it rejects what it measures. None: not said.

    `ok`: attitude, velocity and place are all good, as its flags say.
    """

    ok: bool
    velocity_ratio: Finite | None = None
    horizontal_ratio: Finite | None = None
    vertical_ratio: Finite | None = None
    compass_ratio: Finite | None = None


class WindReading(_Group, frozen=True, array_like=True):
    """As the autopilot estimates it; `from_deg`: where it blows from, true north."""

    speed_mps: Finite
    from_deg: Finite


class RadioReading(_Group, frozen=True, array_like=True):
    """How well things are heard.

    Attributes:
        rc: of the pilot's remote control as the vehicle hears it, 0-1. rc_lost: it says so.
        telemetry: of the telemetry radio, 0-1 of its scale, the weaker way, where a radio tells.
        received: share of the vehicle's messages of late that arrived here, by the rate that they
            were asked for at and the times that the vehicle says it made them.
    """

    rc: Fraction | None = None
    rc_lost: bool | None = None
    telemetry: Fraction | None = None
    received: Fraction | None = None


class GimbalReading(_Group, frozen=True, array_like=True):
    """Where the camera's mount points: pitch up positive, `yaw_deg` from true north."""

    pitch_deg: Finite
    roll_deg: Finite
    yaw_deg: Finite


class FlightReading(_Group, frozen=True, array_like=True):
    """Of the heartbeat; `landed` of its own message, so it may be older."""

    armed: bool
    mode: FlightMode
    landed: LandedState


class HomeReading(_Group, frozen=True, array_like=True):
    lat: Latitude
    lon: Longitude
    alt_amsl_m: AltitudeAmsl


class MissionReading(_Group, frozen=True, array_like=True):
    """Items counted from 1, without the home placeholder; 0 of 0 = the vehicle holds none.

    `digest`: `mission_digest` of the upload that the agent read back and found the same, as long
    as nothing speaks for another one on board; "" where the agent does not know whose it is.
    """

    current: int
    total: int
    digest: MissionDigest = ""


class StatusLine(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A sentence of the autopilot's own (STATUSTEXT): its reason for a refusal stands there."""

    age_ms: AgeMs
    severity: Annotated[str, msgspec.Meta(max_length=16)]  # MAVLink's: emergency ... debug
    text: _Line


class VehicleReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One vehicle as its agent knows it now.

    Attributes:
        system_id: MAVLink's; the vehicle's name within its agent.
        heartbeat_age_ms: since the autopilot's last heartbeat; None: there was none.
        problems: sentences a person can read: two vehicles with one system id, refused rates,
            positions that are no numbers ...
        source_key: of the agent's source that this vehicle's camera is.
        rebooted: counts the autopilot's restarts that the agent noticed.
    """

    system_id: SystemId
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    link: VehicleLinkState
    autopilot: Autopilot = Autopilot.OTHER
    airframe: Annotated[str, msgspec.Meta(max_length=40)] = ""  # "quadrotor", ...
    simulated: bool = False
    heartbeat_age_ms: AgeMs | None = None
    flight: FlightReading | None = None
    position: PositionReading | None = None
    velocity: VelocityReading | None = None
    attitude: AttitudeReading | None = None
    battery: BatteryReading | None = None
    gps: GpsReading | None = None
    health: HealthReading | None = None
    home: HomeReading | None = None
    ekf: EkfReading | None = None
    wind: WindReading | None = None
    radio: RadioReading | None = None
    gimbal: GimbalReading | None = None
    mission: MissionReading | None = None
    status_lines: Annotated[list[StatusLine], msgspec.Meta(max_length=8)] = []  # newest first
    problems: Annotated[list[_Line], msgspec.Meta(max_length=8)] = []
    source_key: Annotated[str, msgspec.Meta(max_length=80)] | None = None
    rebooted: int = 0


class AgentInstant(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """An instant that one agent's process named. Only that process can tell how long ago it was:
    nobody compares two machines' clocks, and setting one anew changes nothing.

    Attributes:
        run: of the process: made anew at each start.
        ms: on a clock of its machine that only goes forward, also while it sleeps.
    """

    run: MessageId
    ms: Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class Telemetry(Message, frozen=True):
    """All vehicles of an agent, ten times a second: the newest replaces the one before.

    `at`: when this was made. A command says by it until when it may be begun (`Fly.not_after`).
    """

    vehicles: Annotated[list[VehicleReport], msgspec.Meta(max_length=MAX_VEHICLES)]
    at: AgentInstant | None = None


class CameraPose(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Where a moving camera was, which way it looked and through what lens, at one instant.

    Attributes:
        alt_amsl_m: of the camera. ground_amsl_m: of the ground under it, as the agent assumes it
            (the terrain it knows, else its home's height).
        yaw_deg: of the optical axis, clockwise from true north; for a camera that looks straight
            down: of the picture's upper edge. pitch_deg: -90 looks straight down, 0 at the
            horizon. roll_deg: clockwise as the camera sees it.
        hfov_deg: the horizontal field of view of the whole picture.
    """

    lat: Latitude
    lon: Longitude
    alt_amsl_m: AltitudeAmsl
    ground_amsl_m: AltitudeAmsl
    yaw_deg: Finite
    pitch_deg: Finite
    roll_deg: Finite
    hfov_deg: Annotated[float, msgspec.Meta(gt=0, lt=180)]


# --- commands: station -> agent ------------------------------------------------------------------


class Turn(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Where a command stands among the station's words on one vehicle.

    Attributes:
        station: of the station's process: made anew at each start.
        number: higher each time that the vehicle is told to hold, return or land, or its control
            changes. Whatever else has a lower one than was seen of the vehicle before is void.
    """

    station: MessageId
    number: Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class Fly(Message, frozen=True):
    """To a drone agent: have one vehicle do this. Reply: `Flown` once the autopilot has
    acknowledged it, `Refused` with the autopilot's own words where it did not.

    Attributes:
        command_id: made once by the station; an agent answers a repeated one as it did before and
            does nothing.
        by: who gave it, for the agent's log.
        turn: see `Turn`. not_after: it is not begun later than this. Both are for `URGENT` ones of
            no account; every other command needs them.
    """

    command_id: MessageId
    system_id: SystemId
    action: Action
    by: Annotated[str, msgspec.Meta(max_length=200)]
    turn: Turn | None = None
    not_after: AgentInstant | None = None


class Supersede(Message, frozen=True):
    """Station -> drone agent, not answered: control of this vehicle changed. Nothing with a lower
    turn moves it any more."""

    system_id: SystemId
    turn: Turn


class Flown(Message, frozen=True):
    """The autopilot acknowledged it. `note`: what it or the agent had to say."""

    note: _Line = ""


def is_urgent(command: object) -> bool:
    """Whether a command brings a vehicle to safety, and so waits for nothing else."""
    return isinstance(command, Fly) and isinstance(command.action, URGENT)
