"""A pretended station, for working on the page only. Never part of the product.

    .venv/bin/python web/dev/fake_station.py [--port 8099] [--frame-code] [--cameras 4] [--fps 10]

Serves web/dist under the real station's Content-Security-Policy, signs anybody in whose password is
"kestrel" (the username says the role, see fake_office.py), and shows the PETS footage of ../shared
over real WebRTC with the boxes that people drew on it. POST /dev/<act> changes what happens:
silence | speak, lose | return, restart, empty | full, broken | mended, an-alert, and those of
fake_drone.py.
"""

from __future__ import annotations

import argparse
import threading
import time
import uuid
from typing import Any

import fake_airspace as airspace
import fake_drone as drones
import fake_office as office
import fake_scene as scene
import flask
import flask_socketio
import segno
from fake_media import OFFSET, Viewers

from ground_station.api.front_door import CONTENT_SECURITY_POLICY

DIST = scene.ROOT / "web" / "dist"
signed_in: dict[str, dict[str, Any]] = {}
tries: list[float] = []


def known() -> dict[str, Any] | None:
    return signed_in.get(flask.request.cookies.get("fake", ""))


def problem(status: int, code: str, detail: str, remedy: str = "") -> flask.Response:
    answer = flask.jsonify(
        type="about:blank",
        title=code,
        status=status,
        detail=detail,
        code=code,
        remedy=remedy,
        reference="fake-0001",
    )
    answer.status_code = status
    return answer


def serve_page(app: flask.Flask) -> None:
    @app.after_request
    def csp(response: flask.Response) -> flask.Response:
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        return response

    @app.get("/")
    def index() -> flask.Response:
        return flask.send_from_directory(DIST, "index.html")

    @app.get("/<path:name>")
    def file(name: str) -> flask.Response:
        return flask.send_from_directory(DIST, name)


def serve_sign_in(app: flask.Flask) -> None:
    @app.get("/api/session")
    def read() -> flask.Response:
        return flask.jsonify(office.session_of(known()))

    @app.post("/api/sign-in")
    def sign_in() -> flask.Response:
        tries[:] = [t for t in tries if time.time() - t < 30]
        if len(tries) >= 3:
            answer = problem(429, "throttled", "Too many tries to sign in.", "Wait a moment.")
            answer.headers["Retry-After"] = "12"
            return answer
        if (flask.request.json or {}).get("password") != "kestrel":
            tries.append(time.time())
            return problem(401, "not_signed_in", "The username or the password is wrong.")
        body = flask.request.json or {}
        if body["username"] == "coded" and not body.get("code"):
            return problem(
                401, "code_needed", "This account has a second factor.", "Type the code."
            )
        key = str(uuid.uuid4())
        signed_in[key] = office.new_user(body["username"])
        answer = flask.jsonify(office.session_of(signed_in[key]))
        answer.set_cookie("fake", key)
        return answer

    @app.post("/api/session/purpose")
    def purpose() -> flask.Response:
        user, body = known() or {}, flask.request.json or {}
        user.update(purpose=body["purpose"], note=body["note"])
        return flask.jsonify(office.session_of(user))

    @app.post("/api/sign-out")
    def sign_out() -> tuple[str, int]:
        signed_in.pop(flask.request.cookies.get("fake", ""), None)
        return "", 204

    @app.before_request
    def broken() -> flask.Response | None:
        quiet = ("/api/session", "/api/sign-in", "/api/sign-out")
        if (
            office.office["broken"]
            and flask.request.path.startswith("/api/")
            and (flask.request.path not in quiet)
        ):
            return problem(503, "unavailable", "The database does not answer.", "Wait a moment.")
        return None


def serve_factors(app: flask.Flask) -> None:
    @app.post("/api/account/authenticator")
    def offer() -> flask.Response:
        uri = "otpauth://totp/Kestrel:fresh?secret=JBSWY3DPEHPK3PXP&issuer=Kestrel"
        picture = segno.make(uri).svg_inline(scale=4)
        return flask.jsonify({"secret": "JBSWY3DPEHPK3PXP", "uri": uri, "qr_svg": picture})

    @app.post("/api/account/authenticator/confirm")
    def confirm() -> flask.Response:
        (known() or {}).update(factor=True)
        return flask.jsonify({"codes": [f"{n:04d}-made-up" for n in range(10)]})

    @app.post("/api/account/password")
    def password() -> tuple[str, int]:
        (known() or {}).update(must_change=False)
        return "", 204


def serve_sources(app: flask.Flask, viewers: Viewers) -> None:
    @app.post("/api/sources")
    def add() -> tuple[flask.Response, int]:
        made = {
            "source_id": "new",
            "whip_path": "/whip/new",
            "publish_token": "made up, opens nothing",
        }
        return flask.jsonify(made), 201

    @app.post("/api/sources/<source_id>/viewer-token")
    def token(source_id: str) -> flask.Response:
        path = f"/whep/{source_id}"
        return flask.jsonify(
            {"token": "t", "whep_path": path, "expires_at": scene.iso(-60), "ice_servers": []}
        )

    @app.post("/whep/<source_id>")
    def whep(source_id: str) -> flask.Response:
        name, sdp = viewers.answer(flask.request.get_data(as_text=True))
        response = flask.Response(sdp, 201, mimetype="application/sdp")
        response.headers["Location"] = f"/whep/{source_id}/{name}"
        return response

    @app.delete("/whep/<source_id>/<name>")
    def end(source_id: str, name: str) -> tuple[str, int]:
        viewers.end(name)
        return "", 200


