"""Opens files, network cameras and devices through PyAV, with errors fit for people.

FFmpeg's errors carry the whole address, credentials and all. So they are translated here, and the
originals are dropped from the chain (`from None`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from ground_station.core.errors import KestrelError, NotFound, TimedOut, Unavailable, Unprocessable
from ground_station.vision.publishing.address import (
    AddressKind,
    device_path,
    kind_of,
    public_address,
)

OPEN_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 5.0
MOST_BROKEN_IN_A_ROW = 50
_REMEDY = {
    AddressKind.FILE: "Give a video file that FFmpeg can read.",
    AddressKind.NETWORK: "Check the camera's power, network, address and password.",
    AddressKind.DEVICE: "Check that the camera is plugged in and that no other program uses it.",
    AddressKind.FRAME_CODE: "",
}


@contextmanager
def video_input(
    address: str, options: dict[str, str] | None = None
) -> Iterator[tuple[InputContainer, VideoStream]]:
    """An open container and its first video stream; closed on leaving.

    Args:
        options: for FFmpeg's demuxer, over the ones every address of its kind gets.

    Raises:
        NotFound: there is no such file or device.
        Unprocessable: it is no video, or holds none.
        Unavailable: it cannot be reached or read right now.
    """
    kind = kind_of(address)
    with speaking_of(address, kind):
        container = _open(address, kind, options or {})
        try:
            if not container.streams.video:
                raise Unprocessable(f"{public_address(address)} holds no video.", _REMEDY[kind])
            yield container, container.streams.video[0]
        finally:
            container.close()


@contextmanager
def speaking_of(address: str, kind: AddressKind) -> Iterator[None]:
    """Turns FFmpeg's errors inside into KestrelErrors that name the address without secrets."""
    try:
        yield
    except (av.error.FFmpegError, OSError) as error:
        raise _translated(error, kind, public_address(address)) from None


def decoded(container: InputContainer, stream: VideoStream) -> Iterator[av.VideoFrame]:
    """The stream's pictures; broken ones are skipped, unless nothing but broken ones come."""
    broken = 0
    for packet in container.demux(stream):
        try:
            pictures = packet.decode()
        except av.error.InvalidDataError:
            broken += 1
            if broken > MOST_BROKEN_IN_A_ROW:
                raise
            continue
        broken = 0
        yield from pictures


def _open(address: str, kind: AddressKind, options: dict[str, str]) -> InputContainer:
    timeout = (OPEN_TIMEOUT_S, READ_TIMEOUT_S)
    if kind is AddressKind.NETWORK:
        options = {"rtsp_transport": "tcp", **options}
        return av.open(address, options=options, timeout=timeout)
    if kind is AddressKind.DEVICE:
        return av.open(device_path(address), format="v4l2", options=options, timeout=timeout)
    return av.open(address, options=options)


def _translated(error: Exception, kind: AddressKind, shown: str) -> KestrelError:
    remedy = _REMEDY[kind]
    if isinstance(error, FileNotFoundError):
        return NotFound(f"There is no {shown}.", remedy)
    if isinstance(error, PermissionError | IsADirectoryError):
        return Unprocessable(f"{shown} may not be read by this program.", remedy)
    if isinstance(error, av.error.InvalidDataError):
        if kind is not AddressKind.FILE:  # also what a silent RTSP server ends in
            return Unavailable(f"{shown} does not answer with a video.", remedy)
        return Unprocessable(f"{shown} is not a video that can be read.", remedy)
    if isinstance(error, av.error.ExitError):
        return TimedOut(f"{shown} does not answer.", remedy)
    reason = getattr(error, "strerror", None) or type(error).__name__
    return Unavailable(f"{shown} cannot be read: {reason}.", remedy)
