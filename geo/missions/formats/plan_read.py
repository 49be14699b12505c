"""Reads QGroundControl's `.plan` (JSON: mission, fence, rally points)."""

from __future__ import annotations

import math
from typing import Any

from geo.formats.common import Unreadable
from geo.formats.json_safe import Members, listed, maybe_members, members, number, parsed, text
from geo.formats.reading import FileRefused
from geo.local_frame import LocalFrame
from geo.missions.formats.plan_commands import Flight
from geo.missions.formats.plan_simple import maybe_number, simple_of
from geo.missions.formats.reading import (
    Draft,
    ReadMission,
    require_place,
    require_size,
    require_within,
)

_ARDUPILOT = 3
_WINGED = (1, 19, 20, 21, 22, 23, 24, 25)  # MAV_TYPE: they fly at cruiseSpeed, others hoverSpeed
_TRANSECTS = {"survey": "a survey", "CorridorScan": "a corridor scan"}
_MOST_ITEMS = 5000  # of a file, with those that are not flown to
_CIRCLE_CORNERS = 48
_AGAIN = "Open it in QGroundControl and save it again."


def read_plan(data: bytes) -> ReadMission:
    """Raises FileRefused, with the item and the reason."""
    require_size(data)
    found = parsed(data)
    if found.get("fileType") != "Plan":
        said = text(found.get("fileType"), 40)
        raise FileRefused(f"It is no QGroundControl plan: its 'fileType' is {said!r}, not 'Plan'.")
    draft = Draft()
    try:
        if found.get("version") != 1:
            raise Unreadable("the plan's version is not 1, the only one known")
        mission = members(found.get("mission"), "'mission'")
        if mission.get("version") != 2:
            raise Unreadable("the mission's version is not 2, the only one known")
        own = maybe_members(found.get("kestrel"))
        draft.name = text(own.get("name"), 200)
        _home(mission, draft, zero_said=own.get("homeHeightSaid") is True)
        if own.get("cruiseSpeedSaid") is not False:
            _speed(mission, draft)
        _items(mission, draft)
        _fences(found.get("geoFence"), draft)
        _rally(found.get("rallyPoints"), draft)
    except Unreadable as error:
        raise FileRefused(f"{str(error)[:1].upper()}{str(error)[1:]}. {_AGAIN}") from error
    return draft.finished()


def _items(mission: Members, draft: Draft) -> None:
    flight = Flight(draft, mission.get("firmwareType") == _ARDUPILOT)
    items = listed(mission.get("items"), "the list of items")
    count = len(items)
    for number_from_1, each in enumerate(items, 1):
        where = f"item {number_from_1}"
        item = members(each, where)
        kind = item.get("type")
        if kind == "SimpleItem":
            flight.take(simple_of(item, where))
        elif kind == "ComplexItem":
            count += _complex(item, where, flight)
        else:
            raise Unreadable(f"{where} is neither a SimpleItem nor a ComplexItem")
        if count > _MOST_ITEMS:
            raise FileRefused(
                f"It has {count:,} items or more; at most {_MOST_ITEMS:,} are read. Split it."
            )
    flight.done()


def _complex(item: Members, where: str, flight: Flight) -> int:
    """How many items it has within."""
    kind = text(item.get("complexItemType"), 40)
    if kind not in _TRANSECTS:
        raise FileRefused(
            f"{where}, a complex item {kind!r}, does not hold what is flown: QGroundControl makes "
            "that when it uploads. Use waypoints, a survey or a corridor instead."
        )
    called = f"{where} ({_TRANSECTS[kind]})"
    transect = members(item.get("TransectStyleComplexItem"), f"{called}: its transects")
    inner = listed(transect.get("Items"), f"{called}: the list 'Items' of its transects")
    if len(inner) > _MOST_ITEMS:
        raise FileRefused(f"{called} has {len(inner):,} items; at most {_MOST_ITEMS:,} are read.")
    for number_from_1, each in enumerate(inner, 1):
        at = f"{called}, its item {number_from_1}"
        flight.take(simple_of(members(each, at), at))
    flight.draft.note(f"{called} is kept as the waypoints that it was made into, not as an area.")
    return len(inner)


