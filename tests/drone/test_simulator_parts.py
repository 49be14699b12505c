"""The simulator's small parts: faults, parameters, items, fence, fleet."""

from __future__ import annotations

import pytest

from drone.simulator.faults import Fault, FaultKind, FaultPlan, parse_fault
from drone.simulator.fence import Areas, areas_of, ring_holds
from drone.simulator.fleet import fleet_of, targets_from
from drone.simulator.items import Cmd, Item, ItemKind, MissionResult, why_refused
from drone.simulator.neighbours import usual_neighbours
from drone.simulator.parameters import Parameters
from drone.simulator.settings import SimulatorSettings
from ground_station.core.errors import ConfigError

NAN = float("nan")
SQUARE = ((0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("link_loss@60", Fault(FaultKind.LINK_LOSS, 60.0)),
        ("link-loss@60+15", Fault(FaultKind.LINK_LOSS, 60.0, 15.0)),
        ("slow=2.5@30", Fault(FaultKind.SLOW, 30.0, 10.0, 2.5)),
        ("REBOOT@1.5", Fault(FaultKind.REBOOT, 1.5)),
        ("lost_ack=192x3@2+60", Fault(FaultKind.LOST_ACK, 2.0, 60.0, 192.0, 3)),
        ("lost_ackx2@2", Fault(FaultKind.LOST_ACK, 2.0, count=2)),
    ],
)
def test_a_fault_is_read(text: str, fault: Fault) -> None:
    assert parse_fault(text) == fault


@pytest.mark.parametrize(
    "text", ["", "reboot", "reboot@", "reboot@-1", "x@1", "slow=a@1", "@3", "lost_ackx0@1"]
)
def test_what_is_no_fault_is_refused_with_the_kinds(text: str) -> None:
    with pytest.raises(ValueError, match=r"link_loss.*gps_loss"):
        parse_fault(text)


def test_faults_begin_and_end_at_their_times() -> None:
    plan = FaultPlan([Fault(FaultKind.SLOW, 10.0, 5.0), Fault(FaultKind.REBOOT, 3.0)], 100.0)
    assert plan.due(102.0) == []
    assert [fault.kind for fault in plan.due(104.0)] == [FaultKind.REBOOT]
    assert plan.active(FaultKind.SLOW, 109.0) is None
    plan.due(110.0)
    assert plan.active(FaultKind.SLOW, 114.9) is not None
    assert plan.active(FaultKind.SLOW, 115.0) is None


def test_clearing_a_fault_ends_what_is_still_to_come() -> None:
    plan = FaultPlan([Fault(FaultKind.SLOW, 10.0), Fault(FaultKind.FROZEN, 10.0)])
    plan.clear(FaultKind.SLOW)
    assert [fault.kind for fault in plan.due(20.0)] == [FaultKind.FROZEN]
    plan.clear()
    assert plan.active(FaultKind.FROZEN, 20.0) is None


def test_parameters_hold_what_their_types_hold() -> None:
    parameters = Parameters({"WPNAV_SPEED": 850.0})
    assert parameters.metres("WPNAV_SPEED") == 8.5
    assert parameters.put("FENCE_ENABLE", 1.4)
    assert parameters["FENCE_ENABLE"] == 1
    assert not parameters.put("FENCE_ENABLE", 300.0)
    assert not parameters.put("WPNAV_SPEED", NAN)
    assert parameters["WPNAV_SPEED"] == 850.0


def test_a_parameter_that_is_none_is_named() -> None:
    with pytest.raises(ValueError, match="NO_SUCH"):
        Parameters({"NO_SUCH": 1.0})


@pytest.mark.parametrize(
    ("item", "result"),
    [
        (Item(Cmd.WAYPOINT, params=(0, 0, 0, NAN), x=1, y=1), MissionResult.ACCEPTED),
        (Item(Cmd.TAKEOFF, params=(NAN, 0, 0, 0)), MissionResult.INVALID_PARAM1),
        (Item(Cmd.LOITER_TIME, params=(0, 0, 0, NAN)), MissionResult.INVALID_PARAM4),
        (Item(Cmd.WAYPOINT, x=950_000_000), MissionResult.INVALID_PARAM5),
        (Item(Cmd.WAYPOINT, y=-1_900_000_000), MissionResult.INVALID_PARAM6),
        (Item(Cmd.WAYPOINT, z=NAN), MissionResult.INVALID_PARAM7),
        (Item(Cmd.WAYPOINT, frame=8), MissionResult.UNSUPPORTED_FRAME),
        (Item(9999), MissionResult.UNSUPPORTED),
        (Item(Cmd.FENCE_POLYGON_INCLUSION), MissionResult.UNSUPPORTED),
        (Item(Cmd.ARM_DISARM), MissionResult.UNSUPPORTED),
    ],
)
def test_what_a_mission_may_hold(item: Item, result: MissionResult) -> None:
    assert why_refused(ItemKind.MISSION, item) is result


