"""Event types and the topic catalogue: how often each comes, and what may be lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from ground_station.core.entities import Alert
from ground_station.core.fleet import VehicleChanged
from ground_station.core.model import FrameTracks, GeoObservation, SourceCondition


class Delivery(StrEnum):
    """What a slow subscriber loses."""

    LATEST = "latest"  # per key, only the newest matters
    DROP_OLDEST = "drop_oldest"  # a bounded queue; the oldest goes first, and is counted


@dataclass(frozen=True, slots=True)
class SourceChanged:
    """The condition or figures of a source changed, or it was added, renamed or removed."""

    source_id: str
    condition: SourceCondition
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class TracksObserved:
    """Tracks of one analysed frame."""

    frame: FrameTracks


@dataclass(frozen=True, slots=True)
class TracksLocated:
    """The same tracks as places on the ground."""

    source_id: str
    session_id: str
    observed_at: datetime | None
    observations: tuple[GeoObservation, ...]


@dataclass(frozen=True, slots=True)
class AgentChanged:
    """A node or agent connected or went away."""

    agent_id: str
    name: str
    connected: bool
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class AlertChanged:
    """An alert was raised or decided about."""

    alert: Alert
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class ViewerClockKnown:
    """A viewer's RTP timestamps minus ours, for as long as its session lasts."""

    viewer_session_id: str
    rtp_offset: int


@dataclass(frozen=True, slots=True)
class SystemProblem:
    """What is wrong with a part of the installation, and what to do about it."""

    name: str
    problem: str
    remedy: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class SystemChanged:
    """The state of the installation, or what is wrong with it, changed."""

    status: str  # ok, degraded
    problems: tuple[SystemProblem, ...]
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class AirspaceChanged:
    """What flights are checked against is other than before: a dataset or a drawn zone, or whether
    they may be used. `version`: differs whenever what pages show of it would."""

    version: str


@dataclass(frozen=True, slots=True)
class Topic:
    """One row of the catalogue.

    Attributes:
        expected_hz: per key in ordinary work; None = only when something happens.
        key: for LATEST, what makes two events replace each other.
        capacity: items (DROP_OLDEST) or keys (LATEST) a subscriber may fall behind by.
    """

    event: type[Any]
    delivery: Delivery
    expected_hz: float | None
    capacity: int
    key: Callable[[Any], str] | None = None


CATALOGUE: tuple[Topic, ...] = (
    Topic(SourceChanged, Delivery.LATEST, 1.0, 4096, lambda event: event.source_id),
    Topic(TracksObserved, Delivery.DROP_OLDEST, 10.0, 512),
    Topic(TracksLocated, Delivery.LATEST, 10.0, 4096, lambda event: event.source_id),
    Topic(AgentChanged, Delivery.LATEST, None, 4096, lambda event: event.agent_id),
    Topic(AlertChanged, Delivery.LATEST, None, 4096, lambda event: event.alert.alert_id),
    Topic(ViewerClockKnown, Delivery.LATEST, None, 4096, lambda event: event.viewer_session_id),
    Topic(SystemChanged, Delivery.LATEST, None, 1, lambda _event: "system"),
    Topic(AirspaceChanged, Delivery.LATEST, None, 1, lambda _event: "airspace"),
    Topic(VehicleChanged, Delivery.LATEST, 10.0, 4096, lambda event: event.vehicle_id),
)
