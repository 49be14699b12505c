"""Reading requests and writing answers."""

from __future__ import annotations

from typing import TypeVar

import flask
import msgspec
from werkzeug.exceptions import LengthRequired, RequestEntityTooLarge, UnsupportedMediaType

from ground_station.core.errors import InvalidInput, NotFound
from ground_station.core.ids import is_id

T = TypeVar("T")

MAX_BODY_BYTES = 64_000  # an SDP offer; nothing else comes near
MAX_JSON_BYTES = 16_000


class TooLarge(RequestEntityTooLarge):
    """413, with a sentence that says how large it may be."""


def raw_body(limit: int, what: str) -> bytes:
    """The request's body whatever it is, of at most `limit` bytes; 413 says what `what` may have,
    before anything is read; 411 where it does not say its length (werkzeug would then cut it off
    at the limit, and nobody would know)."""
    if flask.request.content_length is None and "Transfer-Encoding" in flask.request.headers:
        raise LengthRequired
    flask.request.max_content_length = limit
    try:
        return flask.request.get_data(cache=False)
    except RequestEntityTooLarge as error:
        raise TooLarge(f"{what} has at most {limit // 2**20} MB.") from error


def json_body(kind: type[T], limit: int = MAX_JSON_BYTES) -> T:
    """The request's JSON, of at most `limit` bytes, as `kind`; InvalidInput names the field that
    is wrong."""
    if flask.request.mimetype != "application/json":
        raise UnsupportedMediaType
    flask.request.max_content_length = max(limit, MAX_BODY_BYTES)
    body = flask.request.get_data(cache=False)
    if len(body) > limit:
        raise RequestEntityTooLarge
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput(f"The request cannot be read: {error}.") from error


def text_body(media_type: str) -> str:
    """The request's body as text of exactly this media type."""
    if flask.request.mimetype != media_type:
        raise UnsupportedMediaType
    try:
        return flask.request.get_data(cache=False).decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput("The request's body is not UTF-8 text.") from error


def json_answer(value: object, status: int = 200) -> flask.Response:
    """A value of `schemas` as JSON that no cache keeps."""
    response = flask.Response(msgspec.json.encode(value), status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def no_content() -> flask.Response:
    """Done, and nothing to say."""
    response = flask.Response(status=204)
    del response.headers["Content-Type"]
    response.headers["Cache-Control"] = "no-store"
    return response


def checked_id(text: str, what: str) -> str:
    """An id out of a path; NotFound for anything that cannot be one."""
    if not is_id(text):
        raise NotFound(f"There is no such {what}.")
    return text
