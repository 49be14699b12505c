"""Poses between what was heard, around it, and nothing far from it."""

from __future__ import annotations

from itertools import pairwise

import pytest

from drone.gimbal_angles import Pointing
from drone.pose_history import KEPT, BootClock, PoseHistory
from ground_station.core.agent_vehicles import AttitudeReading, PositionReading, VelocityReading


def place(lat: float = 51.0, lon: float = 0.0, alt: float = 10.0) -> PositionReading:
    return PositionReading(0, lat, lon, alt, alt - 5)


def turn(heading: float = 0.0, roll: float = 0.0) -> AttitudeReading:
    return AttitudeReading(0, roll, 0.0, heading)


def test_between_two_it_is_in_between() -> None:
    poses = PoseHistory()
    poses.add_place(10.0, place(lat=51.0, alt=10), None)
    poses.add_place(10.2, place(lat=51.002, alt=14), None)
    poses.add_turn(10.0, turn(10))
    poses.add_turn(10.2, turn(20))

    pose = poses.at(10.05)

    assert pose is not None
    assert pose.lat == pytest.approx(51.0005)
    assert pose.alt_amsl_m == pytest.approx(11)
    assert pose.height_home_m == pytest.approx(6)
    assert pose.heading_deg == pytest.approx(12.5)
    assert not pose.uncertain


@pytest.mark.parametrize(
    ("first", "second", "middle"), [(350, 10, 0), (10, 350, 0), (170, 190, 180), (359, 2, 0.5)]
)
def test_headings_go_the_short_way(first: float, second: float, middle: float) -> None:
    poses = PoseHistory()
    for at_s, heading in ((0.0, first), (1.0, second)):
        poses.add_place(at_s, place(), None)
        poses.add_turn(at_s, turn(heading))

    pose = poses.at(0.5)

    assert pose is not None
    assert (pose.heading_deg - middle + 180) % 360 == pytest.approx(180)
    assert 0 <= pose.heading_deg < 360


def test_longitudes_go_the_short_way_too() -> None:
    poses = PoseHistory()
    poses.add_turn(0.5, turn())
    poses.add_place(0.0, place(lon=179.999), None)
    poses.add_place(1.0, place(lon=-179.999), None)

    pose = poses.at(0.5)

    assert pose is not None
    assert abs(pose.lon) == pytest.approx(180, abs=1e-6)


def test_a_little_past_the_newest_it_goes_on_as_it_went() -> None:
    poses = PoseHistory()
    poses.add_place(0.0, place(), VelocityReading(0, 10.0, 0.0, -2.0))
    poses.add_turn(0.0, turn(90))

    pose = poses.at(0.2)

    assert pose is not None
    assert (pose.lat - 51.0) * 111_320 == pytest.approx(2.0)
    assert pose.alt_amsl_m == pytest.approx(10.4)
    assert not pose.uncertain


def test_far_from_what_was_heard_it_is_uncertain_and_then_nothing() -> None:
    poses = PoseHistory()
    poses.add_place(10.0, place(), VelocityReading(0, 10.0, 0.0, 0.0))
    poses.add_turn(10.0, turn())

    late = poses.at(11.0)
    early = poses.at(9.0)
    assert late is not None
    assert early is not None
    assert late.uncertain
    assert early.uncertain
    assert (late.lat - 51.0) * 111_320 == pytest.approx(3.0)  # no farther than is certain
    assert poses.at(12.1) is None
    assert poses.at(7.9) is None


def test_both_kinds_are_needed() -> None:
    poses = PoseHistory()
    poses.add_place(0.0, place(), None)
    assert poses.at(0.0) is None
    poses.add_turn(-5.0, turn())
    assert poses.at(0.0) is None


def test_a_gap_is_uncertain() -> None:
    poses = PoseHistory()
    for at_s in (0.0, 1.5):
        poses.add_place(at_s, place(), None)
        poses.add_turn(at_s, turn())

    middle = poses.at(0.7)
    assert middle is not None
    assert middle.uncertain


def test_it_is_bounded_and_in_order() -> None:
    poses = PoseHistory()
    for tick in range(10 * KEPT):
        poses.add_place(tick * 0.1, place(), None)
        poses.add_turn(tick * 0.1, turn())
    poses.add_turn(3.0, turn(90))  # late: the order stays

    assert poses.at(1.0) is None
    newest = poses.at(10 * KEPT * 0.1)
    assert newest is not None
    assert newest.heading_deg == 0


