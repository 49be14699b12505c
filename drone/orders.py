"""Which of the station's flight commands may still be begun.

A command that waited on a slow link or in a busy process must not move a vehicle when nobody
expects it any more. Three things make one void, none of them by comparing two machines' clocks:

- its time is over. The station reckons from an instant that this process named in its telemetry,
  before the command was sent; what it was sent with was made even earlier. So the error is always
  to the safe side. An instant of another process, so of before our own restart, is of no account;
- the station has said a later word on the vehicle (`Turn`): hold, return, land, or another pilot.
  That counts from the moment it is read off the connection, before it is carried out;
- the station was started again since.

Hold, return and land are never void.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from ground_station.core.agent_vehicles import AgentInstant, Fly, Supersede, is_urgent
from ground_station.core.errors import Conflict
from ground_station.core.ids import new_id

FORMER_STATIONS = 64
AGAIN = "Nothing of it was carried out. Give it again if it is still wanted."
REST = "The rest of it was not done. Look at what the vehicle does."


def uptime_s() -> float:
    """Of the machine; it goes on while the machine sleeps, where the system can tell (Linux)."""
    clock: int | None = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


class Orders:
    """Thread-safe; never waits.

    Args:
        clock_s: a clock that only goes forward.
    """

    def __init__(self, clock_s: Callable[[], float] = uptime_s) -> None:
        self._clock_s = clock_s
        self._run = new_id()
        self._lock = threading.Lock()
        self._station = ""
        self._former: OrderedDict[str, None] = OrderedDict()
        self._newest: dict[int, int] = {}  # system id (255 at most) → the highest turn seen

    def now(self) -> AgentInstant:
        """For telemetry."""
        return AgentInstant(self._run, int(self._clock_s() * 1000))

    def arrived(self, order: Fly | Supersede) -> None:
        """To be told of each in the order of arrival, before any is carried out."""
        if order.turn is None:
            return
        station, number = order.turn.station, order.turn.number
        with self._lock:
            if station in self._former:
                return
            if station != self._station:
                self._another_station(station)
            self._newest[order.system_id] = max(number, self._newest.get(order.system_id, 0))

    def _another_station(self, station: str) -> None:
        if self._station:
            self._former[self._station] = None
            if len(self._former) > FORMER_STATIONS:
                self._former.popitem(last=False)
        self._station = station
        self._newest.clear()

    def check(self, command: Fly, *, remedy: str = AGAIN) -> None:
        """Raises Conflict, with the reason, where it may not be begun or gone on with."""
        why = "" if is_urgent(command) else self._why_void(command)
        if why:
            raise Conflict(f"{type(command.action).__name__} {why}", remedy)

    def check_turn(self, command: Fly) -> None:
        """Raises Conflict where a later word on its vehicle came. For what goes on after it was
        answered, when its end is of no account any more."""
        why = self._why_overtaken(command)
        if why:
            raise Conflict(f"{type(command.action).__name__} {why}", REST)

    def _why_void(self, command: Fly) -> str:
        turn, until = command.turn, command.not_after
        if turn is None or until is None:
            return "came without its turn and its end: it could not be told whether it is too late."
        overtaken = self._why_overtaken(command)
        if overtaken:
            return overtaken
        if until.run != self._run:
            return "was given to this agent before it was started again."
        late_ms = self.now().ms - until.ms
        return f"is void: it came {late_ms / 1000:.1f} s too late." if late_ms > 0 else ""

    def _why_overtaken(self, command: Fly) -> str:
        turn = command.turn
        if turn is None:
            return "came without its turn."
        with self._lock:
            here = turn.station == self._station
            newest = self._newest.get(command.system_id, 0)
        if not here:
            return "was given before the station was started again."
        if turn.number < newest:
            return (
                "is void: after it the vehicle was told to hold, return or land, or changed hands."
            )
        return ""


# --- what a command's own steps ask --------------------------------------------------------------

_check: ContextVar[Callable[[], None] | None] = ContextVar("_check", default=None)
_lasting: ContextVar[Callable[[], None] | None] = ContextVar("_lasting", default=None)


@contextmanager
def asking(check: Callable[[], None], lasting: Callable[[], None] | None = None) -> Iterator[None]:
    """What is called within, and every task begun within, asks this in `still_wanted`.

    Args:
        lasting: what `lasting_check` gives within.
    """
    token, lasting_token = _check.set(check), _lasting.set(lasting)
    try:
        yield
    finally:
        _check.reset(token)
        _lasting.reset(lasting_token)


def lasting_check() -> Callable[[], None]:
    """For what a command begins and that goes on after it was answered: to be called before each
    further step; it raises Conflict where a later word on the vehicle came."""
    return _lasting.get() or _nothing


def _nothing() -> None:
    """No command asked for it."""


def still_wanted() -> None:
    """To be called right before anything is handed to an autopilot: raises Conflict where the
    command that it is a step of became void. Of what no command asked for, nothing."""
    check = _check.get()
    if check is not None:
        check()
