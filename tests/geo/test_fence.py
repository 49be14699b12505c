"""The fence of a flight: one ring to keep in, rings to keep out, few enough for an autopilot."""

from __future__ import annotations

import math

import pytest
import shapely

from geo.airspace.fence import MAX_CORNERS, MAX_RINGS, FenceRing, fence_of
from geo.local_frame import LocalFrame
from geo.zones import Circle, Datum, GeoZone, Layer, Limit, Polygon, Restriction

LAT, LON = 51.4958, -0.2386
FRAME = LocalFrame(LAT, LON)


def at(east_m: float, north_m: float) -> tuple[float, float]:
    return FRAME.to_wgs84(east_m, north_m)


def zone(*parts: Circle | Polygon, name: str = "A zone") -> GeoZone:
    layer = Layer(tuple(parts), Limit(0.0, Datum.SURFACE), Limit(600.0, Datum.AMSL))
    return GeoZone(
        zone_id=name,
        name=name,
        kind="restricted",
        restriction=Restriction.PERMISSION,
        layers=(layer,),
        authority="",
        contact="",
        law="",
        source="",
    )


def shape(ring: FenceRing) -> shapely.Polygon:
    return shapely.Polygon([FRAME.from_wgs84(*point) for point in ring.points])


def test_a_straight_way_has_one_ring_that_holds_it() -> None:
    [ring] = fence_of([at(0, 0), at(400, 300)], 30.0)
    assert ring.keep_in
    line = shapely.LineString([(0, 0), (400, 300)])
    found = shape(ring)
    assert found.contains(line)
    assert found.exterior.distance(line) == pytest.approx(30.0, abs=0.6)


def test_one_place_has_a_ring_round_it() -> None:
    [ring] = fence_of([at(0, 0), at(0, 0)], 30.0)
    assert shape(ring).area == pytest.approx(math.pi * 900, rel=0.05)


def test_the_lanes_of_a_survey_are_one_area() -> None:
    lanes = [at(80.0 * lane, 0 if (lane + up) % 2 else 500) for lane in range(20) for up in (0, 1)]
    [ring] = fence_of(lanes, 30.0)
    assert shape(ring).contains(shapely.Point(200, 250))  # between two lanes


def test_a_wide_gap_that_it_flies_round_is_kept_out_of() -> None:
    outside, inside = fence_of([at(0, 0), at(400, 0), at(400, 400), at(0, 400), at(0, 0)], 30.0)
    assert (outside.keep_in, inside.keep_in) == (True, False)
    assert shape(inside).contains(shapely.Point(200, 200))


def test_of_a_zone_only_what_lies_inside_is_fenced_off() -> None:
    wide = zone(Circle(*at(200, 1050), 1000.0))
    outside, kept_out = fence_of([at(0, 0), at(400, 0)], 60.0, [wide])
    found = shape(kept_out)
    assert found.area < shape(outside).area
    assert not found.contains(shapely.Point(200, 0))
    assert found.contains(shapely.Point(200, 55))


def test_a_polygon_with_a_hole_is_kept_out_of_as_a_whole() -> None:
    ring = (at(100, 20), at(300, 20), at(300, 60), at(100, 60))
    hole = (at(150, 30), at(250, 30), at(250, 50), at(150, 50))
    _outside, kept_out = fence_of([at(0, 0), at(400, 0)], 80.0, [zone(Polygon(ring, (hole,)))])
    assert shape(kept_out).contains(shapely.Point(200, 40))


def test_a_zone_that_is_not_within_needs_no_ring() -> None:
    assert len(fence_of([at(0, 0), at(400, 0)], 30.0, [zone(Circle(*at(0, 500), 100.0))])) == 1


def test_there_is_no_fence_between_a_way_and_a_zone_on_it() -> None:
    with pytest.raises(ValueError, match="too near to The prison"):
        fence_of([at(0, 0), at(400, 0)], 30.0, [zone(Circle(*at(200, 0), 50.0), name="The prison")])


def test_more_rings_than_an_autopilot_takes_are_refused() -> None:
    many = [zone(Circle(*at(25.0 * n, 20), 5.0), name=f"Z{n}") for n in range(1, 20)]
    with pytest.raises(ValueError, match=f"{MAX_RINGS} are the most"):
        fence_of([at(0, 0), at(500, 0)], 40.0, many)


def test_a_ring_has_few_enough_corners() -> None:
    curl = [at(n * 3 * math.cos(n / 7), n * 3 * math.sin(n / 7)) for n in range(0, 200, 2)]
    for ring in fence_of(curl, 30.0):
        assert len(ring.points) <= MAX_CORNERS


@pytest.mark.parametrize(
    ("path", "width"),
    [([], 30.0), ([at(0, 0)], 0.0), ([at(0, 0), at(0, 30_000)], 30.0), ([at(0, 0)], math.nan)],
)
def test_no_way_and_no_width_are_none(path: list[tuple[float, float]], width: float) -> None:
    with pytest.raises(ValueError, match=r"needs|further"):
        fence_of(path, width)


def test_a_way_that_no_plain_ring_goes_round_is_refused() -> None:
    curl = [at(n * 3 * math.cos(n / 7), n * 3 * math.sin(n / 7)) for n in range(0, 600, 2)]
    with pytest.raises(ValueError, match="more than 200 corners"):
        fence_of(curl, 30.0)
