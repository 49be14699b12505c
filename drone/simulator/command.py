"""One MAVLink command, as COMMAND_LONG, COMMAND_INT or a mission's item brings it."""

from __future__ import annotations

import math
from typing import NamedTuple

from drone.simulator.items import Frame, Item


class Command(NamedTuple):
    """`as_int`: it came as COMMAND_INT, so x and y are degrees * 1e7. `peer`: who sent it (system,
    component)."""

    number: int
    params: tuple[float, float, float, float]
    x: float
    y: float
    z: float
    frame: int = Frame.AMSL
    as_int: bool = False
    peer: tuple[int, int] = (0, 0)

    @property
    def lat(self) -> float:
        return self.x * 1e-7 if self.as_int else self.x

    @property
    def lon(self) -> float:
        return self.y * 1e-7 if self.as_int else self.y

    @property
    def finite(self) -> bool:
        """Whether all of its numbers are."""
        return all(map(math.isfinite, (*self.params, self.x, self.y, self.z)))

    @classmethod
    def of(cls, item: Item) -> Command:
        """A mission's item that does not fly."""
        return cls(item.command, item.params, item.x, item.y, item.z, item.frame, as_int=True)
