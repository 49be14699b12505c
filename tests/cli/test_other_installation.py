"""A command that was not told which installation it is for makes no new one."""

from __future__ import annotations

from pathlib import Path

import pytest

from ground_station.app import prepare_store
from ground_station.cli.main import main
from ground_station.core.errors import NotFound
from ground_station.store import migrate_database

COMMANDS = [
    ["users", "list"],
    ["users", "add", "Ada", "--role", "officer"],
    ["users", "password", "ada"],
    ["users", "disable", "ada"],
    ["agents", "add", "Gate"],
    ["agents", "list"],
    ["agents", "revoke", "Gate"],
    ["organisations", "list"],
    ["organisations", "add", "The police", "--kind", "police"],
    ["audit", "verify"],
    ["audit", "rotate-key"],
]


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words[:2]))
@pytest.mark.parametrize("there", [True, False])
def test_nothing_is_made_in_an_empty_data_folder(
    words: list[str],
    there: bool,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "var"
    if there:
        folder.mkdir()
    monkeypatch.setattr("sys.stdin.readline", lambda: "correct horse battery\n", raising=False)
    assert main([*words, "--data-folder", str(folder)]) == 2
    assert "--settings FILE" in capsys.readouterr().err
    assert list(folder.rglob("*.db")) == []
    assert folder.exists() == there


def test_a_database_that_is_there_is_migrated(tmp_path: Path) -> None:
    prepare_store(tmp_path)
    assert main(["agents", "list", "--data-folder", str(tmp_path)]) == 0


def test_an_empty_file_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "kestrel.db").touch()
    for _ in range(2):  # the second time too: no table was made
        with pytest.raises(NotFound, match="no database in"):
            migrate_database(tmp_path)
