"""`run.py bench station`: does one station hold a borough, and lose nothing it acknowledged?

Each part is measured by a module of its own over real processes; this one runs them, sets the
goals beside the figures and says on which machine. Progress goes to stderr.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
import time
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from ground_station.cli.bench_edge import EdgeFigures, EdgeLoad, run_edge
from ground_station.cli.bench_figures import Figure, lines, machine
from ground_station.cli.bench_product import (
    ROOT,
    SIGN_IN_FILE,
    USERNAME,
    Running,
    product,
    wait_for_file,
)
from ground_station.cli.network import ask_health
from ground_station.core.errors import InvalidInput, TimedOut

PARTS = ("edge", "delivery", "audit", "restart")
Say = Callable[[str], None]
P95_MS, CORES, RECORDS_PER_S, AWAY_S = 250.0, 1.0, 5000.0, 8.0
ANSWERS_WITHIN_S = 60.0
SIGN_INS = 20  # acknowledged before the station is killed


def run(arguments: Namespace) -> int:
    """`run.py bench station`; the status is 1 when a goal was missed.

    Raises:
        InvalidInput: a part is unknown, or a number is out of range.
        TimedOut, Unavailable: something did not come up; a figure is never left out quietly.
    """
    parts = [part.strip() for part in arguments.parts.split(",")]
    unknown = sorted(set(parts) - set(PARTS))
    if unknown:
        raise InvalidInput(
            f"The bench has no part {', '.join(unknown)}.", f"Its parts are {', '.join(PARTS)}."
        )
    load = EdgeLoad(hosts=arguments.hosts, pages=arguments.pages, seconds=arguments.seconds)
    if not (1 <= load.hosts <= 200 and 1 <= load.pages <= 400 and 1 <= load.seconds <= 3600):
        raise InvalidInput("It takes 1 to 200 hosts, 1 to 400 pages and 1 to 3600 seconds.")
    report = run_bench(
        parts,
        load=load,
        messages=arguments.messages,
        say=lambda words: print(words, file=sys.stderr, flush=True),
    )
    if arguments.json:
        print(json.dumps(report, indent=2))
    else:
        print("\n".join(lines(report)))
    return 0 if all(figure["reached"] is not False for figure in report["figures"]) else 1


def run_bench(parts: Sequence[str], *, load: EdgeLoad, messages: int, say: Say) -> dict[str, Any]:
    """Measure the named parts; one JSON-ready document."""
    figures: list[Figure] = []
    details: dict[str, Any] = {}
    if "edge" in parts:
        say("edge: one station under load")
        figures += _edge(load, details, say)
    if "delivery" in parts:
        say(f"delivery: {messages} messages through random kills and broken links")
        figures += _delivery(messages, details, say)
    if "audit" in parts:
        figures += _audit(details, say)
    if "restart" in parts:
        say("restart: the station killed under its supervisor")
        figures += _restart()
    return {
        "bench": "station",
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "figures": [asdict(figure) for figure in figures],
        "details": details,
    }


# --- parts ---------------------------------------------------------------------------------------


def _edge(load: EdgeLoad, details: dict[str, Any], say: Say) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="kestrel-bench-") as folder:
        seen = run_edge(Path(folder), load, say)
    details["edge"] = {"load": asdict(load), "seen": asdict(seen)}
    cameras = load.hosts * load.cameras
    note = (
        f"{load.hosts} hosts with {load.cameras} cameras each, {load.tracks} tracks a camera, "
        f"{load.hz:g} Hz; {load.pages} pages; {seen.arrivals} arrivals in {seen.seconds:.0f} s"
    )
    yield _goal("agent to browser, p95", seen.p95_ms, "ms", P95_MS, note)
    yield Figure("agent to browser, p50", seen.p50_ms, "ms", "", None)
    yield Figure("agent to browser, p99", seen.p99_ms, "ms", "", None)
    yield _goal(
        "processor of the station", seen.cores, "cores", CORES, "all processes of the station"
    )
    yield from _edge_whole(seen, cameras)


def _edge_whole(seen: EdgeFigures, cameras: int) -> Iterator[Figure]:
    """Whether everybody was told of everything, and what it took."""
    missing = cameras - seen.sources
    yield Figure("cameras that some page heard nothing of", missing, "", "0", missing == 0)
    yield Figure("pages and hosts cut off", seen.cut_off, "", "0", seen.cut_off == 0)
    yield Figure("pages that fell behind", seen.again, "", "0", seen.again == 0)
    yield Figure("longest silence at a page", seen.silent_ms, "ms", "", None)
    yield Figure("memory of the station", seen.rss_mb, "MB", "", None, f"{seen.threads} threads")
    yield Figure("to all pages", seen.to_pages_mb_s, "MB/s", "", None)
    late = "the bench's own hosts; over some 20 ms this machine is too busy to measure on"
    yield Figure("a host's batch sent late, at most", seen.hosts_late_ms, "ms", "", None, late)


def _delivery(messages: int, details: dict[str, Any], say: Say) -> Iterator[Figure]:
    from ground_station.cli.bench_delivery import run_delivery

    with tempfile.TemporaryDirectory(prefix="kestrel-bench-") as folder:
        seen = run_delivery(Path(folder), messages=messages, say=say)
    details["delivery"] = asdict(seen)
    note = (
        f"{seen.messages} put; {seen.agent_kills} kills of the agent, {seen.station_kills} of the "
        f"station, {seen.link_faults} broken links"
    )
    yield Figure("messages lost", seen.lost, "", "0", seen.lost == 0, note)
    yield Figure("messages doubled", seen.doubled, "", "0", seen.doubled == 0)
    yield Figure("in alerts, inbox or audit only", seen.disagree, "", "0", seen.disagree == 0)


def _audit(details: dict[str, Any], say: Say) -> Iterator[Figure]:
    from ground_station.cli.bench_audit import measure

    seen = measure(say=say)
    details["audit"] = seen
    one, many = seen["threads"], seen["batched"]
    rate = one["records_per_s"]
    yield Figure(
        "audit records, each committed before it is acknowledged",
        *(rate, "/s", f"≥ {RECORDS_PER_S:g}", rate >= RECORDS_PER_S, seen["store"]),
    )
    yield Figure("audit records in batches", many["records_per_s"], "/s", "", None)
    yield Figure("audit records verified", seen["verify_records_per_s"], "/s", "", None)


def _restart() -> Iterator[Figure]:
    from ground_station.cli.bench_restart import measure_restart

    with tempfile.TemporaryDirectory(prefix="kestrel-bench-") as folder:
        data_folder = Path(folder) / "data"
        with product(ROOT, data_folder, "[agents]\ndemo_camera = false\n") as running:
            wait_for_file(data_folder / SIGN_IN_FILE, 120)
            _wait_for_answer(int(running.address.rpartition(":")[2]))
            people = _SignIns(running, _password(data_folder / SIGN_IN_FILE))
            seen = measure_restart(
                supervisor_pid=running.process.pid,
                host="127.0.0.1",
                port=int(running.address.rpartition(":")[2]),
                acknowledge=people.make,
                present=people.left,
            )
    note = "kill -9 of the station and its worker, to the first answer"
    yield _goal("restart", round(seen.away_s, 2), "s", AWAY_S, note)
    missing = len(seen.missing)
    note = f"{SIGN_INS} sign-ins, the last just before the kill"
    yield Figure("acknowledged and missing after it", missing, "", "0", missing == 0, note)


class _SignIns:
    """What the station acknowledges before it is killed: people who are signed in."""

    def __init__(self, running: Running, password: str) -> None:
        self._address = running.address
        self._password = password
        self._cookies: dict[str, dict[str, str]] = {}

    def make(self) -> list[str]:
        """Sign in several times; a name for each."""
        for number in range(SIGN_INS):
            with httpx.Client(base_url=self._address, timeout=30) as http:
                csrf = http.get("/api/session").json()["csrf_token"]
                answer = http.post(
                    "/api/sign-in",
                    json={"username": USERNAME, "password": self._password},
                    headers={"X-CSRF-Token": csrf},
                )
                answer.raise_for_status()
                self._cookies[str(number)] = dict(http.cookies)
        return list(self._cookies)

    def left(self) -> list[str]:
        """Those that still hold."""
        found = []
        for name, cookies in self._cookies.items():
            with httpx.Client(base_url=self._address, timeout=30, cookies=cookies) as http:
                if http.get("/api/session").json()["signed_in"]:
                    found.append(name)
        return found


def _wait_for_answer(port: int) -> None:
    end_s = time.monotonic() + ANSWERS_WITHIN_S
    while ask_health("127.0.0.1", port) is None:
        if time.monotonic() > end_s:
            raise TimedOut(f"The station did not answer within {ANSWERS_WITHIN_S:g} s.")
        time.sleep(0.1)


def _password(file: Path) -> str:
    """The operator's, from the file of the first sign-in; it goes nowhere but into the sign-in."""
    found = re.search(r"password:?\s+(\S+)", file.read_text(encoding="utf-8"), re.IGNORECASE)
    if found is None:
        raise InvalidInput(f"{file} holds no password.")
    return found.group(1)


def _goal(name: str, value: float, unit: str, most: float, note: str = "") -> Figure:
    return Figure(name, value, unit, f"≤ {most:g}", value <= most, note)
