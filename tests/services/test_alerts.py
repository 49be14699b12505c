"""The inbox: once, all together, acknowledged only when kept; and deciding about alerts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest

from ground_station.core.agent_durable import AlertRaised, Durable, Received
from ground_station.core.agent_protocol import (
    AgentKind,
    Heartbeat,
)
from ground_station.core.audit import Act, AuditEntry
from ground_station.core.authority import Area, Principal, Purpose, Role, Scope
from ground_station.core.entities import Alert, AlertState, Severity
from ground_station.core.errors import Conflict, InvalidInput, NotFound, Unavailable
from ground_station.core.events import AlertChanged
from ground_station.core.ids import new_id
from ground_station.core.ports import AgentIdentity
from ground_station.services.alerts import KEPT_DAYS, WAITING_BATCHES, raised_at
from tests.services.world import FakeChannel, World


def message(world: World, text: str = "It moved.", **changes: Any) -> Durable:
    payload = AlertRaised("camera_moved", Severity.CAUTION, text, **changes)
    return Durable(new_id(), world.clock.now(), payload)


def agent(world: World, name: str = "gate") -> tuple[AgentIdentity, FakeChannel]:
    identity = world.identity(name, AgentKind.CAMERA)
    return identity, world.connect(identity)


def send(
    world: World, sender: tuple[AgentIdentity, FakeChannel], messages: Sequence[Durable]
) -> None:
    world.agents.agent_durable(sender[0].agent_id, sender[1], messages)


def received(channel: FakeChannel) -> list[str]:
    return [i for n in channel.notices if isinstance(n, Received) for i in n.message_ids]


def kept(world: World) -> list[Alert]:
    return list(world.alert_rows.recent(organisation_ids=[world.users.default_organisation_id()]))


def audited(world: World) -> list[str]:
    return [r.entry.subject_id for r in world.audit.read(act=Act.ALERT_RAISED, limit=1000)]


def test_a_message_becomes_an_alert_and_is_acknowledged_when_it_is_kept(world: World) -> None:
    identity, channel, source_id = world.camera()
    changed = world.bus.subscribe(AlertChanged)
    sent = message(world, source_key="cam-1", lat=51.5, lon=-0.2)
    send(world, (identity, channel), [sent])
    assert received(channel) == []  # nothing is on the disk yet
    world.inbox.drain()
    assert received(channel) == [sent.message_id]
    [alert] = kept(world)
    assert (alert.alert_id, alert.source_id, alert.agent_id, alert.text) == (
        sent.message_id,
        source_id,
        identity.agent_id,
        "It moved.",
    )
    assert audited(world) == [sent.message_id]
    [event] = changed.take_all(1.0)
    assert event.alert == alert


def test_what_comes_again_is_acknowledged_again_and_changes_nothing(world: World) -> None:
    sender = agent(world)
    first, second = message(world, "1"), message(world, "2")
    send(world, sender, [first, first])
    world.inbox.drain()
    send(world, sender, [first, second])
    world.inbox.drain()
    send(world, sender, [second])
    world.inbox.drain()
    assert {alert.text for alert in kept(world)} == {"1", "2"}
    assert sorted(audited(world)) == sorted([first.message_id, second.message_id])
    assert received(sender[1]) == [
        *[first.message_id] * 3,
        second.message_id,
        second.message_id,
    ]


def test_also_after_the_station_was_started_again(world: World) -> None:
    sender = agent(world)
    sent = message(world)
    send(world, sender, [sent])
    world.inbox.drain()
    world.alert_rows.decide(
        sent.message_id, AlertState.RESOLVED, world.clock.now(), add_user(world), ""
    )
    again = world.connect(sender[0])
    send(world, (sender[0], again), [sent])
    world.inbox.drain()
    assert [alert.state for alert in kept(world)] == [AlertState.RESOLVED]
    assert received(again) == [sent.message_id]


def test_what_cannot_be_written_down_is_not_acknowledged(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender = agent(world)
    sent = [message(world, "1"), message(world, "2")]

    def full(_alert: Alert) -> None:
        raise Unavailable("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(world.alert_rows, "add", full)
        send(world, sender, sent)
        world.inbox.drain()
    assert received(sender[1]) == []
    assert "disk is full" in sender[1].notices[-1].problem  # type: ignore[union-attr]
    assert "disk is full" in world.inbox.problem
    assert kept(world) == []
    assert audited(world) == []  # neither half of it
    send(world, sender, sent)
    world.inbox.drain()
    assert len(kept(world)) == 2
    assert world.inbox.problem == ""


def test_an_audit_log_that_refuses_keeps_everything_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender = agent(world)

    def refuse(*_entries: AuditEntry) -> None:
        raise Unavailable("The audit log does not take it.")

    with monkeypatch.context() as patch:
        patch.setattr(world.audit, "together", refuse)
        send(world, sender, [message(world)])
        world.inbox.drain()
    assert kept(world) == []
    assert received(sender[1]) == []


def test_another_agents_bad_batch_does_not_hold_up_the_rest(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = agent(world, "good"), agent(world, "bad")
    poison = message(world, "poison")
    add = world.alert_rows.add

    def picky(alert: Alert) -> None:
        if alert.text == "poison":
            raise InvalidInput("No.")
        add(alert)

    monkeypatch.setattr(world.alert_rows, "add", picky)
    sent = message(world)
    send(world, bad, [poison])
    send(world, good, [sent])
    world.inbox.drain()
    assert received(good[1]) == [sent.message_id]
    # It would be refused for ever: its agent may forget it, and people are told.
    assert received(bad[1]) == [poison.message_id]
    [told] = [alert for alert in kept(world) if alert.kind == "message_not_kept"]
    assert poison.message_id in told.text
    assert "No." in told.text
    assert "poison" in told.remedy
    assert told.agent_id == bad[0].agent_id
    send(world, bad, [poison])  # its acknowledgement was lost
    world.inbox.drain()
    assert received(bad[1]) == [poison.message_id] * 2
    assert len(kept(world)) == 2


def test_one_bad_message_does_not_hold_up_its_own_agents_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender = agent(world)
    add = world.alert_rows.add

    def picky(alert: Alert) -> None:
        if alert.text == "5":
            raise InvalidInput("No.")
        add(alert)

    monkeypatch.setattr(world.alert_rows, "add", picky)
    sent = [message(world, str(number)) for number in range(9)]
    send(world, sender, sent)
    world.inbox.drain()
    assert sorted(received(sender[1])) == sorted(one.message_id for one in sent)
    assert {alert.text for alert in kept(world)} > {str(n) for n in range(9) if n != 5}
    assert len(kept(world)) == 9


def test_a_fault_of_ours_stops_only_the_message_that_meets_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = agent(world, "good"), agent(world, "bad")
    add = world.alert_rows.add

    def faulty(alert: Alert) -> None:
        if alert.text == "poison":
            raise RuntimeError("not foreseen")
        add(alert)

    poison, sent = message(world, "poison"), message(world)
    send(world, bad, [poison])
    send(world, good, [sent])
    own = world.inbox.raise_own("disk_full", Severity.WARNING, "Full.", "Make room.")
    with monkeypatch.context() as patch:
        patch.setattr(world.alert_rows, "add", faulty)
        world.inbox.drain()
    assert received(good[1]) == [sent.message_id]
    assert {alert.alert_id for alert in kept(world)} == {sent.message_id, own}
    assert received(bad[1]) == []  # it stays with its agent until we can
    assert any(isinstance(n, Received) and "RuntimeError" in n.problem for n in bad[1].notices)
    send(world, bad, [poison])
    world.inbox.drain()
    assert received(bad[1]) == [poison.message_id]


def test_a_time_the_database_cannot_keep_stops_nobody(world: World) -> None:
    good, bad = agent(world, "good"), agent(world, "bad")
    poison, sent = message(world, "poison"), message(world)
    # It cannot come over the wire any more: see the protocol's tests.
    msgspec.structs.force_setattr(
        poison, "made_at", datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))
    )
    send(world, bad, [poison])
    send(world, good, [sent])
    own = world.inbox.raise_own("disk_full", Severity.WARNING, "Full.", "Make room.")
    world.inbox.drain()
    assert received(good[1]) == [sent.message_id]
    assert received(bad[1]) == [poison.message_id]
    assert {sent.message_id, own} < {alert.alert_id for alert in kept(world)}
    assert len(kept(world)) == 3


def test_two_agents_may_have_one_id(world: World) -> None:
    first, second = agent(world, "1"), agent(world, "2")
    sent = message(world)
    send(world, first, [sent])
    send(world, second, [sent])
    world.inbox.drain()
    assert received(first[1]) == received(second[1]) == [sent.message_id]
    assert len(kept(world)) == 1


def test_ids_are_forgotten_after_their_days(world: World) -> None:
    sender = agent(world)
    sent = message(world)
    send(world, sender, [sent])
    world.inbox.drain()
    key = (sender[0].agent_id, sent.message_id)
    now = world.clock.now()
    assert world.received.forget_before(now, 10) == 0
    assert world.received.known([key]) == {key}
    assert world.received.forget_before(now + timedelta(days=KEPT_DAYS), 10) == 1
    assert world.received.known([key]) == frozenset()


def test_a_stolen_token_raises_one_alert_an_hour(world: World) -> None:
    sender = agent(world)
    for address in ("10.0.0.9", "10.0.0.10"):
        world.agents.agent_twice(sender[0], address)
    world.inbox.drain()
    [alert] = kept(world)
    assert alert.kind == "agent_token_twice"
    assert alert.severity is Severity.WARNING
    assert "10.0.0.9" in alert.text
    assert "revoke" in alert.remedy
    [status] = world.agents.all()
    assert "10.0.0.10" in status.problem
    world.clock.advance(3601)
    world.agents.agent_twice(sender[0], "10.0.0.9")
    world.inbox.drain()
    assert len(kept(world)) == 2


def test_the_stations_own_alert_waits_for_the_disk_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_alert: Alert) -> None:
        raise Unavailable("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(world.alert_rows, "add", full)
        alert_id = world.inbox.raise_own("disk_full", Severity.WARNING, "Full.", "Make room.")
        world.inbox.drain()
    assert kept(world) == []
    world.inbox.drain()
    assert [alert.alert_id for alert in kept(world)] == [alert_id]


# --- times ---------------------------------------------------------------------------------------

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("made_at", "offset_ms", "expected"),
    [
        (NOW - timedelta(seconds=5), 0.0, NOW - timedelta(seconds=5)),
        (NOW + timedelta(days=1, seconds=-5), 86_400_000.0, NOW - timedelta(seconds=5)),
        (NOW - timedelta(days=1, seconds=5), -86_400_000.0, NOW - timedelta(seconds=5)),
        (NOW + timedelta(days=1), None, NOW),  # not measured: not later than it came
        (NOW - timedelta(days=2), None, NOW - timedelta(days=2)),
        (datetime(1, 1, 1, tzinfo=UTC), 1e14, NOW),
        (datetime(9999, 12, 31, tzinfo=UTC), -1e14, NOW),
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))), None, NOW),
        (NOW, 6e13, NOW),  # would be in the year 125
    ],
)
def test_times_of_wrong_clocks(made_at: datetime, offset_ms: float, expected: datetime) -> None:
    assert raised_at(made_at, offset_ms, NOW) == expected


def test_an_agent_a_day_ahead_raises_sane_alerts_and_is_flagged(world: World) -> None:
    identity, channel = agent(world)
    ahead = timedelta(days=1)
    now = world.clock.now()
    world.agents.agent_message(
        identity.agent_id, channel, Heartbeat(now + ahead, clock_offset_ms=86_400_000.0)
    )
    sent = Durable(
        new_id(), now + ahead - timedelta(seconds=3), AlertRaised("x", Severity.CAUTION, "x")
    )
    send(world, (identity, channel), [sent])
    world.inbox.drain()
    [alert] = kept(world)
    assert alert.raised_at == now - timedelta(seconds=3)
    assert alert.received_at == now
    assert "24 h ahead" in world.agents.all()[0].problem


# --- deciding ------------------------------------------------------------------------------------


def add_user(world: World) -> str:
    if not world.accounts.any():
        world.add_operator()
    user = world.users.by_username("operator")
    assert user is not None
    return user.user_id


def person(world: World, organisation_id: str = "", area: Area | None = None) -> Principal:
    scope = Scope(organisation_id or world.users.default_organisation_id(), area=area)
    return Principal(
        user_id=add_user(world),
        username="operator",
        display_name="Operator",
        role=Role.CCTV_OPERATOR,
        scope=scope,
        sign_in_id=new_id(),
        second_factor=True,
        purpose=Purpose.PUBLIC_SAFETY,
        purpose_note="",
    )


def raised(world: World, **changes: float) -> str:
    sender = agent(world)
    sent = message(world, "It moved.", **changes)
    send(world, sender, [sent])
    world.inbox.drain()
    return sent.message_id


def test_a_decision_is_kept_audited_and_told(world: World) -> None:
    alert_id = raised(world)
    changed = world.bus.subscribe(AlertChanged)
    who = person(world)
    decided = world.alerts.decide(who, alert_id, AlertState.ACKNOWLEDGED, "looking")
    assert (decided.state, decided.decided_by, decided.reason) == (
        AlertState.ACKNOWLEDGED,
        who.user_id,
        "looking",
    )
    [record] = world.audit.read(act=Act.ALERT_DECIDED)
    assert record.entry.subject_id == alert_id
    assert record.entry.actor_id == who.user_id
    assert record.entry.details["state"] == "acknowledged"
    assert [event.alert for event in changed.take_all(1.0)] == [decided]
    world.alerts.decide(who, alert_id, AlertState.RESOLVED, "")
    with pytest.raises(Conflict):
        world.alerts.decide(who, alert_id, AlertState.REJECTED, "")
    assert len(world.audit.read(act=Act.ALERT_DECIDED)) == 2  # the refused one left no record


def test_another_organisations_alerts_are_not_there(world: World) -> None:
    alert_id = raised(world)
    stranger = person(world, organisation_id=new_id())
    assert world.alerts.recent(stranger) == []
    with pytest.raises(NotFound):
        world.alerts.decide(stranger, alert_id, AlertState.RESOLVED, "")


def test_an_area_bounds_what_is_seen(world: World) -> None:
    raised(world, lat=51.5, lon=-0.2)
    here = Area((((-0.3, 51.4), (-0.1, 51.4), (-0.1, 51.6), (-0.3, 51.6), (-0.3, 51.4)),))
    there = Area((((0.1, 51.4), (0.3, 51.4), (0.3, 51.6), (0.1, 51.6), (0.1, 51.4)),))
    assert len(world.alerts.recent(person(world, area=here))) == 1
    assert world.alerts.recent(person(world, area=there)) == []


def test_bad_decisions(world: World) -> None:
    alert_id = raised(world)
    who = person(world)
    with pytest.raises(InvalidInput):
        world.alerts.decide(who, alert_id, AlertState.NEW, "")
    with pytest.raises(InvalidInput):
        world.alerts.decide(who, alert_id, AlertState.RESOLVED, "x" * 501)
    with pytest.raises(NotFound):
        world.alerts.decide(who, new_id(), AlertState.RESOLVED, "")


def test_no_flood_of_an_agents_messages_pushes_out_the_stations_own_alert(world: World) -> None:
    identity, channel, _source = world.camera()
    alert_id = world.inbox.raise_own(
        "vehicle_link_lost", Severity.WARNING, "Lost", "", place=(1, 2)
    )
    for _number in range(3 * WAITING_BATCHES):
        world.inbox.take(identity, channel, [message(world)], None)
    world.inbox.drain()
    found = world.alert_rows.get(alert_id)
    assert found is not None
    assert (found.lat, found.lon) == (1, 2)
