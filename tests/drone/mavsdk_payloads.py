"""The simulated mount and camera through the real MAVSDK, in a process of its own: what it saw, as
JSON on stdout."""

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
from mavsdk.asyncio.plugins.camera import CameraAsync
from mavsdk.asyncio.plugins.gimbal import GimbalAsync
from mavsdk.asyncio.plugins.mavlink_direct import MavlinkDirectAsync
from mavsdk.plugins.gimbal import ControlMode, GimbalMode, SendMode
from mavsdk.plugins.mavlink_direct import MavlinkMessage

from drone.simulator import SimulatedAutopilot, SimulatorSettings
from drone.simulator.settings import FITTED

LAT, LON = 51.4958, -0.2386
WAIT_S = 15.0
ATTITUDE_STATUS = 285


async def asked(call: Awaitable[Any]) -> str:
    """What a call answered: "ok", or the name of its refusal."""
    try:
        await call
    except Exception as error:  # noqa: BLE001  whatever it is, it is what was seen
        result = getattr(error, "result", None)
        return type(error).__name__ if result is None else str(result.name)
    return "ok"


async def until(read: Callable[[], Awaitable[Any]], good: Callable[[Any], bool]) -> Any:
    """A getter's value once it is good, or the last one."""
    deadline_s = time.monotonic() + WAIT_S
    value = await read()
    while not good(value) and time.monotonic() < deadline_s:
        await asyncio.sleep(0.1)
        value = await read()
    return value


async def stream(direct: MavlinkDirectAsync, number: int) -> None:
    fields = {
        "target_system": 1,
        "target_component": 1,
        "command": 511,
        "param1": float(number),
        "param2": 1e5,
    }
    message = MavlinkMessage("COMMAND_LONG", 0, 0, 1, 1, json.dumps(fields))
    await direct.send_command(message)


async def mount(gimbal: GimbalAsync, sim: SimulatedAutopilot, seen: dict[str, Any]) -> None:
    found = await until(gimbal.gimbal_list, lambda held: bool(held.gimbals))
    seen["gimbals"] = len(found.gimbals)
    if not found.gimbals:
        return
    number = found.gimbals[0].gimbal_id
    seen["take"] = await asked(gimbal.take_control(number, ControlMode.PRIMARY))
    seen["angles"] = await asked(
        gimbal.set_angles(number, 0.0, -45.0, 10.0, GimbalMode.YAW_FOLLOW, SendMode.ONCE)
    )

    async def pointed() -> tuple[float, float]:
        return sim.by_hand(lambda pilot: (pilot.gimbal.pitch_deg, pilot.gimbal.yaw_deg))

    seen["pointed"] = await until(pointed, lambda at: abs(at[0] + 45) < 0.1)

    async def told() -> tuple[float, float]:
        angle = (await gimbal.get_attitude(number)).euler_angle_forward
        return angle.pitch_deg, angle.yaw_deg

    seen["attitude"] = await until(told, lambda at: abs(at[0] + 45) < 1)
    seen["place"] = await asked(gimbal.set_roi_location(number, LAT, LON + 0.001, 5.0))
    place = await until(pointed, lambda at: abs(at[1] - 90) < 1)
    seen["at the place"] = place[1]
    seen["release"] = await asked(gimbal.release_control(number))


async def pictures(camera: CameraAsync, sim: SimulatedAutopilot, seen: dict[str, Any]) -> None:
    found = await until(camera.camera_list, lambda held: bool(held.cameras))
    seen["cameras"] = [one.component_id for one in found.cameras]
    seen["photo"] = await asked(camera.take_photo(1))
    seen["zoom"] = await asked(camera.zoom_range(1, 40.0))
    seen["video"] = await asked(camera.start_video(1))
    seen["video off"] = await asked(camera.stop_video(1))

    async def count() -> int:
        return sim.by_hand(lambda pilot: pilot.camera.count)

    seen["count"] = await until(count, lambda taken: taken == 1)
    seen["zoomed"] = sim.by_hand(lambda pilot: pilot.camera.zoom)


async def watch(port: int) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    with SimulatedAutopilot(port, SimulatorSettings(parameters=FITTED)) as sim:
        configuration = Configuration.create_with_component_type(ComponentType.GROUND_STATION)
        configuration.system_id = 255
        client = Mavsdk(configuration)
        await client.add_any_connection(f"udpin://127.0.0.1:{port}")
        system = await client.first_autopilot(timeout_s=10)
        gimbal, camera = GimbalAsync(system), CameraAsync(system)
        seen["before asked"] = len((await gimbal.gimbal_list()).gimbals)
        await stream(MavlinkDirectAsync(system), ATTITUDE_STATUS)
        await mount(gimbal, sim, seen)
        await pictures(camera, sim, seen)
        client.destroy()
    return seen


def main() -> None:
    """MAVSDK logs to stdout, so the result is the last line."""
    with contextlib.redirect_stdout(io.StringIO()):
        seen = asyncio.run(watch(int(sys.argv[1])))
    print("\n" + json.dumps(seen))


if __name__ == "__main__":
    main()
