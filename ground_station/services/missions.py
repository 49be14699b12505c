"""Missions that people keep under a name, for all of their organisation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from geo.missions import Mission
from ground_station.core.agent_durable import one_line
from ground_station.core.audit import Act, AuditLog
from ground_station.core.authority import Permission, Principal, require
from ground_station.core.clock import Clock
from ground_station.core.errors import Conflict, InvalidInput, NotFound
from ground_station.core.ids import new_id
from ground_station.core.mission_plans import KeptMission, MissionLine, MissionRepository
from ground_station.services.audit import by

MAX_NAME: Final = 200
MAX_KEPT: Final = 500  # of one organisation
NO_MISSION: Final = "There is no such mission."


class KeptMissions:
    """Thread-safe; waits for the database. Another organisation's mission is not there.

    Every method raises NotAllowed.
    """

    def __init__(self, repository: MissionRepository, audit: AuditLog, clock: Clock) -> None:
        self._repository = repository
        self._audit = audit
        self._clock = clock

    def lines(self, who: Principal) -> Sequence[MissionLine]:
        """Of the person's organisation, last changed first."""
        require(who, Permission.SEE_PAPERS)
        return self._repository.lines(who.scope.organisation_id, limit=MAX_KEPT)

    def get(self, who: Principal, record_id: str) -> KeptMission:
        """One of the person's organisation.

        Raises:
            NotFound; IntegrityError: it cannot be read.
        """
        require(who, Permission.SEE_PAPERS)
        found = self._repository.get(record_id)
        if found is None or found.organisation_id != who.scope.organisation_id:
            raise NotFound(NO_MISSION)
        return found

    def add(self, who: Principal, name: str, mission: Mission) -> KeptMission:
        """Keep a new one.

        Raises:
            InvalidInput: its name. Conflict: so many are kept already.
        """
        require(who, Permission.FLY)
        own = who.scope.organisation_id
        if len(self._repository.lines(own, limit=MAX_KEPT)) >= MAX_KEPT:
            raise Conflict(
                f"{MAX_KEPT} missions are kept already.", "Remove those that nobody needs any more."
            )
        return self._put(who, new_id(), name, mission, 1, made_by=who.user_id)

    def change(
        self, who: Principal, record_id: str, name: str, mission: Mission, version: int
    ) -> KeptMission:
        """Replace the version that was read.

        Raises:
            NotFound, InvalidInput; Conflict: somebody else changed it since.
        """
        require(who, Permission.FLY)
        found = self.get(who, record_id)
        if version != found.version:
            raise Conflict(
                f"“{found.name}” was changed by somebody else meanwhile.",
                "Open it again, or save yours under another name.",
            )
        return self._put(who, record_id, name, mission, version + 1, made_by=found.made_by)

    def remove(self, who: Principal, record_id: str) -> None:
        """Forget it.

        Raises:
            NotFound.
        """
        require(who, Permission.FLY)
        found = self.get(who, record_id)
        entry = by(
            who, Act.MISSION_REMOVED, "mission", record_id, name=found.name, version=found.version
        )
        with self._audit.together(entry):
            self._repository.remove(record_id)

    def _put(
        self,
        who: Principal,
        record_id: str,
        name: str,
        mission: Mission,
        version: int,
        *,
        made_by: str,
    ) -> KeptMission:
        name = one_line(name).strip()
        if not 1 <= len(name) <= MAX_NAME:
            raise InvalidInput(f"A mission has a name of 1 to {MAX_NAME} characters.")
        kept = KeptMission(
            record_id=record_id,
            organisation_id=who.scope.organisation_id,
            name=name,
            mission=mission,
            version=version,
            made_by=made_by,
            changed_at=self._clock.now(),
            changed_by=who.user_id,
        )
        items = len(mission.items)
        entry = by(
            who, Act.MISSION_SAVED, "mission", record_id, name=name, version=version, items=items
        )
        with self._audit.together(entry):
            self._repository.put(kept)
        return kept
