"""What the things that records speak of are called now, for people who read records."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from ground_station.core.enrolment import EnrolmentRepository
from ground_station.core.entities import OrganisationRepository
from ground_station.core.errors import KestrelError, NotFound
from ground_station.core.registry import UserRepository
from ground_station.services.fleet import Fleet
from ground_station.services.sources import Sources

log = logging.getLogger(__name__)

Lookup = Callable[[str], str | None]  # id → name; None for one that is not there any more
MAX_REMEMBERED = 1000  # names


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


class LastingNames:
    """People's names for what is pushed to pages: where the database does not answer, the name last
    read, so that nothing else of the push is lost. Thread-safe; never raises a KestrelError.
    """

    def __init__(self, users: UserRepository) -> None:
        self._users = users
        self._known: dict[str, str] = {}

    def __call__(self, user_id: str) -> str:
        """ "" for somebody who is not there any more, or was never read."""
        try:
            user = self._users.by_id(user_id)
        except KestrelError as error:
            log.warning("name_not_read reason=%s", error)
            return self._known.get(user_id, "")
        if user is None:
            self._known.pop(user_id, None)
            return ""
        if len(self._known) >= MAX_REMEMBERED:
            self._known.clear()
        self._known[user_id] = user.display_name
        return user.display_name


def station_names(
    users: UserRepository,
    sources: Sources,
    agents: EnrolmentRepository,
    organisations: OrganisationRepository,
    fleet: Fleet,
) -> Names:
    """Of people, sources, agents, organisations and vehicles."""

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

    def vehicle(vehicle_id: str) -> str | None:
        found = fleet.find(vehicle_id)
        return None if found is None else found.vehicle.name

    return Names(
        {
            "user": user,
            "source": source,
            "video": source,
            "agent": agent,
            "organisation": organisation,
            "vehicle": vehicle,
        }
    )
