"""When frames were captured: pairs from the camera's agent, or RTCP sender reports; never a guess.

An agent sends pairs (RTP timestamp on the wire, captured_at) beside the video, so a pair comes a
little before or after its frame. A sender report serves third-party publishers only: our own
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
HOLD_S = 0.15  # how long after its arrival a frame waits for its pair
PAIRS_EXPECTED_S = 2.0  # pairs came within so long: wait for the next one
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
        self._changed = threading.Condition()
        self._pairs: OrderedDict[int, datetime] = OrderedDict()
        self._started_s = clock.monotonic_s()
        self._last_pair_s = float("-inf")
        self._agent_sends_pairs = agent_sends_pairs
        self._report: SenderReport | None = None
        self._closed = False

    @property
    def agent_sends_pairs(self) -> bool:
        with self._changed:
            return self._agent_sends_pairs

    def add(self, times: Sequence[FrameTime]) -> None:
        """Pairs as the agent sent them; the oldest are forgotten beyond `MAX_PAIRS`."""
        with self._changed:
            for pair in times:
                self._pairs[pair.rtp_timestamp % RTP_MODULUS] = pair.captured_at
            while len(self._pairs) > MAX_PAIRS:
                self._pairs.popitem(last=False)
            if times:
                self._agent_sends_pairs = True
                self._last_pair_s = self._clock.monotonic_s()
            self._changed.notify_all()

    def set_sender_report(self, report: SenderReport | None) -> None:
        """The publisher's newest RTCP sender report."""
        with self._changed:
            self._report = report

    def close(self) -> None:
        """Wake whoever waits."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def captured_at(self, rtp_timestamp: int, received_monotonic_s: float) -> CapturedAt:
        """The time of one frame; waits for its pair until `HOLD_S` after the frame's arrival, and
        only while the agent is sending pairs. Several frames that wait, wait at the same time: the
        deadline counts from each one's arrival."""
        wire = rtp_timestamp % RTP_MODULUS
        with self._changed:
            while True:
                found = self._pairs.get(wire)
                if found is not None:
                    return CapturedAt(found, CapturedAtFrom.AGENT)
                before, after = self._neighbours(wire)
                if after is not None:  # later pairs are here: its own will not come any more
                    return self._between(wire, before, after)
                wait_s = received_monotonic_s + HOLD_S - self._clock.monotonic_s()
                if self._closed or wait_s <= 0 or not self._pairs_expected():
                    return self._reported(wire)
                self._changed.wait(wait_s)

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
