"""The station's bench at a small scale: what it counts is right. How fast it is, is not asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from ground_station.cli.bench_edge import EdgeLoad, run_edge

pytestmark = [pytest.mark.system, pytest.mark.alone, pytest.mark.timeout(180)]

LOAD = EdgeLoad(hosts=4, cameras=5, tracks=3, pages=10, sign_ins=3, seconds=4)


def test_every_page_hears_of_every_camera_and_nobody_is_cut_off(tmp_path: Path) -> None:
    said: list[str] = []
    seen = run_edge(tmp_path, LOAD, said.append)
    assert seen.sources == LOAD.hosts * LOAD.cameras
    assert (seen.cut_off, seen.again) == (0, 0)
    assert seen.compressed_pages == LOAD.pages
    assert seen.places == seen.arrivals * LOAD.tracks
    # At most one place a camera in each batch, and five batches a second.
    assert 0 < seen.arrivals <= LOAD.hosts * LOAD.cameras * LOAD.pages * (seen.seconds + 1) * 5
    assert 0 < seen.p50_ms <= seen.p95_ms <= seen.p99_ms
    assert seen.cores > 0
    assert said[-1].startswith("Measuring")
