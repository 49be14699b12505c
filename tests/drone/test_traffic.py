"""Other aircraft and Remote IDs as the vehicles hear them: bounded, aged, nothing made up."""

from __future__ import annotations

import struct

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drone import traffic_messages as heard
from drone.remote_id_pack import BLOCK_BYTES, parts_of
from drone.traffic import KEPT_S, TrafficHeard
from drone.traffic_messages import (
    AdsbVehicle,
    BasicId,
    Location,
    MessagePack,
    OperatorId,
    OperatorPlace,
    SelfId,
)
from ground_station.core.agent_facts import MAX_AIRCRAFT, MAX_REMOTE_IDS, Traffic

MAC = [0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF] + [0] * 14
KEY = "aa:bb:cc:dd:ee:ff"
OWN = [0] * 20
SERIAL = list(b"1581F5BKD23A0001") + [0] * 4
ALL = 1 | 2 | 4 | 8 | 16 | 128
PLANE = AdsbVehicle(
    ICAO_address=0x400ABC,
    lat=514958000,
    lon=-2386000,
    altitude_type=1,
    altitude=450_000,
    heading=9000,
    hor_velocity=6000,
    ver_velocity=-250,
    callsign="GABCD",
    emitter_type=3,
    tslc=1,
    flags=ALL,
)
HERE = Location(MAC, 2, 9000, 1250, -100, 514958000, -2386000, 70.0, 1, 25.0)


def told(*messages: heard.TrafficMessage, system_id: int = 1, now_s: float = 100.0) -> Traffic:
    traffic = TrafficHeard()
    for message in messages:
        traffic.take(message, system_id, 100.0)
    found = traffic.now(now_s)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=Traffic) == found
    return found


# --- ADS-B ---------------------------------------------------------------------------------------


def test_an_aircraft_in_our_units() -> None:
    (one,) = told(PLANE).aircraft
    assert (one.icao, one.callsign) == ("400abc", "GABCD")
    assert (one.lat, one.lon) == pytest.approx((51.4958, -0.2386))
    assert (one.alt_amsl_m, one.pressure_alt_m) == (450.0, None)
    assert (one.track_deg, one.speed_mps, one.climb_mps) == (90.0, 60.0, -2.5)
    assert (one.on_ground, one.simulated) == (False, False)


def test_its_age_is_its_own_silence_and_ours() -> None:
    (one,) = told(PLANE, now_s=102.5).aircraft
    assert one.age_ms == 3500


def test_a_height_by_barometer_is_kept_apart() -> None:
    (one,) = told(msgspec.structs.replace(PLANE, altitude_type=0)).aircraft
    assert (one.alt_amsl_m, one.pressure_alt_m) == (None, 450.0)
    (other,) = told(msgspec.structs.replace(PLANE, altitude_type=7)).aircraft
    assert (other.alt_amsl_m, other.pressure_alt_m) == (None, None)


def test_only_what_its_flags_vouch_for() -> None:
    (one,) = told(msgspec.structs.replace(PLANE, flags=1)).aircraft
    assert (one.alt_amsl_m, one.track_deg, one.speed_mps, one.climb_mps, one.callsign) == (
        *(None, None, None, None),
        "",
    )


@pytest.mark.parametrize(
    "changed",
    [{"flags": ALL & ~1}, {"ICAO_address": 0}, {"ICAO_address": 2**24}, {"lat": 2**31 - 1}],
)
def test_without_a_place_or_an_address_there_is_none(changed: dict[str, int]) -> None:
    assert told(msgspec.structs.replace(PLANE, **changed)).aircraft == []


def test_one_that_is_made_up_says_so() -> None:
    (one,) = told(msgspec.structs.replace(PLANE, flags=ALL | 64)).aircraft
    assert one.simulated


def test_what_moves_on_the_ground_says_so() -> None:
    (one,) = told(msgspec.structs.replace(PLANE, emitter_type=18)).aircraft
    assert one.on_ground


def test_an_aircraft_is_one_row_and_goes_after_a_minute() -> None:
    traffic = TrafficHeard()
    traffic.take(PLANE, 1, 100.0)
    traffic.take(msgspec.structs.replace(PLANE, lat=515000000), 2, 101.0)
    (one,) = traffic.now(101.0).aircraft
    assert one.lat == 51.5
    traffic.take(msgspec.structs.replace(PLANE, tslc=30), 3, 102.0)  # older than what is known
    assert traffic.now(102.0).aircraft[0].lat == 51.5
    assert traffic.now(100.0 + KEPT_S + 1).aircraft == []


