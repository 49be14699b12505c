"""Whether an aircraft is in a zone, or will be: against distances worked out by other means."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geo.zones import (
    Breach,
    Circle,
    Datum,
    Kinematics,
    Limit,
    Polygon,
    ZoneIndex,
    check_path,
    check_vehicle,
)
from tests.geo.zones_by_other_means import (
    GEOD,
    HAMMERSMITH,
    dataset,
    distance_m,
    moved,
    vincenty_m,
    zone,
)

bearings = st.floats(0, 360)
LAT, LON = HAMMERSMITH
few = settings(max_examples=60)


def _line(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float, float]:
    """(bearing, bearing back, metres)."""
    return GEOD.inv(a[1], a[0], b[1], b[0])


@st.composite
def circles(draw: st.DrawFn) -> Circle:
    """Of any size, anywhere within 20 km of Hammersmith."""
    lat, lon = moved(LAT, LON, draw(bearings), draw(st.floats(0, 20_000)))
    return Circle(lat, lon, draw(st.floats(1, 20_000)))


@st.composite
def polygons(draw: st.DrawFn) -> Polygon:
    """Star-shaped round a middle, so that they never cross themselves; often far from convex."""
    lat, lon = moved(LAT, LON, draw(bearings), draw(st.floats(0, 10_000)))
    reaches = draw(st.lists(st.floats(50, 8_000), min_size=3, max_size=12))
    step = 360.0 / len(reaches)
    return Polygon(tuple(moved(lat, lon, step * n, reach) for n, reach in enumerate(reaches)))


@st.composite
def holed(draw: st.DrawFn) -> Polygon:
    """A polygon with one or two stars cut out of its middle."""
    lat, lon = moved(LAT, LON, draw(bearings), draw(st.floats(0, 10_000)))
    reaches = draw(st.lists(st.floats(4_000, 8_000), min_size=6, max_size=12))
    step = 360.0 / len(reaches)
    ring = tuple(moved(lat, lon, step * n, reach) for n, reach in enumerate(reaches))
    holes = []
    for side in draw(st.sampled_from([(0.0,), (90.0,), (90.0, 270.0)])):
        middle = moved(lat, lon, side, 1_500.0)
        holes.append(
            tuple(
                moved(*middle, turn, draw(st.floats(50, 1_400))) for turn in (0, 72, 144, 216, 288)
            )
        )
    return Polygon(ring, tuple(holes))


shapes = circles() | polygons() | holed()
places = st.builds(lambda b, m: moved(LAT, LON, b, m), bearings, st.floats(0, 25_000))


def at(lat: float, lon: float, alt: float | None = 60.0, **more: float) -> Kinematics:
    """Exactly there: no errors unless a test gives some."""
    errors = {"position_error_m": 0.0, "height_error_m": 0.0}
    return Kinematics(lat, lon, alt, None, **{**errors, **more})


def only(
    shape: Circle | Polygon, vehicle: Kinematics, look_ahead_s: float = 0.0, nearing_m: float = 0.0
) -> Breach | None:
    """What is found of one zone."""
    index = ZoneIndex(dataset(zone(shape)))
    found = check_vehicle(index, vehicle, look_ahead_s=look_ahead_s, nearing_m=nearing_m)
    return found[0] if found else None


@given(shapes, places)
def test_inside_is_what_an_independent_computation_says(
    shape: Circle | Polygon, place: tuple[float, float]
) -> None:
    far_m = distance_m(shape, *place)
    assume(far_m == 0.0 or far_m > 0.5)  # the boundary has tests of its own
    found = only(shape, at(*place))
    assert (found is not None and found.inside) == (far_m == 0.0)


@given(shapes, places, st.floats(0, 200))
def test_the_distance_and_the_growth_by_the_position_error(
    shape: Circle | Polygon, place: tuple[float, float], error_m: float
) -> None:
    far_m = distance_m(shape, *place)
    assume(abs(far_m - error_m) > 2.0)
    found = only(shape, at(*place, position_error_m=error_m), nearing_m=60_000)
    assert found is not None
    assert found.inside == (far_m < error_m)
    if not found.inside:
        assert found.distance_m == pytest.approx(far_m, abs=0.1, rel=3e-5)


@given(shapes, places, st.floats(0, 30_000))
def test_near_finds_what_is_within_so_many_metres(
    shape: Circle | Polygon, place: tuple[float, float], within_m: float
) -> None:
    far_m = distance_m(shape, *place)
    assume(abs(far_m - within_m) > 2.0)
    found = ZoneIndex(dataset(zone(shape))).near(*place, within_m)
    assert bool(found) == (far_m < within_m)


@st.composite
def approaches(draw: st.DrawFn) -> tuple[Circle | Polygon, tuple[float, float], float]:
    """A shape, a place some hundred metres from its edge, and a course more or less towards it."""
    shape = draw(shapes)
    if isinstance(shape, Circle):
        edge = moved(shape.lat, shape.lon, draw(bearings), shape.radius_m)
    else:
        ring = draw(st.sampled_from([shape.ring, *shape.holes]))
        number = draw(st.integers(0, len(ring) - 1))
        a, b = ring[number - 1], ring[number]
        bearing, _back, length = _line(a, b)
        edge = moved(*a, bearing, length * draw(st.floats(0, 1)))
    place = moved(*edge, draw(bearings), draw(st.floats(0, 900)))
    return shape, place, _line(place, edge)[0] + draw(st.floats(-60, 60))


@settings(max_examples=150)
@given(approaches(), st.floats(1, 40), st.floats(-10, 10), st.floats(0, 700))
def test_the_entry_is_where_small_steps_find_it(
    approach: tuple[Circle | Polygon, tuple[float, float], float],
    speed: float,
    climb: float,
    alt: float,
) -> None:
    """Stepped along the geodesic with independent distances; 600 m is the zone's top."""
    shape, place, course = approach
    vehicle = at(
        *place,
        alt,
        north_mps=speed * math.cos(math.radians(course)),
        east_mps=speed * math.sin(math.radians(course)),
        climb_mps=climb,
        position_error_m=2.0,
    )
    found = only(shape, vehicle, look_ahead_s=30.0)

    def within(second: float) -> float:
        """Metres to spare: at least 0 inside."""
        far_m = distance_m(shape, *moved(*place, course, speed * second))
        return min(2.0 - far_m, 600.0 - (alt + climb * second))

    steps = [within(n * 0.25) for n in range(121)]
    entered = next((n for n, spare in enumerate(steps) if spare >= 0), None)
    if found is not None and found.enters_in_s is not None:
        assert within(found.enters_in_s) >= -0.05  # it is at the boundary then, or inside
        if found.inside:
            assert found.enters_in_s == 0.0
    if entered is not None and max(steps) > 0.05:
        assert found is not None
        assert found.enters_in_s is not None
        assert found.enters_in_s <= entered * 0.25 + 0.02
    elif found is not None:  # it only touches, between two steps
        assert found.enters_in_s is not None


