"""Cursor-on-Target: what is taken, and what is skipped."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground_station.core.agent_facts import MAX_REMOTE_IDS, RemoteId
from ground_station.traffic.cot import CotTable

TRACK = '<track course="90" speed="7.5"/>'


def event(
    uid: str = "dji-1",
    kind: str = "a-f-A-M-H-Q",
    point: str = 'lat="51.5" lon="-0.1" hae="100" ce="5" le="5"',
    track: str = TRACK,
) -> bytes:
    return (
        f'<?xml version="1.0"?><event version="2.0" uid="{uid}" type="{kind}" how="m-g" '
        'time="2026-11-24T10:00:00Z" start="2026-11-24T10:00:00Z" stale="2026-11-24T10:01:00Z">'
        f'<point {point}/><detail><contact callsign="M30 1"/>{track}</detail></event>'
    ).encode()


def test_place_height_course_and_callsign() -> None:
    table = CotTable()
    table.take(event(), 100.0)
    [one] = table.rows(102.0)
    assert (one.key, one.uas_id, one.lat, one.lon) == ("dji-1", "M30 1", 51.5, -0.1)
    assert (one.alt_hae_m, one.speed_mps, one.course_deg, one.age_ms) == (100.0, 7.5, 90.0, 2000)
    assert table.rows(161.0) == []


def test_an_unknown_height_is_not_known() -> None:
    table = CotTable()
    table.take(event(point='lat="51.5" lon="-0.1" hae="9999999.0"', track=""), 1.0)
    [one] = table.rows(1.0)
    assert (one.alt_hae_m, one.speed_mps, one.course_deg) == (None, None, None)


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"nonsense",
        event()[:150],
        b"<other/>",
        event(kind="a-f-G-U-C"),
        event(kind="b-m-p-s-m"),
        event(uid=""),
        event(point='lat="nan" lon="0.1"'),
        event(point='lat="0" lon="0"'),
        b'<!DOCTYPE e [<!ENTITY a "aa">]>' + event()[21:],
    ],
)
def test_what_is_none_is_skipped_and_counted(bad: bytes) -> None:
    table = CotTable()
    table.take(bad, 1.0)
    assert (table.rows(1.0), table.skipped) == ([], 1)


def test_a_flood_of_made_up_drones_is_bounded() -> None:
    table = CotTable()
    for n in range(MAX_REMOTE_IDS + 50):
        table.take(event(uid=f"made-up-{n}"), n / 100)
    assert len(table.rows(2.0)) == MAX_REMOTE_IDS


@given(st.one_of(st.binary(max_size=300), st.text(max_size=60).map(lambda uid: event(uid=uid))))
def test_whatever_comes_nothing_breaks_and_rows_hold_to_their_contract(raw: bytes) -> None:
    table = CotTable()
    table.take(raw, 1.0)
    msgspec.json.decode(msgspec.json.encode(table.rows(1.0)), type=list[RemoteId])
