"""Hold, return and land stay, although MAVSDK repeats an earlier command without an answer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from drone.mavsdk_link import MavsdkLink
from drone.simulator import FaultKind, SimulatedAutopilot, SimulatorSettings
from drone.simulator.modes import Mode
from ground_station.core.agent_actions import (
    Action,
    GoTo,
    Hold,
    Land,
    Return,
    StartMission,
    TakeOff,
    UploadMission,
    WireMissionItem,
    mission_digest,
)
from ground_station.core.agent_protocol import Reply
from ground_station.core.agent_vehicles import Flown
from tests.agentlink.station import until
from tests.drone.flying import Pilot, armed
from tests.drone.given import Flights
from tests.ports import free_udp_port

SETTINGS = SimulatorSettings(wind_mps=0.0, gust_mps=0.0, speedup=10.0)
SET_MODE, TAKE_OFF, REPOSITION, MISSION_START = 176, 22, 192, 300
MISSION = UploadMission([WireMissionItem(51.4990, -0.2386, 30.0)])
FAR = GoTo(51.5200, -0.2386, 40.0)
START = StartMission(mission_digest(MISSION))
REPEATED_S = 2.6  # MAVSDK has given up by then what it began at 0


class Site:
    def __init__(self) -> None:
        port = free_udp_port()
        self.pilot = Pilot(lambda: MavsdkLink([f"udpin://127.0.0.1:{port}"], name="Kes"))
        self.vehicle = SimulatedAutopilot(port, SETTINGS)
        self.vehicle.start()
        self.pilot.ready()
        self.pilot.do(MISSION)
        self.flights = self.pilot.loop.call(lambda: Flights(self.pilot.link))
        self.pool = ThreadPoolExecutor(4)

    def close(self) -> None:
        self.pool.shutdown()
        self.pilot.close()
        self.vehicle.stop()

    def given(self, action: Action) -> Future[Reply]:
        command = self.flights.given(action)
        self.flights.orders.arrived(command)
        return self.pool.submit(self.flights.answer, command)

    def lose_acks(self, of: int, count: int = 4) -> None:
        self.vehicle.fault(FaultKind.LOST_ACK, value=of, count=count)

    def orders(self) -> list[tuple[str, int, float]]:
        """What arrived that flies, or changes the mode."""
        return [
            one
            for one in self.vehicle.arrivals
            if one[0] == "SET_MODE" or one[1] in {SET_MODE, TAKE_OFF, REPOSITION, MISSION_START, 21}
        ]

    def up(self) -> None:
        if self.vehicle.truth().mode not in {Mode.BRAKE, Mode.GUIDED} or not self.in_the_air():
            on_ground(self)
            assert isinstance(self.given(TakeOff(20.0)).result(20), Flown)
        self.pilot.in_air_at(20.0)

    def pilots_sticks(self, mode: Mode) -> None:
        assert self.vehicle.by_hand(lambda pilot: pilot.set_mode(mode))

    def in_the_air(self) -> bool:
        return self.vehicle.truth().height_home_m > 15.0


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    one = Site()
    yield one
    one.close()


@pytest.fixture(autouse=True)
def sound(site: Site) -> Iterator[None]:
    yield
    site.vehicle.clear()


def on_ground(site: Site) -> None:
    if armed(site.pilot.report()):
        site.pilot.do(Land())
    site.pilot.on_ground()


def watched(site: Site, shown: Mode, for_s: float) -> list[Mode]:
    """The true modes until the repeats are over, after the last of which it must be `shown`."""
    modes = [site.vehicle.truth().mode]
    ends_s = time.monotonic() + for_s
    while time.monotonic() < ends_s:
        mode = site.vehicle.truth().mode
        if mode is not modes[-1]:
            modes.append(mode)
        time.sleep(0.01)
    assert modes[-1] is shown, modes
    return modes


@pytest.mark.parametrize(
    ("moving", "lost", "urgent", "mode"),
    [
        (FAR, REPOSITION, Hold(), Mode.BRAKE),
        (FAR, REPOSITION, Return(), Mode.RTL),
        (FAR, REPOSITION, Land(), Mode.LAND),
        (START, SET_MODE, Hold(), Mode.BRAKE),
        (START, MISSION_START, Hold(), Mode.BRAKE),
    ],
    ids=lambda one: type(one).__name__ if not isinstance(one, int) else str(int(one)),
)
def test_in_the_air(site: Site, moving: Action, lost: int, urgent: Action, mode: Mode) -> None:
    site.up()
    assert isinstance(site.given(Hold()).result(10), Flown)
    before = len(site.orders())
    site.lose_acks(lost)
    moved = site.given(moving)
    until(lambda: any(one[1] == lost for one in site.orders()[before:]), 10)
    began = time.monotonic()
    said = site.given(urgent).result(10)
    took_s = time.monotonic() - began
    moved.result(10)
    watched(site, mode, REPEATED_S)
    assert isinstance(said, Flown)
    assert took_s < 3.0  # what the station waits
    last = site.orders()[-1]
    assert last[:2] in {("SET_MODE", 1), ("COMMAND_LONG", SET_MODE), ("COMMAND_LONG", 21)}


def test_while_nothing_is_repeated_it_is_sent_once_and_answered_at_once(site: Site) -> None:
    site.up()
    before = len(site.orders())
    assert site.given(Hold()).result(10) == Flown("It stops where it is.")
    time.sleep(REPEATED_S)
    assert site.orders()[before:] == [
        ("SET_MODE", 1, float(Mode.BRAKE)),
        ("COMMAND_LONG", SET_MODE, float(Mode.BRAKE)),
    ]


def test_an_unanswered_change_of_mode_does_not_hold_up_hold(site: Site) -> None:
    """MAVSDK's queue keeps the command behind it; the message passes it before any repeat."""
    site.up()
    assert isinstance(site.given(Hold()).result(10), Flown)
    before = len(site.orders())
    site.lose_acks(SET_MODE)
    moved = site.given(START)
    until(lambda: site.vehicle.truth().mode is Mode.AUTO, 10)
    held = site.given(Hold())
    until(lambda: site.vehicle.truth().mode is Mode.BRAKE, 10)
    first = ("COMMAND_LONG", SET_MODE, float(Mode.AUTO))
    assert site.orders()[before : before + 2] == [first, ("SET_MODE", 1, float(Mode.BRAKE))]
    held.result(10)
    moved.result(10)
    watched(site, Mode.BRAKE, REPEATED_S)


