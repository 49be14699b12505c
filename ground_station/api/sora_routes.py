"""UK SORA volumes, and the pack for an application for an operational authorisation."""

from __future__ import annotations

from collections.abc import Iterable

import flask
import msgspec

from geo.sora import Aircraft, Airframe, Coefficients, Descent, Ring
from ground_station.api.airspace_routes import plan_of
from ground_station.api.auth import Access, access, identity
from ground_station.api.bodies import json_answer, json_body
from ground_station.api.parts import parts
from ground_station.api.schemas import Application as ApplicationBody
from ground_station.api.schemas import SizeStep, VolumesView
from ground_station.core.authority import Permission
from ground_station.core.errors import InvalidInput
from ground_station.services.application_pack import Application

blueprint = flask.Blueprint("sora", __name__)

MAX_BYTES = 256_000


@blueprint.post("/api/airspace/volumes")
@access(Access.SIGNED_IN, Permission.SEE_PAPERS)
def volumes() -> flask.Response:
    """The volumes round a plan, to be drawn."""
    body = json_body(ApplicationBody, MAX_BYTES)
    drawn = parts().packs.draw(identity().principal, plan_of(body.plan), _said(body))
    made, sizes = drawn.volumes, drawn.volumes.sizes
    return json_answer(
        VolumesView(
            flight=_polygon(made.flight),
            contingency=_polygon(made.contingency),
            buffer=_polygon(made.buffer),
            flight_height_m=made.flight_height_m,
            contingency_m=sizes.contingency_m,
            contingency_height_m=sizes.contingency_height_m,
            ground_risk_m=sizes.ground_risk_m,
            steps=[SizeStep(name=name, metres=metres) for name, metres in sizes.steps],
            ground_risk_class=drawn.ground_risk_class,
        )
    )


@blueprint.post("/api/airspace/application-pack")
@access(Access.SIGNED_IN, Permission.SEE_PAPERS)
def application_pack() -> flask.Response:
    """The whole pack as a ZIP archive, as a download."""
    body = json_body(ApplicationBody, MAX_BYTES)
    made = parts().packs.pack(identity().principal, plan_of(body.plan), _said(body))
    response = flask.Response(made, content_type="application/zip")
    response.headers["Content-Disposition"] = 'attachment; filename="application.zip"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _said(body: ApplicationBody) -> Application:
    try:
        return Application(
            title=body.title,
            model=body.model,
            aircraft=Aircraft(Airframe(body.airframe), body.span_m, body.speed_mps),
            mass_kg=body.mass_kg,
            half_width_m=body.half_width_m,
            descent=Descent(body.descent),
            coefficients=Coefficients(**msgspec.structs.asdict(body.coefficients)),
            people_per_km2=body.people_per_km2,
            controlled_ground=body.controlled_ground,
            crew=tuple(body.crew),
            mitigations=tuple(body.mitigations),
        )
    except ValueError as error:
        raise InvalidInput(str(error)) from error


def _polygon(rings: Iterable[Ring]) -> list[list[list[float]]]:
    """Closed, as GeoJSON has them."""
    return [[[lon, lat] for lat, lon in (*ring, ring[0])] for ring in rings]
