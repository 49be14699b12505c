"""The fence as the autopilot enforces it, where FENCE_ENABLE says so."""

from __future__ import annotations

import math
from enum import IntEnum
from typing import TYPE_CHECKING

from drone.simulator.fence import TYPE_ALTITUDE, TYPE_AREAS, TYPE_CIRCLE, TYPE_LOWEST, Areas
from drone.simulator.landed import Severity
from drone.simulator.modes import Mode

if TYPE_CHECKING:
    from drone.simulator.pilot import Pilot

CHECK_EVERY_S = 0.2
AUTO_AT_TAKE_OFF, AUTO_AT_ARMING = (1, 2), 3  # FENCE_AUTOENABLE


class Breach(IntEnum):
    """FENCE_BREACH."""

    NONE = 0
    TOO_LOW = 1
    TOO_HIGH = 2
    BOUNDARY = 3


class Fencing:
    """The uploaded areas, and the height and circle of the parameters.

    Attributes:
        areas: as they were last uploaded.
        breaches: how often it was left in flight. breached_s: when last, in the pilot's seconds.
    """

    def __init__(self, pilot: Pilot) -> None:
        self._pilot = pilot
        self._next_s = 0.0
        self._outside = False
        self.areas = Areas()
        self.breaches = 0
        self.breached_s = 0.0

    @property
    def enabled(self) -> bool:
        return self._pilot.parameters["FENCE_ENABLE"] == 1

    def armed(self) -> None:
        """FENCE_AUTOENABLE 3 switches it on with the motors."""
        if self._pilot.parameters["FENCE_AUTOENABLE"] == AUTO_AT_ARMING:
            self._pilot.parameters.put("FENCE_ENABLE", 1)

    def airborne(self) -> None:
        """1 and 2 do once it has taken off."""
        if self._pilot.parameters["FENCE_AUTOENABLE"] in AUTO_AT_TAKE_OFF:
            self._pilot.parameters.put("FENCE_ENABLE", 1)

    def allows(self, lat: float, lon: float, height_home_m: float) -> bool:
        """Whether a place may be flown to; everything may while the fence is off."""
        return not self.enabled or self._outside_of(lat, lon, height_home_m) is Breach.NONE

    def _outside_of(self, lat: float, lon: float, height_home_m: float) -> Breach:
        pilot = self._pilot
        kinds = int(pilot.parameters["FENCE_TYPE"])
        if kinds & TYPE_ALTITUDE and height_home_m > pilot.parameters["FENCE_ALT_MAX"]:
            return Breach.TOO_HIGH
        if kinds & TYPE_LOWEST and height_home_m < pilot.parameters["FENCE_ALT_MIN"]:
            return Breach.TOO_LOW
        if kinds & TYPE_CIRCLE:
            east, north = pilot.frame.from_wgs84(lat, lon)
            away = math.hypot(east - pilot.home.east, north - pilot.home.north)
            if away > pilot.parameters["FENCE_RADIUS"]:
                return Breach.BOUNDARY
        if kinds & TYPE_AREAS and not self.areas.inside(lat, lon):
            return Breach.BOUNDARY
        return Breach.NONE

    @property
    def breach(self) -> Breach:
        """What the vehicle is outside of now; the lowest height counts in the air only."""
        if not self.enabled:
            return Breach.NONE
        lat, lon, _ = self._pilot.where()
        found = self._outside_of(lat, lon, self._pilot.position.up - self._pilot.home.up)
        return Breach.NONE if found is Breach.TOO_LOW and not self._pilot.flying else found

    def breached(self) -> bool:
        """Whether the vehicle is outside now."""
        return self.breach is not Breach.NONE

    def step(self) -> None:
        """Outside in flight: what FENCE_ACTION says."""
        if not self.enabled or not self._pilot.flying or self._pilot.time_s < self._next_s:
            return
        self._next_s = self._pilot.time_s + CHECK_EVERY_S
        outside = self.breached()
        if outside and not self._outside:
            self.breaches += 1
            self.breached_s = self._pilot.time_s
            self._pilot.say(Severity.NOTICE, "Fence Breached")
            self._act(int(self._pilot.parameters["FENCE_ACTION"]))
        self._outside = outside

    def _act(self, action: int) -> None:
        """FENCE_ACTION; there is no SmartRTL here, so the next best of 3 and 5 is done."""
        modes = {1: Mode.RTL, 2: Mode.LAND, 3: Mode.RTL, 4: Mode.BRAKE, 5: Mode.LAND}
        mode = modes.get(action)
        if mode is not None and not self._pilot.set_mode(mode):
            self._pilot.set_mode(Mode.LAND)
