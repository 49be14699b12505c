"""Airspace datasets, drawn zones and verdicts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import flask

from geo.airspace.plan import FlightPlan, PathPoint
from geo.formats.reading import MAX_FILE_BYTES
from geo.zones import Applicability, Circle, Datum, GeoZone, Layer, Limit, Polygon, Restriction
from ground_station.api.auth import Access, access, identity
from ground_station.api.bodies import checked_id, json_answer, json_body, no_content, raw_body
from ground_station.api.parts import parts
from ground_station.api.schemas import (
    CheckPlan,
    DatasetDetail,
    DatasetRow,
    DatasetWords,
    DateDataset,
    DecideDataset,
    DrawnZoneView,
    DrawZone,
    PlanPoint,
    RefusedFeature,
    VerdictView,
    WhatHere,
)
from ground_station.api.zone_views import Origin, origins, verdict_view, zone_view
from ground_station.core.agent_durable import one_line
from ground_station.core.airspace import DatasetRecord, DrawnZone
from ground_station.core.authority import Permission, Principal
from ground_station.core.errors import InvalidInput
from ground_station.services.airspace_library import Imported, person
from ground_station.services.names import Names
from ground_station.services.verdicts import Checked

blueprint = flask.Blueprint("airspace", __name__)

FILE_NAME = "X-File-Name"
MAX_PLAN_BYTES = 256_000
MAX_RING = 500
HEIGHTS_M = (-500.0, 20_000.0)  # of a zone that somebody draws
COMMAND_LINE = "the command line"
YEARS = timedelta(days=3660)
MOST_SHOWN = 5000  # zones of one dataset

DATUMS = {"AGL": Datum.AGL, "AMSL": Datum.AMSL, "HAE": Datum.HAE}


# --- datasets ------------------------------------------------------------------------------------


@blueprint.get("/api/airspace/datasets")
@access(Access.SIGNED_IN, Permission.MANAGE_AIRSPACE)
def datasets() -> flask.Response:
    """Imported files, newest first."""
    names = parts().names()
    return json_answer([_row(one, names) for one in parts().library.datasets(identity().principal)])


@blueprint.get("/api/airspace/datasets/<dataset_id>")
@access(Access.SIGNED_IN, Permission.MANAGE_AIRSPACE)
def dataset(dataset_id: str) -> flask.Response:
    """One of them, with its zones and what was refused."""
    checked_id(dataset_id, "airspace dataset")
    return json_answer(_detail(parts().library.dataset(identity().principal, dataset_id)))


@blueprint.post("/api/airspace/datasets")
@access(Access.SIGNED_IN, Permission.MANAGE_AIRSPACE)
def import_dataset() -> flask.Response:
    """Read a file and offer it; nothing is checked against it yet."""
    made = parts().library.import_file(
        person(identity().principal),
        lambda: raw_body(MAX_FILE_BYTES, "An airspace file"),
        file_name(),
    )
    return json_answer(_detail(made), 201)


@blueprint.post("/api/airspace/datasets/<dataset_id>/date")
@access(Access.SIGNED_IN, Permission.MANAGE_AIRSPACE)
def date_dataset(dataset_id: str) -> flask.Response:
    """Say when it holds, where its file does not."""
    checked_id(dataset_id, "airspace dataset")
    body = json_body(DateDataset)
    begins = None if body.effective_from is None else utc_of(body.effective_from)
    made = parts().library.date(
        person(identity().principal), dataset_id, begins, utc_of(body.effective_until)
    )
    return json_answer(_row(made))


@blueprint.post("/api/airspace/datasets/<dataset_id>/decide")
@access(Access.SIGNED_IN, Permission.MANAGE_AIRSPACE)
def decide_dataset(dataset_id: str) -> flask.Response:
    """Take it into use, or discard it."""
    checked_id(dataset_id, "airspace dataset")
    body = json_body(DecideDataset)
    doer, library = person(identity().principal), parts().library
    if body.decision == "use":
        return json_answer(_row(library.use(doer, dataset_id, body.accept_refused)))
    return json_answer(_row(library.discard(doer, dataset_id)))


def file_name() -> str:
    """As the page says it."""
    return unquote(flask.request.headers.get(FILE_NAME, ""))


def _row(record: DatasetRecord, names: Names | None = None) -> DatasetRow:
    names = names or parts().names()
    return DatasetRow(
        dataset_id=record.dataset_id,
        kind=record.kind.value,
        state=record.state.value,
        title=record.title,
        file_name=record.file_name,
        format=record.format,
        sha256=record.sha256,
        size_bytes=record.size_bytes,
        airac=record.airac,
        effective_from=record.effective_from,
        effective_until=record.effective_until,
        zones=record.zones,
        refused=record.refused,
        imported_at=record.imported_at,
        imported_by=names.of("user", record.imported_by) or COMMAND_LINE,
        decided_at=record.decided_at,
        decided_by=""
        if record.decided_at is None
        else names.of("user", record.decided_by) or COMMAND_LINE,
    )


def _detail(made: Imported) -> DatasetDetail:
    now, reading = parts().clock.now(), made.reading
    return DatasetDetail(
        row=_row(made.record),
        zones=[zone_view(zone, "dataset", now) for zone in made.dataset.zones[:MOST_SHOWN]],
        refused=[
            RefusedFeature(
                feature=gap.feature,
                reason=gap.reason,
                areas=[[area.south, area.west, area.north, area.east] for area in gap.areas],
            )
            for gap in made.dataset.gaps
        ],
        refused_left_out=max(0, made.record.refused - len(made.dataset.gaps)),
        notes=[]
        if reading is None
        else [
            f"{zone_id}: {note}" if zone_id else note
            for zone_id, notes in reading.notes.items()
            for note in notes
        ],
        skipped=[]
        if reading is None
        else [f"{count} {why}" for why, count in reading.skipped.items()],
    )


# --- drawn zones ---------------------------------------------------------------------------------


@blueprint.get("/api/airspace/drawn")
@access(Access.SIGNED_IN, Permission.SEE_MAP)
def drawn() -> flask.Response:
    """Zones that people of this installation drew: those that hold, will, or ended today."""
    names, who = parts().names(), identity().principal
    return json_answer([_drawn_view(one, names, who) for one in parts().library.drawn()])


@blueprint.post("/api/airspace/drawn")
@access(Access.SIGNED_IN, Permission.MANAGE_AIRSPACE)
def draw() -> flask.Response:
    """Have flights checked against a zone of one's own."""
    body = json_body(DrawZone, MAX_PLAN_BYTES)
    zone = _zone_of(body, identity().principal)
    made = parts().library.draw(identity().principal, zone, body.reason, utc_of(body.ends))
    return json_answer(_drawn_view(made, parts().names(), identity().principal), 201)


