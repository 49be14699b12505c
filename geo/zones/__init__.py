"""Airspace zones: what they are, how they are made, and whether a flight touches them."""

from geo.zones.check import Breach, Kinematics, ZoneIndex, check_path, check_vehicle
from geo.zones.model import (
    Area,
    Circle,
    Datum,
    GeoZone,
    Limit,
    Polygon,
    Restriction,
    ZoneDataset,
)

__all__ = [
    "Area",
    "Breach",
    "Circle",
    "Datum",
    "GeoZone",
    "Kinematics",
    "Limit",
    "Polygon",
    "Restriction",
    "ZoneDataset",
    "ZoneIndex",
    "check_path",
    "check_vehicle",
]
