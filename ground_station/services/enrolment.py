"""Letting agents in, giving them fresh tokens and shutting them out.

The database holds what is decided, so that the command line decides as well as the page: `Warden`
looks into it every second and carries it out on the connections there are.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ground_station.core.agent_protocol import AgentKind, RotateToken
from ground_station.core.audit import Act, Actor, AuditEntry, AuditLog
from ground_station.core.clock import Clock
from ground_station.core.enrolment import Enrolment, EnrolmentRepository
from ground_station.core.errors import (
    InvalidInput,
    KestrelError,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Unprocessable,
)
from ground_station.core.ids import new_id
from ground_station.core.lifecycle import Worker
from ground_station.core.mailbox import DropOldest
from ground_station.core.ports import AgentChannel, AgentIdentity
from ground_station.core.registry import Agent, AgentRepository, token_hash
from ground_station.services.throttle import Throttle, network_of

log = logging.getLogger(__name__)

CODE_CHARACTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: none looks like another
CODE_GROUPS = 4
CODE_GROUP = 5  # 20 characters of 5 bits: 100 bits
CODE_LIVES = timedelta(hours=1)
MAX_NAME_LENGTH = 80
LOOK_EVERY_S = 1.0
ROTATE_WITHIN_S = 5.0
ROTATE_AGAIN_AFTER_S = 30.0
ROTATIONS_WAITING = 10_000


@dataclass(frozen=True, slots=True)
class Invited:
    """A code that is shown this once."""

    agent_id: str
    code: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A token that is shown this once."""

    agent: Agent = field(repr=False)
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class By:
    """Who decides: for the audit log."""

    actor: Actor
    actor_id: str | None = None


class Enrolments:
    """Use cases over the agents' records. Thread-safe.

    Args:
        own_organisation_id: the installation's own: only it may have vision nodes.
    """

    def __init__(
        self,
        *,
        repository: EnrolmentRepository,
        own_organisation_id: str,
        audit: AuditLog,
        clock: Clock,
    ) -> None:
        self._own_organisation_id = own_organisation_id
        self._repository = repository
        self._audit = audit
        self._clock = clock
        self._throttle = Throttle(clock, free_tries=5, max_wait_s=60.0)

    def all(self, organisation_id: str) -> list[Enrolment]:
        return [
            one for one in self._repository.all() if one.agent.organisation_id == organisation_id
        ]

    def named(self, organisation_id: str, name: str) -> Enrolment:
        """NotFound if there is none of that name; Unprocessable if there are several (of different
        kinds)."""
        found = [one for one in self.all(organisation_id) if one.agent.name == name]
        if not found:
            raise NotFound(f"There is no agent {name}.", "See them: python3 run.py agents list")
        if len(found) > 1:
            raise Unprocessable(f"There are {len(found)} agents {name}.", "Use the agents page.")
        return found[0]

    def invite(self, organisation_id: str, name: str, kind: AgentKind, by: By) -> Invited:
        """A one-time code for a new agent, good for an hour.

        Raises:
            InvalidInput: the name cannot be one.
            Conflict: an agent of that name and kind has a good token.
            NotAllowed: a vision node for another organisation than the installation's own.
        """
        name = _name(name)
        if kind is AgentKind.NODE and organisation_id != self._own_organisation_id:
            raise NotAllowed(
                "Only the organisation that runs this station may add vision nodes: everybody's "
                "video goes through them.",
                "Ask its administrator.",
            )
        code = make_code()
        now = self._clock.now()
        # Until the code is used no token is good: this one's plain text is thrown away.
        nobody = token_hash(secrets.token_urlsafe(32))
        agent = Agent(new_id(), organisation_id, name, kind, nobody, revoked_at=None)
        expires_at = now + CODE_LIVES
        entry = _entry(Act.AGENT_INVITED, agent, by, kind=kind.value, name=name)
        with self._audit.together(entry):
            kept = self._repository.invite(agent, code_hash(code), now, expires_at)
        return Invited(kept.agent_id, code, expires_at)

    def enrol(self, code: str, address: str) -> Enrolled:
        """Trade a code for a token, once.

        Raises:
            Throttled: too many wrong codes from this address.
            NotSignedIn: the code is unknown, used or too old.
        """
        self._throttle.begin(network_of(address))
        hashed = code_hash(code)
        found = self._repository.find_code(hashed)
        now = self._clock.now()
        if found is None or found.code_expires_at is None or found.code_expires_at <= now:
            raise NotSignedIn(
                "This code is unknown, used up or older than an hour.",
                "Have a new one made on the station: python3 run.py agents add NAME",
            )
        token = secrets.token_urlsafe(32)
        by = By(Actor.AGENT, found.agent.agent_id)
        entry = _entry(Act.AGENT_ENROLLED, found.agent, by, address=address)
        with self._audit.together(entry):
            self._repository.enrol(found.agent.agent_id, hashed, token_hash(token), now)
        self._throttle.succeeded(network_of(address))
        log.info("agent_enrolled agent=%s", found.agent.name)
        return Enrolled(found.agent, token)

    def revoke(self, organisation_id: str, agent_id: str, by: By) -> None:
        """No token and no code of it is good from now on. NotFound if it is not there."""
        agent = self._own(organisation_id, agent_id)
        with self._audit.together(_entry(Act.AGENT_REVOKED, agent, by)):
            self._repository.revoke(agent_id, self._clock.now())

    def remove(self, organisation_id: str, agent_id: str, by: By) -> None:
        """Revoke it and take it off the list; its name is free again. A station that runs, or the
        next that starts, removes its sources. NotFound as `revoke`."""
        agent = self._own(organisation_id, agent_id)
        with self._audit.together(_entry(Act.AGENT_REVOKED, agent, by, removed=True)):
            self._repository.remove(agent_id, self._clock.now())

    def rotate(self, organisation_id: str, agent_id: str, by: By) -> None:
        """Ask for a new token: the agent gets it at once, or when it connects.

        Raises:
            NotFound: there is no such agent.
            Unprocessable: it keeps no token that could be changed.
        """
        agent = self._own(organisation_id, agent_id)
        found = self._repository.get(agent_id)
        if agent.revoked_at is not None or found is None or found.enrolled_at is None:
            raise Unprocessable(
                f"{agent.name} has no token that could be changed.",
                "Invite it first; the parts that run.py starts get a new one at each start.",
            )
        with self._audit.together(_entry(Act.AGENT_TOKEN_ROTATED, agent, by)):
            self._repository.ask_rotation(agent_id, self._clock.now())

    def _own(self, organisation_id: str, agent_id: str) -> Agent:
        found = self._repository.get(agent_id)
        if found is None or found.agent.organisation_id != organisation_id:
            raise NotFound("There is no such agent.")
        return found.agent


