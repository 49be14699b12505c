"""The product, started by the bench as a person would start it, and a real browser on it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ground_station.core.errors import Unavailable

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = ROOT / "tests" / "browser"
SIGN_IN_FILE = "first-sign-in.txt"
USERNAME = "operator"


@dataclass(frozen=True, slots=True)
class Running:
    """One installation that the bench started; `started_at_ms` is epoch time."""

    address: str
    data_folder: Path
    process: subprocess.Popen[bytes]
    started_at_ms: float

    def scenario(self, name: str, timeout_s: float, **options: Any) -> dict[str, Any]:
        """Drive tests/browser/<name>.mjs against it; what that printed."""
        password_file = self.data_folder / SIGN_IN_FILE
        options |= {"address": self.address, "username": USERNAME}
        options |= {"password_file": str(password_file), "wait_ms": int(timeout_s * 1000)}
        return run_scenario(name, options, timeout_s)


@contextlib.contextmanager
def product(
    root: Path, data_folder: Path, settings: str = "", env: dict[str, str] | None = None
) -> Iterator[Running]:
    """`python3 run.py` in the checkout `root` with its own data folder; ended at the end."""
    port = free_port()
    settings_file = data_folder.parent / f"{data_folder.name}.toml"
    settings_file.write_text(settings, encoding="utf-8")
    command = ["python3", "run.py", "--port", str(port), "--data-folder", str(data_folder)]
    log = data_folder.parent / f"{data_folder.name}.log"
    with log.open("wb") as output:
        started_at_ms = time.time() * 1000
        process = subprocess.Popen(  # noqa: S603 - as a person types it
            [*command, "--settings", str(settings_file)],
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=os.environ | (env or {}),
        )
        try:
            yield Running(f"http://127.0.0.1:{port}", data_folder, process, started_at_ms)
        except BaseException:
            sys.stderr.write(log.read_text(encoding="utf-8", errors="replace")[-4000:])
            raise
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


def run_scenario(name: str, options: dict[str, Any], timeout_s: float) -> dict[str, Any]:
    """Run one browser scenario. Raises Unavailable with its own words when it fails."""
    node = shutil.which("node")
    if node is None:
        raise Unavailable("The bench needs Node 20 on the PATH.", "Install Debian's nodejs.")
    done = subprocess.run(  # noqa: S603 - our own script
        [node, str(SCENARIOS / f"{name}.mjs"), json.dumps(options)],
        capture_output=True,
        text=True,
        timeout=timeout_s + 60,
        check=False,
    )
    if done.returncode != 0:
        raise Unavailable(f"The browser scenario {name} failed: {done.stderr.strip()[-1500:]}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def wait_for_file(file: Path, seconds: float) -> None:
    """Raises Unavailable when the file does not appear in time."""
    end = time.monotonic() + seconds
    while not file.exists():
        if time.monotonic() > end:
            raise Unavailable(f"Kestrel did not start within {seconds:g} s.")
        time.sleep(0.1)


def free_port() -> int:
    """A TCP port on loopback that was free a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
