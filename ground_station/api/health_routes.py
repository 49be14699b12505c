"""Whether the station can do its work: a word for anybody, reasons for whoever is signed in."""

from __future__ import annotations

import flask

from ground_station.api.auth import Access, access, current_identity
from ground_station.api.bodies import json_answer
from ground_station.api.parts import parts
from ground_station.core.errors import KestrelError

blueprint = flask.Blueprint("health", __name__)


@blueprint.get("/health")
@access(Access.PUBLIC)
def health() -> flask.Response:
    """`{"status": "ok" | "degraded"}`; signed in, `parts` too, each with its status and problem.

    All that is known is at `/api/system`, for those who run the system.
    """
    state = parts().system.look()
    answer: dict[str, object] = {"status": state.status}
    if _signed_in():
        answer["parts"] = {
            part.name: {"status": part.status, "problem": part.problem} for part in state.parts
        }
        answer["agents"] = [
            {
                "name": agent.name,
                "kind": agent.kind.value,
                "connected": agent.connected,
                "since": agent.since,
                "problem": agent.problem,
            }
            for agent in parts().agents.all()
        ]
    return json_answer(answer)


def _signed_in() -> bool:
    try:
        return current_identity() is not None
    except KestrelError:  # the database is what is wrong: the parts say so
        return False
