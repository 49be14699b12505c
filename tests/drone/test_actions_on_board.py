"""Orbit, speed, height, resume, skip, rally points, what is held, camera, gimbal and payloads: over
real MAVLink, on the simulated autopilot with a mount, a camera and a relay."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

import pytest

from drone.mavsdk_link import MavsdkLink
from drone.payloads import Payloads, payload_of
from drone.simulator import FaultKind, SimulatedAutopilot, SimulatorSettings
from drone.simulator.modes import Mode
from ground_station.core.agent_actions import (
    ChangeHeight,
    GeofenceRing,
    GoTo,
    HeightDatum,
    Hold,
    Land,
    Orbit,
    PointCamera,
    RallyPoint,
    RecordVideo,
    ResumeMission,
    SetSpeed,
    SkipTo,
    StartMission,
    StopPointing,
    TakeOff,
    TakePhoto,
    TurnGimbal,
    UploadGeofence,
    UploadMission,
    UploadRally,
    UsePayload,
    WireMissionItem,
    Zoom,
    mission_digest,
)
from ground_station.core.agent_vehicles import FlightMode, VehicleReport
from ground_station.core.errors import Conflict, NotFound, TimedOut, Unavailable, Unprocessable
from tests.agentlink.station import until
from tests.drone.flying import Pilot, armed, flies
from tests.ports import free_udp_port

HOME = (51.4958, -0.2386)
SETTINGS = SimulatorSettings(
    wind_mps=0.0,
    gust_mps=0.0,
    speedup=4.0,
    gps_after_s=0.1,
    ready_after_s=0.3,
    parameters={"MNT1_TYPE": 1, "CAM1_TYPE": 4, "RELAY1_FUNCTION": 1},
)
MISSION = UploadMission(
    [
        WireMissionItem(51.4962, -0.2386, 20.0, 8.0, gimbal_pitch_deg=-45.0),
        WireMissionItem(51.4990, -0.2386, 20.0, hold_s=2.0, heading_deg=90.0, photo=True),
        WireMissionItem(51.4990, -0.2340, 30.0, 5.0, datum=HeightDatum.AMSL, photo_every_m=20.0),
        WireMissionItem(51.4970, -0.2340, 25.0, orbit_radius_m=20.4, orbit_turns=2),
    ],
    return_at_end=False,
    land_at_end=True,
)
DIGEST = mission_digest(MISSION)
MIDDLE = Orbit(51.4965, -0.2386, 25.0, 30.0, 6.0)


class Site:
    def __init__(self) -> None:
        port = free_udp_port()
        carried = Payloads(
            [payload_of("spotlight=relay:0"), payload_of("loudspeaker@1=servo:9:1100:1900")]
        )
        address = f"udpin://127.0.0.1:{port}"
        self.pilot = Pilot(lambda: MavsdkLink([address], name="Kes", payloads=carried))
        self.vehicle = SimulatedAutopilot(port, SETTINGS)
        self.vehicle.start()
        self.pilot.ready()

    def close(self) -> None:
        self.pilot.close()
        self.vehicle.stop()

    def up(self) -> None:
        """Over home's surroundings at 20 m, in guided mode."""
        now = self.pilot.report()
        if not (flies(now) and armed(now)):
            self.pilot.on_ground()
            self.pilot.ready()
            self.pilot.do(TakeOff(20.0))
            self.pilot.in_air_at(19.0)
        self.pilot.do(GoTo(*HOME, 25.0, 12.0))
        self.vehicle.wait(lambda truth: abs(truth.height_home_m - 20) < 1, 30)

    def from_middle_m(self) -> float:
        truth = self.vehicle.truth()
        narrow = math.cos(math.radians(MIDDLE.lat))
        return math.hypot(
            (truth.lat - MIDDLE.lat) * 111_195, (truth.lon - MIDDLE.lon) * 111_195 * narrow
        )

    def bearing_from_middle(self) -> float:
        truth = self.vehicle.truth()
        east = (truth.lon - MIDDLE.lon) * math.cos(math.radians(MIDDLE.lat))
        return math.degrees(math.atan2(east, truth.lat - MIDDLE.lat)) % 360


def mode_of(now: VehicleReport) -> FlightMode | None:
    return None if now.flight is None else now.flight.mode


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    one = Site()
    yield one
    one.close()


