"""What a vehicle holds on board, against what went to it through this station."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import msgspec

from ground_station.core.agent_actions import (
    GeofenceRing,
    RallyPoint,
    UploadMission,
    WireMissionItem,
    kept_radius_m,
    mission_digest,
)
from ground_station.core.agent_facts import Held, ReadHeld
from ground_station.core.agent_vehicles import VehicleLinkState
from ground_station.core.authority import Permission, Principal, require
from ground_station.core.errors import Conflict, Unavailable
from ground_station.services.control import Controls
from ground_station.services.flight_checks import NO_WAY
from ground_station.services.flights import Flights

TIMEOUT_S: Final = 40.0  # a mission, a fence and rally points, one after the other
MAX_DIFFERENCES: Final = 20
_PLACE_DEG: Final = 2e-7
_TOLERANCES: Final = {
    "lat": _PLACE_DEG,
    "lon": _PLACE_DEG,
    "gimbal_pitch_deg": 0.11,
    "heading_deg": 0.11,
}
_TOLERANCE: Final = 0.02  # metres, metres a second
CARRIED: Final = ("speed_mps", "gimbal_pitch_deg", "photo_every_m")  # they hold until changed


class Likeness(StrEnum):
    """What is on board is ..."""

    SAME = "same"
    DIFFERS = "differs"
    FOREIGN = "foreign"  # not all of it is in our terms: somebody else's
    NOT_UPLOADED = "not_uploaded"  # nothing went through here since the station was started
    UNKNOWN = "unknown"  # the vehicle would not say


@dataclass(frozen=True, slots=True)
class Compared:
    """`differences`: a sentence each, at most `MAX_DIFFERENCES` and one that says how many more."""

    likeness: Likeness
    differences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HeldFound:
    """What it holds, and how that compares."""

    held: Held
    mission: Compared
    fence: Compared
    rally: Compared


class HeldReader:
    """Thread-safe; waits for the agent on its caller's thread."""

    def __init__(self, *, controls: Controls, flights: Flights) -> None:
        self._controls = controls
        self._flights = flights
        self._lock = threading.Lock()
        self._reading: set[str] = set()

    def read(self, who: Principal, vehicle_id: str) -> HeldFound:
        """Read it off the vehicle; nobody's control is needed.

        Raises:
            NotAllowed, NotFound: not theirs. Conflict: it is being read already.
            Unavailable: the link is lost. TimedOut, Unprocessable: it would not say.
        """
        require(who, Permission.FLY)
        status = self._controls.reach(who, vehicle_id)
        vehicle = status.vehicle
        if status.link is not VehicleLinkState.CONNECTED:
            raise Unavailable(f"The link to {vehicle.name} is lost.", NO_WAY)
        channel, system_id = self._flights.sender.channel_to(vehicle)
        with self._alone(vehicle_id, vehicle.name):
            reply = channel.call(ReadHeld(system_id), TIMEOUT_S)
        if not isinstance(reply, Held):
            raise Unavailable(f"The agent of {vehicle.name} did not say what it holds.")
        uploaded = self._flights.uploaded(vehicle_id)
        fence = None if uploaded.fence is None else uploaded.fence.rings
        rally = None if uploaded.rally is None else uploaded.rally.points
        return HeldFound(
            reply,
            compare_mission(reply, uploaded.mission),
            _compare_fence(reply, fence),
            _compare_rally(reply, rally),
        )

    @contextmanager
    def _alone(self, vehicle_id: str, name: str) -> Iterator[None]:
        with self._lock:
            if vehicle_id in self._reading:
                raise Conflict(f"What {name} holds is being read already.", "Wait a moment.")
            self._reading.add(vehicle_id)
        try:
            yield
        finally:
            with self._lock:
                self._reading.discard(vehicle_id)


def compare_mission(held: Held, uploaded: UploadMission | None) -> Compared:
    """Item by item; `uploaded` None: nothing is known to have gone through here."""
    if held.foreign:
        return Compared(Likeness.FOREIGN, _bounded(held.foreign))
    if uploaded is None:
        return Compared(Likeness.NOT_UPLOADED)
    if held.digest == mission_digest(uploaded):
        return Compared(Likeness.SAME)
    return Compared(Likeness.DIFFERS, _bounded(list(_differences(held, uploaded))))


