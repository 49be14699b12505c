"""What readers refuse: gaps with the areas where the refused features may lie."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from geo.formats.reading import MAX_REFUSALS
from geo.zones.model import Area, Circle, Gap, Polygon
from geo.zones.shapes import bounds_of

_SPARE_DEG = 0.002  # round a box of corners: about 150 m, for arcs and bent edges
# The flight information regions of the United Kingdom, roughly: only to tell latitudes from
# longitudes, which are far from each other here.
_UK = Area(47.0, -31.0, 64.0, 6.0, "the United Kingdom")


class Refusals:
    """The gaps of one file. Those beyond `MAX_REFUSALS` are counted, and stand as one gap that may
    be anywhere."""

    def __init__(self) -> None:
        self._gaps: list[Gap] = []
        self.left_out = 0

    def add(self, feature: str, reason: str, areas: Sequence[Area] = ()) -> None:
        """`areas` none: it may be anywhere."""
        if len(self._gaps) < MAX_REFUSALS:
            self._gaps.append(Gap(feature[:200], reason[:500], tuple(areas)))
        else:
            self.left_out += 1

    @property
    def gaps(self) -> tuple[Gap, ...]:
        if not self.left_out:
            return tuple(self._gaps)
        more = Gap(f"{self.left_out} more features", "Too many were refused to tell each.")
        return (*self._gaps, more)


def areas_of(groups: Iterable[Sequence[tuple[float, float]]], name: str) -> tuple[Area, ...]:
    """A box round each group of (lat, lon); none where a group is empty or cannot be boxed, so that
    the feature may be anywhere."""
    areas = []
    for group in groups:
        lats, lons = [lat for lat, _lon in group], [lon for _lat, lon in group]
        if not group or max(lons) - min(lons) > 180.0:
            return ()
        areas.append(
            Area(
                min(lats) - _SPARE_DEG,
                min(lons) - _SPARE_DEG * 2,
                max(lats) + _SPARE_DEG,
                max(lons) + _SPARE_DEG * 2,
                name,
            )
        )
    return tuple(areas)


def swapped_areas(parts: Sequence[Circle | Polygon], name: str) -> tuple[Area, ...]:
    """Of a shape that lies outside the United Kingdom as it was read and inside it with latitudes
    and longitudes the other way round: both places. None of any other shape."""
    boxes = [bounds_of(part) for part in parts]
    west, south = min(box[0] for box in boxes), min(box[1] for box in boxes)
    east, north = max(box[2] for box in boxes), max(box[3] for box in boxes)
    if _in_uk(south, west) or _in_uk(north, east):
        return ()
    if not (_in_uk(west, south) and _in_uk(east, north)):
        return ()
    return (
        Area(south, west, north, east, f"{name}, as read"),
        Area(west, south, east, north, f"{name}, the other way round"),
    )


def _in_uk(lat: float, lon: float) -> bool:
    return _UK.holds(lat, lon)
