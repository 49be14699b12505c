"""From when and until when a file of NATS is in force, by what it and its name say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

CYCLE = timedelta(days=28)
_KNOWN_CYCLE = date(2026, 5, 14)
_IN_NAME = re.compile(r"(?<!\d)(20\d{2})-?([01]\d)-?([0-3]\d)(?!\d)")
_IN_WORDS = re.compile(
    r"effective (?:from |on |date:? ?)?(20\d{2})-([01]\d)-([0-3]\d)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Settled:
    """What the dates come to. begins, ends: None: not said, or said differently in two places,
    which `problem` says. airac: "2026-05-14", "" if it begins on no AIRAC date."""

    begins: datetime | None
    ends: datetime | None
    airac: str
    problem: str = ""


class Dates:
    """Every date that a file says of itself."""

    def __init__(self) -> None:
        self._begins: set[datetime] = set()
        self._ends: set[datetime] = set()

    def of_name(self, name: str) -> None:
        """A file's name."""
        self._found(_IN_NAME.search(name))

    def of_words(self, words: str) -> None:
        """A sentence with "effective 2026-05-14" in it."""
        self._found(_IN_WORDS.search(words))

    def of_span(self, begins: str, ends: str) -> None:
        """Two instants in ISO 8601; an end that is not after its beginning says nothing."""
        begin, end = instant(begins), instant(ends)
        if begin is not None:
            self._begins.add(begin)
        if end is not None and begin is not None and end > begin:
            self._ends.add(end)

    def settled(self) -> Settled:
        begins = self._one()
        if self._begins and begins is None:
            said = ", ".join(sorted(each.date().isoformat() for each in self._begins))
            return Settled(None, None, "", f"(it says several dates of beginning: {said})")
        if begins is None:
            return Settled(None, None, "")
        ends = min(self._ends, default=None)
        if not is_airac(begins):
            return Settled(begins, ends, "")
        cycle_ends = begins + CYCLE
        return Settled(begins, min(ends or cycle_ends, cycle_ends), begins.date().isoformat())

    def _one(self) -> datetime | None:
        """The beginning, if all that is said can be one: the same, or an AIRAC date and instants of
        its cycle."""
        if len(self._begins) == 1:
            return next(iter(self._begins))
        cycles = [each for each in self._begins if is_airac(each)]
        if len(cycles) != 1 or any(
            not cycles[0] <= each < cycles[0] + CYCLE for each in self._begins
        ):
            return None
        return cycles[0]

    def _found(self, found: re.Match[str] | None) -> None:
        if found is None:
            return
        try:
            day = date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            return
        self._begins.add(datetime.combine(day, time(), UTC))


def is_airac(begins: datetime) -> bool:
    """Whether it is 00:00 UTC of an AIRAC date."""
    in_utc = begins.astimezone(UTC)
    return in_utc.time() == time() and (in_utc.date() - _KNOWN_CYCLE).days % CYCLE.days == 0


def instant(text: str) -> datetime | None:
    """An instant or a day in ISO 8601 (without a zone: UTC); None of anything else."""
    try:
        found = datetime.fromisoformat(text.strip())
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
