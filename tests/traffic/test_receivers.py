"""Receivers over loopback: read, lost, read again; hostile ones; the system page's word."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from ground_station.app_traffic import receivers_probe
from ground_station.core.agent_facts import Aircraft, RemoteId
from ground_station.core.clock import SystemClock
from ground_station.traffic import receivers as module
from ground_station.traffic import receivers_of
from tests.traffic.test_aircraft_json import READSB, body
from tests.traffic.test_cot import event
from tests.traffic.test_sbs import line

PLACE = line(3, f11=1000, f14=51.5, f15=-0.1) + b"\n"


class Ear:
    """What was handed on."""

    def __init__(self) -> None:
        self.told: list[tuple[str, list[Aircraft]]] = []
        self.drones: list[tuple[str, list[RemoteId]]] = []

    def reported(self, receiver: str, drones: Sequence[RemoteId]) -> None:
        self.drones.append((receiver, list(drones)))

    def heard(self, receiver: str, aircraft: Sequence[Aircraft]) -> None:
        self.told.append((receiver, list(aircraft)))

    def hears(self, icao: str) -> bool:
        return any(one.icao == icao for _name, rows in self.told for one in rows)


def until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 10.0
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


@contextlib.contextmanager
def reading(address: str) -> Iterator[tuple[Ear, Any]]:
    ear = Ear()
    receivers = receivers_of([address], ear, SystemClock())
    receivers.start()
    try:
        yield ear, receivers
    finally:
        receivers.stop()


@contextlib.contextmanager
def listening(port: int = 0) -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", port)) as server:
        server.settimeout(10.0)
        yield server


@pytest.mark.usefixtures("soon")
def test_sbs_lines_cut_anywhere_are_read_and_again_after_the_connection_was_lost() -> None:
    with (
        listening() as server,
        reading(f"sbs://127.0.0.1:{server.getsockname()[1]}") as (
            ear,
            receivers,
        ),
    ):
        first, _ = server.accept()
        with first:
            first.sendall(PLACE[:20])
            time.sleep(0.05)
            first.sendall(PLACE[20:])
            until(lambda: ear.hears("400abc"), "the first aircraft")
            assert receivers_probe(receivers).problem == ""
        second, _ = server.accept()
        with second:
            second.sendall(line(3, "400DEF", f14=51.6, f15=-0.2) + b"\n")
            until(lambda: ear.hears("400def"), "an aircraft after the loss")
            assert receivers.states()[0].problem == ""


@pytest.mark.usefixtures("soon")
def test_hostile_lines_are_counted_and_the_good_ones_between_are_read() -> None:
    with (
        listening() as server,
        reading(f"sbs://127.0.0.1:{server.getsockname()[1]}") as (
            ear,
            receivers,
        ),
    ):
        link, _ = server.accept()
        with link:
            link.sendall(b"\xff\x00" * 50_000 + b"\nnonsense\n" + PLACE)
            until(lambda: ear.hears("400abc"), "the good line")
            assert receivers.states()[0].skipped == 2


@pytest.mark.usefixtures("soon")
def test_a_receiver_that_is_not_there_is_said_and_found_later() -> None:
    with listening() as server:
        port = server.getsockname()[1]
    with reading(f"sbs://127.0.0.1:{port}") as (ear, receivers):
        until(lambda: "refused" in receivers.states()[0].problem, "that it is refused")
        finding = receivers_probe(receivers)
        assert finding.failed
        assert f"SBS receiver 127.0.0.1:{port}" in finding.problem
        with listening(port) as again:
            link, _ = again.accept()
            with link:
                link.sendall(PLACE)
                until(lambda: ear.hears("400abc"), "an aircraft")


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, content = self.server.says  # type: ignore[attr-defined]
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def answering(content: bytes, status: int = 200) -> Iterator[tuple[str, Any]]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        server.says = status, content  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"json+http://127.0.0.1:{server.server_port}/data/aircraft.json", server
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.usefixtures("soon")
def test_json_is_polled_and_what_comes_later_too() -> None:
    with answering(body(READSB)) as (address, server), reading(address) as (ear, receivers):
        until(lambda: ear.hears("400abc"), "the first aircraft")
        server.says = 200, body(READSB | {"hex": "400def"}, now=1_700_000_001)
        until(lambda: ear.hears("400def"), "the next one")
        assert ear.told[0][0].startswith("JSON receiver 127.0.0.1:")
        assert receivers_probe(receivers).problem == ""


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize(
    ("content", "status", "word"),
    [
        (b"<html>", 200, "no aircraft.json"),
        (b"gone", 404, "status 404"),
        (b"", 302, "status 302"),
        (b" " * 5000, 200, "longer than"),
    ],
)
def test_an_answer_that_is_none_is_said(
    content: bytes, status: int, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_BODY", 4000)
    with answering(content, status) as (address, _), reading(address) as (ear, receivers):
        until(lambda: word in receivers.states()[0].problem, word)
        assert ear.told == []
        assert receivers_probe(receivers).failed


@pytest.mark.usefixtures("soon")
def test_a_file_that_is_not_written_any_more_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "OLD_FILE_S", 0.1)
    with answering(body(READSB)) as (address, _), reading(address) as (_ear, receivers):
        until(lambda: "last written" in receivers.states()[0].problem, "that it is old")


@pytest.mark.usefixtures("soon")
def test_drones_that_are_reported_over_udp_come_as_reported() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with reading(f"cot+udp://127.0.0.1:{port}") as (ear, receivers):
        until(lambda: receivers.states()[0].problem == "", "that it listens")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"nonsense", ("127.0.0.1", port))
            sender.sendto(event(), ("127.0.0.1", port))
        until(lambda: any(rows for _name, rows in ear.drones), "a drone")
        name, [drone] = next(pair for pair in ear.drones if pair[1])
        assert (name, drone.uas_id) == (f"COT receiver 127.0.0.1:{port}", "M30 1")
        assert receivers.states()[0].skipped == 1
        assert ear.told == []


def test_a_port_that_is_taken_is_said() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        with reading(f"cot+udp://127.0.0.1:{taken.getsockname()[1]}") as (_ear, receivers):
            until(lambda: "in use" in receivers.states()[0].problem, "that it is taken")
