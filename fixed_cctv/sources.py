"""From a camera's address to the source that reads it."""

from __future__ import annotations

from pathlib import Path

from fixed_cctv.camera import CameraSpec
from fixed_cctv.footage import FileSource, Progress
from fixed_cctv.in_step import FootageInStep
from fixed_cctv.synthetic import FrameCodeSource
from ground_station.core.clock import Clock
from ground_station.vision.publishing.address import AddressKind, frame_code_format, kind_of
from ground_station.vision.publishing.encoded import Source
from ground_station.vision.publishing.live import LiveSource


def source_of(camera: CameraSpec, clock: Clock, cache: Path, progress: Progress) -> Source:
    """Nothing is opened yet.

    Args:
        cache: folder for footage that has to be encoded before it can be sent.
        progress: told how that goes.

    Raises:
        ConfigError: the address is none that an agent can open.
    """
    match kind_of(camera.address):
        case AddressKind.FRAME_CODE:
            return FrameCodeSource(frame_code_format(camera.address), clock)
        case AddressKind.FILE:
            path = Path(camera.address)
            if camera.in_step_s is not None:
                return FootageInStep(path, clock, camera.in_step_s)
            return FileSource(path, clock, loop=camera.loop, cache=cache, progress=progress)
        case AddressKind.NETWORK | AddressKind.DEVICE:
            return LiveSource(camera.address, clock)
