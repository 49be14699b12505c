"""Arguments of the commands for agents, and of the processes that the supervisor starts; standard
library only."""

from __future__ import annotations

import argparse
from pathlib import Path


def camera(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "address",
        nargs="?",
        help="a film, rtsp://..., /dev/videoN or usb:N; left out, it is taken from the "
        "environment variable KESTREL_CAMERA_ADDRESS",
    )
    parser.add_argument("--name", help="what the camera is called on the map")
    parser.add_argument("--lat", type=float, help="degrees north, WGS 84")
    parser.add_argument("--lon", type=float, help="degrees east, WGS 84")
    parser.add_argument("--heading", type=float, help="degrees clockwise from true north")
    parser.add_argument(
        "--station",
        metavar="URL",
        help="a station on another machine, on which this one was enrolled (agents enrol)",
    )
    parser.add_argument(
        "--token-file", type=Path, metavar="FILE", help="what agents enrol stored, if several"
    )
    ca(parser)


def drone(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "addresses",
        metavar="ADDRESS",
        nargs="*",
        help="where an autopilot is: udpin://127.0.0.1:14550 listens there, tcpout://HOST:PORT, "
        "serial:///dev/ttyUSB0:57600; one may bring several vehicles",
    )
    parser.add_argument(
        "--link",
        metavar="ADDRESS",
        action="append",
        default=[],
        help="the same, as an option; may be given several times",
    )
    parser.add_argument("--name", help="what the drone is called on the map")
    parser.add_argument(
        "--simulated", action="store_true", help="the vehicles are simulated; shown as such"
    )
    drone_camera(parser)
    drone_payloads(parser)
    parser.add_argument(
        "--station",
        metavar="URL",
        help="a station on another machine, on which this one was enrolled (agents enrol)",
    )
    parser.add_argument(
        "--token-file", type=Path, metavar="FILE", help="what agents enrol stored, if several"
    )
    parser.add_argument(
        "--token",
        metavar="CODE",
        help="the code of agents add: enrols this machine at --station on the way; "
        "better in the environment variable KESTREL_AGENT_CODE",
    )
    ca(parser)


def drone_payloads(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--payload",
        metavar="KEY=HOW",
        action="append",
        default=[],
        help="what it carries, as often as there are some: spotlight=relay:0 switches a relay, "
        "loudspeaker=servo:9:1100:1900 sets an output to pulses between off and full; with several "
        "vehicles spotlight@2=relay:0 is on the one with the system id 2",
    )


def drone_camera(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--camera",
        metavar="ADDRESS",
        help="rtsp://..., usb:N, /dev/videoN, or simulated; may also be in the environment "
        "variable KESTREL_CAMERA_ADDRESS",
    )
    parser.add_argument(
        "--camera-of",
        type=int,
        metavar="ID",
        help="the MAVLink system id of the vehicle that carries it, where there are several",
    )
    parser.add_argument(
        "--camera-pitch",
        type=float,
        default=-60.0,
        metavar="DEGREES",
        help="how it is mounted: -90 looks straight down, 0 ahead (%(default)g)",
    )
    parser.add_argument(
        "--camera-hfov",
        type=float,
        default=70.0,
        metavar="DEGREES",
        help="its horizontal field of view (%(default)g)",
    )
    parser.add_argument(
        "--camera-rigid",
        action="store_true",
        help="it leans with the vehicle; without this a gimbal keeps it level",
    )


def simulate_drone(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--count", type=int, default=1, help="how many (%(default)s)")
    parser.add_argument(
        "--mavlink-port",
        type=int,
        default=14550,
        metavar="PORT",
        help="UDP port on this machine that the first one sends to; each one more sends to the "
        "next (%(default)s)",
    )
    parser.add_argument("--same-port", action="store_true", help="all send to that one port")
    parser.add_argument("--lat", type=float, default=51.4958, help="home (%(default)s)")
    parser.add_argument("--lon", type=float, default=-0.2386, help="home (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of gusts and faults (%(default)s)")
    parser.add_argument(
        "--wind", type=float, default=3.0, metavar="M/S", help="from the south-west (%(default)g)"
    )
    parser.add_argument(
        "--gust", type=float, default=1.0, metavar="M/S", help="on top of it (%(default)g)"
    )
    parser.add_argument(
        "--noise",
        type=float,
        default=0.0,
        metavar="METRES",
        help="standard deviation of the place that it tells; with any, attitudes are 1 degree off "
        "(%(default)g)",
    )
    parser.add_argument(
        "--fitted",
        action="store_true",
        help="with a mount, a camera that records and zooms, a relay, a remote control, a "
        "telemetry radio and a Remote ID module",
    )
    parser.add_argument(
        "--neighbours",
        action="store_true",
        help="it hears of other aircraft: two with a transponder, two drones with Remote ID",
    )
    parser.add_argument(
        "--parameter",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="of the autopilot, as ArduCopter names it, e.g. RTL_ALT=3000; as often as you like",
    )
    parser.add_argument(
        "--speedup", type=float, default=1.0, help="simulated seconds a second (%(default)g)"
    )
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="KIND@SECONDS",
        help="what goes wrong with the first one, and when: "
        "KIND[=VALUE][xCOUNT]@SECONDS[+DURATION], as often as you like; kinds: "
        "docs/simulation.md",
    )
    parser.add_argument(
        "--swap-battery",
        action="store_true",
        help="put a full battery in after each landing at home",
    )


def ca(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--ca",
        type=Path,
        metavar="FILE",
        help="the authority (PEM) that the station's certificate is of",
    )


def agent_name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="the agent's name, as agents list shows it")


def agents_add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="what the agent is called")
    parser.add_argument(
        "--kind",
        choices=("camera", "node", "drone"),
        default="camera",
        help="what it is (%(default)s)",
    )


def agents_enrol(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "code", metavar="CODE", nargs="?", help="from agents add; better left out and asked for"
    )
    parser.add_argument("--station", metavar="URL", required=True, help="https://HOST:PORT")
    ca(parser)


def child(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--parent", type=int, required=True)


def child_of_station(parser: argparse.ArgumentParser) -> None:
    child(parser)
    parser.add_argument("--station-url", required=True)
    ca(parser)


def child_simulator(parser: argparse.ArgumentParser) -> None:
    child(parser)
    parser.add_argument("--mavlink-port", type=int, required=True)


def child_drone(parser: argparse.ArgumentParser) -> None:
    child_of_station(parser)
    parser.add_argument("--mavlink-port", type=int, required=True)
