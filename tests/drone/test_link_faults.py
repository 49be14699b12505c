"""The MAVSDK adapter against a simulated vehicle that misbehaves, over real MAVLink."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator

import pytest

from drone.mavsdk_link import MavsdkLink
from drone.simulator.faults import FaultKind
from drone.simulator.host import SimulatedAutopilot
from drone.simulator.modes import Mode
from drone.simulator.settings import SimulatorSettings
from ground_station.core.agent_actions import (
    Arm,
    Disarm,
    GeofenceRing,
    GoTo,
    Hold,
    Land,
    Return,
    StartMission,
    TakeOff,
    UploadGeofence,
    UploadMission,
    WireMissionItem,
)
from ground_station.core.agent_vehicles import (
    Autopilot,
    FlightMode,
    VehicleLinkState,
    VehicleReport,
)
from ground_station.core.errors import Conflict, TimedOut, Unavailable, Unprocessable
from tests.drone.flying import Pilot, armed, height_of
from tests.ports import free_udp_port

SETTINGS = SimulatorSettings(speedup=16.0, gps_after_s=0.1, ready_after_s=0.3)
ASKED = {1, 24, 30, 33, 42, 147, 242, 245}
RING = GeofenceRing([(51.48, -0.26), (51.51, -0.26), (51.51, -0.22), (51.48, -0.22)])
AWAY = WireMissionItem(51.4960, -0.2386, 10.0)


class Field:
    """A pilot's link that stays, and a simulator that may be switched off and on again."""

    def __init__(self) -> None:
        self.port = free_udp_port()
        self.pilot = Pilot(lambda: MavsdkLink([f"udpin://127.0.0.1:{self.port}"], name="Kes"))
        self.vehicle = self._new()

    def _new(self) -> SimulatedAutopilot:
        vehicle = SimulatedAutopilot(self.port, SETTINGS)
        vehicle.start()
        return vehicle

    def killed_and_started(self, gone_s: float = 0.0) -> None:
        self.vehicle.stop()
        time.sleep(gone_s)
        self.vehicle = self._new()

    def close(self) -> None:
        self.pilot.close()
        self.vehicle.stop()


@pytest.fixture(scope="module")
def field() -> Iterator[Field]:
    one = Field()
    one.pilot.ready()
    yield one
    one.close()


@pytest.fixture(autouse=True)
def sound(field: Field) -> Iterator[None]:
    """Each test begins with a vehicle that is whole, on the ground, disarmed and connected."""
    pilot = field.pilot
    pilot.until(lambda now: now.link is VehicleLinkState.CONNECTED, "connected")
    pilot.ready()
    if armed(pilot.report()):
        pilot.do(Land())
        pilot.on_ground()
    yield
    field.vehicle.clear()
    pilot.until(lambda now: now.link is VehicleLinkState.CONNECTED, "connected again")


def problems(now: VehicleReport) -> str:
    return " ".join(now.problems)


def wait(true: Callable[[], object], what: str, within_s: float = 15.0) -> None:
    ends_s = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < ends_s, f"not within {within_s} s: {what}"
        time.sleep(0.02)


def late_answers_come(field: Field) -> None:
    """MAVSDK asks again after half a second, and an answer does not say which question it is of: a
    late one would be taken for the next test's."""
    time.sleep(1.5)
    field.vehicle.clear()


# --- who it is and what it asks for --------------------------------------------------------------


def test_it_is_known_for_what_it_is(field: Field) -> None:
    now = field.pilot.report()

    assert now.autopilot is Autopilot.ARDUPILOT
    assert (now.system_id, now.name, now.airframe) == (1, "Kes", "quadrotor")
    assert now.simulated is False


def test_all_rates_are_set(field: Field) -> None:
    wait(lambda: set(field.vehicle.rates) >= ASKED, "all rates")

    assert field.vehicle.rates[33] == pytest.approx(0.1)
    assert field.vehicle.rates[30] == pytest.approx(0.1)


# --- the link is lost and comes back -------------------------------------------------------------


def test_a_vehicle_that_falls_silent_is_lost_and_says_its_age(field: Field) -> None:
    field.vehicle.fault(FaultKind.LINK_LOSS)

    lost = field.pilot.until(lambda now: now.link is VehicleLinkState.LOST, "lost", 5)

    assert lost.heartbeat_age_ms is not None
    assert lost.heartbeat_age_ms >= 3000
    assert lost.position is not None  # the last that was known, with its age
    assert lost.position.age_ms > 1500
    with pytest.raises(Unavailable, match="Kes has not been heard") as refused:
        field.pilot.do(Arm())
    assert refused.value.remedy


def test_hold_is_sent_although_the_link_is_lost(field: Field) -> None:
    field.vehicle.fault(FaultKind.LINK_LOSS)
    field.pilot.until(lambda now: now.link is VehicleLinkState.LOST, "lost", 5)

    with pytest.raises(Unavailable, match="was sent, and not answered"):
        field.pilot.do(Hold())


