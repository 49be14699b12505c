"""Alerts: taken from agents so that none is lost and none comes twice.

One thread takes what the agents' transport threads hand over, in groups: the id of each message,
the alert and its audit record are one transaction, and only then is the agent told to forget the
message. A message whose id is known is acknowledged again and changes nothing.
"""

from __future__ import annotations

import dataclasses
import logging
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ground_station.core.agent_durable import FIRST_YEAR, Durable, Received, one_line
from ground_station.core.audit import Act, Actor, AuditEntry, AuditLog
from ground_station.core.bus import Bus
from ground_station.core.clock import Clock
from ground_station.core.delivery import ReceivedMessage, ReceivedMessages
from ground_station.core.entities import Alert, AlertRepository, Severity
from ground_station.core.errors import Conflict, InvalidInput, KestrelError, Unavailable
from ground_station.core.events import AlertChanged
from ground_station.core.ids import new_id
from ground_station.core.lifecycle import Worker
from ground_station.core.mailbox import DropOldest
from ground_station.core.ports import AgentChannel, AgentIdentity
from ground_station.services.sources import Sources
from ground_station.services.system import WELL, Finding

log = logging.getLogger(__name__)

WAITING_BATCHES = 64  # one that finds no room is sent again by its agent
GROUP = 500  # messages in one transaction
KEPT_DAYS = 30  # ids of messages; the alerts themselves: see the retention table
FORGET_EVERY_S = 3600.0
FORGOTTEN_AT_ONCE = 10_000
TWICE_AGAIN_AFTER_S = 3600.0
MAX_REMEMBERED = 1000
SEEN_TWICE = "agent_token_twice"
NOT_KEPT = "message_not_kept"


@dataclass(frozen=True, slots=True)
class _Batch:
    """What one envelope held; `channel` is None for the station's own alerts."""

    channel: AgentChannel | None
    taken: tuple[tuple[ReceivedMessage | None, Alert], ...]


_WAKE = _Batch(None, ())


