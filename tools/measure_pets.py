"""Measure the detector and the tracker on PETS 2009 S2.L1 View 1, as docs/accuracy.md states it.

    python tools/measure_pets.py <folder with vtest.avi and gt_frames_0001-0400.txt> [--json]

Definitions, all at IoU >= 0.5, boxes of class "person" against the MOT-format truth:

- Detection, on frames 1, 26, 51, ... 376: in each frame the largest set of one-to-one pairs
  (Hungarian, then IoU) is taken; recall = pairs / truth boxes, precision = pairs / found boxes.
- MOTA, on frames 1-400: a truth object keeps the track it had last if that still overlaps it,
  the others are paired by the Hungarian method; MOTA = 1 - (misses + false boxes + switches) /
  truth boxes. A switch is a truth object paired with another track than the last one it had.
- IDF1, on frames 1-400: whole truth trajectories and whole tracks are paired one to one so that
  most frames agree; IDF1 = 2 * agreeing frames / (truth boxes + track boxes).
- Milliseconds are of one frame, from decoded picture to tracks, median, with nothing else asked of
  the process; CPU is that of the whole process.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ground_station.core.model import CapturedAtFrom, Frame
from ground_station.vision.inference.models.boxes import iou_with_all
from ground_station.vision.inference.registry import NANODET, build_detector, build_tracker
from ground_station.vision.media.pixels import VideoFramePixels

FPS = 10.0
LAST_FRAME = 400
EVERY = 25
IOU = 0.5
PERSON = 0

Boxes = NDArray[np.float32]
Scene = dict[int, tuple[NDArray[np.int64], Boxes]]  # frame -> ids, boxes


@dataclass(frozen=True)
class Tracking:
    """Tracker figures."""

    mota: float
    idf1: float
    switches: int
    misses: int
    false_boxes: int
    tracks: int
    people: int


def read_truth(path: Path) -> Scene:
    """MOT format: frame, id, left, top, width, height, ..."""
    rows = np.loadtxt(path, delimiter=",", usecols=range(6))
    scene: Scene = {}
    for frame in range(1, LAST_FRAME + 1):
        mine = rows[rows[:, 0] == frame]
        corners = np.concatenate([mine[:, 2:4], mine[:, 2:4] + mine[:, 4:6]], axis=1)
        scene[frame] = (mine[:, 1].astype(np.int64), corners.astype(np.float32))
    return scene


def read_frames(path: Path) -> Iterator[tuple[int, Frame]]:
    """The footage as the node would see it; numbered from 1."""
    with av.open(str(path)) as container:
        for index, picture in enumerate(container.decode(video=0)):
            if index >= LAST_FRAME:
                return
            yield (
                index + 1,
                Frame(
                    source_id="pets",
                    session_id="pets",
                    seq=index,
                    rtp_timestamp=round(index * 90_000 / FPS),
                    captured_at=None,
                    captured_at_from=CapturedAtFrom.UNKNOWN,
                    received_monotonic_s=0.0,
                    pixels=VideoFramePixels(picture),
                ),
            )


def overlaps(truth: Boxes, found: Boxes) -> NDArray[np.float32]:
    """IoU of each truth box (row) with each found box (column)."""
    if not len(truth) or not len(found):
        return np.zeros((len(truth), len(found)), np.float32)
    return np.stack([iou_with_all(box, found) for box in truth])


def best_pairs(iou: NDArray[np.float32]) -> list[tuple[int, int]]:
    """As many one-to-one pairs over the threshold as can be, the best overlapping of those."""
    rows, columns = linear_sum_assignment(np.where(iou >= IOU, 1 + iou, 0), maximize=True)
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    return [(row, column) for row, column in pairs if iou[row, column] >= IOU]


def detection(truth: Scene, found: dict[int, Boxes], frames: list[int]) -> tuple[float, float]:
    """Recall and precision over the given frames."""
    pairs = sum(len(best_pairs(overlaps(truth[frame][1], found[frame]))) for frame in frames)
    wanted = sum(len(truth[frame][1]) for frame in frames)
    got = sum(len(found[frame]) for frame in frames)
    return pairs / wanted, pairs / max(got, 1)


def tracking(truth: Scene, tracks: Scene) -> Tracking:
    """CLEAR MOT and identity figures."""
    last: dict[int, int] = {}
    switches = misses = extra = 0
    for frame, (people, boxes) in truth.items():
        ids, found = tracks[frame]
        iou = overlaps(boxes, found)
        column_of = {int(track): column for column, track in enumerate(ids)}
        for row, person in enumerate(people):  # what was paired stays paired
            column = column_of.get(last.get(int(person), -1))
            if column is not None and iou[row, column] >= IOU:
                iou[row, column] += len(people) + len(ids)
        pairs = best_pairs(iou)
        misses += len(people) - len(pairs)
        extra += len(ids) - len(pairs)
        for row, column in pairs:
            person, track = int(people[row]), int(ids[column])
            switches += last.get(person, track) != track
            last[person] = track
    total = sum(len(people) for people, _ in truth.values())
    return Tracking(
        mota=round(1 - (misses + extra + switches) / total, 3),
        idf1=round(identity_f1(truth, tracks), 3),
        switches=switches,
        misses=misses,
        false_boxes=extra,
        tracks=len({int(track) for ids, _ in tracks.values() for track in ids}),
        people=len({int(person) for ids, _ in truth.values() for person in ids}),
    )


def identity_f1(truth: Scene, tracks: Scene) -> float:
    """IDF1: the best pairing of whole trajectories."""
    agreed: dict[tuple[int, int], int] = defaultdict(int)
    boxes = 0
    for frame, (people, truth_boxes) in truth.items():
        ids, found = tracks[frame]
        boxes += len(people) + len(ids)
        for row, column in np.argwhere(overlaps(truth_boxes, found) >= IOU):
            agreed[int(people[row]), int(ids[column])] += 1
    persons = sorted({person for person, _ in agreed})
    names = sorted({track for _, track in agreed})
    table = np.array([[agreed.get((person, name), 0) for name in names] for person in persons])
    rows, columns = linear_sum_assignment(table, maximize=True)
    return 2 * float(table[rows, columns].sum()) / boxes


@dataclass
class Run:
    """One pass over the footage."""

    found: dict[int, Boxes]
    tracks: Scene
    median_ms: float
    cpu_ms: float


def run(video: Path, *, threads: int, confidence: float) -> Run:
    """Detect and track frames 1-400."""
    detector = build_detector(NANODET, threads=threads, confidence=confidence)
    detector.load()
    tracker = build_tracker(
        NANODET,
        analysed_fps=FPS,
        class_names=detector.card.class_names,
        confidence=confidence,
    )
    found: dict[int, Boxes] = {}
    tracks: Scene = {}
    took_ms: list[float] = []
    cpu_ms: list[float] = []
    for number, frame in read_frames(video):
        began, began_cpu = time.perf_counter(), time.process_time()
        (detections,) = detector.detect([frame])
        seen = [
            track
            for track in tracker.update(detections, frame.rtp_timestamp / 90_000)
            if track.class_name == "person"
        ]
        took_ms.append(1000 * (time.perf_counter() - began))
        cpu_ms.append(1000 * (time.process_time() - began_cpu))
        sure = (detections.class_id == PERSON) & (detections.confidence >= confidence)
        found[number] = detections.xyxy[sure]
        ids = np.array([track.track_id for track in seen], np.int64)
        tracks[number] = (ids, np.array([t.xyxy for t in seen], np.float32).reshape(-1, 4))
    return Run(found, tracks, statistics.median(took_ms), statistics.median(cpu_ms))


def cpu_model() -> str:
    """The processor's name, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return "unknown"
    return next((ln.split(":", 1)[1].strip() for ln in lines if ln.startswith("model name")), "?")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Detector and tracker on PETS 2009 S2.L1 View 1")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--video", type=Path, help="the same frames encoded another way")
    parser.add_argument("--json", action="store_true", help="one JSON document and nothing else")
    chosen = parser.parse_args(arguments)
    video = chosen.video or chosen.folder / "vtest.avi"
    truth = read_truth(chosen.folder / "gt_frames_0001-0400.txt")
    frames = list(range(1, LAST_FRAME + 1, EVERY))
    report: dict[str, object] = {"cpu": cpu_model(), "cores": os.cpu_count()}
    rows = []
    for confidence in (0.3, 0.4, 0.5):
        result = run(video, threads=1, confidence=confidence)
        recall, precision = detection(truth, result.found, frames)
        rows.append(
            {
                "confidence": confidence,
                "recall": round(recall, 3),
                "precision": round(precision, 3),
                **asdict(tracking(truth, result.tracks)),
            }
        )
    report["accuracy"] = rows
    report["speed"] = [
        {
            "threads": threads,
            "median_ms": round(timed.median_ms, 1),
            "cpu_ms": round(timed.cpu_ms, 1),
        }
        for threads in (1, 2)
        for timed in [run(video, threads=threads, confidence=0.5)]
    ]
    print(json.dumps(report, indent=None if chosen.json else 2))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
