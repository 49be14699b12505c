"""The scheduler: latest only, fair, paced by media time, and open about what does not work."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import pytest

from ground_station.core.clock import ManualClock, SystemClock
from ground_station.core.errors import ModelPackError
from ground_station.core.model import Detections, Frame, FrameTracks
from ground_station.core.ports import DetectorCard, Tracker
from ground_station.vision.inference.registry import build_tracker
from ground_station.vision.inference.scheduler import (
    PROBLEM_SHOWN_S,
    AnalysisFigures,
    InferenceScheduler,
)
from tests.inference.pictures import make_detections, make_frame, wait_until


class StepDetector:
    """Waits at a gate in each `detect`, so that a test decides how fast it is."""

    card = DetectorCard("step", ("person",), 64, 36)

    def __init__(self) -> None:
        self.gate = threading.Semaphore(0)
        self.gated = False
        self.entered: list[Frame] = []
        self.threads: set[str] = set()
        self.load_error: Exception | None = None
        self.detect_error: Exception | None = None
        self.bad: set[str] = set()  # sessions whose frames fail
        self.closed = False
        self.on_detect: Callable[[], None] = lambda: None

    def load(self) -> None:
        self.threads.add(threading.current_thread().name)
        if self.load_error:
            raise self.load_error

    def detect(self, frames: Sequence[Frame]) -> Sequence[Detections]:
        self.threads.add(threading.current_thread().name)
        self.entered += frames
        if self.gated:
            assert self.gate.acquire(timeout=10)
        self.on_detect()
        if self.detect_error:
            raise self.detect_error
        if any(frame.session_id in self.bad for frame in frames):
            raise ValueError("a bad frame")
        return [make_detections([(0, 0, 10, 20)]) for _ in frames]

    def close(self) -> None:
        self.closed = True


class Bench:
    """A scheduler with its detector and what came out of it."""

    def __init__(self, *, analysed_fps: float = 10, clock: ManualClock | None = None) -> None:
        self.detector = StepDetector()
        self.out: list[FrameTracks] = []
        self.scheduler = InferenceScheduler(
            self.detector,
            self.make_tracker,
            analysed_fps=analysed_fps,
            clock=clock or SystemClock(),
            on_tracks=self.out.append,
        )

    @staticmethod
    def make_tracker() -> Tracker:
        return build_tracker("nanodet-g-416", analysed_fps=10, class_names=("person",))

    def wait_for_entered(self, count: int) -> None:
        wait_until(lambda: len(self.detector.entered) >= count)

    def wait_for_out(self, count: int) -> None:
        wait_until(lambda: len(self.out) >= count)


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.detector.gated = False
    made.detector.gate.release(1000)
    made.scheduler.stop()


def test_frames_become_tracks_with_all_that_belongs_to_them(bench: Bench) -> None:
    bench.scheduler.add("the source", "a")
    bench.scheduler.start()
    for seq in range(3):
        bench.scheduler.put(make_frame(session_id="a", seq=seq))
        bench.wait_for_out(seq + 1)
    last = bench.out[-1]
    assert (last.source_id, last.session_id, last.seq) == ("the source", "a", 2)
    assert (last.rtp_timestamp, last.width, last.height) == (18_000, 64, 36)
    assert bench.out[0].tracks == ()  # said nevertheless: nothing is in this frame
    assert [track.track_id for track in last.tracks] == [1]
    assert bench.detector.threads == {"infer"}


def test_every_frame_of_footage_at_the_analysed_rate_is_analysed(bench: Bench) -> None:
    bench.scheduler.add("s", "a")
    bench.scheduler.start()
    for seq in range(100):
        bench.scheduler.put(make_frame(session_id="a", seq=seq, fps=10))
        bench.wait_for_out(seq + 1)
    assert [tracks.seq for tracks in bench.out] == list(range(100))
    figures = bench.scheduler.figures("a")
    assert (figures.frames_dropped, figures.frames_skipped) == (0, 0)


def test_a_faster_source_is_paced_by_its_media_time(bench: Bench) -> None:
    bench.scheduler.add("s", "a")
    bench.scheduler.start()
    for seq in range(250):
        before = bench.scheduler.figures("a").frames_skipped
        bench.scheduler.put(make_frame(session_id="a", seq=seq, fps=25))
        if bench.scheduler.figures("a").frames_skipped == before:
            wait_until(lambda: bool(bench.out) and bench.out[-1].seq == seq)  # noqa: B023
    assert len(bench.out) == pytest.approx(100, abs=2)
    figures = bench.scheduler.figures("a")
    assert figures.frames_skipped == 250 - len(bench.out)
    assert figures.frames_dropped == 0


def test_only_the_newest_frame_waits_and_the_others_are_counted(bench: Bench) -> None:
    bench.detector.gated = True
    bench.scheduler.add("s", "a")
    bench.scheduler.start()
    bench.scheduler.put(make_frame(session_id="a", seq=0))
    bench.wait_for_entered(1)
    for seq in range(1, 8):
        bench.scheduler.put(make_frame(session_id="a", seq=seq))
    bench.detector.gate.release(2)
    bench.wait_for_out(2)
    assert [tracks.seq for tracks in bench.out] == [0, 7]
    assert bench.scheduler.figures("a").frames_dropped == 6


def test_sources_take_turns_even_when_one_is_far_faster(bench: Bench) -> None:
    bench.detector.gated = True
    names = ["a", "b", "c"]
    for name in names:
        bench.scheduler.add("s", name)
    bench.scheduler.start()
    seq = Counter[str]()
    for turn in range(30):
        for name in names:
            for _ in range(10 if name == "a" else 1):
                bench.scheduler.put(make_frame(session_id=name, seq=seq[name]))
                seq[name] += 1
        bench.detector.gate.release()
        bench.wait_for_out(turn + 1)
    analysed = Counter(tracks.session_id for tracks in bench.out)
    assert max(analysed.values()) - min(analysed[name] for name in names) <= 1


def test_a_detector_that_fails_shows_it_and_recovers(bench: Bench) -> None:
    bench.detector.detect_error = RuntimeError("no such luck")
    bench.scheduler.add("s", "a")
    bench.scheduler.start()
    bench.scheduler.put(make_frame(session_id="a", seq=0))
    wait_until(lambda: bench.scheduler.problem != "")
    assert bench.scheduler.problem == "The detector failed: RuntimeError."
    assert bench.out == []
    bench.detector.detect_error = None
    bench.scheduler.put(make_frame(session_id="a", seq=1))
    bench.wait_for_out(1)
    wait_until(lambda: bench.scheduler.problem == "")


def test_one_sources_bad_frames_slow_and_blame_no_other(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.detector.bad = {"bad"}
    for name in ("good", "bad"):
        bench.scheduler.add("s", name)
    bench.scheduler.start()
    bench.scheduler.put(make_frame(session_id="good", seq=0))
    bench.wait_for_out(1)
    began = time.monotonic()
    for seq in range(1, 16):  # with a pause after each bad frame this would take a minute
        for name in ("bad", "good"):
            bench.scheduler.put(make_frame(session_id=name, seq=seq))
        bench.wait_for_out(seq + 1)
        wait_until(lambda: bench.scheduler.figures("bad").frames_failed == seq)  # noqa: B023
        assert bench.scheduler.problem == ""
    assert time.monotonic() - began < 3
    assert bench.scheduler.figures("bad").problem == "The detector failed: ValueError."
    assert bench.scheduler.figures("good").problem == ""
    assert bench.scheduler.figures("good").frames_failed == 0
    said = [record.message for record in caplog.records if record.levelname == "ERROR"]
    assert said == ["analysis_failed session=bad"]


def test_a_sessions_problem_ends_when_its_frames_have_been_good_for_a_while() -> None:
    clock = ManualClock()
    bench = Bench(clock=clock)
    bench.detector.bad = {"a"}
    for name in ("a", "idle"):
        bench.scheduler.add("s", name)
    bench.scheduler.start()
    try:
        bench.scheduler.put(make_frame(session_id="a", seq=0))
        wait_until(lambda: bench.scheduler.figures("a").problem != "")
        bench.detector.bad = set()
        bench.scheduler.put(make_frame(session_id="a", seq=1))
        bench.wait_for_out(1)
        assert bench.scheduler.figures("a").problem != ""  # the next frame may be bad again
        clock.advance(PROBLEM_SHOWN_S)
        bench.scheduler.put(make_frame(session_id="a", seq=2))
        wait_until(lambda: bench.scheduler.figures("a").problem == "")
    finally:
        bench.scheduler.stop()


def test_when_every_session_fails_the_detector_is_the_problem(bench: Bench) -> None:
    bench.detector.bad = {"a", "b"}
    for name in ("a", "b"):
        bench.scheduler.add("s", name)
    bench.scheduler.start()
    bench.scheduler.put(make_frame(session_id="a", seq=0))
    wait_until(lambda: bench.scheduler.figures("a").problem != "")
    assert bench.scheduler.problem == ""
    bench.scheduler.put(make_frame(session_id="b", seq=0))
    wait_until(lambda: bench.scheduler.problem != "")
    bench.detector.bad = {"a"}
    bench.scheduler.put(make_frame(session_id="b", seq=1))
    bench.wait_for_out(1)
    wait_until(lambda: bench.scheduler.problem == "")


def test_an_idle_scheduler_does_not_forget_its_problem(bench: Bench) -> None:
    bench.detector.detect_error = RuntimeError("still")
    bench.scheduler.add("s", "a")
    bench.scheduler.start()
    bench.scheduler.put(make_frame(session_id="a", seq=0))
    wait_until(lambda: bench.scheduler.problem != "")
    time.sleep(0.6)  # longer than its first pause and an idle turn
    assert bench.scheduler.problem != ""


def test_a_pack_that_does_not_load_is_named_until_it_does(bench: Bench) -> None:
    bench.detector.load_error = ModelPackError("core/x.onnx was changed.", "Restore it.")
    bench.scheduler.add("s", "a")
    bench.scheduler.start()
    bench.scheduler.put(make_frame(session_id="a", seq=0))
    wait_until(lambda: bench.scheduler.problem != "")
    assert bench.scheduler.problem == "core/x.onnx was changed. Restore it."
    bench.detector.load_error = None
    bench.wait_for_out(1)
    assert bench.scheduler.problem == ""


def test_a_removed_session_says_nothing_more(bench: Bench) -> None:
    bench.detector.gated = True
    bench.scheduler.add("s", "a")
    bench.scheduler.add("s", "b")
    bench.scheduler.start()
    bench.scheduler.put(make_frame(session_id="a", seq=0))
    bench.wait_for_entered(1)
    bench.scheduler.remove("a")
    bench.scheduler.put(make_frame(session_id="a", seq=1))
    bench.scheduler.put(make_frame(session_id="b", seq=0))
    bench.detector.gate.release(3)
    bench.wait_for_out(1)
    assert [tracks.session_id for tracks in bench.out] == ["b"]
    assert bench.scheduler.figures("a") == AnalysisFigures()
    bench.scheduler.remove("never there")


def test_each_session_has_its_own_ids(bench: Bench) -> None:
    bench.scheduler.start()
    for count, name in enumerate(["a", "b"]):
        bench.scheduler.add("s", name)
        for seq in range(2):
            bench.scheduler.put(make_frame(session_id=name, seq=seq))
            bench.wait_for_out(2 * count + seq + 1)
    assert [track.track_id for tracks in bench.out for track in tracks.tracks] == [1, 1]


def test_figures_by_a_clock_that_the_test_drives() -> None:
    clock = ManualClock()
    bench = Bench(clock=clock)
    bench.detector.on_detect = lambda: clock.advance(0.03)
    bench.scheduler.add("s", "a")
    bench.scheduler.start()
    try:
        assert bench.scheduler.figures("a") == AnalysisFigures()
        for seq in range(20):
            bench.scheduler.put(make_frame(session_id="a", seq=seq))
            bench.wait_for_out(seq + 1)
            clock.advance(0.07)
        figures = bench.scheduler.figures("a")
        assert figures.analysed_fps == pytest.approx(10)
        assert figures.inference_ms == pytest.approx(30)
        clock.advance(5)
        assert bench.scheduler.figures("a").analysed_fps == 0
    finally:
        bench.scheduler.stop()


def test_stop_is_quick_and_closes_the_detector() -> None:
    bench = Bench()
    bench.scheduler.start()
    wait_until(lambda: bool(bench.detector.threads))
    began = time.monotonic()
    bench.scheduler.stop()
    assert time.monotonic() - began < 3
    assert bench.detector.closed
    assert not [thread for thread in threading.enumerate() if thread.name == "infer"]


def test_an_idle_scheduler_costs_no_cpu(bench: Bench) -> None:
    bench.scheduler.add("s", "a")
    bench.scheduler.start()
    wait_until(lambda: bool(bench.detector.threads))
    used_s: list[float] = []
    for _ in range(4):  # the collector of garbage may take its time in one, a busy loop in each
        before = time.process_time()
        time.sleep(0.4)
        used_s.append(time.process_time() - before)
    assert min(used_s) < 0.04
