"""One worker thread that takes the newest frame of each source in turn through the detector.

Between the decoders and the detector lies one latest-only slot a session: a detector that is too
slow makes sources lose frames, which is counted, and never makes a picture old.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from ground_station.core.clock import Clock
from ground_station.core.errors import KestrelError
from ground_station.core.lifecycle import Worker
from ground_station.core.mailbox import LatestSlot
from ground_station.core.model import Frame, FrameTracks
from ground_station.core.ports import Detector, Tracker
from ground_station.vision.inference.pacing import Pace

log = logging.getLogger(__name__)

RTP_CLOCK_HZ = 90_000
IDLE_WAIT_S = 0.25  # how late a stop may be seen
FPS_WINDOW_S = 3.0
TIMINGS_KEPT = 30
PROBLEM_SHOWN_S = 1.0  # since the last failed frame: where some frames fail, it does not flicker


@dataclass(frozen=True, slots=True)
class AnalysisFigures:
    """What the scheduler did with one session's frames.

    Attributes:
        analysed_fps: over the last FPS_WINDOW_S seconds.
        inference_ms: mean of the last frames, conversion to tracks; None before the first.
        frames_dropped: were due for analysis, but a newer one came before their turn.
        frames_skipped: were never due: the source is faster than the analysed rate.
        frames_failed: could not be analysed.
        problem: empty, or one sentence: why this session's frames cannot be analysed.
    """

    analysed_fps: float = 0.0
    inference_ms: float | None = None
    frames_dropped: int = 0
    frames_skipped: int = 0
    frames_failed: int = 0
    problem: str = ""


@dataclass(slots=True)
class _Session:
    source_id: str
    pace: Pace
    tracker: Tracker | None = None  # made on the worker thread, with the first frame
    slot: LatestSlot[Frame] = field(default_factory=LatestSlot)
    skipped: int = 0
    failing: bool = False  # the last frame failed
    failed: int = 0
    failed_at_s: float = 0.0
    problem: str = ""
    analysed_at_s: deque[float] = field(default_factory=lambda: deque(maxlen=256))
    took_s: deque[float] = field(default_factory=lambda: deque(maxlen=TIMINGS_KEPT))


class InferenceScheduler:
    """Detector and trackers behind one thread; fair across sessions.

    Args:
        detector: loaded and used on the worker thread alone; closed when that has ended.
        make_tracker: gives a session its own tracker; called on the worker thread, and once more
            when the detector is loaded, so that its imports are done before the first frame.
        analysed_fps: at most so many frames a second of each source, by its media time.
        on_tracks: called on the worker thread after each analysed frame, also when it has no
            tracks; must not block.
    """

    def __init__(
        self,
        detector: Detector,
        make_tracker: Callable[[], Tracker],
        *,
        analysed_fps: float,
        clock: Clock,
        on_tracks: Callable[[FrameTracks], None],
    ) -> None:
        self._detector = detector
        self._make_tracker = make_tracker
        self._analysed_fps = analysed_fps
        self._clock = clock
        self._on_tracks = on_tracks
        self._lock = threading.Lock()
        self._sessions: OrderedDict[str, _Session] = OrderedDict()  # whose turn is next, first
        self._wake = threading.Event()
        self._worker = Worker("infer", self._step)
        self._loaded = False
        self._problem = ""  # written by the worker alone

    @property
    def problem(self) -> str:
        """Empty, or one sentence: why detection does not work right now."""
        return self._problem

    def start(self) -> None:
        self._worker.start()

    def stop(self) -> None:
        """Stop after the frame at hand."""
        self._wake.set()
        self._worker.stop()
        self._detector.close()

    def add(self, source_id: str, session_id: str) -> None:
        """Take frames of a session from now on; one that is there already stays as it is."""
        session = _Session(source_id, Pace(self._analysed_fps))
        with self._lock:
            self._sessions.setdefault(session_id, session)

    def remove(self, session_id: str) -> None:
        """Forget a session; a frame of it that is being analysed is not reported any more."""
        with self._lock:
            session = self._sessions.pop(session_id, None)
        if session is not None:
            session.slot.close()

    def put(self, frame: Frame) -> None:
        """Offer a frame, from any thread; never blocks. A session's frames come from one thread.

        A frame of an unknown session is ignored: it was removed a moment ago.
        """
        with self._lock:
            session = self._sessions.get(frame.session_id)
            if session is None:
                return
            if not session.pace.due(frame.rtp_timestamp / RTP_CLOCK_HZ):
                session.skipped += 1
                return
        session.slot.put(frame)
        self._wake.set()

    def figures(self, session_id: str) -> AnalysisFigures:
        """Figures of a session; all zero for one that is not here."""
        with self._lock:
            session = self._sessions.get(session_id)
            if session is None:
                return AnalysisFigures()
            since_s = self._clock.monotonic_s() - FPS_WINDOW_S
            times = [at_s for at_s in session.analysed_at_s if at_s >= since_s]
            took_s = list(session.took_s)
            skipped, failed, problem = session.skipped, session.failed, session.problem
        return AnalysisFigures(
            analysed_fps=_rate(times),
            inference_ms=1000 * sum(took_s) / len(took_s) if took_s else None,
            frames_dropped=session.slot.dropped,
            frames_skipped=skipped,
            frames_failed=failed,
            problem=problem,
        )

    # --- on the worker thread ---

    def _step(self) -> None:
        """One frame. While nothing can be analysed, `problem` says why, and the Worker logs it,
        pauses and tries again; a single session that fails takes no time from the others."""
        self._wake.clear()  # before looking, so that no frame is missed
        try:
            self._load_once()
            taken = self._take_next()
            if taken is None:
                self._wake.wait(IDLE_WAIT_S)
                return
            analysed = self._analyse_or_note(*taken)
        except Exception as error:
            self._problem = _sentence(error)
            raise
        if analysed:
            self._problem = ""

    def _load_once(self) -> None:
        if not self._loaded:
            self._detector.load()
            self._make_tracker()
            self._loaded = True
            self._problem = ""

    def _take_next(self) -> tuple[_Session, Frame] | None:
        """The newest frame of the session that has waited longest for its turn."""
        with self._lock:
            for session_id, session in self._sessions.items():
                frame = session.slot.take(0)
                if frame is not None:
                    self._sessions.move_to_end(session_id)
                    return session, frame
        return None

    def _analyse_or_note(self, session: _Session, frame: Frame) -> bool:
        """Whether it was analysed; a failure is the session's own unless every session fails."""
        try:
            self._analyse(session, frame)
        except Exception as error:
            if self._note_failure(session, error):
                log.exception("analysis_failed session=%s", frame.session_id)
            with self._lock:
                if self._sessions and all(each.failing for each in self._sessions.values()):
                    raise
            return False
        self._note_success(session, frame.session_id)
        return True

    def _note_failure(self, session: _Session, error: Exception) -> bool:
        """Whether the session had no problem until now."""
        with self._lock:
            is_new = not session.problem
            session.failing = True
            session.failed += 1
            session.failed_at_s = self._clock.monotonic_s()
            session.problem = _sentence(error)
        return is_new

    def _note_success(self, session: _Session, session_id: str) -> None:
        session.failing = False
        over_s = self._clock.monotonic_s() - session.failed_at_s
        if session.problem and over_s >= PROBLEM_SHOWN_S:
            with self._lock:
                session.problem = ""
            log.info("analysis_recovered session=%s failed_frames=%d", session_id, session.failed)

    def _analyse(self, session: _Session, frame: Frame) -> None:
        began_s = self._clock.monotonic_s()
        if session.tracker is None:
            session.tracker = self._make_tracker()
        (detections,) = self._detector.detect([frame])
        tracks = session.tracker.update(detections, frame.rtp_timestamp / RTP_CLOCK_HZ)
        ended_s = self._clock.monotonic_s()
        with self._lock:
            if self._sessions.get(frame.session_id) is not session:
                return
            session.took_s.append(ended_s - began_s)
            session.analysed_at_s.append(ended_s)
        self._on_tracks(
            FrameTracks(
                source_id=session.source_id,
                session_id=frame.session_id,
                seq=frame.seq,
                rtp_timestamp=frame.rtp_timestamp,
                captured_at=frame.captured_at,
                captured_at_from=frame.captured_at_from,
                width=frame.pixels.width,
                height=frame.pixels.height,
                tracks=tracks,
            )
        )


def _rate(times_s: list[float]) -> float:
    if len(times_s) < 2 or times_s[-1] <= times_s[0]:
        return 0.0
    return (len(times_s) - 1) / (times_s[-1] - times_s[0])


def _sentence(error: Exception) -> str:
    if isinstance(error, KestrelError):
        return str(error)
    return f"The detector failed: {type(error).__name__}."
