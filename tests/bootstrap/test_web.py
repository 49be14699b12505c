"""Web packages and page, with a stand-in for Node.js and npm that leaves the same traces."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ground_station.bootstrap.errors import SetupError
from ground_station.bootstrap.node import find_node, packaged_node, system_node
from ground_station.bootstrap.places import Places
from ground_station.bootstrap.programs import Programs
from ground_station.bootstrap.web import WebModules, WebPage, web_steps

NPM = """#!/bin/sh
echo "npm $*" >> "$NPM_CALLS"
case "$1" in
  ci) mkdir -p node_modules/left-pad; exit ${CI_STATUS:-0};;
  run) mkdir -p "$5"; cp src/main.ts "$5/main.js"; exit ${BUILD_STATUS:-0};;
esac
"""


def ignore(_detail: str) -> None:
    pass


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name, text in (("npm", NPM), ("node", "#!/bin/sh\necho ${NODE_VERSION:-v20.19.0}\n")):
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    monkeypatch.setenv("NPM_CALLS", str(tmp_path / "calls"))
    web = tmp_path / "checkout" / "web"
    (web / "src").mkdir(parents=True)
    for name in ("package.json", "package-lock.json", "index.html"):
        (web / name).write_text("{}")
    (web / "src" / "main.ts").write_text("first")
    return Places(tmp_path / "checkout")


def calls(places: Places) -> list[str]:
    path = places.root.parent / "calls"
    return [line.split()[1] for line in path.read_text().splitlines()] if path.exists() else []


def build(places: Places) -> None:
    programs = Programs(places.setup_log)
    for step in web_steps(places, programs):
        if not step.is_done():
            step.run(ignore)


def test_the_page_is_built_once_and_again_when_a_source_changes(places: Places) -> None:
    build(places)
    assert calls(places) == ["ci", "run"]
    assert (places.web / "dist" / "main.js").read_text() == "first"
    build(places)
    assert calls(places) == ["ci", "run"]
    assert web_steps(places, Programs(places.setup_log)) == []
    (places.web / "src" / "main.ts").write_text("second")
    build(places)
    assert calls(places) == ["ci", "run", "run"]
    assert (places.web / "dist" / "main.js").read_text() == "second"


def test_a_changed_lock_fetches_the_packages_again(places: Places) -> None:
    build(places)
    (places.web / "package-lock.json").write_text("{ }")
    build(places)
    assert calls(places) == ["ci", "run", "ci", "run"]


def test_a_build_that_fails_leaves_the_old_page(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(places)
    (places.web / "src" / "main.ts").write_text("broken")
    monkeypatch.setenv("BUILD_STATUS", "1")
    with pytest.raises(SetupError, match="cannot be built"):
        build(places)
    assert (places.web / "dist" / "main.js").read_text() == "first"
    assert not WebPage(places, Programs(places.setup_log)).is_done()


def test_packages_that_could_not_be_fetched_are_not_taken_for_there(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI_STATUS", "1")
    with pytest.raises(SetupError):
        build(places)
    assert (places.web / "node_modules" / "left-pad").exists()
    assert not WebModules(places, Programs(places.setup_log)).is_done()


def test_tests_want_the_packages_even_when_the_page_is_built(places: Places) -> None:
    build(places)
    programs = Programs(places.setup_log)
    assert web_steps(places, programs, modules_only=True) == []
    (places.web / "node_modules" / ".kestrel-packages").unlink()
    assert web_steps(places, programs) == []
    assert [s.name for s in web_steps(places, programs, modules_only=True)] == ["npm"]


@pytest.mark.parametrize(
    ("version", "good"), [("v20.19.0", True), ("v24.1.0", True), ("v20.18.9", False), ("?", False)]
)
def test_only_a_new_enough_node_of_the_system_is_used(
    places: Places, monkeypatch: pytest.MonkeyPatch, version: str, good: bool
) -> None:
    monkeypatch.setenv("NODE_VERSION", version)
    assert (system_node() is not None) is good
    programs = Programs(places.setup_log)
    names = [step.name for step in web_steps(places, programs)]
    assert names == (["npm", "page"] if good else ["node", "npm", "page"])


def test_pips_node_calls_npms_own_script(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    tools = find_node(places)
    assert tools == packaged_node(places)
    assert tools.npm[0] == tools.node
    assert tools.npm[1].endswith("npm/bin/npm-cli.js")
    assert tools.environment["PATH"].startswith(str(Path(tools.node).parent))
