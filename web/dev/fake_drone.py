"""A pretended drone and the airspace round it: flies a patrol, takes commands, can be lost.

Good enough to look at the page; how a drone really flies is the simulator's business.
"""

from __future__ import annotations

import math
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import fake_airspace as airspace
import fake_papers as papers
import fake_preflight as preflight
import flask
from fake_scene import iso, source

from ground_station.api.schemas import VehicleTelemetry
from ground_station.api.shared_vehicles import WITHHELD, WITHHELD_OF_MOTION

HOME = (51.4958, -0.2386)
HOME_AMSL_M = 8.0
GROUND_AMSL_M = 6.5
PATROL = [(51.4958, -0.2386), (51.4975, -0.2330), (51.4938, -0.2262), (51.4915, -0.2330)]
SPEED_MPS = 9.0
METRES = 111_320.0
VEHICLE = "01990000-0000-7000-8000-0000000000d1"
CAMERA = "01990000-0000-7000-8000-0000000000c9"
HELIPORT = "EGR1U043A"
UNKNOWN = "The ground is not known here."


class Drone:
    """One drone on a circle of waypoints. `step` moves it; the rest says how it stands."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.lat, self.lon = HOME
        self.height_m, self.wanted_m = 62.0, 62.0
        self.heading, self.battery = 90.0, 0.72
        self.mode, self.landed, self.armed = "mission", "in_air", True
        self.leg = 1
        self.target: tuple[float, float] | None = None
        self.control: dict[str, Any] | None = None
        self.lost_since: float | None = None
        self.link_since = iso(700)
        self.refuses = False
        self.airspace = "clear"
        self.texts = [
            {"at": iso(40), "severity": "info", "text": "Mission: 2 WP"},
            {"at": iso(95), "severity": "info", "text": "EKF3 IMU0 is using GPS"},
        ]

    def step(self, seconds: float) -> None:
        with self.lock:
            self.height_m += max(-3 * seconds, min(3 * seconds, self.wanted_m - self.height_m))
            self.battery = max(0.05, self.battery - seconds * 0.0002)
            if self.mode == "land" and self.height_m < 0.5:
                self.mode, self.landed, self.armed = "hold", "on_ground", False
            to = self.target
            if self.mode == "mission":
                to = PATROL[self.leg % len(PATROL)]
            if to and self._towards(to, SPEED_MPS * seconds):
                self._arrived()

    def _arrived(self) -> None:
        if self.mode == "mission":
            self.leg = self.leg % len(PATROL) + 1
        elif self.mode == "return":
            self.mode, self.wanted_m, self.target = "land", 0.0, None
        else:
            self.target = None

    def _towards(self, to: tuple[float, float], metres: float) -> bool:
        north = (to[0] - self.lat) * METRES
        east = (to[1] - self.lon) * METRES * math.cos(math.radians(self.lat))
        distance = math.hypot(north, east)
        self.heading = math.degrees(math.atan2(east, north)) % 360
        share = min(1.0, metres / max(distance, 0.01))
        self.lat += (to[0] - self.lat) * share
        self.lon += (to[1] - self.lon) * share
        return distance <= metres

    def moving(self) -> bool:
        return self.mode in ("mission", "return", "guided") and (
            self.mode == "mission" or self.target is not None
        )

    def telemetry(self) -> list[Any]:
        """As `VehicleTelemetry`; of a lost one, what was last known and how old it is."""
        whole = self.whole_telemetry()
        if not there["shared"]:
            return whole
        names = VehicleTelemetry.__struct_fields__
        told = zip(names, whole, strict=True)
        return [None if name in WITHHELD_OF_MOTION else value for name, value in told]

    def whole_telemetry(self) -> list[Any]:
        """As its own organisation sees it."""
        age = 0 if self.lost_since is None else int((time.time() - self.lost_since) * 1000)
        speed = SPEED_MPS if self.moving() else 0.0
        minutes = self.battery * 22
        return [
            0,
            age + 300,
            age + 40,
            self.lat,
            self.lon,
            HOME_AMSL_M + self.height_m,
            self.height_m,
            HOME_AMSL_M - GROUND_AMSL_M + self.height_m,
            age + 40,
            speed,
            self.heading if speed else None,
            0.0 if abs(self.wanted_m - self.height_m) < 0.5 else 3.0,
            age + 40,
            self.heading,
            0.0,
            -4.0,
            age + 200,
            self.battery,
            22.4,
            minutes,
        ]

    def footprint(self) -> list[Any]:
        """The ground ahead of it, as a trapezium: [source number, age, ring]."""
        age = 0 if self.lost_since is None else int((time.time() - self.lost_since) * 1000)
        corners = [(20, -22), (20, 22), (95, 62), (95, -62)]
        turn = math.radians(self.heading)
        ring = []
        for ahead, right in corners:
            north = ahead * math.cos(turn) - right * math.sin(turn)
            east = ahead * math.sin(turn) + right * math.cos(turn)
            lon = self.lon + east / METRES / math.cos(math.radians(self.lat))
            ring.append([lon, self.lat + north / METRES])
        return [source_number(), age, ring]

    def breaches(self) -> list[dict[str, Any]]:
        if self.airspace not in ("nearing", "inside"):
            return []
        return [breach(HELIPORT, inside=self.airspace == "inside")]

    def view(self) -> dict[str, Any]:
        """As `VehicleView`."""
        whole = self.whole_view()
        return whole | WITHHELD | {"organisation_id": "o2"} if there["shared"] else whole

    def whole_view(self) -> dict[str, Any]:
        """As its own organisation sees it."""
        lost = self.lost_since is not None
        return {
            "vehicle_id": VEHICLE,
            "number": 0,
            "name": "Kestrel 1",
            "organisation_id": "o1",
            "agent_id": "a5",
            "source_id": CAMERA,
            "system_id": 1,
            "autopilot": "ArduPilot",
            "airframe": "quadcopter",
            "simulated": True,
            "link": "lost" if lost else "connected",
            "link_since": self.link_since,
            "armed": self.armed,
            "mode": self.mode,
            "landed": self.landed,
            "home_lat": HOME[0],
            "home_lon": HOME[1],
            "home_amsl_m": HOME_AMSL_M,
            "mission_current": self.leg if self.mode == "mission" else None,
            "mission_total": 4,
            "gps_fix": "3d",
            "satellites": 14,
            "armable": True,
            "control": self.control,
            "airspace": self.airspace if self.landed == "in_air" else "on_ground",
            "airspace_problem": "The ground is not known here."
            if self.airspace == "unknown"
            else "",
            "breaches": self.breaches() if self.landed == "in_air" else [],
            "conformance": "conforming",
            "conformance_s": None,
            "conformance_words": "",
            "approved_volume": True,
            "auto_hold": False,
            "offer": None,
            "failsafes": [],
            "way_home": None,
            "way_home_words": "",
            "problems": [],
            "status_texts": self.texts,
        }


_numbers: dict[str, int] = {}


def source_number() -> int:
    return _numbers.setdefault("camera", int(camera_source()["number"]))


def breach(zone_id: str, *, inside: bool) -> dict[str, Any]:
    zone = next(one for one in airspace.zone_views() if one["zone_id"] == zone_id)
    kept = {key: zone[key] for key in ("zone_id", "restriction", "authority", "contact", "law")}
    return kept | {"zone_name": zone["name"], "inside": inside, "vertically": "within"}


def camera_source() -> dict[str, Any]:
    return source(
        CAMERA,
        "Kestrel 1, camera",
        "live",
        kind="drone_camera",
        agent_id="a5",
        simulated=True,
        note="A drawing of a made-up borough: nobody in it is real.",
        session_id="drone-camera",
    )


drone = Drone()
there = {"drone": True, "shared": False}  # shared: of another organisation


def lat_lon_inside(lat: float, lon: float) -> bool:
    """Roughly in the heliport's zone."""
    north = (lat - 51.47) * METRES
    east = (lon + 0.17944) * METRES * math.cos(math.radians(lat))
    return math.hypot(north, east) < 3704


