"""A simulated vehicle and a ground station on one loopback socket, in time that a test moves."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from pymavlink.dialects.v20 import ardupilotmega as mav

from drone.simulator.faults import Fault, FaultKind
from drone.simulator.items import Cmd
from drone.simulator.modes import Mode
from drone.simulator.neighbours import usual_neighbours
from drone.simulator.settings import FITTED as WITH_PAYLOADS
from drone.simulator.settings import SimulatorSettings
from drone.simulator.vehicle import SimulatedVehicle

STEP_S = 0.05
READY_S = 2.0  # from boot to a position good enough to arm, with the usual settings
HOME = (51.4958, -0.2386)
CALM = SimulatorSettings(wind_mps=0.0, gust_mps=0.0)
# With everything that a vehicle can carry.
FITTED = replace(
    CALM,
    parameters=WITH_PAYLOADS,
    remote_control=True,
    telemetry_radio=True,
    remote_id=True,
    neighbours=usual_neighbours(),
)
GCS = (255, 190)


class Rig:
    """The vehicle lives only while `fly` or a request moves its time.

    Attributes:
        heard: every message of the vehicle, oldest first.
        beats: whether the ground station's heartbeat goes out once a second.
    """

    def __init__(self, settings: SimulatorSettings = CALM) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self._parser = mav.MAVLink(None, *GCS)
        self._parser.robust_parsing = True
        self.now_s = 1000.0
        self.vehicle = SimulatedVehicle(settings, self._socket.getsockname(), self.now_s)
        self.heard: list[Any] = []
        self.beats = True
        self.raw = b""
        self._next_beat_s = self.now_s
        self._sources: dict[int, Any] = {}

    def close(self) -> None:
        self.vehicle.close()
        self._socket.close()

    # --- time ------------------------------------------------------------------------------------

    def fly(self, seconds: float, until: Callable[[], bool] | None = None) -> None:
        """Let time pass; ends early once `until` holds, and fails where it never does."""
        end_s = self.now_s + seconds
        while self.now_s < end_s - 1e-9:
            self.now_s += STEP_S
            if self.beats and self.now_s >= self._next_beat_s:
                self._next_beat_s = self.now_s + 1.0
                self.send(mav.MAVLink_heartbeat_message(6, 8, 0, 0, 4, 3))
            self.vehicle.turn(self.now_s)
            self._hear()
            if until is not None and until():
                return
        assert until is None, f"not within {seconds} s: {self.vehicle.truth()}, {self.texts}"

    def put(self, name: str, value: float) -> None:
        """A parameter, as if a ground station had set it."""
        assert self.vehicle.pilot.parameters.put(name, value)

    def begin(self, kind: FaultKind, for_s: float = 1e9, value: float | None = None) -> None:
        self.vehicle.begin(Fault(kind, 0.0, for_s, value), self.now_s)

    # --- the wire --------------------------------------------------------------------------------

    def send(self, message: Any, source: tuple[int, int] = GCS) -> None:
        sender = mav.MAVLink(None, *source)
        self.send_bytes(message.pack(sender))

    def send_bytes(self, data: bytes) -> None:
        self._socket.sendto(data, self.vehicle.socket.getsockname())

    def _hear(self) -> None:
        while True:
            try:
                data, address = self._socket.recvfrom(65536)
            except BlockingIOError:
                return
            self._sources[address[1]] = address
            self.raw += data
            for message in self._parser.parse_buffer(data) or ():
                self.heard.append(message)

    @property
    def ports(self) -> int:
        """How many sockets were heard."""
        return len(self._sources)

    def of(self, kind: str) -> list[Any]:
        return [message for message in self.heard if message.get_type() == kind]

    def last(self, kind: str) -> Any:
        found = self.of(kind)
        assert found, f"no {kind} came"
        return found[-1]

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.of("STATUSTEXT")]

    def forget(self) -> None:
        """What was heard until now."""
        self.heard.clear()
        self.raw = b""

    # --- commands --------------------------------------------------------------------------------

    def command(self, number: int, *params: float) -> int:
        """COMMAND_LONG; the result of its acknowledgement."""
        full = [*params, *[0.0] * (7 - len(params))]
        self.send(mav.MAVLink_command_long_message(1, 1, number, 0, *full))
        return self._result(number)

    def go_to(self, lat: float, lon: float, amsl_m: float, frame: int = 0) -> int:
        nan = float("nan")
        self.send(
            mav.MAVLink_command_int_message(
                *(1, 1, frame, Cmd.REPOSITION, 0, 0),
                *(-1.0, 1.0, 0.0, nan),
                *(round(lat * 1e7), round(lon * 1e7), amsl_m),
            )
        )
        return self._result(Cmd.REPOSITION)

    def _result(self, number: int) -> int:
        before = len(self.of("COMMAND_ACK"))
        self.fly(STEP_S)
        acks = self.of("COMMAND_ACK")[before:]
        assert [ack.command for ack in acks] == [number], "one answer to one command"
        assert (acks[0].target_system, acks[0].target_component) == GCS
        return int(acks[0].result)

    def mode(self, mode: int) -> int:
        return self.command(Cmd.SET_MODE, 1.0, float(mode))

    def arm(self) -> int:
        return self.command(Cmd.ARM_DISARM, 1.0)

    def take_off(self, height_m: float) -> int:
        return self.command(Cmd.TAKEOFF, 0, 0, 0, 0, 0, 0, height_m)

    def ask(self, message_id: int, hertz: float) -> int:
        return self.command(Cmd.SET_MESSAGE_INTERVAL, message_id, 1e6 / hertz)

    def airborne(self, height_m: float = 20.0) -> None:
        """From boot into the air, in GUIDED."""
        self.fly(READY_S)
        assert self.mode(Mode.GUIDED) == 0
        assert self.arm() == 0
        assert self.take_off(height_m) == 0
        self.fly(60, lambda: self.vehicle.truth().height_home_m > height_m - 0.2)
        self.fly(1)

    # --- missions --------------------------------------------------------------------------------

    def upload(self, items: list[tuple[Any, ...]], kind: int = 0) -> int:
        """The acknowledgement's result. An item: (command, lat, lon, z, params, frame)."""
        self.send(mav.MAVLink_mission_count_message(1, 1, len(items), kind))
        for _ in range(len(items) + 2):
            self.fly(STEP_S)
            acks = self.of("MISSION_ACK")
            if acks:
                self.forget()
                return int(acks[-1].type)
            asked = self.last("MISSION_REQUEST").seq
            self.send(item_message(asked, items[asked], kind))
        raise AssertionError("the upload did not end")

    def download(self, kind: int = 0) -> list[Any]:
        self.forget()
        self.send(mav.MAVLink_mission_request_list_message(1, 1, kind))
        self.fly(STEP_S)
        count = self.last("MISSION_COUNT").count
        for number in range(count):
            self.send(mav.MAVLink_mission_request_int_message(1, 1, number, kind))
            self.fly(STEP_S)
        items = self.of("MISSION_ITEM_INT")
        self.send(mav.MAVLink_mission_ack_message(1, 1, 0, kind))
        self.fly(STEP_S)
        return items


def item_message(seq: int, item: tuple[Any, ...], kind: int = 0) -> Any:
    command, lat, lon, z, params, frame = item
    full = [*params, *[0.0] * (4 - len(params))]
    return mav.MAVLink_mission_item_int_message(
        *(1, 1, seq, frame, command, int(seq == 0), 1),
        *full,
        *(round(lat * 1e7), round(lon * 1e7), z, kind),
    )


def waypoint(lat: float, lon: float, z: float, hold_s: float = 0.0) -> tuple[Any, ...]:
    return (Cmd.WAYPOINT, lat, lon, z, (hold_s,), 6)


HOME_ITEM = (Cmd.WAYPOINT, *HOME, 0.0, (), 0)
TAKE_OFF_ITEM = (Cmd.TAKEOFF, 0.0, 0.0, 15.0, (), 6)
RETURN_ITEM = (Cmd.RETURN_TO_LAUNCH, 0.0, 0.0, 0.0, (), 2)


@contextmanager
def a_rig(settings: SimulatorSettings = CALM) -> Iterator[Rig]:
    rig = Rig(settings)
    try:
        yield rig
    finally:
        rig.close()
