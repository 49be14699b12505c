"""What a drone agent tells beside telemetry: its vehicles' facts, and other aircraft they hear."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from drone.link import VehicleLink
from ground_station.core.agent_facts import (
    FACTS_INTERVAL_S,
    MAX_AIRCRAFT,
    MAX_REMOTE_IDS,
    Aircraft,
    Facts,
    RemoteId,
    Traffic,
    VehicleFacts,
)
from ground_station.core.agent_vehicles import MAX_VEHICLES

log = logging.getLogger(__name__)

Part = TypeVar("Part", bound=msgspec.Struct)
_encoder = msgspec.msgpack.Encoder()


class FactsFeed:
    """On the link's loop, but for `problems`, which any thread may read.

    What is sent is checked against the protocol first, as telemetry is: the station ends the
    connection of an agent that sends anything else.

    Args:
        send: puts a message into the next batch; must not block.
        monotonic_s: this process's clock.

    Attributes:
        problems: sentences about the whole agent.
    """

    def __init__(
        self,
        link: VehicleLink,
        send: Callable[[Facts | Traffic], None],
        monotonic_s: Callable[[], float],
    ) -> None:
        self._link = link
        self._send = send
        self._monotonic_s = monotonic_s
        self._told: list[VehicleFacts] = []
        self._facts_s = self._traffic_s = -FACTS_INTERVAL_S
        self._any_traffic = False
        self.problems: tuple[str, ...] = ()

    def tick(self) -> None:
        """Once a second: facts where they changed and every ten seconds; traffic while there is
        any, then none once, and again every ten seconds in case that did not arrive."""
        now_s = self._monotonic_s()
        problems = [*self._tell_facts(now_s), *self._tell_traffic(now_s)]
        if tuple(problems) != self.problems:
            log.warning("facts_problems %s", " ".join(problems) or "none")
        self.problems = tuple(problems)

    def _tell_facts(self, now_s: float) -> list[str]:
        vehicles, problems = _sound(self._link.facts()[:MAX_VEHICLES], VehicleFacts, _vehicle)
        if vehicles == self._told and now_s - self._facts_s < FACTS_INTERVAL_S:
            return problems
        if vehicles or self._told:
            self._send(Facts(vehicles))
        self._told, self._facts_s = vehicles, now_s
        return problems

    def _tell_traffic(self, now_s: float) -> list[str]:
        heard = self._link.traffic()
        aircraft, bad = _sound(heard.aircraft[:MAX_AIRCRAFT], Aircraft, _aircraft)
        remote_ids, worse = _sound(heard.remote_ids[:MAX_REMOTE_IDS], RemoteId, _remote_id)
        any_now = bool(aircraft or remote_ids)
        if any_now or self._any_traffic or now_s - self._traffic_s >= FACTS_INTERVAL_S:
            self._send(Traffic(aircraft, remote_ids))
            self._traffic_s = now_s
        self._any_traffic = any_now
        return [*bad, *worse]


def _vehicle(facts: VehicleFacts) -> str:
    return f"The facts of vehicle {facts.system_id}"


def _aircraft(aircraft: Aircraft) -> str:
    return f"What aircraft {aircraft.icao[:6]!r} sends"


def _remote_id(remote_id: RemoteId) -> str:
    return f"What Remote ID {remote_id.key[:40]!r} sends"


def _sound(
    parts: Sequence[Part], kind: type[Part], name: Callable[[Part], str]
) -> tuple[list[Part], list[str]]:
    """Those that the protocol allows, and what is said of the others (a few of them)."""
    sound, problems = [], []
    for part in parts:
        try:
            msgspec.msgpack.decode(_encoder.encode(part), type=kind)
        except (msgspec.MsgspecError, OverflowError, TypeError) as error:
            problems.append(f"{name(part)} cannot be passed on: {error}."[:300])
        else:
            sound.append(part)
    return sound, problems[:3]
