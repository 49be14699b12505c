"""A vehicle link whose answers a test writes down: it flies nothing (`fake_link` does)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from drone.link import VehiclePose
from ground_station.core.agent_actions import Action
from ground_station.core.agent_facts import Held, Traffic, VehicleFacts
from ground_station.core.agent_vehicles import (
    Autopilot,
    FlightMode,
    FlightReading,
    HealthReading,
    HomeReading,
    LandedState,
    PositionReading,
    VehicleLinkState,
    VehicleReport,
)
from ground_station.core.errors import KestrelError

HOME = (51.4958, -0.2386)
Answer = Callable[[int, Action], Awaitable[str]]


def report(system_id: int = 1, **more: object) -> VehicleReport:
    """A vehicle on the ground at home, ready to fly."""
    values: dict[str, object] = {
        "name": f"Vehicle {system_id}",
        "link": VehicleLinkState.CONNECTED,
        "autopilot": Autopilot.ARDUPILOT,
        "heartbeat_age_ms": 100,
        "flight": FlightReading(100, False, FlightMode.STABILISED, LandedState.ON_GROUND),
        "position": PositionReading(100, *HOME, 8.0, 0.0),
        "health": HealthReading(100, True, True, True),
        "home": HomeReading(100, *HOME, 8.0),
    }
    return VehicleReport(system_id=system_id, **(values | more))  # type: ignore[arg-type]


def pose(at: datetime | None = None, **more: object) -> VehiclePose:
    """45 m above home, level, facing east."""
    values: dict[str, object] = {
        "at": at or datetime.now(UTC),
        "lat": HOME[0],
        "lon": HOME[1],
        "alt_amsl_m": 53.0,
        "height_home_m": 45.0,
        "home_amsl_m": 8.0,
        "roll_deg": 0.0,
        "pitch_deg": 0.0,
        "heading_deg": 90.0,
        "uncertain": False,
    }
    return VehiclePose(**(values | more))  # type: ignore[arg-type]


async def _at_once(_system_id: int, _action: Action) -> str:
    return "done"


@dataclass
class ScriptedLink:
    """Implements VehicleLink. `answer` is what carrying out does; `carried` what was asked."""

    vehicles: list[VehicleReport] = field(default_factory=lambda: [report()])
    poses: dict[int, VehiclePose | None] = field(default_factory=dict)
    answer: Answer = _at_once
    carried: list[tuple[int, Action]] = field(default_factory=list)
    told_facts: list[VehicleFacts] = field(default_factory=list)
    heard: Traffic = field(default_factory=Traffic)
    held: Held | KestrelError = field(default_factory=Held)
    asked_held: list[int] = field(default_factory=list)
    opened: int = 0
    closed: int = 0

    async def open(self) -> None:
        self.opened += 1

    async def close(self) -> None:
        self.closed += 1

    def reports(self) -> Sequence[VehicleReport]:
        assert asyncio.get_running_loop()
        return self.vehicles

    def facts(self) -> Sequence[VehicleFacts]:
        assert asyncio.get_running_loop()
        return self.told_facts

    def traffic(self) -> Traffic:
        assert asyncio.get_running_loop()
        return self.heard

    def pose_at(self, system_id: int, at: datetime) -> VehiclePose | None:
        assert asyncio.get_running_loop()
        return self.poses.get(system_id)

    async def carry_out(self, system_id: int, action: Action) -> str:
        self.carried.append((system_id, action))
        return await self.answer(system_id, action)

    async def read_held(self, system_id: int) -> Held:
        self.asked_held.append(system_id)
        if isinstance(self.held, KestrelError):
            raise self.held
        return self.held


async def eventually(condition: Callable[[], object], timeout_s: float = 15.0) -> None:
    """Wait on the loop for something to become true; fail the test if it does not."""
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110  what is waited for is not ours to signal
            await asyncio.sleep(0.01)
