"""SBS-1 lines: what they bring together, and what is skipped."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground_station.core.agent_facts import MAX_AIRCRAFT, Aircraft
from ground_station.traffic.sbs import MAX_HELD, SbsTable


def line(kind: int, icao: str = "400ABC", **fields: object) -> bytes:
    """`fields`: by their number, counted from nought."""
    made = ["MSG", str(kind), "1", "1", icao, "1", "d", "t", "d", "t"] + [""] * 12
    for name, value in fields.items():
        made[int(name.removeprefix("f"))] = str(value)
    return ",".join(made).encode() + b"\r"


CALLSIGN = line(1, f10="GXXXX  ")
PLACE = line(3, f11=1000, f14=51.5, f15=-0.1, f21=0)
MOVES = line(4, f12=100, f13=90, f16=-600)


def test_callsign_place_and_movement_come_together() -> None:
    table = SbsTable()
    table.take(CALLSIGN, 100.0)
    assert table.rows(100.0) == []  # no place yet
    table.take(PLACE, 101.0)
    table.take(MOVES, 102.0)
    [one] = table.rows(103.0)
    assert (one.icao, one.callsign, one.lat, one.lon) == ("400abc", "GXXXX", 51.5, -0.1)
    assert one.age_ms == 2000
    assert one.alt_amsl_m is None
    assert one.pressure_alt_m == pytest.approx(304.8)
    assert one.speed_mps == pytest.approx(51.44, abs=0.01)
    assert (one.track_deg, one.on_ground) == (90.0, False)
    assert one.climb_mps == pytest.approx(-3.048)


def test_movement_that_is_too_old_for_its_place_is_not_known() -> None:
    table = SbsTable()
    table.take(MOVES, 100.0)
    table.take(PLACE, 120.0)
    [one] = table.rows(120.0)
    assert (one.speed_mps, one.track_deg, one.climb_mps) == (None, None, None)


def test_it_is_gone_after_a_minute_and_on_the_ground_is_told() -> None:
    table = SbsTable()
    table.take(line(2, f14=51.5, f15=-0.1, f21=-1), 100.0)
    [one] = table.rows(159.0)
    assert one.on_ground
    assert table.rows(160.5) == []


@pytest.mark.parametrize(
    "bad",
    [
        b"nonsense",
        b"MSG,3",
        line(9),
        line(3, "~00ABC"),
        line(3, "400AB"),
        line(3, "000000"),
        line(3) + b",more",
    ],
)
def test_what_is_no_line_is_skipped_and_counted(bad: bytes) -> None:
    table = SbsTable()
    table.take(bad, 1.0)
    assert (table.skipped, table.taken, table.rows(1.0)) == (1, 0, [])


@pytest.mark.parametrize("ignored", [b"", b"\r", b"STA,,1,1,400ABC,1,,,,,RM"])
def test_lines_of_other_kinds_are_no_fault(ignored: bytes) -> None:
    table = SbsTable()
    table.take(ignored, 1.0)
    assert table.skipped == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"f14": "nan", "f15": "0.1"},
        {"f14": "91", "f15": "0.1"},
        {"f14": "51.5", "f15": ""},
        {"f14": "0", "f15": "0"},
        {"f14": "1e999", "f15": "1"},
    ],
)
def test_a_place_that_is_none_is_not_shown(fields: dict[str, str]) -> None:
    table = SbsTable()
    table.take(line(3, **fields), 1.0)
    assert table.rows(1.0) == []


def test_figures_that_cannot_be_are_not_known() -> None:
    table = SbsTable()
    table.take(line(3, f11=999999, f12=-5, f13=400, f14=51.5, f15=-0.1, f16="inf"), 1.0)
    [one] = table.rows(1.0)
    assert (one.pressure_alt_m, one.speed_mps, one.track_deg, one.climb_mps) == (None,) * 4


def test_a_flood_of_made_up_aircraft_is_bounded() -> None:
    table = SbsTable()
    for n in range(1, MAX_HELD + 500):
        table.take(line(3, f"{n:06x}", f14=51.5, f15=-0.1), float(n))
    assert len(table._held) == MAX_HELD
    assert len(table.rows(float(MAX_HELD + 500))) <= MAX_AIRCRAFT


_FIELD = st.one_of(st.text(max_size=12), st.floats().map(str), st.integers().map(str))


@given(
    st.lists(
        st.one_of(
            st.binary(max_size=200),
            st.lists(_FIELD, min_size=22, max_size=22).map(
                lambda fields: ",".join(["MSG", "3", "1", "1", "400abc", *fields[5:]]).encode()
            ),
        ),
        max_size=20,
    )
)
def test_whatever_comes_nothing_breaks_and_rows_hold_to_their_contract(lines: list[bytes]) -> None:
    table = SbsTable()
    for n, one in enumerate(lines):
        table.take(one, float(n))
    told = msgspec.json.encode(table.rows(float(len(lines))))
    msgspec.json.decode(told, type=list[Aircraft])
