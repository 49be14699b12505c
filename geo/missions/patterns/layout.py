"""What the patterns share: shapes in metres that were checked, and items made of metres."""

from __future__ import annotations

import math
from collections.abc import Sequence

import shapely
from shapely.validation import explain_validity

from geo.local_frame import LocalFrame
from geo.missions.model import HeightDatum, MissionItem
from geo.missions.refused import PlanRefused, require

Place = tuple[float, float]  # (lat, lon)
Metres = tuple[float, float]  # (east, north)

MAX_CORNERS = 500
LEAST_AREA_M2 = 10.0
MOST_ACROSS_M = 20_000.0


def frame_of(field: str, places: Sequence[Place]) -> LocalFrame:
    """Round the middle of the places' box.

    Raises:
        PlanRefused: one is no place on the Earth, or they lie too far apart.
    """
    if not places:
        raise PlanRefused(field, "it is empty.", "Draw it.")
    if len(places) > MAX_CORNERS:
        raise PlanRefused(
            field, f"it has {len(places):,} corners; at most {MAX_CORNERS}.", "Simplify it."
        )
    for number, (lat, lon) in enumerate(places, 1):
        if not (math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 85 and abs(lon) <= 180):
            raise PlanRefused(field, f"corner {number} is no place: {lat}, {lon}.", "Draw it anew.")
    lats, lons = [lat for lat, _ in places], [lon for _, lon in places]
    frame = LocalFrame((min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2)
    apart_m = max(math.hypot(*frame.from_wgs84(lat, lon)) for lat, lon in places) * 2
    if max(lons) - min(lons) > 180 or apart_m > MOST_ACROSS_M:
        raise PlanRefused(
            field,
            f"it is larger than {MOST_ACROSS_M / 1000:g} km across.",
            "Draw a smaller one, or check that latitude and longitude are not swapped.",
        )
    return frame


def in_metres(frame: LocalFrame, places: Sequence[Place]) -> list[Metres]:
    return [frame.from_wgs84(lat, lon) for lat, lon in places]


def area_of(
    frame: LocalFrame, ring: Sequence[Place], holes: Sequence[Sequence[Place]] = ()
) -> shapely.Polygon:
    """In metres, its outline counter-clockwise and its holes clockwise.

    Raises:
        PlanRefused: `polygon` or `holes` are none of an area that can be flown.
    """
    for field, each in (("polygon", ring), *(("holes", hole) for hole in holes)):
        if len(set(each)) < 3:
            raise PlanRefused(field, "it has fewer than three different corners.", "Add corners.")
        _require_simple(field, frame, shapely.Polygon(in_metres(frame, each)))
    area = shapely.Polygon(in_metres(frame, ring), [in_metres(frame, hole) for hole in holes])
    if not area.is_valid:
        raise PlanRefused(
            "holes",
            "they cross each other or the outline.",
            "Draw each of them wholly inside, apart from the others.",
        )
    if area.area < LEAST_AREA_M2:
        raise PlanRefused(
            "polygon",
            f"it has {area.area:.1f} m²; the least is {LEAST_AREA_M2:g} m².",
            "Draw a larger one.",
        )
    return shapely.orient_polygons(area)


def _require_simple(field: str, frame: LocalFrame, polygon: shapely.Polygon) -> None:
    if polygon.is_valid and polygon.area > 0:
        return
    where = ""
    reason = explain_validity(polygon)
    if "[" in reason:
        east, north = (float(each) for each in reason.split("[")[1].rstrip("]").split()[:2])
        lat, lon = frame.to_wgs84(east, north)
        where = f" at {lat:.6f}, {lon:.6f}"
    raise PlanRefused(
        field, f"its outline crosses or touches itself{where}.", "Move the corners there."
    )


def height_of(height_m: float, datum: HeightDatum) -> float:
    """Raises PlanRefused for a height that nobody plans a pattern at."""
    if datum is HeightDatum.AMSL:
        return require("height_m", height_m, -500, 10_000, "m above the sea")
    return require("height_m", height_m, 1.5, 1000, "m")


def speed_of(speed_mps: float | None) -> float | None:
    return None if speed_mps is None else require("speed_mps", speed_mps, 0.1, 40, "m/s")


def item_at(
    frame: LocalFrame, at: Metres, height_m: float, datum: HeightDatum, **more: object
) -> MissionItem:
    """`more`: other fields of `MissionItem`."""
    lat, lon = frame.to_wgs84(*at)
    return MissionItem(lat, lon, height_m, datum, **more)  # type: ignore[arg-type]


def course_deg(start: Metres, end: Metres) -> float:
    """Clockwise from north, 0 to 360."""
    return math.degrees(math.atan2(end[0] - start[0], end[1] - start[1])) % 360


def moved(start: Metres, course: float, metres: float) -> Metres:
    """So far on a course (degrees)."""
    angle = math.radians(course)
    return start[0] + metres * math.sin(angle), start[1] + metres * math.cos(angle)
