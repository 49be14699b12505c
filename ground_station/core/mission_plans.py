"""Missions that people keep, and the port to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from geo.missions import Mission


@dataclass(frozen=True, slots=True)
class KeptMission:
    """A plan with a name. `version` grows by one with each change; an older one is refused."""

    record_id: str
    organisation_id: str
    name: str
    mission: Mission
    version: int
    made_by: str
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True)
class MissionLine:
    """A kept mission in a list, without its plan. `items`: how many waypoints it has."""

    record_id: str
    name: str
    version: int
    items: int
    changed_at: datetime
    changed_by: str


class MissionRepository(Protocol):
    """Thread-safe."""

    def lines(self, organisation_id: str, *, limit: int = 500) -> Sequence[MissionLine]:
        """Last changed first."""
        ...

    def all(self, organisation_id: str, *, limit: int = 500) -> Sequence[KeptMission]:
        """Last changed first."""
        ...

    def get(self, record_id: str) -> KeptMission | None: ...

    def put(self, kept: KeptMission) -> None:
        """Add it, or replace the version before. Raises Conflict where another one came between."""
        ...

    def remove(self, record_id: str) -> None: ...
