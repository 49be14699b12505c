"""Arguments of the measuring and the zone commands of `run.py`; standard library only."""

from __future__ import annotations

import argparse
from pathlib import Path


def bench(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--json", action="store_true", help="one JSON document on stdout, progress on stderr"
    )
    parser.add_argument(
        "--parts",
        default="restart,load,latency,telemetry,commands,link,fleet,locked,fresh",
        help="what to measure, separated by commas (%(default)s)",
    )
    parser.add_argument(
        "--frames", type=int, default=2000, help="frames to watch in locked view (%(default)s)"
    )


def bench_station(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--json", action="store_true", help="one JSON document on stdout, progress on stderr"
    )
    parser.add_argument(
        "--parts",
        default="edge,delivery,audit,restart",
        help="what to measure, separated by commas (%(default)s)",
    )
    parser.add_argument("--hosts", type=int, default=26, help="of 20 cameras each (%(default)s)")
    parser.add_argument("--pages", type=int, default=200, help="browsers (%(default)s)")
    parser.add_argument("--seconds", type=float, default=30, help="of load (%(default)g)")
    parser.add_argument("--messages", type=int, default=10_000, help="to deliver (%(default)s)")


def bench_delivery(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--messages", type=int, default=10_000, help="(%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the faults (%(default)s)")


def bench_zones(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--json", action="store_true", help="one JSON document on stdout, progress on stderr"
    )
    parser.add_argument("--checks", type=int, default=5_000, help="of each dataset (%(default)s)")


def bench_airspace(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--json", action="store_true", help="one JSON document on stdout, progress on stderr"
    )
    parser.add_argument(
        "--probes",
        type=int,
        default=1_000_000,
        help="random probes against the oracle (%(default)s: some minutes; 0: none)",
    )
    parser.add_argument("--seed", type=int, default=1, help="of the probes (%(default)s)")
    parser.add_argument(
        "--fuzz",
        type=int,
        default=0,
        metavar="SECONDS",
        help="fuzz each reader of files for so long (needs atheris)",
    )
    parser.add_argument(
        "--country",
        type=Path,
        metavar="FILE",
        help="a file of a whole country's zones to import (left out: one of 1,000 is made)",
    )


def zones(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--training",
        dest="training_airspace",
        action="store_true",
        default=argparse.SUPPRESS,
        help="the training zones of the demonstration: not for operational use",
    )


def zones_here(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("lat", type=float, metavar="LAT", help="degrees north, WGS 84")
    parser.add_argument("lon", type=float, metavar="LON", help="degrees east, WGS 84")
    parser.add_argument("height", type=float, metavar="HEIGHT", help="metres above the ground")
    above = parser.add_mutually_exclusive_group()
    above.add_argument("--agl", action="store_true", help="HEIGHT is above the ground (default)")
    above.add_argument("--amsl", action="store_true", help="HEIGHT is above mean sea level instead")
    above.add_argument("--hae", action="store_true", help="HEIGHT is above the WGS 84 ellipsoid")
    parser.add_argument(
        "--at", metavar="TIME", help="as 2026-06-15T12:00:00Z; left out, every zone counts"
    )
    parser.add_argument(
        "--ground", type=float, metavar="METRES", help="of the ground there, above mean sea level"
    )
    zones_of_file(parser)


def zones_of_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--dataset", type=Path, metavar="FILE", help="the zones of a file, of any known format"
    )
    zones(parser)


def zones_check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "plan", type=Path, metavar="PLAN.json", help="docs/airspace.md has its form"
    )
    zones_of_file(parser)
    parser.add_argument(
        "--as-of", metavar="DATE", help="assert that the zones were valid then (2026-06-15)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")


def zones_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="zones, in any known format")
    parser.add_argument("--offer", action="store_true", help="keep it in the installation")
    parser.add_argument(
        "--use", action="store_true", help="keep it, and check flights against it from now on"
    )
    zones_accepted(parser)
    parser.add_argument(
        "--json", action="store_true", help="with --offer or --use: one JSON document on stdout"
    )


def zones_datasets(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")


def zones_accepted(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--accept-refused",
        type=int,
        default=0,
        metavar="N",
        help="how many refused features you have seen: near them nothing will be clear",
    )


def zones_date(parser: argparse.ArgumentParser) -> None:
    zones_dataset_id(parser)
    parser.add_argument(
        "--from",
        dest="begins",
        metavar="DATE",
        help="from 00:00 UTC of this day; needed where the file does not say",
    )
    parser.add_argument(
        "--until", required=True, metavar="DATE", help="until 00:00 UTC of this day"
    )


def zones_use(parser: argparse.ArgumentParser) -> None:
    zones_dataset_id(parser)
    zones_accepted(parser)


def zones_dataset_id(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="as run.py zones datasets has it")


def zones_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="to write; it must not be there yet"
    )
    parser.add_argument(
        "--format", required=True, choices=("ed269", "ed318", "kml", "openair"), help="to write"
    )
    zones_of_file(parser)
