"""A node's media part between real peers, for tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
from numpy.typing import NDArray

from ground_station.core.agent_protocol import SourceReport
from ground_station.core.clock import SystemClock
from ground_station.core.model import Frame
from ground_station.simulation import frame_code
from ground_station.vision.media.sessions import MediaSessions
from tests.media.peers import HOST, Encoder, PacketTrack, Publisher, Viewer

SOURCE = "the-source"


class Listener:
    """Notes everything."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.ended: dict[str, str] = {}
        self.clocks: dict[str, int] = {}
        self.analysing: set[str] = set()

    def publisher_started(self, source_id: str, session_id: str, *, analyse: bool) -> None:
        self.analysing.add(session_id)

    def publisher_ended(self, session_id: str) -> None:
        self.analysing.discard(session_id)

    def session_ended(self, session_id: str, reason: str) -> None:
        assert session_id not in self.ended
        self.ended[session_id] = reason

    def viewer_clock(self, viewer_session_id: str, rtp_offset: int) -> None:
        self.clocks[viewer_session_id] = rtp_offset

    def frame(self, frame: Frame) -> None:
        self.frames.append(frame)

    def changed(self) -> None: ...


class Line:
    """A node's media part with helpers to publish and view."""

    def __init__(self) -> None:
        self.listener = Listener()
        self.sessions = MediaSessions(
            ice_host=HOST, lost_after_s=0.5, clock=SystemClock(), listener=self.listener
        )
        self._open: list[Publisher | Viewer] = []

    async def publish(
        self, name: str = "pub", *, analyse: bool = True, **encoder: object
    ) -> Publisher:
        publisher = Publisher(PacketTrack(Encoder(**encoder)))  # type: ignore[arg-type]
        self._open.append(publisher)
        answer = await self.sessions.accept_whip(
            SOURCE, name, await publisher.offer(), analyse=analyse
        )
        await publisher.answered(answer)
        return publisher

    async def view(self, name: str = "view", **options: object) -> Viewer:
        viewer = Viewer(**options)  # type: ignore[arg-type]
        self._open.append(viewer)
        await viewer.answered(await self.sessions.accept_whep(SOURCE, name, await viewer.offer()))
        return viewer

    def report(self) -> SourceReport:
        (report,) = self.sessions.reports()
        return report

    async def close(self) -> None:
        await self.sessions.close()
        for peer in self._open:
            await peer.close()


@asynccontextmanager
async def line() -> AsyncIterator[Line]:
    made = Line()
    try:
        yield made
    finally:
        await made.close()


def numbered(picture: NDArray[np.uint8], number: int) -> None:
    """A picture that says which one it is."""
    picture[:] = 90
    frame_code.draw(picture, number)


def read_number(frame: Frame) -> int | None:
    return frame_code.read(frame.pixels.to_bgr(frame.pixels.width, frame.pixels.height))


def cut_off(peer: Viewer | Publisher) -> None:
    """As if its process died: it sends nothing any more, and says no goodbye."""

    async def nothing(data: bytes) -> None: ...

    if isinstance(peer, Viewer):
        transport = peer.receiver.transport.transport
    else:
        assert peer.track.sender is not None
        transport = peer.track.sender.transport.transport
    transport._send = nothing


def is_keyframe(data: bytes) -> bool:
    return b"\x00\x00\x01\x65" in data or b"\x00\x00\x01\x25" in data
