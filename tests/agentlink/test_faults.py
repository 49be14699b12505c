"""Broken connections, dead stations, and bytes that mean nothing."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable

import pytest
import websocket
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ground_station.agentlink import connection as connection_module
from ground_station.agentlink.client import AgentClient
from ground_station.core.agent_protocol import (
    PROTOCOL_VERSION,
    Done,
    EndSession,
    Envelope,
    SessionEnded,
    SourceReports,
    TrackBatch,
    encode,
)
from tests.agentlink.proxy import Proxy
from tests.agentlink.raw import RawAgent
from tests.agentlink.station import CAMERA, NODE, Station, client_of, hello_of, until

MakeClient = Callable[..., AgentClient]
FUZZ = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class At:
    """Stands for a station in `client_of`: only its address is used."""

    def __init__(self, url: str) -> None:
        self.url = url


def test_the_station_restarts_and_the_agent_is_back_by_itself(
    station: Station, make_client: MakeClient
) -> None:
    client = make_client(station)
    until(lambda: client.connected)
    station.stop()
    until(lambda: not client.connected)
    client.send(TrackBatch([]))
    client.send(SourceReports([], detector="old"))
    client.send(SourceReports([], detector="new"))
    client.send(SessionEnded("s", "over"))
    time.sleep(0.6)
    station.listener.messages.clear()
    began = time.monotonic()
    station.start()
    until(lambda: client.connected)
    assert time.monotonic() - began < 3
    until(lambda: len(station.listener.messages) >= 2)
    assert SessionEnded("s", "over") in station.listener.messages
    assert SourceReports([], detector="new") in station.listener.messages
    assert station.listener.of(TrackBatch) == []  # history
    assert client.dropped == 2
    assert station.listener.channels[-1].call(EndSession("x"), 2) == Done()


def test_a_cut_connection_is_made_again(station: Station, make_client: MakeClient) -> None:
    proxy = Proxy(station.port)
    client = make_client(At(proxy.url))
    until(lambda: client.connected)
    proxy.cut()
    until(lambda: station.listener.gone)
    until(lambda: len(station.listener.hellos) == 2 and client.connected)
    assert station.listener.channels[-1].call(EndSession("x"), 2) == Done()
    client.stop()
    proxy.close()


def test_a_frozen_path_is_noticed_at_the_agent(
    station: Station, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_module, "ACKNOWLEDGED_WITHIN_S", 1.0)
    proxy = Proxy(station.port)
    client = make_client(At(proxy.url))
    until(lambda: client.connected)
    proxy.frozen.set()
    until(lambda: not client.connected, 5)
    proxy.frozen.clear()
    until(lambda: client.connected, 10)
    client.stop()
    proxy.close()


def test_fifty_reconnects_leak_no_thread_and_no_socket(
    station: Station, make_client: MakeClient, quick_retries: None
) -> None:
    client = make_client(station)

    def threads() -> int:
        # The server library keeps a sleeping ping thread for 25 s after each connection.
        return sum("_send_ping" not in thread.name for thread in threading.enumerate())

    before = 0
    for number in range(50):
        until(lambda n=number: len(station.listener.channels) > n and client.connected)  # type: ignore[misc]
        if number == 2:
            time.sleep(0.2)
            before = threads()
        station.listener.channels[-1].close()
        until(lambda n=number: len(station.listener.gone) > n)  # type: ignore[misc]
    until(lambda: client.connected and len(station.listener.channels) == 51)
    until(lambda: threads() <= before)
    assert len(station._socketio.server.eio.sockets) <= 2


@pytest.mark.parametrize("state", ["connected", "refused", "unreachable", "mute"])
def test_stop_takes_less_than_a_second(station: Station, state: str) -> None:
    listener = socket.create_server(("127.0.0.1", 0))  # accepts in the kernel, never answers
    mute = At(f"http://127.0.0.1:{listener.getsockname()[1]}")
    target = {"mute": mute, "unreachable": At("http://127.0.0.1:9")}.get(state, station)
    token = "wrong" if state == "refused" else "node-token"
    client = client_of(target, token)  # type: ignore[arg-type]
    client.start()
    if state == "connected":
        until(lambda: client.connected)
    elif state == "refused":
        until(lambda: client.refusal)
    else:
        time.sleep(0.3)
    began = time.monotonic()
    client.stop()
    assert time.monotonic() - began < 1.1
    listener.close()
    if state == "connected":
        until(lambda: station.listener.gone)


def test_what_was_said_just_before_stop_arrives(station: Station, make_client: MakeClient) -> None:
    client = make_client(station)
    until(lambda: client.connected)
    client.send(SessionEnded("last", "words"))
    client.stop()
    until(lambda: SessionEnded("last", "words") in station.listener.messages)


def test_the_token_is_in_no_log(
    station: Station, make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    client = make_client(station)
    until(lambda: client.connected)
    refused = make_client(station, "another-secret")
    until(lambda: refused.refusal)
    assert "node-token" not in caplog.text
    assert "another-secret" not in caplog.text


def test_a_malformed_envelope_ends_that_agent_only_and_is_logged_once(
    station: Station, make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    other = make_client(station, "camera-token", CAMERA)
    until(lambda: other.connected)
    raw = RawAgent(station).hello()
    for _ in range(5):
        raw.envelope(b"\xff not msgpack")
    verdict = raw.verdict()
    assert verdict is not None
    assert "malformed" in verdict.message
    assert raw.dropped()
    until(lambda: len(station.listener.gone) == 1)
    assert sum("agent_dropped" in record.message for record in caplog.records) == 1
    assert other.connected
    raw.close()


def test_what_comes_after_hanging_up_is_no_error(
    station: Station, make_client: MakeClient, caplog: pytest.LogCaptureFixture, quick_retries: None
) -> None:
    client = make_client(station)
    for round_number in range(1, 11):
        until(lambda n=round_number: client.connected and len(station.listener.channels) == n)  # type: ignore[misc]
        for number in range(200):
            client.send(SessionEnded(str(number), "x" * 2000))
        station.listener.channels[-1].close()
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_an_envelope_over_the_limit_ends_the_connection(station: Station) -> None:
    raw = RawAgent(station).hello()
    raw.envelope(b"\x00" * 1_000_001)
    until(lambda: station.listener.gone)
    raw.close()


GOOD = encode(Envelope(0, [hello_of(NODE)]))


@FUZZ
@given(
    payload=st.one_of(
        st.binary(max_size=200),
        st.tuples(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=4)).map(
            lambda edit: GOOD[: edit[0]] + edit[1] + GOOD[edit[0] + len(edit[1]) :]
        ),
    )
)
def test_fuzzed_envelopes_never_hurt_the_station(fuzzed: Station, payload: bytes) -> None:
    raw = RawAgent(fuzzed)
    raw.envelope(payload)
    raw.close()
    still_serves(fuzzed)


@FUZZ
@given(
    frames=st.lists(
        st.one_of(
            st.text(max_size=60),
            st.binary(max_size=60),
            st.sampled_from(
                [
                    '42/agents,["m"]',
                    '42/agents,["m",{"a":1}]',
                    '42/agents,["m",null,null,null]',
                    '42/agents,["command","x"]',
                    '42/agents,["connect"]',
                    "451-/agents,[",
                    '459-/agents,["m",{"_placeholder":true,"num":0}]',
                    '451-/agents,["m",{"_placeholder":true,"num":7}]',
                    "43/agents,0[]",
                    "43/agents,99[1,2,3]",
                    "461-/agents,0[]",
                    "41/agents,",
                    "40/agents,[]",
                    "44/agents,{}",
                    "1",
                    "2probe",
                    "5",
                    "9",
                ]
            ),
        ),
        min_size=1,
        max_size=4,
    ),
    greeted=st.booleans(),
)
def test_fuzzed_packets_never_hurt_the_station(
    fuzzed: Station, frames: list[str | bytes], greeted: bool
) -> None:
    raw = RawAgent(fuzzed)
    try:
        if greeted:
            raw.hello()
        for frame in frames:
            if isinstance(frame, str):
                raw.socket.send(frame)
            else:
                raw.socket.send_binary(frame)
    except (OSError, websocket.WebSocketException):
        pass  # dropped in the middle, as it should be
    raw.close()
    still_serves(fuzzed)


@FUZZ
@given(auth=st.recursive(st.none() | st.booleans() | st.text(max_size=20), st.lists, max_leaves=4))
def test_fuzzed_credentials_are_refused(fuzzed: Station, auth: object) -> None:
    url = f"ws://127.0.0.1:{fuzzed.port}/socket.io/?EIO=4&transport=websocket"
    link = websocket.create_connection(url, timeout=5)
    link.recv()
    link.send("40/agents," + json.dumps({"token": auth}))
    assert str(link.recv()).startswith("44/agents")
    link.shutdown()  # type: ignore[no-untyped-call]


def still_serves(station: Station) -> None:
    """Another agent can say hello and is heard."""
    heard = len(station.listener.hellos)
    hello = hello_of(CAMERA)
    assert hello.protocol == PROTOCOL_VERSION
    raw = RawAgent(station, "camera-token")
    raw.envelope(encode(Envelope(0, [hello])))
    assert raw.verdict() is None
    assert len(station.listener.hellos) > heard
    raw.close()
