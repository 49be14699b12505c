"""The web page: its npm packages and its build."""

from __future__ import annotations

import shutil

from ground_station.bootstrap.errors import SetupError
from ground_station.bootstrap.fingerprint import Marker, files_under, fingerprint
from ground_station.bootstrap.node import NODE_STEP, find_node, node_step, system_node
from ground_station.bootstrap.packages import TRY_AGAIN
from ground_station.bootstrap.places import Places
from ground_station.bootstrap.programs import ProgramFailed, Programs
from ground_station.bootstrap.steps import Report, Step

MODULES_STEP = "npm"
NOT_SOURCES = frozenset({"node_modules", "dist", "tests", "test-results", "coverage"})


def web_steps(places: Places, programs: Programs, *, modules_only: bool = False) -> list[Step]:
    """npm's packages and the built page, with Node.js before them where the system has none.

    With `modules_only` the packages are wanted even if the page is built: tests need them.
    """
    modules, page = WebModules(places, programs), WebPage(places, programs)
    if modules.is_done() and (modules_only or page.is_done()):
        return []
    if page.is_done() and not modules_only:
        return []
    steps = [] if system_node() else [node_step(places, programs)]
    steps.append(Step(MODULES_STEP, "Web packages", (NODE_STEP,), modules.is_done, modules.install))
    if not modules_only:
        steps.append(Step("page", "Web page", (MODULES_STEP,), page.is_done, page.build))
    return steps


class WebModules:
    """`web/node_modules`, exactly as `package-lock.json` pins it."""

    def __init__(self, places: Places, programs: Programs) -> None:
        self._places = places
        self._programs = programs
        self._marker = Marker(places.web / "node_modules" / ".kestrel-packages")

    def is_done(self) -> bool:
        return self._marker.holds(self._key())

    def install(self, report: Report) -> str:
        report("fetching")
        self._marker.clear()
        tools = find_node(self._places)
        try:
            self._programs.run(
                [*tools.npm, "ci", "--no-audit", "--no-fund"],
                cwd=self._places.web,
                env=tools.environment,
            )
        except ProgramFailed as error:
            raise SetupError(
                "The packages that the web page is built with cannot be installed.",
                TRY_AGAIN,
                error.tail,
            ) from error
        self._marker.write(self._key())
        return "in place"

    def _key(self) -> str:
        web = self._places.web
        return fingerprint(web, [web / "package.json", web / "package-lock.json"])


class WebPage:
    """`web/dist`, built beside it and swapped in whole: a running station never serves half."""

    def __init__(self, places: Places, programs: Programs) -> None:
        self._places = places
        self._programs = programs
        self._dist = places.web / "dist"

    def is_done(self) -> bool:
        return Marker(self._dist / ".kestrel-page").holds(self._key())

    def build(self, report: Report) -> str:
        report("building")
        key = self._key()
        scratch = self._places.web / "node_modules" / ".kestrel"
        shutil.rmtree(scratch, ignore_errors=True)
        new, old = scratch / "new", scratch / "old"
        tools = find_node(self._places)
        try:
            self._programs.run(
                [*tools.npm, "run", "build", "--", "--outDir", str(new), "--emptyOutDir"],
                cwd=self._places.web,
                env=tools.environment,
            )
        except ProgramFailed as error:
            raise SetupError(
                "The web page cannot be built.",
                "If you changed web/, undo that; else report it with var/log/setup.log.",
                error.tail,
            ) from error
        Marker(new / ".kestrel-page").write(key)
        if self._dist.exists():
            self._dist.rename(old)
        new.rename(self._dist)
        shutil.rmtree(scratch)
        return "built"

    def _key(self) -> str:
        return fingerprint(self._places.web, files_under(self._places.web, NOT_SOURCES))
