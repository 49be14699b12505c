"""Debian's Chromium for the browser tests, where it may be installed."""

from __future__ import annotations

import os
import shutil

from ground_station.bootstrap.errors import SetupError
from ground_station.bootstrap.programs import ProgramFailed, Programs
from ground_station.bootstrap.steps import Report, Step

PACKAGES = ("chromium", "fonts-dejavu-core")
BY_HAND = "Install it with: apt-get install chromium"


def chromium_step(programs: Programs) -> Step:
    """Optional: without it the browser tests are skipped, and say so."""

    def is_done() -> bool:
        return shutil.which("chromium") is not None

    def install(report: Report) -> str:
        if shutil.which("apt-get") is None:
            raise SetupError("not installed, so browser tests are skipped", BY_HAND)
        if os.geteuid() != 0:
            raise SetupError(
                "not installed and only root may, so browser tests are skipped", BY_HAND
            )
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        try:
            report("reading Debian's lists")
            programs.run(["apt-get", "-q", "update"], env=quiet)
            report("installing")
            argv = ["apt-get", "-q", "-y", "--no-install-recommends", "install", *PACKAGES]
            programs.run(argv, env=quiet)
        except ProgramFailed as error:
            raise SetupError(
                "cannot be installed, so browser tests are skipped", BY_HAND, error.tail
            ) from error
        return "installed"

    return Step("chromium", "Chromium", (), is_done, install, optional=True)
