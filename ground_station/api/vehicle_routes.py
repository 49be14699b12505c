"""Vehicles: what there is, who flies it, and what it is to do.

A vehicle of another organisation, or outside the person's area, answers as one that is not there;
whoever has control of one still reaches it where it has left their area.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar, cast

import flask
import msgspec

from ground_station.api.auth import Access, access, identity
from ground_station.api.bodies import (
    MAX_BODY_BYTES,
    checked_id,
    json_answer,
    json_body,
    no_content,
)
from ground_station.api.live_audience import admitted
from ground_station.api.parts import COMMAND_GATE, VEHICLE_NUMBERS, parts
from ground_station.api.schemas import (
    AutoHoldRequest,
    CommandAnswer,
    FenceRequest,
    GoToCheck,
    GoToRequest,
    MissionRequest,
    TakeControl,
    TakeOffRequest,
    VehicleView,
    ZonePermission,
)
from ground_station.api.shared_vehicles import shared_vehicle_view
from ground_station.api.vehicle_views import (
    Numbers,
    breach_views,
    control_view,
    vehicle_view,
)
from ground_station.core.agent_actions import (
    URGENT,
    Action,
    Arm,
    Disarm,
    GoTo,
    Hold,
    Land,
    Return,
    StartMission,
    TakeOff,
    UploadGeofence,
    UploadMission,
)
from ground_station.core.agent_vehicles import VehicleLinkState
from ground_station.core.authority import Permission
from ground_station.core.errors import (
    InvalidInput,
    NotSignedIn,
    Throttled,
    Unavailable,
    Unprocessable,
)
from ground_station.core.fleet import VehicleStatus
from ground_station.services.vehicle_state import place_of

blueprint = flask.Blueprint("vehicles", __name__)

T = TypeVar("T")
MAX_PERMISSIONS = 50
MAX_REFERENCE = 200


@blueprint.get("/api/vehicles")
@access(Access.SIGNED_IN, Permission.SEE_MAP)
def list_vehicles() -> flask.Response:
    """Those of the person's organisation and area, and those that an agreement opens to it: that
    they are looked at is recorded first."""
    audience = admitted(identity().principal, parts().sharing, parts().fleet)
    scope, found = audience.scope, []
    for status in parts().fleet.all():
        vehicle = status.vehicle
        owner_id = vehicle.organisation_id
        if vehicle.vehicle_id in audience.flies or scope.holds(owner_id, *place_of(status)):
            view = _view(status)
            own = owner_id == scope.organisation_id
            found.append(view if own else shared_vehicle_view(view))
    return json_answer(found)


@blueprint.post("/api/vehicles/<vehicle_id>/control")
@access(Access.SIGNED_IN, Permission.FLY)
def take_control(vehicle_id: str) -> flask.Response:
    """Take control of it, until it is released or the sign-in ends."""
    checked_id(vehicle_id, "vehicle")
    body = json_body(TakeControl)
    control = parts().controls.take(
        identity().principal, vehicle_id, take_over=body.take_over, reason=body.reason
    )
    return json_answer(control_view(control, parts().alerts.display_name))


@blueprint.post("/api/vehicles/<vehicle_id>/auto-hold")
@access(Access.SIGNED_IN, Permission.FLY)
def set_auto_hold(vehicle_id: str) -> flask.Response:
    """Have the vehicle that one controls told to hold by itself before a breach, or not."""
    checked_id(vehicle_id, "vehicle")
    body = json_body(AutoHoldRequest)
    parts().auto_hold.set(identity().principal, vehicle_id, on=body.on)
    return no_content()


@blueprint.delete("/api/vehicles/<vehicle_id>/control")
@access(Access.SIGNED_IN, Permission.FLY)
def release_control(vehicle_id: str) -> flask.Response:
    """Give one's own control of it up."""
    checked_id(vehicle_id, "vehicle")
    parts().controls.release(identity().principal, vehicle_id)
    return no_content()


# --- to safety: at once, with nobody's control ----------------------------------------------------


@blueprint.post("/api/vehicles/<vehicle_id>/hold")
@access(Access.SIGNED_IN, Permission.STOP_FLIGHT)
def hold(vehicle_id: str) -> flask.Response:
    """Stop and stay where it is."""
    return _fly(vehicle_id, Hold())


