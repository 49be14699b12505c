"""A flight to be judged, and who would fly it. Pure data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from geo.zones.model import Area, Datum, OperatorType

__all__ = ["Category", "FlightPlan", "ForcePolicy", "Operator", "OperatorType", "PathPoint"]
__all__ += ["PeopleBelow", "Permission", "Volume4D"]


class Category(StrEnum):
    """Under which rules the flight is flown."""

    OPEN_A1 = "OPEN_A1"
    OPEN_A2 = "OPEN_A2"
    OPEN_A3 = "OPEN_A3"
    PDRA01 = "SPECIFIC_PDRA01"
    AUTHORISATION = "SPECIFIC_OA"
    OUTSIDE = "OUTSIDE_2019_947"  # police, by article 2 of the Basic Regulation


@dataclass(frozen=True, slots=True)
class Permission:
    """A permission or an exemption that somebody holds in writing, or took down by telephone.

    Attributes:
        zone: the zone's id or designator, as the dataset has it.
        begins, ends: its validity, UTC; None: it does not say.
        granted_by: who gave it. document: what shows it ("" = nothing but the reference).
        upper_limit_amsl_m: up to where it holds; None: the whole zone.
        not_read: names of its fields that are not known here, each of which may limit it: such a
            permission satisfies nothing.
    """

    zone: str
    reference: str
    begins: datetime | None = None
    ends: datetime | None = None
    granted_by: str = ""
    document: str = ""
    upper_limit_amsl_m: float | None = None
    not_read: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ForcePolicy:
    """What a police force has laid down for flights outside of Regulation 2019/947."""

    reference: str
    max_height_agl_m: float
    vlos_only: bool = True


@dataclass(frozen=True, slots=True)
class Authorisation:
    """An operational authorisation of the CAA (specific category).

    Attributes:
        max_height_agl_m: None: it does not say, so 120 m. bvlos: whether it allows flight beyond
            visual line of sight, inside `volume` only.
    """

    reference: str
    begins: datetime | None
    ends: datetime | None
    max_height_agl_m: float | None = None
    bvlos: bool = False
    volume: Volume4D | None = None


@dataclass(frozen=True, slots=True)
class Operator:
    """Whose flight it is, and what they hold.

    Attributes:
        type, category: None: not said, and so not judged.
    """

    type: OperatorType | None = None
    category: Category | None = None
    permissions: tuple[Permission, ...] = ()
    force_policy: ForcePolicy | None = None
    authorisation: Authorisation | None = None
    name: str = ""
    operator_id: str = ""
    flyer_id: str = ""
    class_mark: str = ""  # "UK0" ... "UK6", "C0" ... "C6", "" for a legacy aircraft
    mass_kg: float | None = None


@dataclass(frozen=True, slots=True)
class PathPoint:
    """A place of the way, in degrees WGS 84. `height_m`: above the plan's datum; None: the plan's
    `height_m`. `speed_mps`: of the leg that ends here; None: the plan's."""

    lat: float
    lon: float
    height_m: float | None = None
    speed_mps: float | None = None


@dataclass(frozen=True, slots=True)
class PeopleBelow:
    """What is known of people near the way. None anywhere: nobody has counted, which is never
    "clear"."""

    nearest_uninvolved_m: float | None = None
    nearest_built_up_m: float | None = None  # residential, commercial, industrial, recreational
    over_uninvolved: bool | None = None
    over_assembly: bool | None = None
    nearest_assembly_m: float | None = None


@dataclass(frozen=True, slots=True)
class FlightPlan:
    """A flight in four dimensions. What it does not say is not judged, and is said not to be.

    Attributes:
        path: one point or more; legs between them are geodesics and heights change evenly.
        datum: of every height of it; Datum.UNKNOWN where the plan does not say.
        ground_amsl_m: of the ground below all of it, instead of terrain.
        starts: UTC; None: not said. speed_mps: None: not said, so the time of each leg is not
            known and the whole flight is judged for each instant from its start on.
        position_error_m, height_error_m, contingency_m: None: not said, counted as 0.
        not_read: names of fields of its document that are not known here, and so not judged.
        vlos_m: how far from the pilot it goes; bvlos: whether it goes beyond their sight.
    """

    path: tuple[PathPoint, ...]
    height_m: float | None
    datum: Datum
    operator: Operator = Operator()
    ground_amsl_m: float | None = None
    starts: datetime | None = None
    speed_mps: float | None = None
    position_error_m: float | None = None
    height_error_m: float | None = None
    contingency_m: float | None = None
    vlos_m: float | None = None
    bvlos: bool | None = None
    green_light: bool | None = None  # a flashing green light is on
    people: PeopleBelow | None = None
    not_read: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Volume4D:
    """A piece of airspace for a time: an outline, two heights with one datum, two instants.

    Attributes:
        ring: (lat, lon), not closed; edges are geodesics.
    """

    ring: tuple[tuple[float, float], ...]
    lower_m: float
    upper_m: float
    datum: Datum
    begins: datetime | None = None
    ends: datetime | None = None
    bounds: Area | None = None
