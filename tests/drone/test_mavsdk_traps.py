"""MAVSDK's traps (each was seen to hurt) and that we do not walk into them."""

from __future__ import annotations

import ast
import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from drone.mavsdk_commands import Commands
from drone.mavsdk_instance import KEPT_FOR_URGENT, THREADS, Instance
from drone.mavsdk_other import Px4Actions, SafetyOnly
from drone.moving import Steps
from drone.readings import Heartbeat
from drone.vehicle_state import Now, VehicleState
from ground_station.core.agent_actions import GoTo
from ground_station.core.agent_vehicles import Autopilot, FlightMode, VehicleLinkState
from ground_station.core.errors import Conflict, Unavailable, Unprocessable
from tests.ports import free_udp_port

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path
    for folder in ("drone", "fixed_cctv", "geo", "ground_station", "tools")
    for path in (ROOT / folder).rglob("*.py")
)


# --- what must not stand in any source file ------------------------------------------------------


def _names(path: Path) -> frozenset[str]:
    return frozenset(_all_names(path))


def _all_names(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_no_source_names_the_call_that_disarms_in_the_air() -> None:
    forbidden = "arm" + "_force"
    named = [path.name for path in SOURCES if forbidden in path.read_text()]
    assert SOURCES
    assert named == []


def test_no_source_names_the_other_calls_that_end_a_flight() -> None:
    for path in (ROOT / "drone").glob("mavsdk_*.py"):
        names = _names(path)
        assert not names & {"kill", "terminate", "shutdown", "reboot"}, path.name


def test_nothing_sent_holds_the_number_that_forces() -> None:
    for path in (ROOT / "drone").glob("*.py"):
        numbers = [
            node.value
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Constant) and isinstance(node.value, int | float)
        ]
        assert not {21196, 2989} & set(numbers), path.name


def test_the_plugin_that_loses_the_first_waypoint_is_not_imported() -> None:
    for path in (ROOT / "drone").rglob("*.py"):
        modules = [
            node.module or ""
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.ImportFrom)
        ]
        assert not [name for name in modules if name.endswith("plugins.mission")], path.name


def test_mavsdk_is_made_in_one_place() -> None:
    speaking = [path for path in SOURCES if "Mavsdk" in path.read_text()]
    makers = [path.name for path in speaking if "Mavsdk" in _names(path)]
    assert makers == ["mavsdk_instance.py"]


def test_callbacks_of_mavsdk_call_no_plugin() -> None:
    """A blocking call in one never returns, and starves all others."""
    tree = ast.parse((ROOT / "drone" / "mavsdk_intake.py").read_text())
    methods = [
        method
        for node in tree.body
        if isinstance(node, ast.ClassDef)
        for method in node.body
        if isinstance(method, ast.FunctionDef) and method.name.startswith("_take")
    ]
    assert len(methods) >= 4
    for method in methods:
        used = {node.attr for node in ast.walk(method) if isinstance(node, ast.Attribute)}
        assert not used & {"_direct", "_telemetry"}, method.name


# --- one instance, guarded -----------------------------------------------------------------------


async def _must_not_run() -> None:
    raise AssertionError("it reached a closed instance")


def test_nothing_reaches_a_closed_instance() -> None:
    async def used() -> None:
        instance = Instance()
        await instance.connect(f"udpin://127.0.0.1:{free_udp_port()}")
        assert list(await instance.systems()) == []
        with pytest.raises(Conflict, match="instance already"):
            Instance()
        await instance.close()
        await instance.close()
        for use in (
            instance.systems,
            lambda: instance.connect("udpin://127.0.0.1:1"),
            lambda: instance.call(_must_not_run),
        ):
            with pytest.raises(Unavailable, match="closed"):
                await use()

    asyncio.run(used())
    asyncio.run(used())  # one after the other may be had


def test_closing_waits_for_a_call_that_is_inside_and_lets_no_new_one_in() -> None:
    async def used() -> list[str]:
        instance = Instance()
        order: list[str] = []
        go_on = asyncio.Event()

        async def slow() -> None:
            await go_on.wait()
            order.append("call ended")

        caller = asyncio.ensure_future(instance.call(slow))
        await asyncio.sleep(0.01)
        caller.cancel()  # whoever stops waiting does not stop the C call
        closing = asyncio.ensure_future(instance.close())
        await asyncio.sleep(0.01)
        assert not closing.done()
        with pytest.raises(Unavailable):
            await instance.systems()
        go_on.set()
        await closing
        order.append("destroyed")
        return order

    assert asyncio.run(used()) == ["call ended", "destroyed"]


def test_urgent_calls_find_a_thread_behind_any_number_of_others() -> None:
    async def used() -> int:
        instance = Instance()
        go_on = asyncio.Event()
        running: list[int] = []

        async def slow() -> None:
            running.append(1)
            await go_on.wait()

        others = [asyncio.ensure_future(instance.call(slow)) for _ in range(3 * THREADS)]
        await asyncio.sleep(0.01)

        async def at_once() -> str:
            return "held"

        assert await asyncio.wait_for(instance.call(at_once, urgent=True), 2) == "held"
        inside = len(running)
        go_on.set()
        await asyncio.gather(*others)
        await instance.close()
        return inside

    assert asyncio.run(used()) == THREADS - KEPT_FOR_URGENT


