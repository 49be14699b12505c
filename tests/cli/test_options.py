"""Settings from file, environment and command line; what a mistake in them says."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from ground_station.bootstrap.commands import parse
from ground_station.bootstrap.places import checkout
from ground_station.cli.main import main
from ground_station.cli.options import arguments_for_child, settings_from, station_url
from tools.make_settings_doc import TARGET, document


def test_the_command_line_beats_the_environment_beats_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("[station]\nport = 1001\nthreads = 99\n[node]\nanalysed_fps = 7\n")
    monkeypatch.setenv("KESTREL_STATION__THREADS", "64")
    monkeypatch.setenv("KESTREL_STATION__PORT", "1002")
    arguments = parse(["--settings", str(file), "--port", "1003", "--no-demo-camera"])
    settings = settings_from(arguments)
    assert settings.station.port == 1003
    assert settings.station.threads == 64
    assert settings.node.analysed_fps == 7
    assert settings.agents.demo_camera is False
    assert station_url(settings) == "http://127.0.0.1:1003"


def test_where_a_relative_data_folder_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert settings_from(parse([])).data_folder == checkout().root / "var"
    assert settings_from(parse(["--data-folder", "here"])).data_folder == tmp_path / "here"


def test_children_get_the_same_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.toml").write_text("[node]\nconfidence = 0.25\n")
    words = ["--settings=s.toml", "--port=1004", "--data-folder=d", "--no-demo-camera"]
    arguments = parse([*words, "--training-airspace"])
    settings = settings_from(arguments)
    words = arguments_for_child(arguments, settings)
    monkeypatch.chdir("/")
    assert settings_from(parse(words)).model_dump() == settings.model_dump()
    assert settings.airspace.training


def test_no_installation_flies_by_training_zones_unasked() -> None:
    assert settings_from(parse(["up"])).airspace.training is False


@pytest.mark.parametrize(
    ("words", "camera", "drone"),
    [([], True, True), (["--no-demo-drone"], True, False), (["--no-demo-camera"], False, True)],
)
def test_what_the_demonstration_leaves_out(words: list[str], camera: bool, drone: bool) -> None:
    settings = settings_from(parse(words))
    assert (settings.agents.demo_camera, settings.agents.demo_drone) == (camera, drone)
    again = settings_from(parse(arguments_for_child(parse(words), settings)))
    assert again.agents == settings.agents


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[station]\nprot = 1\n", "station.prot does not exist"),
        ("[station]\nport = 0\n", "station.port is wrong"),
        ("[station\n", "is not valid TOML"),
        ('[station]\nhttps = false\nhost = "0.0.0.0"\n', "host must be loopback"),
    ],
)
def test_a_wrong_setting_is_one_sentence_and_starts_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, sentence: str
) -> None:
    file = tmp_path / "s.toml"
    file.write_text(text)
    assert main(["--settings", str(file), "--data-folder", str(tmp_path / "data")]) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert "Traceback" not in said
    assert not (tmp_path / "data").exists()


def test_a_missing_settings_file_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--settings", "no-such.toml"]) == 2
    assert "no-such.toml" in capsys.readouterr().err


def test_an_unknown_variable_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KESTREL_STATOIN__PORT", "1")
    assert main([]) == 2
    assert "KESTREL_STATOIN__PORT" in capsys.readouterr().err


def test_every_setting_is_in_the_document() -> None:
    assert TARGET.read_text(encoding="utf-8") == document(), "run: make settings"
    for name in ("station.port", "node.detector", "agents.demo_camera", "data_folder"):
        assert f"| `{name}` |" in document()


def test_a_camera_without_a_station_and_without_an_address_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--data-folder", str(tmp_path)]
    assert main(["camera", *data]) == 2
    assert "address is missing" in capsys.readouterr().err
    monkeypatch.setenv("KESTREL_CAMERA_ADDRESS", "rtsp://user:secret@host/")
    assert main(["camera", *data]) == 2
    said = capsys.readouterr()
    assert "No station runs" in said.err
    assert "secret" not in said.err + said.out
    monkeypatch.setenv("KESTREL_CAMERA_ADDRESS", "gopher://host/")
    assert main(["camera", *data]) == 2
    assert "gopher" in capsys.readouterr().err


def test_a_new_password_replaces_the_first_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from ground_station.cli.data_folder import DataFolder
    from ground_station.cli.demo import prepare

    folder = DataFolder(tmp_path / "data")
    folder.make()
    first = prepare(folder, folder.path)
    assert "password: " in first
    assert prepare(folder, folder.path) == first
    argv = ["users", "password", "operator", "--data-folder", str(folder.path)]
    monkeypatch.setattr("sys.stdin", io.StringIO("a-much-better-passphrase\n"))
    assert main(argv) == 0
    kept = folder.first_sign_in_text() or ""
    assert "operator" not in kept
    assert "user name: admin" in kept
    for name in ("admin", "pilot"):
        assert f"user name: {name}" in (folder.first_sign_in_text() or "")
        monkeypatch.setattr("sys.stdin", io.StringIO("one-more-good-passphrase\n"))
        assert main(["users", "password", name, *argv[3:]]) == 0
    assert not folder.first_sign_in.exists()
    assert "users password NAME" in prepare(folder, folder.path)
    monkeypatch.setattr("sys.stdin", io.StringIO("another-good-passphrase\n"))
    assert main(["users", "password", "nobody", *argv[3:]]) == 2
    assert "nobody" in capsys.readouterr().err
