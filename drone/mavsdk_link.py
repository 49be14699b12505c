"""`VehicleLink` by MAVSDK 4: one instance a process, any number of addresses and vehicles.

Every autopilot heard becomes a vehicle, by its system id. Nothing is commanded unless somebody
asks: what this sends by itself are heartbeats, requests for messages, and a read of the mission."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime

from mavsdk.system import System

from drone import mavsdk_addresses
from drone.condition import RadioStatus
from drone.link import VehiclePose
from drone.mavsdk_instance import Instance
from drone.mavsdk_intake import MAX_EARS, Ear
from drone.mavsdk_vehicle import MavsdkVehicle
from drone.payloads import Payloads
from drone.traffic import TrafficHeard
from drone.vehicle_state import VehicleState
from ground_station.core.agent_actions import Action
from ground_station.core.agent_facts import Held, Traffic, VehicleFacts
from ground_station.core.agent_vehicles import MAX_VEHICLES, VehicleReport
from ground_station.core.clock import Clock, SystemClock
from ground_station.core.errors import Conflict, KestrelError, NotFound, Unavailable

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.2
FIND_EVERY_S = 2.0  # MAVSDK's word that a system came is only a hint
DROPPED_SAID_S = 10.0
_DROPPED = "This agent threw messages of its vehicles away: the machine is too slow for them."


class MavsdkLink:
    """See `VehicleLink`. Made on a running loop; `open` once, `close` once.

    Args:
        addresses: as `mavsdk_addresses` takes them, checked here.
        name: what number 1 is called, and with their number behind it the others; left out, they
            are "Vehicle N".
        simulated: what the reports say of all of them.
        payloads: what they carry.

    Raises:
        ConfigError: one of the addresses is none.
    """

    def __init__(
        self,
        addresses: Sequence[str],
        *,
        name: str = "",
        simulated: bool = False,
        payloads: Payloads | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._addresses = mavsdk_addresses.parse_all(addresses)
        self._name = name[:70]
        self._simulated = simulated
        self._payloads = payloads or Payloads()
        self._clock = clock or SystemClock()
        self._instance: Instance | None = None
        self._closed = False
        self._vehicles: dict[int, MavsdkVehicle] = {}
        self._traffic = TrafficHeard()
        self._ears: dict[int, Ear] = {}
        self._keeper: asyncio.Task[None] | None = None
        self._too_many = False
        self._dropped = 0
        self._dropped_s: float | None = None

    async def open(self) -> None:
        if self._instance is not None or self._closed:
            raise Conflict("This link was opened before.", "Make a new one.")
        for address in self._addresses:
            mavsdk_addresses.check_free(address)
        self._instance = Instance()
        try:
            for address in self._addresses:
                await self._instance.connect(address.text)
        except BaseException:
            await self.close()
            raise
        self._keeper = asyncio.get_running_loop().create_task(self._keep())

    async def close(self) -> None:
        """Idempotent. The reports stay as they were; actions are Unavailable."""
        if self._closed:
            return
        self._closed = True
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        for vehicle in self._vehicles.values():
            await vehicle.close()
        if self._instance is not None:
            await self._instance.close()

    def reports(self) -> Sequence[VehicleReport]:
        now_s = self._clock.monotonic_s()
        return [vehicle.state.report(now_s) for _id, vehicle in sorted(self._vehicles.items())]

    def facts(self) -> Sequence[VehicleFacts]:
        return [vehicle.facts() for _id, vehicle in sorted(self._vehicles.items())]

    def traffic(self) -> Traffic:
        return self._traffic.now(self._clock.monotonic_s())

    def pose_at(self, system_id: int, at: datetime) -> VehiclePose | None:
        vehicle = self._vehicles.get(system_id)
        if vehicle is None:
            return None
        ago_s = (self._clock.now() - at).total_seconds()
        found = vehicle.state.pose_at(self._clock.monotonic_s() - ago_s)
        if found is None:
            return None
        pose, home = found
        return VehiclePose(
            at,
            pose.lat,
            pose.lon,
            pose.alt_amsl_m,
            pose.height_home_m,
            None if home is None else home.alt_amsl_m,
            pose.roll_deg,
            pose.pitch_deg,
            pose.heading_deg,
            pose.uncertain,
            pose.pointing,
            pose.pointing_lost,
        )

    async def carry_out(self, system_id: int, action: Action) -> str:
        return await self._vehicle(system_id).carry_out(action)

    async def read_held(self, system_id: int) -> Held:
        return await self._vehicle(system_id).read_held()

    def _vehicle(self, system_id: int) -> MavsdkVehicle:
        """Raises Unavailable, NotFound."""
        if self._instance is None or self._closed:
            raise Unavailable("The link to the autopilots is closed.", "Start the agent again.")
        vehicle = self._vehicles.get(system_id)
        if vehicle is None:
            raise NotFound(
                f"No vehicle number {system_id} was ever heard.",
                "Is it switched on, and does it send to this agent's address?",
            )
        return vehicle

    # --- on the loop, by itself -----------------------------------------------------------------

    async def _keep(self) -> None:
        """Finds vehicles and looks after each, until cancelled; a failure costs one turn."""
        instance = self._instance
        assert instance is not None
        found_s = -FIND_EVERY_S
        while True:
            try:
                if instance.take_news() or self._clock.monotonic_s() - found_s >= FIND_EVERY_S:
                    found_s = self._clock.monotonic_s()
                    for system in await instance.systems():
                        self._meet(instance, system)
                for vehicle in self._vehicles.values():
                    vehicle.look_after()
                self._say_dropped(instance)
            except KestrelError as error:
                log.warning("vehicles_not_looked_after %s", error)
            except Exception:  # the next turn must come, for all the other vehicles
                log.exception("vehicles_not_looked_after")
            await asyncio.sleep(LOOK_EVERY_S)

    def _meet(self, instance: Instance, system: System) -> None:
        """Begin to listen to an autopilot that is new."""
        system_id = system.get_system_id()
        if not system.has_autopilot():
            self._listen_to(system, system_id)
            return
        if system_id in self._vehicles or not 1 <= system_id <= 255:
            return
        if len(self._vehicles) >= MAX_VEHICLES:
            if not self._too_many:
                log.error("too_many_vehicles most=%d id=%d", MAX_VEHICLES, system_id)
            self._too_many = True
            return
        name = self._name if self._name and system_id == 1 else ""
        name = name or f"{self._name or 'Vehicle'} {system_id}"
        state = VehicleState(system_id, name, self._simulated)
        self._vehicles[system_id] = MavsdkVehicle(
            instance,
            system,
            state,
            self._traffic,
            self._clock.monotonic_s,
            self._payloads,
            lambda: len(self._vehicles),
        )
        log.info("vehicle_heard id=%d name=%s", system_id, name)

    def _listen_to(self, system: System, system_id: int) -> None:
        """What is no vehicle may be a receiver of other aircraft, or a telemetry radio."""
        if system_id in self._ears or len(self._ears) >= MAX_EARS:
            return
        self._ears[system_id] = Ear(system, self._traffic, self._radio, self._clock.monotonic_s)
        log.info("listener_heard id=%d", system_id)

    def _radio(self, message: RadioStatus, arrived_s: float) -> None:
        """On MAVSDK's thread. MAVSDK does not say from which address a message came, so with
        several vehicles nobody knows whose radio it is."""
        vehicles = list(self._vehicles.values())
        if len(vehicles) == 1:
            vehicles[0].radio_said(message, arrived_s)

    def _say_dropped(self, instance: Instance) -> None:
        now_s = self._clock.monotonic_s()
        if instance.dropped != self._dropped:
            self._dropped, self._dropped_s = instance.dropped, now_s
        lately = self._dropped_s is not None and now_s - self._dropped_s < DROPPED_SAID_S
        for vehicle in self._vehicles.values():
            vehicle.state.say("dropped", _DROPPED if lately else "")
