"""Random zones, as the product and as the oracle have them, and aircraft near their edges; for
`bench_airspace_probes`."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from geo.zones import (
    Applicability,
    Circle,
    DailyPeriod,
    Datum,
    GeoZone,
    Kinematics,
    Layer,
    Limit,
    Polygon,
    Restriction,
)
from geo.zones.build import arc
from ground_station.cli.bench_airspace_oracle import GEOD, Arc, ExactCircle, ExactPart, Place, Plane

MONDAY = datetime(2026, 6, 15, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ProbedZone:
    """A zone as the product has it, and its layers' parts as the oracle has them. `edges`: places
    on its boundaries."""

    zone: GeoZone
    exact: tuple[tuple[ExactPart, ...], ...]
    edges: tuple[Place, ...]


def _moved(place: Place, bearing_deg: float, metres: float) -> Place:
    lon, lat, _back = GEOD.fwd(place[1], place[0], bearing_deg, metres)
    return lat, lon


def random_zone(
    chance: random.Random, plane: Plane, lat: float, lon: float, number: int
) -> ProbedZone:
    layers, exact, edges = [], [], []
    for _ in range(chance.choice([1, 1, 1, 2])):
        parts, exact_parts = [], []
        for _ in range(chance.choice([1, 1, 2])):
            middle = _moved((lat, lon), chance.uniform(0, 360), chance.uniform(0, 9_000))
            part, exact_part, some = _part(chance, plane, middle)
            parts.append(part)
            exact_parts.append(exact_part)
            edges += some
        lower, upper = _limits(chance)
        layers.append(Layer(tuple(parts), lower, upper))
        exact.append(tuple(exact_parts))
    zone = GeoZone(
        f"P{number}",
        "Probe",
        "restricted",
        Restriction.PERMISSION,
        tuple(layers),
        *("-",) * 4,
        applicability=tuple(_applicability(chance) for _ in range(chance.choice([0, 0, 1, 2]))),
    )
    return ProbedZone(zone, tuple(exact), tuple(edges))


def _part(
    chance: random.Random, plane: Plane, middle: Place
) -> tuple[Circle | Polygon, ExactPart, list[Place]]:
    reach_m = 10 ** chance.uniform(1.5, 3.9)
    if chance.random() < 0.02:
        reach_m = chance.uniform(20_000, 90_000)
    if chance.random() < 0.4:
        edges = [_moved(middle, chance.uniform(0, 360), reach_m) for _ in range(40)]
        return Circle(*middle, reach_m), ExactCircle(*middle, reach_m), edges
    corners = chance.randint(3, 12)
    turn = chance.uniform(0, 360)
    reaches = [reach_m * chance.uniform(0.3, 1.0) for _ in range(corners)]
    arc_after = chance.randrange(corners) if chance.random() < 0.4 and corners > 3 else None
    if arc_after is not None:
        reaches[(arc_after + 1) % corners] = reaches[arc_after]
    places = [_moved(middle, turn + 360 * n / corners, reach) for n, reach in enumerate(reaches)]
    holes = _holes(chance, middle, min(reaches) * 0.4)
    ring: list[Place] = []
    exact_ring: list[Place | Arc] = []
    for number, place in enumerate(places):
        ring.append(place)
        exact_ring.append(place)
        if number == arc_after:
            radius_m = reaches[number]
            ring += arc(middle, radius_m, place, places[(number + 1) % corners])
            exact_ring.append(Arc(middle, radius_m))
    exact = plane.polygon(exact_ring, holes)
    edges = [edge for each in (tuple(ring), *holes) for edge in _on_edges(chance, each)]
    return Polygon(tuple(ring), holes), exact, edges


def _holes(chance: random.Random, middle: Place, most_m: float) -> tuple[tuple[Place, ...], ...]:
    if chance.random() < 0.7:
        return ()
    corners = chance.randint(3, 7)
    ring = [
        _moved(middle, 360 * n / corners, most_m * chance.uniform(0.3, 1.0)) for n in range(corners)
    ]
    return (tuple(ring),)


def _on_edges(chance: random.Random, ring: tuple[Place, ...]) -> Iterator[Place]:
    for _ in range(30):
        number = chance.randrange(len(ring))
        here, there = ring[number - 1], ring[number]
        bearing, _back, length_m = GEOD.inv(here[1], here[0], there[1], there[0])
        yield _moved(here, bearing, length_m * chance.choice([0.0, chance.random()]))


def _limits(chance: random.Random) -> tuple[Limit, Limit]:
    datums = [Datum.AMSL, Datum.AGL, Datum.HAE]
    if chance.random() < 0.15:
        datums = [Datum.FLIGHT_LEVEL, Datum.UNKNOWN, Datum.SURFACE]
    lower_m = chance.choice([0.0, 0.0, chance.uniform(0, 150)])
    lower = Limit(lower_m, chance.choice([Datum.SURFACE, *datums]) if lower_m else Datum.SURFACE)
    upper_m = lower_m + chance.uniform(1, 300)
    upper = Limit(chance.choice([math.inf, upper_m, upper_m, upper_m]), chance.choice(datums))
    if upper.datum is Datum.FLIGHT_LEVEL and not math.isinf(upper.value_m):
        upper = Limit(chance.uniform(2_000, 3_000), Datum.FLIGHT_LEVEL)
    return lower, upper


def _applicability(chance: random.Random) -> Applicability:
    def instant() -> datetime | None:
        return chance.choice([None, MONDAY + timedelta(minutes=chance.randint(-8_000, 8_000))])

    def hour() -> time | None:
        return chance.choice([None, time(chance.randrange(24), chance.randrange(60))])

    schedule = tuple(
        DailyPeriod(frozenset(chance.sample(range(7), chance.randint(1, 7))), hour(), hour())
        for _ in range(chance.choice([0, 1, 2]))
    )
    return Applicability(instant(), instant(), schedule)


def vehicle_near(
    chance: random.Random, near: ProbedZone, datum: Datum, lat: float, lon: float
) -> Kinematics:
    """Mostly within metres of an edge, grown by its error, and of a limit."""
    error_m = chance.choice([0.0, 0.0, chance.uniform(0, 30)])
    if chance.random() < 0.85:
        off_m = 10 ** chance.uniform(-3, 1.7) + chance.choice([0.0, error_m])
        place = _moved(chance.choice(near.edges), chance.uniform(0, 360), off_m)
    else:
        place = _moved((lat, lon), chance.uniform(0, 360), chance.uniform(0, 12_000))
    ground_m = chance.choice([None, chance.uniform(-3, 200)])
    height_m: float | None = chance.uniform(-5, 400)
    limits = [
        limit.value_m
        for layer in near.zone.layers
        for limit in (layer.lower, layer.upper)
        if math.isfinite(limit.value_m)
    ]
    if limits and chance.random() < 0.6:
        shifts = (0.0, ground_m or 0.0, -(ground_m or 0.0), 46.0, -46.0, 1.0)
        off_m = chance.choice([-1, 1]) * 10 ** chance.uniform(-3, 1)
        height_m = chance.choice(limits) + chance.choice(shifts) + off_m
    if chance.random() < 0.05:
        height_m = None
    return Kinematics(
        *place,
        height_m if datum is Datum.AMSL else None,
        ground_m,
        position_error_m=error_m,
        height_error_m=chance.choice([0.0, chance.uniform(0, 10)]),
        agl_m=height_m if datum is Datum.AGL else None,
        hae_m=height_m if datum is Datum.HAE else None,
    )


def instant_near(chance: random.Random, zone: GeoZone) -> datetime:
    """Often on, or a second off, what a zone says."""
    instants = [at for each in zone.applicability for at in (each.begins, each.ends) if at]
    for each in zone.applicability:
        for period in each.schedule:
            midnight = MONDAY + timedelta(days=chance.randint(-3, 4))
            instants += [
                datetime.combine(midnight, at, UTC)
                for at in (period.begins or time(), period.ends or time())
                if isinstance(at, time)
            ]
    if instants and chance.random() < 0.7:
        return chance.choice(instants) + timedelta(seconds=chance.choice([-60, -1, 0, 1, 60]))
    return MONDAY + timedelta(seconds=chance.randint(-500_000, 500_000))
