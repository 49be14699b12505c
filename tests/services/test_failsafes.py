"""Failsafes in flight: seen once, told with what it said it would do and what it does, and over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from ground_station.core.agent_actions import Return, StartMission
from ground_station.core.agent_facts import FailsafeAct, FailsafeEvent, FailsafeRule
from ground_station.core.agent_vehicles import (
    BatteryReading,
    EkfReading,
    FlightMode,
    GpsReading,
    MissionReading,
    PositionReading,
    RadioReading,
    StatusLine,
    VehicleReport,
    WindReading,
)
from ground_station.core.audit import Act
from ground_station.core.authority import Principal
from ground_station.core.entities import Severity
from ground_station.services.asked_modes import AskedModes
from ground_station.services.failsafe_signs import sign_of
from ground_station.services.failsafe_words import as_said, rule_words
from ground_station.services.failsafes import UNASKED, Failsafes
from ground_station.services.home_watch import NOT_ENOUGH, TURN_BACK, HomeWatch
from tests.services.flying import LAT, LON, Drone, drone, report
from tests.services.test_flights import CLEAR, NEAR_BY, in_mode, on_ground, person
from tests.services.world import World

E = FailsafeEvent
RETURNS = FailsafeRule(E.GROUND_STATION_LOST, FailsafeAct.RETURN_OR_LAND, after_s=5.0)
BATTERY = FailsafeRule(E.BATTERY_LOW, FailsafeAct.RETURN, threshold="14 V or 1000 mAh left")


class Seen:
    """Failsafes over the world, with what was raised."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rules: dict[FailsafeEvent, FailsafeRule] = {}
        self.alerts: list[tuple[str, Severity, str, str]] = []
        self.asked = AskedModes(world.clock)
        self.failsafes = Failsafes(
            rule=lambda _vehicle_id, event: self.rules.get(event),
            asked=self.asked,
            raise_alert=self.raised,
            late=world.late_records,
            clock=world.clock,
        )
        self.home = HomeWatch(facts=lambda _id: None, raise_alert=self.raised, clock=world.clock)
        world.fleet._on_finding.clear()  # those that the world joined would record it as well
        world.fleet.on_finding(self.failsafes.follow)
        world.fleet.on_finding(self.home.follow)
        world.flights.sender.on_sending(self.asked.sending)

    def raised(self, kind: str, severity: Severity, text: str, remedy: str, **_more: object) -> str:
        self.alerts.append((kind, severity, text, remedy))
        return ""

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, *_rest in self.alerts]

    def records(self) -> list[tuple[Act, Mapping[str, Any]]]:
        assert self.world.late_records.write()
        return [
            (one.entry.act, one.entry.details)
            for one in reversed(self.world.audit.read())
            if one.entry.act in (Act.FAILSAFE_BEGAN, Act.FAILSAFE_ENDED)
        ]

    def now(self, flying: Drone) -> list[FailsafeEvent]:
        status = self.world.fleet.get(flying.vehicle_id)
        return [one.event for one in self.failsafes.of(status)]


@pytest.fixture
def flying(world: World) -> Drone:
    world.airspace.way_finding = CLEAR
    return drone(world)


@pytest.fixture
def seen(world: World, flying: Drone) -> Seen:
    made = Seen(world)
    flying.say(report())
    return made


def says(text: str, age_ms: int = 100, **changes: Any) -> VehicleReport:
    return report(status_lines=[StatusLine(age_ms, "warning", text)], **changes)


def for_a_while(flying: Drone, of: VehicleReport, seconds: float = 1.5) -> None:
    for _tenth in range(round(seconds * 10) + 1):
        flying.say(of)
        flying.world.clock.advance(0.1)


# --- sentences -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "event", "begins"),
    [
        ("GCS Failsafe", E.GROUND_STATION_LOST, True),
        ("GCS Failsafe - Continuing Auto Mode", E.GROUND_STATION_LOST, True),
        ("GCS Failsafe Cleared", E.GROUND_STATION_LOST, False),
        ("Radio Failsafe", E.REMOTE_LOST, True),
        ("Radio + Battery Failsafe - Continuing Landing", E.REMOTE_LOST, True),
        ("Radio Failsafe Cleared", E.REMOTE_LOST, False),
        ("Battery 1 is low 14.0V used 3000 mAh", E.BATTERY_LOW, True),
        ("Battery 1 is critical 13.0V used 4000 mAh", E.BATTERY_CRITICAL, True),
        ("EKF variance", E.POSITION_LOST, True),
        ("EKF Failsafe: changed to LAND Mode", E.POSITION_LOST, True),
        ("EKF Failsafe Cleared", E.POSITION_LOST, False),
        ("Fence Breached", E.FENCE, True),
        ("Max Alt fence breached", E.FENCE, True),
        ("Low battery level! Return advised", E.BATTERY_LOW, True),
        ("Critical battery level! Returning now", E.BATTERY_CRITICAL, True),
        ("Manual control lost", E.REMOTE_LOST, True),
        ("Data link lost", E.GROUND_STATION_LOST, True),
        ("Connection to ground control station lost", E.GROUND_STATION_LOST, True),
    ],
)
def test_the_autopilots_own_sentences_are_known(
    sentence: str, event: FailsafeEvent, begins: bool
) -> None:
    assert sign_of(sentence) == (event, begins)


