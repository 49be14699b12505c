"""UK SORA: the volumes round a flight, and the pack for an application."""

from __future__ import annotations

from typing import Literal

import msgspec

from ground_station.api.schemas.airspace import CheckPlan
from ground_station.api.schemas.base import Wire


class SoraCoefficients(Wire, frozen=True, kw_only=True):
    """Metres, seconds, degrees and metres a second; see `geo.sora.Coefficients`."""

    gnss_m: float = 3.0
    position_holding_m: float = 3.0
    map_m: float = 1.0
    reaction_s: float = 1.0
    pitch_deg: float = 45.0
    bank_deg: float = 30.0
    altimetry_m: float = 4.0
    parachute_open_s: float = 2.0
    wind_mps: float = 12.0
    sink_mps: float = 4.0


class Application(Wire, frozen=True, kw_only=True):
    """`POST /api/airspace/volumes` -> VolumesView, and `POST /api/airspace/application-pack` -> a
    ZIP with the volumes as KML, the text and the figures. Heights of the plan are above the
    ground. `people_per_km2` null: nobody has said, and no ground risk class is given."""

    plan: CheckPlan
    title: str
    model: str
    airframe: Literal["rotary", "fixed_wing"]
    span_m: float
    speed_mps: float
    half_width_m: float
    descent: Literal["one_to_one", "ballistic", "parachute"]
    mass_kg: float | None = None
    people_per_km2: float | None = None
    controlled_ground: bool = False
    crew: list[str] = msgspec.field(default_factory=list)
    mitigations: list[str] = msgspec.field(default_factory=list)
    coefficients: SoraCoefficients = msgspec.field(default_factory=SoraCoefficients)


class SizeStep(Wire, frozen=True, kw_only=True):
    """A part of a sum."""

    name: str
    metres: float


class VolumesView(Wire, frozen=True, kw_only=True):
    """Outlines as GeoJSON Polygon coordinates, [lon, lat]; heights above the ground."""

    flight: list[list[list[float]]]
    contingency: list[list[list[float]]]
    buffer: list[list[list[float]]]
    flight_height_m: float
    contingency_m: float
    contingency_height_m: float
    ground_risk_m: float
    steps: list[SizeStep]
    ground_risk_class: int | None
