"""The Python environment and the pinned packages in it."""

from __future__ import annotations

import importlib.util
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from ground_station.bootstrap.errors import SetupError
from ground_station.bootstrap.fingerprint import Marker, sha256_of_file
from ground_station.bootstrap.places import Places
from ground_station.bootstrap.programs import ProgramFailed, Programs
from ground_station.bootstrap.steps import Report, Step

RUNTIME_LOCK = "requirements.lock"
TEST_LOCK = "requirements-dev.lock"
ENVIRONMENT_STEP = "environment"
PACKAGES_STEP = "packages"
# How pip's line about one package begins: from an index, from a folder, or there already.
PER_PACKAGE = ("Collecting ", "Processing ", "Requirement already satisfied")
PIP_ENVIRONMENT = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "PIP_USER": "0"}
TRY_AGAIN = "Check the network and start again; what is finished stays. Details: var/log/setup.log."
# What a shared library that OpenCV misses is called in Debian.
DEBIAN_PACKAGES = {
    "libGL.so.1": "libgl1",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxcb.so.1": "libxcb1",
}


def package_steps(places: Places, programs: Programs, lock_name: str) -> tuple[Step, ...]:
    """The environment, the packages of one lock file, and the check that OpenCV finds libraries."""
    environment = Environment(places, programs)
    lock = LockedPackages(places, programs, lock_name)
    libraries = SystemLibraries(places, programs)
    return (
        Step(ENVIRONMENT_STEP, "Python environment", (), environment.is_done, environment.make),
        Step(PACKAGES_STEP, "Python packages", (ENVIRONMENT_STEP,), lock.is_done, lock.install),
        Step("libraries", "System libraries", (PACKAGES_STEP,), libraries.is_done, libraries.check),
    )


class Environment:
    """`.venv`, made anew when Python or the folder's place changed or an install broke off."""

    def __init__(self, places: Places, programs: Programs) -> None:
        self._places = places
        self._programs = programs
        self._marker = Marker(places.venv / ".kestrel-environment")
        self._key = f"{sys.version_info.major}.{sys.version_info.minor} {places.venv}"

    def is_done(self) -> bool:
        return (
            self._marker.holds(self._key)
            and self._places.venv_python.exists()
            and not broken_off(self._places).exists()
        )

    def make(self, report: Report) -> str:
        if self._made_by_hand():
            self._marker.write(self._key)
            return "kept"
        report("making it")
        self._remove()
        try:
            if importlib.util.find_spec("ensurepip") is not None:
                self._venv()
            else:
                self._venv_with_system_pip()
        except ProgramFailed as error:
            raise SetupError(
                "The Python environment .venv cannot be made.",
                "Install the package python3-venv (Debian: apt-get install python3-venv) "
                "and start again.",
                error.tail,
            ) from error
        self._marker.write(self._key)
        return f"Python {sys.version_info.major}.{sys.version_info.minor}"

    def _venv(self) -> None:
        self._programs.run([sys.executable, "-I", "-m", "venv", str(self._places.venv)])

    def _venv_with_system_pip(self) -> None:
        """Debian splits ensurepip off; the system's own pip can install into an environment."""
        pip = [sys.executable, "-I", "-m", "pip"]
        self._programs.run(
            [sys.executable, "-I", "-m", "venv", "--without-pip", str(self._places.venv)]
        )
        self._programs.run(
            [*pip, "--python", str(self._places.venv_python), "install", "pip"],
            env=PIP_ENVIRONMENT,
        )

    def _made_by_hand(self) -> bool:
        """An environment without our marker, of this very Python, that nothing has spoilt."""
        if self._marker.exists() or broken_off(self._places).exists():
            return False
        try:
            config = (self._places.venv / "pyvenv.cfg").read_text(encoding="utf-8")
        except OSError:
            return False
        version = re.search(r"^version(?:_info)? *= *(\d+\.\d+)", config, re.MULTILINE)
        ours = f"{sys.version_info.major}.{sys.version_info.minor}"
        return (
            version is not None
            and version[1] == ours
            and self._places.venv_python.exists()
            and (self._places.venv / "bin" / "pip").exists()
        )

    def _remove(self) -> None:
        if self._places.venv.is_symlink():
            self._places.venv.unlink()
        elif self._places.venv.exists():
            shutil.rmtree(self._places.venv)