@pytest.mark.parametrize("sentence", ["", "Arming motors", "Flight plan received", "Fence enabled"])
def test_others_say_nothing(sentence: str) -> None:
    assert sign_of(sentence) is None


def test_one_begins_once_and_is_over_when_it_says_so(flying: Drone, seen: Seen) -> None:
    seen.rules[E.GROUND_STATION_LOST] = RETURNS
    flying.say(says("GCS Failsafe", flight=in_mode(FlightMode.RETURN)))
    for tenth in range(1, 20):  # the sentence stays in the reports and grows older
        seen.world.clock.advance(0.1)
        flying.say(says("GCS Failsafe", 100 + 100 * tenth, flight=in_mode(FlightMode.RETURN)))
    [(kind, severity, text, remedy)] = seen.alerts
    assert (kind, severity) == ("failsafe_ground_station_lost", Severity.WARNING)
    assert "no ground station is heard. It says “GCS Failsafe”. It is returning home." in text
    assert remedy == (
        "When no ground station is heard, it returns home, or lands where it cannot after 5 s."
    )
    assert seen.now(flying) == [E.GROUND_STATION_LOST]
    flying.say(says("GCS Failsafe Cleared", flight=in_mode(FlightMode.RETURN)))
    assert seen.now(flying) == []
    assert [act for act, _details in seen.records()] == [Act.FAILSAFE_BEGAN, Act.FAILSAFE_ENDED]
    assert len(seen.alerts) == 1


def test_it_may_come_again(flying: Drone, seen: Seen) -> None:
    for text in ("GCS Failsafe", "GCS Failsafe Cleared", "GCS Failsafe"):
        seen.world.clock.advance(1)
        flying.say(says(text))
    assert seen.kinds == ["failsafe_ground_station_lost"] * 2


def test_landing_ends_them_all(flying: Drone, seen: Seen) -> None:
    flying.say(says("Battery 1 is low 14.0V used 3000 mAh"))
    assert seen.now(flying) == [E.BATTERY_LOW]
    flying.say(on_ground())
    assert seen.now(flying) == []
    assert seen.records()[-1][1]["told_by"] == "It has landed."


def test_what_was_said_before_anybody_looked_is_not_new(flying: Drone, seen: Seen) -> None:
    flying.say(says("GCS Failsafe", age_ms=20_000))
    assert seen.alerts == []


def test_on_the_ground_there_is_none(flying: Drone, seen: Seen) -> None:
    flying.say(on_ground(status_lines=[StatusLine(100, "warning", "Radio Failsafe")]))
    assert seen.alerts == []


# --- readings ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "well", "event"),
    [
        (
            {"radio": RadioReading(100, rc_lost=True)},
            {"radio": RadioReading(100, rc_lost=False)},
            E.REMOTE_LOST,
        ),
        (
            {"ekf": EkfReading(100, ok=False)},
            {"ekf": EkfReading(100, ok=True)},
            E.POSITION_LOST,
        ),
        ({"gps": GpsReading(100, "no_fix", 0)}, {"gps": GpsReading(100, "3d", 9)}, E.POSITION_LOST),
    ],
)
def test_readings_say_it_too_once_they_last(
    flying: Drone, seen: Seen, changes: dict[str, Any], well: dict[str, Any], event: FailsafeEvent
) -> None:
    flying.say(report(**changes))
    assert seen.now(flying) == []
    for_a_while(flying, report(**changes))
    assert seen.now(flying) == [event]
    for_a_while(flying, report(**well), 2.0)
    assert seen.now(flying) == [event]
    for_a_while(flying, report(**well), 2.0)
    assert seen.now(flying) == []
    assert len(seen.alerts) == 1


