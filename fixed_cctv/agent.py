"""The camera agent's process: cameras published to one station for as long as it runs."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections import Counter
from collections.abc import Sequence
from functools import partial
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
    Done,
    Heartbeat,
    Hello,
    PublishSources,
    Reply,
)
from ground_station.core.clock import Clock, SystemClock
from ground_station.core.errors import InvalidInput, NotFound
from ground_station.core.settings import Settings
from ground_station.vision.media.aiortc_private import enable_h264_profiles
from ground_station.vision.publishing.published_camera import PublishedCamera, ToStation
from ground_station.vision.publishing.publisher import Publisher
from ground_station.vision.publishing.whip_client import WhipClient

SOFTWARE = "Kestrel camera agent 0.1.0"
ALARM_LOOK_S = 1.0


def main(
    settings: Settings,
    *,
    station_url: str,
    token: str | Tokens,
    cameras: Sequence[CameraSpec],
    name: str = "",
    ca_file: str = "",
) -> int:
    """Run until SIGTERM or SIGINT; 0 after a clean stop, within two seconds.

    Args:
        cameras: one or more, with different keys. name: of the agent; "" = of its only camera.

    Raises:
        ConfigError: a camera's address is none that an agent can open.
    """
    enable_h264_profiles()

    async def run(stop: asyncio.Event) -> None:
        agent = CameraAgent(
            settings,
            station_url=station_url,
            token=token,
            cameras=cameras,
            name=name,
            ca_file=ca_file,
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
        cameras: Sequence[CameraSpec],
        name: str = "",
        clock: Clock | None = None,
        ca_file: str = "",
    ) -> None:
        self._specs = list(cameras)
        self._name = name or self._specs[0].name
        self._clock = clock or SystemClock()
        tokens = Tokens([token]) if isinstance(token, str) else token
        self._whip = WhipClient(lambda: tokens.current, ca_file)
        self._outbox, self._outbox_problem = open_outbox(
            settings.data_folder, self._specs[0].key, self._clock
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
        to = ToStation(station_url.rstrip("/"), self._whip, settings.node.ice_host, self.link.send)
        cache = settings.data_folder / "footage"
        self._published = {spec.key: self._camera(spec, to, cache) for spec in self._specs}

    def _camera(self, spec: CameraSpec, to: ToStation, cache: Path) -> PublishedCamera:
        return PublishedCamera(
            spec.key,
            spec.name,
            source_of(spec, self._clock, cache, partial(self._preparing, spec.key)),
            # A film that is being prepared is no camera that fails.
            alarms=not spec.simulated and self._outbox is not None,
            to=to,
            say=partial(_say, spec.name),
            clock=self._clock,
        )

    def publisher(self, key: str) -> Publisher:
        """Of the camera with that key; KeyError if there is none."""
        return self._published[key].publisher

    async def run_until(self, stop: asyncio.Event) -> None:
        """Publish until `stop` is set, then leave nothing behind."""
        for camera in self._published.values():
            camera.start()
        self.link.start()
        try:
            while not stop.is_set():
                for camera in self._published.values():
                    await camera.raise_alarm(self.link)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), ALARM_LOOK_S)
        finally:
            await asyncio.gather(*(camera.close() for camera in self._published.values()))
            await self._whip.aclose()
            await asyncio.to_thread(self.link.stop)
            if self._outbox is not None:
                await asyncio.to_thread(self._outbox.close)

    # --- the agent link's threads ----------------------------------------------------------------

    def _hello(self) -> Hello:
        return Hello(
            protocol=PROTOCOL_VERSION,
            kind=AgentKind.CAMERA,
            name=self._name,
            software=SOFTWARE,
            sources=[
                spec.offer(publishing=self.publisher(spec.key).connected) for spec in self._specs
            ],
        )

    def _heartbeat(self) -> Heartbeat:
        problems: dict[str, str] = {"": self._outbox_problem} if self._outbox_problem else {}
        figures: Counter[str] = Counter()
        for camera in self._published.values():
            problems |= camera.problems()
            figures.update(camera.figures())
        return Heartbeat(sent_at=self._clock.now(), problems=problems, figures=dict(figures))

    def _on_command(self, command: Command) -> Reply:
        if not isinstance(command, PublishSources):
            raise InvalidInput(f"A camera agent cannot carry out {type(command).__name__}.")
        found = False
        for camera in self._published.values():
            with contextlib.suppress(NotFound):  # it names others
                camera.publish(command)
                found = True
        if not found:
            raise NotFound("None of these sources is of this agent.")
        return Done()

    # --- what people are told --------------------------------------------------------------------

    def _preparing(self, key: str, sentence: str) -> None:
        self.publisher(key).capture.busy_with(sentence)


def _say(name: str, problem: str) -> None:
    if problem:
        print(f"{name}: {problem}", file=sys.stderr, flush=True)
