"""A drone's camera: real pictures with the pose of each, or drawn ones of the simulated borough."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

import av
import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from drone.pose import Eye, View
from ground_station.core.agent_vehicles import CameraPose
from ground_station.core.aio import AioBridge
from ground_station.core.clock import Clock
from ground_station.core.errors import ConfigError, Unavailable
from ground_station.vision.publishing.address import AddressKind, kind_of
from ground_station.vision.publishing.encode import H264Encoder, H264Format
from ground_station.vision.publishing.encoded import EncodedFrame, FrameStream, Source
from ground_station.vision.publishing.live import LiveSource
from ground_station.vision.publishing.timeline import Playback

SIMULATED = "simulated"
WIDTH, HEIGHT, FPS = 640, 360, 12
LOOK_WITHIN_S = 0.5
NO_PICTURE = "There is no picture."

Picture = NDArray[np.uint8]  # BGR
# Draws what a camera at this pose sees at this time.
Draw = Callable[[CameraPose, datetime], Picture]
Look = Callable[[datetime], View]


class CameraKind(StrEnum):
    REAL = "real"
    SIMULATED = "simulated"


def camera_kind(address: str) -> CameraKind:
    """What `--camera ADDRESS` means.

    Raises:
        ConfigError: a drone carries no camera of that address.
    """
    if address == SIMULATED:
        return CameraKind.SIMULATED
    if kind_of(address) not in {AddressKind.NETWORK, AddressKind.DEVICE}:
        raise ConfigError(
            "A drone's camera is a network camera, a device or a simulation.",
            "Give --camera rtsp://..., usb:N, /dev/videoN or simulated; a film is published with "
            "run.py camera.",
        )
    return CameraKind.REAL


def looker(eye: Eye, bridge: AioBridge) -> Look:
    """To look from a capture thread; bounded in time, and raises nothing."""

    async def on_loop(at: datetime) -> View:
        return eye.look(at)

    def look(at: datetime) -> View:
        try:
            return bridge.call(on_loop(at), LOOK_WITHIN_S)
        except Unavailable as error:  # the loop is held up, or ends
            return View(None, f"The drone's position is not known: {error}")

    return look


class PosedSource:
    """Implements `Source`: a real camera's pictures, each with the pose at its capture where that
    is known. Its pictures go on without: what they show is worth more than its place."""

    def __init__(self, camera: Source, look: Look) -> None:
        self._camera = camera
        self._look = look

    def frames(self, stop: threading.Event) -> FrameStream:
        with closing(self._camera.frames(stop)) as frames:
            for frame in frames:
                yield dataclasses.replace(frame, pose=self._look(frame.captured_at).pose)

    def request_keyframe(self) -> None:
        self._camera.request_keyframe()


def real_camera(address: str, clock: Clock, look: Look) -> PosedSource:
    """Nothing is opened yet. `address` is one of `CameraKind.REAL`."""
    return PosedSource(LiveSource(address, clock), look)


class DrawnCamera:
    """Implements `Source`: draws and encodes what the drone would see, at its own pace.

    A picture's pose is exactly the one it was drawn for. Where no pose is known the picture is a
    plain card that says so; while the link to the drone is lost there is none at all.

    Args:
        make_draw: called once, on the capture thread; it may take its time and raise a
            KestrelError.
        busy: told why there is no picture; see `Capture.busy_with`.
    """

    def __init__(
        self,
        make_draw: Callable[[], Draw],
        look: Look,
        clock: Clock,
        busy: Callable[[str], None],
    ) -> None:
        self._make_draw = make_draw
        self._draw: Draw | None = None
        self._look = look
        self._clock = clock
        self._busy = busy
        self._keyframe_wanted = threading.Event()

    def frames(self, stop: threading.Event) -> FrameStream:
        if self._draw is None:
            self._busy("The simulated borough is being made.")
            self._draw = self._make_draw()
        draw = self._draw
        encoder = H264Encoder(H264Format(WIDTH, HEIGHT, Fraction(FPS)))
        playback = Playback(self._clock, stop)
        number = 0
        while (due := playback.wait_for(number / FPS)) is not None:
            number += 1
            pts, captured_at = due
            view = self._look(captured_at)
            if view.link_lost:
                self._busy(f"{view.why_not} {NO_PICTURE}")
                self._keyframe_wanted.set()
                continue
            picture = card(view.why_not) if view.pose is None else draw(view.pose, captured_at)
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            keyframe = self._keyframe_wanted.is_set()
            self._keyframe_wanted.clear()
            for part in encoder.encode(frame, pts, keyframe):
                yield EncodedFrame(part.data, part.pts_90khz, captured_at, part.keyframe, view.pose)

    def request_keyframe(self) -> None:
        self._keyframe_wanted.set()


def borough_view() -> Draw:
    """What draws the simulated borough as a drone's camera sees it; making it takes seconds."""
    from geo.camera import Pose
    from ground_station.simulation.borough_camera import BoroughCamera

    camera = BoroughCamera()

    def draw(pose: CameraPose, at: datetime) -> Picture:
        return camera.draw(Pose(*msgspec.structs.astuple(pose)), at, WIDTH, HEIGHT)

    return draw


def card(sentence: str) -> Picture:
    """A plain picture with a sentence, instead of one that would not be true."""
    picture = np.full((HEIGHT, WIDTH, 3), 40, dtype=np.uint8)
    for line, text in enumerate([*_wrapped(sentence, 44), NO_PICTURE]):
        cv2.putText(
            picture,
            text,
            (28, 150 + 32 * line),
            cv2.FONT_HERSHEY_SIMPLEX,
            0.7,
            (230, 230, 230),
            1,
            cv2.LINE_AA,
        )
    return picture


def _wrapped(sentence: str, width: int) -> list[str]:
    lines = [""]
    for word in sentence.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines[:4]