CLOSES_BUSY = """
import asyncio, sys
from drone.mavsdk_link import MavsdkLink
from drone.simulator.faults import FaultKind
from drone.simulator.host import SimulatedAutopilot
from drone.simulator.settings import SimulatorSettings
from ground_station.core.agent_actions import (Hold, UploadMission, WireMissionItem)
from ground_station.core.errors import KestrelError, Unavailable
from tests.ports import free_udp_port

async def main(port, close):
    link = MavsdkLink([f"udpin://127.0.0.1:{port}"])
    await link.open()
    with SimulatedAutopilot(port, SimulatorSettings(gps_after_s=0.1, ready_after_s=0.2)) as vehicle:
        while not (link.reports() and link.reports()[0].mission and link.reports()[0].home):
            await asyncio.sleep(0.05)
        vehicle.fault(FaultKind.SLOW, value=0.3)
        items = [WireMissionItem(51.496, -0.2386, 10.0)] * 5
        transfer = asyncio.ensure_future(link.carry_out(1, UploadMission(items)))
        await asyncio.sleep(0.5)
        if close:
            vehicle.clear()
            await link.close()
            await link.close()
            try:
                await link.carry_out(1, Hold())
            except Unavailable as error:
                print("refused:", error.message)
            print("reports:", len(link.reports()))
            await asyncio.gather(transfer, return_exceptions=True)
        else:
            transfer.cancel()
            print("left open")

asyncio.run(main(int(sys.argv[1]), sys.argv[2] == "close"))
"""


@pytest.mark.parametrize(
    ("how", "said"),
    [("close", "refused: The link to the autopilots is closed."), ("leave", "left")],
)
def test_a_process_ends_well_whether_it_closes_or_not(how: str, said: str) -> None:
    """In the middle of a transfer. A use of a destroyed object would be a segmentation fault."""
    ended = subprocess.run(
        [sys.executable, "-c", CLOSES_BUSY, str(free_udp_port()), how],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )

    assert said in ended.stdout, ended.stderr
    assert ended.returncode == 0, ended.stderr


# --- PX4 and other autopilots: what can be shown without one -------------------------------------


class _Action:
    """Writes down what MAVSDK's Action plugin would be asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> object:
        async def ask(*_values: object) -> None:
            self.asked.append(name)

        return ask


class _Instance:
    async def call(self, make: object, *, urgent: bool = False) -> object:
        return await make()  # type: ignore[operator]


def _px4(
    kind: type[Px4Actions], state: VehicleState, *, connected: bool = True
) -> tuple[Px4Actions, _Action]:
    """Without MAVSDK behind it."""
    actions = object.__new__(kind)
    plugin = _Action()
    commands = object.__new__(Commands)
    commands._monotonic_s = lambda: 1000.1
    commands._state = state
    for name, value in {
        "_instance": _Instance(),
        "_action": plugin,
        "_mission": plugin,
        "_commands": commands,
        "_state": state,
        "_name": "Kes",
        "_steps": Steps("Kes"),
        "_is_connected": lambda: connected,
    }.items():
        setattr(actions, name, value)
    return actions, plugin


def _heard(custom_mode: int, *, autopilot: int = 12) -> VehicleState:
    state = VehicleState(1, "Kes", simulated=False)
    state.take(Heartbeat(2, autopilot, 0, custom_mode), 1000.0)
    return state


def _auto(sub: int) -> int:
    return 4 << 16 | sub << 24


GROUND = Now(
    link=VehicleLinkState.CONNECTED,
    heartbeat_age_s=0.1,
    autopilot=Autopilot.PX4,
    copter=True,
    armed=False,
    mode=FlightMode.HOLD,
    in_air=False,
    position=None,
    home=None,
    twins="no",  # type: ignore[arg-type]
    mission_seqs=None,
)


@pytest.mark.parametrize("mode", [4, 5, 6])  # MISSION, RETURN, LAND
def test_px4_is_never_armed_in_a_mode_in_which_arm_ends_the_process(mode: int) -> None:
    actions, plugin = _px4(Px4Actions, _heard(_auto(mode)))

    with pytest.raises(Conflict, match="in which it is not armed"):
        asyncio.run(actions.arm(GROUND))
    with pytest.raises(Conflict, match="in which it is not armed"):
        asyncio.run(actions.take_off(GROUND, 10.0))

    assert "arm" not in plugin.asked


def test_px4_is_never_armed_unconnected() -> None:
    actions, plugin = _px4(Px4Actions, _heard(_auto(3)), connected=False)
    with pytest.raises(Unavailable, match="not connected"):
        asyncio.run(actions.arm(GROUND))
    assert plugin.asked == []


def test_px4_takes_off_by_mavsdks_own_actions() -> None:
    actions, plugin = _px4(Px4Actions, _heard(_auto(3)))
    asyncio.run(actions.take_off(GROUND, 10.0))
    assert plugin.asked == ["set_takeoff_altitude", "arm", "takeoff"]


def test_what_is_neither_is_only_brought_to_safety() -> None:
    actions, plugin = _px4(SafetyOnly, _heard(0, autopilot=0))
    for refused in (
        actions.arm(GROUND),
        actions.disarm(GROUND),
        actions.take_off(GROUND, 10.0),
        actions.go_to(GROUND, GoTo(51.0, 0.0, 10.0)),
        actions.start_mission(GROUND, _must_not_run),
    ):
        with pytest.raises(Unprocessable, match="hold, return or land"):
            asyncio.run(refused)
    assert plugin.asked == []

    asyncio.run(actions.hold())
    asyncio.run(actions.return_home())
    asyncio.run(actions.land())
    assert plugin.asked == ["hold", "return_to_launch", "land"]
