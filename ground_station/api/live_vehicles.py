"""What the live pages are told of vehicles: what seldom changes in batches, what moves at once.

A vehicle is told of to the audiences whose scope holds it where it was last known to be. One that
leaves an audience's area is taken off its pages as a source is, and no telemetry of it goes there
from the moment it is outside. Telemetry is sent when the autopilot was heard again; while it is
silent nothing is sent, and the page lets what it has grow old.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from ground_station.api.live_audience import Audience
from ground_station.api.operation_views import in_flight
from ground_station.api.parts import Parts
from ground_station.api.schemas import VehicleTelemetry, VehicleView
from ground_station.api.shared_vehicles import shared_telemetry, shared_vehicle_view
from ground_station.api.vehicle_views import (
    Heard,
    Numbers,
    control_view,
    heard,
    vehicle_telemetry,
    vehicle_view,
)
from ground_station.core.authority import Scope
from ground_station.core.fleet import VehicleChanged, VehicleStatus


@dataclass(slots=True)
class _Shown:
    """A vehicle as it was last put into words."""

    status: VehicleStatus
    view: VehicleView
    heard: Heard  # as last sent

    def is_in(self, audience: Audience) -> bool:
        """Whether the audience may know of it, where it was last known to be."""
        if self.status.vehicle.vehicle_id in audience.flies:
            return True
        scope, report = audience.scope, self.status.report
        place = None if report is None else report.position
        owner_id = self.status.vehicle.organisation_id
        if place is None:
            return scope.holds(owner_id, None, None)
        return scope.holds(owner_id, place.lat, place.lon)


@dataclass(slots=True)
class VehicleNews:
    """What one batch is about.

    Attributes:
        touched: the vehicles that moved or changed since the last one.
        changed: those of them of which more changed than what telemetry brings.
    """

    touched: dict[str, _Shown] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)


class LiveVehicles:
    """Follows the bus and puts vehicles into words. One thread, the pusher's."""

    def __init__(self, parts: Parts, numbers: Numbers) -> None:
        self._parts = parts
        self._numbers = numbers
        self._events = parts.bus.subscribe(VehicleChanged)
        self._touched: set[str] = set()
        self._shown: dict[str, _Shown] = {}
        self._told: dict[Audience, set[str]] = {}
        self._owed: dict[Audience, set[str]] = {}  # told of, their place not yet
        self._moved: set[str] = set()
        self._words: dict[str, VehicleTelemetry] = {}  # of one turn
        self._news = VehicleNews()
        self._crossed = False  # into an audience's area, or out of it
        self._began = False

    def collect(self) -> bool:
        """Take what has happened; whether a batch has to tell of it."""
        if not self._began:
            self._began = True
            self._touched.update(one.vehicle.vehicle_id for one in self._parts.fleet.all())
        self._touched.update(event.vehicle_id for event in self._events.take_all(0))
        now, now_s = self._parts.clock.now(), self._parts.clock.monotonic_s()
        while self._touched:
            self._look_at(self._touched.pop(), now, now_s)
        return bool(self._news.changed or self._news.gone or self._crossed)

    def news(self) -> VehicleNews:
        """What has changed since the last call, which is then told."""
        news, self._news = self._news, VehicleNews()
        self._crossed = False
        return news

    def batch(self, audience: Audience, news: VehicleNews) -> tuple[list[VehicleView], list[str]]:
        """What this audience is told, and which vehicles are taken off its pages."""
        scope, told = audience.scope, self._told_to(audience)
        views: list[VehicleView] = []
        removed = [vehicle_id for vehicle_id in news.gone if vehicle_id in told]
        for vehicle_id, shown in news.touched.items():
            if not shown.is_in(audience):
                if vehicle_id in told:
                    removed.append(vehicle_id)
                continue
            if vehicle_id not in told:
                told.add(vehicle_id)
                self._owed.setdefault(audience, set()).add(vehicle_id)
            elif vehicle_id not in news.changed:
                continue
            views.append(_as_seen_by(scope, shown))
        told.difference_update(removed)
        return views, removed

    def snapshot(self, audience: Audience) -> list[VehicleView]:
        """Every vehicle that this audience may know of now."""
        scope, told = audience.scope, self._told_to(audience)
        return [
            _as_seen_by(scope, shown)
            for vehicle_id, shown in self._shown.items()
            if vehicle_id in told and shown.is_in(audience)
        ]

    # --- what moves ----------------------------------------------------------------------------

    @property
    def has_telemetry(self) -> bool:
        return bool(self._moved or self._owed)

    def telemetry(self, audience: Audience, now_s: float) -> list[VehicleTelemetry]:
        """Of the vehicles that this audience was told of, those that moved in this turn."""
        told = self._told_to(audience)
        found = []
        for vehicle_id in self._moved | self._owed.get(audience, set()):
            shown = self._shown.get(vehicle_id)
            if shown is None:
                continue
            inside = shown.is_in(audience)
            if inside and vehicle_id in told:
                found.append(self._in_words(vehicle_id, shown, audience.scope, now_s))
            elif inside or vehicle_id in told:
                self._crossed = True
        return found

    def whole_telemetry(self, audience: Audience, now_s: float) -> list[VehicleTelemetry]:
        """Of all vehicles that this audience was told of, however old: for a fresh snapshot."""
        told = self._told_to(audience)
        return [
            self._in_words(vehicle_id, shown, audience.scope, now_s)
            for vehicle_id, shown in self._shown.items()
            if vehicle_id in told and shown.is_in(audience)
        ]

    def turn_over(self) -> None:
        """What moved was sent to everybody whom it concerns."""
        self._moved.clear()
        self._owed.clear()
        self._words.clear()

    # --- audiences -----------------------------------------------------------------------------

    def keep_only(self, audiences: Iterable[Audience]) -> None:
        """Forget what was told to audiences that have no page any more."""
        present = set(audiences)
        for audience in list(self._told):
            if audience not in present:
                del self._told[audience]
                self._owed.pop(audience, None)

    def forget_told(self) -> None:
        """What was told to whom is not known any more: every page needs a snapshot."""
        self._told.clear()
        self.turn_over()

    # --- inside --------------------------------------------------------------------------------

    def _told_to(self, audience: Audience) -> set[str]:
        told = self._told.get(audience)
        if told is None:
            told = {one for one, shown in self._shown.items() if shown.is_in(audience)}
            self._told[audience] = told
        return told

    def _look_at(self, vehicle_id: str, now: datetime, now_s: float) -> None:
        status = self._parts.fleet.find(vehicle_id)
        if status is None:
            self._numbers.forget(vehicle_id)
            if self._shown.pop(vehicle_id, None) is not None:
                self._news.gone.add(vehicle_id)
                self._news.touched.pop(vehicle_id, None)
                self._news.changed.discard(vehicle_id)
            return
        shown = self._shown.get(vehicle_id)
        former = None if shown is None else shown.view
        control = control_view(
            status.control, self._parts.alerts.display_name, former.control if former else None
        )
        view = vehicle_view(
            status,
            self._numbers.of(vehicle_id),
            source_id=self._parts.cameras.source_of(status),
            control=control,
            now=now,
            now_s=now_s,
            flight=in_flight(self._parts, status, former.offer if former else None),
            former=former,
        )
        if shown is None:
            shown = self._shown[vehicle_id] = _Shown(status, view, Heard())
        if view != former:
            self._news.changed.add(vehicle_id)
        now_heard = heard(status)
        if now_heard.is_newer_than(shown.heard):
            self._moved.add(vehicle_id)
            shown.heard = now_heard
        shown.status, shown.view = status, view
        self._news.gone.discard(vehicle_id)
        self._news.touched[vehicle_id] = shown

    def _in_words(
        self, vehicle_id: str, shown: _Shown, scope: Scope, now_s: float
    ) -> VehicleTelemetry:
        """Once a turn, however many audiences it is for; less of it to other organisations."""
        words = self._words.get(vehicle_id)
        if words is None:
            words = vehicle_telemetry(shown.status, shown.view.number, now_s)
            self._words[vehicle_id] = words
        return words if _is_own(scope, shown) else shared_telemetry(words)


def _as_seen_by(scope: Scope, shown: _Shown) -> VehicleView:
    return shown.view if _is_own(scope, shown) else shared_vehicle_view(shown.view)


def _is_own(scope: Scope, shown: _Shown) -> bool:
    return shown.view.organisation_id == scope.organisation_id
