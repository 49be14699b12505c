"""Signing in and out."""

from __future__ import annotations

import flask

from ground_station.api.auth import (
    SESSION_COOKIE,
    VISIT_COOKIE,
    Access,
    access,
    csrf_token,
    current_identity,
    drop_cookie,
    identity,
    keep_visit,
    set_cookie,
)
from ground_station.api.bodies import json_answer, json_body, no_content
from ground_station.api.parts import parts
from ground_station.api.schemas import Session, SignInRequest
from ground_station.core.authority import ROLE_PERMISSIONS
from ground_station.services.sign_in import Identity

blueprint = flask.Blueprint("session", __name__)


@blueprint.get("/api/session")
@access(Access.PUBLIC)
def read_session() -> flask.Response:
    """Who is signed in, and the CSRF token to use."""
    return keep_visit(json_answer(_session(current_identity(), csrf_token())))


@blueprint.post("/api/sign-in")
@access(Access.VISITOR)
def sign_in() -> flask.Response:
    """Start a session; a session this browser still has is ended first."""
    body = json_body(SignInRequest)
    former = current_identity()
    address = flask.request.remote_addr or "unknown"
    session_id, who = parts().sign_in.sign_in(body.username, body.password, address)
    if former is not None:
        _end(former)
    response = json_answer(_session(who, who.csrf_token))
    lasts_s = int((who.expires_at - parts().clock.now()).total_seconds())
    set_cookie(response, SESSION_COOKIE, session_id, lasts_s)
    drop_cookie(response, VISIT_COOKIE)
    return response


@blueprint.post("/api/sign-out")
@access(Access.SIGNED_IN)
def sign_out() -> flask.Response:
    """End this browser's session, its live connections and its unused viewer tokens."""
    _end(identity())
    response = no_content()
    drop_cookie(response, SESSION_COOKIE)
    return response


def _end(who: Identity) -> None:
    parts().sign_in.sign_out(who.session_hash)


def _session(who: Identity | None, token: str) -> Session:
    role = who.user.role if who else None
    return Session(
        signed_in=who is not None,
        user_id=who.user.user_id if who else None,
        username=who.user.username if who else None,
        display_name=who.user.display_name if who else None,
        role=role.value if role else None,
        organisation=None,
        permissions=sorted(ROLE_PERMISSIONS[role]) if role else [],
        second_factor_needed=False,
        has_second_factor=False,
        purpose=None,
        purpose_note="",
        csrf_token=token,
        expires_at=who.expires_at if who else None,
        software=parts().software,
        demo=parts().demo,
    )