def test_flying_towards_a_circle_enters_at_the_second_that_arithmetic_says() -> None:
    lat, lon = moved(LAT, LON, 270.0, 1_300.0)
    there = 90.0 + (vincenty_m(lat, lon, LAT, LON) - 1_300.0)  # due east, within a hair
    vehicle = at(lat, lon, east_mps=15.0, position_error_m=0.0)
    found = only(Circle(LAT, LON, 1_000.0), vehicle, look_ahead_s=30.0)
    assert there == pytest.approx(90.0)
    assert found is not None
    assert not found.inside
    assert found.enters_in_s == pytest.approx(20.0, abs=0.01)
    assert found.distance_m == pytest.approx(300.0, abs=0.01)
    assert only(Circle(LAT, LON, 1_000.0), vehicle, look_ahead_s=19.0) is None


def test_the_boundary_is_inside() -> None:
    edge = moved(LAT, LON, 33.0, 1_000.0)
    assert only(Circle(LAT, LON, 1_000.0), at(*edge)) is not None
    square = Polygon(((51.0, 0.0), (51.0, 0.01), (51.01, 0.01), (51.01, 0.0)))
    for corner in square.ring:
        assert only(square, at(*corner)) is not None
    assert only(square, at(51.005, 0.01)) is not None
    outside = only(square, at(51.005, 0.010002))  # 14 cm
    assert outside is None


