"""QGroundControl's plans: what each command becomes, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
import shapely

from geo.formats.reading import FileRefused
from geo.local_frame import LocalFrame
from geo.missions import AtEnd, HeightDatum
from geo.missions.formats import read_plan
from tests.geo.missions.plan_text import HOME, RETURN, plan, simple, survey, take_off, waypoint

A = waypoint(51.4960, -0.2390, 40)
B = waypoint(51.4970, -0.2375, 40)
MOUNT = simple(205, [-30, 0, 0, 0, 0, 0, 2], 2)


def said(*items: Any, **more: Any) -> str:
    """Why it is refused."""
    with pytest.raises(FileRefused) as refused:
        read_plan(plan(*items, **more))
    return str(refused.value)


def test_a_whole_plan() -> None:
    mission, notes = read_plan(
        plan(
            MOUNT,
            take_off(40),
            simple(178, [1, 7, -1, 0, 0, 0, 0], 2),
            waypoint(51.4960, -0.2390, 40, hold=3, yaw=90),
            simple(206, [12.5, 0, 1, 0, 0, 0, 0], 2),
            B,
            simple(206, [0, 0, 0, 0, 0, 0, 0], 2),
            simple(2000, [0, 0, 1, 0, 0, 0, 0], 2),
            simple(115, [270, 0, 0, 0, 0, 0, 0], 2),
            simple(93, [10, -1, -1, -1, 0, 0, 0], 2),
            simple(18, [2, 0, 30, 0, 51.4965, -0.2380, 50], altitude=50, mode=1),
            RETURN,
            rally={"points": [[51.495, -0.239, 30]], "version": 2},
        )
    )
    first, second, third = mission.items
    assert (first.lat, first.lon, first.height_m, first.datum) == (51.4960, -0.2390, 40, "home")
    assert (first.speed_mps, first.hold_s, first.heading_deg) == (7, 3, 90)
    assert (first.gimbal_pitch_deg, first.photo_every_m) == (-30, 12.5)
    assert (second.photo, second.photo_every_m, second.heading_deg) == (True, 0, 270)
    assert second.hold_s == 10
    assert (third.orbit_radius_m, third.orbit_turns, third.height_m) == (30, 2, 50)
    assert mission.at_end is AtEnd.RETURN
    assert mission.home == tuple(HOME)
    assert mission.cruise_mps == 5  # of a multicopter
    assert mission.rally[0].height_home_m == 30
    assert len(notes) == 2  # the take-off, and the camera before the first waypoint


def test_a_take_off_higher_than_the_first_waypoint_is_kept() -> None:
    mission, notes = read_plan(plan(take_off(60), A, RETURN))
    assert [item.height_m for item in mission.items] == [60, 40]
    assert (mission.items[0].lat, mission.items[0].lon) == tuple(HOME[:2])
    assert "item 1" in notes[0]


def test_a_take_off_without_a_place_is_kept_at_home() -> None:
    mission, _ = read_plan(plan(take_off(60, 0, 0), A, RETURN))
    assert (mission.items[0].lat, mission.items[0].lon) == tuple(HOME[:2])


def test_a_take_off_of_another_height_without_any_place_is_refused() -> None:
    why = said(take_off(60, 0, 0), A, RETURN, mission={"plannedHomePosition": [0, 0, 0]})
    assert "item 1" in why


def test_landing_elsewhere_puts_a_waypoint_above_it() -> None:
    land = simple(21, [0, 0, 0, None, 51.4955, -0.2380, 0], altitude=0, mode=1)
    mission, notes = read_plan(plan(A, land))
    assert mission.at_end is AtEnd.LAND
    assert (mission.items[1].lat, mission.items[1].height_m) == (51.4955, 40)
    assert any("above where it lands" in note for note in notes)


def test_no_end_is_holding_and_said() -> None:
    mission, notes = read_plan(plan(A))
    assert mission.at_end is AtEnd.HOLD
    assert any("stays in the air" in note for note in notes)


def test_loitering_for_ever_is_holding_at_the_end_only() -> None:
    loiter = simple(17, [0, 0, 0, None, 51.497, -0.238, 40])
    assert read_plan(plan(A, loiter)).mission.at_end is AtEnd.HOLD
    assert "item 3" in said(A, loiter, B)


def test_loitering_for_a_time_is_holding() -> None:
    mission, notes = read_plan(plan(simple(19, [25, 0, 10, 0, 51.497, -0.238, 40]), RETURN))
    assert mission.items[0].hold_s == 25
    assert any("radius" in note for note in notes)


@pytest.mark.parametrize(
    ("frame", "mode", "altitude", "z", "height", "datum"),
    [
        (3, 1, 40, 40, 40, HeightDatum.HOME),
        (6, None, None, 40, 40, HeightDatum.HOME),
        (0, 2, 45, 45, 45, HeightDatum.AMSL),
        (0, None, None, 45, 45, HeightDatum.AMSL),
        (10, 4, 40, 40, 40, HeightDatum.TERRAIN),
        (0, 3, 40, 46.5, 40, HeightDatum.TERRAIN),
        (3, 0, 40, 40, 40, HeightDatum.HOME),
    ],
)
def test_heights(
    frame: int, mode: int | None, altitude: float | None, z: float, height: float, datum: str
) -> None:
    item = simple(
        16, [0, 0, 0, None, 51.496, -0.239, z], frame, altitude=altitude, mode=mode, amsl=z
    )
    got = read_plan(plan(item, RETURN)).mission.items[0]
    assert (got.height_m, got.datum) == (height, datum)


@pytest.mark.parametrize(
    ("frame", "mode", "altitude", "z", "words"),
    [
        (0, 1, 40, 40, "above home"),  # it says two things
        (3, 2, 40, 40, "above the sea"),
        (3, 1, 50, 40, "'Altitude' is 50"),
        (0, 3, None, 46, "'Altitude' does not say it"),
        (8, None, None, 40, "frame 8"),
        (3, None, None, None, "no height"),
    ],
)
def test_heights_that_are_not_sure(
    frame: int, mode: int | None, altitude: float | None, z: float | None, words: str
) -> None:
    item = simple(16, [0, 0, 0, None, 51.496, -0.239, z], frame, altitude=altitude, mode=mode)
    why = said(A, item, RETURN)
    assert "item 2" in why
    assert words in why


def test_a_survey_is_the_items_it_was_made_into() -> None:
    inner = [
        {**A, "AltitudeMode": None, "Altitude": None},
        simple(206, [25, 0, 1, 0, 0, 0, 0], 2),
        waypoint(51.4970, -0.2390, 40),
        simple(206, [0, 0, 0, 0, 0, 0, 0], 2),
    ]
    mission, notes = read_plan(plan(take_off(40), survey(*inner), RETURN))
    assert [item.photo_every_m for item in mission.items] == [25, 0]
    assert any("item 2 (a survey)" in note and "not as an area" in note for note in notes)
    corridor = read_plan(plan(survey(*inner, kind="CorridorScan"), RETURN))
    assert len(corridor.mission.items) == 2


def test_a_complex_item_without_its_items_is_refused() -> None:
    assert "StructureScan" in said(survey(A, kind="StructureScan"))
    broken = survey()
    del broken["TransectStyleComplexItem"]["Items"]
    assert "'Items'" in said(broken)
    assert "Item 1 (a survey)" in said(broken)


@pytest.mark.parametrize("command", [31, 84, 94, 177, 82, 3000, 33])
def test_what_changes_the_way_is_refused(command: int) -> None:
    assert "item 2" in said(A, simple(command, [0, 0, 0, 0, 51.496, -0.239, 30]), RETURN)


@pytest.mark.parametrize("command", [112, 183, 195, 201, 2500, 530, 9999])
def test_what_does_not_is_left_out_and_noted(command: int) -> None:
    mission, notes = read_plan(plan(A, simple(command, [0, 0, 0, 0, 0, 0, 0], 2), RETURN))
    assert len(mission.items) == 1
    assert any("item 2" in note and "not kept" in note for note in notes)


@pytest.mark.parametrize(
    ("command", "params"),
    [
        (178, [2, 3, -1, 0, 0, 0, 0]),
        (178, [1, -2, -1, 0, 0, 0, 0]),
        (205, [-30, 0, 0, 0, 0, 0, 3]),
        (205, [-30, 5, 20, 0, 0, 0, 2]),
        (1000, [-30, 5, 0, 0, 0, 0, 0]),
        (1000, [None, None, None, None, 0, 0, 0]),
        (2000, [0, 2, 0, 0, 0, 0, 0]),
        (2001, [0, 0, 0, 0, 0, 0, 0]),
        (203, [0, 1, 0, 0, 0, 0, 0]),
        (115, [30, 0, 1, 1, 0, 0, 0]),
        (93, [-1, 12, 0, 0, 0, 0, 0]),
    ],
)
def test_each_thing_that_is_not_kept_is_noted(command: int, params: list[float | None]) -> None:
    plain = len(read_plan(plan(A, RETURN)).notes)
    _, notes = read_plan(plan(A, simple(command, params, 2), RETURN))
    assert len(notes) == plain + 1
    assert "item 2" in notes[-1]


def test_pitch_and_pictures_by_the_newer_commands() -> None:
    mission, _ = read_plan(
        plan(
            A,
            simple(1000, [-45, None, None, None, 0, 0, 0], 2),
            simple(203, [0, 0, 0, 0, 1, 0, 0], 2),
            RETURN,
        )
    )
    assert (mission.items[0].gimbal_pitch_deg, mission.items[0].photo) == (-45, True)


def test_ardupilots_waypoints_have_no_heading() -> None:
    at = waypoint(51.496, -0.239, 40, yaw=0)
    assert (
        read_plan(plan(at, RETURN, mission={"firmwareType": 3})).mission.items[0].heading_deg
        is None
    )
    assert read_plan(plan(at, RETURN)).mission.items[0].heading_deg == 0


def test_an_orbit_by_the_autopilots_own_radius_is_refused() -> None:
    assert "radius" in said(simple(18, [2, 0, 0, 0, 51.4965, -0.2380, 50]), RETURN)


def test_orbits_that_differ_are_noted() -> None:
    mission, notes = read_plan(plan(simple(18, [1.5, 0, -30, 0, 51.4965, -0.238, 50]), RETURN))
    assert (mission.items[0].orbit_radius_m, mission.items[0].orbit_turns) == (30, 2)
    assert any("clockwise" in note for note in notes)
    assert any("1.5 turns" in note for note in notes)


def test_two_flights_in_one_plan_are_refused() -> None:
    assert "second take-off" in said(take_off(40), A, take_off(40), B)
    assert "after item 2, the return" in said(A, RETURN, B)


def test_fences_and_circles() -> None:
    polygon = {
        "inclusion": True,
        "polygon": [[51.49, -0.25], [51.50, -0.25], [51.50, -0.23]],
        "version": 1,
    }
    circle = {
        "circle": {"center": [51.496, -0.239], "radius": 100.0},
        "inclusion": False,
        "version": 1,
    }
    mission, notes = read_plan(
        plan(A, RETURN, fence={"circles": [circle], "polygons": [polygon], "version": 2})
    )
    assert mission.fences[0].keep_in
    assert not mission.fences[1].keep_in
    assert len(mission.fences[1].ring) == 48
    assert any("fence circle 1" in note for note in notes)


@pytest.mark.parametrize("keep_in", [True, False])
def test_a_circle_becomes_a_polygon_on_its_strict_side(keep_in: bool) -> None:
    circle = {"circle": {"center": [51.496, -0.239], "radius": 100.0}, "inclusion": keep_in}
    fence = {"circles": [circle], "polygons": [], "version": 2}
    ring = read_plan(plan(A, RETURN, fence=fence)).mission.fences[0].ring
    frame = LocalFrame(51.496, -0.239)
    polygon = shapely.Polygon([frame.from_wgs84(*at) for at in ring])
    round_it = shapely.Point(0, 0).buffer(100, quad_segs=200)
    assert polygon.area == pytest.approx(round_it.area, rel=0.01)
    if keep_in:
        assert round_it.buffer(0.01).covers(polygon)
    else:
        assert polygon.buffer(0.01).covers(round_it)


@pytest.mark.parametrize(
    ("fence", "words"),
    [
        ({"polygon": [], "version": 1}, "version"),
        (
            {"polygons": [{"polygon": [[51, 0], [51, 1]], "inclusion": True}], "version": 2},
            "2 corners",
        ),
        ({"polygons": [{"polygon": [[51, 0], [51.1, 0.1], [51.1, 0]]}], "version": 2}, "inclusion"),
        (
            {
                "polygons": [
                    {
                        "polygon": [[51, 0], [51.1, 0.1], [51.1, 0], [51, 0.1]],
                        "inclusion": True,
                    }
                ],
                "version": 2,
            },
            "crosses",
        ),
        ({"circles": [{"circle": {"center": [51, 0]}, "inclusion": True}], "version": 2}, "radius"),
    ],
)
def test_a_fence_that_is_none_refuses_the_plan(fence: Any, words: str) -> None:
    assert words in said(A, RETURN, fence=fence)


# --- hostile --------------------------------------------------------------------------------------


def test_a_jump_is_refused_with_both_items() -> None:
    why = said(A, B, waypoint(52.4, -0.2375, 40), RETURN)
    assert "item 2 to item 3" in why
    assert "km" in why


def test_a_jump_by_swapping_says_so() -> None:
    assert "swapped" in said(A, waypoint(-0.2375, 51.4970, 40), RETURN)


def test_a_whole_mission_swapped_says_so() -> None:
    why = said(
        waypoint(-0.239, 51.496, 40), RETURN, mission={"plannedHomePosition": [-0.2386, 51.4958, 5]}
    )
    assert "look swapped" in why


def test_home_far_away_is_refused() -> None:
    assert "home to item 1" in said(
        A, RETURN, mission={"plannedHomePosition": [47.3977, 8.5456, 488.0]}
    )


@pytest.mark.parametrize("height", [None, 0])
def test_a_home_without_a_height_is_not_known(height: float | None) -> None:
    mission, notes = read_plan(
        plan(A, RETURN, mission={"plannedHomePosition": [*HOME[:2], height]})
    )
    assert mission.home is None
    assert any("home is not known" in note for note in notes)


def test_too_many_items() -> None:
    many = [waypoint(51.496 + n * 1e-6, -0.239, 40) for n in range(701)]
    assert "item 701" in said(*many)
    assert "5,000" in said(*(A for _ in range(10_000)))
    assert "5,000" in said(survey(*(A for _ in range(10_000))))


def test_no_waypoint() -> None:
    assert "no waypoint" in said(RETURN)
    assert "no waypoint" in said()


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_are_none(number: str) -> None:
    text = plan(A, B, RETURN).decode().replace("51.497", number)
    with pytest.raises(FileRefused):
        read_plan(text.encode())


@pytest.mark.parametrize("value", ["40", True, [], {}, 1e300, -9999])
def test_heights_that_are_none(value: Any) -> None:
    item = simple(16, [0, 0, 0, None, 51.496, -0.239, value])
    assert "item 2" in said(A, item, RETURN)


@pytest.mark.parametrize("field", ["command", "frame", "params", "type"])
def test_an_item_without_a_field(field: str) -> None:
    item = dict(A)
    del item[field]
    assert "tem 1" in said(item, RETURN)


def test_zero_zero_is_no_place() -> None:
    assert "0, 0" in said(A, waypoint(0, 0, 40), RETURN)


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"[]", b"null", b"QGC WPL 110\n", b"\xff\xfe{}", b'{"fileType":"Plan"}'],
)
def test_what_is_no_plan(data: bytes) -> None:
    with pytest.raises(FileRefused):
        read_plan(data)


def test_a_key_twice_is_refused() -> None:
    text = plan(A, RETURN).decode().replace('"frame": 3', '"frame": 0, "frame": 3', 1)
    with pytest.raises(FileRefused, match="twice"):
        read_plan(text.encode())


def test_a_file_too_large() -> None:
    with pytest.raises(FileRefused, match="MB"):
        read_plan(b"{" + b" " * (9 * 1024 * 1024) + b"}")


def test_nested_without_end() -> None:
    with pytest.raises(FileRefused):
        read_plan(b'{"mission":' + b"[" * 100_000)


def test_what_is_written_is_what_qgroundcontrol_asks_for() -> None:
    from geo.missions.formats import write_plan

    mission = read_plan(plan(take_off(40), A, B, RETURN)).mission
    document = json.loads(write_plan(mission).data)
    assert document["fileType"] == "Plan"
    assert document["version"] == 1
    items = document["mission"]["items"]
    assert [each["command"] for each in items] == [22, 16, 16, 20]
    assert [each["doJumpId"] for each in items] == [1, 2, 3, 4]
    needed = {"autoContinue", "command", "doJumpId", "frame", "params", "type"}
    for each in items:
        assert needed <= set(each)
        assert len(each["params"]) == 7
    mission_keys = {"cruiseSpeed", "hoverSpeed", "firmwareType", "vehicleType", "version"}
    assert mission_keys | {"plannedHomePosition", "items"} <= set(document["mission"])
