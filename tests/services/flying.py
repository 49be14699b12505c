"""A drone agent with one vehicle, over the services' world."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from ground_station.core.agent_protocol import AgentKind, FrameTime, FrameTimes, SourceOffer
from ground_station.core.agent_vehicles import (
    AgentInstant,
    AttitudeReading,
    Autopilot,
    BatteryReading,
    CameraPose,
    FlightMode,
    FlightReading,
    Fly,
    GpsReading,
    HealthReading,
    HomeReading,
    LandedState,
    MissionReading,
    PositionReading,
    Telemetry,
    VehicleLinkState,
    VehicleReport,
    VelocityReading,
)
from ground_station.core.ids import new_id
from ground_station.core.ports import AgentIdentity
from tests.services.world import FakeChannel, World

LAT, LON = 51.4958, -0.2386  # Ravenscourt Park
CAMERA = "drone-camera"
AGENT_RUN = new_id()
BOOTED_MS = 77_000_000  # its machine's clock has nothing to do with the station's


def report(lat: float = LAT, lon: float = LON, **changes: Any) -> VehicleReport:
    """A quadrotor sixty metres up that flies to the north-east."""
    flying = VehicleReport(
        system_id=1,
        name="Kestrel 1",
        link=VehicleLinkState.CONNECTED,
        autopilot=Autopilot.ARDUPILOT,
        airframe="quadrotor",
        simulated=True,
        heartbeat_age_ms=200,
        flight=FlightReading(200, armed=True, mode=FlightMode.GUIDED, landed=LandedState.IN_AIR),
        position=PositionReading(40, lat, lon, 65.0, 60.0),
        velocity=VelocityReading(40, 3.0, 4.0, -1.0),
        attitude=AttitudeReading(30, 1.0, -4.0, 53.0),
        battery=BatteryReading(500, 0.8, 15.2, 9.0, 14.0),
        gps=GpsReading(100, "3d", 14),
        health=HealthReading(900, armable=True, global_position_ok=True, home_position_ok=True),
        home=HomeReading(3000, LAT, LON, 5.0),
        mission=MissionReading(1000, 0, 0),
        source_key=CAMERA,
    )
    return msgspec.structs.replace(flying, **changes)


def pose(lat: float = LAT, lon: float = LON, **changes: Any) -> CameraPose:
    """Sixty metres above the ground, looking down and to the north."""
    looking = CameraPose(lat, lon, 65.0, 5.0, 0.0, -60.0, 0.0, 60.0)
    return msgspec.structs.replace(looking, **changes)


@dataclass
class Drone:
    """What its agent would send."""

    world: World
    identity: AgentIdentity
    channel: FakeChannel
    vehicle_id: str = ""
    tells_time: bool = True

    def say(self, *reports: VehicleReport) -> None:
        """Telemetry of these vehicles; of one that flies, if none is given."""
        at = AgentInstant(AGENT_RUN, round(self.world.clock.monotonic_s() * 1000) + BOOTED_MS)
        message = Telemetry(list(reports or [report()]), at if self.tells_time else None)
        self.world.agents.agent_message(self.identity.agent_id, self.channel, message)

    def posed(self, rtp_timestamp: int, of: CameraPose) -> None:
        """The pose of one frame of its camera."""
        time = FrameTime(rtp_timestamp, self.world.clock.now(), of)
        message = FrameTimes(self.source_id, [time])
        self.world.agents.agent_message(self.identity.agent_id, self.channel, message)

    @property
    def source_id(self) -> str:
        [status] = self.world.sources.of_agent(self.identity.agent_id)
        return status.source.source_id

    def flown(self) -> list[Fly]:
        """The commands that reached it."""
        return [one for one in self.channel.commands if isinstance(one, Fly)]


def drone(world: World, *reports: VehicleReport, name: str = "drone agent") -> Drone:
    """A connected agent whose vehicles are registered and heard of."""
    identity = world.identity(name, AgentKind.DRONE)
    channel = world.connect(identity, SourceOffer(CAMERA, "Drone camera", simulated=True))
    made = Drone(world, identity, channel)
    made.say(*reports)
    world.fleet.register_new()
    made.say(*reports)
    ids = [
        one.vehicle.vehicle_id
        for one in world.fleet.all()
        if one.vehicle.agent_id == identity.agent_id
    ]
    made.vehicle_id = ids[0]
    return made
