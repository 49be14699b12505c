"""What a machine can check of a vehicle before it takes off. Pure: the station's preflight and
`run.py sortie` ask the same.

Unknown is never passed: what a check needs and is not told, or is told too late, is UNKNOWN, and
that blocks where the check does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ground_station.core.agent_facts import VehicleFacts
from ground_station.core.agent_vehicles import VehicleLinkState, VehicleReport

OLD_AFTER_S: Final = 5.0  # a reading that is older is not one of now
VERDICT_OLD_AFTER_S: Final = 300.0  # the airspace, or the time of day, may have changed since
WEATHER_OLD_AFTER_S: Final = 3600.0
LEAST_SATELLITES: Final = 6
MOST_EKF_RATIO: Final = 0.8  # of its gate; at 1 the estimator rejects what it measures
GOOD_FIXES: Final = frozenset({"3d", "dgps", "rtk_float", "rtk_fixed"})


class CheckState(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class MachineCheck:
    """One check and what it found.

    Attributes:
        title: what is checked. words: what was found, and what cures it.
        blocks: whether a take-off has to wait for it.
    """

    key: str
    title: str
    state: CheckState
    words: str
    blocks: bool = True

    @property
    def stops(self) -> bool:
        """Whether a take-off has to wait for it now."""
        return self.blocks and self.state is not CheckState.PASSED


@dataclass(frozen=True, slots=True)
class PlanNeeds:
    """What the plan asks of the vehicle.

    Attributes:
        battery_fraction: of a full battery, with the way home, without the reserve; None: not
            known. reserve_fraction: that is to be left at the end.
        top_home_m: the greatest height above home. reach_m: the farthest from home.
        fence: whether a geofence of this flight was taken by the vehicle, and shall be on board.
    """

    battery_fraction: float | None
    reserve_fraction: float
    top_home_m: float
    reach_m: float
    fence: bool = False


@dataclass(frozen=True, slots=True)
class VerdictFresh:
    """The airspace verdict on this very plan. `allowed`: as it is, by recorded exemptions or
    permissions too. `said`: in a sentence."""

    allowed: bool
    said: str
    age_s: float


@dataclass(frozen=True, slots=True)
class Weather:
    """As somebody typed it in at the place; None: not looked at."""

    age_s: float
    wind_mps: float | None = None
    gust_mps: float | None = None
    visibility_m: float | None = None
    precipitation: bool | None = None
    temperature_c: float | None = None


@dataclass(frozen=True, slots=True)
class WeatherLimits:
    """Of the airframe, by its manual; None: no limit is known, which is said."""

    max_wind_mps: float | None = None
    max_gust_mps: float | None = None
    min_visibility_m: float | None = None
    rain: bool | None = None  # whether it may be flown in rain
    min_temperature_c: float | None = None
    max_temperature_c: float | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """What the checks are made on.

    Attributes:
        passed_s: since the report came; it is added to every age in it.
        needs, verdict: None: there is no plan, or no verdict on it.
        weather: None: nobody typed it in. remote_id_required: by the class mark or the rules.
        weather_required: whether a take-off waits for it to be typed in.
    """

    report: VehicleReport | None
    passed_s: float
    facts: VehicleFacts | None
    needs: PlanNeeds | None
    verdict: VerdictFresh | None
    weather: Weather | None = None
    limits: WeatherLimits | None = None
    remote_id_required: bool = True
    weather_required: bool = True


def machine_checks(given: Given) -> tuple[MachineCheck, ...]:
    """Every check, in the order in which a pilot would make them."""
    return tuple(check(given) for check in _CHECKS)


def why_not(checks: tuple[MachineCheck, ...]) -> str:
    """What stops a take-off, in one line; "" where nothing does."""
    return " ".join(f"{check.title}: {check.words}" for check in checks if check.stops)


def _made(key: str, title: str, *, blocks: bool = True) -> Callable[..., MachineCheck]:
    def made(state: CheckState, words: str) -> MachineCheck:
        return MachineCheck(key, title, state, words, blocks)

    return made


def _old(age_ms: int, passed_s: float) -> str:
    age_s = age_ms / 1000 + passed_s
    return "" if age_s <= OLD_AFTER_S else f"what is known is {age_s:.0f} s old"


def _link(given: Given) -> MachineCheck:
    said = _made("link", "Link")
    report = given.report
    if report is None or report.heartbeat_age_ms is None:
        return said(CheckState.UNKNOWN, "It was never heard.")
    age_s = report.heartbeat_age_ms / 1000 + given.passed_s
    if report.link is not VehicleLinkState.CONNECTED or age_s > 3.0:
        return said(CheckState.FAILED, f"Its last heartbeat was {age_s:.0f} s ago.")
    radio = report.radio
    heard = None if radio is None else radio.received
    more = "" if heard is None else f" {heard:.0%} of what it sends arrives."
    return said(CheckState.PASSED, f"Its last heartbeat was {age_s:.1f} s ago.{more}")


def _gps(given: Given) -> MachineCheck:
    said = _made("gps", "Position")
    report = given.report
    if report is None or report.gps is None or report.position is None:
        return said(CheckState.UNKNOWN, "It does not say how well it knows where it is.")
    old = _old(max(report.gps.age_ms, report.position.age_ms), given.passed_s)
    if old:
        return said(CheckState.UNKNOWN, f"Of its position {old}.")
    gps = report.gps
    if gps.fix not in GOOD_FIXES or gps.satellites < LEAST_SATELLITES:
        return said(
            CheckState.FAILED,
            f"Fix {gps.fix.replace('_', ' ')}, {gps.satellites} satellites; a 3D fix with "
            f"{LEAST_SATELLITES} is the least. Wait in the open.",
        )
    health = report.health
    if health is None or not health.home_position_ok or not health.global_position_ok:
        return said(CheckState.FAILED, "It does not know its place or its home well enough yet.")
    off = gps.horizontal_accuracy_m
    accuracy = "" if off is None else f", good to {off:.1f} m"
    return said(CheckState.PASSED, f"Fix {gps.fix}, {gps.satellites} satellites{accuracy}.")


def _ekf(given: Given) -> MachineCheck:
    said = _made("ekf", "Estimator")
    report = given.report
    if report is None:
        return said(CheckState.UNKNOWN, "It was never heard.")
    if report.ekf is None:
        ready = report.health is not None and report.health.armable
        words = "It tells nothing of its estimator"
        if ready:
            return said(CheckState.PASSED, f"{words}, but holds itself ready to arm.")
        return said(CheckState.UNKNOWN, f"{words}, and is not ready to arm.")
    old = _old(report.ekf.age_ms, given.passed_s)
    if old:
        return said(CheckState.UNKNOWN, f"Of its estimator {old}.")
    ekf = report.ekf
    ratios = {
        "velocity": ekf.velocity_ratio,
        "place": ekf.horizontal_ratio,
        "height": ekf.vertical_ratio,
        "compass": ekf.compass_ratio,
    }
    high = [
        f"{name} {value:.2f}" for name, value in ratios.items() if (value or 0) > MOST_EKF_RATIO
    ]
    if high or not ekf.ok:
        what = ", ".join(high) or "its flags"
        return said(CheckState.FAILED, f"Not settled ({what}). Wait; keep away from metal.")
    return said(CheckState.PASSED, "Attitude, velocity and place are good.")


def _ready(given: Given) -> MachineCheck:
    said = _made("armable", "Autopilot's own checks")
    report = given.report
    if report is None or report.health is None:
        return said(CheckState.UNKNOWN, "It does not say whether it could be armed.")
    old = _old(report.health.age_ms, given.passed_s)
    if old:
        return said(CheckState.UNKNOWN, f"Of that {old}.")
    if not report.health.armable:
        words = [line.text for line in report.status_lines if "arm" in line.text.lower()][:2]
        return said(CheckState.FAILED, f"Not ready to arm. {'; '.join(words)}".strip())
    return said(CheckState.PASSED, "It is ready to arm.")


def _battery(given: Given) -> MachineCheck:
    said = _made("battery", "Battery")
    report, needs = given.report, given.needs
    if report is None or report.battery is None or report.battery.remaining is None:
        return said(CheckState.UNKNOWN, "It does not say how full its battery is.")
    old = _old(report.battery.age_ms, given.passed_s)
    if old:
        return said(CheckState.UNKNOWN, f"Of its battery {old}.")
    have = report.battery.remaining
    if needs is None:
        return said(CheckState.UNKNOWN, f"{have:.0%} left; there is no plan to hold it against.")
    if needs.battery_fraction is None:
        return said(CheckState.UNKNOWN, f"{have:.0%} left; what the plan needs is not known.")
    wanted = needs.battery_fraction + needs.reserve_fraction
    words = (
        f"{have:.0%} left; the plan needs {needs.battery_fraction:.0%} and "
        f"{needs.reserve_fraction:.0%} in reserve."
    )
    return said(CheckState.PASSED if have >= wanted else CheckState.FAILED, words)


def _geofence(given: Given) -> MachineCheck:
    facts, needs = given.facts, given.needs
    wanted = needs is not None and needs.fence
    said = _made("geofence", "Geofence", blocks=wanted)
    if facts is None or facts.fence_enabled is None:
        return said(CheckState.UNKNOWN, "It is not known whether it enforces one.")
    if not facts.fence_enabled:
        words = "It enforces none."
        return said(CheckState.FAILED if wanted else CheckState.PASSED, words)
    if wanted and facts.fence_rings == 0:
        return said(CheckState.FAILED, "It enforces none of ours: upload the geofence.")
    too_far = _beyond_fence(facts, needs)
    if too_far:
        made = _made("geofence", "Geofence")
        return made(CheckState.FAILED, too_far)
    whose = "the one of this flight" if wanted else "its own"
    return said(CheckState.PASSED, f"It enforces {whose}.")


def _beyond_fence(facts: VehicleFacts, needs: PlanNeeds | None) -> str:
    """Why the plan would breach the fence that the autopilot keeps of itself."""
    if needs is None:
        return ""
    top, reach = facts.fence_max_height_m, facts.fence_radius_m
    if top is not None and needs.top_home_m > top:
        return (
            f"Its own fence ends {top:.0f} m above home; the plan goes to {needs.top_home_m:.0f} m."
        )
    if reach is not None and needs.reach_m > reach:
        return (
            f"Its own fence ends {reach:.0f} m from home; the plan goes {needs.reach_m:.0f} m far."
        )
    return ""


def _verdict(given: Given) -> MachineCheck:
    said = _made("verdict", "Airspace verdict")
    verdict = given.verdict
    if verdict is None:
        return said(CheckState.UNKNOWN, "There is no verdict on this plan.")
    if not verdict.allowed:
        return said(CheckState.FAILED, verdict.said)
    if verdict.age_s > VERDICT_OLD_AFTER_S:
        return said(CheckState.UNKNOWN, f"It is {verdict.age_s / 60:.0f} minutes old: check again.")
    return said(CheckState.PASSED, verdict.said)


def _remote_id(given: Given) -> MachineCheck:
    said = _made("remote_id", "Remote ID", blocks=False)
    facts = given.facts
    if facts is None or facts.remote_id is None:
        if not given.remote_id_required:
            return said(CheckState.PASSED, "Not required of this aircraft, and it tells of none.")
        return said(CheckState.UNKNOWN, "It tells of none: look yourself whether one is on.")
    if not facts.remote_id:
        return said(CheckState.FAILED, facts.remote_id_problem or "Its module says that it fails.")
    return said(CheckState.PASSED, "Its module says that it works.")


def _weather(given: Given) -> MachineCheck:
    said = _made("weather", "Weather", blocks=given.weather_required or given.weather is not None)
    weather, limits = given.weather, given.limits
    if weather is None:
        return said(CheckState.UNKNOWN, "Nobody has typed it in.")
    if weather.age_s > WEATHER_OLD_AFTER_S:
        return said(CheckState.UNKNOWN, f"It is {weather.age_s / 60:.0f} minutes old: look again.")
    if limits is None:
        return said(CheckState.UNKNOWN, "The limits of this airframe are not recorded.")
    wrong = [words for words in _beyond_limits(weather, limits) if words]
    if wrong:
        return said(CheckState.FAILED, " ".join(wrong))
    if limits.max_wind_mps is not None and weather.wind_mps is None:
        return said(CheckState.UNKNOWN, "Nobody has typed in the wind.")
    return said(CheckState.PASSED, "Within the limits of the airframe.")


def _beyond_limits(weather: Weather, limits: WeatherLimits) -> list[str]:
    def above(value: float | None, most: float | None, what: str, unit: str) -> str:
        if value is None or most is None or value <= most:
            return ""
        return f"{what} {value:g} {unit}, at most {most:g}."

    def below(value: float | None, least: float | None, what: str, unit: str) -> str:
        if value is None or least is None or value >= least:
            return ""
        return f"{what} {value:g} {unit}, at least {least:g}."

    wet = weather.precipitation is True and limits.rain is False
    return [
        above(weather.wind_mps, limits.max_wind_mps, "Wind", "m/s"),
        above(weather.gust_mps, limits.max_gust_mps, "Gusts", "m/s"),
        below(weather.visibility_m, limits.min_visibility_m, "Visibility", "m"),
        above(weather.temperature_c, limits.max_temperature_c, "Temperature", "°C"),
        below(weather.temperature_c, limits.min_temperature_c, "Temperature", "°C"),
        "It rains, and it may not be flown in rain." if wet else "",
    ]


_CHECKS: tuple[Callable[[Given], MachineCheck], ...] = (
    _link,
    _gps,
    _ekf,
    _ready,
    _battery,
    _geofence,
    _verdict,
    _remote_id,
    _weather,
)
