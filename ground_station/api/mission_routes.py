"""Missions: kept ones, patterns, what they take, whether they may be flown, and files of them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final
from urllib.parse import quote

import flask

from geo.missions import HeightDatum, Mission
from geo.missions.formats import MAX_FILE_BYTES, DefaultHeight, MissionFormat, read, write
from ground_station.api.airspace_routes import start_of, verdict_of
from ground_station.api.auth import Access, access, identity
from ground_station.api.bodies import checked_id, json_answer, json_body, no_content, raw_body
from ground_station.api.mission_views import (
    estimate_view,
    item_views,
    mission_of,
    pattern_of,
    plan_view,
)
from ground_station.api.parts import parts
from ground_station.api.schemas import (
    ExportMission,
    KeptMissionRow,
    KeptMissionView,
    PatternRequest,
    PatternView,
    PlanDocument,
    PlanFor,
    ReadMissionView,
    SaveMission,
)
from ground_station.core.authority import Permission, Principal
from ground_station.core.errors import InvalidInput
from ground_station.core.mission_plans import KeptMission
from ground_station.services.mission_planning import PlanAsked
from ground_station.services.mission_refusals import told

blueprint = flask.Blueprint("missions", __name__)

# 10,000 waypoints can be read, so that it is said that they are too many.
MAX_PLAN_BYTES: Final = 4 * 2**20
MAX_PATTERN_BYTES: Final = 64_000
NOTES: Final = "X-Kestrel-Notes"
MOST_NOTES, MOST_NOTE_BYTES = 30, 4000  # of a header
MEDIA: Final[Mapping[MissionFormat, str]] = MappingProxyType(
    {
        MissionFormat.PLAN: "application/json",
        MissionFormat.KML: "application/vnd.google-earth.kml+xml",
        MissionFormat.GPX: "application/gpx+xml",
        MissionFormat.CSV: "text/csv; charset=utf-8",
    }
)


# --- kept missions --------------------------------------------------------------------------------


@blueprint.get("/api/missions")
@access(Access.SIGNED_IN, Permission.SEE_PAPERS)
def missions() -> flask.Response:
    """Those that are kept for one's organisation, last changed first."""
    names = parts().names()
    return json_answer(
        [
            KeptMissionRow(
                record_id=one.record_id,
                name=one.name,
                version=one.version,
                items=one.items,
                changed_at=one.changed_at,
                changed_by=names.of("user", one.changed_by),
            )
            for one in parts().missions.lines(_who())
        ]
    )


@blueprint.get("/api/missions/<mission_id>")
@access(Access.SIGNED_IN, Permission.SEE_PAPERS)
def mission(mission_id: str) -> flask.Response:
    """One of them, with its plan."""
    checked_id(mission_id, "mission")
    return json_answer(_kept_view(parts().missions.get(_who(), mission_id)))


@blueprint.post("/api/missions")
@access(Access.SIGNED_IN, Permission.FLY)
def keep_mission() -> flask.Response:
    """Keep a new one."""
    body = json_body(SaveMission, MAX_PLAN_BYTES)
    made = parts().missions.add(_who(), body.name, _mission(body.plan, body.name))
    return json_answer(_kept_view(made), 201)


@blueprint.put("/api/missions/<mission_id>")
@access(Access.SIGNED_IN, Permission.FLY)
def change_mission(mission_id: str) -> flask.Response:
    """Replace the version that was read."""
    checked_id(mission_id, "mission")
    body = json_body(SaveMission, MAX_PLAN_BYTES)
    plan = _mission(body.plan, body.name)
    made = parts().missions.change(_who(), mission_id, body.name, plan, body.version)
    return json_answer(_kept_view(made))


@blueprint.delete("/api/missions/<mission_id>")
@access(Access.SIGNED_IN, Permission.FLY)
def remove_mission(mission_id: str) -> flask.Response:
    """Forget it."""
    checked_id(mission_id, "mission")
    parts().missions.remove(_who(), mission_id)
    return no_content()


# --- planning -------------------------------------------------------------------------------------


@blueprint.post("/api/missions/pattern")
@access(Access.SIGNED_IN, Permission.FLY)
def pattern() -> flask.Response:
    """Lay out a pattern; nothing is kept."""
    body = json_body(PatternRequest, MAX_PATTERN_BYTES)
    made = parts().planning.pattern(_who(), pattern_of(body), _vehicle(body.vehicle_id))
    return json_answer(
        PatternView(
            items=item_views(made.items),
            notes=list(made.notes),
            gsd_m=made.gsd_m,
            photos=made.photos,
            area_m2=made.area_m2,
        )
    )


