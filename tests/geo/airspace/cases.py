"""Places, zones and plans of the worked cases."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from geo.airspace.document import plan_from
from geo.airspace.verdict import Against, Judgement, judge
from geo.formats.sniff import read
from geo.terrain import Terrain
from geo.zones import (
    Applicability,
    Circle,
    Datum,
    GeoZone,
    Layer,
    Limit,
    Restriction,
    ZoneDataset,
    ZoneIndex,
)
from geo.zones.training import training_dataset

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
BEGINS, ENDS = datetime(2026, 6, 11, tzinfo=UTC), datetime(2026, 7, 9, tzinfo=UTC)
SHARED = Path(__file__).parents[4] / "shared" / "data" / "airspace"
LONDON = SHARED / "greater_london_zones.json"

# (longitude, latitude)
STAMFORD_BRIDGE = (-0.1910, 51.4817)
CRAVEN_COTTAGE = (-0.2217, 51.4749)
OLYMPIA = (-0.2102, 51.4961)
BROADWAY = (-0.2246, 51.4925)
TOWN_HALL = (-0.2340, 51.4926)
GREEN = (-0.2243, 51.5041)
LOFTUS_ROAD = (-0.2322, 51.5093)
SCRUBS = (-0.2407, 51.5168)
WANDSWORTH = (-0.1773, 51.4499)
HYDE_PARK = (-0.1650, 51.5080)
CITY = (-0.0900, 51.5140)
ISLE_OF_DOGS = (-0.0190, 51.5050)
HEATHROW_RPZ = (-0.5400, 51.4774)  # outside of the circle
CRYSTAL_PALACE = (-0.0706, 51.4220)


def document(place: tuple[float, float], **more: Any) -> dict[str, Any]:
    """A plan over one place: 60 m above ground of 15.5 m at noon, a council's, in A3."""
    operator = {
        "type": more.pop("type", "COUNCIL"),
        "category": more.pop("category", "OPEN_A3"),
        "permissions": more.pop("permissions", []),
        **more.pop("operator", {}),
    }
    plan = {
        "path": [list(place)],
        "height_m": 60,
        "datum": "AGL",
        "ground_amsl_m": 15.5,
        "start": "2026-06-15T12:00:00Z",
        "speed_mps": 8,
        "operator": operator,
    }
    return {**plan, **more}


def training() -> ZoneIndex:
    return _training()


@lru_cache
def _training() -> ZoneIndex:
    return ZoneIndex(training_dataset(NOON))


@lru_cache
def london() -> ZoneIndex:
    """The zones of the shared file, dated by hand as it has no dates."""
    reading = read(LONDON.read_bytes(), LONDON.name)
    return ZoneIndex(ZoneDataset("London", False, BEGINS, ENDS, reading.zones))


def verdict(
    plan: dict[str, Any],
    index: ZoneIndex | None,
    *,
    now: datetime = NOON,
    as_of: datetime | None = None,
    terrain: Terrain | None = None,
    changes: bool = False,
) -> Judgement:
    against = Against(index, terrain, now, as_of=as_of)
    return judge(plan_from(plan), against, changes=changes)


def codes(judgement: Judgement) -> set[str]:
    return {reason.code.value for reason in judgement.reasons}


def ids(judgement: Judgement) -> set[str]:
    return {touched.zone.zone_id for touched in judgement.zones}


def told(judgement: Judgement, code: str) -> str:
    return " ".join(each.text for each in judgement.information if each.code.value == code)


def zone(
    zone_id: str = "Z1",
    *,
    at: tuple[float, float] = BROADWAY,
    radius_m: float = 500.0,
    lower: Limit | None = None,
    upper: Limit | None = None,
    restriction: Restriction = Restriction.PERMISSION,
    kind: str = "restricted",
    applicability: tuple[Applicability, ...] = (),
    designator: str = "",
) -> GeoZone:
    """A circle, from the surface to 600 m above sea level if not said otherwise."""
    return GeoZone(
        zone_id,
        f"Zone {zone_id}",
        kind,
        restriction,
        (
            Layer(
                (Circle(at[1], at[0], radius_m),),
                lower or Limit(0.0, Datum.SURFACE, "SFC"),
                upper or Limit(600.0, Datum.AMSL, "600 M ALT"),
            ),
        ),
        "the authority",
        "its telephone",
        "ANO 2016 art 239",
        "the test",
        designator=designator,
        applicability=applicability,
    )


def index_of(*zones: GeoZone, **more: Any) -> ZoneIndex:
    return ZoneIndex(ZoneDataset("Test zones", False, BEGINS, ENDS, zones, **more))
