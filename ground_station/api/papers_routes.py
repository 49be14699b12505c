"""An operator's papers: profile, permissions, requests and documents."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from urllib.parse import quote

import flask

from geo.airspace.plan import Authorisation, Category, ForcePolicy, Volume4D
from geo.zones import Datum, OperatorType
from ground_station.api.airspace_routes import file_name, plan_of, utc_of
from ground_station.api.auth import Access, access, identity
from ground_station.api.bodies import checked_id, json_answer, json_body, no_content, raw_body
from ground_station.api.parts import parts
from ground_station.api.schemas import (
    AskPermission,
    ChangeRequest,
    DocumentAdded,
    OperatorView,
    PermissionView,
    RecordPermission,
    RequestView,
)
from ground_station.core.airspace import (
    MAX_DOCUMENT_BYTES,
    GivenBy,
    OperatorProfile,
    PermissionRequest,
    RecordedPermission,
    RequestState,
)
from ground_station.core.authority import Permission
from ground_station.core.errors import InvalidInput
from ground_station.services.names import Names
from ground_station.services.papers import NewPermission

blueprint = flask.Blueprint("papers", __name__)

MAX_BODY = 64_000
CLASS_MARK = re.compile(r"(?:UK|C)[0-6]")
PermissionState = Literal["coming", "in_force", "over", "withdrawn"]


# --- the operator --------------------------------------------------------------------------------


@blueprint.get("/api/airspace/operator")
@access(Access.SIGNED_IN, Permission.SEE_PAPERS)
def operator() -> flask.Response:
    """Who one's organisation flies as; null: nobody has entered it."""
    found = parts().papers.profile(identity().principal)
    return json_answer(None if found is None else _operator_view(found))


@blueprint.put("/api/airspace/operator")
@access(Access.SIGNED_IN, Permission.MANAGE_AIRSPACE)
def put_operator() -> flask.Response:
    """Replace it as a whole."""
    body = json_body(OperatorView, MAX_BODY)
    who = identity().principal
    if Category(body.category) is Category.OUTSIDE and not body.type.startswith("POLICE"):
        raise InvalidInput("Only a police force flies outside of Regulation 2019/947.")
    profile = OperatorProfile(
        organisation_id=who.scope.organisation_id,
        name=_short(body.name, 200, "name"),
        type=OperatorType(body.type),
        category=Category(body.category),
        operator_id=_short(body.operator_id, 64, "Operator ID"),
        flyer_id=_short(body.flyer_id, 64, "Flyer ID"),
        class_mark=_class_mark(body.class_mark),
        mass_kg=_number(body.mass_kg, 0.0, 150.0, "mass"),
        insurance=_short(body.insurance, 200, "insurance"),
        force_policy=_force_policy(body),
        authorisation=_authorisation(body),
    )
    return json_answer(_operator_view(parts().papers.change_profile(who, profile)))


def _class_mark(words: str) -> str:
    mark = "".join(words.split()).upper()
    if mark and not CLASS_MARK.fullmatch(mark):
        raise InvalidInput(
            "A class mark is UK0 to UK6 or C0 to C6.", "Leave it empty for an aircraft without."
        )
    return mark


def _force_policy(body: OperatorView) -> ForcePolicy | None:
    reference = _short(body.force_policy_reference, 200, "force policy's reference")
    if not reference:
        return None
    if not body.type.startswith("POLICE"):
        raise InvalidInput("Only a police force has a force policy.")
    height = _number(body.force_policy_max_height_agl_m, 0.0, 3000.0, "force policy's height")
    if height is None:
        raise InvalidInput("Say up to which height the force policy goes.")
    return ForcePolicy(reference, height)


def _authorisation(body: OperatorView) -> Authorisation | None:
    reference = _short(body.authorisation_reference, 200, "authorisation's reference")
    if not reference:
        return None
    volume = None
    if body.authorisation_ring:
        lower = _number(body.authorisation_lower_m, -500.0, 10_000.0, "volume's lower limit")
        upper = _number(body.authorisation_upper_m, -500.0, 10_000.0, "volume's upper limit")
        if lower is None or upper is None or not lower < upper:
            raise InvalidInput("The authorised volume needs a lower and a higher upper limit.")
        ring = tuple((one[1], one[0]) for one in body.authorisation_ring if len(one) == 2)
        if not 3 <= len(ring) == len(body.authorisation_ring) <= 500:
            raise InvalidInput(
                "The authorised volume has 3 to 500 corners of [longitude, latitude]."
            )
        datum = Datum(body.authorisation_datum)
        if datum not in (Datum.AGL, Datum.AMSL, Datum.HAE):
            raise InvalidInput("The authorised volume's heights are AGL, AMSL or HAE.")
        volume = Volume4D(ring, lower, upper, datum)
    begins, ends = _utc(body.authorisation_begins), _utc(body.authorisation_ends)
    if begins is not None and ends is not None and not begins < ends:
        raise InvalidInput("The authorisation ends after it begins.")
    return Authorisation(
        reference,
        begins,
        ends,
        _number(body.authorisation_max_height_agl_m, 0.0, 3000.0, "authorised height"),
        body.authorisation_bvlos,
        volume,
    )


