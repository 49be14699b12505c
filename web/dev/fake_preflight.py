"""A pretended preflight and the records it is made from, to look at the page."""

from __future__ import annotations

from typing import Any

import flask
from fake_scene import iso

from ground_station.core.crew_checks import TICKS

CHECKS = [
    (
        "link",
        "Link",
        "passed",
        "Its last heartbeat was 0.4 s ago.",
        True,
    ),
    ("gps", "Position", "passed", "Fix 3d, 14 satellites.", True),
    ("ekf", "Estimator", "passed", "Attitude, velocity and place are good.", True),
    ("armable", "Autopilot's own checks", "passed", "It is ready to arm.", True),
    ("battery", "Battery", "passed", "96% left; the plan needs 31% and 25% in reserve.", True),
    ("geofence", "Geofence", "passed", "It enforces the one of this flight.", False),
    ("verdict", "Airspace verdict", "passed", "Allowed.", True),
    (
        "remote_id",
        "Remote ID",
        "unknown",
        "It tells of none: look yourself.",
        False,
    ),
    ("weather", "Weather", "unknown", "Nobody has typed it in.", True),
    ("pilot", "Pilot", "passed", "Sam Pilot, GVC. Flew last 6 days ago.", True),
    ("observer", "Observer", "passed", "None was chosen; this flight needs none.", True),
    ("airframe", "Aircraft", "passed", "Kestrel 1, 41.5 h in the air.", True),
    ("battery_record", "Battery record", "unknown", "No battery of the records was chosen.", True),
]
BATTERY = {
    "record_id": "b7",
    "label": "B-07",
    "capacity_mah": 5200.0,
    "cells": 4,
    "cycles_before": 41,
    "most_cycles": 200,
    "first_used": "2026-02-01",
    "health": 0.93,
    "note": "",
    "retired": False,
    "cycles": 41,
}
kept: dict[str, Any] = {"view": None}


def _view(**changes: Any) -> dict[str, Any]:
    checks = [
        {"key": key, "title": title, "state": state, "words": words, "blocks": blocks}
        for key, title, state, words, blocks in CHECKS
    ]
    blank = {
        "record_id": "p1",
        "opened_at": iso(30),
        "mission": True,
        "pilot_id": "c1",
        "observer_id": None,
        "airframe_id": "a1",
        "battery_id": None,
        "weather": None,
        "weather_at": None,
        "checks": checks,
        "ticks": [{"key": key, "words": words, "done": False} for key, words in TICKS.items()],
        "missing": [],
        "signed_at": None,
        "signed_name": "",
        "override_reason": "",
        "used_at": None,
        "good_for_s": None,
    }
    return {**blank, **changes}


def _passed(key: str, words: str) -> None:
    for check in kept["view"]["checks"]:
        if check["key"] == key:
            check |= {"state": "passed", "words": words}


def serve_preflight(app: flask.Flask) -> None:
    """Before the routes of commands, which take every other name."""

    @app.get("/api/crew")
    def records() -> flask.Response:
        return flask.jsonify({"crew": [], "airframes": [], "batteries": [BATTERY], "defects": []})

    @app.get("/api/vehicles/<_id>/preflight")
    def preflight(_id: str) -> flask.Response:
        return flask.jsonify(kept["view"])

    @app.post("/api/vehicles/<_id>/preflight")
    def open_it(_id: str) -> tuple[flask.Response, int]:
        kept["view"] = _view()
        return _chosen(), 201

    @app.put("/api/vehicles/<_id>/preflight/crew")
    def crew(_id: str) -> flask.Response:
        return _chosen()

    @app.put("/api/vehicles/<_id>/preflight/ticks")
    def tick(_id: str) -> flask.Response:
        body = flask.request.json or {}
        for one in kept["view"]["ticks"]:
            if one["key"] == body["key"]:
                one["done"] = body["done"]
        return flask.jsonify(kept["view"])

    @app.put("/api/vehicles/<_id>/preflight/weather")
    def weather(_id: str) -> flask.Response:
        kept["view"] |= {"weather": flask.request.json, "weather_at": iso()}
        _passed("weather", "Within the limits of the airframe.")
        return flask.jsonify(kept["view"])

    @app.post("/api/vehicles/<_id>/preflight/sign")
    def sign(_id: str) -> flask.Response:
        body = flask.request.json or {}
        kept["view"] |= {
            "signed_at": iso(),
            "signed_name": body["name"],
            "override_reason": body["reason"],
            "good_for_s": 1790,
        }
        return flask.jsonify(kept["view"])


def _chosen() -> flask.Response:
    body = flask.request.json or {}
    kept["view"]["battery_id"] = body["battery_id"]
    if body["battery_id"]:
        _passed("battery_record", "B-07, 41 cycles.")
    return flask.jsonify(kept["view"])
