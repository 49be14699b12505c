"""Tracks wait for their time, in order, and not for long."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from ground_station.core.clock import ManualClock, SystemClock
from ground_station.core.model import CapturedAtFrom, FrameTracks
from ground_station.vision.media.frame_times import CapturedAt
from ground_station.vision.media.held_tracks import HOLD_S, MAX_HELD, HeldTracks
from tests.media.peers import run

T0 = datetime(2026, 1, 1, tzinfo=UTC)


def tracks(number: int, session_id: str = "p") -> FrameTracks:
    return FrameTracks("s", session_id, number, number, None, CapturedAtFrom.UNKNOWN, 320, 180, ())


class Held:
    """Held tracks with times that a test tells, and what they gave on."""

    def __init__(self, clock: ManualClock | SystemClock) -> None:
        self.times: dict[int, CapturedAt] = {}
        self.given: list[FrameTracks] = []
        self.held = HeldTracks(lambda _, rtp: self.times.get(rtp), self.given.append, clock)

    def tell(self, *numbers: int) -> None:
        for number in numbers:
            at = T0 + timedelta(seconds=number)
            self.times[number] = CapturedAt(at, CapturedAtFrom.AGENT)
        self.held.release_all()

    def seconds(self) -> list[int | None]:
        return [
            None if frame.captured_at is None else (frame.captured_at - T0).seconds
            for frame in self.given
        ]


def test_they_go_on_in_order_once_their_times_are_told() -> None:
    async def scenario() -> None:
        ours = Held(ManualClock())
        ours.tell(1)
        for number in (1, 2, 3):
            ours.held.add(tracks(number))
        assert ours.seconds() == [1]
        ours.tell(3)  # the second is still waited for
        assert ours.seconds() == [1]
        ours.tell(2)
        assert ours.seconds() == [1, 2, 3]
        assert all(frame.captured_at_from is CapturedAtFrom.AGENT for frame in ours.given)

    run(scenario())


def test_they_go_on_as_unknown_when_nobody_tells() -> None:
    async def scenario() -> None:
        ours = Held(SystemClock())
        ours.held.add(tracks(1))
        assert ours.given == []
        await asyncio.sleep(HOLD_S + 0.1)
        assert ours.seconds() == [None]
        assert ours.given[0].captured_at_from is CapturedAtFrom.UNKNOWN

    run(scenario())


def test_no_more_are_held_than_allowed() -> None:
    async def scenario() -> None:
        ours = Held(ManualClock())
        for number in range(MAX_HELD + 3):
            ours.held.add(tracks(number))
        assert [frame.seq for frame in ours.given] == [0, 1, 2]

    run(scenario())


def test_sessions_do_not_wait_for_each_other_and_are_forgotten() -> None:
    async def scenario() -> None:
        ours = Held(ManualClock())
        ours.held.add(tracks(1, "waits"))
        ours.tell(2)
        ours.held.add(tracks(2, "goes"))
        assert [frame.session_id for frame in ours.given] == ["goes"]
        ours.held.forget("waits")
        ours.tell(1)
        assert len(ours.given) == 1

    run(scenario())
