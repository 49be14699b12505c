"""`run.py agents ...` on the agent's machine: addresses, token files, refusals."""

from __future__ import annotations

import io
import re
import sys
from argparse import Namespace
from pathlib import Path

import pytest

from ground_station.agentlink.token_file import AgentFile, read_agent_file, write_agent_file
from ground_station.app import prepare_store
from ground_station.cli.agents import _address_for_others, checked_station_url, enrol, enrolled
from ground_station.cli.main import main
from ground_station.core.errors import ConfigError, InvalidInput, NotFound, Unavailable
from ground_station.core.settings import load_settings

OWN_CERTIFICATE = {"certificate": "c.pem", "private_key": "k.pem"}
URL = "https://station.example:8443"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("https://station.example:8443", "https://station.example:8443"),
        ("https://station.example/", "https://station.example"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://localhost:8080/", "http://localhost:8080"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
    ],
)
def test_addresses(typed: str, meant: str) -> None:
    assert checked_station_url(typed) == meant


@pytest.mark.parametrize(
    "typed",
    ["", "station", "ftp://station", "https://", "https://a/b", "https://a:port", "https://a?x=1"],
)
def test_what_is_no_address(typed: str) -> None:
    with pytest.raises(InvalidInput, match="no station's address"):
        checked_station_url(typed)


@pytest.mark.parametrize("typed", ["http://station.example", "http://10.0.0.1:8080"])
def test_a_token_never_crosses_a_network_in_the_clear(typed: str) -> None:
    with pytest.raises(InvalidInput, match="in the clear") as refused:
        checked_station_url(typed)
    assert "https://" in refused.value.remedy


def keep(folder: Path, name: str, url: str = URL) -> Path:
    path = folder / "agents" / f"{name}.json"
    write_agent_file(path, AgentFile(url, "id", name, "camera", ["t" * 43], "/ca.pem"))
    return path


def test_the_token_of_that_station_is_found(tmp_path: Path) -> None:
    keep(tmp_path, "other", "https://elsewhere.example")
    keep(tmp_path, "gate")
    kept = enrolled(tmp_path, f"{URL}/", None)
    assert (kept.url, kept.ca_file, kept.tokens.current) == (URL, "/ca.pem", "t" * 43)
    assert kept.tokens.can_rotate


def test_which_of_several_must_be_said(tmp_path: Path) -> None:
    first, _second = keep(tmp_path, "first"), keep(tmp_path, "second")
    with pytest.raises(ConfigError, match="more than once"):
        enrolled(tmp_path, URL, None)
    assert enrolled(tmp_path, URL, first).url == URL
    with pytest.raises(ConfigError, match="not for"):
        enrolled(tmp_path, "https://elsewhere.example", first)


def test_a_machine_that_is_not_enrolled(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="not enrolled") as refused:
        enrolled(tmp_path, URL, None)
    assert "agents enrol" in refused.value.remedy


def test_no_station_there(tmp_path: Path) -> None:
    arguments = Namespace(
        code="A-B", station="http://127.0.0.1:9", ca=None, data_folder=tmp_path / "var"
    )
    with pytest.raises(Unavailable, match="cannot be reached"):
        enrol(arguments)
    assert not (tmp_path / "var" / "agents").exists()


def test_an_authority_that_is_none(tmp_path: Path) -> None:
    arguments = Namespace(
        code="A-B", station=URL, ca=tmp_path / "none.pem", data_folder=tmp_path / "var"
    )
    with pytest.raises(ConfigError, match="cannot be read"):
        enrol(arguments)


def test_a_failed_write_leaves_the_former_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = keep(tmp_path, "gate")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(Unavailable, match="No space left"):
        write_agent_file(path, AgentFile(URL, "id", "gate", "camera", ["new"]))
    assert read_agent_file(path).tokens == ["t" * 43]
    assert [p.name for p in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("station", "expected"),
    [
        ({"port": 8080}, ("http://127.0.0.1:8080", "")),
        (
            {"https": True, "host": "0.0.0.0", "port": 8443, "names": ["cctv.example"]},
            ("https://cctv.example:8443", " --ca FILE"),
        ),
        (
            {
                "https": True,
                "host": "192.0.2.7",
                "port": 443,
                "certificate": "c",
                "private_key": "k",
            },
            ("https://192.0.2.7:443", ""),
        ),
    ],
)
def test_what_is_typed_on_the_other_machine(
    station: dict[str, object], expected: tuple[str, str]
) -> None:
    assert _address_for_others(load_settings(None, {"station": station})) == expected


def test_the_code_is_not_to_be_typed_as_an_argument(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare_store(tmp_path / "var")
    assert main(["agents", "add", "Gate", "--data-folder", str(tmp_path / "var")]) == 0
    said = capsys.readouterr().out
    code = re.search(r"Code for Gate: (\S+)", said)
    assert code is not None
    assert said.count(code[1]) == 1  # not in the command
    assert "agents enrol --station http" in said


def test_the_code_is_read_from_standard_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("A-B\n"))
    there = ["--station", "http://127.0.0.1:9", "--data-folder", str(tmp_path / "var")]
    assert main(["agents", "enrol", *there]) != 0  # nothing answers there
    assert sys.stdin.read() == ""
