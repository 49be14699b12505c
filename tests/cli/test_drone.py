"""`run.py drone`: what it refuses before it touches anything; and the demonstration's own."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from ground_station.bootstrap.commands import parse
from ground_station.cli import demo
from ground_station.cli.children import TOKEN_VARIABLE
from ground_station.cli.main import main
from ground_station.cli.network import free_udp_port
from ground_station.cli.options import settings_from

ADDRESS = "udpin://127.0.0.1:14550"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nonsense"], "'nonsense' is no address of an autopilot"),
        ([ADDRESS, ADDRESS], "are one"),
        ([ADDRESS, "--camera", "film.mp4"], "run.py camera"),
        ([ADDRESS, "--camera", "http://u:secret@h/"], "http://"),
        ([ADDRESS, "--camera-pitch", "-91"], "--camera-pitch"),
        ([ADDRESS, "--camera-hfov", "180"], "--camera-hfov"),
        ([ADDRESS, "--camera-of", "0"], "1 to 255"),
        ([ADDRESS, "--name", "x" * 61], "60 letters"),
        ([ADDRESS], "No station runs"),
    ],
)
def test_what_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert main(["drone", *words, "--data-folder", str(tmp_path)]) != 0
    printed = "".join(capsys.readouterr())
    assert said in printed
    assert "secret" not in printed
    assert "Traceback" not in printed


@pytest.fixture
def names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr("ground_station.app.issue_agent_token", lambda *a, **k: "a-token")
    monkeypatch.setattr(demo, "say", lambda text: None)
    return ["--data-folder", str(tmp_path)]


def test_simulator_and_agent_are_given_the_same_port(names: list[str]) -> None:
    arguments = parse(names)
    specs = {one.name: one for one in demo.child_specs(arguments, settings_from(arguments))}
    words = [specs[name].argv[-2:] for name in ("simulator", "drone")]
    assert words[0] == words[1]
    assert words[0][0] == "--mavlink-port"
    assert TOKEN_VARIABLE not in specs["simulator"].environment
    assert specs["drone"].environment[TOKEN_VARIABLE] == "a-token"
    assert not any("a-token" in " ".join(one.argv) for one in specs.values())


@pytest.mark.parametrize("option", ["--no-demo-drone", "--no-demo-camera"])
def test_the_drone_is_left_out(names: list[str], option: str) -> None:
    arguments = parse([*names, option])
    specs = demo.child_specs(arguments, settings_from(arguments))
    assert {"drone", "simulator"}.isdisjoint(one.name for one in specs)


@pytest.mark.parametrize(
    ("words", "file", "variable", "asked"),
    [
        ([], "", None, demo.ANALYSED_FPS),
        (["--no-demo-camera"], "", None, 10.0),  # an installation's own cameras
        ([], "[node]\nanalysed_fps = 25\n", None, 25.0),
        ([], "[node]\nanalysed_fps = 10\n", None, 10.0),  # said, though it is the default
        ([], "[node]\nconfidence = 0.4\n", None, demo.ANALYSED_FPS),
        ([], "", "8", 8.0),
    ],
)
def test_the_node_is_asked_for_no_more_than_its_machine_carries(
    names: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    file: str,
    variable: str | None,
    asked: float,
) -> None:
    (tmp_path / "s.toml").write_text(file)
    if variable is not None:
        monkeypatch.setenv(demo.ANALYSED_FPS_VARIABLE, variable)
    arguments = parse([*names, *words, "--settings", str(tmp_path / "s.toml")])
    specs = {one.name: one for one in demo.child_specs(arguments, settings_from(arguments))}
    for name, value in specs["node"].environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv(TOKEN_VARIABLE)
    child = parse(specs["node"].argv[4:])  # what the node itself then reads
    assert settings_from(child).node.analysed_fps == asked
    assert demo.ANALYSED_FPS_VARIABLE not in specs["station"].environment


def test_a_port_that_is_taken_gives_way_to_another() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        other = free_udp_port("127.0.0.1", port)
        assert other != port
        assert free_udp_port("127.0.0.1", other) == other
