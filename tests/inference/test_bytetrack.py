"""ByteTrack behind our port: ids, boxes, velocity and time."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ground_station.core.model import Track
from ground_station.vision.inference.models.coco import COCO_CLASSES
from ground_station.vision.inference.trackers.bytetrack import ByteTrack
from tests.inference.pictures import make_detections

Box = tuple[float, float, float, float]
FPS = 10.0


def new_tracker() -> ByteTrack:
    return ByteTrack(analysed_fps=FPS, class_names=COCO_CLASSES)


def walker(x: float, y: float = 100) -> Box:
    return (x, y, x + 30, y + 80)


def test_a_person_walking_keeps_one_id_and_the_boxes_are_the_detections() -> None:
    tracker = new_tracker()
    seen: list[tuple[Track, ...]] = []
    for frame in range(30):
        seen.append(tracker.update(make_detections([walker(5 * frame)], 0.75), frame / FPS))
    assert seen[0] == ()  # not confirmed yet
    for frame, tracks in enumerate(seen[1:], start=1):
        (track,) = tracks
        assert track.track_id == 1
        assert track.class_name == "person"
        assert track.xyxy == pytest.approx(walker(5 * frame))
        assert track.confidence == pytest.approx(0.75)


def test_velocity_is_in_pixels_a_second_of_media_time() -> None:
    tracker = new_tracker()
    tracks: tuple[Track, ...] = ()
    for frame in range(20):
        at_s = frame * 0.2  # every other frame of 10 fps
        tracks = tracker.update(make_detections([walker(40 * at_s, 50 - 10 * at_s)]), at_s)
    assert tracks[0].velocity_px_s == pytest.approx((40, -10), rel=0.02)


def test_velocity_is_smooth_when_boxes_tremble() -> None:
    tracker = new_tracker()
    speeds = []
    for frame in range(60):
        tremble = 3 if frame % 2 else -3
        tracks = tracker.update(make_detections([walker(4 * frame + tremble)]), frame / FPS)
        speeds += [track.velocity_px_s[0] for track in tracks]
    assert max(abs(speed - 40) for speed in speeds[20:]) < 12  # raw: 40 +- 60


def test_a_missed_person_comes_back_under_the_same_id() -> None:
    tracker = new_tracker()
    for frame in range(10):
        tracker.update(make_detections([walker(5 * frame)]), frame / FPS)
    for frame in range(10, 15):
        assert tracker.update(make_detections([]), frame / FPS) == ()
    (track,) = tracker.update(make_detections([walker(75)]), 1.5)
    assert track.track_id == 1


def test_after_a_long_gap_it_is_another_track_and_ids_are_not_used_again() -> None:
    tracker = new_tracker()
    ids: list[int] = []
    for visit in range(5):
        for frame in range(5):
            tracks = tracker.update(make_detections([walker(50)]), visit * 30 + frame / FPS)
            ids += [track.track_id for track in tracks]
    assert sorted(set(ids)) == [1, 2, 3, 4, 5]
    assert ids == sorted(ids)


def test_classes_are_never_mixed() -> None:
    tracker = new_tracker()
    tracks: tuple[Track, ...] = ()
    for frame in range(5):
        both = make_detections([walker(50), walker(52)], class_ids=[0, 2])
        tracks = tracker.update(both, frame / FPS)
    assert {track.class_name for track in tracks} == {"person", "car"}
    assert len({track.track_id for track in tracks}) == 2
    only_car = make_detections([walker(50)], class_ids=[2])
    (car,) = tracker.update(only_car, 0.5)
    assert car.class_name == "car"


def test_a_single_false_alarm_never_shows() -> None:
    tracker = new_tracker()
    assert tracker.update(make_detections([walker(50)]), 0.0) == ()
    assert tracker.update(make_detections([]), 0.1) == ()
    assert tracker.update(make_detections([walker(400)]), 0.2) == ()


def test_weak_detections_keep_a_track_alive_but_start_none() -> None:
    tracker = new_tracker()
    for frame in range(5):
        tracker.update(make_detections([walker(5 * frame)], 0.8), frame / FPS)
    (kept,) = tracker.update(make_detections([walker(25)], 0.35), 0.5)
    assert kept.track_id == 1
    fresh = new_tracker()
    for frame in range(5):
        assert fresh.update(make_detections([walker(5 * frame)], 0.35), frame / FPS) == ()


def test_the_confidence_asked_for_decides_what_is_weak() -> None:
    tracker = ByteTrack(analysed_fps=FPS, class_names=COCO_CLASSES, confidence=0.2)
    tracks: tuple[Track, ...] = ()
    for frame in range(5):
        tracks = tracker.update(make_detections([walker(5 * frame)], 0.35), frame / FPS)
    assert [track.track_id for track in tracks] == [1]


def test_time_that_stands_still_or_runs_back_is_no_fault() -> None:
    tracker = new_tracker()
    tracks: tuple[Track, ...] = ()
    for at_s in (100.0, 100.1, 100.1, 100.2, 3.0, 3.1, 3.2):
        tracks = tracker.update(make_detections([walker(50)]), at_s)
    assert [track.track_id for track in tracks] == [1]


def test_two_who_pass_each_other_do_not_swap() -> None:
    tracker = new_tracker()
    tracks: tuple[Track, ...] = ()
    for frame in range(40):
        right, left = walker(10 * frame, 100), walker(400 - 10 * frame, 150)
        tracks = tracker.update(make_detections([right, left]), frame / FPS)
    ends = {track.xyxy[0]: track.track_id for track in tracks}
    assert ends == {390: 1, 10: 2}


def test_hundreds_of_passers_by_leave_nothing_behind() -> None:
    tracker = new_tracker()
    for person in range(200):
        for frame in range(3):
            tracker.update(make_detections([walker(10 + frame)]), person * 10 + frame / FPS)
    assert len(tracker._motions) <= 2


@given(
    st.lists(
        st.tuples(
            st.floats(0.001, 3),
            st.lists(
                st.tuples(st.integers(0, 600), st.integers(0, 400), st.integers(0, 3)), max_size=6
            ),
        ),
        max_size=40,
    )
)
@settings(max_examples=40, deadline=None)
def test_whatever_comes_ids_are_unique_in_a_frame_and_boxes_are_given_ones(
    frames: list[tuple[float, list[tuple[int, int, int]]]],
) -> None:
    tracker = new_tracker()
    at_s = 0.0
    class_of: dict[int, str] = {}
    for step_s, spots in frames:
        at_s += step_s
        boxes = [walker(x, y) for x, y, _ in spots]
        found = make_detections(boxes, class_ids=[name for _, _, name in spots])
        tracks = tracker.update(found, at_s)
        assert len({track.track_id for track in tracks}) == len(tracks)
        for track in tracks:
            assert track.xyxy in boxes
            assert class_of.setdefault(track.track_id, track.class_name) == track.class_name
