"""Alerts: what asks for a person, and what that person decided."""

from __future__ import annotations

import flask

from ground_station.api.auth import Access, access, identity
from ground_station.api.bodies import checked_id, json_answer, json_body
from ground_station.api.parts import parts
from ground_station.api.schemas import DecideAlert
from ground_station.api.views import alert_view
from ground_station.core.authority import Permission
from ground_station.core.entities import AlertState

blueprint = flask.Blueprint("alerts", __name__)


@blueprint.get("/api/alerts")
@access(Access.SIGNED_IN, Permission.SEE_ALERTS)
def alerts() -> flask.Response:
    """The newest of the person's own organisation and area."""
    found = parts().alerts.recent(identity().principal)
    return json_answer([alert_view(alert, parts().alerts.display_name) for alert in found])


@blueprint.post("/api/alerts/<alert_id>/decision")
@access(Access.SIGNED_IN, Permission.DECIDE_ALERTS)
def decide(alert_id: str) -> flask.Response:
    """Acknowledge, resolve or reject one."""
    checked_id(alert_id, "alert")
    body = json_body(DecideAlert)
    decided = parts().alerts.decide(
        identity().principal, alert_id, AlertState(body.state), body.reason
    )
    return json_answer(alert_view(decided, parts().alerts.display_name))
