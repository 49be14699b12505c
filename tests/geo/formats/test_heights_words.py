"""Heights in words: a number, a unit and what it is above, or it is not known."""

from __future__ import annotations

import math

import pytest

from geo.formats.heights import crossed, limit_of
from geo.zones import Datum, Limit

FEET = 0.3048


@pytest.mark.parametrize(
    ("words", "value_m", "datum"),
    [
        ("2000 FT AGL", 2000 * FEET, Datum.AGL),
        ("2000 FT SFC", 2000 * FEET, Datum.AGL),
        ("500 FT ALT", 500 * FEET, Datum.AMSL),
        ("500 FT MSL", 500 * FEET, Datum.AMSL),
        ("1400 FT AMSL", 1400 * FEET, Datum.AMSL),
        ("1200FT AMSL", 1200 * FEET, Datum.AMSL),
        ("1,400 ft amsl", 1400 * FEET, Datum.AMSL),
        ("300M AGL", 300.0, Datum.AGL),
        ("120 m WGS84", 120.0, Datum.HAE),
        ("-50 FT AMSL", -50 * FEET, Datum.AMSL),
        ("FL100", 10_000 * FEET, Datum.FLIGHT_LEVEL),
        ("FL 65 STD", 6500 * FEET, Datum.FLIGHT_LEVEL),
        ("FL 999 STD", math.inf, Datum.FLIGHT_LEVEL),
        ("UNL", math.inf, Datum.AMSL),
        ("UNLTD", math.inf, Datum.AMSL),
        ("SFC", 0.0, Datum.AGL),
    ],
)
def test_a_top_in_words(words: str, value_m: float, datum: Datum) -> None:
    found = limit_of(words, upper=True)
    assert found.value_m == pytest.approx(value_m)
    assert (found.datum, found.as_published) == (datum, words)


@pytest.mark.parametrize("words", ["SFC", "GND", "0 FT AGL", "0 ft SFC", "0 M AGL", "surface"])
def test_a_bottom_at_the_ground(words: str) -> None:
    assert limit_of(words, upper=False) == Limit(0.0, Datum.SURFACE, words)


@pytest.mark.parametrize("words", ["500 FT", "500 FT AAL", "500 ft above the tower"])
def test_a_number_above_nothing_known_keeps_its_number(words: str) -> None:
    found = limit_of(words, upper=True)
    assert found.value_m == pytest.approx(152.4)
    assert found.datum is Datum.UNKNOWN


@pytest.mark.parametrize("words", ["", "high", "500", "FT 500 AMSL", "9" * 100 + " FT AMSL", "FL"])
def test_what_is_no_height_is_at_the_outside_and_unknown(words: str) -> None:
    assert limit_of(words, upper=True) == Limit(math.inf, Datum.UNKNOWN, words)
    assert limit_of(words, upper=False) == Limit(0.0, Datum.UNKNOWN, words)


def test_a_file_may_have_a_unit_of_its_own() -> None:
    assert limit_of("2500 MSL", upper=True, unit_m=FEET).value_m == pytest.approx(762.0)
    assert limit_of("3500MSL", upper=True, unit_m=FEET).value_m == pytest.approx(1066.8)
    assert limit_of("3500MSL", upper=True, unit_m=FEET).datum is Datum.AMSL
    assert limit_of("2500 MSL", upper=True).datum is Datum.UNKNOWN


def test_unlimited_is_no_bottom() -> None:
    assert limit_of("UNL", upper=False).datum is Datum.UNKNOWN


def test_a_band_is_crossed_only_above_the_same_datum() -> None:
    low, high = Limit(10.0, Datum.AMSL), Limit(20.0, Datum.AMSL)
    assert crossed(high, low)
    assert not crossed(low, high)
    assert crossed(Limit(10.0, Datum.SURFACE), Limit(5.0, Datum.AGL))
    assert not crossed(Limit(20.0, Datum.AGL), low)
    assert not crossed(Limit(20.0, Datum.UNKNOWN), Limit(10.0, Datum.UNKNOWN))