def test_a_vehicle_killed_and_started_again_is_there_by_itself(field: Field) -> None:
    before = field.pilot.report().rebooted
    field.killed_and_started(gone_s=3.5)

    field.pilot.until(lambda now: now.link is VehicleLinkState.CONNECTED, "connected")
    wait(lambda: set(field.vehicle.rates) >= ASKED, "rates set again")
    field.pilot.until(lambda now: now.position and now.position.age_ms < 300, "position")
    field.pilot.until(lambda now: now.rebooted == before + 1, "counted")


def test_a_restart_too_short_to_be_a_loss_is_noticed(field: Field) -> None:
    before = field.pilot.report().rebooted
    field.killed_and_started()

    wait(lambda: set(field.vehicle.rates) >= ASKED, "rates set again", 20)
    field.pilot.until(lambda now: now.rebooted == before + 1, "counted")


def test_a_reboot_of_the_telemetry_is_counted_and_rates_are_set_again(field: Field) -> None:
    before = field.pilot.report().rebooted
    field.vehicle.fault(FaultKind.REBOOT)

    field.pilot.until(lambda now: now.rebooted == before + 1, "counted")
    wait(lambda: set(field.vehicle.rates) >= ASKED, "rates set again")


# --- what it says cannot be ----------------------------------------------------------------------


def test_positions_that_are_no_numbers_never_pass(field: Field) -> None:
    field.vehicle.fault(FaultKind.NAN_POSITION)

    wrong = field.pilot.until(lambda now: "Kes says" in problems(now), "a problem", 5)
    aged = field.pilot.until(lambda now: now.position and now.position.age_ms > 700, "old", 5)

    assert "no place" in problems(wrong) or "no number" in problems(wrong)
    assert aged.position is not None
    assert aged.position.lat == pytest.approx(51.4958, abs=0.01)
    assert aged.link is VehicleLinkState.CONNECTED
    field.vehicle.clear()
    field.pilot.until(lambda now: now.position and now.position.age_ms < 300, "good again")


def test_rubbish_between_messages_does_no_harm(field: Field) -> None:
    field.vehicle.fault(FaultKind.RUBBISH, for_s=3.0)
    for _turn in range(5):
        time.sleep(0.2)
        now = field.pilot.until(lambda now: now.position and now.position.age_ms < 500, "position")
        assert now.link is VehicleLinkState.CONNECTED


def test_two_vehicles_with_one_number_are_named_and_not_commanded(field: Field) -> None:
    field.vehicle.fault(FaultKind.DUPLICATE_ID)
    try:
        field.pilot.until(
            lambda now: "Two vehicles say that they are number 1" in problems(now), "named", 10
        )
        with pytest.raises(Conflict, match="either might obey"):
            field.pilot.do(TakeOff(10.0))
        assert field.pilot.do(Hold())  # safety is sent all the same
    finally:
        field.vehicle.clear()
    field.pilot.until(lambda now: "number 1" not in problems(now), "one again", 25)


# --- refusals ------------------------------------------------------------------------------------


def test_a_refusal_to_arm_says_the_autopilots_own_words(field: Field) -> None:
    field.vehicle.fault(FaultKind.REFUSE_ARMING)

    with pytest.raises(Unprocessable, match=r"Kes refused to arm: .*[Aa]rm"):
        field.pilot.do(Arm())
    with pytest.raises(Unprocessable, match="Kes refused to arm"):
        field.pilot.do(TakeOff(10.0))

    assert not armed(field.pilot.report())


def test_a_take_off_that_is_refused_does_not_leave_it_armed(field: Field) -> None:
    field.vehicle.fault(FaultKind.REFUSE_COMMAND, value=22)

    with pytest.raises(Unprocessable, match=r"refused to take off: .*It is disarmed again\."):
        field.pilot.do(TakeOff(10.0))

    field.pilot.on_ground()
    assert not field.vehicle.truth().armed


def test_a_mode_that_is_refused_is_said(field: Field) -> None:
    field.vehicle.fault(FaultKind.REFUSE_COMMAND, value=176)

    with pytest.raises(Unprocessable, match="Kes refused to hold"):
        field.pilot.do(Hold())
    with pytest.raises(Unprocessable, match="guided"):
        field.pilot.do(Arm())
    assert all(number != 400 for number, _params in field.vehicle.commands[-1:])


def test_no_answer_is_no_success(field: Field) -> None:
    field.vehicle.fault(FaultKind.NO_ANSWER)

    with pytest.raises(TimedOut, match="did not answer"):
        field.pilot.do(Disarm())
    with pytest.raises(TimedOut, match="What it holds now is not known"):
        field.pilot.do(UploadMission([AWAY]))


def test_a_place_too_far_away_is_refused_by_us(field: Field) -> None:
    with pytest.raises(Unprocessable, match="km from Kes's home"):
        field.pilot.do(UploadMission([WireMissionItem(56.0, -0.2386, 10.0)]))


