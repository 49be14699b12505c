"""PostgreSQL for the store's tests: installed where that may be, else the reason is said."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from ground_station.bootstrap.errors import SetupError
from ground_station.bootstrap.postgres import postgres_step, server_programs
from ground_station.bootstrap.programs import ProgramFailed, Programs


def ignore(_detail: str) -> None:
    pass


def a_release(root: Path, number: str) -> Path:
    folder = root / number / "bin"
    folder.mkdir(parents=True)
    (folder / "initdb").touch()
    return folder


def test_the_newest_release_is_found(tmp_path: Path) -> None:
    assert server_programs(tmp_path) is None
    a_release(tmp_path, "9")
    newest = a_release(tmp_path, "15")
    (tmp_path / "17" / "bin").mkdir(parents=True)  # the client alone
    assert server_programs(tmp_path) == newest


def test_one_that_is_there_is_left_alone(tmp_path: Path) -> None:
    a_release(tmp_path, "15")
    assert postgres_step(Programs(tmp_path / "log"), tmp_path).is_done()


@pytest.mark.parametrize(
    ("apt", "user", "installed"), [(True, 0, True), (True, 1000, False), (False, 0, False)]
)
def test_it_is_installed_by_root_with_apt_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, apt: bool, user: int, installed: bool
) -> None:
    calls: list[list[str]] = []
    monkeypatch.setattr(Programs, "run", lambda _self, argv, **_more: calls.append(list(argv)))
    monkeypatch.setattr(shutil, "which", lambda name: name if apt else None)
    monkeypatch.setattr(os, "geteuid", lambda: user)
    step = postgres_step(Programs(tmp_path / "log"), tmp_path)
    assert step.optional
    assert not step.is_done()
    if installed:
        step.run(ignore)
        assert [words[2] for words in calls] == ["update", "-y"]
        assert calls[1][-1] == "postgresql"
    else:
        with pytest.raises(SetupError, match="tested on SQLite only"):
            step.run(ignore)
        assert calls == []


def test_a_failed_installation_says_what_apt_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_self: Programs, _argv: list[str], **_more: object) -> None:
        raise ProgramFailed("apt-get ended with status 100", ("E: no network",))

    monkeypatch.setattr(Programs, "run", fail)
    monkeypatch.setattr(shutil, "which", lambda name: name)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(SetupError, match="cannot be installed") as caught:
        postgres_step(Programs(tmp_path / "log"), tmp_path).run(ignore)
    assert caught.value.tail == ("E: no network",)
