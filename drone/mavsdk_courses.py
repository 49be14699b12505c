"""Where in its mission a vehicle goes on: resuming and skipping, on the mission that is meant."""

from __future__ import annotations

import asyncio

from drone.mavsdk_commands import Cmd
from drone.mavsdk_missions import Transfers
from drone.mission_items import RawItem, waypoint_seqs
from drone.vehicle_state import VehicleState
from ground_station.core.agent_vehicles import Autopilot
from ground_station.core.errors import Conflict, KestrelError, Unprocessable

SHOWN_WITHIN_S, _LOOK_S = 3.0, 0.05
_RESTARTS = "MIS_RESTART"
# MISSION_STATE: there is none, it was not begun, or it is flown to its end.
_NOT_UNDER_WAY = {1: "there is none", 2: "it was not begun", 5: "it was flown to its end"}


class Courses:
    """Of one vehicle."""

    def __init__(self, transfers: Transfers, state: VehicleState) -> None:
        self._transfers = transfers
        self._state = state
        self._name = state.name

    async def to_resume(self, digest: str, autopilot: Autopilot) -> str:
        """That its mission mode would go on and not begin anew: a note of where.

        Raises:
            Conflict: it is another mission than the one of this digest, none is under way, or the
                autopilot is set to begin anew. And what transfers raise.
        """

        async def known() -> str:
            held, home_first = await self._transfers.meant(digest)
            at = self._under_way()
            if autopilot is Autopilot.ARDUPILOT:
                await self._must_not_restart()
            seqs = waypoint_seqs(held, home_first=home_first)
            number = min(sum(1 for seq in seqs if seq < at) + 1, len(seqs))
            return f"It goes on towards waypoint {number} of {len(seqs)}."

        return await self._transfers.turns.alone(known)

    def _under_way(self) -> int:
        """The item that it had reached. Raises Conflict where no mission is under way."""
        at = self._state.mission_at()
        if at is None:
            raise Conflict(
                f"{self._name} does not say how far its mission is.",
                "Start the mission from its first item, or wait for it to say so.",
            )
        why = _NOT_UNDER_WAY.get(at.mission_state, "" if at.seq > 0 else "it says item 0")
        if why:
            raise Conflict(
                f"{self._name} has no mission under way: {why}.", "Start it from its first item."
            )
        return at.seq

    async def _must_not_restart(self) -> None:
        try:
            restarts = await self._transfers.parameters.get(_RESTARTS)
        except KestrelError as error:
            raise Conflict(
                f"Whether {self._name} would go on or begin anew is not known: {error.message}",
                "Start the mission from its first item, or skip to one after that.",
            ) from error
        if restarts != 0:
            raise Conflict(
                f"{self._name} is set to begin its mission anew ({_RESTARTS} = {restarts}).",
                f"Set {_RESTARTS} to 0 with its own ground station, or start the mission from its "
                "first item.",
            )

    async def skip_to(self, item: int, digest: str) -> str:
        """Make this waypoint the next one; `item` counts from 1. Nothing is begun by it.

        Raises:
            Conflict, Unprocessable: it is another mission, or has no such waypoint. And what
                transfers raise.
        """

        async def chosen() -> str:
            held, home_first = await self._transfers.meant(digest)
            seqs = waypoint_seqs(held, home_first=home_first)
            if item > len(seqs):
                raise Unprocessable(
                    f"{self._name}'s mission has {len(seqs)} waypoints, and no number {item}.",
                    "Give one that it has.",
                )
            first, last = _from(held, seqs[item - 1]), seqs[item - 1]
            await self._transfers.set_current(first)
            return await self._shown(first, last, item)

        return await self._transfers.turns.alone(chosen)

    async def _shown(self, first: int, last: int, item: int) -> str:
        """Whether it says so itself, within a while."""
        for _turn in range(round(SHOWN_WITHIN_S / _LOOK_S)):
            at = self._state.mission_at()
            if at is not None and first <= at.seq <= last:
                return f"Waypoint {item} is the next one."
            await asyncio.sleep(_LOOK_S)
        seq = None if (at := self._state.mission_at()) is None else at.seq
        return (
            f"Accepted, not confirmed: it says that item {seq} of its own count is the next one."
            if seq is not None
            else "Accepted, not confirmed: it does not say which item is the next one."
        )


def _from(held: list[RawItem], seq: int) -> int:
    """Of the change of speed right before a waypoint, if there is one: it belongs to it."""
    before = next((item for item in held if item.seq == seq - 1), None)
    return seq - 1 if before is not None and before.command == Cmd.CHANGE_SPEED else seq
