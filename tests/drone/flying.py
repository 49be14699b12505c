"""A vehicle link on an event loop of its own, for tests that fly."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import TypeVar

from drone.link import VehicleLink, VehiclePose
from ground_station.core.agent_actions import Action
from ground_station.core.agent_vehicles import LandedState, VehicleReport

T = TypeVar("T")
CALL_S = 60.0
EVERY_S = 0.02


class Loop:
    """An event loop on a thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[object, object, T], timeout_s: float = CALL_S) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout_s)

    def call(self, function: Callable[[], T]) -> T:
        async def once() -> T:
            return function()

        return self.run(once())

    def close(self) -> None:
        self.run(self._loop.shutdown_default_executor())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


class Pilot:
    """One vehicle of a link, from a test's thread.

    Args:
        make: makes the link, on the loop.
        system_id: the vehicle's; 0: whichever is heard first.
        slow: how much longer than a simulated vehicle it may take.
    """

    def __init__(
        self, make: Callable[[], VehicleLink], *, system_id: int = 1, slow: float = 1.0
    ) -> None:
        self.loop = Loop()
        try:
            self.link = self.loop.call(make)
            self.loop.run(self.link.open())
        except BaseException:
            self.loop.close()
            raise
        self.system_id = system_id
        self._slow = slow

    def close(self) -> None:
        self.loop.run(self.link.close())
        self.loop.close()

    def do(self, action: Action) -> str:
        return self.loop.run(self.link.carry_out(self.system_id, action), 120)

    def begin(self, action: Action) -> asyncio.Future[str]:
        """Without waiting for it; `end` waits."""

        async def begun() -> asyncio.Future[str]:
            task = asyncio.ensure_future(self.link.carry_out(self.system_id, action))
            await asyncio.sleep(0)
            return task

        return self.loop.run(begun())

    def end(self, begun: asyncio.Future[str]) -> str:
        async def awaited() -> str:
            return await begun

        return self.loop.run(awaited())

    def pose_at(self, at: datetime) -> VehiclePose | None:
        return self.loop.call(lambda: self.link.pose_at(self.system_id, at))

    def reports(self) -> list[VehicleReport]:
        return self.loop.call(lambda: list(self.link.reports()))

    def report(self) -> VehicleReport:
        """Of the vehicle; LookupError where it was not heard yet."""
        for report in self.reports():
            if self.system_id in (0, report.system_id):
                self.system_id = report.system_id
                return report
        raise LookupError(f"vehicle {self.system_id} was not heard")

    def until(
        self, true: Callable[[VehicleReport], object], what: str, within_s: float = 20.0
    ) -> VehicleReport:
        """The report once that is true of it; fails with the last one."""
        ends_s = time.monotonic() + within_s * self._slow
        report: VehicleReport | None = None
        while time.monotonic() < ends_s:
            try:
                report = self.report()
            except LookupError:
                time.sleep(EVERY_S)
                continue
            if true(report):
                return report
            time.sleep(EVERY_S)
        raise AssertionError(f"not within {within_s * self._slow:.0f} s: {what}; {report}")

    # --- what many flights begin with -----------------------------------------------------------

    def ready(self) -> VehicleReport:
        """Until the autopilot itself says that it could be armed, and where it is."""
        return self.until(
            lambda now: (
                now.health is not None
                and now.health.armable
                and now.health.global_position_ok
                and now.health.home_position_ok
                and now.position is not None
                and now.home is not None
                and now.flight is not None
                and now.flight.landed is not LandedState.UNKNOWN
                and now.mission is not None
            ),
            "it can be armed",
            60,
        )

    def in_air_at(self, height_m: float) -> VehicleReport:
        return self.until(lambda now: height_of(now) > height_m - 1.5 and flies(now), "up there")

    def on_ground(self) -> VehicleReport:
        return self.until(lambda now: not armed(now) and not flies(now), "down and disarmed", 60)


def armed(now: VehicleReport) -> bool:
    return now.flight is not None and now.flight.armed


def flies(now: VehicleReport) -> bool:
    return now.flight is not None and now.flight.landed is not LandedState.ON_GROUND


def height_of(now: VehicleReport) -> float:
    """Above home; far down where it is not known."""
    position = now.position
    if position is None or position.height_home_m is None:
        return -1000.0
    return position.height_home_m
