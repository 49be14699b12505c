"""The preflight: what has to be there before anybody signs, and what a signature is good for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from ground_station.core.agent_actions import UploadMission, WireMissionItem, mission_digest
from ground_station.core.agent_facts import VehicleFacts
from ground_station.core.agent_vehicles import EkfReading, FlightMode, FlightReading, LandedState
from ground_station.core.audit import Act
from ground_station.core.authority import Principal, Role
from ground_station.core.crew import Airframe, Battery, CrewMember, CrewRole, Defect, Preflight
from ground_station.core.crew_checks import TICKS
from ground_station.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from ground_station.core.fleet import VehicleStatus
from ground_station.core.flight_log import FlightOrigin, FlightRecord
from ground_station.core.ids import new_id
from ground_station.core.preflight import PlanNeeds, VerdictFresh, Weather, WeatherLimits
from ground_station.services.crew_history import CrewHistory
from ground_station.services.crew_records import CrewRecords, Repositories
from ground_station.services.preflights import Chosen, PlanFacts, PreflightNow, Preflights
from ground_station.store import SqlFlights, SqlPreflights, SqlRecords
from tests.services.flying import LAT, LON, Drone, drone, report
from tests.services.world import PASSWORD, World

MISSION = UploadMission([WireMissionItem(LAT, LON, 40.0)])
ON_GROUND = report(
    flight=FlightReading(100, False, FlightMode.GUIDED, LandedState.ON_GROUND),
    ekf=EkfReading(100, True),
)
CALM = Weather(0, wind_mps=3.0)
EMERGENCY = "A child is missing in the park"


@dataclass
class Desk:
    """A pilot beside a drone on the ground, with everything in order."""

    world: World
    drone: Drone
    pilot: Principal
    records: CrewRecords
    preflights: Preflights
    mission: UploadMission | None = None
    verdict: VerdictFresh | None = field(default_factory=lambda: VerdictFresh(True, "Allowed.", 0))
    needs: PlanNeeds | None = field(default_factory=lambda: PlanNeeds(0.3, 0.25, 40, 100))

    @property
    def vehicle_id(self) -> str:
        return self.drone.vehicle_id

    def status(self) -> VehicleStatus:
        return self.world.fleet.get(self.vehicle_id)

    def open(self) -> PreflightNow:
        [battery] = self.records.batteries.all(self.pilot)
        return self.preflights.open(
            self.pilot, self.vehicle_id, Chosen(battery_id=battery.record_id)
        )

    def ready(self) -> PreflightNow:
        """Opened, ticked, and the weather typed in."""
        self.open()
        for key in TICKS:
            self.preflights.tick(self.pilot, self.vehicle_id, key, done=True)
        return self.preflights.weather(self.pilot, self.vehicle_id, CALM)

    def sign(self) -> PreflightNow:
        return self.preflights.sign(self.pilot, self.vehicle_id, self.pilot.display_name)

    def why_not(self, digest: str | None = None) -> str:
        return self.preflights.why_not(self.pilot, self.status(), digest)

    def acts(self, act: Act) -> list[dict[str, Any]]:
        return [dict(one.entry.details) for one in self.world.audit.read() if one.entry.act is act]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    world = World(tmp_path / "var")
    try:
        yield _made(world)
    finally:
        world.close()


def _made(world: World) -> Desk:
    flown = drone(world, ON_GROUND)
    pilot = _person(world, Role.PILOT)
    chief = _person(world, Role.SUPERVISOR)
    own = Repositories(
        SqlRecords(world.database, CrewMember),
        SqlRecords(world.database, Airframe),
        SqlRecords(world.database, Battery),
        SqlRecords(world.database, Defect),
    )
    records = CrewRecords(own, world.audit, world.clock)
    today = world.clock.now().date()
    records.put_crew(
        chief,
        CrewMember(
            "",
            "",
            "Pilot",
            (CrewRole.PILOT,),
            pilot.user_id,
            qualification="GVC",
            current_until=today + timedelta(days=30),
        ),
    )
    records.put_airframe(
        chief,
        Airframe(
            "",
            "",
            "Kestrel 1",
            flown.vehicle_id,
            insured_until=today + timedelta(days=300),
            limits=WeatherLimits(max_wind_mps=10),
            remote_id_required=False,
        ),
    )
    records.put_battery(chief, Battery("", "", "B-07"))
    world.controls.take(pilot, flown.vehicle_id)
    made: list[Desk] = []
    facts = VehicleFacts(1, fence_enabled=False)
    preflights = Preflights(
        controls=world.controls,
        records=records,
        history=CrewHistory(SqlFlights(world.database), world.clock),
        repository=SqlPreflights(world.database),
        facts=lambda vehicle_id: facts,
        plan=PlanFacts(
            lambda status: made[0].mission,
            lambda who, status, mission: made[0].verdict,
            lambda status, mission, one: made[0].needs,
        ),
        audit=world.audit,
        clock=world.clock,
    )
    made.append(Desk(world, flown, pilot, records, preflights))
    return made[0]


def _person(world: World, role: Role) -> Principal:
    if world.accounts.find(role.value) is None:
        world.accounts.add(role.value, role.value.title(), role, PASSWORD)
    return replace(world.enter(role.value).principal, second_factor=True)


# --- signing ------------------------------------------------------------------------------------


def test_nothing_takes_off_without_one(desk: Desk) -> None:
    assert desk.why_not() == "No preflight was made for this flight."
    desk.open()
    assert desk.why_not() == "Its preflight is not signed yet."


def test_signed_it_serves_one_take_off(desk: Desk) -> None:
    assert desk.ready().missing == ()
    signed = desk.sign()
    assert signed.good_for_s == pytest.approx(1800, abs=2)
    assert desk.why_not() == ""
    used = desk.preflights.used(desk.vehicle_id)
    assert used is not None
    assert used.used_at is not None
    assert "served a take-off already" in desk.why_not()
    assert [one["signed_name"] for one in desk.acts(Act.PREFLIGHT_SIGNED)] == ["Pilot"]
    kept = {one.key: one.words for one in signed.preflight.checks}
    assert kept["verdict"] == "Allowed."
    assert "pilot" in kept


def test_each_thing_that_is_missing_is_named(desk: Desk) -> None:
    opened = desk.open()
    assert len([words for words in opened.missing if words.startswith("Not ticked")]) == len(TICKS)
    assert any(words.startswith("Weather") for words in opened.missing)
    with pytest.raises(Conflict, match="Not ticked: Arms, propellers"):
        desk.sign()
    desk.ready()
    desk.preflights.tick(desk.pilot, desk.vehicle_id, "sky", done=False)
    with pytest.raises(Conflict, match=r"^It cannot be signed: Not ticked: The sky [^.]*\.$"):
        desk.sign()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"verdict": None}, "There is no verdict"),
        ({"verdict": VerdictFresh(False, "Refused: EGR157.", 0)}, "Refused: EGR157."),
        ({"needs": PlanNeeds(0.7, 0.25, 40, 100)}, "the plan needs 70%"),
        ({"needs": None}, "no plan to hold it against"),
    ],
)
def test_what_the_machine_finds_keeps_it_from_being_signed(
    desk: Desk, change: dict[str, Any], words: str
) -> None:
    desk.ready()
    for name, value in change.items():
        setattr(desk, name, value)
    with pytest.raises(Conflict, match=words):
        desk.sign()


def test_it_is_signed_by_ones_own_name(desk: Desk) -> None:
    desk.ready()
    with pytest.raises(InvalidInput, match="not your name"):
        desk.preflights.sign(desk.pilot, desk.vehicle_id, "Somebody Else")
    desk.preflights.sign(desk.pilot, desk.vehicle_id, "  pilot ")
    with pytest.raises(Conflict, match="signed already"):
        desk.sign()


def test_a_signature_is_of_one_person_one_mission_and_half_an_hour(desk: Desk) -> None:
    desk.mission = MISSION
    desk.ready()
    desk.sign()
    digest = mission_digest(MISSION)
    assert desk.why_not(digest) == ""
    assert "another mission" in desk.why_not("0" * 64)
    other = replace(desk.pilot, user_id="else")
    assert "Somebody else signed" in desk.preflights.why_not(other, desk.status(), digest)
    desk.world.clock.advance(1801)
    desk.drone.say(ON_GROUND)
    assert "more than 30 minutes ago" in desk.why_not(digest)


def test_the_machine_looks_again_in_the_moment_of_the_take_off(desk: Desk) -> None:
    desk.ready()
    desk.sign()
    desk.world.clock.advance(10)  # nothing was heard since
    assert desk.why_not().startswith("Link: Its last heartbeat was 10 s ago.")


# --- the emergency ------------------------------------------------------------------------------


def test_an_emergency_skips_ticks_and_is_recorded(desk: Desk) -> None:
    desk.open()
    desk.preflights.tick(desk.pilot, desk.vehicle_id, "sky", done=True)
    desk.preflights.override(desk.pilot, desk.vehicle_id, "Pilot", EMERGENCY)
    assert desk.why_not() == ""
    [kept] = desk.acts(Act.PREFLIGHT_OVERRIDDEN)
    assert kept["reason"] == EMERGENCY
    assert kept["skipped"] == " ".join(key for key in TICKS if key != "sky")


@pytest.mark.parametrize(
    "change",
    [
        {"verdict": VerdictFresh(False, "Permission needed: EGR157.", 0)},
        {"verdict": None},
        {"needs": PlanNeeds(0.9, 0.25, 40, 100)},
    ],
)
def test_an_emergency_skips_no_permission_of_a_zone_and_no_battery(
    desk: Desk, change: dict[str, Any]
) -> None:
    desk.open()
    for name, value in change.items():
        setattr(desk, name, value)
    with pytest.raises(Conflict):
        desk.preflights.override(desk.pilot, desk.vehicle_id, "Pilot", EMERGENCY)


def test_wind_that_was_typed_in_stops_also_an_emergency(desk: Desk) -> None:
    desk.open()
    desk.preflights.weather(desk.pilot, desk.vehicle_id, Weather(0, wind_mps=15))
    with pytest.raises(Conflict, match="Wind 15 m/s, at most 10"):
        desk.preflights.override(desk.pilot, desk.vehicle_id, "Pilot", EMERGENCY)


def test_an_emergency_has_a_reason(desk: Desk) -> None:
    desk.open()
    with pytest.raises(InvalidInput, match="what the emergency is"):
        desk.preflights.override(desk.pilot, desk.vehicle_id, "Pilot", "quick")


# --- who ----------------------------------------------------------------------------------------


def test_only_who_has_control_makes_one(desk: Desk) -> None:
    desk.world.controls.release(desk.pilot, desk.vehicle_id)
    with pytest.raises(Conflict, match="Nobody has control"):
        desk.open()
    officer = _person(desk.world, Role.OFFICER)
    with pytest.raises(NotAllowed):
        desk.preflights.open(officer, desk.vehicle_id, Chosen())
    with pytest.raises(NotAllowed):
        desk.preflights.now(officer, desk.vehicle_id)
    with pytest.raises(NotFound):
        desk.preflights.open(desk.pilot, "01890000-0000-7000-8000-000000000000", Chosen())


def test_records_of_others_are_not_there(desk: Desk) -> None:
    with pytest.raises(NotFound, match="no such battery"):
        desk.preflights.open(desk.pilot, desk.vehicle_id, Chosen(battery_id="x"))


def test_a_grounded_aircraft_is_not_signed_off(desk: Desk) -> None:
    desk.ready()
    [craft] = desk.records.airframes.all(desk.pilot)
    defect = desk.records.report_defect(
        desk.pilot, "Cracked arm", grounds=True, airframe_id=craft.record_id
    )
    with pytest.raises(Conflict, match="Grounded: Cracked arm"):
        desk.sign()
    chief = _person(desk.world, Role.SUPERVISOR)
    with pytest.raises(NotAllowed):
        desk.records.fix_defect(desk.pilot, defect.record_id, "New arm")
    desk.records.fix_defect(chief, defect.record_id, "New arm")
    with pytest.raises(Conflict, match="put right already"):
        desk.records.fix_defect(chief, defect.record_id, "New arm")
    desk.sign()


def test_what_it_was_opened_with_is_found_again(desk: Desk) -> None:
    assert desk.preflights.now(desk.pilot, desk.vehicle_id) is None
    opened = desk.open()
    found = desk.preflights.now(desk.pilot, desk.vehicle_id)
    assert found is not None
    assert isinstance(found.preflight, Preflight)
    assert found.preflight == opened.preflight
    assert found.preflight.pilot_id is not None  # by the account
    assert found.preflight.airframe_id is not None  # by the vehicle
    with pytest.raises(InvalidInput, match="no check"):
        desk.preflights.tick(desk.pilot, desk.vehicle_id, "engines", done=True)


def test_the_log_makes_a_pilot_current(desk: Desk) -> None:
    [member] = desk.records.crew.all(desk.pilot)
    chief = _person(desk.world, Role.SUPERVISOR)
    desk.records.put_crew(chief, replace(member, current_until=date(2020, 1, 1)))
    desk.ready()
    with pytest.raises(Conflict, match="No flight is in the log"):
        desk.sign()
    now = desk.world.clock.now()
    flown = FlightRecord(
        new_id(),
        desk.pilot.scope.organisation_id,
        FlightOrigin.LIVE,
        desk.vehicle_id,
        "K1",
        now - timedelta(days=3),
        pilot_id=desk.pilot.user_id,
        took_off_at=now - timedelta(days=3),
        ended_at=now - timedelta(days=3),
    )
    SqlFlights(desk.world.database).put(flown, now, "station")
    desk.world.clock.advance(6)  # the history is kept for some seconds
    desk.drone.say(ON_GROUND)
    desk.sign()
