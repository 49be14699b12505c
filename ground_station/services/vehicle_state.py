"""One vehicle as the fleet keeps it: its newest report, its link, and what follows of both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ground_station.core.agent_durable import one_line
from ground_station.core.agent_vehicles import (
    AgentInstant,
    LandedState,
    VehicleLinkState,
    VehicleReport,
)
from ground_station.core.entities import Vehicle
from ground_station.core.fleet import (
    AirspaceFinding,
    AirspaceState,
    Control,
    VehicleStatus,
)

# Without a heartbeat. Under the three seconds within which a page must show it, by the time that
# noticing and pushing take; at one heartbeat a second two have been missed by then.
LINK_LOST_AFTER_S = 2.6
MAX_NAME = 80
NEVER_HEARD = "Nothing has been heard of it since the station was started."
UNHEARD = AirspaceFinding(AirspaceState.UNKNOWN, problem=NEVER_HEARD)
NO_AGENT = "Its agent is not connected: what is shown is what was known last."
NOT_HEARD = "Its autopilot is not heard any more: what is shown is what was known last."
NO_HEARTBEAT = "Its agent has not heard a heartbeat of its autopilot yet."


def heartbeat_age_s(report: VehicleReport, passed_s: float) -> float | None:
    """Since the autopilot's last heartbeat, `passed_s` after the report came; None: never."""
    if report.heartbeat_age_ms is None:
        return None
    return report.heartbeat_age_ms / 1000 + passed_s


def link_of(report: VehicleReport | None, passed_s: float, here: bool) -> VehicleLinkState:
    """The link between the station and an autopilot.

    Args:
        passed_s: since the report came.
        here: the agent is connected, and sent the report over its present connection.
    """
    if report is None:
        return VehicleLinkState.NEVER
    age_s = heartbeat_age_s(report, passed_s)
    if age_s is None or report.link is VehicleLinkState.NEVER:
        return VehicleLinkState.NEVER
    heard = report.link is VehicleLinkState.CONNECTED and age_s < LINK_LOST_AFTER_S
    return VehicleLinkState.CONNECTED if here and heard else VehicleLinkState.LOST


def airborne(report: VehicleReport | None) -> bool | None:
    """Whether it flies, as was last known; None where that is not known. With its motors on and no
    word on its landing it counts as flying."""
    if report is None or report.flight is None:
        return None
    landed = report.flight.landed
    if landed is LandedState.UNKNOWN:
        return True if report.flight.armed else None
    return landed is not LandedState.ON_GROUND


def place_of(status: VehicleStatus) -> tuple[float | None, float | None]:
    """(lat, lon) where it was last seen; Nones where it never said."""
    report = status.report
    if report is None or report.position is None:
        return None, None
    return report.position.lat, report.position.lon


def free_name(reported: str, taken: set[str]) -> str:
    """The reported name, with a number behind it where the organisation has one of that name."""
    name = one_line(reported).strip()[:MAX_NAME] or "Drone"
    if name not in taken:
        return name
    return next(
        candidate
        for number in range(2, len(taken) + 3)
        if (candidate := f"{name} {number}") not in taken
    )


@dataclass(slots=True)
class VehicleState:
    """The changing part; guarded by the lock of `Fleet`.

    Attributes:
        received_s: when the report came, on the station's monotonic clock; agent_at: when it was
            made, by its agent.
        here: whether its agent is connected; fresh: and sent the report over this connection.
        checked_s: when the finding was made.
        told: this loss of its link has been told of.
    """

    vehicle: Vehicle
    link_since: datetime
    report: VehicleReport | None = None
    received_s: float = 0.0
    agent_at: AgentInstant | None = None
    here: bool = False
    fresh: bool = False
    link: VehicleLinkState = VehicleLinkState.NEVER
    finding: AirspaceFinding = UNHEARD
    checked_s: float = float("-inf")
    told: bool = False

    def take(
        self,
        report: VehicleReport,
        finding: AirspaceFinding,
        now_s: float,
        agent_at: AgentInstant | None,
    ) -> None:
        """A report of its agent; `look` says what follows of it."""
        self.report, self.received_s, self.agent_at = report, now_s, agent_at
        self.finding, self.checked_s = finding, now_s
        self.fresh = self.here

    def look(self, now_s: float, now: datetime) -> bool:
        """Find out how its link is; whether that changed."""
        link = link_of(self.report, now_s - self.received_s, self.here and self.fresh)
        if link is VehicleLinkState.CONNECTED:
            self.told = False
        if link is self.link:
            return False
        self.link, self.link_since = link, now
        return True

    def lost_in_the_air(self, now_s: float, after_s: float) -> bool:
        """Whether its link has been lost for so long while, as far as is known, it flies."""
        if self.link is not VehicleLinkState.LOST or self.report is None:
            return False
        age_s = heartbeat_age_s(self.report, now_s - self.received_s)
        return age_s is not None and age_s >= after_s and airborne(self.report) is True

    def status(self, control: Control | None) -> VehicleStatus:
        return VehicleStatus(
            vehicle=self.vehicle,
            report=self.report,
            received_s=self.received_s,
            agent_connected=self.here,
            link=self.link,
            link_since=self.link_since,
            finding=self.finding,
            control=control,
            problems=self._problems(),
            agent_at=self.agent_at,
        )

    def _problems(self) -> tuple[str, ...]:
        """The station's own word first, then its agent's."""
        if self.report is None:
            return (NEVER_HEARD,)
        own: tuple[str, ...] = ()
        if not self.here:
            own = (NO_AGENT,)
        elif self.link is VehicleLinkState.LOST:
            own = (NOT_HEARD,)
        elif self.link is VehicleLinkState.NEVER:
            own = (NO_HEARTBEAT,)
        return (*own, *self.report.problems)