def _operator_view(profile: OperatorProfile) -> OperatorView:
    policy, held = profile.force_policy, profile.authorisation
    volume = None if held is None else held.volume
    return OperatorView(
        name=profile.name,
        type=profile.type.value,
        category=profile.category.value,
        operator_id=profile.operator_id,
        flyer_id=profile.flyer_id,
        class_mark=profile.class_mark,
        mass_kg=profile.mass_kg,
        insurance=profile.insurance,
        force_policy_reference="" if policy is None else policy.reference,
        force_policy_max_height_agl_m=None if policy is None else policy.max_height_agl_m,
        authorisation_reference="" if held is None else held.reference,
        authorisation_begins=None if held is None else held.begins,
        authorisation_ends=None if held is None else held.ends,
        authorisation_max_height_agl_m=None if held is None else held.max_height_agl_m,
        authorisation_bvlos=held is not None and held.bvlos,
        authorisation_ring=[] if volume is None else [[lon, lat] for lat, lon in volume.ring],
        authorisation_lower_m=None if volume is None else volume.lower_m,
        authorisation_upper_m=None if volume is None else volume.upper_m,
        authorisation_datum="agl" if volume is None else volume.datum.value,
        changed_at=profile.changed_at,
        changed_by=parts().names().of("user", profile.changed_by),
    )


# --- permissions ---------------------------------------------------------------------------------


@blueprint.get("/api/airspace/permissions")
@access(Access.SIGNED_IN, Permission.SEE_PAPERS)
def permissions() -> flask.Response:
    """Those in force or to come; with `?over=1` also those that are over or withdrawn."""
    over_too = flask.request.args.get("over", "") == "1"
    found = parts().papers.permissions(identity().principal, over_too=over_too)
    names = parts().names()
    documents = parts().papers.document_names(identity().principal)
    return json_answer([_permission_view(one, names, documents) for one in found])


@blueprint.post("/api/airspace/permissions")
@access(Access.SIGNED_IN, Permission.RECORD_PERMISSIONS)
def record_permission() -> flask.Response:
    """Write down a permission that was given."""
    body = json_body(RecordPermission)
    for one in (body.document_id, body.request_id):
        if one is not None:
            checked_id(one, "document or request")
    made = parts().papers.record(
        identity().principal,
        NewPermission(
            zone=body.zone,
            zone_name=_zone_name(body.zone),
            reference=body.reference,
            begins=utc_of(body.begins),
            ends=utc_of(body.ends),
            given_by=GivenBy(body.given_by),
            granted_by=body.granted_by,
            given_at=utc_of(body.given_at),
            conditions=body.conditions,
            upper_limit_amsl_m=_number(body.upper_limit_amsl_m, -500.0, 20_000.0, "upper limit"),
            document_id=body.document_id,
            request_id=body.request_id,
        ),
    )
    documents = parts().papers.document_names(identity().principal)
    return json_answer(_permission_view(made, parts().names(), documents), 201)


@blueprint.delete("/api/airspace/permissions/<permission_id>")
@access(Access.SIGNED_IN, Permission.RECORD_PERMISSIONS)
def withdraw_permission(permission_id: str) -> flask.Response:
    """From now on it satisfies no zone any more."""
    checked_id(permission_id, "permission")
    parts().papers.withdraw(identity().principal, permission_id)
    return no_content()


def _zone_name(wanted: str) -> str:
    """As the zones in use call it; "" if none is called so."""
    key = _key(wanted)
    for index in parts().airspace.in_use.all:
        for zone in index.dataset.zones:
            if key in (_key(zone.zone_id), _key(zone.designator)):
                return zone.name[:300]
    return ""


def _key(words: str) -> str:
    """Ids and designators are compared without spaces, whatever their case."""
    return "".join(words.split()).upper()


