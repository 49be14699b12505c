"""Where a drone's camera looks, and that it says so only when it is known."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from drone.gimbal_angles import Pointing
from drone.pose import Eye, Mount, View, camera_pose
from ground_station.core.agent_vehicles import VehicleLinkState
from ground_station.core.errors import ConfigError
from tests.drone.scripted_link import ScriptedLink, pose, report

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def look(link: ScriptedLink, system_id: int | None = None) -> View:
    async def main() -> View:
        return Eye(link, Mount(), system_id).look(NOW)

    return asyncio.run(main())


def test_a_stabilised_camera_keeps_its_pitch_and_follows_the_nose() -> None:
    seen = camera_pose(
        pose(roll_deg=15.0, pitch_deg=-12.0, heading_deg=200.0), Mount(-50.0, 60.0, True)
    )
    assert seen is not None
    assert (seen.yaw_deg, seen.pitch_deg, seen.roll_deg, seen.hfov_deg) == (200.0, -50.0, 0.0, 60.0)
    assert (seen.alt_amsl_m, seen.ground_amsl_m) == (53.0, 8.0)


def test_a_rigid_one_leans_with_the_vehicle() -> None:
    rigid = Mount(0.0, stabilised=False)
    nose_up = camera_pose(pose(pitch_deg=10.0), rigid)
    right_down = camera_pose(pose(roll_deg=10.0), rigid)
    assert nose_up is not None
    assert right_down is not None
    assert (nose_up.pitch_deg, nose_up.yaw_deg) == pytest.approx((10.0, 90.0))
    assert (right_down.roll_deg, right_down.pitch_deg) == pytest.approx((10.0, 0.0))


def test_a_rigid_one_that_looks_straight_down_has_the_nose_above() -> None:
    down = camera_pose(pose(heading_deg=30.0), Mount(-90.0, stabilised=False))
    assert down is not None
    assert (down.yaw_deg, down.pitch_deg, down.roll_deg) == pytest.approx((30.0, -90.0, 0.0))


def _turn(axis: int, degrees: float) -> NDArray[np.float64]:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    i, j = [(1, 2), (2, 0), (0, 1)][axis]
    matrix = np.eye(3)
    matrix[i, i], matrix[i, j], matrix[j, i], matrix[j, j] = c, -s, s, c
    return matrix


def _attitude(yaw: float, pitch: float, roll: float) -> NDArray[np.float64]:
    return np.asarray(_turn(2, yaw) @ _turn(1, pitch) @ _turn(0, roll))


@given(st.floats(-40, 40), st.floats(-40, 40), st.floats(0, 360), st.floats(-89, 30))
def test_its_three_angles_are_the_same_turn_as_vehicle_and_mount(
    roll: float, pitch: float, heading: float, mounted: float
) -> None:
    seen = camera_pose(
        pose(roll_deg=roll, pitch_deg=pitch, heading_deg=heading),
        Mount(mounted, stabilised=False),
    )
    assert seen is not None
    camera = _attitude(seen.yaw_deg, seen.pitch_deg, seen.roll_deg)
    expected = _attitude(heading, pitch, roll) @ _turn(1, mounted)
    np.testing.assert_allclose(camera, expected, atol=1e-6)


def test_without_a_home_the_ground_is_not_known() -> None:
    assert camera_pose(pose(home_amsl_m=None), Mount()) is None
    view = look(ScriptedLink(poses={1: pose(home_amsl_m=None)}))
    assert view.pose is None
    assert "home" in view.why_not


def test_what_is_known_is_looked_from() -> None:
    assert look(ScriptedLink(poses={1: pose()})).pose == camera_pose(pose(), Mount())


@pytest.mark.parametrize("known", [None, pose(uncertain=True)])
def test_a_pose_that_is_not_known_is_none(known: object) -> None:
    view = look(ScriptedLink(poses={1: known}))  # type: ignore[dict-item]
    assert (view.pose, view.link_lost) == (None, False)
    assert "not known" in view.why_not


def test_no_pose_while_the_link_is_lost() -> None:
    link = ScriptedLink([report(link=VehicleLinkState.LOST)], poses={1: pose()})
    view = look(link)
    assert (view.pose, view.link_lost) == (None, True)


def test_a_vehicle_that_was_never_heard() -> None:
    assert "not heard" in look(ScriptedLink([])).why_not


def test_which_of_several_must_be_said() -> None:
    link = ScriptedLink([report(1), report(2)], poses={1: pose(), 2: pose(lat=51.0)})
    assert "which one" in look(link).why_not
    seen = look(link, 2).pose
    assert seen is not None
    assert seen.lat == 51.0
    assert look(link, 3).pose is None


@pytest.mark.parametrize(("pitch", "hfov"), [(-91, 70), (31, 70), (-60, 4), (-60, 171)])
def test_mounts_that_cannot_be(pitch: float, hfov: float) -> None:
    with pytest.raises(ConfigError, match="camera"):
        Mount(pitch, hfov)


def test_where_the_vehicle_tells_of_a_gimbal_its_angles_count() -> None:
    told = pose(heading_deg=200.0, pointing=Pointing(-30.0, 2.0, 75.0))
    seen = camera_pose(told, Mount(-60.0, 60.0))
    assert seen is not None
    assert (seen.yaw_deg, seen.pitch_deg, seen.roll_deg) == (75.0, -30.0, 2.0)
    rigid = camera_pose(told, Mount(-60.0, 60.0, stabilised=False))
    assert rigid is not None
    assert rigid.yaw_deg == pytest.approx(200.0)


def test_a_gimbal_that_fell_silent_is_not_replaced_by_the_mount() -> None:
    view = look(ScriptedLink(poses={1: pose(pointing_lost=True)}))
    assert view.pose is None
    assert "gimbal" in view.why_not
