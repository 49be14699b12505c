"""Finds the command, runs it, and turns expected errors into one sentence and a remedy."""

from __future__ import annotations

import importlib
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from typing import cast

from ground_station.bootstrap.commands import Command, parse
from ground_station.core.errors import KestrelError

EXPECTED_ERROR = 2
INTERRUPTED = 130


def main(argv: Sequence[str]) -> int:
    """Run one command; its exit status, 2 for an error a person can do something about."""
    arguments = parse(argv)
    try:
        return handler_of(arguments.command)(arguments)
    except KestrelError as error:
        print(f"{error.message} {error.remedy}".strip(), file=sys.stderr)
        return EXPECTED_ERROR
    except KeyboardInterrupt:
        return INTERRUPTED


def handler_of(command: Command) -> Callable[[Namespace], int]:
    """The function that carries a command out; its module is imported only now."""
    module, _, function = command.handler.partition(":")
    found = getattr(importlib.import_module(module), function)
    return cast("Callable[[Namespace], int]", found)
