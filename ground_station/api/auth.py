"""Refusal by default: every route and socket event says who may use it, or nothing starts.

Before each request the declared access is checked. A person's requests are known by the session
cookie, and those that change something must carry the session's CSRF token as well.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any, TypeVar

import flask
from itsdangerous import BadSignature, URLSafeTimedSerializer

from ground_station.api.parts import parts
from ground_station.core.authority import Permission, require
from ground_station.core.errors import ConfigError, NotAllowed, NotSignedIn
from ground_station.services.identity import Identity

F = TypeVar("F", bound=Callable[..., Any])

SESSION_COOKIE = "kestrel_session"
VISIT_COOKIE = "kestrel_visit"
VISIT_S = 7 * 24 * 3600
CSRF_HEADER = "X-CSRF-Token"
MAX_TOKEN_LENGTH = 512
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_MARK = "__kestrel_access__"
_PERMISSION = "__kestrel_permission__"


class Access(StrEnum):
    """Who may use a route or an event."""

    PUBLIC = "public"
    VISITOR = "visitor"  # anybody, but a change needs the CSRF token of this browser's visit
    SIGNED_IN = "signed_in"
    AGENT = "agent"  # an agent's token
    PUBLISHER = "publisher"  # a source's publish token, or its agent's token
    VIEWER = "viewer"  # a viewer token
    METRICS = "metrics"  # the metrics token, or this machine itself; the route asks


# What anybody who is signed in may use whatever their role, also before a second factor is set up:
# one's own account and session. Everything else needs a permission.
OWN = frozenset({"session.sign_out", "session.set_purpose"})
OWN_BLUEPRINT = "account."
OWN_EVENT = "disconnect"
BEARER = frozenset({Access.AGENT, Access.PUBLISHER, Access.VIEWER})


def access(kind: Access, permission: Permission | None = None) -> Callable[[F], F]:
    """Declare who may use a view function or a socket event handler.

    Args:
        permission: what a signed-in person must be allowed; None only for their own account and
            session, see `OWN`.
    """

    def mark(function: F) -> F:
        setattr(function, _MARK, kind)
        setattr(function, _PERMISSION, permission)
        return function

    return mark


def access_of(function: object) -> Access | None:
    """What was declared, also under decorators that keep `__wrapped__`."""
    while function is not None:
        declared = getattr(function, _MARK, None)
        if declared is not None:
            return Access(declared)
        function = getattr(function, "__wrapped__", None)
    return None


def permission_of(function: object) -> Permission | None:
    """The permission that was declared, also under decorators that keep `__wrapped__`."""
    while function is not None:
        if hasattr(function, _MARK):
            declared: Permission | None = getattr(function, _PERMISSION, None)
            return declared
        function = getattr(function, "__wrapped__", None)
    return None


def check_declarations(
    app: flask.Flask, socketio: Any, other_namespaces: Iterable[str] = ()
) -> None:
    """Raise ConfigError naming each route and socket event that says nothing about access, and
    each for signed-in people that says nothing about the permission.

    Args:
        other_namespaces: namespaces whose own server authenticates every connection.
    """
    missing = sorted(
        f"{rule.rule} ({rule.endpoint})"
        for rule in app.url_map.iter_rules()
        if not _declared(app.view_functions.get(rule.endpoint), is_own(rule.endpoint))
    )
    exempt = set(other_namespaces)
    for namespace, handlers in socketio.server.handlers.items():
        if namespace not in exempt:
            missing += sorted(
                f"{namespace} {event}"
                for event, handler in handlers.items()
                if not _declared(handler, event == OWN_EVENT)
            )
    missing += sorted(
        f"{namespace} (class)"
        for namespace in socketio.server.namespace_handlers
        if namespace not in exempt
    )
    if missing:
        raise ConfigError("Nothing says who may use: " + ", ".join(missing) + ".")


def is_own(endpoint: str) -> bool:
    """Whether a route is of one's own account or session."""
    return endpoint in OWN or endpoint.startswith(OWN_BLUEPRINT)


