"""Whether an aircraft is in a zone, or will be. Contract; the work is in progress."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from geo.zones.model import GeoZone, ZoneDataset


@dataclass(frozen=True, slots=True)
class Kinematics:
    """Where an aircraft is and how it moves.

    Attributes:
        alt_amsl_m: None: not known, which counts as inside every zone below or above it.
        ground_amsl_m: of the terrain below; None: not known, which counts the same for AGL limits.
        position_error_m: horizontal; zones are tested grown by it. height_error_m: vertical.
    """

    lat: float
    lon: float
    alt_amsl_m: float | None
    ground_amsl_m: float | None
    north_mps: float = 0.0
    east_mps: float = 0.0
    climb_mps: float = 0.0
    position_error_m: float = 5.0
    height_error_m: float = 5.0


@dataclass(frozen=True, slots=True)
class Breach:
    """A zone that an aircraft is inside of, or nears.

    Attributes:
        inside: now. enters_in_s: on its present course; None: it does not within the look ahead.
        distance_m: horizontally to the zone's edge, 0 inside.
        vertically: "within" its band, "below", "above", or "unknown".
    """

    zone: GeoZone
    inside: bool
    enters_in_s: float | None
    distance_m: float
    vertically: str


class ZoneIndex:
    """A dataset made ready for many checks a second. Immutable; safe from any thread."""

    def __init__(self, dataset: ZoneDataset) -> None:
        self.dataset = dataset

    def near(self, lat: float, lon: float, within_m: float) -> Sequence[GeoZone]:
        """Zones whose edge or inside lies within so many metres of a place."""
        raise NotImplementedError


def check_vehicle(
    index: ZoneIndex, vehicle: Kinematics, *, look_ahead_s: float, nearing_m: float
) -> tuple[Breach, ...]:
    """Every zone the vehicle is inside of, will be inside of within `look_ahead_s` on its present
    course and climb, or is nearer than `nearing_m` to at its height; the most urgent first."""
    raise NotImplementedError


def check_path(index: ZoneIndex, points: Sequence[Kinematics]) -> tuple[Breach, ...]:
    """Every zone that a straight flight through these points touches."""
    raise NotImplementedError
