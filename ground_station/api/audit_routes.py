"""The audit log, for who may read it."""

from __future__ import annotations

import flask

from ground_station.api.auth import Access, access, identity
from ground_station.api.bodies import json_answer
from ground_station.api.parts import parts
from ground_station.api.schemas import AuditPage, AuditRecordView
from ground_station.core.audit import AuditRecord
from ground_station.core.authority import Permission
from ground_station.core.errors import InvalidInput
from ground_station.services.audit_reading import PAGE, AuditQuestion, actor_name
from ground_station.services.names import Names

blueprint = flask.Blueprint("audit", __name__)

MAX_FILTER = 200


@blueprint.get("/api/audit")
@access(Access.SIGNED_IN, Permission.READ_AUDIT)
def audit() -> flask.Response:
    """A page of records, newest first; `before` is the `next_before` of the page before it."""
    reading = parts().audit_reading
    found = reading.page(
        identity().principal,
        AuditQuestion(
            before=_number("before"),
            act=_text("act"),
            actor_id=_text("actor"),
            subject_id=_text("subject"),
        ),
    )
    state = reading.state()
    names = parts().names()
    return json_answer(
        AuditPage(
            records=[_view(record, names) for record in found],
            next_before=found[-1].seq if len(found) == PAGE else None,
            signed_up_to=state.signed_up_to,
            verified_up_to=state.verified_up_to,
            verified_at=state.verified_at,
            problem=state.problem,
        )
    )


def _view(record: AuditRecord, names: Names) -> AuditRecordView:
    entry = record.entry
    return AuditRecordView(
        seq=record.seq,
        recorded_at=record.recorded_at,
        act=entry.act.value,
        actor=entry.actor.value,
        actor_id=entry.actor_id,
        actor_name=actor_name(record, names),
        organisation_id=entry.organisation_id,
        subject_kind=entry.subject_kind,
        subject_id=entry.subject_id,
        subject_name=names.of(entry.subject_kind, entry.subject_id),
        purpose=entry.purpose,
        details=dict(entry.details),
        hash=record.hash,
    )


def _text(name: str) -> str | None:
    value = flask.request.args.get(name, "")
    if len(value) > MAX_FILTER or "\0" in value:
        raise InvalidInput(f"The filter {name} is no id or word.")
    return value or None


def _number(name: str) -> int | None:
    value = _text(name)
    if value is None:
        return None
    if not (value.isascii() and value.isdigit() and len(value) <= 15):
        raise InvalidInput(f"The filter {name} is a whole number.")
    return int(value)
