"""What follows of a flight's samples: time in the air, height, distance, battery, gaps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from ground_station.core.flight_log import FlightEntry, FlightEvent, FlightRecord, FlightSample
from ground_station.services.flight_ways import distance_m

EVERY_S: Final = 0.2  # between two samples
GAP_S: Final = 1.0  # longer than this nothing came that should have
UP_M, DOWN_M = 1.5, 0.5  # above home, where nobody says whether it flies
STEP_M: Final = 1.0  # less is the noise of a receiver, and would add up
TOOK_OFF, LANDED = "took_off", "landed"  # references of the events that say so


@dataclass(slots=True)
class Figures:
    """Of one flight, entry by entry in order.

    `flying`: None as long as that is not known. `told`: the autopilot says it; its word is then
    taken, and not what the height suggests.
    """

    began_at: datetime | None = None
    last_at: datetime | None = None
    last_sample_at: datetime | None = None
    took_off_at: datetime | None = None
    landed_at: datetime | None = None
    flying: bool | None = None
    told: bool = False
    max_height_home_m: float | None = None
    distance_m: float | None = None
    samples: int = 0
    gaps_s: float = 0.0
    up_s: float = 0.0  # of take-offs that have landed
    _up_since: datetime | None = None
    _anchor: tuple[float, float] | None = None
    _battery_first: float | None = None
    _battery_last: float | None = None

    def take(self, entry: FlightEntry) -> None:
        """The next entry."""
        self.began_at = self.began_at or entry.at
        self.last_at = entry.at if self.last_at is None else max(self.last_at, entry.at)
        if isinstance(entry, FlightEvent):
            self._event(entry)
        else:
            self._sample(entry)

    @property
    def minutes(self) -> float | None:
        """In the air, up to the last sample where it has not landed; None: it did not take off."""
        if self.took_off_at is None:
            return None
        seconds = self.up_s
        if self._up_since is not None and self.last_sample_at is not None:
            seconds += max(0.0, (self.last_sample_at - self._up_since).total_seconds())
        return seconds / 60

    @property
    def battery_used(self) -> float | None:
        """0-1, from the first to the last that was known; charging in between is not seen."""
        if self._battery_first is None or self._battery_last is None:
            return None
        return max(0.0, self._battery_first - self._battery_last)

    def into(self, record: FlightRecord) -> FlightRecord:
        """The record with these figures."""
        return replace(
            record,
            took_off_at=self.took_off_at,
            landed_at=self.landed_at,
            max_height_home_m=self.max_height_home_m,
            distance_m=self.distance_m,
            minutes=self.minutes,
            battery_used=self.battery_used,
            samples=self.samples,
            gaps_s=self.gaps_s,
        )

    # --- inside ----------------------------------------------------------------------------------

    def _event(self, event: FlightEvent) -> None:
        if event.reference in (TOOK_OFF, LANDED) and event.kind == "mode":
            self.told = True
            self._now_flying(event.reference == TOOK_OFF, event.at)

    def _sample(self, one: FlightSample) -> None:
        if self.last_sample_at is not None:
            passed_s = (one.at - self.last_sample_at).total_seconds()
            if passed_s > GAP_S:
                self.gaps_s += passed_s - EVERY_S
        self.last_sample_at, self.samples = one.at, self.samples + 1
        height_m = one.height_home_m
        if height_m is not None:
            self.max_height_home_m = max(height_m, self.max_height_home_m or height_m)
        if one.battery is not None:
            self._battery_last = one.battery
            if self._battery_first is None:
                self._battery_first = one.battery
        self._move(one)
        self._by_height(one)

    def _move(self, one: FlightSample) -> None:
        """Over the ground; across a gap straight, which is the least that it can be."""
        if one.lat is None or one.lon is None:
            return
        if self._anchor is None:
            self._anchor, self.distance_m = (one.lat, one.lon), 0.0
            return
        step_m = distance_m(*self._anchor, one.lat, one.lon)
        if step_m >= STEP_M:
            self._anchor, self.distance_m = (one.lat, one.lon), (self.distance_m or 0.0) + step_m

    def _by_height(self, one: FlightSample) -> None:
        if one.armed is False:
            if self.flying:
                self._now_flying(False, one.at)
        elif not self.told and one.height_home_m is not None:
            if one.height_home_m >= UP_M and one.armed is not None:
                self._now_flying(True, one.at)
            elif one.height_home_m <= DOWN_M and self.flying:
                self._now_flying(False, one.at)

    def _now_flying(self, flying: bool, at: datetime) -> None:
        if flying is self.flying:
            return
        self.flying = flying
        if flying:
            self.took_off_at = self.took_off_at or at
            self._up_since, self.landed_at = at, None
        elif self._up_since is not None:
            self.up_s += max(0.0, (at - self._up_since).total_seconds())
            self._up_since, self.landed_at = None, at


def figures_of(entries: Iterable[FlightEntry]) -> Figures:
    """Of a whole journal."""
    made = Figures()
    for entry in entries:
        made.take(entry)
    return made
