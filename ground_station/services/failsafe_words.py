"""What vehicles do when something fails, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ground_station.core.agent_facts import FailsafeAct, FailsafeEvent, FailsafeRule
from ground_station.core.agent_vehicles import FlightMode

EVENTS: Final[Mapping[FailsafeEvent, str]] = MappingProxyType(
    {
        FailsafeEvent.GROUND_STATION_LOST: "no ground station is heard",
        FailsafeEvent.REMOTE_LOST: "the remote control is lost",
        FailsafeEvent.BATTERY_LOW: "the battery is low",
        FailsafeEvent.BATTERY_CRITICAL: "the battery is critical",
        FailsafeEvent.FENCE: "it leaves its geofence",
        FailsafeEvent.POSITION_LOST: "its position is lost",
    }
)
_ACTS: Final[Mapping[FailsafeAct, str]] = MappingProxyType(
    {
        FailsafeAct.NOTHING: "does nothing",
        FailsafeAct.WARN: "says so and flies on",
        FailsafeAct.RETURN: "returns home",
        FailsafeAct.RETURN_OR_LAND: "returns home, or lands where it cannot",
        FailsafeAct.LAND: "lands where it is",
        FailsafeAct.HOLD: "holds where it is",
        FailsafeAct.CONTINUE: "goes on with its mission",
        FailsafeAct.MANUAL: "leaves the flying to the remote control, without a position",
        FailsafeAct.TERMINATE: "switches its motors off",
    }
)
_MODES: Final[Mapping[FailsafeAct, frozenset[FlightMode]]] = MappingProxyType(
    {
        FailsafeAct.RETURN: frozenset({FlightMode.RETURN}),
        FailsafeAct.RETURN_OR_LAND: frozenset({FlightMode.RETURN, FlightMode.LAND}),
        FailsafeAct.LAND: frozenset({FlightMode.LAND}),
        FailsafeAct.HOLD: frozenset({FlightMode.HOLD, FlightMode.LAND}),
        FailsafeAct.CONTINUE: frozenset({FlightMode.MISSION}),
        FailsafeAct.MANUAL: frozenset({FlightMode.ALTITUDE, FlightMode.STABILISED}),
    }
)
_DOES: Final[Mapping[FlightMode, str]] = MappingProxyType(
    {
        FlightMode.RETURN: "It is returning home.",
        FlightMode.LAND: "It is landing.",
        FlightMode.HOLD: "It holds where it is.",
        FlightMode.MISSION: "It flies its mission.",
        FlightMode.GUIDED: "It flies as it was told.",
        FlightMode.TAKEOFF: "It takes off.",
    }
)
NOT_KNOWN: Final = "What it does then is not known."
UNREAD: Final = "This could not be read from the vehicle."


def rule_words(event: FailsafeEvent, rule: FailsafeRule | None) -> str:
    """A sentence or two: what it will do when this happens. None: it did not tell."""
    when = f"When {EVENTS[event]}"
    if rule is None:
        return f"{when}: {UNREAD}"
    if rule.act is FailsafeAct.UNKNOWN:
        return f"{when}: {NOT_KNOWN} {rule.note}".rstrip()
    at = f" ({rule.threshold})" if rule.threshold else ""
    # what does nothing does it at no time
    waits = rule.after_s is not None and rule.act is not FailsafeAct.NOTHING
    after = f" after {rule.after_s:g} s" if waits and rule.after_s is not None else ""
    return f"{when}{at}, it {_ACTS[rule.act]}{after}. {rule.note}".rstrip()


def does_words(mode: FlightMode | None) -> str:
    """What it does now, by the mode that it tells."""
    if mode is None or mode is FlightMode.UNKNOWN:
        return "What it does now is not known."
    return _DOES.get(mode, f"It flies in mode {mode.value}.")


def as_said(rule: FailsafeRule | None, mode: FlightMode | None) -> bool | None:
    """Whether it does what it said it would; None: either is not known, or it said nothing that
    shows in its mode."""
    if rule is None or mode is None or mode is FlightMode.UNKNOWN:
        return None
    modes = _MODES.get(rule.act)
    return None if modes is None else mode in modes
