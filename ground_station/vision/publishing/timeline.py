"""Time of a source: media time that only grows, and waiting until a picture is due."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from ground_station.core.clock import Clock
from ground_station.vision.publishing.encoded import CLOCK_HZ

LONGEST_WAIT_S = 0.1  # a wait is cut into such pieces, so that `stop` and a test's clock are seen
LATE_S = 1.0


class Playback:
    """Plays media at its own pace against the clock; one timeline over any number of loops.

    The pts handed out are the media's own times, moved on by each loop's length and, when the
    process was held up for more than a second, by how late it was: nothing is caught up in a burst.

    Args:
        stop: ends a wait early.
    """

    def __init__(self, clock: Clock, stop: threading.Event) -> None:
        self._clock = clock
        self._stop = stop
        self._start_s = clock.monotonic_s()
        self._shift_s = 0.0  # of the present loop's zero, on the timeline
        self._last_pts = -1

    def begin_loop(self, former_length_s: float) -> None:
        """The next media times are of a new pass over media of this length."""
        self._shift_s += former_length_s

    def due_now(self, media_s: float) -> None:
        """A picture at `media_s` of the pass that begins is due at this moment, one at 0 was due,
        or will be, by as much earlier."""
        self._shift_s = self._clock.monotonic_s() - self._start_s - media_s

    def wait_for(self, media_s: float) -> tuple[int, datetime] | None:
        """Wait until a picture at `media_s` of this loop is due: its pts and wall time.

        None when stopped.
        """
        due_s = self._start_s + self._shift_s + media_s
        while (left_s := due_s - self._clock.monotonic_s()) > 0:
            if self._stop.wait(min(left_s, LONGEST_WAIT_S)):
                return None
        if -left_s > LATE_S:
            self._shift_s -= left_s
            due_s -= left_s
            left_s = 0.0
        pts = round((due_s - self._start_s) * CLOCK_HZ)
        self._last_pts = max(pts, self._last_pts + 1)
        return self._last_pts, self._clock.now() + timedelta(seconds=left_s)


class GrowingPts:
    """Makes a live source's timestamps growing 90 kHz numbers from 0, across re-opened devices.

    Where the source gives no timestamp, or one that jumps back or by more than 10 s, the time that
    passed at the agent stands for it.
    """

    JUMP_S = 10.0

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last_pts = -1
        self._last_at_s: float | None = None
        self._last_media_s: float | None = None

    def next(self, media_s: float | None) -> int:
        """The pts of a picture that has just arrived and that the source stamped `media_s`."""
        now_s = self._clock.monotonic_s()
        passed_s = 0.0 if self._last_at_s is None else now_s - self._last_at_s
        if media_s is not None and self._last_media_s is not None:
            step_s = media_s - self._last_media_s
            if 0 < step_s < self.JUMP_S:
                passed_s = step_s
        self._last_at_s, self._last_media_s = now_s, media_s
        self._last_pts += max(1, round(passed_s * CLOCK_HZ))
        return self._last_pts

    def reopened(self) -> None:
        """The next timestamps have a new zero."""
        self._last_media_s = None
