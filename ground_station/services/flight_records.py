"""What is written down of a flight command: who, what, with which permissions, what came of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import msgspec

from ground_station.core.agent_actions import (
    Action,
    Arm,
    ChangeHeight,
    Disarm,
    GoTo,
    Hold,
    Land,
    Orbit,
    PointCamera,
    RecordVideo,
    ResumeMission,
    Return,
    SetSpeed,
    SkipTo,
    StartMission,
    StopPointing,
    TakeOff,
    TakePhoto,
    TurnGimbal,
    UploadGeofence,
    UploadMission,
    UploadRally,
    UsePayload,
    Zoom,
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
        Orbit: "orbit",
        SetSpeed: "set_speed",
        ChangeHeight: "change_height",
        ResumeMission: "resume_mission",
        SkipTo: "skip_to",
        UploadRally: "upload_rally",
        PointCamera: "point_camera",
        StopPointing: "stop_pointing",
        TurnGimbal: "turn_gimbal",
        TakePhoto: "take_photo",
        RecordVideo: "record_video",
        Zoom: "zoom",
        UsePayload: "use_payload",
    }
)


@dataclass(frozen=True, slots=True)
class Flight:
    """One command on its way. `permissions`: by zone id, what it is given with."""

    who: Principal
    status: VehicleStatus
    action: Action
    command_id: str
    permissions: Mapping[str, str] = field(default_factory=dict)

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
    match action:
        case UploadMission():
            return _of_upload(action)
        case StartMission() | ResumeMission() | SkipTo():
            item: dict[str, Detail] = {"item": action.item} if isinstance(action, SkipTo) else {}
            return item | ({"mission_sha256": action.digest} if action.digest else {})
        case UploadGeofence():
            return {"rings": len(action.rings), "sha256": _sha256(action)}
        case UploadRally():
            return {"points": len(action.points), "sha256": _sha256(action)}
        case UsePayload():  # what a loudspeaker says is said in public, and is part of the record
            level = {} if action.level is None else {"level": f"{action.level:.2f}"}
            return {"payload": action.key, "act": action.act, **level, "text": action.text}
        case _:
            return _numbers(action)


_DIGITS: Final = {"lat": 7, "lon": 7, "range_fraction": 2}


def _numbers(action: Action) -> dict[str, Detail]:
    """Of one whose fields are numbers and truths; what is not asked for is left out."""
    found: dict[str, Detail] = {}
    for name, value in msgspec.structs.asdict(action).items():
        if isinstance(value, bool):
            found[name] = value
        elif isinstance(value, int | float):
            found[name] = f"{value:.{_DIGITS.get(name, 1)}f}"
    return found


def _of_upload(action: UploadMission) -> dict[str, Detail]:
    points = [
        f"{item.lat:.7f} {item.lon:.7f} {item.height_m:.1f} {item.datum.value}"
        for item in action.items[:POINTS_RECORDED]
    ]
    return {
        "items": len(action.items),
        "return_at_end": action.return_at_end,
        "land_at_end": action.land_at_end,
        "points": points,
        "sha256": mission_digest(action),
    }


def _sha256(action: Action) -> str:
    return hashlib.sha256(msgspec.json.encode(action)).hexdigest()
