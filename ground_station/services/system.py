"""How the whole installation is: its parts, its processes, and one word for all of it.

Every part is a probe, which says what is wrong and what to do. It is asked when somebody looks and
every second besides; what changes is published as `SystemChanged` and logged once each way;
what passes while the station comes up is no warning.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from ground_station.core.bus import Bus
from ground_station.core.clock import Clock
from ground_station.core.errors import KestrelError
from ground_station.core.events import SystemChanged, SystemProblem
from ground_station.core.lifecycle import Worker
from ground_station.core.processes import ProcessBoard, board_file, read_board
from ground_station.core.trouble import Trouble

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
COMING_UP_S = 15.0  # a node loads its detector, agents connect
Status = Literal["ok", "degraded", "failed"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a probe says. `failed`: the part does not do its work at all."""

    problem: str = ""
    remedy: str = ""
    failed: bool = False


WELL = Finding()
Probe = Callable[[], Finding]


@dataclass(frozen=True, slots=True)
class PartState:
    """A part as people are told about it. `since`: when its present state began."""

    name: str
    title: str
    status: Status
    problem: str
    remedy: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class SystemState:
    """All parts at one moment."""

    parts: tuple[PartState, ...]

    @property
    def status(self) -> Literal["ok", "degraded"]:
        return "ok" if all(part.status == "ok" for part in self.parts) else "degraded"

    @property
    def problems(self) -> tuple[SystemProblem, ...]:
        return tuple(
            SystemProblem(part.name, part.problem, part.remedy, part.since)
            for part in self.parts
            if part.status != "ok"
        )


class _Part:
    """One probe and what it last said; used under the lock of `SystemHealth`."""

    def __init__(self, name: str, title: str, probe: Probe, every_s: float, clock: Clock) -> None:
        self.name = name
        self._title = title
        self._probe = probe
        self._every_s = every_s
        self._clock = clock
        self._trouble = Trouble(name, clock, coming_up_s=COMING_UP_S)
        self._finding = WELL
        self._asked_s = float("-inf")

    def ask(self) -> None:
        now_s = self._clock.monotonic_s()
        if now_s - self._asked_s < self._every_s:
            return
        self._asked_s = now_s
        try:
            self._finding = self._probe()
        except KestrelError as error:
            self._finding = Finding(error.message, error.remedy, failed=True)
        except Exception as error:
            self._finding = Finding(
                f"It cannot be looked at: {type(error).__name__}.",
                "Look at the station's log.",
                failed=True,
            )
            if not self._trouble.standing.problem:
                log.exception("probe_failed part=%s", self.name)
        self._trouble.tell(self._finding.problem, self._finding.remedy)

    def state(self) -> PartState:
        status: Status = "ok"
        if self._finding.problem:
            status = "failed" if self._finding.failed else "degraded"
        return PartState(
            self.name,
            self._title,
            status,
            self._finding.problem,
            self._finding.remedy,
            self._trouble.standing.since,
        )


class SystemHealth:
    """A service. Thread-safe; `look` may wait for the database.

    Args:
        data_folder: where the supervisor's board lies.
    """

    def __init__(self, *, data_folder: Path, bus: Bus, clock: Clock) -> None:
        self.data_folder = data_folder
        self._board_file = board_file(data_folder)
        self._bus = bus
        self._clock = clock
        self._lock = threading.Lock()
        self._parts: dict[str, _Part] = {}
        self._told: tuple[str, tuple[SystemProblem, ...]] | None = None
        self._last = SystemState(())
        self._wake = threading.Event()
        self._worker = Worker("system-look", self._step)
        self.started_at = clock.now()

    def start(self) -> None:
        self._worker.start()

    def stop(self) -> None:
        self._wake.set()
        self._worker.stop()

    def add(self, name: str, title: str, probe: Probe, every_s: float = 0.0) -> None:
        """Add a part, or put another probe in its place.

        Args:
            every_s: how old its word may be; 0 = it is asked whenever somebody looks.
        """
        with self._lock:
            self._parts[name] = _Part(name, title, probe, every_s, self._clock)

    def look(self) -> SystemState:
        """Ask every part now; what changed is published."""
        with self._lock:
            for part in self._parts.values():
                part.ask()
            state = SystemState(tuple(part.state() for part in self._parts.values()))
            self._last = state
            told = (state.status, state.problems)
            changed, self._told = told != self._told, told
        if changed:
            self._bus.publish(SystemChanged(state.status, state.problems, self._clock.now()))
        return state

    def latest(self) -> SystemState:
        """What was last found; never waits for a part."""
        return self._last

    def board(self) -> ProcessBoard | None:
        """What the supervisor says of its processes; None where none runs this station."""
        board = read_board(self._board_file)
        return None if board is None or board.ended else board

    def _step(self) -> None:
        if not self._wake.wait(LOOK_EVERY_S):
            self.look()
