"""`run.py users ...` on a real data folder."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ground_station.app import ensure_first_users, opened_accounts, opened_audit, prepare_store
from ground_station.cli.data_folder import DataFolder
from ground_station.cli.demo import prepare
from ground_station.cli.main import main
from ground_station.core.audit import Act, Actor
from ground_station.core.authority import Role
from ground_station.services.accounts import first_users


def users(folder: Path, *words: str) -> int:
    return main(["users", *words, "--data-folder", str(folder)])


def test_an_account_from_the_machine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prepare_store(tmp_path)
    assert users(tmp_path, "add", "Ada", "--role", "officer") == 0
    password = re.search(r"Password: (\S+)", capsys.readouterr().out)
    assert password is not None
    with opened_accounts(tmp_path) as accounts:
        ada = accounts.find("ada")
        assert ada is not None
        assert ada.must_change_password
    with opened_audit(tmp_path) as audit:
        record = audit.read(limit=1, act=Act.USER_ADDED)[0]
        assert record.entry.actor is Actor.COMMAND_LINE
        assert password[1] not in str(record)
    assert users(tmp_path, "list") == 0
    assert re.search(r"^ada +officer$", capsys.readouterr().out, re.MULTILINE)
    assert users(tmp_path, "disable", "ada") == 0
    assert users(tmp_path, "list") == 0
    assert "disabled" in capsys.readouterr().out
    assert users(tmp_path, "enable", "ada") == 0
    assert users(tmp_path, "reset-factors", "ada") == 0
    assert "Password: " in capsys.readouterr().out


def test_mistakes_are_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prepare_store(tmp_path)
    assert users(tmp_path, "add", "ada", "--role", "king") == 2
    assert "One of: pilot" in capsys.readouterr().err
    assert users(tmp_path, "disable", "nobody") == 2
    assert "There is no user nobody." in capsys.readouterr().err
    assert users(tmp_path, "add", "x", "--role", "pilot", "--organisation", "nowhere") == 2
    assert "There is no organisation nowhere." in capsys.readouterr().err
    assert users(tmp_path, "add", "boss", "--role", "admin") == 0
    assert users(tmp_path, "disable", "boss") == 2
    assert "last admin" in capsys.readouterr().err


def test_an_older_installation_gets_an_admin(tmp_path: Path) -> None:
    prepare_store(tmp_path)
    with opened_accounts(tmp_path) as accounts:
        accounts.add("operator", "Operator", Role.ADMIN, "correct horse battery")
        assert [made.username for made in first_users(accounts)] == ["admin", "pilot"]
        operator, admin = accounts.find("operator"), accounts.find("admin")
        assert operator is not None
        assert operator.role is Role.CCTV_OPERATOR
        assert admin is not None
        assert admin.role is Role.ADMIN
        assert first_users(accounts) == []


def test_an_installation_with_its_own_admins_is_left_alone(tmp_path: Path) -> None:
    prepare_store(tmp_path)
    with opened_accounts(tmp_path) as accounts:
        accounts.add("operator", "Operator", Role.ADMIN, "correct horse battery")
        accounts.add("eve", "Eve", Role.ADMIN, "correct horse battery")
    assert ensure_first_users(tmp_path) == []


def test_a_pilot_is_made_only_where_nobody_else_was_added(tmp_path: Path) -> None:
    prepare_store(tmp_path)
    with opened_accounts(tmp_path) as accounts:  # an older demonstration
        accounts.add("operator", "Operator", Role.CCTV_OPERATOR, "correct horse battery")
        accounts.add("admin", "Admin", Role.ADMIN, "correct horse battery")
        accounts.add("ada", "Ada", Role.OFFICER, "correct horse battery")
        assert first_users(accounts) == []
    untouched = tmp_path / "untouched"
    untouched.mkdir()
    prepare_store(untouched)
    with opened_accounts(untouched) as accounts:
        accounts.add("operator", "Operator", Role.CCTV_OPERATOR, "correct horse battery")
        accounts.add("admin", "Admin", Role.ADMIN, "correct horse battery")
        assert [made.username for made in first_users(accounts)] == ["pilot"]
        pilot = accounts.find("pilot")
        assert pilot is not None
        assert pilot.role is Role.PILOT


def test_a_password_changed_since_is_not_told_any_more(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.make()
    told = prepare(folder, tmp_path)
    names = [name for name, _ in folder.first_sign_ins()]
    assert names == ["operator", "admin", "pilot"]
    assert told.index("operator") < told.index("admin") < told.index("pilot")
    assert prepare(folder, tmp_path) == told
    with opened_accounts(tmp_path) as accounts:
        accounts.set_password("admin", "another password")
    told = prepare(folder, tmp_path)
    assert "user name: operator" in told
    assert "user name: admin" not in told
    with opened_accounts(tmp_path) as accounts:
        accounts.set_password("operator", "another password")
        accounts.set_password("pilot", "another password")
    assert "password forgotten?" in prepare(folder, tmp_path)
    assert not folder.first_sign_in.exists()
