"""WHIP and WHEP sessions over real aiortc on loopback."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from ground_station.core.agent_protocol import FrameTime
from ground_station.core.clock import ManualClock
from ground_station.core.errors import Conflict, NotFound, Unavailable, Unprocessable
from ground_station.core.model import CapturedAtFrom, SourceCondition
from ground_station.vision.media import sessions as sessions_module
from ground_station.vision.media.aiortc_private import RTP_MODULUS
from ground_station.vision.media.frame_times import UNKNOWN, CapturedAt
from ground_station.vision.media.publisher import SILENT, SILENT_AFTER_S, PublisherSession
from tests.media.line import SOURCE, Line, cut_off, is_keyframe, line, numbered, read_number
from tests.media.peers import HOST, Encoder, PacketTrack, Publisher, Viewer, run, until


def test_pictures_keep_their_number_and_their_rtp_timestamp() -> None:
    async def scenario() -> None:
        async with line() as ours:
            publisher = await ours.publish(width=640, height=360, draw=numbered)
            await until(lambda: len(ours.listener.frames) >= 40)
            frames = ours.listener.frames[:40]
            told = {timestamp: number for number, timestamp in publisher.track.sent}
            for frame in frames:
                assert read_number(frame) == told[frame.rtp_timestamp % RTP_MODULUS]
            assert [frame.seq for frame in frames] == list(range(40))
            timestamps = [frame.rtp_timestamp for frame in frames]
            assert timestamps == sorted(timestamps)
            report = ours.report()
            assert report.condition is SourceCondition.LIVE
            assert (report.codec, report.width, report.height) == ("H264", 640, 360)
            assert report.received_fps == pytest.approx(25, abs=4)
            assert report.problem == ""
            assert report.frames_dropped == 0

    run(scenario())


@pytest.mark.parametrize(("codec", "name"), [("libx264", "H264"), ("libvpx", "VP8")])
def test_two_viewers_get_the_same_packets_each_at_its_own_offset(codec: str, name: str) -> None:
    async def scenario() -> None:
        async with line() as ours:
            publisher = await ours.publish(codec=codec)
            await until(lambda: len(ours.listener.frames) >= 5)
            viewers = {each: await ours.view(each) for each in ("one", "two")}
            await until(lambda: all(len(v.frames) >= 20 for v in viewers.values()))
            wire = {timestamp for _, timestamp in publisher.track.sent}
            for each, viewer in viewers.items():
                offset = ours.listener.clocks[each]
                source = [(f.rtp_timestamp - offset) % RTP_MODULUS for f in viewer.frames[:20]]
                assert set(source) <= wire
                assert viewer.frames[0].codec == name
            assert ours.listener.clocks["one"] != ours.listener.clocks["two"]
            assert ours.report().viewers == 2

    run(scenario())


def test_a_viewer_starts_at_a_keyframe_that_the_source_was_asked_for() -> None:
    async def scenario() -> None:
        async with line() as ours:
            publisher = await ours.publish(gop=1000)
            await until(lambda: len(ours.listener.frames) >= 30)
            asked = publisher.track.keyframe_requests
            viewer = await ours.view(decode=False)
            await until(lambda: bool(viewer.frames), 3)
            assert is_keyframe(viewer.frames[0].data)
            assert publisher.track.keyframe_requests == asked + 1

    run(scenario())


def test_a_source_that_cannot_be_asked_is_seen_from_its_next_keyframe_on() -> None:
    async def scenario() -> None:
        async with line() as ours:
            publisher = await ours.publish(gop=25)
            publisher.track.answers_keyframe_requests = False
            await until(lambda: len(ours.listener.frames) >= 3)
            viewer = await ours.view()
            await until(lambda: bool(viewer.frames), 3)
            assert is_keyframe(viewer.frames[0].data)

    run(scenario())


def test_a_new_session_replaces_the_old_one_and_ends_its_viewers() -> None:
    async def scenario() -> None:
        async with line() as ours:
            await ours.publish("old")
            await until(lambda: bool(ours.listener.frames))
            viewer = await ours.view()
            await until(lambda: bool(viewer.frames))
            await ours.publish("new")
            await until(lambda: {"old", "view"} <= set(ours.listener.ended))
            await until(lambda: viewer.ended)
            assert ours.listener.analysing == {"new"}
            assert ours.report().session_id == "new"
            await until(lambda: ours.listener.frames[-1].session_id == "new")
            again = await ours.view("again")
            await until(lambda: bool(again.frames))

    run(scenario())


def test_a_bad_offer_does_not_end_the_good_session() -> None:
    async def scenario() -> None:
        async with line() as ours:
            await ours.publish("good")
            viewer = Viewer()
            with pytest.raises(Unprocessable):
                await ours.sessions.accept_whip(SOURCE, "bad", await viewer.offer())
            await viewer.close()
            assert ours.report().session_id == "good"
            assert ours.listener.ended == {}

    run(scenario())


def test_lost_when_pictures_stop_and_live_when_they_come_back() -> None:
    async def scenario() -> None:
        async with line() as ours:
            publisher = await ours.publish()
            assert ours.report().condition is SourceCondition.CONNECTING
            await until(lambda: ours.sessions.reports()[0].condition is SourceCondition.LIVE)
            publisher.track.paused = True
            await until(lambda: ours.report().condition is SourceCondition.LOST, 3)
            publisher.track.paused = False
            await until(lambda: ours.report().condition is SourceCondition.LIVE, 3)
            await publisher.close()
            await until(lambda: ours.sessions.reports() == [], 3)
            assert set(ours.listener.ended) == {"pub"}

    run(scenario())


def test_b_frames_are_reported_and_not_passed_on() -> None:
    async def scenario() -> None:
        async with line() as ours:
            await ours.publish(b_frames=2)
            await until(lambda: "B-frames" in ours.report().problem)
            seen = len(ours.listener.frames)
            await asyncio.sleep(0.5)
            assert len(ours.listener.frames) <= seen + 1
            timestamps = [frame.rtp_timestamp for frame in ours.listener.frames]
            assert timestamps == sorted(timestamps)

    run(scenario())


def test_a_viewer_that_cannot_play_the_codec_is_told() -> None:
    async def scenario() -> None:
        async with line() as ours:
            await ours.publish(codec="libvpx")
            viewer = Viewer(codecs=("video/H264",))
            with pytest.raises(Unprocessable, match="VP8"):
                await ours.sessions.accept_whep(SOURCE, "v", await viewer.offer())
            await viewer.close()

    run(scenario())


def test_no_viewer_without_a_publisher_and_no_session_twice() -> None:
    async def scenario() -> None:
        async with line() as ours:
            viewer = Viewer()
            with pytest.raises(Unavailable):
                await ours.sessions.accept_whep(SOURCE, "v", await viewer.offer())
            with pytest.raises(NotFound):
                await ours.sessions.add_candidates("v", "a=end-of-candidates\r\n")
            await ours.publish("p")
            with pytest.raises(Conflict):
                await ours.sessions.accept_whip(SOURCE, "p", "v=0")
            ours.sessions.end("p")
            ours.sessions.end("p")
            assert ours.sessions.reports() == []
            assert ours.listener.ended == {}
            await viewer.close()

    run(scenario())


def test_captured_at_comes_from_the_agents_pairs() -> None:
    async def scenario() -> None:
        async with line() as ours:
            publisher = await ours.publish()
            start = datetime(2026, 1, 1, tzinfo=UTC)

            def pair(number: int, timestamp: int) -> FrameTime:
                return FrameTime(timestamp, start + timedelta(seconds=number / 25))

            sent = publisher.track.sent
            done = 0
            while len(ours.listener.frames) < 50:
                await asyncio.sleep(0.1)  # as an agent's batches come
                fresh = sent[done:]
                done += len(fresh)
                ours.sessions.relay_frame_times(SOURCE, [pair(*each) for each in fresh])
            numbers = {timestamp: number for number, timestamp in sent}
            for frame in ours.listener.frames[:45]:
                number = numbers[frame.rtp_timestamp % RTP_MODULUS]
                assert ours.sessions.captured_at("pub", frame.rtp_timestamp) == CapturedAt(
                    start + timedelta(seconds=number / 25), CapturedAtFrom.AGENT
                )
            assert ours.report().captured_at_from is CapturedAtFrom.AGENT
            assert ours.sessions.captured_at("gone", 0) == UNKNOWN

    run(scenario())


def test_captured_at_comes_from_sender_reports_where_no_agent_speaks() -> None:
    async def scenario() -> None:
        async with line() as ours:
            await ours.publish()
            await until(lambda: len(ours.listener.frames) > 100, 15)
            frame = ours.listener.frames[-1]
            assert frame.captured_at_from is CapturedAtFrom.SENDER_REPORT
            assert frame.captured_at is not None
            assert abs(datetime.now(UTC) - frame.captured_at) < timedelta(seconds=1)
            assert ours.listener.frames[0].captured_at_from is CapturedAtFrom.UNKNOWN

    run(scenario())


def test_sound_is_refused_and_the_picture_still_comes() -> None:
    async def scenario() -> None:
        async with line() as ours:
            publisher = Publisher(PacketTrack(Encoder()), with_audio=True)
            answer = await ours.sessions.accept_whip(SOURCE, "p", await publisher.offer())
            audio = answer[answer.index("m=audio") : answer.index("m=video")]
            assert "a=inactive" in audio
            await publisher.answered(answer)
            await until(lambda: bool(ours.listener.frames))
            await publisher.close()

    run(scenario())


def test_the_answer_has_candidates_on_the_configured_host_only() -> None:
    async def scenario() -> None:
        async with line() as ours:
            publisher = Publisher(PacketTrack(Encoder()))
            answer = await ours.sessions.accept_whip(SOURCE, "p", await publisher.offer())
            candidates = [each for each in answer.splitlines() if each.startswith("a=candidate")]
            assert candidates
            assert {each.split()[4] for each in candidates} == {HOST}
            assert "x-google-start-bitrate" in answer
            await publisher.close()

    run(scenario())


def test_an_offer_that_never_connects_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    from ground_station.vision.media import peer

    monkeypatch.setattr(peer, "CONNECT_WITHIN_S", 0.3)

    async def scenario() -> None:
        async with line() as ours:
            publisher = Publisher(PacketTrack(Encoder()))
            await ours.sessions.accept_whip(SOURCE, "p", await publisher.offer())
            await until(lambda: ours.listener.ended == {"p": peer.NEVER_CONNECTED}, 3)
            assert ours.sessions.reports() == []
            await publisher.close()

    run(scenario())


def test_a_viewer_that_fell_silent_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        async with line() as ours:
            await ours.publish()
            viewer, other = await ours.view("dead"), await ours.view("alive")
            await until(lambda: bool(viewer.frames) and bool(other.frames))
            cut_off(viewer)
            started = asyncio.get_running_loop().time()
            await until(lambda: "dead" in ours.listener.ended, 8)
            assert asyncio.get_running_loop().time() - started < 7
            assert "alive" not in ours.listener.ended

    run(scenario())


def looked_at_by_hand(ours: Line) -> PublisherSession:
    """The publisher, which nobody but the test asks whether it is alive."""
    assert ours.sessions._checker is not None
    ours.sessions._checker.cancel()
    return ours.sessions._publishers[SOURCE]


def test_a_publisher_that_fell_silent_is_ended_after_eight_seconds() -> None:
    async def scenario() -> None:
        async with line() as ours:
            publisher = await ours.publish()
            await until(lambda: bool(ours.listener.frames))
            session, clock = looked_at_by_hand(ours), ManualClock()
            cut_off(publisher)
            await asyncio.sleep(0.3)  # what is under way arrives
            session._clock, session._heard = clock, -1
            await session.check_alive()
            clock.advance(SILENT_AFTER_S)
            await session.check_alive()
            assert ours.listener.ended == {}
            clock.advance(0.1)
            await session.check_alive()
            await until(lambda: ours.listener.ended == {"pub": SILENT}, 3)
            assert ours.sessions.reports() == []

    assert SILENT_AFTER_S <= 8
    run(scenario())


def test_a_publisher_without_a_picture_is_not_silent() -> None:
    async def scenario() -> None:
        async with line() as ours:
            publisher = await ours.publish()
            await until(lambda: bool(ours.listener.frames))
            session, clock = looked_at_by_hand(ours), ManualClock()
            session._clock, session._heard = clock, -1
            publisher.track.paused = True
            await asyncio.sleep(0.3)
            await session.check_alive()
            for _ in range(2):
                for _ in range(40):  # its reports go on, every second or so
                    await asyncio.sleep(0.1)
                    if await session._packets_received() > session._heard:
                        break
                clock.advance(SILENT_AFTER_S + 1)
                await session.check_alive()
            assert ours.listener.ended == {}

    run(scenario())


def test_a_node_serves_only_so_many_viewers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions_module, "MAX_VIEWERS", 1)

    async def scenario() -> None:
        async with line() as ours:
            await ours.publish()
            await ours.view("one")
            with pytest.raises(Unavailable):
                await ours.view("two")

    run(scenario())
