"""Offers from strangers: only KestrelErrors come out, each one sentence."""

from __future__ import annotations

import asyncio
import contextlib
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ground_station.core.clock import SystemClock
from ground_station.core.errors import InvalidInput, KestrelError, Unprocessable
from ground_station.vision.media.sdp import (
    MAX_CANDIDATES,
    MAX_SDP_CHARACTERS,
    Wants,
    check_offer,
    read_fragment,
    with_start_bitrate,
)
from ground_station.vision.media.sessions import MediaSessions
from tests.media.line import Listener
from tests.media.peers import HOST, Encoder, PacketTrack, Publisher, Viewer, run

FINGERPRINT = ":".join(["AB"] * 32)


def offer_text(*, video: str = "", before: str = "", after: str = "") -> str:
    """A browser-like offer of one H.264 and VP8 video."""
    transport = (
        "c=IN IP4 0.0.0.0\r\na=ice-ufrag:abcd\r\na=ice-pwd:" + "p" * 24 + "\r\n"
        f"a=fingerprint:sha-256 {FINGERPRINT}\r\na=setup:actpass\r\na=rtcp-mux\r\n"
    )
    section = video or (
        "m=video 9 UDP/TLS/RTP/SAVPF 96 97 102\r\n"
        + transport
        + "a=mid:0\r\na=sendonly\r\na=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\n"
        "a=fmtp:97 apt=96\r\na=rtpmap:102 H264/90000\r\n"
        "a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=64001f\r\n"
    )
    head = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n"
    return head + before + section + after


GOOD = offer_text()
H264_MODE_0 = GOOD.replace("packetization-mode=1;", "").replace("96 97 102", "102")
H264_MODE_0 = "".join(
    line
    for line in H264_MODE_0.splitlines(keepends=True)
    if ":96 " not in line and ":97" not in line
)


def test_a_browsers_offer_is_understood() -> None:
    offer = check_offer(GOOD, "send")
    assert offer.codecs == ("VP8", "H264")
    assert offer.ice_ufrag == "abcd"
    assert offer.first_mid == "0"


@pytest.mark.parametrize(
    ("sdp", "wants", "error", "says"),
    [
        ("", "send", InvalidInput, "no media section"),
        ("hello", "send", InvalidInput, ""),
        (GOOD + "a=x:" + "y" * MAX_SDP_CHARACTERS, "send", InvalidInput, "characters"),
        (GOOD.replace("m=video", "m=audio").replace("H264/90000", "opus/48000/2"), "send",
         Unprocessable, "no video"),
        (GOOD + GOOD[GOOD.index("m=") :].replace("mid:0", "mid:1"), "send", Unprocessable, "one"),
        (GOOD + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:1\r\n", "send",
         Unprocessable, "data channels"),
        (GOOD.replace("a=mid:0\r\n", ""), "send", InvalidInput, "a=mid"),
        (GOOD.replace("a=ice-ufrag:abcd\r\n", ""), "send", InvalidInput, "ice-ufrag"),
        (GOOD.replace("p" * 24, "short"), "send", InvalidInput, "ice-pwd"),
        (GOOD.replace("a=setup:actpass\r\n", ""), "send", InvalidInput, "DTLS"),
        (GOOD.replace("a=rtcp-mux\r\n", ""), "send", InvalidInput, "rtcp-mux"),
        (GOOD.replace("sendonly", "recvonly"), "send", Unprocessable, "does not send"),
        (GOOD, "receive", Unprocessable, "does not receive"),
        (GOOD.replace("VP8/", "AV1/").replace("H264/", "H265/"), "send",
         Unprocessable, "AV1, H265"),
        (GOOD.replace("BUNDLE 0", "BUNDLE 0 7"), "send", InvalidInput, "bundles"),
        (H264_MODE_0, "send", Unprocessable, "codec"),
        (GOOD.replace("mode=1", "mode"), "send", InvalidInput, "a=fmtp"),
        (GOOD.replace("a=mid:0", "a=candidate:1 1 udp 1 10.0.0.1 99999 typ host\r\na=mid:0"),
         "send", InvalidInput, "port"),
    ],
)  # fmt: skip
def test_a_bad_offer_is_named(sdp: str, wants: Wants, error: type[KestrelError], says: str) -> None:
    with pytest.raises(error) as caught:
        check_offer(sdp, wants)
    assert says in str(caught.value)
    assert caught.value.message.endswith(".")


def test_candidates_that_cannot_be_used_are_left_out() -> None:
    lines = (
        "a=candidate:1 1 udp 1 0a1b.local 5000 typ host\r\n"
        "a=candidate:2 1 tcp 1 10.0.0.1 9 typ host tcptype active\r\n"
        "a=candidate:3 1 udp 1 10.0.0.1 5001 typ host\r\n"
        "a=end-of-candidates\r\n"
    )
    cleaned = check_offer(GOOD + lines, "send").sdp
    assert ".local" not in cleaned
    assert "tcptype" not in cleaned
    assert "end-of-candidates" not in cleaned
    assert "10.0.0.1 5001" in cleaned
    with pytest.raises(InvalidInput, match="candidates"):
        check_offer(GOOD + lines.splitlines(keepends=True)[2] * (MAX_CANDIDATES + 1), "send")


