"""Missions as an autopilot holds them, and what counts as the same."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mavsdk.plugins.geofence import Circle, GeofenceData, Point, Polygon

from drone.fence_rings import fence_data, rings_differ
from drone.mission_items import RawItem, difference, fingerprint, raw_items, waypoint_seqs
from drone.mission_reading import ReadMission, read_mission
from ground_station.core.agent_actions import (
    GeofenceRing,
    HeightDatum,
    UploadMission,
    WireMissionItem,
    mission_digest,
)
from ground_station.core.errors import Unprocessable

HOME = (51.4958, -0.2386, 5.0)
ITEMS = [
    WireMissionItem(51.4960, -0.2380, 30.0, speed_mps=5.0, hold_s=2.5),
    WireMissionItem(51.4970, -0.2370, 40.0, speed_mps=5.0),
    WireMissionItem(51.4980, -0.2360, 35.0),
]


def ardupilot(items: list[WireMissionItem] = ITEMS, *, back: bool = True) -> list[RawItem]:
    return made(items, back=back)


def made(
    items: list[WireMissionItem], *, back: bool = True, down: bool = False, ardu: bool = True
) -> list[RawItem]:
    return raw_items(UploadMission(items, back, down), home=HOME, home_first=ardu)


def as_downloaded(sent: list[RawItem]) -> list[RawItem]:
    """As a real ArduCopter gave it back."""
    frames = {6: 3, 2: 0}
    held = [replace(item, frame=frames.get(item.frame, item.frame), current=0) for item in sent]
    held[0] = replace(held[0], x=held[0].x + 500, z=12.3)
    return held


def test_ardupilots_item_0_is_home_and_the_first_waypoint_comes_after_the_take_off() -> None:
    sent = ardupilot()

    assert [item.seq for item in sent] == list(range(len(sent)))
    assert [item.command for item in sent] == [16, 22, 178, 16, 16, 16, 20]
    home, off = sent[0], sent[1]
    assert (home.frame, home.current, home.x) == (0, 1, 514958000)
    assert (off.frame, off.z) == (6, 30.0)
    assert waypoint_seqs(sent, home_first=True) == [3, 4, 5]


def test_a_speed_is_sent_where_it_changes() -> None:
    assert [item.params[:2] for item in ardupilot() if item.command == 178] == [(1.0, 5.0)]


def test_a_hold_is_never_shorter_than_asked() -> None:
    assert ardupilot()[3].params[0] == 3.0  # ArduPilot keeps whole seconds


def test_without_a_return_the_last_waypoint_is_the_end() -> None:
    assert ardupilot(back=False)[-1].command == 16


def test_it_takes_off_even_where_the_first_waypoint_is_on_the_ground() -> None:
    assert ardupilot([WireMissionItem(51.4960, -0.2380, 0.0)])[1].z == 2.0


def test_no_number_of_ardupilots_is_nan() -> None:
    for item in ardupilot():
        assert all(map(math.isfinite, (*item.params, item.z)))


def test_px4_has_no_home_item_and_keeps_its_yaw() -> None:
    sent = made(ITEMS, ardu=False)

    assert [item.command for item in sent] == [22, 178, 16, 16, 16, 20]
    assert sent[0].current == 1
    assert math.isnan(sent[2].params[3])
    assert waypoint_seqs(sent, home_first=False) == [2, 3, 4]
    assert difference(sent, sent, home_first=False) == ""


def test_what_ardupilot_gives_back_is_the_same() -> None:
    sent = ardupilot()
    assert difference(sent, as_downloaded(sent), home_first=True) == ""


@pytest.mark.parametrize(
    ("at", "change", "said"),
    [
        (3, {"x": 514960009}, "place"),
        (4, {"z": 40.5}, "height"),
        (4, {"z": math.nan}, "height"),
        (4, {"frame": 10}, "frame"),
        (2, {"params": (1.0, 9.0, -1.0, 0.0)}, "parameter 2"),
        (3, {"params": (0.0, 0.0, 0.0, 0.0)}, "parameter 1"),
        (5, {"command": 17}, "command"),
        (1, {"z": 3.0}, "height"),
    ],
)
def test_any_other_difference_is_named(at: int, change: dict[str, object], said: str) -> None:
    sent = ardupilot()
    held = as_downloaded(sent)
    held[at] = replace(held[at], **change)  # type: ignore[arg-type]

    assert difference(sent, held, home_first=True) == f"item {at} has another {said}"


def test_a_lost_item_is_named() -> None:
    sent = ardupilot()
    assert difference(sent, sent[:-1], home_first=True) == "it holds 6 items of 7"


# --- what is done at a waypoint ----------------------------------------------------------------

PLACE = (51.4960, -0.2380, 30.0)


def commands(sent: list[RawItem]) -> list[int]:
    return [item.command for item in sent]


def test_what_turns_comes_before_the_stay_and_the_photo_after_it() -> None:
    item = WireMissionItem(
        *PLACE, hold_s=2.5, gimbal_pitch_deg=-45.0, heading_deg=-90.0, photo=True, photo_every_m=8.0
    )
    sent = made([item])

    assert commands(sent) == [16, 22, 16, 205, 115, 93, 206, 203, 20]
    place, pitch, nose, stay, every, photo = sent[2:8]
    assert place.params == (0.0, 0.0, 0.0, 0.0)
    assert (pitch.params[:3], pitch.z) == ((-45.0, 0.0, 0.0), 2.0)
    assert nose.params == (270.0, 0.0, 0.0, 0.0)
    assert stay.params == (3.0, -1.0, -1.0, -1.0)
    assert every.params[::2] == (8.0, 1.0)
    assert (photo.x, photo.y) == (1, 0)


def test_where_nothing_turns_the_stay_is_the_waypoints_own() -> None:
    sent = made([WireMissionItem(*PLACE, hold_s=2.5, photo=True)])
    assert commands(sent) == [16, 22, 16, 203, 20]
    assert sent[2].params[0] == 3.0


def test_what_holds_anyway_is_not_sent_again_and_photos_end() -> None:
    items = [
        WireMissionItem(*PLACE, gimbal_pitch_deg=-90.0, photo_every_m=5.0),
        WireMissionItem(*PLACE, gimbal_pitch_deg=-90.0, photo_every_m=5.0),
        WireMissionItem(*PLACE, photo_every_m=0.0),
    ]
    sent = made(items)
    assert commands(sent) == [16, 22, 16, 205, 206, 16, 16, 206, 20]
    assert [item.params[::2] for item in sent if item.command == 206] == [(5.0, 1.0), (0.0, 0.0)]


def test_px4_turns_its_nose_by_the_waypoint_and_its_newer_gimbal() -> None:
    item = WireMissionItem(*PLACE, hold_s=2.0, gimbal_pitch_deg=-45.0, heading_deg=0.0, photo=True)
    sent = made([item], ardu=False)

    assert commands(sent) == [22, 16, 1000, 93, 2000, 20]
    assert sent[1].params[3] == 0.0
    assert sent[4].params == (0.0, 0.0, 1.0, 0.0)
    turned = [sent[0], replace(sent[1], params=(0.0, 0.0, 0.0, 90.0)), *sent[2:]]
    assert difference(sent, turned, home_first=False) == "item 1 has another parameter 4"
    back = replace(sent[1], params=(0.0, 0.0, 0.0, 360.0))
    assert difference(sent, [sent[0], back, *sent[2:]], home_first=False) == ""


@pytest.mark.parametrize(("asked", "kept"), [(20.9, 20.0), (255.0, 255.0), (256.0, 250.0)])
def test_an_orbit_is_never_wider_than_asked(asked: float, kept: float) -> None:
    sent = made([WireMissionItem(*PLACE, orbit_radius_m=asked, orbit_turns=3)])
    assert commands(sent) == [16, 22, 18, 20]
    assert sent[2].params == (3.0, 0.0, kept, 0.0)
    assert waypoint_seqs(sent, home_first=True) == [2]


@pytest.mark.parametrize("half", [{"orbit_radius_m": 20.0}, {"orbit_turns": 2}])
def test_half_an_orbit_is_none(half: dict[str, float]) -> None:
    with pytest.raises(Unprocessable, match="Item 1 has an orbit's radius or its turns"):
        made([WireMissionItem(*PLACE, **half)])  # type: ignore[arg-type]


def test_it_lands_at_the_last_place() -> None:
    sent = made([WireMissionItem(*PLACE)], back=False, down=True)
    land = sent[-1]
    assert (land.command, land.frame, land.x, land.y, land.z) == (21, 6, sent[-2].x, sent[-2].y, 0)
    moved = [*sent[:-1], replace(land, x=land.x + 5)]
    assert difference(sent, moved, home_first=True) == "item 3 has another place"


def test_heights_above_the_sea_keep_their_frame_and_lift_the_take_off() -> None:
    sea = WireMissionItem(51.4960, -0.2380, 6.0, datum=HeightDatum.AMSL)
    sent = made([sea, WireMissionItem(*PLACE)])

    off, low, up = sent[1:4]
    assert (off.frame, off.z) == (0, 7.0)  # 2 m above home's 5 m
    assert (low.frame, low.z, up.frame) == (0, 6.0, 6)
    other = [*sent[:2], replace(low, frame=3), *sent[3:]]
    assert difference(sent, as_downloaded(other), home_first=True) == "item 2 has another frame"


# --- there and back ----------------------------------------------------------------------------


def read(raw: list[RawItem], *, ardu: bool = True) -> ReadMission:
    return read_mission(raw, home=HOME, home_first=ardu)


waypoints = st.builds(
    WireMissionItem,
    lat=st.floats(-89, 89),
    lon=st.floats(-179, 179),
    height_m=st.floats(0, 500),
    speed_mps=st.none() | st.floats(0.1, 40),
    hold_s=st.floats(0, 3600),
    datum=st.sampled_from(HeightDatum),
    gimbal_pitch_deg=st.none() | st.floats(-120, 60),
    heading_deg=st.none() | st.floats(-360, 360),
    photo=st.booleans(),
    photo_every_m=st.none() | st.floats(0, 1000),
) | st.builds(
    WireMissionItem,
    lat=st.floats(-89, 89),
    lon=st.floats(-179, 179),
    height_m=st.floats(2, 500),
    hold_s=st.floats(0, 100),
    orbit_radius_m=st.floats(5, 1000),
    orbit_turns=st.integers(1, 100),
)


@given(
    st.lists(waypoints, min_size=1, max_size=20),
    st.sampled_from([(True, False), (False, True), (False, False)]),
    st.booleans(),
)
def test_each_waypoint_is_one_and_comes_back_as_it_was(
    items: list[WireMissionItem], end: tuple[bool, bool], ardu: bool
) -> None:
    mission = UploadMission(items, *end)
    sent = raw_items(mission, home=HOME, home_first=ardu)

    assert [item.seq for item in sent] == list(range(len(sent)))
    assert [sent[seq].z for seq in waypoint_seqs(sent, home_first=ardu)] == [
        item.height_m for item in items
    ]
    assert difference(sent, sent, home_first=ardu) == ""
    if ardu:
        assert all(math.isfinite(value) for item in sent for value in (*item.params, item.z))
    held = read(sent, ardu=ardu)
    assert held.foreign == ()
    assert (held.mission.return_at_end, held.mission.land_at_end) == end
    orbits = any(item.orbit_turns is not None and item.heading_deg is not None for item in items)
    if ardu or not orbits:
        assert mission_digest(held.mission) == mission_digest(mission)


def test_what_ardupilot_gives_back_is_read() -> None:
    held = read(as_downloaded(ardupilot()))
    assert held.foreign == ()
    assert [item.height_m for item in held.mission.items] == [30.0, 40.0, 35.0]
    assert [item.hold_s for item in held.mission.items] == [3.0, 0.0, 0.0]
    assert mission_digest(held.mission) == mission_digest(UploadMission(ITEMS))


def test_none_is_held() -> None:
    assert read(ardupilot()[:1]) == ReadMission(UploadMission([], False, False), ())
    assert read([], ardu=False) == ReadMission(UploadMission([], False, False), ())


@pytest.mark.parametrize(
    ("at", "change", "said"),
    [
        (3, {"frame": 10}, "Item 3 has a height above something else"),
        (3, {"x": 10**9}, "Item 3 is no place on earth"),
        (3, {"z": math.nan}, "Item 3 has a height that cannot be"),
        (3, {"params": (math.nan,) * 4}, "Item 3 stays for nan s"),
        (3, {"command": 18, "params": (1.5, 0.0, 20.0, 0.0)}, "Item 3 flies 1.5 turns of 20 m"),
        (4, {"command": 177}, "Item 4: jump to another item (177)."),
        (4, {"command": 4711}, "Item 4: a command that Kestrel does not send (4711)."),
        (1, {"command": 16, "z": 30.0}, "It does not begin with a take-off."),
        (1, {"z": 12.0}, "Item 1 takes off to 12 m, not to the first waypoint's height."),
        (2, {"params": (2.0, 5.0, 0.0, 0.0)}, "Item 2 changes a speed as none of ours does"),
        (2, {"command": 203, "x": 1}, "Item 2 does something before the first waypoint"),
        (5, {"command": 22}, "Item 5 takes off in the middle."),
        (5, {"command": 21, "x": 7}, "Item 5 lands somewhere else"),
        (5, {"command": 178, "params": (1.0, 3.0, 0.0, 0.0)}, "A speed is changed after the last"),
        (5, {"command": 205, "params": (-45.0, 0.0, 30.0, 0.0)}, "Item 5 does as none of ours"),
        (5, {"command": 115, "params": (30.0, 0.0, 0.0, 1.0)}, "Item 5 does as none of ours"),
        (5, {"command": 20}, "Item 6 comes after the mission's end."),
    ],
)
def test_what_is_not_ours_is_named(at: int, change: dict[str, object], said: str) -> None:
    raw = ardupilot()
    raw[at] = replace(raw[at], **change)  # type: ignore[arg-type]

    assert any(sentence.startswith(said) for sentence in read(raw).foreign), read(raw).foreign


def test_of_many_strange_items_the_first_are_named() -> None:
    raw = [*ardupilot()[:2], *(RawItem(seq, 2, 177) for seq in range(2, 102))]
    assert len(read(raw).foreign) == 21
    assert read(raw).foreign[-1] == "And 80 more."


RING = GeofenceRing([(51.0, 0.0), (51.1, 0.0), (51.1, 0.1)])


def test_fences_there_and_back() -> None:
    rings = [RING, GeofenceRing(RING.points, keep_in=False)]
    assert rings_differ(rings, fence_data(rings)) == ""
    assert rings_differ([], GeofenceData()) == ""


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (GeofenceData(), "0 rings of 1"),
        (fence_data([GeofenceRing(RING.points, keep_in=False)]), "ring 1 keeps out"),
        (fence_data([GeofenceRing([*RING.points, (51.0, 0.1)])]), "4 corners of 3"),
        (fence_data([GeofenceRing([(51.0, 0.0001), *RING.points[1:]])]), "a corner of ring 1"),
        (GeofenceData([], [Circle(Point(51.0, 0.0), 100.0)]), "1 circles"),
        (GeofenceData([Polygon([Point(math.nan, 0.0)] * 3)]), "a corner of ring 1"),
    ],
)
def test_another_fence_is_named(held: GeofenceData, said: str) -> None:
    assert said in rings_differ([RING], held)


# --- whether it is still the one that was read ----------------------------------------------------


def test_a_fingerprint_is_of_every_field_but_home_and_the_current_item() -> None:
    read = as_downloaded(ardupilot())
    flown = [replace(read[0], x=1, z=99.0), replace(read[1], current=1), *read[2:]]
    assert fingerprint(flown, home_first=True) == fingerprint(read, home_first=True)


@pytest.mark.parametrize(
    "change",
    [
        {"x": 1},
        {"y": 1},
        {"z": 1.0},
        {"frame": 10},
        {"command": 17},
        {"params": (0.0, 0.0, 0.0, 1.0)},
        {"params": (math.nan, 0.0, 0.0, 0.0)},
    ],
)
@pytest.mark.parametrize("at", [1, 2, -1])
def test_any_other_difference_shows_in_it(change: dict[str, object], at: int) -> None:
    read = as_downloaded(ardupilot())
    other = list(read)
    other[at] = replace(read[at], **change)  # type: ignore[arg-type]
    assert fingerprint(other, home_first=True) != fingerprint(read, home_first=True)


def test_without_a_home_item_the_first_counts_and_nan_is_nan() -> None:
    read = made(ITEMS, ardu=False)
    assert fingerprint(read, home_first=False) == fingerprint(list(read), home_first=False)
    moved = [replace(read[0], x=read[0].x + 1), *read[1:]]
    assert fingerprint(moved, home_first=False) != fingerprint(read, home_first=False)
