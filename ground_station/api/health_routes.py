"""Whether the station can do its work: a word for anybody, reasons for whoever is signed in."""

from __future__ import annotations

import flask

from ground_station.api.auth import Access, access, current_identity
from ground_station.api.bodies import json_answer
from ground_station.api.parts import parts
from ground_station.core.agent_protocol import AgentKind
from ground_station.core.errors import KestrelError

blueprint = flask.Blueprint("health", __name__)

OK, DEGRADED = "ok", "degraded"


@blueprint.get("/health")
@access(Access.PUBLIC)
def health() -> flask.Response:
    """`{"status": "ok" | "degraded"}`; signed in, `parts` too, each with its status and problem."""
    found = _parts()
    status = OK if all(part["status"] == OK for part in found.values()) else DEGRADED
    answer: dict[str, object] = {"status": status}
    if _signed_in():
        answer["parts"] = found
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
    except KestrelError:  # the database is what is wrong: `_parts` says so
        return False


def _parts() -> dict[str, dict[str, str]]:
    agents = parts().agents.all()
    nodes = [agent for agent in agents if agent.kind is AgentKind.NODE]
    lost = [agent for agent in agents if agent.kind is not AgentKind.NODE and not agent.connected]
    node_problem = "" if any(n.connected for n in nodes) else "No vision node is connected."
    detector, detector_problem = parts().agents.detector()
    return {
        "database": _part(_database_problem()),
        "node": _part(node_problem),
        "detector": _part(detector_problem, detector),
        "agents": _part(" ".join(agent.problem for agent in lost)),
    }


def _part(problem: str, name: str = "") -> dict[str, str]:
    part = {"status": DEGRADED if problem else OK, "problem": problem}
    return part | {"name": name} if name else part


def _database_problem() -> str:
    try:
        parts().check_database()
    except KestrelError as error:
        return error.message
    return ""