class EnrolledAuthenticator:
    """`AgentAuthenticator`: the present token, or the next one, which then is the only one."""

    def __init__(
        self, agents: AgentRepository, enrolments: EnrolmentRepository, clock: Clock
    ) -> None:
        self._agents = agents
        self._enrolments = enrolments
        self._clock = clock

    def agent_for_token(self, token: str) -> AgentIdentity | None:
        if not token:
            return None
        hashed, now = token_hash(token), self._clock.now()
        agent = self._agents.by_token_hash(hashed)
        if agent is None:
            agent = self._enrolments.use_next_token(hashed, now)
        if agent is None or agent.revoked_at is not None:
            return None
        return AgentIdentity(agent.agent_id, agent.name, agent.kind, agent.organisation_id, now)


class Warden:
    """Carries out on live connections what the database says: a service of the station.

    Args:
        channel: the way to a connected agent, None if it is not connected.
        connected: the connected agents, and when each showed its token.
        shut_out: end what a revoked agent publishes or, for a node, carries.
        forget: remove the sources and vehicles of these agents, which were removed.
    """

    def __init__(
        self,
        *,
        repository: EnrolmentRepository,
        channel: Callable[[str], AgentChannel | None],
        connected: Callable[[], Mapping[str, datetime | None]],
        shut_out: Callable[[str], None],
        forget: Callable[[frozenset[str]], None],
        clock: Clock,
    ) -> None:
        self._repository = repository
        self._channel = channel
        self._connected = connected
        self._shut_out = shut_out
        self._forget = forget
        self._clock = clock
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._to_rotate: DropOldest[Agent] = DropOldest(ROTATIONS_WAITING)
        self._waiting: set[str] = set()  # who is in that queue
        self._worker = Worker("agent-warden", self._step)
        # Its own: an agent that does not answer must not delay the end of another.
        self._rotator = Worker("agent-rotation", self._rotate_step)
        self._asked_s: dict[str, float] = {}
        self._failed = False
        self._ended: frozenset[str] = frozenset()
        self._forgotten: frozenset[str] = frozenset()

    def start(self) -> None:
        self._worker.start()
        self._rotator.start()

    def stop(self) -> None:
        self._stopping.set()
        self._wake.set()
        self._to_rotate.close()
        self._worker.stop()
        self._rotator.stop()

    def soon(self) -> None:
        """Something was decided in this process: look now."""
        self._wake.set()

    def _step(self) -> None:
        self._wake.wait(LOOK_EVERY_S)
        if self._stopping.is_set():
            return
        self._wake.clear()
        try:
            self.look()
            self._failed = False
        except KestrelError as error:
            if not self._failed:
                log.warning("agents_not_checked reason=%s", error)
            self._failed = True

    def look(self) -> None:
        """Shut out who is revoked or removed or came with a token that is not good any more, forget
        the sources of who is removed, and have new tokens given to who is to have one."""
        admitted = self._connected()  # first: whoever is here was let in by what we read next
        connected = set(admitted)
        shut_out = self._repository.shut_out_ids()
        enrolled = self._repository.all()
        # Also one that is not connected may have a picture under way.
        ends = (shut_out - self._ended) | (shut_out & connected)
        here = [one for one in enrolled if one.agent.agent_id in connected]
        # Revoked and invited again since we last looked: shut out no more, and yet it must go.
        ends |= {one.agent.agent_id for one in here if _outdated(one, admitted)}
        for agent_id in ends:
            self._end(agent_id)
        self._ended = shut_out
        for one in here:
            if one.rotation_asked_at is not None and one.agent.agent_id not in ends:
                self._rotate_soon(one.agent)
        removed = self._repository.removed_ids()
        if removed != self._forgotten or removed & connected:
            self._forget(removed)
            self._forgotten = removed

    def _end(self, agent_id: str) -> None:
        self._shut_out(agent_id)
        channel = self._channel(agent_id)
        if channel is not None:
            channel.close()
            log.warning("agent_shut_out agent=%s", agent_id)

    def _rotate_soon(self, agent: Agent) -> None:
        if agent.agent_id not in self._waiting:
            self._waiting.add(agent.agent_id)
            self._to_rotate.put(agent)

    def _rotate_step(self) -> None:
        agent = self._to_rotate.take(1.0)
        if agent is not None:
            self._waiting.discard(agent.agent_id)
            self._rotate(agent)

    def rotate_waiting(self) -> None:
        """Give the tokens that `look` found due; for tests, which run no thread."""
        for agent in self._to_rotate.drain():
            self._waiting.discard(agent.agent_id)
            self._rotate(agent)

    def _rotate(self, agent: Agent) -> None:
        now_s = self._clock.monotonic_s()
        asked_s = self._asked_s.get(agent.agent_id, float("-inf"))
        channel = self._channel(agent.agent_id)
        if channel is None or now_s - asked_s < ROTATE_AGAIN_AFTER_S:
            return
        self._asked_s[agent.agent_id] = now_s
        token = secrets.token_urlsafe(32)
        # First here, then there: at no moment does the agent hold only a token we do not know.
        try:
            self._repository.set_next_token(agent.agent_id, token_hash(token))
            channel.call(RotateToken(token), ROTATE_WITHIN_S)
        except KestrelError as error:
            log.warning("token_not_rotated agent=%s reason=%s", agent.name, error)


