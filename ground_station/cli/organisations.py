"""`run.py organisations ...`: the controllers whose people and things this installation holds."""

from __future__ import annotations

from argparse import Namespace

from ground_station.cli.options import settings_from
from ground_station.core.audit import Act, Actor, AuditEntry
from ground_station.core.entities import OrganisationKind


def add(arguments: Namespace) -> int:
    """Another organisation (Conflict: its name is taken)."""
    from ground_station.app import opened_sharing

    said = AuditEntry(Act.ORGANISATION_ADDED, Actor.COMMAND_LINE)
    with opened_sharing(settings_from(arguments)) as sharing:
        made = sharing.add_organisation(arguments.name, OrganisationKind(arguments.kind), said)
    print(f"{made.name} ({made.kind.value}): {made.organisation_id}")
    return 0


def show(arguments: Namespace) -> int:
    """Every organisation with its id."""
    from ground_station.app import opened_sharing

    with opened_sharing(settings_from(arguments)) as sharing:
        for one in sharing.organisations():
            print(f"{one.organisation_id}  {one.kind.value:8}{one.name}")
    return 0
