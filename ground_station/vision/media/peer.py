"""One peer connection of ours that answers an offer: made, watched, ended once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.exceptions import (
    InternalError,
    InvalidAccessError,
    InvalidStateError,
    OperationError,
)

from ground_station.core.errors import InvalidInput, Unavailable
from ground_station.vision.media.aiortc_private import use_ice_host
from ground_station.vision.media.ice_place import IcePlace
from ground_station.vision.media.sdp import PARSER_ERRORS, Offer, read_fragment

log = logging.getLogger(__name__)

CONNECT_WITHIN_S = 15.0
CLOSE_WITHIN_S = 1.0
NEVER_CONNECTED = "It never connected."
CONNECTION_LOST = "Its connection was lost."
CONNECTION_CLOSED = "It closed its connection."
_OFFER_ERRORS = (
    *PARSER_ERRORS,
    InternalError,
    InvalidAccessError,
    InvalidStateError,
    OperationError,
    ConnectionError,
)


class Peer:
    """An RTCPeerConnection that answers.

    Args:
        offer: the checked offer.
        ice_host: where media is reached.
        on_gone: called once, on the loop, with one sentence, when the connection failed, closed or
            never came up; not when we close it ourselves.
    """

    def __init__(
        self, offer: Offer, ice_host: str | IcePlace, on_gone: Callable[[str], None]
    ) -> None:
        self._offer = offer
        self._ice_host = ice_host
        self._on_gone = on_gone
        self._gone = False
        self._timer: asyncio.TimerHandle | None = None
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.pc.on("connectionstatechange", self._state_changed)

    @property
    def connected(self) -> bool:
        return bool(self.pc.connectionState == "connected")

    async def answer(self, before_answer: Callable[[], None]) -> str:
        """The answer SDP with all our candidates. `before_answer` runs when the offer is set.

        Raises:
            InvalidInput: aiortc cannot make sense of the offer.
            Unavailable: we cannot listen on the configured address.
        """
        loop = asyncio.get_running_loop()
        try:
            await self.pc.setRemoteDescription(RTCSessionDescription(self._offer.sdp, "offer"))
            for transceiver in self.pc.getTransceivers():
                if transceiver.kind == "audio":  # sound is never taken
                    transceiver.direction = "inactive"
            before_answer()
            use_ice_host(self.pc, self._ice_host)
            await self.pc.setLocalDescription(await self.pc.createAnswer())
        except _OFFER_ERRORS as error:
            log.info("offer_refused error=%s: %s", type(error).__name__, error)
            raise InvalidInput("The SDP offer cannot be answered.") from error
        answer = str(self.pc.localDescription.sdp)
        if "a=candidate:" not in answer:
            raise Unavailable(
                f"The vision node cannot listen on {self._ice_host} for video.",
                "Set node.ice_host to an address of its machine; if it has a range of ports, make "
                "it larger: each viewer and each camera takes one.",
            )
        self._timer = loop.call_later(CONNECT_WITHIN_S, self._check_connected)
        return answer

    async def add_candidates(self, sdp_fragment: str) -> None:
        """Add trickled candidates. Raises InvalidInput or Unprocessable, see `read_fragment`."""
        fragment = read_fragment(sdp_fragment, self._offer)
        for candidate in fragment.candidates:
            try:
                await self.pc.addIceCandidate(candidate)
            except PARSER_ERRORS as error:
                raise InvalidInput("An ICE candidate cannot be used.") from error

    async def close(self) -> None:
        """End it; within about a second, whatever the other side does."""
        self._gone = True
        if self._timer is not None:
            self._timer.cancel()
        # Not cancelled when late: it goes on by itself, and what it holds is freed in the end.
        closing = asyncio.ensure_future(self.pc.close())
        closing.add_done_callback(_note_failure)
        await asyncio.wait({closing}, timeout=CLOSE_WITHIN_S)

    def gone(self, reason: str) -> None:
        """Report the end once; whoever is told closes this peer."""
        if not self._gone:
            self._gone = True
            self._on_gone(reason)

    def _check_connected(self) -> None:
        if self.pc.connectionState in ("new", "connecting"):
            self.gone(NEVER_CONNECTED)

    def _state_changed(self) -> None:
        if self.pc.connectionState == "failed":
            self.gone(CONNECTION_LOST)
        elif self.pc.connectionState == "closed":
            self.gone(CONNECTION_CLOSED)


def _note_failure(closing: asyncio.Future[None]) -> None:
    if not closing.cancelled() and closing.exception() is not None:
        log.error("peer_close_failed error=%r", closing.exception())
