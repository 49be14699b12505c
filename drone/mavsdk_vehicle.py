"""One vehicle of the link: its state, its streams, its actions."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine

import msgspec
from mavsdk.asyncio.system import System as AsyncSystem
from mavsdk.system import System

from drone.condition import RadioStatus
from drone.facts_known import FactsKnown
from drone.insisting import Insisting, Urgent
from drone.mavsdk_actions import CopterActions
from drone.mavsdk_camera import CAMERA_ACTIONS, Camera, CameraAction
from drone.mavsdk_commands import Commands
from drone.mavsdk_courses import Courses
from drone.mavsdk_facts import FactsReader
from drone.mavsdk_instance import Instance
from drone.mavsdk_intake import Intake, Sinks
from drone.mavsdk_missions import Transfers
from drone.mavsdk_other import Px4Actions, SafetyOnly
from drone.mavsdk_outputs import CommandOutputs
from drone.mavsdk_rates import Rates
from drone.moves import Flying
from drone.moving import Steps
from drone.one_vehicle import Twins
from drone.payloads import Payloads
from drone.traffic import TrafficHeard
from drone.vehicle_state import Now, VehicleState
from ground_station.core.agent_actions import (
    NOT_MOVING,
    URGENT,
    Action,
    Arm,
    ChangeHeight,
    Disarm,
    GoTo,
    Hold,
    Land,
    Orbit,
    ResumeMission,
    Return,
    SetSpeed,
    SkipTo,
    StartMission,
    TakeOff,
    UploadGeofence,
    UploadMission,
    UploadRally,
    UsePayload,
)
from ground_station.core.agent_facts import Held, VehicleFacts
from ground_station.core.agent_vehicles import Autopilot, VehicleLinkState
from ground_station.core.errors import (
    Conflict,
    InvalidInput,
    KestrelError,
    Unavailable,
    Unprocessable,
)

log = logging.getLogger(__name__)

# To an answer, confirmed or not; the station waits 3 s for one.
ANSWER_WITHIN_S = 2.4
_UNCONFIRMED, UNCONFIRMED_SAID_S = "unconfirmed", 30.0
_FIRST_WAIT_S, _LONGEST_WAIT_S = 5.0, 60.0
_NOT_OF_TWO = "Give each vehicle its own number first; hold, return and land are still sent."


class MavsdkVehicle:
    """Made on the loop once the autopilot was heard; listens from then on.

    Args:
        traffic: of the link, for what this vehicle hears of others.
        payloads: of the agent. vehicles: how many it has now.
        monotonic_s: any thread.
    """

    def __init__(
        self,
        instance: Instance,
        system: System,
        state: VehicleState,
        traffic: TrafficHeard,
        monotonic_s: Callable[[], float],
        payloads: Payloads,
        vehicles: Callable[[], int],
    ) -> None:
        self.state = state
        self._payloads = payloads
        self._vehicles = vehicles
        self._monotonic_s = monotonic_s
        self._system = system
        asynchronous = AsyncSystem(system)
        self._steps = Steps(state.name, monotonic_s)
        commands = Commands(instance, asynchronous, state, monotonic_s, self._steps)
        self._transfers = Transfers(instance, asynchronous, commands, state)
        self._courses = Courses(self._transfers, state)
        self._camera = Camera(commands, state, self.facts)
        self._outputs = CommandOutputs(commands)
        self.rates = Rates(commands, state, monotonic_s)
        other = (instance, asynchronous, commands, state, self._steps, system.is_connected)
        self._copter = CopterActions(commands, state, self._steps)
        self._px4 = Px4Actions(*other)
        self._safety_only = SafetyOnly(*other)
        self._acting = self._using = False
        self._insisting: set[asyncio.Task[None]] = set()
        self._unconfirmed_until_s = 0.0
        self._was = VehicleLinkState.NEVER
        self._restarts = 0
        self._total: int | None = None
        self._learn_at_s = 0.0
        self._learn_wait_s = _FIRST_WAIT_S
        self._preparing: asyncio.Task[None] | None = None
        self._known = FactsKnown()
        self._facts = FactsReader(
            instance, asynchronous, commands, self.rates, state, self._known, monotonic_s
        )
        self._intake = Intake(system, Sinks(state, self._known, traffic), monotonic_s)

    # --- what has to be done without being asked ------------------------------------------------

    def look_after(self) -> None:
        """A few times a second: sets rates again after a loss, a restart or a silence, learns a
        mission that another ground station sent, and reads its facts. Never waits."""
        now_s = self._monotonic_s()
        self._copter.orbiting.look_after()
        if now_s > self._unconfirmed_until_s:
            self.state.say(_UNCONFIRMED, "")
        link, restarts = self.state.now(now_s).link, self.state.restarts()
        came_back = link is VehicleLinkState.CONNECTED and self._was is not link
        restarted = restarts != self._restarts
        self._was, self._restarts = link, restarts
        if came_back or restarted:
            self._facts.afresh(restarted=restarted)
        if link is not VehicleLinkState.CONNECTED:
            return
        if self.rates.times_set:
            self._facts.look_after()
        if self._preparing is not None and not self._preparing.done():
            return
        total = self.state.mission_total()
        if came_back or restarted or self.rates.silent():
            self._prepare(self._made_ready())
        elif total not in (self._total, self._transfers.held) or self._mission_to_learn(now_s):
            self._prepare(self._mission_learnt())
        self._total = total

    def _mission_to_learn(self, now_s: float) -> bool:
        """Whether it is unknown, and time to ask again: 5 s after the last try, then less often."""
        if self.state.now(now_s).mission_seqs is not None or self._transfers.under_way:
            return False
        return now_s >= self._learn_at_s

    def _prepare(self, work: Coroutine[object, object, None]) -> None:
        self._preparing = asyncio.get_running_loop().create_task(work)
        self._preparing.add_done_callback(self._prepared)

    def _prepared(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("vehicle_not_prepared vehicle=%d", self.state.system_id, exc_info=error)

    async def _made_ready(self) -> None:
        await self.rates.ask()
        await self._mission_learnt()

    async def _mission_learnt(self) -> None:
        try:
            await self._transfers.learn_mission()
        except KestrelError as error:
            log.info("mission_not_learnt vehicle=%d %s", self.state.system_id, error)
            self._learn_at_s = self._monotonic_s() + self._learn_wait_s
            self._learn_wait_s = min(2 * self._learn_wait_s, _LONGEST_WAIT_S)
            self.state.say("mission", f"What mission it holds is not known: {error.message}")
        else:
            self._learn_wait_s = _FIRST_WAIT_S
            self.state.say("mission", "")

    async def close(self) -> None:
        """End its own tasks; its streams end when the instance is destroyed."""
        own = [*self._insisting, *([] if self._preparing is None else [self._preparing])]
        for task in own:
            task.cancel()
        await asyncio.gather(*own, return_exceptions=True)
        await self._copter.orbiting.close()
        await self._facts.close()

    # --- what it has told beside telemetry ------------------------------------------------------

    def facts(self) -> VehicleFacts:
        """As they are known now."""
        now_s = self._monotonic_s()
        known = self._known.facts(self.state.system_id, self._facts.kind(), now_s)
        carries = self._payloads.facts(self.state.system_id, self._vehicles())
        return msgspec.structs.replace(known, payloads=carries) if carries else known

    def radio_said(self, message: RadioStatus, arrived_s: float) -> None:
        """A telemetry radio that speaks for itself; any thread."""
        self.state.take(message, arrived_s)

    # --- what it is told ------------------------------------------------------------------------

    async def carry_out(self, action: Action) -> str:
        """See `VehicleLink.carry_out`."""
        if not isinstance(action, NOT_MOVING):
            self._copter.orbiting.end()  # whatever comes of it
        now = self.state.now(self._monotonic_s())
        if isinstance(action, URGENT):
            return await self._bring_to_safety(now, action)
        self._reachable(now)
        match action:
            case UploadMission():
                return await self._transfers.upload_mission(now, action)
            case UploadGeofence():
                try:
                    return await self._transfers.upload_geofence(now, action)
                finally:
                    self._facts.soon()  # whether it enforces one
            case UploadRally():
                try:
                    return await self._transfers.upload_rally(now, action)
                finally:
                    self._facts.soon()
        if isinstance(action, (UsePayload, *CAMERA_ACTIONS)):
            return await self._one_use_at_a_time(now, action)
        return await self._one_at_a_time(now, action)

    async def read_held(self) -> Held:
        """See `VehicleLink.read_held`."""
        now = self.state.now(self._monotonic_s())
        self._reachable(now)
        return await self._transfers.read_held(now)

    def _reachable(self, now: Now) -> None:
        """Raises Unavailable where its link is lost, and Conflict where two have its number."""
        if now.link is not VehicleLinkState.CONNECTED or not self._system.is_connected():
            raise self._lost(now)
        if now.twins is Twins.TIMES:
            raise Conflict(
                f"Two vehicles say that they are number {self.state.system_id}; either might obey.",
                _NOT_OF_TWO,
            )

    async def _bring_to_safety(self, now: Now, action: Action) -> str:
        """Sent whatever is known: what is lost to us may still hear. Where MAVSDK may still repeat
        an earlier command, insisted on until it shows, which also goes on after the answer."""
        answer_by_s = self._monotonic_s() + ANSWER_WITHIN_S
        before = self._steps.under_way()
        number = self._steps.safety_first()
        self.state.say(_UNCONFIRMED, "")
        flying = self._flying(now)
        how: dict[type, Callable[[], Awaitable[str]]] = {
            Hold: flying.hold,
            Return: flying.return_home,
            Land: flying.land,
        }
        send = how[type(action)]
        if not before:
            return await self._sent(send)
        urgent = Urgent(action, number, send, lambda: flying.nudge(action))
        insisting = Insisting(urgent, before, self.state, self._steps, self._monotonic_s)
        task = asyncio.get_running_loop().create_task(insisting.run())
        self._insisting.add(task)
        task.add_done_callback(lambda task: self._insisted(insisting, task))
        try:
            note = await self._sent(send)
        except Unprocessable:
            task.cancel()
            raise
        finally:
            insisting.first_over_s = self._monotonic_s()
        await asyncio.wait([task], timeout=max(answer_by_s - self._monotonic_s(), 0.0))
        return (insisting.said or note) if task.done() else insisting.not_yet()

    async def _sent(self, send: Callable[[], Awaitable[str]]) -> str:
        try:
            return await send()
        except Unavailable as error:
            later = self.state.now(self._monotonic_s())
            if later.link is VehicleLinkState.CONNECTED:
                raise
            raise self._lost(later, "It was sent, and not answered.") from error

    def _insisted(self, insisting: Insisting, task: asyncio.Task[None]) -> None:
        self._insisting.discard(task)
        if task.cancelled():
            return
        if (error := task.exception()) is not None:
            log.error("urgent_not_insisted_on vehicle=%d", self.state.system_id, exc_info=error)
        self.state.say(_UNCONFIRMED, insisting.said)
        self._unconfirmed_until_s = self._monotonic_s() + UNCONFIRMED_SAID_S

    async def _one_at_a_time(self, now: Now, action: Action) -> str:
        if self._acting:
            raise Conflict(
                f"{self.state.name} has not answered the command before yet.",
                "Wait a moment; hold, return and land are taken at once.",
            )
        self._acting = True
        try:
            return await self._act(now, self._flying(now), action)
        finally:
            self._acting = self._using = False

    async def _one_use_at_a_time(self, now: Now, action: CameraAction | UsePayload) -> str:
        """Of camera and payloads; the vehicle's way does not wait for it, nor it for that."""
        flying = self._flying(now)
        if isinstance(flying, SafetyOnly):
            flying.never()
        if self._using:
            raise Conflict(
                f"{self.state.name} has not answered the command to its camera or payload before.",
                "Wait a moment.",
            )
        self._using = True
        try:
            if not isinstance(action, UsePayload):
                return await self._camera.do(now, action)
            number, vehicles = self.state.system_id, self._vehicles()
            return await self._payloads.use(number, vehicles, action, self._outputs)
        finally:
            self._using = False

    async def _act(self, now: Now, flying: Flying, action: Action) -> str:
        match action:
            case Arm():
                return await flying.arm(now)
            case Disarm():
                return await flying.disarm(now)
            case TakeOff():
                return await flying.take_off(now, action.height_home_m)
            case StartMission() | ResumeMission() | SkipTo():
                return await self._in_its_mission(now, flying, action)
            case _:
                return await self._on_its_way(now, flying, action)

    async def _on_its_way(self, now: Now, flying: Flying, action: Action) -> str:
        match action:
            case GoTo():
                return await flying.go_to(now, action)
            case Orbit():
                return await flying.orbit(now, action)
            case SetSpeed():
                return await flying.set_speed(now, action.speed_mps)
            case ChangeHeight():
                return await flying.change_height(now, action)
            case _:
                raise InvalidInput(f"{type(action).__name__} is nothing a vehicle does.")

    async def _in_its_mission(
        self, now: Now, flying: Flying, action: StartMission | ResumeMission | SkipTo
    ) -> str:
        digest, courses = action.digest, self._courses
        match action:
            case StartMission():
                return await flying.start_mission(now, lambda: self._transfers.from_first(digest))
            case ResumeMission():
                return await flying.resume_mission(
                    now, lambda: courses.to_resume(digest, now.autopilot)
                )
            case SkipTo(item=item):
                return await flying.skip_to(now, lambda: courses.skip_to(item, digest))

    def _flying(self, now: Now) -> Flying:
        if now.autopilot is Autopilot.ARDUPILOT and now.copter:
            return self._copter
        return self._px4 if now.autopilot is Autopilot.PX4 else self._safety_only

    def _lost(self, now: Now, more: str = "") -> Unavailable:
        age_s = now.heartbeat_age_s
        since = "" if age_s is None else f" for {age_s:.0f} s"
        return Unavailable(
            f"{self.state.name} has not been heard{since}. {more}".rstrip(),
            "Its own failsafe flies it now. Check the radio or the network to it.",
        )
