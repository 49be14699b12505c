"""Height bands: each limit in its own datum, and what is not known counts as within."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.zones import Circle, Datum, Kinematics, Limit, ZoneIndex, check_vehicle
from geo.zones.heights import Band, Place, band_of, separation_m
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
    st.none() | st.floats(-100, 300),
    st.none() | st.floats(-100, 300) | st.just(math.inf),
    st.floats(-100, 400),
    st.floats(-20, 20),
    st.floats(0, 20),
)
def test_when_agrees_with_where_second_by_second(
    low: float | None, high: float | None, alt: float, climb: float, error: float
) -> None:
    band = Band(low, high)
    times = band.when(alt, climb, error, 30.0)
    for tenth in range(301):
        second = tenth / 10
        height = alt + climb * second
        edges = [abs(abs(height - limit) - error) for limit in (low, high) if limit is not None]
        if min(edges, default=1.0) < 1e-6:
            continue  # rounding decides
        inside = band.where(height, error).value in ("within", "unknown")
        assert inside == (times is not None and times[0] <= second <= times[1]), second


def test_the_band_takes_the_lowest_and_highest_ground() -> None:
    hills = Place(LAT, LON, 10.0, 60.0)
    made = zone(EVERYWHERE, lower=Limit(50.0, Datum.AGL), upper=Limit(100.0, Datum.AGL))
    assert band_of(made.layers[0], hills) == Band(60.0, 160.0)


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
    ],
)
def test_limits_in_words(limit: Limit, words: str) -> None:
    assert limit_words(limit) == words


def test_a_band_in_words_is_short() -> None:
    made = zone(EVERYWHERE, upper=Limit(615.0864, Datum.AMSL, "2,000 ft above the aerodrome"))
    assert band_words(made) == "the surface to 2,018 ft (615 m) above sea level"
