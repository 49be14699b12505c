"""The simulated borough: the same for a seed at every time, and plausible."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from ground_station.core.errors import IntegrityError, NotFound
from ground_station.simulation.borough import (
    PERIOD_S,
    Borough,
    MoverKind,
    moment_s,
    the_borough,
)
from ground_station.simulation.town import (
    ANCHOR_LAT,
    ANCHOR_LON,
    BASEMAP,
    FRAME,
    PARK,
    Town,
    load_town,
    the_town,
)

HOME = (ANCHOR_LAT, ANCHOR_LON)


@pytest.fixture(scope="module")
def borough() -> Borough:
    return the_borough()


def part_of_town() -> Town:
    """Small enough to be populated quickly."""
    whole, near = the_town(), shapely.Point(0, 0).buffer(450)
    return Town(
        tuple(street for street in whole.streets if near.contains(street.line)),
        whole.greens[-1:],
        (),
        whole.water,
    )


def test_a_seed_is_one_borough_and_another_seed_another() -> None:
    one, same, other = (Borough(seed, part_of_town()) for seed in (7, 7, 8))
    here = [borough.people(33.3, *HOME, 200.0) for borough in (one, same, other)]
    assert len(here[0]) > 20
    assert here[0] == here[1]
    assert here[0] != here[2]
    assert one.cars(33.3, *HOME, 500.0) == same.cars(33.3, *HOME, 500.0)


def test_everything_begins_again_after_the_period(borough: Borough) -> None:
    for t_s in (0.0, 17.3, 119.99):
        for asked in (borough.people, borough.cars):
            now, later = asked(t_s, *HOME, 300), asked(t_s + 7 * PERIOD_S, *HOME, 300)
            assert [one.mover_id for one in now] == [one.mover_id for one in later]
            places = [[(one.lat, one.lon) for one in some] for some in (now, later)]
            assert (
                np.abs(np.array(places[0]) - np.array(places[1])).max() < 1e-9
            )  # a tenth of a millimetre


def test_nothing_jumps_not_even_where_the_period_ends(borough: Borough) -> None:
    for table in (borough.walking.table, borough.driving.table):
        for t_s in np.arange(-1.0, 1.0, 0.05):
            here, _, _ = table.at(float(t_s) % PERIOD_S)
            soon, _, _ = table.at(float(t_s + 0.05) % PERIOD_S)
            assert np.hypot(*(soon - here).T).max() < 0.05 * 17


def test_speeds_and_headings_are_those_of_people_and_cars(borough: Borough) -> None:
    people, cars = borough.walking.table, borough.driving.table
    for t_s in (3.0, 50.0, 91.7):
        _, _, walking = people.at(t_s)
        _, _, driving = cars.at(t_s)
        assert walking.max() < 2.2
        assert 0.9 < np.median(walking[walking > 0]) < 1.5
        assert driving.max() < 17  # 38 mph
        assert 6 < np.median(driving) < 12
    here, heading, speed = cars.at(20.0)
    there, _, _ = cars.at(20.1)
    moved = there - here
    bearing = np.degrees(np.arctan2(moved[:, 0], moved[:, 1])) % 360
    off = np.abs((bearing - heading + 180) % 360 - 180)[speed > 3]
    assert np.percentile(off, 95) < 12


def test_people_keep_off_the_road_and_cars_keep_to_it(borough: Borough) -> None:
    roads = borough.town.paved(0.0)
    shapely.prepare(roads)
    for t_s in (11.0, 77.0):
        people, _, _ = borough.walking.table.at(t_s)
        cars, _, _ = borough.driving.table.at(t_s)
        on_road = shapely.contains_xy(roads, people[:, 0], people[:, 1])
        assert on_road.mean() < 0.03  # in a park beside one, say
        assert shapely.contains_xy(roads, cars[:, 0], cars[:, 1]).all()
        parked = borough.driving.parked
        assert shapely.contains_xy(roads, parked[:, 0], parked[:, 1]).mean() > 0.99


def test_cars_drive_on_the_left(borough: Borough) -> None:
    streets = [s for s in borough.town.streets if s.kind == "secondary" and s.line.length > 300]
    places, heading, speed = borough.driving.table.at(40.0)
    checked = []
    for street in streets:
        ends = np.array(
            [
                street.line.interpolate(0.3, normalized=True).coords[0],
                street.line.interpolate(0.7, normalized=True).coords[0],
            ]
        )
        middle = ends.mean(axis=0)
        near = (np.hypot(*(places - middle).T) < 120) & (speed > 4)
        for place, deg in zip(places[near], heading[near], strict=True):
            at = street.line.project(shapely.Point(place))
            foot = np.array(street.line.interpolate(at).coords[0])
            if math.dist(foot, place) > 3:
                continue
            left = (-math.cos(math.radians(deg)), math.sin(math.radians(deg)))
            along = (math.sin(math.radians(deg)), math.cos(math.radians(deg)))
            if abs(np.dot(place - foot, along)) < 0.5:
                checked.append(bool(np.dot(place - foot, left) > 0))
    assert len(checked) > 10
    assert np.mean(checked) > 0.95  # some streets lie side by side


def test_no_two_cars_drive_into_each_other(borough: Borough) -> None:
    for t_s in np.arange(0.0, PERIOD_S, 9.5):
        places, _, _ = borough.driving.table.at(float(t_s))
        tree = shapely.STRtree(shapely.points(places))
        pairs = tree.query(shapely.points(places), "dwithin", 2.0)
        assert (pairs[0] == pairs[1]).all()


def test_an_area_is_asked_for_and_nothing_else_comes(borough: Borough) -> None:
    people = borough.people(5.0, *HOME, 100.0)
    assert len(people) > 10
    for person in people:
        east, north = FRAME.from_wgs84(person.lat, person.lon)
        assert max(abs(east), abs(north)) < 100.001
        assert person.kind is MoverKind.PERSON
    assert len({person.mover_id for person in people}) == len(people)
    assert borough.people(5.0, 51.0, -0.2, 100.0) == []
    kinds = {car.kind for car in borough.cars(5.0, *HOME, 800.0)}
    assert kinds == {MoverKind.CAR, MoverKind.VAN}


def test_the_period_begins_on_even_minutes() -> None:
    noon = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    assert moment_s(noon) == 0
    assert moment_s(noon + timedelta(minutes=3, seconds=5)) == 65


def test_the_park_has_people_on_its_paths_and_lawns(borough: Borough) -> None:
    people, _, _ = borough.walking.table.at(60.0)
    assert shapely.contains_xy(shapely.Polygon(PARK), people[:, 0], people[:, 1]).sum() > 60


# --- the basemap ---------------------------------------------------------------------------------


def changed(tmp_path: Path, **layers: Any) -> Path:
    file = tmp_path / "basemap.json"
    file.write_text(json.dumps({**json.loads(BASEMAP.read_bytes()), **layers}))
    return file


def test_a_basemap_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"no\.json") as caught:
        load_town(tmp_path / "no.json")
    assert "Restore" in caught.value.remedy


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b"\xff\xfe", b'{"roads": 1}', b"[" * 100_000, b'{"roads": {}}']
)
def test_a_file_that_is_no_basemap_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "basemap.json"
    file.write_bytes(content)
    with pytest.raises(IntegrityError, match=r"basemap\.json"):
        load_town(file)


@pytest.mark.parametrize(
    ("coordinates", "kind"),
    [
        ([[-0.2, 51.5], [-0.21, None]], "other"),
        ([[-0.2, 51.5], [2.0, 51.5]], "other"),  # not in London
        ([[-0.2, 51.5]], "other"),
        ([[-0.2, 51.5], [-0.21, 51.5]], "motorway of ours"),
        ([["a", "b"], ["c", "d"]], "other"),
    ],
)
def test_streets_that_are_none_are_refused(tmp_path: Path, coordinates: Any, kind: str) -> None:
    road = {
        "properties": {"class": kind},
        "geometry": {"type": "MultiLineString", "coordinates": [coordinates]},
    }
    with pytest.raises(IntegrityError, match="not a basemap"):
        load_town(changed(tmp_path, roads={"type": "FeatureCollection", "features": [road]}))


def test_a_basemap_far_too_large_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "basemap.json"
    file.write_bytes(b" " * 6_000_000)
    with pytest.raises(IntegrityError, match="far larger"):
        load_town(file)