@pytest.fixture(autouse=True)
def sound(site: Site) -> Iterator[None]:
    yield
    site.vehicle.clear()
    site.vehicle.set_parameter("MIS_RESTART", 0)


# --- what it holds ------------------------------------------------------------------------------


def test_a_mission_of_every_kind_of_item_is_read_back_and_the_same(site: Site) -> None:
    assert site.pilot.do(MISSION) == "4 waypoints, read back and the same."

    now = site.pilot.until(lambda now: now.mission and now.mission.total == 4, "four waypoints")
    assert now.mission is not None
    assert now.mission.digest == DIGEST


def test_what_it_holds_is_told_in_our_terms(site: Site) -> None:
    ring = GeofenceRing([(51.48, -0.26), (51.51, -0.26), (51.51, -0.22), (51.48, -0.22)])
    rally = [RallyPoint(51.4970, -0.2390, 30.4), RallyPoint(51.4960, -0.2400, 25.0)]
    site.pilot.do(MISSION)
    site.pilot.do(UploadGeofence([ring]))
    assert site.pilot.do(UploadRally(rally)) == "2 rally points, read back and the same."

    held = site.pilot.loop.run(site.pilot.link.read_held(1))

    assert held.digest == DIGEST
    assert held.foreign == []
    assert (held.return_at_end, held.land_at_end) == (False, True)
    assert [item.height_m for item in held.items] == [20.0, 20.0, 30.0, 25.0]
    assert held.items[2].datum is HeightDatum.AMSL
    assert held.items[3].orbit_radius_m == 20.0
    assert mission_digest(UploadMission(held.items, False, True)) == DIGEST
    assert len(held.rings) == 1
    assert [point.height_home_m for point in held.rally] == [30.0, 25.0]
    assert (held.fence_known, held.rally_known, held.problem) == (True, True, "")

    site.pilot.do(UploadRally([]))
    site.pilot.do(UploadGeofence([]))
    site.pilot.do(UploadMission([]))
    empty = site.pilot.loop.run(site.pilot.link.read_held(1))
    assert (empty.items, empty.rings, empty.rally, empty.digest) == ([], [], [], "")


def test_a_rally_point_far_away_is_refused(site: Site) -> None:
    with pytest.raises(Unprocessable, match=r"Rally point 1 is .* km from Kes's home"):
        site.pilot.do(UploadRally([RallyPoint(52.5, -0.2386, 30.0)]))


def test_an_upload_that_is_refused_says_what_it_holds_now(site: Site) -> None:
    site.pilot.do(MISSION)
    many = [WireMissionItem(51.4960 + n * 1e-6, -0.2386, 20.0, 5.0 + n % 2) for n in range(500)]

    with pytest.raises(Unprocessable, match="refused to take the mission") as refused:
        site.pilot.do(UploadMission(many))

    assert "It still holds what it held before." in refused.value.message
    site.pilot.until(lambda now: now.mission and now.mission.digest == DIGEST, "the one before")


def test_an_upload_that_is_cut_says_that_nothing_is_known(site: Site) -> None:
    site.pilot.do(MISSION)
    begun = site.pilot.begin(
        UploadMission([WireMissionItem(51.4960 + n * 1e-6, -0.2386, 20.0) for n in range(300)])
    )
    time.sleep(0.02)
    site.vehicle.fault(FaultKind.LINK_LOSS)

    with pytest.raises((TimedOut, Unavailable), match="What it holds now is not known"):
        site.pilot.end(begun)

    site.vehicle.clear()
    site.pilot.until(lambda now: now.link.value == "connected", "connected")
    now = site.pilot.until(lambda now: now.mission is not None, "it was read again", 40)
    assert now.mission is not None
    held = site.pilot.loop.run(site.pilot.link.read_held(1))
    assert now.mission.digest in ("", held.digest)


# --- its way ------------------------------------------------------------------------------------


def test_on_the_ground_none_of_them_moves_it(site: Site) -> None:
    if armed(site.pilot.report()):
        site.pilot.do(Land())
    site.pilot.on_ground()
    for action in (MIDDLE, SetSpeed(5.0), ChangeHeight(30.0), ResumeMission(), SkipTo(1)):
        with pytest.raises(Conflict, match="on the ground"):
            site.pilot.do(action)
    assert not armed(site.pilot.report())


