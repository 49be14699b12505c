"""`run.py zones check`, `import`, `export`, and `list` and `here` by a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from geo.formats.ed269_written import write_ed269
from geo.formats.ed318_written import write_ed318
from ground_station.cli.main import main
from tests.geo.airspace.cases import BROADWAY, STAMFORD_BRIDGE, document, index_of, zone

Out = pytest.CaptureFixture[str]


@pytest.fixture
def zones(tmp_path: Path) -> str:
    """A file in ED-318, valid in June 2026."""
    path = tmp_path / "zones.json"
    path.write_bytes(write_ed318(index_of(zone("1U077", designator="EGR1U077")).dataset).data)
    return str(path)


def plan_file(folder: Path, place: tuple[float, float] = BROADWAY, **more: Any) -> str:
    path = folder / "plan.json"
    path.write_text(json.dumps(document(place, **more)))
    return str(path)


def test_a_plan_is_judged_as_of_a_day(tmp_path: Path, zones: str, capsys: Out) -> None:
    plan = plan_file(tmp_path)
    command = ["zones", "check", plan, "--dataset", zones, "--as-of", "2026-06-15"]
    assert main([*command, "--json"]) == 1
    made = json.loads(capsys.readouterr().out)
    assert made["verdict"] == "PERMISSION_NEEDED"
    assert [each["id"] for each in made["zones"]] == ["1U077"]
    assert "AS_OF_OVERRIDE" in {each["code"] for each in made["information"]}
    assert main(command) == 1
    assert capsys.readouterr().out.startswith("PERMISSION_NEEDED\n  ZONE: ")


def test_it_ends_with_0_when_allowed_or_exempt(tmp_path: Path, zones: str, capsys: Out) -> None:
    held = plan_file(tmp_path, permissions=[{"zone": "egr1u077", "reference": "R"}])
    command = ["--dataset", zones, "--as-of", "2026-06-15", "--json"]
    assert main(["zones", "check", held, *command]) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "ALLOWED_EXEMPT"
    away = plan_file(tmp_path, STAMFORD_BRIDGE)
    assert main(["zones", "check", away, *command]) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "ALLOWED"


def test_an_old_dataset_is_not_relied_on(tmp_path: Path, zones: str, capsys: Out) -> None:
    away = plan_file(tmp_path, STAMFORD_BRIDGE)
    assert main(["zones", "check", away, "--dataset", zones, "--json"]) == 1
    made = json.loads(capsys.readouterr().out)
    assert made["verdict"] == "UNKNOWN"
    assert {each["code"] for each in made["reasons"]} == {"DATA_STALE"}


def test_bad_input_is_refused_by_name(tmp_path: Path, zones: str, capsys: Out) -> None:
    plan = plan_file(tmp_path)
    broken = tmp_path / "broken.json"
    broken.write_text('{"path":\n [[0, 51]')
    bad = tmp_path / "bad.json"
    bad.write_text(json.dumps(document(BROADWAY, height_m="high")))
    deep = tmp_path / "deep.json"
    deep.write_text("[" * 200_000)
    binary = tmp_path / "binary.json"
    binary.write_bytes(b"\xff\xfe\x00{")
    for words, said in (
        (["check", str(broken), "--dataset", zones], "line 2"),
        (["check", str(bad), "--dataset", zones], "height_m must be a number"),
        (["check", str(deep), "--dataset", zones], "nested too deep"),
        (["check", str(binary), "--dataset", zones], "not"),
        (["check", str(tmp_path / "none"), "--dataset", zones], "No such file"),
        (["check", plan, "--dataset", str(tmp_path)], "directory"),
        (["check", plan, "--dataset", plan], "no list 'features'"),
        (["check", plan, "--dataset", zones, "--as-of", "June"], "--as-of June is no date"),
        (["import", str(broken)], "none of ED-269"),
    ):
        assert main(["zones", *words]) == 2, words
        assert said in capsys.readouterr().err, words


def test_a_plan_that_says_a_thing_twice_is_refused(tmp_path: Path, zones: str, capsys: Out) -> None:
    plan = tmp_path / "twice.json"
    plan.write_text(json.dumps(document(BROADWAY))[:-1] + ', "path": [[-0.5, 51.7]]}')
    assert main(["zones", "check", str(plan), "--dataset", zones, "--json"]) == 2
    assert "'path' stands there twice" in capsys.readouterr().err


def test_import_shows_what_a_file_holds_and_what_is_refused(
    tmp_path: Path, zones: str, capsys: Out
) -> None:
    assert main(["zones", "import", zones]) == 0
    text = capsys.readouterr().out
    assert "ed318" in text
    assert "SHA-256" in text
    assert "1 zones read, 0 features refused" in text
    assert "Valid from 11 June 2026 00:00 UTC" in text
    made = json.loads(write_ed269(index_of(zone("A"), zone("B")).dataset).data)
    made["features"][1]["geometry"][0]["horizontalProjection"]["radius"] = -1
    partly = tmp_path / "partly.json"
    partly.write_text(json.dumps(made))
    assert main(["zones", "import", str(partly)]) == 1
    text = capsys.readouterr().out
    assert "1 zones read, 1 features refused" in text
    assert "Refused: " in text


def test_here_and_list_by_a_file(zones: str, capsys: Out) -> None:
    lon, lat = (str(each) for each in BROADWAY)
    here = ["zones", "here", lat, lon, "60", "--dataset", zones]
    assert main([*here, "--at", "2026-06-15T12:00:00Z", "--amsl"]) == 1
    text = capsys.readouterr().out
    assert "In 1U077 EGR1U077 Zone 1U077: " in text
    assert "not known" not in text.lower()
    assert main([*here, "--at", "2026-06-15T12:00:00Z"]) == 1
    assert "at this height is not known" in capsys.readouterr().out
    away = ["zones", "here", "51.4817", "-0.191", "60", "--dataset", zones]
    assert main([*away, "--at", "2026-06-15T12:00:00Z"]) == 0
    assert "In none of its zones." in capsys.readouterr().out
    assert main(away) == 1  # out of date
    assert "Out of date" in capsys.readouterr().out
    assert main(["zones", "list", "--dataset", zones]) == 1
    assert "1U077" in capsys.readouterr().out
    assert main([*here, "--at", "noon"]) == 2
    assert main(["zones", "here", lat, lon, "60", "--hae"]) == 2
    assert "--dataset" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["ed269", "ed318", "kml", "openair"])
def test_what_is_exported_can_be_imported(
    kind: str, tmp_path: Path, zones: str, capsys: Out
) -> None:
    path = str(tmp_path / "written")
    command = ["zones", "export", path, "--format", kind, "--dataset", zones]
    assert main(command) == 0
    assert main(["zones", "import", path]) == 0
    assert f": {kind}, " in capsys.readouterr().out
    assert main(command) == 2
    assert "File exists" in capsys.readouterr().err


def test_the_training_zones_are_exported_as_training(tmp_path: Path, capsys: Out) -> None:
    path = tmp_path / "training.json"
    assert main(["zones", "export", str(path), "--format", "ed318", "--training"]) == 0
    assert "not for operational use" in path.read_text().lower()
    assert main(["zones", "export", str(tmp_path / "none"), "--format", "kml"]) == 2
    assert "No airspace dataset" in capsys.readouterr().err
