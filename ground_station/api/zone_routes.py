"""The airspace zones in use, for the map: anybody signed in may know."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from datetime import datetime

import flask
import msgspec

from geo.zones import ZoneDataset
from ground_station.api.auth import Access, access
from ground_station.api.parts import parts
from ground_station.api.schemas import DatasetView, ZonesView
from ground_station.api.zone_views import origins, zone_view
from ground_station.core.authority import Permission
from ground_station.services.airspace import Airspace
from ground_station.services.airspace_in_use import ZonesInUse

blueprint = flask.Blueprint("zones", __name__)

_KEPT = "kestrel_zones"


_MAKING = threading.Lock()


@dataclass(frozen=True, slots=True)
class _Kept:
    """An answer and what it was made of: zones, dataset, problem, whether NOTAMs are too old, and
    the hour that its windows of time were reckoned in."""

    made_of: tuple[ZonesInUse, ZoneDataset | None, str, bool, datetime]
    body: bytes
    etag: str


@blueprint.get("/api/zones")
@access(Access.SIGNED_IN, Permission.SEE_MAP)
def zones() -> flask.Response:
    """Every zone of the dataset, and whether it may be used. Made once and again when one of them
    changes; 304 to who has it."""
    kept = _answer(parts().airspace)
    response = flask.Response(kept.body, content_type="application/json")
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(kept.etag)
    response.make_conditional(flask.request)
    return response


def _answer(airspace: Airspace) -> _Kept:
    """Made once for all: every page asks at the same moment when something changes, and the zones
    of the whole country take half a second."""
    with _MAKING:
        kept: _Kept | None = flask.current_app.extensions.get(_KEPT)
        now = parts().clock.now()
        made_of = (
            airspace.in_use,
            airspace.dataset,
            airspace.problem(),
            airspace.notams_too_old(),
            now.replace(minute=0, second=0, microsecond=0),
        )
        if kept is None or kept.made_of != made_of:
            body = msgspec.json.encode(zones_view(airspace, made_of[2], now))
            kept = _Kept(made_of, body, hashlib.sha256(body).hexdigest()[:32])
            flask.current_app.extensions[_KEPT] = kept
        return kept


def zones_view(airspace: Airspace, problem: str, now: datetime) -> ZonesView:
    """What is checked against, as the page takes it."""
    in_use = airspace.in_use
    dataset = in_use.dataset
    views = [
        zone_view(zone, origin, now)
        for origin, index in origins(in_use)
        for zone in index.dataset.zones
    ]
    if dataset is None and not in_use.trouble:
        return ZonesView(dataset=None, zones=views)
    as_of = in_use.notams_as_of
    return ZonesView(
        dataset=DatasetView(
            name="" if dataset is None else dataset.name,
            training=dataset is not None and dataset.training,
            effective_from=None if dataset is None else dataset.effective_from,
            effective_until=None if dataset is None else dataset.effective_until,
            problem=problem,
            terrain="" if airspace.terrain is None else airspace.terrain.name,
            airac=in_use.airac,
            notams_as_of=as_of,
            notams_too_old=airspace.notams_too_old(),
            gaps=len(in_use.gaps),
        ),
        zones=views,
    )
