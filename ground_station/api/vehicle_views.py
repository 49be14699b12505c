"""Vehicles as what goes over the wire."""

from __future__ import annotations

import itertools
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from geo.zones import Breach
from ground_station.api.operation_views import NOTHING, InFlight
from ground_station.api.schemas import (
    BreachView,
    ControlView,
    StatusText,
    VehicleTelemetry,
    VehicleView,
)
from ground_station.core.agent_vehicles import VehicleReport
from ground_station.core.fleet import AirspaceFinding, Control, VehicleStatus

# One sentence of the autopilot's is dated anew by each report, and each was some milliseconds on
# its way: the date it was first given stays.
SAME_SENTENCE: Final = timedelta(seconds=1.5)
# Ages differ by some milliseconds from one message to the next though nothing new was heard.
HEARD_AGAIN_S: Final = 0.05
STANDS_MPS: Final = 0.3  # slower than this, a course over the ground means nothing
UNKNOWN: Final = "unknown"


class Numbers:
    """What things are called on the live link while the station runs. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next = itertools.count()
        self._numbers: dict[str, int] = {}

    def of(self, thing_id: str) -> int:
        """Its number, made when it is first asked for and never used again."""
        with self._lock:
            number = self._numbers.get(thing_id)
            if number is None:
                number = self._numbers[thing_id] = next(self._next)
            return number

    def forget(self, thing_id: str) -> None:
        with self._lock:
            self._numbers.pop(thing_id, None)


def vehicle_view(
    status: VehicleStatus,
    number: int,
    *,
    source_id: str | None,
    control: ControlView | None,
    now: datetime,
    now_s: float,
    flight: InFlight = NOTHING,
    former: VehicleView | None = None,
) -> VehicleView:
    """What of a vehicle seldom changes: equal to the former one as long as nothing of it has.

    Args:
        control: see `control_view`.
        now, now_s: of this moment, by the station's two clocks.
        flight: what the station has found out of it.
    """
    conformance = flight.conformance
    vehicle, report, finding = status.vehicle, status.report, status.finding
    state = report.flight if report else None
    home = report.home if report else None
    mission = report.mission if report else None
    gps = report.gps if report else None
    return VehicleView(
        vehicle_id=vehicle.vehicle_id,
        number=number,
        name=vehicle.name,
        organisation_id=vehicle.organisation_id,
        agent_id=vehicle.agent_id,
        source_id=source_id,
        system_id=vehicle.system_id,
        autopilot=report.autopilot.value if report else UNKNOWN,
        airframe=report.airframe if report else "",
        simulated=report.simulated if report else False,
        link=status.link.value,
        link_since=status.link_since,
        armed=state.armed if state else None,
        mode=state.mode.value if state else UNKNOWN,
        landed=state.landed.value if state else UNKNOWN,
        home_lat=_rounded(home.lat, 6) if home else None,
        home_lon=_rounded(home.lon, 6) if home else None,
        home_amsl_m=_rounded(home.alt_amsl_m, 1) if home else None,
        mission_current=mission.current if mission else None,
        mission_total=mission.total if mission else None,
        gps_fix=gps.fix if gps else UNKNOWN,
        satellites=gps.satellites if gps else None,
        armable=report.health.armable if report and report.health else None,
        control=control,
        offer=flight.offer,
        failsafes=flight.failsafes,
        way_home=None if flight.home is None else flight.home.state.value,
        way_home_words="" if flight.home is None else flight.home.words,
        airspace=finding.state.value,
        airspace_problem=finding.problem,
        breaches=breach_views(finding),
        conformance=None if conformance is None else conformance.state.value,
        conformance_s=None
        if conformance is None or conformance.seconds is None
        else round(conformance.seconds),
        conformance_words="" if conformance is None else conformance.words,
        approved_volume=conformance is not None and conformance.volume,
        auto_hold=flight.auto_hold,
        problems=_problems(status),
        status_texts=_status_texts(report, now, now_s - status.received_s, former),
    )


def control_view(
    control: Control | None, display_name: Callable[[str], str], former: ControlView | None = None
) -> ControlView | None:
    """Who flies it; the name is asked for only where somebody else does than before."""
    if control is None:
        return None
    same = former is not None and (former.user_id, former.taken_at) == (
        control.user_id,
        control.taken_at,
    )
    if same and former is not None and former.display_name:
        return former
    return ControlView(
        user_id=control.user_id,
        display_name=display_name(control.user_id),
        taken_at=control.taken_at,
    )


def breach_views(finding: AirspaceFinding) -> list[BreachView]:
    """The zones of a finding, the most urgent first."""
    return [_breach_view(breach) for breach in finding.breaches]


def vehicle_telemetry(status: VehicleStatus, number: int, now_s: float) -> VehicleTelemetry:
    """Where it is and how it moves; each age as of `now_s`, on the station's monotonic clock."""
    report = status.report
    if report is None:
        return VehicleTelemetry(number, *[None] * (len(VehicleTelemetry.__struct_fields__) - 1))
    more_ms = max(0, round((now_s - status.received_s) * 1000))

    def age(age_ms: int | None) -> int | None:
        return None if age_ms is None else age_ms + more_ms

    place, velocity, attitude, battery = (
        report.position,
        report.velocity,
        report.attitude,
        report.battery,
    )
    speed_mps = math.hypot(velocity.north_mps, velocity.east_mps) if velocity else None
    course_deg = None
    if velocity is not None and speed_mps is not None and speed_mps >= STANDS_MPS:
        course_deg = math.degrees(math.atan2(velocity.east_mps, velocity.north_mps)) % 360
    return VehicleTelemetry(
        vehicle=number,
        heartbeat_age_ms=age(report.heartbeat_age_ms),
        position_age_ms=age(place.age_ms) if place else None,
        lat=_rounded(place.lat, 7) if place else None,
        lon=_rounded(place.lon, 7) if place else None,
        alt_amsl_m=_rounded(place.alt_amsl_m, 1) if place else None,
        height_home_m=_rounded(place.height_home_m, 1) if place else None,
        height_agl_m=_rounded(status.finding.height_agl_m, 1) if place else None,
        velocity_age_ms=age(velocity.age_ms) if velocity else None,
        speed_mps=_rounded(speed_mps, 1),
        course_deg=_rounded(course_deg, 1),
        climb_mps=_rounded(-velocity.down_mps, 1) if velocity else None,
        attitude_age_ms=age(attitude.age_ms) if attitude else None,
        heading_deg=_rounded(attitude.heading_deg % 360, 1) if attitude else None,
        roll_deg=_rounded(attitude.roll_deg, 1) if attitude else None,
        pitch_deg=_rounded(attitude.pitch_deg, 1) if attitude else None,
        battery_age_ms=age(battery.age_ms) if battery else None,
        battery=_rounded(battery.remaining, 3) if battery else None,
        voltage_v=_rounded(battery.voltage_v, 2) if battery else None,
        battery_minutes=_rounded(battery.minutes_left, 1) if battery else None,
        **_condition(report, age),
    )


