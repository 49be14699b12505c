"""Trouble with one thing: remembered while it lasts, logged when it begins and when it is over."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import datetime

from ground_station.core.clock import Clock

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a thing is now.

    Attributes:
        problem: one sentence; "" while there is none. Never a secret.
        since: when the present state began; None before anything was said of it.
        count: how often it was said to be in trouble, since the trouble began.
        last_problem: the last one there was, also after it is over.
    """

    problem: str
    remedy: str
    since: datetime | None
    count: int
    last_problem: str


class Trouble:
    """The state of one thing, told by whoever uses it. Thread-safe.

    It is logged once when it begins (again when it becomes another problem) and once when it is
    over, however often it is told in between. What begins while things come up is logged as
    information, its end as well; what then lasts longer becomes a warning.

    Args:
        name: of the thing, for the log: "disk", "audit".
        coming_up_s: for how long after this was made trouble is the normal coming up.
    """

    def __init__(self, name: str, clock: Clock, *, coming_up_s: float = 0.0) -> None:
        self._name = name
        self._clock = clock
        self._up_at_s = clock.monotonic_s() + coming_up_s
        self._warned = False  # of the present trouble
        self._lock = threading.Lock()
        self._standing = Standing("", "", None, 0, "")
        self._began_s = 0.0

    @property
    def standing(self) -> Standing:
        with self._lock:
            return self._standing

    def tell(self, problem: str, remedy: str = "") -> bool:
        """What is true now, "" for no problem; whether that is news."""
        with self._lock:
            before, was_warned = self._standing, self._warned
            same = problem == before.problem and before.since is not None
            now = self._clock.now()
            if not problem:
                self._standing = Standing(
                    "", "", before.since if same else now, 0, before.last_problem
                )
            else:
                since = before.since if before.problem else now
                self._standing = Standing(problem, remedy, since, before.count + 1, problem)
            now_s = self._clock.monotonic_s()
            lasted_s = now_s - self._began_s
            if problem and not before.problem:
                self._began_s = now_s
            self._warned = bool(problem) and (was_warned or now_s >= self._up_at_s)
            grave = self._warned or was_warned
        level = logging.WARNING if grave else logging.INFO
        if problem and not same:
            log.log(level, "trouble_began part=%s problem=%s", self._name, problem)
        elif problem and grave and not was_warned:
            log.log(level, "trouble_lasts part=%s problem=%s", self._name, problem)
        elif before.problem and not problem:
            log.log(level, "trouble_over part=%s lasted_s=%.1f", self._name, lasted_s)
        return not same
