"""Small videos made on the spot."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from ground_station.simulation import frame_code

WIDTH, HEIGHT = 320, 192


def picture(number: int) -> NDArray[np.uint8]:
    """A numbered picture with something in it for the encoder to do."""
    image = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    left = (number * 9) % (WIDTH - 40)
    image[100:140, left : left + 40] = (40, 200, 240)
    frame_code.draw(image, number)
    return image


def write_clip(
    path: Path,
    *,
    count: int = 10,
    fps: int = 10,
    codec: str = "libx264",
    b_frames: int = 0,
    gop: int = 10,
    size: tuple[int, int] = (WIDTH, HEIGHT),
    options: dict[str, str] | None = None,
) -> Path:
    """A clip of `count` numbered pictures; its format follows the file's suffix."""
    with av.open(str(path), "w") as target:
        stream = target.add_stream(codec, rate=fps, options=options or {})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.gop_size = gop
        if codec == "libx264":
            stream.codec_context.max_b_frames = b_frames
        for number in range(count):
            frame = av.VideoFrame.from_ndarray(picture(number), format="bgr24")
            frame = frame.reformat(*size, format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return path


def numbers_in(pictures: list[bytes]) -> list[int | None]:
    """The numbers in H.264 pictures, decoded from the first on."""
    decoder = av.CodecContext.create("h264", "r")
    assert isinstance(decoder, av.VideoCodecContext)
    packets = [av.Packet(data) for data in pictures]
    frames = [frame for packet in [*packets, None] for frame in decoder.decode(packet)]
    return [frame_code.read(np.asarray(f.to_ndarray(format="bgr24"), np.uint8)) for f in frames]
