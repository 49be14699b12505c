"""In flight: which failsafes of a vehicle began, what it said it would do, and what it does.

Each begins once, with one alert and one record, and ends with one record: when the vehicle says so,
when what was wrong is well again, or when it has landed. In memory: after a restart of the station
one that goes on is seen again.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from ground_station.core.agent_durable import one_line
from ground_station.core.agent_facts import FailsafeEvent, FailsafeRule
from ground_station.core.agent_vehicles import FlightMode, StatusLine, VehicleReport
from ground_station.core.audit import Act, Actor, AuditEntry
from ground_station.core.clock import Clock
from ground_station.core.entities import Severity
from ground_station.core.fleet import AirspaceFinding, VehicleStatus
from ground_station.services.asked_modes import AskedModes
from ground_station.services.failsafe_signs import FRESH_S, conditions, sign_of
from ground_station.services.failsafe_words import EVENTS, as_said, does_words, rule_words
from ground_station.services.late_records import LateRecords
from ground_station.services.vehicle_state import airborne
from ground_station.services.zone_alerts import RaiseAlert

MAX_VEHICLES: Final = 1000  # as the fleet
LASTS_S: Final = 1.0  # a condition holds for so long before it counts
OVER_S: Final = 3.0  # it is well for so long before it is over
# The same, of one that its sentence alone told: the reading may be an older word than the sentence.
OVER_UNSEEN_S: Final = 10.0
ACTS_WITHIN_S: Final = 5.0  # beyond what it said, before it is told that it does not act
SAME_LINE_MS: Final = 50
RULES_EVERY_S: Final = 5.0  # facts come every ten seconds
UNASKED: Final = "vehicle_mode_unasked"
_MATTERS: Final = frozenset(
    {FlightMode.RETURN, FlightMode.LAND, FlightMode.HOLD, FlightMode.MANUAL}
)
_SEVERITY: Final = {FailsafeEvent.BATTERY_LOW: Severity.CAUTION}

RuleOf = Callable[[str, FailsafeEvent], FailsafeRule | None]


@dataclass(frozen=True, slots=True)
class FailsafeNow:
    """One that goes on.

    Attributes:
        told_by: the vehicle's own sentence; "" where its readings say it.
        said: what it said it would do. does: what it does, in words.
        acts_as_said: None: not known, or it is too early.
    """

    event: FailsafeEvent
    since: datetime
    told_by: str
    said: str
    does: str
    acts_as_said: bool | None


@dataclass(slots=True)
class _Going:
    since: datetime
    since_s: float
    told_by: str
    over_since_s: float | None = None
    read: bool = False  # a reading said it too


@dataclass(slots=True)
class _Vehicle:
    """What is kept of one; guarded by the lock."""

    going: dict[FailsafeEvent, _Going] = field(default_factory=dict)
    holds_since_s: dict[FailsafeEvent, float] = field(default_factory=dict)
    # Over by the vehicle's word: a reading that still says otherwise is older, and begins nothing.
    said_over: set[FailsafeEvent] = field(default_factory=set)
    lines: deque[tuple[str, int]] = field(default_factory=lambda: deque(maxlen=16))
    run: str = ""  # of the agent's process whose instants the lines have
    mode: FlightMode | None = None
    rules: dict[FailsafeEvent, FailsafeRule] = field(default_factory=dict)
    rules_s: float = float("-inf")  # when they were looked up


@dataclass(frozen=True, slots=True)
class _News:
    event: FailsafeEvent
    begins: bool
    told_by: str


class Failsafes:
    """Thread-safe. `follow` is for `Fleet.on_finding`; it waits for nothing.

    Args:
        rule: what a vehicle said of one event.
        asked: which modes it was told to fly in.
    """

    def __init__(
        self,
        *,
        rule: RuleOf,
        asked: AskedModes,
        raise_alert: RaiseAlert,
        late: LateRecords,
        clock: Clock,
    ) -> None:
        self._rule = rule
        self._asked = asked
        self._raise = raise_alert
        self._late = late
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[str, _Vehicle] = {}

    # --- reading ---------------------------------------------------------------------------------

    def of(self, status: VehicleStatus) -> tuple[FailsafeNow, ...]:
        """What goes on of a vehicle, the one that began first first."""
        vehicle_id, now_s = status.vehicle.vehicle_id, self._clock.monotonic_s()
        mode = _mode(status.report)
        with self._lock:
            kept = self._kept.get(vehicle_id)
            going = [] if kept is None else list(kept.going.items())
        found = []
        for event, one in going:
            rule = self._rule(vehicle_id, event)
            acts = as_said(rule, mode)
            due_s = ACTS_WITHIN_S + (0.0 if rule is None or not rule.after_s else rule.after_s)
            if acts is False and now_s - one.since_s < due_s:
                acts = None
            found.append(
                FailsafeNow(
                    event, one.since, one.told_by, rule_words(event, rule), does_words(mode), acts
                )
            )
        return tuple(found)

    # --- following -------------------------------------------------------------------------------

    def follow(self, status: VehicleStatus, _finding: AirspaceFinding) -> None:
        """One report, or a second without one."""
        report = status.report
        if report is None:
            return
        vehicle_id, now_s = status.vehicle.vehicle_id, self._clock.monotonic_s()
        passed_s = now_s - status.received_s
        with self._lock:
            kept = self._kept.pop(vehicle_id, None) or _Vehicle()
            self._kept[vehicle_id] = kept
            while len(self._kept) > MAX_VEHICLES:
                del self._kept[next(iter(self._kept))]
            news, unasked = self._look(kept, status, report, passed_s, now_s)
        for one in news:
            self._tell(status, one)
        if unasked is not None:
            self._tell_unasked(status, unasked)

    # --- under the lock --------------------------------------------------------------------------

    def _look(
        self,
        kept: _Vehicle,
        status: VehicleStatus,
        report: VehicleReport,
        passed_s: float,
        now_s: float,
    ) -> tuple[list[_News], FlightMode | None]:
        lines = _new_lines(kept, status, report)
        if airborne(report) is not True:
            kept.mode = None
            kept.holds_since_s.clear()
            kept.said_over.clear()
            over = [_News(event, False, "It has landed.") for event in kept.going]
            kept.going.clear()
            if airborne(report) is False:
                self._asked.landed(status.vehicle.vehicle_id)
            return over, None
        news: list[_News] = []
        for line in lines:
            sign = sign_of(line.text)
            if sign is None:
                continue
            event, begins = sign
            news += self._begin_or_end(kept, event, begins, line.text, now_s)
            if begins:
                kept.said_over.discard(event)
            else:
                kept.said_over.add(event)
        news += self._by_readings(kept, status, report, passed_s, now_s)
        return news, self._unasked(kept, status, report)

    def _by_readings(
        self,
        kept: _Vehicle,
        status: VehicleStatus,
        report: VehicleReport,
        passed_s: float,
        now_s: float,
    ) -> list[_News]:
        if now_s - kept.rules_s >= RULES_EVERY_S:
            vehicle_id, kept.rules_s = status.vehicle.vehicle_id, now_s
            told = {event: self._rule(vehicle_id, event) for event in FailsafeEvent}
            kept.rules = {event: rule for event, rule in told.items() if rule is not None}
        news: list[_News] = []
        for event, holds in conditions(report, passed_s, kept.rules).items():
            going = kept.going.get(event)
            if holds:
                news += self._holds(kept, event, now_s)
                continue
            kept.holds_since_s.pop(event, None)
            kept.said_over.discard(event)
            if going is None or event in (
                FailsafeEvent.BATTERY_LOW,
                FailsafeEvent.BATTERY_CRITICAL,
            ):
                continue  # a battery that recovers under less load is not well again
            going.over_since_s = now_s if going.over_since_s is None else going.over_since_s
            if now_s - going.over_since_s >= (OVER_S if going.read else OVER_UNSEEN_S):
                news += self._begin_or_end(kept, event, False, "", now_s)
        return news

    def _holds(self, kept: _Vehicle, event: FailsafeEvent, now_s: float) -> list[_News]:
        """A reading says that it goes on."""
        since_s = kept.holds_since_s.setdefault(event, now_s)
        going = kept.going.get(event)
        if going is not None:
            going.over_since_s, going.read = None, True
            return []
        if event in kept.said_over or now_s - since_s < LASTS_S:
            return []
        news = self._begin_or_end(kept, event, True, "", now_s)
        kept.going[event].read = True
        return news

    def _begin_or_end(
        self, kept: _Vehicle, event: FailsafeEvent, begins: bool, told_by: str, now_s: float
    ) -> list[_News]:
        if begins == (event in kept.going):
            return []
        if begins:
            kept.going[event] = _Going(self._clock.now(), now_s, told_by)
        else:
            del kept.going[event]
        return [_News(event, begins, told_by)]

    def _unasked(
        self, kept: _Vehicle, status: VehicleStatus, report: VehicleReport
    ) -> FlightMode | None:
        """The mode that it took by itself right now, where no failsafe that goes on tells why."""
        mode, before = _mode(report), kept.mode
        if mode is None:
            return None
        kept.mode = mode
        if before in (None, mode) or mode not in _MATTERS or kept.going:
            return None
        asked = self._asked.asked(status.vehicle.vehicle_id, mode, report.mission)
        return mode if asked is False else None

    # --- telling ---------------------------------------------------------------------------------

    def _tell(self, status: VehicleStatus, news: _News) -> None:
        vehicle = status.vehicle
        rule = self._rule(vehicle.vehicle_id, news.event)
        does = does_words(_mode(status.report))
        self._late.put(
            AuditEntry(
                Act.FAILSAFE_BEGAN if news.begins else Act.FAILSAFE_ENDED,
                Actor.STATION,
                organisation_id=vehicle.organisation_id,
                subject_kind="vehicle",
                subject_id=vehicle.vehicle_id,
                details={
                    "event": news.event.value,
                    "told_by": one_line(news.told_by)[:300],
                    "said": rule_words(news.event, rule),
                    "does": does,
                },
            )
        )
        if not news.begins:
            return
        told = f" It says “{one_line(news.told_by)}”." if news.told_by else ""
        self._alert(
            status,
            f"failsafe_{news.event.value}",
            _SEVERITY.get(news.event, Severity.WARNING),
            f"{vehicle.name}: {EVENTS[news.event]}.{told} {does}",
            rule_words(news.event, rule),
        )

    def _tell_unasked(self, status: VehicleStatus, mode: FlightMode) -> None:
        self._alert(
            status,
            UNASKED,
            Severity.CAUTION,
            f"{status.vehicle.name} changed its mode to {mode.value}, and nobody here told it to.",
            "Its remote control, another ground station or a failsafe did. Hold, return and land "
            "are taken at any time.",
        )

    def _alert(
        self, status: VehicleStatus, kind: str, severity: Severity, text: str, remedy: str
    ) -> None:
        vehicle = status.vehicle
        position = None if status.report is None else status.report.position
        self._raise(
            kind,
            severity,
            text,
            remedy,
            organisation_id=vehicle.organisation_id,
            vehicle_id=vehicle.vehicle_id,
            place=None if position is None else (position.lat, position.lon),
        )


def _mode(report: VehicleReport | None) -> FlightMode | None:
    return None if report is None or report.flight is None else report.flight.mode


def _new_lines(kept: _Vehicle, status: VehicleStatus, report: VehicleReport) -> list[StatusLine]:
    """Sentences that were not seen before, the oldest first. One is known by its words and by when
    the agent heard it, on the agent's own clock: no delay on the way makes it another one."""
    at = status.agent_at
    if at is None:
        return []
    if at.run != kept.run:
        kept.run = at.run
        kept.lines.clear()
    new = []
    for line in reversed(report.status_lines):
        heard_ms = at.ms - line.age_ms
        if any(
            text == line.text and abs(heard_ms - known_ms) <= SAME_LINE_MS
            for text, known_ms in kept.lines
        ):
            continue
        kept.lines.append((line.text, heard_ms))
        if line.age_ms / 1000 <= FRESH_S:  # else it was said before anybody here looked
            new.append(line)
    return new
