"""From a log's own messages to samples, five a second, and events.

A value is kept with the time at which the log has it, and is in a sample only as long as it is
fresh; what is no number, or no place on earth, is not known.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ground_station.core.flight_log import FlightEntry, FlightEvent, FlightSample
from ground_station.flightlogs.refusing import LogRefused

EVERY_S: Final = 0.2
QUICK_S: Final = 1.0
SLOW_S: Final = 5.0
FOR_EVER: Final = math.inf  # what a log writes only when it changes
MAX_SAMPLES: Final = 400_000  # 22 hours
MAX_EVENTS: Final = 20_000
MAX_SPAN_S: Final = 7 * 86_400.0  # later than that after the beginning is no time at all
MAX_WORDS: Final = 300
_LEAST_AT: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS: Final = {"lat": 7, "lon": 7, "battery": 4}
_WITHIN: Final = {
    "lat": (-90.0, 90.0),
    "lon": (-180.0, 180.0),
    "alt_amsl_m": (-1000.0, 50_000.0),
    "height_home_m": (-10_000.0, 50_000.0),
    "battery": (0.0, 1.0),
    "voltage_v": (0.0, 1000.0),
    "satellites": (0, 200),
}


class Gathering:
    """Takes what a reader finds, in the order of the log.

    Attributes:
        offset_s: what is added to the log's own seconds; None: the log tells no date, and its
            times count from 1970.
    """

    def __init__(self, emit: Callable[[FlightEntry], None]) -> None:
        self._emit = emit
        self.offset_s = 0.0
        self.samples = self.events = self.out_of_order = self.left_out = 0
        self._groups: dict[str, tuple[float, float, dict[str, Any]]] = {}
        self._first_s: float | None = None
        self._last_s = -math.inf

    def group(self, at_s: float, name: str, fresh_s: float = QUICK_S, **values: Any) -> None:
        """Values that are known together; an older group of that name is forgotten."""
        self._groups[name] = (at_s, fresh_s, {key: _sane(key, one) for key, one in values.items()})

    def forget(self, name: str) -> None:
        """They are not known any more."""
        self._groups.pop(name, None)

    def value(self, name: str, key: str) -> Any:
        """As it was said last, however old."""
        return self._groups[name][2].get(key) if name in self._groups else None

    def event(
        self, at_s: float, kind: str, words: str, severity: str = "info", reference: str = ""
    ) -> None:
        """Something that happened."""
        at = self._time(at_s)
        if at is None:
            return
        if self.events >= MAX_EVENTS:
            self.left_out += 1
            return
        self.events += 1
        said = " ".join("".join(c if c.isprintable() else " " for c in words).split())
        lat, lon = self.value("position", "lat"), self.value("position", "lon")
        self._emit(FlightEvent(at, kind, said[:MAX_WORDS], severity, lat, lon, reference))

    def tick(self, at_s: float) -> None:
        """The log has come this far: a sample, if one is due."""
        if not self._groups or 0 <= at_s - self._last_s < EVERY_S - 1e-6:
            return
        at = self._time(at_s)
        if at is None:
            return
        if at_s < self._last_s:
            self.out_of_order += 1
            return
        if self.samples >= MAX_SAMPLES:
            self.left_out += 1
            return
        found: dict[str, Any] = {}
        for since_s, fresh_s, values in self._groups.values():
            if at_s - since_s <= fresh_s:
                found |= values
        if found.get("lat") is None or found.get("lon") is None:
            found |= {"lat": None, "lon": None}  # one without the other is no place
        self._last_s = at_s
        self.samples += 1
        self._emit(replace(FlightSample(at), **found))

    def finish(self) -> list[str]:
        """What has to be said of the whole.

        Raises:
            LogRefused: there was nothing to see.
        """
        if not self.samples:
            raise LogRefused("No position, attitude or state of a vehicle is in it.")
        said = []
        if self.out_of_order:
            said.append(f"Times went back {self.out_of_order} times; what came so was left out.")
        if self.left_out:
            said.append(f"It is longer than can be kept: {self.left_out} entries were left out.")
        return said

    def _time(self, at_s: float) -> datetime | None:
        """None: it cannot be the time of anything."""
        if not math.isfinite(at_s):
            return None
        if self._first_s is None:
            self._first_s = at_s
        if not -MAX_SPAN_S <= at_s - self._first_s <= MAX_SPAN_S:
            self.out_of_order += 1
            return None
        try:
            return _LEAST_AT + timedelta(seconds=round(at_s + self.offset_s, 3))
        except OverflowError:
            return None


def _sane(key: str, value: Any) -> Any:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return value
    if not math.isfinite(value):
        return None
    least, most = _WITHIN.get(key, (-1e6, 1e6))
    if not least <= value <= most:
        return None
    return value if isinstance(value, int) else round(float(value), _DIGITS.get(key, 3))
