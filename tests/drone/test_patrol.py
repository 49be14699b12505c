"""The patrol: round and round by itself, and never against a person."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pyproj import Geod

from drone import patrol as patrol_module
from drone.patrol import DEMO_ROUTE, OUT_MPS, Patrol, PatrolState
from drone.patrol_marker import MARKER, Marker, forget_person
from ground_station.core.agent_actions import (
    Action,
    GoTo,
    Hold,
    Return,
    StartMission,
    TakePhoto,
    UploadMission,
    UploadRally,
    UsePayload,
    mission_digest,
)
from ground_station.core.agent_vehicles import (
    FlightMode,
    FlightReading,
    Flown,
    Fly,
    HealthReading,
    LandedState,
    VehicleLinkState,
    VehicleReport,
)
from ground_station.core.errors import Unprocessable
from ground_station.core.ids import new_id
from tests.drone.given import Flights, fly
from tests.drone.scripted_link import HOME, ScriptedLink, eventually, report

UP = report(flight=FlightReading(0, True, FlightMode.MISSION, LandedState.IN_AIR))
ROUTE = UploadMission(list(DEMO_ROUTE))
START = [ROUTE, StartMission(mission_digest(ROUTE))]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patrol_module, "LOOK_S", 0.01)
    monkeypatch.setattr(patrol_module, "STANDS_S", 0.03)
    monkeypatch.setattr(patrol_module, "FIRST_PAUSE_S", 0.02)
    monkeypatch.setattr(patrol_module, "LONGEST_PAUSE_S", 0.05)


class Scene:
    """A patrol that runs, and its link."""

    def __init__(self, folder: Path) -> None:
        self.link = ScriptedLink()
        self.marker = folder / MARKER
        self.connected = True
        self.patrol = Patrol(self.link, self.marker, lambda: self.connected)

    @property
    def asked(self) -> list[Action]:
        return [action for _, action in self.link.carried]

    def person(self, action: Action) -> None:
        command = Fly(new_id(), 1, action, "Pat Pilot")
        self.patrol.person_commands(command)
        self.patrol.person_commanded(command)

    async def has_started(self) -> None:
        await eventually(lambda: self.asked[-2:] == START)
        self.link.vehicles = [UP]
        await eventually(lambda: self.patrol.state is PatrolState.FLYING)


def on_loop(folder: Path, test: Callable[[Scene], Awaitable[Any]]) -> Scene:
    async def main() -> Scene:
        scene = Scene(folder)
        running = asyncio.create_task(scene.patrol.run())
        try:
            async with asyncio.timeout(10):
                await test(scene)
        finally:
            running.cancel()
        return scene

    return asyncio.run(main())


async def a_while() -> None:
    await asyncio.sleep(0.15)


def test_it_flies_again_after_each_landing(tmp_path: Path) -> None:
    async def test(scene: Scene) -> None:
        await scene.has_started()
        await a_while()
        assert scene.asked == START
        scene.link.vehicles = [report()]
        await eventually(lambda: scene.asked == START * 2)

    on_loop(tmp_path, test)


NOT_READY = [
    report(health=HealthReading(0, False, True, True)),
    report(health=HealthReading(0, True, False, True)),
    report(health=HealthReading(0, True, True, False)),
    report(health=HealthReading(4000, True, True, True)),
    report(health=None),
    report(flight=None),
    report(flight=FlightReading(4000, False, FlightMode.STABILISED, LandedState.ON_GROUND)),
    report(flight=FlightReading(0, False, FlightMode.STABILISED, LandedState.UNKNOWN)),
    report(flight=FlightReading(0, True, FlightMode.STABILISED, LandedState.ON_GROUND)),
    report(link=VehicleLinkState.LOST),
    report(2),
]


@pytest.mark.parametrize("vehicle", NOT_READY)
def test_it_waits_until_the_vehicle_is_known_to_be_ready(
    tmp_path: Path, vehicle: VehicleReport
) -> None:
    async def test(scene: Scene) -> None:
        scene.link.vehicles = [vehicle]
        await a_while()

    assert on_loop(tmp_path, test).asked == []


def test_it_does_not_set_out_while_nobody_could_stop_it(tmp_path: Path) -> None:
    async def test(scene: Scene) -> None:
        scene.connected = False
        await a_while()
        assert scene.asked == []
        scene.connected = True
        await eventually(lambda: scene.asked == START)

    on_loop(tmp_path, test)


def test_it_tries_again_and_says_why_not(tmp_path: Path) -> None:
    async def test(scene: Scene) -> None:
        async def refuse(_system_id: int, _action: Action) -> str:
            raise Unprocessable("Arm: Compass not healthy")

        scene.link.answer = refuse
        await eventually(lambda: len(scene.asked) > 1)
        assert scene.patrol.problem == "Arm: Compass not healthy"

        async def take(_system_id: int, _action: Action) -> str:
            return ""

        scene.link.answer = take
        await eventually(lambda: scene.asked[-1] == START[-1])
        await eventually(lambda: not scene.patrol.problem)

    on_loop(tmp_path, test)


@pytest.mark.parametrize("action", [Hold(), GoTo(51.5, -0.2, 50), UploadMission([])])
def test_a_persons_command_ends_it_for_good(tmp_path: Path, action: Action) -> None:
    async def test(scene: Scene) -> None:
        await scene.has_started()
        scene.person(action)
        scene.link.vehicles = [report()]
        await a_while()
        await eventually(scene.marker.exists)

    scene = on_loop(tmp_path, test)
    assert scene.asked == START
    assert scene.patrol.state is PatrolState.ENDED

    async def restarted(scene: Scene) -> None:
        await a_while()

    assert on_loop(tmp_path, restarted).asked == []  # the agent was killed and came back
    forget_person(tmp_path / MARKER)
    assert on_loop(tmp_path, lambda scene: scene.has_started()).asked == START


@pytest.mark.parametrize("action", [TakePhoto(), UsePayload("spotlight", "on"), UploadRally([])])
def test_what_leaves_its_way_as_it_is_leaves_the_patrol(tmp_path: Path, action: Action) -> None:
    async def test(scene: Scene) -> None:
        await scene.has_started()
        scene.person(action)
        await a_while()
        assert not scene.marker.exists()

    assert on_loop(tmp_path, test).patrol.state is not PatrolState.ENDED


# --- the disk ------------------------------------------------------------------------------------


class Disk:
    """Hangs until it is let go, then fails. `threads`: where it was used from."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, hangs: bool = True) -> None:
        self.let_go = threading.Event()
        self.threads: list[int] = []
        self.used: list[str] = []
        if not hangs:
            self.let_go.set()
        for name in ("touch", "unlink"):
            monkeypatch.setattr(Path, name, self._use(name))

    def _use(self, name: str) -> Callable[..., None]:
        def use(_path: Path, *_more: object, **_named: object) -> None:
            self.threads.append(threading.get_ident())
            self.used.append(name)
            self.let_go.wait(10)
            raise OSError(5, "Input/output error")

        return use


