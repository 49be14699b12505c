"""Random aircraft near the edges of random zones, in space, height and time: the check against the
oracle. For `run.py bench airspace` and the tests.

    from ground_station.cli.bench_airspace_probes import probe
    report = probe(1_000_000, seed=1)
    report.wrong_clear  # must be 0
"""

from __future__ import annotations

import itertools
import math
import random
import time as clock
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from geo.zones import (
    Datum,
    GeoZone,
    Kinematics,
    Touch,
    ZoneDataset,
    ZoneIndex,
    check_vehicle,
    touched,
)
from geo.zones.activity import active_during
from ground_station.cli.bench_airspace_oracle import (
    GEOD,
    Aircraft,
    Floats,
    Place,
    Plane,
    active_at,
    inside_m,
    within_m,
)
from ground_station.cli.bench_airspace_worlds import (
    ProbedZone,
    instant_near,
    random_zone,
    vehicle_near,
)

ZONES = 20  # of one world
PROBES = 1000  # in one world
LEGS = 20  # beside them, each looked at in so many places
LEG_STEPS = 50
LIVE_EVERY = 10  # of so many, one is put to the live check too
ARC_M = 0.15  # what the chords of an arc may be off; 1 m is what is asked for
OUTSIDE_M = 0.02  # the check counts a centimetre outside as inside
ROUNDING_M = 1e-6  # of heights, where their last digits decide
LONDON = (51.49, -0.23)
GEOID_M = (45.0, 47.0)  # what the product knows within this box, and nowhere else
GEOID_BOX = (51.2, 51.75, -0.65, 0.35)
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
        on_legs: pairs of a place on a leg and a zone that it is in. wrong_legs: those of them that
            the check of the leg does not say there.
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
    on_legs: int = 0
    wrong_legs: int = 0
    largest_arc_m: float = 0.0
    check_s: float = 0.0
    oracle_s: float = 0.0
    examples: list[str] = field(default_factory=list)

    def wrong(self, what: str, zone: GeoZone, vehicle: Kinematics, when: datetime) -> None:
        if len(self.examples) < MOST_EXAMPLES:
            self.examples.append(f"{what}: {zone.zone_id} {vehicle} {when:%F %T}")


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
    zones = [random_zone(chance, plane, lat, lon, number) for number in range(ZONES)]
    index = ZoneIndex(ZoneDataset("probes", True, None, None, tuple(each.zone for each in zones)))
    datum = chance.choice([Datum.AMSL, Datum.AMSL, Datum.AGL, Datum.HAE])
    vehicles, times = [], []
    for _ in range(count):
        vehicles.append(vehicle_near(chance, chance.choice(zones), datum, lat, lon))
        times.append(instant_near(chance, chance.choice(zones).zone))
    aircraft = _aircraft(vehicles, datum)
    started = clock.perf_counter()
    answers = [_answer(index, *each) for each in zip(vehicles, times, strict=True)]
    report.check_s += clock.perf_counter() - started
    started = clock.perf_counter()
    for each in zones:
        _compare(each, plane, aircraft, vehicles, times, answers, report)
    report.oracle_s += clock.perf_counter() - started
    for start, end in itertools.pairwise(vehicles[: LEGS + 1]):
        _leg(index, zones, plane, (start, end), datum, report)
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
    each: ProbedZone,
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


def _leg(
    index: ZoneIndex,
    zones: list[ProbedZone],
    plane: Plane,
    ends: tuple[Kinematics, Kinematics],
    datum: Datum,
    report: ProbeReport,
) -> None:
    """Look at places on a leg one by one."""
    start, end = ends
    if GEOD.inv(start.lon, start.lat, end.lon, end.lat)[2] < 1.0:
        return
    between = GEOD.npts(start.lon, start.lat, end.lon, end.lat, LEG_STEPS - 1)
    places = [(start.lon, start.lat), *between, (end.lon, end.lat)]
    steps = [
        _on_leg(start, end, number / LEG_STEPS, (lat, lon))
        for number, (lon, lat) in enumerate(places)
    ]
    aircraft = _aircraft(steps, datum)
    found = {touch.zone.zone_id: touch for touch in touched(index, ends)}
    for each in zones:
        in_m, may_m, _sure_m, arcs = _margins(each, plane, aircraft)
        within = np.where(arcs, ARC_M, 0.0)[:, None]
        must = np.any((in_m >= within) & (may_m > ROUNDING_M), axis=0)
        touch = found.get(each.zone.zone_id)
        for number in np.flatnonzero(must).tolist():
            report.on_legs += 1
            if not _says(touch, number / LEG_STEPS):
                report.wrong_legs += 1


def _on_leg(start: Kinematics, end: Kinematics, part: float, place: Place) -> Kinematics:
    """The aircraft after a part of the leg; what either end does not know is not known."""

    def mixed(first: float | None, last: float | None) -> float | None:
        return None if first is None or last is None else first + (last - first) * part

    return Kinematics(
        *place,
        mixed(start.alt_amsl_m, end.alt_amsl_m),
        mixed(start.ground_amsl_m, end.ground_amsl_m),
        position_error_m=max(start.position_error_m, end.position_error_m),
        height_error_m=max(start.height_error_m, end.height_error_m),
        agl_m=mixed(start.agl_m, end.agl_m),
        hae_m=mixed(start.hae_m, end.hae_m),
    )


def _says(touch: Touch | None, part: float) -> bool:
    return touch is not None and any(
        each.from_part - 1e-7 <= part <= each.until_part + 1e-7 for each in touch.stretches
    )


def _margins(
    each: ProbedZone, plane: Plane, aircraft: Aircraft
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
