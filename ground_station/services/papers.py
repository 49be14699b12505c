"""An operator's papers: who it flies as, the permissions it holds, its requests for more.

All of it belongs to one organisation and is seen by nobody else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from geo.airspace.plan import Operator, Permission
from ground_station.core.agent_durable import one_line
from ground_station.core.airspace import (
    DOCUMENT_TYPES,
    MAX_DOCUMENT_BYTES,
    Document,
    GivenBy,
    OperatorProfile,
    PermissionRepository,
    PermissionRequest,
    RecordedPermission,
    RequestState,
)
from ground_station.core.audit import Act, AuditEntry, AuditLog
from ground_station.core.authority import Permission as May
from ground_station.core.authority import Principal, require
from ground_station.core.clock import Clock
from ground_station.core.errors import Conflict, InvalidInput, NotFound
from ground_station.core.ids import new_id
from ground_station.services.airspace_files import why_no_outline
from ground_station.services.audit import by

LONGEST = timedelta(days=366 * 5)
MAX_REFERENCE, MAX_NAME, MAX_WORDS, MAX_TEXT = 200, 300, 2000, 8000
CLOCKS_APART = timedelta(minutes=5)
_Owned = TypeVar("_Owned", Document, RecordedPermission, PermissionRequest)


@dataclass(frozen=True, slots=True)
class NewPermission:
    """A permission as somebody types it in; see `RecordedPermission`."""

    zone: str
    zone_name: str
    reference: str
    begins: datetime
    ends: datetime
    given_by: GivenBy
    granted_by: str
    given_at: datetime
    conditions: str = ""
    upper_limit_amsl_m: float | None = None
    document_id: str | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A request, filled in; see `PermissionRequest`."""

    zone: str
    zone_name: str
    authority: str
    contact: str
    text: str
    begins: datetime
    ends: datetime


