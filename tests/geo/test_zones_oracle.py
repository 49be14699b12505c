"""The check against the oracle, and that a check that is wrong would be found out.

The whole million is `probe(1_000_000, seed)`; what a run of it found stands in docs/airspace.md.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from geo.zones import Circle, Datum, Kinematics, Layer, Limit, Polygon, ZoneIndex, touched
from geo.zones import heights as heights_module
from geo.zones import touches as touches_module
from geo.zones.check import heights_between
from geo.zones.seen import Outline
from ground_station.cli import bench_airspace_probes, bench_airspace_worlds
from ground_station.cli.bench_airspace_oracle import Aircraft, Plane, inside_m, vincenty_m, within_m
from ground_station.cli.bench_airspace_probes import ProbeReport, probe
from tests.geo import zones_by_other_means as other
from tests.geo.zones_by_other_means import HAMMERSMITH, dataset, moved, zone

SEED = 20261124
SHARE = 6_000


@pytest.fixture(scope="module")
def report() -> ProbeReport:
    return probe(SHARE, SEED)


def test_a_share_of_the_million_probes(report: ProbeReport) -> None:
    assert report.examples == []
    assert report.wrong_clear == 0
    assert report.wrong_touched == 0
    assert report.wrong_unknown == 0
    assert report.wrong_live == 0
    assert report.wrong_legs == 0
    assert report.on_legs > SHARE / 10
    assert report.largest_arc_m < 1.0
    assert report.inside > SHARE / 2  # they do hit zones
    assert report.undecided < report.inside / 5


def test_the_same_seed_gives_the_same_probes() -> None:
    one, two = probe(1_000, 3), probe(1_000, 3)
    assert (one.inside, one.undecided) == (two.inside, two.undecided)


def test_a_boundary_five_centimetres_short_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(touches_module, "BOUNDARY_M", -0.05)
    real = bench_airspace_worlds.vehicle_near

    def uncertain(*arguments: Any) -> Kinematics:
        made = real(*arguments)
        return dataclasses.replace(made, position_error_m=made.position_error_m + 1.0)

    monkeypatch.setattr(bench_airspace_probes, "vehicle_near", uncertain)
    assert probe(2_000, SEED).wrong_clear > 0


def test_a_geoid_a_metre_off_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heights_module, "LONDON_N_M", 45.0)
    found = probe(3_000, SEED)
    assert found.wrong_clear + found.wrong_touched > 0


def test_a_check_without_holes_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Outline.of.__func__  # type: ignore[attr-defined]

    def solid(cls: type[Outline], part: Circle | Polygon) -> Outline:
        made: Outline = real(cls, Polygon(part.ring) if isinstance(part, Polygon) else part)
        return made

    monkeypatch.setattr(Outline, "of", classmethod(solid))
    found = probe(2_000, SEED)
    assert found.wrong_touched > 0
    assert found.examples


def test_a_climb_that_is_not_seen_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        touches_module, "heights_between", lambda start, _end: heights_between(start, start)
    )
    assert probe(1_000, SEED).wrong_legs > 0


def test_times_that_are_not_asked_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_airspace_probes, "active_during", lambda *_: True)
    assert probe(1_000, SEED).wrong_touched > 0


# --- the oracle itself ---------------------------------------------------------------------------


def aircraft(lat: float, lon: float, height_m: float = 60.0, datum: Datum = Datum.AMSL) -> Aircraft:
    def one(value: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.array([value])

    return Aircraft(
        one(lat),
        one(lon),
        one(0.0),
        one(height_m),
        datum,
        one(0.0),
        one(5.0),
        (one(45.0), one(47.0)),
    )


def test_the_oracles_distances_are_those_of_other_means() -> None:
    for bearing in range(0, 360, 17):
        lat, lon = moved(*HAMMERSMITH, bearing, 37.0 * (bearing + 1))
        [far_m] = vincenty_m(np.array([lat]), np.array([lon]), *HAMMERSMITH)
        assert far_m == pytest.approx(other.vincenty_m(lat, lon, *HAMMERSMITH), abs=1e-4)


def test_the_oracle_knows_a_square_by_hand() -> None:
    """111.3 m of latitude from the southern edge."""
    plane = Plane(51.0, 0.0)
    square = plane.polygon([(51.0, 0.0), (51.0, 0.01), (51.01, 0.01), (51.01, 0.0)])
    [deep_m] = inside_m(square, plane, aircraft(51.001, 0.005))
    assert deep_m == pytest.approx(111.26, abs=0.1)
    [out_m] = inside_m(square, plane, aircraft(50.999, 0.005))
    assert out_m == pytest.approx(-111.26, abs=0.1)


def test_the_oracle_knows_heights_by_hand() -> None:
    layer = Layer((), Limit(10.0, Datum.AGL), Limit(120.0, Datum.HAE))
    may, sure = within_m(layer, aircraft(*HAMMERSMITH, 60.0))
    assert may[0] == pytest.approx(15.0)  # 120 - (60 + 45)
    assert sure[0] == may[0]
    may, _sure = within_m(layer, aircraft(*HAMMERSMITH, 12.0))
    assert may[0] == pytest.approx(-3.0)  # 7 m above the ground


def test_a_probe_by_hand_agrees() -> None:
    """A metre inside and a metre outside of a circle."""
    index = ZoneIndex(dataset(zone(Circle(*HAMMERSMITH, 1_000.0))))
    for metres, inside in ((999.0, True), (1_001.0, False)):
        place = moved(*HAMMERSMITH, 77.0, metres)
        vehicle = Kinematics(*place, 60.0, 5.0, position_error_m=0.0)
        assert bool(touched(index, [vehicle])) is inside
