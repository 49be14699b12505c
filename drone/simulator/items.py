"""Mission, fence and rally items as the autopilot keeps them, and what it takes. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import IntEnum

MOST_ITEMS = 724


class Cmd(IntEnum):
    """MAV_CMDs that the simulator knows, in missions or as commands."""

    WAYPOINT = 16
    LOITER_UNLIMITED = 17
    LOITER_TURNS = 18
    LOITER_TIME = 19
    RETURN_TO_LAUNCH = 20
    LAND = 21
    TAKEOFF = 22
    SPLINE_WAYPOINT = 82
    DELAY = 93
    CONDITION_DELAY = 112
    CONDITION_DISTANCE = 114
    CONDITION_YAW = 115
    SET_MODE = 176
    JUMP = 177
    CHANGE_SPEED = 178
    SET_HOME = 179
    SET_RELAY = 181
    SET_SERVO = 183
    LAND_START = 189
    REPOSITION = 192
    SET_ROI_LOCATION = 195
    SET_ROI_NONE = 197
    SET_ROI = 201
    DIGICAM_CONTROL = 203
    MOUNT_CONFIGURE = 204
    MOUNT_CONTROL = 205
    SET_CAM_TRIGG_DIST = 206
    FENCE_ENABLE = 207
    SET_MISSION_CURRENT = 224
    PREFLIGHT_REBOOT = 246
    MISSION_START = 300
    ARM_DISARM = 400
    SET_MESSAGE_INTERVAL = 511
    REQUEST_MESSAGE = 512
    REQUEST_PROTOCOL_VERSION = 519
    REQUEST_CAPABILITIES = 520
    SET_CAMERA_ZOOM = 531
    GIMBAL_MANAGER_PITCHYAW = 1000
    GIMBAL_MANAGER_CONFIGURE = 1001
    IMAGE_START_CAPTURE = 2000
    IMAGE_STOP_CAPTURE = 2001
    VIDEO_START_CAPTURE = 2500
    VIDEO_STOP_CAPTURE = 2501
    FENCE_RETURN_POINT = 5000
    FENCE_POLYGON_INCLUSION = 5001
    FENCE_POLYGON_EXCLUSION = 5002
    FENCE_CIRCLE_INCLUSION = 5003
    FENCE_CIRCLE_EXCLUSION = 5004
    RALLY_POINT = 5100


NAVIGATION = frozenset(
    {
        Cmd.WAYPOINT,
        Cmd.LOITER_UNLIMITED,
        Cmd.LOITER_TURNS,
        Cmd.LOITER_TIME,
        Cmd.RETURN_TO_LAUNCH,
        Cmd.LAND,
        Cmd.TAKEOFF,
        Cmd.SPLINE_WAYPOINT,
        Cmd.DELAY,
    }
)
PAYLOAD = frozenset(
    {
        Cmd.SET_RELAY,
        Cmd.SET_SERVO,
        Cmd.SET_ROI_LOCATION,
        Cmd.SET_ROI_NONE,
        Cmd.SET_ROI,
        Cmd.DIGICAM_CONTROL,
        Cmd.MOUNT_CONTROL,
        Cmd.SET_CAM_TRIGG_DIST,
        Cmd.SET_CAMERA_ZOOM,
        Cmd.GIMBAL_MANAGER_PITCHYAW,
        Cmd.IMAGE_START_CAPTURE,
        Cmd.IMAGE_STOP_CAPTURE,
        Cmd.VIDEO_START_CAPTURE,
        Cmd.VIDEO_STOP_CAPTURE,
    }
)
_IN_MISSIONS = (
    NAVIGATION
    | PAYLOAD
    | {
        Cmd.CONDITION_DELAY,
        Cmd.CONDITION_DISTANCE,
        Cmd.CONDITION_YAW,
        Cmd.JUMP,
        Cmd.CHANGE_SPEED,
        Cmd.SET_HOME,
        Cmd.FENCE_ENABLE,
        Cmd.LAND_START,
    }
)
_IN_FENCES = frozenset(
    {
        Cmd.FENCE_RETURN_POINT,
        Cmd.FENCE_POLYGON_INCLUSION,
        Cmd.FENCE_POLYGON_EXCLUSION,
        Cmd.FENCE_CIRCLE_INCLUSION,
        Cmd.FENCE_CIRCLE_EXCLUSION,
    }
)
_MAY_BE_TURNED_FREELY = frozenset({Cmd.WAYPOINT, Cmd.LAND, Cmd.TAKEOFF})  # param4 may be NaN


class ItemKind(IntEnum):
    """MAV_MISSION_TYPE."""

    MISSION = 0
    FENCE = 1
    RALLY = 2


class MissionResult(IntEnum):
    """MAV_MISSION_RESULT."""

    ACCEPTED = 0
    ERROR = 1
    UNSUPPORTED_FRAME = 2
    UNSUPPORTED = 3
    NO_SPACE = 4
    INVALID_PARAM1 = 6
    INVALID_PARAM2 = 7
    INVALID_PARAM3 = 8
    INVALID_PARAM4 = 9
    INVALID_PARAM5 = 10
    INVALID_PARAM6 = 11
    INVALID_PARAM7 = 12
    INVALID_SEQUENCE = 13
    DENIED = 14
    CANCELLED = 15


class Frame(IntEnum):
    """MAV_FRAME."""

    AMSL = 0
    MISSION = 2
    RELATIVE = 3
    AMSL_INT = 5
    RELATIVE_INT = 6


_STORED_FRAME = {
    Frame.AMSL: Frame.AMSL,
    Frame.AMSL_INT: Frame.AMSL,
    Frame.MISSION: Frame.AMSL,
    Frame.RELATIVE: Frame.RELATIVE,
    Frame.RELATIVE_INT: Frame.RELATIVE,
}


@dataclass(frozen=True, slots=True)
class Item:
    """One item as it was uploaded. x, y: degrees * 1e7; z: metres, above what `frame` says."""

    command: int
    frame: int = Frame.RELATIVE
    params: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    x: int = 0
    y: int = 0
    z: float = 0.0
    autocontinue: int = 1

    @property
    def lat(self) -> float:
        return self.x * 1e-7

    @property
    def lon(self) -> float:
        return self.y * 1e-7

    @property
    def has_place(self) -> bool:
        """ArduPilot reads 0, 0 as "where it is"."""
        return (self.x, self.y) != (0, 0)

    @property
    def stored_frame(self) -> int:
        """ArduPilot keeps only these and gives them back: 6 comes back as 3, 5 and 2 as 0."""
        return _STORED_FRAME[Frame(self.frame)]


def kept(item: Item) -> Item:
    """What ArduPilot stores of an item: heights in whole centimetres, a waypoint's hold in whole
    seconds; of turns, their radius in whole metres, over 255 in tens."""
    first, second, third, fourth = item.params
    if item.command == Cmd.WAYPOINT:
        first = float(max(0, min(65535, int(first))))
    if item.command == Cmd.LOITER_TURNS:
        first = max(0.0, min(255.0, first))
        size = min(2550.0, abs(third))
        third = math.copysign(float(int(size) if size <= 255 else int(size / 10) * 10), third)
    return replace(item, params=(first, second, third, fourth), z=round(item.z * 100) / 100)


def why_refused(kind: ItemKind, item: Item) -> MissionResult:
    """ACCEPTED, or what the autopilot answers to such an item."""
    allowed = {ItemKind.MISSION: _IN_MISSIONS, ItemKind.FENCE: _IN_FENCES}.get(
        kind, frozenset({Cmd.RALLY_POINT})
    )
    if item.command not in allowed:
        return MissionResult.UNSUPPORTED
    if item.frame not in _STORED_FRAME:
        return MissionResult.UNSUPPORTED_FRAME
    turned_freely = kind is ItemKind.MISSION and item.command in _MAY_BE_TURNED_FREELY
    for index, value in enumerate(item.params):
        turn = index == 3 and turned_freely and math.isnan(value)
        if not math.isfinite(value) and not turn:
            return MissionResult(MissionResult.INVALID_PARAM1 + index)
    return _why_place_refused(item)


def _why_place_refused(item: Item) -> MissionResult:
    if item.frame != Frame.MISSION and abs(item.x) > 900_000_000:
        return MissionResult.INVALID_PARAM5
    if item.frame != Frame.MISSION and abs(item.y) > 1_800_000_000:
        return MissionResult.INVALID_PARAM6
    return MissionResult.ACCEPTED if math.isfinite(item.z) else MissionResult.INVALID_PARAM7
