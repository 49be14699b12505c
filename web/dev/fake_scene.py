"""What the pretended station shows: the PETS footage, its annotated boxes, made-up cameras."""

from __future__ import annotations

import csv
import sys
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import cv2
import numpy as np

from fixed_cctv import pets_scene
from geo.ground_plane import GroundPlane
from ground_station.simulation import frame_code

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data" / "eval" / "pets09_s2l1"
FRAMES = 400
EPOCH = time.time()
pace = {"fps": 10}  # --fps changes it, for trying the two views at a camera's pace


def iso(ago_s: float = 0.0) -> str:
    """So long ago, as the wire tells times."""
    return (datetime.now(UTC) - timedelta(seconds=ago_s)).isoformat().replace("+00:00", "Z")


def rtp_of(index: int) -> int:
    """The publisher's RTP timestamp of a picture."""
    return index * 90_000 // pace["fps"]


def index_now() -> int:
    """The picture that is being captured now."""
    return int((time.time() - EPOCH) * pace["fps"])


class Footage:
    """Pictures and annotated boxes by frame index."""

    def __init__(self, coded: bool) -> None:
        self.coded = coded
        self.pictures: list[np.ndarray[Any, Any]] = []
        self.boxes: dict[int, dict[int, tuple[float, ...]]] = {}
        if not DATA.exists():  # a checkout by itself: something that moves is enough
            self._make()
            return
        capture = cv2.VideoCapture(str(DATA / "vtest.avi"))
        while len(self.pictures) < FRAMES:
            ok, picture = capture.read()
            if not ok:
                break
            self.pictures.append(picture)
        with (DATA / "gt_frames_0001-0400.txt").open(encoding="utf-8") as file:
            for row in csv.reader(file):
                x, y, w, h = (float(v) for v in row[2:6])
                self.boxes.setdefault(int(row[0]) - 1, {})[int(row[1])] = (x, y, x + w, y + h)

    def _make(self) -> None:
        for index in range(40):
            picture = np.full((576, 768, 3), 90, np.uint8)
            left = 100 + 10 * index
            cv2.rectangle(picture, (left, 250), (left + 60, 400), (200, 200, 200), -1)
            self.pictures.append(picture)
            self.boxes[index] = {1: (float(left), 250.0, left + 60.0, 400.0)}

    def picture(self, index: int) -> np.ndarray[Any, Any]:
        picture = self.pictures[index % len(self.pictures)].copy()
        if self.coded:
            frame_code.draw(picture, index & frame_code.MAX_NUMBER)
        return picture

    def tracks(self, index: int) -> list[list[Any]]:
        if self.coded:
            return [[index & frame_code.MAX_NUMBER, "frame code", 1.0, 0, 0, 768, 48, 0, 0]]
        now = self.boxes.get(index % len(self.pictures), {})
        after = self.boxes.get((index + 1) % len(self.pictures), {})
        found = []
        for track_id, box in sorted(now.items()):
            to = after.get(track_id, box)
            du = (to[0] + to[2] - box[0] - box[2]) / 2 * pace["fps"]
            dv = (to[1] + to[3] - box[1] - box[3]) / 2 * pace["fps"]
            found.append([track_id, "person", 0.9, *box, du, dv])
        return found


state: dict[str, Any] = {
    "silent": False,
    "stopped": False,
    "session": str(uuid.uuid4()),
    "since": iso(),
}
DEMO = "01990000-0000-7000-8000-000000000001"
DEMO_NUMBER = 0
NUMBERS = {DEMO: DEMO_NUMBER}  # of the sources, as tracks name them
SCENE = pets_scene.PETS_CALIBRATION
PLANE = GroundPlane.fit(
    width_px=SCENE.width_px,
    height_px=SCENE.height_px,
    anchor_lat=SCENE.anchor_lat,
    anchor_lon=SCENE.anchor_lon,
    pairs=[(p.u_px, p.v_px, p.east_m, p.north_m) for p in SCENE.pairs],
    sigma_px=SCENE.sigma_px,
    sigma_calibration_m=SCENE.sigma_calibration_m,
)


