"""What an autopilot's messages say, as telemetry groups: checked, converted, nothing guessed.

The messages come as JSON (MavlinkDirect): a NaN or infinity arrives as null. Each function gives a
group with age 0, None where the autopilot says that it does not know, or raises `Nonsense` with a
sentence for a value that cannot be. Pure; any thread."""

from __future__ import annotations

import math

import msgspec

from ground_station.core.agent_vehicles import (
    AttitudeReading,
    Autopilot,
    BatteryReading,
    FlightMode,
    GpsReading,
    HomeReading,
    LandedState,
    PositionReading,
    VelocityReading,
)

_UNKNOWN_U16 = 0xFFFF
UNKNOWN_TOTAL = _UNKNOWN_U16  # of MISSION_CURRENT
MISSION_CAME = "Flight plan received"  # how ArduPilot's sentence for it begins
MAX_SPEED_MPS = 200.0  # of anything that an agent of ours may fly
ARMED_BIT = 128  # of base_mode
_UNKNOWN_DOP = 9999  # ArduPilot's, where it has no fix; MAVLink's own is 65535
_WORST_ACCURACY_MM = 10**8


class Nonsense(ValueError):
    """A message holds a value that cannot be; the text says which, for a person."""


class Heartbeat(msgspec.Struct, frozen=True):
    type: int
    autopilot: int
    base_mode: int
    custom_mode: int


class GlobalPositionInt(msgspec.Struct, frozen=True):
    time_boot_ms: int
    lat: int
    lon: int
    alt: int
    relative_alt: int
    vx: int
    vy: int
    vz: int


class Attitude(msgspec.Struct, frozen=True):
    time_boot_ms: int
    roll: float | None
    pitch: float | None
    yaw: float | None


class SysStatus(msgspec.Struct, frozen=True):
    """The `onboard_control_sensors` are sets of MAV_SYS_STATUS_SENSOR bits."""

    voltage_battery: int
    current_battery: int
    battery_remaining: int
    onboard_control_sensors_present: int = 0
    onboard_control_sensors_enabled: int = 0
    onboard_control_sensors_health: int = 0


class BatteryStatus(msgspec.Struct, frozen=True):
    id: int
    voltages: list[int]
    current_battery: int
    battery_remaining: int


class GpsRawInt(msgspec.Struct, frozen=True):
    """`eph`: hundredths of HDOP. `h_acc`, `v_acc`: millimetres, 0 where they are not told."""

    fix_type: int
    satellites_visible: int
    eph: int = _UNKNOWN_U16
    h_acc: int = 0
    v_acc: int = 0


class ExtendedSysState(msgspec.Struct, frozen=True):
    landed_state: int


class HomePosition(msgspec.Struct, frozen=True):
    latitude: int
    longitude: int
    altitude: int


class MissionCurrent(msgspec.Struct, frozen=True):
    """`total`: without home; ArduPilot before 4.4 does not give it. `mission_id`: changes with the
    mission on board, 0 where the autopilot gives none. `mission_state`: MISSION_STATE, 0 where it
    gives none."""

    seq: int
    total: int = _UNKNOWN_U16
    mission_id: int = 0
    mission_state: int = 0


class MissionAck(msgspec.Struct, frozen=True):
    """The end of a transfer, whoever asked for it. `mission_type`: 0 a mission, 1 a fence."""

    type: int
    mission_type: int = 0


class StatusText(msgspec.Struct, frozen=True):
    severity: int
    text: str
    id: int = 0
    chunk_seq: int = 0


Heard = (
    Heartbeat
    | GlobalPositionInt
    | Attitude
    | SysStatus
    | BatteryStatus
    | GpsRawInt
    | ExtendedSysState
    | HomePosition
    | MissionCurrent
    | MissionAck
    | StatusText
)

