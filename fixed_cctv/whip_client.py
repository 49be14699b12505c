"""The HTTP side of WHIP (RFC 9725): post an offer, get an answer, delete the session at the end."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

import httpx
import msgspec

from ground_station.core.errors import (
    InvalidInput,
    KestrelError,
    TimedOut,
    Unavailable,
    error_from_code,
)

POST_TIMEOUT_S = 8.0
DELETE_TIMEOUT_S = 0.8
MAX_ANSWER_BYTES = 64_000


class _Problem(msgspec.Struct):
    """What we read of problem+json; anything else in it is ignored."""

    detail: str = ""
    code: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The answer to an offer.

    Attributes:
        location: absolute address of the session, on the same origin as the endpoint.
    """

    sdp: str
    location: str


class WhipClient:
    """For one station, with one agent's token. All on one event loop."""

    def __init__(self, token: str) -> None:
        self._authorization = f"Bearer {token}"
        # trust_env: a proxy meant for the internet must not carry a borough's cameras.
        self._http = httpx.AsyncClient(timeout=POST_TIMEOUT_S, trust_env=False)

    async def aclose(self) -> None:
        await self._http.aclose()

    async def post(self, endpoint: str, offer_sdp: str) -> Accepted:
        """Publish to `endpoint`.

        Raises:
            TimedOut, Unavailable: the station cannot be reached, or its answer is no WHIP answer.
            KestrelError: it refused; the class is the one its problem document names.
        """
        headers = {
            "Authorization": self._authorization,
            "Content-Type": "application/sdp",
            "Accept": "application/sdp",
        }
        try:
            response = await self._http.post(endpoint, content=offer_sdp, headers=headers)
        except httpx.TimeoutException as error:
            raise TimedOut(f"The station did not answer within {POST_TIMEOUT_S:g} s.") from error
        except httpx.HTTPError as error:
            raise Unavailable("The station cannot be reached to publish the video.") from error
        if response.status_code != HTTPStatus.CREATED:
            raise _refusal(response)
        return _accepted(endpoint, response)

    async def delete(self, location: str) -> None:
        """End a session; a station that is gone has ended it already, so nothing is raised."""
        headers = {"Authorization": self._authorization}
        try:
            await self._http.delete(location, headers=headers, timeout=DELETE_TIMEOUT_S)
        except httpx.HTTPError:
            return


def _accepted(endpoint: str, response: httpx.Response) -> Accepted:
    media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if media_type != "application/sdp" or len(response.content) > MAX_ANSWER_BYTES:
        raise Unavailable("The station's answer to the video offer is no session description.")
    location = response.headers.get("Location", "")
    if not location:
        raise Unavailable("The station's answer to the video offer names no session.")
    absolute = urljoin(endpoint, location)
    if urlsplit(absolute)[:2] != urlsplit(endpoint)[:2]:
        # The token goes wherever this points.
        raise Unavailable("The station's answer names a session on another server.")
    return Accepted(response.text, absolute)


def _refusal(response: httpx.Response) -> KestrelError:
    try:
        problem = msgspec.json.decode(response.content[:MAX_ANSWER_BYTES], type=_Problem)
    except msgspec.MsgspecError:
        problem = _Problem()
    if problem.detail and problem.code:
        return error_from_code(problem.code, problem.detail[:500], problem.remedy[:500])
    status = response.status_code
    message = f"The station refused the video with HTTP status {status}."
    return (
        Unavailable(message)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR
        else InvalidInput(message)
    )