def test_a_later_command_is_not_fought(site: Site) -> None:
    site.up()
    assert isinstance(site.given(Hold()).result(10), Flown)
    site.lose_acks(REPOSITION)
    moved = site.given(FAR)
    until(lambda: site.vehicle.truth().mode is Mode.GUIDED, 10)
    assert isinstance(site.given(Hold()).result(10), Flown)
    moved.result(10)
    site.vehicle.clear()
    assert isinstance(site.given(FAR).result(10), Flown)
    watched(site, Mode.GUIDED, REPEATED_S)


def test_what_others_do_to_its_mode_is_not_fought(site: Site) -> None:
    """Its pilot's sticks put it into loiter while it returns, in the midst of our repeats' end."""
    site.up()
    assert isinstance(site.given(Hold()).result(10), Flown)
    site.lose_acks(REPOSITION)
    moved = site.given(FAR)
    began = time.monotonic()
    until(lambda: site.vehicle.truth().mode is Mode.GUIDED, 10)
    site.given(Return())
    moved.result(10)
    until(lambda: time.monotonic() - began > 1.7, 10)  # the last repeat was at 1.5 s
    site.pilots_sticks(Mode.LOITER)
    watched(site, Mode.LOITER, REPEATED_S)
    until(lambda: "Not confirmed: Kes was told to return" in problems(site), 5)
    assert "it shows hold, which nothing of ours asked for" in problems(site)


def problems(site: Site) -> str:
    return " ".join(site.pilot.report().problems)


@pytest.mark.parametrize("lost", [SET_MODE, TAKE_OFF])
def test_on_take_off(site: Site, lost: int) -> None:
    on_ground(site)
    before = len(site.orders())
    site.lose_acks(lost)
    moved = site.given(TakeOff(20.0))
    until(lambda: any(one[1] == lost for one in site.orders()[before:]), 10)
    said = site.given(Hold()).result(10)
    assert isinstance(said, Flown)
    moved.result(10)
    watched(site, Mode.BRAKE, REPEATED_S)
