"""A `VehicleLink` that is only memory, for tests of what uses one. It is no autopilot: its vehicle
goes in straight lines at one speed, knows no wind, no battery and no reason to refuse beyond those
of the port's contract. `test_link_contract` holds it and the real adapter to the same suite."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from drone.link import VehiclePose
from ground_station.core.agent_actions import (
    URGENT,
    Action,
    UploadGeofence,
    UploadMission,
    UploadRally,
    mission_digest,
)
from ground_station.core.agent_facts import (
    FailsafeAct,
    FailsafeEvent,
    FailsafeRule,
    Held,
    Traffic,
    VehicleFacts,
)
from ground_station.core.agent_vehicles import (
    AttitudeReading,
    Autopilot,
    BatteryReading,
    FlightMode,
    FlightReading,
    GpsReading,
    HealthReading,
    HomeReading,
    LandedState,
    MissionReading,
    PositionReading,
    VehicleLinkState,
    VehicleReport,
    VelocityReading,
)
from ground_station.core.clock import Clock, SystemClock
from ground_station.core.errors import Conflict, NotFound, Unavailable
from tests.drone.fake_vehicle import HOME, FakeVehicle, allowed, move, obey, place

_HISTORY_S = 5.0


class FakeLink:
    """Args:
    speedup: of its flying, not of `clock`.
    lost: while it returns true, the vehicle is not heard.
    """

    def __init__(
        self,
        system_ids: Sequence[int] = (1,),
        *,
        clock: Clock | None = None,
        speedup: float = 1.0,
        lost: Callable[[], bool] = lambda: False,
    ) -> None:
        self._clock = clock or SystemClock()
        self._speedup = speedup
        self._vehicles = {system_id: FakeVehicle() for system_id in system_ids}
        self._heard_s = self._clock.monotonic_s()
        self._lost = lost
        self._open = False
        self._transferring: set[int] = set()

    async def open(self) -> None:
        self._open = True

    async def close(self) -> None:
        self._open = False

    # --- what it tells ---------------------------------------------------------------------------

    def reports(self) -> Sequence[VehicleReport]:
        self._live()
        age_ms = round((self._clock.monotonic_s() - self._heard_s) * 1000)
        return [self._report(number, one, age_ms) for number, one in self._vehicles.items()]

    def _report(self, number: int, one: FakeVehicle, age_ms: int) -> VehicleReport:
        lat, lon = place(one.north_m, one.east_m)
        landed = LandedState.IN_AIR if one.flies else LandedState.ON_GROUND
        return VehicleReport(
            system_id=number,
            name=f"Vehicle {number}",
            link=VehicleLinkState.CONNECTED if age_ms < 3000 else VehicleLinkState.LOST,
            autopilot=Autopilot.OTHER,
            simulated=True,
            heartbeat_age_ms=age_ms,
            flight=FlightReading(age_ms, one.armed, one.mode, landed),
            position=PositionReading(age_ms, lat, lon, HOME[2] + one.height_m, one.height_m),
            velocity=VelocityReading(age_ms, 0.0, 0.0, 0.0),
            attitude=AttitudeReading(age_ms, 0.0, 0.0, one.heading_deg),
            battery=BatteryReading(age_ms, 1.0),
            gps=GpsReading(age_ms, "3d", 10),
            health=HealthReading(age_ms, True, True, True),
            home=HomeReading(age_ms, *HOME),
            mission=MissionReading(
                age_ms,
                min(one.reached + 1, len(one.items)) if one.items else 0,
                len(one.items),
                one.digest,
            ),
        )

    def facts(self) -> Sequence[VehicleFacts]:
        return [
            VehicleFacts(
                number,
                failsafes=[
                    FailsafeRule(
                        FailsafeEvent.GROUND_STATION_LOST,
                        FailsafeAct.NOTHING,
                        read_from={"FAKE": 0.0},
                    )
                ],
                return_height_home_m=15.0,
                fence_enabled=False,
                camera=False,
                gimbal=False,
                firmware="Fake 1.0.0",
            )
            for number in self._vehicles
        ]

    def traffic(self) -> Traffic:
        """It hears nobody."""
        return Traffic()

    def pose_at(self, system_id: int, at: datetime) -> VehiclePose | None:
        self._live()
        one = self._vehicles.get(system_id)
        if one is None or not one.past:
            return None
        at_s = self._clock.monotonic_s() - (self._clock.now() - at).total_seconds()
        off_s, pose = min((abs(then_s - at_s), pose) for then_s, pose in one.past)
        if off_s > 2.0:
            return None
        return VehiclePose(
            at,
            pose.lat,
            pose.lon,
            pose.alt_amsl_m,
            pose.height_home_m,
            pose.home_amsl_m,
            0.0,
            0.0,
            pose.heading_deg,
            off_s > 0.3,
        )

    # --- how it lives ----------------------------------------------------------------------------

    def _live(self) -> None:
        now_s = self._clock.monotonic_s()
        passed_s = now_s - self._heard_s
        if self._lost() or not self._open:
            return
        self._heard_s = now_s
        for one in self._vehicles.values():
            move(one, passed_s * self._speedup)
            lat, lon = place(one.north_m, one.east_m)
            pose = VehiclePose(
                self._clock.now(),
                lat,
                lon,
                HOME[2] + one.height_m,
                one.height_m,
                HOME[2],
                0.0,
                0.0,
                one.heading_deg,
                False,
            )
            one.past = [then for then in one.past if now_s - then[0] < _HISTORY_S][-200:]
            one.past.append((now_s, pose))

    # --- what it is told -------------------------------------------------------------------------

    async def carry_out(self, system_id: int, action: Action) -> str:
        self._live()
        one = self._vehicles.get(system_id)
        if not self._open:
            raise Unavailable("The link is closed.", "Open it.")
        if one is None:
            raise NotFound(f"No vehicle number {system_id} was ever heard.", "Switch it on.")
        if self._lost():
            raise Unavailable(f"Vehicle {system_id} has not been heard.", "Check its radio.")
        if isinstance(action, UploadMission | UploadGeofence | UploadRally):
            return await self._transfer(system_id, one, action)
        if not isinstance(action, URGENT):
            allowed(one, system_id, action)
        obey(one, action)
        return "The fake does it."

    async def read_held(self, system_id: int) -> Held:
        one = self._vehicles.get(system_id)
        if one is None:
            raise NotFound(f"No vehicle number {system_id} was ever heard.", "Switch it on.")
        if self._lost() or not self._open:
            raise Unavailable(f"Vehicle {system_id} has not been heard.", "Check its radio.")
        await self._alone(system_id)
        return Held(
            list(one.items),
            one.return_at_end and bool(one.items),
            one.land_at_end and bool(one.items),
            digest=one.digest,
            rings=list(one.rings),
            rally=list(one.rally),
        )

    async def _alone(self, system_id: int) -> None:
        """Takes a while, in which there is no other."""
        if system_id in self._transferring:
            raise Conflict(f"Another transfer to vehicle {system_id} is under way.", "Wait.")
        self._transferring.add(system_id)
        try:
            await asyncio.sleep(0.02)
        finally:
            self._transferring.discard(system_id)

    async def _transfer(
        self, system_id: int, one: FakeVehicle, action: UploadMission | UploadGeofence | UploadRally
    ) -> str:
        if one.armed and one.mode is FlightMode.MISSION and isinstance(action, UploadMission):
            raise Conflict(f"Vehicle {system_id} is flying a mission.", "Hold it first.")
        await self._alone(system_id)
        match action:
            case UploadMission():
                one.items, one.reached = list(action.items), 0
                one.return_at_end, one.land_at_end = action.return_at_end, action.land_at_end
                one.digest = mission_digest(action)
            case UploadGeofence():
                one.rings = list(action.rings)
            case UploadRally():
                one.rally = list(action.points)
        return "The fake holds it."
