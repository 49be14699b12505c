"""The HTTP side of WHIP (RFC 9725): post an offer, get an answer, delete the session at the end."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

import httpx
import msgspec

from ground_station.agentlink.untrusted import untrusted
from ground_station.core.errors import (
    ConfigError,
    InvalidInput,
    KestrelError,
    TimedOut,
    Unavailable,
    error_from_code,
)
from ground_station.vision.publishing.ice_links import LinkedServer, ice_links

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
    """For one station. All on one event loop.

    Args:
        token: called for each offer; a session is ended with the token it was made with.
        ca_file: the authority (PEM) of the station's certificate; "" = those of the system.
    """

    def __init__(self, token: Callable[[], str], ca_file: str = "") -> None:
        self._token = token
        self._of_session: dict[str, str] = {}  # location -> the token it was made with
        # trust_env: a proxy meant for the internet must not carry a borough's cameras.
        self._http = httpx.AsyncClient(
            timeout=POST_TIMEOUT_S, trust_env=False, verify=_verification(ca_file)
        )

    async def aclose(self) -> None:
        await self._http.aclose()

    async def post(self, endpoint: str, offer_sdp: str) -> Accepted:
        """Publish to `endpoint`.

        Raises:
            TimedOut, Unavailable: the station cannot be reached, or its answer is no WHIP answer.
            KestrelError: it refused; the class is the one its problem document names.
        """
        token = self._token()
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/sdp",
            "Accept": "application/sdp",
        }
        try:
            response = await self._http.post(endpoint, content=offer_sdp, headers=headers)
        except httpx.TimeoutException as error:
            raise TimedOut(f"The station did not answer within {POST_TIMEOUT_S:g} s.") from error
        except httpx.HTTPError as error:
            refused = untrusted(_origin(endpoint), error)
            unreachable = Unavailable("The station cannot be reached to publish the video.")
            raise refused or unreachable from error
        if response.status_code != HTTPStatus.CREATED:
            raise _refusal(response)
        accepted = _accepted(endpoint, response)
        self._of_session = {accepted.location: token}  # one camera, one session at a time
        return accepted

    async def ice_servers(self, endpoint: str) -> list[LinkedServer]:
        """STUN and TURN servers for publishing to `endpoint`; none where the station does not say,
        or does not answer: then the offer's own request tells what is wrong."""
        headers = {"Authorization": f"Bearer {self._token()}"}
        try:
            response = await self._http.options(endpoint, headers=headers)
        except httpx.HTTPError:
            return []
        return ice_links(response.headers.get_list("Link")) if response.is_success else []

    async def delete(self, location: str) -> None:
        """End a session; a station that is gone has ended it already, so nothing is raised."""
        token = self._of_session.pop(location, None) or self._token()
        headers = {"Authorization": f"Bearer {token}"}
        try:
            await self._http.delete(location, headers=headers, timeout=DELETE_TIMEOUT_S)
        except httpx.HTTPError:
            return


def _verification(ca_file: str) -> ssl.SSLContext:
    """How the station's certificate is checked; ConfigError if the authority cannot be read."""
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(
            f"The certificate authority {ca_file} cannot be read.",
            "Give the station's authority as a PEM file: --ca FILE.",
        ) from error


def _origin(endpoint: str) -> str:
    parts = urlsplit(endpoint)
    return f"{parts.scheme}://{parts.netloc}"


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
