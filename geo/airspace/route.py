"""A plan's way as the zones are checked along it: places, heights, the ground and the time."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from geo.airspace.plan import FlightPlan, PathPoint
from geo.terrain import Terrain
from geo.zones.check import Kinematics, points_between
from geo.zones.heights import GeoidModel
from geo.zones.model import Datum
from geo.zones.shapes import GEOD

GROUND_EVERY_M = 250.0
MOST_PIECES = 20_000  # of all legs together (5,000 km); the ground is not looked at beyond
LONGEST_FLIGHT = timedelta(hours=24)  # of which the end is not known
MOST_SECONDS = 366 * 86_400.0  # of any flight: beyond it the calendar may end before the flight


@dataclass(frozen=True, slots=True)
class Route:
    """A way in pieces.

    Attributes:
        points: at least one; their errors are the plan's buffers. leg_of: of each piece (from one
            point to the next; of one point alone there is one piece), the plan's leg.
        seconds: of each point, after the start; None where a speed is not said.
        legs: how many the plan has (of one point: one).
    """

    points: tuple[Kinematics, ...]
    leg_of: tuple[int, ...]
    seconds: tuple[float, ...] | None
    legs: int
    starts: datetime | None

    @property
    def ends(self) -> datetime | None:
        """None: not known. Without a speed: a day after the start."""
        if self.starts is None:
            return None
        if self.seconds is None:
            return self.starts + LONGEST_FLIGHT
        return self.starts + timedelta(seconds=self.seconds[-1])

    def when(self, piece: int, part: float) -> float | None:
        """Seconds after the start at a share of a piece."""
        if self.seconds is None:
            return None
        begins = self.seconds[piece]
        ends = self.seconds[min(piece + 1, len(self.seconds) - 1)]
        return begins + (ends - begins) * part


def route_of(plan: FlightPlan, terrain: Terrain | None) -> Route:
    """Make the way ready.

    Raises:
        ValueError: no place that can be checked, or a number that is none.
    """
    if not plan.path:
        raise ValueError("A flight has at least one point.")
    corners = [_kinematics(plan, point, terrain) for point in plan.path]
    if len(corners) == 1:
        return Route((corners[0],), (0,), _seconds(plan, corners, (0,)), 1, plan.starts)
    points, leg_of = [corners[0]], []
    sampled = terrain is not None and plan.ground_amsl_m is None
    if sampled and _longest_m(corners) > MOST_PIECES * GROUND_EVERY_M:
        sampled = False  # too far to look at the ground everywhere: it is not known then
        corners = [replace(corner, ground_amsl_m=None) for corner in corners]
    for leg, (start, end) in enumerate(itertools.pairwise(corners)):
        between = (
            points_between(start, end, every_m=GROUND_EVERY_M, most=MOST_PIECES) if sampled else []
        )
        for point in between:
            ground = terrain.ground_amsl_m(point.lat, point.lon) if terrain else None
            points.append(replace(point, ground_amsl_m=ground))
        points.append(end)
        leg_of += [leg] * (len(between) + 1)
    seconds = _seconds(plan, points, tuple(leg_of))
    return Route(tuple(points), tuple(leg_of), seconds, len(corners) - 1, plan.starts)


def _kinematics(plan: FlightPlan, point: PathPoint, terrain: Terrain | None) -> Kinematics:
    height_m = plan.height_m if point.height_m is None else point.height_m
    ground = plan.ground_amsl_m
    if ground is None and terrain is not None:
        ground = terrain.ground_amsl_m(point.lat, point.lon)
    return Kinematics(
        point.lat,
        point.lon,
        height_m if plan.datum is Datum.AMSL else None,
        ground,
        position_error_m=(plan.position_error_m or 0.0) + (plan.contingency_m or 0.0),
        height_error_m=plan.height_error_m or 0.0,
        agl_m=height_m if plan.datum in (Datum.AGL, Datum.SURFACE) else None,
        hae_m=height_m if plan.datum is Datum.HAE else None,
    )


def _seconds(
    plan: FlightPlan, points: list[Kinematics], leg_of: tuple[int, ...]
) -> tuple[float, ...] | None:
    """None where a leg's speed is not known. Raises ValueError: it is too low for any flight."""
    if len(points) == 1:
        return (0.0,) if plan.speed_mps else None
    passed = [0.0]
    for piece, (start, end) in enumerate(itertools.pairwise(points)):
        speed = plan.path[leg_of[piece] + 1].speed_mps or plan.speed_mps
        if not speed or not math.isfinite(speed) or speed < 0:
            return None
        passed.append(passed[-1] + _length_m(start, end) / speed)
    if not passed[-1] <= MOST_SECONDS:
        raise ValueError(
            f"speed_mps is so low that the flight would last over {MOST_SECONDS / 86_400:.0f} days."
        )
    return tuple(passed)


def _longest_m(corners: list[Kinematics]) -> float:
    return sum(_length_m(start, end) for start, end in itertools.pairwise(corners))


def _length_m(start: Kinematics, end: Kinematics) -> float:
    level_m = GEOD.inv(start.lon, start.lat, end.lon, end.lat)[2]
    for name in ("alt_amsl_m", "agl_m", "hae_m"):
        first, last = getattr(start, name), getattr(end, name)
        if first is not None and last is not None:
            return math.hypot(level_m, last - first)
    return float(level_m)


def above_ground(point: Kinematics, geoid: GeoidModel) -> tuple[float, float] | None:
    """The least and most height above the ground; None: not known."""
    if point.agl_m is not None:
        return point.agl_m, point.agl_m
    sea = above_sea(point, geoid)
    ground = point.ground_amsl_m
    if sea is None or ground is None:
        return None
    return sea[0] - ground, sea[1] - ground


def above_sea(point: Kinematics, geoid: GeoidModel) -> tuple[float, float] | None:
    """The least and most height above mean sea level; None: not known."""
    if point.alt_amsl_m is not None:
        return point.alt_amsl_m, point.alt_amsl_m
    if point.agl_m is not None:
        if point.ground_amsl_m is None:
            return None
        height_m = point.agl_m + point.ground_amsl_m
        return height_m, height_m
    if point.hae_m is None:
        return None
    separation = geoid(point.lat, point.lon)
    if separation is None:
        return None
    middle_m, error_m = separation
    return point.hae_m - middle_m - error_m, point.hae_m - middle_m + error_m
