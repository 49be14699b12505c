"""`run.py bench airspace`: verdicts, the live check, imports and probes of the airspace, measured.

Beside the product's check stands a plain loop over the zones with shapely, as most programs do it,
for comparison of speed only: it is wrong by metres (see `docs/airspace.md`). Seeded, so that runs
are comparable.
"""

from __future__ import annotations

import json
import random
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import shapely

from geo.airspace.plan import Category, FlightPlan, Operator, OperatorType, PathPoint
from geo.airspace.verdict import Against, judge
from geo.formats.kml_write import write_kml
from geo.formats.sniff import read
from geo.zones import Datum, Kinematics, ZoneDataset, ZoneIndex, touched
from geo.zones.outlines import rings_of
from geo.zones.training import training_dataset
from ground_station.cli.bench_airspace_probes import probe
from ground_station.cli.bench_figures import Figure, lines, machine
from ground_station.cli.bench_fuzz import fuzz_all
from ground_station.cli.bench_zones import LONDON, UNITED_KINGDOM, checked, spread
from ground_station.core.clock import SystemClock
from ground_station.core.errors import InvalidInput

ZONES = 5_000
WAYPOINTS = 200
MISSIONS = 200
MISSION_MS = 50.0
LIVE_MS = 1.0
IMPORT_S = 10.0
COUNTRY_ZONES = 1_000
LEG_M = 150.0

Say = Callable[[str], None]


def run(arguments: Namespace) -> int:
    """`run.py bench airspace`; 1 when a goal was missed.

    Raises:
        InvalidInput: a count that is none.
    """
    if arguments.probes < 0 or arguments.fuzz < 0:
        raise InvalidInput("Probes and seconds are counted from 0.")
    report = measure(
        probes=arguments.probes,
        seed=arguments.seed,
        fuzz_s=arguments.fuzz,
        country=arguments.country,
        say=lambda words: print(words, file=sys.stderr, flush=True),
    )
    if arguments.json:
        print(json.dumps(report))
    else:
        print("\n".join(lines(report)))
    return 1 if any(one["reached"] is False for one in report["figures"]) else 0


def measure(
    *,
    probes: int,
    seed: int = 1,
    fuzz_s: int = 0,
    country: Path | None = None,
    zones: int = ZONES,
    missions: int = MISSIONS,
    say: Say = lambda _words: None,
) -> dict[str, Any]:
    """All of it, as one JSON document.

    Args:
        country: a file of the whole country's zones to import; None: one of 1,000 zones is made.
    """
    now = datetime.now(UTC)
    figures = [
        *_missions(now, zones, missions, say),
        *_live(now, zones, say),
        _imported(now, country, say),
    ]
    if probes:
        figures += _probed(probes, seed, say)
    if fuzz_s:
        figures += _fuzzed(fuzz_s, say)
    return {
        "bench": "airspace",
        "measured_at": now.isoformat(timespec="seconds"),
        "machine": machine(),
        "figures": [asdict(one) for one in figures],
    }


# --- missions ------------------------------------------------------------------------------------


def _missions(now: datetime, zones: int, missions: int, say: Say) -> list[Figure]:
    say(f"{missions} missions of {WAYPOINTS} waypoints against {zones} zones")
    chance = random.Random(1)  # noqa: S311  # nothing secret
    training = training_dataset(now)
    found = []
    for name, box, largest_m, goal in (
        ("over the country", UNITED_KINGDOM, 3_000.0, MISSION_MS),
        ("heaped over London", LONDON, 1_000.0, None),
    ):
        dataset = spread(training, zones, chance, box, largest_m)
        index = ZoneIndex(dataset)
        plans = [_mission(chance, box, now) for _ in range(missions)]
        against = Against(index, None, now)
        verdict_ms = _timed(partial(judge, against=against, changes=False), plans)
        points = [_points(plan) for plan in plans]
        check_ms = _timed(partial(touched, index), points)
        plain_ms = _plain(dataset, plans)
        note = (
            f"p50 {_part(verdict_ms, 50):.1f} ms; the check alone p95 {_part(check_ms, 95):.1f} "
            f"ms; a plain shapely loop p95 {_part(plain_ms, 95):.1f} ms"
        )
        p95 = _part(verdict_ms, 95)
        found.append(
            Figure(
                f"verdict of {WAYPOINTS} waypoints, {zones} zones {name}, p95",
                *(round(p95, 2), "ms", "" if goal is None else f"< {goal:.0f}"),
                None if goal is None else p95 < goal,
                note,
            )
        )
    return found


