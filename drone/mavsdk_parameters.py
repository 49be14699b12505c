"""Whole-number parameters that a command depends on, by MAVSDK: one at a time, 3 s for a name that
the autopilot does not have. What is read by itself and often: `drone.mavsdk_facts`."""

from __future__ import annotations

from mavsdk.asyncio.plugins.param import ParamAsync
from mavsdk.asyncio.system import System

from drone.transfer_turns import Turns
from ground_station.core.errors import Unprocessable


class Parameters:
    """Of one vehicle; within a turn. Each raises what `Turns.done` raises."""

    def __init__(self, turns: Turns, system: System, name: str) -> None:
        self._turns = turns
        self._params = ParamAsync(system)
        self._name = name

    async def get(self, name: str) -> int:
        value = await self._turns.done(f"tell {name}", lambda: self._params.get_param_int(name))
        return int(value)

    async def set(self, name: str, value: int, otherwise: str) -> None:
        """Read back. `otherwise`: what follows where it was not kept, as a sentence's end."""
        await self._turns.done(f"set {name}", lambda: self._params.set_param_int(name, value))
        if await self.get(name) != value:
            raise Unprocessable(
                f"{self._name} did not keep {name} = {value}; {otherwise}.",
                "Set it with its own ground station.",
            )