@blueprint.post("/api/vehicles/<vehicle_id>/return")
@access(Access.SIGNED_IN, Permission.STOP_FLIGHT)
def return_home(vehicle_id: str) -> flask.Response:
    """Fly home and land."""
    return _fly(vehicle_id, Return())


@blueprint.post("/api/vehicles/<vehicle_id>/land")
@access(Access.SIGNED_IN, Permission.STOP_FLIGHT)
def land(vehicle_id: str) -> flask.Response:
    """Come down where it is."""
    return _fly(vehicle_id, Land())


# --- with control ---------------------------------------------------------------------------------


@blueprint.post("/api/vehicles/<vehicle_id>/arm")
@access(Access.SIGNED_IN, Permission.FLY)
def arm(vehicle_id: str) -> flask.Response:
    """Motors on, on the ground; never forced."""
    return _fly(vehicle_id, Arm())


@blueprint.post("/api/vehicles/<vehicle_id>/disarm")
@access(Access.SIGNED_IN, Permission.FLY)
def disarm(vehicle_id: str) -> flask.Response:
    """Motors off, on the ground; never forced."""
    return _fly(vehicle_id, Disarm())


@blueprint.post("/api/vehicles/<vehicle_id>/take-off")
@access(Access.SIGNED_IN, Permission.FLY)
def take_off(vehicle_id: str) -> flask.Response:
    """Climb to a height above home and stay there."""
    body = json_body(TakeOffRequest)
    action = _checked(TakeOff, height_home_m=body.height_home_m)
    return _fly(vehicle_id, action, _permissions(body.permissions))


@blueprint.post("/api/vehicles/<vehicle_id>/go-to")
@access(Access.SIGNED_IN, Permission.FLY)
def go_to(vehicle_id: str) -> flask.Response:
    """Fly there and stay."""
    checked_id(vehicle_id, "vehicle")
    body = json_body(GoToRequest)
    permissions = _permissions(body.permissions)
    return _fly(vehicle_id, _go_to_action(vehicle_id, body), permissions)


@blueprint.post("/api/vehicles/<vehicle_id>/go-to/check")
@access(Access.SIGNED_IN, Permission.FLY)
def check_go_to(vehicle_id: str) -> flask.Response:
    """What a flight there would be; nothing is sent to the vehicle."""
    checked_id(vehicle_id, "vehicle")
    body = json_body(GoToRequest)
    _go_to_at(body, body.alt_amsl_m or 0.0)
    found = parts().flights.check_go_to(
        identity().principal, vehicle_id, body.lat, body.lon, body.alt_amsl_m, body.speed_mps
    )
    finding = found.finding
    answer = GoToCheck(
        distance_m=round(found.distance_m, 1),
        seconds=None if found.seconds is None else round(found.seconds, 1),
        alt_amsl_m=round(found.alt_amsl_m, 1),
        height_agl_m=None if found.height_agl_m is None else round(found.height_agl_m, 1),
        airspace=finding.state.value,
        airspace_problem=finding.problem,
        breaches=breach_views(finding),
        why_not=found.why_not,
    )
    return json_answer(answer)


@blueprint.put("/api/vehicles/<vehicle_id>/mission")
@access(Access.SIGNED_IN, Permission.FLY)
def put_mission(vehicle_id: str) -> flask.Response:
    """Replace the mission that it holds; an empty one clears it."""
    body = json_body(MissionRequest, MAX_BODY_BYTES)
    action = _checked(
        UploadMission,
        items=[msgspec.structs.asdict(point) for point in body.items],
        return_at_end=body.return_at_end,
        land_at_end=body.land_at_end,
    )
    return _fly(vehicle_id, action, _permissions(body.permissions))


@blueprint.post("/api/vehicles/<vehicle_id>/mission/start")
@access(Access.SIGNED_IN, Permission.FLY)
def start_mission(vehicle_id: str) -> flask.Response:
    """Fly the mission that it holds, from its first item."""
    return _fly(vehicle_id, StartMission())


@blueprint.put("/api/vehicles/<vehicle_id>/geofence")
@access(Access.SIGNED_IN, Permission.FLY)
def put_geofence(vehicle_id: str) -> flask.Response:
    """Replace the fence that its autopilot enforces; an empty one clears it."""
    body = json_body(FenceRequest, MAX_BODY_BYTES)
    rings = [
        {"points": [_lat_lon(point) for point in ring.points], "keep_in": ring.keep_in}
        for ring in body.rings
    ]
    return _fly(vehicle_id, _checked(UploadGeofence, rings=rings))


