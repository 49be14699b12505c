"""The training dataset: London's zones, made by our own code out of published facts.

It is for simulation and demonstration and never for operational use: the facts are one AIRAC cycle
of 2026, typed by hand, without temporary restrictions, and it is called valid on any day.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from geo.zones import build
from geo.zones.model import (
    METRES_PER_FOOT,
    METRES_PER_NAUTICAL_MILE,
    Area,
    Circle,
    Datum,
    GeoZone,
    Layer,
    Limit,
    OperatorType,
    Polygon,
    Restriction,
    ZoneDataset,
)
from geo.zones.training_facts import AERODROMES, AIP, AREAS, FRZ_LAW, Aerodrome, Restricted

NAME = "London training zones: training, not for operational use"
WINDOW = timedelta(days=28)  # as an AIRAC cycle
FRZ_HEIGHT_FT = 2000.0
GREATER_LONDON = Area(51.29, -0.51, 51.69, 0.33, "Greater London")
LETS_IN = (
    "Permitted: any aircraft in the service of the Chief Officer of Police for the Metropolitan "
    "Police District; with a Special Flight Notification or an Enhanced Non-Standard Flight "
    "clearance; helicopters on route H4."
)
SURFACE = Limit(0.0, Datum.SURFACE, "surface")


def training_dataset(now: datetime) -> ZoneDataset:
    """The zones, valid for 28 days round `now` (aware).

    Raises:
        ValueError: `now` has no time zone.
    """
    if now.tzinfo is None:
        raise ValueError("The time must have a time zone.")
    zones = [_aerodrome(each) for each in AERODROMES] + [_area(each) for each in AREAS]
    return ZoneDataset(NAME, True, now - WINDOW / 2, now + WINDOW / 2, tuple(zones), GREATER_LONDON)


def _aerodrome(fact: Aerodrome) -> GeoZone:
    """The circle and its runway protection zones as one zone: the published letters are parts."""
    parts = build.flight_restriction(
        build.place(fact.centre),
        longest_runway_m=fact.longest_runway_m,
        landings=[((each.lat, each.lon), each.track_deg) for each in fact.runways],
        half_width_m=fact.half_width_m,
        notified_nm=fact.notified_nm,
    )
    return GeoZone(
        zone_id=fact.zone_id,
        name=fact.name,
        kind="aerodrome",
        restriction=Restriction.PERMISSION,
        layers=(
            Layer(
                parts,
                SURFACE,
                Limit(
                    (fact.level_ft + FRZ_HEIGHT_FT) * METRES_PER_FOOT,
                    Datum.AMSL,
                    f"2,000 ft above the aerodrome's level of {fact.level_ft:.0f} ft",
                ),
            ),
        ),
        authority=fact.authority,
        contact=fact.contact,
        law=FRZ_LAW,
        source=f"{AIP}; level of the aerodrome: {fact.level_note}",
    )


def _area(fact: Restricted) -> GeoZone:
    shape: Circle | Polygon
    if fact.radius_nm is None:
        shape = build.ring(fact.shape)
    else:
        shape = Circle(*build.place(fact.shape), fact.radius_nm * METRES_PER_NAUTICAL_MILE)
    return GeoZone(
        zone_id=fact.zone_id,
        name=fact.name,
        kind=fact.kind,
        restriction=Restriction.PERMISSION,
        layers=(
            Layer(
                (shape,),
                SURFACE,
                Limit(
                    fact.upper_ft * METRES_PER_FOOT,
                    Datum.AMSL,
                    f"{fact.upper_ft:,.0f} ft above sea level",
                ),
            ),
        ),
        authority=fact.authority,
        contact=fact.contact,
        law=fact.law,
        source=AIP,
        conditions=LETS_IN if fact.lets_in_mps else "",
        exempt=frozenset({OperatorType.MPS} if fact.lets_in_mps else ()),
    )
