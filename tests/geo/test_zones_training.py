"""The training zones: the facts they were made of, and what was published.

Places are published to the whole second, so they are off by up to 16 m north-south and 10 m
east-west: tolerances say so.
"""

from __future__ import annotations

import itertools
import json
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.zones import (
    Circle,
    Datum,
    Kinematics,
    OperatorType,
    Polygon,
    ZoneIndex,
    build,
    check_vehicle,
)
from geo.zones.outlines import CORNERS_OF_CIRCLE, rings_of
from geo.zones.training import training_dataset
from geo.zones.training_facts import AERODROMES
from tests.geo.zones_by_other_means import GEOD, dataset, distance_m, moved, vincenty_m, zone

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DATASET = training_dataset(NOW)
ZONES = {zone.zone_id: zone for zone in DATASET.zones}
INDEX = ZoneIndex(DATASET)
HELIPORT = ZONES["EGR1U043A"]
SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "airspace"
needs_shared = pytest.mark.skipif(
    not (SHARED / "greater_london_zones.json").is_file(),
    reason="shared/data/airspace (published zones) is not here",
)


def test_it_is_marked_as_training_and_valid_round_now() -> None:
    assert DATASET.training
    assert "training, not for operational use" in DATASET.name
    assert DATASET.effective_from is not None
    assert DATASET.effective_until is not None
    assert DATASET.effective_until - DATASET.effective_from == timedelta(days=28)
    assert DATASET.effective_from < NOW < DATASET.effective_until
    with pytest.raises(ValueError, match="time zone"):
        training_dataset(datetime(2026, 11, 24))  # noqa: DTZ001  # that is the point


def test_each_zone_says_whom_to_ask_by_what_law_and_where_its_facts_are_from() -> None:
    assert len(ZONES) == 25
    for each in DATASET.zones:
        assert all((each.name, each.authority, each.contact, each.law, each.source)), each.zone_id
        assert each.layers[0].lower.datum is Datum.SURFACE
        assert each.layers[0].upper.datum is Datum.AMSL
        assert each.restriction.value == "permission"


def test_only_the_instruments_that_say_so_let_the_metropolitan_police_in() -> None:
    """Never an aerodrome, a prison or another restricted area."""
    exempt = {each.zone_id for each in DATASET.zones if each.exempt}
    assert exempt == {"EGR157", "EGR158", "EGR159"}
    for zone_id in exempt:
        assert ZONES[zone_id].exempt == {OperatorType.MPS}
        assert "Chief Officer of Police" in ZONES[zone_id].conditions


# --- AIRSPACE.md section 1.1 ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone_id", "radius_m", "upper_ft"),
    [
        ("EGR1U028A", 4_630.0, 2_083),
        ("EGR1U043A", 3_704.0, 2_018),
        ("EGR1U029A", 3_704.0, 2_124),
        ("EGR1U035A", 3_704.0, 2_019),
        ("EGR1U027A", 3_704.0, 2_249),
        ("EGR1U031A", 3_704.0, 2_332),
        ("EGR1U045A", 3_704.0, 2_560),
        ("EGR1U026A", 3_704.0, 2_080),
        ("EGR1U036A", 3_704.0, 2_185),
        ("EGR1U034A", 4_630.0, 2_584),
        ("EGR156", 2_315.0, 2_500),
        ("EGR161", 1_203.8, 2_500),
        ("EGR1U082", 926.0, 1_350),
    ],
)
def test_radii_and_upper_limits(zone_id: str, radius_m: float, upper_ft: float) -> None:
    upper, circle = ZONES[zone_id].layers[0].upper, ZONES[zone_id].parts[0]
    assert isinstance(circle, Circle)
    assert circle.radius_m == pytest.approx(radius_m)
    assert upper.value_m == pytest.approx(upper_ft * 0.3048)


