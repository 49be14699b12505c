"""The flight parts of `run.py bench system`: telemetry, commands, link loss, many vehicles.

Everything is real but the aircraft: the demonstration's simulated autopilot speaks MAVLink to
MAVSDK in the agent, the pilot is signed in over HTTP and hears what a page hears.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import psutil

from ground_station.cli.bench_figures import Figure, cpu_s, pss_mb
from ground_station.cli.bench_pilot import Pilot, Seen, password_of
from ground_station.cli.bench_product import ROOT, SIGN_IN_FILE, Running, product, wait_for_file
from ground_station.core.errors import TimedOut, Unavailable

PARTS = ("telemetry", "commands", "link", "fleet", "fleet-processes")
PILOT = "pilot"
AIRBORNE_WITHIN_S = 90.0
TELEMETRY_S = 30.0
COMMANDS = 100
LINK_LOSSES = 5
FLEET = 20
FLEET_S = 30.0
TELEMETRY_MS, COMMAND_MS, LOST_S, FLEET_CORES = 200.0, 150.0, 3.0, 0.4

Say = Callable[[str], None]


def flight_figures(parts: Sequence[str], say: Say) -> Iterator[Figure]:
    """Measure the named parts of this module."""
    if {"telemetry", "commands", "link"} & set(parts):
        yield from _on_demo(parts, say)
    if "fleet" in parts:
        yield from fleet_figures(say, FLEET)
    if "fleet-processes" in parts:
        yield from fleet_figures(say, FLEET, processes=FLEET)


def _on_demo(parts: Sequence[str], say: Say) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="kestrel-bench-") as folder:
        data_folder = Path(folder) / "data"
        with product(ROOT, data_folder) as running, _pilot(running) as pilot:
            say("Waiting for the demonstration drone to fly its patrol")
            vehicle = pilot.wait_vehicle(
                lambda v: v["link"] == "connected" and v["landed"] == "in_air",
                "the demonstration drone to be in the air",
                AIRBORNE_WITHIN_S,
            )
            if "telemetry" in parts:
                say(f"Telemetry to the page, {TELEMETRY_S:g} s")
                yield from _telemetry(pilot)
            if "commands" in parts:
                say(f"{COMMANDS} commands to their acknowledgement")
                yield from _commands(pilot, vehicle["vehicle_id"])
            if "link" in parts:
                say(f"{LINK_LOSSES} times the autopilot falls silent and comes back")
                yield from _links(pilot, running, vehicle["vehicle_id"])


@contextlib.contextmanager
def _pilot(running: Running) -> Iterator[Pilot]:
    file = running.data_folder / SIGN_IN_FILE
    wait_for_file(file, 120)
    end_s = time.monotonic() + 60
    while True:
        try:
            pilot = Pilot(running.address, PILOT, password_of(file, PILOT))
            break
        except (OSError, KeyError, ValueError, Unavailable) as error:
            if time.monotonic() > end_s:
                raise TimedOut("The station did not let the pilot in within 60 s.") from error
        except Exception as error:  # httpx.TransportError, while the station comes up
            if time.monotonic() > end_s:
                raise TimedOut("The station did not answer within 60 s.") from error
        time.sleep(0.5)
    with pilot:
        yield pilot


def _telemetry(pilot: Pilot) -> Iterator[Figure]:
    pilot.seen.clear()
    began_s = time.monotonic()
    time.sleep(TELEMETRY_S)
    seen = list(pilot.seen)
    hz = len(seen) / (time.monotonic() - began_s)
    if len(seen) < 50:
        raise Unavailable(f"Only {len(seen)} telemetry messages reached the page.")
    p50, p95, p99 = np.percentile([one.age_ms for one in seen], [50, 95, 99])
    note = f"{len(seen)} positions at {hz:.1f} Hz; from when the agent heard the autopilot"
    yield _most("telemetry to the page, p95", float(p95), "ms", TELEMETRY_MS, note)
    yield Figure("telemetry to the page, p50", round(float(p50), 1), "ms", "", None)
    yield Figure("telemetry to the page, p99", round(float(p99), 1), "ms", "", None)


def _commands(pilot: Pilot, vehicle_id: str) -> Iterator[Figure]:
    pilot.post(f"/api/vehicles/{vehicle_id}/control", {"take_over": True, "reason": "Measuring"})
    took_ms: dict[str, list[float]] = {"hold": [], "go-to": []}
    home = pilot.vehicles[vehicle_id]
    for number in range(COMMANDS):
        name = ("hold", "go-to")[number % 2]
        body = {"lat": home["home_lat"], "lon": home["home_lon"]} if name == "go-to" else None
        began_s = time.monotonic()
        pilot.post(f"/api/vehicles/{vehicle_id}/{name}", body)
        took_ms[name].append((time.monotonic() - began_s) * 1000)
        time.sleep(0.1)
    every = [value for values in took_ms.values() for value in values]
    p50, p95 = np.percentile(every, [50, 95])
    note = "; ".join(f"{k} p95 {np.percentile(v, 95):.0f} ms" for k, v in took_ms.items())
    note += "; from the pilot's request to the answer, the autopilot's acknowledgement in it"
    yield _most("command to acknowledgement, p95", float(p95), "ms", COMMAND_MS, note)
    yield Figure("command to acknowledgement, p50", round(float(p50), 1), "ms", "", None)


def _links(pilot: Pilot, running: Running, vehicle_id: str) -> Iterator[Figure]:
    """The simulator is stopped as a whole: nothing more comes from its autopilot."""
    simulator = _child(running, "_simulator")
    lost, back = [], []
    for _ in range(LINK_LOSSES):
        began_s = time.monotonic()
        simulator.send_signal(signal.SIGSTOP)
        try:
            lost.append(pilot.link_became(vehicle_id, "lost", began_s, 15) - began_s)
        finally:
            again_s = time.monotonic()
            simulator.send_signal(signal.SIGCONT)
        back.append(pilot.link_became(vehicle_id, "connected", again_s, 30) - again_s)
        time.sleep(3)
    yield _most("link loss shown, at most", max(lost), "s", LOST_S, f"{len(lost)} times")
    yield Figure("link shown again after it came back, at most", round(max(back), 2), "s", "", None)


def _child(running: Running, word: str) -> psutil.Process:
    for process in psutil.Process(running.process.pid).children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if word in process.cmdline():
                return process
    raise Unavailable(f"The demonstration runs no {word.strip('_')}.")


# --- many vehicles -------------------------------------------------------------------------------


def fleet_figures(
    say: Say, vehicles: int, *, processes: int = 1, station_cores: float | None = None
) -> Iterator[Figure]:
    """So many vehicles, each agent process with an equal share of them.

    Args:
        station_cores: the goal of the station with its node; None: no goal.
    """
    say(f"{vehicles} simulated vehicles in {_processes(processes)}, {FLEET_S:g} s")
    with (
        tempfile.TemporaryDirectory(prefix="kestrel-bench-") as folder,
        contextlib.ExitStack() as s,
    ):
        data_folder = Path(folder) / "data"
        running = s.enter_context(
            product(ROOT, data_folder, "[agents]\ndemo_camera = false\ndemo_drone = false\n")
        )
        pilot = s.enter_context(_pilot(running))
        here = ["--data-folder", str(data_folder), "--port", running.address.rpartition(":")[2]]
        port = _free_udp_ports(processes)
        count = ["--count", str(vehicles), "--mavlink-port", str(port)]
        same = ["--same-port"] if processes == 1 else []
        simulator = s.enter_context(_program("simulate", "drone", *count, *same))
        agents = [
            s.enter_context(
                _program("drone", f"udpin://127.0.0.1:{port + n}", "--simulated", *here)
            )
            for n in range(processes)
        ]
        _wait_for_all(pilot, vehicles, 60 + 10 * processes)
        time.sleep(5)  # rates asked for, mission and fence lists read
        pilot.seen.clear()
        families = [[simulator], [running.process.pid], agents]
        before = [sum(map(_family_cpu_s, pids)) for pids in families]
        began_s = time.monotonic()
        time.sleep(FLEET_S)
        took_s = time.monotonic() - began_s
        after = [sum(map(_family_cpu_s, pids)) for pids in families]
        memory_mb = sum(map(_family_pss_mb, agents))
        seen = list(pilot.seen)
    shares = [(b - a) / took_s for a, b in zip(before, after, strict=True)]
    yield from _fleet_figures(vehicles, processes, shares, memory_mb, seen, took_s, station_cores)


def _fleet_figures(
    vehicles: int,
    processes: int,
    shares: Sequence[float],
    memory_mb: float,
    seen: Sequence[Seen],
    took_s: float,
    station_cores: float | None,
) -> Iterator[Figure]:
    """`shares`: cores of the simulator, the station with its node, and all agents."""
    hz = len(seen) / took_s / vehicles
    note = (
        f"{_processes(processes)}, {memory_mb:.0f} MB; simulator {shares[0]:.1%}, station and node"
        f" {shares[1]:.1%}"
    )
    where = "" if processes == 1 else f" in {processes} processes"
    agents = f"agents of {vehicles} vehicles{where}"
    if station_cores is None:
        yield _most(agents, shares[2], "cores", FLEET_CORES, note)
    else:
        yield Figure(agents, round(shares[2], 3), "cores", "", None, note)
        name = f"station and node with {vehicles} vehicles"
        yield _most(name, shares[1], "cores", station_cores)
    p95 = float(np.percentile([one.age_ms for one in seen], 95)) if seen else float("nan")
    name = f"positions of each of them at the page{where}"
    yield Figure(name, round(hz, 2), "Hz", "≥ 9", hz >= 9)
    yield Figure(f"their telemetry to the page, p95{where}", round(p95, 1), "ms", "", None)


def _processes(number: int) -> str:
    return "one agent process" if number == 1 else f"{number} agent processes"


def _wait_for_all(pilot: Pilot, vehicles: int, seconds: float) -> None:
    end_s = time.monotonic() + seconds
    while (heard := sum(v["link"] == "connected" for v in pilot.vehicles.values())) < vehicles:
        if time.monotonic() > end_s:
            raise TimedOut(f"Only {heard} of {vehicles} vehicles connected within {seconds:g} s.")
        time.sleep(0.2)


@contextlib.contextmanager
def _program(*words: str) -> Iterator[int]:
    """`run.py` with these words, ended at the end; its process id."""
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "run.py", *words],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=sys.stderr,
        env=os.environ.copy(),
    )
    try:
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def _family_cpu_s(pid: int) -> float:
    parent = psutil.Process(pid)
    total = 0.0
    for process in (parent, *parent.children(recursive=True)):
        with contextlib.suppress(psutil.Error):
            total += cpu_s(process)
    return total


def _family_pss_mb(pid: int) -> float:
    parent = psutil.Process(pid)
    return sum(pss_mb(one) for one in (parent, *parent.children(recursive=True)))


def _free_udp_ports(count: int) -> int:
    """The first of so many UDP ports of loopback, one after another, that were free just now."""
    for _ in range(100):
        with contextlib.ExitStack() as held, contextlib.suppress(OSError, OverflowError):
            first = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            for more in range(1, count):
                other = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                other.bind(("127.0.0.1", port + more))
            return port
    raise Unavailable(f"No {count} UDP ports one after another are free on this machine.")


def _most(name: str, value: float, unit: str, most: float, note: str = "") -> Figure:
    return Figure(name, round(value, 3), unit, f"≤ {most:g}", bool(value <= most), note)
