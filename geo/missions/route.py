"""The legs of a mission over the ground, from home where it is known."""

from __future__ import annotations

import math
from dataclasses import dataclass

from geo.local_frame import LocalFrame
from geo.missions.model import Mission, MissionItem
from geo.missions.motion import leg_between
from geo.missions.refused import PlanRefused

MOST_LAT = 85.0


@dataclass(frozen=True, slots=True)
class Leg:
    """The way to one item, and what is done there.

    Attributes:
        before: the item it comes from; None: home, or it begins here.
        metres, course_deg: over the ground; to the circle's edge for an orbit.
        speed_mps: as the mission says; None: it does not.
        ring_m: of orbits flown there. ends_at: (lat, lon), where it goes on from.
        stops: it comes to a halt there.
    """

    number: int
    before: MissionItem | None
    item: MissionItem
    metres: float
    course_deg: float
    speed_mps: float | None
    ring_m: float
    ends_at: tuple[float, float]
    stops: bool


def require_places(mission: Mission) -> None:
    """Raises PlanRefused for places so near to a pole that no metres are laid out round them."""
    if mission.home is not None and abs(mission.home[0]) > MOST_LAT:
        raise PlanRefused("home", "it lies too near to a pole.", "Move it.")
    for number, item in enumerate(mission.items, 1):
        if abs(item.lat) > MOST_LAT:
            raise PlanRefused("items", f"item {number} lies too near to a pole.", "Move it.")


def legs_of(mission: Mission) -> list[Leg]:
    """One for each item; the first has no length where home is not known. Raises PlanRefused."""
    require_places(mission)
    at = None if mission.home is None else mission.home[:2]
    speed = mission.cruise_mps
    before: MissionItem | None = None
    legs = []
    for number, item in enumerate(mission.items, 1):
        speed = item.speed_mps if item.speed_mps is not None else speed
        ends_at = (item.lat, item.lon) if item.orbit_radius_m is None else _edge(at, item)
        metres, course = (0.0, 0.0) if at is None else leg_between(at, ends_at)
        ring_m = 2 * math.pi * (item.orbit_radius_m or 0.0) * (item.orbit_turns or 0)
        stops = item.hold_s > 0 or ring_m > 0
        legs.append(Leg(number, before, item, metres, course, speed, ring_m, ends_at, stops))
        at, before = ends_at, item
    return legs


def _edge(at: tuple[float, float] | None, item: MissionItem) -> tuple[float, float]:
    """Where an orbit is met: the point of its circle nearest to where the vehicle comes from. After
    whole turns it leaves from there too."""
    frame = LocalFrame(item.lat, item.lon)
    east, north = (0.0, 1.0) if at is None else frame.from_wgs84(*at)
    far = math.hypot(east, north)
    east, north = (0.0, 1.0) if far < 0.01 else (east / far, north / far)
    radius_m = item.orbit_radius_m or 0.0
    return frame.to_wgs84(east * radius_m, north * radius_m)