@pytest.mark.parametrize(("sent", "kept"), [(0, 0), (2, 0), (3, 3), (5, 0), (6, 3)])
def test_frames_come_back_as_ardupilot_keeps_them(sent: int, kept: int) -> None:
    assert Item(Cmd.WAYPOINT, frame=sent).stored_frame == kept


def test_a_ring_holds_what_is_inside_of_it() -> None:
    assert ring_holds(SQUARE, 0.5, 0.5)
    assert not ring_holds(SQUARE, 1.5, 0.5)
    assert not ring_holds(SQUARE, 0.5, -0.1)


def corner(command: int, lat: float, lon: float, count: float) -> Item:
    return Item(command, x=round(lat * 1e7), y=round(lon * 1e7), params=(count, 0, 0, 0))


def test_a_fence_is_put_together_from_its_items() -> None:
    ring = [corner(Cmd.FENCE_POLYGON_INCLUSION, lat, lon, 4) for lat, lon in SQUARE]
    circle = corner(Cmd.FENCE_CIRCLE_EXCLUSION, 0.5, 0.5, 1000.0)
    areas = areas_of([*ring, circle])
    assert isinstance(areas, Areas)
    assert areas.inside(0.2, 0.2)
    assert not areas.inside(0.5, 0.5)
    assert not areas.inside(2.0, 0.5)


def test_keep_out_areas_and_keep_in_circles() -> None:
    ring = [corner(Cmd.FENCE_POLYGON_EXCLUSION, lat, lon, 4) for lat, lon in SQUARE]
    areas = areas_of([*ring, corner(Cmd.FENCE_CIRCLE_INCLUSION, 0.0, 0.0, 200_000.0)])
    assert isinstance(areas, Areas)
    assert not areas.inside(0.5, 0.5)
    assert areas.inside(-0.5, -0.5)
    assert not areas.inside(-3.0, 0.0)


@pytest.mark.parametrize("count", [2, 5])
def test_a_ring_with_the_wrong_number_of_corners_is_none(count: float) -> None:
    ring = [corner(Cmd.FENCE_POLYGON_INCLUSION, lat, lon, count) for lat, lon in SQUARE]
    assert areas_of(ring) is MissionResult.INVALID_PARAM1


def test_a_fleet_stands_apart_and_sends_at_different_times() -> None:
    base = SimulatorSettings(faults=(Fault(FaultKind.REBOOT, 1.0),), neighbours=usual_neighbours())
    fleet = fleet_of(base, 20)
    assert [one.system_id for one in fleet] == list(range(1, 21))
    assert len({(one.lat, one.lon) for one in fleet}) == 20
    assert len({one.phase for one in fleet}) == 20
    assert len({one.seed for one in fleet}) == 20
    assert [bool(one.faults) for one in fleet] == [True] + [False] * 19
    assert [bool(one.neighbours) for one in fleet] == [True] + [False] * 19


@pytest.mark.parametrize("count", [0, -1, 51])
def test_there_cannot_be_any_number_of_them(count: int) -> None:
    with pytest.raises(ConfigError, match=str(count)):
        fleet_of(SimulatorSettings(), count)


def test_each_sends_to_a_port_of_its_own_unless_asked() -> None:
    assert [port for _, port in targets_from(14550, 3, same_port=False)] == [14550, 14551, 14552]
    assert [port for _, port in targets_from(14550, 3, same_port=True)] == [14550] * 3
    with pytest.raises(ConfigError, match="65536"):
        targets_from(65535, 2, same_port=False)


@pytest.mark.parametrize(
    "wrong",
    [
        {"system_id": 0},
        {"lat": NAN},
        {"lat": 95.0},
        {"speedup": 0.0},
        {"wind_mps": NAN},
        {"wind_mps": -1.0},
        {"battery_remaining": 0.0},
        {"battery_mah": 0.0},
    ],
)
def test_a_vehicle_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        SimulatorSettings(**wrong)  # type: ignore[arg-type]
