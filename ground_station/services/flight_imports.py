"""Logs of autopilots taken into the flight log: for replay, and to compare with what was flown."""

from __future__ import annotations

import hashlib
import logging
import shutil
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from ground_station.core.agent_durable import one_line
from ground_station.core.audit import Act, Actor, AuditEntry, AuditLog
from ground_station.core.authority import Permission, Principal, require
from ground_station.core.clock import Clock
from ground_station.core.errors import Conflict, Unavailable, Unprocessable
from ground_station.core.flight_log import (
    FlightEntry,
    FlightJournals,
    FlightRecord,
    FlightRepository,
    LogReader,
    ReadLog,
)
from ground_station.core.ids import new_id
from ground_station.services.audit import by
from ground_station.services.flight_figures import Figures

log = logging.getLogger(__name__)

FLUSH_EVERY: Final = 1000  # entries
MAX_NAME: Final = 80
MAX_FILE_NAME: Final = 200
MAX_NOTE: Final = 1000
PREFIX: Final = "reading-"  # of folders that whoever reads clears away when a process was killed
LEFT_FREE_BYTES: Final = 500 * 2**20  # for what is recorded now
COMMAND_LINE: Final = "command line"


@dataclass(frozen=True, slots=True)
class Importer:
    """Who brings a log. `user_id`: None: somebody at the machine's command line."""

    organisation_id: str
    user_id: str | None
    entry: AuditEntry


def importer(who: Principal) -> Importer:
    """A signed-in person, for their own organisation.

    Raises:
        NotAllowed
    """
    require(who, Permission.LOG_FLIGHTS)
    return Importer(who.scope.organisation_id, who.user_id, by(who, Act.FLIGHT_IMPORTED, "flight"))


def command_line(organisation_id: str) -> Importer:
    """Whoever may use the machine's command line."""
    entry = AuditEntry(
        Act.FLIGHT_IMPORTED, Actor.COMMAND_LINE, None, organisation_id, subject_kind="flight"
    )
    return Importer(organisation_id, None, entry)


class FlightImports:
    """Thread-safe; a call waits for the reader, the disk and the database. One log at a time: it
    may take a processor for minutes.

    Args:
        folder: where a log that is sent here lies until it was read.
    """

    def __init__(
        self,
        *,
        flights: FlightRepository,
        journals: FlightJournals,
        read: LogReader,
        folder: Path,
        audit: AuditLog,
        clock: Clock,
    ) -> None:
        self._folder = folder
        self._flights = flights
        self._journals = journals
        self._read = read
        self._audit = audit
        self._clock = clock
        self._one = threading.Lock()

    def take(self, by_whom: Importer, file: Path, name: str) -> FlightRecord:
        """Read a log and keep it as a flight; what is missing in it stands in its note.

        Args:
            name: of the file, as whoever brought it has it.

        Raises:
            Unprocessable: it is refused, and why. Conflict: another one is read just now, or this
                one is here already.
            Unavailable: it cannot be written; nothing of it stays.
        """
        with self._alone():
            return self._take(by_whom, file, name)

    def receive(
        self, by_whom: Importer, chunks: Iterable[bytes], length: int, name: str
    ) -> FlightRecord:
        """The same of one that comes in pieces; they are asked for once there is room for them.

        Args:
            length: of all of them, in bytes.

        Raises:
            as `take`; Unavailable: there is no room on the disk.
        """
        with self._alone(), self._room(length) as file:
            try:
                with file.open("wb") as opened:
                    for chunk in chunks:
                        opened.write(chunk)
            except OSError as error:
                raise _no_room(error.strerror or str(error)) from error
            return self._take(by_whom, file, name)

    # --- inside ----------------------------------------------------------------------------------

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if not self._one.acquire(blocking=False):
            raise Conflict("Another log is being read.", "Try again when that is done.")
        try:
            yield
        finally:
            self._one.release()

    @contextmanager
    def _room(self, length: int) -> Iterator[Path]:
        """A place for a file; what flies now is recorded on the same disk, and goes first."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            free = shutil.disk_usage(self._folder).free
            if free < 2 * length + LEFT_FREE_BYTES:
                raise _no_room(f"{free // 2**20} MB are free")
            folder = tempfile.TemporaryDirectory(dir=self._folder, prefix=PREFIX)
        except OSError as error:
            raise _no_room(error.strerror or str(error)) from error
        with folder as name:
            yield Path(name) / "log"

    def _take(self, by_whom: Importer, file: Path, name: str) -> FlightRecord:
        with self._read(file) as found:
            return self._keep(by_whom, file, one_line(name).strip()[:MAX_FILE_NAME], found)

    def _keep(self, by_whom: Importer, file: Path, name: str, found: ReadLog) -> FlightRecord:
        entries = found.entries
        first = next(entries, None)
        if first is None:
            raise Unprocessable("This log is refused. Nothing of a flight is in it.")
        record = FlightRecord(
            record_id=new_id(),
            organisation_id=by_whom.organisation_id,
            origin=found.origin,
            vehicle_id=None,
            vehicle_name=found.vehicle[:MAX_NAME] or name[:MAX_NAME] or "Imported",
            began_at=first.at,
            file_name=name,
            note=" ".join(found.problems)[:MAX_NOTE],
            closed_by="import",
        )
        self._check_new(record)
        try:
            figures, digest = self._written(record, first, entries)
            record = replace(
                figures.into(record),
                ended_at=figures.last_at or record.began_at,
                sha256=digest,
            )
            self._put(by_whom, file, record)
        except BaseException:
            self._journals.remove(record.record_id)
            raise
        log.info("flight_imported flight=%s origin=%s", record.record_id, record.origin.value)
        return record

    def _check_new(self, record: FlightRecord) -> None:
        just_after = record.began_at + timedelta(milliseconds=1)
        near = self._flights.all(record.organisation_id, before=just_after, limit=5)
        if any(
            one.began_at == record.began_at
            and one.origin is record.origin
            and one.vehicle_name == record.vehicle_name
            and one.file_name == record.file_name
            for one in near
        ):
            raise Conflict("This log is in the flight log already.")

    def _written(
        self, record: FlightRecord, first: FlightEntry, rest: Iterator[FlightEntry]
    ) -> tuple[Figures, str]:
        figures = Figures()
        try:
            journal = self._journals.begin(record)
            try:
                figures.take(first)
                journal.append(first)
                for number, entry in enumerate(rest):
                    figures.take(entry)
                    journal.append(entry)
                    if number % FLUSH_EVERY == 0:
                        journal.flush()
            finally:
                digest = journal.close()
        except OSError as error:
            raise _no_room(error.strerror or str(error)) from error
        return figures, digest

    def _put(self, by_whom: Importer, file: Path, record: FlightRecord) -> None:
        with file.open("rb") as opened:
            of_file = hashlib.file_digest(opened, "sha256").hexdigest()
        entry = replace(
            by_whom.entry,
            subject_id=record.record_id,
            details={
                "origin": record.origin.value,
                "file": record.file_name,
                "file_sha256": of_file,
                "samples": record.samples,
                "sha256": record.sha256,
            },
        )
        with self._audit.together(entry):
            self._flights.put(record, self._clock.now(), by_whom.user_id or COMMAND_LINE)


def _no_room(why: str) -> Unavailable:
    return Unavailable(f"The log cannot be kept: {why}.", "Free space on the disk.")