@blueprint.delete("/api/airspace/drawn/<drawn_id>")
@access(Access.SIGNED_IN, Permission.MANAGE_AIRSPACE)
def withdraw(drawn_id: str) -> flask.Response:
    """From now on it is no zone any more."""
    parts().library.withdraw(identity().principal, checked_id(drawn_id, "drawn zone"))
    return no_content()


def _zone_of(body: DrawZone, who: Principal) -> GeoZone:
    name = one_line(body.name).strip()
    if not name or len(name) > 200:
        raise InvalidInput("A zone needs a name of at most 200 characters.")
    part: Circle | Polygon
    if body.centre is not None and body.radius_m is not None and not body.ring:
        lat, lon = _place(body.centre)
        part = Circle(lat, lon, body.radius_m)
    elif body.ring and body.centre is None and len(body.ring) <= MAX_RING:
        part = Polygon(tuple(_place(one) for one in body.ring))
    else:
        raise InvalidInput(
            f"Draw a circle (centre and radius), or a ring of at most {MAX_RING} corners."
        )
    organisation = parts().organisation(who.scope.organisation_id)
    lower, upper = _limits(body)
    return GeoZone(
        zone_id="DRAWN",
        name=name,
        kind=body.kind,
        restriction=Restriction(body.restriction),
        layers=(Layer((part,), lower, upper),),
        authority="" if organisation is None else organisation.name,
        contact=one_line(body.contact).strip()[:500],
        law="Drawn by the operator; not an airspace restriction in law",
        source="Kestrel",
        applicability=(Applicability(utc_of(body.begins), utc_of(body.ends)),),
    )


def _limits(body: DrawZone) -> tuple[Limit, Limit]:
    """Of a drawn zone; a lower limit at the surface is 0 above the ground."""
    least, most = HEIGHTS_M
    if not (least <= body.lower_m <= most and least <= body.upper_m <= most):
        raise InvalidInput(f"Heights go from {least:g} to {most:g} m.")
    if body.lower_datum == "surface" and body.lower_m != 0:
        raise InvalidInput("The surface is at 0 m.", "Say what the lower limit is above.")
    lowest_agl = body.upper_datum == "agl" and body.lower_datum in ("agl", "surface")
    if (lowest_agl or body.lower_datum == body.upper_datum) and body.lower_m >= body.upper_m:
        raise InvalidInput("The upper limit must be above the lower one.")
    lower, upper = Datum(body.lower_datum), Datum(body.upper_datum)
    return Limit(body.lower_m, lower, ""), Limit(body.upper_m, upper, "")


def _place(lonlat: list[float]) -> tuple[float, float]:
    if len(lonlat) != 2:
        raise InvalidInput("A place is [longitude, latitude].")
    return lonlat[1], lonlat[0]


