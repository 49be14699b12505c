"""`run.py bench system`: the figures of the spine, measured through a real browser.

Each part starts the product as a person would (`run.py`), drives Chromium through it, and reads
what the page itself recorded. Progress goes to stderr; `--json` prints one document on stdout.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from ground_station.cli.bench_analysis import SHARE, Analysis, goal
from ground_station.cli.bench_figures import Figure, lines, load_figures, machine
from ground_station.cli.bench_flight import PARTS as FLIGHT_PARTS
from ground_station.cli.bench_flight import flight_figures
from ground_station.cli.bench_pilot import password_of, signed_in
from ground_station.cli.bench_product import (
    ROOT,
    SCENARIOS,
    SIGN_IN_FILE,
    USERNAME,
    Running,
    product,
    wait_for_file,
)
from ground_station.cli.demo import analysed_fps
from ground_station.cli.options import settings_from
from ground_station.core.errors import InvalidInput, Unavailable

DEMO_SOURCE = "Demonstration camera"
CODE_SOURCE = "Frame code"
LIVE_FIRST = 500  # frames in live view, for the latency of a camera encoded as it is seen
PARTS = ("restart", "load", "latency", "locked", "fresh", *FLIGHT_PARTS)


def run(arguments: Namespace) -> int:
    """`run.py bench system`; the status is 1 when a goal was missed.

    Raises:
        InvalidInput: a part is unknown, or too few frames are asked for.
        Unavailable: something that is needed to measure is missing or did not come up.
    """
    parts = [part.strip() for part in arguments.parts.split(",")]
    unknown = sorted(set(parts) - set(PARTS))
    if unknown:
        raise InvalidInput(
            f"The bench has no part {', '.join(unknown)}.", f"Its parts are {', '.join(PARTS)}."
        )
    if arguments.frames < 100:
        raise InvalidInput("The locked view is measured over 100 frames or more.")
    report = run_bench(
        parts, frames=arguments.frames, say=lambda words: print(words, file=sys.stderr, flush=True)
    )
    if arguments.json:
        print(json.dumps(report, indent=2))
    else:
        print("\n".join(lines(report)))
    return 0 if all(figure["reached"] is not False for figure in report["figures"]) else 1


def run_bench(parts: Sequence[str], *, frames: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Measure the named parts; returns one JSON-ready document.

    Raises:
        Unavailable: Chromium, Node or the demonstration footage is missing, or a part of the
            product did not come up; a figure that could not be measured is never left out quietly.
    """
    figures: list[Figure] = []
    if {"restart", "load", "latency"} & set(parts):
        figures += _on_demo(parts, say)
    figures += flight_figures(parts, say)
    if "locked" in parts:
        figures += _locked(frames, say)
    if "fresh" in parts:
        figures += _fresh(say)
    return {
        "bench": "system",
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "figures": [asdict(figure) for figure in figures],
    }


# --- parts ---------------------------------------------------------------------------------------


def _on_demo(parts: Sequence[str], say: Callable[[str], None]) -> list[Figure]:
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="kestrel-bench-") as folder:
        data_folder = Path(folder) / "data"
        say("First start, so that the second is a restart")
        with product(ROOT, data_folder) as running:
            running.scenario("first_boxes", 60, source=DEMO_SOURCE)
        say("Restart to moving boxes in a browser")
        with product(ROOT, data_folder) as running:
            first = running.scenario("first_boxes", 60, source=DEMO_SOURCE)
            if "restart" in parts:
                figures += _restart_figures(running, first)
            if "load" in parts:
                say("Processor and memory of the server processes, 30 s, nobody watching")
                figures += load_figures(running.process.pid, 30, "no viewer")
            if "latency" in parts or "load" in parts:
                say("Capture to decoded frame in the browser, 30 s")
                figures += _watched(running, parts)
    return figures


def _restart_figures(running: Running, first: dict[str, Any]) -> list[Figure]:
    served_s = (first["served_at_ms"] - running.started_at_ms) / 1000
    boxes_s = (first["first_boxes_at_ms"] - running.started_at_ms) / 1000
    return [
        Figure("restart to the page served", round(served_s, 2), "s", "≤ 8", served_s <= 8),
        Figure(
            "restart to moving boxes in the browser",
            round(boxes_s, 2),
            "s",
            "≤ 8",
            boxes_s <= 8,
            "a fresh browser signs in and opens the camera; its own start is in the figure",
        ),
    ]


