"""Time, distance and battery of a mission, and whether it comes home with a reserve.

What is not known stays unknown: a figure that depends on it is None, and `unknown` says why. What
was taken instead of a figure, always on the careful side, is in `assumed`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise

from geo.missions.battery import Battery
from geo.missions.model import AtEnd, HeightDatum, Mission, MissionItem
from geo.missions.motion import (
    Performance,
    Wind,
    amsl_m,
    corner_speeds,
    ground_speed_mps,
    leg_between,
    leg_seconds,
    ring_seconds,
    turn_deg,
)
from geo.missions.refused import require
from geo.missions.reserve import Answer, judged
from geo.missions.route import Leg, legs_of
from geo.terrain import Terrain

RESERVE = 0.25
CAREFUL_ACCEL_MPS2 = 1.0
Spent = tuple[float | None, float | None]  # seconds, fraction of the battery


@dataclass(frozen=True, slots=True)
class WayHome:
    """From an item straight home, as the autopilot returns: up first, then across, then down."""

    item: int
    metres: float
    seconds: float | None
    battery: float | None


@dataclass(frozen=True, slots=True)
class ItemEstimate:
    """At one item, the first being 1.

    Attributes:
        at_s, way_m: when and after how many metres it is reached. leaves_s: when it goes on.
        battery: what is left, 0 to 1, when it goes on; below 0: it would never get there.
        home: the way home from there; None: home is not known.
    """

    number: int
    at_s: float | None
    leaves_s: float | None
    way_m: float
    battery: float | None
    home: WayHome | None


@dataclass(frozen=True, slots=True)
class Estimate:
    """Of the whole mission.

    Attributes:
        from_home: times and metres count from the take-off; else from the first item, because
            home is not known.
        seconds, distance_m: with what happens at the end (return or landing).
        battery_used, battery_left: fractions.
        farthest: the way home from the item farthest from it.
        enough: comes home from every item, and at the end, with the reserve; None: cannot be said.
        why: of `enough`, a sentence. cannot: what makes it impossible as planned.
    """

    items: tuple[ItemEstimate, ...]
    from_home: bool
    seconds: float | None
    distance_m: float
    battery_used: float | None
    battery_left: float | None
    farthest: WayHome | None
    enough: bool | None
    why: str
    cannot: tuple[str, ...]
    unknown: tuple[str, ...]
    assumed: tuple[str, ...]


def estimate(
    mission: Mission,
    performance: Performance,
    *,
    battery: Battery | None = None,
    wind: Wind | None = None,
    terrain: Terrain | None = None,
    reserve: float = RESERVE,
    return_height_m: float | None = None,
) -> Estimate:
    """`return_height_m`: above home, at which the autopilot returns where it is lower.

    Raises:
        PlanRefused: `reserve` is no fraction, or a place is at a pole. ValueError: no items.
    """
    require("reserve", reserve, 0, 0.95)
    if not mission.items:
        raise ValueError("A mission without items has nothing to estimate.")
    return _Reckoning(mission, performance, battery, wind, terrain, return_height_m).done(reserve)


@dataclass
class _Reckoning:
    """One estimate in the making."""

    mission: Mission
    able: Performance
    battery: Battery | None
    wind: Wind | None
    terrain: Terrain | None
    return_height_m: float | None
    cannot: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    accel: float = 0.0

    def done(self, reserve: float) -> Estimate:
        self._inputs()
        legs = legs_of(self.mission)
        home = self.mission.home
        spent = self._taken_off()
        way_m, items = 0.0, []
        for leg, flying in zip(legs, self._flown(legs), strict=True):
            spent = _sum(spent, flying)
            way_m += leg.metres
            reached_s = spent[0]
            spent = _sum(spent, self._stay(leg))
            way_m += leg.ring_m
            home_way = None if home is None else self._way_home(leg)
            items.append(
                ItemEstimate(
                    leg.number, reached_s, spent[0], way_m - leg.ring_m, self._left(spent), home_way
                )
            )
        ended, end_m = self._ended(legs[-1])
        spent = _sum(spent, ended)
        ways = [each.home for each in items if each.home is not None]
        answer = judged(self._answer(items, spent), reserve)
        return Estimate(
            items=tuple(items),
            from_home=home is not None,
            seconds=spent[0],
            distance_m=way_m + end_m,
            battery_used=spent[1],
            battery_left=self._left(spent),
            farthest=max(ways, key=lambda each: each.metres, default=None),
            enough=answer[0],
            why=answer[1],
            cannot=tuple(dict.fromkeys(self.cannot)),
            unknown=tuple(dict.fromkeys(self.unknown)),
            assumed=tuple(dict.fromkeys(self.assumed)),
        )

    def _inputs(self) -> None:
        self.accel = self.able.accel_mps2 or CAREFUL_ACCEL_MPS2
        if self.able.accel_mps2 is None:
            self.assumed.append(
                f"How fast it gains speed is not known: {CAREFUL_ACCEL_MPS2:g} m/s² was taken."
            )
        if self.wind is None:
            self.unknown.append("The wind is not known: times and battery are those of calm air.")
        if self.mission.home is None:
            self.unknown.append("Home is not known: the way there and back is not in it.")
        if self.battery is None:
            self.unknown.append("Nothing is known of the battery.")
        else:
            self.assumed += self.battery.assumed
            if self.battery.at_start is None:
                self.unknown.append("How full the battery is at the start is not known.")
        if self.mission.at_end is AtEnd.RETURN and self.return_height_m is None:
            self.assumed.append("At what height it returns is not known: its last was taken.")

    def _answer(self, items: list[ItemEstimate], spent: Spent) -> Answer:
        return Answer(
            cannot=self.cannot[0] if self.cannot else "",
            calm_taken=self.wind is None,
            home_known=self.mission.home is not None,
            left=self._left(spent),
            margins=[
                (
                    each.number,
                    None
                    if each.battery is None or each.home is None or each.home.battery is None
                    else each.battery - each.home.battery,
                )
                for each in items
            ],
            holds=self.mission.at_end is AtEnd.HOLD,
            why_unknown=self.unknown,
        )

    # --- parts of the way -------------------------------------------------------------------------

    def _taken_off(self) -> Spent:
        """Straight up to the first item's height."""
        if self.mission.home is None:
            return 0.0, 0.0
        return self._vertical(self._above_home(self.mission.items[0]), "the first item's height")

    def _flown(self, legs: list[Leg]) -> list[Spent]:
        """Of each leg, without what is done at its end."""
        speeds = [self._speed(leg) for leg in legs]
        turns = [
            None if leg.stops or not after.metres else turn_deg(leg.course_deg, after.course_deg)
            for leg, after in pairwise(legs)
        ]
        corners = corner_speeds([leg.metres for leg in legs], speeds, turns, self.accel)
        return [self._leg(leg, speeds[n], corners[n : n + 2]) for n, leg in enumerate(legs)]

    def _leg(self, leg: Leg, speed: float | None, corners: list[float]) -> Spent:
        if leg.metres == 0:
            across_s: float | None = 0.0
        elif speed is None:
            return None, None
        else:
            across_s = leg_seconds(leg.metres, speed, corners[0], corners[1], self.accel)
        up_s, rises = self._rise(leg)
        if across_s is None or up_s is None:
            return None, None
        seconds = max(across_s, up_s)
        climbing = up_s if rises else 0.0
        return seconds, _sum_of(
            self._drawn("climb", climbing), self._drawn("cruise", seconds - climbing)
        )

    def _rise(self, leg: Leg) -> tuple[float | None, bool]:
        """Seconds that the change of height takes at least, and whether it is upwards."""
        if leg.before is None:
            return 0.0, False  # it climbed at home, or begins here
        up_m = self._higher_by(leg.before, leg.item)
        if up_m is None:
            self.unknown.append(
                f"How much item {leg.number} lies above item {leg.number - 1} is not known: their "
                "heights are above different things, and home or the ground is not known there."
            )
            return None, False
        return self._vertical_s(up_m, f"item {leg.number}"), up_m > 0

    def _higher_by(self, before: MissionItem, item: MissionItem) -> float | None:
        if before.datum is item.datum and item.datum is not HeightDatum.TERRAIN:
            return item.height_m - before.height_m
        home_m = None if self.mission.home is None else self.mission.home[2]
        one, other = (amsl_m(each, home_m, self.terrain) for each in (before, item))
        return None if one is None or other is None else other - one

    def _above_home(self, item: MissionItem) -> float | None:
        if item.datum is HeightDatum.HOME:
            return item.height_m
        if self.mission.home is None:
            return None
        amsl = amsl_m(item, self.mission.home[2], self.terrain)
        return None if amsl is None else amsl - self.mission.home[2]

    def _speed(self, leg: Leg) -> float | None:
        """Over the ground along a leg, in the wind."""
        return self._against_wind(leg.speed_mps, leg.course_deg, f"item {leg.number}")

    def _against_wind(self, said_mps: float | None, course_deg: float, to: str) -> float | None:
        speed = said_mps or self.able.cruise_mps
        if speed is None:
            self.unknown.append(f"The speed on the way to {to} is not known.")
            return None
        most = self._airspeed(speed)
        found = ground_speed_mps(speed, most, course_deg, self.wind)
        if found is None and self.wind is not None:
            self.cannot.append(
                f"On the way to {to} a wind of {self.wind.speed_mps:g} m/s is as fast as the "
                f"vehicle ({most:g} m/s)."
            )
        return found

    def _airspeed(self, speed_mps: float) -> float:
        return self.able.most_airspeed_mps or max(speed_mps, self.able.cruise_mps or 0.0)

    def _stay(self, leg: Leg) -> Spent:
        """Orbits and holding."""
        hold_s = leg.item.hold_s
        held: Spent = hold_s, self._drawn("hover", hold_s)
        if not leg.ring_m or leg.item.orbit_radius_m is None:
            return held
        speed = leg.speed_mps or self.able.cruise_mps
        if speed is None:
            return None, None  # said of the leg
        once = ring_seconds(
            leg.item.orbit_radius_m, speed, self._airspeed(speed), self.accel, self.wind
        )
        if once is None:
            self.cannot.append(f"The orbit at item {leg.number} cannot be flown in this wind.")
            return None, None
        seconds = once * (leg.item.orbit_turns or 0)
        return _sum(held, (seconds, self._drawn("cruise", seconds)))

    def _way_home(self, leg: Leg) -> WayHome:
        assert self.mission.home is not None
        metres, course = leg_between(leg.ends_at, self.mission.home[:2])
        spent = self._returned(leg, metres, course)
        return WayHome(leg.number, metres, spent[0], spent[1])

    def _returned(self, leg: Leg, metres: float, course: float) -> Spent:
        above_m = self._above_home(leg.item)
        if above_m is None:
            self.unknown.append(f"How high item {leg.number} is above home is not known.")
            return None, None
        up_m = max(above_m, self.return_height_m or above_m)
        spent = self._vertical(up_m - above_m, "the height it returns at")
        if metres > 0:
            speed = self._against_wind(self.able.cruise_mps or leg.speed_mps, course, "home")
            if speed is None:
                return None, None
            seconds = leg_seconds(metres, speed, 0.0, 0.0, self.accel)
            spent = _sum(spent, (seconds, self._drawn("cruise", seconds)))
        return _sum(spent, self._vertical(-up_m, "the ground at home"))

    def _ended(self, last: Leg) -> tuple[Spent, float]:
        """What happens after the last item, and its metres."""
        home = self.mission.home
        if self.mission.at_end is AtEnd.RETURN:
            if home is None:
                return (None, None), 0.0
            metres, course = leg_between(last.ends_at, home[:2])
            return self._returned(last, metres, course), metres
        if self.mission.at_end is AtEnd.HOLD:
            return (0.0, 0.0), 0.0
        return self._vertical(self._down_m(last), "the ground at the last item"), 0.0

    def _down_m(self, last: Leg) -> float | None:
        """Minus the height above the ground at the last item."""
        item = last.item
        if item.datum is HeightDatum.TERRAIN:
            return -item.height_m
        home_m = None if self.mission.home is None else self.mission.home[2]
        high = amsl_m(item, home_m, self.terrain)
        ground = None if self.terrain is None else self.terrain.ground_amsl_m(item.lat, item.lon)
        if high is not None and ground is not None:
            return min(0.0, ground - high)
        above_m = self._above_home(item)
        if above_m is not None:
            self.assumed.append("The ground where it lands was taken to be as high as home.")
        return None if above_m is None else -above_m

    def _vertical(self, up_m: float | None, to: str) -> Spent:
        if up_m is None:
            self.unknown.append(f"How far up or down to {to} is not known.")
            return None, None
        seconds = self._vertical_s(up_m, to)
        return seconds, self._drawn("climb" if up_m > 0 else "hover", seconds)

    def _vertical_s(self, up_m: float, to: str) -> float | None:
        if abs(up_m) < 0.01:
            return 0.0
        rate = self.able.climb_mps if up_m > 0 else self.able.sink_mps
        if rate is None:
            self.unknown.append(f"How fast it {'climbs' if up_m > 0 else 'sinks'} is not known.")
            return None
        return abs(up_m) / rate

    # --- battery ----------------------------------------------------------------------------------

    def _drawn(self, how: str, seconds: float | None) -> float | None:
        if self.battery is None or seconds is None:
            return None
        rate: float | None = getattr(self.battery, f"{how}_per_s")
        return 0.0 if seconds == 0 else None if rate is None else rate * seconds

    def _left(self, spent: Spent) -> float | None:
        if self.battery is None or self.battery.at_start is None or spent[1] is None:
            return None
        return self.battery.at_start - spent[1]


def _sum(one: Spent, other: Spent) -> Spent:
    return _sum_of(one[0], other[0]), _sum_of(one[1], other[1])


def _sum_of(one: float | None, other: float | None) -> float | None:
    if one is None or other is None or not math.isfinite(one + other):
        return None
    return one + other
