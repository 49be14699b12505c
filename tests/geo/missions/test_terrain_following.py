"""Heights above the ground, flown as heights that an autopilot holds."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.missions import HeightDatum, Mission, MissionItem
from geo.missions.refused import PlanRefused
from geo.missions.terrain import follow_terrain
from geo.terrain import TrainingTerrain
from tests.geo.missions.missions import PARK

HOME = (*PARK.to_wgs84(0, 0), 5.0)


class Ground:
    """Of a function of metres east and north of the park's anchor."""

    name, training = "a drawn ground", False

    def __init__(self, height_m: Callable[[float, float], float | None]) -> None:
        self._height_m = height_m

    def ground_amsl_m(self, lat: float, lon: float) -> float | None:
        return self._height_m(*PARK.from_wgs84(lat, lon))


FLAT = Ground(lambda east, north: 12.0)
HILL = Ground(lambda east, north: 5 + 30 * math.exp(-(((east - 300) / 80) ** 2)))


def at(east: float, height: float = 40, datum: HeightDatum = HeightDatum.TERRAIN) -> MissionItem:
    return MissionItem(*PARK.to_wgs84(east, 0), height, datum)


def off_m(mission: Mission, ground: Ground, asked_m: float) -> float:
    """How far the straight way between AMSL items is from `asked_m` above the ground, at most,
    looked at each half metre."""
    worst = 0.0
    for one, other in pairwise(mission.items):
        (x1, y1), (x2, y2) = (PARK.from_wgs84(each.lat, each.lon) for each in (one, other))
        parts = max(1, math.ceil(math.hypot(x2 - x1, y2 - y1) / 0.5))
        for part in range(parts + 1):
            t = part / parts
            place = PARK.to_wgs84(x1 + t * (x2 - x1), y1 + t * (y2 - y1))
            under = ground.ground_amsl_m(*place)
            assert under is not None
            flown = one.height_m + t * (other.height_m - one.height_m)
            worst = max(worst, abs(flown - under - asked_m))
    return worst


def test_over_flat_ground_nothing_is_added() -> None:
    found = follow_terrain(Mission((at(0), at(600))), FLAT)
    assert found.added == 0
    assert [(i.height_m, i.datum) for i in found.mission.items] == [(52, HeightDatum.AMSL)] * 2


def test_over_a_hill_the_way_stays_within_the_tolerance() -> None:
    found = follow_terrain(Mission((at(0), at(600))), HILL, tolerance_m=2, step_m=5)
    assert found.added > 2
    assert found.worst_off_m <= 2
    assert off_m(found.mission, HILL, 40) <= 2.1
    wider = follow_terrain(Mission((at(0), at(600))), HILL, tolerance_m=10, step_m=5)
    assert wider.added < found.added


def test_points_between_ask_for_nothing_of_their_own() -> None:
    first = MissionItem(
        *PARK.to_wgs84(0, 0), 40, HeightDatum.TERRAIN, photo_every_m=5, hold_s=3, speed_mps=4
    )
    items = follow_terrain(Mission((first, at(600))), HILL).mission.items
    assert (items[0].photo_every_m, items[0].hold_s, items[0].speed_mps) == (5, 3, 4)
    assert {(i.photo_every_m, i.hold_s, i.speed_mps) for i in items[1:]} == {(None, 0.0, None)}


def test_heights_above_home() -> None:
    found = follow_terrain(Mission((at(0), at(600)), home=HOME), FLAT, to=HeightDatum.HOME)
    assert [(i.height_m, i.datum) for i in found.mission.items] == [(47, HeightDatum.HOME)] * 2
    with pytest.raises(PlanRefused, match="home"):
        follow_terrain(Mission((at(0), at(600))), FLAT, to=HeightDatum.HOME)


def test_the_way_out_is_followed_too() -> None:
    found = follow_terrain(Mission((at(600), at(700)), home=HOME), HILL, tolerance_m=2, step_m=5)
    first = found.mission.items[0]
    assert PARK.from_wgs84(first.lat, first.lon) == pytest.approx((0, 0), abs=0.01)
    assert off_m(found.mission, HILL, 40) <= 2.1


def test_other_heights_are_left_and_the_straight_way_to_them_is_noted() -> None:
    found = follow_terrain(Mission((at(0), at(300, 30, HeightDatum.HOME), at(600))), HILL)
    assert found.added == 0
    assert found.mission.items[1].datum is HeightDatum.HOME
    assert len(found.notes) == 2
    assert "item 1 to item 2" in found.notes[0]


def test_unknown_ground_is_refused_with_its_place() -> None:
    hole = Ground(lambda east, north: None if 200 < east < 210 else 5.0)
    with pytest.raises(PlanRefused, match=r"between item 1 and item 2, at 51\.\d+, -0\.\d+"):
        follow_terrain(Mission((at(0), at(600))), hole)
    with pytest.raises(PlanRefused, match="at item 1"):
        follow_terrain(Mission((at(205),)), hole)
    not_a_number = Ground(lambda east, north: math.nan)
    with pytest.raises(PlanRefused, match="not known"):
        follow_terrain(Mission((at(0),)), not_a_number)


def test_too_many_points() -> None:
    rough = Ground(lambda east, north: 20 * math.sin(east / 4))
    with pytest.raises(PlanRefused, match="more than 50 items"):
        follow_terrain(Mission((at(0), at(2000))), rough, tolerance_m=1, step_m=2, most_items=50)


def test_too_long_a_way() -> None:
    items = tuple(at(0 if n % 2 else 15_000) for n in range(15))
    with pytest.raises(PlanRefused, match="step_m"):
        follow_terrain(Mission(items), FLAT, step_m=1)


def test_an_orbit_over_uneven_ground() -> None:
    orbit = MissionItem(
        *PARK.to_wgs84(300, 0), 40, HeightDatum.TERRAIN, orbit_radius_m=60, orbit_turns=1
    )
    with pytest.raises(PlanRefused, match="item 1 is an orbit"):
        follow_terrain(Mission((orbit,)), HILL)
    assert follow_terrain(Mission((orbit,)), FLAT).mission.items[0].height_m == 52


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"tolerance_m": 0}, "tolerance_m"),
        ({"tolerance_m": math.nan}, "tolerance_m"),
        ({"step_m": 0}, "step_m"),
        ({"to": HeightDatum.TERRAIN}, "to"),
    ],
)
def test_what_cannot_be_asked(change: dict[str, object], field: str) -> None:
    with pytest.raises(PlanRefused) as refused:
        follow_terrain(Mission((at(0),)), FLAT, **change)  # type: ignore[arg-type]
    assert refused.value.field == field


def test_made_up_ground_is_said() -> None:
    found = follow_terrain(Mission((at(0), at(100))), TrainingTerrain())
    assert any("not for operational use" in note for note in found.notes)


@settings(max_examples=20, deadline=None)
@given(
    waves=st.lists(st.tuples(st.floats(-20, 20), st.floats(60, 400), st.floats(0, 6)), max_size=4),
    tolerance=st.floats(1, 10),
    ends=st.lists(st.floats(-800, 800), min_size=2, max_size=4),
)
def test_any_smooth_ground(
    waves: list[tuple[float, float, float]], tolerance: float, ends: list[float]
) -> None:
    ground = Ground(lambda east, north: 50 + sum(a * math.sin(east / w + p) for a, w, p in waves))
    found = follow_terrain(
        Mission(tuple(at(end) for end in ends)), ground, tolerance_m=tolerance, step_m=4
    )
    assert off_m(found.mission, ground, 40) <= tolerance + 0.1
