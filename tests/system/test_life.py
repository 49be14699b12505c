"""Start, stop, second instances and ports: the processes as a person meets them."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.stack import ROOT, Stack, started, stop

pytestmark = [pytest.mark.system, pytest.mark.alone, pytest.mark.timeout(90)]


def run_again(stack: Stack, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "run.py", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_ctrl_c_ends_everything_within_five_seconds_and_frees_the_port(tmp_path: Path) -> None:
    with started(tmp_path) as stack:
        family = psutil.Process(stack.process.pid).children(recursive=True)
        assert len(family) >= 3
        took_s = stop(stack.process)
    assert took_s < 5
    assert [p for p in family if p.is_running() and p.status() != psutil.STATUS_ZOMBIE] == []
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", stack.port))


def test_kill_9_of_the_supervisor_leaves_no_process(tmp_path: Path) -> None:
    with started(tmp_path) as stack:
        family = psutil.Process(stack.process.pid).children(recursive=True)
        stack.process.kill()
        _, alive = psutil.wait_procs(family, timeout=5)
        assert alive == []


def test_a_second_instance_and_a_taken_port_are_refused_in_a_sentence(tmp_path: Path) -> None:
    with started(tmp_path) as stack:
        same_folder = run_again(
            stack, "--data-folder", str(stack.data_folder), "--port", str(stack.port + 1)
        )
        same_port = run_again(
            stack, "--data-folder", str(tmp_path / "other"), "--port", str(stack.port)
        )
    assert same_folder.returncode == 2
    assert "already runs" in same_folder.stderr
    assert same_port.returncode == 2
    assert str(stack.port) in same_port.stderr
    for refused in (same_folder, same_port):
        assert "Traceback" not in refused.stderr
    assert not (tmp_path / "other" / "kestrel.db").exists()


def test_an_unknown_setting_is_refused_with_its_path(tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text("[station]\nprot = 1\n", encoding="utf-8")
    refused = subprocess.run(
        [sys.executable, "run.py", "--settings", str(settings)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert refused.returncode == 2
    assert "station.prot" in refused.stderr