# --- arming and the modes in which it must not be ------------------------------------------------


def test_arming_asks_for_guided_first_and_never_with_force(field: Field) -> None:
    field.pilot.do(Arm())

    heard = [(number, params[:2]) for number, params in field.vehicle.commands]
    arms = [at for at, (number, params) in enumerate(heard) if (number, params[0]) == (400, 1)]
    assert heard[arms[-1] - 1] == (176, (1.0, 4.0))
    assert all(params[1] == 0 for number, params in heard if number == 400)
    field.pilot.do(Disarm())


@pytest.mark.parametrize("action", [Return(), Land()])
def test_after_landing_in_a_mode_that_cannot_be_armed_in_it_flies_again(
    field: Field, action: Return | Land
) -> None:
    pilot = field.pilot
    pilot.do(TakeOff(6.0))
    pilot.in_air_at(6.0)
    pilot.do(action)
    pilot.on_ground()
    assert pilot.report().flight.mode in (FlightMode.RETURN, FlightMode.LAND)  # type: ignore[union-attr]

    pilot.do(TakeOff(6.0))
    pilot.in_air_at(6.0)


def test_hold_comes_between_the_steps_of_a_take_off(field: Field) -> None:
    field.vehicle.fault(FaultKind.SLOW, value=0.5)
    rising = field.pilot.begin(TakeOff(10.0))
    time.sleep(0.3)
    field.pilot.do(Hold())

    with pytest.raises((Conflict, Unprocessable)):
        field.pilot.end(rising)

    late_answers_come(field)
    assert height_of(field.pilot.report()) < 1
    assert all(number != 22 for number, _params in field.vehicle.commands[-3:])


def test_a_second_command_is_refused_while_the_first_is_unanswered(field: Field) -> None:
    field.vehicle.fault(FaultKind.SLOW, value=0.6)
    first = field.pilot.begin(Disarm())

    with pytest.raises(Conflict, match="not answered the command before"):
        field.pilot.do(Arm())

    field.pilot.end(first)
    late_answers_come(field)


def test_hold_waits_for_no_transfer(field: Field) -> None:
    field.vehicle.fault(FaultKind.SLOW, value=0.3)
    transfer = field.pilot.begin(UploadMission([AWAY] * 20))
    time.sleep(0.4)

    field.pilot.do(Hold())

    assert not transfer.done()
    late_answers_come(field)
    field.pilot.end(transfer)
    assert field.vehicle.truth().mode is Mode.BRAKE


# --- missions and fences as the vehicle holds them -----------------------------------------------


def test_a_first_waypoint_is_flown_and_not_lost_as_home(field: Field) -> None:
    pilot = field.pilot
    pilot.do(UploadMission([AWAY], return_at_end=False))
    pilot.do(StartMission())

    field.vehicle.wait(lambda truth: truth.lat > 51.49598, 30)


def test_a_geofence_is_kept_to_and_let_go_again(field: Field) -> None:
    assert field.vehicle.parameter("FENCE_ENABLE") == 0
    field.vehicle.set_parameter("FENCE_TYPE", 3)

    said = field.pilot.do(UploadGeofence([RING]))

    assert "keeps to it" in said
    assert field.vehicle.parameter("FENCE_ENABLE") == 1
    assert int(field.vehicle.parameter("FENCE_TYPE")) & 4
    field.pilot.do(UploadGeofence([]))
    assert field.vehicle.parameter("FENCE_ENABLE") == 0
    field.vehicle.set_parameter("FENCE_TYPE", 7)


def test_a_go_to_outside_the_fence_is_refused_by_the_autopilot(field: Field) -> None:
    pilot = field.pilot
    field.vehicle.set_parameter("FENCE_TYPE", 4)
    small = GeofenceRing([(51.495, -0.2395), (51.4965, -0.2395), (51.4965, -0.2377)])
    inside = GeofenceRing([*small.points, (51.495, -0.2377)])
    pilot.do(UploadGeofence([inside]))
    try:
        pilot.do(TakeOff(6.0))
        pilot.in_air_at(6.0)
        with pytest.raises(Unprocessable, match="Kes refused to fly there"):
            pilot.do(GoTo(51.50, -0.2386, 20.0))
        pilot.do(Land())
        pilot.on_ground()
    finally:
        pilot.do(UploadGeofence([]))
        field.vehicle.set_parameter("FENCE_TYPE", 7)


# --- the process ---------------------------------------------------------------------------------


def test_a_process_has_one_instance(field: Field) -> None:
    async def second() -> None:
        link = MavsdkLink([f"udpin://127.0.0.1:{free_udp_port()}"])
        await link.open()

    with pytest.raises(Conflict, match="MAVSDK instance"):
        asyncio.run(second())


def test_mavsdk_prints_nothing(field: Field, capfd: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("drone").debug("its lines come through our log")
    field.pilot.do(Disarm())

    assert capfd.readouterr().out == ""
