"""Preflights; and the records of crew, aircraft and batteries they are made from."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeVar

import flask
import msgspec

from ground_station.api.auth import Access, access, identity
from ground_station.api.bodies import checked_id, json_answer, json_body
from ground_station.api.parts import parts
from ground_station.api.schemas import (
    AirframeView,
    BatteryView,
    CheckView,
    ChooseCrew,
    CrewView,
    DefectView,
    FixDefect,
    OperationsRecords,
    PreflightView,
    ReportDefect,
    SignRequest,
    TickRequest,
    TickView,
    WeatherView,
)
from ground_station.core.authority import Permission
from ground_station.core.crew import (
    Airframe,
    Battery,
    CameraModel,
    CrewMember,
    CrewRole,
    Defect,
)
from ground_station.core.crew_checks import TICKS
from ground_station.core.errors import InvalidInput
from ground_station.core.preflight import Weather, WeatherLimits
from ground_station.services.preflights import Chosen, PreflightNow

blueprint = flask.Blueprint("preflight", __name__)

_V = TypeVar("_V", bound=msgspec.Struct)
MAX_WORDS = 500
_LIMITS = [one.name for one in fields(WeatherLimits)]


# --- the preflight of a vehicle -------------------------------------------------------------------


@blueprint.get("/api/vehicles/<vehicle_id>/preflight")
@access(Access.SIGNED_IN, Permission.SEE_PAPERS)
def preflight(vehicle_id: str) -> flask.Response:
    """The newest, with its checks as they stand now; null: there was none."""
    checked_id(vehicle_id, "vehicle")
    found = parts().preflights.now(identity().principal, vehicle_id)
    return json_answer(None if found is None else _view(found))


@blueprint.post("/api/vehicles/<vehicle_id>/preflight")
@access(Access.SIGNED_IN, Permission.FLY)
def open_preflight(vehicle_id: str) -> flask.Response:
    """Open one, by whoever has control, for what the vehicle holds now."""
    checked_id(vehicle_id, "vehicle")
    body = json_body(ChooseCrew)
    made = parts().preflights.open(identity().principal, vehicle_id, _chosen(body))
    return json_answer(_view(made), 201)


@blueprint.put("/api/vehicles/<vehicle_id>/preflight/crew")
@access(Access.SIGNED_IN, Permission.FLY)
def choose_crew(vehicle_id: str) -> flask.Response:
    """Who flies with what."""
    checked_id(vehicle_id, "vehicle")
    body = json_body(ChooseCrew)
    return json_answer(
        _view(parts().preflights.choose(identity().principal, vehicle_id, _chosen(body)))
    )


@blueprint.put("/api/vehicles/<vehicle_id>/preflight/ticks")
@access(Access.SIGNED_IN, Permission.FLY)
def tick(vehicle_id: str) -> flask.Response:
    """One of the pilot's own checks."""
    checked_id(vehicle_id, "vehicle")
    body = json_body(TickRequest)
    who = identity().principal
    return json_answer(_view(parts().preflights.tick(who, vehicle_id, body.key, done=body.done)))


@blueprint.put("/api/vehicles/<vehicle_id>/preflight/weather")
@access(Access.SIGNED_IN, Permission.FLY)
def type_weather(vehicle_id: str) -> flask.Response:
    """The weather at the place."""
    checked_id(vehicle_id, "vehicle")
    body = json_body(WeatherView)
    weather = Weather(
        age_s=0.0,
        wind_mps=_within("wind", body.wind_mps, 0, 100),
        gust_mps=_within("gusts", body.gust_mps, 0, 100),
        visibility_m=_within("visibility", body.visibility_m, 0, 100_000),
        precipitation=body.precipitation,
        temperature_c=_within("temperature", body.temperature_c, -60, 60),
    )
    return json_answer(_view(parts().preflights.weather(identity().principal, vehicle_id, weather)))


