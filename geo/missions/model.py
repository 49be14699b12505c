"""A mission as people plan it: places, heights with their datum, and what is done there.

Degrees WGS 84, metres, metres a second; headings clockwise from true north; pitch up positive.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum


class HeightDatum(StrEnum):
    """What a height is above. TERRAIN becomes HOME or AMSL before a vehicle hears of it."""

    HOME = "home"
    AMSL = "amsl"
    TERRAIN = "terrain"


class AtEnd(StrEnum):
    """After the last item."""

    RETURN = "return"
    LAND = "land"  # at the last place
    HOLD = "hold"  # in the air, where it is


@dataclass(frozen=True, slots=True)
class MissionItem:
    """A place to fly to and what is done there.

    Attributes:
        height_m: above what `datum` says.
        speed_mps: on the way to it and from then on; None: as before.
        hold_s: how long to stay.
        gimbal_pitch_deg: of the camera from there on, -90 straight down; None: as before.
        heading_deg: of the nose there; None: the autopilot's own way.
        photo: one picture there. photo_every_m: from there on one each so many metres, 0 ends that,
            None: as before.
        orbit_radius_m, orbit_turns: fly round the place; both or neither.

    Raises:
        ValueError: a number is none, or out of its range; the text names the field.
    """

    lat: float
    lon: float
    height_m: float
    datum: HeightDatum = HeightDatum.HOME
    speed_mps: float | None = None
    hold_s: float = 0.0
    gimbal_pitch_deg: float | None = None
    heading_deg: float | None = None
    photo: bool = False
    photo_every_m: float | None = None
    orbit_radius_m: float | None = None
    orbit_turns: int | None = None

    def __post_init__(self) -> None:
        _within("lat", self.lat, -90, 90)
        _within("lon", self.lon, -180, 180)
        _within("height_m", self.height_m, -500, 10_000)
        _within("hold_s", self.hold_s, 0, 3600)
        _within("speed_mps", self.speed_mps, 0.1, 40)
        _within("gimbal_pitch_deg", self.gimbal_pitch_deg, -120, 60)
        _within("heading_deg", self.heading_deg, -360, 360)
        _within("photo_every_m", self.photo_every_m, 0, 1000)
        _within("orbit_radius_m", self.orbit_radius_m, 5, 1000)
        _within("orbit_turns", self.orbit_turns, 1, 100)
        if (self.orbit_radius_m is None) != (self.orbit_turns is None):
            raise ValueError("An orbit has both a radius and a number of turns.")


@dataclass(frozen=True, slots=True)
class Rally:
    """A place to return to instead of home."""

    lat: float
    lon: float
    height_home_m: float


@dataclass(frozen=True, slots=True)
class Fence:
    """A closed ring of (lat, lon) without the first repeated; `keep_in`, else keep out."""

    ring: tuple[tuple[float, float], ...]
    keep_in: bool = True


@dataclass(frozen=True, slots=True)
class Mission:
    """All of a plan that a vehicle can be given.

    Attributes:
        home: (lat, lon, metres above the sea) as planned, None: where it will start is not said.
        cruise_mps: speed where no item says one; None: the vehicle's own.
    """

    items: tuple[MissionItem, ...]
    at_end: AtEnd = AtEnd.RETURN
    name: str = ""
    home: tuple[float, float, float] | None = None
    cruise_mps: float | None = None
    rally: tuple[Rally, ...] = ()
    fences: tuple[Fence, ...] = ()


def _within(name: str, value: float | None, least: float, most: float) -> None:
    if value is None:
        return
    if not (math.isfinite(value) and least <= value <= most):
        raise ValueError(f"{name} is {value!r}; it must be within {least:g} and {most:g}.")