def _condition(report: VehicleReport, age: Callable[[int | None], int | None]) -> dict[str, Any]:
    """How well it flies and is heard: the rest of its telemetry."""
    wind, ekf, radio = report.wind, report.ekf, report.radio
    gimbal, gps = report.gimbal, report.gps
    ratios = [] if ekf is None else [*msgspec.structs.astuple(ekf)[2:]]
    worst = max((one for one in ratios if one is not None), default=None)
    return {
        "wind_age_ms": age(wind.age_ms) if wind else None,
        "wind_mps": _rounded(wind.speed_mps, 1) if wind else None,
        "wind_from_deg": _rounded(wind.from_deg % 360, 0) if wind else None,
        "ekf_age_ms": age(ekf.age_ms) if ekf else None,
        "ekf_ok": ekf.ok if ekf else None,
        "ekf_ratio": _rounded(worst, 2),
        "radio_age_ms": age(radio.age_ms) if radio else None,
        "rc_lost": radio.rc_lost if radio else None,
        "rc": _rounded(radio.rc, 2) if radio else None,
        "radio": _rounded(radio.telemetry, 2) if radio else None,
        "received": _rounded(radio.received, 2) if radio else None,
        "gimbal_age_ms": age(gimbal.age_ms) if gimbal else None,
        "gimbal_pitch_deg": _rounded(gimbal.pitch_deg, 1) if gimbal else None,
        "gimbal_yaw_deg": _rounded(gimbal.yaw_deg % 360, 1) if gimbal else None,
        "gps_age_ms": age(gps.age_ms) if gps else None,
        "hdop": _rounded(gps.hdop, 1) if gps else None,
        "gps_accuracy_m": _rounded(gps.horizontal_accuracy_m, 1) if gps else None,
        "gps_height_accuracy_m": _rounded(gps.vertical_accuracy_m, 1) if gps else None,
    }


