"""A whole sortie without a station: from the first heartbeat to the log, step by step.

What flies is flown by the autopilot: this waits, looks and tells. It gives a vehicle one order that
moves it (its mission) and at most one more (return). When it ends early it says what the vehicle
does, and never leaves one in the air without having told it to return where it still hears it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, NoReturn

from drone.link import VehicleLink
from drone.sortie_watch import Watch, Watched
from ground_station.core.agent_actions import (
    Action,
    Arm,
    Disarm,
    Return,
    StartMission,
    UploadGeofence,
    UploadMission,
    UploadRally,
    mission_digest,
)
from ground_station.core.agent_facts import VehicleFacts
from ground_station.core.agent_vehicles import LandedState, VehicleLinkState, VehicleReport
from ground_station.core.clock import Clock
from ground_station.core.errors import KestrelError
from ground_station.core.preflight import MachineCheck

LOOK_S: Final = 0.2
HEARTBEAT_S: Final = 1.5
MOST_STEPS: Final = 2000
FACTS_WITHIN_S: Final = 25.0  # for its parameters; without them the checks say so


class Outcome(StrEnum):
    FLOWN = "flown"  # all of it, down and disarmed
    RETURNED = "returned"  # brought home on the way, down and disarmed
    REFUSED = "refused"  # nothing took off
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done or happened.

    Attributes:
        after_s: since the sortie began. took_s: of what was waited for.
    """

    name: str
    at: datetime
    after_s: float
    took_s: float
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the airspace says to the plan from where the vehicle stands. `go`: it may be flown."""

    go: bool
    said: str


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be flown and under which conditions.

    Attributes:
        mission: of the plan, from where the vehicle stands (heights in our datums).
        rings: of the plan, or made of it; None: the vehicle keeps what fence it has.
        rally: as rings.
        judge: the airspace's word; checks: what the machine checks, on what is known then.
        abort_after_s: after the start of the mission, return home on the way.
        flight_within_s: longer than this it must not take; then it returns.
    """

    mission: Callable[[VehicleReport], UploadMission]
    judge: Callable[[VehicleReport, UploadMission], Ruling]
    checks: Callable[[VehicleReport, VehicleFacts | None, UploadMission], Sequence[MachineCheck]]
    rings: Callable[[VehicleReport, UploadMission], UploadGeofence | None] = (
        lambda report, mission: None
    )
    rally: UploadRally | None = None
    system_id: int | None = None
    abort_after_s: float | None = None
    heard_within_s: float = 60.0
    ready_within_s: float = 180.0
    flight_within_s: Callable[[UploadMission], float] = lambda mission: 3600.0


