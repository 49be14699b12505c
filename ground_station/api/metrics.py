"""The station's figures for Prometheus: gathered when they are asked for, none with a name of a
person, camera or agent in it, so that their number is bounded."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable, Iterable
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from ground_station.api.parts import Parts
from ground_station.core.errors import ConfigError, KestrelError
from ground_station.core.model import SourceCondition
from ground_station.services.certificates import shown
from ground_station.services.source_state import SourceStatus

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BUCKETS_S = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """One station's, in a registry of its own. Thread-safe."""

    def __init__(self, parts: Parts, pages: Callable[[], int]) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "kestrel_http_requests_total",
            "HTTP answers, without open WebSockets.",
            ["method", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "kestrel_http_request_seconds",
            "Time until an answer began.",
            buckets=BUCKETS_S,
            registry=self._registry,
        )
        ProcessCollector(registry=self._registry)
        self._state = _State(parts, pages)
        self._registry.register(self._state)

    def count(self, method: str, status: int, seconds: float) -> None:
        """One answer."""
        known = method if method in METHODS else "other"
        self._requests.labels(known, f"{status // 100}xx").inc()
        self._seconds.observe(seconds)

    def watch_sockets(self, sockets: Callable[[], int]) -> None:
        """Where the number of open Socket.IO connections is asked for."""
        self._state.sockets = sockets

    def text(self) -> bytes:
        """In Prometheus's text format."""
        return generate_latest(self._registry)


class _State(Collector):
    def __init__(self, parts: Parts, pages: Callable[[], int]) -> None:
        self._parts = parts
        self._pages = pages
        self.sockets: Callable[[], int] = lambda: 0

    def describe(self) -> Iterable[Metric]:
        return ()  # or the registry would ask for all of it when the station is built

    def collect(self) -> Iterable[Metric]:
        yield _gauge("kestrel_pages_connected", "Open pages.", self._pages())
        yield _gauge("kestrel_sockets_open", "Socket.IO connections.", self.sockets())
        yield from self._agents()
        yield from self._sources()
        yield from self._inside()
        yield from self._certificate()

    def _agents(self) -> Iterable[Metric]:
        agents = self._parts.agents.all()
        family = GaugeMetricFamily(
            "kestrel_agents", "Agents and nodes.", labels=["kind", "connected"]
        )
        for (kind, connected), number in Tally((a.kind.value, a.connected) for a in agents).items():
            family.add_metric([kind, "yes" if connected else "no"], number)
        yield family
        waiting = sum(agent.messages_waiting or 0 for agent in agents)
        yield _gauge("kestrel_outbox_waiting", "Messages in all agents' outboxes.", waiting)

    def _sources(self) -> Iterable[Metric]:
        sources = self._parts.sources.all()
        tally = Tally(source.condition for source in sources)
        family = GaugeMetricFamily("kestrel_sources", "Sources.", labels=["condition"])
        for condition in SourceCondition:
            family.add_metric([condition.value], tally.get(condition, 0))
        yield family
        reports = [one.report for one in sources if one.report is not None]
        yield _gauge(
            "kestrel_received_fps",
            "Frames a second from all.",
            sum(r.received_fps for r in reports),
        )
        yield _gauge(
            "kestrel_analysed_fps", "Analysed a second, all.", sum(r.analysed_fps for r in reports)
        )
        yield from _each_source(sources)
        yield _gauge("kestrel_viewers", "Viewers of video.", sum(r.viewers for r in reports))

    def _inside(self) -> Iterable[Metric]:
        dropped = CounterMetricFamily(
            "kestrel_bus_dropped", "Events that present subscribers did not get.", labels=["event"]
        )
        for event, number in self._parts.bus.dropped().items():
            dropped.add_metric([event], number)
        yield dropped
        audit = self._parts.audit.state()
        yield CounterMetricFamily(
            "kestrel_audit_records", "Records in the audit log.", value=audit.last_seq
        )
        yield _gauge("kestrel_audit_broken", "1 if the chain has a problem.", bool(audit.problem))
        state = self._parts.system.latest()
        yield _gauge("kestrel_degraded", "1 if a part has a problem.", state.status != "ok")
        family = GaugeMetricFamily("kestrel_part_ok", "1 while it is well.", labels=["part"])
        for part in state.parts:
            family.add_metric([part.name], float(part.status == "ok"))
        yield family

    def _certificate(self) -> Iterable[Metric]:
        file: Path | None = self._parts.certificate
        if file is None:
            return
        try:
            ends = shown(file).not_after.timestamp()
        except (ConfigError, KestrelError):
            return
        yield _gauge("kestrel_certificate_not_after_seconds", "When it expires (Unix time).", ends)


def _each_source(sources: Iterable[SourceStatus]) -> Iterable[Metric]:
    """By the source's id and name; of one that nobody publishes 0."""
    labels = ["source_id", "source"]
    analysed = GaugeMetricFamily("kestrel_source_analysed_fps", "Analysed a second.", labels=labels)
    received = GaugeMetricFamily("kestrel_source_received_fps", "Frames a second.", labels=labels)
    dropped = GaugeMetricFamily(
        "kestrel_source_frames_dropped", "Due, but not analysed, this session.", labels=labels
    )
    for one in sources:
        report, names = one.report, [one.source.source_id, one.source.name]
        analysed.add_metric(names, 0.0 if report is None else report.analysed_fps)
        received.add_metric(names, 0.0 if report is None else report.received_fps)
        dropped.add_metric(names, 0.0 if report is None else report.frames_dropped)
    return analysed, received, dropped


def _gauge(name: str, what: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, what, value=float(value))
