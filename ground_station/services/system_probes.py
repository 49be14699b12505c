"""The probes of the station's own parts: disk, agents, node, detector, clock, supervisor, workers.

Each is a callable that answers with a `Finding`; see `services.system`.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ground_station.core.agent_protocol import AgentKind
from ground_station.core.clock import Clock
from ground_station.core.lifecycle import running_workers
from ground_station.services.agent_state import CLOCK_WRONG_FROM_MS, AgentStatus
from ground_station.services.agents import Agents
from ground_station.services.system import WELL, Finding, SystemHealth

DISK_EVERY_S = 5.0
LOW_SHARE = 0.05
LOW_BYTES = 1_000_000_000
PROBE_NAME = ".write-probe"
PROBE_BYTES = 65_536
OUTBOX_FROM = 1000  # messages of one agent that wait to be taken
CLOCK_JUMP_FROM_S = 2.0
CLOCK_SHOWN_FOR_S = 600.0
WORKER_SHOWN_FOR_S = 60.0
NAMED = 3


@dataclass(frozen=True, slots=True)
class DiskSpace:
    """Bytes of the file system that holds the data folder; None where it cannot be asked."""

    free_bytes: int | None
    total_bytes: int | None


def disk_space(folder: Path) -> DiskSpace:
    try:
        usage = shutil.disk_usage(folder)
    except OSError:
        return DiskSpace(None, None)
    return DiskSpace(usage.free, usage.total)


def disk_probe(folder: Path) -> Finding:
    """Failed when a small file cannot be written; a warning under 5 % or 1 GB free."""
    file = folder / PROBE_NAME
    try:
        descriptor = os.open(file, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(b"\0" * PROBE_BYTES)
            opened.flush()
            os.fsync(opened.fileno())
    except OSError as error:
        return Finding(
            f"Nothing can be written to the data folder {folder}: {error.strerror}.",
            "Make room on that disk, or make it writable again; nothing new is kept until then.",
            failed=True,
        )
    finally:
        with contextlib.suppress(OSError):
            file.unlink()
    space = disk_space(folder)
    if space.free_bytes is None or not space.total_bytes:
        return WELL
    share = space.free_bytes / space.total_bytes
    if share < LOW_SHARE or space.free_bytes < LOW_BYTES:
        return Finding(
            f"The disk of the data folder is nearly full: {_size(space.free_bytes)} are free "
            f"({share:.0%}).",
            "Make room on it.",
        )
    return WELL


def node_probe(agents: Agents) -> Finding:
    nodes = [agent for agent in agents.all() if agent.kind is AgentKind.NODE]
    if any(node.connected for node in nodes):
        return WELL
    return Finding(
        "No vision node is connected.",
        "It starts beside the station; look at its log, log/node.log in the data folder.",
        failed=True,
    )


def detector_probe(agents: Agents) -> Finding:
    problem = agents.detector()[1]
    return Finding(problem, "Look at the vision node's log." if problem else "")


def agents_probe(agents: Agents) -> Finding:
    """Agents that were lost, or say that something is wrong. One that was stopped is no problem."""
    wrong = [
        agent.problem if agent.problem.count(agent.name) else f"{agent.name}: {agent.problem}"
        for agent in agents.all()
        if agent.kind is not AgentKind.NODE and _is_wrong(agent)
    ]
    if not wrong:
        return WELL
    return Finding(
        _some(wrong, " "),
        "Look at the machine it runs on; an agent that is gone for good is removed under Agents.",
    )


def clock_probe(agents: Agents, watch: ClockWatch) -> Finding:
    """Our own clock was set, or agents' clocks are far from it."""
    jumped = watch.look()
    off = [
        agent
        for agent in agents.all()
        if agent.connected
        and agent.clock_offset_ms is not None
        and abs(agent.clock_offset_ms) > CLOCK_WRONG_FROM_MS
    ]
    if len(off) > 1 and len({(agent.clock_offset_ms or 0) > 0 for agent in off}) == 1:
        return Finding(
            f"The clocks of {len(off)} agents all differ from this station's the same way.",
            "The station's own clock may be the wrong one: set all clocks by NTP.",
        )
    if off:
        names = _some([agent.name for agent in off], ", ")
        return Finding(f"The clock is wrong at: {names}.", "Set it by NTP.")
    return Finding(jumped, "Have the machine's clock kept by NTP." if jumped else "")


