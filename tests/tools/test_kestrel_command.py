"""`deploy/kestrel`: a command by hand acts on the installation, as its user, with its secrets."""

from __future__ import annotations

import os
import pwd
import re
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ground_station.app import opened_accounts, prepare_store
from ground_station.core.authority import Role

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "deploy" / "kestrel"


@pytest.fixture
def command(tmp_path: Path) -> ModuleType:
    loader = SourceFileLoader("kestrel_command", str(SCRIPT))
    spec = spec_from_loader("kestrel_command", loader)
    assert spec is not None
    made = module_from_spec(spec)
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    loader.exec_module(made)
    sys.dont_write_bytecode = writes
    made.SECRETS = str(tmp_path / "secrets.env")  # type: ignore[attr-defined]
    made.SETTINGS = str(tmp_path / "kestrel.toml")  # type: ignore[attr-defined]
    made.DATA = str(tmp_path)  # type: ignore[attr-defined]
    made.USER = pwd.getpwuid(os.getuid()).pw_name  # type: ignore[attr-defined]
    return made


def test_secrets_are_read_as_systemd_reads_them(command: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "secrets.env").write_text(
        "# a comment\n; another\n\nKESTREL_TURN__SECRET= a#b$c \n"
        "KESTREL_STORE__URL='postgresql://k:p\\\"w@db/k'\nX=\"a 'b'\"\nEMPTY=\n"
    )
    assert command.secrets() == {
        "KESTREL_TURN__SECRET": "a#b$c",
        "KESTREL_STORE__URL": 'postgresql://k:p\\"w@db/k',
        "X": "a 'b'",
        "EMPTY": "",
    }


@pytest.mark.parametrize(
    "line", ["word", "A='open", 'A="a\\b"', "A=a\\b", "A=a'b'", "export A=b", "A='"]
)
def test_a_line_that_could_mean_something_else(
    command: ModuleType, tmp_path: Path, line: str
) -> None:
    (tmp_path / "secrets.env").write_text(f"# one\n{line}\n")
    with pytest.raises(ValueError, match="line 2 of") as refused:
        command.secrets()
    assert line not in str(refused.value)


def test_root_becomes_the_user_and_nothing_of_root_s_environment_goes_along(
    command: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Any] = []
    monkeypatch.setenv("KESTREL_DATA_FOLDER", "/elsewhere")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    for name in ("initgroups", "setgid", "setuid", "umask", "chdir"):
        monkeypatch.setattr(os, name, lambda *given, name=name: calls.append((name, *given)))
    monkeypatch.setattr(os, "execve", lambda *given: calls.append(given))
    (tmp_path / "secrets.env").write_text("KESTREL_TURN__SECRET=abc\n")
    (tmp_path / "kestrel.toml").touch()
    command.main(["agents", "add", "Gate 1"])
    user = pwd.getpwnam(command.USER)
    assert calls[:3] == [
        ("initgroups", user.pw_name, user.pw_gid),
        ("setgid", user.pw_gid),
        ("setuid", user.pw_uid),
    ]
    assert calls[3:5] == [("umask", 0o077), ("chdir", str(tmp_path))]
    python, words, environment = calls[5]
    assert words[3:] == [
        "ground_station.cli",
        "--settings",
        command.SETTINGS,
        "agents",
        "add",
        "Gate 1",
    ]
    assert python == words[0] == "/opt/kestrel/.venv/bin/python"
    assert environment["KESTREL_TURN__SECRET"] == "abc"
    assert "KESTREL_DATA_FOLDER" not in environment
    assert "abc" not in " ".join(words)


def test_on_a_camera_s_machine_the_unit_s_data_folder_is_used(
    command: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[str, list[str], dict[str, str]]] = []
    for name in ("initgroups", "setgid", "setuid", "umask", "chdir"):
        monkeypatch.setattr(os, name, lambda *_given: None)
    monkeypatch.setattr(os, "execve", lambda *given: calls.append(given))
    command.main(["agents", "enrol", "--station", "https://a"])
    _python, words, environment = calls[0]
    assert "--settings" not in words
    assert environment["KESTREL_DATA_FOLDER"] == command.DATA


def test_it_and_the_units_mean_the_same_places() -> None:
    text = SCRIPT.read_text()
    said = dict(re.findall(r'^([A-Z]+) = "([^"]+)"', text, re.MULTILINE))
    units = ROOT / "deploy" / "systemd"
    station = (units / "kestrel.service").read_text()
    agents = [(units / f"kestrel-{kind}@.service").read_text() for kind in ("camera", "drone")]
    assert f"EnvironmentFile=-{said['SECRETS']}\n" in station
    assert f"--settings {said['SETTINGS']}\n" in station
    for agent in agents:
        assert f"KESTREL_DATA_FOLDER={said['DATA']}\n" in agent
    for unit in (station, *agents):
        assert f"User={said['USER']}\n" in unit
        assert f"ExecStart={said['PROGRAM']}/.venv/bin/python " in unit
    assert os.access(SCRIPT, os.X_OK)


