"""How long the station is away after `kill -9`, and whether anything it acknowledged is missing.

Used by the station's bench; the product runs under its supervisor, as people start it.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import psutil

from ground_station.cli.network import ask_health
from ground_station.core.errors import TimedOut

MUST_BE_BACK_S = 8.0
GIVE_UP_S = 60.0
LOOK_S = 0.02


@dataclass(frozen=True, slots=True)
class Restart:
    """One `kill -9`.

    Attributes:
        away_s: from the signal to the first answer of the new process.
        missing: what had been acknowledged before and was not there after.
    """

    away_s: float
    missing: tuple[str, ...]


def measure_restart(
    *,
    supervisor_pid: int,
    host: str,
    port: int,
    acknowledge: Callable[[], Sequence[str]],
    present: Callable[[], Sequence[str]],
) -> Restart:
    """Kill the station of a running installation, all of its processes, and wait until it answers.

    Args:
        supervisor_pid: of `run.py`, which starts the station again.
        acknowledge: does things until just before the kill; what the station acknowledged.
        present: what of them the station has after the restart.

    Raises:
        TimedOut: it has not come back within a minute.
    """
    acknowledged = acknowledge()
    began_s = time.monotonic()
    kill_station(supervisor_pid)
    while ask_health(host, port, timeout_s=1.0) is None:
        if time.monotonic() - began_s > GIVE_UP_S:
            raise TimedOut(f"The station has not come back within {GIVE_UP_S:.0f} s.")
        time.sleep(LOOK_S)
    away_s = time.monotonic() - began_s
    kept = set(present())
    return Restart(away_s, tuple(one for one in acknowledged if one not in kept))


def kill_station(supervisor_pid: int) -> None:
    """SIGKILL to the station and its worker; they are a process group of their own."""
    for process in psutil.Process(supervisor_pid).children(recursive=True):
        if "_station" in process.cmdline() and os.getpgid(process.pid) == process.pid:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(5)
            return
    raise TimedOut("There is no station under that supervisor.")
