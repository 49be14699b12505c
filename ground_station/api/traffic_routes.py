"""Other aircraft, asked for once; pages get them over the live link."""

from __future__ import annotations

import flask

from ground_station.api.auth import Access, access, identity
from ground_station.api.bodies import json_answer
from ground_station.api.live_audience import admitted
from ground_station.api.parts import parts
from ground_station.api.traffic_views import traffic_view
from ground_station.core.authority import Permission

blueprint = flask.Blueprint("traffic", __name__)


@blueprint.get("/api/traffic")
@access(Access.SIGNED_IN, Permission.SEE_MAP)
def traffic() -> flask.Response:
    """Crewed aircraft in the person's area and near the vehicles they see, and the Remote IDs that
    their organisation's agents hear."""
    here = parts()
    audience = admitted(identity().principal, here.sharing, here.fleet)
    now_s = here.clock.monotonic_s()
    return json_answer(traffic_view(here.traffic.picture, audience, here.fleet.all(), now_s))
