"""What a simulated mission does besides waypoints, and rally points to return to."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any

import pytest

from drone.simulator.items import Cmd, Item, kept
from drone.simulator.modes import Mode
from tests.drone.simulator_rig import (
    FITTED,
    HOME,
    HOME_ITEM,
    READY_S,
    RETURN_ITEM,
    TAKE_OFF_ITEM,
    Rig,
    a_rig,
    waypoint,
)

ACCEPTED, DENIED, FAILED = 0, 2, 4
NORTH = (HOME[0] + 0.0006, HOME[1])
FAR_NORTH = (HOME[0] + 0.0015, HOME[1])


@pytest.fixture
def rig() -> Iterator[Rig]:
    with a_rig(FITTED) as made:
        made.fly(READY_S)
        yield made


def act(command: int, *params: float, x: float = 0.0, z: float = 0.0) -> tuple[Any, ...]:
    """An item without a place; `x`: its fifth parameter."""
    return (command, x * 1e-7, 0.0, z, params, 2)


def start(rig: Rig, *items: tuple[Any, ...]) -> None:
    assert rig.upload([HOME_ITEM, TAKE_OFF_ITEM, *items]) == ACCEPTED
    assert rig.mode(Mode.GUIDED) == ACCEPTED
    assert rig.arm() == ACCEPTED
    assert rig.mode(Mode.AUTO) == ACCEPTED
    assert rig.command(Cmd.MISSION_START) == ACCEPTED


def at_item(rig: Rig, number: int) -> None:
    rig.fly(90, lambda: rig.vehicle.truth().mission_item == number)


def off_m(rig: Rig, place: tuple[float, float]) -> float:
    truth = rig.vehicle.truth()
    return math.hypot((truth.lat - place[0]) * 111_240, (truth.lon - place[1]) * 69_300)


@pytest.mark.parametrize("radius", [20.0, -20.0])
def test_turns_are_flown_round_their_middle(rig: Rig, radius: float) -> None:
    start(rig, (Cmd.LOITER_TURNS, *NORTH, 15.0, (2.0, 0.0, radius), 6), RETURN_ITEM)
    at_item(rig, 2)
    rig.fly(60, lambda: abs(off_m(rig, NORTH) - 20.0) < 1.0)
    rig.fly(2)
    ways, bearings = [], []

    def look() -> bool:
        truth = rig.vehicle.truth()
        if truth.mission_item == 2:
            ways.append(off_m(rig, NORTH))
            east, north = truth.lon - NORTH[1], truth.lat - NORTH[0]
            bearings.append(math.degrees(math.atan2(east * 69_300, north * 111_240)))
        return truth.mission_item == 3

    rig.fly(120, look)
    assert min(ways) > 18.5
    assert max(ways) < 21.5
    turned = sum((b - a + 180) % 360 - 180 for a, b in itertools.pairwise(bearings))
    assert turned == pytest.approx(math.copysign(720, radius), abs=60)


def test_a_place_is_stayed_at_for_its_time(rig: Rig) -> None:
    start(rig, (Cmd.LOITER_TIME, *NORTH, 15.0, (8.0,), 6), RETURN_ITEM)
    at_item(rig, 2)
    rig.fly(60, lambda: off_m(rig, NORTH) < 1.5)
    rig.fly(6)
    assert rig.vehicle.truth().mission_item == 2
    rig.fly(5)
    assert rig.vehicle.truth().mission_item == 3


def test_the_nose_turns_where_an_item_says_so(rig: Rig) -> None:
    start(
        rig,
        waypoint(*NORTH, 15.0, 1.0),
        act(Cmd.CONDITION_YAW, 90.0, 0.0, 1.0, 0.0),
        waypoint(*FAR_NORTH, 15.0),
        RETURN_ITEM,
    )
    at_item(rig, 4)
    rig.fly(4)
    assert rig.vehicle.truth().heading_deg == pytest.approx(90.0, abs=2)  # it flies north


def test_what_waits_holds_up_the_rest_and_is_dropped_with_its_leg(rig: Rig) -> None:
    start(
        rig,
        waypoint(*NORTH, 15.0, 1.0),
        act(Cmd.CONDITION_DELAY, 4.0),
        act(Cmd.IMAGE_START_CAPTURE, 0, 0, 1),
        act(Cmd.CONDITION_DELAY, 500.0),
        act(Cmd.IMAGE_START_CAPTURE, 0, 0, 1),
        waypoint(*FAR_NORTH, 15.0, 1.0),
        RETURN_ITEM,
    )
    at_item(rig, 7)
    rig.fly(3)
    assert not rig.of("CAMERA_IMAGE_CAPTURED")
    rig.fly(2)
    assert len(rig.of("CAMERA_IMAGE_CAPTURED")) == 1
    at_item(rig, 8)
    rig.fly(5)
    assert len(rig.of("CAMERA_IMAGE_CAPTURED")) == 1


def test_camera_and_mount_items_do_what_they_say(rig: Rig) -> None:
    start(
        rig,
        act(Cmd.MOUNT_CONTROL, -60.0, z=2.0),
        act(Cmd.SET_CAM_TRIGG_DIST, 20.0),
        waypoint(*NORTH, 15.0),
        act(Cmd.SET_CAM_TRIGG_DIST, 0.0),
        act(Cmd.GIMBAL_MANAGER_PITCHYAW, -20.0, 0.0),
        act(Cmd.DIGICAM_CONTROL, x=1.0),
        act(Cmd.SET_RELAY, 0.0, 1.0),
        waypoint(*FAR_NORTH, 15.0),
        RETURN_ITEM,
    )
    at_item(rig, 4)
    rig.fly(3)
    assert rig.vehicle.pilot.gimbal.pitch_deg == pytest.approx(-60.0, abs=0.1)
    at_item(rig, 9)
    rig.fly(2)
    assert rig.vehicle.pilot.gimbal.pitch_deg == pytest.approx(-20.0, abs=0.1)
    assert len(rig.of("CAMERA_IMAGE_CAPTURED")) in {4, 5}  # 67 m by 20, and one
    assert rig.vehicle.pilot.outputs.on[0]
    assert rig.vehicle.pilot.camera.each_m == 0


def test_heights_above_the_sea_are_that(rig: Rig) -> None:
    start(rig, (Cmd.WAYPOINT, *NORTH, 40.0, (3.0,), 5), RETURN_ITEM)
    at_item(rig, 2)
    rig.fly(40, lambda: off_m(rig, NORTH) < 1.0)
    rig.fly(2)
    assert rig.vehicle.truth().alt_amsl_m == pytest.approx(40.0, abs=1.0)


def test_landing_at_a_place(rig: Rig) -> None:
    start(rig, (Cmd.LAND, *NORTH, 0.0, (), 6))
    rig.fly(120, lambda: not rig.vehicle.truth().armed)
    assert off_m(rig, NORTH) < 1.5


def test_a_speed_ends_with_its_mission_and_a_resumed_one_flies_at_the_usual(rig: Rig) -> None:
    start(rig, act(Cmd.CHANGE_SPEED, 1.0, 4.0, -1.0), waypoint(*FAR_NORTH, 15.0), RETURN_ITEM)
    at_item(rig, 3)
    rig.fly(6)
    assert rig.vehicle.truth().velocity_ned[0] == pytest.approx(4.0, abs=0.2)
    rig.mode(Mode.BRAKE)
    rig.fly(4)
    rig.mode(Mode.AUTO)
    rig.fly(6)
    assert rig.vehicle.truth().velocity_ned[0] > 8


@pytest.mark.parametrize(("restart", "at"), [(0, 3), (1, 1)])
def test_resuming_by_auto_begins_where_mis_restart_says(rig: Rig, restart: int, at: int) -> None:
    rig.put("MIS_RESTART", restart)
    start(rig, waypoint(*NORTH, 15.0), waypoint(*FAR_NORTH, 15.0), RETURN_ITEM)
    at_item(rig, 3)
    rig.mode(Mode.BRAKE)
    rig.fly(3)
    rig.forget()
    rig.mode(Mode.AUTO)
    rig.fly(0.2)
    first = [one.seq for one in rig.of("MISSION_CURRENT")] or [rig.vehicle.truth().mission_item]
    assert first[0] == at


def test_the_command_for_another_item(rig: Rig) -> None:
    start(rig, waypoint(*NORTH, 15.0), waypoint(*FAR_NORTH, 15.0), RETURN_ITEM)
    at_item(rig, 2)
    assert rig.command(Cmd.SET_MISSION_CURRENT, 4.0) == ACCEPTED
    assert rig.vehicle.truth().mission_item == 4
    assert rig.command(Cmd.SET_MISSION_CURRENT, 44.0) == FAILED
    assert rig.command(Cmd.SET_MISSION_CURRENT, float("nan")) == DENIED


@pytest.mark.parametrize(
    ("command", "sent", "stored"),
    [
        (Cmd.WAYPOINT, (2.6, 0.0, 0.0, 0.0), (2.0, 0.0, 0.0, 0.0)),
        (Cmd.LOITER_TURNS, (1.0, 0.0, -12.7, 0.0), (1.0, 0.0, -12.0, 0.0)),
        (Cmd.LOITER_TURNS, (1.0, 0.0, 307.0, 0.0), (1.0, 0.0, 300.0, 0.0)),
    ],
)
def test_items_are_kept_as_coarsely_as_ardupilot_does(
    command: Cmd, sent: tuple[float, ...], stored: tuple[float, ...]
) -> None:
    item = kept(Item(command, params=sent, z=10.126))  # type: ignore[arg-type]
    assert (item.params, item.z) == (stored, 10.13)


# --- rally points ---------------------------------------------------------------------------------


def rally(rig: Rig, *places: tuple[float, float, float]) -> None:
    items = [(Cmd.RALLY_POINT, lat, lon, up, (), 3) for lat, lon, up in places]
    assert rig.upload(items, kind=2) == ACCEPTED


def returned(rig: Rig) -> float:
    """The greatest height on the way home."""
    highest = 0.0

    def landed() -> bool:
        nonlocal highest
        highest = max(highest, rig.vehicle.truth().height_home_m)
        return not rig.vehicle.truth().armed

    assert rig.mode(Mode.RTL) == ACCEPTED
    rig.fly(150, landed)
    return highest


def test_it_returns_to_the_nearest_rally_point_at_its_height(rig: Rig) -> None:
    near, other = (HOME[0] + 0.0014, HOME[1]), (HOME[0], HOME[1] + 0.003)
    rally(rig, (*near, 25.0), (*other, 25.0))
    assert rig.vehicle.pilot.parameters["RALLY_TOTAL"] == 2
    rig.airborne(10.0)
    rig.go_to(*FAR_NORTH, 15.0)
    rig.fly(30)
    assert returned(rig) == pytest.approx(25.0, abs=0.6)
    assert off_m(rig, near) < 1.5


@pytest.mark.parametrize(("name", "value"), [("RALLY_LIMIT_KM", 0.001), ("RALLY_INCL_HOME", 1.0)])
def test_home_is_taken_where_it_is_nearer_or_the_others_too_far(
    rig: Rig, name: str, value: float
) -> None:
    rally(rig, (HOME[0] + 0.001, HOME[1], 25.0))
    rig.put(name, value)
    rig.airborne(10.0)
    rig.go_to(HOME[0] + 0.0002, HOME[1], 15.0)
    rig.fly(15)
    returned(rig)
    assert off_m(rig, HOME) < 1.5


def test_a_height_to_return_at_is_a_parameter(rig: Rig) -> None:
    rig.put("RTL_ALT", 3200)
    rig.airborne(10.0)
    assert returned(rig) == pytest.approx(32.0, abs=0.6)


def test_mission_speeds_are_parameters(rig: Rig) -> None:
    rig.put("WPNAV_SPEED", 500.0)
    rig.airborne(10.0)
    rig.go_to(HOME[0] + 0.01, HOME[1], 15.0)
    rig.fly(6)
    assert rig.vehicle.truth().velocity_ned[0] == pytest.approx(5.0, abs=0.2)


@pytest.mark.parametrize(("behaviour", "heading"), [(0, 0.0), (1, 180.0), (2, 0.0)])
def test_the_nose_on_the_way_home_is_a_parameter(rig: Rig, behaviour: int, heading: float) -> None:
    rig.put("WP_YAW_BEHAVIOR", behaviour)
    rig.airborne(16.0)
    rig.go_to(*FAR_NORTH, 21.0)
    rig.fly(25)
    rig.mode(Mode.RTL)
    rig.fly(6)
    off = (rig.vehicle.truth().heading_deg - heading + 180) % 360 - 180
    assert off == pytest.approx(0.0, abs=2)


def test_going_somewhere_else_ends_a_heading(rig: Rig) -> None:
    rig.airborne()
    rig.command(Cmd.CONDITION_YAW, 90.0, 0, 1, 1)
    rig.fly(3)
    assert rig.vehicle.truth().heading_deg == pytest.approx(90.0, abs=2)
    rig.go_to(HOME[0] - 0.001, HOME[1], 25.0)
    rig.fly(5)
    assert rig.vehicle.truth().heading_deg == pytest.approx(180.0, abs=2)
    assert rig.command(Cmd.CONDITION_YAW, 900.0) == FAILED
