"""Whether what comes under one system id is one vehicle, and whether it restarted.

An autopilot says in its messages how long ago it booted. A restart makes that go back once; two
vehicles with one id make it go back and forth for ever, and beat twice as often as one. Pure; not
thread-safe."""

from __future__ import annotations

from collections import deque
from enum import StrEnum

_STEP_BACK_MS = 20  # less is two messages of one instant
_RESTART_MS = 1_000
_RESTART_SURE_S = 1.5
_TWIN_STEPS, _TWIN_WINDOW_S = 8, 5.0
_TWIN_REMEMBERED_S = 6.0
_BEATS, _BEATS_WINDOW_S = 14, 8.0  # an autopilot beats once a second, and at changes of mode


class Twins(StrEnum):
    NO = "no"
    TIMES = "times"  # two sequences of time since boot
    BEATS = "beats"  # more heartbeats than one autopilot sends


class OneVehicle:
    """`restarts`: how often it was sure to have booted anew."""

    def __init__(self) -> None:
        self.restarts = 0
        self._last_ms: dict[str, int] = {}
        self._steps_back: deque[float] = deque(maxlen=_TWIN_STEPS)
        self._restart_at_s: float | None = None
        self._times_at_s: float | None = None
        self._beats: deque[float] = deque(maxlen=_BEATS)
        self._beats_at_s: float | None = None
        self._clock: tuple[int, float] | None = None

    def take_time(self, stream: str, boot_ms: int, arrived_s: float) -> bool:
        """One message's time since boot; true where this may be the first after a restart."""
        last_ms, clock = self._last_ms.get(stream), self._clock
        self._last_ms[stream] = boot_ms
        self._clock = (boot_ms, arrived_s)
        if _up_less_than_silent(clock, boot_ms, arrived_s):
            self.restarts += 1
            self._restart_at_s = None
            return True
        if last_ms is None or boot_ms >= last_ms - _STEP_BACK_MS:
            self._settle(arrived_s)
            return False
        if boot_ms < last_ms - _RESTART_MS and _agrees(clock, boot_ms, arrived_s):
            self._settle(arrived_s)
            return False
        self._steps_back.append(arrived_s)
        if (
            len(self._steps_back) == _TWIN_STEPS
            and arrived_s - self._steps_back[0] <= _TWIN_WINDOW_S
        ):
            self._times_at_s, self._restart_at_s = arrived_s, None
        elif boot_ms < last_ms - _RESTART_MS and self._restart_at_s is None:
            self._restart_at_s = arrived_s
            return True
        self._settle(arrived_s)
        return False

    def take_beat(self, arrived_s: float) -> None:
        """Beats are counted in the vehicle's own time, and only while it tells it: a simulated
        one may run faster than our clock."""
        if self._clock is None or arrived_s - self._clock[1] > 1.0:
            self._beats.clear()
            return
        at_s = self._clock[0] / 1000
        if self._beats and at_s < self._beats[-1]:
            self._beats.clear()  # a restart
        self._beats.append(at_s)
        if len(self._beats) == _BEATS and at_s - self._beats[0] <= _BEATS_WINDOW_S:
            self._beats_at_s = arrived_s

    def twins(self, now_s: float) -> Twins:
        if self._times_at_s is not None and now_s - self._times_at_s < _TWIN_REMEMBERED_S:
            return Twins.TIMES
        if self._beats_at_s is not None and now_s - self._beats_at_s < _TWIN_REMEMBERED_S:
            return Twins.BEATS
        return Twins.NO

    def _settle(self, now_s: float) -> None:
        """A step back that no other followed was a restart."""
        began_s = self._restart_at_s
        if began_s is None or now_s - began_s < _RESTART_SURE_S:
            return
        self._restart_at_s = None
        if all(at_s <= began_s for at_s in self._steps_back):
            self.restarts += 1


def _up_less_than_silent(clock: tuple[int, float] | None, boot_ms: int, arrived_s: float) -> bool:
    """Whether it booted after it was last heard, as it says: also where it was on so shortly before
    that its time did not go back."""
    if clock is None:
        return False
    silent_s = arrived_s - clock[1]
    return silent_s > 1.0 and boot_ms / 1000 < silent_s


def _agrees(clock: tuple[int, float] | None, boot_ms: int, arrived_s: float) -> bool:
    """Whether the message before, of whichever stream, was of the same boot: after a restart each
    stream goes back once, and some only seconds after the first."""
    if clock is None:
        return False
    return abs(boot_ms - clock[0] - (arrived_s - clock[1]) * 1000) < _RESTART_MS
