"""`run.py zones ...` on an installation: offered, used, given up; what flights are checked by."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ground_station.app import opened_audit, prepare_store
from ground_station.cli.main import main
from ground_station.core.audit import Act, Actor
from tests.api.airspace_files import zones_file
from tests.geo.airspace.cases import document
from tests.geo.formats.samples import ed269, uas_zone

Out = pytest.CaptureFixture[str]
INSIDE = ["51.5", "-0.225", "60"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "data"
    prepare_store(made)
    return made


def zones(folder: Path, *words: object) -> int:
    return main(["zones", *map(str, words), "--data-folder", str(folder)])


def a_file(folder: Path, *, crossed: int = 0) -> Path:
    path = folder.parent / f"zones-{crossed}.json"
    path.write_bytes(zones_file(datetime.now(UTC), crossed=crossed))
    return path


def offered(folder: Path, capsys: Out, *words: str, crossed: int = 0) -> dict[str, Any]:
    zones(folder, "import", a_file(folder, crossed=crossed), *(words or ("--offer",)), "--json")
    made: dict[str, Any] = json.loads(capsys.readouterr().out)
    return made


def test_a_file_is_only_looked_at_unless_it_is_to_be_kept(folder: Path, capsys: Out) -> None:
    assert zones(folder, "import", a_file(folder)) == 0
    assert "Nothing was stored" in capsys.readouterr().out
    assert zones(folder, "datasets") == 0
    assert capsys.readouterr().out == "No file was imported yet.\n"


def test_a_file_is_offered_then_used_then_another_takes_its_place(
    folder: Path, capsys: Out
) -> None:
    assert zones(folder, "import", a_file(folder), "--offer") == 0
    text = capsys.readouterr().out
    assert "1 zones read, 0 features refused" in text
    assert "Take it into use: python3 run.py zones use " in text
    dataset_id = text.rsplit("zones use ", 1)[1].strip()
    assert zones(folder, "here", *INSIDE) == 1
    assert "No airspace dataset" in capsys.readouterr().out
    assert zones(folder, "use", dataset_id) == 0
    assert "in use" in capsys.readouterr().out
    assert zones(folder, "here", *INSIDE, "--amsl") == 1
    assert "In 1U077" in capsys.readouterr().out
    assert zones(folder, "list") == 0
    assert "AIRAC of the test; valid until" in capsys.readouterr().out
    other = offered(folder, capsys, "--use")
    assert other["state"] == "in_use"
    assert zones(folder, "datasets", "--json") == 0
    states = {one["dataset_id"]: one["state"] for one in json.loads(capsys.readouterr().out)}
    assert states == {dataset_id: "retired", other["dataset_id"]: "in_use"}


def test_of_a_partly_bad_file_nothing_is_taken_unseen(folder: Path, capsys: Out) -> None:
    assert zones(folder, "import", a_file(folder, crossed=2), "--use") == 2
    told = capsys.readouterr()
    assert told.out.count("Refused: ") == 2
    assert "--accept-refused 2" in told.out
    assert "2 features of zones-2.json were refused" in told.err
    assert zones(folder, "here", *INSIDE) == 1
    assert "No airspace dataset" in capsys.readouterr().out
    made = offered(folder, capsys, "--use", "--accept-refused", "2", crossed=2)
    assert (made["state"], made["refused"]) == ("in_use", 2)
    assert "cross" in made["refusals"][0]["reason"]


def test_offering_a_partly_bad_file_ends_with_1(folder: Path, capsys: Out) -> None:
    assert zones(folder, "import", a_file(folder, crossed=1), "--offer", "--json") == 1
    assert json.loads(capsys.readouterr().out)["state"] == "offered"


def test_one_is_given_up(folder: Path, capsys: Out) -> None:
    made = offered(folder, capsys)
    assert zones(folder, "discard", made["dataset_id"]) == 0
    assert "discarded" in capsys.readouterr().out
    for command in ("use", "discard"):
        assert zones(folder, command, made["dataset_id"]) == 2
        assert "discarded already" in capsys.readouterr().err
    used = offered(folder, capsys, "--use")
    capsys.readouterr()
    assert zones(folder, "discard", used["dataset_id"]) == 2
    assert "in use" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["use", "discard"])
def test_one_that_is_none(folder: Path, capsys: Out, command: str) -> None:
    assert zones(folder, command, "x") == 2
    assert "no such airspace dataset" in capsys.readouterr().err


def test_what_cannot_be_read_is_refused(folder: Path, tmp_path: Path, capsys: Out) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text("{")
    assert zones(folder, "import", bad, "--use") == 2
    assert "bad.json cannot be read" in capsys.readouterr().err
    assert zones(folder, "import", tmp_path / "none", "--use") == 2
    assert zones(folder, "datasets") == 0
    assert capsys.readouterr().out == "No file was imported yet.\n"


def test_without_an_installation_nothing_can_be_kept(tmp_path: Path, capsys: Out) -> None:
    (tmp_path / "data").mkdir()
    assert zones(tmp_path / "data", "import", a_file(tmp_path / "data"), "--offer") == 2
    assert "no database in" in capsys.readouterr().err
    assert zones(tmp_path / "data", "list") == 1
    assert "No airspace dataset" in capsys.readouterr().out


def test_a_plan_is_checked_against_what_the_installation_uses(
    folder: Path, tmp_path: Path, capsys: Out
) -> None:
    plan = tmp_path / "plan.json"
    now = datetime.now(UTC).isoformat()
    plan.write_text(json.dumps(document((-0.225, 51.5), start=now)))
    assert zones(folder, "check", plan, "--json") == 1
    assert json.loads(capsys.readouterr().out)["verdict"] == "UNKNOWN"
    offered(folder, capsys, "--use")
    assert zones(folder, "check", plan, "--json") == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["verdict"] == "PERMISSION_NEEDED"
    assert [one["id"] for one in answer["zones"]] == ["1U077"]
    assert "NOTAM_NOT_CHECKED" in {one["code"] for one in answer["information"]}


def test_the_installation_s_zones_are_exported(folder: Path, tmp_path: Path, capsys: Out) -> None:
    offered(folder, capsys, "--use")
    target = tmp_path / "out.json"
    assert zones(folder, "export", target, "--format", "ed318") == 0
    assert json.loads(target.read_text())["features"][0]["properties"]["identifier"] == "1U077"


def test_a_file_without_a_date_is_dated_here(folder: Path, tmp_path: Path, capsys: Out) -> None:
    file = tmp_path / "ed269.json"
    file.write_bytes(ed269(uas_zone()))
    zones(folder, "import", file, "--offer", "--json")
    dataset_id = json.loads(capsys.readouterr().out)["dataset_id"]
    today = datetime.now(UTC).date()
    until = (today + timedelta(days=20)).isoformat()
    assert zones(folder, "date", dataset_id, "--until", until) == 2
    assert "from when until when" in capsys.readouterr().err
    assert zones(folder, "date", dataset_id, "--until", "soon") == 2
    assert zones(folder, "date", dataset_id, "--from", today.isoformat(), "--until", until) == 0
    assert until in capsys.readouterr().out
    assert zones(folder, "use", dataset_id) == 0
    assert zones(folder, "list") == 0


def test_each_decision_is_on_record_as_made_here(folder: Path, capsys: Out) -> None:
    offered(folder, capsys, "--use")
    with opened_audit(folder) as audit:
        for act in (Act.DATASET_IMPORTED, Act.DATASET_USED):
            [record] = audit.read(act=act)
            assert record.entry.actor is Actor.COMMAND_LINE
            assert record.entry.details["sha256"]
