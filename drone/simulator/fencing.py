"""The fence as the autopilot enforces it, where FENCE_ENABLE says so."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from drone.simulator.fence import TYPE_ALTITUDE, TYPE_AREAS, TYPE_CIRCLE, Areas
from drone.simulator.landed import Severity
from drone.simulator.modes import Mode

if TYPE_CHECKING:
    from drone.simulator.pilot import Pilot

CHECK_EVERY_S = 0.2


class Fencing:
    """The uploaded areas, and the height and circle of the parameters.

    Attributes:
        areas: as they were last uploaded.
        breaches: how often it was left in flight.
    """

    def __init__(self, pilot: Pilot) -> None:
        self._pilot = pilot
        self._next_s = 0.0
        self._outside = False
        self.areas = Areas()
        self.breaches = 0

    @property
    def enabled(self) -> bool:
        return self._pilot.parameters["FENCE_ENABLE"] == 1

    def allows(self, lat: float, lon: float, height_home_m: float) -> bool:
        """Whether a place may be flown to; everything may while the fence is off."""
        if not self.enabled:
            return True
        kinds = int(self._pilot.parameters["FENCE_TYPE"])
        if kinds & TYPE_ALTITUDE and height_home_m > self._pilot.parameters["FENCE_ALT_MAX"]:
            return False
        if kinds & TYPE_CIRCLE:
            east, north = self._pilot.frame.from_wgs84(lat, lon)
            home = self._pilot.home
            away = math.hypot(east - home.east, north - home.north)
            if away > self._pilot.parameters["FENCE_RADIUS"]:
                return False
        return not kinds & TYPE_AREAS or self.areas.inside(lat, lon)

    def breached(self) -> bool:
        """Whether the vehicle is outside now."""
        if not self.enabled:
            return False
        lat, lon, _ = self._pilot.where()
        return not self.allows(lat, lon, self._pilot.position.up - self._pilot.home.up)

    def step(self) -> None:
        """Outside in flight: home, or down where FENCE_ACTION says so."""
        if not self.enabled or not self._pilot.flying or self._pilot.time_s < self._next_s:
            return
        self._next_s = self._pilot.time_s + CHECK_EVERY_S
        outside = self.breached()
        if outside and not self._outside:
            self.breaches += 1
            self._pilot.say(Severity.NOTICE, "Fence Breached")
            action = int(self._pilot.parameters["FENCE_ACTION"])
            if action:
                self._pilot.set_mode(Mode.RTL if action == 1 else Mode.LAND)
        self._outside = outside
