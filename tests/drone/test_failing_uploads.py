"""Uploads that fail half-way, and a vehicle without gimbal, camera or relay: what is said of it is
so. Over real MAVLink."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from drone.mavsdk_link import MavsdkLink
from drone.payloads import Payloads, payload_of
from drone.simulator import FaultKind, SimulatedAutopilot, SimulatorSettings
from ground_station.core.agent_actions import (
    PointCamera,
    RecordVideo,
    StopPointing,
    TakePhoto,
    TurnGimbal,
    UploadMission,
    UsePayload,
    WireMissionItem,
    Zoom,
    mission_digest,
)
from ground_station.core.agent_facts import Held
from ground_station.core.errors import KestrelError, Unprocessable
from tests.drone.flying import Pilot
from tests.ports import free_udp_port

SETTINGS = SimulatorSettings(speedup=8.0, gps_after_s=0.1, ready_after_s=0.3)
OLD = UploadMission([WireMissionItem(51.4962, -0.2386, 20.0 + n) for n in range(6)])
NEW = UploadMission([WireMissionItem(51.4970, -0.2386, 30.0 + n) for n in range(6)])


class Site:
    def __init__(self) -> None:
        port = free_udp_port()
        carried = Payloads([payload_of("spotlight=relay:0"), payload_of("lamp=servo:1:1100:1900")])
        address = f"udpin://127.0.0.1:{port}"
        self.pilot = Pilot(lambda: MavsdkLink([address], name="Kes", payloads=carried))
        self.vehicle = SimulatedAutopilot(port, SETTINGS)
        self.vehicle.start()
        self.pilot.ready()

    def close(self) -> None:
        self.pilot.close()
        self.vehicle.stop()

    def held(self) -> Held:
        return self.pilot.loop.run(self.pilot.link.read_held(1))


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    one = Site()
    yield one
    one.close()


@pytest.fixture(autouse=True)
def sound(site: Site) -> Iterator[None]:
    yield
    site.vehicle.clear()


@pytest.mark.parametrize("fault", [FaultKind.REFUSE_ITEM, FaultKind.UPLOAD_CUT])
def test_after_an_upload_that_failed_what_it_holds_is_said_as_it_is(
    site: Site, fault: FaultKind
) -> None:
    site.pilot.do(OLD)
    site.vehicle.fault(fault, value=4)

    with pytest.raises(KestrelError) as refused:
        site.pilot.do(NEW)

    site.vehicle.clear()
    held = site.held()
    said = refused.value.message
    if held.digest == mission_digest(OLD):
        assert "It still holds what it held before." in said
        assert site.pilot.report().mission is not None
    else:
        assert "It must not be flown" in said
        assert held.digest != mission_digest(NEW)
        mission = site.pilot.report().mission
        assert mission is None or mission.digest == ""
    assert site.pilot.do(NEW) == "6 waypoints, read back and the same."


@pytest.mark.parametrize("action", [PointCamera(51.497, -0.2386, 5.0), StopPointing()])
def test_what_is_accepted_without_a_gimbal_says_so(
    site: Site, action: PointCamera | StopPointing
) -> None:
    assert site.pilot.do(action).endswith("nothing shows that it has a gimbal.")


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (TurnGimbal(-45.0), "refused to turn its gimbal"),
        (TurnGimbal(-45.0, 0.0, north_locked=True), "refused to turn its gimbal"),
        (TakePhoto(), "refused to take a photo"),
        (RecordVideo(True), "refused to record"),
        (RecordVideo(False), "refused to stop recording"),
        (Zoom(0.5), "refused to zoom"),
        (UsePayload("spotlight", "on"), "refused to switch relay 0"),
        (UsePayload("lamp", "on"), r"refused to set output 1: .*already in use"),
    ],
    ids=lambda one: type(one).__name__ if not isinstance(one, str) else "",
)
def test_what_it_does_not_have_it_refuses(site: Site, action: TurnGimbal, said: str) -> None:
    with pytest.raises(Unprocessable, match=said) as refused:
        site.pilot.do(action)
    assert refused.value.remedy