def test_there_is_a_most_and_the_oldest_goes() -> None:
    traffic = TrafficHeard()
    for number in range(MAX_AIRCRAFT + 50):
        plane = msgspec.structs.replace(PLANE, ICAO_address=number + 1)
        traffic.take(plane, 1, 100.0 + number / 100)
    found = traffic.now(103.0).aircraft
    assert len(found) == MAX_AIRCRAFT
    assert found[0].icao == f"{MAX_AIRCRAFT + 50:06x}"
    assert "000001" not in {one.icao for one in found}


# --- Remote ID -----------------------------------------------------------------------------------


def test_a_remote_id_from_its_parts() -> None:
    (one,) = told(
        BasicId(MAC, 1, 2, SERIAL),
        HERE,
        OperatorId(MAC, "GBR-OP-ABC123DEF"),
        OperatorPlace(MAC, 514960000, -2380000),
        SelfId(MAC, 0, "Roof survey"),
    ).remote_ids
    assert (one.key, one.uas_id, one.operator_id) == (KEY, "1581F5BKD23A0001", "GBR-OP-ABC123DEF")
    assert (one.ua_type, one.status) == ("helicopter or multirotor", "airborne")
    assert (one.lat, one.lon) == pytest.approx((51.4958, -0.2386))
    assert (one.alt_hae_m, one.height_m, one.height_over_ground) == (70.0, 25.0, True)
    assert (one.speed_mps, one.climb_mps, one.course_deg) == (12.5, -1.0, 90.0)
    assert (one.operator_lat, one.operator_lon) == pytest.approx((51.496, -0.238))
    assert (one.description, one.own_system_id) == ("Roof survey", None)


def test_every_way_to_say_unknown_is_unknown() -> None:
    unknown = Location(MAC, 0, 36_100, 25_500, 6_300, 0, 0, -1000.0, 0, -1000.0)
    (one,) = told(unknown, OperatorPlace(MAC, 0, 0)).remote_ids
    assert (one.lat, one.lon, one.alt_hae_m, one.height_m) == (None, None, None, None)
    assert (one.speed_mps, one.climb_mps, one.course_deg, one.status) == (None, None, None, "")
    assert (one.operator_lat, one.operator_lon) == (None, None)


def test_the_own_vehicles_remote_id_is_marked() -> None:
    own, other = BasicId(OWN, 1, 2, SERIAL), BasicId(MAC, 1, 2, list(b"X1") + [0] * 18)
    rows = {one.key: one for one in told(own, other, system_id=7).remote_ids}
    assert rows["vehicle 7"].own_system_id == 7
    assert rows[KEY].own_system_id is None


def test_the_own_vehicle_heard_over_the_air_is_marked_too() -> None:
    rows = told(BasicId(OWN, 1, 2, SERIAL), BasicId(MAC, 1, 2, SERIAL), system_id=7).remote_ids
    assert {one.own_system_id for one in rows} == {7}


def test_ids_that_are_bytes_are_shown_as_such_and_a_serial_number_comes_first() -> None:
    session = BasicId(MAC, 4, 2, [1, 0xAB, 0xCD] + [0] * 17)
    (one,) = told(session).remote_ids
    assert one.uas_id == "01abcd"
    (both,) = told(session, BasicId(MAC, 1, 2, SERIAL)).remote_ids
    assert both.uas_id == "1581F5BKD23A0001"
    (none,) = told(BasicId(MAC, 0, 0, [0] * 20)).remote_ids
    assert (none.uas_id, none.ua_type) == ("", "")


def test_a_broadcast_text_can_hold_nothing_strange() -> None:
    (one,) = told(SelfId(MAC, 0, "<b>\x00\x1b[31m é\n" + "x" * 100)).remote_ids
    assert one.description.isascii()
    assert one.description.isprintable()
    assert len(one.description) <= 40


def test_a_place_that_is_too_old_is_not_told_with_a_fresh_id() -> None:
    traffic = TrafficHeard()
    traffic.take(HERE, 1, 100.0)
    traffic.take(BasicId(MAC, 1, 2, SERIAL), 1, 150.0)
    (one,) = traffic.now(151.0).remote_ids
    assert one.lat == pytest.approx(51.4958)
    assert one.age_ms == 51_000
    (later,) = traffic.now(165.0).remote_ids
    assert (later.lat, later.age_ms) == (None, 15_000)
    assert traffic.now(211.0).remote_ids == []


