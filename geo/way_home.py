"""In flight: whether the battery still brings a vehicle home, against the wind.

A simple model, careful where a figure is not known: up to the height it returns at, straight
across, and down. Metres, seconds, metres a second; the battery as a fraction, 0 to 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from geo.missions.battery import Battery
from geo.missions.motion import Wind, ground_speed_mps, leg_between

RESERVE: Final = 0.2  # what is to be left on the ground
WARN_BEFORE_S: Final = 60.0  # of flying: so long before the reserve is touched it says so
# No autopilot tells how fast it returns; the slower defaults of ArduPilot and PX4 are taken.
RETURN_MPS: Final = 5.0
AIRSPEED_MPS: Final = 10.0
CLIMB_MPS: Final = 2.0
SINK_MPS: Final = 1.5
LANDS_MPS: Final = 0.5  # the last metres
LANDS_FROM_M: Final = 10.0


class HomeState(StrEnum):
    """From best to worst; UNKNOWN is apart."""

    ENOUGH = "enough"
    TURN_BACK = "turn_back"  # now, or the reserve is touched
    NOT_ENOUGH = "not_enough"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Flying:
    """Attributes:
    place, home: (lat, lon). height_m: above home; return_height_m: likewise, None: not known.
    battery: what is left. minutes_left: how long that lasts as it flies. None: not known.
    """

    place: tuple[float, float]
    home: tuple[float, float]
    height_m: float
    battery: float | None
    minutes_left: float | None
    return_height_m: float | None = None
    wind: Wind | None = None


@dataclass(frozen=True, slots=True)
class WayHome:
    """Attributes:
    seconds: until it stands at home; None: it cannot be told, or it never gets there.
    left: of the battery then; below 0: it never gets there.
    why: why nothing can be said (UNKNOWN), or what makes it so; "" otherwise.
    """

    state: HomeState
    seconds: float | None = None
    left: float | None = None
    why: str = ""


CAREFUL_RETURN_HEIGHT_M: Final = 60.0


def way_home(flying: Flying, *, reserve: float = RESERVE) -> WayHome:
    """Whether it gets home with the reserve. Not enough in calm air is not enough; enough in calm
    air is not known to be enough where the wind is not known.

    Raises:
        PlanRefused: a number that cannot be (a ValueError).
    """
    if flying.battery is None:
        return WayHome(HomeState.UNKNOWN, why="How full its battery is is not known.")
    if flying.minutes_left is None:
        return WayHome(HomeState.UNKNOWN, why="How long its battery lasts is not known yet.")
    if flying.minutes_left <= 0 or flying.battery <= 0:
        return WayHome(HomeState.NOT_ENOUGH, left=0.0, why="Its battery is empty.")
    metres, course_deg = leg_between(flying.place, flying.home)
    speed = ground_speed_mps(RETURN_MPS, AIRSPEED_MPS, course_deg, flying.wind)
    if metres > 1.0 and (speed is None or speed <= 0.1):
        return WayHome(
            HomeState.NOT_ENOUGH, why="The wind is as fast as it flies: it does not get home."
        )
    across_s = metres / speed if speed else 0.0
    return _judged(flying, across_s, reserve)


def _judged(flying: Flying, across_s: float, reserve: float) -> WayHome:
    assert flying.battery is not None
    assert flying.minutes_left is not None
    lasts = Battery.of_observed(flying.battery, flying.minutes_left)
    assert lasts.cruise_per_s is not None
    assert lasts.climb_per_s is not None
    top_m = flying.return_height_m
    top_m = max(flying.height_m, CAREFUL_RETURN_HEIGHT_M if top_m is None else top_m)
    up_s = max(0.0, top_m - flying.height_m) / CLIMB_MPS
    down_s = max(0.0, top_m - LANDS_FROM_M) / SINK_MPS + min(top_m, LANDS_FROM_M) / LANDS_MPS
    level_s = across_s + max(0.0, down_s)
    left = flying.battery - up_s * lasts.climb_per_s - level_s * lasts.cruise_per_s
    seconds = up_s + level_s
    if left < 0:
        return WayHome(HomeState.NOT_ENOUGH, seconds, left)
    if left < reserve + WARN_BEFORE_S * lasts.cruise_per_s:
        return WayHome(HomeState.TURN_BACK, seconds, left)
    if flying.wind is None:
        why = "It is enough in calm air; the wind is not known."
        return WayHome(HomeState.UNKNOWN, seconds, left, why)
    return WayHome(HomeState.ENOUGH, seconds, left)
