"""The station's commands: replies, refusals, silence, and an agent that goes in the middle."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from ground_station.agentlink.client import (
    COMMAND_THREADS,
    COMMANDS_WAITING,
    URGENT_AT_ONCE,
    AgentClient,
)
from ground_station.core.agent_actions import URGENT, Action, Arm, Hold, Land, Return
from ground_station.core.agent_protocol import (
    AcceptWhip,
    AgentMessage,
    Command,
    Done,
    EndSession,
    Reply,
    SdpAnswer,
    SessionEnded,
)
from ground_station.core.agent_vehicles import Flown, Fly
from ground_station.core.errors import KestrelError, TimedOut, Unavailable, Unprocessable
from ground_station.core.ids import new_id
from ground_station.core.ports import AgentChannel
from tests.agentlink.station import Station, until

MakeClient = Callable[..., AgentClient]
OFFER = AcceptWhip("source", "session", "v=0 offer")


def channel_of(station: Station, client: AgentClient) -> AgentChannel:
    until(lambda: client.connected)
    return station.listener.channels[-1]


def test_round_trip(station: Station, make_client: MakeClient) -> None:
    seen: list[Command] = []

    def answer(command: Command) -> Reply:
        seen.append(command)
        return SdpAnswer("v=0 answer")

    channel = channel_of(station, make_client(station, on_command=answer))
    assert channel.call(OFFER, 2) == SdpAnswer("v=0 answer")
    assert seen == [OFFER]


def test_a_command_is_quick(station: Station, make_client: MakeClient) -> None:
    channel = channel_of(station, make_client(station))
    began = time.monotonic()
    for _ in range(50):
        channel.call(EndSession("x"), 2)
    assert (time.monotonic() - began) / 50 < 0.03  # a lost TCP_NODELAY costs 0.04 each


def test_a_refusal_keeps_its_class_sentence_and_remedy(
    station: Station, make_client: MakeClient
) -> None:
    def refuse(command: Command) -> Reply:
        raise Unprocessable("No codec we speak.", "Offer H.264 or VP8.")

    channel = channel_of(station, make_client(station, on_command=refuse))
    with pytest.raises(Unprocessable) as caught:
        channel.call(OFFER, 2)
    assert (caught.value.message, caught.value.remedy) == (
        "No codec we speak.",
        "Offer H.264 or VP8.",
    )


def test_a_fault_of_the_agent_is_answered_without_its_details(
    station: Station, make_client: MakeClient
) -> None:
    def fail(command: Command) -> Reply:
        raise ZeroDivisionError("secret details")

    channel = channel_of(station, make_client(station, on_command=fail))
    with pytest.raises(KestrelError, match="ZeroDivisionError") as caught:
        channel.call(OFFER, 2)
    assert "secret" not in str(caught.value)


def test_no_answer_in_time(station: Station, make_client: MakeClient) -> None:
    go_on = threading.Event()

    def hang(command: Command) -> Reply:
        go_on.wait(10)
        return Done()

    channel = channel_of(station, make_client(station, on_command=hang))
    began = time.monotonic()
    with pytest.raises(TimedOut):
        channel.call(OFFER, 0.2)
    assert time.monotonic() - began < 1
    go_on.set()
    assert channel.call(EndSession("x"), 2) == Done()  # the late answer hurt nothing


def test_the_agent_goes_while_a_command_waits(station: Station, make_client: MakeClient) -> None:
    started = threading.Event()

    def hang(command: Command) -> Reply:
        started.set()
        time.sleep(2)
        return Done()

    client = make_client(station, on_command=hang)
    channel = channel_of(station, client)
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(channel.call, OFFER, 20)
        assert started.wait(2)
        client.stop()
        assert isinstance(call.exception(2), Unavailable)
    with pytest.raises(Unavailable, match="not connected"):
        channel.call(OFFER, 1)


def test_calling_from_the_agents_own_handler_is_an_error_at_once(
    station: Station, make_client: MakeClient
) -> None:
    caught: list[BaseException] = []

    def call_back(channel: AgentChannel, message: AgentMessage) -> None:
        if isinstance(message, SessionEnded):
            try:
                channel.call(EndSession("x"), 5)
            except RuntimeError as error:
                caught.append(error)

    station.listener.on_message = call_back
    client = make_client(station)
    until(lambda: client.connected)
    client.send(SessionEnded("s", "over"))
    until(lambda: caught)
    assert client.connected


def test_many_commands_at_once_each_get_their_own_answer(
    station: Station, make_client: MakeClient
) -> None:
    def echo(command: Command) -> Reply:
        assert isinstance(command, AcceptWhip)
        return SdpAnswer(command.sdp[::-1])

    client = make_client(station, on_command=echo)
    channel = channel_of(station, client)

    def ask(number: int) -> bool:
        text = f"{number:04d}" * (1 + number % 7 * 400)
        client.send(SessionEnded(text[:40], "noise between the commands"))
        return channel.call(AcceptWhip("s", str(number), text), 10) == SdpAnswer(text[::-1])

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(400)))
    assert client.connected


def test_more_commands_than_an_agent_can_hold_are_refused(
    station: Station, make_client: MakeClient
) -> None:
    go_on = threading.Event()

    def hang(command: Command) -> Reply:
        go_on.wait(10)
        return Done()

    channel = channel_of(station, make_client(station, on_command=hang))
    room = COMMAND_THREADS + COMMANDS_WAITING
    with ThreadPoolExecutor(room + 4) as pool:
        calls = [pool.submit(channel.call, EndSession(str(n)), 10) for n in range(room + 4)]
        until(lambda: sum(call.done() for call in calls) >= 4)
        go_on.set()
        errors = [call.exception(10) for call in calls]
    assert sum(error is None for error in errors) == room
    assert all(isinstance(error, Unavailable) for error in errors if error is not None)


@pytest.mark.parametrize("action", [Hold(), Return(), Land()])
def test_what_brings_to_safety_waits_for_no_other_command(
    station: Station, make_client: MakeClient, action: Action
) -> None:
    go_on = threading.Event()

    def answer(command: Command) -> Reply:
        if isinstance(command, Fly) and isinstance(command.action, URGENT):
            return Flown("done")
        go_on.wait(10)
        return Done()

    channel = channel_of(station, make_client(station, on_command=answer))
    room = COMMAND_THREADS + COMMANDS_WAITING
    with ThreadPoolExecutor(room + 1) as pool:
        calls = [pool.submit(channel.call, _fly(Arm()), 10) for _ in range(room + 1)]
        until(lambda: any(call.done() for call in calls))  # refused: the pool is full
        assert channel.call(_fly(action), 2) == Flown("done")
        go_on.set()


def test_one_that_hangs_on_its_way_to_safety_holds_up_no_other(
    station: Station, make_client: MakeClient
) -> None:
    go_on = threading.Event()

    def answer(command: Command) -> Reply:
        assert isinstance(command, Fly)
        if command.system_id > 1:
            go_on.wait(10)
        return Flown()

    channel = channel_of(station, make_client(station, on_command=answer))
    with ThreadPoolExecutor(30) as pool:
        hanging = [pool.submit(channel.call, _fly(Hold(), n), 10) for n in range(2, 32)]
        assert channel.call(_fly(Hold(), 1), 2) == Flown()
        assert not any(call.done() for call in hanging)
        go_on.set()
        assert all(call.result(10) == Flown() for call in hanging)


def test_urgent_commands_are_bounded_too(station: Station, make_client: MakeClient) -> None:
    go_on = threading.Event()

    def hang(command: Command) -> Reply:
        go_on.wait(10)
        return Flown()

    channel = channel_of(station, make_client(station, on_command=hang))
    with ThreadPoolExecutor(URGENT_AT_ONCE + 2) as pool:
        calls = [pool.submit(channel.call, _fly(Land()), 10) for _ in range(URGENT_AT_ONCE + 2)]
        until(lambda: sum(call.done() for call in calls) >= 2)
        go_on.set()
        errors = [call.exception(10) for call in calls]
    assert sum(error is None for error in errors) == URGENT_AT_ONCE
    assert all(isinstance(error, Unavailable) for error in errors if error is not None)
    until(lambda: channel.call(_fly(Land()), 2) == Flown())  # and there is room again


def _fly(action: Action, system_id: int = 1) -> Fly:
    return Fly(new_id(), system_id, action, "a test")
