"""Missions between the page and `geo.missions`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import msgspec

from geo.formats.reading import FileRefused
from geo.missions import AtEnd, HeightDatum, Mission
from geo.missions.estimate import Estimate
from geo.missions.formats.reading import Draft
from ground_station.api.schemas import (
    EstimateView,
    ItemEstimateView,
    PatternRequest,
    PlanDocument,
    PlanFence,
    PlanItem,
    PlanRally,
)
from ground_station.core.agent_durable import one_line
from ground_station.core.crew import CameraModel
from ground_station.core.errors import InvalidInput
from ground_station.services.mission_patterns import PatternAsked
from ground_station.services.mission_refusals import told

MAX_NAME = 200
_LENS = ("camera_hfov_deg", "camera_width_px", "camera_height_px")
_ITEM: tuple[str, ...] = ("speed_mps", "hold_s", "gimbal_pitch_deg", "heading_deg", "photo")
_ITEM += ("photo_every_m", "orbit_radius_m", "orbit_turns")


def mission_of(
    plan: PlanDocument, ground: Callable[[float, float], float | None], name: str | None = None
) -> Mission:
    """A plan of the page, checked as a file is: at most 700 waypoints, each within 20 km of the one
    before, fences that do not cross themselves.

    Args:
        ground: above the sea at a place, by the terrain in use; taken for a home without a height.
        name: instead of the plan's own.

    Raises:
        InvalidInput: what is wrong with which of its parts.
    """
    draft = Draft(at_end=AtEnd(plan.at_end), name=_name(plan.name if name is None else name))
    with told():
        for number, item in enumerate(plan.items, 1):
            fields = {one: getattr(item, one) for one in _ITEM}
            draft.add(
                f"item {number}",
                item.lat,
                item.lon,
                height_m=item.height_m,
                datum=HeightDatum(item.datum),
                **fields,
            )
        _set_home(draft, plan, ground)
        if plan.cruise_mps is not None:
            draft.set_cruise("cruise_mps", plan.cruise_mps)
        for number, one in enumerate(plan.rally, 1):
            draft.add_rally(f"rally point {number}", one.lat, one.lon, one.height_home_m)
        for number, fence in enumerate(plan.fences, 1):
            ring = [place_of(at, f"fence {number}") for at in fence.ring]
            draft.add_fence(f"fence {number}", ring, keep_in=fence.keep_in)
        return draft.finished().mission


def _name(name: str) -> str:
    name = one_line(name).strip()
    if len(name) > MAX_NAME:
        raise InvalidInput(f"A mission's name has at most {MAX_NAME} characters.")
    return name


def _set_home(
    draft: Draft, plan: PlanDocument, ground: Callable[[float, float], float | None]
) -> None:
    lat, lon, amsl_m = plan.home_lat, plan.home_lon, plan.home_amsl_m
    if lat is None and lon is None and amsl_m is None:
        return
    if lat is None or lon is None:
        raise FileRefused("Home has a latitude and a longitude. Give both, or place it on the map.")
    draft.set_home("home", lat, lon, 0.0)  # its place, before the ground is looked at there
    if amsl_m is None:
        amsl_m = ground(lat, lon)
    if amsl_m is None:
        raise FileRefused(
            "How high home is above the sea is not known: no terrain in use reaches there. "
            "Give home_amsl_m."
        )
    draft.set_home("home", lat, lon, amsl_m)


def place_of(lonlat: list[float], what: str) -> tuple[float, float]:
    """(lat, lon)."""
    if len(lonlat) != 2:
        raise InvalidInput(f"{what}: a place is [longitude, latitude].")
    return lonlat[1], lonlat[0]


def plan_view(mission: Mission) -> PlanDocument:
    """A mission as the page takes it."""
    home = mission.home
    return PlanDocument(
        items=item_views(mission.items),
        at_end=mission.at_end.value,
        name=mission.name,
        home_lat=None if home is None else home[0],
        home_lon=None if home is None else home[1],
        home_amsl_m=None if home is None else home[2],
        cruise_mps=mission.cruise_mps,
        rally=[
            PlanRally(lat=one.lat, lon=one.lon, height_home_m=one.height_home_m)
            for one in mission.rally
        ],
        fences=[
            PlanFence(ring=[[lon, lat] for lat, lon in one.ring], keep_in=one.keep_in)
            for one in mission.fences
        ],
    )


def item_views(items: Any) -> list[PlanItem]:
    """Waypoints as the page takes them."""
    return [
        PlanItem(
            lat=item.lat,
            lon=item.lon,
            height_m=item.height_m,
            datum=item.datum.value,
            **{one: getattr(item, one) for one in _ITEM},
        )
        for item in items
    ]


def pattern_of(body: PatternRequest) -> PatternAsked:
    """A pattern as it is asked for.

    Raises:
        InvalidInput: half a camera, or a point that is none.
    """
    asked = msgspec.structs.asdict(body)
    asked.pop("vehicle_id")
    lens = [asked.pop(name) for name in _LENS]
    if any(value is None for value in lens) and any(value is not None for value in lens):
        raise InvalidInput(
            "camera_hfov_deg: a camera has a field of view, a width and a height.",
            "Give all three, or none to take the camera recorded with the aircraft.",
        )
    asked["camera"] = None if lens[0] is None else CameraModel(*lens)
    asked["points"] = tuple(
        place_of(at, f"points: point {number}") for number, at in enumerate(body.points, 1)
    )
    asked["datum"] = HeightDatum(body.datum)
    return PatternAsked(**asked)


def estimate_view(made: Estimate) -> EstimateView:
    """An estimate as the page takes it."""
    return EstimateView(
        seconds=_number(made.seconds),
        distance_m=made.distance_m,
        battery_used=_number(made.battery_used),
        battery_left=_number(made.battery_left),
        farthest_m=None if made.farthest is None else made.farthest.metres,
        enough=made.enough,
        why=made.why,
        cannot=list(made.cannot),
        unknown=list(made.unknown),
        assumed=list(made.assumed),
        items=[
            ItemEstimateView(
                number=one.number,
                at_s=_number(one.at_s),
                way_m=one.way_m,
                battery=_number(one.battery),
            )
            for one in made.items
        ],
    )


def _number(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else value
