"""Writing down what people do: the entries of the audit log that more than one service makes.

An act that cannot be written down is refused: let `Unavailable` out of these to whoever asked.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext

from ground_station.core.audit import Act, Actor, AuditEntry, AuditLog, Detail
from ground_station.core.authority import Principal
from ground_station.core.errors import KestrelError
from ground_station.core.registry import Source

log = logging.getLogger(__name__)

# What writes a change of a source down: entered around it, and committed together with it.
Record = Callable[[Source], AbstractContextManager[None]]


def unrecorded(_: Source) -> AbstractContextManager[None]:
    """For what is written down as something else, as an agent's hello."""
    return nullcontext()


def by(
    who: Principal,
    act: Act,
    subject_kind: str = "",
    subject_id: str = "",
    /,
    **details: Detail,
) -> AuditEntry:
    """An act of a signed-in person, for their own organisation, without a purpose."""
    return AuditEntry(
        act=act,
        actor=Actor.USER,
        actor_id=who.user_id,
        organisation_id=who.scope.organisation_id,
        subject_kind=subject_kind,
        subject_id=subject_id,
        details=details,
    )


def consulted(
    who: Principal,
    act: Act,
    subject_kind: str,
    subject_id: str,
    owner_id: str | None = None,
    details: Mapping[str, Detail] | None = None,
) -> AuditEntry:
    """A look at personal data, with the purpose that the sign-in has given.

    Args:
        owner_id: the controller of what is looked at, who can then read the record; left out, the
            person's own organisation.
    """
    note: dict[str, Detail] = {"note": who.purpose_note} if who.purpose_note else {}
    return AuditEntry(
        act=act,
        actor=Actor.USER,
        actor_id=who.user_id,
        organisation_id=owner_id or who.scope.organisation_id,
        subject_kind=subject_kind,
        subject_id=subject_id,
        purpose="" if who.purpose is None else who.purpose.value,
        details={**note, **(details or {})},
    )


class StartRecord:
    """Writes down that the station started; a service, to be started right after the log."""

    def __init__(self, audit: AuditLog, software: str) -> None:
        self._audit = audit
        self._software = software

    def start(self) -> None:
        """The station starts even if this cannot be written, so that it can show why."""
        entry = AuditEntry(Act.STATION_STARTED, Actor.STATION, details={"software": self._software})
        try:
            self._audit.append(entry)
        except KestrelError as error:
            log.error("audit_start_not_recorded problem=%s", error)

    def stop(self) -> None:
        """Nothing: the log signs its own end."""
