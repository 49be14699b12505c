"""Settings: what is read, what wins, and what is refused with which words."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from ground_station.core.errors import ConfigError
from ground_station.core.settings import ENV_PREFIX, load_settings


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.upper().startswith(ENV_PREFIX):
            monkeypatch.delenv(name)


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    return tmp_path / "kestrel.toml"


def test_the_defaults_are_safe() -> None:
    settings = load_settings()
    assert settings.station.host == "127.0.0.1"
    assert settings.node.ice_host == "127.0.0.1"


def test_a_file_is_read(toml: Path) -> None:
    toml.write_text('data_folder = "d"\n[station]\nport = 9000\n[agents]\ndemo_camera = false\n')
    settings = load_settings(toml)
    assert settings.data_folder == Path("d")
    assert settings.station.port == 9000
    assert settings.agents.demo_camera is False
    assert settings.station.threads == 640  # the rest keeps its default


def test_command_line_over_environment_over_file(
    toml: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toml.write_text("[station]\nport = 9001\nthreads = 9\nsession_hours = 1\n")
    monkeypatch.setenv("KESTREL_STATION__PORT", "9002")
    monkeypatch.setenv("KESTREL_STATION__THREADS", "10")
    station = load_settings(toml, {"station": {"port": 9003}}).station
    assert (station.port, station.threads, station.session_hours) == (9003, 10, 1)


def test_variables_are_case_insensitive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("kestrel_station__port", "9004")
    assert load_settings().station.port == 9004


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("sttion = 1", "sttion"),
        ("[station]\nprt = 1", "station.prt"),
        ("[node]\nanalysed_fps = 10\nanalysedfps = 11", "node.analysedfps"),
        ("[a.b]\nc = 1", "setting a "),
    ],
)
def test_an_unknown_key_is_named_with_its_path(toml: Path, text: str, path: str) -> None:
    toml.write_text(text)
    with pytest.raises(ConfigError, match=r"does not exist") as refusal:
        load_settings(toml)
    assert path in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("[station]\nport = 0", "station.port"),
        ("[station]\nport = 65536", "station.port"),
        ('[station]\nport = "s3cret"', "station.port"),
        ('station = "s3cret"', "station"),
        ("[station]\nthreads = 1", "station.threads"),
        ('[station]\nhttps = false\nhost = "0.0.0.0"', "station"),
        ('[station]\nhttps = false\nhost = "::"', "station"),
        ('[station]\nhost = ""', "station.host"),
        ('[station]\nhttps = false\nhost = "station.example"', "station"),
        ("[node]\nanalysed_fps = nan", "node.analysed_fps"),
        ("[node]\nanalysed_fps = 0", "node.analysed_fps"),
        ("[node]\nlost_after_s = inf", "node.lost_after_s"),
        ("[node]\nconfidence = 1.0", "node.confidence"),
        ('[node]\nice_host = ""', "node.ice_host"),
        ("[node]\ndetector = 5", "node.detector"),
        ('[agents]\ndemo_camera = "s3cret"', "agents.demo_camera"),
    ],
)
def test_a_wrong_value_is_named_by_path_and_never_repeated(
    toml: Path, text: str, path: str
) -> None:
    toml.write_text(text)
    with pytest.raises(ConfigError, match=r"is wrong") as refusal:
        load_settings(toml)
    assert f"setting {path} " in str(refusal.value)
    assert "s3cret" not in str(refusal.value)
    assert "Value error" not in str(refusal.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "::1", "localhost"])
def test_loopback_may_be_listened_on(host: str) -> None:
    assert load_settings(None, {"station": {"host": host}}).station.host == host


@pytest.mark.parametrize("host", ["0.0.0.0", "10.0.0.5", "station.example"])
def test_networks_get_https_unasked(host: str) -> None:
    assert load_settings(None, {"station": {"host": host}}).station.https
    assert not load_settings().station.https


def test_certificate_and_key_go_together(toml: Path) -> None:
    toml.write_text('[station]\ncertificate = "c.pem"\n')
    with pytest.raises(ConfigError, match="go together"):
        load_settings(toml)
    toml.write_text('[station]\nauthority = "c.pem"\n')
    with pytest.raises(ConfigError, match="authority goes with"):
        load_settings(toml)


def test_several_faults_are_told_at_once(toml: Path) -> None:
    toml.write_text("[station]\nport = 0\nprt = 1\n[node]\nconfidence = 2\n")
    with pytest.raises(ConfigError) as refusal:
        load_settings(toml)
    for path in ("station.port", "station.prt", "node.confidence"):
        assert path in str(refusal.value)


@pytest.mark.parametrize("variable", ["KESTREL_STATON__PORT", "KESTREL_", "KESTREL_X", "kestrel_y"])
def test_a_variable_that_is_no_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "s3cret")
    with pytest.raises(ConfigError, match=variable) as refusal:
        load_settings()
    assert "s3cret" not in str(refusal.value)


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("KESTREL_STATION__PRT", "s3cret", r"station\.prt does not exist"),
        ("KESTREL_STATION__PORT", "s3cret", r"station\.port is wrong"),
        ("KESTREL_STATION__PORT__DEEP", "1", r"station\.port is wrong"),
        ("KESTREL_STATION", "s3cret", "station"),
        ("KESTREL_STATION", "[1]", "station is wrong"),
        ("KESTREL_STATION__HOST", "", "KESTREL_STATION__HOST is empty"),
        ("KESTREL_DATA_FOLDER", "", "KESTREL_DATA_FOLDER is empty"),
    ],
)
def test_a_bad_variable_is_refused(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, words: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigError, match=words) as refusal:
        load_settings()
    assert "s3cret" not in str(refusal.value)


def test_an_agents_token_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KESTREL_AGENT_TOKEN", "s3cret")
    assert "s3cret" not in repr(load_settings())


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml"):
        load_settings(tmp_path / "nowhere.toml")
    with pytest.raises(ConfigError, match="Cannot read"):
        load_settings(tmp_path)


@pytest.mark.parametrize("content", [b"port = ", b"[station", b"\xff\xfe", b"a = 1\na = 2"])
def test_a_malformed_file_is_named(toml: Path, content: bytes) -> None:
    toml.write_bytes(content)
    with pytest.raises(ConfigError, match="not valid TOML"):
        load_settings(toml)


def test_settings_cannot_be_changed() -> None:
    settings = load_settings()
    with pytest.raises(ValidationError):
        settings.station.port = 1  # type: ignore[misc]


def test_every_setting_says_what_it_is() -> None:
    settings = load_settings()
    for name in type(settings).model_fields:
        branch = getattr(settings, name)
        for key, field in getattr(type(branch), "model_fields", {}).items():
            assert field.description, f"{name}.{key}"
