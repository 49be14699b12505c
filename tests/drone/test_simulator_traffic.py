"""Other aircraft, Remote ID and the telemetry radio, as the simulated vehicle tells of them; and
what is told against what is."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pymavlink.dialects.v20 import ardupilotmega as mav

from drone.simulator.faults import FaultKind
from drone.simulator.neighbours import Neighbour, NeighbourKind
from tests.drone.simulator_rig import CALM, FITTED, HOME, READY_S, Rig, a_rig

PLANE = Neighbour(
    *(NeighbourKind.ADSB, "TEST01", 0x43FFF1, 0.0, 1000.0, 300.0),
    track_deg=180.0,
    speed_mps=50.0,
    from_s=5.0,
    for_s=20.0,
)


@pytest.fixture
def rig() -> Iterator[Rig]:
    with a_rig(FITTED) as made:
        yield made


def test_a_manned_aircraft_comes_as_it_flies() -> None:
    with a_rig(replace(CALM, neighbours=(PLANE,))) as rig:
        rig.ask(mav.MAVLINK_MSG_ID_ADSB_VEHICLE, 2.0)
        rig.fly(4)
        assert not rig.of("ADSB_VEHICLE")
        rig.fly(11)
        told = rig.last("ADSB_VEHICLE")
        assert (told.ICAO_address, told.callsign) == (0x43FFF1, "TEST01")
        assert (told.lat * 1e-7 - HOME[0]) * 111_240 == pytest.approx(500, abs=60)
        assert told.altitude == 305_000
        assert (told.heading, told.hor_velocity) == (18000, 5000)
        assert told.flags & 64  # simulated
        rig.fly(12)
        rig.forget()
        rig.fly(2)
        assert not rig.of("ADSB_VEHICLE")


def test_drones_tell_who_they_are_by_the_module(rig: Rig) -> None:
    rig.fly(40)
    serials = {bytes(one.uas_id).rstrip(b"\0").decode() for one in rig.of("OPEN_DRONE_ID_BASIC_ID")}
    assert serials == {"TESTA1234567890", "TESTB0000000001"}
    assert {one.get_srcComponent() for one in rig.of("OPEN_DRONE_ID_LOCATION")} == {236}
    senders = {bytes(one.id_or_mac[:6]) for one in rig.of("OPEN_DRONE_ID_LOCATION")}
    assert len(senders) == 2
    assert len({bytes(one.id_or_mac[:6]) for one in rig.of("OPEN_DRONE_ID_SYSTEM")}) == 1


def test_the_own_module_says_whether_it_is_fit(rig: Rig) -> None:
    rig.fly(3)
    status = rig.last("OPEN_DRONE_ID_ARM_STATUS")
    assert (status.status, status.error) == (0, "")
    rig.begin(FaultKind.REMOTE_ID_LOSS, for_s=3.0)
    rig.fly(2)
    assert "GPS" in rig.last("OPEN_DRONE_ID_ARM_STATUS").error


def test_its_heartbeat_is_no_autopilots(rig: Rig) -> None:
    rig.fly(3)
    kinds = {(beat.get_srcComponent(), beat.autopilot) for beat in rig.of("HEARTBEAT")}
    assert kinds == {(1, 3), (236, 8)}


def test_a_radio_hears_less_the_further_it_is(rig: Rig) -> None:
    rig.airborne()
    near = rig.last("RADIO_STATUS")
    assert (near.get_srcSystem(), near.get_srcComponent()) == (51, 68)
    rig.go_to(HOME[0] + 0.004, HOME[1], 30.0)
    rig.fly(50)
    assert rig.last("RADIO_STATUS").remrssi < rig.last("RADIO_STATUS").rssi < near.rssi - 40


def test_without_any_of_it_nothing_comes() -> None:
    with a_rig() as rig:
        rig.fly(5)
        kinds = {message.get_type() for message in rig.heard}
        assert not {kind for kind in kinds if kind.startswith(("OPEN", "RADIO", "ADSB"))}


@pytest.mark.parametrize("name", ["", "123456789", "Ä"])
def test_a_callsign_that_cannot_be_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="letters"):
        Neighbour(NeighbourKind.ADSB, name, 1, 0.0, 0.0, 0.0)


def test_what_is_told_is_off_by_as_much_as_was_asked_for() -> None:
    noisy = replace(CALM, place_noise_m=1.5, attitude_noise_deg=1.0)
    with a_rig(noisy) as rig:
        rig.fly(READY_S)
        rig.ask(mav.MAVLINK_MSG_ID_GLOBAL_POSITION_INT, 2.0)
        rig.ask(mav.MAVLINK_MSG_ID_ATTITUDE, 2.0)
        rig.fly(900)
        east = [(one.lon * 1e-7 - HOME[1]) * 69_300 for one in rig.of("GLOBAL_POSITION_INT")]
        rolls = [math.degrees(one.roll) for one in rig.of("ATTITUDE")]
        assert statistics.pstdev(east) == pytest.approx(1.5, rel=0.35)
        assert statistics.pstdev(rolls) == pytest.approx(1.0, rel=0.25)
        truth = rig.vehicle.truth()
        assert (truth.lat, truth.lon) == pytest.approx(HOME, abs=1e-9)


@pytest.mark.parametrize("wrong", [{"place_noise_m": -1.0}, {"attitude_noise_deg": float("nan")}])
def test_noise_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="standard deviation"):
        replace(CALM, **wrong)  # type: ignore[arg-type]
