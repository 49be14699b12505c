"""Keeps each receiver connected, and hands on what it hears; a service with a thread for each.

A receiver that cannot be reached is tried again after a pause that doubles up to 30 s. Nothing that
one sends can end its thread or fill memory: lines, bodies and waits are bounded.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import httpx

from ground_station.core.agent_facts import Aircraft, RemoteId
from ground_station.core.clock import Clock
from ground_station.core.errors import ConfigError
from ground_station.core.lifecycle import Worker
from ground_station.traffic.addresses import Address, parse_address
from ground_station.traffic.aircraft_json import AircraftJson, NotAircraftJson
from ground_station.traffic.cot import MAX_DATAGRAM, CotTable
from ground_station.traffic.sbs import SbsTable

log = logging.getLogger(__name__)

MAX_RECEIVERS: Final = 16
CONNECT_S: Final = 3.0
TELL_EVERY_S: Final = 1.0
READ_S: Final = 0.5  # so that it stops soon
SILENT_S: Final = 120.0  # a dead link and an empty sky look the same: connected anew
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0
MAX_LINE: Final = 1024
READ_BYTES: Final = 65_536
MAX_BODY: Final = 8_000_000
BODY_WITHIN_S: Final = 4.0
OLD_FILE_S: Final = 15.0


class Ears(Protocol):
    """Who is told what a receiver of this name hears, in place of what it told before; must not
    wait."""

    def heard(self, receiver: str, aircraft: Sequence[Aircraft], /) -> None: ...
    def reported(self, receiver: str, drones: Sequence[RemoteId], /) -> None: ...


class Failed(Exception):
    """A receiver could not be read: why, as a part of a sentence."""


@dataclass(frozen=True, slots=True)
class ReceiverState:
    """For the system page. `problem`: "" while it is read."""

    name: str
    problem: str
    skipped: int


class SbsSource:
    """SBS-1 lines over TCP. `turn` reads for up to `READ_S`: what is heard now, or None where there
    is nothing to tell yet; raises Failed or OSError when it has to be opened anew."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._table = SbsTable()
        self._link: socket.socket | None = None
        self._rest = b""
        self._too_long = False
        self._heard_s = 0.0
        self._told_s = float("-inf")

    @property
    def skipped(self) -> int:
        return self._table.skipped

    def turn(self, now_s: float) -> list[Aircraft] | None:
        if self._link is None:
            where = self._address.host, self._address.port
            self._link = socket.create_connection(where, CONNECT_S)
            self._link.settimeout(READ_S)
            self._rest, self._too_long, self._heard_s = b"", False, now_s
        try:
            came = self._link.recv(READ_BYTES)
        except TimeoutError:
            if now_s - self._heard_s > SILENT_S:
                raise Failed(f"it has been silent for {SILENT_S:.0f} s") from None
        else:
            if not came:
                raise Failed("it closed the connection")
            self._heard_s = now_s
            self._take(came, now_s)
        if now_s - self._told_s < TELL_EVERY_S:
            return None
        self._told_s = now_s
        return self._table.rows(now_s)

    def _take(self, came: bytes, now_s: float) -> None:
        *lines, rest = (self._rest + came).split(b"\n")
        for line in lines:
            if self._too_long or len(line) > MAX_LINE:
                self._table.skipped += 1
                self._too_long = False
            else:
                self._table.take(line, now_s)
        if len(rest) > MAX_LINE:
            self._too_long, rest = True, b""
        self._rest = rest

    def close(self) -> None:
        if self._link is not None:
            with contextlib.suppress(OSError):
                self._link.close()
            self._link = None


class JsonSource:
    """`aircraft.json`, asked for every second; `turn` as of `SbsSource`.

    Args:
        wait: sleeps so long, or until it is to stop.
    """

    def __init__(self, address: Address, clock: Clock, wait: Callable[[float], object]) -> None:
        self._url = address.url
        self._clock = clock
        self._wait = wait
        self._reader = AircraftJson()
        # No proxy and no password out of the environment: it is named in the settings.
        self._http: httpx.Client | None = None
        self._asked_s = float("-inf")

    @property
    def skipped(self) -> int:
        return self._reader.skipped

    def turn(self, now_s: float) -> list[Aircraft] | None:
        wait_s = self._asked_s + TELL_EVERY_S - now_s
        if wait_s > 0:
            self._wait(min(wait_s, READ_S))
            return None
        self._asked_s = now_s
        try:
            found = self._reader.take(self._body(), self._clock.monotonic_s())
        except httpx.HTTPError as error:
            raise Failed(f"it cannot be reached ({type(error).__name__})") from error
        except NotAircraftJson as error:
            raise Failed(f"what it answers is no aircraft.json: {error}") from error
        return found

    @property
    def old_s(self) -> float:
        return self._reader.old_s

    def _body(self) -> bytes:
        if self._http is None:
            self._http = httpx.Client(timeout=CONNECT_S, trust_env=False)
        until_s = self._clock.monotonic_s() + BODY_WITHIN_S
        body = bytearray()
        with self._http.stream("GET", self._url) as answer:
            if answer.status_code != 200:
                raise Failed(f"it answers with status {answer.status_code}")
            for part in answer.iter_bytes(READ_BYTES):
                body += part
                if len(body) > MAX_BODY:
                    raise Failed(f"its answer is longer than {MAX_BODY // 1_000_000} MB")
                if self._clock.monotonic_s() > until_s:
                    raise Failed(f"its answer takes longer than {BODY_WITHIN_S:.0f} s")
        return bytes(body)

    def close(self) -> None:
        if self._http is not None:
            self._http.close()
            self._http = None


