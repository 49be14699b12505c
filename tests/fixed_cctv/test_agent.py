"""The camera agent against a far side of real Socket.IO, HTTP, ICE, DTLS and RTP."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from fixed_cctv.agent import CameraAgent
from fixed_cctv.camera import CameraSpec
from fixed_cctv.demo import demo_camera, prepare_footage
from ground_station.core.agent_protocol import EndSession, Heartbeat, PublishSources, SourceGrant
from ground_station.core.errors import InvalidInput, NotFound
from ground_station.core.ids import new_id
from ground_station.core.settings import Settings
from ground_station.simulation import frame_code
from ground_station.vision.publishing import capture, publisher, whip_session
from tests.agentlink.station import until
from tests.fixed_cctv.clips import write_clip
from tests.fixed_cctv.far_side import TOKEN, FarSide, decoded

ROOT = Path(__file__).parents[2]
FRAME_CODE = CameraSpec("bench", "Bench", "frame-code:320x192@25", simulated=True)


Start = Callable[..., "Running"]


class Running:
    """An agent with its loop in a thread."""

    def __init__(self, far: FarSide, data_folder: Path, *cameras: CameraSpec) -> None:
        self._far = far
        self._cameras = cameras
        self._data_folder = data_folder
        self._up = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()
        assert self._up.wait(5)
        until(lambda: self.agent.link.connected)

    async def _run(self) -> None:
        self._stop = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        settings = Settings(data_folder=self._data_folder)
        url = self._far.station.url
        self.agent = CameraAgent(settings, station_url=url, token=TOKEN, cameras=self._cameras)
        self._up.set()
        await self.agent.run_until(self._stop)

    def stop(self) -> float:
        """How long it took."""
        began = time.monotonic()
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(5)
        assert not self._thread.is_alive()
        return time.monotonic() - began

    def last_heartbeat(self) -> Heartbeat:
        """The newest one that came after this call."""
        before = len(self._far.station.listener.of(Heartbeat))
        until(lambda: len(self._far.station.listener.of(Heartbeat)) > before)
        newest = self._far.station.listener.of(Heartbeat)[-1]
        assert isinstance(newest, Heartbeat)
        return newest


@pytest.fixture
def far() -> Iterator[FarSide]:
    side = FarSide().start()
    yield side
    side.stop()


@pytest.fixture
def start(far: FarSide, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    monkeypatch.setattr(publisher, "FIRST_PAUSE_S", 0.1)
    monkeypatch.setattr(publisher, "LONGEST_PAUSE_S", 0.2)
    running: list[Running] = []

    def run(*cameras: CameraSpec) -> Running:
        running.append(Running(far, tmp_path / "data", *(cameras or [FRAME_CODE])))
        return running[-1]

    yield run
    for one in running:
        one.stop()


def frames_of(far: FarSide, publication: int) -> int:
    return len(far.publications[publication].frames) if len(far.publications) > publication else 0


def test_the_offer_is_what_the_station_expects(far: FarSide, start: Start) -> None:
    start()
    hello = far.station.listener.hellos[0]
    assert [source.key for source in hello.sources] == ["bench"]
    assert hello.sources[0].simulated
    far.tell_to_publish("bench")
    until(lambda: far.publications)
    publication = far.publications[0]
    assert publication.source_id == far.source_id
    assert publication.authorization == f"Bearer {TOKEN}"
    offer = publication.offer
    assert "a=sendonly" in offer
    assert "VP8" not in offer
    assert set(re.findall(r"packetization-mode=(\d)", offer)) == {"1"}
    assert set(re.findall(r"profile-level-id=(..)", offer)) == {"42"}
    hosts = re.findall(r"a=candidate:\S+ 1 udp \d+ (\S+) \d+ typ (\S+)", offer)
    assert hosts == [("127.0.0.1", "host")]


def test_every_picture_arrives_with_the_time_the_agent_told(far: FarSide, start: Start) -> None:
    began = datetime.now(UTC)
    start()
    far.tell_to_publish("bench")
    until(lambda: frames_of(far, 0) >= 50, 15)
    received = far.publications[0].frames[:50]
    until(lambda: len(far.times()) >= 50)
    times = far.times()
    assert all(frame.rtp_timestamp in times for frame in received)
    captured = [times[frame.rtp_timestamp] for frame in received]
    for earlier, later in pairwise(captured):
        assert 0.02 < (later - earlier).total_seconds() < 0.08
    assert began < captured[0] < captured[-1] < datetime.now(UTC)
    # The pictures themselves: numbered, complete, decodable from the first on.
    numbers = [frame_code.read(picture) for picture in decoded(received)]
    assert None not in numbers
    assert [b - a for a, b in pairwise(n for n in numbers if n is not None)] == [1] * 49
    # Capture time and number agree: the number is drawn at its due moment.
    first = numbers[0]
    assert first is not None
    spread = [(moment - captured[0]).total_seconds() - n / 25 for n, moment in enumerate(captured)]
    assert max(spread) - min(spread) < 0.005


def test_prepared_footage_is_published_in_a_loop(
    far: FarSide, start: Start, tmp_path: Path
) -> None:
    footage = tmp_path / "demo.ts"
    prepare_footage(write_clip(tmp_path / "clip.mp4", count=12), footage, lambda sentence: None)
    start(demo_camera(footage))
    far.tell_to_publish("demo")
    until(lambda: frames_of(far, 0) >= 30, 15)
    numbers = [frame_code.read(picture) for picture in decoded(far.publications[0].frames[:30])]
    first = numbers[0]
    assert first is not None
    assert numbers == [(first + n) % 12 for n in range(30)]
    stamps = [frame.rtp_timestamp for frame in far.publications[0].frames[:30]]
    assert [(b - a) % 2**32 for a, b in pairwise(stamps)] == [9000] * 29


def test_an_agent_that_stops_takes_its_prepared_copy_with_it(
    far: FarSide, start: Start, tmp_path: Path
) -> None:
    clip = write_clip(tmp_path / "clip.avi", count=12, codec="mpeg4")
    running = start(CameraSpec("gate", "Gate", str(clip)))
    far.tell_to_publish("gate")
    until(lambda: frames_of(far, 0) >= 5, 15)
    cache = tmp_path / "data" / "footage"
    assert len(list(cache.iterdir())) == 1
    assert running.stop() < 2
    assert list(cache.iterdir()) == []
    assert clip.exists()


def test_told_again_it_publishes_anew_at_once(far: FarSide, start: Start) -> None:
    start()
    far.tell_to_publish("bench")
    until(lambda: frames_of(far, 0) >= 5)
    far.kill_node()
    began = time.monotonic()
    far.tell_to_publish("bench")
    until(lambda: frames_of(far, 1) >= 1)
    assert time.monotonic() - began < 2
    until(lambda: far.publications[0].deleted)
    until(lambda: frames_of(far, 1) >= 10)
    times = far.times()
    until(lambda: all(f.rtp_timestamp in far.times() for f in far.publications[1].frames[:5]))
    assert times
    assert decoded(far.publications[1].frames)  # it began at a keyframe


def test_a_broken_connection_is_published_anew_unasked(far: FarSide, start: Start) -> None:
    running = start()
    far.tell_to_publish("bench")
    until(lambda: frames_of(far, 0) >= 5)
    far.kill_node()  # closes the DTLS connection: the agent sees it
    until(lambda: frames_of(far, 1) >= 5, 10)
    assert "bench" not in running.last_heartbeat().problems


def test_a_refusal_is_a_problem_until_it_is_over(
    far: FarSide, start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    far.refuse = (
        503,
        {"code": "unavailable", "detail": "No vision node is connected.", "remedy": "Start one."},
    )
    running = start()
    far.tell_to_publish("bench")
    until(lambda: far.refused >= 2, 10)
    assert running.last_heartbeat().problems == {"bench": "No vision node is connected. Start one."}
    assert capsys.readouterr().err.count("Bench: No vision node is connected.") == 1
    far.refuse = None
    until(lambda: frames_of(far, 0) >= 5, 10)
    assert running.last_heartbeat().problems == {}
    assert running.last_heartbeat().figures["frames_sent"] > 0


def test_an_answer_that_leads_nowhere_is_a_problem(
    far: FarSide, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whip_session, "CONNECT_TIMEOUT_S", 0.5)
    far.mute = True
    running = start()
    far.tell_to_publish("bench")
    until(lambda: len(far.publications) >= 2, 10)
    assert "No video connection" in running.last_heartbeat().problems["bench"]
    assert far.publications[0].deleted
    far.mute = False
    until(lambda: far.publications[-1].frames, 10)
    until(lambda: not running.last_heartbeat().problems, 5)


def test_nothing_is_published_without_pictures(
    far: FarSide, start: Start, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    junk = tmp_path / "junk.mp4"
    junk.write_bytes(b"no video" * 1000)
    running = start(CameraSpec("gate", "Gate", str(junk)))
    far.tell_to_publish("gate")
    until(lambda: running.agent.publisher("gate").problem)
    problem = running.last_heartbeat().problems["gate"]
    assert problem.startswith("junk.mp4 is not a video that can be read.")
    assert capsys.readouterr().err.count(problem) == 1
    time.sleep(1.2)
    assert far.publications == []


def test_a_camera_that_comes_back_is_published(
    far: FarSide, start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capture, "FIRST_PAUSE_S", 0.1)
    clip = tmp_path / "late.mp4"
    running = start(CameraSpec("gate", "Gate", str(clip)))
    far.tell_to_publish("gate")
    until(lambda: "no late.mp4" in running.agent.publisher("gate").problem)
    write_clip(clip, count=20)
    until(lambda: frames_of(far, 0) >= 5, 10)
    assert running.last_heartbeat().problems == {}


def test_footage_that_ends_ends_its_session(far: FarSide, start: Start, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "once.mp4", count=30)
    running = start(CameraSpec("gate", "Gate", str(clip), loop=False))
    far.tell_to_publish("gate")
    until(lambda: far.publications and far.publications[0].deleted, 10)
    assert running.last_heartbeat().problems == {"gate": "The footage has ended."}
    time.sleep(0.6)
    assert len(far.publications) == 1


def test_commands_that_are_not_for_it_are_refused(far: FarSide, start: Start) -> None:
    start()
    channel = far.station.listener.channels[-1]
    with pytest.raises(NotFound):
        channel.call(PublishSources("/whip/", [SourceGrant("other", new_id())]), 2)
    with pytest.raises(NotFound):
        channel.call(PublishSources("/whip/", [SourceGrant("bench", "../../elsewhere")]), 2)
    with pytest.raises(InvalidInput):
        channel.call(PublishSources("//elsewhere.example/", [SourceGrant("bench", new_id())]), 2)
    with pytest.raises(InvalidInput, match="EndSession"):
        channel.call(EndSession("x"), 2)
    assert far.publications == []


def test_stop_says_goodbye_and_is_quick(far: FarSide, start: Start) -> None:
    running = start()
    far.tell_to_publish("bench")
    until(lambda: frames_of(far, 0) >= 5)
    assert running.stop() < 2
    assert far.publications[0].deleted
    until(lambda: far.station.listener.gone)
    names = [thread.name for thread in threading.enumerate()]
    assert not [name for name in names if name.startswith(("cap:", "agentlink-command"))]


def test_stop_is_quick_without_a_station(tmp_path: Path) -> None:
    side = FarSide().start()
    running = Running(side, tmp_path, FRAME_CODE)
    side.tell_to_publish("bench")
    until(lambda: frames_of(side, 0) >= 5)
    side.stop()
    assert running.stop() < 2


def test_credentials_leak_nowhere(
    far: FarSide,
    start: Start,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    address = "rtsp://operator:hunter2-secret@127.0.0.1:9/stream1"
    running = start(CameraSpec("gate", "Gate", address))
    far.tell_to_publish("gate")
    until(lambda: running.agent.publisher("gate").problem)
    problem = running.last_heartbeat().problems["gate"]
    assert "rtsp://127.0.0.1:9/stream1" in problem
    said = problem + caplog.text + capsys.readouterr().err + repr(far.station.listener.hellos)
    assert "hunter2" not in said
    assert "operator" not in said
    assert TOKEN not in said


def test_the_process_stops_on_sigterm_with_nothing_left(far: FarSide, tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from fixed_cctv.agent import main; from fixed_cctv.camera import CameraSpec\n"
        "from ground_station.core.settings import Settings\n"
        "url, token, folder = sys.argv[1:]\n"
        "camera = CameraSpec('bench', 'Bench', 'frame-code:320x192@25')\n"
        "settings = Settings(data_folder=Path(folder))\n"
        "sys.exit(main(settings, station_url=url, token=token, cameras=[camera]))\n"
    )
    command = [sys.executable, "-c", program, far.station.url, TOKEN, str(tmp_path)]
    environment = {**os.environ, "PYTHONWARNINGS": "error"}
    agent = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, env=environment)
    try:
        until(lambda: far.station.listener.channels, 20)
        far.tell_to_publish("bench")
        until(lambda: frames_of(far, 0) >= 5, 10)
        began = time.monotonic()
        agent.send_signal(signal.SIGTERM)
        _out, err = agent.communicate(timeout=5)
        assert time.monotonic() - began < 2.5
        assert agent.returncode == 0
        assert err == b""
        assert far.publications[0].deleted
    finally:
        agent.kill()
        agent.communicate()


def test_one_agent_publishes_several_cameras_over_one_connection(
    far: FarSide, start: Start
) -> None:
    specs = [CameraSpec(key, key.title(), "frame-code:320x192@10") for key in ("east", "west")]
    running = start(*specs)
    hello = far.station.listener.hellos[0]
    assert [source.key for source in hello.sources] == ["east", "west"]
    grants = [SourceGrant(key, new_id()) for key in ("east", "west")]
    channel = far.station.listener.channels[-1]
    channel.call(PublishSources("/whip/", [*grants, SourceGrant("other", new_id())]), 2)
    until(lambda: len(far.publications) == 2 and all(one.frames for one in far.publications), 15)
    assert {one.source_id for one in far.publications} == {grant.source_id for grant in grants}
    assert len(far.station.listener.channels) == 1
    assert running.last_heartbeat().figures["frames_sent"] >= 2


def test_a_camera_of_several_that_fails_leaves_the_others(
    far: FarSide, start: Start, tmp_path: Path
) -> None:
    running = start(FRAME_CODE, CameraSpec("gate", "Gate", str(tmp_path / "no.mp4")))
    far.tell_to_publish("bench")
    until(lambda: frames_of(far, 0) >= 5)
    until(lambda: running.agent.publisher("gate").problem)
    problems = running.last_heartbeat().problems
    assert list(problems) == ["gate"]
    assert "no.mp4" in problems["gate"]
