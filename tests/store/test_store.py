"""The first repositories, on both databases; the SQLite file."""

from __future__ import annotations

import dataclasses
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ground_station.core.agent_protocol import AgentKind, Calibration, GroundPair
from ground_station.core.authority import Role
from ground_station.core.errors import Conflict, IntegrityError, NotFound, Unavailable
from ground_station.core.ids import new_id
from ground_station.core.model import SourceKind
from ground_station.core.registry import (
    Agent,
    AgentRepository,
    SignIn,
    SignInRepository,
    Source,
    SourceOrigin,
    SourceRepository,
    User,
    UserRepository,
)
from ground_station.store import (
    Database,
    SqlAgents,
    SqlSignIns,
    SqlSources,
    SqlUsers,
    database_file,
    engine,
    open_database,
    orm,
    prepare_database,
)

NOW = datetime(2026, 11, 24, 5, 30, 0, 123456, tzinfo=UTC)


@pytest.fixture
def users(database: Database) -> UserRepository:
    return SqlUsers(database)


@pytest.fixture
def agents(database: Database) -> AgentRepository:
    return SqlAgents(database)


@pytest.fixture
def sources(database: Database) -> SourceRepository:
    return SqlSources(database)


def a_user(users: UserRepository, name: str = "operator") -> User:
    return User(
        new_id(), users.default_organisation_id(), name, "Operator", Role.ADMIN, "$argon2id$x", NOW
    )


def an_agent(users: UserRepository, token_hash: str = "a" * 64) -> Agent:
    organisation = users.default_organisation_id()
    return Agent(new_id(), organisation, "gate", AgentKind.CAMERA, token_hash, None)


def a_source(users: UserRepository, agent: Agent | None, key: str | None = "one") -> Source:
    return Source(
        source_id=new_id(),
        organisation_id=users.default_organisation_id(),
        name="Gate",
        kind=SourceKind.FIXED_CAMERA,
        origin=SourceOrigin.AGENT if agent else SourceOrigin.WHIP,
        agent_id=agent.agent_id if agent else None,
        agent_key=key if agent else None,
        publish_token_hash=None if agent else "b" * 64,
        lat=51.48,
        lon=-0.21,
        heading_deg=12.5,
        calibration=Calibration(
            768,
            576,
            51.48,
            -0.21,
            [GroundPair(1.5, 2, 3, 4)] * 4,
            sigma_px=2,
            sigma_calibration_m=1,
        ),
        note="filmed elsewhere",
        simulated=True,
        created_at=NOW,
    )


def test_files_are_private(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "var"
    assert prepare_database(folder) is None
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(database_file(folder).stat().st_mode) == 0o600


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    database_file(tmp_path).write_bytes(b"this is not a database" * 100)
    with pytest.raises(IntegrityError, match="damaged"):
        prepare_database(tmp_path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="cannot be used"):
        prepare_database(tmp_path / "file" / "var")


def test_opening_a_missing_database_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="no database"):
        open_database(tmp_path / "kestrel.db")


def test_users(users: UserRepository) -> None:
    assert users.count() == 0
    user = a_user(users)
    users.add(user)
    assert users.by_username("operator") == user
    assert users.by_id(user.user_id) == user
    assert users.by_username("nobody") is None
    assert users.count() == 1
    with pytest.raises(Conflict):
        users.add(a_user(users))
    users.set_password_hash(user.user_id, "$argon2id$y")
    found = users.by_id(user.user_id)
    assert found is not None
    assert found.password_hash == "$argon2id$y"
    with pytest.raises(NotFound):
        users.set_password_hash(new_id(), "z")


def test_sign_ins(database: Database, users: UserRepository) -> None:
    sign_ins: SignInRepository = SqlSignIns(database)
    user = a_user(users)
    users.add(user)
    old = SignIn("1" * 64, user.user_id, "secret", NOW, new_id(), NOW, NOW)
    later = NOW + timedelta(hours=1)
    new = SignIn("2" * 64, user.user_id, "secret", later, new_id(), NOW, NOW)
    sign_ins.add(old)
    sign_ins.add(new)
    assert sign_ins.by_hash(old.session_hash) == old
    assert sign_ins.remove_expired(NOW) == 1
    assert sign_ins.by_hash(old.session_hash) is None
    assert sign_ins.by_hash(new.session_hash) == new
    sign_ins.remove(new.session_hash)
    assert sign_ins.by_hash(new.session_hash) is None
    sign_ins.add(new)
    sign_ins.remove_of_user(user.user_id)
    assert sign_ins.by_hash(new.session_hash) is None


def test_a_sign_in_needs_its_user(database: Database) -> None:
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        SqlSignIns(database).add(SignIn("1" * 64, new_id(), "s", NOW, new_id(), NOW, NOW))


def test_agents_keep_their_id_when_a_token_is_replaced(
    users: UserRepository, agents: AgentRepository
) -> None:
    first = agents.issue(an_agent(users))
    assert agents.by_token_hash("a" * 64) == first
    second = agents.issue(an_agent(users, "c" * 64))
    assert second.agent_id == first.agent_id
    assert agents.by_token_hash("a" * 64) is None
    assert agents.by_token_hash("c" * 64) == second


def test_sources(users: UserRepository, agents: AgentRepository, sources: SourceRepository) -> None:
    agent = agents.issue(an_agent(users))
    offered, posted = a_source(users, agent), a_source(users, None)
    sources.add(offered)
    sources.add(posted)
    assert set(s.source_id for s in sources.all()) == {offered.source_id, posted.source_id}
    assert offered in sources.all()
    with pytest.raises(Conflict):
        sources.add(a_source(users, agent))
    renamed = dataclasses.replace(offered, name="North gate", calibration=None, lat=None)
    sources.update(renamed)
    assert renamed in sources.all()
    sources.remove(offered.source_id)
    assert list(sources.all()) == [posted]
    with pytest.raises(NotFound):
        sources.update(renamed)


def test_secrets_are_not_in_reprs(users: UserRepository) -> None:
    assert "argon2id" not in repr(a_user(users))
    assert "a" * 64 not in repr(an_agent(users))
    assert "b" * 64 not in repr(a_source(users, None))


def test_writers_in_many_threads_all_succeed(users: UserRepository) -> None:
    def add(number: int) -> None:
        for turn in range(5):
            users.add(a_user(users, f"user-{number}-{turn}"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(8)))
    assert users.count() == 40


def test_a_failed_write_leaves_nothing(database: Database) -> None:
    def fail_half_way() -> None:
        with database.write() as session:
            session.add(orm.OrganisationRow(id=new_id(), name="half", created_at=NOW))
            session.flush()
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        fail_half_way()
    with database.read() as session:
        assert session.query(orm.OrganisationRow).count() == 1


def test_the_wait_for_ones_turn_to_write_ends(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "WRITER_TIMEOUT_S", 0.01)
    users = SqlUsers(database)
    user = a_user(users)
    with (
        ThreadPoolExecutor(1) as pool,
        database.write(),
        pytest.raises(Unavailable, match="too busy"),
    ):
        pool.submit(users.add, user).result()
    users.add(user)
