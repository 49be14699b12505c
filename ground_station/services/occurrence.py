"""An occurrence report, filled in from the flight log: a text for a person to check and to send.

It follows what a report to the authority asks for (what, when, where, who, with what, the weather,
the sequence of events, the consequences). What is not known is said to be so, on a line of its own,
so that it is filled in by hand and not forgotten. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from geo.airspace.plan import Operator
from ground_station.core.crew import Airframe, CrewMember, Preflight
from ground_station.core.flight_log import FlightEntry, FlightEvent, FlightRecord, FlightSample

UNKNOWN: Final = "NOT KNOWN - fill in"
MOST_EVENTS: Final = 200
BEFORE: Final = timedelta(minutes=2)
AFTER: Final = timedelta(minutes=5)
_GRAVE: Final = frozenset({"warning", "error", "critical", "alert", "emergency", "caution"})
_ALWAYS: Final = frozenset({"command", "answer", "failsafe", "link", "gap", "alert", "mode"})
_NEAR_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Told:
    """What the person who reports says; "" where they say nothing.

    Attributes:
        at: when it happened; None: when the log says first that something was wrong.
        what: in their words.
    """

    at: datetime | None
    what: str
    injuries: str = ""
    damage: str = ""
    weather: str = ""
    reporter: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What the records say of it; None: nothing. `pilot_name`: of the account."""

    operator: Operator
    airframe: Airframe | None
    pilot: CrewMember | None
    pilot_name: str
    pilot_minutes: float | None
    preflight: Preflight | None


def occurrence_report(
    record: FlightRecord, entries: Iterable[FlightEntry], known: Known, told: Told, made: datetime
) -> str:
    """The whole text, with lines of any length."""
    samples: list[FlightSample] = []
    events: list[FlightEvent] = []
    for entry in entries:
        if isinstance(entry, FlightEvent):
            events.append(entry)
        elif entry.lat is not None:
            samples.append(entry)
    events.sort(key=lambda one: one.at)
    at = told.at or _first_wrong(events)
    there = _nearest(samples, at)
    sections = (
        ("Occurrence", _occurrence(record, told, at)),
        ("Where", _where(there)),
        ("Aircraft", _aircraft(record, known.airframe)),
        ("Operator and pilot", _people(record, known, told)),
        ("The flight", _flight(record, known.preflight, at, there)),
        ("Weather", _weather(known.preflight, told, there)),
        ("What happened, in the words of whoever reports", iter([told.what or UNKNOWN])),
        ("Sequence of events, from the log", _sequence(events, at)),
        ("Injuries and damage", _harm(told)),
        ("Evidence kept", _evidence(record, events)),
    )
    lines = [
        "OCCURRENCE REPORT - UNMANNED AIRCRAFT (draft)",
        f"Made {_when(made)} by Kestrel from its flight log. All times are UTC, heights in metres.",
        "Check every line before it is sent. An accident or serious incident is told to the Air "
        "Accidents Investigation Branch at once, by telephone; a mandatory report goes to the "
        "authority's reporting portal within 72 hours.",
    ]
    for title, body in sections:
        lines += ["", title.upper(), *(f"  {line}" for line in body)]
    return "\n".join(lines) + "\n"


# --- the sections --------------------------------------------------------------------------------


def _occurrence(record: FlightRecord, told: Told, at: datetime | None) -> Iterator[str]:
    yield f"When: {UNKNOWN if at is None else _when(at)}"
    if at is not None and told.at is None:
        yield "  (when the log says first that something was wrong)"
    yield f"Flight: {record.vehicle_name}, from {_when(record.began_at)}"
    yield f"Flight number in the log: {record.record_id}"
    if record.simulated:
        yield "THE VEHICLE WAS SIMULATED: this is no occurrence, but an exercise."
    yield "Kind of occurrence (loss of control, near collision, fly-away, ...): " + UNKNOWN


def _where(there: FlightSample | None) -> Iterator[str]:
    if there is None or there.lat is None or there.lon is None:
        yield f"Place: {UNKNOWN}"
        return
    yield f"Place (WGS 84): {there.lat:.6f}, {there.lon:.6f}"
    yield f"  as the aircraft said at {_when(there.at)}"
    yield f"Height above home: {_metres(there.height_home_m)}"
    yield f"Height above the ground: {_metres(there.height_agl_m)}"
    yield f"Height above mean sea level: {_metres(there.alt_amsl_m)}"
    yield f"Address or landmark: {UNKNOWN}"


def _aircraft(record: FlightRecord, craft: Airframe | None) -> Iterator[str]:
    yield f"Name: {record.vehicle_name}"
    if craft is None:
        yield f"Make, model, serial number, class, mass: {UNKNOWN}"
        return
    yield f"Make and model: {craft.maker_model or UNKNOWN}"
    yield f"Serial number: {craft.serial or UNKNOWN}"
    yield f"Class mark: {craft.class_mark or 'none (legacy)'}"
    yield f"Mass at take-off: {UNKNOWN if craft.mass_kg is None else f'{craft.mass_kg:g} kg'}"
    yield f"Remote ID: {craft.remote_id_serial or UNKNOWN}"
    yield f"Insurance: {craft.insurance or UNKNOWN}"


def _people(record: FlightRecord, known: Known, told: Told) -> Iterator[str]:
    operator, pilot = known.operator, known.pilot
    yield f"Operator: {operator.name or UNKNOWN}"
    yield f"Operator ID: {operator.operator_id or UNKNOWN}"
    yield f"Flown under: {UNKNOWN if operator.category is None else operator.category.value}"
    name = pilot.name if pilot is not None else known.pilot_name
    yield f"Remote pilot: {name or UNKNOWN}"
    yield f"Flyer ID: {(pilot.flyer_id if pilot is not None else '') or UNKNOWN}"
    yield f"Qualification: {(pilot.qualification if pilot is not None else '') or UNKNOWN}"
    minutes = known.pilot_minutes
    yield f"In the air in all: {UNKNOWN if minutes is None else f'{minutes / 60:.1f} hours'}"
    if not record.pilot_id:
        yield "  (nobody had control through this station when it was armed)"
    yield f"Reported by: {told.reporter or UNKNOWN}"


