"""Vehicles in the air: orbits, speed, height, a mission that is flown; and rally points."""

from __future__ import annotations

import flask
import msgspec

from ground_station.api.auth import Access, access
from ground_station.api.bodies import MAX_BODY_BYTES, checked_id, json_body
from ground_station.api.commanding import by_zone, checked, fly, present_height
from ground_station.api.schemas import (
    HeightRequest,
    OrbitRequest,
    RallyRequest,
    ResumeRequest,
    SkipRequest,
    SpeedRequest,
)
from ground_station.core.agent_actions import (
    ChangeHeight,
    Hold,
    Orbit,
    ResumeMission,
    SetSpeed,
    SkipTo,
    UploadRally,
)
from ground_station.core.authority import Permission

blueprint = flask.Blueprint("flights", __name__)


@blueprint.post("/api/vehicles/<vehicle_id>/orbit")
@access(Access.SIGNED_IN, Permission.FLY)
def orbit(vehicle_id: str) -> flask.Response:
    """Fly round a place until told otherwise."""
    checked_id(vehicle_id, "vehicle")
    body = json_body(OrbitRequest)
    alt = present_height(vehicle_id) if body.alt_amsl_m is None else body.alt_amsl_m
    action = checked(
        Orbit,
        lat=body.lat,
        lon=body.lon,
        alt_amsl_m=alt,
        radius_m=body.radius_m,
        speed_mps=body.speed_mps,
        clockwise=body.clockwise,
    )
    return fly(vehicle_id, action, by_zone(body.permissions))


@blueprint.post("/api/vehicles/<vehicle_id>/speed")
@access(Access.SIGNED_IN, Permission.FLY)
def set_speed(vehicle_id: str) -> flask.Response:
    """How fast it flies from now on."""
    body = json_body(SpeedRequest)
    return fly(vehicle_id, checked(SetSpeed, speed_mps=body.speed_mps))


@blueprint.post("/api/vehicles/<vehicle_id>/height")
@access(Access.SIGNED_IN, Permission.FLY)
def change_height(vehicle_id: str) -> flask.Response:
    """Climb or sink where it is, and stay there."""
    body = json_body(HeightRequest)
    action = checked(ChangeHeight, alt_amsl_m=body.alt_amsl_m)
    return fly(vehicle_id, action, by_zone(body.permissions))


@blueprint.post("/api/vehicles/<vehicle_id>/mission/pause")
@access(Access.SIGNED_IN, Permission.STOP_FLIGHT)
def pause_mission(vehicle_id: str) -> flask.Response:
    """Hold where it is; the mission can be resumed."""
    return fly(vehicle_id, Hold())


@blueprint.post("/api/vehicles/<vehicle_id>/mission/resume")
@access(Access.SIGNED_IN, Permission.FLY)
def resume_mission(vehicle_id: str) -> flask.Response:
    """Go on with the mission that was paused, at the item it had reached."""
    body = json_body(ResumeRequest)
    return fly(vehicle_id, ResumeMission(), by_zone(body.permissions))


@blueprint.post("/api/vehicles/<vehicle_id>/mission/skip")
@access(Access.SIGNED_IN, Permission.FLY)
def skip_to(vehicle_id: str) -> flask.Response:
    """Have the mission that is flown or paused go on at another item."""
    body = json_body(SkipRequest)
    return fly(vehicle_id, checked(SkipTo, item=body.item), by_zone(body.permissions))


@blueprint.put("/api/vehicles/<vehicle_id>/rally")
@access(Access.SIGNED_IN, Permission.FLY)
def put_rally(vehicle_id: str) -> flask.Response:
    """Replace the places that it may return to instead of home; an empty list clears them."""
    body = json_body(RallyRequest, MAX_BODY_BYTES)
    points = [msgspec.structs.asdict(point) for point in body.points]
    return fly(vehicle_id, checked(UploadRally, points=points))
