"""The flight log: lists, tracks and exports of what was flown."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import flask

from ground_station.api.auth import Access, access, identity
from ground_station.api.bodies import checked_id, json_answer
from ground_station.api.parts import parts
from ground_station.api.schemas import (
    FlightEventView,
    FlightRowView,
    FlightSampleRow,
    FlightTrackView,
)
from ground_station.core.authority import Permission
from ground_station.core.errors import InvalidInput
from ground_station.core.flight_log import FlightEvent, FlightRecord, FlightSample
from ground_station.services.flight_exports import MEDIA_TYPES, ExportFormat, exported, file_name

blueprint = flask.Blueprint("flight_log", __name__)


@blueprint.get("/api/flights")
@access(Access.SIGNED_IN, Permission.SEE_PAPERS)
def flights() -> flask.Response:
    """Of one's organisation, newest first, a hundred at a time."""
    found = parts().flight_reading.all(identity().principal, before=_instant("before"))
    return json_answer([_row(one) for one in found])


@blueprint.get("/api/flights/<flight_id>")
@access(Access.SIGNED_IN, Permission.SEE_PAPERS)
def flight(flight_id: str) -> flask.Response:
    """One of them."""
    checked_id(flight_id, "flight")
    return json_answer(_row(parts().flight_reading.get(identity().principal, flight_id)))


@blueprint.get("/api/flights/<flight_id>/track")
@access(Access.SIGNED_IN, Permission.SEE_PAPERS)
def track(flight_id: str) -> flask.Response:
    """Where it was, how it was, and what happened."""
    checked_id(flight_id, "flight")
    who, reading = identity().principal, parts().flight_reading
    record = reading.get(who, flight_id)
    found = reading.track(who, flight_id, _instant("from"), _instant("to"))
    return json_answer(
        FlightTrackView(
            began_at=record.began_at,
            step=found.step,
            of_samples=found.of_samples,
            samples=[_sample(one, record.began_at) for one in found.samples],
            events=[_event(one) for one in found.events],
            events_left_out=found.events_left_out,
        )
    )


@blueprint.get("/api/flights/<flight_id>/export")
@access(Access.SIGNED_IN, Permission.SEE_PAPERS)
def export(flight_id: str) -> flask.Response:
    """All of it as a file: ?format=csv, gpx or kml."""
    checked_id(flight_id, "flight")
    try:
        form = ExportFormat(flask.request.args.get("format", ""))
    except ValueError as error:
        raise InvalidInput("A flight is exported as csv, gpx or kml.") from error
    record, entries = parts().flight_reading.entries(identity().principal, flight_id)
    body = "".join(exported(form, record, entries)).encode()
    answer = flask.Response(body, content_type=MEDIA_TYPES[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="{file_name(record, form)}"'
    return answer


def _instant(name: str) -> datetime | None:
    words = flask.request.args.get(name)
    if words is None:
        return None
    try:
        at = datetime.fromisoformat(words)
    except ValueError as error:
        raise InvalidInput(f"{name} is no time.", "Give it as 2026-11-24T12:00:00Z.") from error
    if at.tzinfo is None:
        raise InvalidInput(f"{name} has no time zone.", "Give it as 2026-11-24T12:00:00Z.")
    return at


def _row(one: FlightRecord) -> FlightRowView:
    return FlightRowView(
        record_id=one.record_id,
        origin=one.origin.value,
        vehicle_id=one.vehicle_id,
        vehicle_name=one.vehicle_name,
        simulated=one.simulated,
        began_at=one.began_at,
        ended_at=one.ended_at,
        took_off_at=one.took_off_at,
        landed_at=one.landed_at,
        pilot=parts().alerts.display_name(one.pilot_id) if one.pilot_id else "",
        verdict=one.verdict,
        mission=bool(one.mission_digest),
        preflight_id=one.preflight_id,
        max_height_home_m=_short(one.max_height_home_m),
        distance_m=_short(one.distance_m),
        minutes=_short(one.minutes, 2),
        battery_used=_short(one.battery_used, 3),
        samples=one.samples,
        gaps_s=round(one.gaps_s, 1),
        closed_by=one.closed_by,
        sha256=one.sha256,
        file_name=one.file_name,
        note=one.note,
    )


def _sample(one: FlightSample, began_at: datetime) -> FlightSampleRow:
    speed = None
    if one.north_mps is not None and one.east_mps is not None:
        speed = math.hypot(one.north_mps, one.east_mps)
    return FlightSampleRow(
        ms=round((one.at - began_at) / timedelta(milliseconds=1)),
        lat=_short(one.lat, 7),
        lon=_short(one.lon, 7),
        alt_amsl_m=_short(one.alt_amsl_m),
        height_home_m=_short(one.height_home_m),
        height_agl_m=_short(one.height_agl_m),
        speed_mps=_short(speed),
        climb_mps=None if one.down_mps is None else _short(-one.down_mps),
        heading_deg=_short(one.heading_deg, 0),
        battery=_short(one.battery, 3),
        voltage_v=_short(one.voltage_v, 2),
        satellites=one.satellites,
        wind_mps=_short(one.wind_mps),
        mode=one.mode,
        item=one.item,
    )


def _event(one: FlightEvent) -> FlightEventView:
    return FlightEventView(
        at=one.at,
        kind=one.kind,
        words=one.words,
        severity=one.severity,
        lat=one.lat,
        lon=one.lon,
        reference=one.reference,
    )


def _short(value: float | None, digits: int = 1) -> float | None:
    return None if value is None else round(value, digits)
