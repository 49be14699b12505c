"""What a sortie makes of the reports of a vehicle in flight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from drone.sortie_watch import GIVEN_UP_AFTER_S, Watch, Watched
from ground_station.core.agent_actions import WireMissionItem
from ground_station.core.agent_vehicles import (
    FlightMode,
    FlightReading,
    LandedState,
    MissionReading,
    PositionReading,
    StatusLine,
    VehicleLinkState,
    VehicleReport,
)

LAT, LON = 51.4958, -0.2386
ITEMS = [WireMissionItem(LAT + 0.001, LON, 30.0), WireMissionItem(LAT + 0.002, LON, 30.0)]
GROUND = VehicleReport(
    system_id=1,
    name="1",
    link=VehicleLinkState.CONNECTED,
    flight=FlightReading(0, False, FlightMode.GUIDED, LandedState.ON_GROUND),
    position=PositionReading(0, LAT, LON, 5.0, 0.0),
    mission=MissionReading(0, 0, 2),
)


def at(north: float, mode: FlightMode, current: int, **more: Any) -> VehicleReport:
    """In the air, so many thousandths of a degree to the north."""
    return msgspec.structs.replace(
        GROUND,
        flight=FlightReading(0, True, mode, LandedState.IN_AIR),
        position=PositionReading(0, LAT + north / 1000, LON, 35.0, 30.0),
        mission=MissionReading(0, current, 2),
        **more,
    )


def flown(reports: Sequence[VehicleReport], step_s: float = 1.0) -> tuple[list[str], Watched]:
    """The names of what happened, and the last look."""
    watch, names = Watch(ITEMS), list[str]()
    seen = Watched()
    for number, report in enumerate(reports):
        seen = watch.see(report, number * step_s)
        names += [one.name for one in seen.happened]
    return names, seen


WHOLE = [
    GROUND,
    at(0, FlightMode.MISSION, 1),
    at(1, FlightMode.MISSION, 2),
    at(2, FlightMode.MISSION, 2),
    at(0, FlightMode.RETURN, 2),
    GROUND,
    GROUND,
]


def test_a_whole_flight() -> None:
    names, seen = flown(WHOLE)
    assert names == ["armed", "airborne", "waypoint", "waypoint", "mode", "landed"]
    assert (seen.over, seen.down, seen.whole) == (True, True, True)


def test_one_that_was_brought_home_before_its_last_waypoint_is_not_whole() -> None:
    early = [GROUND, at(0, FlightMode.MISSION, 1), at(1, FlightMode.MISSION, 2)]
    _names, seen = flown([*early, at(1.2, FlightMode.RETURN, 2), GROUND, GROUND])
    assert (seen.down, seen.whole, seen.returned) == (True, False, True)
    assert "waypoint 2 of 2" in seen.words


def test_a_last_waypoint_between_two_looks_counts() -> None:
    """As fast as a simulation flies: already past it, and on its way home."""
    fast = [GROUND, at(0, FlightMode.MISSION, 1), at(1, FlightMode.MISSION, 2)]
    _names, seen = flown([*fast, at(2.5, FlightMode.RETURN, 2), GROUND, GROUND])
    assert seen.whole
    _names, seen = flown([*fast, at(1.2, FlightMode.RETURN, 2), WHOLE[4], GROUND, GROUND])
    assert not seen.whole  # a failsafe turned it round before


def test_one_heartbeat_without_motors_is_no_landing() -> None:
    armed = at(1, FlightMode.MISSION, 2)
    blink = msgspec.structs.replace(
        armed, flight=FlightReading(0, False, FlightMode.MISSION, LandedState.ON_GROUND)
    )
    _names, seen = flown([GROUND, armed, blink, armed, armed], 0.2)
    assert not seen.over


def test_disarmed_in_the_air_by_its_own_word_is_not_down() -> None:
    falls = msgspec.structs.replace(
        at(1, FlightMode.MISSION, 2),
        flight=FlightReading(0, False, FlightMode.MISSION, LandedState.IN_AIR),
    )
    _names, seen = flown([GROUND, at(1, FlightMode.MISSION, 2), falls, falls, falls])
    assert not seen.over


def test_a_lost_link_is_told_and_waited_for() -> None:
    lost = at(1, FlightMode.MISSION, 1, link=VehicleLinkState.LOST)
    names, seen = flown([GROUND, at(0, FlightMode.MISSION, 1), lost, lost, WHOLE[3]])
    assert names[-3:] == ["link lost", "link back", "waypoint"]
    assert not seen.over


def test_a_vehicle_that_is_never_heard_again_is_given_up_and_not_called_down() -> None:
    lost = at(1, FlightMode.MISSION, 1, link=VehicleLinkState.LOST)
    watch = Watch(ITEMS)
    watch.see(at(0, FlightMode.MISSION, 1), 0.0)
    assert not watch.see(lost, 1.0).over
    seen = watch.see(lost, 1.0 + GIVEN_UP_AFTER_S)
    assert (seen.over, seen.down) == (True, False)


def test_a_restart_in_flight_and_grave_sentences_are_told_once() -> None:
    grave = StatusLine(100, "critical", "Battery failsafe")
    mild = StatusLine(100, "info", "Reached command #2")
    first = at(0, FlightMode.MISSION, 1, status_lines=[mild, grave])
    again = at(0, FlightMode.MISSION, 1, status_lines=[mild, grave], rebooted=1)
    names, _seen = flown([first, again])
    assert names == [
        "armed",
        "airborne",
        "waypoint",
        "it says",
        "rebooted",
    ]


def test_motors_that_go_off_again_never_took_off() -> None:
    armed = msgspec.structs.replace(
        GROUND, flight=FlightReading(0, True, FlightMode.GUIDED, LandedState.ON_GROUND)
    )
    _names, seen = flown([GROUND, armed, GROUND, GROUND])
    assert (seen.over, seen.whole) == (True, False)
    assert "never took off" in seen.words