class CotSource:
    """Cursor-on-Target over UDP; `turn` as of `SbsSource`. Silence is no fault: nobody can tell
    whether anybody sends."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._table = CotTable()
        self._port: socket.socket | None = None
        self._told_s = float("-inf")

    @property
    def skipped(self) -> int:
        return self._table.skipped

    def turn(self, now_s: float) -> list[RemoteId] | None:
        if self._port is None:
            family = socket.AF_INET6 if ":" in self._address.host else socket.AF_INET
            self._port = socket.socket(family, socket.SOCK_DGRAM)
            self._port.settimeout(READ_S)
            self._port.bind((self._address.host, self._address.port))
        with contextlib.suppress(TimeoutError):
            self._table.take(self._port.recv(MAX_DATAGRAM), now_s)
        if now_s - self._told_s < TELL_EVERY_S:
            return None
        self._told_s = now_s
        return self._table.rows(now_s)

    def close(self) -> None:
        if self._port is not None:
            self._port.close()
            self._port = None


class Receiver:
    """One receiver and its thread."""

    def __init__(self, address: Address, ears: Ears, clock: Clock) -> None:
        self.name = address.name
        self._tell: Callable[[str, Sequence[Any]], None] = ears.heard
        self._clock = clock
        self._stop = threading.Event()
        self._source: SbsSource | JsonSource | CotSource
        if address.kind == "sbs":
            self._source = SbsSource(address)
        elif address.kind == "cot+udp":
            self._source, self._tell = CotSource(address), ears.reported
        else:
            self._source = JsonSource(address, clock, self._stop.wait)
        self._pause_s = FIRST_PAUSE_S
        self._again_s = float("-inf")
        self._problem = "it has not been reached yet"
        self._worker = Worker(f"traffic-{address.host}", self.step)

    @property
    def state(self) -> ReceiverState:
        problem, source = self._problem, self._source
        if not problem and isinstance(source, JsonSource) and source.old_s > OLD_FILE_S:
            problem = f"its file was last written {source.old_s:.0f} s ago"
        return ReceiverState(self.name, problem, source.skipped)

    def start(self) -> None:
        self._worker.start()

    def stop(self) -> None:
        self._stop.set()
        self._worker.stop()
        self._source.close()

    def step(self) -> None:
        """One turn: at most some seconds."""
        now_s = self._clock.monotonic_s()
        if now_s < self._again_s:
            self._stop.wait(min(READ_S, self._again_s - now_s))
            return
        try:
            found = self._source.turn(now_s)
        except (Failed, OSError) as error:
            self._failed(error)
            return
        if found is not None:
            if self._problem:
                log.info("traffic_receiver_read receiver=%s", self.name)
            self._problem, self._pause_s = "", FIRST_PAUSE_S
            self._tell(self.name, found)

    def _failed(self, error: Exception) -> None:
        self._source.close()
        why = str(error) if isinstance(error, Failed) else _words(error)
        if why != self._problem:
            log.warning("traffic_receiver_failed receiver=%s reason=%s", self.name, why)
        self._problem = why
        self._again_s = self._clock.monotonic_s() + self._pause_s
        self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)


def _words(error: Exception) -> str:
    if isinstance(error, socket.gaierror):
        return "its name is not known"
    strerror = error.strerror if isinstance(error, OSError) else None
    return f"it cannot be reached ({strerror or type(error).__name__})"


class Receivers:
    """All of them."""

    def __init__(self, receivers: Sequence[Receiver]) -> None:
        self._receivers = tuple(receivers)

    def start(self) -> None:
        for one in self._receivers:
            one.start()

    def stop(self) -> None:
        for one in self._receivers:
            one.stop()

    def states(self) -> list[ReceiverState]:
        return [one.state for one in self._receivers]


def receivers_of(addresses: Sequence[str], ears: Ears, clock: Clock) -> Receivers:
    """Raises:
    ConfigError: an address is none, is there twice, or there are too many.
    """
    if len(addresses) > MAX_RECEIVERS:
        raise ConfigError(
            f"There are more than {MAX_RECEIVERS} receivers of traffic.",
            "Take some out of traffic.receivers.",
        )
    parsed = [parse_address(one) for one in addresses]
    for one in parsed:
        if parsed.count(one) > 1:
            raise ConfigError(
                f"The {one.name} is named twice.", "Take one out of traffic.receivers."
            )
    return Receivers([Receiver(one, ears, clock) for one in parsed])
