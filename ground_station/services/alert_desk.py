"""Alerts shown, and decided about. Those of another organisation are seen under an agreement in
force, each first look recorded; only their owner decides about them.
"""

from __future__ import annotations

from collections.abc import Callable

from ground_station.core.audit import Act, Actor, AuditEntry, AuditLog
from ground_station.core.authority import Principal
from ground_station.core.bus import Bus
from ground_station.core.clock import Clock
from ground_station.core.entities import Alert, AlertRepository, AlertState, Shareable
from ground_station.core.errors import InvalidInput, NotFound
from ground_station.core.events import AlertChanged
from ground_station.services.sharing import Sharing

MAX_REASON_LENGTH = 500


class Alerts:
    """Showing alerts and deciding about them.

    Args:
        display_name: of a user id.
    """

    def __init__(
        self,
        *,
        alerts: AlertRepository,
        audit: AuditLog,
        sharing: Sharing,
        display_name: Callable[[str], str],
        bus: Bus,
        clock: Clock,
    ) -> None:
        self._alerts = alerts
        self._audit = audit
        self._sharing = sharing
        self.display_name = display_name
        self._bus = bus
        self._clock = clock

    def recent(self, who: Principal, limit: int = 200) -> list[Alert]:
        """Those of the person's own organisation and area, newest first."""
        own = who.scope.organisation_id
        found = self._alerts.recent(organisation_ids=[own], limit=limit)
        return [alert for alert in found if _may_decide(who, alert)]

    def recent_with_shared(self, who: Principal, limit: int = 200) -> list[Alert]:
        """Those of `recent`, and as many again of organisations that share theirs, newest first.
        The person's first look at each of the latter is recorded before it is given.

        Raises:
            NotAllowed: an agreement ended this moment.
            Unavailable: the looks cannot be recorded; nothing is shown.
        """
        scope = who.scope
        own, givers = self.recent(who, limit), scope.alert_givers()
        if not givers:
            return own
        found = self._alerts.recent(organisation_ids=givers, limit=limit)
        shared = [one for one in found if scope.holds_alert(one.organisation_id, one.lat, one.lon)]
        self._sharing.disclose_first_looks(
            who, Shareable.ALERTS, [(one.alert_id, one.organisation_id) for one in shared]
        )
        return sorted([*own, *shared], key=lambda one: one.raised_at, reverse=True)

    def decide(self, who: Principal, alert_id: str, state: AlertState, reason: str) -> Alert:
        """Write down what this person decided.

        Raises:
            NotFound: there is no such alert of the person's own organisation and area: those of
                others are seen, not decided about.
            Conflict: it is resolved or rejected already.
            InvalidInput: the reason is too long, or the state is none to decide for.
            Unavailable: it could not be written down; nothing was decided.
        """
        if state is AlertState.NEW:
            raise InvalidInput("An alert cannot be made new again.")
        if len(reason) > MAX_REASON_LENGTH:
            raise InvalidInput(f"A reason has at most {MAX_REASON_LENGTH} characters.")
        alert = self._alerts.get(alert_id)
        if alert is None or not _may_decide(who, alert):
            raise NotFound("There is no such alert.")
        entry = AuditEntry(
            Act.ALERT_DECIDED,
            Actor.USER,
            who.user_id,
            alert.organisation_id,
            "alert",
            alert_id,
            details={"state": state.value, "reason": reason},
        )
        with self._audit.together(entry):
            decided = self._alerts.decide(alert_id, state, self._clock.now(), who.user_id, reason)
        self._bus.publish(AlertChanged(decided, self._clock.now()))
        return decided


def _may_decide(who: Principal, alert: Alert) -> bool:
    own = alert.organisation_id == who.scope.organisation_id
    return own and who.scope.holds(alert.organisation_id, alert.lat, alert.lon)
