"""`run.py sortie` against the simulated autopilot, over real MAVLink: flown, and brought home."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ports import free_udp_port
from tests.stack import ROOT, stop

pytestmark = [pytest.mark.system, pytest.mark.alone, pytest.mark.timeout(240)]

LAT, LON = 51.4958, -0.2386  # Ravenscourt Park, outside of every flight restriction zone


def plan(folder: Path, height_m: float = 25.0) -> Path:
    """As QGroundControl writes one: a take-off, two waypoints, and home."""

    def item(command: int, lat: float, lon: float, up_m: float, frame: int = 3) -> dict[str, Any]:
        return {
            "type": "SimpleItem",
            "command": command,
            "frame": frame,
            "autoContinue": True,
            "Altitude": up_m,
            "AltitudeMode": 1,
            "params": [0, 0, 0, None, lat, lon, up_m],
        }

    document = {
        "fileType": "Plan",
        "version": 1,
        "groundStation": "QGroundControl",
        "geoFence": {"circles": [], "polygons": [], "version": 2},
        "rallyPoints": {"points": [], "version": 2},
        "mission": {
            "version": 2,
            "firmwareType": 3,
            "vehicleType": 2,
            "cruiseSpeed": 15,
            "hoverSpeed": 5,
            "plannedHomePosition": [LAT, LON, 5],
            "items": [
                item(22, LAT, LON, height_m),
                item(16, LAT + 0.0005, LON, height_m),
                item(16, LAT + 0.0005, LON + 0.0008, height_m),
                item(20, 0, 0, 0, frame=2) | {"AltitudeMode": 0},
            ],
        },
    }
    path = folder / "park.plan"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


@contextlib.contextmanager
def autopilot(*words: str) -> Iterator[str]:
    """A simulated one at six times the speed; the address it is heard at."""
    port = free_udp_port()
    command = ["simulate", "drone", "--mavlink-port", str(port), "--speedup", "6", *words]
    process = subprocess.Popen(
        [sys.executable, "run.py", *command], cwd=ROOT, stdin=subprocess.DEVNULL
    )
    try:
        yield f"udpin://127.0.0.1:{port}"
    finally:
        stop(process)


def flown(path: Path, folder: Path, address: str, *words: str) -> tuple[int, dict[str, Any]]:
    """The exit status and the document."""
    command = ["sortie", str(path), "--link", address, "--json", *words]
    command += ["--data-folder", str(folder / "data"), "--log", str(folder / "log")]
    done = subprocess.run(
        [sys.executable, "run.py", *command],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    return done.returncode, json.loads(done.stdout)


def test_a_whole_sortie(tmp_path: Path) -> None:
    with autopilot() as address:
        status, found = flown(plan(tmp_path), tmp_path, address, "--fence")
    assert (status, found["result"]) == (0, "flown")
    names = [step["name"] for step in found["steps"]]
    assert all(step["ok"] for step in found["steps"])
    before = ["connect", "ready", "plan", "verdict", "upload", "fence", "compare"]
    assert names[: len(before)] == before
    assert [
        name for name in names if name in ("arm", "start", "airborne", "landed", "disarmed")
    ] == [
        "arm",
        "start",
        "airborne",
        "landed",
        "disarmed",
    ]
    assert found["verdict"]["verdict"] == "ALLOWED"
    assert found["estimate"]["battery_fraction"] > 0
    log = Path(found["log"])
    rows = (log / "track.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0].startswith("at_utc,lat,lon,alt_amsl_m")
    assert len(rows) > 50
    assert json.loads((log / "sortie.json").read_text(encoding="utf-8"))["result"] == "flown"


def test_it_is_brought_home_on_the_way(tmp_path: Path) -> None:
    with autopilot() as address:
        status, found = flown(plan(tmp_path), tmp_path, address, "--abort-after", "2")
    assert (status, found["result"]) == (0, "returned")
    [turned] = [step for step in found["steps"] if step["name"] == "return"]
    assert turned["ok"]


def test_a_plan_that_is_too_high_is_never_uploaded(tmp_path: Path) -> None:
    with autopilot() as address:
        status, found = flown(plan(tmp_path, 150.0), tmp_path, address)
    assert (status, found["result"]) == (1, "refused")
    assert found["verdict"]["verdict"] == "REFUSED"
    assert {reason["code"] for reason in found["verdict"]["reasons"]} == {"HEIGHT"}
    assert "upload" not in [step["name"] for step in found["steps"]]
