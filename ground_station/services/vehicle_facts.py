"""What agents tell of vehicles that changes seldom: how each behaves when something fails, what it
carries, its fence. Kept as it was told last, with the time; it grows old, and is then no word on
how the vehicle is set now.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ground_station.core.agent_facts import FACTS_INTERVAL_S, Facts, FailsafeEvent, FailsafeRule
from ground_station.core.agent_facts import VehicleFacts as Told
from ground_station.core.clock import Clock
from ground_station.core.fleet import VehicleStatus
from ground_station.core.ports import AgentIdentity

MAX_KEPT: Final = 1000  # as the fleet
OLD_AFTER_S: Final = 3 * FACTS_INTERVAL_S
Key = tuple[str, int]  # agent id, system id


@dataclass(frozen=True, slots=True)
class KnownFacts:
    """Attributes:
    told: in the agent's words. received_at: by the station's clock.
    age_s: since then. current: whether its agent is there and told it lately.
    """

    told: Told
    received_at: datetime
    age_s: float
    current: bool


@dataclass(frozen=True, slots=True)
class _Kept:
    told: Told
    at: datetime
    at_s: float


class VehicleFacts:
    """Thread-safe; holds only memory.

    Args:
        find: a vehicle by its id, as the fleet has it.
    """

    def __init__(self, *, find: Callable[[str], VehicleStatus | None], clock: Clock) -> None:
        self._find = find
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[Key, _Kept] = {}

    # --- from agents; transport threads ----------------------------------------------------------

    def take(self, identity: AgentIdentity, message: Facts) -> None:
        """An agent's word on all its vehicles; it replaces the one before. Only computes."""
        now, now_s = self._clock.now(), self._clock.monotonic_s()
        agent_id = identity.agent_id
        with self._lock:
            for key in [key for key in self._kept if key[0] == agent_id]:
                del self._kept[key]
            for one in message.vehicles[: MAX_KEPT - len(self._kept)]:
                self._kept[agent_id, one.system_id] = _Kept(one, now, now_s)

    def forget_agents(self, agent_ids: frozenset[str]) -> None:
        """Agents were removed, and their vehicles with them."""
        with self._lock:
            for key in [key for key in self._kept if key[0] in agent_ids]:
                del self._kept[key]

    # --- reading ---------------------------------------------------------------------------------

    def of(self, vehicle_id: str) -> KnownFacts | None:
        """What was told of it last; None: nothing since the station was started."""
        status = self._find(vehicle_id)
        if status is None:
            return None
        vehicle = status.vehicle
        if vehicle.agent_id is None or vehicle.system_id is None:
            return None
        with self._lock:
            kept = self._kept.get((vehicle.agent_id, vehicle.system_id))
        if kept is None:
            return None
        age_s = self._clock.monotonic_s() - kept.at_s
        current = status.agent_connected and age_s <= OLD_AFTER_S
        return KnownFacts(kept.told, kept.at, age_s, current)

    def current(self, vehicle_id: str) -> Told | None:
        """As it is now; None where that is not known, or not any more."""
        known = self.of(vehicle_id)
        return known.told if known is not None and known.current else None

    def return_height_m(self, vehicle_id: str) -> float | None:
        """Above home, at which it flies home as it is set now; None: not known."""
        told = self.current(vehicle_id)
        return None if told is None else told.return_height_home_m

    def rule(self, vehicle_id: str, event: FailsafeEvent) -> FailsafeRule | None:
        """What it said it would do, however long ago: in flight nobody sets it anew."""
        known = self.of(vehicle_id)
        if known is None:
            return None
        return next((one for one in known.told.failsafes if one.event is event), None)
