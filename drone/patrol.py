"""The demonstration's patrol: a mission that is flown round and round until a person flies.

The one thing an agent does of its own accord, and only when it was started with a patrol. The rule:

- It begins when its vehicle stands on the ground, disarmed and ready: it uploads the route and
  starts it, and does so again after each landing.
- Any flight command of a person for that vehicle, answered well or not, ends it at once, in the
  middle of what it does, and for good: the agent's own restart does not bring it back, a new start
  of `run.py` does. What leaves its way as it is (its camera, a light) ends nothing.
- A person who commands `StartMission` while the vehicle still holds the patrol's route takes it up
  again: once it flies, the patrol goes on.
- It does not set out while the station is not connected: nobody could stop it. What flies by then
  flies on.

Fresh telemetry only: while anything it decides by is older than three seconds it does nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from drone.link import VehicleLink
from drone.patrol_marker import Marker
from ground_station.core.agent_actions import (
    NOT_MOVING,
    Action,
    StartMission,
    UploadMission,
    WireMissionItem,
    mission_digest,
)
from ground_station.core.agent_vehicles import (
    Fly,
    LandedState,
    VehicleLinkState,
    VehicleReport,
    is_urgent,
)
from ground_station.core.errors import KestrelError

log = logging.getLogger(__name__)

LOOK_S = 0.5
FRESH_MS = 3000
STANDS_S = 3.0  # on the ground before it goes up again
TAKEN_UP_WITHIN_S = 30.0  # after a person's StartMission it must be up, or it stays theirs
FIRST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 30.0

CRUISE_MPS = 8.0
OUT_MPS = 16.0
HEIGHT_M = 45.0
# Out of Ravenscourt Park towards Hammersmith Broadway, straight at the middle of London Heliport's
# flight restriction zone; its edge is 1.31 km away, and the turn 0.16 km before it. At 16 m/s the
# look-ahead of 30 s meets the edge 0.83 km out, about a minute after the take-off. Back over King
# Street and round the park.
DEMO_ROUTE = (
    WireMissionItem(51.49580, -0.23860, 20.0, OUT_MPS),
    WireMissionItem(51.48988, -0.22502, HEIGHT_M, OUT_MPS, hold_s=2.0),
    WireMissionItem(51.49300, -0.23350, HEIGHT_M, CRUISE_MPS),
    WireMissionItem(51.49620, -0.24060, HEIGHT_M, CRUISE_MPS),
    WireMissionItem(51.49830, -0.23950, HEIGHT_M, CRUISE_MPS, hold_s=3.0),
    WireMissionItem(51.49730, -0.23700, HEIGHT_M, CRUISE_MPS),
    WireMissionItem(51.49580, -0.23860, HEIGHT_M, CRUISE_MPS),
)


class PatrolState(StrEnum):
    WAITING = "waiting"  # for a vehicle that stands ready
    FLYING = "flying"
    ENDED = "ended"  # a person flies
    TAKEN_UP = "taken_up"  # a person started it again; until it is up it is theirs


class Patrol:
    """On the link's loop; `run` is one task, `person_commands` may come at any time.

    Args:
        may_set_out: whether it may take off now; called on the loop.
        marker: a file that says that a person ended the patrol; whoever starts the demonstration
            anew removes it (`forget_person`).
    """

    def __init__(
        self,
        link: VehicleLink,
        marker: Path,
        may_set_out: Callable[[], bool],
        route: tuple[WireMissionItem, ...] = DEMO_ROUTE,
        system_id: int = 1,
    ) -> None:
        self._link = link
        self._marker = Marker(marker)
        self._may_set_out = may_set_out
        self._route = route
        self._system_id = system_id
        self._step: asyncio.Task[None] | None = None
        self._ready_since_s: float | None = None  # on the loop's clock
        self._taken_up_s = 0.0
        self._route_is_ours = False
        self.state = PatrolState.WAITING
        self.problem = ""

    @property
    def memory_problem(self) -> str:
        """Why the disk may not know who flew last; "" where it does."""
        return self._marker.problem

    def person_commands(self, command: Fly) -> None:
        """A person commands that vehicle: from now on it is theirs. Never waits; `person_commanded`
        is to be called once the command has been sent. What leaves the vehicle's way as it is (its
        camera, a light) leaves the patrol too."""
        action: Action = command.action
        if command.system_id != self._system_id or isinstance(action, NOT_MOVING):
            return
        if isinstance(action, UploadMission):
            self._route_is_ours = False
        if isinstance(action, StartMission) and self._route_is_ours:
            self._taken_up_s = asyncio.get_running_loop().time()
            self._become(PatrolState.TAKEN_UP)
        else:
            self._become(PatrolState.ENDED)
        self._ready_since_s = None
        if self._step is not None:
            self._step.cancel()
        if not is_urgent(command):  # those are sent first
            self.person_commanded(command)

    def person_commanded(self, command: Fly) -> None:
        """It was sent, and is answered or given up: now the disk may be told. Never waits."""
        if command.system_id == self._system_id and self.state is PatrolState.ENDED:
            self._marker.keep(True)

    async def run(self) -> None:
        """Until cancelled."""
        if await self._marker.there() and self.state is PatrolState.WAITING:
            self.state = PatrolState.ENDED
        pause_s = FIRST_PAUSE_S
        while True:
            await asyncio.sleep(LOOK_S)
            if not self._stands_ready():
                continue
            self._step = asyncio.get_running_loop().create_task(self._fly())
            try:
                await asyncio.wait([self._step])
                failed = not self._step.cancelled() and self._step.exception()
            finally:
                self._step.cancel()
                self._step = None
            if not failed:
                pause_s = FIRST_PAUSE_S
                continue
            self._fail(failed)
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    def _stands_ready(self) -> bool:
        """Whether it is our turn, and the vehicle has been ready for a while."""
        report = self._report()
        now_s = asyncio.get_running_loop().time()
        self._follow(report, now_s)
        ready = self.state is PatrolState.WAITING and report is not None and _is_ready(report)
        if not (ready and self._may_set_out()):
            self._ready_since_s = None
            return False
        if self._ready_since_s is None:
            self._ready_since_s = now_s
        return now_s - self._ready_since_s >= STANDS_S

    def _follow(self, report: VehicleReport | None, now_s: float) -> None:
        """Our state follows what the vehicle does."""
        if report is not None and _is_up(report):
            if self.state in {PatrolState.WAITING, PatrolState.TAKEN_UP}:
                self._become(PatrolState.FLYING)
        elif report is not None and _is_ready(report) and self.state is PatrolState.FLYING:
            self._become(PatrolState.WAITING)
        elif self.state is PatrolState.TAKEN_UP and now_s - self._taken_up_s > TAKEN_UP_WITHIN_S:
            self._become(PatrolState.ENDED)
            self._marker.keep(True)

    async def _fly(self) -> None:
        mission = UploadMission(list(self._route))
        await self._link.carry_out(self._system_id, mission)
        self._route_is_ours = True
        if not self._may_set_out():  # it has gone meanwhile
            return
        start = StartMission(mission_digest(mission))
        note = await self._link.carry_out(self._system_id, start)
        self._ready_since_s = None
        self.problem = ""
        self._become(PatrolState.FLYING)
        log.info("patrol_started vehicle=%d note=%s", self._system_id, note)

    def _fail(self, error: BaseException) -> None:
        if self.state is PatrolState.ENDED:
            return
        if not isinstance(error, KestrelError):
            log.error("patrol_failed", exc_info=error)
        text = str(error) if isinstance(error, KestrelError) else type(error).__name__
        if text != self.problem:
            log.warning("patrol_refused vehicle=%d reason=%s", self._system_id, text)
        self.problem = text

    def _report(self) -> VehicleReport | None:
        for report in self._link.reports():
            if report.system_id == self._system_id:
                return report
        return None

    def _become(self, state: PatrolState) -> None:
        if state is self.state:
            return
        log.info("patrol state=%s", state)
        self.state = state
        if state is PatrolState.ENDED:
            self.problem = ""
        elif state is PatrolState.FLYING:
            self._marker.keep(False)


def _is_ready(report: VehicleReport) -> bool:
    """On the ground, disarmed, and the autopilot says that it could fly; all of it just now."""
    flight, health = report.flight, report.health
    if report.link is not VehicleLinkState.CONNECTED or flight is None or health is None:
        return False
    if flight.age_ms > FRESH_MS or health.age_ms > FRESH_MS:
        return False
    stands = not flight.armed and flight.landed is LandedState.ON_GROUND
    return stands and health.armable and health.global_position_ok and health.home_position_ok


def _is_up(report: VehicleReport) -> bool:
    return report.flight is not None and report.flight.armed and report.flight.age_ms <= FRESH_MS
