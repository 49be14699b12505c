"""What goes with an agent that is removed: its sources and vehicles, each with a record."""

from __future__ import annotations

from contextlib import AbstractContextManager

from ground_station.core.audit import Act, Actor, AuditEntry, AuditLog
from ground_station.core.registry import Source
from ground_station.services.fleet import Fleet
from ground_station.services.media import Media
from ground_station.services.sources import Sources
from ground_station.services.vehicle_facts import VehicleFacts


class AgentRemoval:
    """Forgets the sources and vehicles of removed agents: nothing could tell of them any more."""

    def __init__(
        self,
        *,
        sources: Sources,
        media: Media,
        fleet: Fleet,
        facts: VehicleFacts,
        audit: AuditLog,
    ) -> None:
        self._sources = sources
        self._media = media
        self._fleet = fleet
        self._facts = facts
        self._audit = audit

    def forget(self, agent_ids: frozenset[str]) -> None:
        """Remove all that these agents ever offered or reported; each recorded, viewers and
        publishers ended.

        Raises:
            Unavailable: one cannot be recorded or removed; it and the rest stay for the next call.
        """
        for status in self._sources.all():
            source = status.source
            if source.agent_id is None or source.agent_id not in agent_ids:
                continue
            removed = self._sources.remove(source.source_id, lambda _agent_id: False, self._record)
            self._media.end_all_of_source(removed)
        self._fleet.forget_agents(agent_ids)
        self._facts.forget_agents(agent_ids)

    def _record(self, source: Source) -> AbstractContextManager[None]:
        entry = AuditEntry(
            Act.SOURCE_REMOVED,
            Actor.STATION,
            None,
            source.organisation_id,
            "source",
            source.source_id,
            details={"name": source.name, "removed_agent": source.agent_id},
        )
        return self._audit.together(entry)
