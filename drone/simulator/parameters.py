"""The vehicle's parameters: ArduCopter's names, types and defaults, those with a meaning here.

Some differ from a fresh ArduCopter, set as one would before flying: FS_GCS_ENABLE, BATT_LOW_MAH and
BATT_FS_LOW_ACT are 0 there, BATT_LOW_VOLT 10.5, BATT_MONITOR 0 and BATT_CAPACITY 3300.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import NamedTuple


class ParamType(IntEnum):
    """MAV_PARAM_TYPE."""

    INT8 = 2
    INT16 = 4
    INT32 = 6
    REAL32 = 9


_RANGE = {ParamType.INT8: 2**7, ParamType.INT16: 2**15, ParamType.INT32: 2**31}


class Parameter(NamedTuple):
    kind: ParamType
    value: float


_I8, _I16, _I32, _F = ParamType.INT8, ParamType.INT16, ParamType.INT32, ParamType.REAL32

# In ArduPilot's units: cm, cm/s, seconds, mAh, as each name has it there.
DEFAULTS: dict[str, Parameter] = {
    "MAV_SYSID": Parameter(_I16, 1),
    "MAV_GCS_SYSID": Parameter(_I16, 255),
    "FRAME_CLASS": Parameter(_I8, 1),
    "SIM_SPEEDUP": Parameter(_F, 1.0),  # only a simulation has it: that it is one shows by it
    "FRAME_TYPE": Parameter(_I8, 1),
    "DISARM_DELAY": Parameter(_I8, 10),
    "FS_GCS_ENABLE": Parameter(_I8, 1),
    "FS_GCS_TIMEOUT": Parameter(_F, 5.0),
    "FS_THR_ENABLE": Parameter(_I8, 1),
    "RC_FS_TIMEOUT": Parameter(_F, 1.0),
    "FS_OPTIONS": Parameter(_I32, 16),
    "FS_EKF_ACTION": Parameter(_I8, 1),
    "FS_EKF_THRESH": Parameter(_F, 0.8),
    "BATT_MONITOR": Parameter(_I8, 4),
    "BATT_CAPACITY": Parameter(_I32, 6000),
    "BATT_LOW_MAH": Parameter(_F, 1200.0),
    "BATT_CRT_MAH": Parameter(_F, 0.0),
    "BATT_LOW_VOLT": Parameter(_F, 0.0),
    "BATT_CRT_VOLT": Parameter(_F, 0.0),
    "BATT_LOW_TIMER": Parameter(_I8, 10),
    "BATT_FS_LOW_ACT": Parameter(_I8, 2),
    "BATT_FS_CRT_ACT": Parameter(_I8, 0),
    "BATT_ARM_MAH": Parameter(_I32, 0),
    "BATT_ARM_VOLT": Parameter(_F, 0.0),
    "FENCE_ENABLE": Parameter(_I8, 0),
    "FENCE_AUTOENABLE": Parameter(_I8, 0),
    "FENCE_TYPE": Parameter(_I8, 7),
    "FENCE_ACTION": Parameter(_I8, 1),
    "FENCE_ALT_MAX": Parameter(_F, 100.0),
    "FENCE_ALT_MIN": Parameter(_F, -10.0),
    "FENCE_RADIUS": Parameter(_F, 300.0),
    "FENCE_MARGIN": Parameter(_F, 2.0),
    "FENCE_TOTAL": Parameter(_I8, 0),
    "MIS_TOTAL": Parameter(_I16, 0),
    "MIS_RESTART": Parameter(_I8, 0),
    "RALLY_TOTAL": Parameter(_I8, 0),
    "RALLY_LIMIT_KM": Parameter(_F, 0.3),
    "RALLY_INCL_HOME": Parameter(_I8, 1),
    "RTL_ALT": Parameter(_I32, 1500),
    "RTL_ALT_FINAL": Parameter(_I16, 0),
    "RTL_LOIT_TIME": Parameter(_I32, 5000),
    "RTL_SPEED": Parameter(_I16, 0),
    "LAND_SPEED": Parameter(_I16, 50),
    "LAND_SPEED_HIGH": Parameter(_I16, 0),
    "LAND_ALT_LOW": Parameter(_I16, 1000),
    "WPNAV_SPEED": Parameter(_F, 1000.0),
    "WPNAV_SPEED_UP": Parameter(_F, 250.0),
    "WPNAV_SPEED_DN": Parameter(_F, 150.0),
    "WPNAV_ACCEL": Parameter(_F, 250.0),
    "WPNAV_ACCEL_Z": Parameter(_F, 100.0),
    "WPNAV_RADIUS": Parameter(_F, 200.0),
    "WP_YAW_BEHAVIOR": Parameter(_I8, 2),
    "CIRCLE_RADIUS": Parameter(_F, 1000.0),
    "CIRCLE_RATE": Parameter(_F, 20.0),
    "CAM1_TYPE": Parameter(_I8, 0),
    "MNT1_TYPE": Parameter(_I8, 0),
    "MNT1_DEFLT_MODE": Parameter(_I8, 3),
    "MNT1_PITCH_MIN": Parameter(_I16, -90),
    "MNT1_PITCH_MAX": Parameter(_I16, 20),
    "MNT1_ROLL_MIN": Parameter(_I16, -30),
    "MNT1_ROLL_MAX": Parameter(_I16, 30),
    "MNT1_YAW_MIN": Parameter(_I16, -180),
    "MNT1_YAW_MAX": Parameter(_I16, 180),
    "MNT1_NEUTRAL_X": Parameter(_F, 0.0),
    "MNT1_NEUTRAL_Y": Parameter(_F, 0.0),
    "MNT1_NEUTRAL_Z": Parameter(_F, 0.0),
    "RELAY1_FUNCTION": Parameter(_I8, 0),
    "RELAY2_FUNCTION": Parameter(_I8, 0),
    "RELAY3_FUNCTION": Parameter(_I8, 0),
    "RELAY4_FUNCTION": Parameter(_I8, 0),
    "DID_ENABLE": Parameter(_I8, 0),
    "DID_OPTIONS": Parameter(_I16, 0),
}
READ_ONLY = frozenset({"FENCE_TOTAL", "MIS_TOTAL", "RALLY_TOTAL", "MAV_SYSID"})


class Parameters:
    """Values by name, in one fixed order. Values are rounded as their type holds them.

    Raises:
        ValueError: `changed` names a parameter that is not there, or a value its type cannot hold.
    """

    def __init__(self, changed: Mapping[str, float] | None = None) -> None:
        self._held = dict(DEFAULTS)
        self._names = list(DEFAULTS)
        for name, value in (changed or {}).items():
            if name not in self._held or not self.put(name, value):
                raise ValueError(f"The simulated autopilot has no parameter {name} of {value}.")

    def __getitem__(self, name: str) -> float:
        return self._held[name].value

    def __len__(self) -> int:
        return len(self._names)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def find(self, name: str) -> tuple[int, Parameter] | None:
        """Its index and what it is."""
        held = self._held.get(name)
        return None if held is None else (self._names.index(name), held)

    def at(self, index: int) -> str | None:
        """The name at an index."""
        return self._names[index] if 0 <= index < len(self._names) else None

    def put(self, name: str, value: float) -> bool:
        """Set a parameter that is there; False where its type cannot hold the value."""
        kind = self._held[name].kind
        if not math.isfinite(value):
            return False
        if kind is ParamType.REAL32:
            rounded: float = struct.unpack("<f", struct.pack("<f", value))[0]
        else:
            rounded = float(round(value))
            if not -_RANGE[kind] <= rounded < _RANGE[kind]:
                return False
        self._held[name] = Parameter(kind, rounded)
        return True

    def metres(self, name: str) -> float:
        """A parameter that is kept in centimetres (a second), in metres (a second)."""
        return self[name] / 100.0