@pytest.mark.parametrize(
    ("runway_m", "notified_nm", "radius_m"),
    [
        (600.0, None, 3_704.0),
        (1_850.0, None, 3_704.0),
        (1_850.1, None, 4_630.0),
        (3_902.0, None, 4_630.0),
        (1_806.0, 2.5, 4_630.0),  # Biggin Hill
    ],
)
def test_a_traffic_zones_radius_follows_from_the_longest_runway(
    runway_m: float, notified_nm: float | None, radius_m: float
) -> None:
    """Air Navigation Order 2016 art 5."""
    assert build.atz_radius_m(runway_m, notified_nm) == pytest.approx(radius_m)
    [circle] = build.flight_restriction(
        (51.5, -0.1), longest_runway_m=runway_m, notified_nm=notified_nm
    )
    assert circle == Circle(51.5, -0.1, build.atz_radius_m(runway_m, notified_nm))


def test_an_aerodrome_without_a_traffic_zone_has_two_miles_and_no_length_is_refused() -> None:
    [circle] = build.flight_restriction((51.5, -0.1), longest_runway_m=None)
    assert circle == Circle(51.5, -0.1, 3_704.0)
    for bad in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(ValueError, match="length"):
            build.atz_radius_m(bad)


def test_runways_are_at_least_as_long_as_between_their_thresholds() -> None:
    for each in AERODROMES:
        for one in each.runways:
            for other in each.runways:
                apart_m = vincenty_m(one.lat, one.lon, other.lat, other.lon)
                opposite = abs((one.track_deg - other.track_deg) % 360 - 180) < 1.0
                if opposite and each.longest_runway_m is not None:
                    assert apart_m < each.longest_runway_m + 1.0


def test_all_of_a_constructed_zone_is_tested_together() -> None:
    """The strip alone, the circle alone and what they share are all inside; beside them is not."""
    threshold, track = moved(51.5, -0.1, 270.0, 800.0), 90.0
    parts = build.flight_restriction(
        (51.5, -0.1), longest_runway_m=1_600.0, landings=[(threshold, track)], half_width_m=750.0
    )
    index = ZoneIndex(dataset(zone(*parts)))

    def touches(west_m: float, north_m: float) -> bool:
        place = moved(*moved(51.5, -0.1, 270.0, west_m), 0.0, north_m)
        vehicle = Kinematics(*place, 60.0, 5.0, position_error_m=0.0)
        return bool(check_vehicle(index, vehicle, look_ahead_s=0.0, nearing_m=0.0))

    assert touches(5_790.0, 740.0)  # in the strip's far corner
    assert touches(2_000.0, 0.0)
    assert touches(0.0, 3_700.0)
    assert not touches(5_810.0, 0.0)
    assert not touches(5_790.0, 760.0)
    assert not touches(0.0, 3_710.0)


@pytest.mark.parametrize("radius_m", [1_000.0, 3_704.0, 4_630.0, 10_000.0])
@given(bearing=st.floats(0, 360))
def test_a_radius_is_exact_to_the_millimetre(radius_m: float, bearing: float) -> None:
    """Section 4: other frames are metres off here; the geodesic itself is not."""
    index = ZoneIndex(dataset(zone(Circle(51.4927, -0.2240, radius_m))))
    for off_m, inside in ((-0.002, True), (0.012, False)):  # the boundary's own centimetre
        place = moved(51.4927, -0.2240, bearing, radius_m + off_m)
        assert vincenty_m(51.4927, -0.2240, *place) == pytest.approx(radius_m + off_m, abs=1e-3)
        vehicle = Kinematics(*place, 60.0, 5.0, position_error_m=0.0)
        assert bool(check_vehicle(index, vehicle, look_ahead_s=0, nearing_m=0)) is inside


