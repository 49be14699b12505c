"""Missions from our wire's waypoints into MAVLink's items, with each autopilot's habits; and what
counts as the same. Pure. The way back: `drone.mission_reading`.

ArduPilot keeps home as item 0, so a first waypoint sent as 0 disappears without a word; it gives
frames back as 3 and 0 where 6 and 2 were sent, heights in whole centimetres, a hold in whole
seconds and an orbit's radius in whole metres. PX4 has no home item.

Of each waypoint, in this order: its speed, the place, then what is done there (the camera's pitch,
the nose, the time to stay, photos), which an autopilot does as it reaches it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from drone.mavsdk_commands import Cmd
from ground_station.core.agent_actions import (
    HeightDatum,
    UploadMission,
    WireMissionItem,
    kept_radius_m,
)
from ground_station.core.errors import Unprocessable

ABSOLUTE, MISSION, RELATIVE, ABSOLUTE_INT, RELATIVE_INT = 0, 2, 3, 5, 6
SAME_FRAME = {RELATIVE_INT: RELATIVE, MISSION: ABSOLUTE, ABSOLUTE_INT: ABSOLUTE}
LOWEST_TAKEOFF_M = 2.0
MOUNT_BY_ANGLE = 2.0  # MAV_MOUNT_MODE_MAVLINK_TARGETING
ROLL_AND_PITCH_LOCK = 4 + 8  # of GIMBAL_MANAGER_FLAGS: against the horizon
HEIGHT_OFF_M = 0.02
PLACE_OFF = 1  # 1e-7 degrees
_VALUE_OFF = 0.01
_GROUND_SPEED = 1.0
_UNCHANGED = -1.0
# Which of an item's four parameters mean something, by command.
_PARAMS = {
    Cmd.WAYPOINT: (0,),
    Cmd.LOITER_TURNS: (0, 2),
    Cmd.DELAY: (0,),
    Cmd.CONDITION_YAW: (0, 3),
    Cmd.CHANGE_SPEED: (0, 1),
    Cmd.MOUNT_CONTROL: (0,),
    Cmd.GIMBAL_PITCHYAW: (0,),
    Cmd.CAMERA_DISTANCE: (0,),
}
# These two are places that count as waypoints.
WAYPOINTS = (Cmd.WAYPOINT, Cmd.LOITER_TURNS)
_PLACED = (*WAYPOINTS, Cmd.LAND)
Home = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class RawItem:
    """MISSION_ITEM_INT. `x`, `y`: 1e-7 degrees, or what the command has in their place."""

    seq: int
    frame: int
    command: int
    params: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    x: int = 0
    y: int = 0
    z: float = 0.0
    current: int = 0


def raw_items(mission: UploadMission, *, home: Home, home_first: bool) -> list[RawItem]:
    """Of at least one waypoint.

    Args:
        home: lat, lon, metres above the sea. home_first: the autopilot keeps it as item 0
            (ArduPilot; PX4 does not).

    Raises:
        Unprocessable: an orbit without its turns, or the other way round.
    """
    made = _Made(home, home_first)
    made.take_off(mission.items[0])
    for number, item in enumerate(mission.items, 1):
        if (item.orbit_radius_m is None) != (item.orbit_turns is None):
            raise Unprocessable(
                f"Item {number} has an orbit's radius or its turns, but not both.",
                "Give both, or neither.",
            )
        made.waypoint(item)
    made.end(mission)
    return made.items


class _Made:
    """The items so far, and what holds at the last one."""

    def __init__(self, home: Home, home_first: bool) -> None:
        self.items: list[RawItem] = []
        self._home = home
        self._home_first = home_first
        self._unset = 0.0 if home_first else math.nan  # a yaw: ArduPilot does not take NaN
        self._speed_mps: float | None = None
        self._pitch_deg: float | None = None
        self._every_m: float | None = None

    def _add(
        self,
        command: Cmd,
        *params: float,
        frame: int = MISSION,
        at: tuple[int, int] = (0, 0),
        z: float = 0.0,
    ) -> None:
        seq = len(self.items)
        one, two, three, four, *_ = (*params, 0.0, 0.0, 0.0, 0.0)
        self.items.append(
            RawItem(seq, frame, command, (one, two, three, four), *at, z, current=int(seq == 0))
        )

    def take_off(self, first: WireMissionItem) -> None:
        """Home, where it is kept, and the take-off, which ArduPilot makes where it stands."""
        place = _e7(self._home[0]), _e7(self._home[1])
        if self._home_first:
            self._add(Cmd.WAYPOINT, frame=ABSOLUTE, at=place, z=self._home[2])
        self._add(
            Cmd.TAKEOFF,
            *(0.0, 0.0, 0.0, self._unset),
            frame=_frame(first),
            at=(0, 0) if self._home_first else _place(first),
            z=take_off_m(first, self._home[2]),
        )

    def waypoint(self, item: WireMissionItem) -> None:
        if item.speed_mps is not None and item.speed_mps != self._speed_mps:
            self._speed_mps = item.speed_mps
            self._add(Cmd.CHANGE_SPEED, _GROUND_SPEED, item.speed_mps, _UNCHANGED)
        pitch_deg = None if item.gimbal_pitch_deg == self._pitch_deg else item.gimbal_pitch_deg
        yaw_deg = item.heading_deg if self._home_first else None  # PX4's is part of the waypoint
        # What turns needs time before the photo: the stay comes after it, as an item of its own.
        stay_after = item.hold_s > 0 and (
            pitch_deg is not None or yaw_deg is not None or item.orbit_turns is not None
        )
        hold_s = float(math.ceil(item.hold_s))
        self._place_of(item, 0.0 if stay_after else hold_s)
        if pitch_deg is not None:
            self._pitch_deg = pitch_deg
            self._pitch(pitch_deg)
        if yaw_deg is not None:
            self._add(Cmd.CONDITION_YAW, yaw_deg % 360 % 360)
        if stay_after:
            self._add(Cmd.DELAY, hold_s, *(_UNCHANGED,) * 3)
        self._photos(item)

    def _place_of(self, item: WireMissionItem, hold_s: float) -> None:
        where = {"frame": _frame(item), "at": _place(item), "z": item.height_m}
        if item.orbit_radius_m is not None and item.orbit_turns is not None:
            radius_m = kept_radius_m(item.orbit_radius_m)
            self._add(Cmd.LOITER_TURNS, float(item.orbit_turns), 0.0, radius_m, **where)  # type: ignore[arg-type]
            return
        nose = self._unset
        if item.heading_deg is not None and not self._home_first:
            nose = item.heading_deg % 360 % 360
        self._add(Cmd.WAYPOINT, hold_s, 0.0, 0.0, nose, **where)  # type: ignore[arg-type]

    def _pitch(self, pitch_deg: float) -> None:
        """Every ArduPilot takes the older command; PX4's newer gimbals only the other."""
        if self._home_first:
            self._add(Cmd.MOUNT_CONTROL, pitch_deg, z=MOUNT_BY_ANGLE)
        else:
            level = (ROLL_AND_PITCH_LOCK, 0)  # x: flags
            self._add(Cmd.GIMBAL_PITCHYAW, pitch_deg, 0.0, math.nan, math.nan, at=level)

    def _photos(self, item: WireMissionItem) -> None:
        if item.photo_every_m is not None and item.photo_every_m != self._every_m:
            self._every_m = item.photo_every_m
            self._add(Cmd.CAMERA_DISTANCE, item.photo_every_m, 0.0, float(item.photo_every_m > 0))
        if item.photo and self._home_first:
            self._add(Cmd.DIGICAM_CONTROL, at=(1, 0))  # x: shoot
        elif item.photo:
            self._add(Cmd.IMAGE_CAPTURE, 0.0, 0.0, 1.0)

    def end(self, mission: UploadMission) -> None:
        if mission.return_at_end:
            self._add(Cmd.RETURN_TO_LAUNCH)
        elif mission.land_at_end:
            last = mission.items[-1]
            self._add(Cmd.LAND, *(0.0, 0.0, 0.0, self._unset), frame=RELATIVE_INT, at=_place(last))


