"""Where a vehicle was in the last few seconds, and how it was turned: bounded, interpolated.

Instants are the autopilot's own: each message says how long after the boot it was measured, and the
smallest delay seen tells when the boot was, so that a late packet does not shift the track."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import deque
from dataclasses import dataclass

from drone.gimbal_angles import Pointing, angles_of, quaternion_of
from ground_station.core.agent_vehicles import AttitudeReading, PositionReading, VelocityReading

KEPT = 128  # of each kind; 12 s at 10 Hz
NEAR_S = 2.0  # nothing is told of an instant farther than this from everything heard
CERTAIN_S = 0.3
POINTING_S = 0.5  # of a mount that turns slowly, and need not tell as often
_DRIFT_S_PER_S = 0.001  # how fast the guessed boot may move towards later
_LATE_S = 0.5  # a packet later than this against the guess: the guess was wrong
_M_PER_DEG = 111_320.0


class BootClock:
    """When the autopilot booted, on this machine's monotonic clock. Not thread-safe."""

    def __init__(self) -> None:
        self._boot_s: float | None = None
        self._last_s = 0.0

    def forget(self) -> None:
        self._boot_s = None

    def instant_s(self, boot_ms: int, arrived_s: float) -> float:
        """When that message was measured; never after it arrived."""
        seen_s = arrived_s - boot_ms / 1000
        if self._boot_s is None or abs(seen_s - self._boot_s) > _LATE_S:
            self._boot_s = seen_s
        else:
            drifted_s = self._boot_s + _DRIFT_S_PER_S * max(arrived_s - self._last_s, 0.0)
            self._boot_s = min(seen_s, drifted_s)
        self._last_s = arrived_s
        return self._boot_s + boot_ms / 1000

    def near_s(self, boot_ms: int | None, arrived_s: float) -> float:
        """As `instant_s` for a message of another part of the vehicle, which may have a clock of
        its own: that one is not followed, and then it was measured when it arrived."""
        if boot_ms is None or self._boot_s is None:
            return arrived_s
        instant_s = self._boot_s + boot_ms / 1000
        return min(instant_s, arrived_s) if abs(arrived_s - instant_s) <= _LATE_S else arrived_s


@dataclass(frozen=True, slots=True)
class _Place:
    at_s: float
    reading: PositionReading
    velocity: VelocityReading | None


@dataclass(frozen=True, slots=True)
class _Turn:
    at_s: float
    reading: AttitudeReading


@dataclass(frozen=True, slots=True)
class _Aim:
    at_s: float
    reading: Pointing


@dataclass(frozen=True, slots=True)
class PoseThen:
    """`pointing`: of the camera's mount, from north; None where the vehicle never told, and where
    it did before but not near that instant: then `pointing_lost`."""

    lat: float
    lon: float
    alt_amsl_m: float
    height_home_m: float | None
    roll_deg: float
    pitch_deg: float
    heading_deg: float
    uncertain: bool
    pointing: Pointing | None = None
    pointing_lost: bool = False


class PoseHistory:
    """Not thread-safe: `VehicleState` holds its lock."""

    def __init__(self) -> None:
        self._places: deque[_Place] = deque(maxlen=KEPT)
        self._turns: deque[_Turn] = deque(maxlen=KEPT)
        self._aims: deque[_Aim] = deque(maxlen=KEPT)

    def clear(self) -> None:
        self._places.clear()
        self._turns.clear()
        self._aims.clear()

    def add_place(
        self, at_s: float, reading: PositionReading, velocity: VelocityReading | None
    ) -> None:
        """One that is not newer than the last is left out: the order is what bisecting needs."""
        if not self._places or at_s > self._places[-1].at_s:
            self._places.append(_Place(at_s, reading, velocity))

    def add_turn(self, at_s: float, reading: AttitudeReading) -> None:
        if not self._turns or at_s > self._turns[-1].at_s:
            self._turns.append(_Turn(at_s, reading))

    def add_pointing(self, at_s: float, reading: Pointing) -> None:
        if not self._aims or at_s > self._aims[-1].at_s:
            self._aims.append(_Aim(at_s, reading))

    def at(self, at_s: float) -> PoseThen | None:
        """None unless both a place and an attitude were heard within `NEAR_S` of it."""
        place, place_off_s = self._place_at(at_s)
        turn, turn_off_s = self._turn_at(at_s)
        off_s = max(place_off_s, turn_off_s)
        if place is None or turn is None or off_s > NEAR_S:
            return None
        pointing = self._pointing_at(at_s)
        return PoseThen(
            place.lat,
            place.lon,
            place.alt_amsl_m,
            place.height_home_m,
            turn.roll_deg,
            turn.pitch_deg,
            turn.heading_deg,
            off_s > CERTAIN_S,
            pointing,
            pointing is None and bool(self._aims),
        )

    def _place_at(self, at_s: float) -> tuple[PositionReading | None, float]:
        if not self._places:
            return None, math.inf
        after = bisect_left(self._places, at_s, key=lambda place: place.at_s)
        if after == 0:
            first = self._places[0]
            return first.reading, first.at_s - at_s
        before = self._places[after - 1]
        if after == len(self._places):
            return _carried_on(before, at_s), at_s - before.at_s
        late = self._places[after]
        share = (at_s - before.at_s) / (late.at_s - before.at_s)
        off_s = min(at_s - before.at_s, late.at_s - at_s)
        return _between_places(before.reading, late.reading, share), off_s

    def _turn_at(self, at_s: float) -> tuple[AttitudeReading | None, float]:
        if not self._turns:
            return None, math.inf
        after = bisect_left(self._turns, at_s, key=lambda turn: turn.at_s)
        if after == 0:
            return self._turns[0].reading, self._turns[0].at_s - at_s
        before = self._turns[after - 1]
        if after == len(self._turns):
            return before.reading, at_s - before.at_s
        late = self._turns[after]
        share = (at_s - before.at_s) / (late.at_s - before.at_s)
        off_s = min(at_s - before.at_s, late.at_s - at_s)
        return _between_turns(before.reading, late.reading, share), off_s

    def _pointing_at(self, at_s: float) -> Pointing | None:
        """None unless it was told within `POINTING_S`. What counts from the nose is turned to
        north with the vehicle's attitude of the instant itself."""
        near = [aim for aim in self._near_aims(at_s) if abs(aim.at_s - at_s) <= POINTING_S]
        turn, _ = self._turn_at(at_s)
        if not near or turn is None:
            return None
        first, second = near[0], near[-1]
        if first is second or first.reading.from_nose != second.reading.from_nose:
            nearest = min(near, key=lambda aim: abs(aim.at_s - at_s))
            return _from_north(nearest.reading, turn.heading_deg)
        share = (at_s - first.at_s) / (second.at_s - first.at_s)
        return _from_north(_between_aims(first.reading, second.reading, share), turn.heading_deg)

    def _near_aims(self, at_s: float) -> list[_Aim]:
        """The one before it and the one after it."""
        after = bisect_left(self._aims, at_s, key=lambda aim: aim.at_s)
        return [self._aims[i] for i in (after - 1, after) if 0 <= i < len(self._aims)]


