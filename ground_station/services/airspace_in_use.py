"""What flights are checked against, as one value: no check ever sees half of a change."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from geo.zones import Datum, Gap, GeoZone, ZoneDataset, ZoneIndex
from geo.zones.training import WINDOW

NO_DATASET = "No airspace dataset is loaded: no place is known to be clear."
NOT_TRAINING = (
    "The airspace dataset is for training, and this station does not run a simulation: "
    "no place is known to be clear."
)


@dataclass(frozen=True, slots=True)
class ZonesInUse:
    """What flights are checked against, as one: it is replaced as a whole.

    Attributes:
        index: of the dataset; None: there is none, and nothing is clear.
        notams, drawn: of the zones beside it: NOTAMs, and those that people of ours drew.
        notams_as_of: when the NOTAMs in use were imported; None: there are none.
        airac: the dataset's AIRAC effective date; "" if it does not say.
        trouble: why what is stored could not be taken into use; nothing is clear then.
        needs_ground: whether any limit is above the ground. gaps: of all of them together.
    """

    index: ZoneIndex | None
    notams: ZoneIndex | None = None
    drawn: ZoneIndex | None = None
    notams_as_of: datetime | None = None
    airac: str = ""
    trouble: str = ""
    needs_ground: bool = field(init=False)
    gaps: tuple[Gap, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        zones = (zone for index in self.all for zone in index.dataset.zones)
        object.__setattr__(self, "needs_ground", any(map(_above_ground, zones)))
        gaps = (gap for index in self.all for gap in index.dataset.gaps)
        object.__setattr__(self, "gaps", tuple(gaps))

    @property
    def more(self) -> tuple[ZoneIndex, ...]:
        """Beside the dataset's."""
        return tuple(one for one in (self.notams, self.drawn) if one is not None)

    @property
    def all(self) -> tuple[ZoneIndex, ...]:
        """Of the dataset and beside it."""
        return self.more if self.index is None else (self.index, *self.more)

    @property
    def dataset(self) -> ZoneDataset | None:
        return None if self.index is None else self.index.dataset

    def renewed(self, now: datetime) -> ZonesInUse:
        """A training dataset's validity rolls: it is renewed a week before it would end."""
        dataset = self.dataset
        if self.index is None or dataset is None or not dataset.training:
            return self
        half = WINDOW / 2
        ends = dataset.effective_until or now
        if (dataset.effective_from or now) <= now < ends - half / 2:
            return self
        rolled = dataclasses.replace(dataset, effective_from=now - half, effective_until=now + half)
        return dataclasses.replace(self, index=self.index.dated(rolled))

    def problem(self, now: datetime, *, training: bool) -> str:
        """Why nothing may be called clear; "" while the dataset may be used.

        Args:
            training: whether this station runs a simulation.
        """
        dataset = self.dataset
        if self.trouble or dataset is None:
            return self.trouble or NO_DATASET
        if dataset.training and not training:
            return NOT_TRAINING
        if dataset.effective_from is None or dataset.effective_until is None:
            return f"{dataset.name} does not say when it holds: no place is known to be clear."
        if now >= dataset.effective_until:
            return _out_of_date(dataset, "ended on", dataset.effective_until)
        if now < dataset.effective_from:
            return _out_of_date(dataset, "begins only on", dataset.effective_from)
        anywhere = (gap for gap in self.gaps if not gap.areas)
        return next(map(_gap_words, anywhere), "")

    def not_known_at(self, lat: float, lon: float) -> str:
        """Why the zones of a place are not known, or ""."""
        dataset = self.dataset
        if dataset is None:
            return ""
        if dataset.covers is not None and not dataset.covers.holds(lat, lon):
            return f"{dataset.name}: it covers {dataset.covers.name} only."
        near = (gap for gap in self.gaps if any(area.holds(lat, lon) for area in gap.areas))
        return next(map(_gap_words, near), "")

    def notams_too_old(self, now: datetime, most_h: float) -> bool:
        """Whether NOTAMs count as not checked."""
        as_of = self.notams_as_of
        return as_of is None or now - as_of > timedelta(hours=most_h)


def _above_ground(zone: GeoZone) -> bool:
    return any(
        layer.lower.datum is Datum.AGL or layer.upper.datum in (Datum.AGL, Datum.SURFACE)
        for layer in zone.layers
    )


def _gap_words(gap: Gap) -> str:
    return f"A feature of the airspace dataset could not be read: {gap.feature} ({gap.reason})."


def _out_of_date(dataset: ZoneDataset, what: str, day: datetime) -> str:
    return (
        f"The airspace dataset ({dataset.name}) {what} {day:%d %B %Y}: no place is known to be "
        "clear. Import the present one."
    )