def serve_dev(app: flask.Flask) -> None:
    @app.post("/dev/<act>")
    def dev(act: str) -> tuple[str, int]:
        if act in drones.ACTS:
            drones.ACTS[act]()
        if act in ("an-alert", "a-warning"):
            heard.append(office.drone_alert(act == "a-warning"))
        if act in ("empty", "full"):
            office.office["empty"] = act == "empty"
        if act in ("broken", "mended"):
            office.office["broken"] = act == "broken"
        if act in ("silence", "speak"):
            scene.state["silent"] = act == "silence"
        if act in ("slow", "quick"):
            slow["s"] = 5.0 if act == "slow" else 0.0
        if act in ("lose", "return", "restart"):
            scene.state.update(stopped=act == "lose", since=scene.iso())
        if act == "restart":
            scene.state["session"] = str(uuid.uuid4())
        return "", 204


def serve_live(socketio: flask_socketio.SocketIO, footage: scene.Footage, cameras: int) -> None:
    @socketio.on("connect", namespace="/live")
    def connect(_auth: object = None) -> bool | None:
        if not known():
            return False
        snapshot = scene.rest(scene.placed(scene.index_now(), footage))
        snapshot["sources"] = [*scene.all_sources(cameras), *their_cameras()]
        snapshot["alerts"] = office.ALERTS
        snapshot["vehicles"] = the_drones()
        snapshot["traffic"] = NO_TRAFFIC
        snapshot["airspace_version"] = str(airspace.there["version"])
        snapshot["sent_at"] = sent_at()
        socketio.emit("snapshot", snapshot, namespace="/live", to=flask.request.sid)
        return None

    @socketio.on("watch", namespace="/live")
    def watch(body: dict[str, str]) -> dict[str, bool]:
        clock = {"viewer_session_id": body["viewer_session_id"], "rtp_offset": OFFSET}
        socketio.emit("viewer_clock", clock, namespace="/live")
        return {"ok": True}

    @socketio.on("unwatch", namespace="/live")
    def unwatch(_body: object) -> dict[str, bool]:
        return {"ok": True}

    @socketio.on("clock", namespace="/live")
    def clock(_body: object = None) -> dict[str, Any]:
        return {"ok": True, "now": scene.iso()}


def push(socketio: flask_socketio.SocketIO, footage: scene.Footage) -> None:
    """What the real station's pusher does, for ever."""
    sent = scene.index_now() - 2
    turn = 0
    while True:
        time.sleep(0.1)
        turn += 1
        now = scene.index_now() - 1  # analysis takes its time
        fresh = [] if scene.state["stopped"] else list(range(sent + 1, now + 1))
        sent = now
        if scene.state["silent"]:
            continue
        frames = [scene.analysed(i, footage) for i in fresh]
        socketio.emit("frames", {"sent_at": scene.iso(), "frames": frames}, namespace="/live")
        if turn % 2 == 0:
            batch = scene.rest(scene.placed(now, footage) if fresh else [])
            batch |= {"sources": [scene.demo_source()], "removed_sources": []}
            batch |= {"alerts": [heard.pop()] if heard else [], "shared_alerts": 0}
            batch |= {"vehicles": the_drones(), "removed_vehicles": [], "sent_at": sent_at()}
            batch |= {"airspace_version": str(airspace.there["version"])}
            socketio.emit("batch", batch, namespace="/live")


NO_TRAFFIC = {"aircraft": [], "remote_ids": [], "unchecked": [], "stale_after_ms": 5000}
slow = {"s": 0.0}  # what is pushed, not what is answered, is so long on its way


def sent_at() -> str:
    return scene.iso(slow["s"])


heard: list[dict[str, Any]] = []  # alerts to tell next


def the_drones() -> list[dict[str, Any]]:
    return [drones.drone.view()] if drones.there["drone"] else []


def their_cameras() -> list[dict[str, Any]]:
    return [drones.camera_source()] if drones.there["drone"] else []


def fly(socketio: flask_socketio.SocketIO) -> None:
    """Moves the drone and tells of it ten times a second, for ever."""
    while True:
        time.sleep(0.1)
        if drones.drone.lost_since is None:
            drones.drone.step(0.1)
        if scene.state["silent"] or not drones.there["drone"]:
            continue
        told = {
            "sent_at": sent_at(),
            "vehicles": [drones.drone.telemetry()],
            "views": [drones.drone.footprint()],
        }
        socketio.emit("telemetry", told, namespace="/live")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8099)
    parser.add_argument("--frame-code", action="store_true")
    parser.add_argument("--cameras", type=int, default=4)
    parser.add_argument("--fps", type=int, default=10)
    arguments = parser.parse_args()
    scene.pace["fps"] = arguments.fps
    footage = scene.Footage(arguments.frame_code)
    app = flask.Flask(__name__, static_folder=None)
    socketio = flask_socketio.SocketIO(app, async_mode="threading")
    serve_page(app)
    serve_sign_in(app)
    serve_factors(app)
    office.serve_office(app)
    drones.serve_drone(app, problem)
    serve_sources(app, Viewers(footage))
    serve_dev(app)
    serve_live(socketio, footage, arguments.cameras)
    threading.Thread(target=push, args=(socketio, footage), daemon=True).start()
    threading.Thread(target=fly, args=(socketio,), daemon=True).start()
    print(f"FAKE station, for work on the page only: http://127.0.0.1:{arguments.port}", flush=True)
    socketio.run(app, host="127.0.0.1", port=arguments.port, allow_unsafe_werkzeug=True)


if __name__ == "__main__":
    main()