def test_it_flies_round_a_place_with_its_nose_to_the_middle_until_it_is_held(site: Site) -> None:
    site.up()
    note = site.pilot.do(MIDDLE)
    assert "round it at 6.0 m/s" in note
    until(lambda: abs(site.from_middle_m() - 30) < 5, 40)
    first = site.bearing_from_middle()
    until(lambda: 60 < (site.bearing_from_middle() - first) % 360 < 120, 40)

    assert abs(site.from_middle_m() - 30) < 6
    heading = site.vehicle.truth().heading_deg
    inwards = (site.bearing_from_middle() + 180) % 360
    assert abs((heading - inwards + 180) % 360 - 180) < 60
    # A camera's command leaves it alone.
    site.pilot.do(TakePhoto())
    second = site.bearing_from_middle()
    until(lambda: 40 < (site.bearing_from_middle() - second) % 360 < 120, 40)

    site.pilot.do(Hold())
    until(lambda: site.vehicle.truth().mode is Mode.BRAKE, 5)
    time.sleep(1.5)
    assert site.vehicle.truth().mode is Mode.BRAKE
    assert not any("fly round" in problem for problem in site.pilot.report().problems)


def test_the_other_way_round_and_slower_on_a_small_circle(site: Site) -> None:
    site.up()
    small = Orbit(MIDDLE.lat, MIDDLE.lon, 25.0, 6.0, 12.0, clockwise=False)
    assert "2.7 m/s, the most on a circle of that size" in site.pilot.do(small)
    until(lambda: abs(site.from_middle_m() - 6) < 3, 40)
    first = site.bearing_from_middle()
    until(lambda: 60 < (first - site.bearing_from_middle()) % 360 < 150, 40)
    site.pilot.do(Hold())


def test_a_later_command_ends_an_orbit(site: Site) -> None:
    site.up()
    site.pilot.do(MIDDLE)
    until(lambda: abs(site.from_middle_m() - 30) < 5, 40)
    away = GoTo(51.4975, -0.2386, 30.0)
    site.pilot.do(away)
    until(lambda: site.from_middle_m() > 90, 40)
    time.sleep(1.5)
    assert site.from_middle_m() > 90


def test_its_pilots_sticks_end_an_orbit_and_that_is_said(site: Site) -> None:
    site.up()
    site.pilot.do(MIDDLE)
    assert site.vehicle.by_hand(lambda pilot: pilot.set_mode(Mode.LOITER))
    site.pilot.until(
        lambda now: any("does not fly round the place any more" in one for one in now.problems),
        "said",
        10,
    )
    assert site.vehicle.truth().mode is Mode.LOITER


def test_its_height_changes_where_it_is(site: Site) -> None:
    site.up()
    site.pilot.do(Hold())
    before = site.vehicle.truth()
    assert "up to go" in site.pilot.do(ChangeHeight(45.0))
    after = site.vehicle.wait(lambda truth: abs(truth.alt_amsl_m - 45.0) < 0.5, 20)
    assert abs(after.lat - before.lat) * 111_195 < 6


def test_it_is_as_fast_as_it_is_told(site: Site) -> None:
    site.up()
    site.pilot.do(GoTo(51.5100, -0.2386, 40.0))
    site.pilot.do(SetSpeed(3.0))
    site.vehicle.wait(lambda truth: 2.5 < math.hypot(*truth.velocity_ned[:2]) < 3.5, 20)
    site.pilot.do(Hold())


# --- its mission --------------------------------------------------------------------------------


