"""Only the mission that was uploaded, read back and checked is started, whatever other ground
stations send meanwhile. Over real MAVLink; `overheard` is whether ours hears of it at once."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from drone.mavsdk_link import MavsdkLink
from drone.simulator import SimulatedAutopilot, SimulatorSettings
from ground_station.core.agent_actions import (
    StartMission,
    UploadMission,
    WireMissionItem,
    mission_digest,
)
from ground_station.core.agent_vehicles import VehicleReport
from ground_station.core.errors import Conflict
from tests.drone.flying import Pilot, armed
from tests.drone.second_station import SecondStation
from tests.ports import free_udp_port

SETTINGS = SimulatorSettings(wind_mps=0.0, gust_mps=0.0, speedup=4.0)
OURS = UploadMission(
    [
        WireMissionItem(51.49601, -0.23861, 12.34, 5.0),
        WireMissionItem(51.4962, -0.2384, 15.0, hold_s=1.5),
        WireMissionItem(51.4960, -0.2382, 15.0, 3.0),
    ]
)
DIGEST = mission_digest(OURS)


class Site:
    def __init__(self) -> None:
        port = free_udp_port()
        self.pilot = Pilot(lambda: MavsdkLink([f"udpin://127.0.0.1:{port}"], name="Kes"))
        self.other = SecondStation(port)
        self.vehicle = self._boot()

    def _boot(self) -> SimulatedAutopilot:
        vehicle = SimulatedAutopilot(self.other.port, SETTINGS)
        vehicle.start()
        return vehicle

    def reboot(self, gone_s: float) -> None:
        self.vehicle.stop()
        time.sleep(gone_s)
        self.vehicle = self._boot()

    def close(self) -> None:
        self.pilot.close()
        self.vehicle.stop()
        self.other.close()

    def moved_by_other(self) -> None:
        """As many points, one of them 100 m to the north."""
        items = self.other.download()
        items[-2].x += 9000
        self.other.upload(items)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    one = Site()
    one.pilot.ready()
    yield one
    one.close()


@pytest.fixture(autouse=True)
def uploaded(site: Site) -> Iterator[None]:
    site.other.overheard = True
    site.pilot.ready()
    site.pilot.do(UploadMission(OURS.items))
    yield
    assert not armed(site.pilot.report())


def digest_of(now: VehicleReport) -> str | None:
    return None if now.mission is None else now.mission.digest


def test_what_was_uploaded_and_read_back_is_told_by_its_digest(site: Site) -> None:
    now = site.pilot.until(lambda now: now.mission, "a mission")
    assert digest_of(now) == DIGEST
    assert now.mission is not None
    assert now.mission.total == 3


@pytest.mark.parametrize("overheard", [True, False])
def test_one_of_the_same_length_by_another_station_is_not_started(
    site: Site, overheard: bool
) -> None:
    site.other.overheard = overheard
    site.moved_by_other()

    with pytest.raises(Conflict, match="another mission than the one that is to be flown") as no:
        site.pilot.do(StartMission(DIGEST))

    assert "Upload the mission again" in no.value.remedy
    assert digest_of(site.pilot.report()) == ""
    assert not armed(site.pilot.report())


def test_what_another_station_sends_is_forgotten_as_soon_as_it_is_heard_of(site: Site) -> None:
    site.moved_by_other()

    now = site.pilot.until(lambda now: digest_of(now) == "", "another's mission")

    site.pilot.until(lambda now: now.mission and now.mission.total == 3, "read anew")
    assert now.link.value == "connected"


def test_another_number_of_items_is_noticed_by_itself(site: Site) -> None:
    site.other.overheard = False
    items = site.other.download()
    site.other.upload(items[:-2])

    site.pilot.until(lambda now: now.mission and now.mission.total == 2, "two items")
    assert digest_of(site.pilot.report()) == ""


def test_the_same_again_by_another_station_is_the_same(site: Site) -> None:
    site.moved_by_other()
    items = site.other.download()
    items[-2].x -= 9000
    site.other.upload(items)

    site.pilot.until(lambda now: digest_of(now) == DIGEST, "read anew and the same")


def test_the_digest_of_another_upload_is_refused(site: Site) -> None:
    other = mission_digest(UploadMission(OURS.items[:2]))
    with pytest.raises(Conflict, match="another mission"):
        site.pilot.do(StartMission(other))


def test_after_a_reboot_it_is_unknown_until_it_was_read_again(site: Site) -> None:
    before = site.pilot.report().rebooted
    site.reboot(0.5)  # the simulator forgets its mission with that
    site.pilot.until(lambda now: now.rebooted > before, "a restart was noticed", 30)
    now = site.pilot.until(lambda now: now.mission and now.mission.total == 0, "it holds none", 30)
    assert digest_of(now) == ""
    with pytest.raises(Conflict):
        site.pilot.do(StartMission(DIGEST))


def test_the_one_that_was_read_back_is_flown(site: Site) -> None:
    site.pilot.do(StartMission(DIGEST))
    site.pilot.until(armed, "it flies")
    site.pilot.on_ground()
