"""The core model pack ships with the checkout; here its files are compared with its manifest."""

from __future__ import annotations

import json

from ground_station.bootstrap.errors import SetupError
from ground_station.bootstrap.fingerprint import sha256_of_file
from ground_station.bootstrap.places import Places

REMEDY = "Get it back with: git checkout -- ground_station/vision/inference/packs/core"


def verify_core_pack(places: Places) -> None:
    """Compare every model file with the SHA-256 of the manifest; takes some 10 ms.

    Raises:
        SetupError: the manifest or a file is missing or is not what it should be.
    """
    folder = places.model_pack
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        expected = {str(model["file"]): str(model["sha256"]) for model in manifest["models"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SetupError("The manifest of the core model pack cannot be read.", REMEDY) from error
    for name, sha256 in expected.items():
        path = folder / name
        if not path.is_file():
            raise SetupError(f"The model file {name} is missing.", REMEDY)
        if sha256_of_file(path) != sha256:
            raise SetupError(f"The model file {name} is not the one that was released.", REMEDY)
