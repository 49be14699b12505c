"""Where moving cameras were and which way they looked, frame by frame, as their agents say."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from ground_station.core.agent_protocol import FrameTime
from ground_station.core.agent_vehicles import CameraPose
from ground_station.core.clock import Clock

MAX_POSES: Final = 512  # of one source: 20 s at 25 frames a second
MAX_SOURCES: Final = 1000
# A timestamp comes round again after 13 hours and begins anywhere in a new session: a pose that was
# heard longer ago than this is of another frame.
POSE_HOLDS_S: Final = 10.0
FRESH_S: Final = 3.0  # without a newer pose for so long, the camera's pose is not known any more
RTP_MODULUS: Final = 2**32


@dataclass(frozen=True, slots=True)
class StampedPose:
    """A pose as it was heard.

    Attributes:
        captured_at: of its frame, by the agent's clock.
        heard_s: on the station's monotonic clock.
    """

    pose: CameraPose
    captured_at: datetime
    heard_s: float


@dataclass(slots=True)
class _Camera:
    by_timestamp: OrderedDict[int, StampedPose] = field(default_factory=OrderedDict)
    newest: StampedPose | None = None


class Poses:
    """The newest poses of each source, bounded in sources and in poses of each. Thread-safe; only
    memory: called from transport threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._cameras: OrderedDict[str, _Camera] = OrderedDict()

    def take(self, source_id: str, times: Sequence[FrameTime]) -> None:
        """What a source's own agent says of its frames; those without a pose are passed over."""
        if all(time.pose is None for time in times):
            return
        heard_s = self._clock.monotonic_s()
        with self._lock:
            camera = self._cameras.get(source_id)
            if camera is None:
                camera = self._cameras[source_id] = _Camera()
            self._cameras.move_to_end(source_id)
            while len(self._cameras) > MAX_SOURCES:
                self._cameras.popitem(last=False)
            for time in times:
                if time.pose is None:
                    continue
                stamped = StampedPose(time.pose, time.captured_at, heard_s)
                camera.by_timestamp.pop(time.rtp_timestamp, None)
                camera.by_timestamp[time.rtp_timestamp] = camera.newest = stamped
            while len(camera.by_timestamp) > MAX_POSES:
                camera.by_timestamp.popitem(last=False)

    def forget(self, source_id: str) -> None:
        """The source was removed."""
        with self._lock:
            self._cameras.pop(source_id, None)

    def at(self, source_id: str, rtp_timestamp: int) -> CameraPose | None:
        """As `stamped`, the pose alone."""
        found = self.stamped(source_id, rtp_timestamp)
        return None if found is None else found.pose

    def stamped(self, source_id: str, rtp_timestamp: int) -> StampedPose | None:
        """The pose of exactly that frame; None where it did not come, never a neighbour's.

        Args:
            rtp_timestamp: the publisher's, unwrapped or as on the wire.
        """
        now_s = self._clock.monotonic_s()
        with self._lock:
            camera = self._cameras.get(source_id)
            if camera is None:
                return None
            found = camera.by_timestamp.get(rtp_timestamp % RTP_MODULUS)
            if found is None or now_s - found.heard_s > POSE_HOLDS_S:
                return None
            return found

    def newest(self, source_id: str) -> tuple[CameraPose, datetime] | None:
        """The last pose that came and when its frame was captured, however long ago that is."""
        found = self.latest(source_id)
        return None if found is None else (found.pose, found.captured_at)

    def latest(self, source_id: str) -> StampedPose | None:
        """As `newest`, with when it was heard."""
        with self._lock:
            camera = self._cameras.get(source_id)
            return None if camera is None else camera.newest

    def are_coming(self, source_id: str) -> bool:
        """Whether the source's newest pose is of now."""
        found = self.latest(source_id)
        return found is not None and self._clock.monotonic_s() - found.heard_s <= FRESH_S

    def all(self) -> list[tuple[str, StampedPose]]:
        """The newest pose of each source."""
        with self._lock:
            return [
                (source_id, camera.newest)
                for source_id, camera in self._cameras.items()
                if camera.newest is not None
            ]
