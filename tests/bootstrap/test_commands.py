"""The command line: what it lists, what it understands, and that set-up needs nothing installed."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from ground_station.bootstrap.commands import COMMANDS, parse
from ground_station.bootstrap.start import (
    ADDRESS_VARIABLE,
    CODE_VARIABLE,
    _place_of,
    _secret_of,
    _secrets_of,
)
from ground_station.cli.main import handler_of

ROOT = Path(__file__).resolve().parents[2]
BOOTSTRAP = ROOT / "ground_station" / "bootstrap"


def run(*arguments: str, python: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *python, str(ROOT / "run.py"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def test_help_lists_what_works_and_no_child_commands() -> None:
    shown = run("--help").stdout
    for command in COMMANDS:
        listed = f"    {command.name.split()[0]} " in shown
        assert listed is bool(command.summary), command.name


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_has_code(command: object) -> None:
    assert callable(handler_of(command))  # type: ignore[arg-type]


def test_help_needs_nothing_but_the_standard_library() -> None:
    """-S hides every installed package, as on a fresh machine."""
    shown = run("--help", python=("-S", "-E"))
    assert shown.returncode == 0, shown.stderr


def test_set_up_imports_the_standard_library_and_itself_only() -> None:
    strangers = set()
    for path in BOOTSTRAP.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            for name in names:
                ours = name.startswith("ground_station.bootstrap")
                if not ours and name.split(".")[0] not in sys.stdlib_module_names:
                    strangers.add(f"{path.name}: {name}")
    assert strangers == set()


def test_a_python_that_is_too_old_is_told_in_a_sentence() -> None:
    """The check itself must be readable by old Pythons, so it stands before every other import."""
    tree = ast.parse((ROOT / "run.py").read_text(encoding="utf-8"))
    imports = [n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)]
    check = next(n for n in tree.body if isinstance(n, ast.If))
    before = [n for n in imports if n.lineno < check.lineno]
    assert [a.name for n in before for a in n.names] == ["sys"]
    source = (ROOT / "run.py").read_text(encoding="utf-8")
    old = source.replace("import sys\n", "import sys\nsys.version_info = (3, 9, 2)\n", 1)
    done = subprocess.run([sys.executable, "-c", old], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "needs Python 3.11 or newer, and this is Python 3.9" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["flie"], "run.py: there is no command 'flie'. See: python3 run.py --help\n"),
        (["users", "x"], "run.py users: there is no command 'x'."),
        (["--port", "x"], "argument --port: invalid int value: 'x'."),
    ],
)
def test_a_mistyped_command_line_is_one_sentence(arguments: list[str], sentence: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith(sentence) or sentence in done.stderr
    assert done.stderr.count("\n") == 1


def test_options_may_stand_before_and_after_the_command() -> None:
    assert parse(["--port", "1", "users", "password", "x"]).port == 1
    assert parse(["users", "password", "x", "--port", "1"]).port == 1
    assert parse(["--port", "1"]).command.name == "demo"
    assert not hasattr(parse([]), "port")


@pytest.mark.parametrize(
    ("argv", "place"),
    [
        (["camera", "rtsp://u:p@h/"], 1),
        (["--port", "1", "camera", "a.avi", "--name", "a.avi"], 3),
        (["camera", "--name", "a.avi", "a.avi"], 3),
        (["camera", "camera"], 1),
        (["--no-demo-drone", "camera", "a.avi"], 2),
    ],
)
def test_the_cameras_address_is_found_on_the_command_line(argv: list[str], place: int) -> None:
    address = parse(argv).address
    assert _place_of(address, argv) == place
    del argv[place]
    assert parse(argv).address is None


@pytest.mark.parametrize(
    "words",
    [
        ["--camera", "rtsp://u:secret@h/"],
        ["--camera=rtsp://u:secret@h/"],
        ["--camera", "usb:0", "--camera=rtsp://u:secret@h/"],
        ["--camera", "rtsp://u:secret@h/", "--camera-pitch", "-45"],
    ],
)
def test_a_drones_camera_address_is_taken_off_the_command_line(words: list[str]) -> None:
    argv = ["drone", "udpin://127.0.0.1:14550", *words, "--simulated", "--name", "A drone"]
    arguments = parse(argv)
    assert _secret_of(arguments, argv) == "rtsp://u:secret@h/"
    assert "secret" not in " ".join(argv)
    left = parse(argv)
    assert left.camera is None
    assert (left.addresses, left.simulated) == (["udpin://127.0.0.1:14550"], True)
    assert left.camera_pitch == arguments.camera_pitch


def test_a_drone_without_a_camera_keeps_its_command_line() -> None:
    argv = ["drone", "udpin://127.0.0.1:14550", "--simulated"]
    assert _secret_of(parse(argv), argv) is None
    assert argv == ["drone", "udpin://127.0.0.1:14550", "--simulated"]


def test_an_agents_code_is_taken_off_the_command_line() -> None:
    argv = ["drone", "--link", "udpin://127.0.0.1:14550", "--token", "SECRET-CODE"]
    argv += ["--station", "https://station.example:8443", "--camera", "rtsp://u:secret@h/"]
    secrets = _secrets_of(parse(argv), argv)
    assert secrets == {CODE_VARIABLE: "SECRET-CODE", ADDRESS_VARIABLE: "rtsp://u:secret@h/"}
    assert "secret" not in " ".join(argv).lower()
    left = parse(argv)
    assert (left.link, left.token) == (["udpin://127.0.0.1:14550"], None)
