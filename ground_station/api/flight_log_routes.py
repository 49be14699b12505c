"""The flight log: lists, tracks, exports, imports and reports of what was flown."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import flask
import msgspec
from werkzeug.exceptions import LengthRequired

from ground_station.api.airspace_routes import file_name as sent_name
from ground_station.api.auth import Access, access, identity
from ground_station.api.bodies import TooLarge, checked_id, json_answer, json_body
from ground_station.api.parts import parts
from ground_station.api.schemas import (
    ComparedView,
    ComparisonView,
    FlightEventView,
    FlightPlanItem,
    FlightRowView,
    FlightSampleRow,
    FlightTrackView,
    FlightView,
    OccurrenceRequest,
    VideoSpanView,
)
from ground_station.core.authority import Permission
from ground_station.core.errors import InvalidInput
from ground_station.core.flight_log import (
    MAX_LOG_BYTES,
    FlightEvent,
    FlightRecord,
    FlightSample,
)
from ground_station.services.flight_exports import MEDIA_TYPES, ExportFormat, file_name
from ground_station.services.flight_imports import importer
from ground_station.services.flight_reports import WholeFlight
from ground_station.services.occurrence import Told

blueprint = flask.Blueprint("flight_log", __name__)

CHUNK_BYTES = 2**20
MAX_TYPED = 4000


@blueprint.get("/api/flights")
@access(Access.SIGNED_IN, Permission.SEE_PAPERS)
def flights() -> flask.Response:
    """Of one's organisation, newest first, a hundred at a time."""
    found = parts().flight_reading.all(identity().principal, before=_instant("before"))
    return json_answer([_row(one) for one in found])


@blueprint.get("/api/flights/<flight_id>")
@access(Access.SIGNED_IN, Permission.SEE_PAPERS)
def flight(flight_id: str) -> flask.Response:
    """One of them, with what it was flown by."""
    checked_id(flight_id, "flight")
    return json_answer(_whole(parts().flight_reports.whole(identity().principal, flight_id)))


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
    record, pieces = parts().flight_reports.export(identity().principal, flight_id, form)
    # In pieces: an imported log may be of a whole day.
    body = (piece.encode() for piece in pieces)
    return _download(flask.Response(body, content_type=MEDIA_TYPES[form]), file_name(record, form))


@blueprint.post("/api/flights/import")
@access(Access.SIGNED_IN, Permission.LOG_FLIGHTS)
def import_flight() -> flask.Response:
    """Take in the log of an autopilot: .bin, .tlog or .ulg, as it is."""
    who = identity().principal
    length = flask.request.content_length
    if length is None:
        raise LengthRequired
    if length > MAX_LOG_BYTES:
        raise TooLarge(f"A log has at most {MAX_LOG_BYTES // 2**20} MB.")
    flask.request.max_content_length = MAX_LOG_BYTES
    stream = flask.request.stream
    chunks = iter(lambda: stream.read(CHUNK_BYTES), b"")
    made = parts().flight_imports.receive(importer(who), chunks, length, sent_name())
    return json_answer(_whole(parts().flight_reports.whole(who, made.record_id)), 201)


@blueprint.get("/api/flights/<flight_id>/compare/<other_id>")
@access(Access.SIGNED_IN, Permission.SEE_PAPERS)
def compare(flight_id: str, other_id: str) -> flask.Response:
    """The figures of two, and how far apart they were."""
    checked_id(flight_id, "flight")
    checked_id(other_id, "flight")
    made = parts().flight_reports.compare(identity().principal, flight_id, other_id)
    return json_answer(
        ComparisonView(
            figures=[
                ComparedView(
                    key=one.key,
                    first=_short(one.first, 3),
                    second=_short(one.second, 3),
                    difference=_short(one.difference, 3),
                )
                for one in made.figures
            ],
            overlap_s=round(made.overlap_s, 1),
            apart_m=_short(made.apart_m, 2),
            height_apart_m=_short(made.height_apart_m, 2),
        )
    )


@blueprint.post("/api/flights/<flight_id>/occurrence")
@access(Access.SIGNED_IN, Permission.LOG_FLIGHTS)
def occurrence(flight_id: str) -> flask.Response:
    """An occurrence report, filled in as far as the log goes."""
    checked_id(flight_id, "flight")
    body = json_body(OccurrenceRequest)
    if body.at is not None and body.at.tzinfo is None:
        raise InvalidInput("at has no time zone.", "Give it as 2026-11-24T12:00:00Z.")
    told = Told(body.at, *map(_typed, (body.what, body.injuries, body.damage, body.weather)))
    who = identity().principal
    record, report = parts().flight_reports.occurrence(who, flight_id, told)
    answer = flask.Response(report, content_type="text/plain; charset=utf-8")
    return _download(answer, file_name(record, ExportFormat.CSV).replace(".csv", "-report.txt"))


# --- inside ---------------------------------------------------------------------------------------


def _download(answer: flask.Response, name: str) -> flask.Response:
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _typed(words: str) -> str:
    """Lines as they were typed, without what is no character."""
    kept = "".join(one for one in words if one.isprintable() or one == "\n").strip()
    if len(kept) > MAX_TYPED:
        raise InvalidInput(f"Each text has at most {MAX_TYPED} characters.")
    return kept.replace("\n", "\n  ")


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


def _whole(one: WholeFlight) -> FlightView:
    record = one.record
    return FlightView(
        **msgspec.structs.asdict(_row(record)),
        airframe_id=record.airframe_id,
        battery_id=record.battery_id,
        mission_sha256=record.mission_digest,
        plan=[
            FlightPlanItem(
                lat=item.lat, lon=item.lon, height_m=item.height_m, datum=item.datum.value
            )
            for item in one.plan
        ],
        permissions=dict(record.permissions),
        videos=[
            VideoSpanView(
                source_id=video.source_id,
                words=video.words,
                began_at=video.began_at,
                ended_at=video.ended_at,
            )
            for video in one.videos
        ],
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
