"""The volumes of UK SORA round a flight: flight geography, contingency volume, ground risk buffer.

Formulae: JARUS SORA 2.5, annex A, as AMC1 to Article 11 of UK Regulation (EU) 2019/947 takes them
over (ORS9 Decision 46). Every coefficient can be set; the figures of a manufacturer go before them.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import shapely

from geo.local_frame import LocalFrame

GRAVITY_MPS2 = 9.81
QUAD_SEGMENTS = 32  # of a quarter circle: the chord leaves out 0.03 % of the radius
MAX_REACH_M = 10_000.0  # from the first point: further, the frame is not exact enough
Ring = tuple[tuple[float, float], ...]  # (lat, lon), not closed


class Airframe(StrEnum):
    """How it can turn away, and how it comes down."""

    ROTARY = "rotary"  # stops and goes back
    FIXED_WING = "fixed_wing"  # turns round


class Descent(StrEnum):
    """How it comes down when it is ended, for the ground risk buffer."""

    ONE_TO_ONE = "one_to_one"  # as far as it is high
    BALLISTIC = "ballistic"  # rotary only: as a stone
    PARACHUTE = "parachute"


@dataclass(frozen=True, slots=True)
class Coefficients:
    """What the formulae take besides the aircraft; metres, seconds, degrees.

    Attributes:
        gnss_m, position_holding_m, map_m: horizontal errors.
        reaction_s: until the pilot or the system begins to act.
        pitch_deg: of a rotary aircraft that brakes, at most 45; bank_deg: of a wing that turns.
        altimetry_m: 1 for a barometer, 4 for GNSS.
        parachute_open_s, wind_mps, sink_mps: of a descent by parachute.
    """

    gnss_m: float = 3.0
    position_holding_m: float = 3.0
    map_m: float = 1.0
    reaction_s: float = 1.0
    pitch_deg: float = 45.0
    bank_deg: float = 30.0
    altimetry_m: float = 4.0
    parachute_open_s: float = 2.0
    wind_mps: float = 12.0
    sink_mps: float = 4.0

    def __post_init__(self) -> None:
        values = [getattr(self, name) for name in self.__slots__]
        if not all(math.isfinite(one) and one >= 0 for one in values):
            raise ValueError("A coefficient is a number, at least 0.")
        if not 0 < self.pitch_deg <= 45 or not 0 < self.bank_deg <= 60 or self.sink_mps <= 0:
            raise ValueError(
                "The pitch is above 0 and at most 45 degrees, the bank at most 60, and the sink "
                "rate above 0."
            )


@dataclass(frozen=True, slots=True)
class Aircraft:
    """What of an aircraft the volumes depend on. `span_m`: its greatest dimension.
    `speed_mps`: the greatest that it flies at."""

    airframe: Airframe
    span_m: float
    speed_mps: float

    def __post_init__(self) -> None:
        if not 0 < self.span_m <= 60 or not 0 < self.speed_mps <= 300:
            raise ValueError(
                "An aircraft measures above 0 and at most 60 m, and flies at up to 300 m/s."
            )


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large the volumes are round the flight geography, in metres.

    Attributes:
        contingency_m: outwards. contingency_height_m: top of the contingency volume above ground.
        ground_risk_m: of the buffer, outwards from the contingency volume.
        steps: the parts of each sum, for the reader of an application.
    """

    contingency_m: float
    contingency_height_m: float
    ground_risk_m: float
    steps: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Volumes:
    """The three outlines, each round the one before; heights above the ground.

    Attributes:
        flight, contingency, buffer: polygons as lists of rings, the first outside, (lat, lon).
    """

    flight: tuple[Ring, ...]
    contingency: tuple[Ring, ...]
    buffer: tuple[Ring, ...]
    flight_height_m: float
    sizes: Sizes


def sizes_of(
    aircraft: Aircraft, flight_height_m: float, coefficients: Coefficients, descent: Descent
) -> Sizes:
    """How large the volumes are.

    Args:
        flight_height_m: top of the flight geography above the ground.

    Raises:
        ValueError: a height that is none, or a wing that is to fall as a stone.
    """
    if not 0 < flight_height_m <= 10_000:
        raise ValueError("The flight geography has a height above 0 and at most 10 km.")
    c, v = coefficients, aircraft.speed_mps
    rotary = aircraft.airframe is Airframe.ROTARY
    if rotary:
        manoeuvre = v * v / (2 * GRAVITY_MPS2 * math.tan(math.radians(c.pitch_deg)))
        climb = v * v / (2 * GRAVITY_MPS2)
    else:
        manoeuvre = v * v / (GRAVITY_MPS2 * math.tan(math.radians(c.bank_deg)))
        climb = v * v * 0.3 / GRAVITY_MPS2
    out = [
        ("GNSS accuracy", c.gnss_m),
        ("position holding", c.position_holding_m),
        ("map error", c.map_m),
        ("reaction distance", v * c.reaction_s),
        ("contingency manoeuvre", manoeuvre),
    ]
    up = [
        ("height of the flight geography", flight_height_m),
        ("altimetry error", c.altimetry_m),
        ("reaction height", 0.7 * v * c.reaction_s),
        ("contingency manoeuvre, upwards", climb),
    ]
    contingency = sum(value for _name, value in out)
    height = sum(value for _name, value in up)
    risk = _ground_risk(aircraft, height, c, descent)
    return Sizes(contingency, height, risk, (*out, *up, ("ground risk buffer", risk)))


