"""Files are offered, taken into use by a person, and then checked against; zones are drawn."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import update

from geo.formats.reading import FileRefused, Format, Reading
from geo.terrain import TrainingTerrain
from geo.zones import (
    Applicability,
    Area,
    Circle,
    Datum,
    Gap,
    GeoZone,
    Kinematics,
    Layer,
    Limit,
    Polygon,
    Restriction,
    ZoneDataset,
    ZoneIndex,
)
from geo.zones.training import training_dataset
from ground_station.core.airspace import DatasetKind, DatasetState
from ground_station.core.audit import Act
from ground_station.core.authority import Area as PersonsArea
from ground_station.core.authority import Principal, Role, Scope
from ground_station.core.errors import (
    Conflict,
    InvalidInput,
    NotAllowed,
    NotFound,
    Unavailable,
    Unprocessable,
)
from ground_station.core.fleet import AirspaceState
from ground_station.core.settings import AirspaceSettings
from ground_station.services.airspace import Airspace
from ground_station.services.airspace_in_use import ZonesInUse
from ground_station.services.airspace_library import AirspaceLibrary, command_line, person
from ground_station.store import SqlAirspace
from ground_station.store.orm_airspace import AirspaceDatasetRow
from tests.services.made_up_drone import report
from tests.services.world import World

LAT, LON = 51.4958, -0.2386
HERE = Kinematics(LAT, LON, 60.0, 5.0)
S = AirspaceState
DAY = timedelta(days=1)


def a_zone(zone_id: str, lat: float = LAT, radius_m: float = 300.0) -> GeoZone:
    return GeoZone(
        zone_id=zone_id,
        name=f"Zone {zone_id}",
        kind="prison",
        restriction=Restriction.PERMISSION,
        layers=(
            Layer((Circle(lat, LON, radius_m),), Limit(0, Datum.SURFACE), Limit(150, Datum.AMSL)),
        ),
        authority="HMPPS",
        contact="by e-mail",
        law="SI 2023/1101",
        source="made up",
    )


class Shelf:
    """A library over a real database, whose reader gives what it is told to."""

    def __init__(self, world: World, *, training: bool) -> None:
        self.world = world
        self.reading = Reading(Format.ED269, "AIRAC 2026-11-26", (a_zone("1U077"),))
        self.error: str = ""
        self.repository = SqlAirspace(world.database, world.clock)
        self.airspace = Airspace(
            dataset=None,
            terrain=TrainingTerrain(),
            settings=AirspaceSettings(training=training),
            clock=world.clock,
        )
        self.library = self.again(training=training)

    def again(self, *, training: bool = False) -> AirspaceLibrary:
        return AirspaceLibrary(
            repository=self.repository,
            organisation_id=self.world.sources.organisation_id,
            airspace=self.airspace,
            read=self._read,
            training=(lambda: training_dataset(self.world.clock.now())) if training else None,
            audit=self.world.audit,
            bus=self.world.bus,
            clock=self.world.clock,
        )

    def _read(self, _body: bytes, _name: str) -> Reading:
        if self.error:
            raise FileRefused(self.error)
        return self.reading

    def gives(self, *zones: GeoZone, **changes: object) -> None:
        now = self.world.clock.now()
        made = Reading(
            Format.ED269,
            "AIRAC",
            zones,
            effective_from=now - timedelta(days=1),
            effective_until=now + timedelta(days=27),
        )
        self.reading = replace(made, **changes)  # type: ignore[arg-type]  # of the test's own

    def acts(self) -> list[Act]:
        kinds = {Act.DATASET_IMPORTED, Act.DATASET_USED, Act.DATASET_DISCARDED}
        kinds |= {Act.ZONE_DRAWN, Act.ZONE_WITHDRAWN}
        found = [one.entry.act for one in self.world.audit.read() if one.entry.act in kinds]
        return found[::-1]


@pytest.fixture
def shelf(world: World) -> Shelf:
    return Shelf(world, training=False)


@pytest.fixture
def supervisor(world: World) -> Principal:
    return principal(world, Role.SUPERVISOR)


def principal(world: World, role: Role) -> Principal:
    own = world.sources.organisation_id
    return Principal("u1", "sue", "Sue", role, Scope(own, frozenset(), None), "s1", True, None, "")


# --- importing -----------------------------------------------------------------------------------


def test_a_file_is_checked_against_only_once_a_person_takes_it_into_use(
    shelf: Shelf, supervisor: Principal
) -> None:
    shelf.gives(a_zone("1U077"))
    made = shelf.library.import_file(person(supervisor), lambda: b"{}", "zones.json")
    assert made.record.state is DatasetState.OFFERED
    assert shelf.airspace.way([HERE]).state is S.UNKNOWN
    shelf.library.use(person(supervisor), made.record.dataset_id, 0)
    finding = shelf.airspace.way([HERE])
    assert [one.zone.zone_id for one in finding.breaches] == ["1U077"]
    assert finding.state is S.INSIDE
    assert shelf.acts() == [Act.DATASET_IMPORTED, Act.DATASET_USED]
    [record] = shelf.world.audit.read(act=Act.DATASET_USED)
    assert record.entry.details["sha256"] == made.record.sha256


def test_what_cannot_be_read_is_refused_and_changes_nothing(
    shelf: Shelf, supervisor: Principal
) -> None:
    shelf.gives(a_zone("1U077"))
    used = shelf.library.import_file(command_line(), lambda: b"{}", "a.json").record
    shelf.library.use(command_line(), used.dataset_id, 0)
    shelf.error = "line 3: no such thing"
    with pytest.raises(Unprocessable, match=r"b\.json cannot be read: line 3"):
        shelf.library.import_file(person(supervisor), lambda: b"x", "b.json")
    for length in (0, 64 * 2**20 + 1):
        with pytest.raises(InvalidInput, match="1 byte to 64 MB"):
            shelf.library.import_file(person(supervisor), partial(bytes, length), "c.json")
    assert [one.dataset_id for one in shelf.library.datasets(supervisor)] == [used.dataset_id]
    assert shelf.airspace.way([HERE]).state is S.INSIDE


def test_a_partly_bad_file_is_used_only_by_who_has_seen_what_was_refused(
    shelf: Shelf, supervisor: Principal
) -> None:
    crossing = a_zone("BAD")
    bow = ((51.0, 0.0), (51.1, 0.1), (51.1, 0.0), (51.0, 0.1))
    crossing = replace(crossing, layers=(replace(crossing.layers[0], parts=(Polygon(bow),)),))
    gap = Gap("feature 9", "no shape", (Area(LAT - 0.01, LON - 0.01, LAT + 0.01, LON + 0.01, "9"),))
    shelf.gives(a_zone("FAR", lat=52.5), crossing, a_zone("FAR", lat=52.6), gaps=(gap,))
    made = shelf.library.import_file(person(supervisor), lambda: b"{}", "zones.json")
    assert [zone.zone_id for zone in made.dataset.zones] == ["FAR"]
    assert made.record.refused == 3
    reasons = " ".join(one.reason for one in made.dataset.gaps)
    assert "cross" in reasons
    assert "the same id" in reasons
    with pytest.raises(Conflict, match="3 features"):
        shelf.library.use(person(supervisor), made.record.dataset_id, 0)
    shelf.library.use(person(supervisor), made.record.dataset_id, 3)
    finding = shelf.airspace.way([HERE])
    assert finding.state is S.UNKNOWN
    assert "could not be read" in finding.problem
    for lat, lon in ((51.05, 0.05), (52.6, LON)):  # where what was refused lies
        assert shelf.airspace.way([replace(HERE, lat=lat, lon=lon)]).state is S.UNKNOWN
    assert shelf.airspace.way([replace(HERE, lat=51.8)]).state is S.CLEAR


def test_near_a_gap_nothing_is_clear_and_away_from_it_it_is(
    shelf: Shelf, supervisor: Principal
) -> None:
    gap = Gap("feature 9", "no shape", (Area(LAT - 0.01, LON - 0.01, LAT + 0.01, LON + 0.01, "9"),))
    shelf.gives(a_zone("FAR", lat=52.5), gaps=(gap,))
    made = shelf.library.import_file(person(supervisor), lambda: b"{}", "zones.json").record
    shelf.library.use(person(supervisor), made.dataset_id, 1)
    assert "feature 9" in shelf.airspace.way([HERE]).problem
    assert shelf.airspace.way([replace(HERE, lat=LAT + 0.02)]).state is S.CLEAR


def test_refusals_that_were_too_many_to_tell_may_be_anywhere(shelf: Shelf) -> None:
    shelf.gives(a_zone("FAR", lat=52.5), gaps_left_out=4)
    made = shelf.library.import_file(command_line(), lambda: b"{}", "zones.json").record
    assert made.refused == 4
    shelf.library.use(command_line(), made.dataset_id, 4)
    assert "4 more features" in shelf.airspace.problem()


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SUPERVISOR, Role.ADMIN}))
def test_others_may_not(shelf: Shelf, world: World, role: Role) -> None:
    who = principal(world, role)
    attempts: tuple[Callable[[], object], ...] = (
        lambda: person(who),
        lambda: shelf.library.datasets(who),
        lambda: shelf.library.dataset(who, "x"),
        lambda: shelf.library.draw(who, a_zone("X"), "why", world.clock.now()),
        lambda: shelf.library.withdraw(who, "x"),
    )
    for attempt in attempts:
        with pytest.raises(NotAllowed):
            attempt()


def test_what_is_not_there_is_not_found(shelf: Shelf, supervisor: Principal) -> None:
    for attempt in (
        lambda: shelf.library.dataset(supervisor, "x"),
        lambda: shelf.library.use(person(supervisor), "x", 0),
        lambda: shelf.library.discard(person(supervisor), "x"),
    ):
        with pytest.raises(NotFound):
            attempt()


# --- what is in use ------------------------------------------------------------------------------


def test_what_another_process_takes_into_use_counts(shelf: Shelf) -> None:
    shelf.gives(a_zone("1U077"))
    other = Shelf(shelf.world, training=False)
    other.gives(a_zone("1U077"))
    made = other.library.import_file(command_line(), lambda: b"{}", "zones.json").record
    other.library.use(command_line(), made.dataset_id, 0)
    shelf.library.refresh()
    assert shelf.airspace.way([HERE]).state is S.INSIDE


def test_training_zones_make_way_for_imported_ones(world: World, supervisor: Principal) -> None:
    shelf = Shelf(world, training=True)
    shelf.library.refresh()
    dataset = shelf.airspace.dataset
    assert dataset is not None
    assert dataset.training
    shelf.gives(a_zone("1U077"))
    made = shelf.library.import_file(person(supervisor), lambda: b"{}", "zones.json").record
    shelf.library.use(person(supervisor), made.dataset_id, 0)
    dataset = shelf.airspace.dataset
    assert dataset is not None
    assert not dataset.training
    assert shelf.airspace.in_use.dataset is dataset


def test_a_training_dataset_is_judged_with_its_validity_now(world: World) -> None:
    shelf = Shelf(world, training=True)
    shelf.library.refresh()
    world.clock.advance(100 * 86_400)
    index = shelf.airspace.in_use.index
    assert index is not None
    assert index.dataset.effective_until is not None
    assert index.dataset.effective_until > world.clock.now()


def test_notams_stand_beside_the_dataset(shelf: Shelf, supervisor: Principal) -> None:
    shelf.gives(a_zone("FAR", lat=52.5))
    base = shelf.library.import_file(person(supervisor), lambda: b"{}", "zones.json").record
    shelf.library.use(person(supervisor), base.dataset_id, 0)
    assert shelf.airspace.way([HERE]).state is S.CLEAR
    shelf.gives(a_zone("B1234/26"), format=Format.NOTAM)
    notams = shelf.library.import_file(person(supervisor), lambda: b"x", "notams.txt").record
    assert notams.kind is DatasetKind.NOTAM
    shelf.library.use(person(supervisor), notams.dataset_id, 0)
    assert [one.zone.zone_id for one in shelf.airspace.way([HERE]).breaches] == ["B1234/26"]
    assert shelf.airspace.in_use.notams_as_of == notams.imported_at


def test_what_is_stored_but_damaged_makes_nothing_clear(
    shelf: Shelf, supervisor: Principal
) -> None:
    shelf.gives(a_zone("FAR", lat=52.5))
    made = shelf.library.import_file(person(supervisor), lambda: b"{}", "zones.json").record
    shelf.library.use(person(supervisor), made.dataset_id, 0)
    with shelf.world.database.write() as session:
        session.execute(update(AirspaceDatasetRow).values(zones_form=b"rubbish"))
    restarted = shelf.again()
    restarted.start()
    try:
        assert shelf.airspace.way([HERE]).state is S.UNKNOWN
        assert "cannot be used" in shelf.airspace.problem()
        assert shelf.airspace.in_use.trouble == shelf.airspace.problem()
        assert restarted.probe().problem
    finally:
        restarted.stop()


def test_while_the_database_does_not_answer_what_is_in_use_stays(
    shelf: Shelf, supervisor: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy() -> None:
        raise Unavailable("The database is too busy.")

    shelf.gives(a_zone("1U077"))
    made = shelf.library.import_file(person(supervisor), lambda: b"{}", "zones.json").record
    with monkeypatch.context() as patch:
        patch.setattr(shelf.repository, "stamp", busy)
        other = shelf.again()
        other.start()  # it knows of nothing yet, so nothing is clear
        other.stop()
    assert "too busy" in shelf.airspace.problem()
    shelf.library.use(person(supervisor), made.dataset_id, 0)
    assert shelf.airspace.problem() == ""
    with monkeypatch.context() as patch:
        patch.setattr(shelf.repository, "stamp", busy)
        shelf.library.draw(supervisor, a_zone("X"), "why", shelf.world.clock.now() + DAY)
        assert shelf.airspace.way([HERE]).state is S.INSIDE
    shelf.library.refresh()
    assert len(shelf.airspace.way([HERE]).breaches) == 2


def test_a_dataset_that_does_not_say_when_it_holds_makes_nothing_clear(
    shelf: Shelf, supervisor: Principal
) -> None:
    shelf.gives(a_zone("FAR", lat=52.5), effective_until=None)
    made = shelf.library.import_file(person(supervisor), lambda: b"{}", "zones.json").record
    shelf.library.use(person(supervisor), made.dataset_id, 0)
    assert "does not say when" in shelf.airspace.way([HERE]).problem


# --- drawn zones ---------------------------------------------------------------------------------


def test_a_drawn_zone_counts_until_it_is_withdrawn(
    shelf: Shelf, world: World, supervisor: Principal
) -> None:
    shelf.gives(a_zone("FAR", lat=52.5))
    base = shelf.library.import_file(person(supervisor), lambda: b"{}", "zones.json").record
    shelf.library.use(person(supervisor), base.dataset_id, 0)
    now = world.clock.now()
    zone = replace(a_zone("X"), applicability=(Applicability(now, None),))
    drawn = shelf.library.draw(supervisor, zone, "a fire", now + timedelta(hours=2))
    assert [one.zone.name for one in shelf.airspace.way([HERE]).breaches] == ["Zone X"]
    assert list(shelf.library.drawn()) == [drawn]
    shelf.library.withdraw(supervisor, drawn.drawn_id)
    assert shelf.airspace.way([HERE]).state is S.CLEAR
    assert shelf.acts()[-2:] == [Act.ZONE_DRAWN, Act.ZONE_WITHDRAWN]


def test_what_is_drawn_must_say_why_and_until_when(
    shelf: Shelf, world: World, supervisor: Principal
) -> None:
    now = world.clock.now()
    bow = ((51.0, 0.0), (51.1, 0.1), (51.1, 0.0), (51.0, 0.1))
    crossing = replace(a_zone("X"), layers=(replace(a_zone("X").layers[0], parts=(Polygon(bow),)),))
    for zone, reason, until in (
        (a_zone("X"), " ", now + timedelta(hours=1)),
        (a_zone("X"), "why", now),
        (a_zone("X"), "why", now + timedelta(days=400)),
        (crossing, "why", now + timedelta(hours=1)),
    ):
        with pytest.raises(InvalidInput):
            shelf.library.draw(supervisor, zone, reason, until)
    assert shelf.library.drawn() == []


def test_who_has_an_area_draws_inside_of_it(
    shelf: Shelf, world: World, supervisor: Principal
) -> None:
    area = PersonsArea((((LON - 0.1, LAT - 0.1), (LON + 0.1, LAT - 0.1), (LON, LAT + 0.1)),))
    local = replace(supervisor, scope=Scope(supervisor.scope.organisation_id, frozenset(), area))
    until = world.clock.now() + timedelta(hours=1)
    shelf.library.draw(local, a_zone("X"), "why", until)
    with pytest.raises(NotAllowed, match="out of your area"):
        shelf.library.draw(local, a_zone("Y", radius_m=20_000.0), "why", until)


def test_another_organisations_zone_is_not_theirs_to_withdraw(
    shelf: Shelf, world: World, supervisor: Principal
) -> None:
    until = world.clock.now() + timedelta(hours=1)
    drawn = shelf.library.draw(supervisor, a_zone("X"), "why", until)
    stranger = replace(supervisor, scope=Scope("another", frozenset(), None))
    with pytest.raises(NotFound):
        shelf.library.withdraw(stranger, drawn.drawn_id)


def test_the_services_world_is_there(tmp_path: Path) -> None:
    """A library without anything stored starts and says that nothing is clear."""
    world = World(tmp_path / "var")
    shelf = Shelf(world, training=False)
    shelf.library.start()
    try:
        assert shelf.airspace.problem()
    finally:
        shelf.library.stop()
        world.close()


# --- who decides, and what may not be taken into use ---------------------------------------------


def test_a_guest_on_the_station_decides_nothing_about_its_datasets(
    shelf: Shelf, supervisor: Principal
) -> None:
    shelf.gives(a_zone("1U077"))
    made = shelf.library.import_file(person(supervisor), lambda: b"{}", "zones.json").record
    guest = person(replace(supervisor, scope=Scope("another", frozenset(), None)))
    for attempt in (
        lambda: shelf.library.import_file(guest, lambda: b"{}", "zones.json"),
        lambda: shelf.library.use(guest, made.dataset_id, 0),
        lambda: shelf.library.discard(guest, made.dataset_id),
    ):
        with pytest.raises(NotAllowed, match="who runs this station"):
            attempt()


@pytest.mark.parametrize(
    ("gaps", "words"),
    [
        ((), "no feature that is one"),
        (tuple(Gap(f"feature {n}", "no shape") for n in range(5)), "feature 0: no shape.* 2 more"),
    ],
)
def test_a_file_without_any_zone_is_refused(
    shelf: Shelf, supervisor: Principal, gaps: tuple[Gap, ...], words: str
) -> None:
    """Checked against nothing, everything would be clear."""
    shelf.gives(gaps=gaps)
    with pytest.raises(Unprocessable, match=words):
        shelf.library.import_file(person(supervisor), lambda: b"{}", "zones.json")
    assert shelf.library.datasets(supervisor) == []


def test_no_notam_is_something_that_notams_may_say(shelf: Shelf, supervisor: Principal) -> None:
    shelf.gives(format=Format.NOTAM)
    made = shelf.library.import_file(person(supervisor), lambda: b"x", "notams.txt").record
    shelf.library.use(person(supervisor), made.dataset_id, 0)
    assert not shelf.airspace.notams_too_old()
    shelf.world.clock.advance(25 * 3600)
    assert shelf.airspace.notams_too_old()


def test_what_holds_only_later_is_not_taken_into_use_now(
    shelf: Shelf, supervisor: Principal
) -> None:
    begins = shelf.world.clock.now() + timedelta(days=2)
    shelf.gives(a_zone("1U077"), effective_from=begins)
    made = shelf.library.import_file(person(supervisor), lambda: b"{}", "next.json").record
    with pytest.raises(Conflict, match="holds only from"):
        shelf.library.use(person(supervisor), made.dataset_id, 0)
    shelf.world.clock.advance(2 * 86_400)
    shelf.library.use(person(supervisor), made.dataset_id, 0)
    assert not shelf.airspace.problem()


# --- several at once -----------------------------------------------------------------------------


def test_one_file_at_a_time_is_held_in_memory(shelf: Shelf, supervisor: Principal) -> None:
    """The second is not even received."""
    shelf.gives(a_zone("1U077"))
    received, let_go = threading.Event(), threading.Event()

    def slow() -> bytes:
        received.set()
        assert let_go.wait(10)
        return b"{}"

    first = threading.Thread(
        target=lambda: shelf.library.import_file(person(supervisor), slow, "a.json")
    )
    first.start()
    assert received.wait(10)
    try:
        with pytest.raises(Conflict, match="being read"):
            shelf.library.import_file(person(supervisor), never, "b.json")
    finally:
        let_go.set()
        first.join(10)
    shelf.library.import_file(person(supervisor), lambda: b"{}", "c.json")
    names = [one.file_name for one in shelf.library.datasets(supervisor)]
    assert names == ["c.json", "a.json"]


def never() -> bytes:
    raise AssertionError("nobody should ask for it")


def test_a_file_that_breaks_off_leaves_the_turn_to_others(
    shelf: Shelf, supervisor: Principal
) -> None:
    shelf.gives(a_zone("1U077"))
    with pytest.raises(AssertionError):
        shelf.library.import_file(person(supervisor), never, "a.json")
    shelf.library.import_file(person(supervisor), lambda: b"{}", "b.json")


def test_of_two_decisions_at_once_each_counts_and_one_dataset_is_in_use(
    shelf: Shelf, supervisor: Principal
) -> None:
    doer = person(supervisor)
    shelf.gives(a_zone("1U077"))
    ids = [
        shelf.library.import_file(doer, lambda: b"{}", f"{n}.json").record.dataset_id
        for n in range(4)
    ]
    together = threading.Barrier(len(ids))

    def decide(dataset_id: str) -> None:
        together.wait(5)
        shelf.library.use(doer, dataset_id, 0)

    threads = [threading.Thread(target=decide, args=(one,)) for one in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    states = [one.state for one in shelf.library.datasets(supervisor)]
    assert sorted(states) == [DatasetState.IN_USE] + [DatasetState.RETIRED] * 3
    [in_use] = [one for one in shelf.library.datasets(supervisor) if one.state == "in_use"]
    last = shelf.world.audit.read(act=Act.DATASET_USED)[0]
    assert last.entry.subject_id == in_use.dataset_id
    shelf.library.refresh()
    assert shelf.repository.stamp().zones == in_use.dataset_id


def test_no_check_ever_sees_half_of_a_swap(shelf: Shelf, supervisor: Principal) -> None:
    """Two sets that may not be mixed: one holds the place's zone; the other, without it, is out of
    date. So the place is never clear, however often they change places under the checks."""
    now = shelf.world.clock.now()
    inside = ZonesInUse(ZoneIndex(a_set(a_zone("1U077"), now + timedelta(days=1))))
    ended = ZonesInUse(ZoneIndex(a_set(a_zone("FAR", lat=52.5), now)))
    shelf.airspace.use(inside)
    stop = threading.Event()

    def swap() -> None:
        while not stop.is_set():
            shelf.airspace.use(ended)
            shelf.airspace.use(inside)

    swapping = threading.Thread(target=swap)
    often = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)  # so that threads change in the middle of checks
    swapping.start()
    try:
        states = Counter(shelf.airspace.way([HERE]).state for _ in range(3000))
        states += Counter(
            shelf.airspace.live(report((LAT, LON), 60.0), 0.0).state for _ in range(1500)
        )
    finally:
        stop.set()
        sys.setswitchinterval(often)
        swapping.join(10)
    assert set(states) == {S.INSIDE, S.UNKNOWN}


def a_set(zone: GeoZone, until: datetime) -> ZoneDataset:
    return ZoneDataset("AIRAC", False, until - timedelta(days=28), until, (zone,))


def test_a_training_dataset_that_is_renewed_does_not_undo_what_is_taken_into_use(
    world: World,
) -> None:
    shelf = Shelf(world, training=True)
    shelf.library.refresh()
    old = shelf.airspace.in_use
    world.clock.advance(100 * 86_400)
    new = ZonesInUse(ZoneIndex(a_set(a_zone("1U077"), world.clock.now() + timedelta(days=1))))
    renewing = old.renewed(world.clock.now())
    assert renewing is not old
    shelf.airspace.use(new)
    assert shelf.airspace.in_use is new


def test_training_zones_written_to_a_file_stay_training_zones(
    shelf: Shelf, supervisor: Principal
) -> None:
    shelf.gives(a_zone("FAR", lat=52.5))
    shelf.reading = replace(shelf.reading, title="London: training, not for operational use")
    made = shelf.library.import_file(person(supervisor), lambda: b"{}", "zones.json")
    assert made.dataset.training
    shelf.library.use(person(supervisor), made.record.dataset_id, 0)
    finding = shelf.airspace.way([HERE])
    assert finding.state is S.UNKNOWN
    assert "for training" in finding.problem
