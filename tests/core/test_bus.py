"""The bus: typed, never blocking, each subscriber with its own mailbox."""

from __future__ import annotations

import threading
from dataclasses import dataclass, fields
from datetime import UTC, datetime

import pytest

from ground_station.core.bus import Bus
from ground_station.core.events import (
    CATALOGUE,
    AgentChanged,
    AlertChanged,
    Delivery,
    SourceChanged,
    Topic,
)
from ground_station.core.model import SourceCondition

AT = datetime(2026, 11, 24, tzinfo=UTC)


@dataclass(frozen=True)
class Queued:
    number: int


@dataclass(frozen=True)
class Newest:
    key: str
    number: int


@dataclass(frozen=True)
class Derived(Queued):
    pass


@dataclass(frozen=True)
class Single:
    number: int


def bus() -> Bus:
    return Bus(
        [
            Topic(Queued, Delivery.DROP_OLDEST, None, 3),
            Topic(Newest, Delivery.LATEST, 1.0, 2, lambda event: event.key),
            Topic(Single, Delivery.LATEST, None, 1),
        ]
    )


def test_every_subscriber_gets_every_event_in_order() -> None:
    b = bus()
    first, second = b.subscribe(Queued), b.subscribe(Queued)
    for number in range(3):
        b.publish(Queued(number))
    expected = [Queued(0), Queued(1), Queued(2)]
    assert first.take_all(0) == second.take_all(0) == expected
    assert first.take_all(0) == []


def test_a_slow_subscriber_loses_its_oldest_and_nobody_elses() -> None:
    b = bus()
    slow, quick = b.subscribe(Queued), b.subscribe(Queued)
    got = []
    for number in range(5):
        b.publish(Queued(number))
        got += quick.take_all(0)
    assert [event.number for event in slow.take_all(0)] == [2, 3, 4]
    assert slow.dropped == 2
    assert [event.number for event in got] == [0, 1, 2, 3, 4]
    assert quick.dropped == 0


def test_latest_replaces_by_key_and_is_bounded_in_keys() -> None:
    b = bus()
    subscription = b.subscribe(Newest)
    for key, number in [("a", 1), ("b", 2), ("a", 3), ("c", 4)]:
        b.publish(Newest(key, number))
    assert subscription.take_all(0) == [Newest("a", 3), Newest("c", 4)]
    assert subscription.dropped == 2


def test_latest_without_a_key_holds_one() -> None:
    b = bus()
    subscription = b.subscribe(Single)
    b.publish(Single(1))
    b.publish(Single(2))
    assert subscription.take_all(0) == [Single(2)]


@pytest.mark.parametrize("event", [object(), Derived(1), "text", None])
def test_what_the_catalogue_lacks_cannot_be_published(event: object) -> None:
    with pytest.raises(KeyError):
        bus().publish(event)


def test_what_the_catalogue_lacks_cannot_be_subscribed_to() -> None:
    with pytest.raises(KeyError):
        bus().subscribe(Derived)


def test_nothing_comes_after_unsubscribing() -> None:
    b = bus()
    gone, stays = b.subscribe(Queued), b.subscribe(Queued)
    b.unsubscribe(gone)
    b.publish(Queued(1))
    assert gone.take_all(30) == []  # closed: does not wait
    assert stays.take_all(0) == [Queued(1)]
    b.unsubscribe(gone)  # twice does no harm


def test_nothing_that_came_before_subscribing_is_seen() -> None:
    b = bus()
    b.publish(Queued(1))
    assert b.subscribe(Queued).take_all(0) == []


def test_closing_wakes_a_waiting_subscriber() -> None:
    b = bus()
    subscription = b.subscribe(Queued)
    got: list[list[Queued]] = []
    waiter = threading.Thread(target=lambda: got.append(subscription.take_all(30)))
    waiter.start()
    b.unsubscribe(subscription)
    waiter.join(5)
    assert got == [[]]


def test_publishing_while_others_come_and_go() -> None:
    b = bus()
    stays = b.subscribe(Newest)
    stop = threading.Event()

    def churn() -> None:
        while not stop.is_set():
            b.unsubscribe(b.subscribe(Newest))

    churner = threading.Thread(target=churn)
    churner.start()
    for number in range(3_000):
        b.publish(Newest("a", number))
    stop.set()
    churner.join(5)
    assert stays.take_all(0) == [Newest("a", 2_999)]
    assert stays.dropped == 2_999


def test_the_catalogue_names_each_event_once_and_bounds_it() -> None:
    events = [topic.event for topic in CATALOGUE]
    assert len(events) == len(set(events))
    for topic in CATALOGUE:
        assert topic.capacity >= 1
        assert topic.expected_hz is None or topic.expected_hz > 0
        assert (topic.delivery is Delivery.LATEST) == (topic.key is not None)


def test_keys_of_the_catalogue_are_fields_of_their_events() -> None:
    for topic in CATALOGUE:
        if topic.key is not None:
            names = {field.name for field in fields(topic.event)}
            used = set(topic.key.__code__.co_names)
            if topic.event is AlertChanged:  # its key is inside the alert
                assert used == {"alert", "alert_id"}
                continue
            assert used <= names, topic.event


def test_the_real_catalogue_keeps_the_newest_of_each_source_and_agent() -> None:
    b = Bus()
    sources, agents = b.subscribe(SourceChanged), b.subscribe(AgentChanged)
    for condition in (SourceCondition.CONNECTING, SourceCondition.LIVE):
        b.publish(SourceChanged("a", condition, AT))
        b.publish(SourceChanged("b", condition, AT))
    b.publish(AgentChanged("x", "node", True, AT))
    b.publish(AgentChanged("x", "node", False, AT))
    assert [(e.source_id, e.condition) for e in sources.take_all(0)] == [
        ("a", SourceCondition.LIVE),
        ("b", SourceCondition.LIVE),
    ]
    assert [e.connected for e in agents.take_all(0)] == [False]
