"""What may be believed of one source right now, worked out from what was last heard of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ground_station.core.agent_protocol import SourceReport
from ground_station.core.model import SourceCondition
from ground_station.core.registry import Source

# After an agent is lost its last frames are still on their way; only a frame captured later than
# this shows that its pictures go on without it.
FRAMES_IN_FLIGHT_S = 1.0
CONNECTING = SourceCondition.CONNECTING
LIVE = SourceCondition.LIVE
LOST = SourceCondition.LOST
OFFLINE = SourceCondition.OFFLINE


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """A source as people are told about it.

    Attributes:
        session_id: the publisher's session; None while nobody publishes.
        node_id: the node that holds that session.
        report: the node's last word on that session, kept when it is lost.
        last_frame_at: when the node last had a picture of it.
    """

    source: Source
    condition: SourceCondition
    condition_since: datetime
    problem: str
    session_id: str | None
    node_id: str | None
    report: SourceReport | None
    last_frame_at: datetime | None


@dataclass(slots=True)
class SourceState:
    """The changing part of a source; guarded by the registry's lock."""

    source: Source
    condition: SourceCondition
    condition_since: datetime
    problem: str = ""
    session_id: str | None = None
    node_id: str | None = None
    session_since_s: float = 0.0  # when the present session began, or the last one ended
    seen_in_reports: bool = False
    report: SourceReport | None = None
    last_frame_at: datetime | None = None
    offered: bool = False  # by the agent connected now
    edge: bool = False  # that agent sends its tracks, and no video
    agent_lost_at: datetime | None = None
    agent_problem: str = ""
    abandoned: bool = False  # its agent restarted: the session left over is nobody's

    @property
    def had_picture(self) -> bool:
        """Whether there is something that can be lost."""
        return self.condition in (LIVE, LOST)

    def status(self) -> SourceStatus:
        return SourceStatus(
            source=self.source,
            condition=self.condition,
            condition_since=self.condition_since,
            problem=self.problem or self.agent_problem,
            session_id=self.session_id,
            node_id=self.node_id,
            report=self.report,
            last_frame_at=self.last_frame_at,
        )

    def become(self, condition: SourceCondition, problem: str, now: datetime) -> None:
        if condition is not self.condition:
            self.condition = condition
            self.condition_since = now
        self.problem = problem

    def begin_session(
        self, session_id: str, node_id: str | None, now: datetime, now_s: float
    ) -> None:
        """A publisher was let in; no picture has come yet. Without a node: an edge source, whose
        agent analyses it."""
        self.session_id = session_id
        self.node_id = node_id
        self.session_since_s = now_s
        self.seen_in_reports = False
        self.abandoned = False
        if self.offered:
            self.agent_lost_at = None
        self.report = None
        self.become(CONNECTING, "", now)

    def end_session(
        self, condition: SourceCondition, problem: str, now: datetime, now_s: float
    ) -> None:
        """Its publisher's session is over."""
        self.session_id = None
        self.session_since_s = now_s
        self.node_id = None
        self.seen_in_reports = False
        self.abandoned = False
        self.become(condition, problem, now)

    def take_report(self, report: SourceReport, now: datetime) -> None:
        """The node's word on this source's present session."""
        self.report = report
        self.seen_in_reports = True
        if report.last_frame_age_s is not None:
            self.last_frame_at = now - timedelta(seconds=max(0.0, report.last_frame_age_s))
        problem = report.problem
        if self.agent_lost_at is not None:
            if not self._frames_outlive_agent():
                return  # it stays lost, in the words it was lost with
            problem = problem or "The link to its agent is down; the picture goes on."
        self.become(report.condition, problem, now)

    def _frames_outlive_agent(self) -> bool:
        if self.agent_lost_at is None or self.last_frame_at is None:
            return False
        return self.last_frame_at > self.agent_lost_at + timedelta(seconds=FRAMES_IN_FLIGHT_S)

    def lose_agent(self, problem: str, now: datetime) -> None:
        """Its camera agent went away. Only what was there can be lost."""
        self.agent_lost_at = now
        self.offered = False
        self.agent_problem = ""
        if self.condition is not OFFLINE:
            self.become(LOST, problem, now)
        else:
            self.problem = problem

    def find_agent(self, *, publishing: bool) -> None:
        """Its camera agent is (back) here; `publishing`: with its session still in hand."""
        self.abandoned = self.session_id is not None and not publishing
        if self.abandoned:
            self.offered = True
            return  # lost until it has published again, whatever frames are still on their way
        self.agent_lost_at = None
        self.agent_problem = ""
        self.offered = True
        if self.session_id is None:
            self.problem = ""
