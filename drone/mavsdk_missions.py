"""Missions and geofences to one vehicle and back: one transfer at a time, each read back.

Two at once are refused (BUSY) or, a mission's and a fence's, mixed up without a word. MAVSDK's
`mission` plugin is not used: with ArduPilot it loses the first waypoint."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from mavsdk.asyncio.plugins.geofence import GeofenceAsync
from mavsdk.asyncio.plugins.mission_raw import MissionRawAsync
from mavsdk.asyncio.plugins.param import ParamAsync
from mavsdk.asyncio.system import System
from mavsdk.plugins.geofence import GeofenceError
from mavsdk.plugins.mission_raw import MissionItem, MissionRawError, MissionRawResult
from mavsdk.plugins.param import ParamError

from drone.fence_rings import fence_data, rings_differ
from drone.mavsdk_actions import FARTHEST_GO_TO_M, metres_between
from drone.mavsdk_commands import Commands
from drone.mavsdk_instance import Instance
from drone.mission_items import RawItem, difference, fingerprint, raw_items, waypoint_seqs
from drone.vehicle_state import Now, VehicleState
from ground_station.core.agent_actions import (
    GeofenceRing,
    UploadGeofence,
    UploadMission,
    mission_digest,
)
from ground_station.core.agent_vehicles import Autopilot, FlightMode
from ground_station.core.errors import Conflict, KestrelError, TimedOut, Unavailable, Unprocessable

T = TypeVar("T")
_POLYGONS = 4  # the bit of FENCE_TYPE
_LOST = ("TIMEOUT", "CONNECTION_ERROR", "NO_SYSTEM")


@dataclass(frozen=True, slots=True)
class _Verified:
    """An upload that was read back and was the same: what it is called, and what was read."""

    digest: str
    items: tuple[str, ...]


class Transfers:
    """Of one vehicle. A person's transfer waits for one of ours (seconds), never for another
    person's: that is Conflict at once."""

    def __init__(
        self, instance: Instance, system: System, commands: Commands, state: VehicleState
    ) -> None:
        self._instance = instance
        self._mission = MissionRawAsync(system)
        self._fence = GeofenceAsync(system)
        self._params = ParamAsync(system)
        self._commands = commands
        self._state = state
        self._name = state.name
        self._lock = asyncio.Lock()
        self._by_person = False
        self.held: int | None = None  # items, without home, when they were last read
        self._verified: _Verified | None = None
        self._fence_was: int | None = None  # FENCE_ENABLE before our first fence

    # --- one at a time --------------------------------------------------------------------------

    async def _alone(self, make: Callable[[], Awaitable[T]]) -> T:
        """A person's transfer. Its own task: whoever stops waiting leaves it running in MAVSDK, so
        the next one must still be refused."""
        if self._by_person:
            raise Conflict(
                f"Another transfer to {self._name} is under way.", "Wait until it has ended."
            )
        self._by_person = True
        task: asyncio.Task[T] = asyncio.get_running_loop().create_task(self._locked(make))
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    @property
    def under_way(self) -> bool:
        """Whether a person's transfer is."""
        return self._by_person

    async def _locked(self, make: Callable[[], Awaitable[T]]) -> T:
        async with self._lock:
            return await make()

    def _ended(self, task: asyncio.Task[T]) -> None:
        self._by_person = False
        if not task.cancelled():
            task.exception()

    async def _done(self, what: str, make: Callable[[], Awaitable[T]]) -> T:
        began_s = self._commands.now_s()
        try:
            return await self._instance.call(make)
        except (MissionRawError, GeofenceError, ParamError) as error:
            raise await self._failed(what, error.result.name, began_s) from error

    async def _failed(self, what: str, result: str, began_s: float) -> KestrelError:
        if result == "TIMEOUT":
            return TimedOut(
                f"{self._name} stopped answering; it was to {what}. What it holds is not known.",
                "Try again once its link is good.",
            )
        if result in _LOST:
            return Unavailable(
                f"Nothing can be sent to {self._name} ({result}).",
                "Check the radio or the network between agent and vehicle.",
            )
        said = await self._commands.words(began_s)
        reason = result.lower().replace("_", " ") + (f" ({said})" if said else "")
        return Unprocessable(
            f"{self._name} refused to {what}: {reason}.", "Make it shorter, or change it."
        )

    # --- missions -------------------------------------------------------------------------------

    async def learn_mission(self) -> None:
        """Ours: which waypoints the vehicle holds. Raises what a download raises."""
        if self._by_person:
            return  # that one ends with the same knowledge
        async with self._lock:
            await self._download(Autopilot.ARDUPILOT is self._kind())

    def _kind(self) -> Autopilot:
        return self._state.now(self._commands.now_s()).autopilot

    async def _download(self, home_first: bool) -> list[RawItem]:
        held = await self._done("tell its mission", self._downloaded)
        raw = [_from_mavsdk(item) for item in held]
        self._holds(raw, home_first)
        return raw

    def _holds(self, raw: Sequence[RawItem], home_first: bool) -> str:
        """Note what was read; the digest of the upload that it is, "" where it is none of ours."""
        self.held = len(raw) - (1 if home_first and raw else 0)
        ours = self._verified
        same = ours is not None and ours.items == fingerprint(raw, home_first=home_first)
        digest = ours.digest if ours is not None and same else ""
        self._state.holds_mission(
            waypoint_seqs(raw, home_first=home_first), digest=digest, total=self.held
        )
        return digest

    async def _downloaded(self) -> list[MissionItem]:
        try:
            return list(await self._mission.download_mission())
        except MissionRawError as error:
            if error.result is MissionRawResult.NO_MISSION_AVAILABLE:
                return []
            raise

    async def upload_mission(self, now: Now, action: UploadMission) -> str:
        if now.armed and now.mode is FlightMode.MISSION:
            raise Conflict(f"{self._name} is flying a mission.", "Hold it first.")
        home = self._home_of(now)
        self._near_enough(action, home)
        return await self._alone(lambda: self._replace_mission(now, action, home))

    def _home_of(self, now: Now) -> tuple[float, float, float]:
        """Raises Conflict where neither home nor a position is known."""
        known = now.home or now.position
        if known is None:
            raise Conflict(
                f"It is not known where {self._name} is.", "Wait for its position, then try again."
            )
        return known.lat, known.lon, known.alt_amsl_m

    def _near_enough(self, action: UploadMission, home: tuple[float, float, float]) -> None:
        for number, item in enumerate(action.items, 1):
            metres = metres_between(home[0], home[1], item.lat, item.lon)
            if not metres <= FARTHEST_GO_TO_M:
                raise Unprocessable(
                    f"Item {number} is {metres / 1000:.0f} km from {self._name}'s home; "
                    f"{FARTHEST_GO_TO_M / 1000:.0f} km are the most.",
                    "Was the place meant?",
                )

    async def _replace_mission(
        self, now: Now, action: UploadMission, home: tuple[float, float, float]
    ) -> str:
        home_first = now.autopilot is Autopilot.ARDUPILOT
        self._state.holds_mission(None)
        self._verified = None
        if not action.items:
            return await self._clear_mission(home_first)
        sent = raw_items(
            action.items,
            return_at_end=action.return_at_end,
            home=home if home_first else None,
        )
        await self._done(
            "take the mission", lambda: self._mission.upload_mission([_to_mavsdk(i) for i in sent])
        )
        held = await self._download(home_first)
        wrong = difference(sent, held, home_first=home_first)
        if wrong:
            self._state.holds_mission(None)
            raise Unprocessable(
                f"{self._name} took the mission, but {wrong}. It must not be flown.",
                "Send it again, or clear it.",
            )
        read = fingerprint(held, home_first=home_first)
        self._verified = _Verified(mission_digest(action), read)
        self._holds(held, home_first)
        return f"{len(action.items)} waypoints, read back and the same."

    async def _clear_mission(self, home_first: bool) -> str:
        await self._done("clear its mission", self._mission.clear_mission)
        held = await self._download(home_first)
        if len(held) > (1 if home_first else 0):
            raise Unprocessable(
                f"{self._name} was told to clear its mission, and still holds {len(held)} items.",
                "Try again.",
            )
        return "It holds no mission."

    async def from_first(self, digest: str) -> None:
        """Begin at the first item. Raises Conflict where there is none, or where what the vehicle
        holds is not the upload of this digest ("": whatever it holds)."""

        async def chosen() -> None:
            home_first = self._kind() is Autopilot.ARDUPILOT
            # Asked again: another ground station may have sent one, and none must be guessed.
            held = await self._download(home_first)
            if not waypoint_seqs(held, home_first=home_first):
                raise Conflict(f"{self._name} holds no mission.", "Send it one first.")
            if digest and self._holds(held, home_first) != digest:
                raise Conflict(
                    f"{self._name} holds another mission than the one that is to be started: "
                    "another ground station may have sent it, or this agent was started again.",
                    "Upload the mission again.",
                )
            first = 1 if home_first else 0
            await self._done(
                "begin with the first item",
                lambda: self._mission.set_current_mission_item(first),
            )

        await self._alone(chosen)

    # --- geofence -------------------------------------------------------------------------------

    async def upload_geofence(self, now: Now, action: UploadGeofence) -> str:
        return await self._alone(lambda: self._replace_fence(now, action.rings))

    async def _replace_fence(self, now: Now, rings: Sequence[GeofenceRing]) -> str:
        if rings:
            data = fence_data(rings)
            await self._done("take the geofence", lambda: self._fence.upload_geofence(data))
        else:
            await self._done("clear its geofence", self._fence.clear_geofence)
        held = await self._done("tell its geofence", self._fence.download_geofence)
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
        kinds = await self._param("FENCE_TYPE")
        if self._fence_was is None:
            self._fence_was = await self._param("FENCE_ENABLE")
        if not kinds & _POLYGONS:
            await self._set("FENCE_TYPE", kinds | _POLYGONS)
        await self._set("FENCE_ENABLE", 1)
        others = [name for bit, name in ((1, "greatest height"), (2, "circle")) if kinds & bit]
        also = f" It keeps to its own as well: {', '.join(others)}." if others else ""
        return "Read back and the same; it keeps to it." + also

    async def _enforced_no_more(self) -> str:
        """Back to what FENCE_ENABLE was before our first fence; other fences are not ours."""
        if self._fence_was is None:
            return "It holds no geofence; FENCE_ENABLE is as it was."
        before, self._fence_was = self._fence_was, None
        await self._set("FENCE_ENABLE", before)
        return f"It holds no geofence; FENCE_ENABLE is {before} again."

    async def _param(self, name: str) -> int:
        value = await self._done(f"tell {name}", lambda: self._params.get_param_int(name))
        return int(value)

    async def _set(self, name: str, value: int) -> None:
        await self._done(f"set {name}", lambda: self._params.set_param_int(name, value))
        if await self._param(name) != value:
            raise Unprocessable(
                f"{self._name} did not keep {name} = {value}; the geofence is not kept to.",
                "Set it with its own ground station.",
            )


def _to_mavsdk(item: RawItem) -> MissionItem:
    return MissionItem(
        item.seq,
        item.frame,
        item.command,
        item.current,
        1,
        *item.params,
        item.x,
        item.y,
        float(item.z),
        0,
    )


def _from_mavsdk(item: MissionItem) -> RawItem:
    params = (item.param1, item.param2, item.param3, item.param4)
    return RawItem(item.seq, item.frame, item.command, params, item.x, item.y, item.z, item.current)
