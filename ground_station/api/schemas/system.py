"""How the installation stands."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ground_station.api.schemas.base import Wire


class ProcessView(Wire, frozen=True, kw_only=True):
    """A process of this installation, as its supervisor sees it."""

    name: str
    title: str
    state: Literal["running", "restarting", "degraded", "stopped", "unknown"]
    pid: int | None
    since: datetime | None
    restarts: int
    last_error: str
    seen_at: datetime | None  # when the supervisor last said so; old = the supervisor is gone
    cpu_percent: float | None
    memory_bytes: int | None


class PartView(Wire, frozen=True, kw_only=True):
    """A part of the station: database, disk, detector, audit chain, certificates ..."""

    name: str
    title: str
    status: Literal["ok", "degraded", "failed"]
    problem: str
    remedy: str
    since: datetime | None


class SystemView(Wire, frozen=True, kw_only=True):
    """`GET /api/system`."""

    status: Literal["ok", "degraded"]
    software: str
    started_at: datetime
    processes: list[ProcessView]
    parts: list[PartView]
    disk_free_bytes: int | None
    disk_total_bytes: int | None
    pages: int
    agents_connected: int


class Trouble(Wire, frozen=True, kw_only=True):
    """What is wrong with one part, by its name in SystemView."""

    name: str
    problem: str
    remedy: str
    since: datetime | None


class SystemSummary(Wire, frozen=True, kw_only=True):
    """The system in short: in the live snapshot, and in a batch when it changed."""

    status: Literal["ok", "degraded"]
    problems: list[Trouble]
