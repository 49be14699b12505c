"""The newest of each group of telemetry, and how old it is. Not thread-safe: `VehicleState` holds
its lock around all of it."""

from __future__ import annotations

from typing import Generic, TypeVar

import msgspec

_MAX_AGE_MS = 10**9
Reading = TypeVar("Reading", bound=msgspec.Struct)


def age_ms(seconds: float) -> int:
    return min(max(round(seconds * 1000), 0), _MAX_AGE_MS)


class Slot(Generic[Reading]):
    """The newest of one group; `at_s` is when its message arrived."""

    __slots__ = ("at_s", "reading")

    def __init__(self) -> None:
        self.reading: Reading | None = None
        self.at_s = 0.0

    def put(self, reading: Reading | None, at_s: float) -> None:
        """None leaves what was there, which grows old."""
        if reading is not None:
            self.reading, self.at_s = reading, at_s

    def aged(self, now_s: float) -> Reading | None:
        if self.reading is None:
            return None
        return msgspec.structs.replace(self.reading, age_ms=age_ms(now_s - self.at_s))

    def young(self, now_s: float, at_most_s: float) -> Reading | None:
        """What was put no longer ago than that."""
        return self.reading if now_s - self.at_s <= at_most_s else None
