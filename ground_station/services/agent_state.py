"""One connected agent, and what people are told about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from ground_station.core.agent_protocol import AgentKind, Heartbeat
from ground_station.core.errors import NotAllowed
from ground_station.core.ports import AgentChannel, AgentIdentity

FIRST_RETRY_S = 10.0  # after telling an agent to publish, when no session came of it
CLOCK_WRONG_FROM_MS = 2000.0
TWICE_SHOWN_FOR_S = 600.0
OUTBOX_WAITING = "outbox_waiting"  # names of heartbeat figures
MESSAGES_DROPPED = "messages_dropped"
_HOUR_S = 3600.0
_MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class AgentStatus:
    """A node or agent as people are told about it.

    Attributes:
        address: where it is connected from.
        clock_offset_ms: its clock minus ours; None until measured.
        left: it stopped because it was told to, so that it is away is no problem.
        messages_waiting: in its outbox; messages_dropped: since its process started.
    """

    agent_id: str
    name: str
    kind: AgentKind
    connected: bool
    since: datetime
    problem: str
    address: str = ""
    software: str = ""
    clock_offset_ms: float | None = None
    round_trip_ms: float | None = None
    messages_waiting: int | None = None
    messages_dropped: int | None = None
    left: bool = False
    organisation_id: str = ""


def check_node(identity: AgentIdentity, organisation_id: str) -> None:
    """NotAllowed for a node that is not the installation's own: all video goes through it, and
    its word is taken for every source."""
    if identity.kind is AgentKind.NODE and identity.organisation_id != organisation_id:
        raise NotAllowed(
            f"{identity.name} may not connect: it is a vision node of another organisation.",
            "Enrol it on the station's own machine: python3 run.py agents add NAME --kind node",
        )


@dataclass(slots=True)
class ConnectedAgent:
    """The changing part; guarded by the lock of the agents service."""

    identity: AgentIdentity
    channel: AgentChannel
    since: datetime
    heard_at_s: float
    software: str = ""
    said_problem: str = ""
    clock_problem: str = ""
    twice_problem: str = ""
    twice_until_s: float = float("-inf")
    detector: str = ""
    detector_problem: str = ""
    clock_offset_ms: float | None = None
    round_trip_ms: float | None = None
    messages_waiting: int | None = None
    messages_dropped: int | None = None
    told_at_s: float = field(default=float("-inf"))
    retry_after_s: float = FIRST_RETRY_S
    leaves: bool = False  # it said goodbye

    @property
    def problem(self) -> str:
        """All that is wrong with it, in one text."""
        return " ".join(
            part for part in (self.twice_problem, self.clock_problem, self.said_problem) if part
        )

    def take_heartbeat(self, message: Heartbeat, now_s: float) -> bool:
        """Whether what people are told of its problems changed."""
        before = self.problem
        self.said_problem = message.problems.get("", "")[:500]
        if message.clock_offset_ms is not None:
            self.clock_offset_ms = message.clock_offset_ms
            self.round_trip_ms = message.round_trip_ms
            self.clock_problem = clock_problem(message.clock_offset_ms)
        self.messages_waiting = _count(message.figures.get(OUTBOX_WAITING))
        self.messages_dropped = _count(message.figures.get(MESSAGES_DROPPED))
        if now_s > self.twice_until_s:
            self.twice_problem = ""
        return self.problem != before

    def seen_twice(self, address: str, now_s: float) -> None:
        """Somebody else tried its token."""
        self.twice_problem = (
            f"Another machine ({address}) tried to connect with this agent's token. "
            "If it is not yours, revoke the agent and enrol it anew."
        )
        self.twice_until_s = now_s + TWICE_SHOWN_FOR_S

    def gone(self, now: datetime, problem: str) -> AgentStatus:
        """What is told of it once its connection has ended."""
        return AgentStatus(
            agent_id=self.identity.agent_id,
            name=self.identity.name,
            kind=self.identity.kind,
            connected=False,
            since=now,
            problem=problem,
            address=self.channel.address,
            software=self.software,
            left=self.leaves,
            organisation_id=self.identity.organisation_id,
        )

    def status(self) -> AgentStatus:
        return AgentStatus(
            agent_id=self.identity.agent_id,
            name=self.identity.name,
            kind=self.identity.kind,
            connected=True,
            since=self.since,
            problem=self.problem,
            address=self.channel.address,
            software=self.software,
            clock_offset_ms=self.clock_offset_ms,
            round_trip_ms=self.round_trip_ms,
            messages_waiting=self.messages_waiting,
            messages_dropped=self.messages_dropped,
            organisation_id=self.identity.organisation_id,
        )


def clock_problem(offset_ms: float) -> str:
    """One sentence for a clock that is wrong enough to matter, or ""."""
    if abs(offset_ms) <= CLOCK_WRONG_FROM_MS:
        return ""
    direction = "ahead" if offset_ms > 0 else "behind"
    return f"Its clock is {_span(abs(offset_ms) / 1000)} {direction}; set it by NTP."


def _span(seconds: float) -> str:
    if seconds >= _HOUR_S:
        return f"{seconds / _HOUR_S:.3g} h"
    if seconds >= _MINUTE_S:
        return f"{seconds / _MINUTE_S:.3g} min"
    return f"{seconds:.3g} s"


def _count(figure: float | None) -> int | None:
    return None if figure is None or figure < 0 else int(figure)