MESSAGES: dict[str, type[Heard]] = {
    "HEARTBEAT": Heartbeat,
    "GLOBAL_POSITION_INT": GlobalPositionInt,
    "ATTITUDE": Attitude,
    "SYS_STATUS": SysStatus,
    "BATTERY_STATUS": BatteryStatus,
    "GPS_RAW_INT": GpsRawInt,
    "EXTENDED_SYS_STATE": ExtendedSysState,
    "HOME_POSITION": HomePosition,
    "MISSION_CURRENT": MissionCurrent,
    "MISSION_ACK": MissionAck,
    "STATUSTEXT": StatusText,
}

SEVERITIES = ("emergency", "alert", "critical", "error", "warning", "notice", "info", "debug")

_AIRFRAMES = {
    1: "fixed wing",
    2: "quadrotor",
    3: "coaxial",
    4: "helicopter",
    10: "rover",
    11: "boat",
    12: "submarine",
    13: "hexarotor",
    14: "octorotor",
    15: "tricopter",
    29: "dodecarotor",
    35: "decarotor",
}
COPTER_TYPES = frozenset({2, 3, 4, 13, 14, 15, 29, 35})
_VTOL_TYPES = range(19, 26)
INVALID_AUTOPILOT = 8  # MAV_AUTOPILOT_INVALID: a component that is none

# ArduCopter's custom_mode.
_COPTER_MODES = {
    0: FlightMode.STABILISED,
    1: FlightMode.ACRO,
    2: FlightMode.ALTITUDE,
    3: FlightMode.MISSION,
    4: FlightMode.GUIDED,
    5: FlightMode.HOLD,
    6: FlightMode.RETURN,
    9: FlightMode.LAND,
    16: FlightMode.POSITION,
    17: FlightMode.HOLD,
    20: FlightMode.GUIDED,
    21: FlightMode.RETURN,
    23: FlightMode.FOLLOW,
    27: FlightMode.RETURN,
}
# PX4's custom_mode: the main mode in bits 16-23, AUTO's sub-mode in bits 24-31.
_PX4_MAIN = {
    1: FlightMode.MANUAL,
    2: FlightMode.ALTITUDE,
    3: FlightMode.POSITION,
    5: FlightMode.ACRO,
    6: FlightMode.GUIDED,
    7: FlightMode.STABILISED,
}
_PX4_AUTO = {
    1: FlightMode.READY,
    2: FlightMode.TAKEOFF,
    3: FlightMode.HOLD,
    4: FlightMode.MISSION,
    5: FlightMode.RETURN,
    6: FlightMode.LAND,
    8: FlightMode.FOLLOW,
    9: FlightMode.LAND,
}
_LANDED = {
    1: LandedState.ON_GROUND,
    2: LandedState.IN_AIR,
    3: LandedState.TAKING_OFF,
    4: LandedState.LANDING,
}
_FIXES = ("no_gps", "no_fix", "2d", "3d", "dgps", "rtk_float", "rtk_fixed")


def autopilot_of(beat: Heartbeat) -> Autopilot:
    return {3: Autopilot.ARDUPILOT, 12: Autopilot.PX4}.get(beat.autopilot, Autopilot.OTHER)


def airframe_of(beat: Heartbeat) -> str:
    if beat.type in _VTOL_TYPES:
        return "VTOL"
    return _AIRFRAMES.get(beat.type, "")


def is_copter(beat: Heartbeat) -> bool:
    return beat.type in COPTER_TYPES


def is_armed(beat: Heartbeat) -> bool:
    return bool(beat.base_mode & ARMED_BIT)


def mode_of(beat: Heartbeat) -> FlightMode:
    """UNKNOWN for ArduPilot's aeroplanes, rovers and so on: their numbers mean other things."""
    if beat.autopilot == 3 and is_copter(beat):
        return _COPTER_MODES.get(beat.custom_mode, FlightMode.UNKNOWN)
    if beat.autopilot == 12:
        main, sub = (beat.custom_mode >> 16) & 0xFF, (beat.custom_mode >> 24) & 0xFF
        if main == 4:
            return _PX4_AUTO.get(sub, FlightMode.UNKNOWN)
        return _PX4_MAIN.get(main, FlightMode.UNKNOWN)
    return FlightMode.UNKNOWN


