"""`run.py audit ...`: checking, exporting and signing the audit log on the machine it is on.

All of them work beside a running station: the chain has one order for every process.
"""

from __future__ import annotations

import json
import os
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

from ground_station.cli.options import settings_from
from ground_station.core.errors import Conflict, IntegrityError, Unavailable


def verify(arguments: Namespace) -> int:
    """Check the whole chain in the database; 1 if anything is wrong, naming the first record."""
    from ground_station.app import verify_audit

    try:
        found = verify_audit(settings_from(arguments))
    except IntegrityError as error:
        if arguments.json:
            seq = getattr(error, "seq", None)
            print(json.dumps({"whole": False, "seq": seq, "problem": error.message}))
        else:
            print(f"WRONG: {error}")
        return 1
    if arguments.json:
        print(
            json.dumps(
                {
                    "whole": True,
                    "records": found.up_to,
                    "signed_up_to": found.signed_up_to,
                    "end": f"{found.up_to}:{found.last_hash}",
                    "notices": found.notices,
                }
            )
        )
        return 0
    for notice in found.notices:
        print(f"Note: {notice}")
    print(f"Whole: {found.up_to} records; signed up to record {found.signed_up_to}.")
    print(f"Its end, to keep elsewhere: {found.up_to}:{found.last_hash}")
    return 0


def export(arguments: Namespace) -> int:
    """Write the chain to a new file of JSON lines (0600) that tools/verify_audit.py checks.

    Raises:
        Conflict: the file is there already. Unavailable: it cannot be written.
        NotFound: there is no such organisation.
    """
    from ground_station.app import exported_audit

    target: Path = arguments.file
    lines = exported_audit(settings_from(arguments), arguments.organisation)
    written = _write_new(target, lines)
    print(f"{target}: {written} lines. Check it with python3 tools/verify_audit.py {target}")
    return 0


def rotate_key(arguments: Namespace) -> int:
    """Sign with a new key from now on."""
    from ground_station.app import opened_audit

    with opened_audit(settings_from(arguments)) as audit:
        key_id = audit.rotate_key(lost=arguments.lost)
    print(f"The audit log is now signed with the key {key_id}.")
    if arguments.lost:
        print("The log says that the former key was lost and did not hand over to this one.")
    return 0


def _write_new(target: Path, lines: Iterator[str]) -> int:
    count = 0
    try:
        descriptor = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
            for line in lines:
                opened.write(line)
                count += 1
    except FileExistsError as error:
        raise Conflict(f"{target} is there already.", "Choose another name.") from error
    except OSError as error:
        raise Unavailable(f"{target} cannot be written: {error.strerror}.") from error
    return count