def test_a_geodesic_edge_bends_away_from_the_straight_line_of_degrees() -> None:
    """An edge of 60 km along 51.5 N: its middle lies 88 m north of the parallel."""
    square = Polygon(((51.5, -0.6), (51.5, 0.27), (51.0, 0.27), (51.0, -0.6)))
    middle = (51.5 + 80 / 111_200, -0.165)
    assert only(square, at(*middle)) is not None
    assert only(square, at(51.5 + 95 / 111_200, -0.165)) is None
    assert only(square, at(51.5 + 5 / 111_200, -0.6)) is None


def test_a_hole_is_outside_and_its_boundary_inside() -> None:
    hole = ((51.004, 0.004), (51.004, 0.006), (51.006, 0.006), (51.006, 0.004))
    ring = ((51.0, 0.0), (51.0, 0.01), (51.01, 0.01), (51.01, 0.0))
    square = Polygon(ring, (hole,))
    assert only(square, at(51.005, 0.005)) is None
    for corner in (*hole, (51.005, 0.004), (51.003, 0.005)):
        assert only(square, at(*corner)) is not None
    wide_m = vincenty_m(51.005, 0.005, 51.005, 0.006)
    grown = only(square, at(51.005, 0.005, position_error_m=wide_m + 1.0))
    assert grown is not None
    assert grown.inside
    near = only(square, at(51.005, 0.005), nearing_m=wide_m + 1.0)
    assert near is not None
    assert near.distance_m == pytest.approx(wide_m, abs=0.01)
    leaves = only(square, at(51.005, 0.005, east_mps=10.0), look_ahead_s=30.0)
    assert leaves is not None
    assert leaves.enters_in_s == pytest.approx(wide_m / 10.0, abs=0.01)


def test_a_long_edge_of_a_hole_is_a_geodesic_too() -> None:
    """60 km along 51.5 N: its middle lies 88 m north of the parallel."""
    hole = ((51.3, -0.6), (51.3, 0.27), (51.5, 0.27), (51.5, -0.6))
    square = Polygon(((51.0, -1.0), (51.0, 1.0), (52.0, 1.0), (52.0, -1.0)), (hole,))
    assert only(square, at(51.5 + 80 / 111_200, -0.165)) is None
    assert only(square, at(51.5 + 95 / 111_200, -0.165)) is not None


def test_zones_are_sorted_by_urgency() -> None:
    near = zone(Circle(*moved(LAT, LON, 180.0, 550.0), 500.0), zone_id="near")
    soon = zone(Circle(*moved(LAT, LON, 0.0, 700.0), 500.0), zone_id="soon")
    here = zone(Circle(LAT, LON, 10.0), zone_id="here")
    index = ZoneIndex(dataset(near, soon, here))
    found = check_vehicle(index, at(LAT, LON, north_mps=10.0), look_ahead_s=30.0, nearing_m=100.0)
    assert [breach.zone.zone_id for breach in found] == ["here", "soon", "near"]
    assert [breach.inside for breach in found] == [True, False, False]
    assert found[1].enters_in_s == pytest.approx(20.0, abs=0.01)
    assert found[2].enters_in_s is None
    assert found[2].distance_m == pytest.approx(50.0, abs=0.01)


def test_a_zone_of_two_parts_is_one_zone() -> None:
    two = zone(Circle(LAT, LON, 500.0), Circle(*moved(LAT, LON, 90.0, 800.0), 500.0))
    index = ZoneIndex(dataset(two))
    for metres in (0.0, 400.0, 800.0, 1_200.0):
        [breach] = check_vehicle(
            index, at(*moved(LAT, LON, 90.0, metres)), look_ahead_s=0.0, nearing_m=0.0
        )
        assert breach.inside


def test_both_sides_of_the_180th_meridian_are_near() -> None:
    index = ZoneIndex(dataset(zone(Circle(51.0, -179.9, 1_000.0))))
    assert index.near(51.0, 179.99, 7_000.0)
    assert not index.near(51.0, 179.99, 6_000.0)
    found = check_vehicle(
        index, at(51.0, 179.9999, east_mps=40.0), look_ahead_s=200.0, nearing_m=0.0
    )
    assert found
    assert found[0].enters_in_s == pytest.approx(6_024 / 40, abs=1)


