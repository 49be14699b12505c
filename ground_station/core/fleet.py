"""Vehicles as the station knows them, and the ports round them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from geo.terrain import Terrain
from geo.zones import Breach, Kinematics
from ground_station.core.agent_vehicles import AgentInstant, VehicleLinkState, VehicleReport
from ground_station.core.entities import Vehicle


class AirspaceState(StrEnum):
    """What the live check found of a vehicle; what cannot be checked is never clear."""

    ON_GROUND = "on_ground"
    CLEAR = "clear"
    NEARING = "nearing"
    INSIDE = "inside"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class AirspaceFinding:
    """The live check of one vehicle.

    Attributes:
        breaches: every zone it is inside of or nears, the most urgent first.
        problem: why nothing can be said (UNKNOWN), or how far it can be trusted; "" if all is well.
        height_agl_m: above the ground of the terrain in use; None where that is not known.
    """

    state: AirspaceState
    breaches: tuple[Breach, ...] = ()
    problem: str = ""
    height_agl_m: float | None = None


@dataclass(frozen=True, slots=True)
class Control:
    """Who flies a vehicle. It outlives the station's restart; it ends with that sign-in."""

    vehicle_id: str
    user_id: str
    sign_in_id: str
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class VehicleStatus:
    """A vehicle now.

    Attributes:
        report: the newest of its agent; None since the station was started. received_s: when it
            came, on the station's monotonic clock: every age in it grows by what has passed since.
        agent_at: when its agent made that report, by the agent's own clock; None: it did not say.
        agent_connected: whether its agent is there.
        link_since: since when the link between station and autopilot is as `link` says.
        link: connected (agent and autopilot), lost (either), never.
    """

    vehicle: Vehicle
    report: VehicleReport | None
    received_s: float
    agent_connected: bool
    link: VehicleLinkState
    link_since: datetime
    finding: AirspaceFinding
    control: Control | None = None
    problems: tuple[str, ...] = field(default=())
    agent_at: AgentInstant | None = None


@dataclass(frozen=True, slots=True)
class VehicleChanged:
    """Bus event: telemetry came, or something about a vehicle changed, or it was removed."""

    vehicle_id: str


class LiveCheck(Protocol):
    """Checks one vehicle against the zones, ten times a second. From any thread; never waits."""

    def live(self, report: VehicleReport, age_s: float, /) -> AirspaceFinding:
        """`age_s`: what passed since the report came; it is added to every age in it."""
        ...


class WayCheck(Protocol):
    """Checks a flight before it is sent. From any thread; never waits."""

    @property
    def terrain(self) -> Terrain | None: ...

    def way(self, points: Sequence[Kinematics], /) -> AirspaceFinding:
        """Every zone that a straight flight through these points touches."""
        ...


class ControlRepository(Protocol):
    """Who holds control of which vehicle, on the disk."""

    def all(self) -> Sequence[Control]: ...

    def put(self, control: Control) -> None:
        """In place of whoever held it."""
        ...

    def remove(self, vehicle_id: str) -> None: ...
