"""Whether crewed aircraft come near vehicles of ours, and the alert to descend: once an encounter.

It never commands a vehicle: whether and where it is safe to descend is the pilot's to see.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from geo.traffic import (
    ASSUMED_SPEED_MPS,
    GNSS_ERROR_M,
    LOOK_WITHIN_M,
    LOOK_WITHIN_S,
    OWN_ERROR_M,
    PRESSURE_ERROR_M,
    TURNING_MPS,
    Approach,
    Level,
    Mover,
    approach,
)
from ground_station.core.agent_facts import Aircraft
from ground_station.core.agent_vehicles import PositionReading, VehicleReport
from ground_station.core.entities import Severity
from ground_station.core.fleet import VehicleStatus
from ground_station.services.vehicle_state import airborne
from ground_station.services.zone_alerts import RaiseAlert

MANNED_TRAFFIC: Final = "manned_traffic"
# Carried on straight for longer, a place says nothing; on the map it stays, as old.
CHECKED_UNTIL_S: Final = 30.0
OVER_AFTER_S: Final = 30.0  # no descent needed for so long: the next one is another encounter
MAX_ENCOUNTERS: Final = 2000
_MARGIN_M: Final = 500.0
_LAT_M: Final = 111_000.0
_WINDS: Final = (
    "north",
    "north-east",
    "east",
    "south-east",
    "south",
    "south-west",
    "west",
    "north-west",
)


@dataclass(frozen=True, slots=True)
class HeardAircraft:
    """An aircraft as a feed told it. `heard_s`: its place, on our monotonic clock. `source`: who
    heard it."""

    aircraft: Aircraft
    heard_s: float
    source: str


@dataclass(frozen=True, slots=True)
class Meeting:
    """An aircraft and a vehicle of ours."""

    vehicle_id: str
    approach: Approach


@dataclass(frozen=True, slots=True)
class Unchecked:
    """A flying vehicle that cannot be warned of aircraft. `words`: its name and why."""

    vehicle_id: str
    words: str


@dataclass(frozen=True, slots=True)
class Found:
    """By ICAO address, the most urgent first; and which flying vehicles could not be looked at."""

    meetings: Mapping[str, tuple[Meeting, ...]]
    unchecked: tuple[Unchecked, ...]


class Conflicts:
    """One thread's."""

    def __init__(self, raise_alert: RaiseAlert) -> None:
        self._raise = raise_alert
        self._told: dict[tuple[str, str], float] = {}  # encounter -> when it last was one

    def look(
        self, vehicles: Sequence[VehicleStatus], aircraft: Sequence[HeardAircraft], now_s: float
    ) -> Found:
        """How they stand to each other now; raises the alerts that are due."""
        meetings: dict[str, list[Meeting]] = {}
        unchecked: list[Unchecked] = []
        for status in vehicles:
            if airborne(status.report) is not True or status.report is None:
                continue
            passed_s = now_s - status.received_s
            ours = _vehicle(status.report, passed_s)
            if ours is None:
                words = f"{status.vehicle.name}: {_why_not(status.report, passed_s)}"
                unchecked.append(Unchecked(status.vehicle.vehicle_id, words))
                continue
            for heard in aircraft:
                met = _met(ours, heard, now_s)
                if met is None or met.level is Level.NONE:
                    continue
                vehicle_id = status.vehicle.vehicle_id
                meetings.setdefault(heard.aircraft.icao, []).append(Meeting(vehicle_id, met))
                if met.level is Level.DESCEND:
                    self._descend(status, heard, met, now_s)
        self._told = {key: at_s for key, at_s in self._told.items() if now_s - at_s < OVER_AFTER_S}
        by_urgency = {icao: tuple(sorted(found, key=_urgency)) for icao, found in meetings.items()}
        return Found(by_urgency, tuple(unchecked))

    def _descend(
        self, status: VehicleStatus, heard: HeardAircraft, met: Approach, now_s: float
    ) -> None:
        key = status.vehicle.vehicle_id, heard.aircraft.icao
        new = key not in self._told
        self._told[key] = now_s
        if not new:
            return
        if len(self._told) > MAX_ENCOUNTERS:
            del self._told[min(self._told, key=lambda one: self._told[one])]
        vehicle = status.vehicle
        place = None if status.report is None else status.report.position
        self._raise(
            MANNED_TRAFFIC,
            Severity.WARNING,
            alert_text(vehicle.name, heard.aircraft, met),
            remedy(heard, met, now_s),
            organisation_id=vehicle.organisation_id,
            vehicle_id=vehicle.vehicle_id,
            place=None if place is None else (place.lat, place.lon),
        )


def _urgency(meeting: Meeting) -> tuple[bool, float]:
    met = meeting.approach
    return met.level is not Level.DESCEND, met.within_s or 0.0


