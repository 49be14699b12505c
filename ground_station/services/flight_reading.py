"""Reading the flight log: who may see which flight, its track and its events."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Final

from ground_station.core.authority import Permission, Principal, require
from ground_station.core.errors import NotFound
from ground_station.core.flight_log import (
    FlightEntry,
    FlightEvent,
    FlightJournals,
    FlightRecord,
    FlightRepository,
    FlightSample,
)

MOST_SAMPLES: Final = 5000
MOST_EVENTS: Final = 5000


@dataclass(frozen=True, slots=True)
class Track:
    """A part of a flight.

    Attributes:
        samples: every `step`-th of `of_samples`.
        events: of that part; `events_left_out`: how many more there are.
    """

    samples: tuple[FlightSample, ...]
    step: int
    of_samples: int
    events: tuple[FlightEvent, ...]
    events_left_out: int


class FlightReading:
    """Thread-safe; waits for the database and the disk.

    Args:
        now: a flight that goes on, with its figures as they are.
    """

    def __init__(
        self,
        flights: FlightRepository,
        journals: FlightJournals,
        now: Callable[[str], FlightRecord | None],
    ) -> None:
        self._flights = flights
        self._journals = journals
        self._now = now

    def all(
        self, who: Principal, *, before: datetime | None = None, limit: int = 100
    ) -> Sequence[FlightRecord]:
        """Of the person's organisation, newest first."""
        require(who, Permission.SEE_PAPERS)
        found = self._flights.all(who.scope.organisation_id, before=before, limit=limit)
        return [self._now(one.record_id) or one for one in found]

    def get(self, who: Principal, record_id: str) -> FlightRecord:
        """Raises NotAllowed; NotFound: also one of another organisation."""
        require(who, Permission.SEE_PAPERS)
        found = self._flights.get(record_id)
        if found is None or found.organisation_id != who.scope.organisation_id:
            raise NotFound("There is no such flight.")
        return self._now(record_id) or found

    def entries(self, who: Principal, record_id: str) -> tuple[FlightRecord, Iterator[FlightEntry]]:
        """All of it, for an export. Raises as `get`; NotFound where the samples are gone."""
        record = self.get(who, record_id)
        entries = self._journals.read(record_id)
        first = next(entries, None)  # what is not there is found out now, not in the middle
        return record, iter(()) if first is None else chain([first], entries)

    def track(
        self,
        who: Principal,
        record_id: str,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Track:
        """A part of it, thinned out evenly to `MOST_SAMPLES`.

        Raises:
            as `entries`.
        """
        self.get(who, record_id)

        def inside(at: datetime) -> bool:
            return (since is None or at >= since) and (until is None or at <= until)

        count = sum(
            isinstance(one, FlightSample) and inside(one.at)
            for one in self._journals.read(record_id)
        )
        step = max(1, -(-count // MOST_SAMPLES))
        samples: list[FlightSample] = []
        events: list[FlightEvent] = []
        number = left_out = 0
        for entry in self._journals.read(record_id):
            if not inside(entry.at):
                continue
            if isinstance(entry, FlightSample):
                if number % step == 0 and len(samples) < MOST_SAMPLES:
                    samples.append(entry)
                number += 1
            elif len(events) < MOST_EVENTS:
                events.append(entry)
            else:
                left_out += 1
        return Track(tuple(samples), step, number, tuple(events), left_out)
