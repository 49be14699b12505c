"""A flight plan read from a JSON document, and its verdict as one (`docs/airspace.md`)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum
from typing import Any, TypeVar

from geo.airspace.plan import (
    Authorisation,
    Category,
    FlightPlan,
    ForcePolicy,
    Operator,
    OperatorType,
    PathPoint,
    PeopleBelow,
    Permission,
    Volume4D,
)
from geo.airspace.verdict import Change, Information, Judgement, Reason, ZoneTouched
from geo.zones.model import Datum
from geo.zones.shapes import MAX_LATITUDE_DEG

MAX_POINTS = 2_000
MAX_PERMISSIONS = 1_000
MAX_TEXT = 1_000
HIGHEST_M = 100_000.0
FASTEST_MPS = 500.0
_DATUMS = {"AGL": Datum.AGL, "AMSL": Datum.AMSL, "HAE": Datum.HAE, "WGS84": Datum.HAE}
_E = TypeVar("_E", bound=Enum)
_PLAN = frozenset(("path", "height_m", "datum", "operator", "ground_amsl_m", "start", "speed_mps"))
_PLAN |= {"position_error_m", "height_error_m", "contingency_m", "vlos_m", "bvlos"}
_PLAN |= {"green_light", "people"}
_OPERATOR = frozenset(("type", "category", "permissions", "force_policy", "authorisation", "name"))
_OPERATOR |= {"operator_id", "flyer_id", "class_mark", "mass_kg"}
_PERMISSION = frozenset(("zone", "reference", "begins", "ends", "granted_by", "document"))
_PERMISSION |= {"upper_limit_amsl_m"}
_POLICY = frozenset(("reference", "max_height_agl_m", "vlos_only"))
_AUTHORISATION = frozenset(("reference", "begins", "ends", "max_height_agl_m", "bvlos", "volume"))
_VOLUME = frozenset(("ring", "lower_m", "upper_m", "datum", "begins", "ends"))
_PEOPLE = frozenset(("nearest_uninvolved_m", "nearest_built_up_m", "nearest_assembly_m"))
_PEOPLE |= {"over_uninvolved", "over_assembly"}
_POINT = frozenset(("lon", "lat", "height_m", "speed_mps"))
_MOST_NAMED = 20  # fields that are not known


def plan_from(document: object) -> FlightPlan:
    """Read a plan. What it leaves out, or gives as null, is None in it; fields that are not known
    are named in it (`not_read`), and refused where they may limit an authorisation or a policy.

    Raises:
        ValueError: a field of the wrong kind or a number that cannot be, by the field's name.
    """
    plan = _object(document, "the plan")
    return FlightPlan(
        path=_path(plan.get("path")),
        height_m=_number(plan, "height_m", -1_000.0, HIGHEST_M),
        datum=datum_of(plan.get("datum")),
        operator=_operator(plan.get("operator")),
        ground_amsl_m=_number(plan, "ground_amsl_m", -500.0, 9_000.0),
        starts=_instant(plan, "start"),
        speed_mps=_speed(plan, "speed_mps"),
        position_error_m=_number(plan, "position_error_m", 0.0, 10_000.0),
        height_error_m=_number(plan, "height_error_m", 0.0, 10_000.0),
        contingency_m=_number(plan, "contingency_m", 0.0, 10_000.0),
        vlos_m=_number(plan, "vlos_m", 0.0, 1_000_000.0),
        bvlos=_truth(plan, "bvlos"),
        green_light=_truth(plan, "green_light"),
        people=_people(plan.get("people")),
        not_read=_not_read(plan),
    )


def datum_of(given: object) -> Datum:
    """UNKNOWN for words that nobody here knows, and for none."""
    if given is None:
        return Datum.UNKNOWN
    if not isinstance(given, str):
        raise ValueError('datum must be "AGL", "AMSL" or "HAE".')
    return _DATUMS.get(given.strip().upper(), Datum.UNKNOWN)


def answer(judgement: Judgement) -> dict[str, Any]:
    """The verdict as a JSON document, `verdict` first."""
    return {
        "verdict": judgement.verdict.value,
        "zones": [_zone(each) for each in judgement.zones],
        "information": [_information(each) for each in judgement.information],
        "reasons": [_reason(each) for each in judgement.reasons],
        "changes": [_change(each) for each in judgement.changes],
        "leg_verdicts": [each.value for each in judgement.leg_verdicts],
        "rules_of": judgement.as_of.astimezone(UTC).date().isoformat(),
    }


def _zone(touched: ZoneTouched) -> dict[str, Any]:
    zone = touched.zone
    return {
        "id": zone.zone_id,
        "name": zone.name,
        "limit": touched.limit,
        "law": zone.law,
        "contact": f"{zone.authority}: {zone.contact}" if zone.authority else zone.contact,
        "designator": zone.designator or zone.zone_id,
        "authority": zone.authority,
        "satisfied_by": touched.satisfied_by,
        "window": touched.window,
        "unknown": touched.unknown,
        "legs": list(touched.legs),
        "from_s": touched.from_s,
        "until_s": touched.until_s,
    }


def _information(told: Information) -> dict[str, Any]:
    return {"code": told.code.value, "text": told.text, "zone": told.zone_id}


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "code": reason.code.value,
        "text": reason.text,
        "zone": reason.zone_id,
        "law": reason.law,
        "legs": list(reason.legs),
        "from_s": reason.from_s,
        "until_s": reason.until_s,
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "text": change.text,
        "zone": change.zone_id,
        "max_amsl_m": change.max_amsl_m,
        "start": None if change.starts is None else _zulu(change.starts),
        "path": [[lon, lat] for lat, lon in change.path],
    }


def _zulu(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


# --- reading -------------------------------------------------------------------------------------


def _path(given: object) -> tuple[PathPoint, ...]:
    if not isinstance(given, Sequence) or isinstance(given, str | bytes):
        raise ValueError("path must be a list of [longitude, latitude].")
    if not 1 <= len(given) <= MAX_POINTS:
        raise ValueError(f"path must have 1 to {MAX_POINTS} points, not {len(given)}.")
    return tuple(_point(each, f"path[{number}]") for number, each in enumerate(given))


def _point(given: object, name: str) -> PathPoint:
    """[lon, lat], [lon, lat, height], or an object with lon, lat, height_m and speed_mps."""
    if isinstance(given, Mapping):
        known: Mapping[str, object] = _only(given, _POINT, name)
    elif isinstance(given, list | tuple) and 2 <= len(given) <= 3:
        known = dict(zip(("lon", "lat", "height_m"), given, strict=False))
    else:
        raise ValueError(f"{name} must be [longitude, latitude].")
    lon = _number(known, "lon", -180.0, 180.0, where=name)
    lat = _number(known, "lat", -MAX_LATITUDE_DEG, MAX_LATITUDE_DEG, where=name)
    if lon is None or lat is None:
        raise ValueError(f"{name} must be [longitude, latitude].")
    return PathPoint(
        lat,
        lon,
        _number(known, "height_m", -1_000.0, HIGHEST_M, where=name),
        _speed(known, "speed_mps", where=name),
    )


def _operator(given: object) -> Operator:
    if given is None:
        return Operator()
    known = _object(given, "operator")
    permissions = known.get("permissions")
    permissions = [] if permissions is None else permissions
    if not isinstance(permissions, list) or len(permissions) > MAX_PERMISSIONS:
        raise ValueError(f"operator.permissions must be a list of at most {MAX_PERMISSIONS}.")
    return Operator(
        type=_one_of(known, "type", OperatorType, "operator"),
        category=_one_of(known, "category", Category, "operator"),
        permissions=tuple(
            _permission(each, f"operator.permissions[{number}]")
            for number, each in enumerate(permissions)
        ),
        force_policy=_force_policy(known.get("force_policy")),
        authorisation=_authorisation(known.get("authorisation")),
        name=_text(known, "name", "operator"),
        operator_id=_text(known, "operator_id", "operator"),
        flyer_id=_text(known, "flyer_id", "operator"),
        class_mark=_text(known, "class_mark", "operator"),
        mass_kg=_number(known, "mass_kg", 0.0, 100_000.0, where="operator"),
    )


def _permission(given: object, name: str) -> Permission:
    known = _object(given, name)
    return Permission(
        zone=_text(known, "zone", name),
        reference=_text(known, "reference", name),
        begins=_instant(known, "begins", name),
        ends=_instant(known, "ends", name),
        granted_by=_text(known, "granted_by", name),
        document=_text(known, "document", name),
        upper_limit_amsl_m=_number(known, "upper_limit_amsl_m", -500.0, HIGHEST_M, where=name),
        not_read=_others(known, _PERMISSION),
    )


def _force_policy(given: object) -> ForcePolicy | None:
    if given is None:
        return None
    name = "operator.force_policy"
    known = _only(_object(given, name), _POLICY, name)
    height_m = _number(known, "max_height_agl_m", 0.0, HIGHEST_M, where=name)
    if height_m is None:
        raise ValueError(f"{name}.max_height_agl_m must be a number of metres.")
    vlos_only = _truth(known, "vlos_only", name)
    return ForcePolicy(_text(known, "reference", name), height_m, vlos_only is not False)


def _authorisation(given: object) -> Authorisation | None:
    if given is None:
        return None
    name = "operator.authorisation"
    known = _only(_object(given, name), _AUTHORISATION, name)
    return Authorisation(
        reference=_text(known, "reference", name),
        begins=_instant(known, "begins", name),
        ends=_instant(known, "ends", name),
        max_height_agl_m=_number(known, "max_height_agl_m", 0.0, HIGHEST_M, where=name),
        bvlos=_truth(known, "bvlos", name) is True,
        volume=_volume(known.get("volume"), f"{name}.volume"),
    )


def _volume(given: object, name: str) -> Volume4D | None:
    if given is None:
        return None
    known = _only(_object(given, name), _VOLUME, name)
    ring = known.get("ring")
    if not isinstance(ring, list) or not 3 <= len(ring) <= MAX_POINTS:
        raise ValueError(f"{name}.ring must be a list of 3 to {MAX_POINTS} [longitude, latitude].")
    points = [_point(each, f"{name}.ring[{number}]") for number, each in enumerate(ring)]
    lower_m = _number(known, "lower_m", -1_000.0, HIGHEST_M, where=name)
    upper_m = _number(known, "upper_m", -1_000.0, HIGHEST_M, where=name)
    if lower_m is None or upper_m is None:
        raise ValueError(f"{name} must have lower_m and upper_m.")
    return Volume4D(
        tuple((point.lat, point.lon) for point in points),
        lower_m,
        upper_m,
        datum_of(known.get("datum")),
        _instant(known, "begins", name),
        _instant(known, "ends", name),
    )


def _people(given: object) -> PeopleBelow | None:
    if given is None:
        return None
    known = _object(given, "people")
    return PeopleBelow(
        nearest_uninvolved_m=_number(known, "nearest_uninvolved_m", 0.0, 1e6, where="people"),
        nearest_built_up_m=_number(known, "nearest_built_up_m", 0.0, 1e6, where="people"),
        over_uninvolved=_truth(known, "over_uninvolved", "people"),
        over_assembly=_truth(known, "over_assembly", "people"),
        nearest_assembly_m=_number(known, "nearest_assembly_m", 0.0, 1e6, where="people"),
    )


# --- values --------------------------------------------------------------------------------------


def _named(where: str, field: str) -> str:
    return f"{where}.{field}" if where else field


def _object(given: object, name: str) -> Mapping[str, object]:
    if not isinstance(given, Mapping):
        raise ValueError(f"{name} must be an object.")
    return given


def _others(known: Mapping[str, object], names: frozenset[str], where: str = "") -> tuple[str, ...]:
    """The fields that are not known, the first of them by name."""
    strange = sorted(str(field)[:40] for field in known if field not in names)
    return tuple(_named(where, field) for field in strange[:_MOST_NAMED])


def _not_read(plan: Mapping[str, object]) -> tuple[str, ...]:
    """Of the plan, its operator, and the people below."""
    parts = (("operator", _OPERATOR), ("people", _PEOPLE))
    found = list(_others(plan, _PLAN))
    for name, names in parts:
        part = plan.get(name)
        found += _others(part, names, name) if isinstance(part, Mapping) else ()
    return tuple(found)


def _only(known: Mapping[str, object], names: frozenset[str], where: str) -> Mapping[str, object]:
    """Refuses what may limit a paper and is not known."""
    for field in _others(known, names, where):
        raise ValueError(f"{field} is not known here.")
    return known


def _number(
    known: Mapping[str, object], field: str, least: float, most: float, *, where: str = ""
) -> float | None:
    given = known.get(field)
    if given is None:
        return None
    name = _named(where, field)
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise ValueError(f"{name} must be a number.")
    if not (least <= given <= most) or not math.isfinite(given):
        raise ValueError(f"{name} must lie between {least:g} and {most:g}.")
    return float(given)


def _speed(known: Mapping[str, object], field: str, *, where: str = "") -> float | None:
    given = _number(known, field, 0.0, FASTEST_MPS, where=where)
    if given == 0:
        raise ValueError(f"{_named(where, field)} must be above 0.")
    return given


def _truth(known: Mapping[str, object], field: str, where: str = "") -> bool | None:
    given = known.get(field)
    if given is not None and not isinstance(given, bool):
        raise ValueError(f"{_named(where, field)} must be true or false.")
    return given


def _text(known: Mapping[str, object], field: str, where: str) -> str:
    given = known.get(field)
    if given is None:
        return ""
    if not isinstance(given, str) or len(given) > MAX_TEXT:
        raise ValueError(f"{_named(where, field)} must be a text of at most {MAX_TEXT} characters.")
    return given


def _one_of(known: Mapping[str, object], field: str, kind: type[_E], where: str) -> _E | None:
    given = known.get(field)
    if given is None:
        return None
    for each in kind:
        if each.value == given:
            return each
    words = ", ".join(str(each.value) for each in kind)
    raise ValueError(f"{_named(where, field)} must be one of {words}.")


def _instant(known: Mapping[str, object], field: str, where: str = "") -> datetime | None:
    """With a time zone: a time without one is not guessed."""
    given = known.get(field)
    if given is None:
        return None
    name = _named(where, field)
    try:
        at = datetime.fromisoformat(given) if isinstance(given, str) else None
        if at is not None and at.tzinfo is not None:
            return _sane(at.astimezone(UTC))
    except (ValueError, OverflowError):
        pass
    raise ValueError(f'{name} must be a time with its zone, as "2026-06-15T12:00:00Z".')


def _sane(at: datetime) -> datetime:
    """Far enough from both ends of the calendar to be reckoned with."""
    if not 1900 <= at.year <= 2200:
        raise ValueError("too far away")
    return at