def _flight(
    record: FlightRecord,
    preflight: Preflight | None,
    at: datetime | None,
    there: FlightSample | None,
) -> Iterator[str]:
    yield f"Take-off: {_or_unknown(record.took_off_at)}"
    yield f"Landing: {_or_unknown(record.landed_at)}"
    yield f"Phase when it happened: {_phase(record, at, there)}"
    yield f"Greatest height above home: {_metres(record.max_height_home_m)}"
    yield f"Way over the ground: {_metres(record.distance_m)}"
    used = record.battery_used
    yield f"Battery used: {UNKNOWN if used is None else f'{used:.0%}'}"
    yield f"Of a mission: {'yes' if record.mission_digest else 'no, or none that is known'}"
    yield f"Airspace verdict: {record.verdict or UNKNOWN}"
    for zone, reference in record.permissions:
        yield f"Permission for {zone}: {reference}"
    if preflight is None:
        yield f"Preflight: {UNKNOWN}"
        return
    signed = "not signed" if preflight.signed_at is None else _when(preflight.signed_at)
    yield f"Preflight signed: {signed}, by {preflight.signed_name or UNKNOWN}"
    if preflight.override_reason:
        yield f"Its ticks were skipped in an emergency: {preflight.override_reason}"


def _weather(preflight: Preflight | None, told: Told, there: FlightSample | None) -> Iterator[str]:
    if told.weather:
        yield told.weather
    weather = None if preflight is None else preflight.weather
    if weather is None or preflight is None or preflight.weather_at is None:
        yield f"As measured before the flight: {UNKNOWN}"
    else:
        rain = {None: UNKNOWN, True: "yes", False: "no"}[weather.precipitation]
        yield f"As measured before the flight, {_when(preflight.weather_at)}:"
        yield f"  wind {_unit(weather.wind_mps, 'm/s')}, gusts {_unit(weather.gust_mps, 'm/s')}"
        yield f"  visibility {_unit(weather.visibility_m, 'm')}, rain or snow: {rain}"
        yield f"  temperature {_unit(weather.temperature_c, 'degrees C')}"
    if there is not None and there.wind_mps is not None:
        source = "" if there.wind_from_deg is None else f" from {there.wind_from_deg:.0f} degrees"
        yield f"Wind as the aircraft reckoned it then: {there.wind_mps:.1f} m/s{source}"


def _sequence(events: Sequence[FlightEvent], at: datetime | None) -> Iterator[str]:
    """What matters round it, or of the whole flight where nobody says when it was."""
    near = [
        one
        for one in events
        if (one.kind in _ALWAYS or one.severity in _GRAVE)
        and (at is None or at - BEFORE <= one.at <= at + AFTER)
    ]
    if not near:
        yield UNKNOWN
    for one in near[:MOST_EVENTS]:
        grave = "" if one.severity == "info" else f" [{one.severity}]"
        yield f"{one.at.astimezone(UTC):%H:%M:%S} {one.kind}{grave}: {one.words}"
    if len(near) > MOST_EVENTS:
        yield f"... and {len(near) - MOST_EVENTS} more: see the exported log."


def _harm(told: Told) -> Iterator[str]:
    yield f"Injuries: {told.injuries or UNKNOWN}"
    yield f"Damage to the aircraft and to others: {told.damage or UNKNOWN}"


def _evidence(record: FlightRecord, events: Sequence[FlightEvent]) -> Iterator[str]:
    digest = record.sha256 or "not closed yet"
    yield f"Log of the flight: {record.samples} samples, SHA-256 {digest}"
    if record.gaps_s:
        yield f"  with gaps of {record.gaps_s:.0f} s in all"
    if record.file_name:
        yield f"  from the file {record.file_name}"
    for one in events:
        if one.kind == "video":
            yield f"{_when(one.at)}: {one.words} (source {one.reference})"


# --- inside --------------------------------------------------------------------------------------


def _first_wrong(events: Sequence[FlightEvent]) -> datetime | None:
    wrong = (one.at for one in events if one.severity in _GRAVE - {"caution"})
    return next(wrong, None)


def _nearest(samples: Sequence[FlightSample], at: datetime | None) -> FlightSample | None:
    """Where it was then; the last place known before, where there was none just then."""
    if at is None or not samples:
        return None
    before = [one for one in samples if (one.at - at).total_seconds() <= _NEAR_S]
    return min(before, key=lambda one: abs((one.at - at).total_seconds()), default=None)


def _phase(record: FlightRecord, at: datetime | None, there: FlightSample | None) -> str:
    if at is None:
        return UNKNOWN
    if record.took_off_at is None or at < record.took_off_at:
        return "on the ground, before a take-off was seen"
    if record.landed_at is not None and at >= record.landed_at:
        return "on the ground, after the landing"
    mode = "" if there is None else there.mode
    return f"in the air, mode {mode}" if mode else "in the air"


def _when(at: datetime) -> str:
    return f"{at.astimezone(UTC):%d %B %Y %H:%M:%S} UTC"


def _or_unknown(at: datetime | None) -> str:
    return UNKNOWN if at is None else _when(at)


def _metres(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.1f} m"


def _unit(value: float | None, unit: str) -> str:
    return UNKNOWN if value is None else f"{value:g} {unit}"
