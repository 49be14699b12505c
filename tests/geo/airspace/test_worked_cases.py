"""Worked cases of London: place, height and datum, time, operator -> verdict, reasons, law."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from tests.geo.airspace.cases import (
    BROADWAY,
    CITY,
    CRAVEN_COTTAGE,
    CRYSTAL_PALACE,
    GREEN,
    HEATHROW_RPZ,
    HYDE_PARK,
    ISLE_OF_DOGS,
    LOFTUS_ROAD,
    LONDON,
    OLYMPIA,
    SCRUBS,
    STAMFORD_BRIDGE,
    TOWN_HALL,
    WANDSWORTH,
    codes,
    document,
    ids,
    london,
    told,
    training,
    verdict,
)

FRZ = "94A"  # ANO 2016
PRISONS = "SI 2023/1101"
HEIGHT = "2019/947 art 4(1)(e)"
POLICE_LAW = "2018/1139 art 2"


@dataclass(frozen=True)
class Case:
    """`law`: words that the law of a reason or a zone has; "" where nothing applies. `real`: the
    zones of the file as published, else of the training dataset."""

    name: str
    place: tuple[float, float]
    expected: str
    zones: set[str]
    reasons: set[str]
    law: str = ""
    more: dict[str, Any] = field(default_factory=dict)
    real: bool = False


def permission(zone: str, reference: str = "R-1", **more: Any) -> dict[str, Any]:
    return {"zone": zone, "reference": reference, **more}


NEEDED, FREE, NO, UNKNOWN = "PERMISSION_NEEDED", "ALLOWED", "REFUSED", "UNKNOWN"
HELIPORT, HELIPORT_T = {"1U043A"}, {"EGR1U043A"}
MPS = {"type": "POLICE_MPS", "category": "OUTSIDE_2019_947"}
OTHER = {"type": "POLICE_OTHER", "category": "OUTSIDE_2019_947"}
PDRA = {"category": "SPECIFIC_PDRA01"}
SEA_160 = {"height_m": 160, "datum": "AMSL"}

TRAINED = [
    Case("Stamford Bridge", STAMFORD_BRIDGE, NEEDED, HELIPORT_T, {"ZONE"}, FRZ),
    Case("Craven Cottage", CRAVEN_COTTAGE, NEEDED, HELIPORT_T, {"ZONE"}, FRZ),
    Case("Olympia", OLYMPIA, NEEDED, HELIPORT_T, {"ZONE"}, FRZ),
    Case("Hammersmith Broadway", BROADWAY, FREE, set(), set()),
    Case("Town Hall", TOWN_HALL, FREE, set(), set()),
    Case("Shepherd's Bush Green", GREEN, FREE, set(), set()),
    Case("Loftus Road", LOFTUS_ROAD, FREE, set(), set()),
    Case(
        "the Metropolitan Police at Stamford Bridge",
        STAMFORD_BRIDGE,
        NEEDED,
        HELIPORT_T,
        {"ZONE"},
        FRZ,
        MPS,
    ),
    Case(
        "the Metropolitan Police over the Scrubs",
        SCRUBS,
        NEEDED,
        {"EGR1U077"},
        {"ZONE"},
        PRISONS,
        MPS,
    ),
    Case(
        "the Metropolitan Police in Hyde Park",
        HYDE_PARK,
        "ALLOWED_EXEMPT",
        {"EGR157"},
        set(),
        "SI 2017/1300",
        MPS,
    ),
    Case(
        "another force in Hyde Park", HYDE_PARK, NEEDED, {"EGR157"}, {"ZONE"}, "SI 2017/1300", OTHER
    ),
    Case("a council in Hyde Park", HYDE_PARK, NEEDED, {"EGR157"}, {"ZONE"}, "SI 2017/1300"),
    Case(
        "the Metropolitan Police in the City",
        CITY,
        "ALLOWED_EXEMPT",
        {"EGR158"},
        set(),
        "SI 2004/2092",
        MPS,
    ),
    Case(
        "the City's own police in the City",
        CITY,
        NEEDED,
        {"EGR158"},
        {"ZONE"},
        "SI 2004/2092",
        OTHER,
    ),
    Case(
        "a council 'outside' of 2019/947",
        BROADWAY,
        NO,
        set(),
        {"CATEGORY"},
        POLICE_LAW,
        {"category": "OUTSIDE_2019_947"},
    ),
    Case(
        "a contractor 'outside' of 2019/947",
        BROADWAY,
        NO,
        set(),
        {"CATEGORY"},
        POLICE_LAW,
        {"type": "CONTRACTOR", "category": "OUTSIDE_2019_947"},
    ),
    Case("130 m above the ground", BROADWAY, NO, set(), {"HEIGHT"}, HEIGHT, {"height_m": 130}),
    Case("120 m above the ground", BROADWAY, FREE, set(), set(), "", {"height_m": 120}),
    Case(
        "the police at 130 m without a policy",
        BROADWAY,
        NO,
        set(),
        {"HEIGHT"},
        HEIGHT,
        {**MPS, "height_m": 130},
    ),
    Case(
        "the police at 130 m by a policy",
        BROADWAY,
        FREE,
        set(),
        set(),
        "",
        {
            **MPS,
            "height_m": 130,
            "operator": {"force_policy": {"reference": "FP 1", "max_height_agl_m": 150}},
        },
    ),
    Case(
        "an authorisation that is not recorded, 130 m",
        BROADWAY,
        NO,
        set(),
        {"HEIGHT"},
        HEIGHT,
        {"category": "SPECIFIC_OA", "height_m": 130},
    ),
    Case(
        "an authorisation up to 150 m",
        BROADWAY,
        FREE,
        set(),
        set(),
        "",
        {
            "category": "SPECIFIC_OA",
            "height_m": 130,
            "operator": {"authorisation": {"reference": "OA 7", "max_height_agl_m": 150}},
        },
    ),
    Case("no datum", BROADWAY, UNKNOWN, set(), {"DATUM_UNKNOWN"}, "", {"datum": None}),
    Case(
        "QNH is no datum",
        STAMFORD_BRIDGE,
        UNKNOWN,
        HELIPORT_T,
        {"ZONE", "DATUM_UNKNOWN"},
        FRZ,
        {"datum": "QNH"},
    ),
    Case(
        "above sea level without ground",
        BROADWAY,
        UNKNOWN,
        set(),
        {"TERRAIN_UNKNOWN"},
        HEIGHT,
        {"datum": "AMSL", "ground_amsl_m": None},
    ),
    Case(
        "above ground against a top above sea level",
        SCRUBS,
        UNKNOWN,
        {"EGR1U077"},
        {"ZONE", "TERRAIN_UNKNOWN"},
        PRISONS,
        {"ground_amsl_m": None},
    ),
    Case(
        "166 m above the ellipsoid is 104.5 m above the ground",
        BROADWAY,
        FREE,
        set(),
        set(),
        "",
        {"height_m": 166, "datum": "HAE"},
    ),
    Case(
        "166 m above the sea is 150.5 m above the ground",
        BROADWAY,
        NO,
        set(),
        {"HEIGHT"},
        HEIGHT,
        {"height_m": 166, "datum": "AMSL"},
    ),
    Case("Wormwood Scrubs", SCRUBS, NEEDED, {"EGR1U077"}, {"ZONE"}, PRISONS),
    Case(
        "above the prison's zone, but above 120 m", SCRUBS, NO, set(), {"HEIGHT"}, HEIGHT, SEA_160
    ),
    Case(
        "above the prison's zone by an authorisation",
        SCRUBS,
        FREE,
        set(),
        set(),
        "",
        {
            **SEA_160,
            "category": "SPECIFIC_OA",
            "operator": {"authorisation": {"reference": "OA 7", "max_height_agl_m": 150}},
        },
    ),
    Case(
        "160 m above the ellipsoid is 114 m above the sea",
        SCRUBS,
        NEEDED,
        {"EGR1U077"},
        {"ZONE"},
        PRISONS,
        {"height_m": 160, "datum": "HAE"},
    ),
    Case(
        "Wandsworth prison lies in the heliport's zone",
        WANDSWORTH,
        NEEDED,
        {"EGR1U043A", "EGR1U075"},
        {"ZONE"},
        PRISONS,
    ),
    Case(
        "one of two permissions",
        WANDSWORTH,
        NEEDED,
        {"EGR1U043A", "EGR1U075"},
        {"ZONE"},
        FRZ,
        {"permissions": [permission("EGR1U075")]},
    ),
    Case(
        "both permissions",
        WANDSWORTH,
        "ALLOWED_EXEMPT",
        {"EGR1U043A", "EGR1U075"},
        set(),
        "",
        {"permissions": [permission("egr1u075"), permission("EGR 1U043A")]},
    ),
    Case(
        "a permission without a reference",
        STAMFORD_BRIDGE,
        NEEDED,
        HELIPORT_T,
        {"ZONE"},
        FRZ,
        {"permissions": [permission("EGR1U043A", " ")]},
    ),
    Case(
        "an expired permission",
        STAMFORD_BRIDGE,
        NEEDED,
        HELIPORT_T,
        {"ZONE", "TIME"},
        FRZ,
        {"permissions": [permission("EGR1U043A", ends="2026-06-15T11:59:00Z")]},
    ),
    Case(
        "a permission up to 50 m above the sea",
        STAMFORD_BRIDGE,
        NEEDED,
        HELIPORT_T,
        {"ZONE", "HEIGHT"},
        FRZ,
        {"permissions": [permission("EGR1U043A", upper_limit_amsl_m=50)]},
    ),
    Case(
        "600 m from the pilot under PDRA01",
        BROADWAY,
        NO,
        set(),
        {"CATEGORY"},
        "UKPDRA01",
        {**PDRA, "vlos_m": 600},
    ),
    Case(
        "40 m from people under PDRA01",
        BROADWAY,
        NO,
        set(),
        {"SEPARATION"},
        "UKPDRA01",
        {**PDRA, "vlos_m": 100, "people": {"nearest_uninvolved_m": 40}},
    ),
    Case(
        "40 m from an assembly under PDRA01",
        BROADWAY,
        NO,
        set(),
        {"SEPARATION"},
        "UKPDRA01",
        {**PDRA, "people": {"nearest_assembly_m": 40}},
    ),
    Case(
        "over an assembly, by whatever authorisation",
        BROADWAY,
        NO,
        set(),
        {"SEPARATION"},
        "2019/947",
        {"category": "SPECIFIC_OA", "people": {"over_assembly": True}},
    ),
    Case(
        "100 m from houses in A3",
        BROADWAY,
        NO,
        set(),
        {"SEPARATION"},
        "UAS.OPEN.040",
        {"people": {"nearest_built_up_m": 100}},
    ),
    Case(
        "40 m from people in A2 with UK2",
        BROADWAY,
        FREE,
        set(),
        set(),
        "",
        {
            "category": "OPEN_A2",
            "operator": {"class_mark": "UK2"},
            "people": {"nearest_uninvolved_m": 40},
        },
    ),
    Case(
        "40 m from people in A2 with a legacy drone",
        BROADWAY,
        NO,
        set(),
        {"SEPARATION"},
        "UAS.OPEN.030",
        {"category": "OPEN_A2", "people": {"nearest_uninvolved_m": 40}},
    ),
    Case("beyond sight in A3", BROADWAY, NO, set(), {"CATEGORY"}, "art 4(1)(d)", {"bvlos": True}),
    Case(
        "at night without a light",
        BROADWAY,
        NO,
        set(),
        {"TIME"},
        "SI 2025/1106",
        {"start": "2026-06-15T23:00:00Z", "green_light": False},
    ),
]
PUBLISHED = [
    Case("Stamford Bridge", STAMFORD_BRIDGE, NEEDED, HELIPORT, {"ZONE"}, FRZ),
    Case("Olympia", OLYMPIA, NEEDED, HELIPORT, {"ZONE"}, FRZ),
    Case("Hammersmith Broadway", BROADWAY, FREE, set(), set()),
    Case("Loftus Road", LOFTUS_ROAD, FREE, set(), set()),
    Case(
        "the Scrubs, in lower case by the id",
        SCRUBS,
        "ALLOWED_EXEMPT",
        {"1U077"},
        set(),
        PRISONS,
        {"permissions": [permission("1u077")]},
    ),
    Case(
        "the Scrubs, by the designator",
        SCRUBS,
        "ALLOWED_EXEMPT",
        {"1U077"},
        set(),
        PRISONS,
        {"permissions": [permission("egr1u077")]},
    ),
    Case("Wandsworth", WANDSWORTH, NEEDED, {"1U043A", "1U075"}, {"ZONE"}, PRISONS),
    Case(
        "the Metropolitan Police on the Isle of Dogs",
        ISLE_OF_DOGS,
        NEEDED,
        {"EGR159", "1U035B"},
        {"ZONE"},
        FRZ,
        MPS,
    ),
    Case(
        "the Metropolitan Police in Hyde Park",
        HYDE_PARK,
        "ALLOWED_EXEMPT",
        {"EGR157"},
        set(),
        "SI 2017/1300",
        MPS,
    ),
    Case(
        "another force in Hyde Park", HYDE_PARK, NEEDED, {"EGR157"}, {"ZONE"}, "SI 2017/1300", OTHER
    ),
    Case(
        "Heathrow's runway protection zone",
        HEATHROW_RPZ,
        NEEDED,
        {"1U028B"},
        {"ZONE"},
        FRZ,
    ),
    Case("Crystal Palace, years after", CRYSTAL_PALACE, FREE, set(), set()),
]


@pytest.mark.parametrize("case", TRAINED, ids=lambda case: case.name)
def test_by_the_training_zones(case: Case) -> None:
    _check(case, training())


@pytest.mark.skipif(not LONDON.exists(), reason="the shared zones are not on this machine")
@pytest.mark.parametrize("case", PUBLISHED, ids=lambda case: case.name)
def test_by_the_published_zones(case: Case) -> None:
    _check(case, london())


def _check(case: Case, index: Any) -> None:
    judgement = verdict(document(case.place, **case.more), index)
    found = (judgement.verdict.value, ids(judgement), codes(judgement))
    assert found == (case.expected, case.zones, case.reasons), judgement.reasons
    laws = " ".join(
        [each.law for each in judgement.reasons] + [each.zone.law for each in judgement.zones]
    )
    assert case.law in laws


@pytest.mark.skipif(not LONDON.exists(), reason="the shared zones are not on this machine")
@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2024-06-28T07:59:59Z", "ALLOWED"),
        ("2024-06-28T08:00:00Z", "REFUSED"),
        ("2024-06-30T23:00:00Z", "REFUSED"),
        ("2024-06-30T23:00:01Z", "ALLOWED"),
        ("2024-07-02T12:00:00Z", "ALLOWED"),
        ("2024-07-06T12:00:00Z", "REFUSED"),
    ],
)
def test_crystal_palace_in_and_out_of_its_two_windows(start: str, expected: str) -> None:
    """SI 2024/450. The day is asserted, since the dataset is of 2026."""
    plan = document(CRYSTAL_PALACE, start=start, green_light=True)
    judgement = verdict(plan, london(), as_of=judge_day(start))
    assert judgement.verdict.value == expected
    assert ("SI 2024/450" in " ".join(each.text for each in judgement.reasons)) == (
        expected == "REFUSED"
    )


def judge_day(start: str) -> Any:
    return datetime.fromisoformat(start)


@pytest.mark.skipif(not LONDON.exists(), reason="the shared zones are not on this machine")
def test_class_d_airspace_is_information() -> None:
    judgement = verdict(document(BROADWAY), london())
    assert "LONDON CTR" in told(judgement, "CONTROLLED_AIRSPACE")
    assert "LONCTR" not in ids(judgement)
