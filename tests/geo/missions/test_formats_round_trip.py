"""A mission, written and read again, is the same mission, within what the format says it holds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from geo.missions import Fence, HeightDatum, Mission, MissionItem, Rally
from geo.missions.formats import MissionFormat, format_of, read, write
from geo.missions.formats.fields import one_line
from tests.geo.missions.missions import PARK, missions, square

TABLES = (MissionFormat.GPX, MissionFormat.CSV)  # no rally points, no fences
ALL = pytest.mark.parametrize("format", list(MissionFormat), ids=str)


def _turned(item: MissionItem) -> MissionItem:
    heading = item.heading_deg
    return item if heading is None else replace(item, heading_deg=heading % 360 % 360)


def held(mission: Mission, format: MissionFormat) -> Mission:
    """What docs/missions.md says that the format holds."""
    held = replace(mission, name=one_line(mission.name))
    if format in TABLES:
        held = replace(held, rally=(), fences=())
    if format is MissionFormat.PLAN:
        held = replace(
            held,
            items=tuple(_turned(item) for item in mission.items),
        )
    return held


@ALL
@settings(max_examples=30, deadline=None)
@given(mission=missions())
def test_the_same_comes_back(format: MissionFormat, mission: Mission) -> None:
    written = write(mission, format)
    assert format_of(written.data) is format
    assert read(written.data).mission == held(mission, format)


@ALL
@settings(max_examples=10, deadline=None)
@given(mission=missions())
def test_written_twice_is_the_same_file(format: MissionFormat, mission: Mission) -> None:
    once = write(mission, format).data
    assert write(read(once).mission, format).data == once


@ALL
def test_what_a_format_cannot_hold_is_noted(format: MissionFormat) -> None:
    mission = Mission(
        (MissionItem(*PARK.to_wgs84(0, 0), 40),),
        home=(*PARK.to_wgs84(0, 5), 5.0),
        cruise_mps=8,
        rally=(Rally(*PARK.to_wgs84(9, 9), 30),),
        fences=(Fence(square(300)),),
    )
    notes = " ".join(write(mission, format).notes)
    assert ("fences" in notes and "rally" in notes) == (format in TABLES)


def test_a_home_that_is_not_known_stays_unknown() -> None:
    mission = Mission((MissionItem(*PARK.to_wgs84(0, 0), 40),))
    for format in MissionFormat:
        written = write(mission, format)
        assert read(written.data).mission.home is None
        assert read(written.data).mission.cruise_mps is None
        if format is not MissionFormat.CSV:
            assert written.notes


def test_heights_above_home_are_drawn_above_the_sea_where_home_is_known() -> None:
    mission = Mission((MissionItem(*PARK.to_wgs84(0, 0), 40),), home=(*PARK.to_wgs84(0, 5), 5.0))
    assert b"absolute" in write(mission, MissionFormat.KML).data
    assert b"<ele>45</ele>" in write(mission, MissionFormat.GPX).data


def test_mixed_heights_draw_no_line() -> None:
    at = PARK.to_wgs84(0, 0)
    mission = Mission((MissionItem(*at, 40, HeightDatum.AMSL), MissionItem(*at, 40)))
    written = write(mission, MissionFormat.KML)
    assert b"LineString" not in written.data
    assert any("line" in note for note in written.notes)
    assert read(written.data).mission == mission
