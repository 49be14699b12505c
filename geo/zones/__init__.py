"""Airspace zones: what they are, how they are made, and whether a flight touches them."""

from geo.zones.check import Breach, Kinematics, ZoneIndex, check_path, check_vehicle
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

__all__ = [
    "Applicability",
    "Area",
    "Breach",
    "Circle",
    "DailyPeriod",
    "Datum",
    "Gap",
    "GeoZone",
    "Kinematics",
    "Layer",
    "Limit",
    "OperatorType",
    "Polygon",
    "Restriction",
    "SunEvent",
    "ZoneDataset",
    "ZoneIndex",
    "check_path",
    "check_vehicle",
]
