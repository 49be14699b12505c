"""The demonstration camera knows which footage it holds."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from fixed_cctv.demo import PETS_SHA256, demo_camera, demo_cameras, prepare_footage
from fixed_cctv.drawn_scene import SCENES
from fixed_cctv.footage import is_sendable
from fixed_cctv.pets_scene import (
    PETS_CALIBRATION,
    PETS_HEADING_DEG,
    PETS_LAT,
    PETS_LON,
    PETS_NOTE,
)
from ground_station.core.errors import IntegrityError, KestrelError, NotFound
from tests.fixed_cctv.clips import write_clip

VTEST = Path(__file__).parents[2].parent / "shared/data/eval/pets09_s2l1/vtest.avi"


def test_other_footage_has_a_camera_but_no_places(tmp_path: Path) -> None:
    source = write_clip(tmp_path / "bikes.mp4", count=12)
    out = tmp_path / "prepared" / "demo.ts"
    said: list[str] = []
    prepare_footage(source, out, said.append)
    assert said
    assert is_sendable(out)
    camera = demo_camera(out)
    assert camera.address == str(out)
    assert camera.simulated
    assert camera.loop
    assert camera.calibration is None
    assert "bikes.mp4" in camera.note
    assert "no place on the map" in camera.note
    assert (camera.lat, camera.lon) == (PETS_LAT, PETS_LON)
    assert sorted(path.name for path in out.parent.iterdir()) == ["demo.ts", "demo.ts.json"]


def test_pets_has_its_calibration(tmp_path: Path) -> None:
    out = tmp_path / "demo.ts"
    prepare_footage(write_clip(tmp_path / "clip.mp4"), out, lambda sentence: None)
    card = tmp_path / "demo.ts.json"
    card.write_text(f'{{"original_name": "vtest.avi", "original_sha256": "{PETS_SHA256}"}}')
    camera = demo_camera(out)
    assert camera.calibration == PETS_CALIBRATION
    assert camera.heading_deg == PETS_HEADING_DEG
    assert camera.note == PETS_NOTE


@pytest.mark.skipif(not VTEST.is_file(), reason="shared/data/eval/pets09_s2l1/vtest.avi is missing")
def test_the_real_footage_is_known() -> None:
    assert hashlib.sha256(VTEST.read_bytes()).hexdigest() == PETS_SHA256


def test_a_failed_preparation_leaves_the_former_footage(tmp_path: Path) -> None:
    out = tmp_path / "demo.ts"
    prepare_footage(write_clip(tmp_path / "clip.mp4"), out, lambda sentence: None)
    before = out.read_bytes()
    junk = tmp_path / "junk.avi"
    junk.write_bytes(b"junk" * 100)
    with pytest.raises(KestrelError, match=r"junk\.avi"):
        prepare_footage(junk, out, lambda sentence: None)
    assert out.read_bytes() == before
    assert demo_camera(out).note


def test_footage_that_is_not_there_or_not_described(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no demonstration footage"):
        demo_camera(tmp_path / "demo.ts")
    clip = write_clip(tmp_path / "demo.ts")
    with pytest.raises(IntegrityError):
        demo_camera(clip)
    (tmp_path / "demo.ts.json").write_text("{}")
    with pytest.raises(IntegrityError) as caught:
        demo_camera(clip)
    assert "again" in caught.value.remedy


def test_the_demonstration_has_the_cameras_whose_footage_is_there(tmp_path: Path) -> None:
    film = tmp_path / "demo.ts"
    drawn = {scene.key: tmp_path / f"{scene.key}.ts" for scene in SCENES}
    assert demo_cameras(film, drawn) == []
    prepare_footage(write_clip(tmp_path / "clip.mp4"), film, lambda sentence: None)
    assert [camera.key for camera in demo_cameras(film, drawn)] == ["demo"]
    for file in drawn.values():
        write_clip(file)
    cameras = demo_cameras(film, drawn)
    assert [camera.key for camera in cameras] == ["demo", *drawn]
    assert all(camera.simulated for camera in cameras)
    film.unlink()
    assert [camera.key for camera in demo_cameras(film, drawn)] == list(drawn)
