"""One set-up at a time, what each command needs, and the hand-over."""

from __future__ import annotations

import fcntl
import io
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ground_station.bootstrap import start
from ground_station.bootstrap.commands import Needs
from ground_station.bootstrap.console import Console
from ground_station.bootstrap.errors import SetupError
from ground_station.bootstrap.places import Places
from ground_station.bootstrap.programs import Programs
from ground_station.bootstrap.start import main, set_up, wanted_steps

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def no_steps(monkeypatch: pytest.MonkeyPatch) -> list[Needs]:
    """Set-up with nothing to do, which writes down what was wanted."""
    wanted: list[Needs] = []

    def nothing(_places: Places, needs: Needs, _programs: Programs) -> list[object]:
        wanted.append(needs)
        return []

    monkeypatch.setattr(start, "wanted_steps", nothing)
    monkeypatch.setattr(start, "verify_core_pack", lambda _places: None)
    return wanted


def test_a_second_set_up_says_that_it_waits_and_then_goes_on(
    tmp_path: Path, no_steps: list[Needs]
) -> None:
    places, out = Places(tmp_path), io.StringIO()
    places.var.mkdir()
    thread = threading.Thread(target=set_up, args=(places, Needs.DEMO, Console(out)))
    with places.setup_lock.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        thread.start()
        while "waiting" not in out.getvalue():
            assert thread.is_alive()
        assert no_steps == []
    thread.join(10)
    assert no_steps == [Needs.DEMO]


@pytest.mark.parametrize(
    ("needs", "there", "absent"),
    [
        (Needs.PACKAGES, {"packages"}, {"page", "footage", "chromium"}),
        (
            Needs.DEMO,
            {"packages", "page", "npm", "footage", "encode", "draw"},
            {"chromium", "postgresql"},
        ),
        (Needs.TESTS, {"packages", "npm", "footage", "chromium", "postgresql"}, {"page"}),
        (Needs.PAGE, {"packages", "page", "npm"}, {"footage", "draw", "chromium"}),
    ],
)
def test_each_command_sets_up_what_it_needs(
    tmp_path: Path, needs: Needs, there: set[str], absent: set[str]
) -> None:
    places = Places(tmp_path)
    places.web.mkdir()
    for name in ("package.json", "package-lock.json"):
        (places.web / name).write_text("{}")
    names = {step.name for step in wanted_steps(places, needs, Programs(places.setup_log))}
    assert there <= names
    assert not absent & names


def test_a_failed_set_up_ends_with_the_cause_and_the_remedy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_words: object) -> None:
        raise SetupError("It broke.", "Mend it.", ("the last line",))

    monkeypatch.setattr(start, "set_up", fail)
    assert main(["test"]) == 1
    assert capsys.readouterr().err == "    the last line\nIt broke. Mend it.\n"


def test_the_hand_over_keeps_an_address_off_the_command_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    handed: list[tuple[str, list[str], dict[str, str]]] = []

    class Gone(Exception):
        pass

    def become(path: str, argv: list[str], environment: dict[str, str]) -> None:
        handed.append((path, argv, environment))
        raise Gone

    monkeypatch.setattr(start, "set_up", lambda *_words: None)
    monkeypatch.setattr(os, "execve", become)
    with pytest.raises(Gone):
        main(["--port", "1", "camera", "rtsp://user:secret@host/", "--name", "Yard"])
    (path, argv, environment) = handed[0]
    assert path == str(ROOT / ".venv" / "bin" / "python")
    assert argv[4:] == ["--port", "1", "camera", "--name", "Yard"]
    assert environment["KESTREL_CAMERA_ADDRESS"] == "rtsp://user:secret@host/"
    assert environment["PYTHONPATH"] == str(ROOT)


def test_it_works_from_any_folder_and_no_file_there_gets_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "logging.py").write_text("raise SystemExit('the wrong module')\n")
    (tmp_path / "geo").mkdir()
    argv = [str(ROOT / ".venv" / "bin" / "python"), "-P", "-m", "ground_station.cli", "_page"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(argv, cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    shown = subprocess.run(
        [sys.executable, str(ROOT / "run.py"), "--help"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert shown.returncode == 0, shown.stderr
