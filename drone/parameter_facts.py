"""What a vehicle's parameters say of how it behaves: common to ArduCopter's and PX4's rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ground_station.core.agent_facts import FailsafeAct, FailsafeEvent, FailsafeRule

Params = Mapping[str, float]
Table = Mapping[int, tuple[FailsafeAct, str]]


@dataclass(frozen=True, slots=True)
class ParameterFacts:
    """See `VehicleFacts` for what each is. `missing`: sentences on what is not known and why."""

    failsafes: tuple[FailsafeRule, ...] = ()
    return_height_home_m: float | None = None
    fence_enabled: bool | None = None
    fence_rings: int | None = None
    fence_max_height_m: float | None = None
    fence_radius_m: float | None = None
    rally_points: int | None = None
    battery_capacity_mah: float | None = None
    battery_cells: int | None = None
    missing: tuple[str, ...] = ()


def act_of(table: Table, value: float) -> tuple[FailsafeAct, str]:
    """The act and its note; UNKNOWN for a value that the table does not hold."""
    if value != int(value):
        return FailsafeAct.UNKNOWN, ""
    return table.get(int(value), (FailsafeAct.UNKNOWN, ""))


def has_bit(params: Params, name: str, bit: int) -> bool:
    """False where the parameter is not known."""
    return bool(int(params.get(name, 0.0)) & bit)


def positive(params: Params, name: str) -> float | None:
    """None where it is 0, which switches most of them off, or not known."""
    value = params.get(name, 0.0)
    return value if value > 0 else None


def used(params: Params, *names: str) -> dict[str, float]:
    return {name: params[name] for name in names if name in params}


def rule(
    event: FailsafeEvent,
    act: tuple[FailsafeAct, str],
    read_from: dict[str, float],
    *,
    after_s: float | None = None,
    threshold: str = "",
    more: str = "",
) -> FailsafeRule:
    """`more`: is said behind the act's own note."""
    note = " ".join(text for text in (act[1], more) if text)
    return FailsafeRule(event, act[0], after_s, threshold, read_from, note)