def test_a_mission_is_held_skipped_in_and_resumed(site: Site) -> None:
    site.up()
    site.pilot.do(Hold())
    site.pilot.do(MISSION)
    with pytest.raises(Conflict, match="no mission under way"):
        site.pilot.do(ResumeMission(DIGEST))
    site.pilot.do(StartMission(DIGEST))
    site.pilot.until(lambda now: now.mission and now.mission.current >= 2, "the second", 40)
    with pytest.raises(Conflict, match="is flying its mission"):
        site.pilot.do(ResumeMission(DIGEST))
    site.pilot.do(Hold())
    site.pilot.until(lambda now: mode_of(now) is FlightMode.HOLD, "hold")

    with pytest.raises(Unprocessable, match="4 waypoints, and no number 9"):
        site.pilot.do(SkipTo(9, DIGEST))
    with pytest.raises(Conflict, match="another mission"):
        site.pilot.do(SkipTo(3, mission_digest(UploadMission(MISSION.items[:2]))))
    assert site.pilot.do(SkipTo(3, DIGEST)) == "Waypoint 3 is the next one."
    assert site.vehicle.truth().mode is Mode.BRAKE

    site.vehicle.set_parameter("MIS_RESTART", 1)
    with pytest.raises(Conflict, match=r"begin its mission anew \(MIS_RESTART = 1\)") as refused:
        site.pilot.do(ResumeMission(DIGEST))
    assert "Set MIS_RESTART to 0" in refused.value.remedy
    assert site.vehicle.truth().mode is Mode.BRAKE
    site.vehicle.set_parameter("MIS_RESTART", 0)
    before = len(site.vehicle.commands)
    assert site.pilot.do(ResumeMission(DIGEST)) == "It goes on towards waypoint 3 of 4."
    assert site.vehicle.truth().mode is Mode.AUTO
    assert 300 not in [number for number, _params in site.vehicle.commands[before:]]
    site.pilot.until(lambda now: now.mission and now.mission.current == 3, "the third", 10)
    site.pilot.do(Hold())


# --- camera, gimbal, payloads -------------------------------------------------------------------


def test_the_gimbal_turns_and_says_so(site: Site) -> None:
    site.pilot.until(lambda now: now.gimbal is not None, "a gimbal", 20)
    assert site.pilot.do(TurnGimbal(-40.0, 10.0)).startswith("It looks there: pitch -")
    assert "It looks there" in site.pilot.do(TurnGimbal(-20.0, 90.0, north_locked=True))
    now = site.pilot.report()
    assert now.gimbal is not None
    assert abs(now.gimbal.pitch_deg + 20) < 4
    assert abs(now.gimbal.yaw_deg - 90) < 4


def test_the_camera_is_kept_on_a_place(site: Site) -> None:
    site.up()
    site.pilot.until(lambda now: now.gimbal is not None, "a gimbal", 20)
    assert "It looks there" in site.pilot.do(PointCamera(51.4970, -0.2386, 5.0))
    assert "not kept on a place any more" in site.pilot.do(StopPointing())


def test_photos_recording_and_zoom(site: Site) -> None:
    before = site.vehicle.by_hand(lambda pilot: pilot.camera.count)
    assert site.pilot.do(TakePhoto()).startswith("Accepted")
    until(lambda: site.vehicle.by_hand(lambda pilot: pilot.camera.count) == before + 1, 5)
    site.pilot.do(RecordVideo(True))
    assert site.vehicle.by_hand(lambda pilot: pilot.camera.recording_s) is not None
    site.pilot.do(RecordVideo(False))
    assert site.vehicle.by_hand(lambda pilot: pilot.camera.recording_s) is None
    assert "40 % of its range" in site.pilot.do(Zoom(0.4))
    until(lambda: site.vehicle.by_hand(lambda pilot: pilot.camera.zoom) == 40.0, 5)


def test_payloads_are_told_and_used(site: Site) -> None:
    facts = site.pilot.loop.call(lambda: list(site.pilot.link.facts()))[0]
    assert [(one.key, one.kind, one.has_level) for one in facts.payloads] == [
        ("spotlight", "spotlight", False),
        ("loudspeaker", "loudspeaker", True),
    ]
    assert site.pilot.do(UsePayload("spotlight", "on")).startswith("Relay 0 was switched on")
    assert site.vehicle.by_hand(lambda pilot: pilot.outputs.on)[0]
    site.pilot.do(UsePayload("spotlight", "off"))
    assert not site.vehicle.by_hand(lambda pilot: pilot.outputs.on)[0]
    site.pilot.do(UsePayload("loudspeaker", "level", 0.5))
    assert site.vehicle.by_hand(lambda pilot: pilot.outputs.servos[9]) == 1500
    with pytest.raises(Unprocessable, match="speaks no text"):
        site.pilot.do(UsePayload("loudspeaker", "on", text="Stop"))
    with pytest.raises(NotFound, match="carries no 'winch'; it carries: spotlight, loudspeaker"):
        site.pilot.do(UsePayload("winch", "on"))
