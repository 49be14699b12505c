"""What is written down of a flight command: who, what, with which permissions, what came of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import msgspec

from ground_station.core.agent_actions import (
    Action,
    Arm,
    Disarm,
    GoTo,
    Hold,
    Land,
    Return,
    StartMission,
    TakeOff,
    UploadGeofence,
    UploadMission,
    mission_digest,
)
from ground_station.core.agent_durable import one_line
from ground_station.core.audit import Act, AuditEntry, Detail
from ground_station.core.authority import Principal
from ground_station.core.fleet import VehicleStatus
from ground_station.services.audit import by

POINTS_RECORDED: Final = 100  # of a mission; the digest is of all of it
MAX_SAID: Final = 500
WORDS: Final[Mapping[type[Action], str]] = MappingProxyType(
    {
        Arm: "arm",
        Disarm: "disarm",
        TakeOff: "take_off",
        GoTo: "go_to",
        Hold: "hold",
        Return: "return",
        Land: "land",
        UploadMission: "upload_mission",
        StartMission: "start_mission",
        UploadGeofence: "upload_geofence",
    }
)


@dataclass(frozen=True, slots=True)
class Flight:
    """One command on its way."""

    who: Principal
    status: VehicleStatus
    action: Action
    command_id: str

    @property
    def word(self) -> str:
        """The action as records and people name it."""
        return WORDS[type(self.action)]


def commanded(flight: Flight, permissions: Mapping[str, str]) -> AuditEntry:
    """That it is given. `permissions`: by zone id."""
    details: dict[str, Detail] = {
        "command": flight.command_id,
        "action": flight.word,
        "name": flight.status.vehicle.name,
        **_parameters(flight.action),
    }
    if permissions:
        details["permissions"] = dict(permissions)
    return by(
        flight.who, Act.FLIGHT_COMMANDED, "vehicle", flight.status.vehicle.vehicle_id, **details
    )


def answered(flight: Flight, result: str, note: str, took_ms: int) -> AuditEntry:
    """What came of it. `result`: "done", or the code of the error that it ended with."""
    return by(
        flight.who,
        Act.FLIGHT_ANSWERED,
        "vehicle",
        flight.status.vehicle.vehicle_id,
        command=flight.command_id,
        action=flight.word,
        result=result,
        said=one_line(note)[:MAX_SAID],
        took_ms=took_ms,
    )


def _parameters(action: Action) -> dict[str, Detail]:
    """What it says beside its name, without floats."""
    if isinstance(action, GoTo):
        found: dict[str, Detail] = {
            "lat": f"{action.lat:.7f}",
            "lon": f"{action.lon:.7f}",
            "alt_amsl_m": f"{action.alt_amsl_m:.1f}",
        }
        return found | ({"speed_mps": f"{action.speed_mps:.1f}"} if action.speed_mps else {})
    if isinstance(action, TakeOff):
        return {"height_home_m": f"{action.height_home_m:.1f}"}
    if isinstance(action, StartMission):
        return {"mission_sha256": action.digest} if action.digest else {}
    if isinstance(action, UploadMission):
        points = [
            f"{item.lat:.7f} {item.lon:.7f} {item.height_m:.1f} {item.datum.value}"
            for item in action.items[:POINTS_RECORDED]
        ]
        return {
            "items": len(action.items),
            "return_at_end": action.return_at_end,
            "points": points,
            "sha256": mission_digest(action),
        }
    if isinstance(action, UploadGeofence):
        digest = hashlib.sha256(msgspec.json.encode(action)).hexdigest()
        return {"rings": len(action.rings), "sha256": digest}
    return {}
