"""AUTO: flying the uploaded mission, item by item, as ArduCopter counts them (item 0 is home)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Protocol

from drone.simulator.flight import Demand, Vector
from drone.simulator.flights import by_ground
from drone.simulator.items import NAVIGATION, Cmd, Item
from drone.simulator.landed import Landed
from drone.simulator.mission_acts import ActingCraft, Acts
from drone.simulator.mission_legs import Leg, LegCraft, leg_for
from drone.simulator.steering import flat_distance_m

MOST_JUMPS = 100  # in one step; a mission that only jumps must not hang us


class RunState(IntEnum):
    """MISSION_STATE."""

    NO_MISSION = 1
    NOT_STARTED = 2
    ACTIVE = 3
    PAUSED = 4
    COMPLETE = 5


class MissionCraft(LegCraft, ActingCraft, Protocol):
    """What a mission may also do."""

    @property
    def armed(self) -> bool: ...
    def next_leg(self) -> None: ...


class Mission:
    """The stored items, how far they were flown, and the flying of them.

    Attributes:
        items: with home's placeholder as item 0; empty: none.
        current: ArduPilot's number of the item being flown; 0 = none.
    """

    def __init__(self, reached: Callable[[int], None], finished: Callable[[], None]) -> None:
        self.items: Sequence[Item] = ()
        self.current = 0
        self.state = RunState.NO_MISSION
        self._reached = reached
        self._finished = finished
        self._leg: Leg | None = None
        self._acts = Acts()
        self._target: Vector | None = None
        self._jumps: dict[int, int] = {}

    def replace(self, craft: MissionCraft, items: Sequence[Item]) -> None:
        """A new upload. One that is being flown goes on at the item of the same number; else what
        was flown of the old one is forgotten."""
        self.items = tuple(items)
        number = self.current
        if self.state is RunState.ACTIVE and 0 < number < len(self.items):
            self._begin_at(craft, number)
        else:
            self._rewind()

    def _rewind(self) -> None:
        self.current, self._leg = 0, None
        self._jumps.clear()
        self.state = RunState.NOT_STARTED if len(self.items) > 1 else RunState.NO_MISSION

    @property
    def present(self) -> bool:
        return len(self.items) > 1

    @property
    def starts_with_take_off(self) -> bool:
        """Its first item that flies."""
        for item in self.items[1:]:
            if item.command in NAVIGATION:
                return item.command == Cmd.TAKEOFF
        return False

    def start_or_resume(self, craft: MissionCraft) -> None:
        """From where it was interrupted; from item 1 where it was not or has ended."""
        if self.state is RunState.ACTIVE:
            return
        restart = craft.parameters["MIS_RESTART"] == 1 or self.state is not RunState.PAUSED
        self.state = RunState.ACTIVE
        if restart:
            self._jumps.clear()
        self._begin_at(craft, 1 if restart or self.current == 0 else self.current)

    def pause(self) -> None:
        """Another mode took over."""
        if self.state is RunState.ACTIVE:
            self.state, self._leg = RunState.PAUSED, None
            self._acts.begin([])

    def landed_and_disarmed(self) -> None:
        """ArduCopter starts afresh after a flight; one that was flown to its end stays complete."""
        complete = self.state is RunState.COMPLETE
        self._rewind()
        if complete and self.present:
            self.state = RunState.COMPLETE

    def jump_to(self, craft: MissionCraft, number: int, *, afresh: bool = False) -> bool:
        """Make another item the current one; False where there is none of that number. `afresh`:
        jumps are counted from nothing again."""
        if not self.present or not 0 <= number < len(self.items):
            return False
        if afresh:
            self._jumps.clear()
        if self.state is RunState.ACTIVE:
            self._begin_at(craft, max(1, number))
        else:
            self.current = number
            self.state = RunState.PAUSED if number else RunState.NOT_STARTED
        return True

    def steer(self, craft: MissionCraft, dt_s: float) -> Demand:
        """The demand of the item being flown; ends it and begins the next where it is done."""
        if craft.armed:
            self._acts.step(craft, dt_s)
        if not craft.armed or self._leg is None:
            return Demand(Vector(), craft.limits.accel)
        leg: Leg | None = self._leg
        if self._leg.done(craft, dt_s):
            self._reached(self.current)
            leg = self._begin_at(craft, self.current + 1)
        return Demand(Vector(), craft.limits.accel) if leg is None else leg.steer(craft, dt_s)

    def landed(self, craft: MissionCraft) -> Landed:
        """As the present item has it."""
        return by_ground(craft) if self._leg is None else self._leg.landed(craft)

    def metres_to_go(self, at: Vector) -> float:
        """To the item being flown; 0 where none is."""
        return 0.0 if self._target is None else flat_distance_m(at, self._target)

    def _begin_at(self, craft: MissionCraft, number: int) -> Leg | None:
        """Fly the next item that flies; what stands before it is done meanwhile."""
        acts: list[Item] = []
        for _ in range(MOST_JUMPS):
            if number >= len(self.items):
                break
            item = self.items[number]
            if item.command in NAVIGATION:
                self.current = number
                craft.next_leg()
                self._acts.begin(acts)
                self._acts.step(craft, 0.0)
                self._target = craft.place_of(item)
                self._leg = leg_for(craft, item, self._next_place(craft, number))
                return self._leg
            if item.command == Cmd.JUMP:
                number = self._jump(item, number)
                continue
            acts.append(item)
            number += 1
        self.current, self._leg, self.state = 0, None, RunState.COMPLETE
        self._acts.begin(acts)
        self._acts.step(craft, 0.0)
        self._finished()
        return None

    def _jump(self, item: Item, number: int) -> int:
        """Where DO_JUMP leads."""
        done = self._jumps.get(number, 0)
        if item.params[1] < 0 or done < item.params[1]:
            self._jumps[number] = done + 1
            return max(1, int(item.params[0]))
        return number + 1

    def _next_place(self, craft: MissionCraft, number: int) -> Vector | None:
        """Where it goes on to, if that is a waypoint: then it need not stop at this one."""
        for item in self.items[number + 1 :]:
            if item.command == Cmd.JUMP:
                return None
            if item.command in NAVIGATION:
                passes = item.command in {Cmd.WAYPOINT, Cmd.SPLINE_WAYPOINT}
                return craft.place_of(item) if passes else None
        return None
