"""Height bands: each limit in its own datum, and what is not known counts as within."""

from __future__ import annotations

import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.zones import Circle, Datum, Kinematics, Limit, ZoneIndex, check_path, check_vehicle
from geo.zones.heights import (
    Band,
    Heights,
    Place,
    Room,
    band_of,
    lowest_amsl_m,
    separation_m,
)
from geo.zones.outlines import band_words, limit_words
from tests.geo.zones_by_other_means import HAMMERSMITH, dataset, zone

LAT, LON = HAMMERSMITH
EVERYWHERE = Circle(LAT, LON, 1_000.0)
SURFACE = Limit(0.0, Datum.SURFACE)
UNLIMITED = Limit(math.inf, Datum.AMSL)


def found(
    alt: float | None,
    ground: float | None = 5.0,
    *,
    lower: Limit = SURFACE,
    upper: Limit = UNLIMITED,
    error_m: float = 0.0,
    climb_mps: float = 0.0,
    place: tuple[float, float] = HAMMERSMITH,
) -> tuple[bool, str] | None:
    """(inside, vertically) of a vehicle in the middle of such a zone."""
    index = ZoneIndex(dataset(zone(Circle(*place, 500.0), lower=lower, upper=upper)))
    vehicle = Kinematics(
        *place, alt, ground, climb_mps=climb_mps, position_error_m=0.0, height_error_m=error_m
    )
    breaches = check_vehicle(index, vehicle, look_ahead_s=30.0, nearing_m=0.0)
    return (breaches[0].inside, breaches[0].vertically) if breaches else None


WITHIN, UNKNOWN = (True, "within"), (True, "unknown")


@pytest.mark.parametrize(
    ("upper", "alt", "ground", "expected"),
    [
        (Limit(120.0, Datum.AMSL), 120.0, 5.0, WITHIN),
        (Limit(120.0, Datum.AMSL), 120.1, 5.0, None),
        (Limit(120.0, Datum.AMSL), 120.1, None, None),
        (Limit(120.0, Datum.AMSL), None, 5.0, UNKNOWN),
        (Limit(120.0, Datum.AGL), 125.0, 5.0, WITHIN),
        (Limit(120.0, Datum.AGL), 125.1, 5.0, None),
        (Limit(120.0, Datum.AGL), 900.0, None, UNKNOWN),
        (Limit(120.0, Datum.AGL), None, 5.0, UNKNOWN),
        (Limit(120.0, Datum.HAE), 75.0, 5.0, WITHIN),  # 46 m of geoid and 1 m of its error
        (Limit(120.0, Datum.HAE), 75.1, 5.0, None),
        (Limit(0.0, Datum.SURFACE), 5.0, 5.0, WITHIN),
        (Limit(0.0, Datum.SURFACE), 6.0, 5.0, None),
        (UNLIMITED, 9_000.0, None, WITHIN),
        (UNLIMITED, None, None, WITHIN),
        (Limit(math.inf, Datum.AGL), None, None, WITHIN),
    ],
)
def test_upper_limits(
    upper: Limit, alt: float | None, ground: float | None, expected: tuple[bool, str] | None
) -> None:
    assert found(alt, ground, upper=upper) == expected


@pytest.mark.parametrize(
    ("lower", "alt", "ground", "expected"),
    [
        (Limit(100.0, Datum.AMSL), 100.0, 5.0, WITHIN),
        (Limit(100.0, Datum.AMSL), 99.9, 5.0, None),
        (Limit(100.0, Datum.AGL), 105.0, 5.0, WITHIN),
        (Limit(100.0, Datum.AGL), 104.9, 5.0, None),
        (Limit(100.0, Datum.AGL), 10.0, None, UNKNOWN),
        (Limit(100.0, Datum.HAE), 53.0, 5.0, WITHIN),
        (Limit(100.0, Datum.HAE), 52.9, 5.0, None),
        (Limit(100.0, Datum.HAE), None, 5.0, UNKNOWN),
        (SURFACE, -50.0, 5.0, WITHIN),  # a wrong height is not "under" the ground
    ],
)
def test_lower_limits(
    lower: Limit, alt: float | None, ground: float | None, expected: tuple[bool, str] | None
) -> None:
    assert found(alt, ground, lower=lower) == expected


def test_a_height_above_the_ellipsoid_is_unknown_where_the_geoid_is_not_known() -> None:
    top = Limit(120.0, Datum.HAE)
    assert separation_m(51.4775, -0.4614) == (46.0, 1.0)
    assert separation_m(53.5, -2.2) is None
    assert found(500.0, upper=top) is None
    assert found(500.0, upper=top, place=(53.5, -2.2)) == UNKNOWN


