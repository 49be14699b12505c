"""Missions and fences of the simulated autopilot: the protocol, its quirks, and the flying."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pymavlink.dialects.v20 import ardupilotmega as mav

from drone.simulator.items import Cmd
from drone.simulator.modes import Mode
from tests.drone.simulator_rig import (
    GCS,
    HOME,
    HOME_ITEM,
    READY_S,
    RETURN_ITEM,
    TAKE_OFF_ITEM,
    Rig,
    a_rig,
    item_message,
    waypoint,
)

ACCEPTED, FAILED = 0, 4
UNSUPPORTED, NO_SPACE, BAD_PARAM_2, BAD_LAT, BAD_SEQUENCE, DENIED, CANCELLED = (
    *(3, 4, 7, 10, 13, 14, 15),
)
NORTH = (HOME[0] + 0.0006, HOME[1])
NORTH_EAST = (HOME[0] + 0.0006, HOME[1] + 0.0008)
SPEED_ITEM = (Cmd.CHANGE_SPEED, 0.0, 0.0, 0.0, (1.0, 6.0, -1.0), 6)
TRIP = [
    HOME_ITEM,
    TAKE_OFF_ITEM,
    SPEED_ITEM,
    waypoint(*NORTH, 20.0),
    waypoint(*NORTH_EAST, 20.0, 2.0),
    SPEED_ITEM,
    RETURN_ITEM,
]
FENCE_SIDE = 0.002


@pytest.fixture
def rig() -> Iterator[Rig]:
    with a_rig() as made:
        made.fly(READY_S)
        yield made


def start(rig: Rig) -> None:
    """From the ground, as the adapter does it."""
    assert rig.mode(Mode.GUIDED) == ACCEPTED
    assert rig.arm() == ACCEPTED
    assert rig.mode(Mode.AUTO) == ACCEPTED
    assert rig.command(Cmd.MISSION_START) == ACCEPTED


# --- up and down ---------------------------------------------------------------------------------


def test_it_asks_for_each_item_by_mission_request(rig: Rig) -> None:
    rig.send(mav.MAVLink_mission_count_message(1, 1, 2, 0))
    rig.fly(0.1)
    assert rig.last("MISSION_REQUEST").seq == 0
    assert not rig.of("MISSION_REQUEST_INT")


def test_what_comes_down_is_what_went_up_but_for_home_and_frames(rig: Rig) -> None:
    assert rig.upload(TRIP) == ACCEPTED
    items = rig.download()
    assert [item.command for item in items] == [16, 22, 178, 16, 16, 178, 20]
    assert [item.frame for item in items] == [0, 3, 3, 3, 3, 3, 0]
    assert {item.current for item in items} == {0}
    assert (items[0].x, items[0].y, items[0].z) == (514958000, -2386000, 5.0)
    assert (items[3].x, items[3].y, items[3].z) == (round(NORTH[0] * 1e7), -2386000, 20.0)
    assert items[4].param1 == 2.0


def test_nothing_is_held_at_first(rig: Rig) -> None:
    assert rig.download() == []


@pytest.mark.parametrize(
    ("item", "result"),
    [
        (waypoint(95.0, 0.0, 20.0), BAD_LAT),
        ((9999, *HOME, 0.0, (), 6), UNSUPPORTED),
        ((Cmd.TAKEOFF, *HOME, 20.0, (0.0, float("nan")), 6), BAD_PARAM_2),
        ((Cmd.WAYPOINT, *HOME, 20.0, (), 10), 2),
    ],
)
def test_a_bad_item_ends_the_upload_and_the_old_mission_stays(
    rig: Rig, item: tuple[Any, ...], result: int
) -> None:
    rig.upload(TRIP)
    assert rig.upload([HOME_ITEM, item, RETURN_ITEM]) == result
    assert len(rig.download()) == len(TRIP)


def test_there_is_room_for_so_many(rig: Rig) -> None:
    rig.send(mav.MAVLink_mission_count_message(1, 1, 800, 0))
    rig.fly(0.1)
    assert rig.last("MISSION_ACK").type == NO_SPACE


def test_an_item_out_of_turn_ends_the_upload(rig: Rig) -> None:
    rig.send(mav.MAVLink_mission_count_message(1, 1, 3, 0))
    rig.fly(0.1)
    rig.send(item_message(1, TAKE_OFF_ITEM))
    rig.fly(0.1)
    assert rig.last("MISSION_ACK").type == BAD_SEQUENCE


def test_an_item_that_comes_twice_does_no_harm(rig: Rig) -> None:
    rig.send(mav.MAVLink_mission_count_message(1, 1, 2, 0))
    rig.fly(0.1)
    for seq in (0, 0, 1):
        rig.send(item_message(seq, TRIP[seq]))
        rig.fly(0.1)
    assert rig.last("MISSION_ACK").type == ACCEPTED


def test_it_asks_again_for_what_is_lost_and_gives_up_in_the_end(rig: Rig) -> None:
    rig.send(mav.MAVLink_mission_count_message(1, 1, 2, 0))
    rig.fly(5)
    assert len(rig.of("MISSION_REQUEST")) >= 4
    assert not rig.of("MISSION_ACK")
    rig.fly(5)
    assert rig.last("MISSION_ACK").type == CANCELLED
    assert "Mission upload timeout" in rig.texts


def test_a_second_ground_station_has_to_wait(rig: Rig) -> None:
    rig.send(mav.MAVLink_mission_count_message(1, 1, 2, 0))
    rig.fly(0.1)
    rig.send(mav.MAVLink_mission_count_message(1, 1, 3, 0), source=(254, 190))
    rig.fly(0.1)
    ack = rig.last("MISSION_ACK")
    assert (ack.type, ack.target_system) == (DENIED, 254)
    for seq in (0, 1):
        rig.send(item_message(seq, TRIP[seq]))
        rig.fly(0.1)
    ack = rig.last("MISSION_ACK")
    assert (ack.type, ack.target_system, ack.target_component) == (ACCEPTED, *GCS)


def test_clearing(rig: Rig) -> None:
    rig.upload(TRIP)
    rig.send(mav.MAVLink_mission_clear_all_message(1, 1, 0))
    rig.fly(0.1)
    assert rig.last("MISSION_ACK").type == ACCEPTED
    assert rig.download() == []


def test_one_empty_item_is_how_mavsdk_clears_and_home_comes_back(rig: Rig) -> None:
    rig.upload(TRIP)
    assert rig.upload([(Cmd.WAYPOINT, 0.0, 0.0, 0.0, (), 3)]) == ACCEPTED
    assert len(rig.download()) == 1
    assert rig.mode(Mode.AUTO) == FAILED  # nothing to fly


# --- flying it -----------------------------------------------------------------------------------


def test_a_whole_mission_from_the_ground_and_back(rig: Rig) -> None:
    rig.upload(TRIP)
    rig.forget()
    start(rig)
    rig.fly(200, lambda: not rig.vehicle.truth().armed)
    rig.fly(1)
    assert [item.seq for item in rig.of("MISSION_ITEM_REACHED")] == [1, 3, 4, 6]
    current = [item.seq for item in rig.of("MISSION_CURRENT")]
    assert list(dict.fromkeys(current)) == [1, 3, 4, 6, 0]
    truth = rig.vehicle.truth()
    assert truth.mode is Mode.AUTO
    assert (truth.lat, truth.lon) == pytest.approx(HOME, abs=1e-5)
    assert rig.last("MISSION_CURRENT").mission_state == 5  # complete


def test_it_passes_the_waypoints_it_was_given(rig: Rig) -> None:
    rig.upload(TRIP)
    start(rig)
    nearest = {NORTH: 1.0, NORTH_EAST: 1.0}
    fastest = 0.0

    def look() -> bool:
        nonlocal fastest
        truth = rig.vehicle.truth()
        for place, so_far in nearest.items():
            off = abs(truth.lat - place[0]) + abs(truth.lon - place[1])
            nearest[place] = min(so_far, off)
        if truth.mission_item == 4:
            fastest = max(fastest, sum(v * v for v in truth.velocity_ned) ** 0.5)
        return not truth.armed

    rig.fly(200, look)
    assert max(nearest.values()) < 4e-5  # metres
    assert 5.5 < fastest < 6.3  # as the mission's speed item says


def test_a_mission_paused_goes_on_where_it_was(rig: Rig) -> None:
    rig.upload(TRIP)
    start(rig)
    rig.fly(60, lambda: rig.vehicle.truth().mission_item == 4)
    assert rig.mode(Mode.BRAKE) == ACCEPTED
    rig.fly(5)
    assert rig.vehicle.truth().mission_item == 4
    rig.ask(mav.MAVLINK_MSG_ID_MISSION_CURRENT, 5.0)
    rig.fly(1)
    assert rig.last("MISSION_CURRENT").mission_state == 4  # paused
    assert rig.mode(Mode.AUTO) == ACCEPTED
    rig.fly(1)
    assert rig.vehicle.truth().mission_item == 4
    rig.fly(200, lambda: not rig.vehicle.truth().armed)


def test_another_item_can_be_made_the_current_one(rig: Rig) -> None:
    rig.upload(TRIP)
    start(rig)
    rig.fly(60, lambda: rig.vehicle.truth().mission_item == 3)
    rig.send(mav.MAVLink_mission_set_current_message(1, 1, 6))
    rig.fly(0.1)
    assert rig.last("MISSION_CURRENT").seq == 6
    rig.forget()
    rig.send(mav.MAVLink_mission_set_current_message(1, 1, 99))
    rig.fly(0.1)
    assert not rig.of("MISSION_CURRENT")
    rig.fly(100, lambda: not rig.vehicle.truth().armed)


def test_without_a_take_off_it_is_not_begun_on_the_ground(rig: Rig) -> None:
    rig.upload([HOME_ITEM, waypoint(*NORTH, 20.0), RETURN_ITEM])
    rig.mode(Mode.GUIDED)
    rig.arm()
    assert rig.mode(Mode.AUTO) == FAILED
    assert "Auto: Missing Takeoff Cmd" in rig.texts


def test_starting_is_accepted_while_it_is_not_armed_and_nothing_flies(rig: Rig) -> None:
    rig.upload(TRIP)
    assert rig.command(Cmd.MISSION_START) == ACCEPTED
    rig.fly(5)
    assert rig.vehicle.truth().height_home_m == 0
    assert rig.arm() == FAILED
    assert rig.texts[-1] == "Arm: AUTO mode not armable"


def test_a_mission_that_ends_in_the_air_stays_there(rig: Rig) -> None:
    rig.upload([HOME_ITEM, TAKE_OFF_ITEM, waypoint(*NORTH, 20.0)])
    start(rig)
    rig.fly(60)
    truth = rig.vehicle.truth()
    assert truth.armed
    assert truth.height_home_m == pytest.approx(20.0, abs=2.5)


def test_a_mission_that_only_jumps_does_not_hang(rig: Rig) -> None:
    rig.upload([HOME_ITEM, TAKE_OFF_ITEM, (Cmd.JUMP, 0.0, 0.0, 0.0, (2.0, -1.0), 6)])
    start(rig)
    rig.fly(30)
    assert rig.vehicle.truth().armed


def test_a_round_flown_by_jumping_is_counted(rig: Rig) -> None:
    jump = (Cmd.JUMP, 0.0, 0.0, 0.0, (2.0, 2.0), 6)
    rig.upload(
        [HOME_ITEM, TAKE_OFF_ITEM, waypoint(*NORTH, 15.0), waypoint(*HOME, 15.0), jump, RETURN_ITEM]
    )
    rig.forget()
    start(rig)
    rig.fly(300, lambda: not rig.vehicle.truth().armed)
    assert [one.seq for one in rig.of("MISSION_ITEM_REACHED")] == [1, 2, 3, 2, 3, 2, 3, 5]


# --- fences --------------------------------------------------------------------------------------


def square(command: int = Cmd.FENCE_POLYGON_INCLUSION) -> list[tuple[Any, ...]]:
    lat, lon = HOME
    corners = [(-1, -1), (-1, 1), (1, 1), (1, -1)]
    return [
        (command, lat + a * FENCE_SIDE, lon + b * FENCE_SIDE, 0.0, (4.0,), 0) for a, b in corners
    ]


def enable(rig: Rig) -> None:
    rig.send(mav.MAVLink_param_set_message(1, 1, b"FENCE_ENABLE", 1.0, 2))
    rig.send(mav.MAVLink_param_set_message(1, 1, b"FENCE_TYPE", 4.0, 2))
    rig.fly(0.1)


def test_a_fence_goes_up_and_comes_down(rig: Rig) -> None:
    circle = (Cmd.FENCE_CIRCLE_EXCLUSION, *NORTH, 0.0, (30.0,), 0)
    assert rig.upload([*square(), circle], kind=1) == ACCEPTED
    items = rig.download(kind=1)
    assert [item.command for item in items] == [5001] * 4 + [5004]
    assert {item.mission_type for item in items} == {1}
    assert rig.download(kind=0) == []


def test_a_fence_with_half_a_ring_is_refused(rig: Rig) -> None:
    assert rig.upload(square()[:3], kind=1) == 6
    assert rig.download(kind=1) == []


def test_the_fence_holds_only_when_it_is_on(rig: Rig) -> None:
    rig.upload(square(), kind=1)
    outside = HOME[0] + 2 * FENCE_SIDE
    rig.airborne()
    assert rig.go_to(outside, HOME[1], 25.0) == ACCEPTED
    enable(rig)
    assert rig.go_to(outside, HOME[1], 25.0) == FAILED
    assert rig.go_to(*NORTH, 25.0) == ACCEPTED


def test_a_mission_outside_the_fence_is_accepted_and_flown_home_at_its_edge(rig: Rig) -> None:
    rig.upload(square(), kind=1)
    enable(rig)
    outside = (HOME[0] + 2 * FENCE_SIDE, HOME[1])
    assert rig.upload([HOME_ITEM, TAKE_OFF_ITEM, waypoint(*outside, 20.0)]) == ACCEPTED
    start(rig)
    rig.fly(120, lambda: rig.vehicle.truth().mode is Mode.RTL)
    assert "Fence Breached" in rig.texts
    assert rig.vehicle.truth().lat == pytest.approx(HOME[0] + FENCE_SIDE, abs=1e-4)


def test_rally_points_are_kept(rig: Rig) -> None:
    assert rig.upload([(Cmd.RALLY_POINT, *NORTH, 20.0, (), 3)], kind=2) == ACCEPTED
    assert len(rig.download(kind=2)) == 1
    assert rig.upload([waypoint(*NORTH, 20.0)], kind=2) == UNSUPPORTED


def test_a_kind_that_is_none_is_refused(rig: Rig) -> None:
    rig.send(mav.MAVLink_mission_request_list_message(1, 1, 7))
    rig.fly(0.1)
    assert rig.last("MISSION_ACK").type == UNSUPPORTED
