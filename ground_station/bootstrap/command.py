"""What one subcommand of `run.py` is; standard library only."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Needs(StrEnum):
    """What must be set up before a command runs."""

    PACKAGES = "packages"  # the environment with the runtime packages
    DEMO = "demo"  # and the web page, the model pack and the demonstration footage
    TESTS = "tests"  # everything, with what the tests need
    PAGE = "page"  # the environment and the web page


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