@blueprint.post("/api/vehicles/<vehicle_id>/preflight/sign")
@access(Access.SIGNED_IN, Permission.FLY)
def sign_preflight(vehicle_id: str) -> flask.Response:
    """Sign it by name; with a reason, in an emergency, without the pilot's own checks."""
    checked_id(vehicle_id, "vehicle")
    body = json_body(SignRequest)
    who, preflights = identity().principal, parts().preflights
    if body.reason:
        made = preflights.override(who, vehicle_id, body.name, body.reason)
    else:
        made = preflights.sign(who, vehicle_id, body.name)
    return json_answer(_view(made))


# --- records --------------------------------------------------------------------------------------


@blueprint.get("/api/crew")
@access(Access.SIGNED_IN, Permission.SEE_PAPERS)
def operations_records() -> flask.Response:
    """Crew, aircraft, batteries and open defects of one's organisation."""
    who, records = identity().principal, parts().crew_records
    return json_answer(
        OperationsRecords(
            crew=[_crew_view(one) for one in records.crew.all(who)],
            airframes=[_airframe_view(one) for one in records.airframes.all(who)],
            batteries=[_battery_view(one) for one in records.batteries.all(who)],
            defects=[_defect_view(one) for one in records.defects(who)],
        )
    )


@blueprint.put("/api/crew")
@access(Access.SIGNED_IN, Permission.MANAGE_CREW)
def put_crew_member() -> flask.Response:
    """Add or replace a pilot or observer."""
    body = json_body(CrewView)
    _id(body.record_id, "crew member")
    if body.user_id is not None:
        checked_id(body.user_id, "user")
    asked = _words(body)
    asked.pop("minutes")
    asked.pop("last_flight_at")
    asked["roles"] = tuple(CrewRole(role) for role in body.roles)
    member = CrewMember(organisation_id="", **asked)
    return json_answer(_crew_view(parts().crew_records.put_crew(identity().principal, member)))


@blueprint.put("/api/airframes")
@access(Access.SIGNED_IN, Permission.MANAGE_CREW)
def put_airframe() -> flask.Response:
    """Add or replace an aircraft."""
    body = json_body(AirframeView)
    _id(body.record_id, "aircraft")
    if body.vehicle_id is not None:
        checked_id(body.vehicle_id, "vehicle")
    asked = _words(body)
    asked.pop("minutes")
    limits = WeatherLimits(**{name: asked.pop(name) for name in _LIMITS})
    lens = [asked.pop(f"camera_{name}") for name in ("hfov_deg", "width_px", "height_px")]
    if any(value is None for value in lens) and any(value is not None for value in lens):
        raise InvalidInput("A camera has a field of view, a width and a height, or none of them.")
    camera = None if lens[0] is None else CameraModel(*lens)
    craft = Airframe(organisation_id="", limits=limits, camera=camera, **asked)
    return json_answer(_airframe_view(parts().crew_records.put_airframe(_who(), craft)))


@blueprint.put("/api/batteries")
@access(Access.SIGNED_IN, Permission.MANAGE_CREW)
def put_battery() -> flask.Response:
    """Add or replace a battery."""
    body = json_body(BatteryView)
    _id(body.record_id, "battery")
    asked = _words(body)
    asked.pop("cycles")
    battery = Battery(organisation_id="", **asked)
    return json_answer(_battery_view(parts().crew_records.put_battery(_who(), battery)))


@blueprint.post("/api/defects")
@access(Access.SIGNED_IN, Permission.REPORT_DEFECTS)
def report_defect() -> flask.Response:
    """Say what is broken."""
    body = json_body(ReportDefect)
    made = parts().crew_records.report_defect(
        _who(),
        body.words,
        grounds=body.grounds,
        airframe_id=body.airframe_id,
        battery_id=body.battery_id,
    )
    return json_answer(_defect_view(made), 201)


@blueprint.post("/api/defects/<defect_id>/fixed")
@access(Access.SIGNED_IN, Permission.MANAGE_CREW)
def fix_defect(defect_id: str) -> flask.Response:
    """Say that it was put right."""
    checked_id(defect_id, "defect")
    body = json_body(FixDefect)
    return json_answer(_defect_view(parts().crew_records.fix_defect(_who(), defect_id, body.words)))


