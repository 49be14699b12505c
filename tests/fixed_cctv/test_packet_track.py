"""What goes out when pictures are missing, late or too many; and the capture thread's life."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import UTC, datetime

import pytest

from ground_station.core.aio import AioBridge, LoopThread
from ground_station.core.errors import Unavailable
from ground_station.vision.publishing import capture as capture_module
from ground_station.vision.publishing.capture import CAPACITY, Capture, Numbered
from ground_station.vision.publishing.encoded import EncodedFrame, FrameStream
from ground_station.vision.publishing.packet_track import PacketTrack
from tests.agentlink.station import until

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def numbered(seq: int, *, keyframe: bool = False) -> Numbered:
    return Numbered(seq, EncodedFrame(bytes([seq]), seq * 9000, NOW, keyframe))


class Sent:
    """A track, what it gave out, and how often it asked for a keyframe."""

    def __init__(self) -> None:
        self.frames: list[int] = []
        self.asked = 0
        self.hungry = asyncio.Event()
        self.track = PacketTrack(lambda frame: self.frames.append(frame.data[0]), self._ask)

    def _ask(self) -> None:
        self.asked += 1
        self.hungry.set()

    async def take(self, count: int) -> list[int]:
        for _ in range(count):
            packet = await asyncio.wait_for(self.track.recv(), 1)
            assert packet.pts == self.frames[-1] * 9000
            assert bytes(packet) == bytes([self.frames[-1]])
        return self.frames


def test_it_begins_at_a_keyframe_that_comes_after_the_first_call() -> None:
    async def go() -> None:
        sent = Sent()
        sent.track.put(numbered(0, keyframe=True))  # of the past
        taking = asyncio.ensure_future(sent.take(2))
        await sent.hungry.wait()
        assert sent.asked == 1
        for picture in (numbered(1), numbered(2), numbered(3, keyframe=True), numbered(4)):
            sent.track.put(picture)
        assert await taking == [3, 4]
        assert sent.track.skipped == 2
        assert sent.asked == 1

    asyncio.run(go())


def test_after_a_gap_it_waits_for_the_next_keyframe() -> None:
    async def go() -> None:
        sent = Sent()
        taking = asyncio.ensure_future(sent.take(4))
        await sent.hungry.wait()
        for seq in (0, 1, 3, 4, 5, 6):  # 2 was lost
            sent.track.put(numbered(seq, keyframe=seq in (0, 5)))
        assert await taking == [0, 1, 5, 6]
        assert sent.asked == 2

    asyncio.run(go())


def test_too_many_waiting_pictures_cost_the_oldest() -> None:
    async def go() -> None:
        sent = Sent()
        taking = asyncio.ensure_future(sent.take(1))
        await sent.hungry.wait()
        sent.track.put(numbered(0, keyframe=True))
        await taking
        for seq in range(1, 151):
            sent.track.put(numbered(seq, keyframe=seq % 100 == 0))
        await sent.take(51)
        assert sent.frames == [0, *range(100, 151)]

    asyncio.run(go())


class Scripted:
    """A source that does what each opening is scripted to do."""

    def __init__(self, *openings: list[EncodedFrame | Exception]) -> None:
        self.openings = list(openings)
        self.opened = 0
        self.closed = 0

    def frames(self, stop: threading.Event) -> FrameStream:
        self.opened += 1
        script = self.openings.pop(0) if self.openings else [Unavailable("Nothing left.")]
        try:
            for step in script:
                if isinstance(step, Exception):
                    raise step
                yield step
            stop.wait(5)
        finally:
            self.closed += 1

    def request_keyframe(self) -> None:
        pass


def test_a_failing_source_is_opened_again_and_its_sentence_kept(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(capture_module, "FIRST_PAUSE_S", 0.02)
    frame = EncodedFrame(b"x", 0, NOW, True)
    source = Scripted([Unavailable("Unplugged.")], [frame, ZeroDivisionError("bug")], [frame])
    loop = LoopThread("test")
    loop.start()
    states: list[str] = []
    seen: list[Numbered] = []
    capture = Capture(
        "gate",
        source,
        loop.bridge,
        lambda: seen.extend(capture.take()),
        lambda: states.append(capture.problem),
    )
    capture.start()
    until(lambda: source.opened == 3 and capture.live)
    assert capture.problem == ""
    until(lambda: [picture.seq for picture in seen] == [0, 1])
    assert "Unplugged." in states
    assert any("ZeroDivisionError" in state for state in states)
    assert "bug" in caplog.text  # the log has the traceback
    began = time.monotonic()
    capture.stop()
    assert time.monotonic() - began < 1
    assert source.closed == 3
    loop.stop()


def test_a_loop_that_stands_still_costs_pictures_not_memory() -> None:
    frames: list[EncodedFrame | Exception] = [
        EncodedFrame(b"x", n, NOW, keyframe=n == 0) for n in range(10 * CAPACITY)
    ]
    loop = asyncio.new_event_loop()  # never runs
    capture = Capture("gate", Scripted(frames), AioBridge(loop), lambda: None, lambda: None)
    capture.start()
    until(lambda: capture.dropped == 9 * CAPACITY)
    assert [picture.seq for picture in capture.take()] == list(range(9 * CAPACITY, 10 * CAPACITY))
    assert len(loop._ready) <= 2  # type: ignore[attr-defined]  # woken once, and one state
    capture.stop()
    loop.close()
