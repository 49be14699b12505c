"""What in a vehicle's reports says that one of its failsafes begins or is over: pure rules.

Sentences are ArduPilot's and PX4's own, as their sources send them; one that is not known here says
nothing. A condition is read only from a group that is fresh.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ground_station.core.agent_facts import FailsafeEvent, FailsafeRule
from ground_station.core.agent_vehicles import VehicleReport

E = FailsafeEvent
FRESH_S: Final = 5.0
NO_FIX: Final = ("no_gps", "no_fix")
BEGINS, ENDS = True, False

_SENTENCES: Final[tuple[tuple[re.Pattern[str], FailsafeEvent, bool], ...]] = tuple(
    (re.compile(pattern, re.IGNORECASE), event, begins)
    for pattern, event, begins in (
        # ArduCopter: events.cpp, ekf_check.cpp, AC_Fence, AP_BattMonitor; what ends comes first
        (r"^GCS Failsafe Cleared", E.GROUND_STATION_LOST, ENDS),
        (r"^GCS Failsafe", E.GROUND_STATION_LOST, BEGINS),
        (r"^Radio Failsafe Cleared", E.REMOTE_LOST, ENDS),
        (r"^Radio( \+ Battery)? Failsafe", E.REMOTE_LOST, BEGINS),
        (r"^Battery (\d+ is low|Failsafe)", E.BATTERY_LOW, BEGINS),
        (r"^Battery \d+ (is critical|empty)", E.BATTERY_CRITICAL, BEGINS),
        (r"^EKF Failsafe Cleared|^Glitch cleared", E.POSITION_LOST, ENDS),
        (r"^EKF (Failsafe|variance)|^GPS Glitch", E.POSITION_LOST, BEGINS),
        (r"fence breached|^Fence Breach", E.FENCE, BEGINS),
        (r"fence breach cleared", E.FENCE, ENDS),
        # PX4: commander, by its events' texts
        (r"^(Manual control|RC)( signal)? (lost|loss)", E.REMOTE_LOST, BEGINS),
        (r"^(Manual control|RC)( signal)? regained", E.REMOTE_LOST, ENDS),
        (
            r"^(Data link|GCS connection|(Connection to )?ground (control )?station"
            r"( connection)?) lost",
            E.GROUND_STATION_LOST,
            BEGINS,
        ),
        (
            r"^(Data link|GCS connection|(Connection to )?ground (control )?station"
            r"( connection)?) regained",
            E.GROUND_STATION_LOST,
            ENDS,
        ),
        (r"^Low battery", E.BATTERY_LOW, BEGINS),
        (r"^(Critical|Emergency|Dangerously low) battery", E.BATTERY_CRITICAL, BEGINS),
        (r"^Geofence (violat|breach|exceed)", E.FENCE, BEGINS),
        (
            r"^(GNSS|GPS) data fusion stopped|^Position estimate (lost|invalid)",
            E.POSITION_LOST,
            BEGINS,
        ),
    )
)


def sign_of(sentence: str) -> tuple[FailsafeEvent, bool] | None:
    """(what, whether it begins) of a sentence of the autopilot; None: it says nothing of it."""
    for pattern, event, begins in _SENTENCES:
        if pattern.search(sentence):
            return event, bool(begins)
    return None


def conditions(
    report: VehicleReport, passed_s: float, rules: Mapping[FailsafeEvent, FailsafeRule]
) -> Mapping[FailsafeEvent, bool]:
    """What holds now, by its readings; an event that is missing cannot be told.

    Args:
        passed_s: since the report came. rules: what it said of itself, for its thresholds.
    """
    found: dict[FailsafeEvent, bool] = {}
    radio = report.radio
    if radio is not None and radio.rc_lost is not None and _fresh(radio.age_ms, passed_s):
        found[E.REMOTE_LOST] = radio.rc_lost
    position = _position_lost(report, passed_s)
    if position is not None:
        found[E.POSITION_LOST] = position
    battery = report.battery
    if battery is not None and battery.voltage_v is not None and _fresh(battery.age_ms, passed_s):
        for event in (E.BATTERY_LOW, E.BATTERY_CRITICAL):
            limit_v = _volts(rules.get(event))
            if limit_v is not None:
                found[event] = battery.voltage_v < limit_v
    return MappingProxyType(found)


def _position_lost(report: VehicleReport, passed_s: float) -> bool | None:
    """By the estimator where it tells, and the fix; None: neither is known now."""
    ekf, gps = report.ekf, report.gps
    told = [
        not ekf.ok if ekf is not None and _fresh(ekf.age_ms, passed_s) else None,
        gps.fix in NO_FIX if gps is not None and _fresh(gps.age_ms, passed_s) else None,
    ]
    known = [one for one in told if one is not None]
    return any(known) if known else None


def _volts(rule: FailsafeRule | None) -> float | None:
    """The threshold in volts, where it has one."""
    if rule is None:
        return None
    found = re.search(r"(\d+(?:\.\d+)?) V\b", rule.threshold)
    return None if found is None else float(found.group(1))


def _fresh(age_ms: int, passed_s: float) -> bool:
    return age_ms / 1000 + passed_s <= FRESH_S
