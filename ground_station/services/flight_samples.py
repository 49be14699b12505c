"""A vehicle's report as a sample of its flight: only what is fresh, nothing carried over."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, TypeVar

from ground_station.core.agent_vehicles import VehicleLinkState, VehicleReport
from ground_station.core.fleet import AirspaceFinding, VehicleStatus
from ground_station.core.flight_log import FlightSample

QUICK_S: Final = 1.0  # groups that come several times a second
SLOW_S: Final = 5.0  # those that come about once a second

_G = TypeVar("_G")


def fresh(group: _G | None, within_s: float, passed_s: float) -> _G | None:
    """A group of a report, unless it is older than that; `passed_s`: since the report came."""
    if group is None:
        return None
    age_ms: int = group.age_ms  # type: ignore[attr-defined]
    return group if age_ms / 1000 + passed_s <= within_s else None


def is_armed(report: VehicleReport, passed_s: float) -> bool | None:
    """None: not known now."""
    flight = fresh(report.flight, SLOW_S, passed_s)
    return None if flight is None else flight.armed


def sample_of(
    status: VehicleStatus, finding: AirspaceFinding, at: datetime, passed_s: float
) -> FlightSample:
    """`passed_s`: since its report came, which it has."""
    report = status.report
    assert report is not None
    found: dict[str, Any] = {}
    found |= _moves(report, passed_s)
    found |= _slow(report, passed_s)
    if found.get("alt_amsl_m") is not None:
        found["height_agl_m"] = _short(finding.height_agl_m)
    return FlightSample(at=at, link_ok=status.link is VehicleLinkState.CONNECTED, **found)


def _moves(report: VehicleReport, passed_s: float) -> dict[str, Any]:
    found: dict[str, Any] = {}
    position = fresh(report.position, QUICK_S, passed_s)
    if position is not None:
        found |= {
            "lat": round(position.lat, 7),
            "lon": round(position.lon, 7),
            "alt_amsl_m": _short(position.alt_amsl_m),
            "height_home_m": _short(position.height_home_m),
        }
    velocity = fresh(report.velocity, QUICK_S, passed_s)
    if velocity is not None:
        for name in ("north_mps", "east_mps", "down_mps"):
            found[name] = _short(getattr(velocity, name))
    attitude = fresh(report.attitude, QUICK_S, passed_s)
    if attitude is not None:
        for name in ("roll_deg", "pitch_deg", "heading_deg"):
            found[name] = _short(getattr(attitude, name))
    gimbal = fresh(report.gimbal, QUICK_S, passed_s)
    if gimbal is not None:
        found |= {
            "gimbal_pitch_deg": _short(gimbal.pitch_deg),
            "gimbal_yaw_deg": _short(gimbal.yaw_deg),
        }
    return found


def _slow(report: VehicleReport, passed_s: float) -> dict[str, Any]:
    found: dict[str, Any] = {}
    battery = fresh(report.battery, SLOW_S, passed_s)
    if battery is not None:
        found |= {
            "battery": _short(battery.remaining),
            "voltage_v": _short(battery.voltage_v),
            "current_a": _short(battery.current_a),
        }
    gps = fresh(report.gps, SLOW_S, passed_s)
    if gps is not None:
        found["satellites"] = gps.satellites
    flight = fresh(report.flight, SLOW_S, passed_s)
    if flight is not None:
        found |= {"mode": flight.mode.value, "armed": flight.armed}
    mission = fresh(report.mission, SLOW_S, passed_s)
    if mission is not None and mission.total:
        found["item"] = mission.current
    wind = fresh(report.wind, SLOW_S, passed_s)
    if wind is not None:
        found |= {"wind_mps": _short(wind.speed_mps), "wind_from_deg": _short(wind.from_deg)}
    return found


def _short(value: float | None) -> float | None:
    """To the millimetre, the thousandth of a degree: more is noise, and fills the disk."""
    return None if value is None else round(value, 3)
