"""A network camera in a process of its own: pushes numbered pictures at 25 fps by RTSP.

PyAV holds Python's lock while an RTSP muxer shakes hands, so it cannot be a thread of the test.
"""

from __future__ import annotations

import itertools
import sys
import time
from fractions import Fraction

import av

from tests.fixed_cctv.clips import HEIGHT, WIDTH, picture


def main(address: str, codec: str, b_frames: int) -> None:
    """Until the listener hangs up or this process is killed."""
    target = av.open(address, "w", format="rtsp", options={"rtsp_transport": "tcp"})
    live = {"tune": "zerolatency"} if codec == "libx264" and not b_frames else {}
    stream = target.add_stream(codec, rate=25, options=live)
    assert isinstance(stream, av.VideoStream)
    stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    stream.codec_context.gop_size = 12
    if codec == "libx264":
        stream.codec_context.max_b_frames = b_frames
    for number in itertools.count():
        frame = av.VideoFrame.from_ndarray(picture(number), format="bgr24")
        frame = frame.reformat(format="yuv420p")
        frame.pts, frame.time_base = number, Fraction(1, 25)
        target.mux(stream.encode(frame))
        time.sleep(0.04)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
