"""What the records say before a flight."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from ground_station.core.crew import Airframe, Battery, CrewMember, CrewRole, Defect
from ground_station.core.crew_checks import TICKS, Recorded, record_checks
from ground_station.core.preflight import CheckState, MachineCheck

TODAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ADA = CrewMember("ada", "own", "Ada", (CrewRole.PILOT,), "user", qualification="GVC")
BO = CrewMember("bo", "own", "Bo", (CrewRole.OBSERVER,))
CRAFT = Airframe("craft", "own", "Drone 1", insured_until=date(2027, 3, 1))
CELL = Battery("cell", "own", "B-07", most_cycles=200)
WELL = Recorded(
    TODAY, "user", ADA, BO, False, CRAFT, CELL, (), NOON.replace(day=1), 900.0, battery_cycles=41
)
DEFECT = Defect("d", "own", "Cracked arm", NOON, "user", True, airframe_id="craft")


def made(recorded: Recorded) -> dict[str, MachineCheck]:
    return {check.key: check for check in record_checks(recorded)}


def test_all_well_passes() -> None:
    checks = made(WELL)
    assert {check.state for check in checks.values()} == {CheckState.PASSED}
    assert checks["pilot"].words == "Ada, GVC. Flew last 23 days ago."
    assert checks["airframe"].words == "Drone 1, 15.0 h in the air."
    assert checks["battery_record"].words == "B-07, 41 cycles."


@pytest.mark.parametrize(
    ("key", "recorded", "words"),
    [
        ("pilot", replace(WELL, account_id="else"), "not who has control"),
        ("pilot", replace(WELL, pilot=replace(ADA, roles=(CrewRole.OBSERVER,))), "not as a pilot"),
        ("pilot", replace(WELL, pilot=replace(ADA, retired=True)), "not on the crew any more"),
        (
            "pilot",
            replace(WELL, pilot=replace(ADA, qualified_until=date(2026, 11, 23))),
            "qualification ended on 23 November 2026",
        ),
        (
            "pilot",
            replace(WELL, pilot=replace(ADA, medical_until=date(2026, 1, 1))),
            "medical declaration ended",
        ),
        ("observer", replace(WELL, observer=None, observer_needed=True), "needs one"),
        ("observer", replace(WELL, observer=ADA), "same person"),
        ("airframe", replace(WELL, defects=(DEFECT,)), "Grounded: Cracked arm"),
        (
            "airframe",
            replace(WELL, airframe=replace(CRAFT, maintenance_due_minutes=900.0)),
            "due at 15 h",
        ),
        (
            "airframe",
            replace(WELL, airframe=replace(CRAFT, insured_until=date(2026, 11, 1))),
            "insurance ended",
        ),
        ("battery_record", replace(WELL, battery_cycles=200), "200 cycles; 200 are the most"),
        ("battery_record", replace(WELL, battery=replace(CELL, health=0.7)), "Only 70%"),
        ("battery_record", replace(WELL, battery=replace(CELL, retired=True)), "out of service"),
        (
            "battery_record",
            replace(WELL, defects=(replace(DEFECT, airframe_id=None, battery_id="cell"),)),
            "Grounded",
        ),
    ],
)
def test_what_speaks_against_it_fails(key: str, recorded: Recorded, words: str) -> None:
    check = made(recorded)[key]
    assert check.state is CheckState.FAILED
    assert words in check.words


@pytest.mark.parametrize(
    ("key", "recorded"),
    [
        ("pilot", replace(WELL, pilot=None)),
        ("pilot", replace(WELL, pilot=replace(ADA, qualification=""))),
        ("pilot", replace(WELL, last_flight_at=None)),
        ("pilot", replace(WELL, last_flight_at=datetime(2026, 8, 1, tzinfo=UTC))),
        ("airframe", replace(WELL, airframe=None)),
        ("airframe", replace(WELL, airframe=replace(CRAFT, insured_until=None))),
        ("battery_record", replace(WELL, battery=None)),
    ],
)
def test_what_is_not_recorded_is_unknown_and_blocks(key: str, recorded: Recorded) -> None:
    check = made(recorded)[key]
    assert (check.state, check.stops) == (CheckState.UNKNOWN, True)


def test_currency_can_be_recorded_where_the_log_knows_no_flight() -> None:
    shown = replace(ADA, current_until=date(2026, 12, 31))
    assert made(replace(WELL, last_flight_at=None, pilot=shown))["pilot"].state is CheckState.PASSED
    over = replace(ADA, current_until=date(2026, 11, 23))
    assert made(replace(WELL, last_flight_at=None, pilot=over))["pilot"].stops


def test_a_defect_that_does_not_ground_or_is_fixed_or_of_another_craft_does_not_stop() -> None:
    harmless = (
        replace(DEFECT, grounds=False),
        replace(DEFECT, fixed_at=NOON),
        replace(DEFECT, airframe_id="other"),
    )
    check = made(replace(WELL, defects=harmless))["airframe"]
    assert check.state is CheckState.PASSED
    assert check.words.endswith("Known: Cracked arm.")


def test_what_ends_soon_is_said() -> None:
    soon = replace(CRAFT, insured_until=date(2026, 12, 1))
    assert "ends on 1 December 2026" in made(replace(WELL, airframe=soon))["airframe"].words


def test_the_ticks_are_what_no_machine_sees() -> None:
    assert list(TICKS) == [
        "place",
        "airframe",
        "battery",
        "payload",
        "sky",
        "notams",
        "crew",
        "emergency",
    ]
