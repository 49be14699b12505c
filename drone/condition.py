"""How well a vehicle and what is heard of it are: estimator, wind, radio control, radio.

Like `readings`: pure functions of messages as MavlinkDirect gives them, any thread. All of these
are a vehicle's to have or not; what one does not send is not missed."""

from __future__ import annotations

import math

import msgspec

from drone.readings import MAX_SPEED_MPS, Nonsense, SysStatus
from ground_station.core.agent_vehicles import EkfReading, WindReading

# EKF_STATUS_FLAGS and ESTIMATOR_STATUS_FLAGS agree in these (MAVLink common and ardupilotmega).
_GOOD = 1 | 2 | 4 | 16 | 32  # attitude, both velocities, place over ground, height
_CONSTANT_PLACE = 128  # it knows no place and takes the vehicle to stand still
_ARDUPILOT_BAD = _CONSTANT_PLACE | 1024 | 32768  # not begun; GPS glitching
_ESTIMATOR_BAD = _CONSTANT_PLACE | 1024 | 2048  # GPS glitch; accelerometer error
_MAX_RATIO = 1e6
_RC_RECEIVER = 65536  # MAV_SYS_STATUS_SENSOR_RC_RECEIVER
_UNKNOWN_STRENGTH, _FULL_STRENGTH = 255, 254


class EkfStatusReport(msgspec.Struct, frozen=True):
    """ArduPilot's. What it calls variances are innovations over their gates, as in the other."""

    flags: int
    velocity_variance: float | None
    pos_horiz_variance: float | None
    pos_vert_variance: float | None
    compass_variance: float | None


class EstimatorStatus(msgspec.Struct, frozen=True):
    """PX4's."""

    flags: int
    vel_ratio: float | None
    pos_horiz_ratio: float | None
    pos_vert_ratio: float | None
    mag_ratio: float | None


class Wind(msgspec.Struct, frozen=True):
    """ArduPilot's. `direction`: where it comes from, degrees."""

    direction: float | None
    speed: float | None


class WindCov(msgspec.Struct, frozen=True):
    """PX4's: how the air moves, to the north and to the east."""

    wind_x: float | None
    wind_y: float | None


class RcChannels(msgspec.Struct, frozen=True):
    chancount: int
    rssi: int


class RadioStatus(msgspec.Struct, frozen=True):
    """Of a telemetry radio: `rssi` as the one that sends this hears the other, `remrssi` as the
    other hears it."""

    rssi: int
    remrssi: int


Condition = EkfStatusReport | EstimatorStatus | Wind | WindCov | RcChannels | RadioStatus

MESSAGES: dict[str, type[Condition]] = {
    "EKF_STATUS_REPORT": EkfStatusReport,
    "ESTIMATOR_STATUS": EstimatorStatus,
    "WIND": Wind,
    "WIND_COV": WindCov,
    "RC_CHANNELS": RcChannels,
    "RADIO_STATUS": RadioStatus,
}


def _ratio(value: float | None) -> float | None:
    if value is not None and not 0 <= value <= _MAX_RATIO:
        raise Nonsense(f"says an innovation that cannot be ({value:g})")
    return value


def ekf_of(message: EkfStatusReport | EstimatorStatus) -> EkfReading:
    if isinstance(message, EkfStatusReport):
        bad = _ARDUPILOT_BAD
        ratios = (
            message.velocity_variance,
            message.pos_horiz_variance,
            message.pos_vert_variance,
            message.compass_variance,
        )
    else:
        bad = _ESTIMATOR_BAD
        ratios = (
            message.vel_ratio,
            message.pos_horiz_ratio,
            message.pos_vert_ratio,
            message.mag_ratio,
        )
    ok = message.flags & _GOOD == _GOOD and not message.flags & bad
    return EkfReading(0, ok, *(_ratio(ratio) for ratio in ratios))


def wind_of(message: Wind | WindCov) -> WindReading | None:
    """None where the estimator says that it knows none."""
    if isinstance(message, Wind):
        speed, come_from = message.speed, message.direction
    else:
        north, east = message.wind_x, message.wind_y
        if north is None or east is None:
            return None
        speed, come_from = math.hypot(north, east), math.degrees(math.atan2(-east, -north))
    if speed is None or come_from is None:
        return None
    if not (0 <= speed <= MAX_SPEED_MPS and abs(come_from) <= 720):
        raise Nonsense(f"says a wind that cannot be ({speed:g} m/s from {come_from:g} degrees)")
    return WindReading(0, speed, come_from % 360 % 360)


def _strength(value: int) -> float | None:
    """A share of its scale: 254 is full, 255 is not known."""
    if value == _UNKNOWN_STRENGTH:
        return None
    if not 0 <= value <= _FULL_STRENGTH:
        raise Nonsense(f"says a signal strength that cannot be ({value})")
    return value / _FULL_STRENGTH


def rc_of(message: RcChannels) -> float | None:
    """None where there is no remote control, or its strength is not told."""
    return None if message.chancount == 0 else _strength(message.rssi)


def rc_lost_of(message: SysStatus) -> bool | None:
    """None where the vehicle has no receiver, or does not use it."""
    used = message.onboard_control_sensors_present & message.onboard_control_sensors_enabled
    if not used & _RC_RECEIVER:
        return None
    return not message.onboard_control_sensors_health & _RC_RECEIVER


def telemetry_of(message: RadioStatus) -> float | None:
    """Of the weaker way: a link is as good as that."""
    known = [s for s in (_strength(message.rssi), _strength(message.remrssi)) if s is not None]
    return min(known, default=None)
