"""The audit log, sharing and retention."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ground_station.api.schemas.base import Wire


class AuditRecordView(Wire, frozen=True, kw_only=True):
    seq: int
    recorded_at: datetime
    act: str
    actor: str
    actor_id: str | None
    actor_name: str
    organisation_id: str | None
    subject_kind: str
    subject_id: str
    subject_name: str
    purpose: str
    details: dict[str, object]
    hash: str


class AuditPage(Wire, frozen=True, kw_only=True):
    """`GET /api/audit?before=&act=&actor=&subject=`, newest first. Reading it is recorded."""

    records: list[AuditRecordView]
    next_before: int | None
    signed_up_to: int
    verified_up_to: int
    verified_at: datetime | None
    problem: str  # "" while the chain is whole


class AgreementView(Wire, frozen=True, kw_only=True):
    """`GET /api/agreements`."""

    agreement_id: str
    name: str
    from_id: str
    to_id: str
    legal_regime: str
    covers: list[str]
    starts_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    in_force: bool


class MakeAgreement(Wire, frozen=True, kw_only=True):
    """`POST /api/agreements`: the maker's organisation is always the one that gives."""

    name: str
    to_id: str
    legal_regime: Literal["uk_gdpr", "dpa_2018_part_3"]
    covers: list[Literal["map", "video", "alerts"]]
    starts_at: datetime
    ends_at: datetime


class DisclosureView(Wire, frozen=True, kw_only=True):
    """`GET /api/disclosures`."""

    disclosure_id: str
    agreement_name: str
    from_id: str
    to_id: str
    what: str
    subject_name: str
    user_name: str
    purpose: str
    disclosed_at: datetime


class RetentionRow(Wire, frozen=True, kw_only=True):
    """`GET /api/retention`."""

    kind: str
    what: str
    purpose: str
    days: int | None
    until: str
