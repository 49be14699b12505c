"""Runs one source in its own thread: opens it, hands pictures on, and opens it again when it fails.

The thread never waits for the consumer: pictures go into a bounded box, and the consumer's loop is
woken. Each carries a number, so that the consumer sees what it missed.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

from ground_station.core.aio import AioBridge
from ground_station.core.errors import KestrelError, Unavailable
from ground_station.core.mailbox import DropOldest
from ground_station.vision.publishing.encoded import EncodedFrame, Source

log = logging.getLogger(__name__)

CAPACITY = 64  # pictures that the loop may be behind
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 10.0


@dataclass(frozen=True, slots=True)
class Numbered:
    """A picture and its number in this process; a missing number is a picture that was dropped."""

    seq: int
    frame: EncodedFrame


class Capture:
    """The capture thread of one camera.

    Args:
        name: the camera's key, for the thread's name.
        bridge: to the loop on which the callbacks run.
        on_pictures: called on the loop when pictures wait; `take` gets them.
        on_state: called on the loop when `live` or `problem` changed.
    """

    def __init__(
        self,
        name: str,
        source: Source,
        bridge: AioBridge,
        on_pictures: Callable[[], None],
        on_state: Callable[[], None],
    ) -> None:
        self._name = name
        self._source = source
        self._bridge = bridge
        self._on_pictures = on_pictures
        self._on_state = on_state
        self._box: DropOldest[Numbered] = DropOldest(CAPACITY)
        self._lock = threading.Lock()
        self._woken = False
        self._seq = 0
        self._live = False
        self._problem = ""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"cap:{name}", daemon=True)

    @property
    def live(self) -> bool:
        """Whether the source is open and has given a picture."""
        return self._live

    @property
    def problem(self) -> str:
        """Why there is no picture: one sentence, or what the source is busy with; "" if all is
        well."""
        return self._problem

    @property
    def dropped(self) -> int:
        return self._box.dropped

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout_s: float = 1.0) -> None:
        """A device that blocks may outlive the timeout; the thread is a daemon."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def take(self) -> list[Numbered]:
        """Everything that waits. On the loop."""
        with self._lock:
            self._woken = False
        return self._box.drain()

    def request_keyframe(self) -> None:
        self._source.request_keyframe()

    def busy_with(self, sentence: str) -> None:
        """From the source, on the capture thread: what it does instead of giving pictures."""
        self._change(live=False, problem=sentence)

    # --- capture thread --------------------------------------------------------------------------

    def _run(self) -> None:
        pause_s = FIRST_PAUSE_S
        while not self._stop.is_set():
            problem = self._read_until_it_fails()
            if problem is None:
                ended = "" if self._stop.is_set() else "The footage has ended."
                self._change(live=False, problem=ended)
                return
            pause_s = FIRST_PAUSE_S if self._live else pause_s
            self._change(live=False, problem=problem)
            self._stop.wait(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    def _read_until_it_fails(self) -> str | None:
        """Why it failed; None when the source ended as it should."""
        try:
            with closing(self._source.frames(self._stop)) as frames:
                for frame in frames:
                    self._deliver(frame)
        except KestrelError as error:
            return str(error)
        except Exception as error:
            # One broken picture must not end the camera for good; the log has what happened.
            log.exception("capture_failed camera=%s", self._name)
            return str(Unavailable(f"Reading the camera failed with {type(error).__name__}."))
        return None

    def _deliver(self, frame: EncodedFrame) -> None:
        self._change(live=True, problem="")
        self._box.put(Numbered(self._seq, frame))
        self._seq += 1
        with self._lock:
            wake, self._woken = not self._woken, True
        if wake:
            self._bridge.post(self._on_pictures)

    def _change(self, *, live: bool, problem: str) -> None:
        if (live, problem) == (self._live, self._problem):
            return
        self._live, self._problem = live, problem
        self._bridge.post(self._on_state)
