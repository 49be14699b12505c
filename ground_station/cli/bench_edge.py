"""One station under load: edge hosts on one side, browsers on the other, each processes of their
own that speak the real protocols.

The latency is from the moment a host sends a batch to the arrival of its tracks at a page, by the
one clock of this machine.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from ground_station.bootstrap.places import checkout
from ground_station.cli.network import ask_health
from ground_station.core.agent_protocol import AgentKind
from ground_station.core.authority import Role
from ground_station.core.errors import TimedOut, Unavailable

STATION_ANSWERS_WITHIN_S = 60.0
READY_WITHIN_S = 180.0
SETTLES_S = 5.0
SIGN_INS_OF_ONE = 40  # of one account; the station ends older ones beyond fifty
HTTP_THREADS = 48


@dataclass(frozen=True, slots=True)
class EdgeLoad:
    """What is asked of the station.

    Attributes:
        hosts: connections. cameras: of each host. tracks: of each camera. hz: batches a second.
        pages: browsers. sign_ins: how many different sign-ins they share.
        seconds: of measurement.
    """

    hosts: int = 26
    cameras: int = 20
    tracks: int = 2
    hz: float = 5.0
    pages: int = 200
    sign_ins: int = 20
    seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class EdgeFigures:
    """What came of it. Latencies in ms from the host's sending to the page's arrival.

    Attributes:
        silent_ms: the longest any page waited between two batches.
        cut_off: pages and hosts whose connection did not last.
        again: snapshots beyond one a page: it had fallen behind.
        sources: that every page heard of; all of them if nothing is missing.
        cores: of the station's processes. rss_mb: of its worker, threads: of its worker.
        to_pages_mb_s: through all pages' sockets together.
        hosts_late_ms: the latest that a host sent a batch, after it was due: over a few ms the
            machine is too small for the bench itself.
    """

    p50_ms: float
    p95_ms: float
    p99_ms: float
    arrivals: int
    places: int
    silent_ms: float
    cut_off: int
    again: int
    sources: int
    cores: float
    rss_mb: float
    threads: int
    to_pages_mb_s: float
    compressed_pages: int
    batches_per_page_hz: float
    hosts_late_ms: float
    seconds: float


def run_edge(
    folder: Path, load: EdgeLoad, say: Callable[[str], None] = lambda _text: None
) -> EdgeFigures:
    """Run it in an empty folder.

    Raises:
        TimedOut, Unavailable: a process did not come up; the end of its log is in the message.
    """
    rig = _Rig(folder, load, say)
    try:
        return rig.run()
    finally:
        rig.close()


class _Rig:
    """The station and the two processes that load it."""

    def __init__(self, folder: Path, load: EdgeLoad, say: Callable[[str], None]) -> None:
        self._folder = folder
        self._data = folder / "station"
        self._load = load
        self._say = say
        self._log = (folder / "processes.log").open("ab")
        self._port = _free_port()
        self._processes: list[subprocess.Popen[str]] = []

    def run(self) -> EdgeFigures:
        load = self._load
        tokens, accounts = self._prepare()
        self._say("Starting the station")
        station = self._station()
        self._say(f"{load.hosts} hosts with {load.cameras} cameras each")
        hosts = self._child(
            "bench_edge_hosts",
            {"tokens": tokens, "cameras": load.cameras, "tracks": load.tracks, "hz": load.hz},
        )
        self._say(f"{load.pages} pages sign in and join")
        pages = self._child(
            "bench_edge_pages",
            {"accounts": accounts, "sign_ins": load.sign_ins, "pages": load.pages},
        )
        time.sleep(SETTLES_S)
        self._say(f"Measuring for {load.seconds:g} s")
        workers = [station, *station.children(recursive=True)]
        before = [_cpu_s(process) for process in workers]
        began_s = time.monotonic()
        _tell(pages)
        time.sleep(load.seconds)
        passed_s = time.monotonic() - began_s
        cores = sum(_cpu_s(p) - was for p, was in zip(workers, before, strict=True)) / passed_s
        worker = max(workers, key=lambda process: int(process.num_threads()))
        rss_mb, threads = worker.memory_info().rss / 1e6, worker.num_threads()
        _tell(pages)
        seen = self._answer(pages)
        _tell(hosts)
        sent = self._answer(hosts)
        return _figures(load, seen, sent, cores, rss_mb, threads)

    def close(self) -> None:
        for process in reversed(self._processes):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
        self._log.close()

    def _prepare(self) -> tuple[list[str], list[tuple[str, str]]]:
        from ground_station.app import issue_agent_token, opened_accounts, prepare_store

        prepare_store(self._data)
        tokens = [
            issue_agent_token(self._data, name=f"bench-{n}", kind=AgentKind.CAMERA)
            for n in range(self._load.hosts)
        ]
        accounts = []
        with opened_accounts(self._data) as people:
            for number in range(-(-self._load.sign_ins // SIGN_INS_OF_ONE)):
                name, password = f"bench{number}", secrets.token_urlsafe(16)
                people.add(name, f"Bench {number}", Role.CCTV_OPERATOR, password)
                accounts.append((name, password))
        return tokens, accounts

    def _station(self) -> psutil.Process:
        settings = self._folder / "settings.toml"
        # All come from one address here, and one address gets half of the connections.
        threads = 2 * (self._load.hosts + self._load.pages + HTTP_THREADS)
        settings.write_text(f"[station]\nthreads = {threads}\n", encoding="utf-8")
        command = ["_station", "--parent", str(os.getpid()), "--port", str(self._port)]
        command += ["--data-folder", str(self._data), "--no-demo-camera"]
        command += ["--settings", str(settings)]
        process = self._start([sys.executable, "-P", "-m", "ground_station.cli", *command])
        deadline_s = time.monotonic() + STATION_ANSWERS_WITHIN_S
        while ask_health("127.0.0.1", self._port) is None:
            if process.poll() is not None or time.monotonic() > deadline_s:
                raise TimedOut("The station did not come up.", self._end_of_log())
            time.sleep(0.1)
        return psutil.Process(process.pid)

    def _child(self, module: str, config: dict[str, Any]) -> subprocess.Popen[str]:
        process = self._start([sys.executable, "-P", "-m", f"ground_station.cli.{module}"])
        assert process.stdin is not None
        process.stdin.write(json.dumps(config | {"port": self._port}) + "\n")
        process.stdin.flush()
        if self._line(process, READY_WITHIN_S) != "ready":
            raise Unavailable(f"{module} did not get ready.", self._end_of_log())
        return process

    def _start(self, command: list[str]) -> subprocess.Popen[str]:
        process = subprocess.Popen(  # noqa: S603 - our own modules
            command,
            env={**os.environ, "PYTHONPATH": str(checkout().root)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        self._processes.append(process)
        return process

    def _answer(self, process: subprocess.Popen[str]) -> dict[str, Any]:
        line = self._line(process, READY_WITHIN_S)
        if not line:
            raise Unavailable("A process of the bench ended early.", self._end_of_log())
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _line(self, process: subprocess.Popen[str], within_s: float) -> str:
        assert process.stdout is not None
        del within_s  # a child that hangs is ended with the bench itself
        return process.stdout.readline().strip()

    def _end_of_log(self) -> str:
        text = Path(self._log.name).read_text(encoding="utf-8", errors="replace")
        return "Its log ends: " + text[-6000:].strip()


def _figures(
    load: EdgeLoad,
    seen: dict[str, Any],
    sent: dict[str, Any],
    cores: float,
    rss_mb: float,
    threads: int,
) -> EdgeFigures:
    if not seen["arrivals"]:
        raise Unavailable("No track reached any page.", "Look into the station's log.")
    seconds = float(seen["seconds"])
    return EdgeFigures(
        p50_ms=seen["p50_ms"],
        p95_ms=seen["p95_ms"],
        p99_ms=seen["p99_ms"],
        arrivals=seen["arrivals"],
        places=seen["places"],
        silent_ms=seen["silent_ms"],
        cut_off=seen["cut_off"] + sent["closed"],
        again=seen["snapshots"] - load.pages,
        sources=seen["sources"],
        cores=round(cores, 3),
        rss_mb=round(rss_mb, 1),
        threads=threads,
        to_pages_mb_s=round(seen["bytes"] / 1e6 / seconds, 2),
        compressed_pages=seen["compressed"],
        batches_per_page_hz=round(seen["batches"] / max(1, load.pages) / seconds, 2),
        hosts_late_ms=sent["late_ms"],
        seconds=seconds,
    )


def _tell(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
