"""A removed agent's sources go with it, each with a record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ground_station.core.audit import Act, Actor, AuditEntry
from ground_station.core.errors import Unavailable
from ground_station.services.enrolment import By
from tests.services.world import World

BY = By(Actor.COMMAND_LINE)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "var")
    yield made
    made.close()


def test_its_sources_go_with_it_and_nobody_elses(world: World) -> None:
    identity, channel, source_id = world.camera()
    _other, _channel, kept = world.camera("other")
    phone, _token = world.sources.add_whip("Phone", 51.5, -0.2, None)
    own = world.users.default_organisation_id()
    world.enrolments.remove(own, identity.agent_id, BY)
    world.warden.look()
    left = {status.source.source_id for status in world.sources.all()}
    assert left == {kept, phone.source_id}
    assert {one.source_id for one in world.source_rows.all()} == left
    assert channel.closed
    [record] = world.audit.read(act=Act.SOURCE_REMOVED)
    assert (record.entry.actor, record.entry.subject_id) == (Actor.STATION, source_id)
    assert record.entry.details == {"name": "Park gate", "removed_agent": identity.agent_id}
    world.warden.look()  # done once
    assert len(list(world.audit.read(act=Act.SOURCE_REMOVED))) == 1


def test_a_revoked_agent_keeps_its_sources(world: World) -> None:
    identity, _channel, source_id = world.camera()
    world.enrolments.revoke(world.users.default_organisation_id(), identity.agent_id, BY)
    world.warden.look()
    assert world.sources.find(source_id) is not None


def test_what_cannot_be_recorded_is_removed_once_it_can(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity, _channel, source_id = world.camera()
    world.enrolments.remove(world.users.default_organisation_id(), identity.agent_id, BY)

    def refuse(_session: object, *_entries: AuditEntry) -> None:
        raise Unavailable("The audit log cannot be written.")

    monkeypatch.setattr(world.audit, "append_in", refuse)
    with pytest.raises(Unavailable):
        world.warden.look()
    assert world.sources.find(source_id) is not None
    assert source_id in {one.source_id for one in world.source_rows.all()}
    monkeypatch.undo()
    world.warden.look()
    assert world.sources.find(source_id) is None
