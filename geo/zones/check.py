"""Whether an aircraft is in a zone, or will be.

Horizontally each test is exact (`shapes`), grown by the aircraft's position error; vertically in
the zone's own datum (`heights`). What is not known counts as within.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from geo.zones.heights import (
    GeoidModel,
    Heights,
    Line,
    Place,
    Vertically,
    band_of,
    separation_m,
)
from geo.zones.model import GeoZone, Layer, Limit, ZoneDataset
from geo.zones.seen import Ahead, Interval, Outline, Seen
from geo.zones.shapes import (
    BOUNDARY_M,
    GEOD,
    MAX_LATITUDE_DEG,
    FloatArray,
    bounds_of,
    boxes_round,
)

FASTEST_MPS = 500.0
_NEVER = math.inf


@dataclass(frozen=True, slots=True)
class Kinematics:
    """Where an aircraft is and how it moves.

    Attributes:
        alt_amsl_m: None: not known, which counts as inside every zone below or above it.
        ground_amsl_m: of the terrain below; None: not known, which counts the same for AGL limits.
        agl_m, hae_m: its height above the ground or the ellipsoid, where that is what is known: a
            limit is compared with the height above its own datum first. None: worked out of
            alt_amsl_m by the ground and the geoid, and the other way round.
        position_error_m: horizontal; zones are tested grown by it. height_error_m: vertical.

    Raises:
        ValueError: a place outside 85 degrees of latitude or 180 of longitude, a speed beyond
            500 m/s, an error that is no number. A height that is none counts as not known.
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
    agl_m: float | None = None
    hae_m: float | None = None

    def __post_init__(self) -> None:
        if not (abs(self.lat) <= MAX_LATITUDE_DEG and abs(self.lon) <= 180.0):
            raise ValueError(f"No zone can be checked at ({self.lat}, {self.lon}).")
        speeds = (self.north_mps, self.east_mps, self.climb_mps)
        if not all(abs(speed) <= FASTEST_MPS for speed in speeds):  # a NaN fails too
            raise ValueError(f"A speed must be a number within {FASTEST_MPS:.0f} m/s.")
        if not (0 <= self.position_error_m < math.inf and 0 <= self.height_error_m < math.inf):
            raise ValueError("An error must be a number of metres, at least 0.")
        for name in ("alt_amsl_m", "ground_amsl_m", "agl_m", "hae_m"):
            value = getattr(self, name)
            if value is not None and not math.isfinite(value):
                object.__setattr__(self, name, None)


@dataclass(frozen=True, slots=True)
class Breach:
    """A zone that an aircraft is inside of, or nears.

    Attributes:
        inside: now. enters_in_s: on its present course, 0 inside; None: it does not within the
            look ahead (and always of a path).
        distance_m: horizontally to the zone's edge, 0 inside.
        vertically: "within" its band, "below", "above", or "unknown"; now.
    """

    zone: GeoZone
    inside: bool
    enters_in_s: float | None
    distance_m: float
    vertically: str


