"""Socket.IO namespace `/live`: what a signed-in page may connect to and ask for."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import flask
import msgspec
from flask_socketio import ConnectionRefusedError as Refuse

from ground_station.api.auth import SESSION_COOKIE, Access, access
from ground_station.api.live_audience import admitted
from ground_station.api.live_clients import LiveClients
from ground_station.api.parts import parts
from ground_station.api.schemas import StationTime, ViewerClock, Watch
from ground_station.core.authority import Permission, require
from ground_station.core.errors import InvalidInput, KestrelError, NotSignedIn, Throttled
from ground_station.core.ids import is_id

log = logging.getLogger(__name__)

NAMESPACE = "/live"


class LiveEvents:
    """The namespace's event handlers, each on its connection's own thread.

    Args:
        hang_up: ends the connection of a page that floods us; never waits for the page.
    """

    def __init__(self, socketio: Any, clients: LiveClients, hang_up: Callable[[str], None]) -> None:
        self._socketio = socketio
        self._clients = clients
        self._hang_up = hang_up
        for name, handler in (
            ("connect", self.connect),
            ("disconnect", self.disconnect),
            ("watch", self.watch),
            ("unwatch", self.unwatch),
            ("clock", self.clock),
        ):
            socketio.on_event(name, handler, namespace=NAMESPACE)

    @access(Access.SIGNED_IN, Permission.SEE_MAP)
    def connect(self, _auth: object = None) -> None:
        """Let a signed-in page in; its snapshot follows."""
        _refuse_other_origins()
        who = parts().sign_in.identify(flask.request.cookies.get(SESSION_COOKIE, ""))
        if who is None:
            raise Refuse("You are not signed in.", {"code": "not_signed_in"})
        try:
            require(who.principal, Permission.SEE_MAP)
        except KestrelError as error:
            raise Refuse(error.message, {"code": error.code}) from error
        audience = admitted(who.principal, parts().sharing, parts().fleet)
        now_s = parts().clock.monotonic_s()
        self._clients.add(_sid(), who.session_hash, who.principal, audience, now_s)

    @access(Access.SIGNED_IN)
    def disconnect(self, *_reason: object) -> None:
        """The page has gone, or was hung up on."""
        self._clients.remove(_sid())

    @access(Access.SIGNED_IN, Permission.WATCH_VIDEO)
    def watch(self, payload: object = None, *_more: object) -> dict[str, Any]:
        """Acknowledged with {"ok": true}, or {"ok": false, "code", "detail", "remedy"}."""
        try:
            self._count_event()
            wanted = _watch(payload)
            self._check_may_watch(wanted)
            self._clients.watch(_sid(), wanted.source_id, wanted.viewer_session_id)
        except KestrelError as error:
            return _refusal(error)
        offset = parts().media.sessions.clock(wanted.viewer_session_id)
        if offset is not None:  # it was known before the page asked
            clock = ViewerClock(viewer_session_id=wanted.viewer_session_id, rtp_offset=offset)
            self._socketio.emit(
                "viewer_clock", msgspec.to_builtins(clock), to=_sid(), namespace=NAMESPACE
            )
        return {"ok": True}

    def _count_event(self) -> None:
        sid = _sid()
        try:
            self._clients.count_event(sid, parts().clock.monotonic_s())
        except Throttled:
            log.warning("page_floods sid=%s", sid)
            self._clients.remove(sid)  # what comes after is not counted, and does nothing
            # In its own thread: hanging up runs the disconnect handler.
            self._socketio.start_background_task(self._hang_up, sid)
            raise

    def _check_may_watch(self, wanted: Watch) -> None:
        """The boxes are personal data as the pictures are. With a viewer session of their own the
        person's look was recorded when they asked for its token; else it is recorded now."""
        session_hash = self._clients.session_hash_of(_sid())
        who = parts().sign_in.identify_hash(session_hash)
        if who is None:
            raise NotSignedIn("You are not signed in.", "Sign in first.")
        require(who.principal, Permission.WATCH_VIDEO)
        source = parts().sources.get(wanted.source_id).source
        viewer = parts().media.sessions.find(wanted.viewer_session_id)
        own = viewer is not None and viewer.sign_in_hash == session_hash
        if not own or viewer is None or viewer.source_id != source.source_id:
            parts().sharing.watch(who.principal, source)

    @access(Access.SIGNED_IN, Permission.SEE_MAP)
    def unwatch(self, payload: object = None, *_more: object) -> dict[str, Any]:
        """Acknowledged as `watch`."""
        try:
            self._count_event()
            wanted = _watch(payload)
        except KestrelError as error:
            return _refusal(error)
        self._clients.unwatch(_sid(), wanted.source_id, wanted.viewer_session_id)
        return {"ok": True}

    @access(Access.SIGNED_IN, Permission.SEE_MAP)
    def clock(self, *_payload: object) -> dict[str, Any]:
        """Acknowledged with {"ok": true, "now": the station's time}: the page measures by it how
        old what comes may be. The answer waits in the page's own queue, behind what waits there."""
        try:
            self._count_event()
        except KestrelError as error:
            return _refusal(error)
        now = StationTime(now=parts().clock.now())
        return {"ok": True, **msgspec.to_builtins(now)}


def _watch(payload: object) -> Watch:
    try:
        wanted = msgspec.convert(payload, Watch)
    except msgspec.ValidationError as error:
        raise InvalidInput(f"The event cannot be read: {error}.") from error
    if not is_id(wanted.source_id) or not is_id(wanted.viewer_session_id):
        raise InvalidInput("The event names no source or no viewer session.")
    return wanted


def _refusal(error: KestrelError) -> dict[str, Any]:
    return {"ok": False, "code": error.code, "detail": error.message, "remedy": error.remedy}


def _refuse_other_origins() -> None:
    """Browsers let any page open a WebSocket and send our cookie rules with it."""
    origin = flask.request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != flask.request.host:
        raise Refuse("Pages of other sites may not connect.", {"code": "not_allowed"})


def _sid() -> str:
    return str(flask.request.sid)  # type: ignore[attr-defined]  # set by Flask-SocketIO
