"""What a mission is called."""

from __future__ import annotations

import msgspec
import pytest

from ground_station.core.agent_actions import (
    HeightDatum,
    UploadMission,
    WireMissionItem,
    kept_radius_m,
    mission_digest,
)

ITEM = WireMissionItem(51.4960001, -0.2386, 12.34, 5.0, 2.0)
MISSION = UploadMission([ITEM, WireMissionItem(51.497, -0.2386, 20.0)])


def changed(**changes: object) -> UploadMission:
    return UploadMission([msgspec.structs.replace(ITEM, **changes), MISSION.items[1]])


def test_the_same_is_called_the_same_wherever_it_was_decoded() -> None:
    wire = msgspec.msgpack.decode(msgspec.msgpack.encode(MISSION), type=UploadMission)
    assert mission_digest(wire) == mission_digest(MISSION)
    assert len(mission_digest(MISSION)) == 64
    assert mission_digest(UploadMission([])) == ""


@pytest.mark.parametrize(
    "other",
    [
        changed(lat=51.4960002),
        changed(lon=-0.2386001),
        changed(height_m=12.35),
        changed(speed_mps=5.01),
        changed(speed_mps=None),
        changed(hold_s=2.1),
        changed(datum=HeightDatum.AMSL),
        changed(heading_deg=90.0),
        changed(gimbal_pitch_deg=-45.0),
        changed(photo=True),
        changed(photo_every_m=5.0),
        changed(orbit_radius_m=20.0, orbit_turns=1),
        UploadMission(MISSION.items, return_at_end=False),
        UploadMission(MISSION.items, return_at_end=False, land_at_end=True),
        UploadMission(MISSION.items[::-1]),
        UploadMission(MISSION.items[:1]),
        UploadMission([*MISSION.items, MISSION.items[1]]),
    ],
)
def test_what_is_flown_otherwise_is_called_otherwise(other: UploadMission) -> None:
    assert mission_digest(other) != mission_digest(MISSION)


@pytest.mark.parametrize(
    "same", [changed(lat=51.49600012), changed(height_m=12.341), changed(hold_s=1.5)]
)
def test_what_an_autopilot_does_not_keep_makes_no_difference(same: UploadMission) -> None:
    assert mission_digest(same) == mission_digest(MISSION)


def test_what_holds_anyway_may_be_said_again() -> None:
    """It is sent where it changes, so nothing on board tells the two apart."""
    again = {"speed_mps": 5.0, "gimbal_pitch_deg": -30.0, "photo_every_m": 4.0}
    first = msgspec.structs.replace(ITEM, **again)
    then = WireMissionItem(51.497, -0.2386, 20.0)
    said = msgspec.structs.replace(then, **again)
    other = msgspec.structs.replace(said, speed_mps=6.0)

    assert mission_digest(UploadMission([first, said])) == mission_digest(
        UploadMission([first, then])
    )
    assert mission_digest(UploadMission([first, other, then])) != mission_digest(
        UploadMission([first, other, said])
    )


@pytest.mark.parametrize(("one", "other"), [(-90.0, 270.0), (360.0, 0.0), (0.0, -0.001)])
def test_headings_are_called_by_where_they_point(one: float, other: float) -> None:
    assert mission_digest(changed(heading_deg=one)) == mission_digest(changed(heading_deg=other))


@pytest.mark.parametrize(("asked", "kept"), [(5.9, 5), (255.9, 255), (256.0, 250), (999.0, 990)])
def test_a_radius_is_never_kept_wider(asked: float, kept: float) -> None:
    assert kept_radius_m(asked) == kept