def _frame(item: WireMissionItem) -> int:
    return RELATIVE_INT if item.datum is HeightDatum.HOME else ABSOLUTE


def _place(item: WireMissionItem) -> tuple[int, int]:
    return _e7(item.lat), _e7(item.lon)


def _e7(degrees: float) -> int:
    return round(degrees * 1e7)


def take_off_m(first: WireMissionItem, home_amsl_m: float) -> float:
    """The height of the take-off before this waypoint, above what the waypoint's own is above."""
    home_m = 0.0 if first.datum is HeightDatum.HOME else home_amsl_m
    return max(first.height_m, home_m + LOWEST_TAKEOFF_M)


def waypoint_seqs(items: Sequence[RawItem], *, home_first: bool) -> list[int]:
    """The sequence numbers of the waypoints, without home."""
    return [
        item.seq
        for item in items
        if item.command in WAYPOINTS and not (home_first and item.seq == 0)
    ]


def fingerprint(items: Sequence[RawItem], *, home_first: bool) -> tuple[str, ...]:
    """To tell two downloads apart to the last bit: every field but home, which the autopilot moves,
    and which item is the current one."""
    return tuple(
        repr((item.seq, item.frame, item.command, item.params, item.x, item.y, item.z))
        for item in items
        if not (home_first and item.seq == 0)
    )


