"""Datasets, drawn zones and papers of the pretended station. Files are read by the product's own
readers; what is decided is forgotten when the fake ends. `/dev/papers-empty` and `-full` change it.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import fake_airspace as airspace  # first: it finds the product's code
import flask
import msgspec

from geo.formats.reading import FileRefused
from geo.formats.sniff import read
from geo.sora import (
    Aircraft,
    Airframe,
    Coefficients,
    Descent,
    intrinsic_ground_risk,
    sizes_of,
    volumes_round,
)
from geo.zones import Applicability, Circle, Datum, GeoZone, Layer, Limit, Polygon, Restriction
from ground_station.api.schemas import Application, DrawZone, RecordPermission
from ground_station.api.zone_views import zone_view

Row = dict[str, Any]
there = {"empty": False}
BY = "Asha Okafor"


def iso(**ago: float) -> str:
    return (datetime.now(UTC) - timedelta(**ago)).isoformat()


def dataset_row(kind: str, state: str, title: str, **more: Any) -> Row:
    return {
        "dataset_id": str(uuid.uuid4()),
        "kind": kind,
        "state": state,
        "title": title,
        "file_name": title,
        "format": "ed269",
        "sha256": hashlib.sha256(title.encode()).hexdigest(),
        "size_bytes": 9_124_771,
        "airac": "",
        "effective_from": iso(days=9),
        "effective_until": iso(days=-19),
        "zones": 1204,
        "refused": 0,
        "imported_at": iso(days=3),
        "imported_by": BY,
        "decided_at": iso(days=3),
        "decided_by": BY,
    } | more


ROWS: list[Row] = [
    dataset_row("notam", "in_use", "PIB London, 24 November", format="notam", zones=14),
    dataset_row(
        "zones",
        "in_use",
        "UK UAS restriction zones (made up)",
        airac="2026-10-29",
        effective_from=iso(days=40),
        effective_until=iso(days=2),
    ),
    dataset_row("zones", "retired", "UK UAS restriction zones, September (made up)"),
]
DETAILS: dict[str, Row] = {
    row["dataset_id"]: {
        "row": row,
        "zones": airspace.zone_views(),
        "refused": [],
        "refused_left_out": 0,
        "notes": [],
        "skipped": [],
    }
    for row in ROWS
}


def imported(body: bytes, name: str) -> Row:
    """As `DatasetDetail`. Raises FileRefused."""
    made = read(body, name)
    row = dataset_row(
        "notam" if made.format.value == "notam" else "zones",
        "offered",
        made.title or name,
        file_name=name,
        format=made.format.value,
        sha256=hashlib.sha256(body).hexdigest(),
        size_bytes=len(body),
        airac=made.airac,
        effective_from=made.effective_from and made.effective_from.isoformat(),
        effective_until=made.effective_until and made.effective_until.isoformat(),
        zones=len(made.zones),
        refused=len(made.gaps) + made.gaps_left_out,
        imported_at=iso(),
        decided_at=None,
        decided_by="",
    )
    now = datetime.now(UTC)
    return {
        "row": row,
        "zones": [msgspec.to_builtins(zone_view(zone, "dataset", now)) for zone in made.zones],
        "refused": [
            {
                "feature": gap.feature,
                "reason": gap.reason,
                "areas": [[one.south, one.west, one.north, one.east] for one in gap.areas],
            }
            for gap in made.gaps
        ],
        "refused_left_out": made.gaps_left_out,
        "notes": [
            f"{zone}: {note}" if zone else note
            for zone, notes in made.notes.items()
            for note in notes
        ],
        "skipped": [f"{count} {why}" for why, count in made.skipped.items()],
    }


def drawn_view(body: DrawZone) -> Row:
    if body.centre is not None:
        lon, lat = body.centre
        part: Any = Circle(lat, lon, body.radius_m or 0)
    else:
        part = Polygon(tuple((lat, lon) for lon, lat in body.ring))
    zone = GeoZone(
        zone_id=f"DRAWN-{uuid.uuid4().hex[-8:]}",
        name=body.name,
        kind=body.kind,
        restriction=Restriction(body.restriction),
        layers=(
            Layer(
                (part,),
                Limit(body.lower_m, Datum(body.lower_datum), ""),
                Limit(body.upper_m, Datum(body.upper_datum), ""),
            ),
        ),
        authority="Hammersmith & Fulham Council",
        contact=body.contact,
        law="Drawn by the operator; not an airspace restriction in law",
        source="Kestrel",
        applicability=(Applicability(body.begins, body.ends),),
    )
    now = datetime.now(UTC)
    return {
        "drawn_id": str(uuid.uuid4()),
        "zone": msgspec.to_builtins(zone_view(zone, "drawn", now)),
        "reason": body.reason,
        "drawn_by": BY,
        "drawn_at": iso(),
        "begins": body.begins.isoformat(),
        "ends": body.ends.isoformat(),
        "active": body.begins <= now < body.ends,
    }


DRAWN: list[Row] = [
    drawn_view(
        DrawZone(
            name="Match at Craven Cottage",
            reason="Crowd, 25,000 people",
            kind="temporary",
            restriction="permission",
            begins=datetime.now(UTC) + timedelta(days=1),
            ends=datetime.now(UTC) + timedelta(days=1, hours=5),
            upper_m=150,
            upper_datum="agl",
            centre=[-0.2217, 51.475],
            radius_m=420,
        )
    )
]
PROFILE: dict[str, Row | None] = {
    "held": {
        "name": "Hammersmith & Fulham Council",
        "type": "COUNCIL",
        "category": "SPECIFIC_PDRA01",
        "operator_id": "GBR-OP-MADEUP",
        "flyer_id": "GBR-RP-MADEUP",
        "class_mark": "C2",
        "mass_kg": 1.4,
        "insurance": "Made-up mutual 77",
        "force_policy_reference": "",
        "force_policy_max_height_agl_m": None,
        "authorisation_reference": "",
        "authorisation_begins": None,
        "authorisation_ends": None,
        "authorisation_max_height_agl_m": None,
        "authorisation_bvlos": False,
        "authorisation_ring": [],
        "authorisation_lower_m": None,
        "authorisation_upper_m": None,
        "authorisation_datum": "agl",
        "changed_at": iso(days=12),
        "changed_by": BY,
    }
}


def permission(zone: str, name: str, state: str, **more: Any) -> Row:
    return {
        "permission_id": str(uuid.uuid4()),
        "zone": zone,
        "zone_name": name,
        "reference": "LBHF-PARKS-2026-118",
        "begins": iso(days=30),
        "ends": iso(days=-90),
        "given_by": "email",
        "granted_by": "Council, parks",
        "given_at": iso(days=31),
        "conditions": "",
        "upper_limit_amsl_m": None,
        "document_id": None,
        "document_name": "",
        "request_id": None,
        "recorded_by": BY,
        "recorded_at": iso(days=30),
        "state": state,
    } | more


PERMISSIONS: list[Row] = [
    permission(
        "x-conditional",
        "Ravenscourt Park byelaws (made up)",
        "in_force",
        document_id="doc-1",
        document_name="parks-letter.pdf",
    ),
    permission(
        "EGR157",
        "Hyde Park (made up)",
        "coming",
        reference="NATS-2026-4471",
        begins=iso(days=-3),
        ends=iso(days=-3.5),
        conditions="Call the tower before take-off. Not above 400 ft.",
        upper_limit_amsl_m=120.0,
    ),
    permission("x-prohibited", "Made-up prohibited place", "withdrawn", reference="HMPPS-3"),
]


def request_row(zone: str, name: str, state: str, **more: Any) -> Row:
    return {
        "request_id": str(uuid.uuid4()),
        "state": state,
        "zone": zone,
        "zone_name": name,
        "authority": "Hammersmith & Fulham Council, events",
        "contact": "events@example.org",
        "text": f"To: events@example.org\nSubject: permission to fly in {name}\n\nPlease permit a "
        "flight at 51.49670, -0.23850, up to 60 m above the ground.\n\nSam",
        "begins": iso(days=-2),
        "ends": iso(days=-2.1),
        "made_by": "Sam Pilot",
        "made_at": iso(hours=5),
        "changed_at": iso(hours=4),
        "answer": "",
    } | more


REQUESTS: list[Row] = [
    request_row("x-prohibited", "Made-up prohibited place", "sent"),
    request_row("x-high", "Low-level corridor (made up)", "refused", answer="Traffic that day."),
]


def serve_papers(app: flask.Flask, refuse: Callable[..., flask.Response]) -> None:
    """Everything under /api/airspace that is not a verdict."""
    serve_datasets(app, refuse)
    serve_dataset_acts(app, refuse)
    serve_drawn(app)
    serve_permissions(app)
    serve_requests(app, refuse)

    @app.get("/api/airspace/operator")
    def operator() -> flask.Response:
        return flask.jsonify(None if there["empty"] else PROFILE["held"])

    @app.put("/api/airspace/operator")
    def put_operator() -> flask.Response:
        PROFILE["held"] = (flask.request.json or {}) | {"changed_at": iso(), "changed_by": BY}
        return flask.jsonify(PROFILE["held"])

    @app.post("/api/airspace/volumes")
    def volumes() -> flask.Response:
        body = msgspec.json.decode(flask.request.data, type=Application)
        try:
            return flask.jsonify(volumes_view(body))
        except ValueError as error:
            return refuse(400, "invalid_input", str(error))

    @app.post("/api/airspace/application-pack")
    def pack() -> flask.Response:
        return flask.Response(b"PK\x05\x06" + bytes(18), content_type="application/zip")


def volumes_view(body: Application) -> Row:
    craft = Aircraft(Airframe(body.airframe), body.span_m, body.speed_mps)
    coefficients = Coefficients(**msgspec.structs.asdict(body.coefficients))
    height = body.plan.height_m
    sizes = sizes_of(craft, height, coefficients, Descent(body.descent))
    path = [(one.lat, one.lon) for one in body.plan.path]
    made = volumes_round(path, body.half_width_m, height, sizes)
    rings = lambda of: [[[lon, lat] for lat, lon in (*ring, ring[0])] for ring in of]  # noqa: E731
    people = body.people_per_km2
    return {
        "flight": rings(made.flight),
        "contingency": rings(made.contingency),
        "buffer": rings(made.buffer),
        "flight_height_m": made.flight_height_m,
        "contingency_m": sizes.contingency_m,
        "contingency_height_m": sizes.contingency_height_m,
        "ground_risk_m": sizes.ground_risk_m,
        "steps": [{"name": name, "metres": metres} for name, metres in sizes.steps],
        "ground_risk_class": None
        if people is None
        else intrinsic_ground_risk(
            craft, people, controlled=body.controlled_ground, mass_kg=body.mass_kg
        ),
    }


def decided(row: Row, decision: str) -> None:
    """One of each kind is in use."""
    for one in ROWS:
        if decision == "use" and one["kind"] == row["kind"] and one["state"] == "in_use":
            one["state"] = "retired"
    row["state"] = "in_use" if decision == "use" else "discarded"
    row.update(decided_at=iso(), decided_by=BY)
    airspace.there["version"] += 1


def serve_datasets(app: flask.Flask, refuse: Callable[..., flask.Response]) -> None:
    @app.get("/api/airspace/datasets")
    def datasets() -> flask.Response:
        return flask.jsonify([] if there["empty"] else ROWS)

    @app.get("/api/airspace/datasets/<dataset_id>")
    def dataset(dataset_id: str) -> flask.Response:
        found = DETAILS.get(dataset_id)
        if found is None:
            return refuse(404, "not_found", "There is no such airspace dataset.")
        return flask.jsonify(found | {"notes": [], "skipped": []})

    @app.post("/api/airspace/datasets")
    def add_paper() -> tuple[flask.Response, int] | flask.Response:
        name = unquote(flask.request.headers["X-File-Name"])
        try:
            made = imported(flask.request.get_data(), name)
        except FileRefused as error:
            return refuse(422, "unprocessable", f"{name} cannot be read: {error}", "Get it again.")
        ROWS.insert(0, made["row"])
        DETAILS[made["row"]["dataset_id"]] = made
        return flask.jsonify(made), 201


def serve_dataset_acts(app: flask.Flask, refuse: Callable[..., flask.Response]) -> None:
    @app.post("/api/airspace/datasets/<dataset_id>/date")
    def date_dataset(dataset_id: str) -> flask.Response:
        row, body = DETAILS[dataset_id]["row"], flask.request.json or {}
        if row["state"] != "offered" or (row["effective_from"] and row["effective_until"]):
            return refuse(409, "conflict", "This dataset says when it holds.")
        for end in ("effective_from", "effective_until"):
            row[end] = row[end] or body[end]
        return flask.jsonify(row)

    @app.post("/api/airspace/datasets/<dataset_id>/decide")
    def decide_dataset(dataset_id: str) -> flask.Response:
        row, body = DETAILS[dataset_id]["row"], flask.request.json or {}
        if body["decision"] == "use" and body["accept_refused"] != row["refused"]:
            return refuse(409, "conflict", f"{row['refused']} features were refused.")
        decided(row, body["decision"])
        return flask.jsonify(row)


def serve_drawn(app: flask.Flask) -> None:
    @app.get("/api/airspace/drawn")
    def drawn() -> flask.Response:
        return flask.jsonify([] if there["empty"] else DRAWN)

    @app.post("/api/airspace/drawn")
    def draw() -> tuple[flask.Response, int]:
        made = drawn_view(msgspec.json.decode(flask.request.data, type=DrawZone))
        DRAWN.insert(0, made)
        return flask.jsonify(made), 201

    @app.delete("/api/airspace/drawn/<drawn_id>")
    def withdraw(drawn_id: str) -> tuple[str, int]:
        DRAWN[:] = [one for one in DRAWN if one["drawn_id"] != drawn_id]
        return "", 204


def serve_permissions(app: flask.Flask) -> None:
    names: dict[str, str] = {}

    @app.get("/api/airspace/permissions")
    def permissions() -> flask.Response:
        over = flask.request.args.get("over") == "1"
        live = ("in_force", "coming")
        shown = [one for one in PERMISSIONS if over or one["state"] in live]
        return flask.jsonify([] if there["empty"] else shown)

    @app.post("/api/airspace/permissions")
    def record() -> tuple[flask.Response, int]:
        body = msgspec.json.decode(flask.request.data, type=RecordPermission)
        known = (zone.name for _, zone in airspace.ZONES if zone.zone_id == body.zone)
        made = permission(body.zone, next(known, ""), "in_force")
        made |= msgspec.to_builtins(body) | {"recorded_at": iso()}
        made["document_name"] = names.get(body.document_id or "", "")
        PERMISSIONS.insert(0, made)
        for one in REQUESTS:
            if one["request_id"] == body.request_id:
                one.update(state="granted", changed_at=iso())
        return flask.jsonify(made), 201

    @app.delete("/api/airspace/permissions/<permission_id>")
    def withdraw_permission(permission_id: str) -> tuple[str, int]:
        for one in PERMISSIONS:
            if one["permission_id"] == permission_id:
                one["state"] = "withdrawn"
        return "", 204

    @app.post("/api/airspace/documents")
    def document() -> tuple[flask.Response, int]:
        made = str(uuid.uuid4())
        names[made] = unquote(flask.request.headers["X-File-Name"])
        sha256 = hashlib.sha256(flask.request.get_data()).hexdigest()
        return flask.jsonify({"document_id": made, "name": names[made], "sha256": sha256}), 201

    @app.get("/api/airspace/documents/<document_id>")
    def read_document(document_id: str) -> flask.Response:
        return flask.Response(document_id.encode(), content_type="application/octet-stream")


def serve_requests(app: flask.Flask, refuse: Callable[..., flask.Response]) -> None:
    @app.get("/api/airspace/requests")
    def requests() -> flask.Response:
        return flask.jsonify([] if there["empty"] else REQUESTS)

    @app.post("/api/airspace/requests")
    def ask() -> tuple[flask.Response, int]:
        body = flask.request.json or {}
        name = next(zone.name for _, zone in airspace.ZONES if zone.zone_id == body["zone_id"])
        made = request_row(body["zone_id"], name, "drafted", ends=body["ends"], made_at=iso())
        made["begins"] = body["plan"]["starts"] or iso()
        made["text"] += f"\n\nAircraft: {body['aircraft']}\nPurpose: {body['purpose']}"
        REQUESTS.insert(0, made)
        return flask.jsonify(made), 201

    @app.post("/api/airspace/requests/<request_id>")
    def change(request_id: str) -> flask.Response:
        body = flask.request.json or {}
        for one in REQUESTS:
            if one["request_id"] == request_id:
                one.update(state=body["state"], answer=body["answer"], changed_at=iso())
                return flask.jsonify(one)
        return refuse(404, "not_found", "There is no such request.")


ACTS: dict[str, Callable[[], None]] = {
    "papers-empty": lambda: there.update(empty=True),
    "papers-full": lambda: there.update(empty=False),
}