# --- inside ---------------------------------------------------------------------------------------


def _who() -> Any:
    return identity().principal


def _chosen(body: ChooseCrew) -> Chosen:
    return Chosen(body.pilot_id, body.observer_id, body.airframe_id, body.battery_id)


def _id(record_id: str, word: str) -> None:
    if record_id:
        checked_id(record_id, word)


def _words(body: msgspec.Struct) -> dict[str, Any]:
    """A body's fields, its texts on one line and of a bounded length."""
    asked = msgspec.structs.asdict(body)
    for name, value in asked.items():
        if isinstance(value, str):
            asked[name] = " ".join(value.split())
            if len(asked[name]) > MAX_WORDS or not asked[name].isprintable():
                raise InvalidInput(f"{name} has at most {MAX_WORDS} printable characters.")
    return asked


def _within(name: str, value: float | None, least: float, most: float) -> float | None:
    if value is None or least <= value <= most:  # a NaN is neither
        return value
    raise InvalidInput(f"The {name} is between {least:g} and {most:g}.")


def _view(now: PreflightNow) -> PreflightView:
    one = now.preflight
    weather = one.weather
    return PreflightView(
        record_id=one.record_id,
        opened_at=one.opened_at,
        mission=bool(one.mission_digest),
        pilot_id=one.pilot_id,
        observer_id=one.observer_id,
        airframe_id=one.airframe_id,
        battery_id=one.battery_id,
        weather=None
        if weather is None
        else WeatherView(
            wind_mps=weather.wind_mps,
            gust_mps=weather.gust_mps,
            visibility_m=weather.visibility_m,
            precipitation=weather.precipitation,
            temperature_c=weather.temperature_c,
        ),
        weather_at=one.weather_at,
        checks=[
            CheckView(
                key=check.key,
                title=check.title,
                state=check.state.value,
                words=check.words,
                blocks=check.blocks,
            )
            for check in now.checks
        ],
        ticks=[
            TickView(key=key, words=words, done=key in one.ticks) for key, words in TICKS.items()
        ],
        missing=list(now.missing),
        signed_at=one.signed_at,
        signed_name=one.signed_name,
        override_reason=one.override_reason,
        used_at=one.used_at,
        good_for_s=None if now.good_for_s is None else max(0, round(now.good_for_s)),
    )


def _shared(record: Any, view: type[_V]) -> dict[str, Any]:
    """The fields that a record and its view have in common."""
    names = {one.name for one in msgspec.structs.fields(view)}
    return {one.name: getattr(record, one.name) for one in fields(record) if one.name in names}


def _crew_view(one: CrewMember) -> CrewView:
    history = parts().crew_history
    asked = _shared(one, CrewView) | {"roles": [role.value for role in one.roles]}
    return CrewView(
        **asked,
        minutes=round(history.pilot_minutes(one.organisation_id, one), 1),
        last_flight_at=history.last_flight(one.organisation_id, one),
    )


def _airframe_view(one: Airframe) -> AirframeView:
    limits = {name: getattr(one.limits, name) for name in _LIMITS}
    lens = one.camera
    return AirframeView(
        **_shared(one, AirframeView),
        **limits,
        camera_hfov_deg=None if lens is None else lens.hfov_deg,
        camera_width_px=None if lens is None else lens.width_px,
        camera_height_px=None if lens is None else lens.height_px,
        minutes=round(parts().crew_history.minutes(one.organisation_id, one), 1),
    )


def _battery_view(one: Battery) -> BatteryView:
    cycles = parts().crew_history.cycles(one.organisation_id, one)
    return BatteryView(**_shared(one, BatteryView), cycles=cycles)


def _defect_view(one: Defect) -> DefectView:
    name = parts().alerts.display_name
    asked = _shared(one, DefectView)
    asked["found_by"] = name(one.found_by)
    asked["fixed_by"] = name(one.fixed_by) if one.fixed_by else ""
    return DefectView(**asked)