def test_hold_is_sent_before_the_disk_is_asked_and_a_hanging_one_holds_nothing_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(monkeypatch)

    async def test() -> None:
        link = ScriptedLink([UP])
        patrol = Patrol(link, tmp_path / MARKER, lambda: True)
        used_when_sent: list[list[str]] = []

        async def answer(_system_id: int, _action: Action) -> str:
            await asyncio.sleep(0.05)
            used_when_sent.append(list(disk.used))
            return "holds"

        link.answer = answer
        flights = Flights(link, patrol.person_commands, patrol.person_commanded)
        reply = await asyncio.to_thread(flights.answer, fly(Hold()))
        assert reply == Flown("holds")
        assert used_when_sent == [[]]
        assert patrol.state is PatrolState.ENDED
        await eventually(lambda: disk.used == ["touch"])
        assert threading.get_ident() not in disk.threads
        assert await asyncio.to_thread(flights.answer, fly(Return())) == Flown("holds")
        disk.let_go.set()
        await eventually(lambda: "Input/output error" in patrol.memory_problem)
        assert patrol.state is PatrolState.ENDED

    asyncio.run(test())


def test_whether_a_person_ended_it_is_read_off_the_loop_and_unknown_means_yes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marker = tmp_path / MARKER
    threads: list[int] = []
    real = Path.stat

    def stat(path: Path, **named: Any) -> Any:
        if path == marker:
            threads.append(threading.get_ident())
            raise OSError(5, "Input/output error")
        return real(path, **named)

    monkeypatch.setattr(Path, "stat", stat)

    async def test(scene: Scene) -> None:
        assert threads == []
        await eventually(lambda: scene.patrol.state is PatrolState.ENDED)
        assert threading.get_ident() not in threads
        await a_while()

    scene = on_loop(tmp_path, test)
    assert scene.asked == []
    assert "could not be read (Input/output error)" in scene.patrol.memory_problem


