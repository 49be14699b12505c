"""One flight while it is recorded. For one thread, that of `flight_log`.

A disk that takes nothing is told in the record as a gap; nothing else is held up by it.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from ground_station.core.agent_vehicles import LandedState, StatusLine, VehicleLinkState
from ground_station.core.fleet import AirspaceFinding, VehicleStatus
from ground_station.core.flight_log import (
    FlightEntry,
    FlightEvent,
    FlightJournal,
    FlightJournals,
    FlightRecord,
)
from ground_station.services.flight_figures import GAP_S, LANDED, TOOK_OFF, Figures
from ground_station.services.flight_samples import SLOW_S, fresh, sample_of

log = logging.getLogger(__name__)

SAID_BEFORE_S: Final = 60.0  # a sentence from so long before the arming is still of this flight
SAME_LINE_S: Final = 0.5  # the age of a sentence is measured anew with each report
LINES_KEPT: Final = 32
MAX_WORDS: Final = 600


@dataclass(frozen=True, slots=True)
class Around:
    """What else is known of a vehicle; each answers at once, from memory.

    Attributes:
        conformance: (state, words) of a vehicle id.
        failsafes: by name those that go on, in words.
        video: (source id, its name) of the source that is its camera and gives pictures now.
    """

    conformance: Callable[[str], tuple[str, str] | None] = lambda _vehicle_id: None
    failsafes: Callable[[VehicleStatus], Mapping[str, str]] = lambda _status: {}
    video: Callable[[VehicleStatus], tuple[str, str] | None] = lambda _status: None


@dataclass(slots=True)
class _Seen:
    """What was told last, so that only changes become events."""

    mode: str = ""
    link: VehicleLinkState | None = None
    conformance: str = ""
    unknown_mission: bool = False
    failsafes: dict[str, str] = field(default_factory=dict)
    video: tuple[str, str] | None = None
    lines: deque[tuple[str, datetime]] = field(default_factory=lambda: deque(maxlen=LINES_KEPT))


class Recording:
    """Attributes:
    record: as it is now. figures: so far.
    heard_s: when its vehicle was heard last, monotonic. reported_s: of the newest report taken.
    disarmed_s: since when it is over; None: it goes on.
    """

    def __init__(
        self,
        record: FlightRecord,
        journals: FlightJournals,
        around: Around,
        figures: Figures | None = None,
    ) -> None:
        self.record = record
        self.figures = figures or Figures()
        self.heard_s = 0.0
        self.reported_s = float("-inf")
        self.disarmed_s: float | None = None
        self.disarmed_at: datetime | None = None
        self.problem = ""  # why nothing can be written now
        self._journals = journals
        self._around = around
        self._journal: FlightJournal | None = None
        self._seen = _Seen()
        self._unwritten: list[datetime] = []  # of the samples since the last flush
        self._lost_since: datetime | None = None
        self._lost_gap_s = 0.0
        self._lost_samples = 0
        self._place: tuple[float | None, float | None] = (None, None)

    # --- taking ----------------------------------------------------------------------------------

    def heard(
        self, status: VehicleStatus, finding: AirspaceFinding, at: datetime, passed_s: float
    ) -> None:
        """A word of the fleet on its vehicle; only one with a new report is a sample."""
        new = status.received_s > self.reported_s
        self._link(status, at)
        if not new or status.report is None:
            return
        self.reported_s, self.heard_s = status.received_s, status.received_s + passed_s
        self._changes(status, at, passed_s)
        last = self.figures.last_sample_at
        if last is not None and (at - last).total_seconds() > GAP_S:
            seconds = (at - last).total_seconds()
            self.event(at, "gap", f"Nothing was heard of it for {seconds:.1f} s.", "caution")
        self._take(sample_of(status, finding, at, passed_s))

    def event(
        self, at: datetime, kind: str, words: str, severity: str = "info", reference: str = ""
    ) -> None:
        """Something that happened to it, where it is now."""
        lat, lon = self._place
        self._take(FlightEvent(at, kind, words[:MAX_WORDS], severity, lat, lon, reference[:200]))

    def take_event(self, event: FlightEvent) -> None:
        """One that was made elsewhere; where it was then, unless it says where."""
        if event.lat is None:
            lat, lon = self._place
            event = replace(event, lat=lat, lon=lon)
        self._take(replace(event, words=event.words[:MAX_WORDS]))

    def permit(self, permissions: Sequence[tuple[str, str]]) -> bool:
        """References by zone of what it is flown by; whether one is new."""
        known = dict(self.record.permissions)
        more = {**known, **dict(permissions)}
        if more == known:
            return False
        self.record = replace(self.record, permissions=tuple(sorted(more.items())))
        return True

    def unknown_mission(self, at: datetime) -> None:
        """It flies one that nobody here knows; said once."""
        if not self._seen.unknown_mission:
            self._seen.unknown_mission = True
            words = "It flies a mission that is not known to have gone through this station."
            self.event(at, "mode", words, "caution")

    def look_at_video(self, status: VehicleStatus | None, at: datetime) -> None:
        """Whether there is video of it now, and since when there is none any more."""
        found = None if status is None else self._around.video(status)
        before, self._seen.video = self._seen.video, found
        if before == found:
            return
        if before is not None:
            self.event(at, "video", f"Video of {before[1]} ended.", reference=before[0])
        if found is not None:
            self.event(at, "video", f"Video of {found[1]} began.", reference=found[0])

    # --- writing ---------------------------------------------------------------------------------

    def flush(self, now: datetime) -> None:
        """Hand what came to the operating system; what the disk does not take is a gap."""
        try:
            if self._journal is None:
                self._journal = self._journals.begin(self.record)
                if self._lost_since is None:
                    return
            if self._lost_since is not None:
                self._journal.append(self._gap(now))
            self._journal.flush()
        except OSError as error:
            self._lost(error, now)
            return
        if self._lost_since is not None:
            log.warning("flight_log_written_again flight=%s", self.record.record_id)
            self._lost_gap_s += (now - self._lost_since).total_seconds()
            self._lost_since = None
        self.problem = ""
        self._unwritten.clear()
        self._settle()

    def close(self, reason: str, ended_at: datetime, now: datetime) -> FlightRecord:
        """The finished record, with the digest of its journal; "" where that is not whole on the
        disk."""
        if self._seen.video is not None:
            self.look_at_video(None, ended_at)
        self.flush(now)
        digest = ""
        try:
            if self._journal is not None:
                digest = self._journal.close()
        except OSError as error:
            log.error("flight_log_not_closed flight=%s reason=%s", self.record.record_id, error)
        self._journal = None
        self._settle()
        self.record = replace(self.record, ended_at=ended_at, closed_by=reason, sha256=digest)
        return self.record

    def set_aside(self, now: datetime) -> None:
        """The station stops; the flight goes on. What came is on the disk."""
        self.flush(now)
        try:
            if self._journal is not None:
                self._journal.close()
        except OSError as error:
            log.error("flight_log_not_closed flight=%s reason=%s", self.record.record_id, error)
        self._journal = None

    # --- inside ----------------------------------------------------------------------------------

    def _take(self, entry: FlightEntry) -> None:
        self.figures.take(entry)
        if not isinstance(entry, FlightEvent):
            if entry.lat is not None:
                self._place = (entry.lat, entry.lon)
            self._unwritten.append(entry.at)
        try:
            if self._journal is None:
                self._journal = self._journals.begin(self.record)
            self._journal.append(entry)
        except OSError as error:
            self._lost(error, entry.at)

    def _settle(self) -> None:
        """The figures into the record: without the samples that nobody will find in the journal."""
        made = self.figures.into(self.record)
        self.record = replace(
            made, samples=made.samples - self._lost_samples, gaps_s=made.gaps_s + self._lost_gap_s
        )

    def _lost(self, error: OSError, now: datetime) -> None:
        if self._lost_since is None:
            self._lost_since = self._unwritten[0] if self._unwritten else now
            log.error(
                "flight_log_not_written flight=%s reason=%s", self.record.record_id, _why(error)
            )
        self.problem = _why(error)
        self._lost_samples += len(self._unwritten)
        self._unwritten.clear()

    def _gap(self, now: datetime) -> FlightEvent:
        assert self._lost_since is not None
        seconds = (now - self._lost_since).total_seconds()
        words = f"Nothing could be written for {seconds:.1f} s: {self.problem}."
        return FlightEvent(now, "gap", words[:MAX_WORDS], "warning", *self._place)

    def _link(self, status: VehicleStatus, at: datetime) -> None:
        before, self._seen.link = self._seen.link, status.link
        if before is None or before is status.link:
            return
        if status.link is VehicleLinkState.CONNECTED:
            self.event(at, "link", "The link to it is back.")
        else:
            who = "its autopilot" if status.agent_connected else "its agent"
            self.event(at, "link", f"The link to it was lost: {who} is not heard.", "warning")

    def _changes(self, status: VehicleStatus, at: datetime, passed_s: float) -> None:
        report = status.report
        assert report is not None
        flight = fresh(report.flight, SLOW_S, passed_s)
        if flight is not None:
            if flight.mode.value != self._seen.mode:
                self._seen.mode = flight.mode.value
                self.event(at, "mode", f"It is in {flight.mode.value}.")
            self._landed(flight.landed, flight.armed, at)
        self._lines(report.status_lines, at, passed_s)
        self._conformance(status.vehicle.vehicle_id, at)
        self._failsafes(status, at)

    def _landed(self, landed: LandedState, armed: bool, at: datetime) -> None:
        if landed is LandedState.UNKNOWN:
            return
        flying = armed and landed is not LandedState.ON_GROUND
        if flying and not self.figures.flying:
            self.event(at, "mode", "It took off.", reference=TOOK_OFF)
        elif not flying and self.figures.flying:
            self.event(at, "mode", "It landed.", reference=LANDED)

    def _lines(self, lines: Sequence[StatusLine], at: datetime, passed_s: float) -> None:
        """The autopilot's own sentences, oldest first, each once."""
        for line in reversed(lines):
            said_at = at - timedelta(seconds=line.age_ms / 1000 + passed_s)
            if (self.record.began_at - said_at).total_seconds() > SAID_BEFORE_S:
                continue
            known = any(
                text == line.text and abs((said_at - when).total_seconds()) < SAME_LINE_S
                for text, when in self._seen.lines
            )
            if not known:
                self._seen.lines.append((line.text, said_at))
                self.event(said_at, "text", line.text, line.severity)

    def _conformance(self, vehicle_id: str, at: datetime) -> None:
        found = self._around.conformance(vehicle_id)
        state, words = ("", "") if found is None else found
        before, self._seen.conformance = self._seen.conformance, state
        if state and state != before:
            bad = state in ("breach", "warning_10", "warning_30")
            self.event(at, "conformance", f"{state}. {words}".strip(), "warning" if bad else "info")

    def _failsafes(self, status: VehicleStatus, at: datetime) -> None:
        now = dict(self._around.failsafes(status))
        before, self._seen.failsafes = self._seen.failsafes, now
        for name, words in now.items():
            if name not in before:
                self.event(at, "failsafe", words, "warning", name)
        for name in before:
            if name not in now:
                self.event(at, "failsafe", f"It is over: {name.replace('_', ' ')}.", "info", name)


def _why(error: OSError) -> str:
    return error.strerror or str(error)
