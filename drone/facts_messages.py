"""Messages that say what changes seldom of a vehicle, as MavlinkDirect gives them. Pure."""

from __future__ import annotations

import math
import struct

import msgspec

from ground_station.core.agent_vehicles import Autopilot

# MAV_PARAM_TYPE: the whole-number ones, by how struct packs them.
_WHOLE = {1: "B", 2: "b", 3: "H", 4: "h", 5: "I", 6: "i"}
_REAL32 = 9
_VERSION_KINDS = {0: "development", 64: "alpha", 128: "beta", 192: "release candidate", 255: ""}


class Beat(msgspec.Struct, frozen=True):
    """A heartbeat of any component. `type`: MAV_TYPE."""

    type: int


class ParamValue(msgspec.Struct, frozen=True):
    param_id: str
    param_value: float | None
    param_type: int


class AutopilotVersion(msgspec.Struct, frozen=True):
    flight_sw_version: int
    flight_custom_version: list[int]


class CameraInformation(msgspec.Struct, frozen=True):
    """That there is one."""


class GimbalInformation(msgspec.Struct, frozen=True):
    """GIMBAL_MANAGER_INFORMATION: that there is one."""


class GimbalSpeaks(msgspec.Struct, frozen=True):
    """A gimbal's attitude, of any generation: that there is one."""


class RemoteIdArmStatus(msgspec.Struct, frozen=True):
    """OPEN_DRONE_ID_ARM_STATUS of the vehicle's own module: whether it is fit to fly, else why
    not. `status`: 0 is fit."""

    status: int
    error: str


FactsMessage = (
    Beat
    | ParamValue
    | AutopilotVersion
    | CameraInformation
    | GimbalInformation
    | GimbalSpeaks
    | RemoteIdArmStatus
)

MESSAGES: dict[str, type[FactsMessage]] = {
    "HEARTBEAT": Beat,
    "PARAM_VALUE": ParamValue,
    "AUTOPILOT_VERSION": AutopilotVersion,
    "CAMERA_INFORMATION": CameraInformation,
    "GIMBAL_MANAGER_INFORMATION": GimbalInformation,
    "GIMBAL_DEVICE_ATTITUDE_STATUS": GimbalSpeaks,
    "MOUNT_STATUS": GimbalSpeaks,
    "MOUNT_ORIENTATION": GimbalSpeaks,
    "OPEN_DRONE_ID_ARM_STATUS": RemoteIdArmStatus,
}


def value_of(message: ParamValue, autopilot: Autopilot) -> float | None:
    """What a parameter is. ArduPilot sends each value as a float; PX4 puts a whole number's bytes
    into the float's place (MAVLink, "Parameter Protocol": C-cast and bytewise encoding).

    Returns:
        None where it cannot be read: another autopilot, another type, bytes that are no float (a
        negative whole number of PX4's comes through JSON as none), a fraction of a whole number.
    """
    value = message.param_value
    if value is None or not math.isfinite(value) or autopilot is Autopilot.OTHER:
        return None
    if message.param_type == _REAL32:
        return value
    whole = _WHOLE.get(message.param_type)
    if whole is None:
        return None
    if autopilot is Autopilot.ARDUPILOT:
        return value if value == round(value) else None
    size = struct.calcsize("<" + whole)
    try:
        held = struct.pack("<f", value)
    except OverflowError:
        return None
    return float(struct.unpack("<" + whole, held[:size])[0])


def firmware_of(message: AutopilotVersion, autopilot: Autopilot, copter: bool) -> str:
    """As a person says it: "ArduCopter 4.7.0 development (1a2b3c4d)"; "" where it is not told."""
    number = message.flight_sw_version
    if number == 0:
        return ""
    make = {
        Autopilot.ARDUPILOT: "ArduCopter" if copter else "ArduPilot",
        Autopilot.PX4: "PX4",
        Autopilot.OTHER: "Firmware",
    }[autopilot]
    kind = _VERSION_KINDS.get(number & 0xFF, f"kind {number & 0xFF}")
    words = [make, f"{number >> 24 & 0xFF}.{number >> 16 & 0xFF}.{number >> 8 & 0xFF}"]
    if kind:
        words.append(kind)
    if revision := _revision(message.flight_custom_version, autopilot):
        words.append(f"({revision})")
    return " ".join(words)


def _revision(held: list[int], autopilot: Autopilot) -> str:
    """Of its sources: ArduPilot sends letters, PX4 the bytes, last one first."""
    named = bytes(byte & 0xFF for byte in held[:8])
    if not any(named):
        return ""
    if autopilot is Autopilot.PX4:
        return named[::-1].hex()
    text = named.rstrip(b"\0").decode("ascii", "replace")
    return text if text.isascii() and text.isalnum() else ""
