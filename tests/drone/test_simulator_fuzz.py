"""Nothing that a ground station says ends the simulated autopilot."""

from __future__ import annotations

import math
import struct
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from pymavlink.dialects.v20 import ardupilotmega as mav

from drone.simulator.items import Cmd, ItemKind
from drone.simulator.messages import STREAMS
from drone.simulator.modes import Mode
from drone.simulator.parameters import DEFAULTS
from tests.drone.simulator_rig import GCS, HOME, READY_S, TAKE_OFF_ITEM, Rig, a_rig, item_message

INT32 = st.integers(-(2**31), 2**31 - 1)
ODD = st.sampled_from([0.0, 1.0, -1.0, 3e38, -3e38, math.inf, -math.inf, math.nan, 20.0, 1e-40])
NUMBER = st.one_of(ODD, st.floats(width=32))
COMMAND = st.sampled_from([int(one) for one in Cmd] + [0, 65535])


@st.composite
def command_long(draw: st.DrawFn) -> object:
    params = [draw(NUMBER) for _ in range(7)]
    return mav.MAVLink_command_long_message(1, 1, draw(COMMAND), 0, *params)


@st.composite
def command_int(draw: st.DrawFn) -> object:
    frame = draw(st.integers(0, 255))
    params = [draw(NUMBER) for _ in range(4)]
    place = (draw(INT32), draw(INT32), draw(NUMBER))
    return mav.MAVLink_command_int_message(1, 1, frame, draw(COMMAND), 0, 0, *params, *place)


@st.composite
def parameter(draw: st.DrawFn) -> object:
    name = draw(st.sampled_from([*DEFAULTS, "NO_SUCH"])).encode()
    return mav.MAVLink_param_set_message(1, 1, name, draw(NUMBER), draw(st.integers(0, 255)))


@st.composite
def upload(draw: st.DrawFn) -> object:
    """A count of one or two, then items in the old and in the new form."""
    kind = draw(st.sampled_from([int(one) for one in ItemKind]))
    params = [draw(NUMBER) for _ in range(4)]
    frame, command = draw(st.sampled_from([0, 2, 3, 6])), draw(COMMAND)
    if draw(st.booleans()):
        place: tuple[float, ...] = (draw(NUMBER), draw(NUMBER), draw(NUMBER))
        maker = mav.MAVLink_mission_item_message
    else:
        place = (draw(INT32), draw(INT32), draw(NUMBER))
        maker = mav.MAVLink_mission_item_int_message
    items = [maker(1, 1, seq, frame, command, 0, 1, *params, *place, kind) for seq in (0, 1)]
    return [mav.MAVLink_mission_count_message(1, 1, 2, kind), *items]


ANYTHING = st.one_of(command_long(), command_int(), parameter(), upload())


def say(rig: Rig, said: object) -> None:
    for message in said if isinstance(said, list) else [said]:
        rig.send(message)
        rig.fly(0.1)


@settings(max_examples=25)
@given(st.lists(ANYTHING, min_size=1, max_size=12))
def test_it_answers_still_whatever_was_said(said: list[object]) -> None:
    with a_rig() as rig:
        rig.fly(READY_S)
        for number in STREAMS:
            rig.ask(number, 10.0)
        rig.mode(Mode.GUIDED)
        rig.arm()
        rig.take_off(5.0)
        rig.fly(4)
        for one in said:
            say(rig, one)
        rig.fly(3)
        truth = rig.vehicle.truth()
        assert all(map(math.isfinite, (truth.lat, truth.lon, truth.alt_amsl_m)))
        rig.vehicle.clear(None, rig.now_s)
        rig.fly(3)  # a reboot it was told to make is over
        rig.forget()
        rig.mode(Mode.LAND)


@settings(max_examples=25)
@given(st.binary(max_size=600))
def test_it_answers_still_whatever_bytes_came(data: bytes) -> None:
    with a_rig() as rig:
        rig.fly(READY_S)
        rig.send_bytes(data)
        rig.fly(15)  # what looks like a head swallows as much as it promised
        assert rig.mode(Mode.GUIDED) == 0


def packed(number: int, payload: bytes) -> bytes:
    """A well-formed MAVLink 2 packet of a ground station."""
    head = struct.pack("<6BHB", len(payload), 0, 0, 0, *GCS, number & 0xFFFF, number >> 16)
    checked = head + payload + bytes([mav.mavlink_map[number].crc_extra])
    return b"\xfd" + head + payload + struct.pack("<H", mav.x25crc(checked).crc)


def test_it_answers_still_whatever_message_came() -> None:
    """Every message of the dialect, well formed, filled with whatever."""
    random = Random(4)
    with a_rig() as rig:
        rig.fly(READY_S)
        for number in sorted(mav.mavlink_map):
            size = mav.mavlink_map[number].unpacker.size
            fillings = [bytes([value]) * size for value in (0, 1, 255)]  # 0, 1: for us
            for payload in (*fillings, random.randbytes(size)):
                rig.send_bytes(packed(number, payload))
                rig.fly(0.05)
        assert len(rig.of("COMMAND_ACK")) >= 4
        assert rig.of("MISSION_ACK")
        rig.fly(12)  # an upload that was begun is given up
        assert rig.command(Cmd.LAND) in {0, 4}


def test_a_mission_with_an_endless_number_in_it_is_refused() -> None:
    with a_rig() as rig:
        rig.fly(READY_S)
        jump = (Cmd.JUMP, *HOME, 0.0, (math.inf, 1.0), 6)
        rig.send(mav.MAVLink_mission_count_message(1, 1, 2, 0))
        rig.fly(0.1)
        rig.send(item_message(0, TAKE_OFF_ITEM))
        rig.fly(0.1)
        rig.send(item_message(1, jump))
        rig.fly(0.1)
        assert rig.last("MISSION_ACK").type == 6
