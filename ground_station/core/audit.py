"""The audit log: what is written down of every act, and the port of the chain that keeps it.

Details hold strings, whole numbers, booleans, null, lists and objects of these: no floats, so that
canonical JSON (RFC 8785) is the same in every language. Never a secret, never a picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeAlias

Detail: TypeAlias = "str | int | bool | Sequence[Detail] | Mapping[str, Detail] | None"


class Actor(StrEnum):
    """Who did it."""

    USER = "user"
    AGENT = "agent"
    STATION = "station"  # by itself: the sweeper, a time that ran out
    COMMAND_LINE = "command_line"  # somebody on the machine it runs on
    UNKNOWN = "unknown"  # nobody we know: a refused sign-in


class Act(StrEnum):
    """What was done. Later work adds its own; a value once used keeps its meaning."""

    CHAIN_BEGUN = "chain_begun"
    KEY_ROTATED = "key_rotated"
    STATION_STARTED = "station_started"
    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGNED_OUT = "signed_out"
    SIGN_IN_REVOKED = "sign_in_revoked"
    PURPOSE_SET = "purpose_set"
    FACTOR_BEGUN = "factor_begun"  # an authenticator app is offered; it replaces one not confirmed
    FACTOR_ADDED = "factor_added"
    FACTOR_REMOVED = "factor_removed"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    RECOVERY_USED = "recovery_used"
    USER_ADDED = "user_added"
    USER_CHANGED = "user_changed"
    USER_DISABLED = "user_disabled"
    AGENT_INVITED = "agent_invited"
    AGENT_ENROLLED = "agent_enrolled"
    AGENT_TOKEN_ROTATED = "agent_token_rotated"  # noqa: S105
    AGENT_REVOKED = "agent_revoked"
    SOURCE_ADDED = "source_added"
    SOURCE_REMOVED = "source_removed"
    VIDEO_WATCHED = "video_watched"
    ALERT_RAISED = "alert_raised"
    ALERT_DECIDED = "alert_decided"
    ORGANISATION_ADDED = "organisation_added"
    AGREEMENT_MADE = "agreement_made"
    AGREEMENT_ENDED = "agreement_ended"
    DISCLOSED = "disclosed"
    AUDIT_READ = "audit_read"
    EXPORTED = "exported"
    BACKED_UP = "backed_up"
    RESTORED = "restored"
    VEHICLE_ADDED = "vehicle_added"  # its agent reported it for the first time
    VEHICLE_REMOVED = "vehicle_removed"  # its agent was removed
    CONTROL_TAKEN = "control_taken"  # of a vehicle; with the reason where somebody else had it
    CONTROL_RELEASED = "control_released"
    CONTROL_OFFERED = "control_offered"  # to a named pilot, or that offer taken back
    FLIGHT_COMMANDED = "flight_commanded"  # before it is sent; hold, return and land: with it
    FLIGHT_ANSWERED = "flight_answered"  # what came of it
    FLIGHT_LOGGED = "flight_logged"  # its log is whole, with the digest of its samples
    FLIGHT_IMPORTED = "flight_imported"  # the log of an autopilot
    FAILSAFE_BEGAN = "failsafe_began"  # of a vehicle in flight, as far as it is seen from here
    FAILSAFE_ENDED = "failsafe_ended"
    DATASET_IMPORTED = "dataset_imported"  # read and offered; nothing is checked against it yet
    DATASET_DATED = "dataset_dated"  # somebody said when it holds, since its file does not
    DATASET_USED = "dataset_used"
    DATASET_DISCARDED = "dataset_discarded"
    ZONE_DRAWN = "zone_drawn"
    ZONE_WITHDRAWN = "zone_withdrawn"
    OPERATOR_CHANGED = "operator_changed"
    PERMISSION_ASKED = "permission_asked"  # a request, and each change of it
    PERMISSION_RECORDED = "permission_recorded"
    PERMISSION_WITHDRAWN = "permission_withdrawn"
    DOCUMENT_ADDED = "document_added"
    DOCUMENT_READ = "document_read"
    CONFORMANCE_CHANGED = "conformance_changed"  # of a vehicle against zones and its volume
    MARK_SET = "mark_set"  # a place that somebody pointed at in a picture
    MARK_REMOVED = "mark_removed"
    CREW_CHANGED = "crew_changed"
    AIRFRAME_CHANGED = "airframe_changed"
    BATTERY_CHANGED = "battery_changed"
    DEFECT_FOUND = "defect_found"
    DEFECT_FIXED = "defect_fixed"
    MISSION_SAVED = "mission_saved"  # a plan that is kept under a name, or a change of it
    MISSION_REMOVED = "mission_removed"
    PREFLIGHT_OPENED = "preflight_opened"
    PREFLIGHT_SIGNED = "preflight_signed"
    PREFLIGHT_OVERRIDDEN = "preflight_overridden"  # ticks skipped in an emergency, with the reason
    PREFLIGHT_VOID = "preflight_void"
    SWEPT = "swept"  # what its days had run out for was deleted


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act, before it has its place in the chain.

    Attributes:
        organisation_id: the controller; None for acts on the installation itself.
        subject_kind, subject_id: what it was done to, e.g. "source" and its id.
        purpose: given wherever personal data was consulted.
    """

    act: Act
    actor: Actor
    actor_id: str | None = None
    organisation_id: str | None = None
    subject_kind: str = ""
    subject_id: str = ""
    purpose: str = ""
    details: Mapping[str, Detail] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """A record in the chain: its `hash` covers everything else in it, `previous_hash` too (hex)."""

    seq: int
    record_id: str
    recorded_at: datetime
    entry: AuditEntry
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class AuditHead:
    """An Ed25519 signature over the chain up to `seq`. `key_id` names the public key."""

    seq: int
    hash: str
    signed_at: datetime
    key_id: str
    signature: str


@dataclass(frozen=True, slots=True)
class AuditState:
    """How the chain stands.

    Attributes:
        last_seq: of the newest record. signed_up_to: of the newest signed head.
        verified_up_to: what this process has checked since it started, without finding anything.
        problem: "" while the chain is whole and being signed; broken: the chain itself is damaged,
            not only its signing.
    """

    last_seq: int
    signed_up_to: int
    verified_up_to: int
    verified_at: datetime | None
    problem: str = ""
    remedy: str = ""
    broken: bool = False


class AuditLog(Protocol):
    """The chain. What `append` has returned for is on the disk. Callable from any thread."""

    def append(self, *entries: AuditEntry) -> None:
        """Write them down, in order, or raise: an act that cannot be written down is not done.

        Raises:
            Unavailable: the store does not take it (full or read-only disk, no database), or too
                much is waiting already.
            InvalidInput: an entry cannot be put into canonical form (floats, far too long).
        """
        ...

    def together(self, *entries: AuditEntry) -> AbstractContextManager[None]:
        """A block whose writes to the same database are committed together with these records, by
        one transaction: both are done, or neither when the block or the log raises. Keep it short:
        nobody else writes meanwhile. Wait for nothing in it, and take no lock that others hold
        while they write."""
        ...

    def state(self) -> AuditState: ...

    def read(
        self,
        *,
        before_seq: int | None = None,
        limit: int = 100,
        organisation_id: str | None = None,
        act: Act | None = None,
        actor_id: str | None = None,
        subject_id: str | None = None,
    ) -> Sequence[AuditRecord]:
        """Newest first. With an organisation: its records, and those of the installation itself
        (which belong to none)."""
        ...
