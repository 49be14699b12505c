"""Why the autopilot does not arm, or not enter a mode, in ArduCopter's own words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drone.simulator.landed import Severity
from drone.simulator.modes import NEEDS_POSITION, NOT_ARMABLE, Mode

if TYPE_CHECKING:
    from drone.simulator.pilot import Pilot

_ENFORCED = 1  # of DID_OPTIONS


def why_not_armable(pilot: Pilot) -> str:
    """Without "Arm: "; "" = it may."""
    if pilot.mode in NOT_ARMABLE:
        return f"{pilot.mode.name} mode not armable"
    if pilot.refuses_arming:
        return pilot.refuses_arming
    if not pilot.position_known:
        return "Need Position Estimate"
    if pilot.radio.lost_s and pilot.parameters["FS_THR_ENABLE"]:
        return "Radio failsafe on"
    if pilot.fencing.breached():
        return "Vehicle breaching Polygon fence"
    return pilot.monitor.why_not_armable() or _remote_id(pilot)


def _remote_id(pilot: Pilot) -> str:
    if not pilot.parameters["DID_ENABLE"] or not int(pilot.parameters["DID_OPTIONS"]) & _ENFORCED:
        return ""
    problem = pilot.remote_id_problem if pilot.settings.remote_id else "ARM_STATUS not available"
    return f"OpenDroneID: {problem}" if problem else ""


def mode_refused(pilot: Pilot, mode: Mode, *, ask_position: bool) -> str:
    """ "" = it may."""
    if ask_position and mode in NEEDS_POSITION and not pilot.position_known:
        return "requires position"
    if mode is Mode.STABILIZE and pilot.flying:
        return "no pilot's throttle"
    if mode is Mode.AUTO:
        if not pilot.mission.present:
            return "init failed"
        if pilot.armed and pilot.on_ground and not pilot.mission.starts_with_take_off:
            pilot.say(Severity.CRITICAL, "Auto: Missing Takeoff Cmd")
            return "init failed"
    return ""