def _declared(function: object, own: bool) -> bool:
    kind = access_of(function)
    if kind is not Access.SIGNED_IN:
        return kind is not None
    return own or permission_of(function) is not None


def guard() -> None:
    """Flask `before_request`: refuse what the route's declaration does not allow."""
    if flask.request.endpoint is None:
        return  # no such route: 404 or 405 follows
    kind = access_of(flask.current_app.view_functions.get(flask.request.endpoint))
    if kind is None:
        raise NotAllowed("Nobody may use this address.")
    if kind in BEARER:
        flask.g.bearer = bearer_token()
        return
    if kind in (Access.PUBLIC, Access.METRICS):
        return
    if kind is Access.SIGNED_IN:
        permission = permission_of(flask.current_app.view_functions.get(flask.request.endpoint))
        if permission is not None:
            require(identity().principal, permission)
        identity()
    if flask.request.method not in SAFE_METHODS:
        _check_csrf()


def current_identity() -> Identity | None:
    """Who this request's cookie stands for, looked up once a request."""
    if "identity" not in flask.g:
        cookie = flask.request.cookies.get(SESSION_COOKIE, "")
        flask.g.identity = parts().sign_in.identify(cookie)
    found: Identity | None = flask.g.identity
    return found


def identity() -> Identity:
    """Who this request comes from; NotSignedIn if nobody is signed in."""
    found = current_identity()
    if found is None:
        raise NotSignedIn("You are not signed in.", "Sign in first.")
    return found


def bearer_token() -> str:
    """The request's Bearer token; NotSignedIn if it has none."""
    scheme, _, token = flask.request.headers.get("Authorization", "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token or len(token) > MAX_TOKEN_LENGTH:
        raise NotSignedIn("This address needs a Bearer token.", "Send Authorization: Bearer TOKEN.")
    return token


def csrf_token() -> str:
    """The token this browser must send with its next change; call `keep_visit` on the response."""
    who = current_identity()
    if who is not None:
        return who.csrf_token
    nonce = _visit_nonce()
    if nonce is None:
        nonce = flask.g.new_visit = secrets.token_urlsafe(24)
    return _visit_csrf(nonce)


def keep_visit(response: flask.Response) -> flask.Response:
    """Set the visit cookie if `csrf_token` began a visit."""
    nonce = flask.g.get("new_visit")
    if nonce is not None:
        set_cookie(response, VISIT_COOKIE, _serializer().dumps(nonce), VISIT_S)
    return response


def set_cookie(response: flask.Response, name: str, value: str, max_age_s: int) -> None:
    """A cookie that scripts cannot read and other sites cannot send."""
    response.set_cookie(
        name,
        value,
        max_age=max_age_s,
        path="/",
        secure=flask.request.is_secure,
        httponly=True,
        samesite="Strict",
    )


def drop_cookie(response: flask.Response, name: str) -> None:
    response.delete_cookie(
        name, path="/", secure=flask.request.is_secure, httponly=True, samesite="Strict"
    )


def _check_csrf() -> None:
    if flask.request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise NotAllowed("The request came from another site's page.")
    who = current_identity()
    if who is not None:
        expected: str | None = who.csrf_token
    else:
        nonce = _visit_nonce()
        expected = None if nonce is None else _visit_csrf(nonce)
    given = flask.request.headers.get(CSRF_HEADER, "")
    if expected is None or not hmac.compare_digest(expected.encode(), given.encode()):
        raise NotAllowed(
            f"The {CSRF_HEADER} header is missing or not this session's.",
            "Load the page again.",
        )


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(parts().secret_key, salt="visit")


def _visit_nonce() -> str | None:
    cookie = flask.request.cookies.get(VISIT_COOKIE, "")
    try:
        nonce = _serializer().loads(cookie, max_age=VISIT_S)
    except BadSignature:
        return None
    return nonce if isinstance(nonce, str) else None


def _visit_csrf(nonce: str) -> str:
    key = parts().secret_key.encode()
    return hmac.new(key, b"csrf\0" + nonce.encode(), "sha256").hexdigest()
