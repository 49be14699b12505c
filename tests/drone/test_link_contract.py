"""What every `VehicleLink` does: the fake, the MAVSDK adapter on our simulator, and, with
`run.py test --autopilot ADDRESS`, the adapter on any autopilot. It flies gently: up to 15 m high
and 30 m away from where it stands, within what a park has room for."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from drone.link import VehicleLink
from drone.mavsdk_link import MavsdkLink
from drone.simulator.host import SimulatedAutopilot
from drone.simulator.settings import SimulatorSettings
from ground_station.core.agent_actions import (
    Action,
    Arm,
    ChangeHeight,
    Disarm,
    GeofenceRing,
    GoTo,
    Hold,
    Land,
    Orbit,
    RallyPoint,
    ResumeMission,
    Return,
    SetSpeed,
    SkipTo,
    StartMission,
    TakeOff,
    UploadGeofence,
    UploadMission,
    UploadRally,
    UsePayload,
    WireMissionItem,
    mission_digest,
)
from ground_station.core.agent_facts import FailsafeEvent, Traffic
from ground_station.core.agent_vehicles import FlightMode, VehicleLinkState, VehicleReport
from ground_station.core.errors import Conflict, NotFound, Unprocessable
from tests.drone.fake_link import FakeLink
from tests.drone.flying import Pilot, armed, flies, height_of
from tests.ports import free_udp_port

AUTOPILOT = os.environ.get("KESTREL_AUTOPILOT", "")
SPEEDUP = 16.0
M_PER_DEG = 111_320.0
pytestmark = pytest.mark.timeout(600 if AUTOPILOT else 60)


@pytest.fixture(scope="module", params=["autopilot"] if AUTOPILOT else ["fake", "simulator"])
def pilot(request: pytest.FixtureRequest) -> Iterator[Pilot]:
    """One link for the whole module: MAVSDK is not made to be opened again and again."""
    with ExitStack() as stack:
        if request.param == "fake":
            one = Pilot(lambda: FakeLink(speedup=SPEEDUP))
        elif request.param == "simulator":
            port = free_udp_port()
            one = Pilot(lambda: _mavsdk(f"udpin://127.0.0.1:{port}"))
            stack.callback(one.close)
            stack.enter_context(SimulatedAutopilot(port, SimulatorSettings(speedup=SPEEDUP)))
        else:
            one = Pilot(lambda: _mavsdk(AUTOPILOT), system_id=0, slow=4.0)
        if request.param != "simulator":
            stack.callback(one.close)
        one.ready()
        yield one


def _mavsdk(address: str) -> VehicleLink:
    return MavsdkLink([address], simulated=True)


@pytest.fixture
def grounded(pilot: Pilot) -> Pilot:
    """On the ground and disarmed, and able to be armed."""
    if flies(pilot.report()) and armed(pilot.report()):
        pilot.do(Land())
    pilot.on_ground()
    pilot.ready()
    return pilot


def _offset(now: VehicleReport, north_m: float, east_m: float) -> tuple[float, float]:
    """A place from home."""
    assert now.home is not None
    narrow = math.cos(math.radians(now.home.lat))
    return (
        now.home.lat + north_m / M_PER_DEG,
        now.home.lon + east_m / (M_PER_DEG * narrow),
    )


def _metres_off(now: VehicleReport, lat: float, lon: float) -> float:
    assert now.position is not None
    narrow = math.cos(math.radians(lat))
    return math.hypot(
        (now.position.lat - lat) * M_PER_DEG, (now.position.lon - lon) * M_PER_DEG * narrow
    )


def _metres_home(now: VehicleReport) -> float:
    """From its present home: an autopilot puts that where it is armed."""
    assert now.home is not None
    return _metres_off(now, now.home.lat, now.home.lon)


def _mission(now: VehicleReport) -> UploadMission:
    ways = [_offset(now, 15, 0), _offset(now, 15, 15), _offset(now, 0, 15)]
    return UploadMission(
        [
            WireMissionItem(*ways[0], height_m=10.0, speed_mps=4.0),
            WireMissionItem(*ways[1], height_m=12.5, hold_s=1.0),
            WireMissionItem(*ways[2], height_m=10.0, speed_mps=3.0),
        ]
    )


# --- what is told -------------------------------------------------------------------------------


def test_all_groups_are_told_with_young_ages(pilot: Pilot) -> None:
    now = pilot.ready()

    assert now.link is VehicleLinkState.CONNECTED
    assert now.heartbeat_age_ms is not None
    for group in (now.flight, now.position, now.velocity, now.attitude, now.gps, now.battery):
        assert group is not None
        assert 0 <= group.age_ms < 3000
    pilot.until(lambda later: later.problems == [], "nothing is wrong with it", 15)


def test_values_are_what_they_can_be(pilot: Pilot) -> None:
    now = pilot.ready()

    assert now.position is not None
    assert now.home is not None
    assert now.attitude is not None
    assert _metres_off(now, now.home.lat, now.home.lon) < 1000
    assert now.position.height_home_m is not None
    assert now.position.alt_amsl_m - now.position.height_home_m == pytest.approx(
        now.home.alt_amsl_m, abs=5
    )
    assert 0 <= now.attitude.heading_deg < 360
    assert abs(now.attitude.pitch_deg) < 90


def test_positions_keep_coming(pilot: Pilot) -> None:
    pilot.ready()

    for _turn in range(3):
        time.sleep(0.4)
        pilot.until(lambda now: now.position and now.position.age_ms < 400, "a new position", 3)


def test_an_age_grows_until_the_next_one_comes(pilot: Pilot) -> None:
    ages = []
    for _turn in range(40):
        report = pilot.report()
        assert report.heartbeat_age_ms is not None
        ages.append(report.heartbeat_age_ms)
        time.sleep(0.01)

    assert min(ages) >= 0
    assert max(ages) < 3000


def test_the_pose_of_an_instant_is_where_it_was(pilot: Pilot) -> None:
    now = pilot.ready()
    time.sleep(0.5)

    pose = pilot.pose_at(datetime.now(UTC) - timedelta(seconds=0.2))

    assert pose is not None
    assert not pose.uncertain
    assert now.home is not None
    assert _metres_off(now, pose.lat, pose.lon) < 1000
    assert pose.home_amsl_m == pytest.approx(now.home.alt_amsl_m, abs=1)
    assert 0 <= pose.heading_deg < 360


def test_there_is_no_pose_of_long_ago(pilot: Pilot) -> None:
    assert pilot.pose_at(datetime.now(UTC) - timedelta(hours=1)) is None
    assert pilot.pose_at(datetime.now(UTC) + timedelta(hours=1)) is None


def test_facts_are_told_once_they_were_read(pilot: Pilot) -> None:
    def told() -> list[FailsafeEvent]:
        facts = pilot.loop.call(lambda: list(pilot.link.facts()))
        mine = [one for one in facts if one.system_id == pilot.system_id]
        return [rule.event for one in mine for rule in one.failsafes if one.firmware]

    pilot.ready()
    pilot.until(
        lambda _now: FailsafeEvent.GROUND_STATION_LOST in told(), "what it does without us", 30
    )


def test_traffic_is_what_can_be_sent_on(pilot: Pilot) -> None:
    traffic = pilot.loop.call(pilot.link.traffic)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(traffic), type=Traffic) == traffic


# --- what is refused ----------------------------------------------------------------------------


def test_a_vehicle_never_heard_is_not_found(pilot: Pilot) -> None:
    with pytest.raises(NotFound, match="250"):
        pilot.loop.run(pilot.link.carry_out(250, Hold()))
    assert pilot.loop.call(lambda: pilot.link.pose_at(250, datetime.now(UTC))) is None


def test_on_the_ground_it_goes_nowhere(grounded: Pilot) -> None:
    lat, lon = _offset(grounded.report(), 20, 0)
    there: list[Action] = [
        GoTo(lat, lon, 30.0),
        Orbit(lat, lon, 30.0, 10.0, 2.0),
        ChangeHeight(30.0),
        SetSpeed(2.0),
        ResumeMission(),
        SkipTo(1),
    ]
    for action in there:
        with pytest.raises(Conflict, match="ground") as refused:
            grounded.do(action)
        assert refused.value.remedy

    assert not armed(grounded.report())


def test_without_a_mission_none_is_started(grounded: Pilot) -> None:
    grounded.do(UploadMission([]))

    with pytest.raises(Conflict, match="mission"):
        grounded.do(StartMission())

    assert not armed(grounded.report())


def test_two_transfers_at_once_are_refused(grounded: Pilot) -> None:
    first = grounded.begin(_mission(grounded.report()))
    try:
        with pytest.raises(Conflict, match="transfer"):
            grounded.do(UploadGeofence([]))
    finally:
        grounded.end(first)
    grounded.do(UploadMission([]))


# --- transfers ----------------------------------------------------------------------------------


def test_a_mission_is_held_and_cleared(grounded: Pilot) -> None:
    grounded.do(_mission(grounded.report()))
    grounded.until(lambda now: now.mission and now.mission.total == 3, "three items", 10)

    grounded.do(UploadMission([]))
    grounded.until(lambda now: now.mission and now.mission.total == 0, "no items", 10)


def test_a_geofence_is_held_and_cleared(grounded: Pilot) -> None:
    now = grounded.report()
    ring = [_offset(now, n, e) for n, e in ((-2e3, -2e3), (2e3, -2e3), (2e3, 2e3), (-2e3, 2e3))]

    assert grounded.do(UploadGeofence([GeofenceRing(ring)]))
    assert grounded.do(UploadGeofence([]))


def test_what_it_holds_is_told(grounded: Pilot) -> None:
    mission = _mission(grounded.report())
    now = grounded.report()
    ring = [_offset(now, n, e) for n, e in ((-2e3, -2e3), (2e3, -2e3), (2e3, 2e3), (-2e3, 2e3))]
    point = RallyPoint(*_offset(now, 10, 10), 20.0)
    grounded.do(mission)
    grounded.do(UploadGeofence([GeofenceRing(ring)]))
    grounded.do(UploadRally([point]))

    held = grounded.loop.run(grounded.link.read_held(grounded.system_id))

    assert held.digest == mission_digest(mission)
    assert len(held.items) == 3
    assert (held.return_at_end, held.land_at_end, held.foreign) == (True, False, [])
    assert (len(held.rings), held.rings[0].keep_in) == (1, True)
    assert len(held.rings[0].points) == 4
    assert held.rally[0].lat == pytest.approx(point.lat, abs=2e-7)
    assert held.rally[0].height_home_m == 20.0
    assert (held.fence_known, held.rally_known) == (True, True)
    for cleared in (UploadGeofence([]), UploadRally([]), UploadMission([])):
        grounded.do(cleared)
    empty = grounded.loop.run(grounded.link.read_held(grounded.system_id))
    assert (empty.items, empty.rings, empty.rally, empty.digest) == ([], [], [], "")


def test_of_a_vehicle_never_heard_nothing_is_told(pilot: Pilot) -> None:
    with pytest.raises(NotFound, match="250"):
        pilot.loop.run(pilot.link.read_held(250))


def test_a_payload_that_it_does_not_carry_is_not_found(grounded: Pilot) -> None:
    with pytest.raises(NotFound, match="carries no 'winch'"):
        grounded.do(UsePayload("winch", "on"))


# --- flights ------------------------------------------------------------------------------------


def test_it_arms_and_disarms_on_the_ground(grounded: Pilot) -> None:
    grounded.do(Arm())
    grounded.until(armed, "armed", 5)
    grounded.do(Disarm())
    grounded.until(lambda now: not armed(now), "disarmed", 5)


def test_a_flight_out_and_home(grounded: Pilot) -> None:
    start = grounded.report()
    lat, lon = _offset(start, 20, 0)
    assert start.home is not None
    grounded.do(TakeOff(10.0))
    grounded.in_air_at(10.0)
    with pytest.raises(Conflict, match="in the air"):
        grounded.do(TakeOff(12.0))
    with pytest.raises(Conflict, match="in the air"):
        grounded.do(Disarm())
    assert armed(grounded.report())

    grounded.do(GoTo(lat, lon, start.home.alt_amsl_m + 12.0, 4.0))
    there = grounded.until(lambda now: _metres_off(now, lat, lon) < 3, "20 m to the north", 30)
    assert there.flight is not None
    assert there.flight.mode is FlightMode.GUIDED

    grounded.do(Hold())
    grounded.until(lambda now: now.flight and now.flight.mode is FlightMode.HOLD, "hold", 5)
    grounded.do(Return())
    grounded.until(lambda now: now.flight and now.flight.mode is FlightMode.RETURN, "return", 5)
    down = grounded.on_ground()
    assert _metres_home(down) < 5


def test_a_flight_round_a_place_and_up(grounded: Pilot) -> None:
    start = grounded.report()
    lat, lon = _offset(start, 10, 0)
    assert start.home is not None
    grounded.do(TakeOff(10.0))
    grounded.in_air_at(10.0)

    grounded.do(Orbit(lat, lon, start.home.alt_amsl_m + 10.0, 10.0, 3.0))
    for north_m, east_m in ((20, 0), (10, 10), (0, 0)):
        corner = _offset(start, north_m, east_m)
        grounded.until(lambda now, at=corner: _metres_off(now, *at) < 5, "round it", 60)  # type: ignore[misc]
    grounded.do(ChangeHeight(start.home.alt_amsl_m + 14.0))
    grounded.until(lambda now: height_of(now) > 13, "4 m more", 30)
    grounded.do(SetSpeed(2.0))
    grounded.do(Hold())
    held = grounded.until(lambda now: now.flight and now.flight.mode is FlightMode.HOLD, "hold", 5)
    time.sleep(1.5)
    assert held.position is not None
    still = grounded.report()
    assert still.flight is not None
    assert still.flight.mode is FlightMode.HOLD
    grounded.do(Return())
    grounded.on_ground()


def test_a_mission_is_paused_skipped_in_and_resumed(grounded: Pilot) -> None:
    mission = _mission(grounded.report())
    digest = mission_digest(mission)
    grounded.do(mission)
    grounded.do(StartMission(digest))
    grounded.until(lambda now: height_of(now) > 6, "it climbs")
    with pytest.raises(Conflict, match="is flying its mission"):
        grounded.do(ResumeMission(digest))
    grounded.do(Hold())
    grounded.until(lambda now: now.flight and now.flight.mode is FlightMode.HOLD, "hold", 5)

    with pytest.raises(Unprocessable, match="3 waypoints"):
        grounded.do(SkipTo(4, digest))
    with pytest.raises(Conflict, match="another mission"):
        grounded.do(SkipTo(3, mission_digest(UploadMission(mission.items[:1]))))
    grounded.do(SkipTo(3, digest))
    grounded.do(ResumeMission(digest))

    grounded.until(lambda now: now.mission and now.mission.current == 3, "the third", 20)
    assert _metres_home(grounded.on_ground()) < 5


def test_a_mission_from_the_ground_and_landing_out_of_it(grounded: Pilot) -> None:
    grounded.do(_mission(grounded.report()))

    grounded.do(StartMission())
    grounded.until(lambda now: height_of(now) > 6, "it climbs")
    grounded.until(lambda now: now.mission and now.mission.current >= 2, "the second item", 60)
    with pytest.raises(Conflict, match="mission"):
        grounded.do(UploadMission([]))
    grounded.do(Land())
    grounded.until(lambda now: now.flight and now.flight.mode is FlightMode.LAND, "landing", 5)
    grounded.on_ground()

    # It stands there in the mode LAND, in which ArduPilot itself does not arm.
    grounded.do(Arm())
    grounded.until(armed, "armed", 5)
    grounded.do(Disarm())
    grounded.on_ground()


def test_a_whole_mission_ends_at_home(grounded: Pilot) -> None:
    grounded.do(_mission(grounded.report()))

    grounded.do(StartMission())
    grounded.until(lambda now: height_of(now) > 6, "it climbs")

    assert _metres_home(grounded.on_ground()) < 5