def _ground_risk(aircraft: Aircraft, height_m: float, c: Coefficients, descent: Descent) -> float:
    half = aircraft.span_m / 2
    if descent is Descent.ONE_TO_ONE:
        return height_m + half
    if descent is Descent.PARACHUTE:
        return aircraft.speed_mps * c.parachute_open_s + c.wind_mps * height_m / c.sink_mps
    if aircraft.airframe is not Airframe.ROTARY:
        raise ValueError("Only a rotary aircraft falls as a stone: choose another descent.")
    return aircraft.speed_mps * math.sqrt(2 * height_m / GRAVITY_MPS2) + half


def volumes_round(
    path: Sequence[tuple[float, float]],
    half_width_m: float,
    flight_height_m: float,
    sizes: Sizes,
) -> Volumes:
    """The volumes round a way.

    Args:
        path: (lat, lon), one place or more; within 10 km of the first.
        half_width_m: of the flight geography beside the way, above 0.

    Raises:
        ValueError: no place, one that is none or too far, or a width that is none.
    """
    if not path:
        raise ValueError("A way has at least one place.")
    if not 0 < half_width_m <= 5_000:
        raise ValueError("The flight geography is up to 5 km wide to either side.")
    frame = LocalFrame(*path[0])
    metres = [frame.from_wgs84(lat, lon) for lat, lon in path]
    if not all(math.hypot(*one) <= MAX_REACH_M for one in metres):  # a NaN fails too
        raise ValueError("The way goes further than 10 km from its first place.")
    line = shapely.Point(metres[0]) if len(metres) == 1 else shapely.LineString(metres)
    flight = line.buffer(half_width_m, quad_segs=QUAD_SEGMENTS)
    contingency = flight.buffer(sizes.contingency_m, quad_segs=QUAD_SEGMENTS)
    buffer = contingency.buffer(sizes.ground_risk_m, quad_segs=QUAD_SEGMENTS)
    return Volumes(
        _rings(flight, frame),
        _rings(contingency, frame),
        _rings(buffer, frame),
        flight_height_m,
        sizes,
    )


def _rings(shape: shapely.Geometry, frame: LocalFrame) -> tuple[Ring, ...]:
    if not isinstance(shape, shapely.Polygon):
        raise ValueError("The flight geography is not one piece.")
    made = []
    for ring in (shape.exterior, *shape.interiors):
        made.append(tuple(frame.to_wgs84(x, y) for x, y in itertools.islice(ring.coords, 1, None)))
    return tuple(made)


# --- ground risk class ---------------------------------------------------------------------------

_WIDTHS_M = (1.0, 3.0, 8.0, 20.0, 40.0)
_SPEEDS_MPS = (25.0, 35.0, 75.0, 120.0, 200.0)
# People per square kilometre, below which; SORA 2.5, table 2. None: beyond what SORA covers.
_CLASSES: tuple[tuple[float, tuple[int | None, ...]], ...] = (
    (0.0, (1, 1, 2, 3, 3)),  # a controlled ground area: nobody is there
    (5.0, (2, 3, 4, 5, 6)),
    (50.0, (3, 4, 5, 6, 7)),
    (500.0, (4, 5, 6, 7, 8)),
    (5_000.0, (5, 6, 7, 8, 9)),
    (50_000.0, (6, 7, 8, 9, 10)),
    (math.inf, (7, 8, None, None, None)),
)
SMALL_KG, SMALL_MPS = 0.25, 25.0


def intrinsic_ground_risk(
    aircraft: Aircraft, people_per_km2: float, *, controlled: bool, mass_kg: float | None
) -> int | None:
    """The intrinsic ground risk class; None: SORA does not cover it.

    Args:
        people_per_km2: the most below any part of the flight, contingency volume and buffer.
        controlled: nobody uninvolved can be there.
    """
    if not people_per_km2 >= 0:
        raise ValueError("A density of people is a number, at least 0.")
    if mass_kg is not None and mass_kg <= SMALL_KG and aircraft.speed_mps <= SMALL_MPS:
        return 1
    column = next(
        (
            number
            for number, (width, speed) in enumerate(zip(_WIDTHS_M, _SPEEDS_MPS, strict=True))
            if aircraft.span_m <= width and aircraft.speed_mps <= speed
        ),
        None,
    )
    if column is None:
        return None
    if controlled:
        return _CLASSES[0][1][column]
    row = next(classes for below, classes in _CLASSES[1:] if people_per_km2 < below)
    return row[column]
