"""What a vehicle carries besides its camera: a port, and adapters for what hangs on an autopilot's
relays and servo outputs. Which there is, whoever starts the agent says:

    spotlight=relay:0                  a relay: on and off
    loudspeaker=servo:9:1100:1900      an output and its pulses in microseconds: off, full
    spotlight-left@2=relay:1           of the vehicle with the MAVLink system id 2
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ground_station.core.agent_actions import UsePayload
from ground_station.core.agent_facts import PayloadFact
from ground_station.core.errors import ConfigError, NotFound, Unprocessable

MOST_PAYLOADS = 8  # of a vehicle, as the wire has it
_KEY = re.compile(r"([a-z][a-z0-9]*)(?:-[a-z0-9-]+)?\Z")
_MOST_KEY = 40
_RELAYS, _OUTPUTS = range(16), range(1, 33)
_SHORTEST_US, _LONGEST_US = 500, 2500
_SYSTEM_IDS = range(1, 256)
_HOW = "Write it as KEY=relay:NUMBER or KEY=servo:OUTPUT:OFF:FULL, such as spotlight=relay:0."
ON, OFF, LEVEL = "on", "off", "level"


class Outputs(Protocol):
    """An autopilot's outputs. Each raises what a command raises."""

    async def relay(self, number: int, on: bool) -> None: ...
    async def servo(self, output: int, pulse_us: int) -> None: ...


class Payload(Protocol):
    """One thing that a vehicle carries. An adapter for another kind implements these two."""

    def fact(self) -> PayloadFact:
        """What it is and what it can do."""
        ...

    async def use(self, action: UsePayload, outputs: Outputs) -> str:
        """Do it; a note for a person. Raises Unprocessable for what it cannot do."""
        ...


def _checked(fact: PayloadFact, action: UsePayload) -> None:
    """Raises Unprocessable for an act that it does not have, a text that it cannot speak or a level
    that it does not have."""
    if action.act not in fact.acts:
        raise Unprocessable(
            f"{fact.name} cannot do {action.act!r}.", f"It can do: {', '.join(fact.acts)}."
        )
    if action.text and not fact.takes_text:
        raise Unprocessable(f"{fact.name} speaks no text.", "Leave the text out.")
    if action.level is not None and not fact.has_level:
        raise Unprocessable(f"{fact.name} has no level.", "Leave the level out.")


@dataclass(frozen=True, slots=True)
class RelayPayload:
    """Something that a relay switches."""

    key: str
    kind: str
    number: int

    def fact(self) -> PayloadFact:
        name = f"{self.key.replace('-', ' ').capitalize()} (on and off only)"
        return PayloadFact(self.key, self.kind, name, [ON, OFF])

    async def use(self, action: UsePayload, outputs: Outputs) -> str:
        _checked(self.fact(), action)
        await outputs.relay(self.number, action.act == ON)
        return f"Relay {self.number} was switched {action.act}; what hangs on it does not answer."


@dataclass(frozen=True, slots=True)
class ServoPayload:
    """Something that listens to pulses of an output: `off_us` switches it off, `full_us` is all of
    it; between them lies its level."""

    key: str
    kind: str
    output: int
    off_us: int
    full_us: int

    def fact(self) -> PayloadFact:
        name = self.key.replace("-", " ").capitalize()
        return PayloadFact(self.key, self.kind, name, [ON, OFF, LEVEL], has_level=True)

    async def use(self, action: UsePayload, outputs: Outputs) -> str:
        _checked(self.fact(), action)
        if action.act == LEVEL and action.level is None:
            raise Unprocessable(f"{self.fact().name} needs a level.", "Give one from 0 to 1.")
        level = 0.0 if action.act == OFF else 1.0 if action.level is None else action.level
        pulse_us = round(self.off_us + level * (self.full_us - self.off_us))
        await outputs.servo(self.output, pulse_us)
        return (
            f"Output {self.output} was set to {pulse_us} µs ({level:.0%}); what hangs on it does "
            "not answer."
        )


# --- which there are ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Carried:
    """`system_id`: of the vehicle that carries it; None: of the only one."""

    payload: Payload
    system_id: int | None = None


class Payloads:
    """All of an agent's.

    Raises:
        ConfigError: two of one vehicle have the same key, or there are too many.
    """

    def __init__(self, carried: Sequence[Carried] = ()) -> None:
        self._carried = tuple(carried)
        for system_id in {one.system_id for one in carried}:
            keys = [one.payload.fact().key for one in self._carried_by(system_id or 0, 1)]
            twice = next((key for key in keys if keys.count(key) > 1), "")
            if twice:
                raise ConfigError(f"There are two payloads {twice!r} on one vehicle.", _HOW)
            if len(keys) > MOST_PAYLOADS:
                raise ConfigError(
                    f"{len(keys)} payloads are too many; a vehicle has {MOST_PAYLOADS} at the most."
                )

    def _carried_by(self, system_id: int, vehicles: int) -> list[Carried]:
        only = vehicles == 1
        return [
            one
            for one in self._carried
            if one.system_id == system_id or (only and one.system_id is None)
        ]

    def facts(self, system_id: int, vehicles: int) -> list[PayloadFact]:
        """Of one vehicle. `vehicles`: how many the agent has; with several, only those count of
        which it was said who carries them."""
        return [one.payload.fact() for one in self._carried_by(system_id, vehicles)]

    async def use(self, system_id: int, vehicles: int, action: UsePayload, outputs: Outputs) -> str:
        """Raises NotFound where that vehicle has none of that key, and what `Payload.use` does."""
        mine = self._carried_by(system_id, vehicles)
        for one in mine:
            if one.payload.fact().key == action.key:
                return await one.payload.use(action, outputs)
        known = ", ".join(one.payload.fact().key for one in mine) or "none"
        raise NotFound(
            f"This vehicle carries no {action.key!r}; it carries: {known}.",
            "Start its agent with --payload, and with several vehicles say which carries it "
            "(spotlight@2=relay:0).",
        )


def payload_of(text: str) -> Carried:
    """What `--payload` says. Raises ConfigError."""
    named, equals, how = text.strip().partition("=")
    key, at, who = named.partition("@")
    matched = _KEY.match(key)
    kind, *numbers = how.split(":")
    if not equals or matched is None or len(key) > _MOST_KEY:
        raise ConfigError(f"{text!r} is no payload.", _HOW)
    system_id = _number(text, who, _SYSTEM_IDS, "system id") if at else None
    if kind == "relay" and len(numbers) == 1:
        number = _number(text, numbers[0], _RELAYS, "relay")
        return Carried(RelayPayload(key, matched[1], number), system_id)
    if kind == "servo" and len(numbers) == 3:
        output = _number(text, numbers[0], _OUTPUTS, "output")
        pulses = range(_SHORTEST_US, _LONGEST_US + 1)
        off_us, full_us = (_number(text, one, pulses, "pulse") for one in numbers[1:])
        if off_us == full_us:
            raise ConfigError(f"{text!r} has one pulse for off and full.", _HOW)
        return Carried(ServoPayload(key, matched[1], output, off_us, full_us), system_id)
    raise ConfigError(f"{text!r} is no payload.", _HOW)


def _number(text: str, said: str, good: range, what: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", said) or int(said) not in good:
        raise ConfigError(
            f"{text!r}: {said!r} is no {what}; they are {good.start} to {good.stop - 1}.", _HOW
        )
    return int(said)