def _drawn_view(one: DrawnZone, names: Names, who: Principal) -> DrawnZoneView:
    """Of another organisation's it says which, and not which person."""
    now = parts().clock.now()
    own = one.organisation_id == who.scope.organisation_id
    return DrawnZoneView(
        drawn_id=one.drawn_id,
        zone=zone_view(one.zone, "drawn", now),
        reason=one.reason,
        drawn_by=names.of("user", one.drawn_by)
        if own
        else names.of("organisation", one.organisation_id),
        drawn_at=one.drawn_at,
        begins=one.begins,
        ends=one.ends,
        active=one.withdrawn_at is None and one.begins <= now < one.ends,
    )


# --- verdicts ------------------------------------------------------------------------------------


@blueprint.post("/api/airspace/check")
@access(Access.SIGNED_IN, Permission.SEE_MAP)
def check() -> flask.Response:
    """Judge a flight before it is flown."""
    plan = plan_of(json_body(CheckPlan, MAX_PLAN_BYTES))
    who = identity().principal
    return json_answer(verdict_of(who, plan, parts().verdicts.checked(who, plan)))


@blueprint.post("/api/airspace/here")
@access(Access.SIGNED_IN, Permission.SEE_MAP)
def here() -> flask.Response:
    """What may be done at one place."""
    body = json_body(WhatHere)
    plan = plan_of(
        CheckPlan(
            path=[PlanPoint(lat=body.lat, lon=body.lon)],
            height_m=body.height_m,
            datum=body.datum,
            starts=body.at,
        )
    )
    who = identity().principal
    return json_answer(verdict_of(who, plan, parts().verdicts.checked(who, plan)))


def plan_of(body: CheckPlan) -> FlightPlan:
    """A plan of the page; InvalidInput for numbers that are no place, height, speed or time."""
    if not all(abs(one.lat) <= 85 and abs(one.lon) <= 180 for one in body.path):
        raise InvalidInput("Latitudes go from -85 to 85 degrees, longitudes from -180 to 180.")
    for height in (body.height_m, *(one.height_m for one in body.path)):
        _within(height, -1_000.0, 20_000.0, "A height", "m")
    for speed in (body.speed_mps, *(one.speed_mps for one in body.path)):
        _within(speed, 0.1, 200.0, "A speed", "m/s")
    _within(body.contingency_m, 0.0, 10_000.0, "The contingency", "m")
    return FlightPlan(
        path=tuple(PathPoint(one.lat, one.lon, one.height_m, one.speed_mps) for one in body.path),
        height_m=body.height_m,
        datum=DATUMS[body.datum],
        starts=None if body.starts is None else start_of(body.starts),
        speed_mps=body.speed_mps,
        bvlos=body.bvlos,
        contingency_m=body.contingency_m,
    )


def _within(value: float | None, least: float, most: float, what: str, unit: str) -> None:
    if value is not None and not least <= value <= most:
        raise InvalidInput(f"{what} is from {least:g} to {most:,.0f} {unit}.")


def start_of(at: datetime) -> datetime:
    """The start of a flight in UTC; InvalidInput for one that is nowhere near now."""
    starts = utc_of(at)
    if abs(starts - parts().clock.now()) > YEARS:
        raise InvalidInput("A flight starts within ten years of now.")
    return starts


def utc_of(at: datetime) -> datetime:
    """A time of the page in UTC; InvalidInput for one without its zone."""
    if at.tzinfo is None:
        raise InvalidInput("Times are given with their zone, e.g. 2026-12-01T00:00:00Z.")
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise InvalidInput("This time is beyond the calendar.") from error


def verdict_of(who: Principal, plan: FlightPlan, checked: Checked) -> VerdictView:
    """A verdict with what it was made of, as the page takes it."""
    here_parts = parts()
    airspace, now = here_parts.airspace, here_parts.clock.now()
    zones, operator = checked.zones, checked.operator
    dataset = zones.dataset
    from_where: dict[str, Origin] = {
        zone.zone_id: origin
        for origin, index in origins(zones)
        if origin != "dataset"
        for zone in index.dataset.zones
    }
    asked: dict[str, str] = {}
    if who.may(Permission.SEE_PAPERS):
        asked = {
            one.zone: one.request_id for one in here_parts.papers.requests(who, open_only=True)
        }
    words = ""
    if operator.type is not None and operator.category is not None:
        words = f"{operator.name} ({operator.type.value}, {operator.category.value})"
    return verdict_view(
        checked.judgement,
        dataset=DatasetWords(
            name="" if dataset is None else dataset.name,
            training=dataset is not None and dataset.training,
            effective_until=None if dataset is None else dataset.effective_until,
            problem=zones.problem(now, training=airspace.training),
            notams=""
            if zones.notams_as_of is None
            else f"NOTAMs imported {zones.notams_as_of:%d %B %Y %H:%M} UTC",
        ),
        ground_amsl_m=airspace.ground_amsl_m(plan.path[0].lat, plan.path[0].lon),
        operator=words,
        origins=from_where,
        asked=asked,
        now=now,
    )
