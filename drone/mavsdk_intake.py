"""One system's messages from MAVSDK's callback thread into what is known of it.

MAVSDK's asyncio streams are unbounded queues, and tell the time of reading, not of arrival; so the
callbacks of the plain API fill latest-only slots instead. Trap: a blocking plugin call inside a
callback never returns and starves every other one. These decode a few hundred bytes and keep them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
from mavsdk.plugins.mavlink_direct import MavlinkDirect, MavlinkMessage
from mavsdk.plugins.telemetry import Health, Telemetry
from mavsdk.system import System

from drone import condition, facts_messages, gimbal_angles, readings, traffic_messages
from drone.facts_known import FactsKnown
from drone.traffic import TrafficHeard
from drone.vehicle_state import Heard, VehicleState
from ground_station.core.agent_vehicles import HealthReading

log = logging.getLogger(__name__)

AUTOPILOT_COMPONENT = 1
_AUTOPILOT = frozenset({AUTOPILOT_COMPONENT})
_GIMBALS = frozenset({AUTOPILOT_COMPONENT, gimbal_angles.GIMBAL_COMPONENT})
MAX_EARS = 16  # systems without an autopilot that are listened to

# Of a message: its decoder, and from which components it is taken (None: from any).
_STATE: dict[str, frozenset[int] | None] = {
    **dict.fromkeys(readings.MESSAGES, _AUTOPILOT),
    **dict.fromkeys(condition.MESSAGES, _AUTOPILOT),
    **dict.fromkeys(gimbal_angles.MESSAGES, _GIMBALS),
    "RADIO_STATUS": None,  # the radio's own, on its own component
}
_STATE_DECODERS: dict[str, msgspec.json.Decoder[Heard]] = {
    name: msgspec.json.Decoder(kind)
    for name, kind in {
        **readings.MESSAGES,
        **condition.MESSAGES,
        **gimbal_angles.MESSAGES,
    }.items()
}
_FACTS: dict[str, msgspec.json.Decoder[facts_messages.FactsMessage]] = {
    name: msgspec.json.Decoder(kind) for name, kind in facts_messages.MESSAGES.items()
}
_TRAFFIC: dict[str, msgspec.json.Decoder[traffic_messages.TrafficMessage]] = {
    name: msgspec.json.Decoder(kind) for name, kind in traffic_messages.MESSAGES.items()
}
_RADIO = msgspec.json.Decoder(condition.RadioStatus)


@dataclass(frozen=True, slots=True)
class Sinks:
    """Where one vehicle's messages go; each may be filled from any thread."""

    state: VehicleState
    facts: FactsKnown
    traffic: TrafficHeard


class Intake:
    """Subscribed from the moment it is made until the Mavsdk object is destroyed.

    Args:
        monotonic_s: read on MAVSDK's callback thread, as each message arrives.
    """

    def __init__(self, system: System, sinks: Sinks, monotonic_s: Callable[[], float]) -> None:
        self._state = sinks.state
        self._facts = sinks.facts
        self._traffic = sinks.traffic
        self._monotonic_s = monotonic_s
        self._direct = MavlinkDirect(system)
        self._telemetry = Telemetry(system)
        for name in {**_STATE, **_FACTS, **_TRAFFIC}:
            self._direct.subscribe_message(name, self._take)
        self._telemetry.subscribe_health(self._take_health)

    def _take(self, message: MavlinkMessage, _user: object) -> None:
        """An exception here would only be printed by MAVSDK."""
        arrived_s = self._monotonic_s()
        name = message.message_name
        try:
            self._take_known(name, message, arrived_s)
        except (msgspec.MsgspecError, UnicodeError):
            self._state.malformed(name, arrived_s)
        except Exception:  # MAVSDK's thread must go on for the other vehicles
            log.exception("message_not_taken vehicle=%d kind=%s", self._state.system_id, name)
            self._state.malformed(name, arrived_s)

    def _take_known(self, name: str, message: MavlinkMessage, arrived_s: float) -> None:
        """A heartbeat goes to both: it says what components there are."""
        component, fields = message.component_id, message.fields_json
        if name in _FACTS:
            self._facts.take(_FACTS[name].decode(fields), component, arrived_s)
        if name in _STATE:
            wanted = _STATE[name]
            if wanted is None or component in wanted:
                self._state.take(_STATE_DECODERS[name].decode(fields), arrived_s)
        elif name in _TRAFFIC:
            heard = _TRAFFIC[name].decode(fields)
            self._traffic.take(heard, self._state.system_id, arrived_s)

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


class Ear:
    """A system without an autopilot: a receiver of other aircraft, or a telemetry radio that
    speaks for itself (SiK radios: number 51). Subscribed like `Intake`.

    Args:
        radio: takes what a radio says; on MAVSDK's callback thread.
    """

    def __init__(
        self,
        system: System,
        traffic: TrafficHeard,
        radio: Callable[[condition.RadioStatus, float], None],
        monotonic_s: Callable[[], float],
    ) -> None:
        self._system_id: int = system.get_system_id()
        self._traffic = traffic
        self._radio = radio
        self._monotonic_s = monotonic_s
        self._direct = MavlinkDirect(system)
        for name in (*_TRAFFIC, "RADIO_STATUS"):
            self._direct.subscribe_message(name, self._take)

    def _take(self, message: MavlinkMessage, _user: object) -> None:
        arrived_s = self._monotonic_s()
        name = message.message_name
        try:
            if name in _TRAFFIC:
                heard = _TRAFFIC[name].decode(message.fields_json)
                self._traffic.take(heard, self._system_id, arrived_s)
            else:
                self._radio(_RADIO.decode(message.fields_json), arrived_s)
        except (msgspec.MsgspecError, UnicodeError):
            log.warning("message_not_read system=%d kind=%s", self._system_id, name)
        except Exception:  # MAVSDK's thread must go on for all others
            log.exception("message_not_taken system=%d kind=%s", self._system_id, name)
