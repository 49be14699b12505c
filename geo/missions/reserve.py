"""Whether a battery is enough: for the way home from every item, and for all of the mission."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known for it.

    Attributes:
        cannot: why it cannot be flown at all; "": it can.
        left: at the end of the mission. margins: for each item, what would be left at home if it
            returned from there.
        holds: the mission ends in the air.
        why_unknown: what is not known, a sentence each.
    """

    cannot: str
    calm_taken: bool
    home_known: bool
    left: float | None
    margins: Sequence[tuple[int, float | None]]
    holds: bool
    why_unknown: Sequence[str]


def judged(known: Answer, reserve: float) -> tuple[bool | None, str]:
    """(enough or not or None for cannot be said, why). Not enough in calm air is not enough; enough
    in calm air says nothing where the wind is not known."""
    if known.cannot:
        return False, known.cannot
    short = [(margin, number) for number, margin in known.margins if margin is not None]
    worst = min(short, default=None)
    if worst is not None and worst[0] < reserve:
        return False, (
            f"Home from item {worst[1]} it would have {_percent(worst[0])} left; "
            f"the reserve is {_percent(reserve)}."
        )
    if known.left is not None and known.left < reserve:
        return False, (
            f"At the end {_percent(known.left)} would be left; the reserve is {_percent(reserve)}."
        )
    if known.left is None or len(short) < len(known.margins):
        return None, " ".join(known.why_unknown) or "The battery cannot be reckoned."
    if known.calm_taken:
        return None, f"In calm air {_percent(_least(known, worst))} is left; the wind is not known."
    return True, (
        f"At least {_percent(_least(known, worst))} is left; the reserve is {_percent(reserve)}."
    )


def _least(known: Answer, worst: tuple[float, int] | None) -> float:
    assert known.left is not None
    if worst is None:
        return known.left
    return worst[0] if known.holds else min(known.left, worst[0])


def _percent(fraction: float) -> str:
    return "nothing" if fraction <= 0 else f"{fraction * 100:.0f} %"