class AlertInbox:
    """Takes durable messages; `take` is for transport threads and never waits.

    Args:
        organisation_id: whose the station's own alerts are.
    """

    def __init__(
        self,
        *,
        received: ReceivedMessages,
        alerts: AlertRepository,
        audit: AuditLog,
        sources: Sources,
        organisation_id: str,
        bus: Bus,
        clock: Clock,
    ) -> None:
        self._received = received
        self._alerts = alerts
        self._audit = audit
        self._sources = sources
        self._organisation_id = organisation_id
        self._bus = bus
        self._clock = clock
        self._batches: DropOldest[_Batch] = DropOldest(WAITING_BATCHES)
        # Apart, so that no flood of an agent's pushes out what nobody would bring again.
        self._own: DropOldest[_Batch] = DropOldest(MAX_REMEMBERED)
        self._worker = Worker("alert-inbox", self._step)
        self._unkept: list[_Batch] = []
        self._forgot_s = float("-inf")
        self._problem = ""
        self._twice_lock = threading.Lock()
        self._twice: OrderedDict[str, float] = OrderedDict()

    def start(self) -> None:
        self._worker.start()

    def stop(self) -> None:
        self._batches.close()
        self._worker.stop()

    @property
    def problem(self) -> str:
        """Why nothing can be taken just now; "" while it can."""
        return self._problem

    def take(
        self,
        identity: AgentIdentity,
        channel: AgentChannel,
        messages: Sequence[Durable],
        clock_offset_ms: float | None,
    ) -> None:
        """Take an agent's messages soon; it is told when they are kept."""
        now = self._clock.now()
        known = {
            status.source.agent_key: status.source.source_id
            for status in self._sources.of_agent(identity.agent_id)
        }
        taken = tuple(
            (
                ReceivedMessage(
                    identity.agent_id, message.message_id, now, message.made_at, clock_offset_ms
                ),
                self._alert(identity, message, known, now, clock_offset_ms),
            )
            for message in messages
        )
        self._batches.put(_Batch(channel, taken))

    def raise_own(
        self,
        kind: str,
        severity: Severity,
        text: str,
        remedy: str,
        *,
        agent_id: str | None = None,
        organisation_id: str = "",
        vehicle_id: str | None = None,
        place: tuple[float, float] | None = None,
    ) -> str:
        """An alert of the station itself; its id. It is written down soon, not at once.

        Args:
            agent_id, vehicle_id: what it is about; who raised it is the station.
            organisation_id: whose it is; "" = the installation's own.
            place: (lat, lon) where; who may only see an area sees no alert without.
        """
        now = self._clock.now()
        alert = Alert(
            alert_id=new_id(),
            organisation_id=organisation_id or self._organisation_id,
            kind=kind,
            severity=severity,
            text=one_line(text)[:500],
            remedy=one_line(remedy)[:500],
            source_id=None,
            agent_id=agent_id,
            lat=None if place is None else place[0],
            lon=None if place is None else place[1],
            raised_at=now,
            received_at=now,
            vehicle_id=vehicle_id,
        )
        self._own.put(_Batch(None, ((None, alert),)))
        self._batches.put(_WAKE)
        return alert.alert_id

    def token_seen_twice(self, identity: AgentIdentity, address: str) -> None:
        """Raise an alert, at most once an hour for each agent."""
        now_s = self._clock.monotonic_s()
        with self._twice_lock:
            last_s = self._twice.get(identity.agent_id, float("-inf"))
            if now_s - last_s < TWICE_AGAIN_AFTER_S:
                return
            self._twice[identity.agent_id] = now_s
            while len(self._twice) > MAX_REMEMBERED:
                self._twice.popitem(last=False)
        self.raise_own(
            SEEN_TWICE,
            Severity.WARNING,
            f"Another machine ({address}) tried to connect with the token of {identity.name}. "
            "It was refused.",
            "If that machine is not yours, revoke the agent and enrol it anew.",
            agent_id=identity.agent_id,
            organisation_id=identity.organisation_id,
        )

    # --- the inbox's own thread ------------------------------------------------------------------

    def _step(self) -> None:
        first = self._batches.take(1.0)
        own = self._own.drain()
        came = [*own, *([first] if first else []), *self._batches.drain()]
        came = [batch for batch in came if batch is not _WAKE]
        if came:
            self.settle(came)
        elif first is None and self._unkept:
            unkept, self._unkept = self._unkept, []
            self.settle(unkept)
        now_s = self._clock.monotonic_s()
        if now_s - self._forgot_s > FORGET_EVERY_S:
            self._forgot_s = now_s
            self._forget()

    def settle(self, batches: Sequence[_Batch]) -> None:
        """Keep these, in as few transactions as their number allows, and tell their agents."""
        group: list[_Batch] = []
        size = 0
        for batch in batches:
            group.append(batch)
            size += len(batch.taken)
            if size >= GROUP:
                self._settle_group(group)
                group, size = [], 0
        if group:
            self._settle_group(group)

    def drain(self) -> None:
        """Settle what waits; for tests, which run no thread."""
        unkept, self._unkept = self._unkept, []
        came = [*unkept, *self._own.drain(), *self._batches.drain()]
        self.settle([batch for batch in came if batch is not _WAKE])

    def _settle_group(self, batches: Sequence[_Batch]) -> None:
        try:
            new = self._keep(batches)
        except Unavailable as error:
            self._failed(batches, error)
            return
        except Exception as error:  # noqa: BLE001  # whatever it is, only its own message may suffer
            self._settle_apart(batches, error)
            return
        if self._problem:
            log.warning("alert_inbox_works_again")
            self._problem = ""
        self._settled(batches, new)

    def _settle_apart(self, batches: Sequence[_Batch], error: Exception) -> None:
        """One of these messages is bad: by halves, until it is alone."""
        alone = [_Batch(batch.channel, (pair,)) for batch in batches for pair in batch.taken]
        if len(alone) > 1:
            half = len(alone) // 2
            self._settle_group(alone[:half])
            self._settle_group(alone[half:])
        elif alone and isinstance(error, InvalidInput | Conflict):
            self._settle_refused(alone[0], error)
        else:
            self._failed(alone, error)

    def _settle_refused(self, batch: _Batch, error: KestrelError) -> None:
        """The database will never take this message: keep that it came, or its agent would send it
        for ever."""
        [(message, alert)] = batch.taken
        log.error("message_not_kept id=%s reason=%s", alert.alert_id, error)
        if message is not None:
            message = dataclasses.replace(
                message, made_at=message.received_at, clock_offset_ms=None
            )
        stand_in = dataclasses.replace(
            alert,
            alert_id=new_id(),
            kind=NOT_KEPT,
            text=f"A message could not be kept as it was sent (id {alert.alert_id}): {error}"[:500],
            remedy=one_line(f"Look at its agent. It said: {alert.text}")[:500],
            lat=None,
            lon=None,
            raised_at=alert.received_at,
        )
        instead = _Batch(batch.channel, ((message, stand_in),))
        try:
            new = self._keep([instead])
        except Exception as failed:  # noqa: BLE001  # as above
            self._failed([batch], failed)
            return
        self._settled([instead], new)

    def _settled(self, batches: Sequence[_Batch], new: Sequence[Alert]) -> None:
        """These are on the disk: tell their agents, and everybody else."""
        for batch in batches:
            if batch.channel is not None:
                ids = [message.message_id for message, _alert in batch.taken if message]
                batch.channel.notify(Received(ids))
        now = self._clock.now()
        for alert in new:
            self._bus.publish(AlertChanged(alert, now))

    def _keep(self, batches: Sequence[_Batch]) -> list[Alert]:
        """One transaction; the alerts that were new."""
        pairs = [pair for batch in batches for pair in batch.taken]
        known = set(self._received.known([(m.agent_id, m.message_id) for m, _alert in pairs if m]))
        messages: list[ReceivedMessage] = []
        alerts: list[Alert] = []
        entries: list[AuditEntry] = []
        for message, alert in pairs:
            if message is not None:
                key = (message.agent_id, message.message_id)
                if key in known:
                    continue
                known.add(key)
                messages.append(message)
            alerts.append(alert)
            entries.append(_raised(alert, own=message is None))
        if not alerts:
            return []
        with self._audit.together(*entries):
            if messages:
                self._received.add(messages)
            for alert in alerts:
                self._alerts.add(alert)
        return alerts

    def _failed(self, batches: Sequence[_Batch], error: Exception) -> None:
        if not isinstance(error, KestrelError):  # a fault of ours: its text may hold values
            log.error("alert_inbox_fault", exc_info=error)
            error = Unavailable(f"The station met a fault of its own ({type(error).__name__}).")
        if str(error) != self._problem:
            log.error("alert_inbox_failed reason=%s", error)
        self._problem = str(error)
        for batch in batches:
            if batch.channel is None:  # our own: nobody else would bring it again
                self._unkept = [*self._unkept, batch][-MAX_REMEMBERED:]
                continue
            batch.channel.notify(Received([], f"The station cannot keep messages: {error}"))

    def _forget(self) -> None:
        before = self._clock.now() - timedelta(days=KEPT_DAYS)
        try:
            while self._received.forget_before(before, FORGOTTEN_AT_ONCE) == FORGOTTEN_AT_ONCE:
                pass
        except KestrelError as error:
            log.warning("received_messages_not_swept reason=%s", error)

    def _alert(
        self,
        identity: AgentIdentity,
        message: Durable,
        sources: dict[str | None, str],
        now: datetime,
        clock_offset_ms: float | None,
    ) -> Alert:
        payload = message.payload
        return Alert(
            alert_id=message.message_id,
            organisation_id=identity.organisation_id or self._organisation_id,
            kind=payload.kind,
            severity=payload.severity,
            text=payload.text,
            remedy=payload.remedy,
            source_id=None if payload.source_key is None else sources.get(payload.source_key),
            agent_id=identity.agent_id,
            lat=payload.lat,
            lon=payload.lon,
            raised_at=raised_at(message.made_at, clock_offset_ms, now),
            received_at=now,
        )


def inbox_probe(inbox: AlertInbox) -> Finding:
    """For the system page: whether agents' messages can be kept."""
    if not inbox.problem:
        return WELL
    return Finding(
        f"Agents' messages cannot be kept: {inbox.problem}",
        "They stay with their agents until it works again.",
        failed=True,
    )


def raised_at(made_at: datetime, clock_offset_ms: float | None, received_at: datetime) -> datetime:
    """When a message was made, by our clock; never later than it came. When it came, if the two
    make no sense together."""
    try:
        corrected = made_at.astimezone(UTC) - timedelta(milliseconds=clock_offset_ms or 0.0)
    except OverflowError:
        return received_at
    return min(corrected, received_at) if corrected.year >= FIRST_YEAR else received_at


def _raised(alert: Alert, *, own: bool) -> AuditEntry:
    """`own`: the station raised it, whatever agent it is about."""
    by_agent = not own and alert.agent_id is not None and alert.kind != NOT_KEPT
    return AuditEntry(
        Act.ALERT_RAISED,
        Actor.AGENT if by_agent else Actor.STATION,
        alert.agent_id if by_agent else None,
        alert.organisation_id,
        "alert",
        alert.alert_id,
        details={"kind": alert.kind, "severity": alert.severity.value},
    )