def test_others_are_told_what_to_do(command: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 4_000_000)
    assert "sudo kestrel users list" in command.main(["users", "list"])
    command.USER = "nobody-of-that-name"  # type: ignore[attr-defined]
    assert "There is no user" in command.main(["users", "list"])


SECRET = "h0rse-b4ttery"
ADDRESS = f"rtsp://cam:{SECRET}@10.0.0.9/live"
IN_QUERY = f"http://10.0.0.9/stream?user=cam&password={SECRET}"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["camera", ADDRESS], "kestrel-camera@NAME"),
        (["camera", "--name", "Gate", IN_QUERY], "kestrel-camera@NAME"),
        (["drone", "udpin://0.0.0.0:14550", "--camera", ADDRESS], "kestrel-drone@NAME"),
        (["drone", "udpin://0.0.0.0:14550", f"--camera={ADDRESS}"], "kestrel-drone@NAME"),
        (["drone", "udpin://0.0.0.0:14550", f"--camera={IN_QUERY}"], "kestrel-drone@NAME"),
        (["drone", f"--cam={ADDRESS}", "udpin://0.0.0.0:14550"], "kestrel-drone@NAME"),
        (["drone", "--c", IN_QUERY, "udpin://0.0.0.0:14550"], "kestrel-drone@NAME"),
        (["--port", "8080", "drone", "udpin://0.0.0.0:1", "--camera", IN_QUERY], "command first"),
        (["--no-demo-camera", "camera", IN_QUERY], "command first"),
        (["--settings=/etc/kestrel/kestrel.toml", "camera", IN_QUERY], "command first"),
        (["--help", "camera", IN_QUERY], "command first"),
        (["agents", "enrol", "--station", f"https://me:{SECRET}@station/"], "with a password"),
        (["agents", "enrol", f"--station=https://{SECRET}@station/"], "with a password"),
    ],
)
def test_no_password_is_taken_from_a_command_line(
    command: ModuleType, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    monkeypatch.setattr(os, "execve", lambda *_given: pytest.fail("it was run"))
    answer = command.main(words)
    assert said in answer
    assert SECRET not in answer


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["users", "list"],
        ["agents", "add", "Gate", "--kind", "drone"],
        ["simulate", "drone", "--count", "2"],
        ["backup", "/var/lib/kestrel/a@b.tar"],
        ["agents", "enrol", "--station", "https://station.example:8443/"],
    ],
)
def test_what_holds_no_password_is_run(
    command: ModuleType, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    ran: list[list[str]] = []
    for name in ("initgroups", "setgid", "setuid", "umask", "chdir"):
        monkeypatch.setattr(os, name, lambda *_given: None)
    monkeypatch.setattr(os, "execve", lambda _python, given, _environment: ran.append(given))
    command.main(words)
    assert ran[0][-len(words) :] == words


def test_it_reaches_the_installation_from_anywhere(tmp_path: Path) -> None:
    """For real, with other paths: the data folder of the secrets wins over the file's."""
    data = tmp_path / "data"
    prepare_store(data)
    with opened_accounts(data) as accounts:
        accounts.add("ada", "Ada", Role.OFFICER, "correct horse battery")
    (tmp_path / "kestrel.toml").write_text(f'data_folder = "{tmp_path}/elsewhere"\n')
    (tmp_path / "secrets.env").write_text(f"KESTREL_DATA_FOLDER={data}\n")
    text = SCRIPT.read_text()
    for name, value in {
        "PROGRAM": ROOT,
        "SETTINGS": tmp_path / "kestrel.toml",
        "SECRETS": tmp_path / "secrets.env",
        "DATA": data,
        "USER": pwd.getpwuid(os.getuid()).pw_name,
    }.items():
        before = next(line for line in text.splitlines() if line.startswith(f"{name} = "))
        text = text.replace(before, f"{name} = {str(value)!r}")
    mine = tmp_path / "kestrel"
    mine.write_text(text)
    done = subprocess.run(
        [sys.executable, str(mine), "users", "list"],
        cwd="/",
        env={**os.environ, "KESTREL_DATA_FOLDER": str(tmp_path / "wrong")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("ada ")
    assert not (tmp_path / "wrong").exists()
    assert not (tmp_path / "elsewhere").exists()
