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
from ground_station.core.agent_actions import GeofenceRing, WireMissionItem

HOME = (51.4958, -0.2386, 5.0)
ITEMS = [
    WireMissionItem(51.4960, -0.2380, 30.0, speed_mps=5.0, hold_s=2.5),
    WireMissionItem(51.4970, -0.2370, 40.0, speed_mps=5.0),
    WireMissionItem(51.4980, -0.2360, 35.0),
]


def ardupilot(items: list[WireMissionItem] = ITEMS, *, back: bool = True) -> list[RawItem]:
    return raw_items(items, return_at_end=back, home=HOME)


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
    sent = raw_items(ITEMS, return_at_end=True, home=None)

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


@given(
    st.lists(
        st.builds(
            WireMissionItem,
            lat=st.floats(-89, 89),
            lon=st.floats(-179, 179),
            height_m=st.floats(0, 500),
            speed_mps=st.none() | st.floats(0.1, 40),
            hold_s=st.floats(0, 3600),
        ),
        min_size=1,
        max_size=20,
    ),
    st.booleans(),
    st.booleans(),
)
def test_each_waypoint_is_one_item(items: list[WireMissionItem], back: bool, ardu: bool) -> None:
    sent = raw_items(items, return_at_end=back, home=HOME if ardu else None)

    seqs = waypoint_seqs(sent, home_first=ardu)
    assert len(seqs) == len(items)
    assert [sent[seq].z for seq in seqs] == [item.height_m for item in items]
    assert difference(sent, sent, home_first=ardu) == ""


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
    read = raw_items(ITEMS, return_at_end=True, home=None)
    assert fingerprint(read, home_first=False) == fingerprint(list(read), home_first=False)
    moved = [replace(read[0], x=read[0].x + 1), *read[1:]]
    assert fingerprint(moved, home_first=False) != fingerprint(read, home_first=False)
