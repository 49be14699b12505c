"""Missions: what is planned, before a vehicle is told of it. Pure: no files, no network."""

from geo.missions.model import (
    AtEnd,
    Fence,
    HeightDatum,
    Mission,
    MissionItem,
    Rally,
)

__all__ = ["AtEnd", "Fence", "HeightDatum", "Mission", "MissionItem", "Rally"]
