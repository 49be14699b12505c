"""Are messages that must never be lost ever lost or doubled? Real processes, killed at random.

A real station and an agent process that only puts messages; between them a link that is cut and
frozen at random, while both processes are killed with SIGKILL and started again. At the end the
station's database is compared with what the agent's outbox had taken.
"""

from __future__ import annotations

import contextlib
import os
import random
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from argparse import Namespace
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from ground_station.bootstrap.places import checkout
from ground_station.cli.bench_delivery_agent import KIND, NAME
from ground_station.cli.children import TOKEN_VARIABLE
from ground_station.cli.network import ask_health
from ground_station.core.agent_protocol import AgentKind
from ground_station.core.errors import TimedOut
from ground_station.simulation.broken_link import BrokenLink
from ground_station.store import database_file

CHAOS_EVERY_S = (0.4, 2.0)
FROZEN_FOR_S = (0.5, 3.0)
STATION_ANSWERS_WITHIN_S = 60.0
ARRIVES_WITHIN_S = 120.0
LOOK_S = 0.25
FAULTS = ("kill_agent", "kill_agent", "kill_station", "cut", "cut", "freeze")


@dataclass(frozen=True, slots=True)
class DeliveryFigures:
    """What came of it.

    Attributes:
        messages: that the agent's outbox had taken (`put` returned).
        lost: of these, not at the station. doubled: texts that are there more than once.
        unsaid: at the station, but the agent was killed before it could say that it had put them.
        disagree: ids that are in one of alerts, inbox and audit log, but not in all of them.
        restart_s: longest time from SIGKILL of the station to its next answer.
        seconds: from the first message to the last arrival.
    """

    messages: int
    lost: int
    doubled: int
    unsaid: int
    disagree: int
    agent_kills: int
    station_kills: int
    link_faults: int
    restart_s: float
    seconds: float

    @property
    def ok(self) -> bool:
        return self.lost == self.doubled == self.disagree == 0


def run_delivery(
    folder: Path,
    *,
    messages: int = 10_000,
    rate_hz: float = 250.0,
    seed: int = 1,
    say: Callable[[str], None] = lambda _text: None,
) -> DeliveryFigures:
    """Run it in an empty folder.

    Args:
        messages: how many the agent must have taken before the faults stop.
        rate_hz: how many it puts a second.

    Raises:
        TimedOut: the station did not come back, or not everything arrived in time; the figures of
            what is missing are in the message.
    """
    rig = _Rig(folder, rate_hz, random.Random(seed))  # noqa: S311
    try:
        return rig.run(messages, say)
    finally:
        rig.close()


def run(arguments: Namespace) -> int:
    """`bench delivery`: the figures as JSON; 1 if anything was lost or doubled."""
    with TemporaryDirectory(prefix="kestrel-delivery-") as folder:
        figures = run_delivery(
            Path(folder),
            messages=arguments.messages,
            seed=arguments.seed,
            say=lambda text: print(text, file=sys.stderr, flush=True),
        )
    print(msgspec.json.format(msgspec.json.encode(asdict(figures))).decode())
    return 0 if figures.ok else 1