@pytest.mark.parametrize("aerodrome", AERODROMES, ids=lambda each: each.zone_id)
def test_runway_strips_are_five_kilometres_before_the_threshold(aerodrome: Any) -> None:
    """Width and length by other means, and away from the aerodrome, not over it."""
    parts = ZONES[aerodrome.zone_id].parts
    lat, lon = build.place(aerodrome.centre)
    assert len(parts) == 1 + len(aerodrome.runways)
    width_m = 1_500.0 if "Heathrow" in aerodrome.name else 1_000.0
    for runway, strip in zip(aerodrome.runways, parts[1:], strict=True):
        assert isinstance(strip, Polygon)
        near_left, far_left, far_right, near_right = strip.ring
        assert vincenty_m(*near_left, *near_right) == pytest.approx(width_m, abs=0.01)
        assert vincenty_m(*far_left, *far_right) == pytest.approx(width_m, abs=0.01)
        assert vincenty_m(*near_left, *far_left) == pytest.approx(5_000.0, abs=0.1)
        threshold = (runway.lat, runway.lon)
        assert distance_m(strip, *threshold) < 0.01
        assert distance_m(strip, *moved(*threshold, runway.track_deg, 100.0)) > 99.0
        assert distance_m(strip, *moved(*threshold, runway.track_deg, -4_999.0)) == 0.0
        assert vincenty_m(lat, lon, *far_left) > vincenty_m(lat, lon, *near_left)


# --- AIRSPACE.md section 1.6: what covers Hammersmith & Fulham -----------------------------------

# Places as maps give them; a stadium or a station is tens of metres wide.
PLACES = {
    "Stamford Bridge": (51.4817, -0.1910),
    "Craven Cottage": (51.4749, -0.2217),
    "Olympia": (51.4964, -0.2096),
    "Hammersmith Broadway": (51.4925, -0.2235),
    "Hammersmith Town Hall": (51.4924, -0.2337),
    "Shepherd's Bush Green": (51.5046, -0.2210),
    "Loftus Road": (51.5093, -0.2322),
    "Bishop's Park": (51.4710, -0.2140),
}


@pytest.mark.parametrize(
    ("place", "inside_m", "tolerance_m"),
    [
        ("Stamford Bridge", 2_172.0, 20.0),
        ("Craven Cottage", 723.0, 20.0),
        ("Olympia", 107.0, 50.0),
        ("Hammersmith Broadway", -257.0, 50.0),
    ],
)
def test_how_far_places_are_inside_the_heliports_zone(
    place: str, inside_m: float, tolerance_m: float
) -> None:
    [circle] = HELIPORT.parts
    assert isinstance(circle, Circle)
    far_m = vincenty_m(*PLACES[place], circle.lat, circle.lon)
    assert 3_704.0 - far_m == pytest.approx(inside_m, abs=tolerance_m)


def zones_at(place: str) -> set[str]:
    vehicle = Kinematics(*PLACES[place], 60.0, None, position_error_m=0.0)
    found = check_vehicle(INDEX, vehicle, look_ahead_s=0.0, nearing_m=0.0)
    return {breach.zone.zone_id for breach in found if breach.inside}


@pytest.mark.parametrize("place", ["Stamford Bridge", "Craven Cottage", "Olympia", "Bishop's Park"])
def test_the_heliports_zone_covers_fulham(place: str) -> None:
    assert zones_at(place) == {"EGR1U043A"}


@pytest.mark.parametrize(
    "place",
    ["Hammersmith Broadway", "Hammersmith Town Hall", "Shepherd's Bush Green", "Loftus Road"],
)
def test_the_north_of_the_borough_is_free_of_zones(place: str) -> None:
    assert zones_at(place) == set()


def test_wormwood_scrubs_is_its_own_zone_and_loftus_road_lies_outside_it() -> None:
    [prison] = ZONES["EGR1U077"].parts
    assert distance_m(prison, 51.5168, -0.2407) == 0.0
    assert distance_m(prison, *PLACES["Loftus Road"]) == pytest.approx(417.0, abs=40.0)


def test_hyde_parks_area_does_not_reach_the_borough() -> None:
    [park] = ZONES["EGR157"].parts
    assert distance_m(park, *PLACES["Olympia"]) == pytest.approx(563.0, abs=60.0)


def test_heathrows_and_northolts_zones_do_not_reach_the_borough() -> None:
    """Its western end lies at about 0.255 W."""
    for zone_id in ("EGR1U028A", "EGR1U029A"):
        assert min(distance_m(part, 51.5, -0.255) for part in ZONES[zone_id].parts) > 5_000.0


