"""Keeps one camera published: a session whenever there are pictures and a place to send them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from ground_station.core.agent_protocol import FrameTime, FrameTimes
from ground_station.core.aio import AioBridge
from ground_station.core.errors import KestrelError
from ground_station.vision.publishing.capture import Capture
from ground_station.vision.publishing.encoded import Source, profile_idc
from ground_station.vision.publishing.ice_links import LinkedServer
from ground_station.vision.publishing.whip_client import WhipClient
from ground_station.vision.publishing.whip_session import WhipSession

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 3.0
CLOSE_TIMEOUT_S = 1.6


class Publisher:
    """One camera's way to the station. All on the event loop but for `Capture`'s thread.

    Args:
        key: the camera's.
        source: where its pictures come from.
        send_times: takes frame times for the station; must not block.
        on_problem: called when `problem` changed.
    """

    def __init__(
        self,
        key: str,
        source: Source,
        *,
        bridge: AioBridge,
        whip: WhipClient,
        ice_host: str,
        send_times: Callable[[FrameTimes], None],
        on_problem: Callable[[str], None],
    ) -> None:
        self._whip = whip
        self._ice_host = ice_host
        self._send_times = send_times
        self._on_problem = on_problem
        self.capture = Capture(key, source, bridge, self._on_pictures, self._on_capture_state)
        self._profile: int | None = None
        self._ready = asyncio.Event()  # there are pictures
        self._session: WhipSession | None = None
        self._publish_problem = ""
        self._problem = ""
        self._publishing: asyncio.Task[None] | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self.frames_sent = 0

    @property
    def problem(self) -> str:
        """Why nobody sees this camera, in one sentence; "" while all is well."""
        return self._problem

    @property
    def connected(self) -> bool:
        return self._session is not None and self._session.connected

    def start(self) -> None:
        self.capture.start()

    def publish(self, endpoint: str, source_id: str) -> None:
        """Publish to this WHIP endpoint from now on, dropping any session there is."""
        if self._publishing is not None:
            self._publishing.cancel()
        self._publishing = asyncio.get_running_loop().create_task(
            self._keep_published(endpoint, source_id)
        )

    async def close(self) -> None:
        """End the session and the capture; bounded in time."""
        if self._publishing is not None:
            self._publishing.cancel()
            await asyncio.wait([self._publishing], timeout=CLOSE_TIMEOUT_S)
        if self._closing:
            await asyncio.wait(self._closing, timeout=CLOSE_TIMEOUT_S)
        await asyncio.to_thread(self.capture.stop, 0.3)

    # --- publication -----------------------------------------------------------------------------

    async def _keep_published(self, endpoint: str, source_id: str) -> None:
        pause_s = FIRST_PAUSE_S
        while True:
            await self._ready.wait()
            ice_servers = await self._whip.ice_servers(endpoint)
            session = self._new_session(source_id, ice_servers)
            try:
                await session.run(endpoint, self._on_published)
            except KestrelError as error:
                self._publish_problem = str(error) if self._ready.is_set() else ""
                pause_s = (
                    FIRST_PAUSE_S if session.was_connected else min(pause_s * 2, LONGEST_PAUSE_S)
                )
            finally:
                self._release(session)
            await asyncio.sleep(pause_s)

    def _new_session(self, source_id: str, ice_servers: Sequence[LinkedServer]) -> WhipSession:
        session = WhipSession(
            self._whip,
            profile_idc=self._profile,
            ice_host=self._ice_host,
            on_time=lambda time: self._on_time(source_id, time),
            on_hungry=self.capture.request_keyframe,
            ice_servers=ice_servers,
        )
        self._session = session
        return session

    def _release(self, session: WhipSession) -> None:
        """Close it in the background: the next one need not wait for a node that is dead."""
        if self._session is session:
            self._session = None
        self._tell_problem()
        task = asyncio.get_running_loop().create_task(session.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def _on_published(self) -> None:
        self._publish_problem = ""
        self._tell_problem()

    # --- pictures --------------------------------------------------------------------------------

    def _on_pictures(self) -> None:
        for picture in self.capture.take():
            if picture.frame.keyframe:
                self._profile = profile_idc(picture.frame.data) or self._profile
                if self.capture.live:
                    self._ready.set()
            if self._session is not None:
                self._session.put(picture)

    def _on_capture_state(self) -> None:
        if not self.capture.live:
            self._ready.clear()
            self._publish_problem = ""
            if self._session is not None:
                self._session.end()
        self._tell_problem()

    def _on_time(self, source_id: str, time: FrameTime) -> None:
        self.frames_sent += 1
        self._send_times(FrameTimes(source_id, [time]))  # the link batches what it carries

    def _tell_problem(self) -> None:
        problem = self.capture.problem or self._publish_problem
        if problem != self._problem:
            self._problem = problem
            self._on_problem(problem)
