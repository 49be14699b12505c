"""Who is let in, who is not, and what each is told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import flask
import pytest
from flask_socketio import SocketIO

from ground_station.agentlink.client import AgentClient
from ground_station.agentlink.server import AgentServer
from ground_station.core.agent_protocol import (
    PROTOCOL_VERSION,
    Envelope,
    Heartbeat,
    Hello,
    encode,
)
from ground_station.core.clock import ManualClock
from ground_station.core.errors import (
    ConfigError,
    Conflict,
    InvalidInput,
    NotAllowed,
    NotSignedIn,
    TimedOut,
    Unavailable,
)
from ground_station.core.ports import AgentChannel, AgentIdentity
from tests.agentlink.raw import RawAgent
from tests.agentlink.station import CAMERA, NODE, Recorder, Station, Tokens, hello_of, until

MakeClient = Callable[..., AgentClient]


def test_hello_is_heard_and_heartbeats_follow(station: Station, make_client: MakeClient) -> None:
    client = make_client(station)
    until(lambda: client.connected)
    assert station.listener.hellos == [hello_of(NODE)]
    assert station.agents.connected_agents == {NODE.agent_id}
    assert client.refusal is None
    until(lambda: len(station.listener.of(Heartbeat)) >= 2)


def test_two_agents_at_once(station: Station, make_client: MakeClient) -> None:
    node, camera = make_client(station), make_client(station, "camera-token", CAMERA)
    until(lambda: node.connected and camera.connected)
    assert {hello.name for hello in station.listener.hellos} == {NODE.name, CAMERA.name}


def test_a_hello_that_takes_long_holds_up_no_other_agent(
    station: Station, make_client: MakeClient
) -> None:
    waits, goes_on = threading.Event(), threading.Event()
    take = station.listener.agent_connected

    def slowly(identity: AgentIdentity, hello: Hello, channel: AgentChannel) -> None:
        if identity == CAMERA:
            waits.set()
            goes_on.wait(20.0)
        take(identity, hello, channel)

    station.listener.agent_connected = slowly  # type: ignore[method-assign]
    try:
        slow = make_client(station, "camera-token", CAMERA)
        assert waits.wait(10.0)
        quick = make_client(station)
        until(lambda: quick.connected)
        quick.stop()
        until(lambda: len(station.listener.gone) == 1)
        assert not slow.connected
    finally:
        goes_on.set()
    until(lambda: slow.connected)


@pytest.mark.parametrize("token", ["no-such-token", "", "\x00" * 2000])
def test_an_unknown_token_is_refused_with_a_sentence(
    station: Station, make_client: MakeClient, token: str
) -> None:
    client = make_client(station, token)
    until(lambda: client.refusal)
    assert isinstance(client.refusal, NotSignedIn)
    assert "token" in client.refusal.message
    assert client.refusal.remedy
    assert token == "" or token not in str(client.refusal)
    assert not client.connected
    assert station.listener.hellos == []


def test_a_refused_stranger_does_not_keep_a_thread(station: Station) -> None:
    raw = RawAgent(station, "no-such-token")
    assert raw.answer.startswith("44/agents")
    assert raw.dropped()
    raw.close()
    until(lambda: not station._socketio.server.eio.sockets)


@pytest.mark.parametrize(
    ("protocol", "older"), [(7, "update this station"), (1, f"update {NODE.name}")]
)
def test_another_version_is_refused_with_both_versions(
    station: Station, make_client: MakeClient, protocol: int, older: str
) -> None:
    client = make_client(station, protocol=protocol)
    until(lambda: client.refusal)
    assert isinstance(client.refusal, InvalidInput)
    assert f"protocol {protocol}," in client.refusal.message
    assert f"speaks {PROTOCOL_VERSION}." in client.refusal.message
    assert "same release" in client.refusal.remedy
    assert older in client.refusal.remedy
    assert station.listener.hellos == []


def test_a_token_of_another_kind_is_refused(station: Station, make_client: MakeClient) -> None:
    client = make_client(station, "node-token", CAMERA)
    until(lambda: client.refusal)
    assert isinstance(client.refusal, InvalidInput)
    assert "node" in client.refusal.message
    assert "camera" in client.refusal.message


def test_the_listener_may_refuse(station: Station, make_client: MakeClient) -> None:
    station.listener.refuse_with = NotAllowed("This node is not wanted.", "Ask the supervisor.")
    client = make_client(station)
    until(lambda: client.refusal)
    assert isinstance(client.refusal, NotAllowed)
    assert client.refusal.message == "This node is not wanted."
    assert client.refusal.remedy == "Ask the supervisor."
    assert station.listener.gone == []  # it never was there


def test_a_refused_agent_comes_back_when_it_is_wanted(
    station: Station, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ground_station.agentlink.client.REFUSED_PAUSE_S", 0.1)
    station.listener.refuse_with = NotAllowed("Not yet.")
    client = make_client(station)
    until(lambda: client.refusal)
    station.listener.refuse_with = None
    until(lambda: client.connected)
    assert client.refusal is None


def test_a_station_that_is_not_ready_is_no_refusal(
    station: Station, make_client: MakeClient
) -> None:
    station.listener.refuse_with = Unavailable("The store is not open yet.")
    client = make_client(station)
    time.sleep(0.3)
    assert client.refusal is None
    station.listener.refuse_with = None
    until(lambda: client.connected)


def test_no_station_is_no_refusal(make_client: MakeClient) -> None:
    station = Station()  # not started
    client = make_client(station)
    time.sleep(0.2)
    assert not client.connected
    assert client.refusal is None


def test_the_second_connection_of_an_agent_replaces_the_first(
    station: Station, make_client: MakeClient
) -> None:
    first = make_client(station)
    until(lambda: first.connected)
    second = make_client(station)
    until(lambda: second.connected and first.refusal)
    assert isinstance(first.refusal, Conflict)
    assert station.listener.gone == station.listener.channels[:1]
    assert station.agents.connected_agents == {NODE.agent_id}
    time.sleep(0.3)
    assert second.connected
    assert len(station.listener.gone) == 1


def test_the_first_message_must_be_a_hello(station: Station) -> None:
    raw = RawAgent(station)
    raw.envelope(encode(Envelope(0, [])))
    verdict = raw.verdict()
    assert verdict is not None
    assert "hello" in verdict.message
    assert raw.dropped()
    raw.close()


def test_hello_comes_once(station: Station) -> None:
    raw = RawAgent(station).hello()
    raw.envelope(encode(Envelope(1, [hello_of(NODE)])))
    assert raw.verdict() is not None
    assert raw.dropped()
    until(lambda: station.listener.gone)
    raw.close()


def test_no_hello_in_time_ends_the_connection() -> None:
    clock = ManualClock()
    station = Station(clock).start()
    raw = RawAgent(station)
    clock.advance(4.9)
    time.sleep(0.7)  # longer than the watcher's interval
    assert raw.socket.connected
    clock.advance(0.2)
    verdict = raw.verdict()
    assert verdict is not None
    assert verdict.code == TimedOut.code
    assert raw.dropped()
    assert station.listener.gone == []
    raw.close()
    station.stop()


def test_a_silent_agent_is_dropped_and_the_listener_told() -> None:
    clock = ManualClock()
    station = Station(clock).start()
    raw = RawAgent(station).hello()
    clock.advance(10.1)
    until(lambda: station.listener.gone == station.listener.channels)
    assert station.agents.connected_agents == frozenset()
    assert raw.dropped()
    raw.close()
    station.stop()


def test_asynchronous_handlers_are_refused() -> None:
    socketio = SocketIO(flask.Flask(__name__), async_mode="threading")
    with pytest.raises(ConfigError, match="async_handlers=False"):
        AgentServer(socketio, Tokens(), Recorder())