@blueprint.post("/api/missions/estimate")
@access(Access.SIGNED_IN, Permission.FLY)
def estimate() -> flask.Response:
    """Time, distance and battery of a plan."""
    asked = _asked(json_body(PlanFor, MAX_PLAN_BYTES))
    return json_answer(estimate_view(parts().planning.estimate(_who(), asked)))


@blueprint.post("/api/missions/check")
@access(Access.SIGNED_IN, Permission.FLY)
def check_mission() -> flask.Response:
    """Judge a plan: the climb, every leg with its circles, and the way home."""
    body = json_body(PlanFor, MAX_PLAN_BYTES)
    starts = None if body.starts is None else start_of(body.starts)
    plan, checked = parts().planning.check(_who(), _asked(body), starts)
    return json_answer(verdict_of(_who(), plan, checked))


@blueprint.post("/api/missions/follow-terrain")
@access(Access.SIGNED_IN, Permission.FLY)
def follow_terrain() -> flask.Response:
    """Turn heights above the ground into heights that an autopilot holds."""
    asked = _asked(json_body(PlanFor, MAX_PLAN_BYTES))
    followed = parts().planning.follow(_who(), asked)
    return json_answer(
        ReadMissionView(plan=plan_view(followed.mission), notes=list(followed.notes))
    )


# --- files ----------------------------------------------------------------------------------------


@blueprint.post("/api/missions/import")
@access(Access.SIGNED_IN, Permission.FLY)
def import_mission() -> flask.Response:
    """Read a mission file: QGroundControl's plan, KML, KMZ, GPX or CSV; nothing is kept."""
    default = _default_height()
    data = raw_body(MAX_FILE_BYTES, "A mission file")
    with told():
        found = read(data, default)
    return json_answer(ReadMissionView(plan=plan_view(found.mission), notes=list(found.notes)))


@blueprint.post("/api/missions/export")
@access(Access.SIGNED_IN, Permission.FLY)
def export_mission() -> flask.Response:
    """Write a mission file, as a download."""
    body = json_body(ExportMission, MAX_PLAN_BYTES)
    format = MissionFormat(body.format)
    plan = _mission(body.plan)
    with told():
        written = write(plan, format)
    response = flask.Response(written.data, content_type=MEDIA[format])
    name = f"{_file_stem(plan.name)}.{format.value}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers[NOTES] = _notes_header(written.notes)
    return response


# --- inside ---------------------------------------------------------------------------------------


def _who() -> Principal:
    return identity().principal


def _mission(plan: PlanDocument, name: str | None = None) -> Mission:
    return mission_of(plan, parts().airspace.ground_amsl_m, name)


def _asked(body: PlanFor) -> PlanAsked:
    return PlanAsked(
        mission=_mission(body.plan),
        vehicle_id=_vehicle(body.vehicle_id),
        wind_mps=body.wind_mps,
        wind_from_deg=body.wind_from_deg,
        reserve=body.reserve,
    )


def _vehicle(vehicle_id: str | None) -> str | None:
    return None if vehicle_id is None else checked_id(vehicle_id, "vehicle")


def _kept_view(one: KeptMission) -> KeptMissionView:
    return KeptMissionView(
        record_id=one.record_id,
        name=one.name,
        version=one.version,
        changed_at=one.changed_at,
        changed_by=parts().names().of("user", one.changed_by),
        plan=plan_view(one.mission),
    )


def _default_height() -> DefaultHeight | None:
    """Of the query, for places that a file gives no height."""
    height = flask.request.args.get("default_height_m")
    datum = flask.request.args.get("default_datum")
    if height is None:
        if datum is not None:
            raise InvalidInput("default_datum is given without default_height_m.", "Give both.")
        return None
    try:
        height_m = float(height)
    except ValueError:
        height_m = math.nan
    if not -500 <= height_m <= 10_000:  # a NaN is not
        raise InvalidInput("default_height_m is a number from -500 to 10,000.")
    if datum not in (None, *(one.value for one in HeightDatum)):
        raise InvalidInput("default_datum is home, amsl or terrain.")
    return DefaultHeight(height_m, HeightDatum(datum or HeightDatum.HOME))


def _file_stem(name: str) -> str:
    """Letters, figures and dashes: nothing that a header or a file system takes for more."""
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:80].rstrip("-") or "mission"


def _notes_header(notes: Sequence[str]) -> str:
    """One a line, percent-encoded, as many as a header takes."""
    taken: list[str] = []
    for note in notes[:MOST_NOTES]:
        if len(quote("\n".join([*taken, note]), safe="")) > MOST_NOTE_BYTES:
            break
        taken.append(note)
    left_out = len(notes) - len(taken)
    if left_out:
        taken.append(f"There are {left_out} more notes like these.")
    return quote("\n".join(taken), safe="")
