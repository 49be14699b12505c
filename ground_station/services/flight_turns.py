"""The number of each vehicle's turn: what was commanded before a later word is void.

Each time that a vehicle is told to stop or changes hands it gets the next number. An agent carries
out nothing of a lower one than it has seen: whatever is between two checks here, or on its way.
"""

from __future__ import annotations

import threading

from ground_station.core.agent_vehicles import Turn
from ground_station.core.ids import new_id


class Turns:
    """Thread-safe. One count for all vehicles: one that is registered anew, with an agent that
    remembers it, begins above what it had before."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._start_id = new_id()
        self._last = 0
        self._by_vehicle: dict[str, int] = {}

    def of(self, vehicle_id: str) -> Turn:
        """Its turn now."""
        with self._lock:
            return Turn(self._start_id, self._by_vehicle.setdefault(vehicle_id, self._last))

    def next(self, vehicle_id: str) -> Turn:
        """A new one, which makes void what was sent with those before."""
        with self._lock:
            self._last += 1
            self._by_vehicle[vehicle_id] = self._last
            return Turn(self._start_id, self._last)
