"""The repository itself: lock files, what CI runs, and what must never be written into a file."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-node.lock")
# Spelt in parts, so that this file passes its own test.
FORBIDDEN = {
    "a package registry's host": (
        "pypi" + ".org",
        "python" + "hosted",
        "npmjs" + ".org",
        "npmjs" + ".com",
        "yarnpkg" + ".com",
        "deb." + "debian",
    ),
    "a path of one machine": ("/wo" + "rk/", "/ro" + "ot/", "/opt" + "/pypi"),
}


def tracked_files() -> list[Path]:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("this is no git checkout")
    done = subprocess.run(
        [git, "-C", str(ROOT), "-c", f"safe.directory={ROOT}", "ls-files", "-z"],
        capture_output=True,
        text=True,
        check=True,
    )
    paths = [ROOT / name for name in done.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_tracked_file_names(what: str) -> None:
    found = []
    for path in tracked_files():
        text = path.read_bytes()
        found += [f"{path.relative_to(ROOT)}: {w}" for w in FORBIDDEN[what] if w.encode() in text]
    assert found == []


def pins(lock: str) -> dict[str, str]:
    text = (ROOT / lock).read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)==([^ ]+)", text, re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_with_hashes_and_names_no_place(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[\w.-]+==)", text)[1:]
    assert entries
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert re.findall(r"://|--index|--find-links|--extra|^/|tmp", text, re.MULTILINE) == []


def test_the_test_lock_holds_the_runtime_lock() -> None:
    runtime, test = pins("requirements.lock"), pins("requirements-dev.lock")
    assert {name: test.get(name) for name in runtime} == runtime


@pytest.mark.parametrize("lock", LOCKS)
def test_only_one_package_writes_cv2(lock: str) -> None:
    assert "opencv-python-headless" not in pins(lock)


def test_every_direct_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    def names(requirements: list[str]) -> set[str]:
        return {re.split(r"[=~<>! ;\[]", one)[0].lower() for one in requirements}

    assert names(project["dependencies"]) - set(pins("requirements.lock")) == set()
    dev = names(project["optional-dependencies"]["dev"])
    assert dev - set(pins("requirements-dev.lock")) == set()


def test_ci_and_make_run_the_same_command() -> None:
    assert "exec python3 run.py test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "check:\n\t$(PYTHON) run.py test\n" in makefile
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