def outbox_probe(agents: Agents) -> Finding:
    waiting = [a for a in agents.all() if (a.messages_waiting or 0) >= OUTBOX_FROM]
    if not waiting:
        return WELL
    told = [f"{agent.messages_waiting} at {agent.name}" for agent in waiting]
    return Finding(
        f"Messages that must not be lost wait to be taken: {_some(told, ', ')}.",
        "If the number does not fall, look at the database and the disk.",
    )


class ClockWatch:
    """Notices that the wall clock was set: it then runs away from the monotonic one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wall, self._monotonic_s = clock.now(), clock.monotonic_s()
        self._problem, self._until_s = "", float("-inf")

    def look(self) -> str:
        wall, monotonic_s = self._clock.now(), self._clock.monotonic_s()
        passed_s = monotonic_s - self._monotonic_s
        jump_s = (wall - self._wall).total_seconds() - passed_s
        self._wall, self._monotonic_s = wall, monotonic_s
        if abs(jump_s) > CLOCK_JUMP_FROM_S:
            way = "forward" if jump_s > 0 else "back"
            self._problem = f"This machine's clock was set {way} by {abs(jump_s):.0f} s."
            self._until_s = monotonic_s + CLOCK_SHOWN_FOR_S
        return self._problem if monotonic_s < self._until_s else ""


def supervisor_probe(system: SystemHealth, clock: Clock) -> Finding:
    """Degraded children, and a supervisor that says nothing any more."""
    board = system.board()
    if board is None:
        return WELL
    if board.is_stale(clock.now()):
        return Finding(
            f"The supervisor has said nothing since {_time(board.written_at)}: nobody restarts "
            "what ends now.",
            "Start Kestrel again; if it runs, see whether the data folder can be written.",
        )
    bad = [f"{one.title}: {one.last_error}" for one in board.processes if one.state == "degraded"]
    if not bad:
        return WELL
    return Finding(
        f"A part ends again and again. {_some(bad, ' ')}",
        "Its log is in the data folder, log/; it is tried again every 30 s.",
    )


def workers_probe() -> Finding:
    """Threads of the station that failed a moment ago."""
    failing = [
        f"{worker.name} ({worker.failures} times; {worker.last_error})"
        for worker in running_workers()
        if worker.fails(WORKER_SHOWN_FOR_S)
    ]
    if not failing:
        return WELL
    return Finding(
        f"Inside the station fails: {_some(failing, ', ')}.",
        "It is tried again by itself; the station's log has the details.",
    )


def add_station_probes(
    system: SystemHealth,
    *,
    agents: Agents,
    check_database: Callable[[], None],
    data_folder: Path,
    clock: Clock,
) -> None:
    """The parts that every station has; audit, certificates and others add theirs."""
    watch = ClockWatch(clock)

    def database() -> Finding:
        check_database()
        return WELL

    system.add("database", "Database", database)
    system.add("disk", "Disk", lambda: disk_probe(data_folder), DISK_EVERY_S)
    system.add("node", "Vision node", lambda: node_probe(agents))
    system.add("detector", "Detector", lambda: detector_probe(agents))
    system.add("agents", "Agents", lambda: agents_probe(agents))
    system.add("outbox", "Waiting messages", lambda: outbox_probe(agents))
    system.add("clock", "Clock", lambda: clock_probe(agents, watch))
    system.add("supervisor", "Supervisor", lambda: supervisor_probe(system, clock))
    system.add("workers", "Inner workers", workers_probe)


def _is_wrong(agent: AgentStatus) -> bool:
    if agent.left:
        return False
    return not agent.connected or bool(agent.problem)


def _some(texts: Sequence[str], between: str) -> str:
    more = len(texts) - NAMED
    return between.join(texts[:NAMED]) + (f" and {more} more" if more > 0 else "")


def _size(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"


def _time(when: datetime) -> str:
    return when.strftime("%H:%M:%S UTC")
