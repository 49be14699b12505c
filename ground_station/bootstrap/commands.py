"""The command line of `run.py`, made of its table of commands.

Standard library only, because `--help` and a mistyped command must answer before anything is
installed.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from ground_station.bootstrap.command import Command, Needs
from ground_station.bootstrap.command_table import COMMANDS, DEFAULT_COMMAND, GROUPS

__all__ = ["COMMANDS", "Command", "Needs", "parse"]


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence, without listing what is hidden."""

    def error(self, message: str) -> NoReturn:
        unknown = re.match(r"argument COMMAND: invalid choice: ('[^']*')", message)
        if unknown:
            message = f"there is no command {unknown[1]}"
        self.exit(2, f"{self.prog}: {message}. See: python3 {self.prog} --help\n")


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
