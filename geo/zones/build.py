"""Makes zones' shapes out of what is published: places in degrees, minutes and seconds, arcs of
circles, and strips along runways' centrelines."""

from __future__ import annotations

import math
import re

from geo.zones.model import METRES_PER_NAUTICAL_MILE, Polygon
from geo.zones.shapes import GEOD

Place = tuple[float, float]  # (lat, lon)

_DMS = re.compile(r"(\d{2})(\d{2})(\d{2})([NS]) (\d{3})(\d{2})(\d{2})([EW])")
_ARC_STEP_DEG = 2.5  # of 0.55 NM: the chord leaves out 0.24 m


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
    """Points on a circle between the bearings of two places, without those, clockwise."""
    first = GEOD.inv(centre[1], centre[0], start[1], start[0])[0]
    last = GEOD.inv(centre[1], centre[0], end[1], end[0])[0]
    sweep = (last - first) % 360.0
    steps = max(1, math.ceil(sweep / _ARC_STEP_DEG))
    points = []
    for step in range(1, steps):
        lon, lat, _back = GEOD.fwd(centre[1], centre[0], first + sweep * step / steps, radius_m)
        points.append((lat, lon))
    return points


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
