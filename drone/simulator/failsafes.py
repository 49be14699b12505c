"""What the autopilot does by itself when the ground station, battery or position is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drone.simulator.landed import Severity
from drone.simulator.modes import NEEDS_POSITION, Mode

if TYPE_CHECKING:
    from drone.simulator.pilot import Pilot

ACT_NOTHING, ACT_LAND, ACT_RTL = 0, 1, 2  # BATT_FS_LOW_ACT, BATT_FS_CRT_ACT


class Failsafes:
    """Watches at every step of the autopilot.

    Attributes:
        gcs: the ground station is missed now. battery: the charge is low.
    """

    def __init__(self, pilot: Pilot) -> None:
        self._pilot = pilot
        self._heard_s: float | None = None
        self._critical = False
        self.gcs = False
        self.battery = False

    def heard_gcs(self) -> None:
        """A heartbeat of the system MAV_GCS_SYSID came."""
        self._heard_s = self._pilot.time_s
        if self.gcs:
            self.gcs = False
            self._pilot.say(Severity.WARNING, "GCS Failsafe Cleared")

    def disarmed(self) -> None:
        """After a flight the next low battery is news again."""
        self.battery = False

    def battery_changed(self) -> None:
        """A full one is in."""
        self.battery = self._critical = False

    def step(self) -> None:
        """Look at everything once."""
        self._watch_gcs()
        self._watch_battery()
        self._watch_position()

    def _watch_gcs(self) -> None:
        pilot = self._pilot
        if self._heard_s is None or self.gcs or not pilot.parameters["FS_GCS_ENABLE"]:
            return
        missed_s = (pilot.time_s - self._heard_s) / pilot.settings.speedup  # heartbeats are real
        if missed_s < max(2.0, pilot.parameters["FS_GCS_TIMEOUT"]):
            return
        self.gcs = True
        self._act("GCS Failsafe", ACT_RTL)

    def _watch_battery(self) -> None:
        pilot, left = self._pilot, self._pilot.battery.left_mah
        if pilot.armed and not self.battery and left <= pilot.parameters["BATT_LOW_MAH"]:
            self.battery = True
            self._say_low("low")
            self._act("Battery Failsafe", int(pilot.parameters["BATT_FS_LOW_ACT"]))
        critical = pilot.parameters["BATT_CRT_MAH"]
        if pilot.armed and not self._critical and critical > 0 and left <= critical:
            self._critical = True
            self._say_low("critical")
            self._act("Battery Failsafe", int(pilot.parameters["BATT_FS_CRT_ACT"]))

    def _say_low(self, how: str) -> None:
        battery = self._pilot.battery
        text = f"Battery 1 is {how} {battery.voltage_v:.2f}V used {battery.used_mah:.0f} mAh"
        self._pilot.say(Severity.WARNING, text)

    def _watch_position(self) -> None:
        pilot = self._pilot
        if pilot.flying and pilot.mode in NEEDS_POSITION and not pilot.position_known:
            pilot.say(Severity.CRITICAL, "EKF Failsafe: changed to LAND Mode")
            pilot.set_mode(Mode.LAND)

    def _act(self, what: str, action: int) -> None:
        pilot = self._pilot
        if action == ACT_NOTHING or not pilot.armed:
            return
        if pilot.on_ground:
            pilot.say(Severity.WARNING, f"{what} - Disarming")
            pilot.disarm()
            return
        mode = Mode.RTL if action == ACT_RTL and pilot.position_known else Mode.LAND
        pilot.say(Severity.WARNING, f"{what} - {mode.name}")
        if pilot.mode is not Mode.LAND:
            pilot.set_mode(mode)
