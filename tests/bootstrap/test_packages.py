"""The environment and its locked packages, with the real venv and pip and no network."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ground_station.bootstrap.errors import SetupError
from ground_station.bootstrap.packages import (
    Environment,
    LockedPackages,
    PipProgress,
    SystemLibraries,
    broken_off,
    library_remedy,
    remedy_for,
)
from ground_station.bootstrap.places import Places
from ground_station.bootstrap.programs import Programs


def ignore(_detail: str) -> None:
    pass


def wheel(folder: Path, version: str) -> str:
    """A tiny wheel of our own; returns its SHA-256."""
    path = folder / f"tinything-{version}-py3-none-any.whl"
    info = f"tinything-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("tinything.py", f"VERSION = '{version}'\n")
        package.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: tinything\nVersion: {version}\n"
        )
        package.writestr(
            f"{info}/WHEEL",
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        package.writestr(f"{info}/RECORD", "")
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """One environment for the module: making it takes seconds."""
    places = Places(tmp_path_factory.mktemp("checkout"))
    Environment(places, Programs(places.setup_log)).make(ignore)
    return places


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """pip sees this folder of wheels and nothing else."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    return tmp_path


def version_in(places: Places) -> str:
    code = "import tinything; print(tinything.VERSION)"
    argv = [str(places.venv_python), "-I", "-c", code]
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip()


def test_a_made_environment_is_done_and_a_moved_or_broken_one_is_not(template: Places) -> None:
    environment = Environment(template, Programs(template.setup_log))
    assert environment.is_done()
    broken_off(template).touch()
    assert not environment.is_done()
    broken_off(template).unlink()
    marker = template.venv / ".kestrel-environment"
    kept = marker.read_text()
    marker.write_text(f"3.11 {template.root}-elsewhere/.venv\n")
    assert not environment.is_done()
    marker.write_text(kept)


def test_an_environment_made_by_hand_is_kept(template: Places) -> None:
    marker = template.venv / ".kestrel-environment"
    marker.unlink()
    environment = Environment(template, Programs(template.setup_log))
    (template.venv / "witness").touch()
    assert environment.make(ignore) == "kept"
    assert (template.venv / "witness").exists()
    assert environment.is_done()


def test_an_install_that_broke_off_means_a_new_environment(tmp_path: Path) -> None:
    places = Places(tmp_path)
    (places.venv / "half").mkdir(parents=True)
    broken_off(places).touch()
    Environment(places, Programs(places.setup_log)).make(ignore)
    assert not (places.venv / "half").exists()
    assert places.venv_python.exists()


def test_without_ensurepip_and_pip_the_package_to_install_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    fake = tmp_path / "python"  # a Python without pip
    fake.write_text(
        f'#!/bin/sh\nfor word; do [ "$word" = pip ] && {{ echo "No module named pip"; exit 1; }}; '
        f'done\nexec {sys.executable} "$@"\n'
    )
    fake.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(fake))
    places = Places(tmp_path / "checkout")
    with pytest.raises(SetupError) as caught:
        Environment(places, Programs(places.setup_log)).make(ignore)
    assert "python3-venv" in caught.value.remedy
    assert not Environment(places, Programs(places.setup_log)).is_done()


def test_without_ensurepip_the_systems_pip_helps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[list[str]] = []
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    monkeypatch.setattr(Programs, "run", lambda _self, argv, **_more: calls.append(list(argv)))
    places = Places(tmp_path)
    Environment(places, Programs(places.setup_log)).make(ignore)
    assert "--without-pip" in calls[0]
    assert calls[1][-4:] == ["--python", str(places.venv_python), "install", "pip"]


def test_locked_packages_are_installed_once_and_again_when_the_lock_changes(
    template: Places, offline: Path
) -> None:
    lock = template.root / "some.lock"
    lock.write_text(f"tinything==1.0 --hash=sha256:{wheel(offline, '1.0')}\n")
    step = LockedPackages(template, Programs(template.setup_log), lock.name)
    said: list[str] = []
    assert not step.is_done()
    assert step.install(said.append) == "1 in place"
    assert said[0] == "fetched 1 of 1"
    assert step.is_done()
    assert version_in(template) == "1.0"
    lock.write_text(f"tinything==2.0 --hash=sha256:{wheel(offline, '2.0')}\n")
    assert not step.is_done()
    step.install(ignore)
    assert step.is_done()
    assert version_in(template) == "2.0"
    assert not broken_off(template).exists()


def test_a_package_that_was_tampered_with_is_refused_and_nothing_counts_as_done(
    template: Places, offline: Path
) -> None:
    wheel(offline, "3.0")
    lock = template.root / "tampered.lock"
    lock.write_text(f"tinything==3.0 --hash=sha256:{'0' * 64}\n")
    step = LockedPackages(template, Programs(template.setup_log), lock.name)
    with pytest.raises(SetupError) as caught:
        step.install(ignore)
    assert "not the one that was pinned" in caught.value.remedy
    assert not step.is_done()
    assert not Environment(template, Programs(template.setup_log)).is_done()
    broken_off(template).unlink()


def test_an_install_killed_half_way_leaves_the_environment_not_done(
    template: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*_words: object, **_more: object) -> None:
        raise Killed

    monkeypatch.setattr(Programs, "run", die)
    (template.root / "x.lock").write_text("tinything==1.0\n")
    step = LockedPackages(template, Programs(template.setup_log), "x.lock")
    with pytest.raises(Killed):
        step.install(ignore)
    assert not step.is_done()
    assert not Environment(template, Programs(template.setup_log)).is_done()
    broken_off(template).unlink()


def test_a_missing_system_library_is_named_with_its_debian_package(template: Places) -> None:
    (template.root / "requirements.lock").write_text("")
    with pytest.raises(SetupError) as caught:  # this environment has no OpenCV at all
        SystemLibraries(template, Programs(template.setup_log)).check(ignore)
    assert "cv2" in caught.value.tail[-1]
    tail = ("ImportError: libGL.so.1: cannot open shared object file: No such file or directory",)
    assert "apt-get install libgl1" in library_remedy(tail)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("ERROR: Could not install packages: [Errno 28] No space left on device", "disk is full"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE", "not the one that was pinned"),
        ("ERROR: No matching distribution found for av==18.1.0", "Python 3.11 to 3.14"),
        ("ERROR: Could not find a version", "Check the network"),
    ],
)
def test_pips_last_words_become_a_remedy(line: str, words: str) -> None:
    assert words in remedy_for(("something", line))


def test_pips_lines_become_progress() -> None:
    said: list[str] = []
    progress = PipProgress(2, said.append)
    lines = ["Collecting a==1", "  Downloading a", "Collecting b==1"]
    for line in [*lines, "Installing collected packages: a, b"]:
        progress(line)
    assert said == ["fetched 1 of 2", "fetched 2 of 2", "unpacking 2"]
