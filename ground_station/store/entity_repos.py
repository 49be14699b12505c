"""Organisations, agreements, disclosures and units in SQL, as the types of `core.entities`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import CursorResult, and_, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError as ConstraintBroken
from sqlalchemy.orm import Session

from ground_station.core.entities import (
    Agreement,
    Disclosure,
    LegalRegime,
    Organisation,
    OrganisationKind,
    Shareable,
    Unit,
    UnitPosition,
)
from ground_station.core.errors import Conflict, NotFound
from ground_station.store.engine import Database
from ground_station.store.orm import OrganisationRow
from ground_station.store.orm_registry import (
    AgreementRow,
    DisclosureRow,
    UnitMemberRow,
    UnitPositionRow,
    UnitRow,
)


class SqlOrganisations:
    """`OrganisationRepository` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> Sequence[Organisation]:
        wanted = select(OrganisationRow).order_by(OrganisationRow.created_at, OrganisationRow.id)
        with self._database.read() as session:
            return [_organisation(row) for row in session.scalars(wanted)]

    def get(self, organisation_id: str) -> Organisation | None:
        with self._database.read() as session:
            row = session.get(OrganisationRow, organisation_id)
            return None if row is None else _organisation(row)

    def add(self, organisation: Organisation) -> None:
        try:
            with self._database.write() as session:
                session.add(
                    OrganisationRow(
                        id=organisation.organisation_id,
                        name=organisation.name,
                        kind=organisation.kind.value,
                        created_at=organisation.created_at,
                    )
                )
        except ConstraintBroken as error:
            raise Conflict(f"There is already an organisation {organisation.name}.") from error

    def agreements(self) -> Sequence[Agreement]:
        wanted = select(AgreementRow).order_by(AgreementRow.starts_at, AgreementRow.id)
        with self._database.read() as session:
            return [_agreement(row) for row in session.scalars(wanted)]

    def add_agreement(self, agreement: Agreement) -> None:
        row = AgreementRow(
            id=agreement.agreement_id,
            name=agreement.name,
            from_id=agreement.from_id,
            to_id=agreement.to_id,
            legal_regime=agreement.legal_regime.value,
            covers=" ".join(sorted(one.value for one in agreement.covers)),
            starts_at=agreement.starts_at,
            ends_at=agreement.ends_at,
            made_by=agreement.made_by,
            ended_at=agreement.ended_at,
        )
        try:
            with self._database.write() as session:
                session.add(row)
        except ConstraintBroken as error:
            raise Conflict(
                f"The agreement {agreement.name} cannot be kept: an organisation or person that "
                "it names is not there, or it is there already."
            ) from error

    def end_agreement(self, agreement_id: str, at: datetime) -> None:
        """NotFound if there is no such agreement; one that has ended keeps its end."""
        with self._database.write() as session:
            row = session.get(AgreementRow, agreement_id)
            if row is None:
                raise NotFound("There is no such agreement.")
            if row.ended_at is None:
                row.ended_at = at

    def add_disclosure(self, disclosure: Disclosure) -> None:
        row = DisclosureRow(
            id=disclosure.disclosure_id,
            agreement_id=disclosure.agreement_id,
            from_id=disclosure.from_id,
            to_id=disclosure.to_id,
            what=disclosure.what.value,
            subject_id=disclosure.subject_id,
            user_id=disclosure.user_id,
            purpose=disclosure.purpose,
            disclosed_at=disclosure.disclosed_at,
        )
        try:
            with self._database.write() as session:
                session.add(row)
        except ConstraintBroken as error:
            raise Conflict(
                "The disclosure cannot be kept: its agreement, an organisation or the person is "
                "not there."
            ) from error

    def disclosed_to(
        self, user_id: str, what: Shareable, subject_ids: Sequence[str]
    ) -> frozenset[str]:
        wanted = select(DisclosureRow.subject_id).where(
            DisclosureRow.user_id == user_id,
            DisclosureRow.what == what.value,
            DisclosureRow.subject_id.in_(subject_ids),
        )
        with self._database.read() as session:
            return frozenset(session.scalars(wanted))

    def disclosures(
        self, organisation_id: str, *, limit: int = 100, before_id: str | None = None
    ) -> Sequence[Disclosure]:
        """See the port. Ids are UUIDv7, so their order is that of time."""
        one_side = (DisclosureRow.from_id, DisclosureRow.to_id)
        wanted = (
            select(DisclosureRow)
            .where(or_(*(side == organisation_id for side in one_side)))
            .order_by(DisclosureRow.id.desc())
            .limit(limit)
        )
        if before_id is not None:
            wanted = wanted.where(DisclosureRow.id < before_id)
        with self._database.read() as session:
            return [_disclosure(row) for row in session.scalars(wanted)]