def _from_north(value: Pointing, heading_deg: float) -> Pointing:
    """The same from north."""
    yaw_deg = value.yaw_deg + heading_deg if value.from_nose else value.yaw_deg
    return Pointing(value.pitch_deg, value.roll_deg, yaw_deg % 360 % 360)


def _between_aims(first: Pointing, second: Pointing, share: float) -> Pointing:
    """As turns, not angle by angle: near straight down the angles jump."""
    a, b = quaternion_of(first), quaternion_of(second)
    sign = -1.0 if sum(p * q for p, q in zip(a, b, strict=True)) < 0 else 1.0
    w, x, y, z = (_between(p, sign * q, share) for p, q in zip(a, b, strict=True))
    norm = math.hypot(w, x, y, z) or 1.0
    pitch, roll, yaw = angles_of(w / norm, x / norm, y / norm, z / norm)
    return Pointing(pitch, roll, yaw, first.from_nose)


def _between(first: float, second: float, share: float) -> float:
    return first + (second - first) * share


def _between_angles(first_deg: float, second_deg: float, share: float) -> float:
    """The short way round, so that 359 and 1 meet at 0."""
    turn_deg = (second_deg - first_deg + 180) % 360 - 180
    return first_deg + turn_deg * share


def _between_places(
    first: PositionReading, second: PositionReading, share: float
) -> PositionReading:
    height_m: float | None = None
    if first.height_home_m is not None and second.height_home_m is not None:
        height_m = _between(first.height_home_m, second.height_home_m, share)
    lon = _between_angles(first.lon, second.lon, share)
    return PositionReading(
        0,
        _between(first.lat, second.lat, share),
        (lon + 180) % 360 - 180,
        _between(first.alt_amsl_m, second.alt_amsl_m, share),
        height_m,
    )


def _between_turns(
    first: AttitudeReading, second: AttitudeReading, share: float
) -> AttitudeReading:
    roll_deg = _between_angles(first.roll_deg, second.roll_deg, share)
    pitch_deg = _between_angles(first.pitch_deg, second.pitch_deg, share)
    heading_deg = _between_angles(first.heading_deg, second.heading_deg, share) % 360 % 360
    return AttitudeReading(0, roll_deg, pitch_deg, heading_deg)


def _carried_on(place: _Place, at_s: float) -> PositionReading:
    """A little past the newest: as fast as it was going, for no longer than is certain."""
    reading, velocity = place.reading, place.velocity
    if velocity is None:
        return reading
    ahead_s = min(at_s - place.at_s, CERTAIN_S)
    north_m, east_m = velocity.north_mps * ahead_s, velocity.east_mps * ahead_s
    narrow = max(math.cos(math.radians(reading.lat)), 0.01)
    height_m = reading.height_home_m
    lon = reading.lon + east_m / (_M_PER_DEG * narrow)
    return PositionReading(
        0,
        min(max(reading.lat + north_m / _M_PER_DEG, -90.0), 90.0),
        (lon + 180) % 360 - 180,
        reading.alt_amsl_m - velocity.down_mps * ahead_s,
        None if height_m is None else height_m - velocity.down_mps * ahead_s,
    )