def check(body: dict[str, Any]) -> dict[str, Any]:
    north = (body["lat"] - drone.lat) * METRES
    east = (body["lon"] - drone.lon) * METRES * math.cos(math.radians(drone.lat))
    distance = math.hypot(north, east)
    amsl = body["alt_amsl_m"] or HOME_AMSL_M + drone.height_m
    inside = lat_lon_inside(body["lat"], body["lon"])
    unknown = not airspace.there["zones"]
    return {
        "distance_m": distance,
        "seconds": distance / body["speed_mps"] if body["speed_mps"] else None,
        "alt_amsl_m": amsl,
        "height_agl_m": amsl - GROUND_AMSL_M,
        "airspace": "unknown" if unknown else "inside" if inside else "clear",
        "airspace_problem": "No airspace zones are loaded." if unknown else "",
        "breaches": [breach(HELIPORT, inside=True)] if inside and not unknown else [],
        "why_not": "",
    }


def act(name: str, body: dict[str, Any]) -> None:
    """What a command makes of the drone."""
    with drone.lock:
        if name == "hold":
            drone.mode, drone.target, drone.wanted_m = "hold", None, drone.height_m
        elif name == "return":
            drone.mode, drone.target = "return", HOME
        elif name == "land":
            drone.mode, drone.target, drone.wanted_m = "land", None, 0.0
        elif name in ("arm", "disarm"):
            drone.armed = name == "arm"
        elif name == "take-off":
            drone.mode, drone.landed, drone.armed = "guided", "in_air", True
            drone.wanted_m = body["height_home_m"]
        elif name == "go-to":
            drone.mode, drone.target = "guided", (body["lat"], body["lon"])
        elif name == "mission/start":
            drone.mode = "mission"