def test_what_is_surely_outside_is_outside_though_the_other_limit_is_unknown() -> None:
    low, high = Limit(50.0, Datum.AGL), Limit(120.0, Datum.AMSL)
    assert found(130.0, None, lower=low, upper=high) is None
    assert found(110.0, None, lower=low, upper=high) == UNKNOWN


def test_a_zone_is_grown_by_the_height_error() -> None:
    top = Limit(120.0, Datum.AMSL)
    assert found(124.0, upper=top, error_m=5.0) == WITHIN
    assert found(126.0, upper=top, error_m=5.0) is None


def test_a_descent_into_a_zone_is_found_before_it_happens() -> None:
    top = Limit(120.0, Datum.AMSL)
    assert found(160.0, upper=top, climb_mps=-2.0) == (False, "above")  # in 20 s
    assert found(200.0, upper=top, climb_mps=-2.0) is None  # in 40 s
    assert found(160.0, upper=top, climb_mps=2.0) is None
    floor = Limit(100.0, Datum.AMSL)
    assert found(60.0, lower=floor, climb_mps=2.0) == (False, "below")
    assert found(60.0, lower=floor, climb_mps=-2.0) is None


@given(
    st.floats(-100, 300) | st.just(math.inf),
    st.floats(-100, 300) | st.just(math.inf),
    st.booleans(),
    st.floats(-20, 20),
)
def test_when_agrees_with_where_second_by_second(
    low: float, high: float, known: bool, climb: float
) -> None:
    """`low` and `high`: the room to each limit at the beginning; unknown: surely is not."""
    band = Band(
        Room(low, low if known else -math.inf, climb),
        Room(high, high if known else -math.inf, -climb),
    )
    times, sure = band.when(30.0), band.surely(30.0)
    assert sure == (times if known else None)
    for tenth in range(301):
        second = tenth / 10
        rooms = low + climb * second, high - climb * second
        if min(abs(room) for room in rooms) < 1e-6:
            continue  # rounding decides
        now = Band(Room(rooms[0], rooms[0]), Room(rooms[1], rooms[1])).where().value
        assert (now == "within") == (times is not None and times[0] <= second <= times[1]), second


def test_the_band_takes_the_lowest_and_highest_ground() -> None:
    hills = Place((10.0, 60.0))
    made = zone(EVERYWHERE, lower=Limit(50.0, Datum.AGL), upper=Limit(100.0, Datum.AGL))

    def where(amsl: float) -> str:
        return band_of(made.layers[0], Heights(amsl=(amsl, 0.0)), hills, 0.0).where().value

    assert [where(amsl) for amsl in (59.9, 60.0, 160.0, 160.1)] == [
        "below",
        "within",
        "within",
        "above",
    ]


# --- a height that is known above something else than the sea ------------------------------------


@pytest.mark.parametrize(
    ("upper", "heights", "ground", "expected"),
    [
        (Limit(120.0, Datum.AGL), {"agl_m": 120.0}, None, "within"),
        (Limit(120.0, Datum.AGL), {"agl_m": 120.1}, None, None),
        (Limit(120.0, Datum.AGL), {"agl_m": 60.0, "alt_amsl_m": 900.0}, 5.0, "within"),
        (Limit(120.0, Datum.AMSL), {"agl_m": 60.0}, None, "unknown"),
        (Limit(120.0, Datum.AMSL), {"agl_m": 60.0}, 60.0, "within"),
        (Limit(120.0, Datum.AMSL), {"agl_m": 60.0}, 60.1, None),
        (Limit(120.0, Datum.HAE), {"hae_m": 120.0}, None, "within"),
        (Limit(120.0, Datum.HAE), {"hae_m": 120.1}, None, None),
        (Limit(120.0, Datum.AMSL), {"hae_m": 167.0}, None, "within"),  # 46 m, and 1 m of error
        (Limit(120.0, Datum.AMSL), {"hae_m": 167.1}, None, None),
        (Limit(120.0, Datum.AGL), {"hae_m": 172.0}, 5.0, "within"),
        (Limit(120.0, Datum.AGL), {"hae_m": 172.1}, 5.0, None),
        (Limit(120.0, Datum.AGL), {"hae_m": 172.0}, None, "unknown"),
        (Limit(120.0, Datum.HAE), {"agl_m": 70.0}, 5.0, "within"),
        (Limit(120.0, Datum.HAE), {"agl_m": 70.1}, 5.0, None),
    ],
)
def test_each_limit_is_compared_above_its_own_datum_where_that_is_known(
    upper: Limit, heights: dict[str, float], ground: float | None, expected: str | None
) -> None:
    index = ZoneIndex(dataset(zone(EVERYWHERE, upper=upper)))
    vehicle = dataclasses.replace(Kinematics(LAT, LON, None, ground, height_error_m=0.0), **heights)
    live = check_vehicle(index, vehicle, look_ahead_s=0.0, nearing_m=0.0)
    assert [breach.vertically for breach in live] == ([expected] if expected else [])
    assert [breach.vertically for breach in check_path(index, [vehicle])] == (
        [expected] if expected else []
    )