def _home(mission: Members, draft: Draft, *, zero_said: bool) -> None:
    """`zero_said`: a height of 0 is meant; from others it stands for one that is not known."""
    home = mission.get("plannedHomePosition")
    if home is None:
        return
    lat, lon, amsl_m = _numbers(home, 3, "the planned home position")
    if lat is None or lon is None or (lat == 0 and lon == 0):
        draft.note("The planned home position is none (0, 0): home is not known.")
    elif amsl_m is None or (amsl_m == 0 and not zero_said):
        draft.note("The planned home position has no height above the sea: home is not known.")
    else:
        draft.set_home("the planned home position", lat, lon, amsl_m)


def _speed(mission: Members, draft: Draft) -> None:
    field = "cruiseSpeed" if mission.get("vehicleType") in _WINGED else "hoverSpeed"
    speed = maybe_number(mission.get(field), f"'{field}'")
    if speed is None:
        return
    if not 0.1 <= speed <= 40:
        draft.note(f"'{field}' is {speed:g} m/s, which is not kept (0.1 to 40).")
        return
    draft.set_cruise(field, speed)


def _fences(found: Any, draft: Draft) -> None:
    if found is None:
        return
    fence = members(found, "'geoFence'")
    if fence.get("version") != 2:
        raise Unreadable("the fence's version is not 2, the only one known")
    for number_from_1, each in enumerate(_optional(fence, "polygons"), 1):
        where = f"fence polygon {number_from_1}"
        polygon = members(each, where)
        ring = [
            _place(corner, f"{where}, corner {n}")
            for n, corner in enumerate(listed(polygon.get("polygon"), where), 1)
        ]
        draft.add_fence(where, ring, keep_in=_inclusion(polygon, where))
    for number_from_1, each in enumerate(_optional(fence, "circles"), 1):
        _circle(members(each, f"fence circle {number_from_1}"), number_from_1, draft)
    if fence.get("breachReturn") is not None:
        draft.note("The place to return to after a breach of the fence is not kept.")


def _circle(found: Members, number_from_1: int, draft: Draft) -> None:
    where = f"fence circle {number_from_1}"
    circle = members(found.get("circle"), where)
    lat, lon = _place(circle.get("center"), f"{where}'s middle")
    require_place(f"{where}'s middle", lat, lon)
    radius_m = number(circle.get("radius"), f"{where}'s radius")
    require_within(f"{where}'s radius", radius_m, 1, 100_000)
    keep_in = _inclusion(found, where)
    # A polygon on the strict side: within a circle to stay in, round a circle to stay out of.
    reach_m = radius_m if keep_in else radius_m / math.cos(math.pi / _CIRCLE_CORNERS)
    if abs(lat) > 85:
        raise FileRefused(f"{where} lies too near to a pole.")
    frame = LocalFrame(lat, lon)
    ring = []
    for corner in range(_CIRCLE_CORNERS):
        angle = 2 * math.pi * corner / _CIRCLE_CORNERS
        ring.append(frame.to_wgs84(reach_m * math.sin(angle), reach_m * math.cos(angle)))
    draft.add_fence(where, ring, keep_in=keep_in)
    draft.note(f"{where} is kept as a polygon {'inside' if keep_in else 'round'} of it.")


def _inclusion(found: Members, where: str) -> bool:
    said = found.get("inclusion")
    if not isinstance(said, bool):
        raise Unreadable(f"{where} does not say whether to stay inside or outside ('inclusion')")
    return said


def _rally(found: Any, draft: Draft) -> None:
    if found is None:
        return
    rally = members(found, "'rallyPoints'")
    if rally.get("version") not in (1, 2):
        raise Unreadable("the rally points' version is not known")
    for number_from_1, each in enumerate(_optional(rally, "points"), 1):
        where = f"rally point {number_from_1}"
        lat, lon, height_m = _numbers(each, 3, where)
        if lat is None or lon is None or height_m is None:
            raise Unreadable(f"{where} has no place or no height above home")
        draft.add_rally(where, lat, lon, height_m)


def _optional(found: Members, name: str) -> list[Any]:
    return [] if found.get(name) is None else listed(found[name], f"'{name}'")


def _numbers(value: Any, count: int, what: str) -> list[float | None]:
    found = listed(value, what)
    if len(found) != count:
        raise Unreadable(f"{what} has {len(found)} numbers, not {count}")
    return [maybe_number(each, what) for each in found]


def _place(value: Any, what: str) -> tuple[float, float]:
    lat, lon = _numbers(value, 2, what)
    if lat is None or lon is None:
        raise Unreadable(f"{what} is no place")
    return lat, lon
