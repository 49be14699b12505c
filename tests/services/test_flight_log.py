"""The flight log: what is recorded of a sortie, from arming to disarming, whatever goes wrong."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import timedelta
from typing import Any

import pytest

from ground_station.core.agent_actions import (
    Arm,
    Land,
    TakeOff,
    UploadMission,
    WireMissionItem,
    mission_digest,
)
from ground_station.core.agent_vehicles import (
    FlightMode,
    LandedState,
    MissionReading,
    StatusLine,
    VehicleLinkState,
)
from ground_station.core.audit import Act
from ground_station.core.authority import Principal, Role
from ground_station.core.crew import Preflight
from ground_station.core.entities import Severity
from ground_station.core.errors import Unavailable
from ground_station.core.fleet import AirspaceFinding, AirspaceState
from ground_station.core.flight_log import FlightEntry, FlightJournal, FlightRecord
from ground_station.core.ids import new_id
from ground_station.services.flight_recording import Around
from ground_station.services.flight_rows import Asked, Papers
from ground_station.store.flight_journal import FileJournals
from tests.services.flying import LAT, LON, Drone, drone
from tests.services.logging_flights import Logbook, state
from tests.services.world import PASSWORD, World


@pytest.fixture
def flying(world: World) -> Drone:
    return drone(world, state(armed=False))


@pytest.fixture
def book(world: World, flying: Drone) -> Logbook:
    return Logbook(world)


@pytest.fixture
def pilot(world: World, flying: Drone) -> Principal:
    world.accounts.add("pip", "Pip Pilot", Role.PILOT, PASSWORD)
    who = world.enter("pip").principal
    world.controls.take(who, flying.vehicle_id)
    world.airspace.way_finding = AirspaceFinding(AirspaceState.CLEAR)
    return who


def hop(book: Logbook, flying: Drone) -> None:
    """Arm, rise to 20 m, land, disarm: 6 s in the air, of which a second is the way down."""
    book.fly(flying, *[state(armed=True)] * 10)
    book.fly(flying, *[state(armed=True, height_m=up * 0.4 + 0.4) for up in range(50)])
    book.fly(flying, *[state(armed=True, height_m=2, landed=LandedState.LANDING)] * 10)
    book.fly(flying, *[state(armed=True)] * 5, state(armed=False))


# --- a whole sortie ------------------------------------------------------------------------------


def test_a_sortie_is_recorded_from_arming_to_disarming(book: Logbook, flying: Drone) -> None:
    hop(book, flying)
    book.settle(3)
    record = book.record
    assert record.closed_by == "disarmed"
    assert record.vehicle_name == "Kestrel 1"
    assert record.simulated
    assert record.ended_at is not None
    assert record.took_off_at is not None
    assert record.landed_at is not None
    assert record.minutes == pytest.approx(0.1, abs=0.01)
    assert record.max_height_home_m == pytest.approx(20, abs=0.5)
    assert record.distance_m == pytest.approx(27, abs=4)  # 14 m east and back to 1.4 m
    assert record.samples == len(book.samples())
    assert record.gaps_s == 0
    assert (record.ended_at - record.began_at).total_seconds() == pytest.approx(7.5, abs=0.2)


def test_five_samples_a_second_are_kept_of_ten(book: Logbook, flying: Drone) -> None:
    book.fly(flying, *[state(armed=True, height_m=10)] * 100)
    book.settle()
    assert 48 <= len(book.samples()) <= 52
    first = book.samples()[0]
    assert first.lat == LAT
    assert first.height_home_m == 10
    assert first.armed is True
    assert first.mode == "guided"
    assert first.battery == 0.8


def test_the_digest_of_its_journal_is_in_the_audit_log(
    world: World, book: Logbook, flying: Drone
) -> None:
    hop(book, flying)
    book.settle(3)
    record = book.record
    content = (world.folder / "flights" / f"{record.record_id}.jsonl").read_bytes()
    assert record.sha256 == hashlib.sha256(content).hexdigest()
    [entry] = [one.entry for one in world.audit.read() if one.entry.act is Act.FLIGHT_LOGGED]
    assert entry.subject_id == record.record_id
    assert entry.details["sha256"] == record.sha256


def test_a_vehicle_on_the_ground_has_no_flight(book: Logbook, flying: Drone) -> None:
    book.fly(flying, *[state(armed=False)] * 20)
    book.settle(3)
    assert not book.records


def test_arming_again_at_once_is_another_flight(book: Logbook, flying: Drone) -> None:
    hop(book, flying)
    hop(book, flying)
    book.settle(3)
    assert [one.closed_by for one in book.records] == ["disarmed", "disarmed"]


def test_an_open_flight_is_in_the_database_from_the_first_second(
    book: Logbook, flying: Drone
) -> None:
    book.fly(flying, state(armed=True))
    book.settle()
    assert book.record.ended_at is None
    live = book.log.now(book.record.record_id)
    assert live is not None
    assert live.samples == 1


# --- what happened -------------------------------------------------------------------------------


def test_commands_and_answers_are_in_it_with_those_before_the_arming(
    book: Logbook, flying: Drone, pilot: Principal
) -> None:
    book.world.flights.fly(pilot, flying.vehicle_id, Arm())
    book.fly(flying, state(armed=True))
    book.world.flights.fly(pilot, flying.vehicle_id, TakeOff(30))
    flying.channel.error = Unavailable("The radio is off.")
    with pytest.raises(Unavailable):
        book.world.flights.fly(pilot, flying.vehicle_id, Land())
    book.settle()
    assert book.record.pilot_id == pilot.user_id
    words = [one.words for one in book.events("command")]
    assert words[0] == "Pip Pilot: arm"
    assert words[1].startswith("Pip Pilot: take off (height_home_m 30")
    assert words[2] == "Pip Pilot: land"
    answers = [one.words for one in book.events("answer")]
    assert answers[:2] == ["arm: done.", "take off: done."]
    assert "The radio is off." in answers[2]
    commands = {one.reference for one in book.events("command")}
    assert commands == {one.reference for one in book.events("answer")}


def test_a_command_of_long_before_is_not_in_it(
    book: Logbook, flying: Drone, pilot: Principal
) -> None:
    book.world.flights.fly(pilot, flying.vehicle_id, Land())
    book.log.turn()
    book.world.clock.advance(400)
    flying.say(state(armed=True))
    book.settle()
    assert not book.events("command")


def test_modes_and_sentences_are_told_once(book: Logbook, flying: Drone) -> None:
    line = StatusLine(0, "notice", "Arming motors")
    book.fly(flying, state(armed=True, status_lines=[line]))
    for tenths in range(1, 30):
        older = StatusLine(100 * tenths, "notice", "Arming motors")
        book.fly(flying, state(armed=True, status_lines=[older]))
    lines = [StatusLine(0, "warning", "PreArm: check"), StatusLine(3000, "notice", "Arming motors")]
    held = state(armed=True, mode=FlightMode.HOLD, status_lines=lines)
    book.fly(flying, held, held)
    book.settle()
    assert [one.words for one in book.events("text")] == ["Arming motors", "PreArm: check"]
    assert [one.severity for one in book.events("text")] == ["notice", "warning"]
    assert [one.words for one in book.events("mode")] == ["It is in guided.", "It is in hold."]


def test_alerts_of_its_vehicle_are_in_it(world: World, book: Logbook, flying: Drone) -> None:
    book.fly(flying, state(armed=True, height_m=30))
    for vehicle_id, text in ((flying.vehicle_id, "Too near."), (new_id(), "Another one.")):
        world.inbox.raise_own("zone", Severity.WARNING, text, "Look.", vehicle_id=vehicle_id)
    world.inbox.drain()
    book.settle()
    [alert] = book.events("alert")
    assert (alert.words, alert.severity) == ("Too near.", "warning")


def test_a_lost_link_and_its_return_are_told_and_count_as_a_gap(
    world: World, book: Logbook, flying: Drone
) -> None:
    book.fly(flying, *[state(armed=True, height_m=30)] * 10)
    for _ in range(50):
        world.clock.advance(0.1)
        world.fleet.tick()
    book.fly(flying, *[state(armed=True, height_m=30)] * 10)
    book.settle()
    assert [one.words for one in book.events("link")] == [
        "The link to it was lost: its autopilot is not heard.",
        "The link to it is back.",
    ]
    [gap] = book.events("gap")
    assert gap.words.startswith("Nothing was heard of it for 5.")
    assert book.log.now(book.record.record_id).gaps_s == pytest.approx(5, abs=0.4)  # type: ignore[union-attr]


def test_conformance_failsafes_and_video_come_from_around_it(world: World, flying: Drone) -> None:
    conforming: list[tuple[str, str]] = [("conforming", "")]
    going: dict[str, str] = {}
    video: list[tuple[str, str] | None] = [("source", "Roof camera")]
    book = Logbook(
        world,
        around=Around(lambda _id: conforming[0], lambda _s: going, lambda _s: video[0]),
    )
    book.fly(flying, *[state(armed=True, height_m=30)] * 3)
    conforming[0] = ("breach", "It is inside the park.")
    going["battery_low"] = "Its battery is low."
    book.fly(flying, *[state(armed=True, height_m=30)] * 3)
    going.clear()
    video[0] = None
    book.fly(flying, *[state(armed=True, height_m=30)] * 11)
    book.settle()
    assert [one.words for one in book.events("conformance")] == [
        "conforming.",
        "breach. It is inside the park.",
    ]
    assert [one.words for one in book.events("failsafe")] == [
        "Its battery is low.",
        "It is over: battery low.",
    ]
    assert [(one.words, one.reference) for one in book.events("video")] == [
        ("Video of Roof camera began.", "source"),
        ("Video of Roof camera ended.", "source"),
    ]


def test_what_is_stale_is_not_carried_over(book: Logbook, flying: Drone) -> None:
    stale = state(armed=True, height_m=30)
    position = stale.position
    assert position is not None
    aged = type(position)(1500, *[position.lat, position.lon, position.alt_amsl_m, 30.0])
    book.fly(flying, state(armed=True, height_m=30, position=aged))
    book.settle()
    assert book.samples()[0].lat is None
    assert book.samples()[0].alt_amsl_m is None


# --- by what it was flown ------------------------------------------------------------------------


def mission() -> UploadMission:
    return UploadMission(
        [WireMissionItem(LAT, LON + step / 1000, 40.0, 5.0) for step in range(3)],
        return_at_end=True,
    )


def test_the_mission_that_it_flies_is_kept_as_sent(
    book: Logbook, flying: Drone, pilot: Principal
) -> None:
    plan = mission()
    digest = mission_digest(plan)
    book.world.flights.fly(pilot, flying.vehicle_id, plan, {})
    holds = MissionReading(100, 0, 3, digest)
    book.fly(flying, state(armed=True, mission=holds))
    book.settle()
    assert book.record.mission_digest == ""  # it is not flown yet
    book.fly(flying, state(armed=True, height_m=30, mode=FlightMode.MISSION, mission=holds))
    book.settle()
    assert book.record.mission_digest == digest
    assert f'"lat":{LAT}' in book.record.plan


def test_a_mission_of_somebody_else_is_said_to_be_unknown(book: Logbook, flying: Drone) -> None:
    flies = state(
        armed=True, height_m=30, mode=FlightMode.MISSION, mission=MissionReading(100, 1, 9)
    )
    book.fly(flying, *[flies] * 30)
    book.settle()
    assert [one.words for one in book.events("mode") if "not known" in one.words] == [
        "It flies a mission that is not known to have gone through this station."
    ]
    assert book.record.plan == ""


def test_its_preflight_says_what_it_was_flown_with(world: World, flying: Drone) -> None:
    kept: list[Preflight] = []
    book = Logbook(
        world,
        papers=Papers(
            preflight=lambda _id: kept[-1] if kept else None,
            airframe=lambda _organisation, _vehicle: "craft by its vehicle",
        ),
    )
    book.fly(flying, *[state(armed=True)] * 5)
    book.settle()
    assert book.record.preflight_id is None
    assert book.record.airframe_id == "craft by its vehicle"
    now = world.clock.now()
    served = Preflight(
        new_id(), "o", flying.vehicle_id, now, "u", airframe_id="craft", battery_id="battery",
        verdict="It may be flown.", used_at=now,
    )  # fmt: skip
    kept.append(dataclasses.replace(served, used_at=now - timedelta(hours=1)))
    book.fly(flying, *[state(armed=True, height_m=5)] * 5)
    book.settle()
    assert book.record.preflight_id is None  # it served another take-off
    kept.append(served)
    book.fly(flying, *[state(armed=True)] * 5, state(armed=False))
    book.settle(3)
    record = book.record
    assert (record.preflight_id, record.battery_id) == (served.record_id, "battery")
    assert (record.airframe_id, record.verdict) == ("craft", "It may be flown.")


def test_the_verdict_is_asked_for_where_no_preflight_has_it(
    world: World, flying: Drone, pilot: Principal
) -> None:
    asked: list[Asked] = []

    def verdict(one: Asked) -> str:
        asked.append(one)
        return "Allowed, below 120 m."

    book = Logbook(world, papers=Papers(verdict=verdict))
    world.flights.fly(pilot, flying.vehicle_id, TakeOff(30))
    book.fly(flying, state(armed=True))
    book.settle()
    assert book.record.verdict == "Allowed, below 120 m."
    assert [one.who.user_id for one in asked] == [pilot.user_id]


# --- faults --------------------------------------------------------------------------------------


def again(book: Logbook) -> Logbook:
    """As a station that starts after the last one was killed: nothing was stopped."""
    return Logbook(book.world, connect=False)


def test_a_killed_station_loses_no_more_than_was_not_flushed(
    world: World, book: Logbook, flying: Drone
) -> None:
    book.fly(flying, *[state(armed=True, height_m=30)] * 100)
    book.rows.write()
    [last] = [one.at for one in book.samples()][-1:]
    assert (world.clock.now() - last).total_seconds() < 2


def test_a_flight_goes_on_after_a_restart(world: World, book: Logbook, flying: Drone) -> None:
    book.fly(flying, *[state(armed=True)] * 5, *[state(armed=True, height_m=30)] * 20)
    book.settle()
    before = book.record
    second = again(book)
    world.fleet.on_finding(second.log.intake.follow)
    world.clock.advance(9)
    second.fly(flying, *[state(armed=True, height_m=30)] * 20, state(armed=False))
    second.settle(3)
    record = second.record
    assert record.record_id == before.record_id
    assert record.began_at == before.began_at
    assert record.closed_by == "disarmed"
    assert record.took_off_at == before.took_off_at
    assert record.gaps_s == pytest.approx(10, abs=0.5)
    assert record.samples == len(second.samples())
    assert any("started again" in one.words for one in second.events("gap"))


@pytest.mark.parametrize("landed", [True, False])
def test_a_flight_that_is_over_by_then_is_closed_as_restart(
    world: World, book: Logbook, flying: Drone, landed: bool
) -> None:
    book.fly(flying, *[state(armed=True, height_m=30)] * 20)
    book.settle()
    seen = book.samples()[-1].at
    second = again(book)
    world.fleet.on_finding(second.log.intake.follow)
    if landed:
        second.fly(flying, state(armed=False))
    else:  # nothing is heard of it
        world.clock.advance(61)
    second.settle()
    assert second.record.closed_by == "restart"
    assert second.record.ended_at == seen
    assert second.record.landed_at is None
    assert second.record.sha256


def test_one_that_is_armed_long_after_is_on_another_flight(
    world: World, book: Logbook, flying: Drone
) -> None:
    book.fly(flying, *[state(armed=True, height_m=30)] * 20)
    book.settle()
    world.clock.advance(3600)
    second = again(book)
    world.fleet.on_finding(second.log.intake.follow)
    second.fly(flying, *[state(armed=True, height_m=30)] * 5)
    second.settle()
    assert sorted(one.closed_by for one in second.records) == ["", "restart"]


def test_a_vehicle_that_is_not_heard_any_more_ends_as_silence(
    world: World, book: Logbook, flying: Drone
) -> None:
    book.fly(flying, *[state(armed=True, height_m=30)] * 20)
    seen = world.clock.now()
    world.clock.advance(601)
    book.settle()
    assert book.record.closed_by == "silence"
    assert book.record.ended_at is not None
    assert abs((book.record.ended_at - seen).total_seconds()) < 0.3


class FullDisk(FileJournals):
    """Journals on a disk that takes nothing while it is told to."""

    full = False

    def begin(self, record: FlightRecord) -> FlightJournal:
        if self.full:
            raise OSError(28, "No space left on device")
        return _Full(super().begin(record), self)


class _Full:
    def __init__(self, inner: FlightJournal, disk: FullDisk) -> None:
        self._inner, self._disk = inner, disk
        self._held: list[FlightEntry] = []

    def append(self, entry: FlightEntry) -> None:
        self._held.append(entry)

    def flush(self) -> None:
        held, self._held = self._held, []
        if self._disk.full:
            raise OSError(28, "No space left on device")
        for one in held:
            self._inner.append(one)
        self._inner.flush()

    def close(self) -> str:
        return self._inner.close()


@pytest.mark.parametrize("from_the_start", [True, False])
def test_a_full_disk_is_a_gap_in_the_log_and_nothing_else(
    world: World, flying: Drone, pilot: Principal, from_the_start: bool
) -> None:
    disk = FullDisk(world.folder)
    book = Logbook(world, journals=disk)
    disk.full = from_the_start
    book.fly(flying, *[state(armed=True, height_m=30)] * 20)
    disk.full = True
    book.fly(flying, *[state(armed=True, height_m=30)] * 50)
    assert book.log.probe().failed
    assert "No space left on device" in book.log.probe().problem
    world.flights.fly(pilot, flying.vehicle_id, Land())  # it is flown all the same
    disk.full = False
    book.fly(flying, *[state(armed=True, height_m=30)] * 20, state(armed=False))
    assert not book.log.probe().failed
    book.settle(3)
    record = book.record
    assert any("could be written" in one.words for one in book.events("gap"))
    assert record.gaps_s == pytest.approx(7 if from_the_start else 5.5, abs=1.1)
    assert record.samples == len(book.samples())
    assert record.samples < 30


def test_a_database_that_is_away_holds_no_sample_up(
    world: World, book: Logbook, flying: Drone, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = book.flights.put

    def fails(*_: Any) -> None:
        raise Unavailable("The database is locked.")

    monkeypatch.setattr(book.flights, "put", fails)
    hop(book, flying)
    world.clock.advance(3)
    book.log.turn()
    assert not book.rows.write()
    assert book.log.probe().failed
    monkeypatch.setattr(book.flights, "put", real)
    assert book.rows.write()
    assert not book.log.probe().failed
    assert book.record.samples == len(book.samples())


def test_its_threads_do_it_by_themselves(world: World, book: Logbook, flying: Drone) -> None:
    book.log.start()
    try:
        book.world.clock.advance(1)
        flying.say(state(armed=True, height_m=30))
    finally:
        book.log.stop()
    assert book.record.samples >= 0
    assert len(book.samples()) == 1


def test_agents_that_come_and_go_do_not_end_a_flight(
    world: World, book: Logbook, flying: Drone
) -> None:
    book.fly(flying, *[state(armed=True, height_m=30)] * 5)
    world.fleet.agent_gone(flying.identity.agent_id)
    for _ in range(20):
        world.clock.advance(0.1)
        world.fleet.tick()
    assert world.fleet.get(flying.vehicle_id).link is VehicleLinkState.LOST
    book.settle()
    assert book.record.ended_at is None