def difference(sent: Sequence[RawItem], held: Sequence[RawItem], *, home_first: bool) -> str:
    """Where what the vehicle holds is not what was sent, as a sentence's end; "" where it is."""
    if len(sent) != len(held):
        return f"it holds {len(held)} items of {len(sent)}"
    for ours, theirs in zip(sent, held, strict=True):
        if home_first and ours.seq == 0:
            continue  # its own home, which it knows better
        wrong = _different_field(ours, theirs) or ("" if home_first else _nose(ours, theirs))
        if wrong:
            return f"item {ours.seq} has another {wrong}"
    return ""


def _different_field(ours: RawItem, theirs: RawItem) -> str:
    if (ours.seq, ours.command) != (theirs.seq, theirs.command):
        return "command"
    wrong = _elsewhere(ours, theirs)
    if not wrong and ours.command == Cmd.DIGICAM_CONTROL and ours.x != theirs.x:
        wrong = "parameter 5"
    for place in _PARAMS.get(Cmd(ours.command), ()):
        if not wrong and not abs(ours.params[place] - theirs.params[place]) <= _VALUE_OFF:
            wrong = f"parameter {place + 1}"
    return wrong


def _elsewhere(ours: RawItem, theirs: RawItem) -> str:
    placed = ours.command in _PLACED
    if not placed and ours.command != Cmd.TAKEOFF:
        return ""
    if SAME_FRAME.get(ours.frame, ours.frame) != SAME_FRAME.get(theirs.frame, theirs.frame):
        return "frame"
    if not abs(ours.z - theirs.z) <= HEIGHT_OFF_M:
        return "height"
    off = max(abs(ours.x - theirs.x), abs(ours.y - theirs.y))
    return "place" if placed and off > PLACE_OFF else ""


def _nose(ours: RawItem, theirs: RawItem) -> str:
    """Of a waypoint of an autopilot that has the nose's heading in it; NaN: none was asked for."""
    wanted = ours.params[3]
    if ours.command != Cmd.WAYPOINT or math.isnan(wanted):
        return ""
    off = abs((wanted - theirs.params[3] + 180) % 360 - 180)
    return "" if off <= _VALUE_OFF else "parameter 4"