class SqlUnits:
    """`UnitRepository` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, organisation_id: str) -> Sequence[Unit]:
        own = UnitRow.organisation_id == organisation_id
        with self._database.read() as session:
            rows = session.scalars(select(UnitRow).where(own).order_by(UnitRow.call_sign)).all()
            members = (
                select(UnitMemberRow)
                .join(UnitRow, UnitRow.id == UnitMemberRow.unit_id)
                .where(own)
                .order_by(UnitMemberRow.unit_id, UnitMemberRow.place)
            )
            crews: dict[str, list[str]] = {}
            for member in session.scalars(members):
                crews.setdefault(member.unit_id, []).append(member.user_id)
            return [_unit(row, crews.get(row.id, ())) for row in rows]

    def get(self, unit_id: str) -> Unit | None:
        members = (
            select(UnitMemberRow.user_id)
            .where(UnitMemberRow.unit_id == unit_id)
            .order_by(UnitMemberRow.place)
        )
        with self._database.read() as session:
            row = session.get(UnitRow, unit_id)
            return None if row is None else _unit(row, session.scalars(members).all())

    def add(self, unit: Unit) -> None:
        """Conflict if the call sign is taken."""
        try:
            with self._database.write() as session:
                session.add(UnitRow(**_unit_columns(unit)))
                session.flush()
                _set_members(session, unit)
        except ConstraintBroken as error:
            raise _unit_conflict(unit) from error

    def update(self, unit: Unit) -> None:
        """NotFound if it is gone; Conflict if the call sign is taken."""
        changed = update(UnitRow).where(UnitRow.id == unit.unit_id).values(**_unit_columns(unit))
        try:
            with self._database.write() as session:
                done = session.execute(changed)
                if isinstance(done, CursorResult) and done.rowcount == 0:
                    raise NotFound("There is no such unit.")
                session.execute(delete(UnitMemberRow).where(UnitMemberRow.unit_id == unit.unit_id))
                _set_members(session, unit)
        except ConstraintBroken as error:
            raise _unit_conflict(unit) from error

    def add_positions(self, positions: Sequence[UnitPosition]) -> None:
        """One a unit and moment is kept: a position that is there already changes nothing.

        Raises:
            NotFound: no such unit or person.
        """
        try:
            with self._database.write() as session:
                for one in positions:
                    if session.get(UnitPositionRow, (one.unit_id, one.observed_at)) is None:
                        session.add(_position_row(one))
                        session.flush()
        except ConstraintBroken as error:
            raise NotFound("A position names a unit or person that is not there.") from error

    def latest_positions(self, organisation_id: str) -> Sequence[UnitPosition]:
        """One a unit: a look-up each in the primary key, however many positions there are."""
        newest = (
            select(func.max(UnitPositionRow.observed_at))
            .where(UnitPositionRow.unit_id == UnitRow.id)
            .correlate(UnitRow)
            .scalar_subquery()
        )
        wanted = (
            select(UnitPositionRow)
            .select_from(UnitRow)
            .join(
                UnitPositionRow,
                and_(UnitPositionRow.unit_id == UnitRow.id, UnitPositionRow.observed_at == newest),
            )
            .where(UnitRow.organisation_id == organisation_id)
            .order_by(UnitRow.call_sign)
        )
        with self._database.read() as session:
            return [_position(row) for row in session.scalars(wanted)]


def _organisation(row: OrganisationRow) -> Organisation:
    return Organisation(row.id, row.name, OrganisationKind(row.kind), row.created_at)


def _agreement(row: AgreementRow) -> Agreement:
    return Agreement(
        agreement_id=row.id,
        name=row.name,
        from_id=row.from_id,
        to_id=row.to_id,
        legal_regime=LegalRegime(row.legal_regime),
        covers=frozenset(Shareable(word) for word in row.covers.split()),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        made_by=row.made_by,
        ended_at=row.ended_at,
    )


def _disclosure(row: DisclosureRow) -> Disclosure:
    return Disclosure(
        disclosure_id=row.id,
        agreement_id=row.agreement_id,
        from_id=row.from_id,
        to_id=row.to_id,
        what=Shareable(row.what),
        subject_id=row.subject_id,
        user_id=row.user_id,
        purpose=row.purpose,
        disclosed_at=row.disclosed_at,
    )


def _unit(row: UnitRow, user_ids: Sequence[str]) -> Unit:
    return Unit(
        unit_id=row.id,
        organisation_id=row.organisation_id,
        call_sign=row.call_sign,
        user_ids=tuple(user_ids),
        on_duty=row.on_duty,
        created_at=row.created_at,
    )


def _unit_columns(unit: Unit) -> dict[str, object]:
    return {
        "id": unit.unit_id,
        "organisation_id": unit.organisation_id,
        "call_sign": unit.call_sign,
        "on_duty": unit.on_duty,
        "created_at": unit.created_at,
    }


def _set_members(session: Session, unit: Unit) -> None:
    for place, user_id in enumerate(unit.user_ids):
        session.add(UnitMemberRow(unit_id=unit.unit_id, user_id=user_id, place=place))
    session.flush()


def _unit_conflict(unit: Unit) -> Conflict:
    return Conflict(
        f"The unit {unit.call_sign} cannot be kept: the call sign is taken, or a member is not "
        "there."
    )


def _position_row(position: UnitPosition) -> UnitPositionRow:
    return UnitPositionRow(
        unit_id=position.unit_id,
        observed_at=position.observed_at,
        lat=position.lat,
        lon=position.lon,
        accuracy_m=position.accuracy_m,
        given_by=position.given_by,
    )


def _position(row: UnitPositionRow) -> UnitPosition:
    return UnitPosition(
        row.unit_id, row.observed_at, row.lat, row.lon, row.accuracy_m, row.given_by
    )
