"""What `run.py` can do, as data: the one place where a subcommand is added.

Standard library only, because `--help` and a mistyped command must answer before anything is
installed. A command's code is named here and imported only after set-up, in the environment.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NoReturn

from ground_station.bootstrap import arguments


class Needs(StrEnum):
    """What must be set up before a command runs."""

    PACKAGES = "packages"  # the environment with the runtime packages
    DEMO = "demo"  # and the web page, the model pack and the demonstration footage
    TESTS = "tests"  # everything, with what the tests need
    PAGE = "page"  # the environment and the web page


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence, without listing what is hidden."""

    def error(self, message: str) -> NoReturn:
        unknown = re.match(r"argument COMMAND: invalid choice: ('[^']*')", message)
        if unknown:
            message = f"there is no command {unknown[1]}"
        self.exit(2, f"{self.prog}: {message}. See: python3 {self.prog} --help\n")


def _no_options(parser: argparse.ArgumentParser) -> None:
    del parser


@dataclass(frozen=True, slots=True)
class Command:
    """One subcommand.

    Attributes:
        name: one or two words, e.g. "users password".
        summary: its line in `--help`; "" hides it (children of the supervisor).
        handler: "module:function"; called with the parsed arguments, returns the exit status.
        configure: adds its arguments.
    """

    name: str
    summary: str
    handler: str
    needs: Needs = Needs.PACKAGES
    configure: Callable[[argparse.ArgumentParser], None] = _no_options


def _camera(parser: argparse.ArgumentParser) -> None:
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
    _ca(parser)


def _drone(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "addresses",
        metavar="ADDRESS",
        nargs="+",
        help="where an autopilot is: udpin://127.0.0.1:14550 listens there, tcpout://HOST:PORT, "
        "serial:///dev/ttyUSB0:57600; one may bring several vehicles",
    )
    parser.add_argument("--name", help="what the drone is called on the map")
    parser.add_argument(
        "--simulated", action="store_true", help="the vehicles are simulated; shown as such"
    )
    _drone_camera(parser)
    parser.add_argument(
        "--station",
        metavar="URL",
        help="a station on another machine, on which this one was enrolled (agents enrol)",
    )
    parser.add_argument(
        "--token-file", type=Path, metavar="FILE", help="what agents enrol stored, if several"
    )
    _ca(parser)


def _drone_camera(parser: argparse.ArgumentParser) -> None:
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


def _simulate_drone(parser: argparse.ArgumentParser) -> None:
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
        "--speedup", type=float, default=1.0, help="simulated seconds a second (%(default)g)"
    )
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="KIND@SECONDS",
        help="what goes wrong with the first one, and when: KIND[=VALUE]@SECONDS[+DURATION], as "
        "often as you like; kinds: docs/simulation.md",
    )
    parser.add_argument(
        "--swap-battery",
        action="store_true",
        help="put a full battery in after each landing at home",
    )


def _ca(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--ca",
        type=Path,
        metavar="FILE",
        help="the authority (PEM) that the station's certificate is of",
    )


def _up(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--allow-root", action="store_true", help="run although the user is root")


def _certs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--new-root",
        action="store_true",
        help="make a new authority; every tablet and agent must then be given it",
    )


def _agent_name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="the agent's name, as agents list shows it")


def _agents_add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="what the agent is called")
    parser.add_argument(
        "--kind",
        choices=("camera", "node", "drone"),
        default="camera",
        help="what it is (%(default)s)",
    )


def _agents_enrol(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "code", metavar="CODE", nargs="?", help="from agents add; better left out and asked for"
    )
    parser.add_argument("--station", metavar="URL", required=True, help="https://HOST:PORT")
    _ca(parser)


def _test(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--autopilot",
        metavar="ADDRESS",
        help="only the suite of vehicle links, on the autopilot heard at this address (such as "
        "udpin://127.0.0.1:14550): IT WILL BE FLOWN, up to 15 m high and 30 m away",
    )


def _password(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="who gets a new password; it is asked for")


def _users_add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="the new user name")
    parser.add_argument("--role", required=True, help="e.g. cctv_operator, supervisor, admin")
    parser.add_argument("--display-name", help="the person's name as others see it")
    parser.add_argument("--organisation", metavar="ID", help="left out, the first one")


def _user_name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="the user name")


def _backup_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="the archive")


def _export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("organisation", metavar="ORGANISATION", help="its name or id")
    parser.add_argument("file", type=Path, metavar="FILE", help="a new file")


def _organisations_add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--kind", choices=("council", "police", "other"), required=True)


def _audit_verify(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")


def _audit_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="a new file of JSON lines")
    parser.add_argument(
        "--organisation",
        metavar="ID",
        help="only this organisation's records; of the others only the hashes",
    )


def _audit_rotate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--lost",
        action="store_true",
        help="the present key is gone; the log will say that it did not hand over",
    )


