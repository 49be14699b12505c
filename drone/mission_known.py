"""What mission a vehicle is known to hold: by what was read of it, as long as nothing that the
autopilot says speaks for another one. Not thread-safe: `VehicleState` holds its lock."""

from __future__ import annotations

from collections.abc import Sequence

from drone import readings
from drone.slots import age_ms
from ground_station.core.agent_vehicles import MissionReading


class MissionKnown:
    """`seqs`: which of its items are waypoints; None: not known."""

    def __init__(self) -> None:
        self.seqs: tuple[int, ...] | None = None
        self._current: readings.MissionCurrent | None = None
        self._current_s = 0.0
        self._digest = ""
        self._total = 0
        self._id: int | None = None  # the first one told since it was read

    def holds(self, waypoint_seqs: Sequence[int] | None, digest: str, total: int) -> None:
        """What was just read of it; see `VehicleState.holds_mission`."""
        self.seqs = None if waypoint_seqs is None else tuple(waypoint_seqs)
        self._digest, self._total = digest, total
        self._id = None

    def doubt(self) -> None:
        """It may hold another one than before: after a restart, or while the link was lost."""
        self._digest = ""

    def came(self) -> None:
        """Somebody sent one: it is to be read again; of ours that is done anyway."""
        self.seqs, self._digest = None, ""

    def take(self, message: readings.MissionCurrent, at_s: float) -> None:
        self._current, self._current_s = message, at_s
        if self._id is None:
            self._id = message.mission_id
        other = message.total not in (self._total, readings.UNKNOWN_TOTAL)
        if other or message.mission_id != self._id:
            self._digest = ""

    def at(self) -> readings.MissionCurrent | None:
        """What it said last of which item is the next; None: nothing yet."""
        return self._current

    def total(self) -> int | None:
        """Items the autopilot says it holds, without home; None where it does not say."""
        current = self._current
        if current is None or current.total == readings.UNKNOWN_TOTAL:
            return None
        return current.total

    def reading(self, now_s: float) -> MissionReading | None:
        """In waypoints; None until it is known which of the vehicle's items are some."""
        if self._current is None or self.seqs is None:
            return None
        seqs, at = self.seqs, self._current.seq
        reached = sum(1 for seq in seqs if seq < at)
        current = 0 if at == 0 else min(reached + 1, len(seqs))
        age = age_ms(now_s - self._current_s)
        return MissionReading(age, current, len(seqs), self._digest)
