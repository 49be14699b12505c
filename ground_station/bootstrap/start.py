"""From a bare checkout to the command: sets up what is missing, then becomes the command."""

from __future__ import annotations

import fcntl
import io
import os
import signal
import sys
import threading
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from ground_station.bootstrap.chromium import chromium_step
from ground_station.bootstrap.commands import Needs, parse
from ground_station.bootstrap.console import Console
from ground_station.bootstrap.drawn_footage import drawn_step
from ground_station.bootstrap.errors import SetupError
from ground_station.bootstrap.footage import footage_steps
from ground_station.bootstrap.models import verify_core_pack
from ground_station.bootstrap.packages import RUNTIME_LOCK, TEST_LOCK, package_steps
from ground_station.bootstrap.places import Places, checkout
from ground_station.bootstrap.postgres import postgres_step
from ground_station.bootstrap.programs import Programs
from ground_station.bootstrap.steps import Step, run_steps
from ground_station.bootstrap.web import web_steps

ADDRESS_VARIABLE = "KESTREL_CAMERA_ADDRESS"
CODE_VARIABLE = "KESTREL_AGENT_CODE"


def main(argv: Sequence[str]) -> int:
    """Parse, set up, and replace this process with the command in its environment.

    Returns only when set-up failed or was stopped.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace", line_buffering=True)
    arguments = parse(argv)
    places = checkout()
    # What is asked to print one JSON document keeps stdout for it.
    console = Console(sys.stderr if getattr(arguments, "json", False) else sys.stdout)
    try:
        set_up(places, arguments.command.needs, console)
    except SetupError as error:
        console.close()
        _explain(error)
        return 1
    except KeyboardInterrupt:
        console.close()
        print("\nSet-up was stopped. The next start goes on from here.", file=sys.stderr)
        return 130
    words = list(argv)
    _become(places, words, _secrets_of(arguments, words))


def set_up(places: Places, needs: Needs, console: Console) -> None:
    """Do what is not done yet; one set-up of a checkout at a time."""
    places.var.mkdir(exist_ok=True)
    with places.setup_lock.open("a") as lock, _stoppable():
        _acquire(lock.fileno(), console)
        programs = Programs(places.setup_log, (lock.fileno(),))
        steps = wanted_steps(places, needs, programs)
        if needs in {Needs.DEMO, Needs.TESTS}:
            verify_core_pack(places)
        run_steps(steps, console, programs)
        console.close()


def wanted_steps(places: Places, needs: Needs, programs: Programs) -> list[Step]:
    """The steps of a command, done or not."""
    lock = TEST_LOCK if needs is Needs.TESTS else RUNTIME_LOCK
    steps = [*package_steps(places, programs, lock)]
    if needs in {Needs.DEMO, Needs.PAGE}:
        steps += web_steps(places, programs)
    if needs is Needs.TESTS:
        steps += web_steps(places, programs, modules_only=True)
        steps.append(chromium_step(programs))
        steps.append(postgres_step(programs))
    if needs in {Needs.DEMO, Needs.TESTS}:
        steps += footage_steps(places, programs)
        steps.append(drawn_step(places, programs))
    return steps


def _acquire(descriptor: int, console: Console) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        console.say("Another set-up of this checkout is running; waiting for it to end.")
        fcntl.flock(descriptor, fcntl.LOCK_EX)


@contextmanager
def _stoppable() -> Iterator[None]:
    """A polite kill stops set-up just as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {one: signal.signal(one, stop) for one in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _explain(error: SetupError) -> None:
    for line in error.tail:
        print(f"    {line}", file=sys.stderr)
    print(f"{error.message} {error.remedy}", file=sys.stderr)


_WITHOUT_VALUE = {"--", "--no-demo-camera", "--no-demo-drone", "--training-airspace"}
_CAMERA_OPTION = "--camera"
_TOKEN_OPTION = "--token"  # noqa: S105  the name of it


def _secrets_of(arguments: Namespace, argv: list[str]) -> dict[str, str]:
    """What goes on in the environment, taken off the command line."""
    secrets = {}
    token: str | None = getattr(arguments, "token", None)
    if token is not None:
        _take_option(_TOKEN_OPTION, argv)
        secrets[CODE_VARIABLE] = token
    address = _secret_of(arguments, argv)
    if address is not None:
        secrets[ADDRESS_VARIABLE] = address
    return secrets


def _secret_of(arguments: Namespace, argv: list[str]) -> str | None:
    """A camera's address, taken off the command line: it may hold a password."""
    address: str | None = getattr(arguments, "address", None)
    if address is not None:
        del argv[_place_of(address, argv)]
        return address
    camera: str | None = getattr(arguments, "camera", None)
    if camera is not None:
        _take_option(_CAMERA_OPTION, argv)
    return camera


def _take_option(option: str, argv: list[str]) -> None:
    """Each of them, though only the last one counts."""
    for place in reversed(range(len(argv))):
        if argv[place] == option:
            del argv[place : place + 2]
        elif argv[place].startswith(f"{option}="):
            del argv[place]


def _place_of(address: str, argv: Sequence[str]) -> int:
    """Where the address stands: not the command's own word, nor the value of an option."""
    for place in range(1, len(argv)):
        before = argv[place - 1]
        value = before.startswith("--") and before not in _WITHOUT_VALUE
        if argv[place] == address and not value:
            return place
    raise ValueError("the address is not on the command line")


def _become(places: Places, argv: list[str], secrets: dict[str, str]) -> NoReturn:
    """Hand over. A camera's address may hold a password: it goes on in the environment, which
    only this user can read, and not on the command line, which everybody can."""
    environment = {**os.environ, **secrets}
    # -P and PYTHONPATH: our modules are found, and no file of the folder one happens to be in.
    environment["PYTHONPATH"] = str(places.root)
    sys.stdout.flush()
    python = str(places.venv_python)
    os.execve(python, [python, "-P", "-m", "ground_station.cli", *argv], environment)
