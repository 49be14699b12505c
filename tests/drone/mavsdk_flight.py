"""A flight of the simulated autopilot by the real MAVSDK, in a process of its own: what it saw, as
JSON on stdout. MAVSDK's C++ side may end its process, so the tests do not run it in theirs."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

from mavsdk.asyncio import ComponentType, Configuration, Mavsdk
from mavsdk.asyncio.plugins.action import ActionAsync
from mavsdk.asyncio.plugins.geofence import GeofenceAsync
from mavsdk.asyncio.plugins.mavlink_direct import MavlinkDirectAsync
from mavsdk.asyncio.plugins.mission_raw import MissionRawAsync
from mavsdk.asyncio.plugins.param import ParamAsync
from mavsdk.asyncio.plugins.telemetry import TelemetryAsync
from mavsdk.plugins import geofence
from mavsdk.plugins.mavlink_direct import MavlinkMessage
from mavsdk.plugins.mission_raw import MissionItem

from drone.simulator import SimulatedAutopilot, SimulatorSettings, Truth

SPEEDUP = 10.0
LAT, LON = 51.4958, -0.2386
RATES = [
    "position",
    "home",
    "in_air",
    "landed_state",
    "vtol_state",
    "attitude_quaternion",
    "attitude_euler",
    "velocity_ned",
    "imu",
    "scaled_imu",
    "raw_imu",
    "fixedwing_metrics",
    "ground_truth",
    "gps_info",
    "raw_gps",
    "battery",
    "rc_status",
    "actuator_control_target",
    "actuator_output_status",
    "odometry",
    "position_velocity_ned",
    "unix_epoch_time",
    "distance_sensor",
    "altitude",
    "health",
]


class Flight:
    """Every plugin on one vehicle, and a book of what came of each call."""

    def __init__(self, system: Any, sim: SimulatedAutopilot) -> None:
        self.sim = sim
        self.telemetry = TelemetryAsync(system)
        self.action = ActionAsync(system)
        self.direct = MavlinkDirectAsync(system)
        self.mission = MissionRawAsync(system)
        self.fence = GeofenceAsync(system)
        self.params = ParamAsync(system)
        self.texts: list[str] = []
        self.progress: list[tuple[int, int]] = []
        self.seen: dict[str, Any] = {}

    async def note(self, name: str, call: Awaitable[Any]) -> Any:
        """What a call answered: "ok", or the name of its refusal."""
        try:
            answer = await call
        except Exception as error:  # noqa: BLE001  whatever it is, it is what was seen
            result = getattr(error, "result", None)
            self.seen[name] = type(error).__name__ if result is None else result.name
            return None
        self.seen[name] = "ok"
        return answer

    async def guided(self) -> None:
        fields = {"target_system": 1, "target_component": 1, "command": 176}
        message = MavlinkMessage(
            "COMMAND_LONG", 0, 0, 1, 1, json.dumps({**fields, "param1": 1.0, "param2": 4.0})
        )
        ack = await self.direct.send_command(message)
        self.seen["guided"] = json.loads(ack.fields_json)["result"]

    async def until(self, condition: Callable[[Truth], bool], timeout_s: float = 20.0) -> Truth:
        return await asyncio.to_thread(self.sim.wait, condition, timeout_s)


async def watch_texts(flight: Flight) -> None:
    async for text in flight.telemetry.subscribe_status_text():
        flight.texts.append(text.text)


async def watch_progress(flight: Flight) -> None:
    async for progress in flight.mission.subscribe_mission_progress():
        flight.progress.append((progress.current, progress.total))


async def ask_rates(flight: Flight) -> None:
    denied = []
    for name in RATES:
        try:
            await getattr(flight.telemetry, f"set_rate_{name}")(5.0)
        except Exception as error:  # noqa: BLE001
            denied.append((name, error.result.name))  # type: ignore[attr-defined]
    flight.seen["rates_refused"] = denied


async def wait_for_health(flight: Flight) -> None:
    end_s = time.monotonic() + 10
    while time.monotonic() < end_s:
        health = await flight.telemetry.health()
        if health.is_armable and health.is_global_position_ok and health.is_home_position_ok:
            flight.seen["healthy"] = True
            return
        await asyncio.sleep(0.05)


async def up_and_about(flight: Flight) -> None:
    action = flight.action
    await flight.note("land on the ground", action.land())
    await flight.note("arm in LAND", action.arm())
    await flight.guided()
    await flight.note("takeoff disarmed", action.takeoff())
    await flight.note("arm", action.arm())
    await action.set_takeoff_altitude(20.0)
    await flight.note("takeoff", action.takeoff())
    await flight.until(lambda truth: truth.height_home_m > 19.8)
    await asyncio.sleep(0.5)
    position = await flight.telemetry.position()
    flight.seen["heights"] = (position.absolute_altitude_m, position.relative_altitude_m)
    flight.seen["armed"] = await flight.telemetry.armed()
    flight.seen["mode"] = (await flight.telemetry.flight_mode()).name
    await flight.note("takeoff in the air", action.takeoff())
    await flight.note("disarm in the air", action.disarm())
    await flight.note("orbit", action.do_orbit(10, 1, 0, LAT, LON, 30))
    await flight.note("goto nowhere", action.goto_location(95.0, LON, 40.0, 0.0))
    await flight.note("goto", action.goto_location(LAT + 0.0008, LON, 35.0, 0.0))
    await flight.until(lambda truth: abs(truth.alt_amsl_m - 35) < 0.3 and truth.lat > LAT + 7.9e-4)
    await flight.note("goto far", action.goto_location(LAT + 0.01, LON, 35.0, 0.0))
    await flight.until(lambda truth: truth.velocity_ned[0] > 9)
    await flight.note("hold", action.hold())
    await flight.until(lambda truth: abs(truth.velocity_ned[0]) < 0.1)
    await asyncio.sleep(1.2)
    flight.seen["mode held"] = (await flight.telemetry.flight_mode()).name
    await flight.note("rtl", action.return_to_launch())
    await flight.until(lambda truth: not truth.armed)
    await asyncio.sleep(1.2)
    flight.seen["mode home"] = (await flight.telemetry.flight_mode()).name
    flight.seen["landed"] = (await flight.telemetry.landed_state()).name
    await flight.note("arm after RTL", action.arm())


def item(seq: int, command: int, lat: float, lon: float, z: float, **more: Any) -> MissionItem:
    """One of MAVSDK's; item 0 is the current one."""
    numbers = {"frame": 6, "param1": 0.0, "param2": 0.0, **more}
    return MissionItem(
        seq,
        numbers["frame"],
        command,
        int(seq == 0),
        1,
        numbers["param1"],
        numbers["param2"],
        0.0,
        0.0,
        round(lat * 1e7),
        round(lon * 1e7),
        z,
        0,
    )


