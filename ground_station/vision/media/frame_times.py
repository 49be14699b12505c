"""When frames were captured: pairs from the camera's agent, or RTCP sender reports; never a guess.

An agent sends pairs (wire RTP timestamp, captured_at) beside the video and through the station, so
a pair comes up to 0.3 s after its frame (measured). Pictures are not held up for that; what was
seen in them is, see `held_tracks`. A sender report serves third-party publishers only: our own
agents' reports tell when a packet was sent, not when its picture was taken.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ground_station.core.agent_protocol import FrameTime
from ground_station.core.clock import Clock
from ground_station.core.model import CapturedAtFrom
from ground_station.vision.media.aiortc_private import RTP_MODULUS, SenderReport

MAX_PAIRS = 512  # a source; 20 s at 25 frames a second
PAIRS_EXPECTED_S = 2.0  # pairs came within so long: the next one will come, too
MAX_INTERPOLATED_TICKS = 2 * 90000  # between two pairs further apart we do not interpolate
REPORTS_TRUSTED_AFTER_S = 3.0  # by then an agent's first pairs have come, if there is an agent
MAX_REPORT_ERROR = timedelta(hours=1)  # a sender report further off is no wall clock
_NTP_EPOCH = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class CapturedAt:
    """A frame's time of capture and who said so."""

    at: datetime | None
    source: CapturedAtFrom


UNKNOWN = CapturedAt(None, CapturedAtFrom.UNKNOWN)


class FrameTimes:
    """The times of one session's frames. Thread-safe.

    Args:
        clock: decides what is recent, and whether a sender report can be wall time.
        agent_sends_pairs: this source's agent is known to send pairs (from an earlier session), so
            sender reports are never used.
    """

    def __init__(self, clock: Clock, *, agent_sends_pairs: bool = False) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._pairs: OrderedDict[int, datetime] = OrderedDict()
        self._started_s = clock.monotonic_s()
        self._last_pair_s = float("-inf")
        self._agent_sends_pairs = agent_sends_pairs
        self._report: SenderReport | None = None

    @property
    def agent_sends_pairs(self) -> bool:
        with self._lock:
            return self._agent_sends_pairs

    def add(self, times: Sequence[FrameTime]) -> None:
        """Pairs as the agent sent them; the oldest are forgotten beyond `MAX_PAIRS`."""
        with self._lock:
            for pair in times:
                self._pairs[pair.rtp_timestamp % RTP_MODULUS] = pair.captured_at
            while len(self._pairs) > MAX_PAIRS:
                self._pairs.popitem(last=False)
            if times:
                self._agent_sends_pairs = True
                self._last_pair_s = self._clock.monotonic_s()

    def set_sender_report(self, report: SenderReport | None) -> None:
        """The publisher's newest RTCP sender report."""
        with self._lock:
            self._report = report

    def captured_at(self, rtp_timestamp: int) -> CapturedAt | None:
        """The time of one frame; None while its pair may still come."""
        wire = rtp_timestamp % RTP_MODULUS
        with self._lock:
            found = self._pairs.get(wire)
            if found is not None:
                return CapturedAt(found, CapturedAtFrom.AGENT)
            before, after = self._neighbours(wire)
            if after is not None:  # later pairs are here: its own will not come any more
                return self._between(wire, before, after)
            return None if self._pairs_expected() else self._reported(wire)

    def told_by(self, rtp_timestamp: int) -> CapturedAtFrom:
        """Who tells the times of frames about that one."""
        with self._lock:
            if self._pairs_expected():
                return CapturedAtFrom.AGENT
            return self._reported(rtp_timestamp % RTP_MODULUS).source

    def _pairs_expected(self) -> bool:
        return self._clock.monotonic_s() - self._last_pair_s <= PAIRS_EXPECTED_S

    def _neighbours(self, wire: int) -> tuple[int | None, int | None]:
        """The nearest pairs before and after, within what may be interpolated."""
        before: int | None = None
        after: int | None = None
        for candidate in reversed(self._pairs):
            ahead = (candidate - wire) % RTP_MODULUS
            behind = RTP_MODULUS - ahead
            if ahead <= MAX_INTERPOLATED_TICKS:
                if after is None or ahead < (after - wire) % RTP_MODULUS:
                    after = candidate
            elif behind <= MAX_INTERPOLATED_TICKS and (
                before is None or behind < (wire - before) % RTP_MODULUS
            ):
                before = candidate
        return before, after

    def _between(self, wire: int, before: int | None, after: int) -> CapturedAt:
        if before is None:
            return UNKNOWN
        span = (after - before) % RTP_MODULUS
        if span > MAX_INTERPOLATED_TICKS:
            return UNKNOWN
        part = ((wire - before) % RTP_MODULUS) / span
        start, end = self._pairs[before], self._pairs[after]
        return CapturedAt(start + (end - start) * part, CapturedAtFrom.AGENT)

    def _reported(self, wire: int) -> CapturedAt:
        age_s = self._clock.monotonic_s() - self._started_s
        if self._agent_sends_pairs or self._report is None or age_s < REPORTS_TRUSTED_AFTER_S:
            return UNKNOWN
        ticks = (wire - self._report.rtp_timestamp) % RTP_MODULUS
        if ticks >= RTP_MODULUS // 2:
            ticks -= RTP_MODULUS
        at = from_ntp(self._report.ntp_timestamp) + timedelta(seconds=ticks / 90000)
        if abs(at - self._clock.now()) > MAX_REPORT_ERROR:
            return UNKNOWN
        return CapturedAt(at, CapturedAtFrom.SENDER_REPORT)


def from_ntp(ntp_timestamp: int) -> datetime:
    """32.32 fixed point seconds since 1900 as UTC, to the microsecond."""
    return _NTP_EPOCH + timedelta(microseconds=ntp_timestamp * 1_000_000 >> 32)
