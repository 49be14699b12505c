"""The airspace bench gives one document of figures; they are not judged here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ground_station.cli.bench_airspace import measure
from ground_station.cli.main import main


def test_it_gives_one_json_document(tmp_path: Path) -> None:
    file = tmp_path / "few.geojson"
    file.write_text('{"type": "FeatureCollection", "features": []}')
    with pytest.raises(Exception, match="zone"):  # a country without a zone is none
        measure(probes=0, zones=20, missions=2, country=file)
    report = json.loads(json.dumps(measure(probes=200, zones=40, missions=3)))
    found = {one["name"]: one for one in report["figures"]}
    assert report["bench"] == "airspace"
    assert found['wrong "allowed" among random probes']["value"] == 0
    assert found["importing the whole country"]["note"].startswith("made.kml: 1000 zones read")
    assert any("plain shapely loop" in one["note"] for one in report["figures"])
    for one in report["figures"]:
        assert one["value"] >= 0


def test_what_is_no_count_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "airspace", "--probes", "-1"]) == 2
    assert "counted from 0" in capsys.readouterr().err
