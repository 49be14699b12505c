"""How zones are kept in a column: msgpack of the forms below, with a version."""

from __future__ import annotations

from datetime import datetime, time
from typing import TypeVar

import msgspec

from geo.zones.model import (
    Applicability,
    Area,
    Circle,
    DailyPeriod,
    Datum,
    Gap,
    GeoZone,
    Layer,
    Limit,
    OperatorType,
    Polygon,
    Restriction,
    SunEvent,
    ZoneDataset,
)
from ground_station.core.errors import IntegrityError

VERSION = 1

_Form = TypeVar("_Form")
_Place = tuple[float, float]


class _Circle(msgspec.Struct, array_like=True, tag="c", frozen=True):
    lat: float
    lon: float
    radius_m: float


class _Polygon(msgspec.Struct, array_like=True, tag="p", frozen=True):
    ring: tuple[_Place, ...]
    holes: tuple[tuple[_Place, ...], ...]


class _Limit(msgspec.Struct, array_like=True, frozen=True):
    value_m: float
    datum: Datum
    as_published: str


class _Layer(msgspec.Struct, array_like=True, frozen=True):
    parts: tuple[_Circle | _Polygon, ...]
    lower: _Limit
    upper: _Limit


class _Clock(msgspec.Struct, array_like=True, tag="t", frozen=True):
    at: time


class _Sun(msgspec.Struct, array_like=True, tag="s", frozen=True):
    event: SunEvent


class _Period(msgspec.Struct, array_like=True, frozen=True):
    days: tuple[int, ...]
    begins: _Clock | _Sun | None
    ends: _Clock | _Sun | None


class _Applies(msgspec.Struct, array_like=True, frozen=True):
    begins: datetime | None
    ends: datetime | None
    schedule: tuple[_Period, ...]
    as_published: str


class _Zone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    zone_id: str
    name: str
    kind: str
    restriction: Restriction
    layers: tuple[_Layer, ...]
    authority: str
    contact: str
    law: str
    source: str
    designator: str
    applicability: tuple[_Applies, ...]
    conditions: str
    message: str
    exempt: tuple[OperatorType, ...]


class _Gap(msgspec.Struct, array_like=True, frozen=True):
    feature: str
    reason: str
    areas: tuple[tuple[float, float, float, float, str], ...]


class _Dataset(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    name: str
    training: bool
    effective_from: datetime | None
    effective_until: datetime | None
    zones: tuple[_Zone, ...]
    covers: tuple[float, float, float, float, str] | None
    gaps: tuple[_Gap, ...]


def packed_dataset(dataset: ZoneDataset) -> bytes:
    """A whole dataset."""
    covers = dataset.covers
    return msgspec.msgpack.encode(
        _Dataset(
            version=VERSION,
            name=dataset.name,
            training=dataset.training,
            effective_from=dataset.effective_from,
            effective_until=dataset.effective_until,
            zones=tuple(map(_zone_form, dataset.zones)),
            covers=None if covers is None else _area_form(covers),
            gaps=tuple(
                _Gap(gap.feature, gap.reason, tuple(map(_area_form, gap.areas)))
                for gap in dataset.gaps
            ),
        )
    )


def unpacked_dataset(kept: bytes) -> ZoneDataset:
    """IntegrityError if it is not what was kept."""
    form = _read(kept, _Dataset)
    return ZoneDataset(
        name=form.name,
        training=form.training,
        effective_from=form.effective_from,
        effective_until=form.effective_until,
        zones=tuple(map(_zone, form.zones)),
        covers=None if form.covers is None else Area(*form.covers),
        gaps=tuple(
            Gap(gap.feature, gap.reason, tuple(Area(*area) for area in gap.areas))
            for gap in form.gaps
        ),
    )


def packed_zone(zone: GeoZone) -> bytes:
    """One zone."""
    return msgspec.msgpack.encode(_zone_form(zone))


def unpacked_zone(kept: bytes) -> GeoZone:
    """IntegrityError if it is not what was kept."""
    return _zone(_read(kept, _Zone))


def _read(kept: bytes, form: type[_Form]) -> _Form:
    try:
        found = msgspec.msgpack.decode(kept, type=form)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise IntegrityError(
            "Kept airspace zones cannot be read.", "Import their file again."
        ) from error
    if isinstance(found, _Dataset) and found.version != VERSION:
        raise IntegrityError(
            "Kept airspace zones are of another release.", "Import their file again."
        )
    return found


def _zone_form(zone: GeoZone) -> _Zone:
    return _Zone(
        zone_id=zone.zone_id,
        name=zone.name,
        kind=zone.kind,
        restriction=zone.restriction,
        layers=tuple(
            _Layer(
                tuple(
                    _Circle(part.lat, part.lon, part.radius_m)
                    if isinstance(part, Circle)
                    else _Polygon(part.ring, part.holes)
                    for part in layer.parts
                ),
                _limit_form(layer.lower),
                _limit_form(layer.upper),
            )
            for layer in zone.layers
        ),
        authority=zone.authority,
        contact=zone.contact,
        law=zone.law,
        source=zone.source,
        designator=zone.designator,
        applicability=tuple(map(_applies_form, zone.applicability)),
        conditions=zone.conditions,
        message=zone.message,
        exempt=tuple(sorted(zone.exempt)),
    )


def _zone(form: _Zone) -> GeoZone:
    return GeoZone(
        zone_id=form.zone_id,
        name=form.name,
        kind=form.kind,
        restriction=form.restriction,
        layers=tuple(
            Layer(
                tuple(
                    Circle(part.lat, part.lon, part.radius_m)
                    if isinstance(part, _Circle)
                    else Polygon(part.ring, part.holes)
                    for part in layer.parts
                ),
                _limit(layer.lower),
                _limit(layer.upper),
            )
            for layer in form.layers
        ),
        authority=form.authority,
        contact=form.contact,
        law=form.law,
        source=form.source,
        designator=form.designator,
        applicability=tuple(map(_applies, form.applicability)),
        conditions=form.conditions,
        message=form.message,
        exempt=frozenset(form.exempt),
    )


def _limit_form(limit: Limit) -> _Limit:
    return _Limit(limit.value_m, limit.datum, limit.as_published)


def _limit(form: _Limit) -> Limit:
    try:
        return Limit(form.value_m, form.datum, form.as_published)
    except ValueError as error:
        raise IntegrityError(f"A kept airspace zone cannot be used: {error}") from error


def _applies_form(one: Applicability) -> _Applies:
    return _Applies(
        one.begins,
        one.ends,
        tuple(
            _Period(tuple(sorted(day.days)), _moment_form(day.begins), _moment_form(day.ends))
            for day in one.schedule
        ),
        one.as_published,
    )


def _applies(form: _Applies) -> Applicability:
    return Applicability(
        form.begins,
        form.ends,
        tuple(
            DailyPeriod(frozenset(day.days), _moment(day.begins), _moment(day.ends))
            for day in form.schedule
        ),
        form.as_published,
    )


def _moment_form(moment: time | SunEvent | None) -> _Clock | _Sun | None:
    if moment is None:
        return None
    return _Sun(moment) if isinstance(moment, SunEvent) else _Clock(moment)


def _moment(form: _Clock | _Sun | None) -> time | SunEvent | None:
    if form is None:
        return None
    return form.event if isinstance(form, _Sun) else form.at


def _area_form(area: Area) -> tuple[float, float, float, float, str]:
    return area.south, area.west, area.north, area.east, area.name