# --- the way -------------------------------------------------------------------------------------


@few
@given(shapes, st.lists(places, min_size=1, max_size=4))
def test_a_path_touches_what_points_along_it_touch(
    shape: Circle | Polygon, corners: list[tuple[float, float]]
) -> None:
    index = ZoneIndex(dataset(zone(shape)))
    found = check_path(index, [at(*corner) for corner in corners])
    nearest = min(distance_m(shape, *corner) for corner in corners)
    for a, b in itertools.pairwise(corners):
        bearing, _back, length = _line(a, b)
        for part in range(41):
            nearest = min(nearest, distance_m(shape, *moved(*a, bearing, length * part / 40)))
    if nearest == 0.0:
        assert [breach.inside for breach in found] == [True]
    elif nearest > 600.0:  # more than half of what lies between two of those points
        assert found == ()


def test_a_path_passes_over_and_under_and_through() -> None:
    """The zone lies from 100 to 200 m, 3 km ahead; the leg climbs from one height to another."""
    middle = moved(LAT, LON, 90.0, 3_000.0)
    band = zone(
        Circle(*middle, 500.0), lower=Limit(100.0, Datum.AMSL), upper=Limit(200.0, Datum.AMSL)
    )
    index = ZoneIndex(dataset(band))
    end = moved(LAT, LON, 90.0, 6_000.0)

    def touched(first: float | None, last: float | None) -> list[str]:
        found = check_path(index, [at(LAT, LON, first), at(*end, last)])
        return [breach.vertically for breach in found]

    assert touched(50.0, 50.0) == []
    assert touched(250.0, 250.0) == []
    assert touched(50.0, 250.0) == ["within"]
    assert touched(0.0, 200.0) == ["within"]  # 100 m half way
    assert touched(0.0, 150.0) == []  # 87.5 m at its far edge
    assert touched(50.0, None) == ["unknown"]
    assert touched(None, None) == ["unknown"]


def test_a_straight_climb_is_a_path_too() -> None:
    high = zone(
        Circle(LAT, LON, 500.0), lower=Limit(100.0, Datum.AMSL), upper=Limit(200.0, Datum.AMSL)
    )
    index = ZoneIndex(dataset(high))
    assert check_path(index, [at(LAT, LON, 10.0), at(LAT, LON, 90.0)]) == ()
    assert len(check_path(index, [at(LAT, LON, 10.0), at(LAT, LON, 110.0)])) == 1
    assert check_path(index, [at(LAT, LON, 10.0)]) == ()
    assert check_path(index, []) == ()


def test_a_long_leg_is_the_geodesic() -> None:
    """200 km along 51.5 N: the way's middle lies 1 km north of the parallel."""
    west, east = (51.5, -1.44), (51.5, 1.44)
    bearing, _back, length = _line(west, east)
    middle = moved(*west, bearing, length / 2)
    assert middle[0] > 51.508
    index = ZoneIndex(dataset(zone(Circle(*middle, 50.0))))
    assert len(check_path(index, [at(*west), at(*east)])) == 1
    parallel = ZoneIndex(dataset(zone(Circle(51.5, 0.0, 50.0))))
    assert check_path(parallel, [at(*west), at(*east)]) == ()


def test_a_geodesic_leg_leaves_the_box_of_its_ends() -> None:
    """9.9 km along 51.5 N: the way's middle lies 2.4 m north of both ends."""
    west = (51.5, -0.0713)
    east = (51.5, 0.0713)
    bearing, _back, length = _line(west, east)
    assert length < 10_000.0  # one piece
    middle = moved(*west, bearing, length / 2)
    assert (middle[0] - 51.5) * 111_250 == pytest.approx(2.4, abs=0.1)
    index = ZoneIndex(dataset(zone(Circle(*middle, 0.5))))
    assert len(check_path(index, [at(*west), at(*east)])) == 1


