"""The system's state for those who run it; the word for anybody is `/health`."""

from __future__ import annotations

import flask
import msgspec

from ground_station.api.auth import Access, access, identity
from ground_station.api.bodies import json_answer
from ground_station.api.openapi import describe
from ground_station.api.parts import LIVE_CLIENTS, parts
from ground_station.api.schemas import PartView, ProcessView, SystemSummary, SystemView, Trouble
from ground_station.core.authority import Permission
from ground_station.core.processes import ProcessBoard, ProcessState
from ground_station.services.system import PartState, SystemState
from ground_station.services.system_probes import disk_space

blueprint = flask.Blueprint("system", __name__)

NOT_TOLD = "Only the organisation that runs this station sees more."


@blueprint.get("/api/system")
@access(Access.SIGNED_IN, Permission.SEE_SYSTEM)
def system() -> flask.Response:
    """Every process and part, with its age and last error. What is wrong may name one's agents:
    in full only for people of the installation's own organisation."""
    in_full = identity().principal.scope.organisation_id == parts().sources.organisation_id
    state = parts().system.look()
    space = disk_space(parts().system.data_folder)
    board = parts().system.board()
    return json_answer(
        SystemView(
            status=state.status,
            software=parts().software,
            started_at=parts().system.started_at,
            processes=processes(board, in_full=in_full),
            parts=[part_view(part, in_full=in_full) for part in state.parts],
            disk_free_bytes=space.free_bytes,
            disk_total_bytes=space.total_bytes,
            pages=len(flask.current_app.extensions[LIVE_CLIENTS]),
            agents_connected=sum(agent.connected for agent in parts().agents.all()),
        )
    )


@blueprint.get("/api/openapi.json")
@access(Access.SIGNED_IN, Permission.SEE_MAP)
def openapi() -> flask.Response:
    """This interface's own description."""
    version = parts().software.rpartition(" ")[2]
    return json_answer(describe(flask.current_app, version))


def summary(state: SystemState, *, in_full: bool) -> SystemSummary:
    """The same in short, for the live pages."""
    wrong = [part_view(part, in_full=in_full) for part in state.parts if part.status != "ok"]
    return SystemSummary(
        status=state.status,
        problems=[
            Trouble(name=one.name, problem=one.problem, remedy=one.remedy, since=one.since)
            for one in wrong
        ],
    )


def processes(board: ProcessBoard | None, *, in_full: bool) -> list[ProcessView]:
    """As the supervisor says; unknown where it has fallen silent."""
    if board is None:
        return []
    stale = board.is_stale(parts().clock.now())
    views = [_process_view(one, board, stale=stale) for one in board.processes]
    if in_full:
        return views
    return [msgspec.structs.replace(one, last_error=one.last_error and NOT_TOLD) for one in views]


def part_view(part: PartState, *, in_full: bool) -> PartView:
    """A part; without `in_full` its title and status only."""
    problem, remedy = part.problem, part.remedy
    if not in_full and part.status != "ok":
        problem, remedy = f"{part.title}: something is wrong.", NOT_TOLD
    return PartView(
        name=part.name,
        title=part.title,
        status=part.status,
        problem=problem,
        remedy=remedy,
        since=part.since,
    )


def _process_view(one: ProcessState, board: ProcessBoard, *, stale: bool) -> ProcessView:
    return ProcessView(
        name=one.name,
        title=one.title,
        state="unknown" if stale else one.state,
        pid=one.pid,
        since=one.since,
        restarts=one.restarts,
        last_error=one.last_error,
        seen_at=board.written_at,
        cpu_percent=one.cpu_percent,
        memory_bytes=one.memory_bytes,
    )
