"""Rally points to one vehicle and back: where it may return to instead of home."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mavsdk.asyncio.plugins.mission_raw import MissionRawAsync
from mavsdk.asyncio.system import System
from mavsdk.plugins.mission_raw import MissionItem, MissionRawError, MissionRawResult

from drone.mavsdk_commands import Cmd, Commands
from drone.mission_items import PLACE_OFF, RELATIVE, RELATIVE_INT, SAME_FRAME, Home
from drone.moves import FARTHEST_GO_TO_M, metres_between
from drone.transfer_turns import Turns
from ground_station.core.agent_actions import MAX_RALLY_POINTS, RallyPoint, UploadRally
from ground_station.core.errors import KestrelError, Unprocessable

RALLY = 2  # MAV_MISSION_TYPE
_HEIGHT_OFF_M = 0.51  # ArduPilot keeps whole metres, which is what is sent


@dataclass(frozen=True, slots=True)
class HeldRally:
    """`points`: None where it would not say, or where they are not of ours; `problem` says why."""

    points: list[RallyPoint] | None
    problem: str = ""


class Rally:
    """Of one vehicle."""

    def __init__(self, turns: Turns, system: System, commands: Commands, name: str) -> None:
        self._turns = turns
        self._mission = MissionRawAsync(system)
        self._commands = commands
        self._name = name

    async def upload(self, action: UploadRally, home: Home) -> str:
        """A person's; see `VehicleLink.carry_out`."""
        for number, point in enumerate(action.points, 1):
            metres = metres_between(home[0], home[1], point.lat, point.lon)
            if not metres <= FARTHEST_GO_TO_M:
                raise Unprocessable(
                    f"Rally point {number} is {metres / 1000:.0f} km from {self._name}'s home; "
                    f"{FARTHEST_GO_TO_M / 1000:.0f} km are the most.",
                    "Was the place meant?",
                )
        return await self._turns.alone(lambda: self._replace(action.points))

    async def read(self) -> HeldRally:
        """Within a turn. Raises nothing of the link's."""
        try:
            held = await self._turns.done("tell its rally points", self._downloaded)
        except KestrelError as error:
            return HeldRally(None, f"Its rally points are not known: {error.message}")
        return _read(held)

    async def _replace(self, points: Sequence[RallyPoint]) -> str:
        if points:
            items = [_item(seq, point) for seq, point in enumerate(points)]
            await self._turns.done(
                "take the rally points", lambda: self._mission.upload_rally_points(items)
            )
        else:  # MAVSDK has no way to send none
            await self._commands.tell("MISSION_CLEAR_ALL", {"mission_type": RALLY})
        held = await self.read()
        if held.points is None:
            raise Unprocessable(
                f"Whether {self._name} holds the rally points is not known. {held.problem}",
                "Read what it holds, or send them again.",
            )
        wrong = _differ(points, held.points)
        if wrong:
            raise Unprocessable(
                f"{self._name} took the rally points, but {wrong}.",
                "Do not rely on them; send them again.",
            )
        return (
            f"{len(points)} rally points, read back and the same." if points else "It holds none."
        )

    async def _downloaded(self) -> list[MissionItem]:
        try:
            return list(await self._mission.download_rallypoints())
        except MissionRawError as error:
            if error.result is MissionRawResult.NO_MISSION_AVAILABLE:
                return []
            raise


def _item(seq: int, point: RallyPoint) -> MissionItem:
    """Heights in whole metres: ArduPilot keeps no parts of one."""
    x, y = round(point.lat * 1e7), round(point.lon * 1e7)
    height_m = float(round(point.height_home_m))
    return MissionItem(
        seq, RELATIVE_INT, Cmd.RALLY_POINT, int(seq == 0), 1, 0, 0, 0, 0, x, y, height_m, RALLY
    )


def _read(held: Sequence[MissionItem]) -> HeldRally:
    if len(held) > MAX_RALLY_POINTS:
        return HeldRally(
            None, f"It holds {len(held)} rally points; {MAX_RALLY_POINTS} can be told."
        )
    points = []
    for number, item in enumerate(held, 1):
        ours = item.command == Cmd.RALLY_POINT
        ours = ours and SAME_FRAME.get(item.frame, item.frame) == RELATIVE
        ours = ours and abs(item.x) <= 900_000_000 and abs(item.y) <= 1_800_000_000
        if not ours or not 0 <= item.z <= 500:
            return HeldRally(
                None,
                f"Rally point {number} is none of ours (command {item.command}, frame "
                f"{item.frame}, {item.z:g} m).",
            )
        points.append(RallyPoint(item.x / 1e7, item.y / 1e7, float(item.z)))
    return HeldRally(points)


def _differ(sent: Sequence[RallyPoint], held: Sequence[RallyPoint]) -> str:
    """Where what the vehicle holds is not this, as a sentence's end; "" where it is."""
    if len(sent) != len(held):
        return f"it holds {len(held)} of {len(sent)}"
    for number, (ours, theirs) in enumerate(zip(sent, held, strict=True), 1):
        off = max(abs(ours.lat - theirs.lat), abs(ours.lon - theirs.lon)) * 1e7
        if round(off) > PLACE_OFF:
            return f"number {number} is elsewhere"
        if not abs(ours.height_home_m - theirs.height_home_m) <= _HEIGHT_OFF_M:
            return f"number {number} has another height"
    return ""
