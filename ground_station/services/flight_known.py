"""What went through this station to each vehicle: its mission with the permissions it was given,
its fence and its rally points. In memory: after a restart nothing is known, which is said.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from ground_station.core.agent_actions import (
    Action,
    UploadGeofence,
    UploadMission,
    UploadRally,
    mission_digest,
)
from ground_station.core.fleet import VehicleStatus

MAX_VEHICLES: Final = 1000  # as the fleet


@dataclass(frozen=True, slots=True)
class Uploaded:
    """The last that a vehicle took of each; None: none since the station was started, or one is
    under way, or nobody knows whether it took it.

    Attributes:
        permissions: by zone id, of the mission.
    """

    mission: UploadMission | None = None
    permissions: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    fence: UploadGeofence | None = None
    rally: UploadRally | None = None


NOTHING: Final = Uploaded()


class KnownUploads:
    """Thread-safe; the vehicle that was written of longest ago goes first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_vehicle: dict[str, Uploaded] = {}

    def of(self, vehicle_id: str) -> Uploaded:
        with self._lock:
            return self._by_vehicle.get(vehicle_id, NOTHING)

    def sending(self, vehicle_id: str, action: Action) -> None:
        """An upload goes out: what it holds is not known until it answers."""
        match action:
            case UploadMission():
                self._change(vehicle_id, mission=None, permissions=MappingProxyType({}))
            case UploadGeofence():
                self._change(vehicle_id, fence=None)
            case UploadRally():
                self._change(vehicle_id, rally=None)

    def took(self, vehicle_id: str, action: Action, permissions: Mapping[str, str]) -> None:
        """It was read back and is the same."""
        match action:
            case UploadMission():
                self._change(vehicle_id, mission=action, permissions=dict(permissions))
            case UploadGeofence():
                self._change(vehicle_id, fence=action)
            case UploadRally():
                self._change(vehicle_id, rally=action)

    def held_mission(self, status: VehicleStatus) -> tuple[UploadMission | None, dict[str, str]]:
        """The mission that the vehicle holds, if it is the one that went through here, as its agent
        read it back; and its permissions."""
        kept = self.of(status.vehicle.vehicle_id)
        held = None if status.report is None else status.report.mission
        if kept.mission is None or held is None:
            return None, {}
        digest = mission_digest(kept.mission)
        if not digest or held.digest != digest:
            return None, {}
        return kept.mission, dict(kept.permissions)

    def _change(self, vehicle_id: str, **changes: object) -> None:
        with self._lock:
            before = self._by_vehicle.pop(vehicle_id, NOTHING)
            self._by_vehicle[vehicle_id] = replace(before, **changes)  # type: ignore[arg-type]
            while len(self._by_vehicle) > MAX_VEHICLES:
                del self._by_vehicle[next(iter(self._by_vehicle))]
