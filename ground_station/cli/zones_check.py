"""`run.py zones check` and `zones import`: files of plans and zones, without a station."""

from __future__ import annotations

import hashlib
import json
from argparse import Namespace
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path

from geo.airspace.document import answer, plan_from
from geo.airspace.verdict import Against, Judgement, Verdict, judge
from geo.formats.reading import MAX_FILE_BYTES, FileRefused, Reading
from geo.formats.sniff import read
from geo.zones import ZoneDataset, ZoneIndex
from ground_station.cli.zones_store import against_of, offer
from ground_station.core.clock import SystemClock
from ground_station.core.errors import InvalidInput
from ground_station.services.airspace_files import checked, dataset_of

MAX_PLAN_BYTES = 4 * 1024 * 1024
MOST_SHOWN = 200  # of what was refused
ALLOWED, NOT_ALLOWED = 0, 1


@dataclass(frozen=True, slots=True)
class ZoneFile:
    """A file of zones as it was read."""

    name: str
    sha256: str
    size_bytes: int
    reading: Reading

    @property
    def dataset(self) -> ZoneDataset:
        """By the file's own title, or its name."""
        return dataset_of(self.reading, self.reading.title or self.name)


def check(arguments: Namespace) -> int:
    """`run.py zones check`; 0 if the flight is allowed, 1 if not.

    Raises:
        InvalidInput: a file that cannot be read, by the field or the line.
    """
    try:
        plan = plan_from(_plan_document(arguments.plan))
    except ValueError as error:
        raise InvalidInput(f"{arguments.plan}: {error}", "Correct the plan.") from error
    against = replace(_against(arguments), as_of=_day(arguments.as_of))
    try:
        judgement = judge(plan, against)
    except ValueError as error:
        raise InvalidInput(f"{arguments.plan}: {error}", "Correct the plan.") from error
    if arguments.json:
        print(json.dumps(answer(judgement), ensure_ascii=False, indent=1, allow_nan=False))
    else:
        _print(judgement)
    allowed = judgement.verdict in (Verdict.ALLOWED, Verdict.ALLOWED_EXEMPT)
    return ALLOWED if allowed else NOT_ALLOWED


def _against(arguments: Namespace) -> Against:
    """The zones of a file; without one, what the installation's flights are checked against."""
    if arguments.dataset is None:
        return against_of(arguments)
    index = index_of(zone_file(arguments.dataset).dataset, str(arguments.dataset))
    return Against(index, None, SystemClock().now())


def show_import(arguments: Namespace) -> int:
    """`run.py zones import`: what a file holds, what is refused and why. Nothing is stored, unless
    it is to be offered or used (`zones_store.offer`).

    Returns:
        0 if every feature was read, 1 if some were refused.
    """
    if arguments.offer or arguments.use:
        return offer(arguments)
    file = zone_file(arguments.file)
    print_reading(file)
    print("Nothing was stored: --offer offers it to the installation, --use takes it into use.")
    return NOT_ALLOWED if file.reading.gaps or file.reading.gaps_left_out else ALLOWED


def print_reading(file: ZoneFile) -> None:
    """What was read of a file, and each refusal with its reason."""
    reading = file.reading
    print(f"{file.name}: {reading.format.value}, {file.size_bytes:,} bytes, SHA-256 {file.sha256}")
    print(f"Title: {reading.title or 'not said'}. AIRAC: {reading.airac or 'not said'}.")
    begins, ends = _instant(reading.effective_from), _instant(reading.effective_until)
    print(f"Valid from {begins} until {ends}.")
    refused = len(reading.gaps) + reading.gaps_left_out
    print(f"{len(reading.zones)} zones read, {refused} features refused.")
    for reason, count in reading.skipped.items():
        print(f"Skipped, being no zones: {count} ({reason}).")
    for gap in reading.gaps[:MOST_SHOWN]:
        print(f"Refused: {gap.feature}: {gap.reason}")
    if refused > MOST_SHOWN:
        print(f"and {refused - min(MOST_SHOWN, len(reading.gaps))} more.")
    for zone_id, notes in list(reading.notes.items())[:MOST_SHOWN]:
        print(f"Note{f' on {zone_id}' if zone_id else ''}: {'; '.join(notes)}")


def zone_file(path: Path) -> ZoneFile:
    """Read a file of zones in any format.

    Raises:
        InvalidInput: it cannot be opened, is too large, or nothing of it can be read.
    """
    data = file_bytes(path, MAX_FILE_BYTES)
    try:
        reading = checked(read(data, path.name))
    except FileRefused as error:
        raise InvalidInput(f"{path}: {error}", "Give a file of airspace zones.") from error
    return ZoneFile(path.name, hashlib.sha256(data).hexdigest(), len(data), reading)


def index_of(dataset: ZoneDataset, name: str) -> ZoneIndex:
    """Raises: InvalidInput: a zone of it cannot be checked."""
    try:
        return ZoneIndex(dataset)
    except ValueError as error:
        raise InvalidInput(f"{name}: {error}", "Correct that zone.") from error


def _plan_document(path: Path) -> object:
    try:
        return json.loads(file_bytes(path, MAX_PLAN_BYTES), object_pairs_hook=_once_each)
    except RecursionError as error:
        raise ValueError("its lists are nested too deep.") from error
    except UnicodeDecodeError as error:
        raise ValueError("it is not UTF-8 text.") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"line {error.lineno}: it is not JSON: {error.msg}.") from error


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object of a plan. Raises ValueError: a key stands in it twice."""
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"{key[:40]!r} stands there twice: which counts, nobody can say.")
        found[key] = value
    return found


def file_bytes(path: Path, most: int) -> bytes:
    """Raises InvalidInput: it cannot be read, or is larger than `most` bytes."""
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        why = error.strerror or "it cannot be read"
        raise InvalidInput(f"{path}: {why}.", "Give the name of a file.") from error
    if len(data) > most:
        raise InvalidInput(f"{path}: it is larger than {most:,} bytes.", "Give a smaller file.")
    return data


def _day(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError:
        pass
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(f"--as-of {text} is no date.", "Give it as 2026-06-15.") from error
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def _print(judgement: Judgement) -> None:
    print(judgement.verdict.value)
    for reason in judgement.reasons:
        print(f"  {reason.code.value}: {reason.text}")
    for zone in judgement.zones:
        if zone.satisfied_by:
            print(f"  In {zone.zone.zone_id} {zone.zone.name} by {zone.satisfied_by}.")
    for change in judgement.changes:
        print(f"  Possible: {change.text}")
    for told in judgement.information:
        print(f"  ({told.code.value}) {told.text}")


def _instant(at: datetime | None) -> str:
    return "not said" if at is None else f"{at.astimezone(UTC):%d %B %Y %H:%M} UTC"
