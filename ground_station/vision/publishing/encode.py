"""H.264 the way a browser and our relay want it: no B-frames, a keyframe a second, yuv420p."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import av
from av.video.frame import PictureType

from ground_station.vision.publishing.encoded import CLOCK_HZ

TIME_BASE = Fraction(1, CLOCK_HZ)


@dataclass(frozen=True, slots=True)
class H264Format:
    """How pictures are encoded.

    Attributes:
        fps: expected pictures a second; sets the keyframe interval of about one second.
        live: fastest settings and no delay; else slower and smaller.
        max_kbps: the rate is by quality below this.
    """

    width: int
    height: int
    fps: Fraction
    live: bool = True
    max_kbps: int = 4000

    def context(self) -> av.VideoCodecContext:
        """A libx264 encoder with a time base of 1/90000 s that writes Annex B."""
        context = av.CodecContext.create("libx264", "w")
        assert isinstance(context, av.VideoCodecContext)
        context.options = self.options()
        self.apply(context)
        return context

    def apply(self, context: av.VideoCodecContext) -> None:
        """Set what the codec context holds itself."""
        context.width, context.height = self.width, self.height
        context.pix_fmt = "yuv420p"
        context.time_base = TIME_BASE
        context.framerate = self.fps
        context.gop_size = max(1, round(self.fps))
        context.max_b_frames = 0
        if self.live:
            context.thread_count = 1
        else:
            context.thread_type = "FRAME"  # otherwise x264 cuts each picture into slices

    def options(self) -> dict[str, str]:
        """For libx264, beside what the codec context holds itself."""
        pace = {"preset": "veryfast", "tune": "zerolatency"} if self.live else {"preset": "medium"}
        return {
            **pace,
            "profile": "baseline",
            "crf": "23" if self.live else "25",
            "maxrate": f"{self.max_kbps}k",
            "bufsize": f"{self.max_kbps}k",
            "x264-params": "scenecut=0:repeat-headers=1",
        }


@dataclass(frozen=True, slots=True)
class Encoded:
    """One encoded picture."""

    data: bytes
    pts_90khz: int
    keyframe: bool


class H264Encoder:
    """Pictures in, one Annex B picture out for each, at once. Used by one thread.

    Args:
        form: sizes in it must be even.
    """

    def __init__(self, form: H264Format) -> None:
        self._form = form
        self._context = form.context()
        self._last_pts = -1

    def encode(self, picture: av.VideoFrame, pts_90khz: int, keyframe: bool) -> list[Encoded]:
        """`pts_90khz` must be larger than the one before it; any pixel format and size will do."""
        frame = picture.reformat(self._form.width, self._form.height, "yuv420p")
        frame.pts, frame.time_base = pts_90khz, TIME_BASE
        frame.pict_type = PictureType.I if keyframe else PictureType.NONE
        return [
            Encoded(bytes(packet), packet.pts, packet.is_keyframe)
            for packet in self._context.encode(frame)
            if packet.pts is not None
        ]


def even(size: int) -> int:
    """The nearest smaller even number: yuv420p halves both sides."""
    return size - size % 2
