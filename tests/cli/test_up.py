"""`run.py up`: what it refuses, what it tells systemd, that it serves HTTPS and stops in time."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from ground_station.cli.main import main
from ground_station.cli.service_manager import ServiceManager
from ground_station.cli.up import StationWatch
from ground_station.core.settings import load_settings
from tests.ports import free_port
from tests.stack import wait_for

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(address)
        listener.settimeout(90)
        monkeypatch.setenv("NOTIFY_SOCKET", address)
        yield listener


def test_systemd_is_told_and_children_cannot_tell_it(
    systemd: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "2000000")
    manager = ServiceManager()
    assert "NOTIFY_SOCKET" not in os.environ
    assert manager.watchdog_s == 2
    manager.ready("Serving\nhttps://here/")
    manager.alive()
    manager.stopping()
    said = [systemd.recv(1000) for _ in range(3)]
    assert said == [b"READY=1\nSTATUS=Serving https://here/", b"WATCHDOG=1", b"STOPPING=1"]


def test_without_systemd_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    monkeypatch.setenv("WATCHDOG_USEC", "2000000")
    monkeypatch.setenv("WATCHDOG_PID", "1")
    manager = ServiceManager()
    manager.ready("")
    assert manager.watchdog_s == 0  # meant for another process


def test_it_needs_a_settings_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["up"]) == 2
    assert "deploy/kestrel.toml" in capsys.readouterr().err


def test_it_is_not_for_root(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    file = tmp_path / "k.toml"
    file.write_text(f'data_folder = "{tmp_path}/data"\n')
    assert main(["up", "--settings", str(file)]) == 2
    assert "--allow-root" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


def test_a_station_that_never_answers_ends_it_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = threading.Event()
    monkeypatch.setattr("os.kill", lambda _pid, _number: killed.set())
    settings = load_settings(None, {"data_folder": tmp_path, "station": {"port": free_port()}})
    watch = StationWatch(settings, ServiceManager(), ready_within_s=0.1)
    watch.start()
    assert killed.wait(10)
    assert watch.gave_up


@pytest.mark.system
@pytest.mark.parametrize(
    ("store", "status", "says"),
    [
        ('url = "postgresql://kestrel:pw@127.0.0.1:1/kestrel"', 1, "database"),  # tried again
        ('url = "mysql://127.0.0.1/kestrel"', 2, "store.url"),  # systemd leaves it
    ],
)
def test_only_what_another_start_may_mend_is_tried_again(
    tmp_path: Path, store: str, status: int, says: str
) -> None:
    file = tmp_path / "kestrel.toml"
    file.write_text(
        f'data_folder = "{tmp_path}/data"\n[station]\nport = {free_port()}\n[store]\n{store}\n'
    )
    done = subprocess.run(
        [
            *(sys.executable, "-P", "-m", "ground_station.cli", "up", "--allow-root"),
            *("--settings", str(file)),
        ],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == status, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.system
def test_an_installation_serves_https_and_stops_in_time(
    tmp_path: Path, systemd: socket.socket
) -> None:
    port = free_port()
    file = tmp_path / "kestrel.toml"
    file.write_text(
        f'data_folder = "{tmp_path}/data"\n[station]\nhost = "0.0.0.0"\nport = {port}\n'
        'names = ["kestrel.lan"]\nmetrics_token = "metrics-secret-1"\n[log]\njson_lines = true\n'
        # Without a dataset of zones an installation says that it is not in order.
        "[airspace]\ntraining = true\n"
    )
    output = tmp_path / "output"
    with output.open("wb") as out:
        process = subprocess.Popen(
            [
                *(sys.executable, "-P", "-m", "ground_station.cli", "up", "--allow-root"),
                *("--settings", str(file)),
            ],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT), "WATCHDOG_USEC": "4000000"},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        assert systemd.recv(1000).startswith(b"READY=1\nSTATUS=Serving https://kestrel.lan:")
        assert systemd.recv(1000) == b"WATCHDOG=1"
        context = ssl.create_default_context(cafile=tmp_path / "data" / "certs" / "root.pem")
        browser = httpx.Client(verify=context, trust_env=False)
        with browser:
            url = f"https://127.0.0.1:{port}"
            named = {"Host": f"kestrel.lan:{port}"}
            headers = browser.get(f"{url}/health", headers=named).headers
            assert "Strict-Transport-Security" not in headers  # the root is fetched past a warning
            wait_for(lambda: browser.get(f"{url}/health").json()["status"] == "ok", "ok", 60)
            assert browser.get(f"{url}/metrics").status_code == 401
        password = (tmp_path / "data" / "first-sign-in.txt").read_text().split("password: ")[1]
        commands = [
            " ".join(one.cmdline()) for one in psutil.Process(process.pid).children(recursive=True)
        ]
        assert any("_node" in command and "--ca" in command for command in commands)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert time.monotonic() - began < 8  # 4.5 s and the interpreter's end, on a busy machine
        said = [systemd.recv(1000)]
        while said[-1] == b"WATCHDOG=1":
            said.append(systemd.recv(1000))
        assert said[-1] == b"STOPPING=1"
        texts = [output.read_text(), *commands]
        texts += [log.read_text() for log in (tmp_path / "data" / "log").iterdir()]
        for secret in (password.split()[0], "metrics-secret-1"):
            assert not any(secret in text for text in texts)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