class _Rig:
    """The two processes and the link between them."""

    def __init__(self, folder: Path, rate_hz: float, chance: random.Random) -> None:
        from ground_station.app import issue_agent_token, prepare_store

        self._data = folder / "station"
        self._outbox = folder / "agent" / "outbox.db"
        self._log = (folder / "processes.log").open("ab")
        self._rate_hz = rate_hz
        self._chance = chance
        prepare_store(self._data)
        self._token = issue_agent_token(self._data, name=NAME, kind=AgentKind.CAMERA)
        self._port = _free_port()
        self._link = BrokenLink(self._port)
        self._incarnation = 0
        self._kept: dict[str, str] = {}
        self._readers: list[threading.Thread] = []
        self._counts = dict.fromkeys(FAULTS, 0)
        self._restart_s = 0.0
        self._station = self._start_station()
        self._await_station(time.monotonic())
        self._agent = self._start_agent()

    def run(self, messages: int, say: Callable[[str], None]) -> DeliveryFigures:
        began_s = time.monotonic()
        while len(self._kept) < messages:
            time.sleep(self._chance.uniform(*CHAOS_EVERY_S))
            if len(self._kept) < messages:
                fault = self._chance.choice(FAULTS)
                self._fault(fault)
                say(f"{len(self._kept)} of {messages} put; {fault}")
        self._tell_agent("enough")
        say("all put; waiting for the rest to arrive")
        self._await_arrival()
        seconds = time.monotonic() - began_s
        self._tell_agent("stop")
        self._agent.wait(20)
        for reader in self._readers:
            reader.join(5)
        return self._figures(seconds)

    def close(self) -> None:
        for process in (getattr(self, "_agent", None), getattr(self, "_station", None)):
            if process is not None:
                _kill(process)
        self._link.close()
        self._log.close()

    # --- faults ----------------------------------------------------------------------------------

    def _fault(self, fault: str) -> None:
        self._counts[fault] += 1
        if fault == "kill_agent":
            _kill(self._agent)
            self._agent = self._start_agent()
        elif fault == "kill_station":
            _kill(self._station)
            killed_s = time.monotonic()
            self._station = self._start_station()
            self._await_station(killed_s)
        elif fault == "cut":
            self._link.cut()
        else:
            self._link.frozen.set()
            time.sleep(self._chance.uniform(*FROZEN_FOR_S))
            self._link.frozen.clear()
            self._link.cut()  # what was under way is gone: no TCP would go on after that

    def _start_station(self) -> subprocess.Popen[bytes]:
        command = ["_station", "--parent", str(os.getpid()), "--port", str(self._port)]
        command += ["--data-folder", str(self._data), "--no-demo-camera"]
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-P", "-m", "ground_station.cli", *command],
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )

    def _await_station(self, since_s: float) -> None:
        while ask_health("127.0.0.1", self._port) is None:
            if time.monotonic() - since_s > STATION_ANSWERS_WITHIN_S:
                raise TimedOut("The station did not come back.", f"Its log: {self._log.name}")
            time.sleep(LOOK_S / 5)
        self._restart_s = max(self._restart_s, time.monotonic() - since_s)

    def _start_agent(self) -> subprocess.Popen[str]:
        self._incarnation += 1
        arguments = [self._link.url, str(self._outbox), str(self._incarnation), str(self._rate_hz)]
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-P", "-m", "ground_station.cli.bench_delivery_agent", *arguments],
            env={**_environment(), TOKEN_VARIABLE: self._token},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        reader = threading.Thread(target=self._read, args=(process,), daemon=True)
        reader.start()
        self._readers.append(reader)
        return process

    def _read(self, agent: subprocess.Popen[str]) -> None:
        assert agent.stdout is not None
        for line in agent.stdout:
            if line.endswith("\n"):
                message_id, _, text = line.strip().partition(" ")
                self._kept[message_id] = text
        agent.stdout.close()

    def _tell_agent(self, word: str) -> None:
        assert self._agent.stdin is not None
        self._agent.stdin.write(word + "\n")
        self._agent.stdin.flush()

    # --- what arrived ----------------------------------------------------------------------------

    def _await_arrival(self) -> None:
        deadline_s = time.monotonic() + ARRIVES_WITHIN_S
        while missing := self._kept.keys() - self._query("SELECT id, text FROM alerts").keys():
            if time.monotonic() > deadline_s:
                raise TimedOut(
                    f"{len(missing)} of {len(self._kept)} messages did not arrive within "
                    f"{ARRIVES_WITHIN_S:g} s.",
                    f"Look into {self._log.name}.",
                )
            time.sleep(LOOK_S)

    def _figures(self, seconds: float) -> DeliveryFigures:
        alerts = self._query("SELECT id, text FROM alerts WHERE kind = ?", KIND)
        inbox = self._query("SELECT message_id, 1 FROM received_messages").keys()
        audited = self._query(
            "SELECT subject_id, count(*) FROM audit_records WHERE act = 'alert_raised' "
            "GROUP BY subject_id HAVING count(*) = 1"
        ).keys()
        texts = list(alerts.values())
        return DeliveryFigures(
            messages=len(self._kept),
            lost=len(self._kept.keys() - alerts.keys()),
            doubled=len(texts) - len(set(texts)),
            unsaid=len(alerts.keys() - self._kept.keys()),
            disagree=len((alerts.keys() ^ inbox) | (alerts.keys() ^ audited)),
            agent_kills=self._counts["kill_agent"],
            station_kills=self._counts["kill_station"],
            link_faults=self._counts["cut"] + self._counts["freeze"],
            restart_s=round(self._restart_s, 2),
            seconds=round(seconds, 1),
        )

    def _query(self, query: str, *values: str) -> dict[str, str]:
        uri = f"file:{database_file(self._data)}?mode=ro"
        with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=10)) as database:
            return dict(database.execute(query, values).fetchall())


def _kill(process: subprocess.Popen[bytes] | subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(checkout().root)}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
