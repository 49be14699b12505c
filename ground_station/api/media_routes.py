"""WHIP (RFC 9725) and WHEP: offers in, answers out; the work is the node's.

An agent or any other WHIP client publishes with a Bearer token; a page views with a viewer token.
The token that made a session is the only one that may change or end it.
"""

from __future__ import annotations

import flask
from werkzeug.exceptions import PreconditionFailed

from ground_station.api.auth import Access, access, bearer_token
from ground_station.api.bodies import checked_id, no_content, text_body
from ground_station.api.parts import parts
from ground_station.core.errors import Unprocessable
from ground_station.services.media import Opened
from ground_station.services.media_sessions import Direction
from ground_station.services.turn import link_headers

blueprint = flask.Blueprint("media", __name__)

SDP = "application/sdp"
FRAGMENT = "application/trickle-ice-sdpfrag"


@blueprint.after_request
def allow_other_pages(response: flask.Response) -> flask.Response:
    """WHIP clients may be pages of other origins; they hold a token, never our cookie."""
    if flask.request.path.startswith("/whip/"):
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = "Location, ETag, Link, Accept-Patch"
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.route("/whip/<source_id>", methods=["OPTIONS"])
@access(Access.PUBLIC)
def whip_options(source_id: str) -> flask.Response:
    """CORS preflight, and what may be posted; for a publisher who shows its token the ICE servers
    too (RFC 9725, section 4.4)."""
    response = _preflight("POST, OPTIONS")
    if flask.request.headers.get("Authorization"):
        checked_id(source_id, "source")
        parts().media.check_publisher(source_id, bearer_token())
        _add_ice_servers(response)
    return response


@blueprint.route("/whip/<source_id>/<session_id>", methods=["OPTIONS"])
@access(Access.PUBLIC)
def whip_session_options(source_id: str, session_id: str) -> flask.Response:
    """CORS preflight of a session."""
    return _preflight("PATCH, DELETE, OPTIONS")


@blueprint.post("/whip/<source_id>")
@access(Access.PUBLISHER)
def publish(source_id: str) -> flask.Response:
    """Start publishing a source."""
    checked_id(source_id, "source")
    opened = parts().media.publish(source_id, flask.g.bearer, text_body(SDP))
    return _created(Direction.WHIP, source_id, opened)


@blueprint.post("/whep/<source_id>")
@access(Access.VIEWER)
def view(source_id: str) -> flask.Response:
    """Start viewing a source."""
    checked_id(source_id, "source")
    opened = parts().media.view(source_id, flask.g.bearer, text_body(SDP))
    return _created(Direction.WHEP, source_id, opened)


@blueprint.patch("/whip/<source_id>/<session_id>")
@access(Access.PUBLISHER)
def trickle_publisher(source_id: str, session_id: str) -> flask.Response:
    """Late candidates of a publisher."""
    return _trickle(Direction.WHIP, source_id, session_id)


@blueprint.patch("/whep/<source_id>/<session_id>")
@access(Access.VIEWER)
def trickle_viewer(source_id: str, session_id: str) -> flask.Response:
    """Late candidates of a viewer."""
    return _trickle(Direction.WHEP, source_id, session_id)


@blueprint.delete("/whip/<source_id>/<session_id>")
@access(Access.PUBLISHER)
def end_publisher(source_id: str, session_id: str) -> flask.Response:
    """Stop publishing."""
    return _end(Direction.WHIP, source_id, session_id)


@blueprint.delete("/whep/<source_id>/<session_id>")
@access(Access.VIEWER)
def end_viewer(source_id: str, session_id: str) -> flask.Response:
    """Stop viewing."""
    return _end(Direction.WHEP, source_id, session_id)


def _created(direction: Direction, source_id: str, opened: Opened) -> flask.Response:
    response = flask.Response(opened.sdp, 201, content_type=SDP)
    response.headers["Location"] = f"/{direction}/{source_id}/{opened.session_id}"
    response.headers["Accept-Patch"] = FRAGMENT
    response.set_etag(opened.session_id)
    _add_ice_servers(response)
    return response


def _add_ice_servers(response: flask.Response) -> None:
    for value in link_headers(parts().ice_servers()):
        response.headers.add("Link", value)


def _trickle(direction: Direction, source_id: str, session_id: str) -> flask.Response:
    checked_id(source_id, "source")
    checked_id(session_id, "session")
    parts().media.sessions.authorised(direction, source_id, session_id, flask.g.bearer)
    fragment = text_body(FRAGMENT)
    wanted = flask.request.if_match
    if wanted.star_tag:
        # RFC 9725 4.3.3: If-Match: * asks for an ICE restart, which aiortc cannot do.
        raise Unprocessable(
            "ICE cannot be restarted in this session.", "Delete it and post the offer again."
        )
    if wanted and not wanted.contains(session_id):
        raise PreconditionFailed
    parts().media.trickle(direction, source_id, session_id, flask.g.bearer, fragment)
    return no_content()


def _end(direction: Direction, source_id: str, session_id: str) -> flask.Response:
    checked_id(source_id, "source")
    checked_id(session_id, "session")
    parts().media.end(direction, source_id, session_id, flask.g.bearer)
    return flask.Response(status=200)


def _preflight(methods: str) -> flask.Response:
    response = no_content()
    response.headers["Accept-Post"] = SDP
    response.headers["Access-Control-Allow-Methods"] = methods
    response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, If-Match"
    response.headers["Access-Control-Max-Age"] = "600"
    return response
