"""Builds the web side: Flask, Socket.IO, routes, guards."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import flask
from flask_socketio import SocketIO

from ground_station.agentlink.hanging_up import close_calmly
from ground_station.api import (
    account_routes,
    agent_routes,
    airspace_routes,
    alert_routes,
    audit_routes,
    camera_routes,
    flight_log_routes,
    flight_routes,
    health_routes,
    media_routes,
    metrics_routes,
    mission_routes,
    page_routes,
    papers_routes,
    people_routes,
    preflight_routes,
    retention_routes,
    session_routes,
    sharing_routes,
    sora_routes,
    source_routes,
    system_routes,
    traffic_routes,
    vehicle_routes,
    zone_routes,
)
from ground_station.api.auth import check_declarations, guard
from ground_station.api.bodies import MAX_BODY_BYTES
from ground_station.api.errors import install_error_handlers
from ground_station.api.front_door import FrontDoor
from ground_station.api.live import NAMESPACE, LiveEvents
from ground_station.api.live_clients import LiveClients
from ground_station.api.metrics import Metrics
from ground_station.api.parts import (
    COMMAND_GATE,
    LIVE_CLIENTS,
    METRICS,
    VEHICLE_NUMBERS,
    Parts,
    attach,
)
from ground_station.api.pusher import Pusher
from ground_station.api.shared_frames import SharedFrames
from ground_station.api.socket_queues import SocketQueues
from ground_station.api.vehicle_views import Numbers
from ground_station.core.agent_protocol import NAMESPACE as AGENTS_NAMESPACE
from ground_station.core.agent_wire import MAX_ENVELOPE_BYTES

ROUTES = (
    agent_routes,
    alert_routes,
    audit_routes,
    sharing_routes,
    session_routes,
    account_routes,
    people_routes,
    source_routes,
    vehicle_routes,
    flight_routes,
    flight_log_routes,
    camera_routes,
    traffic_routes,
    zone_routes,
    airspace_routes,
    papers_routes,
    preflight_routes,
    sora_routes,
    mission_routes,
    media_routes,
    metrics_routes,
    retention_routes,
    system_routes,
    health_routes,
    page_routes,
)
NAMESPACES = (NAMESPACE, AGENTS_NAMESPACE)


@dataclass(frozen=True, slots=True)
class Api:
    """The web side, not yet started.

    Attributes:
        app: also the WSGI callable.
        socketio: for the agents' namespace, which the composition root adds.
        pusher: sends the pages what changes; a service.
        connections: closes what is still open at the end; a service, to be stopped last.
    """

    app: flask.Flask
    socketio: Any
    pusher: Pusher
    connections: SocketQueues

    def seal(self) -> None:
        """Once all namespaces are there: refuse to go on if a route or event says nothing about
        who may use it (ConfigError)."""
        check_declarations(self.app, self.socketio, other_namespaces=(AGENTS_NAMESPACE,))


def register_routes(app: flask.Flask) -> None:
    """All HTTP routes."""
    for module in ROUTES:
        app.register_blueprint(module.blueprint)


def create_api(parts: Parts) -> Api:
    """Flask with its blueprints, Socket.IO over it, and the front door before both."""
    app = flask.Flask("kestrel", static_folder=None, template_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        PROVIDE_AUTOMATIC_OPTIONS=False,
        PROPAGATE_EXCEPTIONS=False,
    )
    attach(app, parts)
    app.before_request(guard)
    install_error_handlers(app)
    register_routes(app)
    socketio = SocketIO(
        app,
        async_mode="threading",  # never eventlet, which the library prefers when it is installed
        async_handlers=False,  # or the messages of one agent lose their order
        manage_session=False,
        namespaces=list(NAMESPACES),  # not even "/" may be joined
        transports=["websocket"],  # a polling client would hold a thread for every question
        cors_allowed_origins=None,  # same origin only
        max_http_buffer_size=MAX_ENVELOPE_BYTES + 1000,
        http_compression=False,
    )
    close_calmly(socketio)
    frames = SharedFrames(socketio.server)
    frames.install()
    clients = app.extensions[LIVE_CLIENTS] = LiveClients()
    queues = SocketQueues(socketio.server, NAMESPACES, frames.held_bytes)
    app.extensions[COMMAND_GATE] = threading.BoundedSemaphore(parts.commands_at_once)
    numbers = app.extensions[VEHICLE_NUMBERS] = Numbers()
    pusher = Pusher(parts, frames, clients, queues, numbers)
    LiveEvents(socketio, clients, pusher.hang_up)
    metrics = app.extensions[METRICS] = Metrics(parts, lambda: len(clients))
    door = FrontDoor(
        app.wsgi_app,
        parts.trusted_hosts,
        parts.max_sockets,
        metrics.count,
        strict_transport=parts.root_certificate is None,  # one that was brought
    )
    metrics.watch_sockets(lambda: door.sockets)
    app.wsgi_app = door  # type: ignore[method-assign]  # how Flask takes middleware
    return Api(app, socketio, pusher, queues)