@dataclass(frozen=True, slots=True)
class Heard:
    """What telemetry last said of a vehicle.

    Attributes:
        at_s: when the autopilot's message behind each group was heard, on the station's monotonic
            clock; None for a group that there is none of.
        values: what they said, without their ages.
    """

    at_s: tuple[float | None, ...] = ()
    values: tuple[Any, ...] = ()

    def is_newer_than(self, before: Heard) -> bool:
        """Whether anything was heard since: a message that says the same counts as well."""
        if self.values != before.values or len(self.at_s) != len(before.at_s):
            return True
        return any(
            now_s is not was_s if now_s is None or was_s is None else now_s - was_s > HEARD_AGAIN_S
            for now_s, was_s in zip(self.at_s, before.at_s, strict=True)
        )


def heard(status: VehicleStatus) -> Heard:
    """What there is to tell of a vehicle as telemetry."""
    report = status.report
    if report is None:
        return Heard()
    groups = (
        *(report.position, report.velocity, report.attitude, report.battery),
        *(report.wind, report.ekf, report.radio, report.gimbal, report.gps),
    )
    ages = (report.heartbeat_age_ms, *(group.age_ms if group else None for group in groups))
    return Heard(
        tuple(None if age is None else status.received_s - age / 1000 for age in ages),
        tuple(msgspec.structs.astuple(group)[1:] if group else None for group in groups),
    )


# --- inside ----------------------------------------------------------------------------------


def _breach_view(breach: Breach) -> BreachView:
    zone = breach.zone
    return BreachView(
        zone_id=zone.zone_id,
        zone_name=zone.name,
        restriction=zone.restriction.value,
        inside=breach.inside,
        vertically=breach.vertically,  # type: ignore[arg-type]  # one of the schema's words
        authority=zone.authority,
        contact=zone.contact,
        law=zone.law,
    )


def _problems(status: VehicleStatus) -> list[str]:
    """What the station says, and what the agent says, each once."""
    of_agent = status.report.problems if status.report else []
    return list(dict.fromkeys([*status.problems, *of_agent]))


def _status_texts(
    report: VehicleReport | None, now: datetime, since_s: float, former: VehicleView | None
) -> list[StatusText]:
    if report is None:
        return []
    before = list(former.status_texts) if former else []
    found = []
    for line in report.status_lines:
        at = now - timedelta(seconds=since_s, milliseconds=line.age_ms)
        known = next(
            (
                one
                for one in before
                if (one.severity, one.text) == (line.severity, line.text)
                and abs(one.at - at) < SAME_SENTENCE
            ),
            None,
        )
        if known is not None:
            before.remove(known)
        found.append(known or StatusText(at=at, severity=line.severity, text=line.text))
    return found


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