def test_late_packets_do_not_shift_the_time() -> None:
    boot = BootClock()
    instants = [
        boot.instant_s(tick * 100, 50.0 + tick * 0.1 + (0.08 if tick % 3 else 0.0))
        for tick in range(1, 30)
    ]

    steps = [later - earlier for earlier, later in pairwise(instants[3:])]
    assert steps == pytest.approx([0.1] * len(steps), abs=0.002)


def test_an_instant_is_never_after_its_arrival() -> None:
    boot = BootClock()
    for tick in range(100):
        arrived_s = 50.0 + tick * 0.1
        assert boot.instant_s(tick * 400, arrived_s) <= arrived_s + 1e-9  # four times as fast


def test_a_restart_begins_anew() -> None:
    boot = BootClock()
    boot.instant_s(60_000, 100.0)
    assert boot.instant_s(500, 101.0) == pytest.approx(101.0)


def flown(*, heading_per_s: float = 0.0) -> PoseHistory:
    """Five seconds at 10 Hz on one spot."""
    poses = PoseHistory()
    for tick in range(51):
        poses.add_place(tick / 10, place(), None)
        poses.add_turn(tick / 10, turn(heading_per_s * tick / 10 % 360))
    return poses


def test_a_gimbal_is_told_for_the_instant_itself() -> None:
    poses = flown()
    poses.add_pointing(1.0, Pointing(-40.0, 0.0, 350.0))
    poses.add_pointing(1.2, Pointing(-50.0, 0.0, 10.0))

    pose = poses.at(1.1)

    assert pose is not None
    assert pose.pointing is not None
    assert pose.pointing.pitch_deg == pytest.approx(-45.0, abs=0.6)
    assert (pose.pointing.yaw_deg + 180) % 360 == pytest.approx(180, abs=1)  # as a turn


def test_a_gimbal_that_counts_from_the_nose_turns_with_the_attitude_of_that_instant() -> None:
    poses = flown(heading_per_s=90.0)
    poses.add_pointing(1.0, Pointing(-45.0, 0.0, 20.0, from_nose=True))
    poses.add_pointing(1.1, Pointing(-45.0, 0.0, 20.0, from_nose=True))

    pose = poses.at(1.05)

    assert pose is not None
    assert pose.pointing is not None
    assert pose.pointing.yaw_deg == pytest.approx(94.5 + 20.0)
    assert not pose.pointing.from_nose


def test_straight_down_a_gimbal_does_not_spin() -> None:
    """Just past the nadir the same view is called by an opposite yaw and roll."""
    poses = flown()
    poses.add_pointing(1.0, Pointing(-89.0, 0.0, 30.0))
    poses.add_pointing(1.2, Pointing(-89.0, 180.0, 210.0))

    pose = poses.at(1.1)

    assert pose is not None
    assert pose.pointing is not None
    assert pose.pointing.pitch_deg == pytest.approx(-90.0, abs=0.01)


def test_a_vehicle_without_a_gimbal_has_lost_none() -> None:
    pose = flown().at(1.0)
    assert pose is not None
    assert (pose.pointing, pose.pointing_lost) == (None, False)


def test_a_gimbal_that_fell_silent_is_lost() -> None:
    poses = flown()
    poses.add_pointing(1.0, Pointing(-45.0, 0.0, 0.0))
    soon, late = poses.at(1.4), poses.at(2.0)
    assert soon is not None
    assert late is not None
    assert (soon.pointing is not None, soon.pointing_lost) == (True, False)
    assert (late.pointing, late.pointing_lost) == (None, True)


def test_a_gimbal_with_a_clock_of_its_own_is_not_followed() -> None:
    boot = BootClock()
    assert boot.near_s(10_000, 50.0) == 50.0
    boot.instant_s(10_000, 50.0)
    assert boot.near_s(10_100, 50.2) == pytest.approx(50.1)
    assert boot.near_s(10_500, 50.2) == 50.2  # never after its arrival
    assert boot.near_s(3_000, 50.2) == 50.2
    assert boot.near_s(None, 50.2) == 50.2
    assert boot.instant_s(10_300, 50.3) == pytest.approx(50.3)
