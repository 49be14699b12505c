"""Incidents and alerts in SQL, as the types of `core.entities`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import CursorResult, select, update
from sqlalchemy.exc import IntegrityError as ConstraintBroken

from ground_station.core.entities import (
    Alert,
    AlertState,
    Incident,
    IncidentState,
    Severity,
)
from ground_station.core.errors import Conflict, NotFound
from ground_station.store.engine import Database
from ground_station.store.orm_registry import AlertRow, IncidentRow

DECIDED = frozenset({AlertState.RESOLVED, AlertState.REJECTED})
OPEN_STATES = tuple(state.value for state in AlertState if state not in DECIDED)


class SqlIncidents:
    """`IncidentRepository` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, organisation_id: str, *, open_only: bool = False) -> Sequence[Incident]:
        """Newest first."""
        wanted = (
            select(IncidentRow)
            .where(IncidentRow.organisation_id == organisation_id)
            .order_by(IncidentRow.opened_at.desc(), IncidentRow.id.desc())
        )
        if open_only:
            wanted = wanted.where(IncidentRow.state == IncidentState.OPEN.value)
        with self._database.read() as session:
            return [_incident(row) for row in session.scalars(wanted)]

    def get(self, incident_id: str) -> Incident | None:
        with self._database.read() as session:
            row = session.get(IncidentRow, incident_id)
            return None if row is None else _incident(row)

    def add(self, incident: Incident) -> None:
        """Conflict if it is there already, or names somebody who is not there."""
        try:
            with self._database.write() as session:
                session.add(IncidentRow(**_incident_columns(incident)))
        except ConstraintBroken as error:
            raise _incident_conflict(incident) from error

    def update(self, incident: Incident) -> None:
        """NotFound if it is gone."""
        columns = _incident_columns(incident)
        changed = update(IncidentRow).where(IncidentRow.id == incident.incident_id)
        try:
            with self._database.write() as session:
                done = session.execute(changed.values(**columns))
                if isinstance(done, CursorResult) and done.rowcount == 0:
                    raise NotFound("There is no such incident.")
        except ConstraintBroken as error:
            raise _incident_conflict(incident) from error


class SqlAlerts:
    """`AlertRepository` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, alert_id: str) -> Alert | None:
        with self._database.read() as session:
            row = session.get(AlertRow, alert_id)
            return None if row is None else _alert(row)

    def recent(
        self, *, organisation_ids: Sequence[str], limit: int = 200, open_only: bool = False
    ) -> Sequence[Alert]:
        """Newest first, by when they were raised."""
        wanted = (
            select(AlertRow)
            .where(AlertRow.organisation_id.in_(organisation_ids))
            .order_by(AlertRow.raised_at.desc(), AlertRow.id.desc())
            .limit(limit)
        )
        if open_only:
            wanted = wanted.where(AlertRow.state.in_(OPEN_STATES))
        with self._database.read() as session:
            return [_alert(row) for row in session.scalars(wanted)]

    def add(self, alert: Alert) -> None:
        """See the port. Conflict if it names an organisation or agent that is not there."""
        try:
            with self._database.write() as session:
                if session.get(AlertRow, alert.alert_id) is None:
                    session.add(AlertRow(**_alert_columns(alert)))
        except ConstraintBroken as error:
            raise Conflict(
                "The alert cannot be kept: its organisation or agent is not there."
            ) from error

    def decide(
        self, alert_id: str, state: AlertState, at: datetime, user_id: str, reason: str
    ) -> Alert:
        """See the port."""
        try:
            with self._database.write() as session:
                row = session.get(AlertRow, alert_id)
                if row is None:
                    raise NotFound("There is no such alert.")
                if row.state not in OPEN_STATES:
                    raise Conflict(f"The alert is {row.state} already.", "Load the page again.")
                row.state, row.decided_at = state.value, at
                row.decided_by, row.reason = user_id, reason
                session.flush()
                return _alert(row)
        except ConstraintBroken as error:
            raise NotFound("There is no such user.") from error


def _incident(row: IncidentRow) -> Incident:
    return Incident(
        incident_id=row.id,
        organisation_id=row.organisation_id,
        title=row.title,
        kind=row.kind,
        state=IncidentState(row.state),
        lat=row.lat,
        lon=row.lon,
        opened_at=row.opened_at,
        opened_by=row.opened_by,
        closed_at=row.closed_at,
        closed_by=row.closed_by,
        note=row.note,
    )


def _incident_columns(incident: Incident) -> dict[str, object]:
    return {
        "id": incident.incident_id,
        "organisation_id": incident.organisation_id,
        "title": incident.title,
        "kind": incident.kind,
        "state": incident.state.value,
        "lat": incident.lat,
        "lon": incident.lon,
        "opened_at": incident.opened_at,
        "opened_by": incident.opened_by,
        "closed_at": incident.closed_at,
        "closed_by": incident.closed_by,
        "note": incident.note,
    }


def _incident_conflict(incident: Incident) -> Conflict:
    return Conflict(
        f"The incident {incident.title} cannot be kept: it is there already, or somebody it names "
        "is not there."
    )


def _alert(row: AlertRow) -> Alert:
    return Alert(
        alert_id=row.id,
        organisation_id=row.organisation_id,
        kind=row.kind,
        severity=Severity(row.severity),
        text=row.text,
        remedy=row.remedy,
        source_id=row.source_id,
        agent_id=row.agent_id,
        lat=row.lat,
        lon=row.lon,
        raised_at=row.raised_at,
        received_at=row.received_at,
        state=AlertState(row.state),
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        reason=row.reason,
        vehicle_id=row.vehicle_id,
    )


def _alert_columns(alert: Alert) -> dict[str, object]:
    return {
        "id": alert.alert_id,
        "organisation_id": alert.organisation_id,
        "kind": alert.kind,
        "severity": alert.severity.value,
        "text": alert.text,
        "remedy": alert.remedy,
        "source_id": alert.source_id,
        "agent_id": alert.agent_id,
        "lat": alert.lat,
        "lon": alert.lon,
        "raised_at": alert.raised_at,
        "received_at": alert.received_at,
        "state": alert.state.value,
        "decided_at": alert.decided_at,
        "decided_by": alert.decided_by,
        "reason": alert.reason,
        "vehicle_id": alert.vehicle_id,
    }
