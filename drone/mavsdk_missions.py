"""Missions to one vehicle and back, each read back; and what it holds in all.

MAVSDK's `mission` plugin is not used: with ArduPilot it loses the first waypoint."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from mavsdk.asyncio.plugins.mission_raw import MissionRawAsync
from mavsdk.asyncio.system import System
from mavsdk.plugins.mission_raw import MissionItem, MissionRawError, MissionRawResult

from drone.mavsdk_commands import Commands
from drone.mavsdk_fences import Fences
from drone.mavsdk_instance import Instance
from drone.mavsdk_parameters import Parameters
from drone.mavsdk_rally import Rally
from drone.mission_items import Home, RawItem, difference, fingerprint, raw_items, waypoint_seqs
from drone.mission_reading import read_mission
from drone.moves import FARTHEST_GO_TO_M, metres_between
from drone.transfer_turns import Turns
from drone.vehicle_state import Now, VehicleState
from ground_station.core.agent_actions import (
    UploadGeofence,
    UploadMission,
    UploadRally,
    mission_digest,
)
from ground_station.core.agent_facts import Held
from ground_station.core.agent_vehicles import Autopilot, FlightMode, VehicleLinkState
from ground_station.core.errors import Conflict, KestrelError, Unprocessable

# After an upload that was cut, an autopilot tells nobody its mission until it has given up itself.
READ_TRIES, READ_AGAIN_S = 5, 2.5
_MOST_LINE = 300


@dataclass(frozen=True, slots=True)
class _Verified:
    """An upload that was read back and was the same: what it is called, and what was read."""

    digest: str
    items: tuple[str, ...]


class Transfers:
    """Of one vehicle; see `Turns` for who waits for whom.

    Attributes:
        held: items, without home, when they were last read.
    """

    def __init__(
        self, instance: Instance, system: System, commands: Commands, state: VehicleState
    ) -> None:
        self._mission = MissionRawAsync(system)
        self._commands = commands
        self._state = state
        self._name = state.name
        self._turns = Turns(instance, commands, state.name)
        self.parameters = Parameters(self._turns, system, state.name)
        self._fences = Fences(self._turns, system, self.parameters, state.name)
        self._rally = Rally(self._turns, system, commands, state.name)
        self.held: int | None = None
        self._read: tuple[str, ...] | None = None  # what was last read of it
        self._verified: _Verified | None = None

    @property
    def under_way(self) -> bool:
        """Whether a person's transfer is."""
        return self._turns.under_way

    @property
    def turns(self) -> Turns:
        return self._turns

    # --- fence and rally points -----------------------------------------------------------------

    async def upload_geofence(self, now: Now, action: UploadGeofence) -> str:
        return await self._fences.upload(now, action)

    async def upload_rally(self, now: Now, action: UploadRally) -> str:
        return await self._rally.upload(action, self._home_of(now))

    # --- all of it ------------------------------------------------------------------------------

    async def read_held(self, now: Now) -> Held:
        """Mission, fence and rally points, one after the other. Raises Conflict, and what the
        mission's download raises; of the others what is not known is said."""
        return await self._turns.alone(lambda: self._read_all(now))

    async def _read_all(self, now: Now) -> Held:
        home_first = self._home_first()
        raw = await self._download(home_first)
        known = self._digest_of(raw, home_first)
        home = None if now.home is None else (now.home.lat, now.home.lon, now.home.alt_amsl_m)
        told = read_mission(raw, home=home, home_first=home_first)
        fence = await self._fences.read()
        rally = await self._rally.read()
        problem = " ".join(text for text in (fence.problem, rally.problem) if text)
        return Held(
            items=told.mission.items,
            return_at_end=told.mission.return_at_end,
            land_at_end=told.mission.land_at_end,
            foreign=[sentence[:_MOST_LINE] for sentence in told.foreign],
            digest=known or ("" if told.foreign else mission_digest(told.mission)),
            rings=fence.rings or [],
            fence_known=fence.rings is not None,
            rally=rally.points or [],
            rally_known=rally.points is not None,
            problem=problem[:_MOST_LINE],
        )

    # --- missions -------------------------------------------------------------------------------

    async def learn_mission(self) -> None:
        """Ours: which waypoints the vehicle holds. Raises what a download raises."""
        if self._turns.under_way:
            return  # that one ends with the same knowledge
        await self._turns.ours(lambda: self._download(self._home_first()))

    def _home_first(self) -> bool:
        now = self._state.now(self._commands.now_s())
        return now.autopilot is Autopilot.ARDUPILOT

    async def _download(self, home_first: bool) -> list[RawItem]:
        held = await self._turns.done("tell its mission", self._downloaded)
        raw = [_from_mavsdk(item) for item in held]
        self._holds(raw, home_first)
        return raw

    def _holds(self, raw: Sequence[RawItem], home_first: bool) -> str:
        """Note what was read; the digest of the upload that it is, "" where it is none of ours."""
        self.held = len(raw) - (1 if home_first and raw else 0)
        self._read = fingerprint(raw, home_first=home_first)
        digest = self._digest_of(raw, home_first)
        self._state.holds_mission(
            waypoint_seqs(raw, home_first=home_first), digest=digest, total=self.held
        )
        return digest

    def _digest_of(self, raw: Sequence[RawItem], home_first: bool) -> str:
        ours = self._verified
        same = ours is not None and ours.items == fingerprint(raw, home_first=home_first)
        return ours.digest if ours is not None and same else ""

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
        return await self._turns.alone(lambda: self._replace_mission(action, home))

    def _home_of(self, now: Now) -> Home:
        """Raises Conflict where neither home nor a position is known."""
        known = now.home or now.position
        if known is None:
            raise Conflict(
                f"It is not known where {self._name} is.", "Wait for its position, then try again."
            )
        return known.lat, known.lon, known.alt_amsl_m

    def _near_enough(self, action: UploadMission, home: Home) -> None:
        for number, item in enumerate(action.items, 1):
            metres = metres_between(home[0], home[1], item.lat, item.lon)
            if not metres <= FARTHEST_GO_TO_M:
                raise Unprocessable(
                    f"Item {number} is {metres / 1000:.0f} km from {self._name}'s home; "
                    f"{FARTHEST_GO_TO_M / 1000:.0f} km are the most.",
                    "Was the place meant?",
                )

    async def _replace_mission(self, action: UploadMission, home: Home) -> str:
        home_first = self._home_first()
        sent = raw_items(action, home=home, home_first=home_first) if action.items else []
        before, verified = self._read, self._verified
        self._state.holds_mission(None)
        self._verified = None
        if not action.items:
            return await self._clear_mission(home_first)
        items = [_to_mavsdk(item) for item in sent]
        try:
            await self._turns.done(
                "take the mission", lambda: self._mission.upload_mission(items), left=""
            )
        except KestrelError as error:
            self._verified = verified  # counts only if it is still what is read
            left = await self._what_is_left(before, home_first)
            raise type(error)(f"{error.message} {left}", error.remedy) from error
        held = await self._download(home_first)
        wrong = difference(sent, held, home_first=home_first)
        if wrong:
            raise Unprocessable(
                f"{self._name} took the mission, but {wrong}. It must not be flown.",
                "Send it again, or clear it.",
            )
        read = fingerprint(held, home_first=home_first)
        self._verified = _Verified(mission_digest(action), read)
        self._holds(held, home_first)
        return f"{len(action.items)} waypoints, read back and the same."

    async def _what_is_left(self, before: tuple[str, ...] | None, home_first: bool) -> str:
        """After an upload that failed, in a sentence: ArduPilot writes items over the old ones as
        they come, so it may hold some of each."""
        for turn in range(READ_TRIES):
            if turn:
                await asyncio.sleep(READ_AGAIN_S)
            if self._state.now(self._commands.now_s()).link is not VehicleLinkState.CONNECTED:
                break
            try:
                raw = await self._download(home_first)
            except KestrelError:
                continue
            if before is not None and fingerprint(raw, home_first=home_first) == before:
                return "It still holds what it held before."
            count = max(len(raw) - (1 if home_first else 0), 0)
            was = "was not known" if before is None else "is not whole any more"
            return (
                f"It holds {count} items now; the mission before {was}. It must not be flown: "
                "send it again, or clear it."
            )
        return "What it holds now is not known; it may be a part of each. It must not be flown."

    async def _clear_mission(self, home_first: bool) -> str:
        await self._turns.done("clear its mission", self._mission.clear_mission)
        held = await self._download(home_first)
        if len(held) > (1 if home_first else 0):
            raise Unprocessable(
                f"{self._name} was told to clear its mission, and still holds {len(held)} items.",
                "Try again.",
            )
        return "It holds no mission."

    async def meant(self, digest: str) -> tuple[list[RawItem], bool]:
        """Within a turn: what it holds, read anew, and whether home is the first of it. Raises
        Conflict where there is no mission, or where it is not the upload of this digest ("":
        whatever it holds)."""
        home_first = self._home_first()
        # Asked again: another ground station may have sent one, and none must be guessed.
        held = await self._download(home_first)
        if not waypoint_seqs(held, home_first=home_first):
            raise Conflict(f"{self._name} holds no mission.", "Send it one first.")
        if digest and self._digest_of(held, home_first) != digest:
            raise Conflict(
                f"{self._name} holds another mission than the one that is to be flown: "
                "another ground station may have sent it, or this agent was started again.",
                "Upload the mission again.",
            )
        return held, home_first

    async def from_first(self, digest: str) -> None:
        """Begin at the first item. Raises what `meant` raises."""

        async def chosen() -> None:
            _held, home_first = await self.meant(digest)
            await self.set_current(1 if home_first else 0)

        await self._turns.alone(chosen)

    async def set_current(self, seq: int) -> None:
        """Within a turn, after `meant`: MAVSDK knows by it how many items there are."""
        await self._turns.done(
            f"begin with item {seq}", lambda: self._mission.set_current_mission_item(seq)
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
