"""What is said where a plan cannot be made as asked."""

from __future__ import annotations

import math

MAX_ITEMS = 700  # ArduPilot refused 800


class PlanRefused(ValueError):
    """A plan cannot be made of this.

    Attributes:
        field: the name of the input that is wrong. message: what is wrong with it, a sentence.
        remedy: what to do about it, a sentence; "" where there is nothing to do.
    """

    def __init__(self, field: str, message: str, remedy: str = "") -> None:
        super().__init__(f"{field}: {message} {remedy}".strip())
        self.field, self.message, self.remedy = field, message, remedy


def require(field: str, value: float, least: float, most: float, unit: str = "") -> float:
    """The value. Raises PlanRefused for what is no number or out of its range."""
    if not (math.isfinite(value) and least <= value <= most):
        asked = f"{least:g} to {most:g} {unit}".strip()
        raise PlanRefused(field, f"it is {value:g}.", f"Give {asked}.")
    return value


def require_count(field: str, count: int, remedy: str) -> None:
    """Raises PlanRefused for more items than an autopilot takes."""
    if count > MAX_ITEMS:
        raise PlanRefused(
            field, f"this makes {count:,} items; a vehicle takes at most {MAX_ITEMS}.", remedy
        )