# --- inside --------------------------------------------------------------------------------------


def _fly(
    vehicle_id: str, action: Action, permissions: Mapping[str, str] | None = None
) -> flask.Response:
    """Send it, and answer with the autopilot's acknowledgement; how long that may take is up to
    `Flights`. What brings a vehicle to safety always finds a thread that is free: of everything
    else only so much is under way at once."""
    checked_id(vehicle_id, "vehicle")
    who, flights = identity().principal, parts().flights
    try:
        if isinstance(action, URGENT):
            done = flights.fly(who, vehicle_id, action)
        else:
            with _place_for_a_command():
                done = flights.fly(who, vehicle_id, action, permissions or {})
    except NotSignedIn as error:  # the agent's word on itself; the person is signed in
        raise Unavailable(error.message, error.remedy) from error
    return json_answer(
        CommandAnswer(command_id=done.command_id, note=done.note, took_ms=done.took_ms)
    )


@contextmanager
def _place_for_a_command() -> Iterator[None]:
    gate = cast(threading.BoundedSemaphore, flask.current_app.extensions[COMMAND_GATE])
    if not gate.acquire(blocking=False):
        raise Throttled(
            "Too many commands to vehicles are under way.", "Try again in a moment.", 2.0
        )
    try:
        yield
    finally:
        gate.release()


def _view(status: VehicleStatus) -> VehicleView:
    site, numbers = parts(), cast(Numbers, flask.current_app.extensions[VEHICLE_NUMBERS])
    return vehicle_view(
        status,
        numbers.of(status.vehicle.vehicle_id),
        source_id=site.cameras.source_of(status),
        control=control_view(status.control, site.alerts.display_name),
        now=site.clock.now(),
        now_s=site.clock.monotonic_s(),
        conforms=(
            site.conformances.of(status.vehicle.vehicle_id),
            site.auto_hold.is_on(status.vehicle.vehicle_id),
        ),
    )


def _go_to_action(vehicle_id: str, body: GoToRequest) -> GoTo:
    """At its present height where none is given."""
    alt_amsl_m = body.alt_amsl_m
    status = parts().controls.reach(identity().principal, vehicle_id)
    if alt_amsl_m is None:
        place = None if status.report is None else status.report.position
        if place is None or status.link is not VehicleLinkState.CONNECTED:
            raise Unprocessable(
                f"The present height of {status.vehicle.name} is not known.",
                "Say at which height to fly there.",
            )
        alt_amsl_m = place.alt_amsl_m
    return _go_to_at(body, alt_amsl_m)


def _go_to_at(body: GoToRequest, alt_amsl_m: float) -> GoTo:
    return _checked(
        GoTo, lat=body.lat, lon=body.lon, alt_amsl_m=alt_amsl_m, speed_mps=body.speed_mps
    )


def _checked(kind: type[T], **fields: Any) -> T:
    """An action whose numbers are within what an autopilot is told; InvalidInput names the field
    that is not."""
    try:
        return msgspec.convert({"type": kind.__name__, **fields}, kind)
    except msgspec.ValidationError as error:
        raise InvalidInput(f"The command cannot be sent: {error}.") from error


def _permissions(given: Sequence[ZonePermission]) -> dict[str, str]:
    """References by zone; InvalidInput for an empty one, or two of one zone."""
    if len(given) > MAX_PERMISSIONS:
        raise InvalidInput(f"A command has at most {MAX_PERMISSIONS} permissions.")
    found: dict[str, str] = {}
    for one in given:
        reference = " ".join(one.reference.split())
        if not (1 <= len(reference) <= MAX_REFERENCE and reference.isprintable()):
            raise InvalidInput(
                f"The reference of a permission has 1 to {MAX_REFERENCE} printable characters."
            )
        if not 1 <= len(one.zone_id) <= MAX_REFERENCE or one.zone_id in found:
            raise InvalidInput("Each permission names one zone, and each zone once.")
        found[one.zone_id] = reference
    return found


def _lat_lon(point: Sequence[float]) -> tuple[float, float]:
    """The page's [lon, lat], as the agent takes it."""
    if len(point) != 2:
        raise InvalidInput("A corner of a fence is [longitude, latitude].")
    return point[1], point[0]