def _permission_view(
    one: RecordedPermission, names: Names, documents: Mapping[str, str]
) -> PermissionView:
    now = parts().clock.now()
    state: PermissionState = "in_force"
    if one.withdrawn_at is not None:
        state = "withdrawn"
    elif not one.begins <= now < one.ends:
        state = "coming" if now < one.begins else "over"
    return PermissionView(
        permission_id=one.permission_id,
        zone=one.zone,
        zone_name=one.zone_name,
        reference=one.reference,
        begins=one.begins,
        ends=one.ends,
        given_by=one.given_by.value,
        granted_by=one.granted_by,
        given_at=one.given_at,
        conditions=one.conditions,
        upper_limit_amsl_m=one.upper_limit_amsl_m,
        document_id=one.document_id,
        document_name=documents.get(one.document_id or "", ""),
        request_id=one.request_id,
        recorded_by=names.of("user", one.recorded_by),
        recorded_at=one.recorded_at,
        state=state,
    )


# --- requests ------------------------------------------------------------------------------------


@blueprint.get("/api/airspace/requests")
@access(Access.SIGNED_IN, Permission.SEE_PAPERS)
def requests() -> flask.Response:
    """Requests to zones' authorities, newest first."""
    names = parts().names()
    return json_answer(
        [_request_view(one, names) for one in parts().papers.requests(identity().principal)]
    )


@blueprint.post("/api/airspace/requests")
@access(Access.SIGNED_IN, Permission.RECORD_PERMISSIONS)
def ask_permission() -> flask.Response:
    """Fill in a request for one zone of a plan; a person sends it on."""
    body = json_body(AskPermission, MAX_BODY)
    made = parts().verdicts.ask(
        identity().principal,
        body.zone_id,
        plan_of(body.plan),
        utc_of(body.ends),
        body.aircraft,
        body.purpose,
    )
    return json_answer(_request_view(made, parts().names()), 201)


@blueprint.post("/api/airspace/requests/<request_id>")
@access(Access.SIGNED_IN, Permission.RECORD_PERMISSIONS)
def change_request(request_id: str) -> flask.Response:
    """Say that it was sent, refused or dropped."""
    checked_id(request_id, "request")
    body = json_body(ChangeRequest)
    made = parts().papers.change_request(
        identity().principal, request_id, RequestState(body.state), body.answer
    )
    return json_answer(_request_view(made, parts().names()))


def _request_view(one: PermissionRequest, names: Names) -> RequestView:
    return RequestView(
        request_id=one.request_id,
        state=one.state.value,
        zone=one.zone,
        zone_name=one.zone_name,
        authority=one.authority,
        contact=one.contact,
        text=one.text,
        begins=one.begins,
        ends=one.ends,
        made_by=names.of("user", one.made_by),
        made_at=one.made_at,
        changed_at=one.changed_at,
        answer=one.answer,
    )


# --- documents -----------------------------------------------------------------------------------


@blueprint.post("/api/airspace/documents")
@access(Access.SIGNED_IN, Permission.RECORD_PERMISSIONS)
def add_document() -> flask.Response:
    """Keep a file that shows a permission."""
    body = raw_body(MAX_DOCUMENT_BYTES, "A document")
    made = parts().papers.add_document(
        identity().principal, file_name(), flask.request.mimetype, body
    )
    return json_answer(
        DocumentAdded(document_id=made.document_id, name=made.name, sha256=made.sha256), 201
    )


@blueprint.get("/api/airspace/documents/<document_id>")
@access(Access.SIGNED_IN, Permission.SEE_PAPERS)
def document(document_id: str) -> flask.Response:
    """The file, as a download only: no browser of ours ever shows what somebody uploaded."""
    found = parts().papers.document(identity().principal, checked_id(document_id, "document"))
    response = flask.Response(found.body, content_type="application/octet-stream")
    name = quote(found.name, safe="")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    response.headers["Cache-Control"] = "no-store"
    return response


# --- inside --------------------------------------------------------------------------------------


def _short(text: str, most: int, what: str) -> str:
    text = text.strip()
    if len(text) > most:
        raise InvalidInput(f"The {what} has at most {most} characters.")
    return text


def _number(value: float | None, least: float, most: float, what: str) -> float | None:
    if value is not None and not least <= value <= most:
        raise InvalidInput(f"The {what} is a number from {least:g} to {most:g}.")
    return value


def _utc(at: datetime | None) -> datetime | None:
    return None if at is None else utc_of(at)
