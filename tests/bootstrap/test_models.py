"""The core model pack is compared with its manifest before anything starts."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from ground_station.bootstrap.errors import SetupError
from ground_station.bootstrap.models import verify_core_pack
from ground_station.bootstrap.places import Places, checkout


@pytest.fixture
def places(tmp_path: Path) -> Places:
    places = Places(tmp_path)
    places.model_pack.mkdir(parents=True)
    (places.model_pack / "m.onnx").write_bytes(b"weights")
    model = {"file": "m.onnx", "sha256": hashlib.sha256(b"weights").hexdigest()}
    (places.model_pack / "manifest.json").write_text(json.dumps({"models": [model]}))
    return places


def test_the_shipped_pack_is_whole() -> None:
    verify_core_pack(checkout())


def test_a_changed_or_missing_file_is_named(places: Places) -> None:
    verify_core_pack(places)
    (places.model_pack / "m.onnx").write_bytes(b"weightz")
    with pytest.raises(SetupError, match=r"m\.onnx is not the one"):
        verify_core_pack(places)
    (places.model_pack / "m.onnx").unlink()
    with pytest.raises(SetupError, match=r"m\.onnx is missing"):
        verify_core_pack(places)


@pytest.mark.parametrize("text", ["", "[]", '{"models": [{}]}'])
def test_a_manifest_that_says_nothing_is_refused(places: Places, text: str) -> None:
    (places.model_pack / "manifest.json").write_text(text)
    with pytest.raises(SetupError, match="manifest"):
        verify_core_pack(places)