class _Ended(Exception):
    """The sortie ends here. Args: outcome."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.value)
        self.outcome = outcome


@dataclass
class Sortie:
    """One flight. On the event loop of its link, which is open.

    Args:
        tell: called for each step as it happens.
        record: called with each report that was looked at, five times a second.
        stop: set by whoever wants it home; may be set at any time.
    """

    link: VehicleLink
    order: Order
    clock: Clock
    tell: Callable[[Step], None]
    record: Callable[[VehicleReport], None] = lambda report: None
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    steps: list[Step] = field(default_factory=list)
    _began_s: float = 0.0
    _system_id: int = 0
    _fenced: bool = False

    async def fly(self) -> Outcome:
        """All of it. Does not raise for anything that a vehicle may do or refuse."""
        self._began_s = self.clock.monotonic_s()
        try:
            mission = await self._before()
            await self._start(mission)
            return await self._flight(mission)
        except _Ended as ended:
            return ended.outcome

    # --- on the ground ---------------------------------------------------------------------------

    async def _before(self) -> UploadMission:
        await self._connect()
        report = await self._ready()
        mission = await self._planned(report)
        await self._upload(report, mission)
        await self._held_is(mission)
        await self._checked(mission)
        return mission

    async def _connect(self) -> None:
        began_s = self.clock.monotonic_s()
        while True:
            heard = [one for one in self.link.reports() if self._meant(one)]
            if len(heard) > 1:
                numbers = ", ".join(str(one.system_id) for one in heard)
                self._end("connect", f"Vehicles {numbers} are there: say which with --system-id.")
            if heard:
                self._system_id = heard[0].system_id
                kind = " ".join((heard[0].autopilot.value, heard[0].airframe)).strip()
                self._did("connect", began_s, f"Vehicle {self._system_id}, {kind}.")
                return
            if self._passed(began_s, self.order.heard_within_s):
                self._end("connect", "No autopilot was heard there. Check address and power.")
            await self._tick()

    def _meant(self, report: VehicleReport) -> bool:
        if report.link is not VehicleLinkState.CONNECTED:
            return False
        return self.order.system_id in (None, report.system_id)

    async def _ready(self) -> VehicleReport:
        """Wait until it knows its place and home and could be armed."""
        began_s = self.clock.monotonic_s()
        while True:
            report = self._report()
            missing = _not_ready(report)
            if not missing:
                self._did("ready", began_s, "It knows its place and its home.")
                return report
            if report.flight is not None and report.flight.armed:
                self._end("ready", "Its motors are on already: this starts on the ground.")
            if self._passed(began_s, self.order.ready_within_s):
                said = "; ".join(line.text for line in report.status_lines[:2])
                self._end("ready", f"Not ready: {missing} {said}".strip())
            await self._tick()

    async def _planned(self, report: VehicleReport) -> UploadMission:
        began_s = self.clock.monotonic_s()
        while not self._facts_read() and not self._passed(began_s, FACTS_WITHIN_S):
            await self._tick()  # at what height it returns, and whether it is a simulation
        try:
            mission = self.order.mission(report)
            self._did("plan", began_s, f"{len(mission.items)} waypoints.")
            ruling = await asyncio.to_thread(self.order.judge, report, mission)
        except KestrelError as error:
            self._end("plan", str(error))
        self._did("verdict", began_s, ruling.said, ok=ruling.go)
        if not ruling.go:
            raise _Ended(Outcome.REFUSED)
        return mission

    async def _upload(self, report: VehicleReport, mission: UploadMission) -> None:
        await self._order_ground("upload", mission)
        try:
            rings = self.order.rings(report, mission)
        except KestrelError as error:
            self._end("fence", str(error))
        if rings is not None:
            await self._order_ground("fence", rings)
            self._fenced = True
        if self.order.rally is not None:
            await self._order_ground("rally", self.order.rally)

    async def _order_ground(
        self, name: str, action: UploadMission | UploadGeofence | UploadRally
    ) -> None:
        try:
            await self._ordered(name, action)
        except KestrelError as error:
            raise _Ended(Outcome.REFUSED) from error

    async def _ordered(self, name: str, action: Action) -> None:
        """Raises the refusal, which was told as the step."""
        began_s = self.clock.monotonic_s()
        try:
            note = await self.link.carry_out(self._system_id, action)
        except KestrelError as error:
            self._did(name, began_s, str(error), ok=False)
            raise
        self._did(name, began_s, note)

    async def _held_is(self, mission: UploadMission) -> None:
        """What the vehicle really holds, read off it once more."""
        began_s = self.clock.monotonic_s()
        try:
            held = await self.link.read_held(self._system_id)
        except KestrelError as error:
            self._end("compare", str(error))
        if held.digest != mission_digest(mission):
            strange = "; ".join(held.foreign) or f"{len(held.items)} waypoints, not the same ones"
            self._end("compare", f"It holds another mission than was sent: {strange}.")
        self._did("compare", began_s, f"It holds these {len(held.items)} waypoints.")

    async def _checked(self, mission: UploadMission) -> None:
        began_s = self.clock.monotonic_s()
        while not self._fence_told() and not self._passed(began_s, FACTS_WITHIN_S):
            await self._tick()
        report = self._report()
        checks = await asyncio.to_thread(self.order.checks, report, self._facts(), mission)
        for check in checks:
            words = f"{check.state.value}: {check.words}"
            self._did(f"preflight {check.key}", began_s, words, ok=not check.stops)
        if any(check.stops for check in checks):
            raise _Ended(Outcome.REFUSED)

    async def _start(self, mission: UploadMission) -> None:
        """Arm, and set it going. What is armed and did not start is disarmed again."""
        if self.stop.is_set():
            self._end("start", "It was called off before the motors were on.")
        try:
            await self._ordered("arm", Arm())
            await self._ordered("start", StartMission(mission_digest(mission)))
        except KestrelError:
            await self._not_started()

    async def _not_started(self) -> None:
        """Nothing was flown by accident: it is off again, or it is looked after in the air."""
        began_s = self.clock.monotonic_s()
        await self._tick(HEARTBEAT_S)  # what it is now, its next heartbeat says
        flight = self._report().flight
        if flight is not None and flight.landed not in (LandedState.ON_GROUND, LandedState.UNKNOWN):
            self.stop.set()
            return  # `_flight` brings it home
        try:
            note = await self.link.carry_out(self._system_id, Disarm())
        except KestrelError as error:
            self._did("disarm", began_s, f"{error} LOOK AT IT: it may be armed.", ok=False)
            raise _Ended(Outcome.FAILED) from error
        self._did("disarm", began_s, note)
        raise _Ended(Outcome.REFUSED)

    # --- in the air ------------------------------------------------------------------------------

    async def _flight(self, mission: UploadMission) -> Outcome:
        began_s = self.clock.monotonic_s()
        watch = Watch(mission.items)
        deadline_s = self.order.flight_within_s(mission)
        returning = False
        while True:
            report = self._report()
            seen = watch.see(report, self.clock.monotonic_s())
            for happened in seen.happened:
                self._did(happened.name, began_s, happened.detail, ok=happened.ok)
            if seen.over:
                return self._over(seen, returning)
            why = self._why_home(began_s, deadline_s)
            if why and not returning:
                returning = await self._return(why)
            await self._tick()

    def _why_home(self, began_s: float, deadline_s: float) -> str:
        if self.stop.is_set():
            return "It was called home."
        if self.order.abort_after_s is not None and self._passed(began_s, self.order.abort_after_s):
            return f"As asked, after {self.order.abort_after_s:g} s."
        if self._passed(began_s, deadline_s):
            return f"It flies longer than the {deadline_s / 60:.0f} minutes it was given."
        return ""

    async def _return(self, why: str) -> bool:
        """Told to return; asked again at the next look if it did not answer."""
        began_s = self.clock.monotonic_s()
        try:
            note = await self.link.carry_out(self._system_id, Return())
        except KestrelError as error:
            self._did("return", began_s, f"{why} {error}", ok=False)
            await self._tick(2.0)
            return False
        self._did("return", began_s, f"{why} {note}")
        return True

    def _over(self, seen: Watched, returning: bool) -> Outcome:
        outcome = Outcome.FAILED
        if seen.down and seen.whole and not returning:
            outcome = Outcome.FLOWN
        elif seen.down and returning:
            outcome = Outcome.RETURNED
        name = "disarmed" if seen.down else "lost"
        self._did(name, self._began_s, seen.words, ok=outcome is not Outcome.FAILED)
        return outcome

    # --- small things ----------------------------------------------------------------------------

    def _report(self) -> VehicleReport:
        for report in self.link.reports():
            if report.system_id == self._system_id:
                self.record(report)
                return report
        raise AssertionError("a vehicle that was heard once stays in the reports")

    def _facts(self) -> VehicleFacts | None:
        for facts in self.link.facts():
            if facts.system_id == self._system_id:
                return facts
        return None

    def _fence_told(self) -> bool:
        """Whether its parameters were read again after it was given a fence."""
        facts = self._facts()
        return not self._fenced or (facts is not None and facts.fence_rings != 0)

    def _facts_read(self) -> bool:
        facts = self._facts()
        return facts is not None and facts.simulator is not None  # the last that is read

    def _passed(self, since_s: float, limit_s: float) -> bool:
        return self.clock.monotonic_s() - since_s > limit_s

    async def _tick(self, seconds: float = LOOK_S) -> None:
        await asyncio.sleep(seconds)

    def _did(self, name: str, began_s: float, detail: str, *, ok: bool = True) -> None:
        now_s = self.clock.monotonic_s()
        step = Step(
            name=name,
            at=self.clock.now(),
            after_s=round(now_s - self._began_s, 3),
            took_s=round(now_s - began_s, 3),
            ok=ok,
            detail=detail,
        )
        if len(self.steps) < MOST_STEPS:
            self.steps.append(step)
        self.tell(step)

    def _end(self, name: str, detail: str) -> NoReturn:
        """Raises: _Ended."""
        self._did(name, self.clock.monotonic_s(), detail, ok=False)
        raise _Ended(Outcome.REFUSED)


def _not_ready(report: VehicleReport) -> str:
    """What is missing before it can be planned for; "" for nothing."""
    health = report.health
    if report.position is None or report.home is None or health is None:
        return "its place or its home is not known."
    if not (health.global_position_ok and health.home_position_ok):
        return "its place is not good enough yet."
    return "" if health.armable else "it does not hold itself ready to arm."
