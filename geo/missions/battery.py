"""What a battery gives: how much of it each second of hovering, flying and climbing takes."""

from __future__ import annotations

from dataclasses import dataclass

from geo.missions.refused import require

CLIMB_FACTOR = 1.5  # of hovering or flying: taken on the careful side, not measured


@dataclass(frozen=True, slots=True)
class Battery:
    """Fractions are of the full battery, 0 to 1.

    Attributes:
        at_start: how full it is at the take-off; None: not known.
        hover_per_s, cruise_per_s, climb_per_s: fraction that a second takes; None: not known.
        assumed: what was taken for want of a figure, a sentence each.
    """

    at_start: float | None
    hover_per_s: float | None
    cruise_per_s: float | None
    climb_per_s: float | None
    assumed: tuple[str, ...] = ()

    @classmethod
    def of_minutes(
        cls, at_start: float | None, hover_minutes: float, cruise_minutes: float | None = None
    ) -> Battery:
        """Of how long a full battery lasts."""
        require("hover_minutes", hover_minutes, 0.5, 600, "minutes")
        if cruise_minutes is not None:
            require("cruise_minutes", cruise_minutes, 0.5, 600, "minutes")
        cruise = None if cruise_minutes is None else 1 / (cruise_minutes * 60)
        return cls._completed(at_start, 1 / (hover_minutes * 60), cruise, None)

    @classmethod
    def of_capacity(
        cls,
        at_start: float | None,
        capacity_mah: float,
        hover_a: float,
        cruise_a: float | None = None,
        climb_a: float | None = None,
    ) -> Battery:
        """Of its capacity and the mean currents that were seen."""
        require("capacity_mah", capacity_mah, 50, 1_000_000, "mAh")
        full_as = capacity_mah * 3.6
        rates = []
        for field, current in (("hover_a", hover_a), ("cruise_a", cruise_a), ("climb_a", climb_a)):
            if current is not None:
                require(field, current, 0.05, 2000, "A")
            rates.append(None if current is None else current / full_as)
        return cls._completed(at_start, rates[0], rates[1], rates[2])

    @classmethod
    def of_observed(cls, at_start: float, minutes_left: float) -> Battery:
        """Of a vehicle in flight that says how full it is and how long that lasts as it flies."""
        require("minutes_left", minutes_left, 0.01, 600, "minutes")
        require("at_start", at_start, 0, 1)
        rate = at_start / (minutes_left * 60)
        return cls._completed(at_start, rate, rate, None)

    @classmethod
    def _completed(
        cls, at_start: float | None, hover: float | None, cruise: float | None, climb: float | None
    ) -> Battery:
        if at_start is not None:
            require("at_start", at_start, 0, 1)
        assumed = []
        if cruise is None and hover is not None:
            cruise = hover
            assumed.append("What flying takes is not known: as much as hovering was taken.")
        if climb is None and hover is not None:
            climb = CLIMB_FACTOR * max(hover, cruise or 0)
            assumed.append(f"What climbing takes is not known: {CLIMB_FACTOR:g} times was taken.")
        return cls(at_start, hover, cruise, climb, tuple(assumed))
