"""Each reader with bytes that are nearly right, and with any: a mission or a refusal it is."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.formats.reading import FileRefused
from geo.missions.formats import (
    DefaultHeight,
    MissionFormat,
    ReadMission,
    read,
    read_csv,
    read_gpx,
    read_kml,
    read_plan,
    write,
)
from geo.missions.formats.reading import MAX_JUMP_M
from geo.missions.motion import leg_between
from geo.missions.refused import MAX_ITEMS
from tests.geo.missions.missions import missions
from tests.geo.missions.plan_text import RETURN, plan, simple, survey, take_off, waypoint

READERS: dict[MissionFormat, Callable[[bytes], ReadMission]] = {
    MissionFormat.PLAN: read_plan,
    MissionFormat.KML: lambda data: read_kml(data, DefaultHeight(40)),
    MissionFormat.GPX: lambda data: read_gpx(data, DefaultHeight(40)),
    MissionFormat.CSV: lambda data: read_csv(data, DefaultHeight(40)),
}
ODD = (b"-", b"9", b"NaN", b"1e999", b"<", b"{", b"[", b'"', b"\x00", b"0" * 50, b"\n", b"null")
EACH = pytest.mark.parametrize("format", list(MissionFormat), ids=str)
A = waypoint(51.496, -0.239, 40)
PLAN = plan(
    take_off(30),
    A,
    simple(93, [3, 0, 0, 0, 0, 0, 0], 2),
    survey(A, simple(206, [9, 0, 1, 0, 0, 0, 0], 2), waypoint(51.497, -0.239, 40)),
    simple(18, [1, 0, 20, 0, 51.4965, -0.238, 50], altitude=50, mode=1),
    RETURN,
)


def tried(reader: Callable[[bytes], ReadMission], data: bytes) -> None:
    """Reads; what comes of it is sound, or a refusal in words."""
    try:
        mission, notes = reader(data)
    except FileRefused:
        return
    assert 1 <= len(mission.items) <= MAX_ITEMS
    places = [(item.lat, item.lon) for item in mission.items]
    if mission.home is not None:
        places.insert(0, mission.home[:2])
    for one, other in pairwise(places):
        assert leg_between(one, other)[0] <= MAX_JUMP_M
    assert all(math.isfinite(item.height_m) for item in mission.items)
    assert all(isinstance(note, str) and note for note in notes)


@EACH
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mission=missions(), seed=st.integers(0, 2**32))
def test_mutations(format: MissionFormat, mission: object, seed: int) -> None:
    chance = random.Random(seed)
    data = bytearray(write(mission, format).data)  # type: ignore[arg-type]
    if format is MissionFormat.PLAN and seed % 2:
        data = bytearray(PLAN)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(max(1, len(data)))
        match chance.randrange(4):
            case 0:
                data[at] = chance.randrange(256)
            case 1:
                del data[at : at + chance.randint(1, 40)]
            case 2:
                data[at:at] = data[at : at + chance.randint(1, 60)]
            case _:
                data[at:at] = chance.choice(ODD)
    tried(READERS[format], bytes(data))


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2001) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=7),
    max_leaves=8,
)
_ITEM = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["SimpleItem", "ComplexItem"]),
        "command": st.sampled_from([16, 17, 18, 19, 20, 21, 22, 93, 115, 178, 203, 205, 206, 2000])
        | _VALUES,
        "frame": st.sampled_from([0, 2, 3, 10]) | _VALUES,
        "params": st.lists(st.none() | st.floats(-90, 90), min_size=7, max_size=7) | _VALUES,
        "Altitude": _VALUES,
        "AltitudeMode": st.none() | st.integers(0, 5) | _VALUES,
    }
)


@settings(max_examples=80, deadline=None)
@given(items=st.lists(_ITEM, max_size=5), home=_VALUES, fence=_VALUES, rally=_VALUES)
def test_plans_of_odd_values(
    items: list[object], home: object, fence: object, rally: object
) -> None:
    tried(
        read_plan,
        plan(
            take_off(40),
            A,
            *items,
            mission={"plannedHomePosition": home},
            geoFence=fence,
            rallyPoints=rally,
        ),
    )


@EACH
@settings(max_examples=30, deadline=None)
@given(data=st.binary(max_size=200))
def test_any_bytes(format: MissionFormat, data: bytes) -> None:
    tried(READERS[format], data)
    tried(read, data)


@EACH
@settings(max_examples=30, deadline=None)
@given(rows=st.lists(st.lists(st.text(max_size=8), max_size=6), max_size=5))
def test_tables_of_any_words(format: MissionFormat, rows: list[list[str]]) -> None:
    text = "lat,lon,height_home_m,photo\n" + "\n".join(",".join(row) for row in rows)
    tried(READERS[format], text.encode("utf-8", "replace"))


@EACH
def test_broken_off(format: MissionFormat) -> None:
    whole = write(read_plan(PLAN).mission, format).data
    for hundredth in range(0, 100, 3):
        tried(READERS[format], whole[: len(whole) * hundredth // 100])


@EACH
@pytest.mark.parametrize("other", list(MissionFormat), ids=str)
def test_one_format_read_as_another(format: MissionFormat, other: MissionFormat) -> None:
    tried(READERS[format], write(read_plan(PLAN).mission, other).data)
