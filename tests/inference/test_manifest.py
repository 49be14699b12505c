"""A pack that is not what its manifest says does not load, and says which file and what to do."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from ground_station.core.errors import ModelPackError
from ground_station.vision.inference.manifest import CORE_PACK, load_model, read_manifest
from ground_station.vision.inference.models.nanodet import MODEL_ID, NanoDet
from ground_station.vision.inference.sessions.ort import OrtSession

WEIGHTS = "nanodet-g-416.onnx"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CORE_PACK, tmp_path / "core"))


def edit_manifest(pack: Path, **changes: Any) -> None:
    document = json.loads((pack / "manifest.json").read_text())
    document["models"][0].update(changes)
    (pack / "manifest.json").write_text(json.dumps(document))


def refusal(pack: Path) -> ModelPackError:
    with pytest.raises(ModelPackError) as caught:
        load_model(pack, MODEL_ID)
    assert caught.value.remedy
    return caught.value


def test_the_shipped_pack_loads_with_its_licences() -> None:
    model = load_model(CORE_PACK, MODEL_ID)
    assert len(model.content) == model.entry.size_bytes
    assert {"LICENSE.human-models", "LICENSE.nanodet"} == set(model.entry.licence_files)
    assert "Apache License" in (CORE_PACK / "LICENSE.nanodet").read_text()
    assert "MIT License" in (CORE_PACK / "LICENSE.human-models").read_text()


@pytest.mark.parametrize("place", [0, 1000, -1])
def test_one_changed_byte_is_refused(pack: Path, place: int) -> None:
    content = bytearray((pack / WEIGHTS).read_bytes())
    content[place] ^= 1
    (pack / WEIGHTS).write_bytes(content)
    assert f"core/{WEIGHTS} was changed" in refusal(pack).message


def test_a_cut_file_is_refused(pack: Path) -> None:
    (pack / WEIGHTS).write_bytes((pack / WEIGHTS).read_bytes()[:-5])
    assert WEIGHTS in refusal(pack).message


@pytest.mark.parametrize("name", [WEIGHTS, "manifest.json", "LICENSE.nanodet"])
def test_a_missing_file_is_named(pack: Path, name: str) -> None:
    (pack / name).unlink()
    message = refusal(pack).message
    assert f"core/{name} cannot be read" in message
    assert str(pack.parent) not in message


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"pack": "core"}', b"\xff\xfe"])
def test_a_malformed_manifest_is_refused(pack: Path, content: bytes) -> None:
    (pack / "manifest.json").write_bytes(content)
    assert "core/manifest.json is malformed" in refusal(pack).message


def test_an_unknown_key_is_named(pack: Path) -> None:
    edit_manifest(pack, colour="red")
    assert "colour" in refusal(pack).message


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "", "..", "a/b"])
def test_a_file_outside_the_pack_is_never_read(pack: Path, name: str) -> None:
    edit_manifest(pack, file=name)
    assert "outside its folder" in refusal(pack).message


def test_another_format_is_refused(pack: Path) -> None:
    document = json.loads((pack / "manifest.json").read_text())
    document["format"] = 2
    (pack / "manifest.json").write_text(json.dumps(document))
    assert "format 2" in refusal(pack).message


def test_an_unknown_model_is_named() -> None:
    with pytest.raises(ModelPackError, match="no model yolo"):
        load_model(CORE_PACK, "yolo")


def test_other_classes_are_refused_by_the_model(pack: Path) -> None:
    classes = read_manifest(pack).models[0].classes
    edit_manifest(pack, classes=[*classes[1:], classes[0]])
    with pytest.raises(ModelPackError, match="other classes"):
        NanoDet(threads=1, confidence=0.5, pack=pack).load()


def test_what_is_no_model_at_all_is_refused_by_the_session() -> None:
    with pytest.raises(ModelPackError, match="cannot load rubbish"):
        OrtSession("rubbish", b"this is no ONNX file", threads=1)