def _mission(chance: random.Random, box: tuple[float, ...], now: datetime) -> FlightPlan:
    """A way that wanders over the box."""
    south, north, west, east = box
    lat, lon = chance.uniform(south, north), chance.uniform(west, east)
    path = []
    for _ in range(WAYPOINTS):
        path.append(PathPoint(lat, lon))
        lat += chance.uniform(-1, 1) * LEG_M / 111_000
        lon += chance.uniform(-1, 1) * LEG_M / 70_000
    return FlightPlan(
        path=tuple(path),
        height_m=60.0,
        datum=Datum.AGL,
        operator=Operator(OperatorType.COUNCIL, Category.PDRA01),
        ground_amsl_m=15.0,
        starts=now,
        speed_mps=8.0,
    )


def _points(plan: FlightPlan) -> list[Kinematics]:
    return [
        Kinematics(
            one.lat, one.lon, 75.0, 15.0, position_error_m=0.0, height_error_m=0.0, agl_m=60.0
        )
        for one in plan.path
    ]


def _plain(dataset: ZoneDataset, plans: Sequence[FlightPlan]) -> list[float]:
    """Every leg against every zone's drawn polygon, in degrees, made beforehand."""
    shapes = [
        shapely.MultiPolygon([(rings[0], rings[1:]) for rings in rings_of(zone.parts)])
        for zone in dataset.zones
    ]

    def loop(plan: FlightPlan) -> int:
        way = shapely.LineString([(one.lon, one.lat) for one in plan.path])
        return sum(1 for shape in shapes if shape.intersects(way))

    return _timed(loop, plans[: max(1, len(plans) // 10)])


def _timed(work: Callable[[Any], object], inputs: Sequence[Any]) -> list[float]:
    """Milliseconds of each, in order of size; the first is done twice, to warm up."""
    work(inputs[0])
    took = []
    for one in inputs:
        begins = time.perf_counter()
        work(one)
        took.append((time.perf_counter() - begins) * 1000)
    return sorted(took)


def _part(took_ms: Sequence[float], percent: int) -> float:
    return took_ms[min(len(took_ms) - 1, len(took_ms) * percent // 100)]


# --- the rest ------------------------------------------------------------------------------------


def _live(now: datetime, zones: int, say: Say) -> list[Figure]:
    chance = random.Random(1)  # noqa: S311  # nothing secret
    training = training_dataset(now)
    clock = SystemClock()
    found = []
    for name, dataset in (
        ("the training zones", training),
        (f"{zones} zones over the country", spread(training, zones, chance, UNITED_KINGDOM, 400.0)),
    ):
        figures = checked(name, dataset, clock, 2_000, say)
        p95 = figures["p95_ms"]
        note = f"p50 {figures['p50_ms']} ms, p99 {figures['p99_ms']} ms"
        found.append(
            Figure(
                f"live check of one vehicle, {name}, p95",
                *(p95, "ms", f"< {LIVE_MS:.0f}", p95 < LIVE_MS, note),
            )
        )
    return found


def _imported(now: datetime, country: Path | None, say: Say) -> Figure:
    if country is None:
        chance = random.Random(3)  # noqa: S311  # nothing secret
        made = spread(training_dataset(now), COUNTRY_ZONES, chance, UNITED_KINGDOM, 4_000.0)
        body, name = write_kml(made).data, "made.kml"
    else:
        body, name = country.read_bytes(), country.name
    say(f"importing {name}, {len(body)} bytes")
    begins = time.perf_counter()
    reading = read(body, name)
    ZoneIndex(ZoneDataset(reading.title, False, None, None, reading.zones))
    took_s = time.perf_counter() - begins
    note = f"{name}: {len(reading.zones)} zones read, {len(reading.gaps)} features refused"
    return Figure(
        "importing the whole country",
        *(round(took_s, 2), "s", f"< {IMPORT_S:.0f}", took_s < IMPORT_S, note),
    )


def _probed(count: int, seed: int, say: Say) -> list[Figure]:
    say(f"{count} random probes against the oracle, seed {seed}")
    report = probe(count, seed)
    for example in report.examples:
        say(f"  {example}")
    note = (
        f"{report.probes} probes, {report.inside} of them inside a zone, seed {report.seed}; named "
        f"wrongly {report.wrong_touched}, wrongly sure {report.wrong_unknown}, live check wrong "
        f"{report.wrong_live}, of {report.on_legs} on legs wrong {report.wrong_legs}"
    )
    arc = report.largest_arc_m
    return [
        Figure(
            'wrong "allowed" among random probes',
            *(report.wrong_clear, "", "0", report.wrong_clear == 0, note),
        ),
        Figure("arcs, largest difference", round(arc, 3), "m", "< 1", arc < 1.0),
    ]


def _fuzzed(seconds: int, say: Say) -> list[Figure]:
    say(f"fuzzing each reader for {seconds} s")
    found = []
    for one in fuzz_all(seconds):
        said = one.not_run or one.crash or f"{one.runs} inputs in {one.seconds} s"
        crashed = None if one.not_run else not one.crash
        found.append(
            Figure(
                f"crashes of the reader of {one.format.value}",
                *(1 if one.crash else 0, "", "0", crashed, said[-400:]),
            )
        )
    return found
