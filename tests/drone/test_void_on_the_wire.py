"""A command that became void half-way, down to the MAVLink commands that the autopilot gets."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from drone.mavsdk_link import MavsdkLink
from drone.simulator import FaultKind, SimulatedAutopilot, SimulatorSettings
from ground_station.core.agent_actions import (
    Action,
    Arm,
    Disarm,
    GoTo,
    Hold,
    Land,
    StartMission,
    TakeOff,
    UploadMission,
    WireMissionItem,
    mission_digest,
)
from ground_station.core.agent_protocol import Refused, Reply
from ground_station.core.agent_vehicles import Flown
from tests.agentlink.station import until
from tests.drone.flying import Pilot, armed
from tests.drone.given import Flights
from tests.ports import free_udp_port

SETTINGS = SimulatorSettings(wind_mps=0.0, gust_mps=0.0, speedup=8.0)
SET_MODE, ARM_DISARM, REPOSITION = 176, 400, 192
GUIDED, BRAKE = 4.0, 17.0
MISSION = UploadMission([WireMissionItem(51.4960, -0.2386, 10.0)])
MOVING: list[Action] = [Arm(), TakeOff(10.0), StartMission(mission_digest(MISSION))]


class Site:
    def __init__(self) -> None:
        port = free_udp_port()
        self.pilot = Pilot(lambda: MavsdkLink([f"udpin://127.0.0.1:{port}"], name="Kes"))
        self.vehicle = SimulatedAutopilot(port, SETTINGS)
        self.vehicle.start()
        self.pilot.ready()
        self.pilot.do(MISSION)
        self.flights = self.pilot.loop.call(lambda: Flights(self.pilot.link))
        self.pool = ThreadPoolExecutor(2)

    def close(self) -> None:
        self.pool.shutdown()
        self.pilot.close()
        self.vehicle.stop()

    def given(self, action: Action) -> Future[Reply]:
        """As the station gives it now; the agent has just read it."""
        command = self.flights.given(action)
        self.flights.orders.arrived(command)
        return self.pool.submit(self.flights.answer, command)

    def heard(self) -> list[int]:
        return [number for number, _params in self.vehicle.commands]


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    one = Site()
    yield one
    one.close()


@pytest.fixture(autouse=True)
def landed(site: Site) -> Iterator[None]:
    """Each test begins on the ground and disarmed, with a vehicle that answers."""
    yield
    site.vehicle.clear()
    if armed(site.pilot.report()):
        site.pilot.do(Land())
    site.pilot.on_ground()


@pytest.mark.parametrize("why", ["late", "taken over"])
@pytest.mark.parametrize("action", MOVING, ids=lambda action: type(action).__name__)
def test_a_vehicle_whose_next_step_is_void_stays_on_the_ground(
    site: Site, action: Action, why: str
) -> None:
    """Guided mode is asked for, and answered late; meanwhile the command becomes void."""
    site.vehicle.fault(FaultKind.SLOW, value=0.3)
    before = len(site.heard())
    asked = site.given(action)
    until(lambda: SET_MODE in site.heard()[before:], 10)
    if why == "late":
        site.flights.clock.advance(5)
    else:
        site.flights.taken_over()
    reply = asked.result(20)
    site.vehicle.clear()

    assert isinstance(reply, Refused)
    assert reply.code == "conflict"
    assert "is void" in reply.message
    assert "rest of it was not done" in reply.remedy
    assert set(site.heard()[before:]) <= {SET_MODE, 511, 512}
    assert not armed(site.pilot.report())


def test_one_that_waits_for_a_thread_of_the_link_is_not_sent_once_it_is_void(site: Site) -> None:
    """The link's 24 places for what is not urgent are taken."""
    instance = site.pilot.link._instance  # type: ignore[attr-defined]
    before = len(site.heard())
    taken = site.pilot.loop.call(lambda: instance._unhurried._value)
    for _ in range(taken):
        site.pilot.loop.run(instance._unhurried.acquire())
    try:
        asked = site.given(Arm())
        until(lambda: site.pilot.loop.call(lambda: bool(instance._unhurried._waiters)), 10)
        assert isinstance(site.given(Hold()).result(20), Flown)
    finally:
        for _ in range(taken):
            site.pilot.loop.call(instance._unhurried.release)
    reply = asked.result(20)
    assert isinstance(reply, Refused)
    site.pilot.do(Disarm())  # behind it in the same queue
    later = [(number, params[:2]) for number, params in site.vehicle.commands[before:]]
    assert (SET_MODE, (1.0, BRAKE)) in later
    assert (SET_MODE, (1.0, GUIDED)) not in later  # the first step of arming
    assert all(params[0] == 0.0 for number, params in later if number == ARM_DISARM)
    assert not armed(site.pilot.report())


def test_in_time_it_flies(site: Site) -> None:
    assert isinstance(site.given(TakeOff(6.0)).result(20), Flown)
    site.pilot.in_air_at(6.0)
    late = site.flights.given(GoTo(51.4970, -0.2386, 20.0))
    site.flights.orders.arrived(late)
    site.flights.clock.advance(4.5)
    before = len(site.heard())
    reply = site.flights.answer(late)
    assert isinstance(reply, Refused)
    assert "too late" in reply.message
    assert REPOSITION not in site.heard()[before:]