class Papers:
    """Thread-safe."""

    def __init__(self, repository: PermissionRepository, audit: AuditLog, clock: Clock) -> None:
        self._repository = repository
        self._audit = audit
        self._clock = clock

    # --- the operator ----------------------------------------------------------------------------

    def profile(self, who: Principal) -> OperatorProfile | None:
        """Of the person's own organisation; None: nobody has entered one."""
        require(who, May.SEE_PAPERS)
        return self._repository.profile(who.scope.organisation_id)

    def change_profile(self, who: Principal, profile: OperatorProfile) -> OperatorProfile:
        """Replace it as a whole.

        Raises:
            NotAllowed, InvalidInput.
        """
        require(who, May.MANAGE_AIRSPACE)
        if not one_line(profile.name).strip():
            raise InvalidInput("The operator needs a name.")
        held = profile.authorisation
        if held is not None and held.volume is not None:
            why_not = why_no_outline(held.volume.ring)
            if why_not:
                raise InvalidInput(f"The authorised volume is no outline: {why_not}")
        kept = replace(
            profile,
            organisation_id=who.scope.organisation_id,
            changed_at=self._clock.now(),
            changed_by=who.user_id,
        )
        policy, authorisation = kept.force_policy, kept.authorisation
        entry = by(
            who,
            Act.OPERATOR_CHANGED,
            "operator",
            kept.organisation_id,
            name=kept.name,
            type=kept.type.value,
            category=kept.category.value,
            force_policy="" if policy is None else policy.reference,
            authorisation="" if authorisation is None else authorisation.reference,
        )
        with self._audit.together(entry):
            self._repository.put_profile(kept)
        return kept

    def operator(self, organisation_id: str) -> Operator:
        """The operator of an organisation's flights, with the permissions in force or to come; one
        of which nothing is known where nobody has entered a profile. For the verdict."""
        held = tuple(
            Permission(
                zone=one.zone,
                reference=one.reference,
                begins=one.begins,
                ends=one.ends,
                granted_by=one.granted_by,
                document=one.document_id or f"{one.given_by.value}: {one.granted_by}",
                upper_limit_amsl_m=one.upper_limit_amsl_m,
            )
            for one in self._repository.permissions(organisation_id)
        )
        profile = self._repository.profile(organisation_id)
        if profile is None:
            return Operator(permissions=held)
        return Operator(
            type=profile.type,
            category=profile.category,
            permissions=held,
            force_policy=profile.force_policy,
            authorisation=profile.authorisation,
            name=profile.name,
            operator_id=profile.operator_id,
            flyer_id=profile.flyer_id,
            class_mark=profile.class_mark,
            mass_kg=profile.mass_kg,
        )

    # --- permissions -----------------------------------------------------------------------------

    def permissions(
        self, who: Principal, *, over_too: bool = False
    ) -> Sequence[RecordedPermission]:
        """Newest first."""
        require(who, May.SEE_PAPERS)
        return self._repository.permissions(who.scope.organisation_id, over_too=over_too)

    def record(self, who: Principal, new: NewPermission) -> RecordedPermission:
        """Write down a permission that the organisation was given.

        Raises:
            NotAllowed, InvalidInput, NotFound.
        """
        require(who, May.RECORD_PERMISSIONS)
        now = self._clock.now()
        self._check(new, now)
        own = who.scope.organisation_id
        if new.document_id is not None:
            self._own(self._repository.document(new.document_id), own, "document")
        if new.request_id is not None:
            self._answered_by(new, own)
        kept = RecordedPermission(
            permission_id=new_id(),
            organisation_id=own,
            zone=new.zone.strip(),
            zone_name=new.zone_name,
            reference=one_line(new.reference).strip(),
            begins=new.begins,
            ends=new.ends,
            given_by=new.given_by,
            granted_by=one_line(new.granted_by).strip(),
            given_at=new.given_at,
            conditions=new.conditions.strip(),
            upper_limit_amsl_m=new.upper_limit_amsl_m,
            document_id=new.document_id,
            request_id=new.request_id,
            recorded_by=who.user_id,
            recorded_at=now,
        )
        entry = by(
            who,
            Act.PERMISSION_RECORDED,
            "airspace_permission",
            kept.permission_id,
            zone=kept.zone,
            reference=kept.reference,
            given_by=kept.given_by.value,
            granted_by=kept.granted_by,
            begins=kept.begins.isoformat(),
            ends=kept.ends.isoformat(),
        )
        with self._audit.together(entry):
            if new.request_id is not None:  # once more: somebody else may have answered it
                request = self._answered_by(new, own)
            self._repository.add_permission(kept)
            if new.request_id is not None:
                self._repository.put_request(
                    replace(request, state=RequestState.GRANTED, changed_at=now)
                )
        return kept

    def withdraw(self, who: Principal, permission_id: str) -> None:
        """NotAllowed, NotFound; Conflict if it is withdrawn already."""
        require(who, May.RECORD_PERMISSIONS)
        own = who.scope.organisation_id
        held = self._own(self._repository.permission(permission_id), own, "permission")
        entry = by(
            who,
            Act.PERMISSION_WITHDRAWN,
            "airspace_permission",
            permission_id,
            zone=held.zone,
            reference=held.reference,
        )
        with self._audit.together(entry):
            self._repository.withdraw_permission(permission_id, self._clock.now(), who.user_id)

    # --- requests --------------------------------------------------------------------------------

    def requests(self, who: Principal, *, open_only: bool = False) -> Sequence[PermissionRequest]:
        """Newest first; only those that are not answered if `open_only`."""
        require(who, May.SEE_PAPERS)
        return self._repository.requests(who.scope.organisation_id, open_only=open_only)

    def ask(self, who: Principal, new: NewRequest) -> PermissionRequest:
        """Keep a request that is filled in; a person sends it on.

        Raises:
            NotAllowed, InvalidInput.
        """
        require(who, May.RECORD_PERMISSIONS)
        if not new.text.strip() or len(new.text) > MAX_TEXT:
            raise InvalidInput(f"A request has 1 to {MAX_TEXT} characters.")
        _check_window(new.begins, new.ends)
        now = self._clock.now()
        kept = PermissionRequest(
            request_id=new_id(),
            organisation_id=who.scope.organisation_id,
            state=RequestState.DRAFTED,
            zone=new.zone,
            zone_name=new.zone_name[:MAX_NAME],
            authority=new.authority[:500],
            contact=new.contact[:1000],
            text=new.text,
            begins=new.begins,
            ends=new.ends,
            made_by=who.user_id,
            made_at=now,
            changed_at=now,
        )
        with self._audit.together(_asked(who, kept)):
            self._repository.put_request(kept)
        return kept

    def change_request(
        self, who: Principal, request_id: str, state: RequestState, answer: str
    ) -> PermissionRequest:
        """Say that it was sent, refused or dropped. Granted it is by recording the permission.

        Raises:
            NotAllowed, NotFound, InvalidInput; Conflict: it is answered already.
        """
        require(who, May.RECORD_PERMISSIONS)
        if state in (RequestState.GRANTED, RequestState.DRAFTED):
            raise InvalidInput("A request is granted by recording the permission.")
        if state is RequestState.REFUSED and not answer.strip():
            raise InvalidInput("Say what the authority answered.")
        if len(answer) > MAX_WORDS:
            raise InvalidInput(f"An answer has at most {MAX_WORDS} characters.")
        own = who.scope.organisation_id
        request = self._open(request_id, own)
        with self._audit.together(_asked(who, replace(request, state=state))):
            request = self._open(request_id, own)  # once more: somebody else may have answered it
            kept = replace(
                request, state=state, answer=answer.strip(), changed_at=self._clock.now()
            )
            self._repository.put_request(kept)
        return kept

    def _open(self, request_id: str, own: str) -> PermissionRequest:
        request = self._own(self._repository.request(request_id), own, "request")
        if request.state not in (RequestState.DRAFTED, RequestState.SENT):
            raise Conflict(f"This request is {request.state.value} already.")
        return request

    def _answered_by(self, new: NewPermission, own: str) -> PermissionRequest:
        assert new.request_id is not None
        request = self._open(new.request_id, own)
        if _key(request.zone) != _key(new.zone):
            raise InvalidInput(f"This request asked for {request.zone}, not for {new.zone}.")
        return request

    # --- documents -------------------------------------------------------------------------------

    def add_document(self, who: Principal, name: str, media_type: str, body: bytes) -> Document:
        """Keep a file that shows a permission.

        Raises:
            NotAllowed; InvalidInput: empty, too large, or of a type that is not taken.
        """
        require(who, May.RECORD_PERMISSIONS)
        if media_type not in DOCUMENT_TYPES:
            raise InvalidInput(
                f"A document of type {media_type[:60] or 'unknown'} is not taken.",
                f"Taken are: {', '.join(DOCUMENT_TYPES)}.",
            )
        if not 0 < len(body) <= MAX_DOCUMENT_BYTES:
            raise InvalidInput(
                f"A document has 1 byte to {MAX_DOCUMENT_BYTES // 2**20} MB, not {len(body)}."
            )
        kept = Document(
            document_id=new_id(),
            organisation_id=who.scope.organisation_id,
            name=one_line(name).strip()[:MAX_NAME] or "document",
            media_type=media_type,
            sha256=hashlib.sha256(body).hexdigest(),
            added_by=who.user_id,
            added_at=self._clock.now(),
            body=body,
        )
        entry = by(
            who,
            Act.DOCUMENT_ADDED,
            "document",
            kept.document_id,
            name=kept.name,
            sha256=kept.sha256,
        )
        with self._audit.together(entry):
            self._repository.add_document(kept)
        return kept

    def document(self, who: Principal, document_id: str) -> Document:
        """NotAllowed; NotFound, also of another organisation's. It is written down first."""
        require(who, May.SEE_PAPERS)
        found = self._own(
            self._repository.document(document_id), who.scope.organisation_id, "document"
        )
        self._audit.append(by(who, Act.DOCUMENT_READ, "document", document_id, name=found.name))
        return found

    def document_names(self, who: Principal) -> Mapping[str, str]:
        """By id, those of the person's own organisation."""
        require(who, May.SEE_PAPERS)
        return self._repository.document_names(who.scope.organisation_id)

    # --- inside ----------------------------------------------------------------------------------

    def _check(self, new: NewPermission, now: datetime) -> None:
        texts = (
            (new.zone, MAX_REFERENCE, "the zone"),
            (new.reference, MAX_REFERENCE, "the reference"),
            (new.granted_by, MAX_NAME, "who gave it"),
        )
        for text, most, what in texts:
            if not text.strip() or len(text) > most:
                raise InvalidInput(f"Say {what}, in at most {most} characters.")
        if len(new.conditions) > MAX_WORDS:
            raise InvalidInput(f"Conditions have at most {MAX_WORDS} characters.")
        _check_window(new.begins, new.ends)
        if new.given_at > now + CLOCKS_APART:
            raise InvalidInput("A permission cannot have been given in the future.")
        if new.ends <= now:
            raise InvalidInput("This permission is over already.")

    @staticmethod
    def _own(found: _Owned | None, own: str, what: str) -> _Owned:
        if found is None or found.organisation_id != own:
            raise NotFound(f"There is no such {what}.")
        return found


def _key(zone: str) -> str:
    return "".join(zone.split()).upper()


def _asked(who: Principal, request: PermissionRequest) -> AuditEntry:
    return by(
        who,
        Act.PERMISSION_ASKED,
        "permission_request",
        request.request_id,
        zone=request.zone,
        state=request.state.value,
    )


def _check_window(begins: datetime, ends: datetime) -> None:
    if not begins < ends <= begins + LONGEST:
        raise InvalidInput("It ends after it begins, and within five years.")
