"""Alerts of what the live check finds: once for each vehicle, zone and entry.

Nearing a zone raises a caution, being inside a warning. Neither comes again while the vehicle
dithers at the edge: a zone must have been left, by a margin and for a time, before it counts as
new.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from geo.zones import Breach, GeoZone
from geo.zones.outlines import band_words
from ground_station.core.clock import Clock
from ground_station.core.entities import Severity, Vehicle
from ground_station.core.fleet import AirspaceFinding, AirspaceState, VehicleStatus
from ground_station.services.airspace import Airspace

NEARING, INSIDE = "airspace_nearing", "airspace_inside"
LEFT_S = 10.0  # out of it for so long, by the margin: then it counts as left
LEFT_ANYWAY_S = 60.0  # not nearing it for so long: left, however near it still is
MARGIN_M = 50.0
MAX_VEHICLES = 1000  # as the fleet


class RaiseAlert(Protocol):
    """As `AlertInbox.raise_own`; must not wait."""

    def __call__(
        self,
        kind: str,
        severity: Severity,
        text: str,
        remedy: str,
        *,
        organisation_id: str = "",
        vehicle_id: str | None = None,
        place: tuple[float, float] | None = None,
    ) -> str: ...


class Near(Protocol):
    """As `Airspace.near`."""

    def __call__(self, lat: float, lon: float, within_m: float, /) -> Sequence[GeoZone]: ...


@dataclass(slots=True)
class _Told:
    """What was said of one vehicle and zone.

    Attributes:
        inside: a warning was raised. out_s, away_s: since when it has been out of the zone by the
            margin, and no more nearing it; None: it is not.
    """

    inside: bool = False
    out_s: float | None = None
    away_s: float | None = None


class ZoneAlerts:
    """Follows findings. Thread-safe, holds only memory (of the vehicles heard last): after a
    restart of the station a vehicle that is still inside is told of again.

    Args:
        near: zones round a place; None: a zone counts as left by the time alone.
        nearing_m: from how far on a zone is nearing, as the live check has it.
    """

    def __init__(
        self,
        raise_alert: RaiseAlert,
        clock: Clock,
        *,
        near: Near | None = None,
        nearing_m: float = 100.0,
    ) -> None:
        self._raise = raise_alert
        self._clock = clock
        self._near = near
        self._left_m = nearing_m + MARGIN_M
        self._lock = threading.Lock()
        self._told: dict[str, dict[str, _Told]] = {}

    def follow(self, status: VehicleStatus, finding: AirspaceFinding) -> None:
        """A new finding of a vehicle: for `Fleet.on_finding`."""
        position = None if status.report is None else status.report.position
        place = None if position is None else (position.lat, position.lon)
        with self._lock:
            due = self._due(status.vehicle.vehicle_id, finding, place)
        for breach in due:
            self._tell(status, breach, place)

    # --- under the lock --------------------------------------------------------------------------

    def _due(
        self, vehicle_id: str, finding: AirspaceFinding, place: tuple[float, float] | None
    ) -> list[Breach]:
        """The breaches to tell of now."""
        told = self._told.get(vehicle_id, {})
        if finding.state is AirspaceState.UNKNOWN and not finding.breaches:
            for one in told.values():  # nobody knows whether it left
                one.out_s = one.away_s = None
            return []
        now_s = self._clock.monotonic_s()
        found = {breach.zone.zone_id: breach for breach in finding.breaches}
        self._let_go(told, found, place, now_s)
        due = []
        for zone_id, breach in found.items():
            known = told.get(zone_id)
            if known is None or (breach.inside and not known.inside):
                due.append(breach)
            told.setdefault(zone_id, _Told()).inside |= breach.inside
        self._keep(vehicle_id, told)
        return due

    def _keep(self, vehicle_id: str, told: dict[str, _Told]) -> None:
        self._told.pop(vehicle_id, None)
        if told:
            self._told[vehicle_id] = told  # the last one: the first is who was told of longest ago
        while len(self._told) > MAX_VEHICLES:
            del self._told[next(iter(self._told))]

    def _let_go(
        self,
        told: dict[str, _Told],
        found: dict[str, Breach],
        place: tuple[float, float] | None,
        now_s: float,
    ) -> None:
        """Forget what was left for long enough, so that it counts anew."""
        gone = []
        for zone_id, one in told.items():
            breach = found.get(zone_id)
            out = breach is None or (not breach.inside and breach.distance_m >= MARGIN_M)
            one.out_s = (one.out_s if one.out_s is not None else now_s) if out else None
            one.away_s = (one.away_s if one.away_s is not None else now_s) if not breach else None
            if one.out_s is not None and now_s - one.out_s >= LEFT_S:
                one.inside = False
            if one.away_s is not None and now_s - one.away_s >= LEFT_S:
                gone.append((zone_id, now_s - one.away_s))
        if not gone:
            return
        close = self._close(place)
        for zone_id, away_s in gone:
            if zone_id not in close or away_s >= LEFT_ANYWAY_S:
                del told[zone_id]

    def _close(self, place: tuple[float, float] | None) -> set[str]:
        if self._near is None or place is None:
            return set()
        return {zone.zone_id for zone in self._near(*place, self._left_m)}

    # --- telling ---------------------------------------------------------------------------------

    def _tell(
        self, status: VehicleStatus, breach: Breach, place: tuple[float, float] | None
    ) -> None:
        vehicle = status.vehicle
        self._raise(
            INSIDE if breach.inside else NEARING,
            Severity.WARNING if breach.inside else Severity.CAUTION,
            alert_text(vehicle, breach),
            remedy(breach),
            organisation_id=vehicle.organisation_id,
            vehicle_id=vehicle.vehicle_id,
            place=place,
        )


class Findings(Protocol):
    """As `Fleet.on_finding`."""

    def on_finding(self, callback: Callable[[VehicleStatus, AirspaceFinding], None], /) -> None: ...


def follow_findings(
    findings: Findings, airspace: Airspace, raise_alert: RaiseAlert, clock: Clock
) -> ZoneAlerts:
    """Alerts of everything that is found from now on."""
    alerts = ZoneAlerts(raise_alert, clock, near=airspace.near, nearing_m=airspace.nearing_m)
    findings.on_finding(alerts.follow)
    return alerts


def alert_text(vehicle: Vehicle, breach: Breach) -> str:
    """What an alert says: the vehicle, the zone and its heights."""
    zone = f"{breach.zone.name} ({breach.zone.zone_id}, {band_words(breach.zone)})"
    if not breach.inside:
        return f"{vehicle.name} is nearing {zone}: {_how_near(breach)}."
    if breach.vertically == "unknown":
        return f"{vehicle.name} counts as inside {zone}: whether it is at its height is not known."
    return f"{vehicle.name} is inside {zone}."


def _how_near(breach: Breach) -> str:
    if breach.enters_in_s is not None:
        seconds = max(1, round(breach.enters_in_s))
        return f"on its present course it is inside in {seconds} s"
    return f"its edge is {breach.distance_m:.0f} m away"


def remedy(breach: Breach) -> str:
    """What to do: leave, or have the permission of whom it names."""
    act = "Leave it" if breach.inside else "Turn away"
    return f"{act}, or hold the permission of {breach.zone.authority}. Ask: {breach.zone.contact}."
