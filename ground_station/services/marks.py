"""Marks: places that somebody pointed out in a picture, with a few words.

They are of the moment: in memory only, gone after twelve hours or with the station's restart. That
one was set or taken away stays in the audit log, with its place.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ground_station.core.agent_durable import one_line
from ground_station.core.audit import Act, AuditLog
from ground_station.core.authority import Permission, Principal, Scope, require
from ground_station.core.clock import Clock
from ground_station.core.errors import Conflict, InvalidInput, NotFound
from ground_station.core.ids import new_id
from ground_station.services.audit import by
from ground_station.services.picture_places import PicturePlaces, Placed

HOLDS_S: Final = 12 * 3600.0
MAX_OF_ORGANISATION: Final = 200
MAX_MARKS: Final = 5000
MAX_WORDS: Final = 200


@dataclass(frozen=True, slots=True)
class Mark:
    """A place that was pointed out.

    Attributes:
        organisation_id: of who set it. placed: what it was set from.
        made_s: on the station's monotonic clock.
    """

    mark_id: str
    organisation_id: str
    words: str
    user_id: str
    user_name: str
    placed: Placed
    made_at: datetime
    made_s: float

    def is_in(self, scope: Scope) -> bool:
        """Of the own organisation, and inside of the area."""
        point = self.placed.place.point
        own = self.organisation_id == scope.organisation_id
        return own and scope.holds(self.organisation_id, point.lat, point.lon)


class Marks:
    """Thread-safe; nothing but `set` and `remove` waits, for the audit log."""

    def __init__(self, *, places: PicturePlaces, audit: AuditLog, clock: Clock) -> None:
        self._places = places
        self._audit = audit
        self._clock = clock
        self._lock = threading.Lock()
        self._marks: dict[str, Mark] = {}  # oldest first
        self._version = 0

    def set(self, who: Principal, placed_id: str, words: str) -> Mark:
        """Keep a place that this person was shown. It is written down first.

        Raises:
            NotFound: that place is not held any more. InvalidInput: the words are none.
            Conflict: there are too many marks. Unavailable: it cannot be written down.
        """
        require(who, Permission.WATCH_VIDEO)
        text = " ".join(one_line(words).split())
        if not text or len(text) > MAX_WORDS:
            raise InvalidInput(f"A mark has 1 to {MAX_WORDS} characters of words.")
        placed = self._places.placed(who, placed_id)
        mark = Mark(
            new_id(),
            who.scope.organisation_id,
            text,
            who.user_id,
            who.display_name,
            placed,
            self._clock.now(),
            self._clock.monotonic_s(),
        )
        self._check_room(mark.organisation_id)
        point = placed.place.point
        entry = by(
            who,
            Act.MARK_SET,
            "mark",
            mark.mark_id,
            words=text,
            source=placed.source_id,
            place=f"{point.lat:.6f} {point.lon:.6f}",
            semi_major_m=f"{point.semi_major_m:.1f}",
            ground=placed.place.ground_words,
        )
        self._audit.append(entry)
        with self._lock:
            self._marks[mark.mark_id] = mark
            self._version += 1
        return mark

    def remove(self, who: Principal, mark_id: str) -> None:
        """Anybody who sees it and may set one takes it away.

        Raises:
            NotFound. Unavailable: it cannot be written down.
        """
        require(who, Permission.WATCH_VIDEO)
        found = next((mark for mark in self.seen(who.scope) if mark.mark_id == mark_id), None)
        if found is None:
            raise NotFound("There is no such mark.", "It may have been taken away or run out.")
        self._audit.append(by(who, Act.MARK_REMOVED, "mark", mark_id, words=found.words))
        with self._lock:
            if self._marks.pop(mark_id, None) is not None:
                self._version += 1

    def seen(self, scope: Scope) -> list[Mark]:
        """Those that somebody of that scope may see, newest first."""
        with self._lock:
            self._expire()
            return [mark for mark in reversed(self._marks.values()) if mark.is_in(scope)]

    def version(self) -> int:
        """Another number whenever marks came or went; never waits."""
        with self._lock:
            self._expire()
            return self._version

    def _check_room(self, organisation_id: str) -> None:
        with self._lock:
            self._expire()
            own = sum(mark.organisation_id == organisation_id for mark in self._marks.values())
            full = len(self._marks) >= MAX_MARKS
        if full or own >= MAX_OF_ORGANISATION:
            raise Conflict("There are too many marks already.", "Take away some that are over.")

    def _expire(self) -> None:
        now_s = self._clock.monotonic_s()
        while self._marks:
            oldest = next(iter(self._marks.values()))
            if now_s - oldest.made_s < HOLDS_S:
                return
            del self._marks[oldest.mark_id]
            self._version += 1
