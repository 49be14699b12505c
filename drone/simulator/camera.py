"""The camera on board, as ArduCopter drives one: single pictures, series by time and by distance,
recording, zoom. No picture is made; each is counted, and told with its place.

CAM1_TYPE 1 is a plain trigger: pictures only. 4, a camera behind the mount's link, also records,
zooms and tells its storage."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

from drone.simulator.flight import Vector
from drone.simulator.parameters import Parameters

BY_MOUNT = 4  # CAM1_TYPE
CARD_MIB = 64_000.0
PICTURE_MIB = 8.0
VIDEO_MIB_PER_S = 3.0
SHORTEST_INTERVAL_S = 0.2
MOST_WAITING = 100
FOR_EVER = -1


@dataclass(frozen=True, slots=True)
class Picture:
    """One that was taken. `number` counts from 1; place in the model's frame; angles in degrees."""

    number: int
    at: Vector
    heading_deg: float
    roll_deg: float
    pitch_deg: float


class Camera:
    """Attributes:
    taken: pictures that were not told yet, oldest first. count: how many since boot.
    recording_s: for how long it records now; None: it does not.
    zoom: 0-100, of its range. interval_s: of the series by time; 0: there is none.
    """

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters
        self.taken: deque[Picture] = deque(maxlen=MOST_WAITING)
        self.reboot()

    def reboot(self) -> None:
        """CAM1_TYPE is read then, and only then, as on the vehicle."""
        self._type = int(self._parameters["CAM1_TYPE"])
        self.taken.clear()
        self.count, self.used_mib = 0, 0.0
        self.recording_s: float | None = None
        self.zoom, self._zoom_rate = 0.0, 0.0
        self.interval_s, self._left, self._since_s = 0.0, 0, 0.0
        self.each_m, self._last_at = 0.0, Vector()
        self._wanted = 0

    @property
    def there(self) -> bool:
        return self._type != 0

    @property
    def by_mount(self) -> bool:
        """Whether it records, zooms and tells of its storage."""
        return self._type == BY_MOUNT

    @property
    def free_mib(self) -> float:
        return max(0.0, CARD_MIB - self.used_mib)

    # --- what it is told -------------------------------------------------------------------------

    def shoot(self) -> bool:
        """One picture, at the next step; False where there is no camera."""
        if self.there:
            self._wanted += 1
        return self.there

    def shoot_each_s(self, seconds: float, count: int) -> bool:
        """A series, the first one at once; `FOR_EVER` of them until `stop`."""
        if not self.there:
            return False
        self.interval_s, self._left = max(SHORTEST_INTERVAL_S, seconds), count
        self._since_s = self.interval_s
        return True

    def shoot_each_m(self, metres: float, at: Vector) -> bool:
        """One each so many metres of flight; 0 ends that."""
        self.each_m, self._last_at = max(0.0, metres), at
        return self.there

    def stop(self) -> bool:
        """The end of all series."""
        self.interval_s = self.each_m = 0.0
        self._left = 0
        return self.there

    def record(self, on: bool) -> bool:
        """False where it cannot."""
        if not self.by_mount:
            return False
        if not on:
            self.recording_s = None
        elif self.recording_s is None:
            self.recording_s = 0.0
        return True

    def zoom_to(self, percent: float) -> bool:
        """Of its range. A plain trigger takes it and does nothing, as an ArduCopter's did."""
        if self.by_mount:
            self.zoom, self._zoom_rate = max(0.0, min(100.0, percent)), 0.0
        return self.there

    def zoom_at(self, rate: float) -> bool:
        """-1 out, 0 stop, 1 in: a fifth of the range a second ("ours")."""
        self._zoom_rate = max(-1.0, min(1.0, rate)) * 20.0 if self.by_mount else 0.0
        return self.there

    # --- time ------------------------------------------------------------------------------------

    def step(self, dt_s: float, at: Vector, attitude: tuple[float, float, float]) -> None:
        """Args:
        attitude: heading, roll and pitch of the aircraft, degrees.
        """
        if not self.there:
            return
        self.zoom = max(0.0, min(100.0, self.zoom + self._zoom_rate * dt_s))
        if self.recording_s is not None:
            self.recording_s += dt_s
            self.used_mib += VIDEO_MIB_PER_S * dt_s
        self._by_time(dt_s)
        if self.each_m > 0 and _flat_m(at, self._last_at) >= self.each_m:
            self._last_at = at
            self._wanted += 1
        while self._wanted:
            self._wanted -= 1
            self._take(at, attitude)

    def _by_time(self, dt_s: float) -> None:
        if self.interval_s <= 0:
            return
        self._since_s += dt_s
        if self._since_s < self.interval_s - 1e-6:
            return
        self._since_s = 0.0
        self._wanted += 1
        if self._left > 0:
            self._left -= 1
            if self._left == 0:
                self.interval_s = 0.0

    def _take(self, at: Vector, attitude: tuple[float, float, float]) -> None:
        self.count += 1
        self.used_mib += PICTURE_MIB
        self.taken.append(Picture(self.count, at, *attitude))


def _flat_m(a: Vector, b: Vector) -> float:
    return math.hypot(a.east - b.east, a.north - b.north)
