"""How high the ground is. Contract; the work is in progress."""

from __future__ import annotations

from typing import Protocol


class Terrain(Protocol):
    """A model of the ground.

    Attributes:
        name: as people read it. training: made up between a few known points; simulation only.
    """

    name: str
    training: bool

    def ground_amsl_m(self, lat: float, lon: float) -> float | None:
        """Height of the ground above mean sea level; None where it is not known."""
        ...
