"""Durable messages, clock readings, token rotation, floods and stolen tokens over the real link."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import websocket

from ground_station.agentlink.channel import ENVELOPE_BURST
from ground_station.agentlink.client import AgentClient
from ground_station.agentlink.clock_offset import ClockOffset
from ground_station.agentlink.outbox import Outbox
from ground_station.agentlink.token_file import (
    AgentFile,
    Tokens,
    read_agent_file,
    write_agent_file,
)
from ground_station.core.agent_durable import ClockReading
from ground_station.core.agent_protocol import (
    HEARTBEAT_LOST_AFTER_S,
    AgentMessage,
    Envelope,
    Heartbeat,
    RotateToken,
    encode,
)
from ground_station.core.clock import ManualClock, SystemClock
from ground_station.core.errors import (
    Conflict,
    IntegrityError,
    NotSignedIn,
    Throttled,
    Unavailable,
    Unprocessable,
)
from ground_station.core.ports import AgentChannel
from tests.agentlink.proxy import Proxy
from tests.agentlink.raw import RawAgent
from tests.agentlink.station import CAMERA, NODE, Station, until
from tests.agentlink.test_outbox import alert

MakeClient = Callable[..., AgentClient]
NOW = datetime(2026, 11, 24, tzinfo=UTC)


# --- never lost ----------------------------------------------------------------------------------


def test_nothing_is_lost_over_a_link_that_breaks(
    station: Station, make_client: MakeClient, tmp_path: Path, quick_retries: None
) -> None:
    proxy = Proxy(station.port)
    outbox = Outbox(tmp_path / "outbox.db", SystemClock())
    client = make_client(station, "camera-token", CAMERA, url=proxy.url, outbox=outbox)
    chance = random.Random(3)
    ids: list[str] = []
    for number in range(300):
        ids.append(client.put(alert(str(number))))
        if number % 60 == 30:
            proxy.cut()
            time.sleep(chance.random() * 0.2)
    until(lambda: outbox.waiting == 0, 30)
    proxy.close()
    got = [m.message_id for batch in station.listener.durable for m in batch]
    assert list(dict.fromkeys(got)) == ids  # each in its order; the inbox drops what came twice
    client.stop()
    outbox.close()


def test_what_is_not_acknowledged_stays_in_the_outbox(
    station: Station, make_client: MakeClient, tmp_path: Path
) -> None:
    station.listener.acknowledge = False
    outbox = Outbox(tmp_path / "outbox.db", SystemClock())
    client = make_client(station, outbox=outbox)
    client.put(alert())
    until(lambda: station.listener.durable)
    time.sleep(0.2)
    assert outbox.waiting == 1
    until(lambda: any(h.figures.get("outbox_waiting") == 1 for h in beats(station)))
    client.stop()
    outbox.close()


def test_an_agent_without_an_outbox_refuses(station: Station, make_client: MakeClient) -> None:
    with pytest.raises(Unavailable, match="no outbox"):
        make_client(station).put(alert())


def beats(station: Station) -> list[Heartbeat]:
    return [m for m in station.listener.messages if isinstance(m, Heartbeat)]


# --- clocks --------------------------------------------------------------------------------------


class WrongClock(SystemClock):
    """A day ahead."""

    def now(self) -> datetime:
        return super().now() + timedelta(days=1)


def test_a_clock_a_day_wrong_is_measured(station: Station, make_client: MakeClient) -> None:
    make_client(station, clock=WrongClock())
    until(lambda: any(beat.clock_offset_ms is not None for beat in beats(station)))
    measured = next(beat for beat in beats(station) if beat.clock_offset_ms is not None)
    assert measured.clock_offset_ms == pytest.approx(86_400_000, abs=500)
    assert measured.round_trip_ms is not None
    assert 0 <= measured.round_trip_ms < 1000


def exchange(offset: ClockOffset, clock: ManualClock, there_s: float, back_s: float) -> None:
    """The station's clock is 5 s behind the agent's."""
    sent_at = clock.now()
    offset.sent(sent_at)
    clock.advance(there_s)
    received_at = clock.now() - timedelta(seconds=5)
    clock.advance(0.2)  # at the station
    replied_at = clock.now() - timedelta(seconds=5)
    clock.advance(back_s)
    offset.take(ClockReading(sent_at, received_at, replied_at))


def test_the_quickest_exchange_is_believed() -> None:
    clock = ManualClock()
    offset = ClockOffset(clock)
    assert offset.measured() is None
    exchange(offset, clock, 1.0, 0.0)  # half a second of error
    assert offset.measured() == pytest.approx((4500, 1000))
    exchange(offset, clock, 0.01, 0.01)
    exchange(offset, clock, 0.0, 2.0)
    assert offset.measured() == pytest.approx((5000, 20))


def test_an_answer_to_nothing_is_ignored() -> None:
    offset = ClockOffset(ManualClock())
    offset.take(ClockReading(NOW, NOW, NOW))
    assert offset.measured() is None


# --- tokens --------------------------------------------------------------------------------------

NEW = "n" * 40


def token_file(folder: Path, *tokens: str) -> Path:
    path = folder / "agent.json"
    write_agent_file(path, AgentFile("http://s", "id", "Gate", "camera", list(tokens)))
    return path


def test_rotation_is_on_the_disk_before_it_is_answered(
    station: Station, make_client: MakeClient, tmp_path: Path, quick_retries: None
) -> None:
    path = token_file(tmp_path, "camera-token")
    client = make_client(station, Tokens.of_file(path), CAMERA)
    until(lambda: client.connected)
    station.listener.channels[0].call(RotateToken(NEW), 5)
    assert read_agent_file(path).tokens == [NEW, "camera-token"]
    assert path.stat().st_mode & 0o777 == 0o600
    station.tokens.known[NEW] = CAMERA
    until(lambda: read_agent_file(path).tokens == [NEW])
    assert len(station.listener.channels) == 2
    assert NEW not in repr(read_agent_file(path))


def test_a_new_token_the_station_never_kept_is_left_for_the_former(
    station: Station, make_client: MakeClient, tmp_path: Path, quick_retries: None
) -> None:
    path = token_file(tmp_path, NEW, "camera-token")  # as a crash of both would leave it
    client = make_client(station, Tokens.of_file(path), CAMERA)
    until(lambda: client.connected)
    assert read_agent_file(path).tokens == ["camera-token"]


def test_no_good_token_is_a_refusal(
    station: Station, make_client: MakeClient, tmp_path: Path, quick_retries: None
) -> None:
    path = token_file(tmp_path, NEW, "another")
    client = make_client(station, Tokens.of_file(path), CAMERA)
    until(lambda: client.refusal)
    assert isinstance(client.refusal, NotSignedIn)
    assert read_agent_file(path).tokens == [NEW, "another"]


def test_an_agent_without_a_file_cannot_rotate(station: Station, make_client: MakeClient) -> None:
    client = make_client(station)
    until(lambda: client.connected)
    with pytest.raises(Unprocessable):
        station.listener.channels[0].call(RotateToken(NEW), 5)


def test_a_damaged_token_file_is_said_without_its_content(tmp_path: Path) -> None:
    path = tmp_path / "agent.json"
    path.write_text('{"tokens": ["secret"')
    with pytest.raises(IntegrityError) as refused:
        read_agent_file(path)
    assert "secret" not in str(refused.value)
    with pytest.raises(Unavailable, match="enrol"):
        read_agent_file(tmp_path / "none")


# --- two places, floods --------------------------------------------------------------------------


def test_a_stolen_token_from_a_second_address_is_refused(
    station: Station, make_client: MakeClient
) -> None:
    first = make_client(station)
    until(lambda: first.connected)
    elsewhere = Proxy(station.port, "127.0.0.2")
    thief = make_client(station, url=elsewhere.url)
    until(lambda: thief.refusal)
    assert isinstance(thief.refusal, Conflict)
    assert "another machine" in thief.refusal.message
    assert station.listener.twice == [(NODE, "127.0.0.2")]
    assert first.connected
    assert station.listener.gone == []
    thief.stop()
    elsewhere.close()


def test_one_whose_message_takes_the_station_long_is_not_gone(make_client: MakeClient) -> None:
    clock, taking, taken = ManualClock(), threading.Event(), threading.Event()
    station = Station(clock).start()

    def slowly(_channel: AgentChannel, _message: AgentMessage) -> None:
        taking.set()
        taken.wait(20.0)

    station.listener.on_message = slowly
    try:
        first = make_client(station)
        assert taking.wait(10.0)
        clock.advance(HEARTBEAT_LOST_AFTER_S + 1.0)
        with contextlib.closing(Proxy(station.port, "127.0.0.2")) as elsewhere:
            thief = make_client(station, url=elsewhere.url)
            until(lambda: thief.refusal)
            assert isinstance(thief.refusal, Conflict)
            thief.stop()
        assert first.connected
    finally:
        taken.set()
        station.stop()


def test_another_address_is_let_in_once_the_first_is_gone(
    station: Station, make_client: MakeClient
) -> None:
    first = make_client(station)
    until(lambda: first.connected)
    first.stop()
    until(lambda: station.listener.gone)
    elsewhere = Proxy(station.port, "127.0.0.2")
    second = make_client(station, url=elsewhere.url)
    until(lambda: second.connected)
    assert station.listener.twice == []
    second.stop()
    elsewhere.close()


def test_a_flood_ends_the_connection(station: Station) -> None:
    raw = RawAgent(station).hello()

    def flood() -> None:
        with contextlib.suppress(OSError, websocket.WebSocketException):  # it hung up
            for number in range(1, ENVELOPE_BURST + 2000):
                raw.envelope(encode(Envelope(number, [])))

    sender = threading.Thread(target=flood)
    sender.start()
    verdict = raw.verdict()
    assert verdict is not None
    assert verdict.code == Throttled.code
    sender.join()
    until(lambda: station.listener.gone)
    raw.close()
