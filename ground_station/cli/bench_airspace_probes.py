"""Random aircraft near the edges of random zones, in space, height and time: the check against the
oracle. For `run.py bench airspace` and the tests.

    from ground_station.cli.bench_airspace_probes import probe
    report = probe(1_000_000, seed=1)
    report.wrong_clear  # must be 0
"""

from __future__ import annotations

import math
import random
import time as clock
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

import numpy as np

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
    ZoneDataset,
    ZoneIndex,
    check_vehicle,
    touched,
)
from geo.zones.activity import active_during
from geo.zones.build import arc
from ground_station.cli.bench_airspace_oracle import (
    GEOD,
    Aircraft,
    Arc,
    ExactCircle,
    ExactPart,
    Floats,
    Place,
    Plane,
    active_at,
    inside_m,
    within_m,
)

ZONES = 20  # of one world
PROBES = 1000  # in one world
LIVE_EVERY = 10  # of so many, one is put to the live check too
ARC_M = 1.0  # what chords of an arc may be off
OUTSIDE_M = 0.02  # the check counts a centimetre outside as inside
ROUNDING_M = 1e-6  # of heights, where their last digits decide
LONDON = (51.49, -0.23)
GEOID_M = (45.0, 47.0)  # what the product knows within this box, and nowhere else
GEOID_BOX = (51.2, 51.75, -0.65, 0.35)
MONDAY = datetime(2026, 6, 15, tzinfo=UTC)
MOST_EXAMPLES = 10


@dataclass(slots=True)
class ProbeReport:
    """What was found.

    Attributes:
        inside: pairs of a probe and a zone that it is in. undecided: pairs so near to a boundary
            that the last digits decide, or an arc's chords.
        wrong_clear: pairs in which the check missed a zone: must be 0. wrong_touched: in which it
            named one that is not touched. wrong_unknown: in which it is wrong about whether that
            is sure. wrong_live: probes in which the live check and that of a way differ.
        largest_arc_m: how far from an arc's edge the two still differ.
        check_s, oracle_s: what each took.
    """

    probes: int
    seed: int
    inside: int = 0
    undecided: int = 0
    wrong_clear: int = 0
    wrong_touched: int = 0
    wrong_unknown: int = 0
    wrong_live: int = 0
    largest_arc_m: float = 0.0
    check_s: float = 0.0
    oracle_s: float = 0.0
    examples: list[str] = field(default_factory=list)

    def wrong(self, what: str, zone: GeoZone, vehicle: Kinematics, when: datetime) -> None:
        if len(self.examples) < MOST_EXAMPLES:
            self.examples.append(f"{what}: {zone.zone_id} {vehicle} {when:%F %T}")


@dataclass(frozen=True, slots=True)
class _Zone:
    """A zone as the product has it, and its layers' parts as the oracle has them."""

    zone: GeoZone
    exact: tuple[tuple[ExactPart, ...], ...]
    edges: tuple[Place, ...]  # places on its boundaries


def probe(count: int, seed: int) -> ProbeReport:
    """Put so many random aircraft to the check and the oracle; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311  # nothing secret
    report = ProbeReport(count, seed)
    left = count
    while left > 0:
        _world(chance, min(left, PROBES), report)
        left -= PROBES
    return report


def _world(chance: random.Random, count: int, report: ProbeReport) -> None:
    """Some zones about a place, and aircraft near them."""
    lat, lon = LONDON
    if chance.random() < 0.5:
        lat, lon = chance.uniform(-75.0, 75.0), chance.uniform(-170.0, 170.0)
    plane = Plane(lat, lon)
    zones = [_zone(chance, plane, lat, lon, number) for number in range(ZONES)]
    index = ZoneIndex(ZoneDataset("probes", True, None, None, tuple(each.zone for each in zones)))
    datum = chance.choice([Datum.AMSL, Datum.AMSL, Datum.AGL, Datum.HAE])
    vehicles, times = [], []
    for _ in range(count):
        vehicles.append(_vehicle(chance, chance.choice(zones), datum, lat, lon))
        times.append(_instant(chance, chance.choice(zones).zone))
    aircraft = _aircraft(vehicles, datum)
    started = clock.perf_counter()
    answers = [_answer(index, *each) for each in zip(vehicles, times, strict=True)]
    report.check_s += clock.perf_counter() - started
    started = clock.perf_counter()
    for each in zones:
        _compare(each, plane, aircraft, vehicles, times, answers, report)
    report.oracle_s += clock.perf_counter() - started
    for number in range(0, count, LIVE_EVERY):
        live = check_vehicle(index, vehicles[number], look_ahead_s=0.0, nearing_m=0.0)
        found = {each.zone.zone_id for each in live if each.inside}
        if found != {touch.zone.zone_id for touch in touched(index, [vehicles[number]])}:
            report.wrong_live += 1


def _answer(index: ZoneIndex, vehicle: Kinematics, when: datetime) -> dict[str, bool]:
    """The product's: ids of the active zones it is in, and whether that is unknown."""
    return {
        touch.zone.zone_id: touch.unknown
        for touch in touched(index, [vehicle])
        if active_during(touch.zone, when, when)
    }


