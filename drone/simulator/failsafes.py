"""What the autopilot does by itself when the ground station, the remote control, the battery or the
position is lost: ArduCopter's decisions (events.cpp, ekf_check.cpp), by its parameters."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from drone.simulator.landed import Severity
from drone.simulator.modes import NEEDS_POSITION, Mode

if TYPE_CHECKING:
    from drone.simulator.pilot import Pilot


class Act(IntEnum):
    """What is done, the more drastic the higher."""

    NOTHING = 0
    BRAKE = 1
    RTL = 2
    LAND = 3
    TERMINATE = 4


# There is no SmartRTL here, as where it was never ready: the next best is taken. No mission has a
# landing sequence of its own (DO_LAND_START) either.
_GCS = (Act.NOTHING, Act.RTL, Act.RTL, Act.RTL, Act.LAND, Act.LAND, Act.RTL, Act.BRAKE)
_RADIO = (Act.NOTHING, Act.RTL, Act.RTL, Act.LAND, Act.RTL, Act.LAND, Act.RTL, Act.BRAKE)
_BATTERY = (
    *(Act.NOTHING, Act.LAND, Act.RTL, Act.RTL, Act.LAND, Act.TERMINATE, Act.RTL, Act.BRAKE),
)
# FS_OPTIONS
_RC_AUTO, _GCS_AUTO, _RC_GUIDED, _LANDING, _GCS_PILOT = 1, 2, 4, 8, 16
_BY_HAND = frozenset({Mode.STABILIZE, Mode.ALT_HOLD, Mode.LOITER})
_EKF_REPORT, _EKF_ALT_HOLD, _EKF_ALWAYS = 0, 2, 3  # FS_EKF_ACTION


def chosen(table: tuple[Act, ...], number: float) -> Act:
    """What a parameter's value means; ArduCopter returns on one that it does not know."""
    return table[int(number)] if 0 <= number < len(table) else Act.RTL


