"""What the adapter puts on the wire, read by pymavlink alone: no code of ours is between."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from pymavlink import mavutil

from drone.mavsdk_link import MavsdkLink
from ground_station.core.agent_actions import Arm, GoTo, Hold, Land, Return
from ground_station.core.agent_vehicles import VehicleLinkState
from ground_station.core.errors import Conflict, Unprocessable
from tests.drone.flying import Pilot
from tests.ports import free_udp_port

REFUSED_STREAM = 147
FLYING = (20, 21, 22, 176, 192, 300, 400)  # the rest are requests for messages, some MAVSDK's own


class Autopilot:
    """A script, no vehicle: beats, answers every command, and writes down what it hears."""

    def __init__(self, wire: str) -> None:
        self._wire = mavutil.mavlink_connection(
            wire, source_system=9, source_component=1, dialect="ardupilotmega"
        )
        self.beats: list[tuple[int, int, int]] = []
        self.commands: list[tuple[int, tuple[float, ...]]] = []
        self.landed = 1
        self.armed = False
        self.mode = 4
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._live, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join(5)
        self._wire.close()

    def _live(self) -> None:
        tick = 0
        while not self._stop.wait(0.02):
            if tick % 10 == 0:
                self._tell(tick * 20)
            while (heard := self._wire.recv_msg()) is not None:
                self._take(heard)
            tick += 1

    def _tell(self, boot_ms: int) -> None:
        send = self._wire.mav
        if boot_ms % 1000 == 0:
            send.heartbeat_send(2, 3, 209 if self.armed else 81, self.mode, 4)
        send.extended_sys_state_send(0, self.landed)
        send.sys_status_send(0, 0, 0, 0, 12_000, 100, 80, 0, 0, 0, 0, 0, 0)
        send.global_position_int_send(boot_ms, 514958000, -2386000, 25_000, 20_000, 0, 0, 0, 0)
        send.attitude_send(boot_ms, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)

    def _take(self, heard: object) -> None:
        kind = heard.get_type()  # type: ignore[attr-defined]
        if kind == "HEARTBEAT":
            self.beats.append((heard.get_srcSystem(), heard.type, heard.autopilot))  # type: ignore[attr-defined]
        if kind not in ("COMMAND_LONG", "COMMAND_INT"):
            return
        params = tuple(getattr(heard, f"param{place}") for place in range(1, 5))
        self.commands.append((heard.command, params))  # type: ignore[attr-defined]
        refused = params[0] == REFUSED_STREAM and heard.command == 511  # type: ignore[attr-defined]
        if heard.command == 192:  # type: ignore[attr-defined]
            self._wire.mav.statustext_send(4, b"Too windy today")
            refused = True
        self._wire.mav.command_ack_send(heard.command, 2 if refused else 0)  # type: ignore[attr-defined]


@pytest.fixture(scope="module", params=["udp", "tcp"])
def wire(request: pytest.FixtureRequest) -> Iterator[tuple[Pilot, Autopilot]]:
    port = free_udp_port()
    ours, theirs = {
        "udp": ("udpin", "udpout"),
        "tcp": ("tcpout", "tcpin"),  # as ArduPilot's own simulation listens
    }[request.param]
    pilot = Pilot(lambda: MavsdkLink([f"{ours}://127.0.0.1:{port}"]), system_id=9)
    autopilot = Autopilot(f"{theirs}:127.0.0.1:{port}")
    pilot.until(lambda now: now.link is VehicleLinkState.CONNECTED, "heard")
    yield pilot, autopilot
    pilot.close()
    autopilot.close()


def test_it_beats_as_the_ground_station_that_failsafes_watch(
    wire: tuple[Pilot, Autopilot],
) -> None:
    pilot, autopilot = wire
    pilot.until(lambda _now: autopilot.beats, "a heartbeat of ours")
    assert set(autopilot.beats) == {(255, 6, 8)}


def test_a_refused_rate_is_a_problem_that_names_it(wire: tuple[Pilot, Autopilot]) -> None:
    pilot, _autopilot = wire
    pilot.until(
        lambda now: "Vehicle 9 refuses to send: BATTERY_STATUS." in now.problems, "named", 30
    )


def test_a_refusal_has_the_autopilots_words(wire: tuple[Pilot, Autopilot]) -> None:
    pilot, autopilot = wire
    autopilot.landed, autopilot.armed = 2, True
    pilot.until(
        lambda now: now.flight and now.flight.armed and now.flight.landed == "in_air", "it flies"
    )
    with pytest.raises(Unprocessable, match="Vehicle 9 refused to fly there: Too windy today"):
        pilot.do(GoTo(51.4960, -0.2386, 30.0))
    with pytest.raises(Unprocessable, match="km from Vehicle 9"):
        pilot.do(GoTo(56.0, -0.2386, 30.0))
    autopilot.landed, autopilot.armed = 1, False
    pilot.until(
        lambda now: now.flight and not now.flight.armed and now.flight.landed == "on_ground", "down"
    )


def test_the_urgent_ones_are_one_command_each(wire: tuple[Pilot, Autopilot]) -> None:
    pilot, autopilot = wire
    for action, sent in (
        (Hold(), (176, (1.0, 17.0))),
        (Return(), (176, (1.0, 6.0))),
        (Land(), (21, (0.0, 0.0))),
    ):
        before = len([one for one in autopilot.commands if one[0] in FLYING])
        pilot.do(action)
        after = [(number, params[:2]) for number, params in autopilot.commands if number in FLYING][
            before:
        ]
        assert after == [sent]
        time.sleep(0.01)


def test_arming_is_guided_and_then_the_plain_command(wire: tuple[Pilot, Autopilot]) -> None:
    pilot, autopilot = wire
    pilot.do(Arm())
    sent = [one for one in autopilot.commands if one[0] in (176, 400)][-2:]
    assert sent == [(176, (1.0, 4.0, 0.0, 0.0)), (400, (1.0, 0.0, 0.0, 0.0))]


def test_what_is_armed_in_a_moving_mode_on_the_ground_is_not_armed_again(
    wire: tuple[Pilot, Autopilot],
) -> None:
    pilot, autopilot = wire
    autopilot.armed, autopilot.mode = True, 6
    pilot.until(
        lambda now: now.flight and now.flight.armed and now.flight.mode == "return", "returning"
    )
    before = list(autopilot.commands)

    with pytest.raises(Conflict, match="armed on the ground in the mode return"):
        pilot.do(Arm())

    assert [one for one in autopilot.commands[len(before) :] if one[0] in (176, 400)] == []
    autopilot.armed, autopilot.mode = False, 4
    pilot.until(lambda now: now.flight and not now.flight.armed, "disarmed")
