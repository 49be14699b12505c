"""Writes docs/openapi.json from the routes; a test fails when it is out of date."""

from __future__ import annotations

import json
from pathlib import Path

import flask

from ground_station.api.factory import register_routes
from ground_station.api.openapi import describe
from ground_station.app import software

TARGET = Path(__file__).resolve().parents[1] / "docs" / "openapi.json"


def openapi_text() -> str:
    """The file's content."""
    app = flask.Flask("kestrel", static_folder=None)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    register_routes(app)
    description = describe(app, software().rpartition(" ")[2])
    return json.dumps(description, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.write_text(openapi_text(), encoding="utf-8")
