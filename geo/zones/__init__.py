"""Airspace zones: what they are, how they are made, and whether a flight touches them."""

from geo.zones.check import Breach, Kinematics, ZoneIndex, check_vehicle
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
from geo.zones.touches import Stretch, Touch, check_path, touched

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
    "Stretch",
    "SunEvent",
    "Touch",
    "ZoneDataset",
    "ZoneIndex",
    "check_path",
    "check_vehicle",
    "touched",
]
