"""Airspace of the pretended station: the training zones and one of each kind they lack, judged by
the product's own code. `/dev/<act>` makes the data out of date, part unread, or gone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import fake_scene  # first: it finds the product's code
import flask
import msgspec

from geo.airspace.plan import Category, FlightPlan, Operator, PathPoint, Permission
from geo.airspace.verdict import Against, judge
from geo.terrain import TrainingTerrain
from geo.zones import Applicability, Circle, Datum, GeoZone, Layer, Limit, Restriction, ZoneIndex
from geo.zones.model import Area, Gap, OperatorType, ZoneDataset
from geo.zones.training import training_dataset
from ground_station.api.schemas import CheckPlan, DatasetWords, WhatHere
from ground_station.api.zone_views import Origin, verdict_view, zone_view

there = {"zones": True, "old": False, "gaps": False, "notams": False, "version": 0, "slow": False}
NOW = datetime.now(UTC)
TERRAIN = TrainingTerrain()
DATUMS = {"AGL": Datum.AGL, "AMSL": Datum.AMSL, "HAE": Datum.HAE}


def _made(
    zone_id: str,
    name: str,
    kind: str,
    restriction: Restriction,
    where: tuple[float, float, float],
    band: tuple[Limit, Limit],
    hours: tuple[int, int] | None = None,
) -> GeoZone:
    """A made-up round zone; `hours`: from now, when it is active."""
    when: tuple[Applicability, ...] = ()
    if hours is not None:
        start = NOW.replace(minute=0, second=0, microsecond=0)
        begins, ends = (start + timedelta(hours=one) for one in hours)
        when = (Applicability(begins, ends),)
    return GeoZone(
        zone_id=zone_id,
        name=name,
        kind=kind,
        restriction=restriction,
        layers=(Layer((Circle(*where),), *band),),
        authority="Hammersmith & Fulham Council, events",
        contact="events@example.org",
        law="Made up for looking at the page",
        source="web/dev",
        applicability=when,
    )


GROUND = Limit(0.0, Datum.SURFACE, "SFC")
LOW = (GROUND, Limit(121.9, Datum.AGL, "400 FT AGL"))
ZONES: tuple[tuple[Origin, GeoZone], ...] = (
    *(("dataset", zone) for zone in training_dataset(NOW).zones),
    (
        "dataset",
        _made(
            "x-prohibited",
            "Made-up prohibited place",
            "prohibited",
            Restriction.PROHIBITED,
            (51.5005, -0.2485, 260.0),
            LOW,
        ),
    ),
    (
        "dataset",
        _made(
            "x-conditional",
            "Ravenscourt Park byelaws (made up)",
            "other",
            Restriction.CONDITIONAL,
            (51.4967, -0.2385, 330.0),
            LOW,
        ),
    ),
    (
        "dataset",
        _made(
            "x-information",
            "Model flying ground (made up)",
            "other",
            Restriction.INFORMATION,
            (51.4880, -0.2480, 300.0),
            LOW,
        ),
    ),
    (
        "dataset",
        _made(
            "x-high",
            "Low-level corridor (made up)",
            "controlled",
            Restriction.CONDITIONAL,
            (51.5080, -0.2250, 900.0),
            (Limit(457.2, Datum.AMSL, "1500 FT AMSL"), Limit(762.0, Datum.AMSL, "2500 FT AMSL")),
        ),
    ),
    (
        "notam",
        _made(
            "x-notam",
            "Crane at White City, NOTAM (made up)",
            "temporary",
            Restriction.INFORMATION,
            (51.5105, -0.2290, 220.0),
            (GROUND, Limit(150.0, Datum.AMSL, "492 FT AMSL")),
        ),
    ),
    (
        "drawn",
        _made(
            "x-drawn",
            "Match at Craven Cottage (drawn)",
            "temporary",
            Restriction.PERMISSION,
            (51.4750, -0.2217, 420.0),
            (GROUND, Limit(150.0, Datum.AGL, "")),
            (26, 31),
        ),
    ),
)
ORIGIN: dict[str, Origin] = {zone.zone_id: origin for origin, zone in ZONES}


def dataset() -> ZoneDataset:
    """What is in use now."""
    made = training_dataset(NOW)
    old = there["old"]
    lost = Gap("EGD999 somewhere", "its ring crosses itself", (Area(51.4, -0.3, 51.6, -0.1, ""),))
    return ZoneDataset(
        name=made.name,
        training=True,
        effective_from=NOW - timedelta(days=60 if old else 1),
        effective_until=NOW + timedelta(days=-3 if old else 27),
        zones=tuple(zone for _, zone in ZONES),
        covers=made.covers,
        gaps=(lost,) if there["gaps"] else (),
    )


INDEX: dict[tuple[bool, bool], ZoneIndex] = {}


def index() -> ZoneIndex:
    key = (bool(there["old"]), bool(there["gaps"]))
    if key not in INDEX:
        INDEX[key] = ZoneIndex(dataset())
    return INDEX[key]


def problem() -> str:
    """As the product words it."""
    if not there["old"]:
        return ""
    until = dataset().effective_until
    return f"The airspace data ended on {until:%d %B %Y}: nothing is checked against it."


def zone_views() -> list[dict[str, Any]]:
    """As `ZoneView`."""
    now = datetime.now(UTC)
    views = [zone_view(zone, origin, now) for origin, zone in ZONES]
    return [msgspec.to_builtins(view) for view in views]


def dataset_view() -> dict[str, Any]:
    """As `DatasetView`."""
    made = dataset()
    notams = there["notams"]
    return {
        "name": made.name,
        "training": True,
        "effective_from": fake_scene.iso(86400),
        "effective_until": made.effective_until.isoformat(),
        "problem": problem(),
        "terrain": TERRAIN.name,
        "airac": "2613",
        "notams_as_of": NOW.isoformat() if notams else None,
        "notams_too_old": not notams,
        "gaps": 1 if there["gaps"] else 0,
    }


OPERATOR = Operator(
    type=OperatorType.COUNCIL,
    category=Category.PDRA01,
    name="Hammersmith & Fulham",
    operator_id="GBR-OP-MADEUP",
    flyer_id="GBR-RP-MADEUP",
    permissions=(
        Permission(
            zone="x-conditional",
            reference="LBHF-PARKS-2026-118",
            begins=NOW - timedelta(days=30),
            ends=NOW + timedelta(days=90),
            granted_by="Council, parks",
        ),
    ),
)


def verdict(plan: FlightPlan) -> dict[str, Any]:
    """By the product's own judge."""
    now = datetime.now(UTC)
    found = judge(
        plan,
        Against(
            index=index() if there["zones"] else None,
            terrain=TERRAIN,
            now=now,
            notams_as_of=NOW if there["notams"] else None,
        ),
    )
    made = dataset() if there["zones"] else None
    view = verdict_view(
        found,
        dataset=DatasetWords(
            name="" if made is None else made.name,
            training=made is not None,
            effective_until=None if made is None else made.effective_until,
            problem="No airspace zones are loaded." if made is None else problem(),
            notams=f"NOTAMs imported {NOW:%d %B %Y %H:%M} UTC" if there["notams"] else "",
        ),
        ground_amsl_m=TERRAIN.ground_amsl_m(plan.path[0].lat, plan.path[0].lon),
        operator="Hammersmith & Fulham (COUNCIL, SPECIFIC_PDRA01)",
        origins=ORIGIN,
        asked={},
        now=now,
    )
    answer: dict[str, Any] = msgspec.to_builtins(view)
    return answer


