"""What a mission is called."""

from __future__ import annotations

import msgspec
import pytest

from ground_station.core.agent_actions import UploadMission, WireMissionItem, mission_digest

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
        UploadMission(MISSION.items, return_at_end=False),
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
