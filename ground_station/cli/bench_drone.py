"""`run.py bench drone`: a fleet, commands and telemetry of the product, and a camera's pose."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Final

from ground_station.cli.bench_figures import Figure, lines, machine
from ground_station.cli.bench_flight import fleet_figures, flight_figures
from ground_station.cli.bench_pose import photo_figures, pose_figures
from ground_station.core.errors import InvalidInput

PARTS: Final = ("pose", "telemetry", "commands", "link", "fleet")
STATION_CORES: Final = 1.0
MOST_VEHICLES: Final = 50


def run(arguments: Namespace) -> int:
    """The status is 1 when a goal was missed.

    Raises:
        InvalidInput: a part is unknown, or the fleet is none.
        Unavailable, TimedOut: something that is needed did not come up.
    """
    parts = [part.strip() for part in arguments.parts.split(",")]
    unknown = sorted(set(parts) - set(PARTS))
    if unknown:
        raise InvalidInput(
            f"The bench has no part {', '.join(unknown)}.", f"Its parts are {', '.join(PARTS)}."
        )
    if not 1 <= arguments.vehicles <= MOST_VEHICLES:
        raise InvalidInput(f"A fleet has 1 to {MOST_VEHICLES} vehicles.")

    def say(words: str) -> None:
        print(words, file=sys.stderr, flush=True)

    figures: list[Figure] = []
    if "pose" in parts:
        figures += [*pose_figures(), *photo_figures()]
    figures += flight_figures([part for part in parts if part not in ("fleet", "pose")], say)
    if "fleet" in parts:
        figures += fleet_figures(say, arguments.vehicles, station_cores=STATION_CORES)
    report = {
        "bench": "drone",
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "figures": [asdict(figure) for figure in figures],
    }
    print(json.dumps(report, indent=2) if arguments.json else "\n".join(lines(report)))
    return 0 if all(figure.reached is not False for figure in figures) else 1
