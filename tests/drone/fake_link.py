"""A `VehicleLink` that is only memory, for tests of what uses one. It is no autopilot: its vehicle
goes in straight lines at one speed, knows no wind, no battery and no reason to refuse beyond those
of the port's contract. `test_link_contract` holds it and the real adapter to the same suite."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from drone.link import VehiclePose
from ground_station.core.agent_actions import (
    URGENT,
    Action,
    Arm,
    Disarm,
    GoTo,
    Hold,
    Land,
    Return,
    StartMission,
    TakeOff,
    UploadGeofence,
    UploadMission,
    WireMissionItem,
    mission_digest,
)
from ground_station.core.agent_facts import (
    FailsafeAct,
    FailsafeEvent,
    FailsafeRule,
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

HOME = (51.4958, -0.2386, 5.0)
SPEED_MPS, CLIMB_MPS = 8.0, 3.0
_M_PER_DEG = 111_320.0
_HISTORY_S = 5.0


@dataclass
class _Vehicle:
    """Metres north and east of home, and above it."""

    north_m: float = 0.0
    east_m: float = 0.0
    height_m: float = 0.0
    heading_deg: float = 0.0
    armed: bool = False
    mode: FlightMode = FlightMode.STABILISED
    targets: list[tuple[float, float, float]] = field(default_factory=list)
    items: list[WireMissionItem] = field(default_factory=list)
    return_at_end: bool = True
    digest: str = ""
    reached: int = 0
    past: list[tuple[float, VehiclePose]] = field(default_factory=list)

    @property
    def flies(self) -> bool:
        return self.armed and self.height_m > 0


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
        self._vehicles = {system_id: _Vehicle() for system_id in system_ids}
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

    def _report(self, number: int, one: _Vehicle, age_ms: int) -> VehicleReport:
        lat, lon = _place(one.north_m, one.east_m)
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
            _move(one, passed_s * self._speedup)
            lat, lon = _place(one.north_m, one.east_m)
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
        if isinstance(action, UploadMission | UploadGeofence):
            return await self._transfer(system_id, one, action)
        if not isinstance(action, URGENT):
            _allowed(one, system_id, action)
        _obey(one, action)
        return "The fake does it."

    async def _transfer(
        self, system_id: int, one: _Vehicle, action: UploadMission | UploadGeofence
    ) -> str:
        if system_id in self._transferring:
            raise Conflict(f"Another transfer to vehicle {system_id} is under way.", "Wait.")
        if one.armed and one.mode is FlightMode.MISSION and isinstance(action, UploadMission):
            raise Conflict(f"Vehicle {system_id} is flying a mission.", "Hold it first.")
        self._transferring.add(system_id)
        try:
            await asyncio.sleep(0.02)
        finally:
            self._transferring.discard(system_id)
        if isinstance(action, UploadMission):
            one.items, one.reached = list(action.items), 0
            one.return_at_end, one.digest = action.return_at_end, mission_digest(action)
        return "The fake holds it."


def _place(north_m: float, east_m: float) -> tuple[float, float]:
    narrow = math.cos(math.radians(HOME[0]))
    return HOME[0] + north_m / _M_PER_DEG, HOME[1] + east_m / (_M_PER_DEG * narrow)


def _metres(lat: float, lon: float) -> tuple[float, float]:
    narrow = math.cos(math.radians(HOME[0]))
    return (lat - HOME[0]) * _M_PER_DEG, (lon - HOME[1]) * _M_PER_DEG * narrow


def _allowed(one: _Vehicle, number: int, action: Action) -> None:
    """Raises Conflict."""
    if isinstance(action, GoTo) and not one.flies:
        raise Conflict(f"Vehicle {number} is on the ground.", "Take off first.")
    if isinstance(action, Arm | Disarm | TakeOff) and one.flies:
        raise Conflict(f"Vehicle {number} is in the air.", "Use go to, hold, return or land.")
    if isinstance(action, StartMission) and not one.items:
        raise Conflict(f"Vehicle {number} holds no mission.", "Send it one first.")
    if isinstance(action, StartMission) and action.digest not in ("", one.digest):
        raise Conflict(f"Vehicle {number} holds another mission.", "Upload it again.")


def _obey(one: _Vehicle, action: Action) -> None:
    here = (one.north_m, one.east_m, one.height_m)
    match action:
        case Arm():
            one.armed, one.mode, one.targets = True, FlightMode.GUIDED, []
        case Disarm():
            one.armed, one.targets = False, []
        case TakeOff():
            one.armed, one.mode = True, FlightMode.GUIDED
            one.targets = [(here[0], here[1], action.height_home_m)]
        case GoTo():
            one.mode = FlightMode.GUIDED
            one.targets = [(*_metres(action.lat, action.lon), action.alt_amsl_m - HOME[2])]
        case Hold():
            one.mode, one.targets = FlightMode.HOLD, []
        case Return():
            one.mode = FlightMode.RETURN
            one.targets = [(0.0, 0.0, here[2]), (0.0, 0.0, 0.0)]
        case Land():
            one.mode, one.targets = FlightMode.LAND, [(here[0], here[1], 0.0)]
        case StartMission():
            one.armed, one.mode, one.reached = True, FlightMode.MISSION, 0
            one.targets = [(*_metres(i.lat, i.lon), i.height_m) for i in one.items]
            one.targets.insert(0, (here[0], here[1], one.items[0].height_m))


def _move(one: _Vehicle, passed_s: float) -> None:
    while passed_s > 0 and one.armed and one.targets:
        north, east, up = (
            target - at
            for target, at in zip(
                one.targets[0], (one.north_m, one.east_m, one.height_m), strict=True
            )
        )
        level_m = math.hypot(north, east)
        needs_s = max(level_m / SPEED_MPS, abs(up) / CLIMB_MPS)
        share = 1.0 if needs_s <= passed_s else passed_s / needs_s
        one.north_m, one.east_m = one.north_m + north * share, one.east_m + east * share
        one.height_m += up * share
        if level_m > 0.5:
            one.heading_deg = math.degrees(math.atan2(east, north)) % 360
        passed_s -= needs_s
        if share == 1.0:
            _arrived(one)


def _arrived(one: _Vehicle) -> None:
    one.targets.pop(0)
    if one.mode is FlightMode.MISSION:
        one.reached = max(len(one.items) - len(one.targets), 0)
        if not one.targets and one.return_at_end:
            _obey(one, Return())
        return
    if one.mode in (FlightMode.RETURN, FlightMode.LAND) and not one.targets:
        one.armed, one.height_m = False, 0.0
