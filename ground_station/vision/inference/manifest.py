"""Model packs: a folder with weights, their licences and `manifest.json`, which says what they are.

A file that is not byte for byte what its manifest says does not load. Checked bytes are handed on,
never a path, so that what was checked is what runs.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ground_station.core.errors import ModelPackError

MANIFEST_NAME = "manifest.json"
CORE_PACK = Path(__file__).parent / "packs" / "core"


class Origin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where weights came from and how the file was made of them."""

    package: str
    version: str
    files: list[str]
    upstream: str
    made_by: str


class ModelInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The picture a model takes. `fit`: how another shape of picture gets into it."""

    name: str
    width: int
    height: int
    layout: str
    fit: str


class Thresholds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Defaults that the model was measured with, 0-1."""

    confidence: float
    nms_iou: float


class ModelEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One model of a pack. `licence` is an SPDX expression; its texts lie beside the weights."""

    id: str
    role: str
    file: str
    size_bytes: int
    sha256: str
    licence: str
    licence_files: list[str]
    origin: Origin
    input: ModelInput
    outputs: dict[str, str]
    thresholds: Thresholds
    classes: list[str]


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of `manifest.json`."""

    pack: str
    format: int
    models: list[ModelEntry]


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model whose bytes are the ones its manifest promises."""

    entry: ModelEntry
    content: bytes


def read_manifest(pack: Path) -> Manifest:
    """The pack's manifest.

    Raises:
        ModelPackError: it is missing, unreadable or not of this format; the message names the file.
    """
    content = _read(pack, MANIFEST_NAME)
    try:
        manifest = msgspec.json.decode(content, type=Manifest)
    except msgspec.MsgspecError as error:
        raise ModelPackError(f"{_shown(pack, MANIFEST_NAME)} is malformed: {error}.", REMEDY) from (
            error
        )
    if manifest.format != 1:
        raise ModelPackError(
            f"{_shown(pack, MANIFEST_NAME)} has format {manifest.format}, this release reads 1.",
            "Install the pack of this release.",
        )
    return manifest


def load_model(pack: Path, model_id: str) -> LoadedModel:
    """Read one model of a pack and check it.

    Raises:
        ModelPackError: the manifest or the model is missing, or the file is not what the manifest
            says; the message names the file, the remedy says how to get it back.
    """
    entry = next((model for model in read_manifest(pack).models if model.id == model_id), None)
    if entry is None:
        raise ModelPackError(f"The pack {pack.name} holds no model {model_id}.", REMEDY)
    for licence_file in entry.licence_files:
        _read(pack, licence_file)  # weights never travel without their licence
    content = _read(pack, entry.file)
    shown = _shown(pack, entry.file)
    if len(content) != entry.size_bytes:
        raise ModelPackError(
            f"{shown} holds {len(content)} bytes, its manifest says {entry.size_bytes}.", REMEDY
        )
    if hashlib.sha256(content).hexdigest() != entry.sha256:
        raise ModelPackError(f"{shown} was changed: its SHA-256 is not the manifest's.", REMEDY)
    return LoadedModel(entry, content)


REMEDY = (
    "Restore the pack's folder from the release, or make the file again with "
    "tools/convert_nanodet.py."
)


def _read(pack: Path, name: str) -> bytes:
    if Path(name).name != name or name in {"", ".", ".."}:
        raise ModelPackError(
            f"{_shown(pack, MANIFEST_NAME)} names the file {name!r}, which is outside its folder.",
            REMEDY,
        )
    try:
        return (pack / name).read_bytes()
    except OSError as error:
        raise ModelPackError(
            f"{_shown(pack, name)} cannot be read: {error.strerror}.", REMEDY
        ) from error


def _shown(pack: Path, name: str) -> str:
    return f"{pack.name}/{name}"
