"""The source registry: what sources there are, and how each of them is."""

from __future__ import annotations

import dataclasses
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence

from ground_station.core.agent_protocol import Calibration, SourceGrant, SourceOffer, SourceReport
from ground_station.core.bus import Bus
from ground_station.core.clock import Clock
from ground_station.core.errors import Conflict, InvalidInput, NotFound
from ground_station.core.events import SourceChanged
from ground_station.core.ids import new_id
from ground_station.core.model import SourceCondition, SourceKind
from ground_station.core.ports import AgentIdentity
from ground_station.core.registry import Source, SourceOrigin, SourceRepository, token_hash
from ground_station.services.audit import Record, unrecorded
from ground_station.services.source_checks import (
    check_offer,
    check_place,
    checked_name,
)
from ground_station.services.source_state import LOST, OFFLINE, SourceState, SourceStatus

MAX_SOURCES = 5000
MAX_OFFERS = 1000  # of one agent
UNREPORTED_FOR_S = 3.0  # a new session may be missing from reports that were already on their way
ENDED_FOR_S = 10.0  # reports on their way may still list a session that has ended
MAX_ENDED = 1024


class Sources:
    """Thread-safe. Every change is published on the bus as `SourceChanged`.

    Args:
        organisation_id: the installation's own: whose the sources added here are, and the nodes.
        check_calibration: raises InvalidInput for one that gives no ground plane.
    """

    def __init__(
        self,
        *,
        repository: SourceRepository,
        organisation_id: str,
        check_calibration: Callable[[Calibration], None],
        bus: Bus,
        clock: Clock,
    ) -> None:
        self._repository = repository
        self._organisation_id = organisation_id
        self._check_calibration = check_calibration
        self._bus = bus
        self._clock = clock
        self._changes = threading.Lock()  # of whoever writes to the database: it may take seconds
        self._lock = threading.RLock()  # of the memory: never held while the database is waited for
        self._ended: OrderedDict[str, float] = OrderedDict()  # session ids, and when they ended
        now = clock.now()
        self._states = {
            source.source_id: SourceState(source, OFFLINE, now, _at_start(source))
            for source in repository.all()
        }

    # --- reading -------------------------------------------------------------------------------

    @property
    def organisation_id(self) -> str:
        """The installation's own organisation."""
        return self._organisation_id

    def all(self) -> list[SourceStatus]:
        with self._lock:
            return [state.status() for state in self._states.values()]

    def get(self, source_id: str) -> SourceStatus:
        """NotFound if there is no such source."""
        status = self.find(source_id)
        if status is None:
            raise NotFound("There is no such source.")
        return status

    def find(self, source_id: str) -> SourceStatus | None:
        with self._lock:
            state = self._states.get(source_id)
            return None if state is None else state.status()

    def of_agent(self, agent_id: str) -> list[SourceStatus]:
        with self._lock:
            return [s.status() for s in self._states.values() if s.source.agent_id == agent_id]

    def node_of(self, source_id: str) -> str | None:
        """The node that holds the source's present session."""
        with self._lock:
            state = self._states.get(source_id)
            return None if state is None else state.node_id

    # --- adding and removing -------------------------------------------------------------------

    def add_whip(
        self,
        name: str,
        lat: float | None,
        lon: float | None,
        heading_deg: float | None,
        *,
        organisation_id: str | None = None,
        record: Record = unrecorded,
    ) -> tuple[Source, str]:
        """A source that any WHIP client may publish, and its publish token (kept by hash only).

        Args:
            organisation_id: whose it is; None = the installation's own.
            record: what writes it down, in one transaction with the source.
        """
        token = secrets.token_urlsafe(32)
        source = Source(
            source_id=new_id(),
            organisation_id=organisation_id or self._organisation_id,
            name=checked_name(name),
            kind=SourceKind.FIXED_CAMERA,
            origin=SourceOrigin.WHIP,
            agent_id=None,
            agent_key=None,
            publish_token_hash=token_hash(token),
            lat=lat,
            lon=lon,
            heading_deg=heading_deg,
            calibration=None,
            note="",
            simulated=False,
            created_at=self._clock.now(),
        )
        check_place(source)
        with self._changes:
            self._add(source, record)
        return source, token

    def remove(
        self, source_id: str, agent_connected: Callable[[str], bool], record: Record = unrecorded
    ) -> SourceStatus:
        """Forget a source; its last status, so that its session can be ended.

        Args:
            record: what writes it down, in one transaction with the removal.

        Raises:
            NotFound: there is no such source.
            Conflict: a connected agent offers it, and would bring it back.
        """
        with self._changes:
            with self._lock:
                status = self.get(source_id)
                offered = self._states[source_id].offered
            agent_id = status.source.agent_id
            if offered and agent_id is not None and agent_connected(agent_id):
                raise Conflict(
                    f"{status.source.name} is offered by a connected agent.",
                    "Take it out of that agent's settings, or stop the agent first.",
                )
            with record(status.source):
                self._repository.remove(source_id)
            with self._lock:
                status = self._states.pop(source_id).status()  # a session may have begun meanwhile
        self._bus.publish(SourceChanged(source_id, SourceCondition.OFFLINE, self._clock.now()))
        return status

    def offered(
        self, identity: AgentIdentity, kind: SourceKind, offers: Sequence[SourceOffer]
    ) -> list[SourceGrant]:
        """Create or update what an agent offers; the station's ids for its keys.

        Raises:
            InvalidInput: an offer is malformed; nothing of the hello is kept.
        """
        if len(offers) > MAX_OFFERS:
            raise InvalidInput(f"{identity.name} offers {len(offers)} sources, over {MAX_OFFERS}.")
        if len({offer.key for offer in offers}) != len(offers):
            raise InvalidInput(f"{identity.name} offers two sources of one key.")
        for offer in offers:
            check_offer(offer, self._check_calibration)
        with self._changes:
            with self._lock:
                known = {
                    state.source.agent_key: state
                    for state in self._states.values()
                    if state.source.agent_id == identity.agent_id
                }
                for state in known.values():
                    state.offered = False
            grants = []
            for offer in offers:
                state = known.get(offer.key) or self._add(self._new(identity, kind, offer))
                self._update(state, offer)
                with self._lock:
                    state.edge = offer.edge
                    state.find_agent(publishing=offer.publishing)
                    self._changed(state)
                grants.append(SourceGrant(offer.key, state.source.source_id))
            return grants

    def _new(self, identity: AgentIdentity, kind: SourceKind, offer: SourceOffer) -> Source:
        return Source(
            source_id=new_id(),
            organisation_id=identity.organisation_id or self._organisation_id,
            name=checked_name(offer.name),
            kind=kind,
            origin=SourceOrigin.AGENT,
            agent_id=identity.agent_id,
            agent_key=offer.key,
            publish_token_hash=None,
            lat=offer.lat,
            lon=offer.lon,
            heading_deg=offer.heading_deg,
            calibration=offer.calibration,
            note=offer.note,
            simulated=offer.simulated,
            created_at=self._clock.now(),
        )

    def _update(self, state: SourceState, offer: SourceOffer) -> None:
        updated = dataclasses.replace(
            state.source,
            name=checked_name(offer.name),
            lat=offer.lat,
            lon=offer.lon,
            heading_deg=offer.heading_deg,
            calibration=offer.calibration,
            note=offer.note,
            simulated=offer.simulated,
        )
        if updated != state.source:
            self._repository.update(updated)
            with self._lock:
                state.source = updated

    def _add(self, source: Source, record: Record = unrecorded) -> SourceState:
        if len(self._states) >= MAX_SOURCES:
            raise Conflict(f"This station holds at most {MAX_SOURCES} sources.", "Remove some.")
        with record(source):
            self._repository.add(source)
        state = SourceState(source, OFFLINE, self._clock.now())
        with self._lock:
            self._states[source.source_id] = state
            self._changed(state)
        return state

    # --- what happens to them ------------------------------------------------------------------

    def session_began(
        self, source_id: str, session_id: str, node_id: str
    ) -> tuple[str, str] | None:
        """A publisher was let in; the node and the session it replaces, if there was one.

        Raises:
            NotFound: the source was removed meanwhile.
        """
        with self._lock:
            state = self._states.get(source_id)
            if state is None:
                raise NotFound("There is no such source.")
            if state.session_id == session_id:
                return None  # the node reported it before we were told of its answer
            former = None
            if state.session_id is not None and state.node_id is not None:
                former = (state.node_id, state.session_id)
                self._remember_ended(state.session_id)
            state.begin_session(session_id, node_id, self._clock.now(), self._clock.monotonic_s())
            self._changed(state)
            return former

    def session_ended(self, source_id: str, session_id: str, problem: str, *, lost: bool) -> None:
        """A publisher's session is over: by its own wish, or because it was lost."""
        with self._lock:
            self._remember_ended(session_id)
            state = self._states.get(source_id)
            if state is not None and state.session_id == session_id:
                condition = LOST if lost and state.had_picture else OFFLINE
                state.end_session(condition, problem, self._clock.now(), self._clock.monotonic_s())
                self._changed(state)

    def reported(self, node_id: str, reports: Sequence[SourceReport]) -> list[str]:
        """What a node sees of all its sessions; one that is missing has ended.

        Returns:
            The sessions whose source is unknown, so that they can be ended.
        """
        now, now_s = self._clock.now(), self._clock.monotonic_s()
        strays = []
        with self._lock:
            for report in reports:
                state = self._states.get(report.source_id)
                if state is None:
                    strays.append(report.session_id)
                    continue
                if self._may_take_over(state, report.session_id, now_s):
                    # A session from before this station was started: take it over.
                    state.begin_session(report.session_id, node_id, now, now_s)
                if state.session_id == report.session_id:
                    state.take_report(report, now)
                    self._changed(state)
            held = {report.session_id for report in reports}
            for state in self._states.values():
                if state.node_id == node_id and state.session_id not in held:
                    self._missing(state, now_s)
        return strays

    def took_edge(self, reports: Sequence[SourceReport]) -> None:
        """What is heard of edge sources; the first word of a session begins it."""
        now, now_s = self._clock.now(), self._clock.monotonic_s()
        with self._lock:
            for report in reports:
                state = self._states.get(report.source_id)
                if state is None or not (state.offered and state.edge):
                    continue
                if state.session_id != report.session_id:
                    state.begin_session(report.session_id, None, now, now_s)
                state.take_report(report, now)
                self._changed(state)

    def _remember_ended(self, session_id: str) -> None:
        self._ended[session_id] = self._clock.monotonic_s()
        self._ended.move_to_end(session_id)
        while len(self._ended) > MAX_ENDED:
            self._ended.popitem(last=False)

    def _may_take_over(self, state: SourceState, session_id: str, now_s: float) -> bool:
        if state.session_id is not None or state.agent_lost_at is not None:
            return False
        ended_s = self._ended.get(session_id)
        return ended_s is None or now_s - ended_s > ENDED_FOR_S

    def _missing(self, state: SourceState, now_s: float) -> None:
        if state.seen_in_reports or now_s - state.session_since_s > UNREPORTED_FOR_S:
            problem = state.problem or "The publisher's session ended."
            condition = LOST if state.had_picture else OFFLINE
            state.end_session(condition, problem, self._clock.now(), self._clock.monotonic_s())
            self._changed(state)

    def node_lost(self, node_id: str, problem: str) -> list[str]:
        """A node is gone, and its sessions with it; the sources that lost theirs."""
        now, now_s = self._clock.now(), self._clock.monotonic_s()
        with self._lock:
            lost = [state for state in self._states.values() if state.node_id == node_id]
            for state in lost:
                state.end_session(LOST, problem, now, now_s)
                self._changed(state)
            return [state.source.source_id for state in lost]

    def moved(self, source_id: str, lat: float, lon: float, heading_deg: float | None) -> None:
        """A drone's camera is there now. In memory only: it follows its vehicle."""
        with self._lock:
            state = self._states.get(source_id)
            if state is not None and state.source.kind is SourceKind.DRONE_CAMERA:
                state.source = dataclasses.replace(
                    state.source, lat=lat, lon=lon, heading_deg=heading_deg
                )
                self._changed(state)

    def agent_lost(self, agent_id: str, problem: str) -> None:
        """A camera agent is gone; its pictures may go on, which the next reports will show."""
        now = self._clock.now()
        with self._lock:
            for state in self._states.values():
                if state.source.agent_id == agent_id:
                    state.lose_agent(problem, now)
                    self._changed(state)

    def agent_problems(self, agent_id: str, problems: Mapping[str, str]) -> None:
        """What an agent says is wrong, by source key; an empty key stands for all of them."""
        with self._lock:
            for state in self._states.values():
                if state.source.agent_id != agent_id:
                    continue
                problem = problems.get(state.source.agent_key or "") or problems.get("", "")
                if problem != state.agent_problem:
                    state.agent_problem = problem[:500]
                    self._changed(state)

    def without_session(self, agent_id: str, for_s: float = 0.0) -> list[SourceGrant]:
        """What an agent offers and nobody has published for so long, or only its former self."""
        now_s = self._clock.monotonic_s()
        with self._lock:
            return [
                SourceGrant(state.source.agent_key or "", state.source.source_id)
                for state in self._states.values()
                if state.source.agent_id == agent_id
                and state.offered
                and not state.edge
                and (state.session_id is None or state.abandoned)
                and now_s - state.session_since_s >= for_s
            ]

    def _changed(self, state: SourceState) -> None:
        self._bus.publish(SourceChanged(state.source.source_id, state.condition, self._clock.now()))


def _at_start(source: Source) -> str:
    if source.origin is SourceOrigin.AGENT:
        return "Its agent has not connected since the station was started."
    return ""
