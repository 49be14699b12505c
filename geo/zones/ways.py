"""Where many straight ways, such as the legs of a mission, are inside of zones' shapes; heights
are not looked at here."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from geo.zones.check import ZoneIndex
from geo.zones.model import Circle
from geo.zones.seen import Interval, around, clipped, ways_in
from geo.zones.shapes import GEOD, FloatArray

GROUP_M = 2_500.0  # ways whose ends are this close to the first one's beginning share its frame

Found = tuple[int, int, float, float]  # the way, the outline, from, until (shares of its length)


def inside(index: ZoneIndex, ways: FloatArray, grown_m: FloatArray) -> list[Found]:
    """The stretches of ways within so many metres of the index's outlines, in the order of the
    ways; one of no length is inside from 0 to 1.

    Args:
        ways: a row for each: lat and lon of its beginning, lat and lon of its end, in degrees; at
            most 10 km apart. grown_m: of each, above 0.
    """
    courses, _back, lengths = GEOD.inv(ways[:, 1], ways[:, 0], ways[:, 3], ways[:, 2])
    lengths = np.asarray(lengths)
    near = index.outlines_near(ways, lengths, grown_m)
    round_ones = [each for each in near if isinstance(index.outlines[each[1]].part, Circle)]
    others = [each for each in near if not isinstance(index.outlines[each[1]].part, Circle)]
    found: list[Found] = []
    for (way, outline), stretches in itertools.chain(
        _in_circles(index, ways, np.asarray(courses), grown_m, round_ones),
        _in_polygons(index, ways, grown_m, others),
    ):
        length_m = float(lengths[way])
        for low, high in clipped(stretches, length_m):
            whole = (low / length_m, high / length_m) if length_m > 0 else (0.0, 1.0)
            found.append((way, outline, *whole))
    return sorted(found)


def _in_circles(
    index: ZoneIndex,
    ways: FloatArray,
    courses: FloatArray,
    grown_m: FloatArray,
    pairs: list[tuple[int, int]],
) -> Iterator[tuple[tuple[int, int], list[Interval]]]:
    if not pairs:
        return
    parts = [index.outlines[outline].part for _way, outline in pairs]
    circles = np.array([(c.lat, c.lon, c.radius_m) for c in parts if isinstance(c, Circle)])
    rows = [way for way, _outline in pairs]
    bearings, _back, distances = GEOD.inv(
        ways[rows, 1], ways[rows, 0], circles[:, 1], circles[:, 0]
    )
    turns = np.radians(courses[rows] - bearings)
    x, y = distances * np.cos(turns), distances * np.sin(turns)
    reach = circles[:, 2] + grown_m[rows]
    met = np.flatnonzero(np.abs(y) <= reach)
    half = np.sqrt(reach[met] ** 2 - y[met] ** 2)
    for number, low, high in zip(
        met.tolist(), (x[met] - half).tolist(), (x[met] + half).tolist(), strict=True
    ):
        yield pairs[number], [(low, high)]


def _in_polygons(
    index: ZoneIndex, ways: FloatArray, grown_m: FloatArray, pairs: list[tuple[int, int]]
) -> Iterator[tuple[tuple[int, int], list[Interval]]]:
    """Group by group, so that a polygon's corners are worked out once for many ways."""
    at = 0
    for first, last in _groups(ways):
        of_outline: dict[int, list[int]] = {}
        while at < len(pairs) and pairs[at][0] < last:
            way, outline = pairs[at]
            of_outline.setdefault(outline, []).append(way)
            at += 1
        if not of_outline:
            continue
        yield from _in_group(index, ways[first:last], first, grown_m, of_outline)


def _in_group(
    index: ZoneIndex,
    ways: FloatArray,
    first: int,
    grown_m: FloatArray,
    of_outline: dict[int, list[int]],
) -> Iterator[tuple[tuple[int, int], list[Interval]]]:
    """Of ways that share a frame, which is centred on the first one's beginning; `first`: its
    number. Everything is put into the frame in one go, which takes less time."""
    lat, lon = ways[0, :2].tolist()
    outlines = [index.outlines[outline] for outline in of_outline]
    east, north = around(
        lat,
        lon,
        np.concatenate([ways[:, 0], ways[:, 2], *(each.lats for each in outlines)]),
        np.concatenate([ways[:, 1], ways[:, 3], *(each.lons for each in outlines)]),
    )
    count = len(ways)
    to_east = east[count : 2 * count] - east[:count]
    to_north = north[count : 2 * count] - north[:count]
    length = np.hypot(to_east, to_north)
    stands = length == 0
    length[stands] = to_east[stands] = 1.0
    lines = (east[:count], north[:count], to_east / length, to_north / length)
    at = 2 * count
    for own, (outline, rows) in zip(outlines, of_outline.items(), strict=True):
        corners = slice(at, at + len(own.lats))
        at = corners.stop
        numbers = np.array(rows) - first
        begin_east, begin_north, line_east, line_north = (line[numbers] for line in lines)
        some = ways_in(
            (east[corners], north[corners]),
            own.starts,
            (begin_east, begin_north, line_east, line_north),
            grown_m[rows],
        )
        for number, stretches in some.items():
            yield (rows[number], outline), stretches


def _groups(ways: FloatArray) -> Iterator[tuple[int, int]]:
    """(first, one past the last) of ways that share a frame: a long one has its own."""
    places: Sequence[Sequence[float]] = ways.tolist()
    first = 0
    for number, (lat, lon, end_lat, end_lon) in enumerate(places):
        if number == first:
            continue
        anchor_lat, anchor_lon = places[first][:2]
        if max(
            GEOD.inv(anchor_lon, anchor_lat, lon, lat)[2],
            GEOD.inv(anchor_lon, anchor_lat, end_lon, end_lat)[2],
        ) > GROUP_M or _is_long(places[first]):
            yield first, number
            first = number
    if places:
        yield first, len(places)


def _is_long(way: Sequence[float]) -> bool:
    lat, lon, end_lat, end_lon = way
    return bool(GEOD.inv(lon, lat, end_lon, end_lat)[2] > GROUP_M)
