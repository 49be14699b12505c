"""Batches: order, what is dropped and counted, gaps, size limits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from ground_station.agentlink.client import AgentClient
from ground_station.agentlink.outgoing import CONTROL_CAPACITY, STREAM_CAPACITY, Outgoing
from ground_station.core.agent_protocol import (
    AgentMessage,
    Envelope,
    FrameTime,
    FrameTimes,
    Heartbeat,
    SessionEnded,
    SourceReports,
    TrackBatch,
    ViewerClock,
    decode_envelope,
    encode,
)
from ground_station.core.agent_wire import MAX_ENVELOPE_BYTES
from ground_station.core.ports import AgentChannel
from tests.agentlink.raw import RawAgent
from tests.agentlink.station import Station, until

MakeClient = Callable[..., AgentClient]
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def times(source_id: str, count: int = 1) -> FrameTimes:
    return FrameTimes(source_id, [FrameTime(n, NOW) for n in range(count)])


def test_messages_of_a_kind_come_in_order(station: Station, make_client: MakeClient) -> None:
    client = make_client(station)
    until(lambda: client.connected)
    for number in range(600):
        client.send(SessionEnded(str(number), ""))
        client.send(times(str(number)))
        if number % 100 == 99:
            time.sleep(0.15)  # a batch interval: more than a batch may hold is dropped
    until(lambda: len(station.listener.of(FrameTimes)) == 600)
    ended = station.listener.of(SessionEnded)
    assert [m.session_id for m in ended if isinstance(m, SessionEnded)] == [
        str(n) for n in range(600)
    ]
    stamped = station.listener.of(FrameTimes)
    assert [m.source_id for m in stamped if isinstance(m, FrameTimes)] == [
        str(n) for n in range(600)
    ]
    assert station.agents.sequence_gaps == 0
    assert client.dropped == 0


def test_a_station_that_does_not_read_costs_old_messages_and_nothing_else(
    station: Station, make_client: MakeClient
) -> None:
    go_on = threading.Event()

    def block(channel: AgentChannel, message: AgentMessage) -> None:
        if isinstance(message, FrameTimes):
            go_on.wait(20)

    station.listener.on_message = block
    client = make_client(station)
    until(lambda: client.connected)
    slowest = 0.0
    sent = 0
    while client.dropped < 20 and sent < 5000:
        message = times(f"{sent:06d}", 500)
        before = time.monotonic()
        client.send(message)
        slowest = max(slowest, time.monotonic() - before)
        sent += 1
        time.sleep(0.001)
    assert client.dropped >= 20
    assert slowest < 0.1  # `send` never waits for the station
    assert client.connected
    client.send(times("newest"))
    go_on.set()
    station.listener.on_message = None

    def newest_came() -> bool:
        stamped = station.listener.of(FrameTimes)
        return bool(stamped) and stamped[-1] == times("newest")

    until(newest_came, 20)
    received = len(station.listener.of(FrameTimes))
    assert received + client.dropped == sent + 1


def test_delivery_classes() -> None:
    outgoing = Outgoing()
    for number in range(STREAM_CAPACITY + 3):
        outgoing.put(times(str(number)))
        outgoing.put(TrackBatch([]))
    outgoing.put(SourceReports([], detector="old"))
    outgoing.put(SourceReports([], detector="new"))
    outgoing.put(ViewerClock("viewer", 5))
    assert outgoing.dropped == 3 + 3 + 1
    taken = outgoing.take()
    assert taken[0] == ViewerClock("viewer", 5)
    assert [m for m in taken if isinstance(m, SourceReports)] == [SourceReports([], detector="new")]
    kept = [m.source_id for m in taken if isinstance(m, FrameTimes)]
    assert kept == [str(n) for n in range(3, STREAM_CAPACITY + 3)]
    assert outgoing.take() == []


def test_control_messages_are_bounded_too() -> None:
    outgoing = Outgoing()
    for number in range(CONTROL_CAPACITY + 1):
        outgoing.put(SessionEnded(str(number), ""))
    assert outgoing.dropped == 1
    assert len(outgoing.take()) == CONTROL_CAPACITY


def test_streams_of_a_broken_connection_are_history_but_control_is_not() -> None:
    outgoing = Outgoing()
    outgoing.put(times("old"))
    outgoing.put(SessionEnded("s", "over"))
    outgoing.forget_streams()
    assert outgoing.take() == [SessionEnded("s", "over")]
    assert outgoing.dropped == 1


def test_big_batches_are_split_and_oversized_messages_counted() -> None:
    outgoing = Outgoing()
    messages: list[AgentMessage] = [times(str(n), 10_000) for n in range(12)]
    messages.insert(5, times("too big", 100_000))
    payloads = list(outgoing.pack(messages, first_seq=7))
    assert len(payloads) > 1
    assert all(len(payload) <= MAX_ENVELOPE_BYTES for payload in payloads)
    envelopes = [decode_envelope(payload) for payload in payloads]
    assert [envelope.seq for envelope in envelopes] == list(range(7, 7 + len(envelopes)))
    unpacked = [message for envelope in envelopes for message in envelope.messages]
    assert unpacked == [m for m in messages if m != messages[5]]
    assert outgoing.dropped == 1


def test_missing_envelopes_are_counted(station: Station, caplog: pytest.LogCaptureFixture) -> None:
    raw = RawAgent(station).hello()
    heartbeat = Heartbeat(sent_at=NOW)
    raw.envelope(encode(Envelope(1, [heartbeat])))
    raw.envelope(encode(Envelope(5, [heartbeat])))
    until(lambda: len(station.listener.messages) == 2)
    assert station.agents.sequence_gaps == 3
    assert sum("agent_gap" in record.message for record in caplog.records) == 1
    raw.close()


def test_envelopes_that_go_back_end_the_connection(station: Station) -> None:
    raw = RawAgent(station).hello()
    raw.envelope(encode(Envelope(0, [])))
    verdict = raw.verdict()
    assert verdict is not None
    assert raw.dropped()
    raw.close()