def test_a_reading_that_is_older_than_the_word_that_it_is_over_begins_nothing(
    flying: Drone, seen: Seen
) -> None:
    lost, heard = RadioReading(100, rc_lost=True), RadioReading(100, rc_lost=False)
    for_a_while(flying, says("Radio Failsafe", radio=lost))
    for_a_while(flying, says("Radio Failsafe Cleared", radio=lost), 4)
    assert seen.now(flying) == []
    for_a_while(flying, report(radio=heard), 1)
    for_a_while(flying, report(radio=lost), 2)
    assert seen.now(flying) == [E.REMOTE_LOST]
    assert len(seen.alerts) == 2


def test_nor_does_one_that_is_older_than_the_word_that_it_began_end_it(
    flying: Drone, seen: Seen
) -> None:
    for_a_while(flying, says("Radio Failsafe", radio=RadioReading(100, rc_lost=False)), 5)
    assert seen.now(flying) == [E.REMOTE_LOST]
    for_a_while(flying, report(radio=RadioReading(100, rc_lost=False)), 8)
    assert seen.now(flying) == []


def test_a_reading_that_flickers_is_none(flying: Drone, seen: Seen) -> None:
    for _time in range(10):
        for_a_while(flying, report(ekf=EkfReading(100, ok=False)), 0.5)
        for_a_while(flying, report(ekf=EkfReading(100, ok=True)), 0.2)
    assert seen.alerts == []


def test_an_old_reading_says_nothing(flying: Drone, seen: Seen) -> None:
    for_a_while(flying, report(ekf=EkfReading(9000, ok=False), gps=None))
    assert seen.alerts == []


def test_a_battery_is_low_by_the_threshold_that_it_told(flying: Drone, seen: Seen) -> None:
    low = report(battery=BatteryReading(100, 0.3, 13.9))
    for_a_while(flying, low)
    assert seen.now(flying) == []  # nobody told a threshold
    seen.rules[E.BATTERY_LOW] = BATTERY
    for_a_while(flying, low, 7)
    assert seen.now(flying) == [E.BATTERY_LOW]
    for_a_while(flying, report(battery=BatteryReading(100, 0.3, 14.3)), 5)
    assert seen.now(flying) == [E.BATTERY_LOW]  # under less load it only looks better


# --- what it does --------------------------------------------------------------------------------


def test_one_that_does_not_do_what_it_said_is_shown(flying: Drone, seen: Seen) -> None:
    seen.rules[E.GROUND_STATION_LOST] = RETURNS
    flying.say(says("GCS Failsafe"))
    [early] = seen.failsafes.of(seen.world.fleet.get(flying.vehicle_id))
    assert early.acts_as_said is None
    seen.world.clock.advance(11)
    [late] = seen.failsafes.of(seen.world.fleet.get(flying.vehicle_id))
    assert (late.acts_as_said, late.does) == (False, "It flies as it was told.")
    flying.say(report(flight=in_mode(FlightMode.RETURN)))
    [acts] = seen.failsafes.of(seen.world.fleet.get(flying.vehicle_id))
    assert acts.acts_as_said is True


def test_rules_are_put_into_plain_words() -> None:
    assert rule_words(E.BATTERY_LOW, BATTERY) == (
        "When the battery is low (14 V or 1000 mAh left), it returns home."
    )
    assert rule_words(E.FENCE, None).endswith("This could not be read from the vehicle.")
    unknown = FailsafeRule(E.FENCE, FailsafeAct.UNKNOWN, note="FENCE_ACTION is 9.")
    assert "not known" in rule_words(E.FENCE, unknown)
    for event in FailsafeEvent:
        for act in FailsafeAct:
            assert rule_words(event, FailsafeRule(event, act)).startswith("When ")
    assert as_said(None, FlightMode.LAND) is None
    assert as_said(RETURNS, None) is None


# --- modes that nobody asked for -----------------------------------------------------------------


@pytest.fixture
def pilot(world: World, flying: Drone, seen: Seen) -> Principal:
    who = person(world)
    world.controls.take(who, flying.vehicle_id)
    return who


def test_a_mode_that_it_takes_by_itself_is_told(
    world: World, flying: Drone, seen: Seen, pilot: Principal
) -> None:
    world.flights.fly(pilot, flying.vehicle_id, NEAR_BY)
    world.clock.advance(20)
    flying.say(report())
    flying.say(report(flight=in_mode(FlightMode.LAND)))
    flying.say(report(flight=in_mode(FlightMode.LAND)))
    assert seen.kinds == [UNASKED]


def test_one_that_was_asked_for_is_not(
    world: World, flying: Drone, seen: Seen, pilot: Principal
) -> None:
    world.flights.fly(pilot, flying.vehicle_id, Return())
    for mode in (FlightMode.RETURN, FlightMode.LAND):
        flying.say(report(flight=in_mode(mode)))
    assert seen.alerts == []


