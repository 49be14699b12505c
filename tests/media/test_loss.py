"""Lost packets: mended where they are sent again, jumped over to a keyframe where not."""

from __future__ import annotations

import asyncio

from ground_station.core.model import SourceCondition
from ground_station.vision.media.aiortc_private import RTP_MODULUS
from tests.media.line import is_keyframe, line, numbered, read_number
from tests.media.peers import LossyLink, run, until


def test_packets_that_are_sent_again_cost_nothing() -> None:
    async def scenario() -> None:
        async with line() as ours:
            publisher = await ours.publish(width=640, height=360, draw=numbered)
            await until(lambda: len(ours.listener.frames) >= 5)
            link = LossyLink(publisher, lambda seq: seq % 9 == 0, retransmissions=True)
            viewer = await ours.view()
            await until(lambda: len(ours.listener.frames) >= 80, 15)
            assert link.dropped >= 5
            told = {timestamp: number for number, timestamp in publisher.track.sent}
            numbers = [read_number(frame) for frame in ours.listener.frames]
            assert numbers == [told[f.rtp_timestamp % RTP_MODULUS] for f in ours.listener.frames]
            assert numbers == list(range(len(numbers)))
            assert ours.report().frames_dropped == 0
            assert len(viewer.frames) >= 40

    run(scenario())


def test_what_is_lost_for_good_is_jumped_over_and_no_damaged_picture_is_passed_on() -> None:
    async def scenario() -> None:
        async with line() as ours:
            publisher = await ours.publish(width=640, height=360, draw=numbered, gop=1000)
            viewer = await ours.view()
            await until(lambda: len(viewer.frames) >= 10)
            lost = iter([True] * 3)
            LossyLink(publisher, lambda seq: next(lost, False), retransmissions=False)
            before, seen_by_viewer = len(ours.listener.frames), len(viewer.frames)
            started = asyncio.get_running_loop().time()
            await until(lambda: len(ours.listener.frames) >= before + 30, 6)
            assert asyncio.get_running_loop().time() - started < 4
            told = {timestamp: number for number, timestamp in publisher.track.sent}
            for frame in ours.listener.frames:
                assert read_number(frame) == told[frame.rtp_timestamp % RTP_MODULUS]
            later = viewer.frames[seen_by_viewer:]
            assert sum(is_keyframe(frame.data) for frame in later) >= 1
            assert ours.report().frames_dropped > 0
            assert ours.report().condition is SourceCondition.LIVE

    run(scenario())
