"""What routes that command vehicles have in common: bodies into actions, and sending them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar, cast

import flask
import msgspec

from ground_station.api.auth import identity
from ground_station.api.bodies import checked_id, json_answer
from ground_station.api.parts import COMMAND_GATE, parts
from ground_station.api.schemas import CommandAnswer, FenceAnswer, MissionAnswer, ZonePermission
from ground_station.core.agent_actions import URGENT, Action
from ground_station.core.agent_vehicles import VehicleLinkState
from ground_station.core.errors import (
    InvalidInput,
    NotSignedIn,
    Throttled,
    Unavailable,
    Unprocessable,
)
from ground_station.services.mission_fences import MissionUploaded

T = TypeVar("T")
MAX_PERMISSIONS = 50
MAX_REFERENCE = 200


def fly(
    vehicle_id: str, action: Action, permissions: Mapping[str, str] | None = None
) -> flask.Response:
    """Send it, and answer with the autopilot's acknowledgement; how long that may take is up to
    `Flights`. What brings a vehicle to safety always finds a thread that is free: of everything
    else only so much is under way at once."""
    checked_id(vehicle_id, "vehicle")
    who, flights = identity().principal, parts().flights
    if isinstance(action, URGENT):
        done = _of_agent(lambda: flights.fly(who, vehicle_id, action))
    else:
        done = waiting(lambda: flights.fly(who, vehicle_id, action, permissions or {}))
    return json_answer(
        CommandAnswer(command_id=done.command_id, note=done.note, took_ms=done.took_ms)
    )


def waiting(call: Callable[[], T]) -> T:
    """A call that waits for an agent: only so many do at once. Throttled: too many."""
    with _place_for_a_command():
        return _of_agent(call)


def mission_answer(uploaded: MissionUploaded) -> flask.Response:
    done, fence = uploaded.done, uploaded.fence
    became = None
    if fence is not None:
        became = FenceAnswer(
            accepted=fence.accepted,
            rings=fence.rings,
            kept_out=list(fence.kept_out),
            words=fence.words,
        )
    return json_answer(
        MissionAnswer(
            command_id=done.command_id, note=done.note, took_ms=done.took_ms, fence=became
        )
    )


def checked(kind: type[T], **fields: Any) -> T:
    """An action whose numbers are within what an autopilot is told; InvalidInput names the field
    that is not."""
    try:
        return msgspec.convert({"type": kind.__name__, **fields}, kind)
    except msgspec.ValidationError as error:
        raise InvalidInput(f"The command cannot be sent: {error}.") from error


def by_zone(given: Sequence[ZonePermission]) -> dict[str, str]:
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


def present_height(vehicle_id: str) -> float:
    """Metres above the sea; Unprocessable where it is not known."""
    status = parts().controls.reach(identity().principal, vehicle_id)
    place = None if status.report is None else status.report.position
    if place is None or status.link is not VehicleLinkState.CONNECTED:
        raise Unprocessable(
            f"The present height of {status.vehicle.name} is not known.",
            "Say at which height to fly there.",
        )
    return place.alt_amsl_m


def lat_lon(point: Sequence[float]) -> tuple[float, float]:
    """The page's [lon, lat], as the agent takes it."""
    if len(point) != 2:
        raise InvalidInput("A corner of a fence is [longitude, latitude].")
    return point[1], point[0]


def _of_agent(call: Callable[[], T]) -> T:
    try:
        return call()
    except NotSignedIn as error:  # the agent's word on itself; the person is signed in
        raise Unavailable(error.message, error.remedy) from error


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