def source(source_id: str, name: str, condition: str, **more: Any) -> dict[str, Any]:
    live = condition == "live"
    view = {
        "source_id": source_id,
        "number": NUMBERS.setdefault(source_id, len(NUMBERS)),
        "name": name,
        "kind": "fixed_camera",
        "origin": "agent",
        "organisation_id": "o1",
        "agent_id": "a2",
        "simulated": False,
        "note": "",
        "condition": condition,
        "condition_since": iso(95),
        "problem": "",
        "lat": None,
        "lon": None,
        "heading_deg": None,
        "footprint": None,
        "located": False,
        "codec": "H264" if live else "",
        "width": 768 if live else 0,
        "height": 576 if live else 0,
        "received_fps": 10.0 if live else 0.0,
        "analysed_fps": 10.0 if live else 0.0,
        "inference_ms": 44.2 if live else None,
        "last_frame_at": iso(0 if live else 14),
        "frames_dropped": 0,
        "viewers": 1 if live else 0,
        "captured_at_from": "agent" if live else "unknown",
        "session_id": None,
    }
    return view | more


def demo_source() -> dict[str, Any]:
    return source(
        DEMO,
        "Demonstration camera",
        "lost" if state["stopped"] else "live",
        simulated=True,
        note=pets_scene.PETS_NOTE,
        lat=pets_scene.PETS_LAT,
        lon=pets_scene.PETS_LON,
        heading_deg=pets_scene.PETS_HEADING_DEG,
        located=True,
        session_id=state["session"],
        footprint=[list(p) for p in PLANE.footprint()],
        condition_since=state["since"],
    )


LOST_AT = iso(12)


def all_sources(cameras: int) -> list[dict[str, Any]]:
    others = [
        source(
            "s2",
            "Shepherd’s Bush Green, east",
            "lost",
            lat=51.5043,
            lon=-0.2208,
            heading_deg=215.0,
            condition_since=LOST_AT,
        ),
        source(
            "s3",
            "King Street, Town Hall",
            "offline",
            origin="whip",
            lat=51.4927,
            lon=-0.2336,
            heading_deg=80.0,
            condition_since=iso(4 * 86400),
        ),
        source("s4", "Mobile unit 3", "connecting", origin="whip", condition_since=iso(2)),
    ]
    many = [
        source(
            f"m{i}",
            f"Camera {i}",
            "offline",
            lat=51.47 + (i * 37 % 61) / 1000,
            lon=-0.25 + (i * 53 % 71) / 1000,
            heading_deg=float(i * 47 % 360),
        )
        for i in range(max(cameras - 4, 0))
    ]
    return [demo_source(), *others[: max(cameras - 1, 0)], *many]


def analysed(index: int, footage: Footage) -> dict[str, Any]:
    """One analysed frame, as event `frames` carries it."""
    return {
        "source_id": DEMO,
        "session_id": state["session"],
        "seq": index,
        "rtp_timestamp": rtp_of(index) & 0xFFFFFFFF,
        "captured_at": datetime.fromtimestamp(EPOCH + index / pace["fps"], UTC).isoformat(),
        "width": 768,
        "height": 576,
        "tracks": footage.tracks(index),
    }


def placed(index: int, footage: Footage) -> list[list[Any]]:
    """The demonstration camera's tracks as `SourceTracks` on the wire."""
    found = []
    for track_id, name, _c, left, _top, right, bottom, *_v in footage.tracks(index):
        point = PLANE.locate((left + right) / 2, bottom)
        if point is None or footage.coded:
            continue
        ellipse = (point.semi_major_m * 100, point.semi_minor_m * 100, point.orientation_deg)
        place = (point.lat * 1e6, point.lon * 1e6, *ellipse)
        found.append([track_id, name, *(round(number) for number in place)])
    return [[DEMO_NUMBER, 0, found]] if found else []


AGENTS = [
    {
        "agent_id": "a1",
        "name": "Vision node 1",
        "kind": "node",
        "connected": True,
        "since": iso(3600),
        "problem": "",
    },
    {
        "agent_id": "a2",
        "name": "Demonstration camera agent",
        "kind": "camera",
        "connected": True,
        "since": iso(3600),
        "problem": "",
    },
]


def rest(tracks: list[list[Any]]) -> dict[str, Any]:
    return {
        "sent_at": iso(),
        "agents": AGENTS,
        "tracks": tracks,
        "figures": [],
        "alerts": [],
        "vehicles": [],
        "system": {"status": "ok", "problems": []},
        "detector": "NanoDet-g 416",
        "detector_problem": "",
    }
