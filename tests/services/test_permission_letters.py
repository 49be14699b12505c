"""A request says whom it is to, and where, how high, when and with what is flown: word for word."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from geo.airspace.plan import Authorisation, Category, FlightPlan, ForcePolicy, Operator, PathPoint
from geo.zones import Datum, GeoZone, OperatorType
from geo.zones.training import training_dataset
from ground_station.services.permission_letters import BLANK, MOST_PLACES, Asked, letter

STARTS = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
ENDS = datetime(2026, 11, 25, 11, 30, tzinfo=UTC)
ASKED = Asked(ENDS, "DJI Matrice 30T, serial 1581F", "missing person search", "Sue Pilot")
COUNCIL = Operator(
    type=OperatorType.COUNCIL,
    category=Category.PDRA01,
    name="Hammersmith & Fulham",
    operator_id="GBR-OP-1A2B3C4D5E6F",
    flyer_id="GBR-RP-9876543210AB",
    class_mark="UK2",
    mass_kg=3.77,
)


def zone(zone_id: str) -> GeoZone:
    [found] = [one for one in training_dataset(STARTS).zones if one.zone_id == zone_id]
    return found


def plan(*places: tuple[float, float]) -> FlightPlan:
    path = tuple(PathPoint(lat, lon) for lat, lon in places)
    return FlightPlan(path, 60.0, Datum.AGL, starts=STARTS, bvlos=False)


def test_london_heliport() -> None:
    text = letter(zone("EGR1U043A"), plan((51.4743, -0.2213), (51.4757, -0.2201)), COUNCIL, ASKED)
    assert text == (
        "To: London Heliport air traffic control (07:00-23:00 local), else the heliport's "
        "operator\n"
        "Contact: 020-7228 0181, info@londonheliport.co.uk\n"
        "Subject: request to fly an unmanned aircraft in EGR1U043A London Heliport flight "
        "restriction zone\n"
        "\n"
        "Zone: EGR1U043A London Heliport flight restriction zone, the surface to 2,018 ft (615 m) "
        "above sea level\n"
        f"Law: {zone('EGR1U043A').law}\n"
        "\n"
        "Operator: Hammersmith & Fulham\n"
        "Operator ID: GBR-OP-1A2B3C4D5E6F\n"
        "Flyer ID: GBR-RP-9876543210AB\n"
        "Flown under: Specific category, UK PDRA01\n"
        "Aircraft: DJI Matrice 30T, serial 1581F, class UK2, 3.77 kg\n"
        "Purpose: missing person search\n"
        "Asked by: Sue Pilot\n"
        "\n"
        "From: 25 November 2026 10:00 UTC\n"
        "Until: 25 November 2026 11:30 UTC\n"
        "Height: up to 60 m above the ground\n"
        "Beyond visual line of sight: no\n"
        "Way of 2 points (latitude, longitude, WGS 84):\n"
        "  51.474300, -0.221300\n"
        "  51.475700, -0.220100\n"
        "\n"
        "Please answer with a reference, the times it holds for and any conditions."
    )
    assert "94A" in text


def test_a_prison() -> None:
    lines = letter(zone("EGR1U077"), plan((51.5169, -0.2403)), COUNCIL, ASKED).splitlines()
    assert lines[:5] == [
        "To: HM Prison and Probation Service",
        "Contact: drone.RFZapplication@justice.gov.uk",
        "Subject: request to fly an unmanned aircraft in EGR1U077 HMP Wormwood Scrubs",
        "",
        "Zone: EGR1U077 HMP Wormwood Scrubs, the surface to 500 ft (152 m) above sea level",
    ]
    assert "2023/1101" in lines[5]
    assert lines[-4:-2] == ["Place (latitude, longitude, WGS 84):", "  51.516900, -0.240300"]


def test_nats_of_a_zone_over_the_city() -> None:
    [hyde_park] = [one for one in training_dataset(STARTS).zones if "Hyde Park" in one.name]
    police = Operator(
        type=OperatorType.POLICE,
        category=Category.OUTSIDE,
        name="City of London Police",
        force_policy=ForcePolicy("Force policy 12/2026", 120.0),
    )
    lines = letter(hyde_park, plan((51.5073, -0.1657)), police, ASKED).splitlines()
    assert lines[0] == (
        "To: NATS, Enhanced Non-Standard Flight clearance (unless exempt by the statutory "
        "instrument)"
    )
    assert lines[1] == "Contact: nsf.nats.aero, 21 to 28 days before"
    assert hyde_park.name in lines[2]
    assert lines[4].endswith("the surface to 1,400 ft (427 m) above sea level")
    assert "2017/1300" in lines[5]
    assert "Flown under: Police, outside of Regulation (EU) 2019/947" in lines
    assert "Force policy: Force policy 12/2026" in lines


def test_what_nobody_entered_is_left_to_be_filled_in() -> None:
    bare = replace(plan((51.5, -0.2)), height_m=None, bvlos=None)
    lines = letter(replace(zone("EGR1U077"), authority="", contact=""), bare, Operator(), ASKED)
    for line in (
        "To: (the dataset names no authority)",
        "Contact: (the dataset names no contact)",
        f"Operator: {BLANK}",
        f"Operator ID: {BLANK}",
        f"Flyer ID: {BLANK}",
        f"Flown under: {BLANK}",
        f"Height: {BLANK}",
        f"Beyond visual line of sight: {BLANK}",
    ):
        assert line in lines.splitlines()


@pytest.mark.parametrize(
    ("heights", "datum", "words"),
    [
        ((40.0, 90.0), Datum.AMSL, "up to 90 m above mean sea level (lowest 40 m)"),
        ((None, 90.0), Datum.HAE, "up to 90 m above the WGS 84 ellipsoid (lowest 60 m)"),
        ((None, None), Datum.UNKNOWN, "up to 60 m above what is not known"),
    ],
)
def test_heights_with_what_they_are_above(
    heights: tuple[float | None, ...], datum: Datum, words: str
) -> None:
    path = tuple(PathPoint(51.5, -0.2, height) for height in heights)
    flight = FlightPlan(path, 60.0, datum, starts=STARTS)
    assert f"Height: {words}" in letter(zone("EGR1U077"), flight, COUNCIL, ASKED).splitlines()


def test_a_long_way_and_a_dataset_that_talks_much_are_cut_and_say_so() -> None:
    many = plan(*[(51.5, -0.2 + n / 10_000) for n in range(2000)])
    wordy = replace(zone("EGR1U077"), contact="x" * 50_000, law="first\nsecond\r\n" * 10_000)
    text = letter(wordy, many, COUNCIL, ASKED)
    assert len(text) < 8000
    assert f"  and {2000 - MOST_PLACES} more points, on request" in text.splitlines()
    assert text.count("…") == 2
    assert "\r" not in text


def test_the_authorisation_is_named() -> None:
    held = replace(
        COUNCIL,
        category=Category.AUTHORISATION,
        authorisation=Authorisation("UAS 12345", None, None),
        mass_kg=None,
        class_mark="",
    )
    lines = letter(zone("EGR1U077"), plan((51.5, -0.2)), held, ASKED).splitlines()
    assert "Operational authorisation: UAS 12345" in lines
    assert "Flown under: Specific category, operational authorisation" in lines
    assert f"Aircraft: {ASKED.aircraft}" in lines
