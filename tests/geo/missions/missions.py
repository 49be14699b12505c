"""Missions for tests, drawn by hypothesis and typed by hand."""

from __future__ import annotations

from hypothesis import strategies as st

from geo.local_frame import LocalFrame
from geo.missions import AtEnd, Fence, HeightDatum, Mission, MissionItem, Rally

PARK = LocalFrame(51.4958, -0.2386)


def _number(least: float, most: float) -> st.SearchStrategy[float]:
    return st.floats(least, most, allow_nan=False, allow_infinity=False)


@st.composite
def places(draw: st.DrawFn) -> tuple[float, float]:
    return PARK.to_wgs84(draw(_number(-3000, 3000)), draw(_number(-3000, 3000)))


@st.composite
def items(draw: st.DrawFn) -> MissionItem:
    lat, lon = draw(places())
    orbit = draw(st.booleans())
    return MissionItem(
        lat,
        lon,
        draw(_number(-20, 500)),
        draw(st.sampled_from(HeightDatum)),
        speed_mps=draw(st.none() | _number(0.1, 40)),
        hold_s=draw(st.just(0.0) | _number(0, 3600)),
        gimbal_pitch_deg=draw(st.none() | _number(-120, 60)),
        heading_deg=draw(st.none() | _number(-360, 360)),
        photo=draw(st.booleans()),
        photo_every_m=draw(st.none() | st.just(0.0) | _number(0, 1000)),
        orbit_radius_m=draw(_number(5, 1000)) if orbit else None,
        orbit_turns=draw(st.integers(1, 100)) if orbit else None,
    )


@st.composite
def fences(draw: st.DrawFn) -> Fence:
    east, north = draw(_number(-2000, 2000)), draw(_number(-2000, 2000))
    size = draw(_number(10, 900))
    corners = ((0, 0), (1, 0), (1.2, 0.9), (0.1, 1))[: draw(st.integers(3, 4))]
    ring = tuple(PARK.to_wgs84(east + x * size, north + y * size) for x, y in corners)
    return Fence(ring, draw(st.booleans()))


@st.composite
def rally(draw: st.DrawFn) -> Rally:
    return Rally(*draw(places()), draw(_number(0, 500)))


@st.composite
def missions(draw: st.DrawFn) -> Mission:
    home = draw(st.none() | places())
    return Mission(
        items=tuple(draw(st.lists(items(), min_size=1, max_size=6))),
        at_end=draw(st.sampled_from(AtEnd)),
        name=draw(st.text(max_size=30)),
        home=None if home is None else (*home, draw(_number(-10, 300))),
        cruise_mps=draw(st.none() | _number(0.1, 40)),
        rally=tuple(draw(st.lists(rally(), max_size=2))),
        fences=tuple(draw(st.lists(fences(), max_size=2))),
    )


def square(side_m: float, east_m: float = 0, north_m: float = 0) -> tuple[tuple[float, float], ...]:
    """A ring of (lat, lon) round the park, its south-west corner there."""
    corners = ((0, 0), (side_m, 0), (side_m, side_m), (0, side_m))
    return tuple(PARK.to_wgs84(east_m + x, north_m + y) for x, y in corners)
