"""The drawn cameras' footage: once, again when its drawing changes, and optional."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from fixed_cctv.drawn_scene import SCENES
from ground_station.bootstrap import drawn_footage
from ground_station.bootstrap.drawn_footage import (
    DRAWN_CAMERAS,
    DRAWN_FROM,
    DrawFootage,
    drawn_step,
)
from ground_station.bootstrap.errors import SetupError
from ground_station.bootstrap.places import Places
from ground_station.bootstrap.programs import ProgramFailed, Programs

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def places(tmp_path: Path) -> Places:
    for name in DRAWN_FROM:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("one")
    return Places(tmp_path)


def draws(monkeypatch: pytest.MonkeyPatch, *keys: str) -> list[Any]:
    asked: list[Any] = []

    def run(_self: Programs, argv: list[str], **more: Any) -> None:
        asked.append((argv, more))
        for key in keys:
            Path(argv[-1], f"{key}.ts").write_bytes(b"drawn")

    monkeypatch.setattr(Programs, "run", run)
    return asked


def step(places: Places) -> DrawFootage:
    return DrawFootage(places, Programs(places.setup_log))


def test_it_is_drawn_once_and_again_when_the_drawing_changes(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = draws(monkeypatch, *DRAWN_CAMERAS)
    assert not step(places).is_done()
    assert step(places).draw(lambda _detail: None) == "0.0 MB"
    assert step(places).is_done()
    assert len(asked) == 1
    assert asked[0][1]["env"] == {"PYTHONPATH": str(places.root)}
    (places.root / "ground_station/simulation/walkers.py").write_text("two")
    assert not step(places).is_done()
    step(places).draw(lambda _detail: None)
    assert step(places).is_done()
    drawn_footage.drawn_footage(places, DRAWN_CAMERAS[1]).unlink()
    assert not step(places).is_done()


def test_a_failure_is_told_and_kestrel_starts_without(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(_self: Programs, argv: list[str], **_more: Any) -> None:
        raise ProgramFailed(f"{argv[0]} failed", ("Traceback", "The basemap is missing."))

    monkeypatch.setattr(Programs, "run", run)
    with pytest.raises(SetupError, match="goes without them") as caught:
        step(places).draw(lambda _detail: None)
    assert "basemap is missing" in caught.value.remedy
    assert not step(places).is_done()
    assert drawn_step(places, Programs(places.setup_log)).optional


def test_the_cameras_and_what_they_are_drawn_from_are_those_there_are() -> None:
    assert [scene.key for scene in SCENES] == list(DRAWN_CAMERAS)
    assert [name for name in DRAWN_FROM if not (ROOT / name).is_file()] == []


def test_every_module_the_drawing_imports_is_in_its_fingerprint() -> None:
    wanted, named = {"ground_station/simulation/borough_camera.py"}, set(DRAWN_FROM)
    for name in DRAWN_FROM:
        if name.endswith(".py"):
            found = re.findall(
                r"^from (ground_station\.simulation\.\w+|geo\.\w+) import",
                (ROOT / name).read_text(),
                re.M,
            )
            wanted |= {module.replace(".", "/") + ".py" for module in found}
    wanted -= {"geo/ellipse.py", "geo/ground_plane.py"}  # places on the map, not the drawing
    assert wanted <= named
