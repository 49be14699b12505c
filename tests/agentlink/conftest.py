"""Fixtures: a station that is up, and clients that are stopped when the test is over."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import pytest

from ground_station.agentlink import client as client_module
from ground_station.agentlink.client import AgentClient
from tests.agentlink.station import Station, client_of


@pytest.fixture
def station() -> Iterator[Station]:
    up = Station().start()
    yield up
    up.stop()


@pytest.fixture(scope="module")
def fuzzed() -> Iterator[Station]:
    """One station for all examples of the fuzzing tests."""
    up = Station().start()
    yield up
    up.stop()


@pytest.fixture
def make_client() -> Iterator[Callable[..., AgentClient]]:
    made: list[AgentClient] = []

    def make(*args: object, **kwargs: object) -> AgentClient:
        client = client_of(*args, **kwargs)  # type: ignore[arg-type]
        made.append(client)
        client.start()
        return client

    yield make
    for client in made:
        client.stop()


@pytest.fixture
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "FIRST_PAUSE_S", 0.02)
    monkeypatch.setattr(client_module, "LONGEST_PAUSE_S", 0.1)


@pytest.fixture(autouse=True)
def _library_logs() -> None:
    logging.getLogger("websocket").setLevel(logging.CRITICAL)
