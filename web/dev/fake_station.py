"""A pretended station, for working on the page only. Never part of the product.

    .venv/bin/python web/dev/fake_station.py [--port 8099] [--frame-code] [--cameras 3]

Serves web/dist under the real station's Content-Security-Policy, signs anybody in whose password is
"kestrel", and shows the PETS footage of ../shared over real WebRTC with the boxes that people drew
on it. POST /dev/<silence|speak|lose|return|restart> changes what happens.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import sys
import threading
import time
import uuid
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import aiortc.rtcrtpsender
import av
import cv2
import flask
import flask_socketio
import numpy as np
from aiortc import RTCPeerConnection, RTCSessionDescription, VideoStreamTrack

from fixed_cctv import pets_scene
from geo.ground_plane import GroundPlane
from ground_station.api.front_door import CONTENT_SECURITY_POLICY
from ground_station.simulation import frame_code

DATA = ROOT.parent / "shared" / "data" / "eval" / "pets09_s2l1"
OFFSET = 0xFFFF_0000  # the same for every viewer, near the wrap: the page must cope
FRAMES = 400
FPS = 10  # --fps changes it, for trying the two views at a camera's pace
EPOCH = time.time()

_random32 = aiortc.rtcrtpsender.random32
aiortc.rtcrtpsender.random32 = lambda: (
    OFFSET if sys._getframe(1).f_code.co_name == "_run_rtp" else _random32()
)


def iso(ago_s: float = 0.0) -> str:
    return (datetime.now(UTC) - timedelta(seconds=ago_s)).isoformat().replace("+00:00", "Z")


class Footage:
    """Pictures and annotated boxes by frame index."""

    def __init__(self, coded: bool) -> None:
        self.coded = coded
        self.pictures: list[np.ndarray[Any, Any]] = []
        self.boxes: dict[int, dict[int, tuple[float, ...]]] = {}
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

    def picture(self, index: int) -> np.ndarray[Any, Any]:
        picture = self.pictures[index % FRAMES].copy()
        if self.coded:
            frame_code.draw(picture, index & frame_code.MAX_NUMBER)
        return picture

    def tracks(self, index: int) -> list[list[Any]]:
        if self.coded:
            return [[index & frame_code.MAX_NUMBER, "frame code", 1.0, 0, 0, 768, 48, 0, 0]]
        now = self.boxes.get(index % FRAMES, {})
        after = self.boxes.get((index + 1) % FRAMES, {})
        found = []
        for track_id, box in sorted(now.items()):
            to = after.get(track_id, box)
            du = (to[0] + to[2] - box[0] - box[2]) / 2 * FPS
            dv = (to[1] + to[3] - box[1] - box[3]) / 2 * FPS
            found.append([track_id, "person", 0.9, *box, du, dv])
        return found


def index_now() -> int:
    return int((time.time() - EPOCH) * FPS)


class Looped(VideoStreamTrack):
    """The footage at its own pace, timestamps by frame index."""

    def __init__(self, footage: Footage) -> None:
        super().__init__()
        self.footage = footage
        self.last = index_now()

    async def recv(self) -> av.VideoFrame:
        while state["stopped"] or index_now() <= self.last:
            await asyncio.sleep(0.005)
        self.last = index_now()
        frame = av.VideoFrame.from_ndarray(self.footage.picture(self.last), format="bgr24")
        frame.pts, frame.time_base = self.last * 90_000 // FPS, Fraction(1, 90000)
        return frame


state: dict[str, Any] = {"silent": False, "stopped": False, "session": str(uuid.uuid4()), "since": iso()}
DEMO = "01990000-0000-7000-8000-000000000001"
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
        "source_id": source_id, "name": name, "kind": "fixed_camera", "origin": "agent",
        "simulated": False, "note": "", "condition": condition, "condition_since": iso(95),
        "problem": "", "lat": None, "lon": None, "heading_deg": None, "footprint": None,
        "located": False, "codec": "H264" if live else "", "width": 768 if live else 0,
        "height": 576 if live else 0, "received_fps": 10.0 if live else 0.0,
        "analysed_fps": 10.0 if live else 0.0, "inference_ms": 44.2 if live else None,
        "last_frame_at": iso(0 if live else 14), "frames_dropped": 0, "viewers": 1 if live else 0,
        "captured_at_from": "agent" if live else "unknown", "session_id": None,
    }
    return view | more


def demo_source() -> dict[str, Any]:
    return source(
        DEMO, "Demonstration camera", "lost" if state["stopped"] else "live", simulated=True,
        note=pets_scene.PETS_NOTE, lat=pets_scene.PETS_LAT, lon=pets_scene.PETS_LON,
        heading_deg=pets_scene.PETS_HEADING_DEG, located=True, session_id=state["session"],
        footprint=[list(p) for p in PLANE.footprint()], condition_since=state["since"],
    )


LOST_AT = iso(12)


def all_sources(cameras: int) -> list[dict[str, Any]]:
    others = [
        source("s2", "Shepherd’s Bush Green, east", "lost", lat=51.5043, lon=-0.2208,
               heading_deg=215.0, condition_since=LOST_AT),
        source("s3", "King Street, Town Hall", "offline", origin="whip", lat=51.4927, lon=-0.2336,
               heading_deg=80.0, condition_since=iso(4 * 86400)),
        source("s4", "Mobile unit 3", "connecting", origin="whip", condition_since=iso(2)),
    ]
    many = [
        source(f"m{i}", f"Camera {i}", "offline", lat=51.47 + (i * 37 % 61) / 1000,
               lon=-0.25 + (i * 53 % 71) / 1000, heading_deg=float(i * 47 % 360))
        for i in range(max(cameras - 4, 0))
    ]
    return [demo_source(), *others[: max(cameras - 1, 0)], *many]


def placed(index: int, footage: Footage) -> list[dict[str, Any]]:
    found = []
    for track_id, name, _c, left, _top, right, bottom, *_v in footage.tracks(index):
        point = PLANE.locate((left + right) / 2, bottom)
        if point is None or footage.coded:
            continue
        found.append({
            "source_id": DEMO, "session_id": state["session"], "track_id": track_id,
            "class_name": name, "lat": point.lat, "lon": point.lon,
            "semi_major_m": point.semi_major_m, "semi_minor_m": point.semi_minor_m,
            "orientation_deg": point.orientation_deg, "observed_at": iso(),
        })
    return found


AGENTS = [
    {"agent_id": "a1", "name": "Vision node 1", "kind": "node", "connected": True,
     "since": iso(3600), "problem": ""},
    {"agent_id": "a2", "name": "Demonstration camera agent", "kind": "camera", "connected": True,
     "since": iso(3600), "problem": ""},
]


def rest(tracks: list[dict[str, Any]]) -> dict[str, Any]:
    return {"sent_at": iso(), "agents": AGENTS, "tracks": tracks, "detector": "NanoDet-g 416",
            "detector_problem": ""}


def make(arguments: argparse.Namespace) -> tuple[flask.Flask, flask_socketio.SocketIO]:
    app = flask.Flask(__name__, static_folder=None)
    socketio = flask_socketio.SocketIO(app, async_mode="threading")
    footage = Footage(arguments.frame_code)
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    signed_in: set[str] = set()
    tries: list[float] = []
    peers: dict[str, RTCPeerConnection] = {}
    dist = ROOT / "web" / "dist"

    def session() -> dict[str, Any]:
        here = flask.request.cookies.get("fake") in signed_in
        return {"signed_in": here, "username": "operator" if here else None,
                "display_name": "Duty Operator" if here else None, "role": "admin" if here else None,
                "csrf_token": "x", "expires_at": iso(-12 * 3600) if here else None,
                "software": "0.1.0 (fake)", "demo": True}

    def problem(status: int, code: str, detail: str, remedy: str = "") -> flask.Response:
        body = {"type": "about:blank", "title": code, "status": status, "detail": detail,
                "code": code, "remedy": remedy, "reference": "fake-0001"}
        answer = flask.jsonify(body)
        answer.status_code = status
        return answer

    @app.after_request
    def csp(response: flask.Response) -> flask.Response:
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        return response

    @app.get("/")
    def index() -> flask.Response:
        return flask.send_from_directory(dist, "index.html")

    @app.get("/<path:name>")
    def file(name: str) -> flask.Response:
        return flask.send_from_directory(dist, name)

    @app.get("/api/session")
    def read() -> flask.Response:
        return flask.jsonify(session())

    @app.post("/api/sign-in")
    def sign_in() -> flask.Response:
        tries[:] = [t for t in tries if time.time() - t < 30]
        if len(tries) >= 3:
            answer = problem(429, "throttled", "Too many tries to sign in.", "Wait, then try again.")
            answer.headers["Retry-After"] = "12"
            return answer
        if (flask.request.json or {}).get("password") != "kestrel":
            tries.append(time.time())
            return problem(401, "not_signed_in", "The username or the password is wrong.")
        key = str(uuid.uuid4())
        signed_in.add(key)
        answer = flask.jsonify({**session(), "signed_in": True, "username": "operator",
                                "display_name": "Duty Operator", "role": "admin"})
        answer.set_cookie("fake", key)
        return answer

    @app.post("/api/sign-out")
    def sign_out() -> tuple[str, int]:
        signed_in.discard(flask.request.cookies.get("fake", ""))
        return "", 204

    @app.post("/api/sources")
    def add() -> tuple[flask.Response, int]:
        return flask.jsonify({"source_id": "new", "whip_path": "/whip/new",
                              "publish_token": "kp_4fQm2vYx7sJt0dWn8aLc"}), 201

    @app.post("/api/sources/<source_id>/viewer-token")
    def token(source_id: str) -> flask.Response:
        return flask.jsonify({"token": "t", "whep_path": f"/whep/{source_id}", "expires_at": iso(-60)})

    @app.post("/whep/<source_id>")
    def whep(source_id: str) -> flask.Response:
        offer = RTCSessionDescription(flask.request.get_data(as_text=True), "offer")
        name, sdp = asyncio.run_coroutine_threadsafe(answer_of(offer), loop).result(10)
        response = flask.Response(sdp, 201, mimetype="application/sdp")
        response.headers["Location"] = f"/whep/{source_id}/{name}"
        return response

    async def answer_of(offer: RTCSessionDescription) -> tuple[str, str]:
        peer = RTCPeerConnection()
        name = str(uuid.uuid4())
        peers[name] = peer
        peer.addTrack(Looped(footage))
        await peer.setRemoteDescription(offer)
        await peer.setLocalDescription(await peer.createAnswer())
        return name, peer.localDescription.sdp

    @app.delete("/whep/<source_id>/<name>")
    def end(source_id: str, name: str) -> tuple[str, int]:
        if name in peers:
            asyncio.run_coroutine_threadsafe(peers.pop(name).close(), loop)
        return "", 200

    @app.post("/dev/<act>")
    def dev(act: str) -> tuple[str, int]:
        if act in ("silence", "speak"):
            state["silent"] = act == "silence"
        if act in ("lose", "return", "restart"):
            state.update(stopped=act == "lose", since=iso())
        if act == "restart":
            state["session"] = str(uuid.uuid4())
        return "", 204

    @socketio.on("connect", namespace="/live")
    def connect(_auth: object = None) -> bool | None:
        if flask.request.cookies.get("fake") not in signed_in:
            return False
        socketio.emit("snapshot", {**rest(placed(index_now(), footage)),
                                   "sources": all_sources(arguments.cameras)}, namespace="/live",
                      to=flask.request.sid)
        return None

    @socketio.on("watch", namespace="/live")
    def watch(body: dict[str, str]) -> dict[str, bool]:
        socketio.emit("viewer_clock", {"viewer_session_id": body["viewer_session_id"],
                                       "rtp_offset": OFFSET}, namespace="/live")
        return {"ok": True}

    @socketio.on("unwatch", namespace="/live")
    def unwatch(_body: object) -> dict[str, bool]:
        return {"ok": True}

    def push() -> None:
        sent = index_now() - 2
        while True:
            time.sleep(0.1)
            now = index_now() - 1  # analysis takes its time
            if state["silent"] or state["stopped"]:
                sent = now
                if state["stopped"] and not state["silent"]:
                    batch = {**rest([]), "sources": [demo_source()], "removed_sources": []}
                    socketio.emit("batch", batch, namespace="/live")
                continue
            frames = [
                {"source_id": DEMO, "session_id": state["session"], "seq": i,
                 "rtp_timestamp": i * 90_000 // FPS & 0xFFFFFFFF,
                 "captured_at": datetime.fromtimestamp(EPOCH + i / FPS, UTC).isoformat(),
                 "width": 768, "height": 576, "tracks": footage.tracks(i)}
                for i in range(sent + 1, now + 1)
            ]
            sent = now
            socketio.emit("frames", {"sent_at": iso(), "frames": frames}, namespace="/live")
            if now % 2 == 0:
                batch = {**rest(placed(now, footage)), "sources": [demo_source()],
                         "removed_sources": []}
                socketio.emit("batch", batch, namespace="/live")

    threading.Thread(target=push, daemon=True).start()
    return app, socketio


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8099)
    parser.add_argument("--frame-code", action="store_true")
    parser.add_argument("--cameras", type=int, default=4)
    parser.add_argument("--fps", type=int, default=10)
    arguments = parser.parse_args()
    globals()["FPS"] = arguments.fps
    app, socketio = make(arguments)
    print(f"FAKE station, for work on the page only: http://127.0.0.1:{arguments.port}", flush=True)
    socketio.run(app, host="127.0.0.1", port=arguments.port, allow_unsafe_werkzeug=True)


if __name__ == "__main__":
    main()