def test_the_last_word_is_what_stays_on_the_disk(tmp_path: Path) -> None:
    marker = Marker(tmp_path / MARKER)
    for present in (True, False) * 20:
        marker.keep(present)
    marker.keep(True)

    async def settled() -> None:
        await eventually(lambda: not marker._writing)

    asyncio.run(settled())
    assert (tmp_path / MARKER).exists()


def test_a_demonstration_begins_also_where_the_marker_cannot_be_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    Disk(monkeypatch, hangs=False)
    forget_person(tmp_path / MARKER)
    assert "remove the file by hand" in caplog.text


def test_a_persons_command_ends_it_in_the_middle_of_a_start(tmp_path: Path) -> None:
    async def test(scene: Scene) -> None:
        async def slow(_system_id: int, action: Action) -> str:
            await asyncio.sleep(0.1)
            return ""

        scene.link.answer = slow
        await eventually(lambda: scene.asked)
        scene.person(Hold())
        await asyncio.sleep(0.3)

    assert on_loop(tmp_path, test).asked == START[:1]


def test_a_command_for_another_vehicle_does_not_end_it(tmp_path: Path) -> None:
    async def test(scene: Scene) -> None:
        scene.patrol.person_commands(Fly(new_id(), 2, Hold(), "Pat Pilot"))
        await scene.has_started()

    on_loop(tmp_path, test)


def test_a_person_may_start_it_again(tmp_path: Path) -> None:
    async def test(scene: Scene) -> None:
        await scene.has_started()
        scene.person(Hold())
        scene.person(StartMission())
        await eventually(lambda: scene.patrol.state is PatrolState.FLYING)
        await eventually(lambda: not scene.marker.exists())
        scene.link.vehicles = [report()]
        await eventually(lambda: scene.asked == START * 2)

    on_loop(tmp_path, test)


def test_it_is_not_taken_up_by_the_start_of_a_persons_own_mission(tmp_path: Path) -> None:
    async def test(scene: Scene) -> None:
        await scene.has_started()
        scene.person(UploadMission(list(DEMO_ROUTE[:1])))
        scene.person(StartMission())
        scene.link.vehicles = [report()]
        await a_while()

    assert on_loop(tmp_path, test).asked == START


def test_a_start_that_did_not_come_off_leaves_the_vehicle_to_the_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patrol_module, "TAKEN_UP_WITHIN_S", 0.05)

    async def test(scene: Scene) -> None:
        await scene.has_started()
        scene.person(Hold())
        scene.link.vehicles = [report()]
        await a_while()
        scene.person(StartMission())  # and the autopilot refuses it
        await a_while()
        assert scene.patrol.state is PatrolState.ENDED
        await a_while()

    assert on_loop(tmp_path, test).asked == START


def test_the_route_nears_the_zone_of_london_heliport_and_stays_out_of_it() -> None:
    """Its centre and radius: AIP, EGR1U043A; 2 NM round 51.47000 N 0.17944 W."""
    geod = Geod(ellps="WGS84")

    def to_edge_m(lat: float, lon: float) -> float:
        return float(geod.inv(lon, lat, -0.17944, 51.47000)[2]) - 3704.0

    legs = [HOME, *[(item.lat, item.lon) for item in DEMO_ROUTE]]
    nearest_m = min(
        to_edge_m(lat, lon)
        for (lat_a, lon_a), (lat_b, lon_b) in pairwise(legs)
        for lon, lat in geod.npts(lon_a, lat_a, lon_b, lat_b, 50)
        if (lat_a, lon_a) != (lat_b, lon_b)
    )
    assert 100 < nearest_m < 200
    out = DEMO_ROUTE[1]
    assert out.speed_mps == OUT_MPS
    # A minute after the take-off: 10 s of climb, then until 30 s of flight are left to the edge.
    seconds = 10 + (to_edge_m(*HOME) - 30 * OUT_MPS) / OUT_MPS
    assert 50 < seconds < 80
