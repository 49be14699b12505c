"""The items of a mission that do not fly: ArduPilot runs those between two that do one after
another while the second is flown. One that waits (CONDITION_*) holds up the rest, and what is left
when that leg ends is not done at all."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol

from drone.simulator.items import Cmd, Item

Waits = Callable[[float], bool]  # given the seconds that passed: whether the wait is over


class ActingCraft(Protocol):
    """What such an item may do."""

    @property
    def heading_deg(self) -> float: ...
    def act(self, item: Item) -> None: ...
    def heading_reached(self) -> bool: ...
    def metres_to_go(self) -> float: ...


class Acts:
    """Those of the leg that is flown, in their order."""

    def __init__(self) -> None:
        self._left: deque[Item] = deque()
        self._waits: Waits | None = None

    def begin(self, items: list[Item]) -> None:
        """Another leg; what was left of the one before is dropped."""
        self._left = deque(items)
        self._waits = None

    def step(self, craft: ActingCraft, dt_s: float) -> None:
        """Do what is next, until one waits."""
        if self._waits is not None and not self._waits(dt_s):
            return
        self._waits = None
        while self._left and self._waits is None:
            item = self._left.popleft()
            craft.act(item)
            self._waits = _wait_of(craft, item)
            if self._waits is not None and self._waits(0.0):
                self._waits = None


def _wait_of(craft: ActingCraft, item: Item) -> Waits | None:
    if item.command == Cmd.CONDITION_DELAY:
        left = [item.params[0]]

        def passed(dt_s: float) -> bool:
            left[0] -= dt_s
            return left[0] <= 0.0

        return passed
    if item.command == Cmd.CONDITION_YAW:
        return lambda _dt_s: craft.heading_reached()
    if item.command == Cmd.CONDITION_DISTANCE:
        return lambda _dt_s: craft.metres_to_go() <= item.params[0]
    return None
