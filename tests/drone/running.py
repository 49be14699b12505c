"""A drone agent on a loop in a thread, against a far side of real Socket.IO and WebRTC."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from pathlib import Path

from drone.agent import DroneAgent, DroneSpec
from drone.link import VehicleLink
from ground_station.core.agent_protocol import AgentKind, FrameTime, FrameTimes, Heartbeat
from ground_station.core.agent_vehicles import Telemetry
from ground_station.core.ports import AgentIdentity
from ground_station.core.settings import Settings
from tests.agentlink.station import until
from tests.drone.scripted_link import ScriptedLink
from tests.fixed_cctv.far_side import FarSide

DRONE = AgentIdentity("drone-1", "Drone agent 1", AgentKind.DRONE)
TOKEN = "drone-token"
PLAIN = DroneSpec("drone", "Drone", ("udpin://127.0.0.1:1",))


def far_side() -> FarSide:
    """One that knows a drone agent's token."""
    side = FarSide()
    side.station.tokens.known[TOKEN] = DRONE
    return side.start()


class Running:
    """Made when the station has accepted it."""

    def __init__(
        self,
        far: FarSide,
        data_folder: Path,
        link: VehicleLink | None = None,
        spec: DroneSpec = PLAIN,
    ) -> None:
        self.far = far
        self._link = link or ScriptedLink()
        self._spec = spec
        self._data_folder = data_folder
        self._up = threading.Event()
        self.error: Exception | None = None
        self._thread = threading.Thread(target=self._main, daemon=True)
        self._thread.start()
        assert self._up.wait(5)

    def _main(self) -> None:
        try:
            asyncio.run(self._run())
        except Exception as error:  # noqa: BLE001  the test looks at it
            self.error = error
        finally:
            self._up.set()

    async def _run(self) -> None:
        self._stop = asyncio.Event()
        self.loop = asyncio.get_running_loop()
        self.agent = DroneAgent(
            Settings(data_folder=self._data_folder),
            self._link,
            station_url=self.far.station.url,
            token=TOKEN,
            drone=self._spec,
        )
        self._up.set()
        await self.agent.run_until(self._stop)

    def connected(self) -> Running:
        until(lambda: self.agent.link.connected)
        return self

    def on_loop(self, change: Callable[[], object]) -> None:
        """Do something to the link where its owner does."""
        done = threading.Event()

        def now() -> None:
            change()
            done.set()

        self.loop.call_soon_threadsafe(now)
        assert done.wait(5)

    def ended(self) -> bool:
        return not self._thread.is_alive()

    def stop(self) -> float:
        """How long it took."""
        began = time.monotonic()
        if self._thread.is_alive():
            self.loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(10)
        assert not self._thread.is_alive()
        return time.monotonic() - began

    # --- what the station was told ---------------------------------------------------------------

    def last_heartbeat(self) -> Heartbeat:
        """The newest one that came after this call."""
        before = len(self.far.station.listener.of(Heartbeat))
        until(lambda: len(self.far.station.listener.of(Heartbeat)) > before)
        newest = self.far.station.listener.of(Heartbeat)[-1]
        assert isinstance(newest, Heartbeat)
        return newest

    def telemetry(self) -> Telemetry:
        """The newest that came after this call."""
        before = len(self.far.station.listener.of(Telemetry))
        until(lambda: len(self.far.station.listener.of(Telemetry)) > before)
        newest = self.far.station.listener.of(Telemetry)[-1]
        assert isinstance(newest, Telemetry)
        return newest

    def frame_times(self) -> list[FrameTime]:
        batches = [m for m in self.far.station.listener.messages if isinstance(m, FrameTimes)]
        return [time for batch in batches for time in batch.times]
