"""Capture times: told, worked out between two that were told, reported, or unknown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ground_station.core.agent_protocol import FrameTime
from ground_station.core.clock import ManualClock
from ground_station.core.model import CapturedAtFrom
from ground_station.vision.media.aiortc_private import RTP_MODULUS, SenderReport
from ground_station.vision.media.frame_times import (
    MAX_PAIRS,
    PAIRS_EXPECTED_S,
    REPORTS_TRUSTED_AFTER_S,
    UNKNOWN,
    CapturedAt,
    FrameTimes,
    from_ntp,
)

T0 = datetime(2026, 1, 1, tzinfo=UTC)
FRAME = 3600  # ticks at 25 fps


def pair(number: int, base: int = 0) -> FrameTime:
    return FrameTime(
        (base + number * FRAME) % RTP_MODULUS, T0 + timedelta(milliseconds=40 * number)
    )


def agent(number: float) -> CapturedAt:
    return CapturedAt(T0 + timedelta(milliseconds=40 * number), CapturedAtFrom.AGENT)


def test_an_exact_pair_is_taken_also_across_the_wrap() -> None:
    times = FrameTimes(ManualClock())
    base = RTP_MODULUS - 5 * FRAME
    times.add([pair(number, base) for number in range(10)])
    for number in range(10):
        unwrapped = base + 7 * RTP_MODULUS + number * FRAME
        assert times.captured_at(unwrapped) == agent(number)


def test_a_missing_pair_is_worked_out_between_its_neighbours_only() -> None:
    times = FrameTimes(ManualClock())
    base = RTP_MODULUS - 2 * FRAME
    times.add([pair(number, base) for number in (0, 4)])
    assert times.captured_at(base + 1 * FRAME) == agent(1)
    assert times.captured_at(base + 2 * FRAME) == agent(2)  # wire 0
    assert times.captured_at(base - 1 * FRAME) == UNKNOWN  # before the first pair
    assert times.captured_at(base + 6 * FRAME) is None  # its pair may still come


def test_nothing_is_worked_out_across_a_long_gap() -> None:
    times = FrameTimes(ManualClock())
    times.add([pair(0), pair(80)])
    assert times.captured_at(40 * FRAME) == UNKNOWN


def test_no_more_pairs_are_kept_than_allowed() -> None:
    times = FrameTimes(ManualClock())
    times.add([pair(number) for number in range(MAX_PAIRS + 100)])
    assert times.captured_at(99 * FRAME) == UNKNOWN  # forgotten
    assert times.captured_at(100 * FRAME) == agent(100)


def test_a_pair_is_waited_for_only_while_pairs_come() -> None:
    clock = ManualClock()
    times = FrameTimes(clock)
    assert times.captured_at(FRAME) == UNKNOWN  # nobody sends pairs
    times.add([pair(0)])
    assert times.captured_at(FRAME) is None
    assert times.told_by(FRAME) is CapturedAtFrom.AGENT
    times.add([pair(1)])
    assert times.captured_at(FRAME) == agent(1)
    assert times.captured_at(2 * FRAME) is None
    clock.advance(PAIRS_EXPECTED_S + 0.1)
    assert times.captured_at(2 * FRAME) == UNKNOWN
    assert times.told_by(2 * FRAME) is CapturedAtFrom.UNKNOWN


def ntp(at: datetime) -> int:
    since = at - datetime(1900, 1, 1, tzinfo=UTC)
    return (since // timedelta(microseconds=1) << 32) // 1_000_000


def test_sender_reports_serve_where_no_agent_ever_spoke() -> None:
    clock = ManualClock(T0)
    times = FrameTimes(clock)
    times.set_sender_report(SenderReport(ntp(T0), 1000))
    assert times.captured_at(1000) == UNKNOWN  # too early: an agent may yet speak
    clock.advance(REPORTS_TRUSTED_AFTER_S)
    found = times.captured_at(1000 - 90000)
    assert found is not None
    assert found.source is CapturedAtFrom.SENDER_REPORT
    assert found.at is not None
    assert abs(found.at - (T0 - timedelta(seconds=1))) < timedelta(milliseconds=1)
    times.add([pair(1000)])
    clock.advance(PAIRS_EXPECTED_S + 0.1)
    assert times.captured_at(1000) == UNKNOWN  # an agent spoke: its reports tell send times


def test_a_sender_report_that_is_no_wall_clock_is_not_believed() -> None:
    clock = ManualClock(T0)
    times = FrameTimes(clock)
    clock.advance(REPORTS_TRUSTED_AFTER_S)
    times.set_sender_report(SenderReport(ntp(datetime(1970, 1, 2, tzinfo=UTC)), 0))
    assert times.captured_at(0) == UNKNOWN


def test_an_agent_known_from_before_is_not_served_by_sender_reports() -> None:
    clock = ManualClock(T0)
    times = FrameTimes(clock, agent_sends_pairs=True)
    times.set_sender_report(SenderReport(ntp(T0), 0))
    clock.advance(REPORTS_TRUSTED_AFTER_S + 1)
    assert times.captured_at(0) == UNKNOWN


def test_ntp_times() -> None:
    assert from_ntp(ntp(T0)) - T0 <= timedelta(microseconds=1)
