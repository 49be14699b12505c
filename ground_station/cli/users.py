"""`run.py users ...`: accounts, from the machine the station runs on."""

from __future__ import annotations

import getpass
import sys
from argparse import Namespace

from ground_station.cli.data_folder import DataFolder
from ground_station.cli.options import settings_from
from ground_station.core.errors import InvalidInput


def set_new_password(arguments: Namespace) -> int:
    """Ask twice for a password and set it; without a terminal the first line of stdin is it.

    Raises:
        NotFound: there is no such user. InvalidInput: the two differ, or it is too weak.
    """
    from ground_station.app import prepare_store, set_password

    folder = DataFolder(settings_from(arguments).data_folder)
    folder.make()
    prepare_store(folder.path)
    set_password(folder.path, arguments.name, _new_password(arguments.name))
    folder.forget_first_sign_in(arguments.name)
    print(f"The password of {arguments.name} is set.")
    return 0


def _new_password(name: str) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass(f"New password of {name}: ")
    if getpass.getpass("The same again: ") != password:
        raise InvalidInput("The two passwords differ; nothing was changed.", "Try again.")
    return password
