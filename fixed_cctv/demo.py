"""The demonstration's cameras: real footage, prepared once, in a loop; and two that are drawn.

Which footage it is stands in a small JSON file beside it, written when it was prepared: PETS has a
place on the ground, other footage only has a camera.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from fixed_cctv.camera import CameraSpec
from fixed_cctv.drawn_scene import SCENES, drawn_camera
from fixed_cctv.footage import Progress, encode_file
from fixed_cctv.pets_scene import (
    PETS_CALIBRATION,
    PETS_HEADING_DEG,
    PETS_LAT,
    PETS_LON,
    PETS_NOTE,
)
from ground_station.core.errors import IntegrityError, NotFound

DEMO_KEY = "demo"
PETS_SHA256 = "45cddc9490be69345cbdab64ca583be65987e864ca408038e648db99e10516cf"
_PREPARE = "Prepare the demonstration footage again."


class FootageCard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What prepared footage was made from."""

    original_name: str
    original_sha256: str


def prepare_footage(source_video: Path, out: Path, progress: Progress) -> None:
    """Encode a video once to H.264 (Annex B in MPEG-TS, no B-frames, a keyframe a second, at its
    own pace) and write what it was beside it. `out` appears last, when everything is there.

    Raises:
        NotFound, Unprocessable: `source_video` is no video that can be read.
        Unavailable: `out` cannot be written.
    """
    encoded = out.with_name(out.name + ".new")
    try:
        encode_file(source_video, encoded, progress)
        with source_video.open("rb") as original:
            digest = hashlib.file_digest(original, "sha256").hexdigest()
        card = FootageCard(source_video.name, digest)
        _card_path(out).write_bytes(msgspec.json.format(msgspec.json.encode(card)) + b"\n")
        encoded.replace(out)
    finally:
        encoded.unlink(missing_ok=True)


def demo_camera(footage: Path) -> CameraSpec:
    """The camera that shows footage made by `prepare_footage`.

    Raises:
        NotFound: there is no such footage.
        IntegrityError: nothing beside it says what it is.
    """
    if not footage.is_file():
        raise NotFound(f"There is no demonstration footage {footage.name}.", _PREPARE)
    card = _read_card(footage)
    is_pets = card.original_sha256 == PETS_SHA256
    elsewhere = (
        f"Demonstration footage ({card.original_name}), not filmed here; the camera's place is "
        "only an example and what it sees has no place on the map."
    )
    return CameraSpec(
        key=DEMO_KEY,
        name="Demonstration camera",
        address=str(footage),
        simulated=True,
        note=PETS_NOTE if is_pets else elsewhere,
        lat=PETS_LAT,
        lon=PETS_LON,
        heading_deg=PETS_HEADING_DEG,
        calibration=PETS_CALIBRATION if is_pets else None,
    )


def demo_cameras(film: Path, drawn: Mapping[str, Path]) -> list[CameraSpec]:
    """The demonstration's cameras: the film's and the drawn ones, as far as their footage is there.

    Args:
        drawn: the footage of each drawn camera, by its key.

    Raises:
        IntegrityError: nothing beside the film says what it is.
    """
    cameras = [demo_camera(film)] if film.is_file() else []
    for scene in SCENES:
        footage = drawn.get(scene.key)
        if footage is not None and footage.is_file():
            cameras.append(drawn_camera(scene, footage))
    return cameras


def _read_card(footage: Path) -> FootageCard:
    try:
        return msgspec.json.decode(_card_path(footage).read_bytes(), type=FootageCard)
    except (OSError, msgspec.MsgspecError) as error:
        raise IntegrityError(f"Nothing says which footage {footage.name} is.", _PREPARE) from error


def _card_path(footage: Path) -> Path:
    return footage.with_name(footage.name + ".json")
