"""Typed publish and subscribe inside one process.

Publishing only puts the event into each subscriber's own mailbox: it never runs subscriber code,
never blocks and never fails because of a subscriber.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any, Generic, TypeVar

from ground_station.core.events import CATALOGUE, Delivery, Topic
from ground_station.core.mailbox import DropOldest, LatestByKey

E = TypeVar("E")


class Subscription(Generic[E]):
    """One subscriber's mailbox for one event type."""

    def __init__(self, topic: Topic) -> None:
        self._topic = topic
        self._box: LatestByKey[str, E] | DropOldest[E]
        if topic.delivery is Delivery.LATEST:
            self._box = LatestByKey(topic.capacity)
        else:
            self._box = DropOldest(topic.capacity)

    @property
    def dropped(self) -> int:
        """Events this subscriber did not get: replaced by newer ones, or pushed out."""
        return self._box.dropped

    def deliver(self, event: E) -> None:
        if isinstance(self._box, LatestByKey):
            key = self._topic.key
            self._box.put(key(event) if key else "", event)
        else:
            self._box.put(event)

    def take_all(self, timeout_s: float) -> list[E]:
        """What has come, waiting up to `timeout_s` for the first; empty on timeout or close."""
        if isinstance(self._box, LatestByKey):
            return list(self._box.take_all(timeout_s).values())
        first = self._box.take(timeout_s)
        return [] if first is None else [first, *self._box.drain()]

    def close(self) -> None:
        self._box.close()


class Bus:
    """Events of the catalogue, and no others."""

    def __init__(self, catalogue: Iterable[Topic] = CATALOGUE) -> None:
        self._topics: dict[type[Any], Topic] = {topic.event: topic for topic in catalogue}
        self._lock = threading.Lock()
        self._subscriptions: dict[type[Any], tuple[Subscription[Any], ...]] = {
            event: () for event in self._topics
        }

    def subscribe(self, event_type: type[E]) -> Subscription[E]:
        """A new mailbox for events of exactly this type.

        Raises:
            KeyError: the type is not in the catalogue.
        """
        topic = self._topics[event_type]
        subscription: Subscription[E] = Subscription(topic)
        with self._lock:
            self._subscriptions[event_type] = (*self._subscriptions[event_type], subscription)
        return subscription

    def dropped(self) -> dict[str, int]:
        """By event: how many its present subscribers did not get."""
        return {
            event.__name__: sum(one.dropped for one in subscriptions)
            for event, subscriptions in self._subscriptions.items()
        }

    def unsubscribe(self, subscription: Subscription[Any]) -> None:
        with self._lock:
            for event, held in self._subscriptions.items():
                self._subscriptions[event] = tuple(s for s in held if s is not subscription)
        subscription.close()

    def publish(self, event: object) -> None:
        """Hand `event` to every subscriber of its type; KeyError if the catalogue lacks it."""
        for subscription in self._subscriptions[type(event)]:
            subscription.deliver(event)
