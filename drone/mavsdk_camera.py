"""Camera and gimbal, by the commands that ArduPilot and PX4 have in common. None moves the vehicle
from its way; its nose may turn.

An acknowledgement says little: an ArduCopter without any gimbal accepts a region of interest. So
what was heard of a gimbal or camera is said with it, and how the gimbal stands, where it tells.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from typing import NoReturn

from drone.mavsdk_commands import ACCEPTED, TRY_AGAIN, Cmd, Commands
from drone.moves import metres_between
from drone.vehicle_state import Now, VehicleState
from ground_station.core.agent_actions import (
    PointCamera,
    RecordVideo,
    StopPointing,
    TakePhoto,
    TurnGimbal,
    Zoom,
)
from ground_station.core.agent_facts import VehicleFacts
from ground_station.core.agent_vehicles import Autopilot, GimbalReading, PositionReading
from ground_station.core.errors import Conflict, KestrelError, Unprocessable

CameraAction = PointCamera | StopPointing | TurnGimbal | TakePhoto | RecordVideo | Zoom
CAMERA_ACTIONS = (PointCamera, StopPointing, TurnGimbal, TakePhoto, RecordVideo, Zoom)

TURNED_WITHIN_S, _LOOK_S = 2.0, 0.1
YOUNG_MS = 1500  # of what a gimbal says, to be taken for now
CLOSE_DEG = 3.0
_UNSUPPORTED = 3  # MAV_RESULT
_ROLL_AND_PITCH_LOCK, _YAW_LOCK = 4 + 8, 16  # GIMBAL_MANAGER_FLAGS
_BY_ANGLE = 2.0  # MAV_MOUNT_MODE_MAVLINK_TARGETING
_BY_RANGE = 2.0  # CAMERA_ZOOM_TYPE: a share of its range, in per cent
_STATION, _STATION_COMPONENT = 255.0, 190.0


class Camera:
    """Of one vehicle.

    Args:
        facts: what it is known to carry.
    """

    def __init__(
        self, commands: Commands, state: VehicleState, facts: Callable[[], VehicleFacts]
    ) -> None:
        self._commands = commands
        self._state = state
        self._facts = facts
        self._name = state.name

    async def do(self, now: Now, action: CameraAction) -> str:
        """See `VehicleLink.carry_out`."""
        match action:
            case PointCamera():
                return await self._point(now, action)
            case StopPointing():
                await self._commands.have("stop pointing its camera", Cmd.ROI_NONE)
                return self._about_gimbal("Its camera is not kept on a place any more")
            case TurnGimbal():
                return await self._turn(now, action)
            case TakePhoto():
                return await self._photo()
            case RecordVideo():
                return await self._record(action.on)
            case Zoom():
                return await self._zoom(action.range_fraction)

    # --- gimbal ---------------------------------------------------------------------------------

    async def _point(self, now: Now, action: PointCamera) -> str:
        if not all(map(math.isfinite, (action.lat, action.lon, action.alt_amsl_m))):
            raise Unprocessable("What the camera shall look at is no place.", "Give it in numbers.")
        what, began_s = "keep its camera on that place", self._commands.now_s()
        result = await self._commands.ask_at(
            Cmd.ROI_LOCATION, (0.0, 0.0, 0.0, 0.0), action.lat, action.lon, action.alt_amsl_m
        )
        if result != ACCEPTED:
            raise await self._commands.refusal(what, result, began_s)
        if now.position is None:
            return self._about_gimbal("Accepted")
        return await self._seen_turning(*direction_to(now.position, action))

    async def _turn(self, now: Now, action: TurnGimbal) -> str:
        if now.autopilot is Autopilot.PX4:
            await self._take_control()
        what, began_s = "turn its gimbal", self._commands.now_s()
        yaw_deg = (action.yaw_deg + 180) % 360 - 180
        flags = _ROLL_AND_PITCH_LOCK + (_YAW_LOCK if action.north_locked else 0)
        result = await self._commands.ask(
            Cmd.GIMBAL_PITCHYAW, action.pitch_deg, yaw_deg, math.nan, math.nan, float(flags)
        )
        if result == _UNSUPPORTED:  # of before gimbal protocol v2
            if action.north_locked:
                self._cannot("keep its gimbal to the north; only turn it from its nose")
            result = await self._commands.ask(
                Cmd.MOUNT_CONTROL, action.pitch_deg, 0.0, yaw_deg, 0.0, 0.0, 0.0, _BY_ANGLE
            )
        if result != ACCEPTED:
            raise await self._commands.refusal(what, result, began_s)
        return await self._seen_turning(action.pitch_deg, self._from_north(action))

    async def _take_control(self) -> None:
        """PX4 heeds only who has it; a refusal shows in what comes after."""
        try:
            await self._commands.ask(Cmd.GIMBAL_CONFIGURE, _STATION, _STATION_COMPONENT, -1.0, -1.0)
        except KestrelError:
            return

    def _from_north(self, action: TurnGimbal) -> float | None:
        """Where it shall point, from north; None where the nose is not known."""
        if action.north_locked:
            return action.yaw_deg
        attitude = self._state.report(self._commands.now_s()).attitude
        if attitude is None or attitude.age_ms > YOUNG_MS:
            return None
        return attitude.heading_deg + action.yaw_deg

    async def _seen_turning(self, pitch_deg: float, yaw_deg: float | None) -> str:
        """Where it stands after a while, if it tells. `yaw_deg`: from north."""
        gimbal = self._gimbal()
        if gimbal is None:
            return self._about_gimbal("Accepted")
        for _turn in range(round(TURNED_WITHIN_S / _LOOK_S)):
            gimbal = self._gimbal() or gimbal
            if _there(gimbal, pitch_deg, yaw_deg):
                return f"It looks there: {_where(gimbal.pitch_deg, gimbal.yaw_deg)}."
            await asyncio.sleep(_LOOK_S)
        return (
            f"Accepted; so far its gimbal looks to {_where(gimbal.pitch_deg, gimbal.yaw_deg)}, and "
            f"{_where(pitch_deg, yaw_deg)} is wanted."
        )

    def _gimbal(self) -> GimbalReading | None:
        gimbal = self._state.report(self._commands.now_s()).gimbal
        return gimbal if gimbal is not None and gimbal.age_ms <= YOUNG_MS else None

    def _about_gimbal(self, said: str) -> str:
        if self._facts().gimbal is True:
            return f"{said}; its gimbal does not tell how it stands."
        return f"{said}; nothing shows that it has a gimbal."

    # --- camera ---------------------------------------------------------------------------------

    async def _photo(self) -> str:
        await self._one_of(
            "take a photo",
            (Cmd.IMAGE_CAPTURE, (0.0, 0.0, 1.0)),
            (Cmd.DIGICAM_CONTROL, (0.0, 0.0, 0.0, 0.0, 1.0)),
        )
        return self._about_camera("Accepted")

    async def _record(self, on: bool) -> str:
        command = Cmd.VIDEO_START if on else Cmd.VIDEO_STOP
        await self._one_of("record" if on else "stop recording", (command, ()))
        return self._about_camera("Accepted: it records" if on else "Accepted: it stops recording")

    async def _zoom(self, fraction: float) -> str:
        per_cent = round(fraction * 100, 1)
        await self._one_of("zoom", (Cmd.CAMERA_ZOOM, (_BY_RANGE, per_cent)))
        return self._about_camera(f"Accepted: {per_cent:g} % of its range")

    async def _one_of(self, what: str, *ways: tuple[Cmd, tuple[float, ...]]) -> None:
        """The first of these commands that the autopilot knows. Raises Unprocessable."""
        began_s = self._commands.now_s()
        result = _UNSUPPORTED
        for command, params in ways:
            result = await self._commands.ask(command, *params)
            if result != _UNSUPPORTED:
                break
        if result != ACCEPTED:
            raise await self._commands.refusal(what, result, began_s)

    def _about_camera(self, said: str) -> str:
        if self._facts().camera is True:
            return f"{said}."
        return f"{said}; nothing shows that it has a camera."

    def _cannot(self, what: str) -> NoReturn:
        raise Conflict(f"{self._name} cannot {what}.", TRY_AGAIN)


def direction_to(at: PositionReading, place: PointCamera) -> tuple[float, float]:
    """How far up (positive) a place lies from there and in which direction from north, in degrees,
    on a flat earth."""
    away_m = metres_between(at.lat, at.lon, place.lat, place.lon)
    pitch_deg = math.degrees(math.atan2(place.alt_amsl_m - at.alt_amsl_m, away_m))
    east = ((place.lon - at.lon + 180) % 360 - 180) * math.cos(math.radians(at.lat))
    return pitch_deg, math.degrees(math.atan2(east, place.lat - at.lat)) % 360


def _there(gimbal: GimbalReading, pitch_deg: float, yaw_deg: float | None) -> bool:
    """Straight down every direction is the same."""
    if abs(gimbal.pitch_deg - pitch_deg) > CLOSE_DEG:
        return False
    off = 0.0 if yaw_deg is None else abs((gimbal.yaw_deg - yaw_deg + 180) % 360 - 180)
    return off * math.cos(math.radians(pitch_deg)) <= CLOSE_DEG


def _where(pitch_deg: float, yaw_deg: float | None) -> str:
    """In words."""
    from_north = "" if yaw_deg is None else f", {yaw_deg % 360:.0f}° from north"
    return f"pitch {pitch_deg:.0f}°{from_north}"
