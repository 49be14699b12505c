"""The camera agent's process: one camera, published to one station for as long as it runs."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from pathlib import Path

from fixed_cctv.camera import CameraSpec
from fixed_cctv.sources import source_of
from ground_station.agentlink.agent_life import open_outbox, run_until_signal
from ground_station.agentlink.client import AgentClient
from ground_station.agentlink.token_file import Tokens
from ground_station.core.agent_protocol import (
    PROTOCOL_VERSION,
    AgentKind,
    Command,
    Heartbeat,
    Hello,
    PublishSources,
    Reply,
)
from ground_station.core.clock import Clock, SystemClock
from ground_station.core.errors import InvalidInput
from ground_station.core.settings import Settings
from ground_station.vision.media.aiortc_private import enable_h264_profiles
from ground_station.vision.publishing.published_camera import PublishedCamera, ToStation
from ground_station.vision.publishing.whip_client import WhipClient

SOFTWARE = "Kestrel camera agent 0.1.0"
ALARM_LOOK_S = 1.0


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

    async def run(stop: asyncio.Event) -> None:
        agent = CameraAgent(
            settings, station_url=station_url, token=token, camera=camera, ca_file=ca_file
        )
        await agent.run_until(stop)

    run_until_signal(run)
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
        tokens = Tokens([token]) if isinstance(token, str) else token
        self._whip = WhipClient(lambda: tokens.current, ca_file)
        self._outbox, self._outbox_problem = open_outbox(
            settings.data_folder, camera.key, self._clock
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
        self._published = PublishedCamera(
            camera.key,
            camera.name,
            source_of(camera, self._clock, _cache(settings.data_folder), self._preparing),
            # A film that is being prepared is no camera that fails.
            alarms=not camera.simulated and self._outbox is not None,
            to=ToStation(
                station_url.rstrip("/"), self._whip, settings.node.ice_host, self.link.send
            ),
            say=self._say,
            clock=self._clock,
        )
        self.publisher = self._published.publisher

    async def run_until(self, stop: asyncio.Event) -> None:
        """Publish until `stop` is set, then leave nothing behind."""
        self._published.start()
        self.link.start()
        try:
            while not stop.is_set():
                await self._published.raise_alarm(self.link)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), ALARM_LOOK_S)
        finally:
            await self._published.close()
            await self._whip.aclose()
            await asyncio.to_thread(self.link.stop)
            if self._outbox is not None:
                await asyncio.to_thread(self._outbox.close)

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
        problems = self._published.problems()
        if self._outbox_problem:
            problems[""] = self._outbox_problem
        return Heartbeat(
            sent_at=self._clock.now(), problems=problems, figures=self._published.figures()
        )

    def _on_command(self, command: Command) -> Reply:
        if not isinstance(command, PublishSources):
            raise InvalidInput(f"A camera agent cannot carry out {type(command).__name__}.")
        return self._published.publish(command)

    # --- what people are told --------------------------------------------------------------------

    def _preparing(self, sentence: str) -> None:
        self.publisher.capture.busy_with(sentence)

    def _say(self, problem: str) -> None:
        if problem:
            print(f"{self._camera.name}: {problem}", file=sys.stderr, flush=True)


def _cache(data_folder: Path) -> Path:
    return data_folder / "footage"