class ZoneIndex:
    """A dataset made ready for many checks a second. Immutable; safe from any thread.

    Args:
        geoid: the geoid's height above the ellipsoid at (lat, lon) and its error, in metres; None
            where it is not known. Safe from any thread.

    Raises:
        ValueError: a zone that cannot be checked exactly, by its id, and why: a dataset is usable
            as a whole or not at all.
    """

    def __init__(self, dataset: ZoneDataset, geoid: GeoidModel = separation_m) -> None:
        self.dataset = dataset
        self.geoid = geoid
        self.outlines: list[Outline] = []  # every part of every unit
        self.unit_of: list[int] = []  # of each outline
        self.units: list[tuple[GeoZone, Layer]] = []  # what is checked: each layer of each zone
        self.layer_of: list[int] = []  # of each unit: its number in its zone
        self.limits_of: list[int] = []  # of each unit: a number that those with its limits share
        self._first_of: list[int] = []  # of each unit: the number of its first outline
        limits: dict[tuple[Limit, Limit], int] = {}
        if len({zone.zone_id for zone in dataset.zones}) < len(dataset.zones):
            raise ValueError("Two zones of the dataset have the same id.")
        for zone in dataset.zones:
            if not zone.layers or not all(layer.parts for layer in zone.layers):
                raise ValueError(f"Zone {zone.zone_id}: it has no shape.")
            for number, layer in enumerate(zone.layers):
                self.layer_of.append(number)
                self.limits_of.append(limits.setdefault((layer.lower, layer.upper), len(limits)))
                self._first_of.append(len(self.outlines))
                try:
                    self.outlines += [Outline.of(part) for part in layer.parts]
                except ValueError as error:
                    raise ValueError(f"Zone {zone.zone_id}: {error}") from error
                self.unit_of += [len(self.units)] * len(layer.parts)
                self.units.append((zone, layer))
        self._first_of.append(len(self.outlines))
        boxes = np.array([bounds_of(outline.part) for outline in self.outlines]).reshape(-1, 4)
        self._tree = shapely.STRtree(shapely.box(*boxes.T))
        self._tree.query(shapely.box(0, 0, 0, 0))  # builds it, which no two threads may do at once

    def dated(self, dataset: ZoneDataset) -> ZoneIndex:
        """This index with another validity of the same zones.

        Raises:
            ValueError: they are not the same.
        """
        if dataset.zones is not self.dataset.zones:
            raise ValueError("These are not the zones of this index.")
        made = copy.copy(self)
        made.dataset = dataset
        return made

    def near(self, lat: float, lon: float, within_m: float) -> Sequence[GeoZone]:
        """Zones whose edge or inside lies within so many metres of a place, the nearest first."""
        found: dict[str, tuple[float, GeoZone]] = {}
        for number in self.candidates(Ahead(lat, lon), within_m):
            zone = self.units[number][0]
            distance_m = min(seen.distance_m() for seen in self.seen(number, Ahead(lat, lon)))
            known_m = found[zone.zone_id][0] if zone.zone_id in found else math.inf
            if distance_m <= min(within_m + BOUNDARY_M, known_m):
                found[zone.zone_id] = (distance_m, zone)
        return [
            found[zone_id][1] for zone_id in sorted(found, key=lambda each: (found[each][0], each))
        ]

    def candidates(self, ahead: Ahead, margin_m: float) -> list[int]:
        """Numbers of units that may be within a margin of a way."""
        end_lat, end_lon = ahead.lat, ahead.lon
        if ahead.length_m > 0:
            end_lon, end_lat, _back = GEOD.fwd(
                ahead.lon, ahead.lat, ahead.course_deg, ahead.length_m
            )
        ends = np.array([[ahead.lat, ahead.lon, end_lat, end_lon]])
        found = self.outlines_near(ends, np.array([ahead.length_m]), np.array([margin_m]))
        return sorted({self.unit_of[number] for _way, number in found})

    def outlines_near(
        self, ways: FloatArray, length_m: FloatArray, margin_m: FloatArray
    ) -> list[tuple[int, int]]:
        """(number of a way, number of an outline that may be within its margin).

        Args:
            ways: a row for each: lat and lon of its beginning, lat and lon of its end.
        """
        lat, lon, end_lat, end_lon = ways.T
        end_lon = end_lon + 360.0 * np.round((lon - end_lon) / 360.0)
        bulge_m = length_m**2 / 4e6  # of the geodesic beside the straight lon/lat line
        west, south, east, north = boxes_round(
            np.minimum(lat, end_lat),
            np.minimum(lon, end_lon),
            np.maximum(lat, end_lat),
            np.maximum(lon, end_lon),
            margin_m + bulge_m + 1.0,
        )
        hits = self._tree.query(shapely.box(west, south, east, north)).T.tolist()
        over = np.flatnonzero((west < -180.0) | (east > 180.0))
        if len(over):  # the other side of the 180th meridian is near too
            turn = np.where(west[over] < -180.0, 360.0, -360.0)
            more = self._tree.query(
                shapely.box(west[over] + turn, south[over], east[over] + turn, north[over])
            )
            hits += [[int(over[way]), outline] for way, outline in more.T.tolist()]
        return sorted((way, outline) for way, outline in hits)

    def seen(self, number: int, ahead: Ahead) -> list[Seen]:
        """A unit's parts from where a way begins."""
        own = self.outlines[self._first_of[number] : self._first_of[number + 1]]
        return [outline.seen(ahead) for outline in own]