def _outdated(one: Enrolment, admitted: Mapping[str, datetime | None]) -> bool:
    """Whether it connected with a token from before it was enrolled (anew)."""
    if one.invited_at is None:
        return False  # run.py gives it its token
    at = admitted[one.agent.agent_id]
    return one.enrolled_at is None or at is None or at < one.enrolled_at


def make_code() -> str:
    """A new one-time code, in groups that are easy to type."""
    characters = [secrets.choice(CODE_CHARACTERS) for _ in range(CODE_GROUPS * CODE_GROUP)]
    groups = [
        "".join(characters[first : first + CODE_GROUP])
        for first in range(0, len(characters), CODE_GROUP)
    ]
    return "-".join(groups)


def code_hash(code: str) -> str:
    """Its SHA-256 (hex): of what was meant, however it was typed."""
    typed = "".join(code.split()).replace("-", "").upper()
    meant = typed.translate(str.maketrans("OIL", "011"))
    return hashlib.sha256(f"enrol:{meant}".encode("utf-8", "surrogatepass")).hexdigest()


def _name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not 1 <= len(cleaned) <= MAX_NAME_LENGTH or not cleaned.isprintable():
        raise InvalidInput(f"An agent's name has 1 to {MAX_NAME_LENGTH} printable characters.")
    return cleaned


def _entry(act: Act, agent: Agent, by: By, **details: str | bool) -> AuditEntry:
    return AuditEntry(
        act,
        by.actor,
        by.actor_id,
        agent.organisation_id,
        "agent",
        agent.agent_id,
        details=details,
    )
