"""`run.py users ...`: accounts, from the machine the station runs on.

A running station notices within five seconds what is ended here. Every change is in the audit log,
as made on the command line.
"""

from __future__ import annotations

import getpass
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ground_station.cli.data_folder import DataFolder
from ground_station.cli.options import settings_from
from ground_station.core.authority import NOWHERE
from ground_station.core.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from ground_station.services.accounts import Accounts

ONCE = "It is shown this once; another one is asked for at the first sign-in."


def add(arguments: Namespace) -> int:
    """A new person, with a password made for them. Conflict, InvalidInput, NotFound."""
    from ground_station.services.passwords import make_password
    from ground_station.services.people import parse_role

    role = parse_role(arguments.role)
    password = make_password()
    with _accounts(arguments) as (_, accounts):
        if arguments.organisation is not None:
            _check_organisation(arguments)
        made = accounts.add(
            arguments.name,
            arguments.display_name or arguments.name,
            role,
            password,
            must_change=True,
            organisation_id=arguments.organisation,
        )
    print(f"{made.username} is added. Password: {password}\n{ONCE}")
    return 0


def show(arguments: Namespace) -> int:
    """Every account: name, role, whether it is disabled, and its second factors."""
    with _accounts(arguments) as (_, accounts):
        for one in accounts.all():
            state = "disabled" if one.disabled_at else ""
            factor = "second factor" if accounts.has_second_factor(one) else ""
            damaged = "area damaged: set it again" if one.area == NOWHERE else ""
            line = f"{one.username:24}{one.role.value:26}{factor:15}{state:10}{damaged}"
            print(line.rstrip())
    return 0


def disable(arguments: Namespace) -> int:
    """Shut somebody out. NotFound; Conflict for the last admin."""
    with _accounts(arguments) as (_, accounts):
        accounts.disable(arguments.name)
    print(f"{arguments.name} is disabled, and signed out everywhere.")
    return 0


def enable(arguments: Namespace) -> int:
    """Take `disable` back. NotFound, Conflict."""
    with _accounts(arguments) as (_, accounts):
        accounts.enable(arguments.name)
    print(f"{arguments.name} may sign in again.")
    return 0


def reset_factors(arguments: Namespace) -> int:
    """For somebody who lost phone and recovery codes: both go, and a new password is made."""
    with _accounts(arguments) as (folder, accounts):
        password = accounts.reset_factors(arguments.name)
        folder.forget_first_sign_in(arguments.name)
    print(f"{arguments.name} has no second factor now. Password: {password}\n{ONCE}")
    return 0


def _check_organisation(arguments: Namespace) -> None:
    from ground_station.app import opened_sharing

    with opened_sharing(settings_from(arguments)) as sharing:
        known = {one.organisation_id for one in sharing.organisations()}
    if arguments.organisation not in known:
        raise NotFound(
            f"There is no organisation {arguments.organisation}.",
            "See: python3 run.py organisations list",
        )


@contextmanager
def _accounts(arguments: Namespace) -> Iterator[tuple[DataFolder, Accounts]]:
    from ground_station.app import migrate_store, opened_accounts

    settings = settings_from(arguments)
    folder = DataFolder(settings.data_folder)
    migrate_store(settings)
    with opened_accounts(settings) as accounts:
        yield folder, accounts


def set_new_password(arguments: Namespace) -> int:
    """Ask twice for a password and set it; without a terminal the first line of stdin is it.

    Raises:
        NotFound: there is no such user. InvalidInput: the two differ, or it is too weak.
    """
    from ground_station.app import migrate_store, set_password

    settings = settings_from(arguments)
    folder = DataFolder(settings.data_folder)
    migrate_store(settings)
    set_password(settings, arguments.name, _new_password(arguments.name))
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