def _differences(held: Held, uploaded: UploadMission) -> Iterator[str]:
    if len(held.items) != len(uploaded.items):
        yield f"It holds {len(held.items)} items, {len(uploaded.items)} were uploaded."
    both = zip(_as_flown(held.items), _as_flown(uploaded.items), strict=False)
    for number, (has, sent) in enumerate(both, 1):
        for name, value in has.items():
            if not _same(name, value, sent[name]):
                on_board, given = _shown(value), _shown(sent[name])
                yield f"Item {number}, {name}: {on_board} on board, {given} uploaded."
    ends = _end(held.return_at_end, held.land_at_end)
    meant = _end(uploaded.return_at_end, uploaded.land_at_end)
    if ends != meant and uploaded.items:
        yield f"At its end it {ends}, uploaded was that it {meant}."


def _as_flown(items: Sequence[WireMissionItem]) -> Iterator[dict[str, Any]]:
    """Each item as a vehicle keeps it: what holds anyway is not said again, holds are whole
    seconds, and a radius is a whole number that it can hold."""
    holds: dict[str, Any] = {}
    for item in items:
        fields = msgspec.structs.asdict(item)
        for name in CARRIED:
            holds[name] = fields[name] = holds.get(name) if fields[name] is None else fields[name]
        fields["hold_s"] = math.ceil(item.hold_s)
        if item.heading_deg is not None:
            fields["heading_deg"] = item.heading_deg % 360
        if item.orbit_radius_m is not None:
            fields["orbit_radius_m"] = kept_radius_m(item.orbit_radius_m)
        yield fields


def _same(name: str, value: object, wanted: object) -> bool:
    if isinstance(value, float) and isinstance(wanted, int | float):
        return abs(value - wanted) <= _TOLERANCES.get(name, _TOLERANCE)
    return value == wanted


def _shown(value: object) -> str:
    if value is None:
        return "none"
    return f"{value:.7g}" if isinstance(value, float) and abs(value) < 180 else str(value)


def _end(returns: bool, lands: bool) -> str:
    return "returns" if returns else "lands" if lands else "stays in the air"


def _compare_fence(held: Held, uploaded: Sequence[GeofenceRing] | None) -> Compared:
    if not held.fence_known:
        return Compared(Likeness.UNKNOWN, _bounded([held.problem or "It did not say."]))
    if uploaded is None:
        return Compared(Likeness.NOT_UPLOADED)
    if len(held.rings) != len(uploaded):
        said = f"Its fence has {len(held.rings)} rings, {len(uploaded)} were uploaded."
        return Compared(Likeness.DIFFERS, (said,))
    wrong = [
        f"Ring {number} of its fence is another one."
        for number, (has, sent) in enumerate(zip(held.rings, uploaded, strict=True), 1)
        if has.keep_in != sent.keep_in or not _same_places(has.points, sent.points)
    ]
    return Compared(Likeness.DIFFERS if wrong else Likeness.SAME, _bounded(wrong))


def _compare_rally(held: Held, uploaded: Sequence[RallyPoint] | None) -> Compared:
    if not held.rally_known:
        return Compared(Likeness.UNKNOWN, _bounded([held.problem or "It did not say."]))
    if uploaded is None:
        return Compared(Likeness.NOT_UPLOADED)
    if len(held.rally) != len(uploaded):
        said = f"It holds {len(held.rally)} rally points, {len(uploaded)} were uploaded."
        return Compared(Likeness.DIFFERS, (said,))
    wrong = [
        f"Rally point {number} is another one."
        for number, (has, sent) in enumerate(zip(held.rally, uploaded, strict=True), 1)
        if not _same_places([(has.lat, has.lon)], [(sent.lat, sent.lon)])
        or abs(has.height_home_m - sent.height_home_m) > 1.0  # kept in whole metres
    ]
    return Compared(Likeness.DIFFERS if wrong else Likeness.SAME, _bounded(wrong))


def _same_places(has: Sequence[tuple[float, float]], sent: Sequence[tuple[float, float]]) -> bool:
    if len(has) != len(sent):
        return False
    return all(
        abs(a[0] - b[0]) <= _PLACE_DEG and abs(a[1] - b[1]) <= _PLACE_DEG
        for a, b in zip(has, sent, strict=True)
    )


def _bounded(sentences: Sequence[str]) -> tuple[str, ...]:
    more = len(sentences) - MAX_DIFFERENCES
    shown = tuple(sentences[:MAX_DIFFERENCES])
    return (*shown, f"And {more} more.") if more > 0 else shown
