"""The outlines of OpenAir blocks: variables, points, arcs and circles."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from geo.formats.boundary import Budget, Place, arc_between, arc_points, distance_m
from geo.formats.reading import MAX_RING_POINTS
from geo.zones.model import METRES_PER_NAUTICAL_MILE, Circle
from geo.zones.shapes import box_round

_ANGLE = r"(\d{1,3}(?:\.\d{1,12})?)(?::(\d{1,2}(?:\.\d{1,10})?))?(?::(\d{1,2}(?:\.\d{1,8})?))?"
_COORDINATES = re.compile(_ANGLE + r"\s*([NS])[\s,]*" + _ANGLE + r"\s*([EW])", re.IGNORECASE)
_ASSIGNMENT = re.compile(r"([A-Za-z])\s*=\s*(.*)")
_NUMBER = re.compile(r"\d{1,6}(?:\.\d{1,12})?")
_LIKE_ONE_M = 1.0  # of a circle's two radii


class Trouble(ValueError):
    """A line cannot be followed: why."""


@dataclass
class Block:
    """One airspace, as its lines said.

    Attributes:
        first: the number of its AC line. said: the value of each other line, by its letters.
        trouble: of the first line that could not be followed, with its number; "" if none.
        hints: centres and places of what could not be drawn: it may lie there.
    """

    first: int
    airspace_class: str
    said: dict[str, str] = field(default_factory=dict)
    corners: list[Place] = field(default_factory=list)
    circles: list[Circle] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    hints: list[Place] = field(default_factory=list)
    trouble: str = ""

    def fail(self, number: int, why: str) -> None:
        self.trouble = self.trouble or f"line {number}: {why}"

    def places(self) -> list[Place]:
        """Between which it lies, as far as it was read."""
        found = [*self.corners, *self.hints]
        for each in self.circles:
            if abs(each.lat) <= 85 and each.radius_m < 1e6:
                west, south, east, north = box_round(
                    each.lat, each.lon, each.lat, each.lon, each.radius_m
                )
                found += [(south, west), (north, east)]
        return found


class Pen:
    """Draws a block's outline. `begin` each block: the direction is clockwise again, the centre
    stays as it was."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._centre: Place | None = None
        self._clockwise = True

    def begin(self) -> None:
        self._clockwise = True

    @property
    def centre(self) -> Place | None:
        """As V X= said last; None: not said, or not understood."""
        return self._centre

    def draw(self, block: Block, command: str, value: str) -> None:
        """Raises Trouble, or FileRefused when the file has too many points."""
        if command == "V":
            self._variable(value)
            return
        before = len(block.corners)
        {"DP": self._point, "DA": self._by_angles, "DB": self._between, "DC": self._circle}[
            command
        ](block, value)
        self._budget.spend(max(1, len(block.corners) - before))
        if len(block.corners) > MAX_RING_POINTS:
            raise Trouble(f"its outline has more than {MAX_RING_POINTS:,} points")
        if block.circles and (block.corners or len(block.circles) > 1):
            raise Trouble("a circle and another outline are in one airspace")

    def _variable(self, value: str) -> None:
        found = _ASSIGNMENT.fullmatch(value)
        name = found[1].upper() if found else ""
        said = found[2].strip() if found else ""
        if name == "X":
            self._centre = None  # not the one before, whatever follows
            self._centre = one_place(said)
        elif name == "D" and said in ("+", "-"):
            self._clockwise = said == "+"
        elif name not in ("Z", "T"):  # from which zoom it is shown
            raise Trouble(f"the variable {value[:40]!r} is not read here")

    def _point(self, block: Block, value: str) -> None:
        block.corners.append(one_place(value))

    def _circle(self, block: Block, value: str) -> None:
        lat, lon = self._where()
        block.circles.append(Circle(lat, lon, _miles(value)))

    def _by_angles(self, block: Block, value: str) -> None:
        parts = [each.strip() for each in value.split(",")]
        if len(parts) != 3:
            raise Trouble("an arc (DA) needs a radius and two angles")
        radius_m, (first, last) = _miles(parts[0]), (_number(each) for each in parts[1:])
        if first == last:
            raise Trouble("an arc begins and ends at the same angle")
        if (first - last) % 360 == 0:
            lat, lon = self._where()
            block.circles.append(Circle(lat, lon, radius_m))
            return
        try:
            block.corners += arc_points(
                self._where(), radius_m, first, last, clockwise=self._clockwise
            )
        except ValueError as error:
            raise Trouble(str(error)) from error

    def _between(self, block: Block, value: str) -> None:
        found = [_place(match) for match in _COORDINATES.finditer(value)]
        if len(found) != 2 or _COORDINATES.sub("", value).strip(" ,\t"):
            raise Trouble("an arc (DB) needs two places")
        centre, (start, end) = self._where(), found
        radii_m = [distance_m(centre, each) for each in found]
        radius_m = radii_m[0] if abs(radii_m[0] - radii_m[1]) < _LIKE_ONE_M else sum(radii_m) / 2
        if start == end:
            raise Trouble("an arc begins and ends at the same place")
        try:
            arc = arc_between(centre, radius_m, start, end, clockwise=self._clockwise)
        except ValueError as error:
            raise Trouble(str(error)) from error
        block.corners += [start, *arc, end]

    def _where(self) -> Place:
        if self._centre is None:
            raise Trouble("it has no centre (V X=) before it")
        return self._centre


def places_in(value: str) -> list[Place]:
    """Every place that stands in a line and can be one."""
    found: list[Place] = []
    for match in _COORDINATES.finditer(value):
        try:
            found.append(_place(match))
        except Trouble:
            continue
    return found


def one_place(value: str) -> Place:
    """(lat, lon) of "51:28:12 N 000:10:46 W" or "51:28.2 N 000:10.767 W". Raises Trouble."""
    found = _COORDINATES.fullmatch(value.strip())
    if found is None:
        raise Trouble(f"{value[:40]!r} is no place")
    return _place(found)


def _place(found: re.Match[str]) -> Place:
    lat = _degrees(found[1], found[2], found[3])
    lon = _degrees(found[5], found[6], found[7])
    if lat > 90 or lon > 180:
        raise Trouble(f"{found[0][:40]!r} is no place on the Earth")
    return (
        -lat if found[4] in "Ss" else lat,
        -lon if found[8] in "Ww" else lon,
    )


def _degrees(degrees: str, minutes: str | None, seconds: str | None) -> float:
    if float(minutes or 0) >= 60 or float(seconds or 0) >= 60:
        raise Trouble("a place has more than 59 minutes or seconds")
    if minutes is None and "." not in degrees:
        raise Trouble("a place has no minutes: its line may have been cut")
    if ("." in degrees and minutes) or (minutes and "." in minutes and seconds):
        raise Trouble("a place has a fraction before its last part")
    return float(degrees) + float(minutes or 0) / 60 + float(seconds or 0) / 3600


def _miles(value: str) -> float:
    return _number(value) * METRES_PER_NAUTICAL_MILE


def _number(value: str) -> float:
    if not _NUMBER.fullmatch(value.strip()):
        raise Trouble(f"{value[:40]!r} is no number")
    return float(value)
