"""AUTO: flying the uploaded mission, item by item, as ArduCopter counts them (item 0 is home)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Protocol

from drone.simulator.flight import Demand, Vector
from drone.simulator.flights import (
    Craft,
    Landing,
    Returning,
    Stopping,
    TakingOff,
    by_ground,
    nose_towards,
)
from drone.simulator.items import NAVIGATION, Cmd, Frame, Item
from drone.simulator.landed import Landed
from drone.simulator.steering import Limits, distance_m, flat_distance_m, fly_to

MOST_JUMPS = 100  # in one step; a mission that only jumps must not hang us
FULL_TURN_S = 20.0  # one turn of LOITER_TURNS


class RunState(IntEnum):
    """MISSION_STATE."""

    NO_MISSION = 1
    NOT_STARTED = 2
    ACTIVE = 3
    PAUSED = 4
    COMPLETE = 5


class MissionCraft(Craft, Protocol):
    """What a mission may also do."""

    @property
    def limits(self) -> Limits: ...
    @property
    def armed(self) -> bool: ...
    def set_speed(self, speed_mps: float | None) -> None: ...
    def place_of(self, item: Item) -> Vector: ...


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
        self._leg: _Leg | None = None
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

    def landed_and_disarmed(self) -> None:
        """ArduCopter starts afresh after a flight; one that was flown to its end stays complete."""
        complete = self.state is RunState.COMPLETE
        self._rewind()
        if complete and self.present:
            self.state = RunState.COMPLETE

    def jump_to(self, craft: MissionCraft, number: int) -> bool:
        """Make another item the current one; False where there is none of that number."""
        if not self.present or not 0 <= number < len(self.items):
            return False
        if self.state is RunState.ACTIVE:
            self._begin_at(craft, max(1, number))
        else:
            self.current = number
            self.state = RunState.PAUSED if number else RunState.NOT_STARTED
        return True

    def steer(self, craft: MissionCraft, dt_s: float) -> Demand:
        """The demand of the item being flown; ends it and begins the next where it is done."""
        if not craft.armed or self._leg is None:
            return Demand(Vector(), craft.limits.accel)
        leg: _Leg | None = self._leg
        if self._leg.done(craft, dt_s):
            self._reached(self.current)
            leg = self._begin_at(craft, self.current + 1)
        return Demand(Vector(), craft.limits.accel) if leg is None else leg.steer(craft, dt_s)

    def landed(self, craft: MissionCraft) -> Landed:
        """As the present item has it."""
        return by_ground(craft) if self._leg is None else self._leg.landed(craft)

    def _begin_at(self, craft: MissionCraft, number: int) -> _Leg | None:
        """Carry out what comes at once, until there is an item to fly."""
        for _ in range(MOST_JUMPS):
            if number >= len(self.items):
                break
            item = self.items[number]
            if item.command in NAVIGATION:
                self.current = number
                self._leg = _leg_for(craft, item, self._next_place(craft, number))
                return self._leg
            number = self._carry_out(craft, item, number)
        self.current, self._leg, self.state = 0, None, RunState.COMPLETE
        self._finished()
        return None

    def _carry_out(self, craft: MissionCraft, item: Item, number: int) -> int:
        """An item that does not fly; the number of the one after it. Those about cameras and
        gimbals do nothing here, as on a vehicle that has none."""
        if item.command == Cmd.CHANGE_SPEED and item.params[1] > 0:
            craft.set_speed(item.params[1])
        if item.command == Cmd.JUMP:
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


class _Leg(Protocol):
    def done(self, craft: MissionCraft, dt_s: float) -> bool: ...
    def steer(self, craft: MissionCraft, dt_s: float) -> Demand: ...
    def landed(self, craft: MissionCraft) -> Landed: ...


def _leg_for(craft: MissionCraft, item: Item, onward: Vector | None) -> _Leg:
    place = craft.place_of(item)
    if item.command == Cmd.TAKEOFF:
        return _TakeOffLeg(place.up - craft.home.up)
    if item.command == Cmd.LAND:
        return _DownLeg(Landing(place if item.has_place else None))
    if item.command == Cmd.RETURN_TO_LAUNCH:
        return _DownLeg(Returning())
    if item.command == Cmd.LOITER_UNLIMITED:
        return _PlaceLeg(place, stay_s=None)
    if item.command == Cmd.DELAY:
        return _PlaceLeg(craft.position, stay_s=item.params[0])
    stay_s = item.params[0]
    if item.command == Cmd.LOITER_TURNS:
        stay_s = max(1.0, item.params[0]) * FULL_TURN_S  # stands; it draws no circles
    passing = onward if item.command in {Cmd.WAYPOINT, Cmd.SPLINE_WAYPOINT} else None
    return _PlaceLeg(place, stay_s=stay_s, onward=passing if stay_s <= 0 else None)


class _TakeOffLeg:
    def __init__(self, height_m: float) -> None:
        self._flight = TakingOff(height_m)

    def done(self, craft: MissionCraft, dt_s: float) -> bool:
        del dt_s
        return self._flight.reached(craft)

    def steer(self, craft: MissionCraft, dt_s: float) -> Demand:
        return self._flight.steer(craft, dt_s)

    def landed(self, craft: MissionCraft) -> Landed:
        return self._flight.landed(craft)


class _DownLeg:
    """Landing, or return and landing; done on the ground."""

    def __init__(self, flight: Landing | Returning) -> None:
        self._flight = flight

    def done(self, craft: MissionCraft, dt_s: float) -> bool:
        del dt_s
        return craft.on_ground

    def steer(self, craft: MissionCraft, dt_s: float) -> Demand:
        return self._flight.steer(craft, dt_s)

    def landed(self, craft: MissionCraft) -> Landed:
        return self._flight.landed(craft)


class _PlaceLeg:
    """To a place, and stay there; `stay_s` None: for ever. With `onward` it need not stop."""

    def __init__(
        self, place: Vector, *, stay_s: float | None, onward: Vector | None = None
    ) -> None:
        self._place = place
        self._stay_s = stay_s
        self._onward = onward
        self._stayed_s = 0.0
        self._through_mps: float | None = None

    def done(self, craft: MissionCraft, dt_s: float) -> bool:
        radius = max(0.5, craft.parameters.metres("WPNAV_RADIUS"))
        near = distance_m(craft.position, self._place)
        if near > radius:
            return False
        if self._stay_s is None:
            return False
        if self._stay_s > 0:
            self._stayed_s += dt_s
        return self._stayed_s >= self._stay_s

    def steer(self, craft: MissionCraft, dt_s: float) -> Demand:
        del dt_s
        if craft.on_ground:
            return Stopping().steer(craft, 0.0)
        if self._through_mps is None:
            self._through_mps = _corner_speed(craft, self._place, self._onward)
        nose = nose_towards(craft, self._place)
        return fly_to(craft.position, self._place, craft.limits, nose, self._through_mps)

    def landed(self, craft: MissionCraft) -> Landed:
        return by_ground(craft)


def _corner_speed(craft: MissionCraft, place: Vector, onward: Vector | None) -> float:
    """How fast it may pass a waypoint: all of it straight on, nothing at a right angle."""
    if onward is None:
        return 0.0
    before = flat_distance_m(craft.position, place)
    after = flat_distance_m(place, onward)
    if before < 1.0 or after < 1.0:
        return 0.0
    cosine = (place.east - craft.position.east) * (onward.east - place.east)
    cosine += (place.north - craft.position.north) * (onward.north - place.north)
    return max(0.0, cosine / (before * after)) * craft.limits.speed


def altitude_up_m(item: Item, home: Vector, datum_amsl_m: float) -> float:
    """An item's height in the model's frame."""
    if item.stored_frame == Frame.RELATIVE:
        return home.up + item.z
    return item.z - datum_amsl_m
