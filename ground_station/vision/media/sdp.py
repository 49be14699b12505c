"""SDP from strangers: checked before aiortc sees it, and our answers finished."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Literal

from aiortc import RTCIceCandidate
from aiortc.sdp import MediaDescription, SessionDescription, candidate_from_sdp

from ground_station.core.errors import InvalidInput, Unprocessable
from ground_station.vision.media.aiortc_private import common_video_codecs

MAX_SDP_CHARACTERS = 64_000
MAX_CANDIDATES = 64
START_BITRATE_KBPS = 2000  # without it a browser starts at 0.6 Mb/s and 480x270 (measured)

# What aiortc's parser raises on text that is no SDP; it checks little by itself.
PARSER_ERRORS = (
    ValueError,
    AssertionError,
    KeyError,
    IndexError,
    AttributeError,
    TypeError,
    StopIteration,
    OverflowError,
)
_UFRAG = re.compile(r"[A-Za-z0-9+/]{4,256}")
_PASSWORD = re.compile(r"[A-Za-z0-9+/]{22,256}")
_MID = re.compile(r"[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]{1,32}")
_FMTP = re.compile(r"^a=fmtp:(\d+) ", re.MULTILINE)
_VIDEO_FORMAT = re.compile(r"^a=rtpmap:(\d+) (?:H264|VP8)/90000", re.MULTILINE | re.IGNORECASE)
_ICE_RESTART_REMEDY = "Delete this session and post a new offer."

Wants = Literal["send", "receive"]


@dataclass(frozen=True, slots=True)
class Offer:
    """A checked offer.

    Attributes:
        sdp: what aiortc is given: UDP candidates with addresses only (host names of mDNS cannot be
            resolved here and are learned from the connectivity checks), and no end of candidates.
        ice_ufrag: of the peer; another one later means an ICE restart.
        codecs: the video codecs we share, in the peer's order: "H264", "VP8".
        first_mid: of the first media section, which carries the transport.
    """

    sdp: str
    ice_ufrag: str
    codecs: tuple[str, ...]
    first_mid: str


@dataclass(frozen=True, slots=True)
class Fragment:
    """Trickled candidates; `ice_ufrag` is "" where the fragment did not say."""

    ice_ufrag: str
    candidates: tuple[RTCIceCandidate, ...]


def check_offer(sdp: str, wants: Wants) -> Offer:
    """Check an offer of a peer that wants to send us video or to receive it.

    Raises:
        InvalidInput: it is not an SDP offer for WebRTC.
        Unprocessable: it is one, but not for one video stream in a codec we speak.
    """
    if len(sdp) > MAX_SDP_CHARACTERS:
        raise InvalidInput(f"An SDP offer of over {MAX_SDP_CHARACTERS} characters is refused.")
    cleaned = _clean(sdp)
    try:
        description = SessionDescription.parse(cleaned)
    except PARSER_ERRORS as error:
        raise InvalidInput("The offer is not a well-formed SDP.") from error
    if not description.media:
        raise InvalidInput("The SDP offer has no media section.")
    _check_kinds(description)
    for media in description.media:
        _check_transport(media)
    video = next(media for media in description.media if media.kind == "video")
    _check_direction(video, wants)
    return Offer(
        sdp=cleaned,
        ice_ufrag=str(video.ice.usernameFragment if video.ice else ""),
        codecs=_codecs(video),
        first_mid=description.media[0].rtp.muxId,
    )


def read_fragment(fragment: str, offer: Offer) -> Fragment:
    """Read a `application/trickle-ice-sdpfrag` body (RFC 8840).

    Raises:
        InvalidInput: it is malformed.
        Unprocessable: it asks for an ICE restart, which we do not do.
    """
    if len(fragment) > MAX_SDP_CHARACTERS:
        raise InvalidInput(f"A fragment of over {MAX_SDP_CHARACTERS} characters is refused.")
    mid, ufrag = offer.first_mid, ""
    candidates: list[RTCIceCandidate] = []
    for line in fragment.splitlines():
        name, _, value = line.strip().partition(":")
        if name == "a=mid":
            mid = value
        elif name == "a=ice-ufrag":
            ufrag = value
        elif name == "a=candidate" and _usable(value):
            candidates.append(_candidate(value, mid))
    if ufrag and ufrag != offer.ice_ufrag:
        raise Unprocessable("An ICE restart is not supported.", _ICE_RESTART_REMEDY)
    if len(candidates) > MAX_CANDIDATES:
        raise InvalidInput(f"More than {MAX_CANDIDATES} ICE candidates at once are refused.")
    return Fragment(ufrag, tuple(candidates))


def with_start_bitrate(answer_sdp: str, kbps: int = START_BITRATE_KBPS) -> str:
    """Our answer to a publisher, with the bitrate at which a browser should start."""
    lines: list[str] = []
    addition = f"x-google-start-bitrate={kbps}"
    formats_with_fmtp = set(_FMTP.findall(answer_sdp))
    video_formats = set(_VIDEO_FORMAT.findall(answer_sdp))
    for line in answer_sdp.split("\r\n"):
        fmtp, rtpmap = _FMTP.match(line), _VIDEO_FORMAT.match(line)
        if fmtp and fmtp[1] in video_formats:
            lines.append(f"{line};{addition}")
        else:
            lines.append(line)
        if rtpmap and rtpmap[1] not in formats_with_fmtp:  # VP8 has no fmtp line of its own
            lines.append(f"a=fmtp:{rtpmap[1]} {addition}")
    return "\r\n".join(lines)


def _clean(sdp: str) -> str:
    lines: list[str] = []
    candidates = 0
    for line in sdp.splitlines():
        if line.startswith("a=end-of-candidates"):
            continue
        if line.startswith("a=candidate:"):
            if not _usable(line.removeprefix("a=candidate:")):
                continue
            candidates += 1
            if candidates > MAX_CANDIDATES:
                raise InvalidInput(f"More than {MAX_CANDIDATES} ICE candidates are refused.")
        lines.append(line)
    return "\r\n".join(lines) + "\r\n"


def _usable(candidate: str) -> bool:
    """Whether a candidate is UDP with an address (not a name): the others cannot be used here."""
    parts = candidate.split()
    if len(parts) < 8 or parts[2].lower() != "udp":
        return False
    try:
        ipaddress.ip_address(parts[4])
    except ValueError:
        return False
    return True


def _candidate(value: str, mid: str) -> RTCIceCandidate:
    try:
        candidate = candidate_from_sdp(value)
    except PARSER_ERRORS as error:
        raise InvalidInput("An ICE candidate is malformed.") from error
    if not 0 < candidate.port < 65536:
        raise InvalidInput("An ICE candidate's port is out of range.")
    candidate.sdpMid = mid
    return candidate


def _check_kinds(description: SessionDescription) -> None:
    kinds = [media.kind for media in description.media]
    if kinds.count("video") == 0:
        raise Unprocessable("The SDP offer has no video.")
    if kinds.count("video") > 1:
        raise Unprocessable("The SDP offer has more than one video stream.", "Offer only one.")
    if kinds.count("audio") > 1 or any(kind not in ("audio", "video") for kind in kinds):
        raise Unprocessable(
            "The SDP offer has more than one video and one audio stream.",
            "Offer one video stream, without data channels.",
        )
    mids = [media.rtp.muxId for media in description.media]
    if len(set(mids)) < len(mids) or not all(_MID.fullmatch(mid or "") for mid in mids):
        raise InvalidInput("The SDP offer's media sections have no proper a=mid of their own.")
    for group in description.group:
        if group.semantic == "BUNDLE" and not set(group.items) <= set(mids):
            raise InvalidInput("The SDP offer bundles media sections that it does not have.")


def _check_transport(media: MediaDescription) -> None:
    ice, dtls = media.ice, media.dtls
    if not ice or not _UFRAG.fullmatch(ice.usernameFragment or ""):
        raise InvalidInput("The SDP offer has no valid a=ice-ufrag.")
    if not _PASSWORD.fullmatch(ice.password or ""):
        raise InvalidInput("The SDP offer has no valid a=ice-pwd.")
    if not dtls or not dtls.fingerprints:
        raise InvalidInput("The SDP offer has no a=fingerprint and a=setup for DTLS.")
    if not media.rtcp_mux:
        raise InvalidInput("The SDP offer does not multiplex RTCP (a=rtcp-mux).")
    if any(not 0 < candidate.port < 65536 for candidate in media.ice_candidates):
        raise InvalidInput("An ICE candidate's port is out of range.")


def _check_direction(video: MediaDescription, wants: Wants) -> None:
    direction = video.direction or "sendrecv"
    if wants == "send" and direction not in ("sendonly", "sendrecv"):
        raise Unprocessable("The SDP offer does not send video.", "Offer it a=sendonly.")
    if wants == "receive" and direction not in ("recvonly", "sendrecv"):
        raise Unprocessable("The SDP offer does not receive video.", "Offer it a=recvonly.")


def _codecs(video: MediaDescription) -> tuple[str, ...]:
    try:
        common = common_video_codecs(video.rtp.codecs)
    except PARSER_ERRORS as error:
        raise InvalidInput("The SDP offer has a malformed codec parameter (a=fmtp).") from error
    if not common:
        offered = sorted({codec.name for codec in video.rtp.codecs if codec.name.isalnum()})
        raise Unprocessable(
            "The SDP offer has no video codec we speak; it has "
            + (", ".join(name for name in offered if name.lower() != "rtx")[:80] or "none")
            + ".",
            "Offer H.264 with packetization-mode=1, or VP8.",
        )
    return common