def landed_of(state: ExtendedSysState) -> LandedState:
    return _LANDED.get(state.landed_state, LandedState.UNKNOWN)


def _place(lat: int, lon: int, what: str) -> tuple[float, float] | None:
    """Degrees from 1e-7 degrees; None where both are 0, as autopilots say before they know."""
    if lat == 0 and lon == 0:
        return None
    if not (-90 * 10**7 <= lat <= 90 * 10**7 and -180 * 10**7 <= lon <= 180 * 10**7):
        raise Nonsense(f"says a {what} that is no place on earth ({lat * 1e-7:g}, {lon * 1e-7:g})")
    return lat / 1e7, lon / 1e7


def _altitude_m(millimetres: int, what: str) -> float:
    metres = millimetres / 1000
    if not -500 <= metres <= 10_000:
        raise Nonsense(f"says a height of its {what} that cannot be ({metres:g} m)")
    return metres


def position_of(message: GlobalPositionInt) -> PositionReading | None:
    place = _place(message.lat, message.lon, "position")
    if place is None:
        return None
    height_m = message.relative_alt / 1000
    if not -1_000 <= height_m <= 10_000:
        raise Nonsense(f"says a height above home that cannot be ({height_m:g} m)")
    altitude_m = _altitude_m(message.alt, "position")
    return PositionReading(0, place[0], place[1], altitude_m, height_m)


def velocity_of(message: GlobalPositionInt) -> VelocityReading:
    parts = message.vx / 100, message.vy / 100, message.vz / 100
    if math.hypot(*parts) > MAX_SPEED_MPS:
        raise Nonsense(f"says a speed that cannot be ({math.hypot(*parts):.0f} m/s)")
    return VelocityReading(0, *parts)


def attitude_of(message: Attitude) -> AttitudeReading:
    angles = [message.roll, message.pitch, message.yaw]
    turned = [angle for angle in angles if angle is not None and abs(angle) <= 2 * math.pi]
    if len(turned) != len(angles):
        raise Nonsense("says an attitude that is no number or no angle")
    roll, pitch, yaw = (math.degrees(angle) for angle in turned)
    # Twice: a tiny negative angle gives 360 itself the first time.
    return AttitudeReading(0, roll, pitch, yaw % 360 % 360)


def battery_of(message: SysStatus | BatteryStatus) -> BatteryReading | None:
    """None for a battery other than the first, and where nothing at all is known of it."""
    if isinstance(message, BatteryStatus):
        if message.id != 0:
            return None
        cells = [cell for cell in message.voltages if cell not in (0, _UNKNOWN_U16)]
        millivolts = sum(cells) if cells else None
    else:
        volts = message.voltage_battery
        millivolts = None if volts in (0, _UNKNOWN_U16) else volts
    remaining = None if message.battery_remaining == -1 else message.battery_remaining / 100
    if remaining is not None and not 0 <= remaining <= 1:
        raise Nonsense(f"says a battery of {message.battery_remaining} %")
    current = None if message.current_battery == -1 else message.current_battery / 100
    if remaining is None and millivolts is None and current is None:
        return None
    return BatteryReading(0, remaining, None if millivolts is None else millivolts / 1000, current)


def gps_of(message: GpsRawInt) -> GpsReading:
    if not 0 <= message.fix_type < len(_FIXES):
        raise Nonsense(f"says a GPS fix of a kind that there is not ({message.fix_type})")
    satellites = message.satellites_visible
    return GpsReading(
        0,
        _FIXES[message.fix_type],
        0 if satellites == 255 else satellites,
        message.eph / 100 if 0 <= message.eph < _UNKNOWN_DOP else None,
        _accuracy_m(message.h_acc),
        _accuracy_m(message.v_acc),
    )


def _accuracy_m(millimetres: int) -> float | None:
    return millimetres / 1000 if 0 < millimetres <= _WORST_ACCURACY_MM else None


def home_of(message: HomePosition) -> HomeReading | None:
    place = _place(message.latitude, message.longitude, "home")
    if place is None:
        return None
    return HomeReading(0, place[0], place[1], _altitude_m(message.altitude, "home"))
