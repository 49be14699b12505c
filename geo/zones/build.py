"""Makes zones' shapes out of what is published: places in degrees, minutes and seconds, arcs of
circles, and strips along runways' centrelines."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from geo.zones.model import METRES_PER_NAUTICAL_MILE, Circle, Polygon
from geo.zones.shapes import GEOD

Place = tuple[float, float]  # (lat, lon)

_DMS = re.compile(r"(\d{2})(\d{2})(\d{2})([NS]) (\d{3})(\d{2})(\d{2})([EW])")
ARC_CHORD_M = 0.1  # at most so much of an arc is left out between two points of it
_ARC_STEP_DEG = 2.5

# Air Navigation Order 2016 art 5(1) to (6): aerodrome traffic zones
LONG_RUNWAY_M = 1850.0
ATZ_NM, LONG_ATZ_NM = 2.0, 2.5
RUNWAY_ZONE_M = 5000.0  # CAP 1763
RUNWAY_ZONE_HALF_WIDTH_M = 500.0  # but for Heathrow, 750 m


def place(text: str) -> Place:
    """A place as the AIP writes it, "512812N 0001046W". ValueError if it is none."""
    found = _DMS.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"Not a place in degrees, minutes and seconds: {text!r}.")
    values = found.groups()
    lat = _degrees(*values[0:3], negative=values[3] == "S")
    lon = _degrees(*values[4:7], negative=values[7] == "W")
    if abs(lat) > 90 or abs(lon) > 180:
        raise ValueError(f"No such place: {text!r}.")
    return lat, lon


def ring(text: str) -> Polygon:
    """A polygon of corners with " - " between them. One that reads "arc 0.55 513000N 0000730W" is
    the arc of that radius (NM) and centre, clockwise, between its two neighbours.

    The arc's ends need not lie on the corners they are said to begin at: AIP places are whole
    seconds, so up to tens of metres are joined by a straight edge.
    """
    steps = [step.strip() for step in text.split(" - ")]
    corners: list[Place] = []
    for number, step in enumerate(steps):
        if not step.startswith("arc "):
            corners.append(place(step))
            continue
        _arc, radius, centre = step.split(" ", 2)
        start, end = place(steps[number - 1]), place(steps[(number + 1) % len(steps)])
        corners += arc(place(centre), float(radius) * METRES_PER_NAUTICAL_MILE, start, end)
    return Polygon(tuple(corners))


def arc(centre: Place, radius_m: float, start: Place, end: Place) -> list[Place]:
    """Points on a circle between the bearings of two places, without those, clockwise. ValueError
    without a radius."""
    if not 0 < radius_m < math.inf:
        raise ValueError("An arc's radius must be above 0 m.")
    first = GEOD.inv(centre[1], centre[0], start[1], start[0])[0]
    last = GEOD.inv(centre[1], centre[0], end[1], end[0])[0]
    sweep = (last - first) % 360.0
    finest = 2.0 * math.degrees(math.acos(max(0.0, 1.0 - ARC_CHORD_M / radius_m)))
    steps = max(1, math.ceil(sweep / min(_ARC_STEP_DEG, finest)))
    points = []
    for step in range(1, steps):
        lon, lat, _back = GEOD.fwd(centre[1], centre[0], first + sweep * step / steps, radius_m)
        points.append((lat, lon))
    return points


def atz_radius_m(longest_runway_m: float, notified_nm: float | None = None) -> float:
    """Of an aerodrome traffic zone, by the length of the longest runway.

    Args:
        notified_nm: what is notified instead: an aerodrome with a shorter runway may have 2.5 NM
            where the smaller circle would end less than 1.5 NM beyond a runway's end.

    Raises:
        ValueError: no such length.
    """
    if not 0 < longest_runway_m < math.inf:
        raise ValueError("A runway's length must be above 0 m.")
    long = LONG_ATZ_NM if longest_runway_m > LONG_RUNWAY_M else ATZ_NM
    return METRES_PER_NAUTICAL_MILE * (long if notified_nm is None else notified_nm)


def flight_restriction(
    centre: Place,
    *,
    longest_runway_m: float | None,
    landings: Sequence[tuple[Place, float]] = (),
    half_width_m: float = RUNWAY_ZONE_HALF_WIDTH_M,
    notified_nm: float | None = None,
) -> tuple[Circle | Polygon, ...]:
    """The parts of an aerodrome's flight restriction zone (ANO 2016 arts 94A and 94B), of which the
    zone is the union: its traffic zone and a runway protection zone before each threshold.

    Not made here: an additional boundary zone, where a line 1 km outside the aerodrome's boundary
    leaves the others. No aerodrome had one in 2019, and none near London has one in 2026.

    Args:
        centre: the notified mid-point of the longest runway.
        longest_runway_m: None: the aerodrome has no traffic zone, and the circle is 2 NM.
        landings: threshold (the displaced one where it is displaced) and true landing track.
        half_width_m: of the runway protection zones. notified_nm: as of `atz_radius_m`.
    """
    if longest_runway_m is None:
        radius_m = ATZ_NM * METRES_PER_NAUTICAL_MILE
    else:
        radius_m = atz_radius_m(longest_runway_m, notified_nm)
    strips = (
        runway_strip(threshold, track_deg, length_m=RUNWAY_ZONE_M, half_width_m=half_width_m)
        for threshold, track_deg in landings
    )
    return Circle(*centre, radius_m), *strips


def runway_strip(
    threshold: Place, landing_track_deg: float, *, length_m: float, half_width_m: float
) -> Polygon:
    """The rectangle before a runway: it begins at the threshold and goes out against the landing
    track along the extended centreline."""
    lat, lon = threshold
    out_deg = landing_track_deg + 180.0
    far_lon, far_lat, back_deg = GEOD.fwd(lon, lat, out_deg, length_m)
    onward_deg = back_deg + 180.0  # the centreline's bearing at its far end
    corners = []
    for base_lat, base_lon, along_deg, side in (
        (lat, lon, out_deg, -90.0),
        (far_lat, far_lon, onward_deg, -90.0),
        (far_lat, far_lon, onward_deg, 90.0),
        (lat, lon, out_deg, 90.0),
    ):
        corner_lon, corner_lat, _back = GEOD.fwd(base_lon, base_lat, along_deg + side, half_width_m)
        corners.append((corner_lat, corner_lon))
    return Polygon(tuple(corners))


def _degrees(degrees: str, minutes: str, seconds: str, *, negative: bool) -> float:
    if int(minutes) > 59 or int(seconds) > 59:
        raise ValueError("Minutes and seconds go to 59.")
    value = int(degrees) + int(minutes) / 60 + int(seconds) / 3600
    return -value if negative else value
