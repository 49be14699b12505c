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
from ground_station.api.places import address_of_request, device_of_request, site_of_request
from ground_station.api.schemas import (
    PasskeyOptions,
    PasskeySignIn,
    PurposeRequest,
    Session,
    SignInRequest,
)
from ground_station.api.views_people import organisation_view
from ground_station.core.authority import NEEDS_SECOND_FACTOR, ROLE_PERMISSIONS
from ground_station.services.identity import Identity

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
    session_id, who = parts().sign_in.sign_in(
        body.username,
        body.password,
        address_of_request(),
        code=body.code,
        device=device_of_request(),
    )
    return _signed_in(former, session_id, who)


@blueprint.post("/api/sign-in/passkey/begin")
@access(Access.VISITOR)
def begin_passkey_sign_in() -> flask.Response:
    """What the browser needs to sign in with a passkey."""
    options = parts().identities.passkeys.begin_sign_in(csrf_token(), site_of_request())
    return json_answer(PasskeyOptions(options=options))


@blueprint.post("/api/sign-in/passkey")
@access(Access.VISITOR)
def passkey_sign_in() -> flask.Response:
    """Start a session with a passkey; a session this browser still has is ended first."""
    body = json_body(PasskeySignIn)
    former = current_identity()
    session_id, who = parts().identities.passkeys.sign_in(
        body.credential, csrf_token(), site_of_request(), address_of_request(), device_of_request()
    )
    return _signed_in(former, session_id, who)


@blueprint.post("/api/session/purpose")
@access(Access.SIGNED_IN)
def set_purpose() -> flask.Response:
    """What this sign-in looks at personal data for, from now on."""
    body = json_body(PurposeRequest)
    who = parts().sign_in.set_purpose(identity(), body.purpose, body.note)
    return json_answer(_session(who, who.csrf_token))


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


def _signed_in(former: Identity | None, session_id: str, who: Identity) -> flask.Response:
    if former is not None:
        _end(former)
    response = json_answer(_session(who, who.csrf_token))
    lasts_s = int((who.expires_at - parts().clock.now()).total_seconds())
    set_cookie(response, SESSION_COOKIE, session_id, lasts_s)
    drop_cookie(response, VISIT_COOKIE)
    return response


def _session(who: Identity | None, token: str) -> Session:
    if who is None:
        return _nobody(token)
    principal = who.principal
    organisation = parts().organisation(who.user.organisation_id)
    return Session(
        signed_in=True,
        user_id=principal.user_id,
        username=principal.username,
        display_name=principal.display_name,
        role=principal.role.value,
        organisation=None if organisation is None else organisation_view(organisation),
        permissions=sorted(ROLE_PERMISSIONS[principal.role]),
        second_factor_needed=principal.role in NEEDS_SECOND_FACTOR and not principal.second_factor,
        has_second_factor=parts().identities.factors.has(principal.user_id),
        must_change_password=principal.must_change_password,
        purpose=None if principal.purpose is None else principal.purpose.value,
        purpose_note=principal.purpose_note,
        csrf_token=token,
        expires_at=who.expires_at,
        software=parts().software,
        demo=parts().demo,
    )


def _nobody(token: str) -> Session:
    return Session(
        signed_in=False,
        user_id=None,
        username=None,
        display_name=None,
        role=None,
        organisation=None,
        permissions=[],
        second_factor_needed=False,
        has_second_factor=False,
        must_change_password=False,
        purpose=None,
        purpose_note="",
        csrf_token=token,
        expires_at=None,
        software=parts().software,
        demo=parts().demo,
    )