class LockedPackages:
    """Everything one lock file pins, checked against its hashes; wheels only, nothing is built."""

    def __init__(self, places: Places, programs: Programs, lock_name: str) -> None:
        self._places = places
        self._programs = programs
        self._lock = places.root / lock_name
        self._marker = Marker(places.venv / f".kestrel-{lock_name}")

    def is_done(self) -> bool:
        return self._marker.holds(sha256_of_file(self._lock))

    def install(self, report: Report) -> str:
        total = len(re.findall(r"^[\w.-]+==", self._lock.read_text(encoding="utf-8"), re.MULTILINE))
        self._marker.clear()
        broken_off(self._places).touch()
        try:
            self._programs.run(
                pip_install(self._places, ["--requirement", str(self._lock)]),
                env=PIP_ENVIRONMENT,
                on_line=PipProgress(total, report),
            )
        except ProgramFailed as error:
            raise SetupError(
                f"The Python packages of {self._lock.name} cannot be installed.",
                remedy_for(error.tail),
                error.tail,
            ) from error
        broken_off(self._places).unlink()
        self._marker.write(sha256_of_file(self._lock))
        return f"{total} in place"


class SystemLibraries:
    """OpenCV's wheel needs a few libraries of the system; the first import tells."""

    def __init__(self, places: Places, programs: Programs) -> None:
        self._places = places
        self._programs = programs
        self._marker = Marker(places.venv / ".kestrel-libraries")

    def is_done(self) -> bool:
        return self._marker.holds(self._key())

    def check(self, report: Report) -> str:
        report("loading OpenCV")
        try:
            self._programs.run([str(self._places.venv_python), "-I", "-c", "import cv2"])
        except ProgramFailed as error:
            raise SetupError(
                "OpenCV cannot be loaded.", library_remedy(error.tail), error.tail
            ) from error
        self._marker.write(self._key())
        return "found"

    def _key(self) -> str:
        return sha256_of_file(self._places.root / RUNTIME_LOCK)


class PipProgress:
    """Turns pip's lines into how far it is."""

    def __init__(self, total: int, report: Report) -> None:
        self._total = total
        self._report = report
        self._collected = 0

    def __call__(self, line: str) -> None:
        text = line.strip()
        if text.startswith(PER_PACKAGE):
            self._collected += 1
            self._report(f"fetched {min(self._collected, self._total)} of {self._total}")
        elif text.startswith("Installing collected packages"):
            self._report(f"unpacking {self._total}")


def pip_install(places: Places, options: Sequence[str]) -> list[str]:
    """pip's command line for pinned and hashed wheels, nothing else."""
    pip = [str(places.venv_python), "-I", "-m", "pip", "install"]
    return [*pip, "--require-hashes", "--only-binary=:all:", "--progress-bar=off", *options]


def broken_off(places: Places) -> Path:
    """There while pip changes `.venv`: found at a start, the environment is half-made."""
    return places.venv / ".kestrel-installing"


def remedy_for(tail: Sequence[str]) -> str:
    """What to do about pip's last words."""
    text = "\n".join(tail)
    if "No space left" in text:
        return "The disk is full: free 2 GB and start again."
    if "DO NOT MATCH THE HASHES" in text or "HASH" in text:
        return (
            "A package is not the one that was pinned: ask who runs the package index, "
            "and do not install it by hand."
        )
    if "No matching distribution" in text:
        return (
            "No ready-made package for this Python or machine: use Python 3.11 to 3.14 on "
            "64-bit Linux with glibc. Details: var/log/setup.log."
        )
    return TRY_AGAIN


def library_remedy(tail: Sequence[str]) -> str:
    """The Debian package of the library that the loader missed."""
    text = "\n".join(tail)
    for library, package in DEBIAN_PACKAGES.items():
        if library in text:
            return f"Install the system package {package} (Debian: apt-get install {package})."
    return "Details: var/log/setup.log."