def _watched(running: Running, parts: Sequence[str]) -> list[Figure]:
    options = {"source": DEMO_SOURCE, "view": "live", "entries": 10_000, "seconds": 30}
    password_file = str(running.data_folder / SIGN_IN_FILE)
    options |= {"address": running.address, "username": USERNAME, "password_file": password_file}
    browser = subprocess.Popen(  # noqa: S603 - our own script
        [shutil.which("node") or "node", str(SCENARIOS / "measure.mjs"), json.dumps(options)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    figures: list[Figure] = []
    asked_fps = analysed_fps(settings_from(Namespace()))  # as the demonstration works it out
    if "load" in parts:
        time.sleep(8)  # the browser's own start
        figures += _load_watched(running, asked_fps)
    output, errors = browser.communicate(timeout=120)
    if browser.returncode != 0:
        raise Unavailable(f"The browser scenario measure failed: {errors.strip()[-1500:]}")
    if "load" in parts:
        figures.append(_analysed_figure(json.loads(output)["live"], asked_fps))
    if "latency" in parts:
        figures += _latency_figures(json.loads(output)["live"], "the agent sends the frame it read")
    return figures


def _load_watched(running: Running, asked_fps: float) -> list[Figure]:
    """While a browser looks: the load, and of each source what of the asked frames was analysed."""
    password = password_of(running.data_folder / SIGN_IN_FILE, USERNAME)
    client, _csrf = signed_in(running.address, USERNAME, password)
    with contextlib.closing(client):
        analysis = Analysis(client)
        figures = load_figures(running.process.pid, 20, "one viewer", analysis.watch)
    return figures + analysis.figures(asked_fps)


def _latency_figures(live: list[dict[str, Any]], captured: str) -> list[Figure]:
    ages = [e["shown_at_ms"] - e["captured_at_ms"] for e in live if e["captured_at_ms"] is not None]
    if len(ages) < 50:
        raise Unavailable(f"Only {len(ages)} frames with a known capture time reached the browser.")
    p50, p95 = np.percentile(ages, [50, 95])
    note = f"{len(ages)} frames; captured_at is when {captured}"
    return [
        Figure("capture to decoded frame, p50", round(float(p50), 1), "ms", "", None, note),
        Figure(
            "capture to decoded frame, p95", round(float(p95), 1), "ms", "≤ 300", bool(p95 <= 300)
        ),
    ]


def _analysed_figure(live: list[dict[str, Any]], asked_fps: float) -> Figure:
    """What the browser saw of it: a frame that was analysed has a capture time there."""
    seen = live[5:-10]  # the first have no watcher yet, the last no answer yet
    if len(seen) < 50:
        raise Unavailable(f"Only {len(live)} frames reached the browser.")
    seconds = (seen[-1]["shown_at_ms"] - seen[0]["shown_at_ms"]) / 1000
    fps = sum(entry["captured_at_ms"] is not None for entry in seen[1:]) / seconds
    reached = fps >= SHARE * asked_fps
    name = f"analysed frames that reached the browser, {DEMO_SOURCE}"
    return Figure(name, round(fps, 2), "fps", goal(asked_fps), reached)


def _locked(frames: int, say: Callable[[str], None]) -> list[Figure]:
    say(f"Locked view: {frames} frames with their number drawn into the picture")
    settings = '[node]\ndetector = "frame-code"\nanalysed_fps = 25\n[agents]\ndemo_camera = false\n'
    with tempfile.TemporaryDirectory(prefix="kestrel-bench-") as folder:
        data_folder = Path(folder) / "data"
        with product(ROOT, data_folder, settings) as running:
            wait_for_file(data_folder / SIGN_IN_FILE, 60)
            camera = subprocess.Popen(  # noqa: S603 - our own program
                [
                    *("python3", "run.py", "camera", "frame-code:640x360@25"),
                    *("--name", CODE_SOURCE, "--data-folder", str(data_folder)),
                    *("--port", running.address.rpartition(":")[2]),
                ],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            try:
                seconds = frames / 25 * 2 + 30
                measured = running.scenario(
                    "measure",
                    seconds + 60,
                    source=CODE_SOURCE,
                    view="locked",
                    live_first=LIVE_FIRST,
                    entries=frames,
                    seconds=seconds,
                )
            finally:
                camera.terminate()
                camera.wait(10)
    return _locked_figures(measured, frames)


def _locked_figures(measured: dict[str, Any], frames: int) -> list[Figure]:
    """A number that cannot be read counts as wrong: nothing shows that it was right."""
    entries = measured["locked"]
    boxed = [e for e in entries if e["box_number"] is not None]
    unread = [e for e in boxed if e["picture_number"] is None]
    wrong = [e for e in boxed if e["picture_number"] != e["box_number"]]
    if len(boxed) < frames:
        raise Unavailable(
            f"Only {len(boxed)} of the {frames} frames asked for were shown with a box.",
            "Run it on a machine that does nothing else, or ask for fewer --frames.",
        )
    note = (
        f"{len(boxed)} of {len(entries)} frames shown had a box; {len(unread)} numbers unreadable"
    )
    return [
        Figure("locked view: boxes on a wrong frame", len(wrong), "frames", "0", not wrong, note),
        Figure("locked view: frames shown with their box", len(boxed), "frames", "", None),
        *[
            Figure(f"frame-code camera, {f.name}", f.value, f.unit, f.goal, f.reached, f.note)
            for f in _latency_figures(measured["live"], "the picture was drawn, before encoding")
        ],
    ]


def _fresh(say: Callable[[str], None]) -> list[Figure]:
    say("Fresh clone with empty package caches to moving boxes")
    with tempfile.TemporaryDirectory(prefix="kestrel-bench-") as folder:
        clone = Path(folder) / "clone"
        git = shutil.which("git")
        if git is None:
            raise Unavailable("The fresh-clone figure needs git.", "Install Debian's git.")
        subprocess.run([git, "clone", "-q", str(ROOT), str(clone)], check=True)  # noqa: S603
        caches = {
            "PIP_CACHE_DIR": f"{folder}/pip",
            "npm_config_cache": f"{folder}/npm",
            "UV_CACHE_DIR": f"{folder}/uv",
            "XDG_CACHE_HOME": f"{folder}/cache",
        }
        with product(clone, Path(folder) / "data", env=caches) as running:
            first = running.scenario("first_boxes", 900, source=DEMO_SOURCE)
            seconds = (first["first_boxes_at_ms"] - running.started_at_ms) / 1000
    return [
        Figure(
            "fresh clone to moving boxes, cold package caches",
            round(seconds, 1),
            "s",
            "≤ 360",
            seconds <= 360,
            "includes the browser's start, sign-in and opening the camera",
        )
    ]
