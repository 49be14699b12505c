"""Missions between our wire's waypoints and MAVLink's items, with each autopilot's habits. Pure.

ArduPilot keeps home as item 0, so a first waypoint sent as 0 disappears without a word; it gives
frames back as 3 and 0 where 6 and 2 were sent, heights in whole centimetres and a hold in whole
seconds. PX4 has no home item."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from drone.mavsdk_commands import Cmd
from ground_station.core.agent_actions import WireMissionItem

_ABSOLUTE, _MISSION, _RELATIVE, _RELATIVE_INT = 0, 2, 3, 6
_SAME_FRAME = {_RELATIVE_INT: _RELATIVE, _MISSION: _ABSOLUTE}
LOWEST_TAKEOFF_M = 2.0
_HEIGHT_OFF_M = 0.02
_PLACE_OFF = 1  # 1e-7 degrees
_VALUE_OFF = 0.01
# Which of an item's four parameters mean something, by command.
_PARAMS = {Cmd.WAYPOINT: (0,), Cmd.CHANGE_SPEED: (0, 1)}
_PLACED = (Cmd.WAYPOINT,)


@dataclass(frozen=True, slots=True)
class RawItem:
    """MISSION_ITEM_INT. `x`, `y`: 1e-7 degrees."""

    seq: int
    frame: int
    command: int
    params: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    x: int = 0
    y: int = 0
    z: float = 0.0
    current: int = 0


def raw_items(
    items: Sequence[WireMissionItem],
    *,
    return_at_end: bool,
    home: tuple[float, float, float] | None,
) -> list[RawItem]:
    """Of at least one waypoint.

    Args:
        home: lat, lon, metres above the sea, for ArduPilot's item 0; None: the autopilot keeps no
            home among its items (PX4).
    """
    unset = 0.0 if home is not None else math.nan  # a yaw: ArduPilot does not take NaN
    raw = _before_the_first(items[0], home, unset)
    speed_mps: float | None = None
    for item in items:
        if item.speed_mps is not None and item.speed_mps != speed_mps:
            speed_mps = item.speed_mps
            changed = (1.0, speed_mps, -1.0, 0.0)
            raw.append(RawItem(len(raw), _MISSION, Cmd.CHANGE_SPEED, changed))
        raw.append(_waypoint(len(raw), item, unset))
    if return_at_end:
        raw.append(RawItem(len(raw), _MISSION, Cmd.RETURN_TO_LAUNCH))
    return raw


def _before_the_first(
    first: WireMissionItem, home: tuple[float, float, float] | None, unset: float
) -> list[RawItem]:
    """Home, where it is kept, and the take-off, which ArduPilot makes where it stands."""
    params = (0.0, 0.0, 0.0, unset)
    height_m = max(first.height_m, LOWEST_TAKEOFF_M)
    if home is None:
        x, y = _e7(first.lat), _e7(first.lon)
        return [RawItem(0, _RELATIVE_INT, Cmd.TAKEOFF, params, x, y, height_m, current=1)]
    x, y = _e7(home[0]), _e7(home[1])
    return [
        RawItem(0, _ABSOLUTE, Cmd.WAYPOINT, x=x, y=y, z=home[2], current=1),
        RawItem(1, _RELATIVE_INT, Cmd.TAKEOFF, params, z=height_m),
    ]


def _waypoint(seq: int, item: WireMissionItem, unset: float) -> RawItem:
    params = (float(math.ceil(item.hold_s)), 0.0, 0.0, unset)
    x, y = _e7(item.lat), _e7(item.lon)
    return RawItem(seq, _RELATIVE_INT, Cmd.WAYPOINT, params, x, y, item.height_m)


def _e7(degrees: float) -> int:
    return round(degrees * 1e7)


def waypoint_seqs(items: Sequence[RawItem], *, home_first: bool) -> list[int]:
    """The sequence numbers of the waypoints, without home."""
    return [
        item.seq
        for item in items
        if item.command == Cmd.WAYPOINT and not (home_first and item.seq == 0)
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
        wrong = _different_field(ours, theirs)
        if wrong:
            return f"item {ours.seq} has another {wrong}"
    return ""


def _different_field(ours: RawItem, theirs: RawItem) -> str:
    if (ours.seq, ours.command) != (theirs.seq, theirs.command):
        return "command"
    placed = ours.command in _PLACED
    if placed or ours.command == Cmd.TAKEOFF:
        if _SAME_FRAME.get(ours.frame, ours.frame) != _SAME_FRAME.get(theirs.frame, theirs.frame):
            return "frame"
        if not abs(ours.z - theirs.z) <= _HEIGHT_OFF_M:
            return "height"
    if placed and (abs(ours.x - theirs.x) > _PLACE_OFF or abs(ours.y - theirs.y) > _PLACE_OFF):
        return "place"
    for place in _PARAMS.get(Cmd(ours.command), ()):
        if not abs(ours.params[place] - theirs.params[place]) <= _VALUE_OFF:
            return f"parameter {place + 1}"
    return ""
