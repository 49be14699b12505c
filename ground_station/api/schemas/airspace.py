"""Airspace: datasets, drawn zones, verdicts, operators and permissions.

`GET` needs see_map, unless it says another permission.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from ground_station.api.schemas.base import Wire
from ground_station.api.schemas.zones import ZoneDatum, ZoneView

DatumWord = Literal["AGL", "AMSL", "HAE"]
VerdictWord = Literal["ALLOWED", "ALLOWED_EXEMPT", "PERMISSION_NEEDED", "UNKNOWN", "REFUSED"]
ReasonWord = Literal[
    "ZONE",
    "HEIGHT",
    "TIME",
    "DATA_STALE",
    "DATUM_UNKNOWN",
    "TERRAIN_UNKNOWN",
    "SEPARATION",
    "CATEGORY",
]
OperatorWord = Literal["POLICE_MPS", "POLICE_OTHER", "COUNCIL", "CONTRACTOR"]
CategoryWord = Literal[
    "OPEN_A1", "OPEN_A2", "OPEN_A3", "SPECIFIC_PDRA01", "SPECIFIC_OA", "OUTSIDE_2019_947"
]


# --- datasets (manage_airspace) ------------------------------------------------------------------


class RefusedFeature(Wire, frozen=True, kw_only=True):
    """A feature of a file that is no zone now, and why."""

    feature: str
    reason: str
    areas: list[list[float]]  # [south, west, north, east]; none: it may be anywhere


class DatasetRow(Wire, frozen=True, kw_only=True):
    """`GET /api/airspace/datasets` -> list, newest first."""

    dataset_id: str
    kind: Literal["zones", "notam"]
    state: Literal["offered", "in_use", "retired", "discarded"]
    title: str
    file_name: str
    format: str
    sha256: str
    size_bytes: int
    airac: str
    effective_from: datetime | None
    effective_until: datetime | None
    zones: int
    refused: int
    imported_at: datetime
    imported_by: str  # a name
    decided_at: datetime | None
    decided_by: str


class DatasetDetail(Wire, frozen=True, kw_only=True):
    """`GET /api/airspace/datasets/<id>`, and the answer to `POST /api/airspace/datasets` (the file
    as the body, its name in `X-File-Name`, percent-encoded): what was read, what was refused."""

    row: DatasetRow
    zones: list[ZoneView]
    refused: list[RefusedFeature]
    refused_left_out: int
    notes: list[str]
    skipped: list[str]  # "12 points that are no zone"


class DecideDataset(Wire, frozen=True, kw_only=True):
    """`POST /api/airspace/datasets/<id>/decide` -> DatasetRow. Of a partly bad file `use` needs
    `accept_refused` to be the number of refused features: somebody has seen them."""

    decision: Literal["use", "discard"]
    accept_refused: int = 0


class DateDataset(Wire, frozen=True, kw_only=True):
    """`POST /api/airspace/datasets/<id>/date` -> DatasetRow: when an offered dataset holds, as its
    publisher says elsewhere. Only where its file does not say (ED-269 cannot); what the file says
    stays. `effective_from` null: as the file says."""

    effective_until: datetime
    effective_from: datetime | None = None


# --- drawn zones (manage_airspace to draw and withdraw) ------------------------------------------


class DrawZone(Wire, frozen=True, kw_only=True):
    """`POST /api/airspace/drawn` -> DrawnZoneView. A circle, or a ring of [lon, lat]."""

    name: str
    reason: str
    kind: Literal["temporary", "incident"]
    restriction: Literal["prohibited", "permission", "conditional", "information"]
    begins: datetime
    ends: datetime
    upper_m: float
    upper_datum: Literal["amsl", "agl"]
    lower_m: float = 0.0
    lower_datum: Literal["amsl", "agl", "surface"] = "surface"
    centre: list[float] | None = None  # [lon, lat]
    radius_m: float | None = None
    ring: list[list[float]] = msgspec.field(default_factory=list)
    contact: str = ""


class DrawnZoneView(Wire, frozen=True, kw_only=True):
    """`GET /api/airspace/drawn` -> list. `DELETE /api/airspace/drawn/<id>` withdraws it."""

    drawn_id: str
    zone: ZoneView
    reason: str
    drawn_by: str
    drawn_at: datetime
    begins: datetime
    ends: datetime
    active: bool


# --- verdicts (see_map) --------------------------------------------------------------------------


class PlanPoint(Wire, frozen=True, kw_only=True):
    """A place of the way; null height and speed: the plan's."""

    lat: float
    lon: float
    height_m: float | None = None
    speed_mps: float | None = None


class CheckPlan(Wire, frozen=True, kw_only=True):
    """`POST /api/airspace/check` -> VerdictView. The operator is the caller's organisation's
    profile with its recorded permissions; `starts` null: now."""

    path: list[PlanPoint]
    height_m: float
    datum: DatumWord
    starts: datetime | None = None
    speed_mps: float | None = None
    bvlos: bool | None = None
    contingency_m: float | None = None


class WhatHere(Wire, frozen=True, kw_only=True):
    """`POST /api/airspace/here` -> VerdictView of one point: "what may I do here?"."""

    lat: float
    lon: float
    height_m: float
    datum: DatumWord
    at: datetime | None = None


