"""Patterns: what is flown covers what was asked, stays where it may, and no more than it must."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.missions import HeightDatum, MissionItem
from geo.missions.motion import leg_between, turn_deg
from geo.missions.patterns import (
    MAX_ITEMS,
    Corridor,
    ExpandingSquare,
    Orbit,
    Perimeter,
    PlanRefused,
    SectorSearch,
    Survey,
    SurveyCamera,
    SurveyPlan,
    plan_corridor,
    plan_expanding_square,
    plan_orbit,
    plan_perimeter,
    plan_sector_search,
    plan_survey,
)
from tests.geo.missions.missions import PARK, square

Place = tuple[float, float]
CAMERA = SurveyCamera.of_view(73.7, 4000, 3000)
TALL_U = ((0, 0), (300, 0), (300, 300), (200, 300), (200, 60), (100, 60), (100, 300), (0, 300))


def ring(corners: tuple[tuple[float, float], ...]) -> tuple[Place, ...]:
    return tuple(PARK.to_wgs84(x, y) for x, y in corners)


def metres(items: tuple[MissionItem, ...]) -> list[tuple[float, float]]:
    return [PARK.from_wgs84(item.lat, item.lon) for item in items]


def legs(items: tuple[MissionItem, ...]) -> list[tuple[float, float]]:
    """(metres, course) between the items."""
    places = [(item.lat, item.lon) for item in items]
    return [leg_between(one, other) for one, other in pairwise(places)]


def photographed(items: tuple[MissionItem, ...]) -> list[shapely.LineString]:
    """The lines along which pictures are taken."""
    found, on, at = [], False, metres(items)
    for n, item in enumerate(items):
        if on:
            found.append(shapely.LineString([at[n - 1], at[n]]))
        if item.photo_every_m is not None:
            on = item.photo_every_m > 0
    return found


# --- camera ---------------------------------------------------------------------------------------


def test_a_sensor_and_its_field_of_view_are_one_camera() -> None:
    by_sensor = SurveyCamera.of_sensor(13.2, 8.8, 8.8, 5472, 3648)
    assert by_sensor.covers_m(100) == pytest.approx((150, 100))
    assert by_sensor.gsd_m(100) == pytest.approx(150 / 5472)
    by_view = SurveyCamera.of_view(by_sensor.hfov_deg, 5472, 3648)
    assert by_view.covers_m(100) == pytest.approx((150, 100))
    upright = SurveyCamera.of_sensor(13.2, 8.8, 8.8, 5472, 3648, across=False)
    assert upright.covers_m(100) == pytest.approx((100, 150))


@pytest.mark.parametrize("hfov", [0.0, 180.0, -5.0, math.nan, math.inf])
def test_cameras_that_are_none(hfov: float) -> None:
    with pytest.raises(PlanRefused, match="hfov_deg"):
        SurveyCamera.of_view(hfov, 4000, 3000)


# --- survey ---------------------------------------------------------------------------------------


def test_overlap_becomes_spacing() -> None:
    plan = plan_survey(Survey(square(300), 60, CAMERA, overlap_front=0.8, overlap_side=0.7))
    across, along = CAMERA.covers_m(60)
    assert plan.photos_apart_m == pytest.approx(along * 0.2)
    assert plan.lines_apart_m <= across * 0.3 + 1e-9
    assert plan.lines == math.ceil(300 / (across * 0.3))
    assert len(plan.items) == 2 * plan.lines
    assert plan.items[0].gimbal_pitch_deg == -90
    assert plan.items[0].photo_every_m == plan.photos_apart_m
    assert plan.items[1].photo_every_m == 0
    assert {item.datum for item in plan.items} == {HeightDatum.TERRAIN}
    assert plan.photos == pytest.approx(plan.lines * 300 / plan.photos_apart_m, rel=0.1)


def test_lines_lie_along_the_longer_side() -> None:
    long = ring(((0, 0), (400, 0), (400, 80), (0, 80)))
    plan = plan_survey(Survey(long, 40, CAMERA))
    assert turn_deg(plan.course_deg, 90) == pytest.approx(0, abs=0.1)
    given_course = plan_survey(Survey(long, 40, CAMERA, course_deg=0))
    assert given_course.lines > plan.lines


def test_turned_shapes_are_measured_along_their_edges() -> None:
    c, s = math.cos(math.radians(37)), math.sin(math.radians(37))
    turned = tuple(
        (x * c - y * s, x * s + y * c) for x, y in ((0, 0), (400, 0), (400, 80), (0, 80))
    )
    plan = plan_survey(Survey(ring(turned), 40, CAMERA))
    assert turn_deg(plan.course_deg, 53) == pytest.approx(0, abs=0.1)


def test_every_line_is_cut_at_the_notch_and_no_leg_leaves_the_area() -> None:
    plan = plan_survey(Survey(ring(TALL_U), 40, CAMERA, course_deg=90))
    area = shapely.Polygon(TALL_U).buffer(0.1)
    for one, other in pairwise(metres(plan.items)):
        assert area.covers(shapely.LineString([one, other]))
    below = [line for line in photographed(plan.items) if line.length > 250]
    assert 0 < len(below) < plan.lines


def test_a_hole_is_neither_surveyed_nor_crossed() -> None:
    outer, inner = square(300), square(100, 100, 100)
    plan = plan_survey(Survey(outer, 30, CAMERA, holes=(inner,)))
    hole = shapely.Polygon([PARK.from_wgs84(*at) for at in inner]).buffer(-0.1)
    for one, other in pairwise(metres(plan.items)):
        assert not hole.intersects(shapely.LineString([one, other]))


def unseen_m2(
    shape: tuple[tuple[float, float], ...], plan: SurveyPlan, height: float, step: float = 2
) -> float:
    """By other means: squares of `step` metres whose middle no picture shows."""
    across, along = CAMERA.covers_m(height)
    west, south, east, north = shapely.Polygon(shape).bounds
    xs, ys = np.meshgrid(
        np.arange(west, east, step) + step / 2, np.arange(south, north, step) + step / 2
    )
    left = shapely.contains_xy(shapely.Polygon(shape), xs, ys)
    for line in photographed(plan.items):
        (x1, y1), (x2, y2) = line.coords
        ahead, aside = (x2 - x1) / line.length, (y2 - y1) / line.length
        on = (xs - x1) * ahead + (ys - y1) * aside
        off = np.abs((xs - x1) * aside - (ys - y1) * ahead)
        left &= ~((on >= -along / 2) & (on <= line.length + along / 2) & (off <= across / 2))
    return step**2 * float(left.sum())


def test_pictures_cover_the_area() -> None:
    plan = plan_survey(Survey(ring(TALL_U), 40, CAMERA, overlap_side=0.3, overlap_front=0.5))
    assert unseen_m2(TALL_U, plan, 40) == 0
    assert plan.unseen_m2 < 1


def test_a_sharp_corner_that_no_picture_shows_is_told() -> None:
    sharp = ((0, 0), (400, 0), (0, 60))
    plan = plan_survey(Survey(ring(sharp), 20, CAMERA, overlap_side=0.0, course_deg=90))
    assert plan.unseen_m2 == pytest.approx(unseen_m2(sharp, plan, 20, 0.25), abs=5)
    assert plan.unseen_m2 > 20


def test_cells_are_flown_there_and_back() -> None:
    plan = plan_survey(Survey(square(200), 40, CAMERA, course_deg=0))
    courses = [course for _, course in legs(plan.items)][::2]
    for one, other in pairwise(courses):
        assert turn_deg(one, other) == pytest.approx(180, abs=0.1)


def test_crosshatch_is_flown_again_at_right_angles() -> None:
    once = plan_survey(Survey(square(200), 40, CAMERA, course_deg=20))
    twice = plan_survey(Survey(square(200), 40, CAMERA, course_deg=20, crosshatch=True))
    assert twice.lines > once.lines
    lengths = [line for line in photographed(twice.items) if line.length > 50]
    courses = {
        round(math.degrees(math.atan2(b[0] - a[0], b[1] - a[1])) % 180)
        for a, b in (line.coords for line in lengths)
    }
    assert courses == {20, 110}


def test_lead_in_and_start() -> None:
    start = PARK.to_wgs84(200, 200)
    plan = plan_survey(Survey(square(200), 40, CAMERA, lead_in_m=20, course_deg=0, start=start))
    assert len(plan.items) == 4 * plan.lines
    assert legs(plan.items)[0][0] == pytest.approx(20, abs=0.01)
    assert plan.items[0].photo_every_m is None
    assert leg_between((plan.items[1].lat, plan.items[1].lon), start)[0] < plan.lines_apart_m


def test_no_pictures_between_lines() -> None:
    plan = plan_survey(Survey(ring(TALL_U), 40, CAMERA))
    assert sum(line.length for line in photographed(plan.items)) < 1.01 * sum(
        line.length for line in photographed(plan.items) if line.length > 0.4
    )
    assert len(photographed(plan.items)) == plan.lines


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"polygon": ring(((0, 0), (200, 200), (200, 0), (0, 200)))}, "polygon"),
        ({"polygon": square(1)}, "polygon"),
        ({"polygon": square(200)[:2]}, "polygon"),
        ({"polygon": ()}, "polygon"),
        ({"polygon": square(30_000)}, "polygon"),
        ({"polygon": ((51.4, -0.2), (math.nan, -0.2), (51.5, -0.2))}, "polygon"),
        ({"polygon": ((51.4, -0.2), (-0.2, 51.4), (51.5, -0.2))}, "polygon"),
        ({"polygon": square(4500), "height_m": 20}, "polygon"),
        ({"holes": (square(400, -50, -50),)}, "holes"),
        ({"holes": (square(100, 10, 10), square(100, 20, 20))}, "holes"),
        ({"overlap_side": 1.0}, "overlap_side"),
        ({"overlap_front": -0.1}, "overlap_front"),
        ({"overlap_front": math.nan}, "overlap_front"),
        ({"height_m": 0}, "height_m"),
        ({"height_m": math.inf}, "height_m"),
        ({"datum": HeightDatum.AMSL}, "datum"),
        ({"lead_in_m": -1}, "lead_in_m"),
        ({"speed_mps": 0}, "speed_mps"),
        ({"course_deg": 999}, "course_deg"),
    ],
)
def test_surveys_that_cannot_be(change: dict[str, object], field: str) -> None:
    asked: dict[str, object] = {"polygon": square(200), "height_m": 40, "camera": CAMERA}
    with pytest.raises(PlanRefused) as refused:
        plan_survey(Survey(**(asked | change)))  # type: ignore[arg-type]
    assert refused.value.field == field
    assert refused.value.remedy


def test_too_many_items_says_how_many_and_what_to_do() -> None:
    with pytest.raises(PlanRefused, match=r"takes at most 700.*Fly higher.*split the area into 2"):
        plan_survey(Survey(square(5000), 30, CAMERA, overlap_side=0.75))


def test_a_camera_that_is_too_slow() -> None:
    slow = SurveyCamera.of_view(73.7, 4000, 3000, least_interval_s=2)
    with pytest.raises(PlanRefused, match="Fly at 5"):
        plan_survey(Survey(square(200), 60, slow, overlap_front=0.85, speed_mps=15))


@settings(max_examples=25, deadline=None)
@given(
    corners=st.lists(
        st.tuples(st.floats(20, 400), st.floats(0, 2 * math.pi)), min_size=3, max_size=10
    ),
    height=st.floats(20, 120),
    cross=st.booleans(),
)
def test_any_star_shape(corners: list[tuple[float, float]], height: float, cross: bool) -> None:
    """Of any shape: a refusal in words, or lines that stay inside and whose strips cover it."""
    shape = tuple(
        (r * math.cos(a), r * math.sin(a)) for r, a in sorted(corners, key=lambda each: each[1])
    )
    asked = Survey(ring(shape), height, CAMERA, crosshatch=cross)
    try:
        plan = plan_survey(asked)
    except PlanRefused:
        return
    assert len(plan.items) <= MAX_ITEMS
    area = shapely.Polygon(shape)
    wide = area.buffer(0.5)
    for one, other in pairwise(metres(plan.items)):
        assert wide.covers(shapely.LineString([one, other]))
    told, found = plan.unseen_m2, unseen_m2(shape, plan, height)
    assert told == pytest.approx(found, abs=40 + 0.01 * area.area)


# --- corridor -------------------------------------------------------------------------------------


BENT = ring(((0, 0), (300, 0), (500, 200)))


def test_a_corridor_by_its_camera() -> None:
    plan = plan_corridor(Corridor(BENT, 100, 40, camera=CAMERA))
    across, _ = CAMERA.covers_m(40)
    assert plan.passes == math.ceil(100 / (across * 0.35))
    line = shapely.LineString([PARK.from_wgs84(*at) for at in BENT])
    outer = (plan.passes - 1) / 2 * plan.passes_apart_m
    far = max(line.distance(shapely.Point(at)) for at in metres(plan.items))
    assert far >= outer - 0.1
    assert sum(1 for item in plan.items if item.photo_every_m == 0) == plan.passes


def test_passes_go_there_and_back_beside_each_other() -> None:
    plan = plan_corridor(Corridor(BENT, 60, 40, passes=3))
    assert len(plan.items) == 9
    at = metres(plan.items)
    assert at[0][1] == pytest.approx(20, abs=0.1)  # to the left of a line to the east
    assert at[5][1] == pytest.approx(0, abs=0.1)
    assert at[6][1] == pytest.approx(-20, abs=0.1)
    assert all(item.photo_every_m is None for item in plan.items)
    assert plan.photos_apart_m is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"line": BENT[:1]}, "line"),
        ({"line": (BENT[0], BENT[0])}, "line"),
        ({"line": ring(((0, 0), (100, 0), (50, 50), (50, -50)))}, "line"),
        ({"width_m": 0}, "width_m"),
        ({"passes": None}, "passes"),
        ({"passes": 0}, "passes"),
        ({"line": ring(((0, 0), (20, 0), (20, 3), (0, 3))), "width_m": 200}, "width_m"),
    ],
)
def test_corridors_that_cannot_be(change: dict[str, object], field: str) -> None:
    asked: dict[str, object] = {"line": BENT, "width_m": 60, "height_m": 40, "passes": 2}
    with pytest.raises(PlanRefused) as refused:
        plan_corridor(Corridor(**(asked | change)))  # type: ignore[arg-type]
    assert refused.value.field == field


# --- orbit ----------------------------------------------------------------------------------------


def test_an_orbit_of_points_looks_at_its_middle() -> None:
    lat, lon = PARK.to_wgs84(0, 0)
    items = plan_orbit(Orbit(lat, lon, 50, 50, points=8, turns=2, photos=True))
    assert len(items) == 17
    for item in items:
        far, course = leg_between((item.lat, item.lon), (lat, lon))
        assert far == pytest.approx(50, abs=1e-3)
        assert turn_deg(course, item.heading_deg or 0) == pytest.approx(0, abs=0.01)
    assert items[0].gimbal_pitch_deg == pytest.approx(-45)
    assert metres(items)[2] == pytest.approx((50, 0), abs=0.01)  # clockwise from north
    other = plan_orbit(Orbit(lat, lon, 50, 50, points=8, clockwise=False))
    assert metres(other)[2] == pytest.approx((-50, 0), abs=0.01)


def test_an_orbit_left_to_the_autopilot() -> None:
    (item,) = plan_orbit(Orbit(51.5, -0.2, 50, 50, turns=3, target_height_m=50))
    assert (item.orbit_radius_m, item.orbit_turns, item.gimbal_pitch_deg) == (50, 3, 0)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"radius_m": 2}, "radius_m"),
        ({"clockwise": False}, "clockwise"),
        ({"photos": True}, "photos"),
        ({"datum": HeightDatum.AMSL}, "target_height_m"),
        ({"points": 3}, "points"),
        ({"points": 72, "turns": 20}, "points"),
        ({"height_m": math.nan}, "height_m"),
        ({"lat": 95.0}, "lat, lon"),
        ({"target_height_m": 1000.0, "radius_m": 10}, "target_height_m"),
    ],
)
def test_orbits_that_cannot_be(change: dict[str, object], field: str) -> None:
    asked: dict[str, object] = {"lat": 51.5, "lon": -0.2, "radius_m": 50, "height_m": 40}
    with pytest.raises(PlanRefused) as refused:
        plan_orbit(Orbit(**(asked | change)))  # type: ignore[arg-type]
    assert refused.value.field == field


# --- perimeter ------------------------------------------------------------------------------------


@pytest.mark.parametrize("clockwise", [True, False])
def test_a_round_inside_the_edge_looking_in(clockwise: bool) -> None:
    items = plan_perimeter(
        Perimeter(square(200), 40, inset_m=20, clockwise=clockwise, every_m=40, laps=2)
    )
    assert len(items) == 2 * 16 + 1
    area = shapely.Polygon([PARK.from_wgs84(*at) for at in square(200)])
    at = metres(items)
    assert at[0] == pytest.approx(at[-1])
    for place, item in zip(at, items, strict=True):
        assert area.exterior.distance(shapely.Point(place)) == pytest.approx(20, abs=0.1)
        angle = math.radians(item.heading_deg or 0)
        ahead = shapely.Point(place[0] + 10 * math.sin(angle), place[1] + 10 * math.cos(angle))
        assert area.contains(ahead)
    turned = shapely.LinearRing(at[:16]).is_ccw
    assert turned is not clockwise


def test_a_round_begins_near_where_it_is_told_to() -> None:
    start = PARK.to_wgs84(195, 5)
    items = plan_perimeter(Perimeter(square(200), 40, start=start))
    assert leg_between((items[0].lat, items[0].lon), start)[0] < 8


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"inset_m": 150}, "inset_m", "nothing"),
        ({"inset_m": 45, "polygon": ring(TALL_U)}, "inset_m", "nothing|parts"),
        ({"inset_m": -1}, "inset_m", "0 to"),
        ({"laps": 0}, "laps", "1 to"),
        ({"every_m": 2, "laps": 50}, "polygon", "laps"),
        ({"pitch_deg": 80}, "pitch_deg", "30"),
    ],
)
def test_rounds_that_cannot_be(change: dict[str, object], field: str, words: str) -> None:
    asked: dict[str, object] = {"polygon": square(200), "height_m": 40}
    with pytest.raises(PlanRefused, match=words) as refused:
        plan_perimeter(Perimeter(**(asked | change)))  # type: ignore[arg-type]
    assert refused.value.field == field


# --- search ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("clockwise", [True, False])
def test_an_expanding_square(clockwise: bool) -> None:
    items = plan_expanding_square(
        ExpandingSquare(51.4958, -0.2386, 30, 8, 40, course_deg=70, clockwise=clockwise)
    )
    found = legs(items)
    assert [round(far) for far, _ in found] == [30, 30, 60, 60, 90, 90, 120, 120]
    assert found[0][1] == pytest.approx(70, abs=0.01)
    for (_, one), (_, other) in pairwise(found):
        assert (other - one) % 360 == pytest.approx(90 if clockwise else 270, abs=0.01)


def test_neighbouring_tracks_of_a_square_are_one_spacing_apart() -> None:
    items = plan_expanding_square(ExpandingSquare(51.4958, -0.2386, 30, 20, 40))
    at = metres(items)
    tracks = [shapely.LineString(pair) for pair in pairwise(at)]
    for n, track in enumerate(tracks[4:], 4):
        assert track.distance(tracks[n - 4]) == pytest.approx(30, abs=0.01)


def rims_of(items: tuple[MissionItem, ...]) -> set[int]:
    """Bearings of the places away from the middle."""
    away = [at for at in metres(items) if math.hypot(*at) > 1]
    return {round(math.degrees(math.atan2(*at))) % 360 for at in away}


def test_a_sector_search() -> None:
    items = plan_sector_search(SectorSearch(51.4958, -0.2386, 200, 40, course_deg=10))
    found = legs(items)
    assert len(found) == 9
    assert all(far == pytest.approx(200, abs=0.01) for far, _ in found)
    turns = [(other - one) % 360 for (_, one), (_, other) in pairwise(found)]
    assert [round(turn) % 360 for turn in turns] == [120, 120, 0, 120, 120, 0, 120, 120]
    centres = [n for n, at in enumerate(metres(items)) if math.hypot(*at) < 0.01]
    assert centres == [0, 3, 6, 9]
    rims = {
        round(math.degrees(math.atan2(*at))) % 360 for at in metres(items) if math.hypot(*at) > 1
    }
    assert rims == {10, 70, 130, 190, 250, 310}


def test_the_second_sector_search_lies_between_the_first() -> None:
    items = plan_sector_search(SectorSearch(51.4958, -0.2386, 200, 40, second=True))
    rims = {
        round(math.degrees(math.atan2(*at))) % 360 for at in metres(items) if math.hypot(*at) > 1
    }
    assert rims == set(range(0, 360, 30))
    assert len(items) == 19


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (ExpandingSquare(51.5, -0.2, 0, 8, 40), "spacing_m"),
        (ExpandingSquare(51.5, -0.2, 30, 201, 40), "legs"),
        (ExpandingSquare(51.5, -0.2, 5000, 200, 40), "legs"),
        (ExpandingSquare(51.5, -0.2, 30, 8, math.nan), "height_m"),
        (ExpandingSquare(math.inf, -0.2, 30, 8, 40), "lat, lon"),
        (ExpandingSquare(51.5, -0.2, 30, 8, 40, pitch_deg=10), "pitch_deg"),
    ],
)
def test_squares_that_cannot_be(asked: ExpandingSquare, field: str) -> None:
    with pytest.raises(PlanRefused) as refused:
        plan_expanding_square(asked)
    assert refused.value.field == field


def test_a_sector_search_that_cannot_be() -> None:
    with pytest.raises(PlanRefused, match="radius_m"):
        plan_sector_search(SectorSearch(51.5, -0.2, 1, 40))