def _vehicle(report: VehicleReport, passed_s: float) -> Mover | None:
    """None: where it is is not known well enough."""
    at = report.position
    if at is None or _age_s(at, passed_s) > CHECKED_UNTIL_S:
        return None
    moves = report.velocity
    if moves is None or moves.age_ms / 1000 + passed_s > CHECKED_UNTIL_S:
        return Mover(at.lat, at.lon, _age_s(at, passed_s), at.alt_amsl_m, OWN_ERROR_M)
    return Mover(
        at.lat,
        at.lon,
        _age_s(at, passed_s),
        at.alt_amsl_m,
        OWN_ERROR_M,
        math.hypot(moves.north_mps, moves.east_mps),
        math.degrees(math.atan2(moves.east_mps, moves.north_mps)) % 360.0,
        -moves.down_mps,
    )


def _age_s(at: PositionReading, passed_s: float) -> float:
    return at.age_ms / 1000 + max(0.0, passed_s)


def _why_not(report: VehicleReport, passed_s: float) -> str:
    if report.position is None:
        return "aircraft are not watched for it: where it is is not known."
    age_s = _age_s(report.position, passed_s)
    return f"aircraft are not watched for it: its position is {age_s:.0f} s old."


def _met(ours: Mover, heard: HeardAircraft, now_s: float) -> Approach | None:
    """None: too far, too old, on the ground, or made of figures that cannot be."""
    aircraft, age_s = heard.aircraft, max(0.0, now_s - heard.heard_s)
    if aircraft.on_ground or age_s > CHECKED_UNTIL_S or _far(ours, aircraft, age_s):
        return None
    alt_m, error_m = height_of(aircraft)
    speed = aircraft.speed_mps
    try:
        return approach(
            ours,
            Mover(
                aircraft.lat,
                aircraft.lon,
                age_s,
                alt_m,
                error_m,
                None if speed is None else abs(speed),
                aircraft.track_deg,
                aircraft.climb_mps,
            ),
        )
    except ValueError:
        return None


def height_of(aircraft: Aircraft) -> tuple[float | None, float]:
    """Above mean sea level as well as it is known, and how far off that may be, in metres."""
    if aircraft.alt_amsl_m is not None:
        return aircraft.alt_amsl_m, GNSS_ERROR_M
    if aircraft.pressure_alt_m is not None:
        return aircraft.pressure_alt_m, PRESSURE_ERROR_M
    return None, 0.0


def _far(ours: Mover, aircraft: Aircraft, age_s: float) -> bool:
    """Whether neither could be near in the time that is looked at, whatever way they fly: roughly,
    for thousands of pairs a second."""
    theirs = ASSUMED_SPEED_MPS if aircraft.speed_mps is None else abs(aircraft.speed_mps)
    closing_m = (theirs + (ours.speed_mps or 0.0)) * (LOOK_WITHIN_S + age_s + ours.age_s)
    reach_m = LOOK_WITHIN_M + closing_m + TURNING_MPS * (age_s + ours.age_s) + _MARGIN_M
    if abs(aircraft.lat - ours.lat) * _LAT_M > reach_m:
        return True
    across = abs((aircraft.lon - ours.lon + 180.0) % 360.0 - 180.0)
    return across * _LAT_M * math.cos(math.radians(ours.lat)) > reach_m


def called(aircraft: Aircraft) -> str:
    """The aircraft in words: its kind and its callsign, or its address."""
    name = aircraft.callsign or aircraft.icao.upper()
    return f"{aircraft.category or 'aircraft'} {name}"


def alert_text(vehicle_name: str, aircraft: Aircraft, met: Approach) -> str:
    """Where it is from the vehicle, now."""
    return (
        f"Descend now: {called(aircraft)} {_metres(met.distance_m)} {_towards(met.bearing_deg)} of "
        f"{vehicle_name}, {_height_words(met)}, {_way_words(met)}."
    )


def remedy(heard: HeardAircraft, met: Approach, now_s: float) -> str:
    """What to do, and whose figures these are."""
    age_s = max(0.0, now_s - heard.heard_s)
    height = ""
    if met.above_m is not None and heard.aircraft.alt_amsl_m is None:
        height = f" Its height is by its barometer and may be {PRESSURE_ERROR_M:.0f} m off."
    made_up = " Its receiver says that it is simulated." if heard.aircraft.simulated else ""
    return (
        "Descend where the ground is clear and stay low until it has passed; nothing is done by "
        f"itself. Heard by {heard.source} {age_s:.0f} s ago; the distances are reckoned here."
        f"{height}{made_up}"
    )


def _metres(metres: float) -> str:
    return f"{round(metres / 100) * 100} m" if metres >= 100 else "less than 100 m"


def _towards(bearing_deg: float) -> str:
    return _WINDS[round(bearing_deg / 45.0) % 8]


def _height_words(met: Approach) -> str:
    if met.above_m is None:
        return "height not known"
    metres = round(met.above_m / 10) * 10
    if abs(metres) < 20:
        return "at its height"
    return f"{abs(metres)} m {'above' if metres > 0 else 'below'}"


def _way_words(met: Approach) -> str:
    if not met.course_known:
        return "course not known"
    return "closing" if met.closing else "passing"
