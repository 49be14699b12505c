"""SORA volumes: worked figures, and that each lies round the one before."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.local_frame import LocalFrame
from geo.sora import (
    Aircraft,
    Airframe,
    Coefficients,
    Descent,
    Ring,
    intrinsic_ground_risk,
    sizes_of,
    volumes_round,
)

QUAD = Aircraft(Airframe.ROTARY, 1.0, 10.0)
WING = Aircraft(Airframe.FIXED_WING, 2.0, 20.0)
PARK = (51.4958, -0.2386)
DEFAULT = Coefficients()


def test_a_quadrotor_at_ten_metres_a_second() -> None:
    """By hand: 3 + 3 + 1 + 10 + 100 / 19.62; 100 + 4 + 7 + 100 / 19.62."""
    sizes = sizes_of(QUAD, 100.0, DEFAULT, Descent.ONE_TO_ONE)
    assert sizes.contingency_m == pytest.approx(22.10, abs=0.01)
    assert sizes.contingency_height_m == pytest.approx(116.10, abs=0.01)
    assert sizes.ground_risk_m == pytest.approx(116.60, abs=0.01)
    assert sum(value for _name, value in sizes.steps[:5]) == pytest.approx(sizes.contingency_m)
    ballistic = sizes_of(QUAD, 100.0, DEFAULT, Descent.BALLISTIC)
    assert ballistic.ground_risk_m == pytest.approx(
        10 * math.sqrt(2 * 116.10 / 9.81) + 0.5, abs=0.01
    )
    parachute = sizes_of(QUAD, 100.0, DEFAULT, Descent.PARACHUTE)
    assert parachute.ground_risk_m == pytest.approx(20 + 12 * 116.10 / 4, abs=0.1)


def test_a_wing_turns_round() -> None:
    """By hand: 400 / (9.81 tan 30)."""
    sizes = sizes_of(WING, 100.0, DEFAULT, Descent.ONE_TO_ONE)
    assert dict(sizes.steps)["contingency manoeuvre"] == pytest.approx(70.62, abs=0.01)
    with pytest.raises(ValueError, match="falls as a stone"):
        sizes_of(WING, 100.0, DEFAULT, Descent.BALLISTIC)


@pytest.mark.parametrize(
    "changes",
    [
        {"pitch_deg": 46.0},
        {"pitch_deg": 0.0},
        {"gnss_m": -1.0},
        {"map_m": math.nan},
        {"sink_mps": 0},
    ],
    ids=str,
)
def test_coefficients_that_cannot_be_are_refused(changes: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"coefficient|pitch"):
        replace(DEFAULT, **changes)


def area_of(rings: tuple[Ring, ...]) -> shapely.Polygon:
    frame = LocalFrame(*PARK)
    flat = [[frame.from_wgs84(lat, lon) for lat, lon in ring] for ring in rings]
    return shapely.Polygon(flat[0], flat[1:])


@given(
    st.lists(st.tuples(st.floats(-2_000, 2_000), st.floats(-2_000, 2_000)), min_size=0, max_size=6),
    st.floats(1, 300),
    st.floats(2, 120),
)
def test_each_volume_lies_round_the_one_before(
    metres: list[tuple[float, float]], half_width_m: float, height_m: float
) -> None:
    frame = LocalFrame(*PARK)
    path = [PARK, *(frame.to_wgs84(*one) for one in metres)]
    sizes = sizes_of(QUAD, height_m, DEFAULT, Descent.ONE_TO_ONE)
    made = volumes_round(path, half_width_m, height_m, sizes)
    flight, contingency, buffer = map(area_of, (made.flight, made.contingency, made.buffer))
    for lat, lon in path:
        assert flight.covers(shapely.Point(frame.from_wgs84(lat, lon)))
    assert contingency.buffer(0.01).covers(flight)
    assert buffer.buffer(0.01).covers(contingency)
    gap = flight.exterior.distance(contingency.exterior)
    assert gap == pytest.approx(sizes.contingency_m, rel=0.002)
    assert contingency.exterior.distance(buffer.exterior) == pytest.approx(
        sizes.ground_risk_m, rel=0.002
    )


def test_a_way_that_is_none_is_refused() -> None:
    sizes = sizes_of(QUAD, 60.0, DEFAULT, Descent.ONE_TO_ONE)
    for path, width in (([], 10.0), ([PARK], 0.0), ([PARK, (52.5, 0.0)], 10.0)):
        with pytest.raises(ValueError, match=r"way|wide|piece"):
            volumes_round(path, width, 60.0, sizes)
    with pytest.raises(ValueError, match="height"):
        sizes_of(QUAD, 0.0, DEFAULT, Descent.ONE_TO_ONE)
    with pytest.raises(ValueError, match="aircraft"):
        Aircraft(Airframe.ROTARY, 0.0, 10.0)


@pytest.mark.parametrize(
    ("span_m", "speed", "density", "expected"),
    [
        (1.0, 25.0, 4.0, 2),
        (1.0, 26.0, 4.0, 3),
        (3.0, 20.0, 11_000.0, 7),
        (1.0, 20.0, 11_000.0, 6),  # inner London
        (1.0, 20.0, 50_000.0, 7),
        (8.0, 20.0, 50_000.0, None),
        (41.0, 20.0, 1.0, None),
        (1.0, 201.0, 1.0, None),
    ],
)
def test_the_ground_risk_class(
    span_m: float, speed: float, density: float, expected: int | None
) -> None:
    aircraft = Aircraft(Airframe.ROTARY, span_m, speed)
    found = intrinsic_ground_risk(aircraft, density, controlled=False, mass_kg=None)
    assert found == expected


def test_a_controlled_area_and_a_small_drone() -> None:
    assert intrinsic_ground_risk(QUAD, 11_000.0, controlled=True, mass_kg=None) == 1
    assert intrinsic_ground_risk(QUAD, 11_000.0, controlled=False, mass_kg=0.249) == 1
    assert intrinsic_ground_risk(QUAD, 11_000.0, controlled=False, mass_kg=0.9) == 6
    with pytest.raises(ValueError, match="density"):
        intrinsic_ground_risk(QUAD, math.nan, controlled=False, mass_kg=None)
