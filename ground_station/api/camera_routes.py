"""What a vehicle carries: its camera, the mount of it, and payloads. None of it moves the vehicle,
so all of it is taken beside a command that does."""

from __future__ import annotations

import flask

from ground_station.api.auth import Access, access, identity
from ground_station.api.bodies import checked_id, json_body
from ground_station.api.commanding import checked, fly
from ground_station.api.parts import parts
from ground_station.api.schemas import (
    GimbalRequest,
    PayloadRequest,
    PointRequest,
    VideoRequest,
    ZoomRequest,
)
from ground_station.core.agent_actions import (
    PointCamera,
    RecordVideo,
    StopPointing,
    TakePhoto,
    TurnGimbal,
    UsePayload,
    Zoom,
)
from ground_station.core.authority import Permission
from ground_station.core.errors import Unprocessable

blueprint = flask.Blueprint("cameras", __name__)


@blueprint.post("/api/vehicles/<vehicle_id>/point-camera")
@access(Access.SIGNED_IN, Permission.FLY)
def point_camera(vehicle_id: str) -> flask.Response:
    """Keep the camera on a place of the ground."""
    checked_id(vehicle_id, "vehicle")
    body = json_body(PointRequest)
    alt = body.alt_amsl_m
    checked(PointCamera, lat=body.lat, lon=body.lon, alt_amsl_m=alt or 0.0)
    if alt is None:
        alt = _ground(vehicle_id, body.lat, body.lon)
    return fly(vehicle_id, checked(PointCamera, lat=body.lat, lon=body.lon, alt_amsl_m=alt))


@blueprint.post("/api/vehicles/<vehicle_id>/stop-pointing")
@access(Access.SIGNED_IN, Permission.FLY)
def stop_pointing(vehicle_id: str) -> flask.Response:
    """The camera is kept on no place any more."""
    return fly(vehicle_id, StopPointing())


@blueprint.post("/api/vehicles/<vehicle_id>/gimbal")
@access(Access.SIGNED_IN, Permission.FLY)
def turn_gimbal(vehicle_id: str) -> flask.Response:
    """Turn the camera's mount."""
    body = json_body(GimbalRequest)
    action = checked(
        TurnGimbal, pitch_deg=body.pitch_deg, yaw_deg=body.yaw_deg, north_locked=body.north_locked
    )
    return fly(vehicle_id, action)


@blueprint.post("/api/vehicles/<vehicle_id>/photo")
@access(Access.SIGNED_IN, Permission.FLY)
def take_photo(vehicle_id: str) -> flask.Response:
    """One picture, kept by the camera on board."""
    return fly(vehicle_id, TakePhoto())


@blueprint.post("/api/vehicles/<vehicle_id>/video")
@access(Access.SIGNED_IN, Permission.FLY)
def record_video(vehicle_id: str) -> flask.Response:
    """The camera's own recording on board, on or off."""
    body = json_body(VideoRequest)
    return fly(vehicle_id, RecordVideo(on=body.on))


@blueprint.post("/api/vehicles/<vehicle_id>/zoom")
@access(Access.SIGNED_IN, Permission.FLY)
def zoom(vehicle_id: str) -> flask.Response:
    """From the widest to the closest that its camera can."""
    body = json_body(ZoomRequest)
    return fly(vehicle_id, checked(Zoom, range_fraction=body.range_fraction))


@blueprint.post("/api/vehicles/<vehicle_id>/payloads/<key>")
@access(Access.SIGNED_IN, Permission.FLY)
def use_payload(vehicle_id: str, key: str) -> flask.Response:
    """Have something that it carries do what it can."""
    body = json_body(PayloadRequest)
    action = checked(UsePayload, key=key, act=body.act, level=body.level, text=body.text)
    return fly(vehicle_id, action)


def _ground(vehicle_id: str, lat: float, lon: float) -> float:
    """Of a place, metres above the sea: by the terrain in use, else as high as the vehicle's home,
    which over hills points the camera beside it. Unprocessable where neither is known."""
    site = parts()
    ground = site.airspace.ground_amsl_m(lat, lon)
    if ground is not None:
        return ground
    status = site.controls.reach(identity().principal, vehicle_id)
    if status.report is None or status.report.home is None:
        raise Unprocessable(
            "How high the ground is there is not known.", "Say how high the place is."
        )
    return status.report.home.alt_amsl_m
