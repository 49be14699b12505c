"""Vehicles: what there is, who flies it, and what it is to do.

A vehicle of another organisation, or outside the person's area, answers as one that is not there;
whoever has control of one still reaches it where it has left their area.
"""

from __future__ import annotations

from typing import cast

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
from ground_station.api.commanding import (
    by_zone,
    checked,
    fly,
    lat_lon,
    mission_answer,
    present_height,
    waiting,
)
from ground_station.api.live_audience import admitted
from ground_station.api.operation_views import facts_view, held_view, in_flight, offer_view
from ground_station.api.parts import VEHICLE_NUMBERS, parts
from ground_station.api.schemas import (
    AutoHoldRequest,
    FenceRequest,
    GoToCheck,
    GoToRequest,
    MissionRequest,
    OfferControl,
    PilotView,
    TakeControl,
    TakeOffRequest,
    VehicleView,
)
from ground_station.api.shared_vehicles import shared_vehicle_view
from ground_station.api.vehicle_views import (
    Numbers,
    breach_views,
    control_view,
    vehicle_view,
)
from ground_station.core.agent_actions import (
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
from ground_station.core.authority import Permission
from ground_station.core.fleet import VehicleStatus
from ground_station.services.vehicle_state import place_of

blueprint = flask.Blueprint("vehicles", __name__)


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


@blueprint.get("/api/vehicles/<vehicle_id>/control/pilots")
@access(Access.SIGNED_IN, Permission.FLY)
def list_pilots(vehicle_id: str) -> flask.Response:
    """Whom it can be offered to."""
    checked_id(vehicle_id, "vehicle")
    found = parts().desk.offers.pilots(identity().principal, vehicle_id)
    return json_answer(
        [PilotView(user_id=one.user_id, display_name=one.display_name) for one in found]
    )


@blueprint.post("/api/vehicles/<vehicle_id>/control/offer")
@access(Access.SIGNED_IN, Permission.FLY)
def offer_control(vehicle_id: str) -> flask.Response:
    """Offer the vehicle that one controls to a pilot, who may take it within a minute."""
    checked_id(vehicle_id, "vehicle")
    to = checked_id(json_body(OfferControl).user_id, "person")
    offer = parts().desk.offers.offer(identity().principal, vehicle_id, to)
    return json_answer(offer_view(offer, parts().alerts.display_name))


@blueprint.delete("/api/vehicles/<vehicle_id>/control/offer")
@access(Access.SIGNED_IN, Permission.FLY)
def withdraw_offer(vehicle_id: str) -> flask.Response:
    """Take one's own offer back."""
    checked_id(vehicle_id, "vehicle")
    parts().desk.offers.withdraw(identity().principal, vehicle_id)
    return no_content()


@blueprint.post("/api/vehicles/<vehicle_id>/control/accept")
@access(Access.SIGNED_IN, Permission.FLY)
def accept_control(vehicle_id: str) -> flask.Response:
    """Take the control that one was offered."""
    checked_id(vehicle_id, "vehicle")
    control = parts().desk.offers.accept(identity().principal, vehicle_id)
    return json_answer(control_view(control, parts().alerts.display_name))


# --- what is known of it --------------------------------------------------------------------------


@blueprint.get("/api/vehicles/<vehicle_id>/facts")
@access(Access.SIGNED_IN, Permission.SEE_MAP)
def read_facts(vehicle_id: str) -> flask.Response:
    """What of it changes seldom: what it does when something fails, and what it carries."""
    checked_id(vehicle_id, "vehicle")
    parts().controls.reach(identity().principal, vehicle_id)
    return json_answer(facts_view(parts().desk.facts.of(vehicle_id)))


@blueprint.get("/api/vehicles/<vehicle_id>/held")
@access(Access.SIGNED_IN, Permission.FLY)
def read_held(vehicle_id: str) -> flask.Response:
    """What it holds on board, read off it now, against what was uploaded through here."""
    checked_id(vehicle_id, "vehicle")
    who = identity().principal
    return json_answer(held_view(waiting(lambda: parts().desk.held.read(who, vehicle_id))))


# --- to safety: at once, with nobody's control ----------------------------------------------------


@blueprint.post("/api/vehicles/<vehicle_id>/hold")
@access(Access.SIGNED_IN, Permission.STOP_FLIGHT)
def hold(vehicle_id: str) -> flask.Response:
    """Stop and stay where it is."""
    return fly(vehicle_id, Hold())


@blueprint.post("/api/vehicles/<vehicle_id>/return")
@access(Access.SIGNED_IN, Permission.STOP_FLIGHT)
def return_home(vehicle_id: str) -> flask.Response:
    """Fly home and land."""
    return fly(vehicle_id, Return())


@blueprint.post("/api/vehicles/<vehicle_id>/land")
@access(Access.SIGNED_IN, Permission.STOP_FLIGHT)
def land(vehicle_id: str) -> flask.Response:
    """Come down where it is."""
    return fly(vehicle_id, Land())


# --- with control ---------------------------------------------------------------------------------


@blueprint.post("/api/vehicles/<vehicle_id>/arm")
@access(Access.SIGNED_IN, Permission.FLY)
def arm(vehicle_id: str) -> flask.Response:
    """Motors on, on the ground; never forced."""
    return fly(vehicle_id, Arm())


@blueprint.post("/api/vehicles/<vehicle_id>/disarm")
@access(Access.SIGNED_IN, Permission.FLY)
def disarm(vehicle_id: str) -> flask.Response:
    """Motors off, on the ground; never forced."""
    return fly(vehicle_id, Disarm())


@blueprint.post("/api/vehicles/<vehicle_id>/take-off")
@access(Access.SIGNED_IN, Permission.FLY)
def take_off(vehicle_id: str) -> flask.Response:
    """Climb to a height above home and stay there."""
    body = json_body(TakeOffRequest)
    action = checked(TakeOff, height_home_m=body.height_home_m)
    return fly(vehicle_id, action, by_zone(body.permissions))


@blueprint.post("/api/vehicles/<vehicle_id>/go-to")
@access(Access.SIGNED_IN, Permission.FLY)
def go_to(vehicle_id: str) -> flask.Response:
    """Fly there and stay."""
    checked_id(vehicle_id, "vehicle")
    body = json_body(GoToRequest)
    permissions = by_zone(body.permissions)
    return fly(vehicle_id, _go_to_action(vehicle_id, body), permissions)


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
    """Replace the mission that it holds, and have its approved way become its geofence if that is
    wanted; an empty mission clears it."""
    checked_id(vehicle_id, "vehicle")
    body = json_body(MissionRequest, MAX_BODY_BYTES)
    action = checked(
        UploadMission,
        items=[msgspec.structs.asdict(point) for point in body.items],
        return_at_end=body.return_at_end,
        land_at_end=body.land_at_end,
    )
    who, permissions = identity().principal, by_zone(body.permissions)
    done = waiting(
        lambda: parts().desk.fences.upload(who, vehicle_id, action, permissions, fence=body.fence)
    )
    return mission_answer(done)


@blueprint.post("/api/vehicles/<vehicle_id>/mission/start")
@access(Access.SIGNED_IN, Permission.FLY)
def start_mission(vehicle_id: str) -> flask.Response:
    """Fly the mission that it holds, from its first item."""
    return fly(vehicle_id, StartMission())


@blueprint.put("/api/vehicles/<vehicle_id>/geofence")
@access(Access.SIGNED_IN, Permission.FLY)
def put_geofence(vehicle_id: str) -> flask.Response:
    """Replace the fence that its autopilot enforces; an empty one clears it."""
    body = json_body(FenceRequest, MAX_BODY_BYTES)
    rings = [
        {"points": [lat_lon(point) for point in ring.points], "keep_in": ring.keep_in}
        for ring in body.rings
    ]
    return fly(vehicle_id, checked(UploadGeofence, rings=rings))


# --- inside --------------------------------------------------------------------------------------


def _view(status: VehicleStatus) -> VehicleView:
    site, numbers = parts(), cast(Numbers, flask.current_app.extensions[VEHICLE_NUMBERS])
    return vehicle_view(
        status,
        numbers.of(status.vehicle.vehicle_id),
        source_id=site.cameras.source_of(status),
        control=control_view(status.control, site.alerts.display_name),
        now=site.clock.now(),
        now_s=site.clock.monotonic_s(),
        flight=in_flight(site, status),
    )


def _go_to_action(vehicle_id: str, body: GoToRequest) -> GoTo:
    """At its present height where none is given."""
    alt_amsl_m = body.alt_amsl_m
    return _go_to_at(body, present_height(vehicle_id) if alt_amsl_m is None else alt_amsl_m)


def _go_to_at(body: GoToRequest, alt_amsl_m: float) -> GoTo:
    return checked(
        GoTo, lat=body.lat, lon=body.lon, alt_amsl_m=alt_amsl_m, speed_mps=body.speed_mps
    )
