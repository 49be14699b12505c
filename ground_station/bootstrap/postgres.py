"""Debian's PostgreSQL for the tests of the store, where it may be installed.

The package starts a server of its own, which is left alone: the tests start theirs in a temporary
folder and end it. Only its programs are needed.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from ground_station.bootstrap.errors import SetupError
from ground_station.bootstrap.programs import ProgramFailed, Programs
from ground_station.bootstrap.steps import Report, Step

BY_HAND = "Install it with: apt-get install postgresql"
SKIPPED = "so the store is tested on SQLite only"
DEBIAN_PROGRAMS = Path("/usr/lib/postgresql")


def server_programs(root: Path = DEBIAN_PROGRAMS) -> Path | None:
    """The folder with `initdb` and `postgres` of the newest release here; None without one."""
    found = [one.parent for one in root.glob("*/bin/initdb") if one.parent.parent.name.isdigit()]
    return max(found, key=lambda one: int(one.parent.name), default=None)


def postgres_step(programs: Programs, root: Path = DEBIAN_PROGRAMS) -> Step:
    """Optional: without it the tests on PostgreSQL are skipped, and say so."""

    def is_done() -> bool:
        return server_programs(root) is not None

    def install(report: Report) -> str:
        if shutil.which("apt-get") is None:
            raise SetupError(f"not installed, {SKIPPED}", BY_HAND)
        if os.geteuid() != 0:
            raise SetupError(f"not installed and only root may, {SKIPPED}", BY_HAND)
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        try:
            report("reading Debian's lists")
            programs.run(["apt-get", "-q", "update"], env=quiet)
            report("installing")
            argv = ["apt-get", "-q", "-y", "--no-install-recommends", "install", "postgresql"]
            programs.run(argv, env=quiet)
        except ProgramFailed as error:
            raise SetupError(f"cannot be installed, {SKIPPED}", BY_HAND, error.tail) from error
        return "installed"

    return Step("postgresql", "PostgreSQL", (), is_done, install, optional=True)
