"""What is stored of people: why, and for how long. The sweeper, the page and the documents read
this one table; nothing about a person may be stored that has no row here.
"""

from __future__ import annotations

from dataclasses import dataclass


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


STORED_KINDS: tuple[StoredKind, ...] = (
    StoredKind(
        "account",
        "Name, user name, role, organisation, password hash, second factors",
        "Knowing who may do what, and who did it",
        None,
        until="the account is disabled; then only the name stays, for the audit log",
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
        "audit",
        "Who did what, when, and what for",
        "Answering for the use of cameras and personal data",
        None,
        until="for ever: nothing is taken out of the chain",
    ),
)
