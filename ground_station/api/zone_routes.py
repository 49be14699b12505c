"""The airspace zones in use, for the map: anybody signed in may know."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

import flask
import msgspec

from geo.zones import GeoZone, Layer, Limit, ZoneDataset
from geo.zones.outlines import limit_words, rings_of
from ground_station.api.auth import Access, access
from ground_station.api.parts import parts
from ground_station.api.schemas import DatasetView, ZoneLayerView, ZonesView, ZoneView
from ground_station.core.authority import Permission
from ground_station.services.airspace import Airspace

blueprint = flask.Blueprint("zones", __name__)

_KEPT = "kestrel_zones"


@dataclass(frozen=True, slots=True)
class _Kept:
    """An answer and what it was made of."""

    dataset: ZoneDataset | None
    problem: str
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
    kept: _Kept | None = flask.current_app.extensions.get(_KEPT)
    dataset, problem = airspace.dataset, airspace.problem()
    if kept is None or kept.dataset is not dataset or kept.problem != problem:
        body = msgspec.json.encode(zones_view(airspace, dataset, problem))
        etag = hashlib.sha256(body).hexdigest()[:32]
        kept = _Kept(dataset, problem, body, etag)
        flask.current_app.extensions[_KEPT] = kept
    return kept


def zones_view(airspace: Airspace, dataset: ZoneDataset | None, problem: str) -> ZonesView:
    """The dataset as the page takes it."""
    if dataset is None:
        return ZonesView(dataset=None, zones=[])
    return ZonesView(
        dataset=DatasetView(
            name=dataset.name,
            training=dataset.training,
            effective_from=dataset.effective_from,
            effective_until=dataset.effective_until,
            problem=problem,
            terrain="" if airspace.terrain is None else airspace.terrain.name,
        ),
        zones=[_zone_view(zone) for zone in dataset.zones],
    )


def _layer_view(layer: Layer) -> ZoneLayerView:
    return ZoneLayerView(
        polygons=rings_of(layer.parts),
        lower=limit_words(layer.lower),
        upper=limit_words(layer.upper),
        lower_m=_number(layer.lower),
        upper_m=_number(layer.upper),
        lower_datum=layer.lower.datum.value,
        upper_datum=layer.upper.datum.value,
    )


def _number(limit: Limit) -> float | None:
    return limit.value_m if math.isfinite(limit.value_m) else None


def _zone_view(zone: GeoZone) -> ZoneView:
    return ZoneView(
        zone_id=zone.zone_id,
        name=zone.name,
        kind=zone.kind,
        restriction=zone.restriction.value,
        polygons=rings_of(zone.parts),
        lower="; ".join(limit_words(layer.lower) for layer in zone.layers),
        upper="; ".join(limit_words(layer.upper) for layer in zone.layers),
        layers=[_layer_view(layer) for layer in zone.layers],
        authority=zone.authority,
        contact=zone.contact,
        law=zone.law,
        source=zone.source,
    )