def _child(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--parent", type=int, required=True)


def _child_of_station(parser: argparse.ArgumentParser) -> None:
    _child(parser)
    parser.add_argument("--station-url", required=True)
    _ca(parser)


def _child_simulator(parser: argparse.ArgumentParser) -> None:
    _child(parser)
    parser.add_argument("--mavlink-port", type=int, required=True)


def _child_drone(parser: argparse.ArgumentParser) -> None:
    _child_of_station(parser)
    parser.add_argument("--mavlink-port", type=int, required=True)


COMMANDS: tuple[Command, ...] = (
    Command("demo", "", "ground_station.cli.demo:run", Needs.DEMO),
    Command(
        "up",
        "run an installation: --settings FILE, no demonstration (docs/deploy.md)",
        "ground_station.cli.up:run",
        Needs.PAGE,
        configure=_up,
    ),
    Command(
        "certs",
        "make or show the HTTPS certificates, and what to install on tablets",
        "ground_station.cli.certs:run",
        configure=_certs,
    ),
    Command("health", "does the station answer? 0 if so", "ground_station.cli.health:run"),
    Command(
        "camera",
        "publish a camera or film of your own to the running station",
        "ground_station.cli.camera:run",
        configure=_camera,
    ),
    Command(
        "drone",
        "connect drones of your own to the running station",
        "ground_station.cli.drone:run",
        configure=_drone,
    ),
    Command(
        "users password",
        "set somebody's password",
        "ground_station.cli.users:set_new_password",
        configure=_password,
    ),
    Command(
        "users add",
        "add somebody; prints a first password",
        "ground_station.cli.users:add",
        configure=_users_add,
    ),
    Command("users list", "every account and its role", "ground_station.cli.users:show"),
    Command(
        "users disable",
        "shut somebody out and sign them out everywhere",
        "ground_station.cli.users:disable",
        configure=_user_name,
    ),
    Command(
        "users enable",
        "let somebody in again",
        "ground_station.cli.users:enable",
        configure=_user_name,
    ),
    Command(
        "users reset-factors",
        "for somebody locked out: no second factor, and a new password",
        "ground_station.cli.users:reset_factors",
        configure=_user_name,
    ),
    Command(
        "bench system",
        "measure the whole line, camera to browser, on this machine",
        "ground_station.cli.bench:run",
        Needs.TESTS,
        configure=arguments.bench,
    ),
    Command(
        "organisations list",
        "list the organisations of this installation",
        "ground_station.cli.organisations:show",
    ),
    Command(
        "organisations add",
        "add another organisation, a controller of its own",
        "ground_station.cli.organisations:add",
        configure=_organisations_add,
    ),
    Command(
        "audit verify",
        "check the audit log: gaps, hashes, links, signatures",
        "ground_station.cli.audit:verify",
        configure=_audit_verify,
    ),
    Command(
        "audit export",
        "write the audit log to a file that tools/verify_audit.py checks anywhere",
        "ground_station.cli.audit:export",
        configure=_audit_export,
    ),
    Command(
        "audit rotate-key",
        "sign the audit log with a new key from now on",
        "ground_station.cli.audit:rotate_key",
        configure=_audit_rotate,
    ),
    Command(
        "agents add",
        "let an agent in: a one-time code, and what to type on its machine",
        "ground_station.cli.agents:add",
        configure=_agents_add,
    ),
    Command(
        "agents list", "every agent, and when it got its token", "ground_station.cli.agents:show"
    ),
    Command(
        "agents revoke",
        "shut an agent out at once",
        "ground_station.cli.agents:revoke",
        configure=_agent_name,
    ),
    Command(
        "agents rotate",
        "give an agent a new token",
        "ground_station.cli.agents:rotate",
        configure=_agent_name,
    ),
    Command(
        "agents enrol",
        "on the agent's machine: trade a code for its token",
        "ground_station.cli.agents:enrol",
        configure=_agents_enrol,
    ),
    Command(
        "bench station",
        "measure one station: load, delivery, audit and restart",
        "ground_station.cli.bench_station:run",
        Needs.TESTS,
        configure=arguments.bench_station,
    ),
    Command(
        "bench zones",
        "measure how long one check of a vehicle against the zones takes",
        "ground_station.cli.bench_zones:run",
        configure=arguments.bench_zones,
    ),
    Command(
        "bench airspace",
        "measure verdicts, imports and the live check, and probe them against an exact oracle",
        "ground_station.cli.bench_airspace:run",
        configure=arguments.bench_airspace,
    ),
    Command(
        "zones list",
        "the airspace zones that flights are checked against",
        "ground_station.cli.zones:show",
        configure=arguments.zones_of_file,
    ),
    Command(
        "zones here",
        "is a drone at this place and height in a zone? 0 if in none",
        "ground_station.cli.zones:here",
        configure=arguments.zones_here,
    ),
    Command(
        "zones check",
        "may this flight be flown? 0 if it is allowed",
        "ground_station.cli.zones_check:check",
        configure=arguments.zones_check,
    ),
    Command(
        "zones import",
        "what a file of zones holds, what of it is refused and why",
        "ground_station.cli.zones_check:show_import",
        configure=arguments.zones_import,
    ),
    Command(
        "zones datasets",
        "the files of zones that the installation keeps",
        "ground_station.cli.zones_store:datasets",
        configure=arguments.zones_datasets,
    ),
    Command(
        "zones date",
        "say when a dataset holds, where its file does not",
        "ground_station.cli.zones_store:date",
        configure=arguments.zones_date,
    ),
    Command(
        "zones use",
        "check flights against one of them from now on",
        "ground_station.cli.zones_store:use",
        configure=arguments.zones_use,
    ),
    Command(
        "zones discard",
        "give one of them up",
        "ground_station.cli.zones_store:discard",
        configure=arguments.zones_dataset_id,
    ),
    Command(
        "zones export",
        "write zones in another format",
        "ground_station.cli.zones_export:export",
        configure=arguments.zones_export,
    ),
    Command(
        "bench delivery",
        "kill agent and station at random: is any message lost or doubled?",
        "ground_station.cli.bench_delivery:run",
        configure=arguments.bench_delivery,
    ),
    Command(
        "backup",
        "write everything the station needs to one file, while it runs",
        "ground_station.cli.backup:back_up",
        configure=_backup_file,
    ),
    Command(
        "restore",
        "put a backup back; what was there is kept beside it",
        "ground_station.cli.backup:restore",
        configure=_backup_file,
    ),
    Command(
        "export",
        "write everything of one organisation to a file",
        "ground_station.cli.backup:export",
        configure=_export,
    ),
    Command(
        "simulate drone",
        "simulated drones that speak MAVLink, to try things out with",
        "ground_station.cli.simulate:drone",
        configure=_simulate_drone,
    ),
    Command(
        "test",
        "run every check and test",
        "ground_station.cli.checks:run",
        Needs.TESTS,
        configure=_test,
    ),
    Command("_station", "", "ground_station.cli.children:station", configure=_child),
    Command("_node", "", "ground_station.cli.children:node", configure=_child_of_station),
    Command("_camera", "", "ground_station.cli.children:camera", configure=_child_of_station),
    Command("_simulator", "", "ground_station.cli.children:simulator", configure=_child_simulator),
    Command("_drone", "", "ground_station.cli.children:drone", configure=_child_drone),
    Command("_page", "", "ground_station.cli.checks:page_is_built", Needs.PAGE),
)
DEFAULT_COMMAND = "demo"
GROUPS = {
    "agents": "cameras, nodes and drones that connect",
    "audit": "the log of every act",
    "bench": "measurements",
    "simulate": "things that are made up, to try the product with",
    "organisations": "who answers for people and things here",
    "users": "people who sign in",
    "zones": "airspace zones",
}


def parse(argv: Sequence[str], commands: Sequence[Command] = COMMANDS) -> argparse.Namespace:
    """The arguments, with the `Command` they name as `command`; exits like argparse on a mistake.

    Options of the installation that were not given are absent from the result.
    """
    options = _installation_options()
    parser = _Parser(
        prog="run.py",
        parents=[options],
        description="Without a command: set up what is missing, then start the station with the "
        "demonstration camera and print the address and the sign-in.",
        epilog="Settings: docs/settings.md.",
    )
    default = next((one for one in commands if one.name == DEFAULT_COMMAND), None)
    parser.set_defaults(command=default)
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", prog="run.py")
    groups: dict[str, argparse._SubParsersAction[_Parser]] = {}
    for command in commands:
        words = command.name.split()
        holder = subparsers
        if len(words) == 2:
            if words[0] not in groups:
                group = subparsers.add_parser(words[0], help=GROUPS[words[0]])
                groups[words[0]] = group.add_subparsers(
                    title="commands", metavar="COMMAND", required=True
                )
            holder = groups[words[0]]
        _add(holder, words[-1], command, options)
    return parser.parse_args(argv)


def _add(
    holder: argparse._SubParsersAction[_Parser],
    word: str,
    command: Command,
    options: _Parser,
) -> None:
    if command.summary:
        parser = holder.add_parser(
            word, parents=[options], help=command.summary, description=command.summary
        )
    else:
        parser = holder.add_parser(word, parents=[options])  # no help: not listed
    command.configure(parser)
    parser.set_defaults(command=command)


def _installation_options() -> _Parser:
    """The same before and after the command; SUPPRESS keeps one from erasing the other."""
    options = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    group = options.add_argument_group("installation")
    group.add_argument("--port", type=int, help="TCP port of the station (8080)")
    group.add_argument("--data-folder", type=Path, help="where its data is kept (var)")
    group.add_argument("--settings", type=Path, metavar="FILE", help="a TOML file of settings")
    group.add_argument(
        "--no-demo-camera",
        action="store_true",
        help="start without the demonstration cameras, and without the drone",
    )
    group.add_argument(
        "--no-demo-drone", action="store_true", help="start without the demonstration drone"
    )
    # Hidden: the demonstration sets it, and its parts are told of it.
    group.add_argument("--training-airspace", action="store_true", help=argparse.SUPPRESS)
    return options
