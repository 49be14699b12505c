"""The track through which encoded pictures reach aiortc, and the times of those that were sent."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from fractions import Fraction

import av
from aiortc import MediaStreamTrack
from av.packet import Packet
from av.stream import Stream

from ground_station.vision.publishing.capture import Numbered
from ground_station.vision.publishing.encoded import CLOCK_HZ, EncodedFrame

TIME_BASE = Fraction(1, CLOCK_HZ)
CAPACITY = 64


class PacketTrack(MediaStreamTrack):
    """Gives out whole pictures in order, beginning at a keyframe, and again after any gap.

    Args:
        on_send: called with each picture just before it goes out.
        on_hungry: called when a keyframe is needed.
    """

    kind = "video"

    def __init__(
        self, on_send: Callable[[EncodedFrame], None], on_hungry: Callable[[], None]
    ) -> None:
        super().__init__()
        self._on_send = on_send
        self._on_hungry = on_hungry
        self._pictures: deque[Numbered] = deque(maxlen=CAPACITY)
        self._arrived = asyncio.Event()
        self._expected: int | None = None
        self._asked = False
        self.skipped = 0

    def put(self, picture: Numbered) -> None:
        """On the loop; the oldest picture falls out when too many wait."""
        self._pictures.append(picture)
        self._arrived.set()

    async def recv(self) -> Packet[Stream]:
        if not self._asked and self._expected is None:
            # Nothing older than the first call is sent: it would arrive as a burst of the past.
            self._pictures.clear()
            self._ask()
        while True:
            frame = await self._next()
            if frame is not None:
                break
        self._on_send(frame)
        packet: Packet[Stream] = av.Packet(frame.data)
        packet.pts, packet.time_base = frame.pts_90khz, TIME_BASE
        return packet

    async def _next(self) -> EncodedFrame | None:
        """The next picture, or None where it cannot be decoded without one that is missing."""
        while not self._pictures:
            self._arrived.clear()
            await self._arrived.wait()
        picture = self._pictures.popleft()
        if picture.seq != self._expected and not picture.frame.keyframe:
            self.skipped += 1
            self._ask()
            return None
        self._expected = picture.seq + 1
        self._asked = False
        return picture.frame

    def _ask(self) -> None:
        if not self._asked:
            self._asked = True
            self._on_hungry()
