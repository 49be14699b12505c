"""What passes between two organisations: agreements, and a record of each look under one.

Every user, source and record belongs to one organisation, its controller. Another organisation
sees of it what an agreement in force covers, and nothing else. Agreements are read again every
second, so that one which ends, or runs out, or was made by another process, counts at once.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ground_station.core.audit import Act, Actor, AuditEntry, AuditLog
from ground_station.core.authority import Area, Permission, Principal, Scope, require
from ground_station.core.clock import Clock
from ground_station.core.entities import (
    Agreement,
    Disclosure,
    LegalRegime,
    Organisation,
    OrganisationKind,
    OrganisationRepository,
    Shareable,
)
from ground_station.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from ground_station.core.ids import new_id
from ground_station.core.lifecycle import Worker
from ground_station.core.registry import Source, User
from ground_station.services.audit import by, consulted
from ground_station.services.identity import Identity

log = logging.getLogger(__name__)

FRESH_S = 1.0
MAX_NAME = 200
Ended = Callable[[Agreement], None]


@dataclass(frozen=True, slots=True)
class NewAgreement:
    """What the giving side agrees to. Times are aware."""

    name: str
    to_id: str
    legal_regime: LegalRegime
    covers: frozenset[Shareable]
    starts_at: datetime
    ends_at: datetime


class Sharing:
    """Organisations, agreements and disclosures. Thread-safe; a service of the station."""

    def __init__(
        self, organisations: OrganisationRepository, audit: AuditLog, clock: Clock
    ) -> None:
        self._organisations = organisations
        self._audit = audit
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: Sequence[Agreement] = ()
        self._read_at_s = float("-inf")
        self._were_in_force: dict[str, Agreement] = {}
        self._on_ended: list[Ended] = []
        self._stop = threading.Event()
        self._worker = Worker("sharing", self._turn)

    def start(self) -> None:
        self._worker.start()

    def stop(self) -> None:
        self._stop.set()
        self._worker.stop()

    def on_ended(self, callback: Ended) -> None:
        """Call back, from a thread of this service or of a request, with each agreement that has
        been ended or has run out, to close what was opened under it."""
        self._on_ended.append(callback)

    # --- organisations -----------------------------------------------------------------------

    def organisations(self) -> Sequence[Organisation]:
        return self._organisations.all()

    def add_organisation(self, name: str, kind: OrganisationKind, said: AuditEntry) -> Organisation:
        """Another organisation of this installation.

        Args:
            said: who adds it; its subject is filled in.

        Raises:
            Conflict: the name is taken. InvalidInput: it is no name.
        """
        organisation = Organisation(new_id(), _name(name), kind, self._clock.now())
        entry = AuditEntry(
            said.act,
            said.actor,
            said.actor_id,
            said.organisation_id,
            "organisation",
            organisation.organisation_id,
            details={"name": organisation.name, "kind": kind.value},
        )
        with self._audit.together(entry):
            self._organisations.add(organisation)
        return organisation

    # --- agreements --------------------------------------------------------------------------

    def agreements(self, who: Principal) -> list[Agreement]:
        """Those the person's organisation gives or receives under, newest first."""
        require(who, Permission.SEE_SHARING)
        own = who.scope.organisation_id
        return [one for one in reversed(self._all(fresh=True)) if own in (one.from_id, one.to_id)]

    def make(self, who: Principal, new: NewAgreement) -> Agreement:
        """Agree that another organisation may see some of one's own.

        Raises:
            NotAllowed, NotFound, InvalidInput: with the reason.
            Unavailable: it cannot be recorded, so it is not made.
        """
        require(who, Permission.MANAGE_SHARING)
        own, now = who.scope.organisation_id, self._clock.now()
        if self._organisations.get(new.to_id) is None:
            raise NotFound("There is no such organisation.")
        if new.to_id == own:
            raise InvalidInput("An agreement is with another organisation than your own.")
        if not new.covers:
            raise InvalidInput("An agreement covers something: the map, video or alerts.")
        if new.ends_at <= new.starts_at or new.ends_at <= now:
            raise InvalidInput("An agreement ends after it starts, and not in the past.")
        agreement = Agreement(
            agreement_id=new_id(),
            name=_name(new.name),
            from_id=own,
            to_id=new.to_id,
            legal_regime=new.legal_regime,
            covers=new.covers,
            starts_at=new.starts_at,
            ends_at=new.ends_at,
            made_by=who.user_id,
        )
        with self._audit.together(*_both(who, Act.AGREEMENT_MADE, agreement)):
            self._organisations.add_agreement(agreement)
        self._all(fresh=True)
        return agreement

    def end(self, who: Principal, agreement_id: str) -> None:
        """End an agreement now; either side may. What was opened under it is closed.

        Raises:
            NotFound: the person's organisation has no such agreement.
            Conflict: it is over already.
        """
        require(who, Permission.MANAGE_SHARING)
        found = next((a for a in self.agreements(who) if a.agreement_id == agreement_id), None)
        if found is None:
            raise NotFound("Your organisation has no such agreement.")
        now = self._clock.now()
        if found.ended_at is not None or found.ends_at <= now:
            raise Conflict("This agreement is over already.")
        with self._audit.together(*_both(who, Act.AGREEMENT_ENDED, found)):
            self._organisations.end_agreement(agreement_id, now)
        self.check()

    # --- what they open ----------------------------------------------------------------------

    def scope_of(self, user: User) -> Scope:
        """What a person may see: their own organisation's, and what agreements in force open to
        it; all of it inside their area."""
        area: Area | None = user.area
        received = [one for one in self._in_force() if one.to_id == user.organisation_id]
        shared, alerts = (
            frozenset((one.from_id, one.agreement_id) for one in received if what in one.covers)
            for what in (Shareable.MAP, Shareable.ALERTS)
        )
        return Scope(user.organisation_id, shared, area, alerts)

    def agreement_for(self, organisation_id: str, what: Shareable, owner_id: str) -> str | None:
        """The agreement under which this organisation may see that of the owner, if there is."""
        found = self._agreement(organisation_id, what, owner_id)
        return None if found is None else found.agreement_id

    def may(self, who: Principal, what: Shareable, owner_id: str) -> bool:
        """Whether it is the person's own organisation's, or an agreement in force covers it."""
        own = who.scope.organisation_id
        return owner_id == own or self._agreement(own, what, owner_id) is not None

    def disclose(self, who: Principal, what: Shareable, subject_id: str, owner_id: str) -> None:
        """Record one look at another organisation's thing, before it is shown: the disclosure and
        its audit records for both controllers, in one transaction.

        Raises:
            NotAllowed: no agreement in force covers it.
            Unavailable: it cannot be recorded, so it must not be shown.
        """
        self._record(who, what, [(subject_id, owner_id)])

    def disclose_first_looks(
        self, who: Principal, what: Shareable, subjects: Sequence[tuple[str, str]]
    ) -> None:
        """As `disclose`, of many in one transaction: those this person has not looked at before.

        Args:
            subjects: each with its owner's id; at most some hundreds.
        """
        ids = [subject_id for subject_id, _owner in subjects]
        known = self._organisations.disclosed_to(who.user_id, what, ids) if ids else frozenset()
        new = [subject for subject in subjects if subject[0] not in known]
        if new:
            self._record(who, what, new)

    def _record(self, who: Principal, what: Shareable, subjects: Sequence[tuple[str, str]]) -> None:
        own = who.scope.organisation_id
        looks = [self._look(who, what, *subject) for subject in subjects]
        entries = [
            consulted(
                who,
                Act.DISCLOSED,
                what.value,
                look.subject_id,
                controller,
                {"agreement": look.agreement_id, "disclosure": look.disclosure_id, "to": own},
            )
            for look in looks
            for controller in (look.from_id, own)
        ]
        with self._audit.together(*entries):
            for look in looks:
                self._organisations.add_disclosure(look)

    def _look(self, who: Principal, what: Shareable, subject_id: str, owner_id: str) -> Disclosure:
        own = who.scope.organisation_id
        agreement = self._agreement(own, what, owner_id)
        if agreement is None:
            raise NotAllowed(
                "This belongs to another organisation, and no agreement in force covers it.",
                "Ask your data protection officer for an agreement with it.",
            )
        return Disclosure(
            disclosure_id=new_id(),
            agreement_id=agreement.agreement_id,
            from_id=owner_id,
            to_id=own,
            what=what,
            subject_id=subject_id,
            user_id=who.user_id,
            purpose="" if who.purpose is None else who.purpose.value,
            disclosed_at=self._clock.now(),
        )

    def check_watchable(self, who: Principal, source: Source) -> None:
        """Return if the person may watch a source; nothing is recorded.

        Raises:
            NotFound: it is outside what the person may see at all.
            NotAllowed, PurposeNeeded: with who could, or what to do.
        """
        require(who, Permission.WATCH_VIDEO)
        owner = source.organisation_id
        inside = who.scope.area is None or (
            source.lat is not None
            and source.lon is not None
            and who.scope.area.holds(source.lat, source.lon)
        )
        known = who.scope.holds(owner, source.lat, source.lon)
        if not inside or not (known or self.may(who, Shareable.VIDEO, owner)):
            raise NotFound("There is no such source.")

    def watch(self, who: Principal, source: Source) -> None:
        """Let a person watch a source now, and record it with its purpose, before it is shown.

        Raises:
            NotFound: it is outside what the person may see at all.
            NotAllowed, PurposeNeeded: with who could, or what to do.
            Unavailable: it cannot be recorded.
        """
        self.check_watchable(who, source)
        owner = source.organisation_id
        if owner != who.scope.organisation_id:
            self.disclose(who, Shareable.VIDEO, source.source_id, owner)
        self._audit.append(consulted(who, Act.VIDEO_WATCHED, "source", source.source_id, owner))

    def disclosures(self, who: Principal, before_id: str | None = None) -> Sequence[Disclosure]:
        """Those the person's organisation made or received, newest first, at most a hundred."""
        require(who, Permission.SEE_SHARING)
        return self._organisations.disclosures(who.scope.organisation_id, before_id=before_id)

    # --- inside ------------------------------------------------------------------------------

    def check(self) -> None:
        """Tell of every agreement that was in force at the last check and is not any more."""
        now = self._clock.now()
        in_force = {a.agreement_id: a for a in self._all(fresh=True) if a.in_force(now)}
        with self._lock:
            over = [a for key, a in self._were_in_force.items() if key not in in_force]
            self._were_in_force = in_force
        for agreement in over:
            log.info("agreement_over agreement=%s", agreement.agreement_id)
            for callback in self._on_ended:
                callback(agreement)

    def _turn(self) -> None:
        if not self._stop.wait(FRESH_S):
            self.check()

    def _agreement(self, to_id: str, what: Shareable, from_id: str) -> Agreement | None:
        return next(
            (
                one
                for one in self._in_force()
                if one.from_id == from_id and one.to_id == to_id and what in one.covers
            ),
            None,
        )

    def _in_force(self) -> list[Agreement]:
        now = self._clock.now()
        return [one for one in self._all() if one.in_force(now)]

    def _all(self, *, fresh: bool = False) -> Sequence[Agreement]:
        now_s = self._clock.monotonic_s()
        with self._lock:
            if not fresh and now_s - self._read_at_s < FRESH_S:
                return self._kept
        kept = list(self._organisations.agreements())
        with self._lock:
            self._kept, self._read_at_s = kept, now_s
            return self._kept


def viewing(
    identify: Callable[[str], Identity | None], sharing: Sharing
) -> Callable[[str, str], bool]:
    """Whether the sign-in of a hash may watch what belongs to an organisation, asked again."""

    def may_view(sign_in_hash: str, owner_id: str) -> bool:
        found = identify(sign_in_hash)
        return found is not None and sharing.may(found.principal, Shareable.VIDEO, owner_id)

    return may_view


def _both(who: Principal, act: Act, agreement: Agreement) -> list[AuditEntry]:
    """A record for each of the two controllers."""
    said = by(
        who,
        act,
        "agreement",
        agreement.agreement_id,
        name=agreement.name,
        to=agreement.to_id,
        covers=sorted(one.value for one in agreement.covers),
        legal_regime=agreement.legal_regime.value,
        **{"from": agreement.from_id},
    )
    return [
        AuditEntry(
            said.act,
            Actor.USER,
            said.actor_id,
            controller,
            said.subject_kind,
            said.subject_id,
            details=said.details,
        )
        for controller in (agreement.from_id, agreement.to_id)
    ]


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise InvalidInput(f"A name has 1 to {MAX_NAME} characters.")
    return name
