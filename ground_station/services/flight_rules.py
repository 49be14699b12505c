"""What a vehicle must be like for an action, how far and how high one may send it: pure rules.

Each answers with a sentence a person can read, or "" where nothing speaks against it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from ground_station.core.agent_actions import (
    Action,
    Arm,
    ChangeHeight,
    Disarm,
    GoTo,
    Orbit,
    ResumeMission,
    SetSpeed,
    SkipTo,
    StartMission,
    TakeOff,
    UploadGeofence,
    UploadMission,
)
from ground_station.core.agent_durable import one_line
from ground_station.core.agent_vehicles import FlightMode, LandedState, VehicleReport
from ground_station.core.errors import Conflict, InvalidInput
from ground_station.core.fleet import AirspaceFinding, AirspaceState

POSITION_OLD_AFTER_S = 3.0
NO_POSITION = "Its position is not known."
NOT_KNOWN = "It is not known whether it is on the ground."
UNCHECKED = "unchecked"  # the zone id that stands for "this could not be checked"
MAX_REFERENCE = 200
MIN_SPEED_MPS, MAX_SPEED_MPS = 0.5, 25.0


class ZonePermissionNeeded(Conflict):
    """A flight touches zones, or could not be checked, and the pilot named no permission for it.

    Attributes:
        finding: what was found. missing: the zone ids without a permission.
    """

    code = "zone_permission_needed"

    def __init__(self, finding: AirspaceFinding, missing: tuple[str, ...]) -> None:
        self.finding, self.missing = finding, missing
        names = [one.zone.name for one in finding.breaches if one.zone.zone_id in missing]
        said = f"This flight touches {_listed(names)}." if names else ""
        if UNCHECKED in missing:
            said = f"{said} This flight could not be checked: {finding.problem}".strip()
        super().__init__(said, "Give the reference of the permission you hold for each.")


def check_permissions(finding: AirspaceFinding, given: Mapping[str, str]) -> dict[str, str]:
    """The permissions that this flight needs, as the pilot gave them.

    Raises:
        ZonePermissionNeeded: one is missing. InvalidInput: a reference is far too long.
    """
    needed = [breach.zone.zone_id for breach in finding.breaches]
    if finding.state is AirspaceState.UNKNOWN:
        needed.append(UNCHECKED)
    named = {zone: one_line(given.get(zone, "")).strip() for zone in needed}
    if any(len(reference) > MAX_REFERENCE for reference in named.values()):
        raise InvalidInput(f"A permission's reference has at most {MAX_REFERENCE} characters.")
    missing = tuple(zone for zone, reference in named.items() if not reference)
    if missing:
        raise ZonePermissionNeeded(finding, missing)
    return named


# --- the state of the vehicle --------------------------------------------------------------------


def why_not_now(action: Action, report: VehicleReport, passed_s: float) -> str:
    """Why a vehicle in this state cannot do it.

    Args:
        passed_s: since the report came.
    """
    if isinstance(action, UploadGeofence) and not action.rings:
        return ""  # less to be kept from
    if isinstance(action, SkipTo):
        return _may_skip(action, report, passed_s)
    rule = _RULES.get(type(action))
    return "" if rule is None else rule(report, passed_s)


def why_wrong_speed(action: Action) -> str:
    """A sentence where it is told to fly too fast or too slowly, or ""."""
    speeds: list[float | None] = []
    if isinstance(action, GoTo | Orbit | SetSpeed):
        speeds = [action.speed_mps]
    elif isinstance(action, UploadMission):
        speeds = [item.speed_mps for item in action.items]
    for speed in speeds:
        if speed is not None and not MIN_SPEED_MPS <= speed <= MAX_SPEED_MPS:
            return (
                f"{speed:g} m/s is no speed to fly at: it is {MIN_SPEED_MPS:g} to "
                f"{MAX_SPEED_MPS:g} m/s."
            )
    return ""


def _may_arm(report: VehicleReport, _passed_s: float) -> str:
    if report.flight is None:
        return "It is not known whether its motors are on."
    if report.flight.armed:
        return "Its motors are on already."
    return _no_fix(report)


def _may_disarm(report: VehicleReport, _passed_s: float) -> str:
    if report.flight is not None and not report.flight.armed:
        return "Its motors are off already."
    landed = _landed(report)
    if landed is LandedState.UNKNOWN:
        return NOT_KNOWN
    return "" if landed is LandedState.ON_GROUND else "It is in the air: land it first."


def _may_take_off(report: VehicleReport, _passed_s: float) -> str:
    landed = _landed(report)
    off = report.flight is not None and not report.flight.armed
    if landed is LandedState.UNKNOWN and not off:
        return NOT_KNOWN
    if landed not in (LandedState.UNKNOWN, LandedState.ON_GROUND):
        return "It is in the air already."
    return _no_fix(report)


def _may_go(report: VehicleReport, passed_s: float) -> str:
    if report.flight is not None and not report.flight.armed:
        return "It is on the ground: take off first."
    landed = _landed(report)
    if landed is LandedState.UNKNOWN:
        return NOT_KNOWN
    if landed is LandedState.ON_GROUND:
        return "It is on the ground: take off first."
    return why_no_position(report, passed_s)


def _may_start_mission(report: VehicleReport, passed_s: float) -> str:
    if report.mission is not None and report.mission.total == 0:
        return "It holds no mission: upload one first."
    if _in_mission(report):
        return "It is flying its mission already."
    return why_no_position(report, passed_s) or _no_fix(report)


def _may_resume(report: VehicleReport, passed_s: float) -> str:
    if report.mission is not None and report.mission.total == 0:
        return "It holds no mission."
    if _in_mission(report):
        return "It is flying its mission already."
    return _may_go(report, passed_s)


def _may_skip(action: SkipTo, report: VehicleReport, passed_s: float) -> str:
    if report.mission is not None and action.item > report.mission.total:
        holds = report.mission.total
        return f"Its mission has {holds} items." if holds else "It holds no mission."
    return _may_go(report, passed_s)


def _may_upload(report: VehicleReport, _passed_s: float) -> str:
    return "It is flying its mission: hold it first." if _in_mission(report) else ""


def why_no_position(report: VehicleReport, passed_s: float) -> str:
    """Why nothing can be reckoned from where it is."""
    position = report.position
    if position is None:
        return NO_POSITION
    age_s = position.age_ms / 1000 + passed_s
    if age_s > POSITION_OLD_AFTER_S:
        return f"Its position is {age_s:.0f} s old."
    return ""


def _no_fix(report: VehicleReport) -> str:
    if report.health is not None and not report.health.global_position_ok:
        return "It does not know its own position well enough yet."
    return ""


def _in_mission(report: VehicleReport) -> bool:
    flight = report.flight
    return flight is not None and flight.armed and flight.mode is FlightMode.MISSION


def _landed(report: VehicleReport) -> LandedState:
    return LandedState.UNKNOWN if report.flight is None else report.flight.landed


def _may_fence(report: VehicleReport, _passed_s: float) -> str:
    """A fence that does not hold the vehicle sends it home or down at once."""
    if report.flight is None:
        return "It is not known whether its motors are on."
    return "Its motors are on: give it a geofence on the ground." if report.flight.armed else ""


_RULES: Mapping[type[Action], Callable[[VehicleReport, float], str]] = MappingProxyType(
    {
        Arm: _may_arm,
        Disarm: _may_disarm,
        TakeOff: _may_take_off,
        GoTo: _may_go,
        Orbit: _may_go,
        ChangeHeight: _may_go,
        SetSpeed: _may_go,
        ResumeMission: _may_resume,
        StartMission: _may_start_mission,
        UploadMission: _may_upload,
        UploadGeofence: _may_fence,
    }
)


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
