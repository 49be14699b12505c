"""Footage that is played in step with the clock, so that cameras of one simulated scene agree."""

from __future__ import annotations

import threading
from pathlib import Path

from fixed_cctv.footage import pictures_of
from ground_station.core.clock import Clock
from ground_station.vision.publishing.encoded import EncodedFrame, FrameStream
from ground_station.vision.publishing.media_input import video_input
from ground_station.vision.publishing.timeline import Playback


class FootageInStep:
    """Implements `Source` over prepared footage: round and round, what lies t seconds after its
    beginning is shown whenever the time (UTC, in seconds) is t more than a multiple of its length.

    It begins with the next keyframe. Each round sets itself by the clock again.
    """

    def __init__(self, path: Path, clock: Clock, length_s: float) -> None:
        self._path = path
        self._clock = clock
        self._length_s = length_s

    def frames(self, stop: threading.Event) -> FrameStream:
        playback = Playback(self._clock, stop)
        due_s = self._clock.now().timestamp() % self._length_s
        while not stop.is_set():
            playback.due_now(due_s)
            begun = False
            with video_input(str(self._path)) as (container, stream):
                for picture in pictures_of(container, stream):
                    begun = begun or (picture.keyframe and picture.media_s >= due_s)
                    if not begun:
                        continue
                    due = playback.wait_for(picture.media_s)
                    if due is None:
                        return
                    yield EncodedFrame(picture.data, due[0], due[1], picture.keyframe)
            if not begun:  # its last keyframe is over: wait for the next round, doing nothing
                stop.wait(0.05)
            due_s = self._nearest_round_s()

    def request_keyframe(self) -> None:
        """Nothing: the footage has one a second."""

    def _nearest_round_s(self) -> float:
        """How long ago the nearest round began; below 0 for one that is about to."""
        half_s = self._length_s / 2
        return (self._clock.now().timestamp() + half_s) % self._length_s - half_s
