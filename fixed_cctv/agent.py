"""The camera agent's process: one camera, published to one station for as long as it runs."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from pathlib import Path

from fixed_cctv.camera import CameraSpec
from fixed_cctv.no_picture import NoPictureAlarm
from fixed_cctv.sources import source_of
from ground_station.agentlink.client import AgentClient
from ground_station.agentlink.outbox import Outbox
from ground_station.agentlink.token_file import Tokens
from ground_station.core.agent_protocol import (
    PROTOCOL_VERSION,
    AgentKind,
    Command,
    Done,
    Heartbeat,
    Hello,
    PublishSources,
    Reply,
)
from ground_station.core.aio import AioBridge
from ground_station.core.clock import Clock, SystemClock
from ground_station.core.errors import InvalidInput, KestrelError, NotFound, Unavailable
from ground_station.core.ids import is_id
from ground_station.core.settings import Settings
from ground_station.vision.media.aiortc_private import enable_h264_profiles
from ground_station.vision.publishing.publisher import Publisher
from ground_station.vision.publishing.whip_client import WhipClient

SOFTWARE = "Kestrel camera agent 0.1.0"
ALARM_LOOK_S = 1.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def main(
    settings: Settings,
    *,
    station_url: str,
    token: str | Tokens,
    camera: CameraSpec,
    ca_file: str = "",
) -> int:
    """Run until SIGTERM or SIGINT; 0 after a clean stop, within two seconds.

    Raises:
        ConfigError: the camera's address is none that an agent can open.
    """
    enable_h264_profiles()

    async def run() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, stop.set)
        agent = CameraAgent(
            settings, station_url=station_url, token=token, camera=camera, ca_file=ca_file
        )
        await agent.run_until(stop)

    asyncio.run(run())
    return 0


class CameraAgent:
    """Made on the running loop; see `main`."""

    def __init__(
        self,
        settings: Settings,
        *,
        station_url: str,
        token: str | Tokens,
        camera: CameraSpec,
        clock: Clock | None = None,
        ca_file: str = "",
    ) -> None:
        self._camera = camera
        self._clock = clock or SystemClock()
        self._station_url = station_url.rstrip("/")
        self._bridge = AioBridge(asyncio.get_running_loop())
        tokens = Tokens([token]) if isinstance(token, str) else token
        self._whip = WhipClient(lambda: tokens.current, ca_file)
        self._outbox, self._outbox_problem = self._open_outbox(settings.data_folder)
        self.link = AgentClient(
            station_url=self._station_url,
            token=tokens,
            hello=self._hello,
            on_command=self._on_command,
            heartbeat=self._heartbeat,
            clock=self._clock,
            outbox=self._outbox,
            ca_file=ca_file,
        )
        self._alarm = NoPictureAlarm(camera.key, camera.name, self._clock)
        self.publisher = Publisher(
            camera.key,
            source_of(camera, self._clock, _cache(settings.data_folder), self._preparing),
            bridge=self._bridge,
            whip=self._whip,
            ice_host=settings.node.ice_host,
            send_times=self.link.send,
            on_problem=self._say,
        )

    async def run_until(self, stop: asyncio.Event) -> None:
        """Publish until `stop` is set, then leave nothing behind."""
        self.publisher.start()
        self.link.start()
        try:
            while not stop.is_set():
                await self._raise_alarm()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), ALARM_LOOK_S)
        finally:
            await self.publisher.close()
            await self._whip.aclose()
            await asyncio.to_thread(self.link.stop)
            if self._outbox is not None:
                await asyncio.to_thread(self._outbox.close)

    async def _raise_alarm(self) -> None:
        """Tell the station, for certain, when there has been no picture for long."""
        if self._camera.simulated:
            return  # a film that is being prepared is no camera that fails
        alert = self._alarm.look(self.publisher.capture.problem)
        if alert is None or self._outbox is None:
            return
        try:
            await asyncio.to_thread(self.link.put, alert)
        except KestrelError as error:
            self._say(str(error))

    def _open_outbox(self, data_folder: Path) -> tuple[Outbox | None, str]:
        """Without a disk to write to the video goes on, and people are told."""
        try:
            outbox = Outbox(data_folder / "outbox" / f"{self._camera.key}.db", self._clock)
        except KestrelError as error:
            return None, f"Its alerts cannot be kept: {error}"
        return outbox, ""

    # --- the agent link's threads ----------------------------------------------------------------

    def _hello(self) -> Hello:
        return Hello(
            protocol=PROTOCOL_VERSION,
            kind=AgentKind.CAMERA,
            name=self._camera.name,
            software=SOFTWARE,
            sources=[self._camera.offer(publishing=self.publisher.connected)],
        )

    def _heartbeat(self) -> Heartbeat:
        problem = self.publisher.problem
        problems = {self._camera.key: problem} if problem else {}
        if self._outbox_problem:
            problems[""] = self._outbox_problem
        return Heartbeat(
            sent_at=self._clock.now(),
            problems=problems,
            figures={
                "frames_sent": float(self.publisher.frames_sent),
                "frames_dropped": float(self.publisher.capture.dropped),
            },
        )

    def _on_command(self, command: Command) -> Reply:
        if not isinstance(command, PublishSources):
            raise InvalidInput(f"A camera agent cannot carry out {type(command).__name__}.")
        if not command.whip_path.startswith("/") or command.whip_path.startswith("//"):
            raise InvalidInput("A WHIP path must begin with one slash.")
        for grant in command.sources:
            if grant.key == self._camera.key and is_id(grant.source_id):
                endpoint = self._station_url + command.whip_path + grant.source_id
                if not self._bridge.post(self.publisher.publish, endpoint, grant.source_id):
                    raise Unavailable("The camera agent is stopping.")
                return Done()
        raise NotFound("None of these sources is of this agent.")

    # --- what people are told --------------------------------------------------------------------

    def _preparing(self, sentence: str) -> None:
        self.publisher.capture.busy_with(sentence)

    def _say(self, problem: str) -> None:
        if problem:
            print(f"{self._camera.name}: {problem}", file=sys.stderr, flush=True)


def _cache(data_folder: Path) -> Path:
    return data_folder / "footage"
