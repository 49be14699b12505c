"""Whatever is asked for in whatever order, with losses of the link between: after hold, return or
land nothing of before moves a vehicle. On the order of calls (`Steps`) and on the fake."""

from __future__ import annotations

import asyncio
import math

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from drone.moving import Steps
from ground_station.core.agent_actions import (
    URGENT,
    Action,
    Arm,
    ChangeHeight,
    Disarm,
    GoTo,
    Hold,
    Land,
    Orbit,
    PointCamera,
    ResumeMission,
    Return,
    SetSpeed,
    SkipTo,
    StartMission,
    StopPointing,
    TakeOff,
    TakePhoto,
    UploadGeofence,
    UploadMission,
    UploadRally,
    WireMissionItem,
    mission_digest,
)
from ground_station.core.agent_vehicles import FlightMode, LandedState, VehicleReport
from ground_station.core.clock import ManualClock
from ground_station.core.errors import Conflict, KestrelError
from tests.drone.fake_link import FakeLink

GUIDED = frozenset({FlightMode.GUIDED})
MISSION = UploadMission(
    [WireMissionItem(51.4965, -0.2386, 20.0), WireMissionItem(51.4970, -0.2380, 25.0)]
)
DIGEST = mission_digest(MISSION)
ANY: list[Action] = [
    Arm(),
    Disarm(),
    TakeOff(10.0),
    GoTo(51.4975, -0.2386, 40.0),
    Orbit(51.4965, -0.2386, 30.0, 20.0, 5.0),
    SetSpeed(3.0),
    ChangeHeight(45.0),
    MISSION,
    UploadMission([]),
    UploadGeofence([]),
    UploadRally([]),
    StartMission(DIGEST),
    ResumeMission(DIGEST),
    SkipTo(2, DIGEST),
    PointCamera(51.4965, -0.2386, 5.0),
    StopPointing(),
    TakePhoto(),
]
_STILL = (PointCamera, StopPointing, TakePhoto, UploadGeofence, UploadRally, UploadMission)


class OnTheFake(RuleBasedStateMachine):
    """One vehicle; a second passes between what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.clock = ManualClock()
        self.lost = False
        self.link = FakeLink(clock=self.clock, lost=lambda: self.lost)
        self.loop.run_until_complete(self.link.open())
        self.held_at: tuple[float, float, float] | None = None
        self.urgent: Action | None = None

    def teardown(self) -> None:
        self.loop.run_until_complete(self.link.close())
        self.loop.close()

    def report(self) -> VehicleReport:
        return self.link.reports()[0]

    def place(self) -> tuple[float, float, float]:
        position = self.report().position
        assert position is not None
        return position.lat, position.lon, position.alt_amsl_m

    def tell(self, action: Action) -> bool:
        """Whether it was taken."""
        try:
            self.loop.run_until_complete(self.link.carry_out(1, action))
        except KestrelError:
            return False
        return True

    @rule(action=st.sampled_from(ANY))
    def told(self, action: Action) -> None:
        taken = self.tell(action)
        if taken and not isinstance(action, (*_STILL, SetSpeed, SkipTo)):
            self.urgent = self.held_at = None

    @rule(action=st.sampled_from([Hold(), Return(), Land()]))
    def stopped(self, action: Action) -> None:
        if self.tell(action):
            self.urgent = action
            self.held_at = self.place() if isinstance(action, Hold) else None

    @rule(seconds=st.floats(0.1, 30))
    def passes(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @rule()
    def silence(self) -> None:
        self.lost = not self.lost

    @precondition(lambda self: self.held_at is not None)
    @invariant()
    def held_is_held(self) -> None:
        assert self.held_at is not None
        now = self.place()
        assert math.dist(now, self.held_at) < 1e-9

    @precondition(lambda self: isinstance(self.urgent, URGENT))
    @invariant()
    def it_stays_in_its_mode(self) -> None:
        wanted = {Hold: FlightMode.HOLD, Return: FlightMode.RETURN, Land: FlightMode.LAND}
        flight = self.report().flight
        assert flight is not None
        assert flight.mode is wanted[type(self.urgent)]  # type: ignore[index]

    @invariant()
    def what_is_disarmed_is_on_the_ground(self) -> None:
        flight = self.report().flight
        assert flight is not None
        assert flight.armed or flight.landed is LandedState.ON_GROUND


class OnTheSteps(RuleBasedStateMachine):
    """Commands of several steps, an orbit's targets, and hold between them, in any order; each call
    ends when the machine says so."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.steps = Steps("Kes")
        self.begun: list[tuple[int, asyncio.Task[None], asyncio.Event]] = []
        self.handed: list[tuple[int, int]] = []  # given when asked for, and when handed over
        self.urgent_under_way: list[tuple[asyncio.Task[None], asyncio.Event]] = []

    def teardown(self) -> None:
        tasks = [task for _given, task, _end in self.begun]
        tasks += [task for task, _end in self.urgent_under_way]
        for task in tasks:
            task.cancel()
        if tasks:
            self.loop.run_until_complete(asyncio.wait(tasks))
        self.loop.close()

    def turn(self) -> None:
        for _ in range(5):
            self.loop.run_until_complete(asyncio.sleep(0))

    @rule()
    def asked(self) -> None:
        end, given = asyncio.Event(), self.steps.given

        async def call() -> None:
            self.handed.append((given, self.steps.given))
            await end.wait()

        async def moving() -> None:
            try:
                await self.steps.moving(call, given, GUIDED)
            except Conflict:
                return

        self.begun.append((given, self.loop.create_task(moving()), end))

    @rule()
    def hold(self) -> None:
        self.steps.safety_first()
        end = asyncio.Event()

        async def urgent() -> None:
            await self.steps.urgent(end.wait)

        self.urgent_under_way.append((self.loop.create_task(urgent()), end))

    @rule(which=st.integers(0, 5))
    def urgent_answered(self, which: int) -> None:
        for _task, end in self.urgent_under_way[which : which + 1]:
            end.set()

    @rule(which=st.integers(0, 5))
    def call_answered(self, which: int) -> None:
        for _given, _task, end in self.begun[which : which + 1]:
            end.set()

    @rule()
    def time_passes(self) -> None:
        self.turn()

    @invariant()
    def nothing_of_before_is_handed_over_after_hold(self) -> None:
        assert all(asked == handed for asked, handed in self.handed)

    @invariant()
    def what_is_under_way_is_known(self) -> None:
        known = len(self.steps.under_way())
        assert known <= len(self.handed)


OnTheFake.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
OnTheSteps.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestOnTheFake = OnTheFake.TestCase
TestOnTheSteps = OnTheSteps.TestCase
