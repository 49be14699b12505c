"""`run.py drone --token CODE`: enrols on the way, and can be started again."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pytest

from ground_station.cli import agents
from ground_station.cli.agent_station import enrol_with
from ground_station.cli.agents import enrolled
from ground_station.core.errors import ConfigError, NotAllowed
from ground_station.core.settings import Settings

URL = "https://station.example:8443"
CODE = "AAAAA-BBBBB-CCCCC-DDDDD"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path)


def asked() -> Namespace:
    return Namespace(station=URL, token_file=None, ca=None)


def test_a_good_code_enrols_and_a_used_one_is_no_error_afterwards(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[str] = []

    def trade(url: str, code: str, ca_file: str) -> agents._Enrolled:
        given.append(code)
        if len(given) > 1:
            raise NotAllowed("This code was used already.")
        return agents._Enrolled("agent", "Drone 1", "drone", "a-token" * 5)

    monkeypatch.setattr(agents, "_trade", trade)
    first = asked()
    enrol_with(first, settings, CODE)
    assert first.token_file.is_file()
    assert enrolled(settings.data_folder, URL, None).tokens.current == "a-token" * 5
    enrol_with(asked(), settings, CODE)
    assert given == [CODE, CODE]


def test_a_bad_code_on_a_machine_that_is_not_enrolled_says_so(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trade(url: str, code: str, ca_file: str) -> agents._Enrolled:
        raise NotAllowed("This code is not good.")

    monkeypatch.setattr(agents, "_trade", trade)
    with pytest.raises(NotAllowed, match="not good"):
        enrol_with(asked(), settings, CODE)


def test_a_code_is_of_a_station(settings: Settings) -> None:
    with pytest.raises(ConfigError, match="another station"):
        enrol_with(Namespace(station=None, token_file=None, ca=None), settings, CODE)