async def missions(flight: Flight) -> None:
    raw = flight.mission
    home = item(0, 16, LAT, LON, 0.0, frame=0)
    trip = [
        home,
        item(1, 22, LAT, LON, 15.0),
        item(2, 16, LAT + 0.0006, LON, 20.0),
        item(3, 178, 0.0, 0.0, 0.0, param1=1.0, param2=8.0),
        item(4, 16, LAT + 0.0006, LON + 0.0006, 20.0),
        item(5, 20, 0.0, 0.0, 0.0, frame=2),
    ]
    many = [home, *(item(seq, 16, LAT, LON, 20.0) for seq in range(1, 800))]
    await flight.note("mission empty", raw.upload_mission([]))
    await flight.note("mission gap", raw.upload_mission([home, item(2, 16, LAT, LON, 20.0)]))
    await flight.note("mission lat 95", raw.upload_mission([home, item(1, 16, 95, LON, 20.0)]))
    await flight.note("mission cmd 9999", raw.upload_mission([home, item(1, 9999, 0, 0, 0.0)]))
    await flight.note("mission 800", raw.upload_mission(many))
    await flight.note("mission", raw.upload_mission(trip))
    down = await flight.note("mission down", raw.download_mission())
    flight.seen["mission items"] = [(one.command, one.frame, one.x, one.y, one.z) for one in down]
    await flight.note("current 99", raw.set_current_mission_item(99))
    await flight.guided()
    await flight.note("arm for mission", flight.action.arm())
    await flight.note("start", raw.start_mission())
    await flight.until(lambda truth: truth.mission_item == 2)
    await flight.note("pause", raw.pause_mission())
    await flight.until(lambda truth: truth.mode.name == "BRAKE")
    flight.seen["finished when paused"] = await raw.is_mission_finished()
    await flight.note("resume", raw.start_mission())
    await flight.until(lambda truth: not truth.armed)
    await asyncio.sleep(0.3)
    flight.seen["finished"] = await raw.is_mission_finished()
    await flight.note("clear", raw.clear_mission())
    flight.seen["left"] = len(await raw.download_mission())


