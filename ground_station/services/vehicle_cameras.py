"""Which source is a vehicle's camera, and where that source is: it follows its vehicle."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final, Protocol

from ground_station.core.bus import Bus
from ground_station.core.clock import Clock
from ground_station.core.fleet import VehicleChanged, VehicleStatus
from ground_station.core.lifecycle import Worker
from ground_station.core.model import SourceKind
from ground_station.services.poses import Poses
from ground_station.services.sources import Sources

FOLLOW_EVERY_S: Final = 1.0
MOVED_M: Final = 2.0  # less is not worth telling every page
TURNED_DEG: Final = 5.0
LOOK_AGAIN_AFTER_S: Final = 1.0  # for a source that was not there
MAX_REMEMBERED: Final = 4096
METRES_PER_DEGREE: Final = 111_320.0  # of latitude


class FleetView(Protocol):
    """What this needs of the fleet."""

    def find(self, vehicle_id: str) -> VehicleStatus | None: ...


@dataclass(frozen=True, slots=True)
class _Found:
    source_id: str | None
    at_s: float


class VehicleCameras:
    """Thread-safe. Its worker moves the sources; scopes and areas hold for where they are now."""

    def __init__(
        self, *, fleet: FleetView, sources: Sources, poses: Poses, bus: Bus, clock: Clock
    ) -> None:
        self._fleet = fleet
        self._sources = sources
        self._poses = poses
        self._clock = clock
        self._events = bus.subscribe(VehicleChanged)
        self._lock = threading.Lock()
        self._found: OrderedDict[tuple[str, str], _Found] = OrderedDict()
        self._stopping = threading.Event()
        self._worker = Worker("vehicle-cameras", self._step)

    def start(self) -> None:
        self._worker.start()

    def stop(self) -> None:
        self._stopping.set()
        self._worker.stop()

    def source_of(self, status: VehicleStatus) -> str | None:
        """The id of the source that its agent says is its camera; None while it has none."""
        key = None if status.report is None else status.report.source_key
        agent_id = status.vehicle.agent_id
        if key is None or agent_id is None:
            return None
        now_s = self._clock.monotonic_s()
        with self._lock:
            found = self._found.get((agent_id, key))
        if found is not None and self._still(found, agent_id, key, now_s):
            return found.source_id
        source_id = next(
            (
                one.source.source_id
                for one in self._sources.of_agent(agent_id)
                if one.source.agent_key == key and one.source.kind is SourceKind.DRONE_CAMERA
            ),
            None,
        )
        with self._lock:
            self._found[agent_id, key] = _Found(source_id, now_s)
            self._found.move_to_end((agent_id, key))
            while len(self._found) > MAX_REMEMBERED:
                self._found.popitem(last=False)
        return source_id

    def follow(self) -> None:
        """Move the sources of the vehicles that changed since the last call."""
        for event in self._events.take_all(0):
            status = self._fleet.find(event.vehicle_id)
            if status is None or status.report is None or status.report.position is None:
                continue  # where it was last known to be, its camera stays
            source_id = self.source_of(status)
            if source_id is not None:
                place = status.report.position
                self._move(source_id, round(place.lat, 7), round(place.lon, 7))

    # --- inside --------------------------------------------------------------------------------

    def _step(self) -> None:
        if not self._stopping.wait(FOLLOW_EVERY_S):
            self.follow()

    def _still(self, found: _Found, agent_id: str, key: str, now_s: float) -> bool:
        if found.source_id is None:
            return now_s - found.at_s < LOOK_AGAIN_AFTER_S
        status = self._sources.find(found.source_id)
        return status is not None and (status.source.agent_id, status.source.agent_key) == (
            agent_id,
            key,
        )

    def _move(self, source_id: str, lat: float, lon: float) -> None:
        status = self._sources.find(source_id)
        if status is None:
            return
        source, heading_deg = status.source, self._heading(source_id)
        if (
            source.lat is not None
            and source.lon is not None
            and _distance_m(source.lat, source.lon, lat, lon) < MOVED_M
            and not _turned(source.heading_deg, heading_deg)
        ):
            return
        self._sources.moved(source_id, lat, lon, heading_deg)

    def _heading(self, source_id: str) -> float | None:
        """Which way the camera looks, while its poses say so."""
        if not self._poses.are_coming(source_id):
            return None
        latest = self._poses.latest(source_id)
        return None if latest is None else round(latest.pose.yaw_deg % 360, 1)


def _distance_m(lat: float, lon: float, to_lat: float, to_lon: float) -> float:
    """Roughly, for places near each other: whether it moved, no more."""
    east = (to_lon - lon) * math.cos(math.radians(lat))
    return math.hypot(to_lat - lat, east) * METRES_PER_DEGREE


def _turned(before: float | None, now: float | None) -> bool:
    if before is None or now is None:
        return before is not now
    return abs((now - before + 180) % 360 - 180) >= TURNED_DEG
