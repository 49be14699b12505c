"""A drone agent's camera: each picture with the pose it was drawn for, or a card, or none."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from drone import agent as agent_module
from drone.agent import DroneSpec
from drone.camera import HEIGHT, WIDTH, PosedSource, camera_kind, card
from drone.pose import Mount, View, camera_pose
from fixed_cctv.synthetic import FrameCodeSource
from ground_station.core.agent_vehicles import CameraPose, VehicleLinkState
from ground_station.core.clock import SystemClock
from ground_station.core.errors import ConfigError
from ground_station.vision.media.aiortc_private import enable_h264_profiles
from ground_station.vision.publishing import publisher
from ground_station.vision.publishing.address import frame_code_format
from tests.agentlink.station import until
from tests.drone.running import PLAIN, Running, far_side
from tests.drone.scripted_link import ScriptedLink, pose, report
from tests.fixed_cctv.far_side import FarSide, decoded

SIMULATED = dataclasses.replace(PLAIN, camera="simulated", simulated=True)
Start = Callable[..., Running]


def draw(pose: CameraPose, at: datetime) -> NDArray[np.uint8]:
    """As bright as the camera is high."""
    return np.full((HEIGHT, WIDTH, 3), round(pose.alt_amsl_m), dtype=np.uint8)


@pytest.fixture
def far() -> Iterator[FarSide]:
    enable_h264_profiles()
    side = far_side()
    yield side
    side.stop()


@pytest.fixture
def start(far: FarSide, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    monkeypatch.setattr(publisher, "FIRST_PAUSE_S", 0.1)
    monkeypatch.setattr(publisher, "LONGEST_PAUSE_S", 0.2)
    monkeypatch.setattr(agent_module, "borough_view", lambda: draw)
    running: list[Running] = []

    def run(link: ScriptedLink, spec: DroneSpec = SIMULATED) -> Running:
        running.append(Running(far, tmp_path / "data", link, spec).connected())
        far.tell_to_publish("camera")
        return running[-1]

    yield run
    for one in running:
        one.stop()


def frames_of(far: FarSide, publication: int = 0) -> int:
    return len(far.publications[publication].frames) if len(far.publications) > publication else 0


def test_it_is_offered_as_a_simulated_source_and_its_vehicle_names_it(
    far: FarSide, start: Start
) -> None:
    running = start(ScriptedLink(poses={1: pose()}))
    (offer,) = far.station.listener.hellos[0].sources
    assert (offer.key, offer.simulated) == ("camera", True)
    assert "drawing" in offer.note
    assert running.telemetry().vehicles[0].source_key == "camera"


def test_each_picture_comes_with_exactly_the_pose_it_was_drawn_for(
    far: FarSide, start: Start
) -> None:
    link = ScriptedLink(poses={1: pose(alt_amsl_m=100.0)})
    running = start(link)
    until(lambda: frames_of(far) >= 10, 15)
    running.on_loop(lambda: link.poses.update({1: pose(alt_amsl_m=200.0)}))
    until(lambda: frames_of(far) >= 30, 15)
    frames = far.publications[0].frames[:30]
    until(lambda: len(running.frame_times()) >= 30)
    poses = {time.rtp_timestamp: time.pose for time in running.frame_times()}
    seen = []
    for frame, picture in zip(frames, decoded(frames), strict=True):
        told = poses[frame.rtp_timestamp]
        assert told is not None
        assert abs(float(picture.mean()) - told.alt_amsl_m) < 8
        seen.append(told.alt_amsl_m)
    assert set(seen) == {100.0, 200.0}
    assert camera_pose(pose(alt_amsl_m=200.0), Mount()) in poses.values()


def test_without_a_pose_there_is_a_card_and_never_an_old_picture(
    far: FarSide, start: Start
) -> None:
    link = ScriptedLink(poses={1: pose(alt_amsl_m=200.0)})
    running = start(link)
    until(lambda: frames_of(far) >= 5, 15)
    running.on_loop(link.poses.clear)
    until(lambda: running.frame_times() and running.frame_times()[-1].pose is None)
    until(lambda: frames_of(far) >= len(running.frame_times()))
    frames = list(far.publications[0].frames)
    times = {time.rtp_timestamp: time.pose for time in running.frame_times()}
    last = decoded(frames)[-1]
    assert times.get(frames[-1].rtp_timestamp) is None
    assert abs(float(last.mean()) - float(card("The drone's position is not known.").mean())) < 5
    assert running.last_heartbeat().problems == {}


def test_while_the_drone_is_lost_there_is_no_picture_and_it_comes_back_by_itself(
    far: FarSide, start: Start
) -> None:
    link = ScriptedLink(poses={1: pose()})
    running = start(link)
    until(lambda: frames_of(far) >= 5, 15)
    lost = report(link=VehicleLinkState.LOST)
    running.on_loop(lambda: setattr(link, "vehicles", [lost]))
    until(lambda: "lost" in running.last_heartbeat().problems.get("camera", ""))
    until(lambda: far.publications[0].deleted)
    sent = frames_of(far)
    running.last_heartbeat()
    assert frames_of(far) == sent
    running.on_loop(lambda: setattr(link, "vehicles", [report()]))
    until(lambda: frames_of(far, 1) >= 5, 15)
    assert decoded(far.publications[1].frames)  # it began at a keyframe
    until(lambda: running.last_heartbeat().problems == {})


def test_a_real_cameras_pictures_go_on_without_a_pose() -> None:
    views = iter([View(camera_pose(pose(), Mount())), View(None, "not known", link_lost=True)])
    asked: list[datetime] = []

    def look(at: datetime) -> View:
        asked.append(at)
        return next(views)

    camera = FrameCodeSource(frame_code_format("frame-code:160x96@50"), SystemClock())
    stop = threading.Event()
    frames = PosedSource(camera, look).frames(stop)
    first, second = next(frames), next(frames)
    stop.set()
    frames.close()
    assert [first.pose is None, second.pose is None] == [False, True]
    assert asked == [first.captured_at, second.captured_at]


@pytest.mark.parametrize("address", ["film.mp4", "frame-code:640x360@25", "http://x/", ""])
def test_what_no_drone_carries_is_refused(address: str) -> None:
    with pytest.raises(ConfigError):
        camera_kind(address)