class Failsafes:
    """Watches at every step of the autopilot.

    Attributes:
        gcs, radio: the ground station, the remote control is missed now. battery: the charge is
            low. ekf: the position is lost.
    """

    def __init__(self, pilot: Pilot) -> None:
        self._pilot = pilot
        self._heard_s: float | None = None
        self._below_s = {"LOW": 0.0, "CRT": 0.0}
        self._battery_act = Act.NOTHING
        self._critical = False
        self.gcs = False
        self.radio = False
        self.battery = False
        self.ekf = False

    @property
    def any(self) -> bool:
        return self.gcs or self.radio or self.battery or self.ekf

    def heard_gcs(self) -> None:
        """A heartbeat of the system MAV_GCS_SYSID came."""
        self._heard_s = self._pilot.time_s
        if self.gcs:
            self.gcs = False
            self._pilot.say(Severity.WARNING, "GCS Failsafe Cleared")

    def disarmed(self) -> None:
        """After a flight the next low battery is news again."""
        self.battery_changed()

    def battery_changed(self) -> None:
        """A full one is in."""
        self.battery = self._critical = False
        self._battery_act = Act.NOTHING

    def step(self, dt_s: float) -> None:
        """Look at everything once."""
        self._watch_gcs()
        self._watch_radio()
        self._watch_battery(dt_s)
        self._watch_position()

    # --- links -----------------------------------------------------------------------------------

    def _watch_gcs(self) -> None:
        pilot = self._pilot
        if self._heard_s is None or self.gcs or not pilot.parameters["FS_GCS_ENABLE"]:
            return
        missed_s = (pilot.time_s - self._heard_s) / pilot.settings.speedup  # heartbeats are real
        if missed_s < max(2.0, pilot.parameters["FS_GCS_TIMEOUT"]):
            return
        self.gcs = True
        going_on = self._goes_on(_GCS_AUTO, 0, _GCS_PILOT)
        self._link_lost("GCS", chosen(_GCS, pilot.parameters["FS_GCS_ENABLE"]), going_on)

    def _watch_radio(self) -> None:
        pilot = self._pilot
        lost = pilot.radio.lost_s >= max(0.5, pilot.parameters["RC_FS_TIMEOUT"])
        if self.radio and not lost:
            self.radio = False
            pilot.say(Severity.WARNING, "Radio Failsafe Cleared")
        if not lost or self.radio or not pilot.parameters["FS_THR_ENABLE"]:
            return
        self.radio = True
        going_on = self._goes_on(_RC_AUTO, _RC_GUIDED, 0)
        self._link_lost("Radio", chosen(_RADIO, pilot.parameters["FS_THR_ENABLE"]), going_on)

    def _goes_on(self, auto: int, guided: int, by_hand: int) -> str:
        """What FS_OPTIONS lets it go on with now; "" = nothing. Landing for a battery goes on."""
        mode, options = self._pilot.mode, int(self._pilot.parameters["FS_OPTIONS"])
        if mode is Mode.LAND and (options & _LANDING or self._battery_act >= Act.LAND):
            return "Continuing Landing"
        if mode is Mode.AUTO and options & auto:
            return "Continuing Auto Mode"
        if mode is Mode.GUIDED and options & guided:
            return "Continuing Guided Mode"
        return "Continuing Pilot Control" if mode in _BY_HAND and options & by_hand else ""

    def _link_lost(self, what: str, act: Act, going_on: str) -> None:
        if going_on and self._pilot.flying:
            self._pilot.say(Severity.WARNING, f"{what} Failsafe - {going_on}")
        else:
            self._act(what, act)

    # --- battery ---------------------------------------------------------------------------------

    def _watch_battery(self, dt_s: float) -> None:
        pilot = self._pilot
        if not pilot.parameters["BATT_MONITOR"]:
            return
        critical = self._below("CRT", dt_s) and not self._critical
        low = self._below("LOW", dt_s) and not self.battery
        if not pilot.armed:
            return
        if critical:
            self._critical = self.battery = True
            self._battery_failed("critical", "BATT_FS_CRT_ACT")
        elif low:
            self.battery = True
            self._battery_failed("low", "BATT_FS_LOW_ACT")

    def _below(self, which: str, dt_s: float) -> bool:
        """At once by charge; by voltage once it was below for BATT_LOW_TIMER. 0: no threshold."""
        parameters, monitor = self._pilot.parameters, self._pilot.monitor
        volts, mah = parameters[f"BATT_{which}_VOLT"], parameters[f"BATT_{which}_MAH"]
        under = volts > 0 and monitor.voltage_v < volts
        self._below_s[which] = self._below_s[which] + dt_s if under else 0.0
        if under and self._below_s[which] >= parameters["BATT_LOW_TIMER"]:
            return True
        left = monitor.left_mah
        return mah > 0 and left is not None and left < mah

    def _battery_failed(self, how: str, name: str) -> None:
        pilot, monitor = self._pilot, self._pilot.monitor
        used = f"{monitor.voltage_v:.2f}V used {monitor.used_mah:.0f} mAh"
        pilot.say(Severity.WARNING, f"Battery 1 is {how} {used}")
        act = chosen(_BATTERY, pilot.parameters[name])
        if act >= self._battery_act and act is not Act.NOTHING:
            self._battery_act = act
            self._act("Battery", act)

    # --- position --------------------------------------------------------------------------------

    def _watch_position(self) -> None:
        """FS_EKF_THRESH 0 switches the watching off."""
        pilot = self._pilot
        if self.ekf and pilot.position_known:
            self.ekf = False
            pilot.say(Severity.CRITICAL, "EKF Failsafe Cleared")
        if self.ekf or pilot.position_known or not pilot.flying:
            return
        if not pilot.parameters["FS_EKF_THRESH"]:
            return
        self.ekf = True
        pilot.say(Severity.CRITICAL, "EKF variance")
        action = int(pilot.parameters["FS_EKF_ACTION"])
        needed = pilot.mode in NEEDS_POSITION or action == _EKF_ALWAYS
        if pilot.mode is Mode.LAND or not needed or action == _EKF_REPORT:
            return
        mode = Mode.ALT_HOLD if action == _EKF_ALT_HOLD and not self.radio else Mode.LAND
        pilot.set_mode(mode)
        pilot.say(Severity.CRITICAL, f"EKF Failsafe: changed to {mode.name} Mode")

    # --- doing it --------------------------------------------------------------------------------

    def _act(self, what: str, act: Act) -> None:
        pilot = self._pilot
        if not pilot.armed or act is Act.NOTHING:
            return
        if pilot.on_ground:
            pilot.say(Severity.WARNING, f"{what} Failsafe - Disarming")
            pilot.disarm()
            return
        pilot.say(Severity.WARNING, f"{what} Failsafe")
        if act is Act.TERMINATE:
            pilot.disarm(forced=True)
            return
        mode = {Act.RTL: Mode.RTL, Act.BRAKE: Mode.BRAKE}.get(act, Mode.LAND)
        if not pilot.position_known or not pilot.set_mode(mode):
            pilot.set_mode(Mode.LAND)