def test_a_path_names_its_zones_in_the_order_of_the_way() -> None:
    zones = [
        zone(Circle(*moved(LAT, LON, 90.0, metres), 100.0), zone_id=str(metres))
        for metres in (3_000, 1_000, 2_000)
    ]
    found = check_path(
        ZoneIndex(dataset(*zones)), [at(LAT, LON), at(*moved(LAT, LON, 90.0, 4_000.0))]
    )
    assert [breach.zone.zone_id for breach in found] == ["1000", "2000", "3000"]


# --- refusals ------------------------------------------------------------------------------------


TRIANGLE = ((51.0, 0.0), (51.0, 1.0), (52.0, 0.0))
SMALL = ((51.1, 0.1), (51.1, 0.2), (51.2, 0.1))


@pytest.mark.parametrize(
    ("shape", "why"),
    [
        (Circle(51.0, 0.0, 0.0), "radius"),
        (Circle(51.0, 0.0, math.nan), "radius"),
        (Circle(51.0, 0.0, 1e9), "radius"),
        (Circle(math.nan, 0.0, 100.0), "place"),
        (Circle(89.0, 0.0, 100.0), "place"),
        (Circle(51.0, 179.999, 1_000.0), "180th"),
        (Polygon(((51.0, 179.0), (51.0, -179.0), (52.0, 179.0))), "180th"),
        (Polygon(((51.0, 0.0), (51.0, 1.0))), "three"),
        (Polygon(((51.0, 0.0), (52.0, 1.0), (52.0, 0.0), (51.0, 1.0))), "cross"),
        (Polygon(((51.0, 0.0), (51.0, 20.0), (52.0, 0.0))), "long"),
        (Polygon(TRIANGLE, (((51.1, 0.1), (51.2, 0.1)),)), "three"),
        (Polygon(TRIANGLE, (((50.1, 0.1), (50.2, 0.1), (50.1, 0.2)),)), "hole must lie inside"),
        (Polygon(TRIANGLE, (((51.1, 0.1), (51.1, 0.95), (52.2, 0.1)),)), "hole must lie inside"),
        (Polygon(TRIANGLE, (((51.1, 0.1), (51.3, 0.3), (51.1, 0.3), (51.3, 0.1)),)), "hole"),
        (Polygon(TRIANGLE, (SMALL, ((51.11, 0.11), (51.3, 0.11), (51.11, 0.3)))), "another hole"),
        (Polygon(TRIANGLE, (((51.1, 0.1), (51.1, math.nan), (51.2, 0.1)),)), "place"),
    ],
)
def test_a_shape_that_cannot_be_checked_is_refused_by_its_zone(
    shape: Circle | Polygon, why: str
) -> None:
    with pytest.raises(ValueError, match=rf"Zone odd: .*{why}"):
        ZoneIndex(dataset(zone(shape, zone_id="odd")))


def test_a_zone_without_a_shape_and_one_id_twice_are_refused() -> None:
    with pytest.raises(ValueError, match="no shape"):
        ZoneIndex(dataset(zone()))
    with pytest.raises(ValueError, match="same id"):
        ZoneIndex(dataset(zone(Circle(LAT, LON, 1.0)), zone(Circle(LAT, LON, 2.0))))


@pytest.mark.parametrize(
    "values",
    [
        {"lat": math.nan},
        {"lat": 89.0},
        {"lon": 181.0},
        {"north_mps": math.nan},
        {"east_mps": 1e300},
        {"climb_mps": math.inf},
        {"position_error_m": -1.0},
        {"height_error_m": math.inf},
    ],
)
def test_kinematics_that_cannot_be_are_refused(values: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"must be|can be checked"):
        Kinematics(**{"lat": LAT, "lon": LON, "alt_amsl_m": 1.0, "ground_amsl_m": 1.0, **values})


def test_a_height_that_is_no_number_is_not_known() -> None:
    assert Kinematics(LAT, LON, math.nan, math.inf).alt_amsl_m is None
    assert Kinematics(LAT, LON, math.nan, math.inf).ground_amsl_m is None


def test_no_zones_at_all() -> None:
    index = ZoneIndex(dataset())
    assert check_vehicle(index, at(LAT, LON), look_ahead_s=30.0, nearing_m=1000.0) == ()
    assert check_path(index, [at(LAT, LON)]) == ()
    assert index.near(LAT, LON, 1e5) == []
