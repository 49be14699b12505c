"""What happens while it stands: motors off after landing, crashes told, batteries swapped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drone.simulator.landed import Landed, Severity
from drone.simulator.modes import Mode

if TYPE_CHECKING:
    from drone.simulator.pilot import Pilot

LANDED_AFTER_S = 1.0
SWAP_AFTER_S = 5.0
SWAP_BELOW = 0.95
AT_HOME_M = 10.0


class Ground:
    """Watches at every step of the autopilot.

    Attributes:
        flew: since it was armed.
    """

    def __init__(self, pilot: Pilot) -> None:
        self._pilot = pilot
        self._grounded_s = 0.0
        self._parked_s = 0.0
        self._falling = False
        self.flew = False

    def armed(self) -> None:
        self.flew, self._falling = False, False
        self._grounded_s = 0.0

    def disarmed(self) -> None:
        self._falling = not self._pilot.on_ground
        self._parked_s = 0.0

    def step(self, dt_s: float) -> None:
        pilot = self._pilot
        if not pilot.on_ground:
            self._grounded_s, self._parked_s = 0.0, 0.0
            if pilot.armed and not self.flew:
                self.flew = True
                pilot.fencing.airborne()
            return
        if self._falling:
            self._falling = False
            hit = f"Crash: hit the ground at {pilot.model.touch_down_mps:.1f} m/s"
            pilot.say(Severity.CRITICAL, hit)
        self._grounded_s += dt_s
        if not pilot.armed:
            self._parked_s += dt_s
            self._swap_battery()
        elif pilot.landed is not Landed.TAKING_OFF:
            self._disarm_when_left()

    def _disarm_when_left(self) -> None:
        pilot = self._pilot
        comes_down = pilot.mode in {Mode.LAND, Mode.RTL, Mode.AUTO}
        after_s = LANDED_AFTER_S if comes_down else pilot.parameters["DISARM_DELAY"]
        waits_in_auto = pilot.mode is Mode.AUTO and not self.flew
        if not waits_in_auto and 0 < after_s <= self._grounded_s:
            pilot.motors_off()

    def _swap_battery(self) -> None:
        """Somebody at home puts a full one in, where the settings ask for that."""
        pilot = self._pilot
        if not (pilot.settings.swap_battery and self.flew and self._parked_s >= SWAP_AFTER_S):
            return
        self.flew = False
        off = (pilot.position.east - pilot.home.east, pilot.position.north - pilot.home.north)
        at_home = max(abs(off[0]), abs(off[1])) <= AT_HOME_M
        if at_home and pilot.battery.remaining < SWAP_BELOW:
            pilot.swap_battery()
            pilot.say(Severity.NOTICE, "Simulator: battery swapped for a full one")
