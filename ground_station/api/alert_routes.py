"""Alerts: what asks for a person, and what that person decided."""

from __future__ import annotations

import flask

from ground_station.api.auth import Access, access, identity
from ground_station.api.bodies import checked_id, json_answer, json_body
from ground_station.api.parts import parts
from ground_station.api.schemas import AlertView, DecideAlert
from ground_station.core.authority import Permission
from ground_station.core.entities import Alert, AlertState

blueprint = flask.Blueprint("alerts", __name__)


@blueprint.get("/api/alerts")
@access(Access.SIGNED_IN, Permission.SEE_ALERTS)
def alerts() -> flask.Response:
    """The newest of the person's own organisation and area."""
    found = parts().alerts.recent(identity().principal)
    return json_answer([alert_view(alert) for alert in found])


@blueprint.post("/api/alerts/<alert_id>/decision")
@access(Access.SIGNED_IN, Permission.DECIDE_ALERTS)
def decide(alert_id: str) -> flask.Response:
    """Acknowledge, resolve or reject one."""
    checked_id(alert_id, "alert")
    body = json_body(DecideAlert)
    decided = parts().alerts.decide(
        identity().principal, alert_id, AlertState(body.state), body.reason
    )
    return json_answer(alert_view(decided))


def alert_view(alert: Alert) -> AlertView:
    """An alert as it goes over the wire."""
    decided_by = alert.decided_by
    return AlertView(
        alert_id=alert.alert_id,
        kind=alert.kind,
        severity=alert.severity.value,
        text=alert.text,
        remedy=alert.remedy,
        source_id=alert.source_id,
        agent_id=alert.agent_id,
        lat=alert.lat,
        lon=alert.lon,
        raised_at=alert.raised_at,
        received_at=alert.received_at,
        state=alert.state.value,
        decided_at=alert.decided_at,
        decided_by=None if decided_by is None else parts().alerts.display_name(decided_by),
        reason=alert.reason,
    )
