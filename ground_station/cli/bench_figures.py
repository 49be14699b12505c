"""What every bench has in common: figures, the machine they were measured on, and load."""

from __future__ import annotations

import contextlib
import platform
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure beside what it should reach. `reached` is None where no goal was set."""

    name: str
    value: float
    unit: str
    goal: str
    reached: bool | None
    note: str = ""


def lines(report: dict[str, Any]) -> Iterator[str]:
    """A report for people."""
    where = report["machine"]
    size = f"{where['cores']} cores, {where['memory_gb']} GB"
    yield f"{where['cpu']}, {size}, {report['measured_at']}"
    for figure in report["figures"]:
        goal = f"  goal {figure['goal']}" if figure["goal"] else ""
        missed = "  MISSED" if figure["reached"] is False else ""
        yield f"{figure['value']:>9} {figure['unit']:<7} {figure['name']}{goal}{missed}"
        if figure["note"]:
            yield f"{'':18}{figure['note']}"


def machine() -> dict[str, Any]:
    """What this ran on, for whoever reads the figures."""
    model = platform.processor()
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    return {
        "cpu": model,
        "cores": psutil.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def load_figures(
    pid: int, seconds: float, when: str, wait: Callable[[float], None] = time.sleep
) -> list[Figure]:
    """Processor and memory of a process and its children over `seconds`; `wait` lets them pass."""
    processes = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    before = {p.pid: cpu_s(p) for p in processes}
    started = time.monotonic()
    wait(seconds)
    elapsed_s = time.monotonic() - started
    rows = [(_role(p), (cpu_s(p) - before[p.pid]) / elapsed_s, pss_mb(p)) for p in processes]
    cpu = sum(row[1] for row in rows)
    memory_mb = sum(row[2] for row in rows)
    by_role: dict[str, tuple[float, float]] = {}
    for role, share, size in rows:
        held = by_role.get(role, (0.0, 0.0))
        by_role[role] = (held[0] + share, held[1] + size)
    note = "; ".join(f"{r} {c:.1%}, {m:.0f} MB" for r, (c, m) in sorted(by_role.items()))
    return [
        Figure(
            f"processor of all server processes, {when}",
            *(round(cpu, 3), "cores", "< 1.5", cpu < 1.5, note),
        ),
        Figure(
            f"memory of all server processes, {when}",
            *(round(memory_mb), "MB", "≤ 2000", memory_mb <= 2000, "proportional set size"),
        ),
    ]


def cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def pss_mb(process: psutil.Process) -> float:
    return float(process.memory_full_info().pss) / 1e6


def _role(process: psutil.Process) -> str:
    words = process.cmdline()
    for role in ("_station", "_node", "_camera", "_simulator", "_drone"):
        if role in words:
            return role.strip("_")
    return "supervisor"