def _compare(
    each: _Zone,
    plane: Plane,
    aircraft: Aircraft,
    vehicles: list[Kinematics],
    times: list[datetime],
    answers: list[dict[str, bool]],
    report: ProbeReport,
) -> None:
    zone, zone_id = each.zone, each.zone.zone_id
    in_m, may_m, sure_m, arcs = _margins(each, plane, aircraft)
    # layer by layer: surely inside, surely outside, and inside whatever is not known
    within, without = np.where(arcs, ARC_M, 0.0)[:, None], np.where(arcs, ARC_M, OUTSIDE_M)[:, None]
    must = np.any((in_m >= within) & (may_m > ROUNDING_M), axis=0).tolist()
    may_not = np.all((in_m < -without) | (may_m < -ROUNDING_M), axis=0).tolist()
    sure = np.any((in_m >= within) & (sure_m > ROUNDING_M), axis=0).tolist()
    never_sure = np.all((in_m < -without) | (sure_m < -ROUNDING_M), axis=0).tolist()
    named = [zone_id in answer for answer in answers]
    for number in range(len(answers)):
        if may_not[number] and not named[number]:
            continue
        is_active = active_at(zone, times[number])
        if is_active and must[number]:
            report.inside += 1
            if not named[number]:
                report.wrong_clear += 1
                report.wrong("missed", zone, vehicles[number], times[number])
            elif (sure[number] and answers[number][zone_id]) or (
                never_sure[number] and not answers[number][zone_id]
            ):
                report.wrong_unknown += 1
                report.wrong("unknown", zone, vehicles[number], times[number])
        elif not is_active or may_not[number]:
            if named[number]:
                report.wrong_touched += 1
                report.wrong("named", zone, vehicles[number], times[number])
        else:
            report.undecided += 1
            off_m = float(np.max(np.where(may_m[:, number] > 0, in_m[:, number], -math.inf)))
            if (off_m >= 0) != named[number] and abs(off_m) > OUTSIDE_M and math.isfinite(off_m):
                report.largest_arc_m = max(report.largest_arc_m, abs(off_m))


def _margins(
    each: _Zone, plane: Plane, aircraft: Aircraft
) -> tuple[Floats, Floats, Floats, Floats]:
    """A row for each layer: metres inside of its shape, within its limits perhaps and surely, and
    whether it has arcs."""
    inside, may, sure, arcs = [], [], [], []
    for layer, parts in zip(each.zone.layers, each.exact, strict=True):
        inside.append(np.maximum.reduce([inside_m(part, plane, aircraft) for part in parts]))
        may_m, sure_m = within_m(layer, aircraft)
        may.append(may_m)
        sure.append(sure_m)
        arcs.append(any(part.has_arcs for part in parts))
    return np.array(inside), np.array(may), np.array(sure), np.array(arcs)


# --- zones ---------------------------------------------------------------------------------------


def _moved(place: Place, bearing_deg: float, metres: float) -> Place:
    lon, lat, _back = GEOD.fwd(place[1], place[0], bearing_deg, metres)
    return lat, lon


def _zone(chance: random.Random, plane: Plane, lat: float, lon: float, number: int) -> _Zone:
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
    return _Zone(zone, tuple(exact), tuple(edges))


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


# --- aircraft ------------------------------------------------------------------------------------


def _vehicle(
    chance: random.Random, near: _Zone, datum: Datum, lat: float, lon: float
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


def _instant(chance: random.Random, zone: GeoZone) -> datetime:
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


def _aircraft(vehicles: list[Kinematics], datum: Datum) -> Aircraft:
    def known(values: list[float | None]) -> Floats:
        return np.array([math.nan if value is None else value for value in values])

    name = {Datum.AMSL: "alt_amsl_m", Datum.AGL: "agl_m", Datum.HAE: "hae_m"}[datum]
    lats = np.array([each.lat for each in vehicles])
    lons = np.array([each.lon for each in vehicles])
    south, north, west, east = GEOID_BOX
    has_geoid = (lats >= south) & (lats <= north) & (lons >= west) & (lons <= east)
    least, most = (np.where(has_geoid, metres, math.nan) for metres in GEOID_M)
    return Aircraft(
        lats,
        lons,
        np.array([each.position_error_m for each in vehicles]),
        known([getattr(each, name) for each in vehicles]),
        datum,
        np.array([each.height_error_m for each in vehicles]),
        known([each.ground_amsl_m for each in vehicles]),
        (least, most),
    )
