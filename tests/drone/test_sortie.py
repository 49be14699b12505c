"""A whole sortie on the in-memory link: in order, and nothing left in the air."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from drone.sortie import Order, Outcome, Ruling, Sortie, Step
from ground_station.core.agent_actions import (
    URGENT,
    Action,
    Arm,
    Disarm,
    GeofenceRing,
    Return,
    StartMission,
    UploadGeofence,
    UploadMission,
    WireMissionItem,
)
from ground_station.core.agent_facts import Held, VehicleFacts
from ground_station.core.agent_vehicles import VehicleReport
from ground_station.core.clock import SystemClock
from ground_station.core.errors import Unprocessable
from ground_station.core.preflight import CheckState, MachineCheck
from tests.drone.fake_link import FakeLink

LAT, LON = 51.4958, -0.2386
MISSION = UploadMission(
    [WireMissionItem(LAT + 0.0002, LON, 10.0), WireMissionItem(LAT + 0.0004, LON, 12.0)]
)
PASSED = (MachineCheck("gps", "Position", CheckState.PASSED, "3D"),)
RING = UploadGeofence(
    [GeofenceRing([(LAT - 0.01, LON - 0.01), (LAT - 0.01, LON + 0.01), (LAT + 0.01, LON)])]
)


@dataclass
class Tampered(FakeLink):
    """The fake, with what each test does to it.

    Attributes:
        refuses: these kinds of action, with these words.
        holds: what it says it holds; None: what it does.
    """

    refuses: dict[type, str] = field(default_factory=dict)
    holds: Held | None = None
    told: list[Action] = field(default_factory=list)

    def __post_init__(self) -> None:
        FakeLink.__init__(self, speedup=25.0)

    def facts(self) -> Sequence[VehicleFacts]:
        return [VehicleFacts(1, fence_enabled=True, fence_rings=1, simulator=True)]

    async def carry_out(self, system_id: int, action: Action) -> str:
        self.told.append(action)
        if type(action) in self.refuses:
            raise Unprocessable(self.refuses[type(action)])
        return await super().carry_out(system_id, action)

    async def read_held(self, system_id: int) -> Held:
        return self.holds or await super().read_held(system_id)


def flown(
    link: Tampered, *, go: bool = True, checks: Sequence[MachineCheck] = PASSED, **more: Any
) -> tuple[Outcome, list[Step]]:
    """Fly it; the outcome, and its steps."""
    steps: list[Step] = []

    async def fly() -> Outcome:
        await link.open()
        order = Order(
            mission=lambda report: MISSION,
            judge=lambda report, mission: Ruling(go, "ALLOWED." if go else "REFUSED. Too high."),
            checks=lambda report, facts, mission: checks,
            ready_within_s=5,
            heard_within_s=5,
            **more,
        )
        sortie = Sortie(link, order, SystemClock(), steps.append)
        outcome = await asyncio.wait_for(sortie.fly(), 60)
        await link.close()
        assert sortie.steps == steps
        return outcome

    return asyncio.run(fly()), steps


def names(steps: Sequence[Step]) -> list[str]:
    return [step.name for step in steps]


def test_all_of_it_in_order() -> None:
    link = Tampered()
    outcome, steps = flown(link, rings=lambda report, mission: RING)
    assert outcome is Outcome.FLOWN
    first = ["connect", "ready", "plan", "verdict", "upload", "fence", "compare", "preflight gps"]
    assert names(steps)[: len(first)] == first
    assert names(steps)[len(first) : len(first) + 2] == ["arm", "start"]
    assert names(steps)[-1] == "disarmed"
    assert {"armed", "airborne", "waypoint", "landed"} <= set(names(steps))
    assert all(step.ok for step in steps)
    assert [step.after_s for step in steps] == sorted(step.after_s for step in steps)
    assert [type(one) for one in link.told] == [UploadMission, UploadGeofence, Arm, StartMission]


def test_a_plan_that_is_refused_is_never_uploaded() -> None:
    link = Tampered()
    outcome, steps = flown(link, go=False)
    assert outcome is Outcome.REFUSED
    assert (steps[-1].name, steps[-1].ok, steps[-1].detail) == (
        "verdict",
        False,
        "REFUSED. Too high.",
    )
    assert link.told == []


def test_a_check_that_fails_keeps_it_on_the_ground() -> None:
    link = Tampered()
    low = MachineCheck("battery", "Battery", CheckState.FAILED, "30% left")
    outcome, steps = flown(link, checks=[*PASSED, low])
    assert outcome is Outcome.REFUSED
    assert steps[-1].detail == "failed: 30% left"
    assert [type(one) for one in link.told] == [UploadMission]


@pytest.mark.parametrize("refused", [UploadMission, Arm])
def test_a_refusal_on_the_ground_ends_it_in_the_vehicles_words(refused: type) -> None:
    link = Tampered(refuses={refused: "Arm: Need Position Estimate."})
    outcome, steps = flown(link)
    assert outcome is Outcome.REFUSED
    assert any(not step.ok and "Need Position Estimate" in step.detail for step in steps)
    assert not any(isinstance(one, StartMission) for one in link.told)


def test_what_was_armed_and_does_not_start_is_disarmed_again() -> None:
    link = Tampered(refuses={StartMission: "Mission rejected."})
    outcome, steps = flown(link)
    assert outcome is Outcome.REFUSED
    assert isinstance(link.told[-1], Disarm)
    assert names(steps)[-2:] == ["start", "disarm"]
    [report] = link.reports()
    assert report.flight is not None
    assert not report.flight.armed


def test_another_mission_on_board_is_not_flown() -> None:
    link = Tampered(holds=Held(list(MISSION.items[:1]), True, digest="0" * 64))
    outcome, steps = flown(link)
    assert outcome is Outcome.REFUSED
    assert (steps[-1].name, steps[-1].ok) == ("compare", False)
    assert not any(isinstance(one, Arm) for one in link.told)


def test_it_comes_home_on_the_way() -> None:
    link = Tampered()
    outcome, steps = flown(link, abort_after_s=0.3)
    assert outcome is Outcome.RETURNED
    assert "return" in names(steps)
    assert [one for one in link.told if isinstance(one, URGENT)] == [Return()]


def test_a_return_that_is_not_answered_is_asked_for_again() -> None:
    class Deaf(Tampered):
        tries = 0

        async def carry_out(self, system_id: int, action: Action) -> str:
            if isinstance(action, Return) and self.tries < 1:
                self.tries += 1
                raise Unprocessable("Not now.")
            return await super().carry_out(system_id, action)

    outcome, steps = flown(Deaf(), abort_after_s=0.3)
    assert outcome is Outcome.RETURNED
    assert [step.ok for step in steps if step.name == "return"] == [False, True]


def test_nothing_heard_is_said() -> None:
    class Silent(Tampered):
        def reports(self) -> Sequence[VehicleReport]:
            return []

    outcome, steps = flown(Silent())
    assert outcome is Outcome.REFUSED
    assert "No autopilot was heard" in steps[-1].detail