def test_the_end_of_a_mission_is_asked_for_with_it(
    world: World, flying: Drone, seen: Seen, pilot: Principal
) -> None:
    flying.say(report(mission=MissionReading(10, 0, 4)))
    world.flights.fly(pilot, flying.vehicle_id, StartMission(), {"unchecked": "Looked at"})
    world.clock.advance(60)
    for mission, mode in (
        (MissionReading(10, 1, 4), FlightMode.MISSION),
        (MissionReading(10, 4, 4), FlightMode.RETURN),
    ):
        flying.say(report(flight=in_mode(mode), mission=mission))
    assert seen.alerts == []


def test_half_way_through_a_mission_it_is_not(
    world: World, flying: Drone, seen: Seen, pilot: Principal
) -> None:
    flying.say(report(mission=MissionReading(10, 0, 4)))
    world.flights.fly(pilot, flying.vehicle_id, StartMission(), {"unchecked": "Looked at"})
    world.clock.advance(60)
    for mode in (FlightMode.MISSION, FlightMode.RETURN):
        flying.say(report(flight=in_mode(mode), mission=MissionReading(10, 2, 4)))
    assert seen.kinds == [UNASKED]


def test_a_flight_that_nobody_here_commanded_is_not_judged(flying: Drone, seen: Seen) -> None:
    flying.say(report(flight=in_mode(FlightMode.RETURN)))
    assert seen.alerts == []


def test_what_a_failsafe_does_is_told_with_it_and_not_again(
    world: World, flying: Drone, seen: Seen, pilot: Principal
) -> None:
    world.flights.fly(pilot, flying.vehicle_id, NEAR_BY)
    world.clock.advance(20)
    flying.say(says("Radio Failsafe"))
    flying.say(report(flight=in_mode(FlightMode.RETURN)))
    assert seen.kinds == ["failsafe_remote_lost"]


# --- the battery against the way home ----------------------------------------------------------


def far(battery: float | None, minutes: float | None, **changes: Any) -> VehicleReport:
    """Two kilometres north of home, in light wind."""
    made = report(
        position=PositionReading(40, LAT + 0.018, LON, 65.0, 60.0),
        battery=BatteryReading(100, battery, 15.0, 9.0, minutes),
        wind=WindReading(100, 2.0, 270.0),
    )
    return msgspec.structs.replace(made, **changes)


def test_it_is_told_to_turn_back_and_then_that_it_is_too_late(flying: Drone, seen: Seen) -> None:
    for_a_while(flying, far(0.9, 40.0), 12)
    known = seen.home.of(flying.vehicle_id)
    assert known is not None
    assert known.state == "enough"
    assert known.words.startswith("Home takes 8 min and leaves about")
    for_a_while(flying, far(0.4, 15.0), 5)
    for_a_while(flying, far(0.2, 5.0), 5)
    assert seen.kinds == [TURN_BACK, NOT_ENOUGH]
    for_a_while(flying, far(0.4, 15.0), 15)
    for_a_while(flying, far(0.2, 5.0), 5)
    assert seen.kinds == [TURN_BACK, NOT_ENOUGH]  # once a flight


@pytest.mark.parametrize(
    "of",
    [far(None, None), far(0.9, None), far(0.9, 40.0, wind=None), far(0.9, 40.0, home=None)],
)
def test_what_is_not_known_is_unknown(flying: Drone, seen: Seen, of: VehicleReport) -> None:
    for_a_while(flying, of, 15)
    known = seen.home.of(flying.vehicle_id)
    assert known is not None
    assert known.state == "unknown"
    assert "not known" in known.words
    assert seen.alerts == []


def test_a_link_that_is_lost_makes_it_unknown(flying: Drone, seen: Seen) -> None:
    for_a_while(flying, far(0.9, 40.0), 12)
    seen.world.clock.advance(3)
    for _second in range(6):
        seen.world.fleet.tick()
        seen.world.clock.advance(1)
    known = seen.home.of(flying.vehicle_id)
    assert known is not None
    assert known.state == "unknown"


def test_one_jump_of_the_minutes_left_is_no_alarm(flying: Drone, seen: Seen) -> None:
    for_a_while(flying, far(0.9, 40.0), 12)
    for_a_while(flying, far(0.9, 2.0), 1)
    for_a_while(flying, far(0.9, 40.0), 5)
    assert seen.alerts == []


def test_on_the_ground_there_is_no_way_home(flying: Drone, seen: Seen) -> None:
    for_a_while(flying, far(0.9, 40.0), 2)
    flying.say(on_ground())
    assert seen.home.of(flying.vehicle_id) is None