def test_the_demonstrations_park_is_clear_and_the_flights_end_of_it_is_not_far() -> None:
    found = INDEX.near(51.4958, -0.2386, 1_500.0)
    assert {zone.zone_id for zone in found} == {"EGR1U043A"}
    assert not INDEX.near(51.4958, -0.2386, 1_000.0)


# --- against what was published ------------------------------------------------------------------


def published() -> dict[str, list[dict[str, Any]]]:
    """Features by the zone of ours that they are of: lettered parts of one aerodrome together."""
    features = json.loads((SHARED / "greater_london_zones.json").read_text())["features"]
    found: dict[str, list[dict[str, Any]]] = {}
    for feature in features:
        designator = feature["extendedProperties"].get("designator", feature["identifier"])
        ours = ZONES.get(designator) or ZONES.get(designator[:-1] + "A")
        if ours is not None:
            found.setdefault(ours.zone_id, []).append(feature)
    return found


def as_published(features: list[dict[str, Any]]) -> shapely.Geometry:
    shapes = []
    for feature in features:
        shape = feature["geometry"][0]["horizontalProjection"]
        if shape["type"] == "Circle":
            lon, lat = shape["center"]
            corners = [GEOD.fwd(lon, lat, a, shape["radius"])[:2] for a in range(360)]
            shapes.append(shapely.Polygon(corners))
        else:
            shapes.append(shapely.Polygon(shape["coordinates"][0]))
    return shapely.union_all(shapes)


def in_metres(shape: shapely.Geometry) -> shapely.Geometry:
    """Within 50 km of the middle of London, lengths are right to a part in 100,000."""
    plane = pyproj.Proj(proj="aeqd", lat_0=51.5, lon_0=-0.1, ellps="WGS84")
    return shapely.transform(shape, lambda c: list(zip(*plane(c[:, 0], c[:, 1]), strict=True)))


def drawn(zone_id: str) -> shapely.Geometry:
    return shapely.MultiPolygon(
        [shapely.Polygon(rings[0], rings[1:]) for rings in rings_of(ZONES[zone_id].parts)]
    )


@needs_shared
def test_every_training_zone_is_a_published_one() -> None:
    assert set(published()) == set(ZONES)


@needs_shared
@pytest.mark.parametrize("zone_id", sorted(ZONES))
def test_shapes_agree_with_the_published_ones(zone_id: str) -> None:
    """Edges within 25 m (whole seconds are up to 16 and 10 m off, and the published rings differ
    from their own words by up to 21 m); the area within 0.1 % of an aerodrome, 2.5 % of a small
    polygon."""
    ours, theirs = in_metres(drawn(zone_id)), in_metres(as_published(published()[zone_id]))
    share = 0.001 if isinstance(ZONES[zone_id].parts[0], Circle) else 0.025
    assert ours.area == pytest.approx(theirs.area, rel=share)
    for one, other in ((ours, theirs), (theirs, ours)):
        assert one.difference(other.buffer(25.0)).area == 0.0


@needs_shared
@pytest.mark.parametrize("zone_id", sorted(ZONES))
def test_limits_agree_with_the_published_ones(zone_id: str) -> None:
    """Aerodromes: published as above the ground, in law above the aerodrome's level."""
    for feature in published()[zone_id]:
        exact = feature["extendedProperties"]["upperExact"]
        level = next((a.level_ft for a in AERODROMES if a.zone_id == zone_id), 0.0)
        assert exact["reference"] == ("AGL" if ZONES[zone_id].kind == "aerodrome" else "AMSL")
        upper = ZONES[zone_id].layers[0].upper
        assert upper.value_m == pytest.approx((exact["value"] + level) * 0.3048)


@needs_shared
def test_exemptions_agree_with_the_published_words() -> None:
    words = "in the service of the Chief Officer of Police for the Metropolitan Police District"
    for zone_id, features in published().items():
        says = any(words in str(each.get("restrictionConditions")) for each in features)
        assert says == (OperatorType.MPS in ZONES[zone_id].exempt), zone_id


