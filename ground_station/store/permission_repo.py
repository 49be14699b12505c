"""Operators, permissions, requests for them and documents, in SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError as ConstraintBroken
from sqlalchemy.orm import undefer

from geo.airspace.plan import Authorisation, Category, ForcePolicy
from geo.zones.model import OperatorType
from ground_station.core.airspace import (
    Document,
    GivenBy,
    OperatorProfile,
    PermissionRequest,
    RecordedPermission,
    RequestState,
)
from ground_station.core.clock import Clock
from ground_station.core.errors import Conflict, IntegrityError, NotFound
from ground_station.store.engine import Database
from ground_station.store.orm_airspace import (
    AirspacePermissionRow,
    DocumentRow,
    OperatorProfileRow,
    PermissionRequestRow,
)

MOST = 1000
MOST_DOCUMENTS = 5000
_OPEN = (RequestState.DRAFTED.value, RequestState.SENT.value)
_Part = TypeVar("_Part")


class SqlPermissions:
    """`PermissionRepository` over SQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    # --- the operator ----------------------------------------------------------------------------

    def profile(self, organisation_id: str) -> OperatorProfile | None:
        """See the port; IntegrityError if it cannot be read."""
        with self._database.read() as session:
            row = session.get(OperatorProfileRow, organisation_id)
            return None if row is None else _profile(row)

    def put_profile(self, profile: OperatorProfile) -> None:
        """See the port; NotFound: no such organisation."""
        try:
            with self._database.write() as session:
                session.merge(OperatorProfileRow(**_profile_columns(profile)))
        except ConstraintBroken as error:
            raise NotFound("There is no such organisation.") from error

    # --- permissions -----------------------------------------------------------------------------

    def permissions(
        self, organisation_id: str, *, over_too: bool = False
    ) -> Sequence[RecordedPermission]:
        """See the port."""
        wanted = (
            select(AirspacePermissionRow)
            .where(AirspacePermissionRow.organisation_id == organisation_id)
            .order_by(AirspacePermissionRow.recorded_at.desc(), AirspacePermissionRow.id.desc())
            .limit(MOST)
        )
        if not over_too:
            wanted = wanted.where(AirspacePermissionRow.withdrawn_at.is_(None)).where(
                AirspacePermissionRow.ends > self._clock.now()
            )
        with self._database.read() as session:
            return [_permission(row) for row in session.scalars(wanted)]

    def permission(self, permission_id: str) -> RecordedPermission | None:
        with self._database.read() as session:
            row = session.get(AirspacePermissionRow, permission_id)
            return None if row is None else _permission(row)

    def add_permission(self, permission: RecordedPermission) -> None:
        """See the port. NotFound if its organisation, document or request is not there."""
        row = AirspacePermissionRow(
            id=permission.permission_id,
            organisation_id=permission.organisation_id,
            zone=permission.zone,
            zone_name=permission.zone_name,
            reference=permission.reference,
            begins=permission.begins,
            ends=permission.ends,
            given_by=permission.given_by.value,
            granted_by=permission.granted_by,
            given_at=permission.given_at,
            conditions=permission.conditions,
            upper_limit_amsl_m=permission.upper_limit_amsl_m,
            document_id=permission.document_id,
            request_id=permission.request_id,
            recorded_by=permission.recorded_by,
            recorded_at=permission.recorded_at,
            withdrawn_at=permission.withdrawn_at,
            withdrawn_by=permission.withdrawn_by,
        )
        try:
            with self._database.write() as session:
                session.add(row)
        except ConstraintBroken as error:
            raise NotFound(
                "The document or the request that this permission names is not there."
            ) from error

    def withdraw_permission(self, permission_id: str, at: datetime, by: str) -> None:
        """See the port. NotFound; Conflict if it is withdrawn already."""
        with self._database.write() as session:
            row = session.get(AirspacePermissionRow, permission_id)
            if row is None:
                raise NotFound("There is no such permission.")
            if row.withdrawn_at is not None:
                raise Conflict("This permission is withdrawn already.")
            row.withdrawn_at, row.withdrawn_by = at, by

    # --- requests --------------------------------------------------------------------------------

    def requests(
        self, organisation_id: str, *, open_only: bool = False
    ) -> Sequence[PermissionRequest]:
        """See the port."""
        wanted = (
            select(PermissionRequestRow)
            .where(PermissionRequestRow.organisation_id == organisation_id)
            .order_by(PermissionRequestRow.id.desc())
            .limit(MOST)
        )
        if open_only:
            wanted = wanted.where(PermissionRequestRow.state.in_(_OPEN))
        with self._database.read() as session:
            return [_request(row) for row in session.scalars(wanted)]

    def request(self, request_id: str) -> PermissionRequest | None:
        with self._database.read() as session:
            row = session.get(PermissionRequestRow, request_id)
            return None if row is None else _request(row)

    def put_request(self, request: PermissionRequest) -> None:
        """See the port; NotFound: no such organisation."""
        row = PermissionRequestRow(
            id=request.request_id,
            organisation_id=request.organisation_id,
            state=request.state.value,
            zone=request.zone,
            zone_name=request.zone_name,
            authority=request.authority,
            contact=request.contact,
            text=request.text,
            begins=request.begins,
            ends=request.ends,
            made_by=request.made_by,
            made_at=request.made_at,
            changed_at=request.changed_at,
            answer=request.answer,
        )
        try:
            with self._database.write() as session:
                session.merge(row)
        except ConstraintBroken as error:
            raise NotFound("There is no such organisation.") from error

    # --- documents -------------------------------------------------------------------------------

    def document(self, document_id: str) -> Document | None:
        wanted = (
            select(DocumentRow)
            .where(DocumentRow.id == document_id)
            .options(undefer(DocumentRow.body))
        )
        with self._database.read() as session:
            row = session.scalars(wanted).one_or_none()
            if row is None:
                return None
            return Document(
                document_id=row.id,
                organisation_id=row.organisation_id,
                name=row.name,
                media_type=row.media_type,
                sha256=row.sha256,
                added_by=row.added_by,
                added_at=row.added_at,
                body=row.body,
            )

    def add_document(self, document: Document) -> None:
        """See the port."""
        row = DocumentRow(
            id=document.document_id,
            organisation_id=document.organisation_id,
            name=document.name,
            media_type=document.media_type,
            sha256=document.sha256,
            added_by=document.added_by,
            added_at=document.added_at,
            body=document.body,
        )
        try:
            with self._database.write() as session:
                held = select(func.count()).select_from(DocumentRow)
                held = held.where(DocumentRow.organisation_id == document.organisation_id)
                if (session.scalar(held) or 0) >= MOST_DOCUMENTS:
                    raise Conflict(
                        f"{MOST_DOCUMENTS} documents are kept already.",
                        "Old ones go when their time is over.",
                    )
                session.add(row)
        except ConstraintBroken as error:
            raise NotFound("There is no such organisation.") from error

    def document_names(self, organisation_id: str) -> Mapping[str, str]:
        """See the port."""
        wanted = select(DocumentRow.id, DocumentRow.name).where(
            DocumentRow.organisation_id == organisation_id
        )
        with self._database.read() as session:
            return {document_id: name for document_id, name in session.execute(wanted)}