def test_fragments() -> None:
    offer = check_offer(GOOD, "send")
    fragment = read_fragment(
        "a=ice-ufrag:abcd\r\na=ice-pwd:" + "p" * 24 + "\r\nm=video 9 UDP/TLS/RTP/SAVPF 0\r\n"
        "a=mid:0\r\na=candidate:3 1 udp 1 10.0.0.1 5001 typ host\r\n"
        "a=candidate:1 1 udp 1 0a1b.local 5000 typ host\r\na=end-of-candidates\r\n",
        offer,
    )
    (candidate,) = fragment.candidates
    assert (candidate.ip, candidate.port, candidate.sdpMid) == ("10.0.0.1", 5001, "0")
    with pytest.raises(Unprocessable, match="ICE restart"):
        read_fragment("a=ice-ufrag:other\r\n", offer)
    with pytest.raises(InvalidInput):
        read_fragment("a=candidate:x y udp z 10.0.0.1 5001 typ host\r\n", offer)
    line = "a=candidate:3 1 udp 1 10.0.0.1 5001 typ host\r\n"
    with pytest.raises(InvalidInput, match="candidates"):
        read_fragment(line * (MAX_CANDIDATES + 1), offer)


def test_the_start_bitrate_is_in_every_video_format() -> None:
    answer = with_start_bitrate(GOOD, 1234)
    lines = answer.split("\r\n")
    assert "a=fmtp:96 x-google-start-bitrate=1234" in lines
    (h264,) = [each for each in lines if each.startswith("a=fmtp:102")]
    assert h264.endswith(";x-google-start-bitrate=1234")
    assert "a=fmtp:97 apt=96" in lines
    assert check_offer(answer, "send").codecs == ("VP8", "H264")


# --- fuzz ----------------------------------------------------------------------------------------


@st.composite
def mangled(draw: st.DrawFn, good: str) -> str:
    """A good text with a few lines dropped, doubled, swapped, cut or overwritten."""
    lines = good.splitlines()
    for _ in range(draw(st.integers(1, 4))):
        if not lines:
            break
        at = draw(st.integers(0, len(lines) - 1))
        how = draw(st.sampled_from(["drop", "double", "cut", "swap", "junk", "value", "number"]))
        if how == "drop":
            del lines[at]
        elif how == "double":
            lines.insert(draw(st.integers(0, len(lines))), lines[at])
        elif how == "cut":
            lines[at] = lines[at][: draw(st.integers(0, len(lines[at])))]
        elif how == "swap":
            other = draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], lines[at]
        elif how == "junk":
            lines.insert(at, draw(st.text(max_size=40)))
        elif how == "value":
            lines[at] = lines[at].split(":")[0] + ":" + draw(st.text(max_size=20))
        else:
            number = str(draw(st.integers(-(2**40), 2**40)))
            words = lines[at].split(" ")
            words[draw(st.integers(0, len(words) - 1))] = number
            lines[at] = " ".join(words)
    return "\r\n".join(lines) + "\r\n"


@settings(max_examples=400, deadline=None)
@given(sdp=mangled(GOOD), wants=st.sampled_from(["send", "receive"]))
def test_mangled_offers_raise_nothing_else(sdp: str, wants: Wants) -> None:
    with contextlib.suppress(KestrelError):
        check_offer(sdp, wants)


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=300))
def test_any_text_raises_nothing_else(text: str) -> None:
    offer = check_offer(GOOD, "send")
    for check in (lambda: check_offer(text, "send"), lambda: read_fragment(text, offer)):
        with contextlib.suppress(KestrelError):
            check()


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_mangled_offers_to_the_sessions_leave_nothing_behind(seed: int) -> None:
    """All the way through aiortc, which raises whatever it likes."""

    async def scenario() -> None:
        publisher = Publisher(PacketTrack(Encoder()), with_audio=True)
        viewer = Viewer()
        good = [await publisher.offer(), await viewer.offer()]
        sessions = MediaSessions(
            ice_host=HOST, lost_after_s=1, clock=SystemClock(), listener=Listener()
        )
        await sessions.accept_whip("s", "good", good[0])
        unexpected: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, what: unexpected.append(what))
        rng = random.Random(seed)
        for number in range(60):
            whip = rng.random() < 0.5
            sdp = _mangle(good[0] if whip else good[1], rng)
            accept = sessions.accept_whip if whip else sessions.accept_whep
            with contextlib.suppress(KestrelError):
                await accept("s", f"{number}", sdp)
        await sessions.close()
        assert sessions.reports() == []
        await publisher.close()
        await viewer.close()
        await asyncio.sleep(0.05)
        assert unexpected == []

    run(scenario())


def _mangle(sdp: str, rng: random.Random) -> str:
    lines = sdp.splitlines()
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(lines))
        how = rng.randrange(4)
        if how == 0:
            del lines[at]
        elif how == 1:
            lines[at] = lines[at][: rng.randint(0, len(lines[at]))]
        elif how == 2:
            lines.insert(at, rng.choice(lines))
        else:
            words = lines[at].split(" ")
            words[rng.randrange(len(words))] = str(rng.randint(-5, 70000))
            lines[at] = " ".join(words)
    return "\r\n".join(lines) + "\r\n"
