"""Alerts: what asks for a person, and what that person decided."""

from __future__ import annotations

import flask

from ground_station.api.auth import Access, access, identity
from ground_station.api.bodies import checked_id, json_answer, json_body
from ground_station.api.parts import parts
from ground_station.api.schemas import AlertView, DecideAlert
from ground_station.api.views import alert_view, shared_alert_view
from ground_station.core.authority import Permission
from ground_station.core.entities import Alert, AlertState

blueprint = flask.Blueprint("alerts", __name__)


@blueprint.get("/api/alerts")
@access(Access.SIGNED_IN, Permission.SEE_ALERTS)
def alerts() -> flask.Response:
    """The newest of the person's area: the own organisation's, and those shared with it, of which
    each first look is recorded before it is given."""
    who = identity().principal
    found = parts().alerts.recent_with_shared(who)
    return json_answer([_view(alert, who.scope.organisation_id) for alert in found])


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


def _view(alert: Alert, own_id: str) -> AlertView:
    if alert.organisation_id == own_id:
        return alert_view(alert, parts().alerts.display_name)
    owner = parts().organisation(alert.organisation_id)
    return shared_alert_view(alert, "another organisation" if owner is None else owner.name)
