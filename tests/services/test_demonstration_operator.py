"""The demonstration flies as somebody who is marked as not real and may do nothing special."""

from __future__ import annotations

from geo.airspace.plan import Category
from geo.zones import OperatorType
from ground_station.core.airspace import OperatorProfile
from ground_station.core.audit import Act, Actor
from ground_station.services.demonstration_operator import NAME, enter_demonstration_operator
from ground_station.services.papers import Papers
from ground_station.store import SqlPermissions
from tests.services.world import World


def test_it_is_entered_once_without_any_authority(world: World) -> None:
    kept, own = SqlPermissions(world.database, world.clock), world.sources.organisation_id
    assert enter_demonstration_operator(kept, own, world.audit, world.clock)
    assert not enter_demonstration_operator(kept, own, world.audit, world.clock)
    operator = Papers(kept, world.audit, world.clock).operator(own)
    assert (operator.type, operator.category) == (OperatorType.COUNCIL, Category.OPEN_A3)
    assert "not a real operator" in operator.name
    assert (operator.operator_id, operator.flyer_id, operator.permissions) == ("", "", ())
    assert operator.authorisation is None
    assert operator.force_policy is None
    [record] = world.audit.read(act=Act.OPERATOR_CHANGED)
    assert record.entry.actor is Actor.COMMAND_LINE
    assert record.entry.details["name"] == NAME


def test_what_somebody_entered_stays(world: World) -> None:
    kept, own = SqlPermissions(world.database, world.clock), world.sources.organisation_id
    real = OperatorProfile(own, "Hammersmith & Fulham", OperatorType.COUNCIL, Category.PDRA01)
    kept.put_profile(real)
    assert not enter_demonstration_operator(kept, own, world.audit, world.clock)
    assert kept.profile(own) == real
