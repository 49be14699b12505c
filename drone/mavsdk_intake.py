"""One system's messages from MAVSDK's callback thread into a `VehicleState`.

MAVSDK's asyncio streams are unbounded queues, and tell the time of reading, not of arrival; so the
callbacks of the plain API fill latest-only slots instead. Trap: a blocking plugin call inside a
callback never returns and starves every other one. These decode a few hundred bytes and keep them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import msgspec
from mavsdk.plugins.mavlink_direct import MavlinkDirect, MavlinkMessage
from mavsdk.plugins.telemetry import Health, Telemetry
from mavsdk.system import System

from drone.readings import MESSAGES, Heard
from drone.vehicle_state import VehicleState
from ground_station.core.agent_vehicles import HealthReading

log = logging.getLogger(__name__)

AUTOPILOT_COMPONENT = 1
_DECODERS: dict[str, msgspec.json.Decoder[Heard]] = {
    name: msgspec.json.Decoder(kind) for name, kind in MESSAGES.items()
}


class Intake:
    """Subscribed from the moment it is made until the Mavsdk object is destroyed.

    Args:
        monotonic_s: read on MAVSDK's callback thread, as each message arrives.
    """

    def __init__(
        self, system: System, state: VehicleState, monotonic_s: Callable[[], float]
    ) -> None:
        self._state = state
        self._monotonic_s = monotonic_s
        self._direct = MavlinkDirect(system)
        self._telemetry = Telemetry(system)
        for name in MESSAGES:
            self._direct.subscribe_message(name, self._take)
        self._telemetry.subscribe_health(self._take_health)

    def _take(self, message: MavlinkMessage, _user: object) -> None:
        """An exception here would only be printed by MAVSDK."""
        arrived_s = self._monotonic_s()
        name = message.message_name
        if message.component_id != AUTOPILOT_COMPONENT or name not in _DECODERS:
            return
        try:
            heard = _DECODERS[name].decode(message.fields_json)
        except (msgspec.MsgspecError, UnicodeError):
            self._state.malformed(name, arrived_s)
            return
        try:
            self._state.take(heard, arrived_s)
        except Exception:  # MAVSDK's thread must go on for the other vehicles
            log.exception("message_not_taken vehicle=%d kind=%s", self._state.system_id, name)
            self._state.malformed(name, arrived_s)

    def _take_health(self, health: Health, _user: object) -> None:
        self._state.take_health(
            HealthReading(
                0,
                bool(health.is_armable),
                bool(health.is_global_position_ok),
                bool(health.is_home_position_ok),
            ),
            self._monotonic_s(),
        )
