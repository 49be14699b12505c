"""Who decides about airspace: a person, or somebody at the machine's command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ground_station.core.audit import Act, Actor, AuditEntry, Detail
from ground_station.core.authority import Permission, Principal, require
from ground_station.services.audit import by


@dataclass(frozen=True, slots=True)
class Doer:
    """Who does it: a person, or somebody at the machine's command line (of no organisation)."""

    user_id: str
    organisation_id: str | None
    entry: Callable[[Act, str, dict[str, Detail]], AuditEntry]


def person(who: Principal) -> Doer:
    """A signed-in person with the right to.

    Raises:
        NotAllowed
    """
    require(who, Permission.MANAGE_AIRSPACE)
    return Doer(
        who.user_id,
        who.scope.organisation_id,
        lambda act, subject, details: by(who, act, "airspace", subject, **details),
    )


def command_line() -> Doer:
    """Whoever may use the machine's command line."""
    return Doer(
        "",
        None,
        lambda act, subject, details: AuditEntry(
            act, Actor.COMMAND_LINE, subject_kind="airspace", subject_id=subject, details=details
        ),
    )
