"""Every error as problem details (RFC 9457), with a reference that the log has too."""

from __future__ import annotations

import http
import logging
import math
import secrets

import flask
import msgspec
from werkzeug.exceptions import HTTPException, InternalServerError

from ground_station.api.bodies import TooLarge
from ground_station.api.schemas import Problem
from ground_station.core.errors import (
    Conflict,
    IntegrityError,
    InvalidInput,
    KestrelError,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Throttled,
    TimedOut,
    Unavailable,
    Unprocessable,
)

log = logging.getLogger(__name__)

PROBLEM_TYPE = "application/problem+json"

# The first class that fits gives the status: subclasses come before their bases.
_STATUS: tuple[tuple[type[KestrelError], int], ...] = (
    (InvalidInput, 400),
    (NotSignedIn, 401),
    (NotAllowed, 403),
    (NotFound, 404),
    (Conflict, 409),
    (Unprocessable, 422),
    (Throttled, 429),
    (TimedOut, 504),
    (Unavailable, 503),
    (IntegrityError, 500),
)

# What werkzeug itself refuses, in our words.
_SENTENCES = {
    400: ("The request is malformed.", ""),
    404: ("There is nothing at this address.", ""),
    405: ("This address does not answer that method.", ""),
    408: ("The request took too long to arrive.", "Try again."),
    411: ("The request does not say how long it is.", ""),
    412: ("The session is not the one named in If-Match.", "Post the offer again."),
    413: ("The request is too large.", ""),
    414: ("The address is too long.", ""),
    415: ("The request's media type is not one this address takes.", ""),
    416: ("The file has no such range.", ""),
    431: ("The request's headers are too large.", ""),
}
_KEPT_HEADERS = ("Allow", "Retry-After", "Content-Range", "Accept-Post", "Accept-Patch")


def status_of(error: KestrelError) -> int:
    """The HTTP status that an error becomes."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def install_error_handlers(app: flask.Flask) -> None:
    """No error leaves the application in another form."""
    app.register_error_handler(KestrelError, kestrel_problem)
    app.register_error_handler(HTTPException, http_problem)
    app.register_error_handler(Exception, unexpected_problem)


def kestrel_problem(error: KestrelError) -> flask.Response:
    """One of our errors, in its own words."""
    status = status_of(error)
    reference = new_reference()
    log.log(
        logging.ERROR if status == 500 else logging.INFO,
        "problem reference=%s status=%d code=%s path=%s",
        reference,
        status,
        error.code,
        flask.request.path,
    )
    response = problem_response(status, error.message, error.code, error.remedy, reference)
    if isinstance(error, Throttled):
        response.headers["Retry-After"] = str(max(1, math.ceil(error.retry_after_s)))
    if isinstance(error, NotSignedIn) and flask.request.path.startswith(("/whip/", "/whep/")):
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def http_problem(error: HTTPException) -> flask.Response | HTTPException:
    """What werkzeug refuses: unknown address, wrong method, too large, ..."""
    if error.code is None or error.code < 400:
        return error  # a redirect
    if isinstance(error, InternalServerError):
        return unexpected_problem(error.original_exception or error)
    sentence, remedy = _SENTENCES.get(error.code, (f"The request was refused: {error.name}.", ""))
    if isinstance(error, TooLarge):
        sentence = error.description or sentence
    code = error.name.lower().replace(" ", "_")
    response = problem_response(error.code, sentence, code, remedy, new_reference())
    for name, value in error.get_headers(flask.request.environ):
        if name in _KEPT_HEADERS:
            response.headers[name] = value
    return response


def unexpected_problem(error: BaseException) -> flask.Response:
    """A fault of ours: all of it goes to the log, none of it to the client."""
    reference = new_reference()
    log.error(
        "unexpected reference=%s method=%s path=%s",
        reference,
        flask.request.method,
        flask.request.path,
        exc_info=error,
    )
    return problem_response(
        500,
        "Something went wrong in the station.",
        "unexpected",
        "Try again; if it stays, report the reference to whoever runs this station.",
        reference,
    )


def problem_response(
    status: int, detail: str, code: str, remedy: str, reference: str
) -> flask.Response:
    """A response that holds one problem."""
    problem = make_problem(status, detail, code, remedy, reference)
    response = flask.Response(msgspec.json.encode(problem), status, content_type=PROBLEM_TYPE)
    response.headers["Cache-Control"] = "no-store"
    return response


def make_problem(status: int, detail: str, code: str, remedy: str, reference: str) -> Problem:
    """The problem details of one error."""
    return Problem(
        type=f"urn:kestrel:problem:{code}",
        title=http.HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        code=code,
        remedy=remedy,
        reference=reference,
    )


def new_reference() -> str:
    """Short enough to read out."""
    return secrets.token_hex(4)
