"""Whether the station can do its work, in one word for anybody.

The reasons are at `/api/system`, for those who run the system.
"""

from __future__ import annotations

import flask

from ground_station.api.auth import Access, access
from ground_station.api.bodies import json_answer
from ground_station.api.parts import parts

blueprint = flask.Blueprint("health", __name__)


@blueprint.get("/health")
@access(Access.PUBLIC)
def health() -> flask.Response:
    """`{"status": "ok" | "degraded"}`, whoever asks; `/api/system` says why."""
    return json_answer({"status": parts().system.look().status})
