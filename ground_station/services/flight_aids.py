"""What flight commands have of airspace beside the zones' check."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from geo.zones import GeoZone, Kinematics
from ground_station.core.authority import Principal
from ground_station.core.fleet import VehicleStatus

Refuses = Callable[[Principal, Sequence[Kinematics], Mapping[str, str]], str]


class Approvals(Protocol):
    """Follows whether a vehicle stays in what it was approved for; waits for nothing."""

    def approve(self, vehicle_id: str, points: Sequence[Kinematics], /) -> None: ...

    def forget(self, vehicle_id: str, /) -> None: ...


class HeldPermissions(Protocol):
    """See `conformance.HeldPermissions`."""

    def know(self, organisation_id: str, /) -> None: ...

    def reference(self, organisation_id: str, zone: GeoZone, at: datetime, /) -> str: ...


class BeforeTakeOff(Protocol):
    """See `preflights.Preflights`; may wait for the database."""

    def why_not(self, who: Principal, status: VehicleStatus, digest: str | None, /) -> str:
        """Why it may not take off now, "" if it may. `digest`: of the mission that starts; None:
        it is flown by hand."""
        ...

    def used(self, vehicle_id: str, /) -> object: ...


@dataclass(frozen=True, slots=True)
class AirspaceAids:
    """Attributes:
    held: permissions that are on record; None: only what a pilot types in counts.
    approved: is told the way of each flight that was accepted.
    refuses: why the verdict refuses a flight whatever permission is given, or "".
    return_height_m: above home, at which a vehicle (by its id) flies home; None: not known.
    """

    held: HeldPermissions | None = None
    approved: Approvals | None = None
    refuses: Refuses | None = None
    return_height_m: Callable[[str], float | None] = lambda _vehicle_id: None


NO_AIDS: Final = AirspaceAids()