def test_another_geoid_can_be_brought() -> None:
    place = (53.5, -2.2)
    made = dataset(zone(Circle(*place, 500.0), upper=Limit(120.0, Datum.HAE)))
    index = ZoneIndex(made, geoid=lambda _lat, _lon: (52.0, 0.5))
    assert check_path(index, [Kinematics(*place, 68.5, None, height_error_m=0.0)])
    assert not check_path(index, [Kinematics(*place, 68.6, None, height_error_m=0.0)])


# --- limits whose height nobody knows ------------------------------------------------------------


def test_a_limit_of_an_unknown_datum_counts_as_within_and_is_said_to_be_unknown() -> None:
    assert found(5_000.0, upper=Limit(120.0, Datum.UNKNOWN)) == UNKNOWN
    assert found(5.0, lower=Limit(500.0, Datum.UNKNOWN)) == UNKNOWN
    assert found(5.0, upper=Limit(math.inf, Datum.UNKNOWN)) == UNKNOWN  # words nobody knows
    surely_above = Limit(120.0, Datum.AMSL)
    assert found(130.0, lower=Limit(0.0, Datum.UNKNOWN), upper=surely_above) is None


def test_flight_levels() -> None:
    """FL100 lies above 1,545 m whatever the weather: 0.75 * (3,048 m less 988 m)."""
    level = Limit(3_048.0, Datum.FLIGHT_LEVEL)
    assert lowest_amsl_m(level.value_m) == pytest.approx(1545.0)
    assert found(1_544.0, upper=level) == WITHIN
    assert found(1_546.0, upper=level) == UNKNOWN
    assert found(9_000.0, upper=level) == UNKNOWN  # how high it can lie is not worked out
    assert found(1_544.0, lower=level) is None
    assert found(1_546.0, lower=level) == UNKNOWN
    assert found(1_544.0, lower=level, error_m=5.0) == UNKNOWN
    assert found(None, lower=level) == UNKNOWN
    assert found(9_000.0, lower=level, upper=Limit(4_000.0, Datum.AMSL)) is None
    assert found(60.0, upper=Limit(math.inf, Datum.FLIGHT_LEVEL)) == WITHIN
    assert found(60.0, lower=Limit(math.inf, Datum.FLIGHT_LEVEL)) is None


@pytest.mark.parametrize("hpa", [900.0, 925.6, 1013.25, 1085.0])
@pytest.mark.parametrize("kelvin", [248.15, 288.15, 318.15])
@pytest.mark.parametrize("level_m", [0.0, 1_676.4, 3_048.0, 7_467.6])
def test_no_weather_brings_a_level_lower(hpa: float, kelvin: float, level_m: float) -> None:
    """By the barometric formula, with the standard lapse from a temperature at sea level."""
    lapse, exponent = 0.0065, 5.25588
    share = (1 - lapse * level_m / 288.15) ** exponent  # pressure at the level, of 1013.25 hPa
    height_m = kelvin / lapse * (1 - (share * 1013.25 / hpa) ** (1 / exponent))
    assert height_m > lowest_amsl_m(level_m)


def test_a_limit_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="must be a number"):
        Limit(math.nan, Datum.AMSL)


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (SURFACE, "the surface"),
        (UNLIMITED, "unlimited"),
        (Limit(426.72, Datum.AMSL, "1,400 ft above sea level"), "1,400 ft (427 m) above sea level"),
        (Limit(609.6, Datum.AGL, "2000 FT AGL"), "2,000 ft (610 m) above the ground: 2000 FT AGL"),
        (Limit(152.4, Datum.HAE), "500 ft (152 m) above the WGS 84 ellipsoid"),
        (Limit(3.048, Datum.SURFACE), "10 ft (3 m) above the ground"),
        (Limit(1_676.4, Datum.FLIGHT_LEVEL, "FL55"), "flight level 55"),
        (Limit(1_676.4, Datum.FLIGHT_LEVEL, "FL055 (QNH)"), "flight level 55: FL055 (QNH)"),
        (
            Limit(152.4, Datum.UNKNOWN, "500 FT XYZ"),
            "500 ft (152 m) above what is not known: 500 FT XYZ",
        ),
    ],
)
def test_limits_in_words(limit: Limit, words: str) -> None:
    assert limit_words(limit) == words


def test_a_band_in_words_is_short() -> None:
    made = zone(EVERYWHERE, upper=Limit(615.0864, Datum.AMSL, "2,000 ft above the aerodrome"))
    assert band_words(made) == "the surface to 2,018 ft (615 m) above sea level"
