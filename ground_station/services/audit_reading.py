"""Reading the audit log: one's own organisation's records and the installation's, and that it was
read is itself recorded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ground_station.core.audit import Act, AuditLog, AuditRecord, AuditState, Detail
from ground_station.core.authority import Permission, Principal, require
from ground_station.core.errors import InvalidInput
from ground_station.services.audit import by
from ground_station.services.names import Names
from ground_station.services.system import Finding

PAGE = 100


@dataclass(frozen=True, slots=True)
class AuditQuestion:
    """What to read; what is None is not asked for. `before`: only records before this one."""

    before: int | None = None
    act: str | None = None
    actor_id: str | None = None
    subject_id: str | None = None


class AuditReading:
    """What the page of the audit log reads."""

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit

    def page(self, who: Principal, question: AuditQuestion) -> Sequence[AuditRecord]:
        """At most a hundred records, newest first.

        Raises:
            NotAllowed: the role may not. InvalidInput: there is no such act.
            Unavailable: that it is read cannot be recorded.
        """
        require(who, Permission.READ_AUDIT)
        act = None if question.act is None else _act(question.act)
        asked: dict[str, Detail] = {
            name: value
            for name, value in (
                ("before", question.before),
                ("act", question.act),
                ("actor", question.actor_id),
                ("subject", question.subject_id),
            )
            if value is not None
        }
        self._audit.append(by(who, Act.AUDIT_READ, "audit_log", "", **asked))
        return self._audit.read(
            before_seq=question.before,
            limit=PAGE,
            organisation_id=who.scope.organisation_id,
            act=act,
            actor_id=question.actor_id,
            subject_id=question.subject_id,
        )

    def state(self) -> AuditState:
        return self._audit.state()


def actor_name(record: AuditRecord, names: Names) -> str:
    """Who did it, as people read it."""
    entry = record.entry
    if entry.actor_id:
        return names.of(entry.actor.value, entry.actor_id)
    return {"station": "the station", "command_line": "command line"}.get(
        entry.actor.value, "unknown"
    )


def audit_probe(audit: AuditLog) -> Finding:
    """The part "audit" of the station: failed where the chain is broken, a warning where it is
    whole but not being signed."""
    state = audit.state()
    return Finding(state.problem, state.remedy, failed=state.broken)


def _act(word: str) -> Act:
    try:
        return Act(word)
    except ValueError as error:
        raise InvalidInput(f"There is no act {word[:40]!r}.") from error