class ReasonView(Wire, frozen=True, kw_only=True):
    code: ReasonWord
    text: str
    zone_id: str
    law: str
    legs: list[int]
    from_s: float | None
    until_s: float | None


class InformationView(Wire, frozen=True, kw_only=True):
    code: str
    text: str
    zone_id: str


class TouchedView(Wire, frozen=True, kw_only=True):
    """A zone of the way. `limit`: its band in its own words and datum. `satisfied_by`: "" if by
    nothing. `mine`: a request of the organisation for it that is not answered yet."""

    zone: ZoneView
    limit: str
    legs: list[int]
    from_s: float | None
    until_s: float | None
    satisfied_by: str
    window: str
    unknown: bool
    request_id: str | None


class ChangeView(Wire, frozen=True, kw_only=True):
    """The nearest legal change."""

    kind: str  # "lower", "later", "earlier" or "detour"
    text: str
    zone_id: str
    max_amsl_m: float | None
    starts: datetime | None
    path: list[list[float]]  # [lon, lat]


class DatasetWords(Wire, frozen=True, kw_only=True):
    """What a verdict rests on, in short."""

    name: str
    training: bool
    effective_until: datetime | None
    problem: str
    notams: str  # "checked at ..." or why not


class VerdictView(Wire, frozen=True, kw_only=True):
    verdict: VerdictWord
    zones: list[TouchedView]
    reasons: list[ReasonView]
    information: list[InformationView]
    changes: list[ChangeView]
    leg_verdicts: list[VerdictWord]
    as_of: datetime
    ground_amsl_m: float | None  # below the first point, by the terrain in use
    dataset: DatasetWords
    operator: str  # "Hammersmith & Fulham (council, PDRA-01)"; "" = no profile


# --- operator profile (see_papers; to change: manage_airspace) --------------------------


class OperatorView(Wire, frozen=True, kw_only=True):
    """`GET /api/airspace/operator` -> OperatorView | null; `PUT` with the same (the last two are
    then ignored)."""

    name: str
    type: OperatorWord
    category: CategoryWord
    operator_id: str = ""
    flyer_id: str = ""
    class_mark: str = ""
    mass_kg: float | None = None
    insurance: str = ""
    force_policy_reference: str = ""
    force_policy_max_height_agl_m: float | None = None
    authorisation_reference: str = ""
    authorisation_begins: datetime | None = None
    authorisation_ends: datetime | None = None
    authorisation_max_height_agl_m: float | None = None
    authorisation_bvlos: bool = False
    authorisation_ring: list[list[float]] = msgspec.field(default_factory=list)  # [lon, lat]
    authorisation_lower_m: float | None = None
    authorisation_upper_m: float | None = None
    authorisation_datum: ZoneDatum = "agl"
    changed_at: datetime | None = None
    changed_by: str = ""


# --- permissions and requests (see_papers; to write: record_permissions) -----------------


class RecordPermission(Wire, frozen=True, kw_only=True):
    """`POST /api/airspace/permissions` -> PermissionView. A telephone clearance has no document,
    but who gave it and when."""

    zone: str
    reference: str
    begins: datetime
    ends: datetime
    given_by: Literal["paper", "email", "telephone"]
    granted_by: str
    given_at: datetime
    conditions: str = ""
    upper_limit_amsl_m: float | None = None
    document_id: str | None = None
    request_id: str | None = None


class PermissionView(Wire, frozen=True, kw_only=True):
    """`GET /api/airspace/permissions[?over=1]` -> list. `DELETE /api/airspace/permissions/<id>`
    withdraws it."""

    permission_id: str
    zone: str
    zone_name: str
    reference: str
    begins: datetime
    ends: datetime
    given_by: Literal["paper", "email", "telephone"]
    granted_by: str
    given_at: datetime
    conditions: str
    upper_limit_amsl_m: float | None
    document_id: str | None
    document_name: str
    request_id: str | None
    recorded_by: str
    recorded_at: datetime
    state: Literal["coming", "in_force", "over", "withdrawn"]


class DocumentAdded(Wire, frozen=True, kw_only=True):
    """`POST /api/airspace/documents` (the file as the body, `X-File-Name`). `GET
    /api/airspace/documents/<id>` gives it back as a download only."""

    document_id: str
    name: str
    sha256: str


class AskPermission(Wire, frozen=True, kw_only=True):
    """`POST /api/airspace/requests` -> RequestView: fills in the request for one zone of a
    plan."""

    zone_id: str
    plan: CheckPlan
    ends: datetime
    aircraft: str
    purpose: str


class ChangeRequest(Wire, frozen=True, kw_only=True):
    """`POST /api/airspace/requests/<id>` -> RequestView. Granted: by recording the permission
    with its `request_id`."""

    state: Literal["sent", "refused", "dropped"]
    answer: str = ""


class RequestView(Wire, frozen=True, kw_only=True):
    """`GET /api/airspace/requests` -> list."""

    request_id: str
    state: Literal["drafted", "sent", "granted", "refused", "dropped"]
    zone: str
    zone_name: str
    authority: str
    contact: str
    text: str
    begins: datetime
    ends: datetime
    made_by: str
    made_at: datetime
    changed_at: datetime
    answer: str
