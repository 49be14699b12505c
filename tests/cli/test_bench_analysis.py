"""What the bench says of frames analysed: what was asked, what was given, source by source."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from ground_station.cli import bench
from ground_station.cli.bench_analysis import Analysis
from ground_station.cli.bench_figures import Figure
from ground_station.core.errors import Unavailable


def source(name: str, analysed: float, received: float = 25.0, dropped: int = 0) -> dict[str, Any]:
    return {
        "name": name,
        "analysed_fps": analysed,
        "received_fps": received,
        "frames_dropped": dropped,
    }


def metrics(sources: list[dict[str, Any]]) -> str:
    """As the station words them; `tests/api/test_metrics.py` holds it to the names."""
    lines = []
    for key in ("analysed_fps", "received_fps", "frames_dropped"):
        lines.append(f"# TYPE kestrel_source_{key} gauge")
        lines += [
            f'kestrel_source_{key}{{source_id="1",source="{one["name"]}"}} {one[key]}'
            for one in sources
        ]
    return "\n".join(lines) + "\n"


def station(*answers: list[dict[str, Any]]) -> httpx.Client:
    left = list(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/metrics"
        return httpx.Response(200, text=metrics(left.pop(0) if len(left) > 1 else left[0]))

    return httpx.Client(base_url="http://station", transport=httpx.MockTransport(answer))


def test_each_source_is_held_to_the_share_of_what_was_asked() -> None:
    with station(
        [source("Park", 5.0, dropped=3), source("Gate", 4.0)],
        [source("Park", 4.8, dropped=5), source("Gate", 4.8)],
    ) as client:
        analysis = Analysis(client)
        analysis.look()
        analysis.look()
    gate, park = analysis.figures(5.0)
    assert (gate.name, gate.value, gate.reached) == ("frames analysed, Gate", 4.4, False)
    assert (park.name, park.value, park.reached) == ("frames analysed, Park", 4.9, True)
    assert park.goal == gate.goal == "≥ 4.5 (90% of 5)"
    assert park.note == "98% of the 5 asked; 25.0 received; 2 dropped that were due"


def test_the_goal_moves_with_what_is_asked() -> None:
    with station([source("Park", 5.49)]) as client:
        analysis = Analysis(client)
        analysis.look()
    assert analysis.figures(5.0)[0].reached is True
    [figure] = analysis.figures(10.0)
    assert (figure.reached, figure.goal) == (False, "≥ 9 (90% of 10)")
    assert figure.note.startswith("55% of the 10 asked")


def test_a_source_that_is_not_live_is_not_left_out() -> None:
    with station([source("Park", 5.0), source("Gate", 0.0, received=0.0)]) as client:
        analysis = Analysis(client)
        analysis.look()
    gate, _park = analysis.figures(5.0)
    assert (gate.value, gate.reached) == (0.0, False)


def test_no_source_at_all_is_said() -> None:
    with station([]) as client:
        analysis = Analysis(client)
        analysis.look()
    with pytest.raises(Unavailable, match="no source"):
        analysis.figures(5.0)


def test_a_station_that_refuses_is_said() -> None:
    transport = httpx.MockTransport(lambda _request: httpx.Response(503, text="closing"))
    with (
        httpx.Client(base_url="http://station", transport=transport) as client,
        pytest.raises(Unavailable, match="closing"),
    ):
        Analysis(client).look()


def test_it_looks_several_times(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = 100.0

    def sleep(seconds: float) -> None:
        nonlocal now_s
        now_s += seconds

    monkeypatch.setattr(time, "sleep", sleep)
    monkeypatch.setattr(time, "monotonic", lambda: now_s)
    with station([source("Park", 5.0)]) as client:
        analysis = Analysis(client)
        analysis.watch(7.0)
    assert now_s == pytest.approx(107.0)
    assert len(analysis.given["Park"].analysed_fps) == 4


def test_the_load_is_watched_with_a_sign_in_that_was_already_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = station([source("Park", 5.0)])

    def signed_in(*_given: str) -> tuple[httpx.Client, str]:
        client.get("/metrics")  # as a sign-in does: the client is open
        return client, "csrf"

    def load(_pid: int, _seconds: float, _when: str, wait: Callable[[float], None]) -> list[Figure]:
        wait(0.0)
        return [Figure("load", 1.0, "cores", "", None)]

    monkeypatch.setattr(bench, "password_of", lambda *_given: "a password")
    monkeypatch.setattr(bench, "signed_in", signed_in)
    monkeypatch.setattr(bench, "load_figures", load)
    running = SimpleNamespace(
        data_folder=tmp_path, address="http://station", process=SimpleNamespace(pid=1)
    )
    figures = bench._load_watched(running, 5.0)  # type: ignore[arg-type]
    assert [one.name for one in figures] == ["load", "frames analysed, Park"]
    assert client.is_closed
