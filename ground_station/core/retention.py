"""What is stored of people: why, and for how long. The sweeper, the page and the documents read
this one table; nothing about a person may be stored that has no row here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StoredKind:
    """One kind of thing.

    Attributes:
        days: deleted when older; None = as long as the account or the chain lasts, see `until`.
        table: the store's table and its column of time that the sweeper counts from; "" = nothing
            to sweep.
    """

    kind: str
    what: str
    purpose: str
    days: int | None
    until: str = ""
    table: str = ""
    time_column: str = ""


# After it was disabled; until then it can simply be let in again.
ACCOUNT_ERASED_AFTER_DAYS = 30

STORED_KINDS: tuple[StoredKind, ...] = (
    StoredKind(
        "account",
        "Name, user name, role, organisation, password hash, second factors",
        "Knowing who may do what, and who did it",
        None,
        until="the account is disabled; 30 days later password and second factors are erased and "
        "the name stays, for the audit log",
    ),
    StoredKind(
        "sign_in",
        "When, from which address and with which browser somebody signed in",
        "Ending a lost device's access",
        30,
        table="sign_in_sessions",
        time_column="expires_at",
    ),
    StoredKind(
        "unit_position",
        "Where a unit on duty was",
        "Sending the nearest unit; showing colleagues to each other",
        31,
        table="unit_positions",
        time_column="observed_at",
    ),
    StoredKind(
        "alert",
        "Kind, camera, place and time of an alert, and the decision on it",
        "Acting on it, and answering for it",
        31,
        table="alerts",
        time_column="raised_at",
    ),
    StoredKind(
        "incident",
        "Title, place, notes and times of an incident, who opened and who closed it",
        "Handling it, and answering for it",
        365,
        table="incidents",
        time_column="closed_at",
    ),
    StoredKind(
        "unit",
        "Call sign of a unit, and who is in it",
        "Sending help to the right people",
        None,
        until="the unit is changed or dissolved",
    ),
    StoredKind(
        "vehicle_control",
        "Who has control of a drone, and since when",
        "One pilot a drone, also after a restart of the station",
        None,
        until="it is released or taken over, or the sign-in ends",
    ),
    StoredKind(
        "airspace_permission",
        "Permission or exemption for a flight zone: its reference, who gave it and who wrote it "
        "down",
        "Flying lawfully, and answering for it",
        2190,
        table="airspace_permissions",
        time_column="ends",
    ),
    StoredKind(
        "permission_request",
        "Request for such a permission, as it was sent, and the answer",
        "Flying lawfully, and answering for it",
        2190,
        table="permission_requests",
        time_column="ends",
    ),
    StoredKind(
        "document",
        "A letter, e-mail or picture that shows a permission",
        "Flying lawfully, and answering for it",
        2200,
        table="documents",
        time_column="added_at",
    ),
    StoredKind(
        "drawn_zone",
        "A flight zone that somebody drew, why, and who",
        "Keeping flights out of a place for a time, and answering for it",
        365,
        table="drawn_zones",
        time_column="ends",
    ),
    StoredKind(
        "crew",
        "Pilots and observers: name, Flyer ID, qualification and when it ends",
        "Showing that whoever flew was allowed to",
        None,
        until="the person is taken off the crew; the flights they signed keep their name",
    ),
    StoredKind(
        "defect",
        "What was wrong with an aircraft or a battery, who found it and who put it right",
        "Not flying what is broken, and answering for it",
        None,
        until="for ever, with the aircraft's record",
    ),
    StoredKind(
        "preflight",
        "Checks before a take-off, who made and who signed them",
        "Flying safely, and answering for it",
        1095,
        table="preflights",
        time_column="opened_at",
    ),
    StoredKind(
        "flight",
        "A sortie: who flew, what, where and when, commands and alerts; its samples in a file "
        "beside the database go within an hour of it",
        "Answering for a flight; maintenance and pilots' currency",
        1095,
        table="flights",
        time_column="changed_at",  # a log that is imported may be of a flight of long ago
    ),
    StoredKind(
        "mission_plan",
        "A planned mission, who made it and who changed it",
        "Flying it again",
        None,
        until="somebody deletes it",
    ),
    StoredKind(
        "disclosure",
        "Who of another organisation looked at what, when, what for and under which agreement",
        "Answering for what passes between two controllers",
        None,
        until="for ever, like the audit log",
    ),
    StoredKind(
        "audit",
        "Who did what, when, and what for",
        "Answering for the use of cameras and personal data",
        None,
        until="for ever: nothing is taken out of the chain",
    ),
)

# Every table of the store, and which kind of the above it holds; "" = nothing about a person.
TABLE_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "organisations": "",
        "users": "account",
        "authenticators": "account",
        "passkeys": "account",
        "recovery_codes": "account",
        "sign_in_sessions": "sign_in",
        "agents": "",
        "agent_enrolments": "",
        "received_messages": "",
        "sources": "",
        "vehicles": "",
        "vehicle_controls": "vehicle_control",
        "airspace_datasets": "",
        "drawn_zones": "drawn_zone",
        "operator_profiles": "",
        "documents": "document",
        "permission_requests": "permission_request",
        "airspace_permissions": "airspace_permission",
        "crew_members": "crew",
        "airframes": "",
        "batteries": "",
        "defects": "defect",
        "preflights": "preflight",
        "flights": "flight",
        "mission_plans": "mission_plan",
        "units": "unit",
        "unit_members": "unit",
        "unit_positions": "unit_position",
        "incidents": "incident",
        "alerts": "alert",
        "agreements": "disclosure",
        "disclosures": "disclosure",
        "audit_records": "audit",
        "audit_heads": "audit",
    }
)


class ExpiredRows(Protocol):
    """What the sweeper needs of the store. A row without a time (an open incident) stays."""

    def count(self, kind: StoredKind, before: datetime, limit: int) -> int:
        """How many rows are older, at most `limit`."""
        ...

    def delete(self, kind: StoredKind, before: datetime, limit: int) -> int:
        """Delete the oldest of them; how many went."""
        ...

    def disabled_accounts(self, before: datetime, limit: int) -> Sequence[str]:
        """Ids of accounts that were disabled before and can still be signed in to once enabled."""
        ...

    def erase_accounts(self, user_ids: Sequence[str]) -> None:
        """Their passwords, second factors and sign-ins go; name, role and organisation stay."""
        ...


def swept_kinds(kinds: Sequence[StoredKind] = STORED_KINDS) -> Sequence[StoredKind]:
    """Those that end by themselves."""
    return [kind for kind in kinds if kind.days is not None]
