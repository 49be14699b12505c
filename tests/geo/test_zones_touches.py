"""Which legs of a flight are in which zone, from where to where: against small steps."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geo.zones import (
    Circle,
    Datum,
    Kinematics,
    Layer,
    Limit,
    Polygon,
    Stretch,
    Touch,
    ZoneIndex,
    touched,
)
from geo.zones.seen import Ahead, Outline, clipped
from geo.zones.ways import inside
from tests.geo.test_zones_check import at, places, shapes
from tests.geo.zones_by_other_means import GEOD, HAMMERSMITH, dataset, distance_m, moved, zone

LAT, LON = HAMMERSMITH


def one(shape: Circle | Polygon, points: list[Kinematics]) -> tuple[Stretch, ...]:
    """The stretches in a single zone."""
    found = touched(ZoneIndex(dataset(zone(shape))), points)
    return found[0].stretches if found else ()


@settings(max_examples=120)
@given(shapes, st.lists(places, min_size=2, max_size=4), st.floats(0, 30))
def test_stretches_are_where_small_steps_are_inside(
    shape: Circle | Polygon, corners: list[tuple[float, float]], error_m: float
) -> None:
    stretches = one(shape, [at(*corner, position_error_m=error_m) for corner in corners])
    for leg, (a, b) in enumerate(itertools.pairwise(corners)):
        bearing, _back, length = GEOD.inv(a[1], a[0], b[1], b[0])
        own = [each for each in stretches if each.leg == leg]
        for step in range(51):
            part = step / 50
            far_m = distance_m(shape, *moved(*a, bearing, length * part))
            if abs(far_m - error_m) < 0.5:
                continue  # on the boundary, rounding and the other projection decide
            held = any(each.from_part <= part <= each.until_part for each in own)
            assert held == (far_m < error_m), (leg, part)
    for first, second in itertools.pairwise(stretches):
        assert (first.leg, first.until_part) < (second.leg, second.from_part)


def test_where_a_leg_is_in_a_circle_is_what_arithmetic_says() -> None:
    west, east = moved(LAT, LON, 270.0, 2_000.0), moved(LAT, LON, 90.0, 2_000.0)
    [stretch] = one(Circle(LAT, LON, 500.0), [at(*west), at(*east)])
    assert (stretch.leg, stretch.layer, stretch.unknown) == (0, 0, False)
    assert stretch.from_part == pytest.approx(1_500 / 4_000, abs=1e-5)
    assert stretch.until_part == pytest.approx(2_500 / 4_000, abs=1e-5)


def test_a_long_leg_in_pieces_is_one_stretch() -> None:
    """40 km, the middle 30 km of them inside: the pieces' ends are not seen."""
    west, east = moved(LAT, LON, 270.0, 20_000.0), moved(LAT, LON, 90.0, 20_000.0)
    [stretch] = one(Circle(LAT, LON, 15_000.0), [at(*west), at(*east)])
    assert stretch.from_part == pytest.approx(1 / 8, abs=1e-4)
    assert stretch.until_part == pytest.approx(7 / 8, abs=1e-4)


def test_a_climb_through_two_layers_names_each() -> None:
    low = Layer((Circle(LAT, LON, 500.0),), Limit(0.0, Datum.SURFACE), Limit(50.0, Datum.AMSL))
    high = Layer((Circle(LAT, LON, 500.0),), Limit(80.0, Datum.AMSL), Limit(100.0, Datum.AMSL))
    two = dataclasses.replace(zone(Circle(LAT, LON, 1.0)), layers=(low, high))
    [touch] = touched(ZoneIndex(dataset(two)), [at(LAT, LON, 0.0), at(LAT, LON, 100.0)])
    assert [(s.layer, s.from_part, s.until_part) for s in touch.stretches] == [
        (0, 0.0, 0.5),
        (1, 0.8, 1.0),
    ]
    assert touch.legs == (0,)
    assert not touch.unknown


def test_a_single_point_and_a_leg_of_no_length() -> None:
    shape = Circle(LAT, LON, 500.0)
    whole = Stretch(0, 0, 0.0, 1.0, unknown=False)
    assert one(shape, [at(LAT, LON)]) == (whole,)
    assert one(shape, [at(LAT, LON), at(LAT, LON)]) == (whole,)
    assert one(shape, []) == ()
    assert one(shape, [at(*moved(LAT, LON, 0.0, 501.0))]) == ()


def test_only_the_legs_that_are_in_it_are_named() -> None:
    """Around a square: the zone sits on its second corner."""
    corners = [moved(LAT, LON, turn, 1_000.0) for turn in (0.0, 90.0, 180.0, 270.0)]
    found = touched(
        ZoneIndex(dataset(zone(Circle(*corners[1], 100.0)))), [at(*each) for each in corners]
    )
    assert [touch.legs for touch in found] == [(0, 1)]


