"""Arguments of the commands that fly and of the missions' files; standard library only."""

from __future__ import annotations

import argparse
from pathlib import Path

OPERATORS = ("COUNCIL", "POLICE_MPS", "POLICE_OTHER", "CONTRACTOR")
CATEGORIES = (
    "OPEN_A1",
    "OPEN_A2",
    "OPEN_A3",
    "SPECIFIC_PDRA01",
    "SPECIFIC_OA",
    "OUTSIDE_2019_947",
)


def sortie(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "plan",
        type=Path,
        metavar="PLAN",
        help="a mission: QGroundControl .plan, KML, GPX or CSV (docs/missions.md)",
    )
    parser.add_argument(
        "--link",
        metavar="ADDRESS",
        action="append",
        required=True,
        help="where the autopilot is: udpin://127.0.0.1:14550, tcpout://HOST:PORT, serial://...",
    )
    parser.add_argument(
        "--system-id", type=int, metavar="ID", help="which vehicle, where several are heard"
    )
    parser.add_argument(
        "--abort-after",
        type=_seconds,
        metavar="S",
        help="return home so many seconds after the start of the mission",
    )
    parser.add_argument(
        "--fence",
        action="store_true",
        help="give it a geofence round the approved flight, where the plan has none of its own",
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    _airspace(parser)
    _aircraft(parser)
    parser.add_argument(
        "--heard-within",
        type=_seconds,
        default=60.0,
        metavar="S",
        help="give up if no autopilot is heard (%(default)g)",
    )
    parser.add_argument(
        "--ready-within",
        type=_seconds,
        default=180.0,
        metavar="S",
        help="give up if it does not come to know its place (%(default)g)",
    )
    parser.add_argument(
        "--log", type=Path, metavar="FOLDER", help="keep track and steps in a folder in there"
    )


def bench_drone(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--json", action="store_true", help="one JSON document on stdout, progress on stderr"
    )
    parser.add_argument(
        "--parts",
        default="pose,telemetry,commands,link,fleet",
        help="what to measure, separated by commas (%(default)s)",
    )
    parser.add_argument("--vehicles", type=int, default=50, help="of the fleet (%(default)s)")


def _airspace(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--dataset",
        type=Path,
        metavar="FILE",
        help="zones to judge against, in any known format; else those of this installation, and "
        "for a simulated autopilot without any the training zones",
    )
    parser.add_argument(
        "--as-of", metavar="DATE", help="assert that the zones were valid then (2026-06-15)"
    )
    parser.add_argument("--operator", choices=OPERATORS, help="whose flight it is")
    parser.add_argument("--category", choices=CATEGORIES, help="under which rules it is flown")
    parser.add_argument(
        "--permission",
        action="append",
        default=[],
        metavar="ZONE=REFERENCE",
        help="a permission that is held; may be given several times",
    )


def _aircraft(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--endurance",
        type=_seconds,
        default=20.0,
        metavar="MINUTES",
        help="in hover with a full battery, for what the plan needs of it (%(default)g)",
    )
    parser.add_argument(
        "--reserve",
        type=_fraction,
        default=0.25,
        metavar="FRACTION",
        help="of the battery that shall be left (%(default)g)",
    )
    parser.add_argument(
        "--cruise", type=_seconds, metavar="M/S", help="where the plan says no speed"
    )
    parser.add_argument("--wind", type=float, metavar="M/S", help="expected, for the battery")
    parser.add_argument(
        "--wind-from", type=float, default=0.0, metavar="DEGREES", help="(%(default)g)"
    )


def _seconds(words: str) -> float:
    value = float(words)
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError(f"{words} is not above 0")
    return value


def _fraction(words: str) -> float:
    value = float(words)
    if not 0 <= value <= 0.95:
        raise argparse.ArgumentTypeError(f"{words} is not within 0 and 0.95")
    return value
