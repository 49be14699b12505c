"""Journals of flights: a file of JSON lines each, `<data folder>/flights/<flight>.jsonl`.

The first line is the flight as it began, so that a file is never without an owner. What has been
flushed is the operating system's: killing the station does not lose it. A line that was torn (a
full disk, a machine that lost its power) is left out when the file is read, and only that line.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from ground_station.core.errors import NotFound
from ground_station.core.flight_lines import entry_of, line_of
from ground_station.core.flight_log import FlightEntry, FlightJournal, FlightRecord
from ground_station.core.ids import is_id

FOLDER: Final = "flights"
SUFFIX: Final = ".jsonl"
FORM: Final = 1
MAX_HELD_BYTES: Final = 1_000_000  # until the next flush
MAX_LINE_BYTES: Final = 1_000_000  # the head holds the whole plan
MAX_FILE_BYTES: Final = 512 * 2**20  # of one flight: more than a hundred hours

_WHOLE: Final = msgspec.json.Decoder(list[Any])
_HEAD: Final = "h"


class FileJournal:
    """`FlightJournal` in one file. For one thread."""

    def __init__(self, path: Path, record: FlightRecord) -> None:
        new = not path.exists()
        self._path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self._held: list[bytes] = []
        self._held_bytes = 0
        self._size = os.fstat(self._file).st_size
        self._torn = self._size > 0 and os.pread(self._file, 1, self._size - 1) != b"\n"
        self._closed = False
        if new or self._size == 0:
            try:
                self._hold(msgspec.json.encode([_HEAD, FORM, record]) + b"\n")
                self.flush()
            except OSError:
                os.close(self._file)
                raise

    def append(self, entry: FlightEntry) -> None:
        """See the port."""
        self._hold(line_of(entry))

    def flush(self) -> None:
        """See the port."""
        if not self._held:
            return
        # After a torn line the next one begins on a line of its own.
        rest = b"".join([b"\n" if self._torn else b"", *self._held])
        self._held, self._held_bytes = [], 0
        if self._size + len(rest) > MAX_FILE_BYTES:
            raise OSError(f"its log has reached {MAX_FILE_BYTES // 2**20} MB")
        while rest:
            self._torn = True
            done = os.write(self._file, rest)  # a full disk may take a part
            self._size += done
            rest = rest[done:]
        self._torn = False

    def close(self) -> str:
        """See the port."""
        if not self._closed:
            try:
                self.flush()
                os.fsync(self._file)
            finally:
                self._closed = True
                os.close(self._file)
        with self._path.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()

    def _hold(self, line: bytes) -> None:
        if self._held_bytes + len(line) > MAX_HELD_BYTES:
            raise OSError("too much waits to be written")
        self._held.append(line)
        self._held_bytes += len(line)


class FileJournals:
    """`FlightJournals` in a folder, which is made with the first of them."""

    def __init__(self, data_folder: Path) -> None:
        self._folder = data_folder / FOLDER

    def begin(self, record: FlightRecord) -> FlightJournal:
        """See the port."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return FileJournal(self._path(record.record_id), record)

    def read(self, record_id: str) -> Iterator[FlightEntry]:
        """See the port."""
        path = self._path(record_id)
        try:
            with path.open("rb") as opened:
                for line in _lines(opened):
                    entry = entry_of(line)
                    if entry is not None:
                        yield entry
        except OSError as error:
            raise NotFound(
                "The samples of this flight are not there any more.", f"Look at {path}."
            ) from error

    def head(self, record_id: str) -> FlightRecord | None:
        """See the port."""
        try:
            with self._path(record_id).open("rb") as opened:
                row = _WHOLE.decode(opened.readline(MAX_LINE_BYTES))
            if row[:2] != [_HEAD, FORM] or len(row) != 3:
                return None
            return msgspec.convert(row[2], FlightRecord)
        except (OSError, ValueError, msgspec.MsgspecError):
            return None

    def ids(self) -> Sequence[str]:
        """See the port."""
        found = (path.stem for path in self._folder.glob(f"*{SUFFIX}"))
        return sorted(one for one in found if is_id(one))

    def written_at(self, record_id: str) -> datetime | None:
        """See the port."""
        try:
            return datetime.fromtimestamp(self._path(record_id).stat().st_mtime, UTC)
        except OSError:
            return None

    def remove(self, record_id: str) -> None:
        """See the port."""
        self._path(record_id).unlink(missing_ok=True)

    def _path(self, record_id: str) -> Path:
        if not is_id(record_id):
            raise NotFound("There is no such flight.")
        return self._folder / f"{record_id}{SUFFIX}"


def _lines(opened: Any) -> Iterator[bytes]:
    """Whole lines; one of more than `MAX_LINE_BYTES` comes in pieces, none of which is read."""
    while line := opened.readline(MAX_LINE_BYTES):
        yield line
