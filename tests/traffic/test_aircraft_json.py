"""`aircraft.json`: units, ages, a file that is not written any more, and bodies that are none."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground_station.core.agent_facts import MAX_AIRCRAFT, Aircraft
from ground_station.traffic.aircraft_json import AircraftJson, NotAircraftJson

READSB = {
    "hex": "400abc",
    "flight": "GXXXX   ",
    "alt_baro": 1000,
    "alt_geom": 1200,
    "gs": 100.0,
    "track": 90.0,
    "baro_rate": -600,
    "category": "A7",
    "lat": 51.5,
    "lon": -0.1,
    "seen_pos": 1.5,
}


def body(*rows: Any, now: object = 1_700_000_000.0) -> bytes:
    return msgspec.json.encode({"now": now, "messages": 1, "aircraft": rows})


def test_a_row_of_readsb_in_our_units() -> None:
    [one] = AircraftJson().take(body(READSB), 10.0)
    assert (one.icao, one.callsign, one.category) == ("400abc", "GXXXX", "helicopter")
    assert (one.lat, one.lon, one.age_ms) == (51.5, -0.1, 1500)
    assert one.alt_amsl_m == pytest.approx(365.76)
    assert one.pressure_alt_m == pytest.approx(304.8)
    assert one.speed_mps == pytest.approx(51.44, abs=0.01)
    assert one.climb_mps == pytest.approx(-3.048)


def test_the_names_of_dump1090s_older_files() -> None:
    old = {"hex": "400abc", "altitude": 1000, "speed": 100, "vert_rate": 0}
    row = old | {"lat": 51.5, "lon": -0.1, "seen_pos": 0}
    [one] = AircraftJson().take(body(row), 10.0)
    assert one.pressure_alt_m == pytest.approx(304.8)
    assert one.climb_mps == 0.0


def test_on_the_ground() -> None:
    [one] = AircraftJson().take(body(READSB | {"alt_baro": "ground"}), 10.0)
    assert one.on_ground
    [car] = AircraftJson().take(body(READSB | {"category": "C2"}), 10.0)
    assert car.on_ground


def test_a_file_that_is_not_written_any_more_grows_old() -> None:
    reader = AircraftJson()
    reader.take(body(READSB), 10.0)
    [one] = reader.take(body(READSB), 30.0)
    assert one.age_ms == 21_500
    assert reader.old_s == 20.0
    assert reader.take(body(READSB), 80.0) == []
    [fresh] = reader.take(body(READSB, now=1_700_000_070.0), 81.0)
    assert fresh.age_ms == 1500


@pytest.mark.parametrize(
    "row",
    [
        "text",
        READSB | {"hex": "~400ab"},
        READSB | {"hex": None},
        READSB | {"lat": "north"},
        READSB | {"lat": 91},
        READSB | {"seen_pos": -1},
        {key: value for key, value in READSB.items() if key != "seen_pos"},
    ],
)
def test_a_row_that_is_none_is_skipped_and_counted(row: object) -> None:
    reader = AircraftJson()
    assert [one.icao for one in reader.take(body(row, READSB), 10.0)] == ["400abc"]
    assert reader.skipped == 1


def test_one_that_is_heard_without_a_place_is_no_fault() -> None:
    reader = AircraftJson()
    assert reader.take(body({"hex": "400abc", "seen": 1}), 10.0) == []
    assert reader.skipped == 0


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"now": 1}',
        b'{"now": 1, "aircraft": {}}',
        b'{"aircraft": []}',
        b'{"now": "soon", "aircraft": []}',
        b'{"now": 1, "aircraft": [' + b"[" * 100_000,
    ],
)
def test_a_body_that_is_none(bad: bytes) -> None:
    with pytest.raises(NotAircraftJson):
        AircraftJson().take(bad, 10.0)


def test_the_newest_are_kept_of_too_many() -> None:
    rows = [READSB | {"hex": f"{n:06x}", "seen_pos": n / 10} for n in range(1, 400)]
    found = AircraftJson().take(body(*rows), 10.0)
    assert len(found) == MAX_AIRCRAFT
    assert found[0].icao == "000001"


_ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=5,
)
_ROW = st.fixed_dictionaries(
    {key: st.one_of(st.just(value), _ANY) for key, value in READSB.items()}
)


@given(st.lists(st.one_of(_ROW, _ANY), max_size=5))
def test_whatever_rows_come_nothing_breaks_and_the_contract_holds(rows: list[Any]) -> None:
    told = msgspec.json.encode(AircraftJson().take(body(*rows), 10.0))
    msgspec.json.decode(told, type=list[Aircraft])


@given(st.binary(max_size=300))
def test_whatever_bytes_come_it_is_said_that_they_are_none(raw: bytes) -> None:
    with pytest.raises(NotAircraftJson):
        AircraftJson().take(raw, 10.0)
