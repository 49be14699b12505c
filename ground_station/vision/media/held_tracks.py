"""Tracks that wait a moment for their frame's time of capture.

The time of an agent's frame comes through the station and later than the frame. Detection does not
wait for it, and no picture is kept for it; only its result, a few numbers, is.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from ground_station.core.clock import Clock
from ground_station.core.model import FrameTracks
from ground_station.vision.media.frame_times import UNKNOWN, CapturedAt

HOLD_S = 0.35  # after detection; pairs came up to 0.3 s after their frames on a busy machine
MAX_HELD = 64  # frames a session

Lookup = Callable[[str, int], CapturedAt | None]


@dataclass(frozen=True, slots=True)
class _Held:
    frame: FrameTracks
    until_s: float


class HeldTracks:
    """Gives each session's tracks on in order, with their time once it is told, or as unknown when
    it is not told in time. Used on the loop only.

    Args:
        lookup: (session id, RTP timestamp) to the time, or None while it may still be told.
        give_on: takes each frame's tracks.
    """

    def __init__(
        self, lookup: Lookup, give_on: Callable[[FrameTracks], None], clock: Clock
    ) -> None:
        self._lookup = lookup
        self._give_on = give_on
        self._clock = clock
        self._held: dict[str, deque[_Held]] = {}

    def add(self, frame: FrameTracks) -> None:
        """Take one frame's tracks; they go on at once, or within `HOLD_S`."""
        held = self._held.setdefault(frame.session_id, deque())
        held.append(_Held(frame, self._clock.monotonic_s() + HOLD_S))
        self.release(frame.session_id)
        if held:
            later = asyncio.get_running_loop().call_later
            later(HOLD_S + 0.001, self.release, frame.session_id)

    def release(self, session_id: str) -> None:
        """Give on what can go now: call it when times have come."""
        held = self._held.get(session_id)
        now_s = self._clock.monotonic_s()
        while held:
            first = held[0]
            captured = self._lookup(session_id, first.frame.rtp_timestamp)
            if captured is None and now_s < first.until_s and len(held) <= MAX_HELD:
                return
            held.popleft()
            captured = captured or UNKNOWN
            self._give_on(
                dataclasses.replace(
                    first.frame, captured_at=captured.at, captured_at_from=captured.source
                )
            )

    def release_all(self) -> None:
        """As `release`, for every session."""
        for session_id in list(self._held):
            self.release(session_id)

    def forget(self, session_id: str) -> None:
        """The session ended; what it still held is history."""
        self._held.pop(session_id, None)