def test_a_flood_of_senders_does_not_push_out_the_own_one() -> None:
    traffic = TrafficHeard()
    traffic.take(BasicId(OWN, 1, 2, SERIAL), 7, 100.0)
    for number in range(3 * MAX_REMOTE_IDS):
        mac = [*number.to_bytes(2, "big"), 1, 2, 3, 4] + [0] * 14
        traffic.take(BasicId(mac, 1, 2, SERIAL), 1, 101.0 + number / 100)
    found = traffic.now(105.0).remote_ids
    assert len(found) == MAX_REMOTE_IDS
    assert "vehicle 7" in {one.key for one in found}


# --- as it goes over the air ---------------------------------------------------------------------


def block(kind: int, body: bytes) -> bytes:
    return bytes([kind << 4 | 2]) + body.ljust(BLOCK_BYTES - 1, b"\0")


def pack(*blocks: bytes, count: int | None = None, size: int = BLOCK_BYTES) -> MessagePack:
    held = b"".join(blocks).ljust(225, b"\0")
    return MessagePack(MAC, size, len(blocks) if count is None else count, list(held))


def location_block(flags: int, direction: int, speed: int, climb: int) -> bytes:
    body = struct.pack(
        "<BBBbiiHHH", flags, direction, speed, climb, 514958000, -2386000, 0, 2140, 2050
    )
    return block(1, body)


def test_a_pack_says_what_its_parts_say() -> None:
    (one,) = told(
        pack(
            block(0, bytes([1 << 4 | 2]) + bytes(SERIAL)),
            location_block(2 << 4 | 4, 90, 50, -2),
            block(3, bytes([0]) + b"Roof survey"),
            block(4, bytes([1]) + struct.pack("<ii", 514960000, -2380000)),
            block(5, bytes([0]) + b"GBR-OP-ABC123DEF"),
        )
    ).remote_ids
    assert (one.uas_id, one.operator_id, one.description) == (
        "1581F5BKD23A0001",
        "GBR-OP-ABC123DEF",
        "Roof survey",
    )
    assert one.lat == pytest.approx(51.4958)
    assert (one.alt_hae_m, one.height_m) == (70.0, 25.0)
    assert (one.speed_mps, one.climb_mps, one.course_deg) == (12.5, -1.0, 90.0)
    assert (one.status, one.height_over_ground) == ("airborne", True)


@pytest.mark.parametrize(
    ("flags", "direction", "speed", "course", "mps"),
    [
        (0, 10, 100, 10.0, 25.0),
        (2, 10, 100, 190.0, 25.0),  # to the west: 180 more
        (1, 0, 10, 0.0, 71.25),  # the coarser steps begin at 63.75
        (2, 181, 100, None, 25.0),
        (1, 0, 255, 0.0, None),
    ],
)
def test_directions_and_speeds_of_the_air(
    flags: int, direction: int, speed: int, course: float | None, mps: float | None
) -> None:
    (one,) = told(pack(location_block(flags, direction, speed, 126))).remote_ids
    assert (one.course_deg, one.speed_mps, one.climb_mps) == (course, mps, None)


@pytest.mark.parametrize(
    "bad",
    [
        pack(block(1, b""), size=24),
        pack(block(1, b""), count=10),
        pack(block(1, b""), count=0),
        MessagePack(MAC, BLOCK_BYTES, 5, [0] * 60),
    ],
)
def test_a_pack_that_is_not_as_long_as_it_says_is_nothing(bad: MessagePack) -> None:
    assert parts_of(bad) == []


@given(st.binary(min_size=225, max_size=225), st.integers(0, 20))
def test_any_bytes_over_the_air_can_be_sent_on(held: bytes, count: int) -> None:
    told(MessagePack(MAC, BLOCK_BYTES, count, list(held)))


_I32 = st.integers(-(2**31), 2**31 - 1)


@given(
    st.builds(
        Location,
        st.just(MAC),
        st.integers(0, 255),
        st.integers(0, 65535),
        st.integers(0, 65535),
        st.integers(-32768, 32767),
        _I32,
        _I32,
        st.none() | st.floats(width=32),
        st.integers(0, 255),
        st.none() | st.floats(width=32),
    )
)
def test_any_location_can_be_sent_on(location: Location) -> None:
    told(location)


@given(_I32, _I32, _I32, st.integers(0, 65535), st.integers(0, 65535), st.text(max_size=9))
def test_any_aircraft_can_be_sent_on(
    lat: int, lon: int, altitude: int, heading: int, flags: int, callsign: str
) -> None:
    told(
        msgspec.structs.replace(
            PLANE,
            lat=lat,
            lon=lon,
            altitude=altitude,
            heading=heading,
            flags=flags,
            callsign=callsign,
        )
    )
