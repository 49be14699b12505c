"""What is made of the flight log for people: exports, comparisons, occurrence reports, the whole of
one flight. What leaves the station is written down."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import msgspec

from ground_station.core.agent_actions import UploadMission, WireMissionItem
from ground_station.core.audit import Act, AuditLog
from ground_station.core.authority import Permission, Principal, require
from ground_station.core.clock import Clock
from ground_station.core.crew import Preflight, PreflightRepository
from ground_station.core.errors import NotFound
from ground_station.core.flight_log import FlightEvent, FlightRecord
from ground_station.services.audit import by
from ground_station.services.crew_history import CrewHistory
from ground_station.services.crew_records import CrewRecords
from ground_station.services.flight_compare import Comparison, compare
from ground_station.services.flight_exports import ExportFormat, exported
from ground_station.services.flight_reading import FlightReading
from ground_station.services.occurrence import Known, Told, occurrence_report
from ground_station.services.papers import Papers

CHUNK_CHARS: Final = 64_000
MOST_VIDEOS: Final = 100


@dataclass(frozen=True, slots=True)
class VideoSpan:
    """Video of a source while it flew. `ended_at` None: it goes on, or nobody saw it end."""

    source_id: str
    words: str
    began_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class WholeFlight:
    """A flight with what it was flown by. `plan`: the waypoints as they were sent."""

    record: FlightRecord
    plan: tuple[WireMissionItem, ...]
    videos: tuple[VideoSpan, ...]


class FlightReports:
    """Thread-safe; waits for the database and the disk."""

    def __init__(
        self,
        *,
        reading: FlightReading,
        preflights: PreflightRepository,
        records: CrewRecords,
        history: CrewHistory,
        papers: Papers,
        display_name: Callable[[str], str],
        audit: AuditLog,
        clock: Clock,
    ) -> None:
        self._reading = reading
        self._preflights = preflights
        self._records = records
        self._history = history
        self._papers = papers
        self._display_name = display_name
        self._audit = audit
        self._clock = clock

    def whole(self, who: Principal, record_id: str) -> WholeFlight:
        """Also where its samples are gone. Raises as `FlightReading.get`."""
        record = self._reading.get(who, record_id)
        try:
            _record, entries = self._reading.entries(who, record_id)
        except NotFound:
            return WholeFlight(record, _plan(record), ())
        videos = [one for one in entries if isinstance(one, FlightEvent) and one.kind == "video"]
        return WholeFlight(record, _plan(record), _spans(videos))

    def export(
        self, who: Principal, record_id: str, form: ExportFormat
    ) -> tuple[FlightRecord, Iterator[str]]:
        """Pieces of the document, each of some thousand characters.

        Raises:
            as `FlightReading.entries`; Unavailable: it cannot be written down.
        """
        record, entries = self._reading.entries(who, record_id)
        self._audit.append(by(who, Act.EXPORTED, "flight", record_id, form=form.value))
        return record, _in_chunks(exported(form, record, entries))

    def compare(self, who: Principal, first_id: str, second_id: str) -> Comparison:
        """Raises as `FlightReading.entries`."""
        both = [
            (self._reading.get(who, one), self._reading.track(who, one).samples)
            for one in (first_id, second_id)
        ]
        return compare(both[0], both[1])

    def occurrence(self, who: Principal, record_id: str, told: Told) -> tuple[FlightRecord, str]:
        """The form, as text.

        Raises:
            NotAllowed; as `FlightReading.entries`; Unavailable: it cannot be written down.
        """
        require(who, Permission.LOG_FLIGHTS)
        record, entries = self._reading.entries(who, record_id)
        told = replace(told, reporter=told.reporter or who.display_name)
        report = occurrence_report(record, entries, self._known(record), told, self._clock.now())
        self._audit.append(by(who, Act.EXPORTED, "flight", record_id, form="occurrence report"))
        return record, report

    # --- inside ----------------------------------------------------------------------------------

    def _known(self, record: FlightRecord) -> Known:
        own = record.organisation_id
        served = self._preflight(record)
        crew = self._records.crew
        pilot = crew.find(own, None if served is None else served.pilot_id)
        if pilot is None and record.pilot_id:
            pilot = crew.of_account(own, record.pilot_id)
        return Known(
            operator=self._papers.operator(own),
            airframe=self._records.airframes.find(own, record.airframe_id),
            pilot=pilot,
            pilot_name=self._display_name(record.pilot_id) if record.pilot_id else "",
            pilot_minutes=None if pilot is None else self._history.pilot_minutes(own, pilot),
            preflight=served,
        )

    def _preflight(self, record: FlightRecord) -> Preflight | None:
        if record.preflight_id is None:
            return None
        found = self._preflights.get(record.preflight_id)
        if found is None or found.organisation_id != record.organisation_id:
            return None
        return found


def _plan(record: FlightRecord) -> tuple[WireMissionItem, ...]:
    if not record.plan:
        return ()
    try:
        return tuple(msgspec.json.decode(record.plan, type=UploadMission).items)
    except msgspec.MsgspecError:  # of another release: its digest still names it
        return ()


def _spans(events: list[FlightEvent]) -> tuple[VideoSpan, ...]:
    """A source that begins twice without an end was seen anew after a restart."""
    spans: list[VideoSpan] = []
    for event in sorted(events, key=lambda one: one.at):
        going = next(
            (
                number
                for number, one in enumerate(spans)
                if one.source_id == event.reference and one.ended_at is None
            ),
            None,
        )
        if event.words.endswith("ended."):
            if going is not None:
                spans[going] = replace(spans[going], ended_at=event.at)
        elif going is None and len(spans) < MOST_VIDEOS:
            spans.append(VideoSpan(event.reference, event.words, event.at, None))
    return tuple(spans)


def _in_chunks(pieces: Iterator[str]) -> Iterator[str]:
    held: list[str] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= CHUNK_CHARS:
            yield "".join(held)
            held, size = [], 0
    yield "".join(held)
