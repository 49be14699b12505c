"""What the things that records speak of are called now, for people who read records."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ground_station.core.enrolment import EnrolmentRepository
from ground_station.core.entities import OrganisationRepository
from ground_station.core.errors import NotFound
from ground_station.core.registry import UserRepository
from ground_station.services.sources import Sources

Lookup = Callable[[str], str | None]  # id → name; None for one that is not there any more


class Names:
    """Names by kind and id. One is made for each answer, so that each is looked up once.

    Args:
        lookups: by kind, e.g. "user", "source", "agent", "organisation".
    """

    def __init__(self, lookups: Mapping[str, Lookup]) -> None:
        self._lookups = lookups
        self._known: dict[tuple[str, str], str] = {}

    def of(self, kind: str, thing_id: str | None) -> str:
        """ "" where there is nothing to name; the id where it is not known any more."""
        if not thing_id:
            return ""
        key = (kind, thing_id)
        if key not in self._known:
            lookup = self._lookups.get(kind)
            self._known[key] = (lookup(thing_id) if lookup else None) or thing_id
        return self._known[key]


def station_names(
    users: UserRepository,
    sources: Sources,
    agents: EnrolmentRepository,
    organisations: OrganisationRepository,
) -> Names:
    """Of people, sources, agents and organisations."""

    def user(user_id: str) -> str | None:
        found = users.by_id(user_id)
        return None if found is None else found.display_name

    def source(source_id: str) -> str | None:
        try:
            return sources.get(source_id).source.name
        except NotFound:
            return None

    def agent(agent_id: str) -> str | None:
        found = agents.get(agent_id)
        return None if found is None else found.agent.name

    def organisation(organisation_id: str) -> str | None:
        found = organisations.get(organisation_id)
        return None if found is None else found.name

    kinds = {"user": user, "source": source, "agent": agent, "organisation": organisation}
    return Names({**kinds, "video": source})
