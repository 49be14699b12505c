"""What is stored of people, for how long and what for: anybody signed in may know."""

from __future__ import annotations

import flask

from ground_station.api.auth import Access, access
from ground_station.api.bodies import json_answer
from ground_station.api.schemas import RetentionRow
from ground_station.core.authority import Permission
from ground_station.core.retention import STORED_KINDS

blueprint = flask.Blueprint("retention", __name__)


@blueprint.get("/api/retention")
@access(Access.SIGNED_IN, Permission.SEE_MAP)
def retention() -> flask.Response:
    """The table of `core.retention`, which the sweeper follows too."""
    return json_answer(
        [
            RetentionRow(
                kind=kind.kind,
                what=kind.what,
                purpose=kind.purpose,
                days=kind.days,
                until=kind.until,
            )
            for kind in STORED_KINDS
        ]
    )