def check_vehicle(
    index: ZoneIndex, vehicle: Kinematics, *, look_ahead_s: float, nearing_m: float
) -> tuple[Breach, ...]:
    """Every zone the vehicle is inside of, will be inside of within `look_ahead_s` on its present
    course and climb, or is nearer than `nearing_m` to at its height; the most urgent first.

    The entry is computed, not stepped. The ground ahead counts as high as the ground below it.
    """
    speed_mps = math.hypot(vehicle.north_mps, vehicle.east_mps)
    ahead = Ahead(
        vehicle.lat,
        vehicle.lon,
        math.degrees(math.atan2(vehicle.east_mps, vehicle.north_mps)),
        speed_mps * look_ahead_s,
    )
    place = place_of(index, vehicle, vehicle)
    heights = heights_between(vehicle, vehicle, vehicle.climb_mps)
    grown_m = vehicle.position_error_m + BOUNDARY_M
    breaches: dict[str, Breach] = {}
    for number in index.candidates(ahead, grown_m + nearing_m):
        zone, layer = index.units[number]
        band = band_of(layer, heights, place, vehicle.height_error_m)
        times = band.when(look_ahead_s)
        if times is None:
            continue
        seen = index.seen(number, ahead)
        distance_m = min(shape.distance_m() for shape in seen)
        if times[0] == 0.0 and distance_m <= grown_m:
            entry_s = 0.0
        elif distance_m > grown_m + ahead.length_m + BOUNDARY_M:
            entry_s = _NEVER  # further than it flies
        else:
            entry_s = _first(seen, grown_m, ahead.length_m, look_ahead_s, times)
        vertically = band.where()
        at_its_height = vertically in (Vertically.WITHIN, Vertically.UNKNOWN)
        if entry_s < _NEVER or (at_its_height and distance_m - grown_m <= nearing_m):
            inside = entry_s == 0.0
            breach = Breach(
                zone,
                inside,
                entry_s if entry_s < _NEVER else None,
                0.0 if inside else distance_m,
                vertically.value,
            )
            known = breaches.get(zone.zone_id, breach)
            breaches[zone.zone_id] = min(known, breach, key=urgency)  # of its layers
    return tuple(sorted(breaches.values(), key=urgency))


def heights_between(start: Kinematics, end: Kinematics, climb: float = 0.0) -> Heights:
    """Of a leg, from one second to the next: each changes evenly, and is not known where either
    end's is not. Of one place with a climb: as `climb` says."""

    def line(name: str) -> Line | None:
        first, last = getattr(start, name), getattr(end, name)
        return None if first is None or last is None else (first, last - first + climb)

    return Heights(line("alt_amsl_m"), line("agl_m"), line("hae_m"))


def place_of(index: ZoneIndex, start: Kinematics, end: Kinematics) -> Place:
    """The ground and the geoid between two points: between those at its ends."""
    low_m, high_m = start.ground_amsl_m, end.ground_amsl_m
    ground = None if low_m is None or high_m is None else (min(low_m, high_m), max(low_m, high_m))
    known = [index.geoid(start.lat, start.lon)]
    if end is not start:
        known.append(index.geoid(end.lat, end.lon))
    separations = [each for each in known if each is not None]
    if len(separations) < len(known):
        return Place(ground)
    return Place(
        ground,
        (
            min(middle_m - error_m for middle_m, error_m in separations),
            max(middle_m + error_m for middle_m, error_m in separations),
        ),
    )


def _first(
    seen: Iterable[Seen], grown_m: float, length_m: float, most_s: float, times: Interval
) -> float:
    """The first second at which the aircraft is in a shape and in its band; inf: never."""
    earliest = _NEVER
    for shape in seen:
        for low_m, high_m in shape.inside(grown_m, length_m):
            if length_m > 0:
                low, high = low_m / length_m * most_s, high_m / length_m * most_s
            else:
                low, high = 0.0, most_s
            low, high = max(low, times[0]), min(high, times[1])
            if low <= high:
                earliest = min(earliest, low)
    return earliest


def points_between(
    start: Kinematics, end: Kinematics, *, every_m: float, most: int
) -> list[Kinematics]:
    """Points along the geodesic between two, without those, at most so many metres apart (further
    where they would be more than `most`); their ground is not known unless both ends' is the same.
    """
    length_m = GEOD.inv(start.lon, start.lat, end.lon, end.lat)[2]
    pieces = min(max(1, math.ceil(length_m / every_m)), most + 1)
    if pieces < 2:
        return []
    level = start.ground_amsl_m if start.ground_amsl_m == end.ground_amsl_m else None
    return [
        Kinematics(
            lat,
            lon,
            _mixed(start.alt_amsl_m, end.alt_amsl_m, number / pieces),
            level,
            position_error_m=max(start.position_error_m, end.position_error_m),
            height_error_m=max(start.height_error_m, end.height_error_m),
            agl_m=_mixed(start.agl_m, end.agl_m, number / pieces),
            hae_m=_mixed(start.hae_m, end.hae_m, number / pieces),
        )
        for number, (lon, lat) in enumerate(
            GEOD.npts(start.lon, start.lat, end.lon, end.lat, pieces - 1), 1
        )
    ]


def _mixed(start_m: float | None, end_m: float | None, part: float) -> float | None:
    if start_m is None or end_m is None:
        return None
    return start_m + (end_m - start_m) * part


def urgency(breach: Breach) -> tuple[bool, float, float, str]:
    """A key that sorts the most urgent first."""
    soon = _NEVER if breach.enters_in_s is None else breach.enters_in_s
    return not breach.inside, soon, breach.distance_m, breach.zone.zone_id
