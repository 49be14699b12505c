"""What the live pages are told, for each audience: people who may see the same.

An audience is a scope with what its role may see. Its batch is built and encoded once, however many
pages it has. What it was told of is kept by audience, so that a source which leaves its scope is
taken off exactly those pages that had it, and named to no others.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from ground_station.api.live_audience import Audience
from ground_station.api.live_vehicles import LiveVehicles, VehicleNews
from ground_station.api.live_views import LiveViews, NumberOf
from ground_station.api.parts import Parts
from ground_station.api.schemas import (
    AgentView,
    AlertView,
    Batch,
    LiveTelemetry,
    Snapshot,
    SourceFigures,
    SourceTracks,
    SourceView,
    SystemSummary,
    TrafficView,
)
from ground_station.api.system_routes import summary
from ground_station.api.traffic_views import traffic_view
from ground_station.api.vehicle_views import Numbers
from ground_station.api.views import (
    agent_view,
    alert_view,
    source_figures,
    source_tracks,
    source_view,
    track_place,
    without_figures,
)
from ground_station.core.agent_vehicles import CameraPose
from ground_station.core.authority import Principal, Scope
from ground_station.core.entities import Alert
from ground_station.core.errors import KestrelError
from ground_station.core.events import (
    AgentChanged,
    AirspaceChanged,
    AlertChanged,
    SourceChanged,
    SystemChanged,
    TracksLocated,
)
from ground_station.services.agent_state import AgentStatus
from ground_station.services.air_traffic import TrafficPicture
from ground_station.services.system import SystemState

log = logging.getLogger(__name__)

FIGURES_EVERY_S = 2.0  # of one source


@dataclass(slots=True)
class _Shown:
    """A source as it was last put into words."""

    view: SourceView
    steady: SourceView
    owner_id: str
    lat: float | None
    lon: float | None
    figures_at_s: float

    def is_in(self, scope: Scope) -> bool:
        return scope.holds(self.owner_id, self.lat, self.lon)


@dataclass(slots=True)
class News:
    """What one batch is about, of everything the station holds."""

    sent_at: datetime
    changed: dict[str, _Shown] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    figures: list[tuple[str, SourceFigures]] = field(default_factory=list)
    agents: list[AgentStatus] | None = None  # None = as before
    tracks: dict[str, tuple[TracksLocated, SourceTracks]] = field(default_factory=dict)
    alerts: list[Alert] = field(default_factory=list)
    system: SystemState | None = None  # None = as before
    traffic: TrafficPicture | None = None  # None = as before
    detector: tuple[str, str] = ("", "")
    vehicles: VehicleNews = field(default_factory=VehicleNews)


class LivePicture:
    """Follows the bus and puts it into words. One thread, the pusher's."""

    def __init__(self, parts: Parts, vehicle_numbers: Numbers) -> None:
        self._parts = parts
        self.vehicles = LiveVehicles(parts, vehicle_numbers)
        self.views = LiveViews(parts)
        bus = parts.bus
        self._source_events = bus.subscribe(SourceChanged)
        self._agent_events = bus.subscribe(AgentChanged)
        self._located_events = bus.subscribe(TracksLocated)
        self._alert_events = bus.subscribe(AlertChanged)
        self._system_events = bus.subscribe(SystemChanged)
        self._airspace_events = bus.subscribe(AirspaceChanged)
        self._touched: set[str] = set()
        self._agents_changed = False
        self._places: dict[str, TracksLocated] = {}
        self._alerts: dict[str, Alert] = {}
        self._system_changed = False
        self._traffic = parts.traffic.picture
        self._traffic_changed = False
        self._numbers = Numbers()
        self._shown: dict[str, _Shown] = {}
        self._told: dict[Audience, set[str]] = {}  # ids of sources, by who was told of them
        self._began = False

    def collect(self) -> bool:
        """Take what has happened; whether there is anything to tell."""
        if not self._began:
            self._began = True
            self._touched.update(s.source.source_id for s in self._parts.sources.all())
        self._touched.update(event.source_id for event in self._source_events.take_all(0))
        self._agents_changed |= bool(self._agent_events.take_all(0))
        for located in self._located_events.take_all(0):
            self._places[located.source_id] = located
        for event in self._alert_events.take_all(0):
            self._alerts[event.alert.alert_id] = event.alert
        self._system_changed |= bool(self._system_events.take_all(0))
        airspace_changed = bool(self._airspace_events.take_all(0))
        traffic = self._parts.traffic.picture
        self._traffic_changed |= traffic is not self._traffic
        self._traffic = traffic
        of_vehicles = self.vehicles.collect()
        return bool(
            of_vehicles
            or airspace_changed
            or self._touched
            or self._agents_changed
            or self._places
            or self._alerts
            or self._system_changed
            or self._traffic_changed
        )

    def news(self, sent_at: datetime, now_s: float) -> News:
        """What has changed since the last call, which is then told."""
        detector = self._parts.agents.detector()
        news = News(sent_at, detector=detector, vehicles=self.vehicles.news())
        for source_id in self._touched:
            self._look_at(source_id, news, now_s)
        for source_id, located in self._places.items():
            shown = self._shown.get(source_id)
            if shown is not None and shown.view.session_id == located.session_id:
                number = shown.view.number
                news.tracks[source_id] = (located, source_tracks(located, number, sent_at))
        if self._agents_changed:
            news.agents = self._parts.agents.all()
        if self._system_changed:
            news.system = self._parts.system.latest()
        if self._traffic_changed:
            news.traffic = self._traffic
        news.alerts = list(self._alerts.values())
        self._touched.clear()
        self._places.clear()
        self._alerts.clear()
        self._agents_changed = self._system_changed = self._traffic_changed = False
        return news

    def batch(self, audience: Audience, news: News) -> Batch:
        """The news as this audience may know them."""
        scope = audience.scope
        told = self._told_to(audience)
        sources: list[SourceView] = []
        removed = [source_id for source_id in news.gone if source_id in told]
        for source_id, shown in news.changed.items():
            if shown.is_in(scope):
                told.add(source_id)
                sources.append(shown.view)
            elif source_id in told:
                removed.append(source_id)
        told.difference_update(removed)
        vehicles, removed_vehicles = self.vehicles.batch(audience, news.vehicles)
        return Batch(
            sent_at=news.sent_at,
            sources=sources,
            figures=[figures for source_id, figures in news.figures if source_id in told],
            removed_sources=removed,
            agents=None if news.agents is None else _agents_in(scope, news.agents),
            tracks=[
                _inside(scope, located, tracks)
                for source_id, (located, tracks) in news.tracks.items()
                if source_id in told
            ],
            vehicles=vehicles,
            removed_vehicles=removed_vehicles,
            alerts=self._alert_views(audience, news.alerts),
            shared_alerts=_shared_alerts(audience, news.alerts),
            system=None if news.system is None else self._system_for(audience, news.system),
            traffic=None if news.traffic is None else self._traffic_for(audience, news.traffic),
            detector=news.detector[0],
            detector_problem=news.detector[1],
            airspace_version=self._parts.library.version,
        )

    def snapshot(self, audience: Audience, who: Principal, sent_at: datetime) -> Snapshot:
        """Everything that this audience may know now."""
        told = self._told_to(audience)
        detector, detector_problem = self._parts.agents.detector()
        return Snapshot(
            sent_at=sent_at,
            sources=[self._shown[one].view for one in told if one in self._shown],
            agents=_agents_in(audience.scope, self._parts.agents.all()),
            tracks=[],  # within 100 ms they come with the next batch
            vehicles=self.vehicles.snapshot(audience),
            alerts=self._alert_views(audience, self._recent_alerts(audience, who)),
            system=self._system_for(audience, self._parts.system.latest()),
            traffic=self._traffic_for(audience, self._parts.traffic.picture),
            detector=detector,
            detector_problem=detector_problem,
            airspace_version=self._parts.library.version,
        )

    def telemetry(
        self, audience: Audience, sent_at: datetime, now_s: float, *, whole: bool = False
    ) -> LiveTelemetry | None:
        """Which vehicles and views have moved since the last turn, of those that this audience was
        told of; None if none has. `whole`: all of them, however old, for a fresh snapshot."""
        number_of = self._numbers_for(audience)
        if whole:
            vehicles = self.vehicles.whole_telemetry(audience, now_s)
            views = self.views.all(number_of, now_s)
        else:
            vehicles = self.vehicles.telemetry(audience, now_s)
            views = self.views.moved(number_of, now_s)
        if not vehicles and not views:
            return None
        return LiveTelemetry(sent_at=sent_at, vehicles=vehicles, views=views)

    def keep_only(self, audiences: Iterable[Audience]) -> None:
        """Forget what was told to audiences that have no page any more."""
        present = set(audiences)
        self.vehicles.keep_only(present)
        for audience in list(self._told):
            if audience not in present:
                del self._told[audience]

    def forget_told(self) -> None:
        """What was told to whom is not known any more: every page needs a snapshot."""
        self._told.clear()
        self.vehicles.forget_told()

    # --- inside --------------------------------------------------------------------------------

    def _told_to(self, audience: Audience) -> set[str]:
        told = self._told.get(audience)
        if told is None:
            told = {
                source_id for source_id, shown in self._shown.items() if shown.is_in(audience.scope)
            }
            self._told[audience] = told
        return told

    def _numbers_for(self, audience: Audience) -> NumberOf:
        told, scope = self._told_to(audience), audience.scope

        def number_of(source_id: str, pose: CameraPose) -> int | None:
            shown = self._shown.get(source_id) if source_id in told else None
            if shown is None or not scope.holds(shown.owner_id, pose.lat, pose.lon):
                return None
            return shown.view.number

        return number_of

    def _traffic_for(self, audience: Audience, picture: TrafficPicture) -> TrafficView:
        now_s = self._parts.clock.monotonic_s()
        return traffic_view(picture, audience, self._parts.fleet.all(), now_s)

    def _system_for(self, audience: Audience, state: SystemState) -> SystemSummary:
        if not audience.sees_system:
            return SystemSummary(status=state.status, problems=[])
        own = self._parts.sources.organisation_id
        return summary(state, in_full=audience.scope.organisation_id == own)

    def _look_at(self, source_id: str, news: News, now_s: float) -> None:
        status = self._parts.sources.find(source_id)
        if status is None:
            self._numbers.forget(source_id)
            if self._shown.pop(source_id, None) is not None:
                news.gone.add(source_id)
            return
        view = source_view(
            status,
            self._parts.geolocator,
            self._numbers.of(source_id),
            poses_come=self._parts.poses.are_coming(source_id),
        )
        steady = without_figures(view)
        shown = self._shown.get(source_id)
        if shown is not None and shown.steady == steady:
            shown.view = view
            if now_s - shown.figures_at_s >= FIGURES_EVERY_S:
                shown.figures_at_s = now_s
                news.figures.append((source_id, source_figures(view, news.sent_at)))
            return
        source = status.source
        new = _Shown(view, steady, source.organisation_id, source.lat, source.lon, now_s)
        self._shown[source_id] = news.changed[source_id] = new

    def _recent_alerts(self, audience: Audience, who: Principal) -> list[Alert]:
        if not audience.sees_alerts:
            return []
        try:
            return self._parts.alerts.recent(who)
        except (
            KestrelError
        ) as error:  # the page asks for them over HTTP too, and says what is wrong
            log.warning("alerts_not_read reason=%s", error)
            return []

    def _alert_views(self, audience: Audience, alerts: Iterable[Alert]) -> list[AlertView]:
        if not audience.sees_alerts:
            return []
        scope, name = audience.scope, self._parts.alerts.display_name
        return [
            alert_view(alert, name)
            for alert in alerts
            if alert.organisation_id == scope.organisation_id
            and scope.holds(alert.organisation_id, alert.lat, alert.lon)
        ]


def _shared_alerts(audience: Audience, alerts: Iterable[Alert]) -> int:
    """How many are of other organisations. They are read over HTTP, where it is known who looks
    and that can be recorded first: a batch is encoded once for many people."""
    if not audience.sees_alerts:
        return 0
    scope = audience.scope
    return sum(
        alert.organisation_id != scope.organisation_id
        and scope.holds_alert(alert.organisation_id, alert.lat, alert.lon)
        for alert in alerts
    )


def _agents_in(scope: Scope, agents: Iterable[AgentStatus]) -> list[AgentView]:
    """Agents are not shared: an agreement opens what they see, not how they run."""
    own = scope.organisation_id
    if not scope.holds(own, None, None):
        return []
    return [agent_view(agent) for agent in agents if agent.organisation_id == own]


def _inside(scope: Scope, located: TracksLocated, tracks: SourceTracks) -> SourceTracks:
    """Without the tracks that stand outside the audience's area, whatever camera saw them."""
    area = scope.area
    if area is None:
        return tracks
    inside = [
        track_place(observation)
        for observation in located.observations
        if area.holds(observation.lat, observation.lon)
    ]
    return SourceTracks(tracks.source, tracks.age_ms, inside)
