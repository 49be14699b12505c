"""An autopilot's relays and servo outputs by MAVLink commands."""

from __future__ import annotations

from drone.mavsdk_commands import Cmd, Commands


class CommandOutputs:
    """Implements `payloads.Outputs` for one vehicle. ArduPilot refuses an output that flies it."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    async def relay(self, number: int, on: bool) -> None:
        await self._commands.have(
            f"switch relay {number}", Cmd.SET_RELAY, float(number), 1.0 if on else 0.0
        )

    async def servo(self, output: int, pulse_us: int) -> None:
        await self._commands.have(
            f"set output {output}", Cmd.SET_SERVO, float(output), float(pulse_us)
        )