def plan_of(body: CheckPlan) -> FlightPlan:
    return FlightPlan(
        path=tuple(PathPoint(one.lat, one.lon, one.height_m, one.speed_mps) for one in body.path),
        height_m=body.height_m,
        datum=DATUMS[body.datum],
        starts=body.starts or datetime.now(UTC),
        speed_mps=body.speed_mps,
        bvlos=body.bvlos,
        operator=OPERATOR,
    )


def serve_airspace(app: flask.Flask, refuse: Callable[..., flask.Response]) -> None:
    """Zones and verdicts."""

    @app.get("/api/zones")
    def zones() -> flask.Response:
        shown = there["zones"]
        return flask.jsonify(
            {
                "dataset": dataset_view() if shown else None,
                "zones": zone_views() if shown else [],
            }
        )

    @app.post("/api/airspace/check")
    def check() -> flask.Response:
        if there["slow"]:
            return refuse(503, "unavailable", "The station is busy.", "The page asks again.")
        body = msgspec.json.decode(flask.request.data, type=CheckPlan)
        return flask.jsonify(verdict(plan_of(body)))

    @app.post("/api/airspace/here")
    def here() -> flask.Response:
        if there["slow"]:
            return refuse(503, "unavailable", "The station is busy.", "The page asks again.")
        body = msgspec.json.decode(flask.request.data, type=WhatHere)
        plan = FlightPlan(
            path=(PathPoint(body.lat, body.lon),),
            height_m=body.height_m,
            datum=DATUMS[body.datum],
            starts=body.at or datetime.now(UTC),
            operator=OPERATOR,
        )
        return flask.jsonify(verdict(plan))


def changed(**what: bool) -> Callable[[], None]:
    """An act that changes what is there, and says so to the pages."""

    def act() -> None:
        there.update(what, version=there["version"] + 1)

    return act


ACTS = {
    "no-zones": changed(zones=False),
    "zones": changed(zones=True, old=False, gaps=False, notams=False, slow=False),
    "zones-old": changed(old=True),
    "zones-gaps": changed(gaps=True),
    "notams": changed(notams=True),
    "verdicts-fail": changed(slow=True),
}
