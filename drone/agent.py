"""The drone agent's process: autopilots and a camera on one side, one station on the other.

It passes on what the autopilots say and what people command. It takes no decision about a flight:
when the station is gone it keeps the autopilots' link up and waits, and what flies is flown by the
autopilot and its own failsafes. (The demonstration's patrol is the one exception: `drone.patrol`.)
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Coroutine
from dataclasses import dataclass, field

from drone.camera import (
    CameraKind,
    DrawnCamera,
    borough_view,
    camera_kind,
    looker,
    real_camera,
)
from drone.commands import FlightCommands
from drone.facts_feed import FactsFeed
from drone.link import VehicleLink
from drone.orders import Orders
from drone.patrol import Patrol
from drone.patrol_marker import MARKER
from drone.payloads import Carried, Payloads
from drone.pose import Eye, Mount
from drone.telemetry import TelemetryFeed
from ground_station.agentlink.agent_life import open_outbox, run_until_signal
from ground_station.agentlink.client import AgentClient
from ground_station.agentlink.token_file import Tokens
from ground_station.core.agent_facts import ReadHeld
from ground_station.core.agent_protocol import (
    PROTOCOL_VERSION,
    AgentKind,
    Command,
    Heartbeat,
    Hello,
    PublishSources,
    Reply,
    SourceOffer,
)
from ground_station.core.agent_vehicles import TELEMETRY_INTERVAL_S, Fly
from ground_station.core.aio import AioBridge
from ground_station.core.clock import Clock, SystemClock
from ground_station.core.errors import InvalidInput, NotFound
from ground_station.core.settings import Settings
from ground_station.vision.media.aiortc_private import enable_h264_profiles
from ground_station.vision.publishing.encoded import Source
from ground_station.vision.publishing.published_camera import PublishedCamera, ToStation
from ground_station.vision.publishing.whip_client import WhipClient

log = logging.getLogger(__name__)

SOFTWARE = "Kestrel drone agent 0.1.0"
SOURCE_KEY = "camera"
BATCH_INTERVAL_S = 0.05
ALARM_LOOK_S = 1.0
CAMERA_AFTER_LOOKS = 30
LOOK_S = 0.1
FAILED_PAUSE_S = 1.0
FACTS_LOOK_S = 1.0
SIMULATED_NOTE = "A drawing of the simulated borough, not a picture of the real one."


@dataclass(frozen=True, slots=True)
class DroneSpec:
    """What an agent is started with.

    Attributes:
        key: names its files.
        name: what people read: the vehicle of system id 1 is called so, others get their number
            behind it. "": they are called "Vehicle N".
        addresses: where the autopilots are, as MAVSDK writes it (`udpin://127.0.0.1:14550`).
        simulated: the vehicles are.
        camera: `rtsp://...`, `usb:N`, `/dev/videoN` or `simulated`; None: it carries none. An
            address may hold a password.
        camera_of: the system id of the vehicle that carries it; None: of the only one.
        patrol: fly the demonstration's patrol.
        payloads: what the vehicles carry besides.
    """

    key: str
    name: str
    addresses: tuple[str, ...]
    simulated: bool = False
    camera: str | None = field(default=None, repr=False)
    camera_of: int | None = None
    mount: Mount = field(default_factory=Mount)
    patrol: bool = False
    payloads: tuple[Carried, ...] = ()

    @property
    def title(self) -> str:
        """Of the agent as a whole."""
        return self.name or "Drone"


def main(
    settings: Settings,
    *,
    station_url: str,
    token: str | Tokens,
    drone: DroneSpec,
    ca_file: str = "",
) -> int:
    """Run until SIGTERM or SIGINT; 0 after a clean stop.

    Raises:
        ConfigError: an address of an autopilot or the camera is none.
        Conflict: another program listens at an autopilot's address.
    """
    from drone.mavsdk_link import MavsdkLink

    enable_h264_profiles()

    async def run(stop: asyncio.Event) -> None:
        agent = DroneAgent(
            settings,
            MavsdkLink(
                drone.addresses,
                name=drone.name,
                simulated=drone.simulated,
                payloads=Payloads(drone.payloads),
            ),
            station_url=station_url,
            token=token,
            drone=drone,
            ca_file=ca_file,
        )
        await agent.run_until(stop)

    run_until_signal(run)
    return 0


class DroneAgent:
    """Made on the running loop; see `main`. It opens and closes the vehicle link."""

    def __init__(
        self,
        settings: Settings,
        vehicles: VehicleLink,
        *,
        station_url: str,
        token: str | Tokens,
        drone: DroneSpec,
        clock: Clock | None = None,
        ca_file: str = "",
    ) -> None:
        self._drone = drone
        self._vehicles = vehicles
        self._clock = clock or SystemClock()
        tokens = Tokens([token]) if isinstance(token, str) else token
        self._whip = WhipClient(lambda: tokens.current, ca_file)
        self._outbox, self._outbox_problem = open_outbox(
            settings.data_folder, drone.key, self._clock
        )
        self.link = AgentClient(
            station_url=station_url.rstrip("/"),
            token=tokens,
            hello=self._hello,
            on_command=self._on_command,
            heartbeat=self._heartbeat,
            clock=self._clock,
            outbox=self._outbox,
            ca_file=ca_file,
        )
        self.link.batch_interval_s = BATCH_INTERVAL_S
        self.patrol: Patrol | None = None
        if drone.patrol:
            marker = settings.data_folder / MARKER
            self.patrol = Patrol(vehicles, marker, lambda: self.link.connected)
        orders = Orders()
        self.link.on_order = orders.arrived
        self._flights = FlightCommands(
            vehicles, orders, self._person_commands, self._person_commanded
        )
        self._camera: PublishedCamera | None = None
        eye: Eye | None = None
        if drone.camera is not None:
            eye = Eye(vehicles, drone.mount, drone.camera_of)
            to = ToStation(
                station_url.rstrip("/"), self._whip, settings.node.ice_host, self.link.send
            )
            self._camera = self._published(drone.camera, eye, to)
        self._feed = TelemetryFeed(
            vehicles,
            self.link.send,
            addresses=drone.addresses,
            eye=eye,
            source_key=SOURCE_KEY,
            now=orders.now,
        )
        self._facts = FactsFeed(vehicles, self.link.send, self._clock.monotonic_s)

    async def run_until(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set, then leave nothing behind; no vehicle is commanded by that.

        Raises:
            ConfigError, Conflict: see `VehicleLink.open`.
        """
        loop = asyncio.get_running_loop()
        tasks: list[asyncio.Task[None]] = []
        try:
            await self._vehicles.open()
            self.link.start()
            jobs: list[Coroutine[None, None, None]] = [self._tell(), self._tell_facts()]
            if self._camera is not None:
                jobs.append(self._film(self._camera))
            if self.patrol is not None:
                jobs.append(self.patrol.run())
            tasks = [loop.create_task(job) for job in jobs]
            over = loop.create_task(stop.wait())
            # None of them ends by itself: a fault of ours must end the process, to be restarted.
            await asyncio.wait([*tasks, over], return_when=asyncio.FIRST_COMPLETED)
            over.cancel()
            for task in tasks:
                if task.done():
                    task.result()
        finally:
            await self._close(tasks)

    async def _close(self, tasks: list[asyncio.Task[None]]) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._camera is not None:
            await self._camera.close()
        await self._whip.aclose()
        await asyncio.to_thread(self.link.stop)
        if self._outbox is not None:
            await asyncio.to_thread(self._outbox.close)
        await self._vehicles.close()  # last: it takes the loop's threads with it

    async def _tell(self) -> None:
        """Telemetry at its pace; one that failed is logged and the next one tried."""
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        while True:
            try:
                self._feed.tick()
            except Exception:
                log.exception("telemetry_failed")
                due_s += FAILED_PAUSE_S
            due_s = max(due_s + TELEMETRY_INTERVAL_S, loop.time())  # nothing is caught up
            await asyncio.sleep(due_s - loop.time())

    async def _tell_facts(self) -> None:
        """Once a second; one that failed is logged and the next one tried."""
        while True:
            try:
                self._facts.tick()
            except Exception:
                log.exception("facts_failed")
            await asyncio.sleep(FACTS_LOOK_S)

    async def _film(self, camera: PublishedCamera) -> None:
        """The camera, and its alarm. It begins once the station has been greeted: to make the
        simulated borough takes seconds of this process's time, and telemetry comes first."""
        for _ in range(CAMERA_AFTER_LOOKS):
            if self.link.connected:
                break
            await asyncio.sleep(LOOK_S)
        camera.start()
        while True:
            await camera.raise_alarm(self.link)
            await asyncio.sleep(ALARM_LOOK_S)

    def _person_commands(self, command: Fly) -> None:
        if self.patrol is not None:
            self.patrol.person_commands(command)

    def _person_commanded(self, command: Fly) -> None:
        if self.patrol is not None:
            self.patrol.person_commanded(command)

    # --- the camera ------------------------------------------------------------------------------

    def _published(self, address: str, eye: Eye, to: ToStation) -> PublishedCamera:
        real = camera_kind(address) is CameraKind.REAL
        return PublishedCamera(
            SOURCE_KEY,
            f"{self._drone.title} camera",
            self._source(address, eye),
            alarms=real and self._outbox is not None,
            to=to,
            say=self._say,
            clock=self._clock,
        )

    def _source(self, address: str, eye: Eye) -> Source:
        look = looker(eye, AioBridge(asyncio.get_running_loop()))
        if camera_kind(address) is CameraKind.REAL:
            return real_camera(address, self._clock, look)
        return DrawnCamera(borough_view, look, self._clock, self._no_picture)

    def _no_picture(self, sentence: str) -> None:
        """On the capture thread."""
        assert self._camera is not None
        self._camera.publisher.capture.busy_with(sentence)

    # --- the agent link's threads ----------------------------------------------------------------

    def _hello(self) -> Hello:
        return Hello(
            protocol=PROTOCOL_VERSION,
            kind=AgentKind.DRONE,
            name=self._drone.title,
            software=SOFTWARE,
            sources=[] if self._camera is None else [self._offer(self._camera)],
        )

    def _offer(self, camera: PublishedCamera) -> SourceOffer:
        assert self._drone.camera is not None
        simulated = camera_kind(self._drone.camera) is CameraKind.SIMULATED
        return SourceOffer(
            key=SOURCE_KEY,
            name=f"{self._drone.title} camera",
            publishing=camera.publisher.connected,
            simulated=simulated,
            note=SIMULATED_NOTE if simulated else "",
        )

    def _heartbeat(self) -> Heartbeat:
        problems = {} if self._camera is None else self._camera.problems()
        own = [*self._feed.problems, *self._facts.problems, self._outbox_problem]
        if self.patrol is not None and self.patrol.problem:
            own.append(f"The patrol cannot set out: {self.patrol.problem}")
        if self.patrol is not None and self.patrol.memory_problem:
            own.append(self.patrol.memory_problem)
        if any(own):
            problems[""] = " ".join(text for text in own if text)
        figures = {} if self._camera is None else self._camera.figures()
        figures["vehicles"] = float(self._feed.vehicles)
        return Heartbeat(sent_at=self._clock.now(), problems=problems, figures=figures)

    def _on_command(self, command: Command) -> Reply:
        if isinstance(command, Fly):
            return self._flights.answer(command)
        if isinstance(command, ReadHeld):
            return self._flights.held(command)
        if isinstance(command, PublishSources):
            if self._camera is None:
                raise NotFound("This drone agent has no camera.")
            return self._camera.publish(command)
        raise InvalidInput(f"A drone agent cannot carry out {type(command).__name__}.")

    # --- what people are told --------------------------------------------------------------------

    def _say(self, problem: str) -> None:
        if problem:
            print(f"{self._drone.title}: {problem}", file=sys.stderr, flush=True)