def _profile(row: OperatorProfileRow) -> OperatorProfile:
    return OperatorProfile(
        organisation_id=row.organisation_id,
        name=row.name,
        type=OperatorType(row.type),
        category=Category(row.category),
        operator_id=row.operator_id,
        flyer_id=row.flyer_id,
        class_mark=row.class_mark,
        mass_kg=row.mass_kg,
        insurance=row.insurance,
        force_policy=_part(row.force_policy, ForcePolicy),
        authorisation=_part(row.authorisation, Authorisation),
        changed_at=row.changed_at,
        changed_by=row.changed_by,
    )


def _profile_columns(profile: OperatorProfile) -> dict[str, object]:
    return {
        "organisation_id": profile.organisation_id,
        "name": profile.name,
        "type": profile.type.value,
        "category": profile.category.value,
        "operator_id": profile.operator_id,
        "flyer_id": profile.flyer_id,
        "class_mark": profile.class_mark,
        "mass_kg": profile.mass_kg,
        "insurance": profile.insurance,
        "force_policy": _json(profile.force_policy),
        "authorisation": _json(profile.authorisation),
        "changed_at": profile.changed_at,
        "changed_by": profile.changed_by,
    }


def _json(part: object) -> str | None:
    return None if part is None else msgspec.json.encode(part).decode()


def _part(kept: str | None, form: type[_Part]) -> _Part | None:
    if kept is None:
        return None
    try:
        return msgspec.json.decode(kept, type=form)
    except msgspec.MsgspecError as error:
        raise IntegrityError("The operator's profile cannot be read.", "Enter it again.") from error


def _permission(row: AirspacePermissionRow) -> RecordedPermission:
    return RecordedPermission(
        permission_id=row.id,
        organisation_id=row.organisation_id,
        zone=row.zone,
        zone_name=row.zone_name,
        reference=row.reference,
        begins=row.begins,
        ends=row.ends,
        given_by=GivenBy(row.given_by),
        granted_by=row.granted_by,
        given_at=row.given_at,
        conditions=row.conditions,
        upper_limit_amsl_m=row.upper_limit_amsl_m,
        document_id=row.document_id,
        request_id=row.request_id,
        recorded_by=row.recorded_by,
        recorded_at=row.recorded_at,
        withdrawn_at=row.withdrawn_at,
        withdrawn_by=row.withdrawn_by,
    )


def _request(row: PermissionRequestRow) -> PermissionRequest:
    return PermissionRequest(
        request_id=row.id,
        organisation_id=row.organisation_id,
        state=RequestState(row.state),
        zone=row.zone,
        zone_name=row.zone_name,
        authority=row.authority,
        contact=row.contact,
        text=row.text,
        begins=row.begins,
        ends=row.ends,
        made_by=row.made_by,
        made_at=row.made_at,
        changed_at=row.changed_at,
        answer=row.answer,
    )
