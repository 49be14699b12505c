"""The simulated autopilot as others run it: on a thread, and as a program."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pymavlink.dialects.v20 import ardupilotmega as mav

from drone.simulator import FaultKind, SimulatedAutopilot, SimulatorSettings
from ground_station.cli.main import main

ROOT = Path(__file__).parents[2]
WAIT_S = 20.0


@contextlib.contextmanager
def listening(port: int = 0) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.bind(("127.0.0.1", port))
        made.settimeout(0.5)
        yield made


def systems_heard(sock: socket.socket, *, count: int = 1) -> set[int]:
    """The system ids, once so many were heard."""
    parser = mav.MAVLink(None, 255, 190)
    parser.robust_parsing = True
    heard: set[int] = set()
    deadline_s = time.monotonic() + WAIT_S
    while len(heard) < count and time.monotonic() < deadline_s:
        with contextlib.suppress(TimeoutError):
            for message in parser.parse_buffer(sock.recv(65536)) or ():
                heard.add(message.get_srcSystem())
    return heard


def test_it_lives_on_a_thread_and_stops() -> None:
    with listening() as sock:
        port = sock.getsockname()[1]
        with SimulatedAutopilot(port, SimulatorSettings(system_id=7)) as sim:
            assert systems_heard(sock) == {7}
            assert not sim.truth().armed
            assert "simulated-7" in {thread.name for thread in threading.enumerate()}
        assert "simulated-7" not in {thread.name for thread in threading.enumerate()}
        sim.stop()  # twice does no harm


def test_nobody_has_to_listen() -> None:
    with listening() as sock:
        port = sock.getsockname()[1]
    with SimulatedAutopilot(port, SimulatorSettings(speedup=20.0)) as sim:
        time.sleep(0.3)
        with listening(port) as again:
            assert systems_heard(again) == {1}
        assert sim.texts


def test_faults_and_parameters_from_another_thread() -> None:
    with listening() as sock, SimulatedAutopilot(sock.getsockname()[1]) as sim:
        systems_heard(sock)
        sim.fault(FaultKind.REBOOT)
        assert sim.wait(lambda truth: truth.boots == 2, 5.0).boots == 2
        sim.fault(FaultKind.DUPLICATE_ID)
        sim.clear()
        sim.set_parameter("RTL_ALT", 2500)
        assert sim.parameter("RTL_ALT") == 2500
        sim.set_battery(0.5)
        assert sim.wait(lambda truth: truth.battery < 0.51, 5.0)
        with pytest.raises(ValueError, match="FENCE_ENABLE"):
            sim.set_parameter("FENCE_ENABLE", 1e6)
        with pytest.raises(TimeoutError, match="Truth"):
            sim.wait(lambda truth: truth.armed, 0.05)


def program(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "ground_station.cli", "simulate", "drone", *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.system
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_program_flies_several_and_ends_when_asked(number: signal.Signals) -> None:
    with listening() as sock:
        port = sock.getsockname()[1]
        more = ("--fitted", "--neighbours", "--noise", "1.5", "--parameter", "rtl_alt=3000")
        running = program("--count", "3", "--mavlink-port", str(port), "--same-port", *more)
        try:
            assert systems_heard(sock, count=4) == {1, 2, 3, 51}  # 51: telemetry radios
            running.send_signal(number)
            said, _ = running.communicate(timeout=WAIT_S)
        finally:
            running.kill()
            running.wait()
        assert running.returncode == 0, said
        assert f"UDP port {port}" in said
        assert "Traceback" not in said


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--fault", "gremlins@3"], "gremlins"),
        (["--count", "0"], "not 0"),
        (["--parameter", "NO_SUCH=1"], "NO_SUCH"),
        (["--parameter", "RTL_ALT"], "NAME=VALUE"),
        (["--parameter", "RTL_ALT=high"], "'high'"),
        (["--noise", "-1"], "Noise"),
        (["--lat", "95"], "95"),
        (["--port", "14550"], "--mavlink-port"),
        (["--mavlink-port", "65535", "--count", "2"], "65536"),
    ],
)
def test_the_program_says_what_it_cannot_do(
    capsys: pytest.CaptureFixture[str], words: list[str], named: str
) -> None:
    assert main(["simulate", "drone", *words]) == 2
    assert named in capsys.readouterr().err