@needs_shared
def test_centres_agree_with_those_of_the_published_rings() -> None:
    for zone_id, features in published().items():
        for feature in features:
            shape = feature["geometry"][0]["horizontalProjection"]
            circle = ZONES[zone_id].parts[0]
            if shape["type"] == "Circle" and isinstance(circle, Circle):
                lon, lat = shape["center"]
                assert vincenty_m(lat, lon, circle.lat, circle.lon) < 17.0
                assert circle.radius_m == pytest.approx(shape["radius"], abs=0.1)


@needs_shared
def test_thresholds_are_those_of_the_shared_table() -> None:
    ours = {
        (round(runway.lat, 6), round(runway.lon, 6), round(runway.track_deg, 2))
        for aerodrome in AERODROMES
        for runway in aerodrome.runways
    }
    table = json.loads((SHARED / "thresholds.json").read_text())
    assert ours == {(row["lat"], row["lon"], row["bearing_in"]) for row in table}


# --- drawing -------------------------------------------------------------------------------------


def test_a_drawn_circles_corners_lie_on_it() -> None:
    [circle], [[ring]] = HELIPORT.parts, rings_of(HELIPORT.parts)
    assert isinstance(circle, Circle)
    assert len(ring) - 1 == CORNERS_OF_CIRCLE >= 128
    assert ring[0] == ring[-1]
    for lon, lat in ring:
        assert vincenty_m(lat, lon, circle.lat, circle.lon) == pytest.approx(3_704.0, abs=0.01)


def test_drawn_rings_are_joined_and_turn_as_geojson_says() -> None:
    for each in DATASET.zones:
        polygons = rings_of(each.parts)
        assert len(polygons) == 1  # an aerodrome's strips meet its circle
        outer = shapely.LinearRing(polygons[0][0])
        assert outer.is_ccw
        assert outer.is_valid


# --- building ------------------------------------------------------------------------------------


def test_places_in_degrees_minutes_and_seconds() -> None:
    assert build.place("512812N 0001046W") == pytest.approx((51.47, -0.179444), abs=1e-6)
    assert build.place("513019N 0000319E") == pytest.approx((51.505278, 0.055278), abs=1e-6)
    for bad in ("", "512812 0001046", "516012N 0001046W", "51.47, -0.18", "912812N 0001046W"):
        with pytest.raises(ValueError, match=r"[Pp]lace|59"):
            build.place(bad)


def test_an_arcs_points_lie_on_its_circle_and_turn_clockwise() -> None:
    centre = (51.5, -0.1)
    north, west = moved(*centre, 0.0, 1_000.0), moved(*centre, 270.0, 1_000.0)
    points = build.arc(centre, 1_000.0, north, west)
    bearings = [GEOD.inv(centre[1], centre[0], lon, lat)[0] % 360 for lat, lon in points]
    assert bearings == sorted(bearings)
    assert bearings[0] < 5.0
    assert bearings[-1] > 265.0
    assert all(math.isclose(vincenty_m(*centre, *p), 1_000.0, abs_tol=1e-3) for p in points)


@pytest.mark.parametrize("radius_m", [100.0, 555.6, 1_018.6, 18_520.0, 150_000.0])
def test_an_arcs_chords_leave_out_no_more_than_a_decimetre(radius_m: float) -> None:
    centre = (51.5, -0.1)
    north, east = moved(*centre, 0.0, radius_m), moved(*centre, 90.0, radius_m)
    points = [north, *build.arc(centre, radius_m, north, east), east]
    for one, other in itertools.pairwise(points):
        bearing, _back, length = GEOD.inv(one[1], one[0], other[1], other[0])
        middle = moved(*one, bearing, length / 2)
        assert radius_m - vincenty_m(*centre, *middle) <= build.ARC_CHORD_M + 1e-6


def test_an_arc_without_a_radius_is_refused() -> None:
    for radius_m in (0.0, -1.0, math.nan):
        with pytest.raises(ValueError, match="radius"):
            build.arc((51.5, -0.1), radius_m, (51.6, -0.1), (51.5, 0.0))
