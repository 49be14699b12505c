"""Geofences to one vehicle and back, and that it keeps to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mavsdk.asyncio.plugins.geofence import GeofenceAsync
from mavsdk.asyncio.system import System

from drone.fence_rings import fence_data, read_rings, rings_differ
from drone.mavsdk_parameters import Parameters
from drone.transfer_turns import Turns
from drone.vehicle_state import Now
from ground_station.core.agent_actions import GeofenceRing, UploadGeofence
from ground_station.core.agent_vehicles import Autopilot
from ground_station.core.errors import KestrelError, Unprocessable

_POLYGONS = 4  # the bit of FENCE_TYPE
_NOT_KEPT = "the geofence is not kept to"


@dataclass(frozen=True, slots=True)
class HeldFence:
    """`rings`: None where it would not say, or where they are not of ours; `problem` says why."""

    rings: list[GeofenceRing] | None
    problem: str = ""


class Fences:
    """Of one vehicle."""

    def __init__(self, turns: Turns, system: System, parameters: Parameters, name: str) -> None:
        self._turns = turns
        self._fence = GeofenceAsync(system)
        self._parameters = parameters
        self._name = name
        self._enabled_before: int | None = None  # FENCE_ENABLE before our first fence

    async def upload(self, now: Now, action: UploadGeofence) -> str:
        """A person's; see `VehicleLink.carry_out`."""
        return await self._turns.alone(lambda: self._replace(now, action.rings))

    async def read(self) -> HeldFence:
        """Within a turn. Raises nothing of the link's."""
        try:
            held = await self._turns.done("tell its geofence", self._fence.download_geofence)
        except KestrelError as error:
            return HeldFence(None, f"Its geofence is not known: {error.message}")
        rings, problem = read_rings(held)
        return HeldFence(rings, problem)

    async def _replace(self, now: Now, rings: Sequence[GeofenceRing]) -> str:
        if rings:
            data = fence_data(rings)
            await self._turns.done("take the geofence", lambda: self._fence.upload_geofence(data))
        else:
            await self._turns.done("clear its geofence", self._fence.clear_geofence)
        held = await self._turns.done("tell its geofence", self._fence.download_geofence)
        wrong = rings_differ(rings, held)
        if wrong:
            raise Unprocessable(
                f"{self._name} took the geofence, but {wrong}.", "Do not rely on it; send it again."
            )
        if now.autopilot is not Autopilot.ARDUPILOT:
            return "Read back and the same; the vehicle does at it what its GF_ACTION says."
        return await (self._enforced() if rings else self._enforced_no_more())

    async def _enforced(self) -> str:
        """ArduPilot keeps to a fence only with FENCE_ENABLE = 1, and the polygons' bit of
        FENCE_TYPE. Read back, since a fence that is not kept is worse than none."""
        kinds = await self._parameters.get("FENCE_TYPE")
        if self._enabled_before is None:
            self._enabled_before = await self._parameters.get("FENCE_ENABLE")
        if not kinds & _POLYGONS:
            await self._parameters.set("FENCE_TYPE", kinds | _POLYGONS, _NOT_KEPT)
        await self._parameters.set("FENCE_ENABLE", 1, _NOT_KEPT)
        others = [name for bit, name in ((1, "greatest height"), (2, "circle")) if kinds & bit]
        also = f" It keeps to its own as well: {', '.join(others)}." if others else ""
        return "Read back and the same; it keeps to it." + also

    async def _enforced_no_more(self) -> str:
        """Back to what FENCE_ENABLE was before our first fence; other fences are not ours."""
        if self._enabled_before is None:
            return "It holds no geofence; FENCE_ENABLE is as it was."
        before, self._enabled_before = self._enabled_before, None
        await self._parameters.set("FENCE_ENABLE", before, f"it was {before} before our fence")
        return f"It holds no geofence; FENCE_ENABLE is {before} again."