def serve_drone(app: flask.Flask, problem: Callable[..., flask.Response]) -> None:
    """The endpoints of vehicles and zones."""

    airspace.serve_airspace(app, problem)
    papers.serve_papers(app, problem)
    preflight.serve_preflight(app)

    @app.get("/api/vehicles")
    def vehicles() -> flask.Response:
        return flask.jsonify([drone.view()] if there["drone"] else [])

    @app.post("/api/vehicles/<_id>/control")
    def take(_id: str) -> flask.Response:
        body = flask.request.json or {}
        held = drone.control
        if held and held["user_id"] != "p1" and not body["take_over"]:
            return problem(409, "conflict", f"{held['display_name']} has control.", "Ask them.")
        drone.control = {"user_id": "p1", "display_name": "Sam Pilot", "taken_at": iso()}
        return flask.jsonify(drone.control)

    @app.delete("/api/vehicles/<_id>/control")
    def release(_id: str) -> tuple[str, int]:
        drone.control = None
        return "", 204

    @app.post("/api/vehicles/<_id>/go-to/check")
    def check_go_to(_id: str) -> flask.Response:
        return flask.jsonify(check(flask.request.json or {}))

    @app.post("/api/vehicles/<_id>/<path:name>")
    def command(_id: str, name: str) -> flask.Response:
        time.sleep(0.09)
        if drone.refuses:
            return problem(
                409, "refused", "Kestrel 1 refused: Arm: Compass not calibrated", "Calibrate it."
            )
        if drone.lost_since is not None:
            return problem(
                503,
                "unavailable",
                "Kestrel 1 does not answer: its link is lost.",
                "Press again; its own failsafe flies it meanwhile.",
            )
        act(name, flask.request.json if flask.request.data else {})
        return flask.jsonify({"command_id": str(uuid.uuid4()), "note": "", "took_ms": 84})


ACTS = {
    "drone-lost": lambda: vars(drone).update(lost_since=time.time(), link_since=iso()),
    "drone-back": lambda: vars(drone).update(lost_since=None, link_since=iso()),
    "drone-refuses": lambda: vars(drone).update(refuses=True),
    "drone-obeys": lambda: vars(drone).update(refuses=False),
    "drone-nearing": lambda: vars(drone).update(airspace="nearing"),
    "drone-inside": lambda: vars(drone).update(airspace="inside"),
    "drone-unknown": lambda: vars(drone).update(airspace="unknown"),
    "drone-clear": lambda: vars(drone).update(airspace="clear"),
    "drone-down": lambda: vars(drone).update(
        mode="hold", landed="on_ground", armed=False, height_m=0.0, wanted_m=0.0, target=None
    ),
    "drone-up": lambda: vars(drone).update(
        mode="mission", landed="in_air", armed=True, height_m=62.0, wanted_m=62.0
    ),
    "drone-other": lambda: vars(drone).update(
        control={"user_id": "p9", "display_name": "Asha Okafor", "taken_at": iso(300)}
    ),
    "drone-free": lambda: vars(drone).update(control=None),
    "drone-shared": lambda: there.update(shared=True),
    "drone-ours": lambda: there.update(shared=False),
    "no-drone": lambda: there.update(drone=False),
    "a-drone": lambda: there.update(drone=True),
    **airspace.ACTS,
    **papers.ACTS,
}