def test_unknown_is_said_stretch_by_stretch() -> None:
    """The zone's floor is above the ground, which is not known at the last point."""
    shape, floor = Circle(LAT, LON, 5_000.0), Limit(20.0, Datum.AGL)
    index = ZoneIndex(dataset(zone(shape, lower=floor)))
    points = [
        dataclasses.replace(at(*moved(LAT, LON, 90.0, n * 500.0)), ground_amsl_m=ground)
        for n, ground in enumerate((5.0, 5.0, None))
    ]
    [touch] = touched(index, points)
    assert [(s.leg, s.unknown) for s in touch.stretches] == [(0, False), (1, True)]
    assert not touch.unknown
    [alone] = touched(index, points[1:])
    assert alone.unknown


def test_a_leg_that_is_surely_in_for_a_moment_is_known() -> None:
    """A climb out of the surely part: the rest of it does not make the stretch unknown."""
    level = Limit(3_048.0, Datum.FLIGHT_LEVEL)  # surely above 1,545 m
    index = ZoneIndex(dataset(zone(Circle(LAT, LON, 500.0), upper=level)))
    [touch] = touched(index, [at(LAT, LON, 1_450.0), at(LAT, LON, 1_650.0)])
    assert not touch.unknown
    [high] = touched(index, [at(LAT, LON, 1_550.0), at(LAT, LON, 1_650.0)])
    assert high.unknown


def test_a_plan_above_the_ground_is_checked_above_the_ground() -> None:
    """Over hills nobody knows: 60 m above the ground is below a floor of 100 m above it."""
    floor, top = Limit(100.0, Datum.AGL), Limit(600.0, Datum.AGL)
    index = ZoneIndex(dataset(zone(Circle(LAT, LON, 30_000.0), lower=floor, upper=top)))
    far = moved(LAT, LON, 90.0, 25_000.0)  # in pieces

    def found(first: float, last: float) -> tuple[Touch, ...]:
        start, end = at(LAT, LON, None), at(*far, None)
        return touched(
            index,
            [dataclasses.replace(start, agl_m=first), dataclasses.replace(end, agl_m=last)],
        )

    assert found(60.0, 90.0) == ()
    [touch] = found(60.0, 140.0)
    assert not touch.unknown
    assert touch.stretches[0].from_part == pytest.approx(0.5)


def test_zones_come_in_the_order_of_the_way() -> None:
    zones = [
        zone(Circle(*moved(LAT, LON, 90.0, metres), 100.0), zone_id=str(metres))
        for metres in (30_000, 10_000, 20_000)
    ]
    found = touched(
        ZoneIndex(dataset(*zones)), [at(LAT, LON), at(*moved(LAT, LON, 90.0, 40_000.0))]
    )
    assert [touch.zone.zone_id for touch in found] == ["10000", "20000", "30000"]


@settings(max_examples=60)
@given(
    st.lists(shapes, min_size=1, max_size=4),
    st.lists(places, min_size=2, max_size=12),
    st.floats(0.5, 50),
)
def test_many_ways_together_are_each_way_alone(
    parts: list[Circle | Polygon], corners: list[tuple[float, float]], grown_m: float
) -> None:
    """The frame that ways share gives what a frame on each one's beginning gives."""
    index = ZoneIndex(dataset(*(zone(part, zone_id=str(n)) for n, part in enumerate(parts))))
    tight = [
        (LAT + (lat - LAT) / 20, LON + (lon - LON) / 20) for lat, lon in corners
    ]  # ways of some hundred metres, which do share one
    ways = np.array([(*a, *b) for a, b in itertools.pairwise((*corners, *tight))])
    lengths = GEOD.inv(ways[:, 1], ways[:, 0], ways[:, 3], ways[:, 2])[2]
    ways = ways[np.asarray(lengths) < 10_000.0]
    assume(len(ways))
    together: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for way, outline, low, high in inside(index, ways, np.full(len(ways), grown_m)):
        together.setdefault((way, outline), []).append((low, high))
    for way, (lat, lon, end_lat, end_lon) in enumerate(ways.tolist()):
        course, _back, length = GEOD.inv(lon, lat, end_lon, end_lat)
        for number, part in enumerate(parts):
            seen = Outline.of(part).seen(Ahead(lat, lon, course, length))
            alone = clipped(seen.inside(grown_m, length), length)
            metres = sum(high - low for low, high in alone)
            shared = sum(high - low for low, high in together.get((way, number), ()))
            # a way that only grazes a boundary gains or loses the square root of the rounding
            assert shared * length == pytest.approx(metres, abs=0.5, rel=1e-6)


def test_nothing_at_all() -> None:
    index = ZoneIndex(dataset())
    assert touched(index, [at(LAT, LON), at(*moved(LAT, LON, 1.0, 5_000.0))]) == ()
