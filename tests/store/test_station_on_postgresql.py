"""The station itself on PostgreSQL: nothing of it goes to a SQLite file."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr
from werkzeug.test import Client

from ground_station.app import (
    build_station,
    ensure_first_users,
    issue_agent_token,
    prepare_store,
    set_password,
    verify_audit,
)
from ground_station.core.agent_protocol import AgentKind
from ground_station.core.settings import AgentSettings, Settings, StoreSettings
from tests.postgres import PostgresServer


@pytest.fixture
def settings(tmp_path: Path, postgres: PostgresServer) -> Settings:
    url: SecretStr = postgres.make_database()
    return Settings(
        data_folder=tmp_path / "var",
        store=StoreSettings(url=url),
        agents=AgentSettings(demo_camera=False),
    )


def test_the_station_runs_on_it(settings: Settings, tmp_path: Path) -> None:
    prepare_store(settings)
    made = {one.username: one.password for one in ensure_first_users(settings)}
    assert ensure_first_users(settings) == []
    set_password(settings, "operator", "a better password, longer")
    issue_agent_token(settings, name="node", kind=AgentKind.NODE)
    page = tmp_path / "page"
    page.mkdir()
    station = build_station(settings, web_dist=page)
    station.start()
    try:
        answer = Client(station.wsgi).get("/health", base_url="http://127.0.0.1:8080")
        assert answer.status_code == 200, answer.text
        refused = Client(station.wsgi).get("/api/retention", base_url="http://127.0.0.1:8080")
        assert refused.status_code == 401
    finally:
        station.stop()
    assert set(made) == {"operator", "admin", "pilot"}
    assert verify_audit(settings).up_to > 0
    assert list(settings.data_folder.glob("*.db*")) == []