async def fences_and_params(flight: Flight) -> None:
    points = [
        geofence.Point(LAT + a * 0.01, LON + b * 0.01)
        for a, b in ((-1, -1), (-1, 1), (1, 1), (1, -1))
    ]
    ring = geofence.Polygon(points, geofence.FenceType.INCLUSION)
    circle = geofence.Circle(geofence.Point(LAT + 0.005, LON), 50.0, geofence.FenceType.EXCLUSION)
    await flight.note(
        "fence", flight.fence.upload_geofence(geofence.GeofenceData([ring], [circle]))
    )
    down = await flight.note("fence down", flight.fence.download_geofence())
    flight.seen["fence shapes"] = (len(down.polygons), len(down.circles))
    flight.seen["fence corners"] = len(down.polygons[0].points)
    await flight.note("param set", flight.params.set_param_int("FENCE_ENABLE", 1))
    await flight.note("goto outside", flight.action.goto_location(LAT + 0.02, LON, 20.0, 0.0))
    await flight.note("fence clear", flight.fence.clear_geofence())
    flight.seen["rtl alt"] = await flight.params.get_param_int("RTL_ALT")
    await flight.note("param of another type", flight.params.get_param_float("RTL_ALT"))
    await flight.note("param unknown", flight.params.get_param_float("NO_SUCH"))
    everything = await flight.params.get_all_params()
    flight.seen["params"] = (len(everything.int_params), len(everything.float_params))


async def fly(port: int) -> dict[str, Any]:
    settings = SimulatorSettings(speedup=SPEEDUP, wind_mps=0.0, gust_mps=0.0)
    with SimulatedAutopilot(port, settings) as sim:
        configuration = Configuration.create_with_component_type(ComponentType.GROUND_STATION)
        configuration.system_id = 255
        client = Mavsdk(configuration)
        await client.add_any_connection(f"udpin://127.0.0.1:{port}")
        system = await client.first_autopilot(timeout_s=10)
        flight = Flight(system, sim)
        kind = await system.autopilot_type(), await system.vehicle_type()
        flight.seen["system"] = (await system.get_system_id(), *(int(one) for one in kind))
        tasks = [asyncio.create_task(watch(flight)) for watch in (watch_texts, watch_progress)]
        await ask_rates(flight)
        await wait_for_health(flight)
        await up_and_about(flight)
        try:
            await missions(flight)
        except TimeoutError as error:
            print(error, flight.seen, flight.texts, file=sys.stderr)
            raise
        await fences_and_params(flight)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        client.destroy()
        return {**flight.seen, "texts": flight.texts, "progress": flight.progress}


def main() -> None:
    """MAVSDK logs to stdout, so the result is the last line."""
    with contextlib.redirect_stdout(io.StringIO()):
        seen = asyncio.run(fly(int(sys.argv[1])))
    print("\n" + json.dumps(seen))


if __name__ == "__main__":
    main()
