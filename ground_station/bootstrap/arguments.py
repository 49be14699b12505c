"""Arguments of the measuring and the zone commands of `run.py`; standard library only."""

from __future__ import annotations

import argparse


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
    parser.add_argument(
        "--amsl", action="store_true", help="HEIGHT is above mean sea level instead"
    )
    zones(parser)
