"""The one error tree.

KestrelError
├── InvalidInput        what came in is malformed or out of range (HTTP 400)
│   └── ConfigError     a settings file or command line says something we cannot use
├── NotSignedIn         nobody is signed in, or the token is unknown or expired (HTTP 401)
├── NotAllowed          known, but not permitted (HTTP 403)
├── NotFound            the named thing does not exist (HTTP 404)
├── Conflict            clashes with what is already there (HTTP 409)
├── Unprocessable       well-formed, but it cannot be done as asked (HTTP 422)
├── Throttled           too many tries (HTTP 429)
├── Unavailable         a part this needs is not there right now (HTTP 503)
│   └── TimedOut        it is there but did not answer in time (HTTP 504)
└── IntegrityError      something stored or shipped is not what it should be (HTTP 500)
    └── ModelPackError  a model file or its manifest is wrong
"""

from __future__ import annotations

from typing import ClassVar


class KestrelError(Exception):
    """Something went wrong that a person can be told about.

    Args:
        message: one sentence naming the thing that is wrong. Never a secret.
        remedy: what to do about it, or "" where there is nothing to do.
    """

    code: ClassVar[str] = "error"

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class InvalidInput(KestrelError):
    """What came in is malformed or out of range."""

    code = "invalid_input"


class ConfigError(InvalidInput):
    """A settings file or command line says something we cannot use."""

    code = "config"


class NotSignedIn(KestrelError):
    """Nobody is signed in, or the token is unknown or expired."""

    code = "not_signed_in"


class NotAllowed(KestrelError):
    """Known, but not permitted."""

    code = "not_allowed"


class NotFound(KestrelError):
    """The named thing does not exist."""

    code = "not_found"


class Conflict(KestrelError):
    """Clashes with what is already there."""

    code = "conflict"


class Unprocessable(KestrelError):
    """Well-formed, but it cannot be done as asked."""

    code = "unprocessable"


class Throttled(KestrelError):
    """Too many tries in too short a time."""

    code = "throttled"

    def __init__(self, message: str, remedy: str = "", retry_after_s: float = 1.0) -> None:
        super().__init__(message, remedy)
        self.retry_after_s = retry_after_s


class Unavailable(KestrelError):
    """A part this needs is not there right now."""

    code = "unavailable"


class TimedOut(Unavailable):
    """The part is there but did not answer in time."""

    code = "timed_out"


class IntegrityError(KestrelError):
    """Something stored or shipped is not what it should be."""

    code = "integrity"


class ModelPackError(IntegrityError):
    """A model file or its manifest is wrong."""

    code = "model_pack"


ERRORS_BY_CODE: dict[str, type[KestrelError]] = {
    kind.code: kind
    for kind in (
        InvalidInput,
        ConfigError,
        NotSignedIn,
        NotAllowed,
        NotFound,
        Conflict,
        Unprocessable,
        Throttled,
        Unavailable,
        TimedOut,
        IntegrityError,
        ModelPackError,
    )
}


def error_from_code(code: str, message: str, remedy: str = "") -> KestrelError:
    """Rebuild an error that crossed a process boundary; an unknown code becomes the base class."""
    return ERRORS_BY_CODE.get(code, KestrelError)(message, remedy)
