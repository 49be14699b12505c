"""The number in the pixels survives what video does to it, and never reads wrong."""

from __future__ import annotations

from fractions import Fraction

import av
import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ground_station.simulation import frame_code

numbers = st.integers(0, frame_code.MAX_NUMBER)
PictureArray = NDArray[np.uint8]


def noise_picture(width: int, height: int, seed: int = 1) -> PictureArray:
    coarse = np.random.default_rng(seed).integers(0, 256, (height // 8, width // 8, 3), np.uint8)
    return np.asarray(cv2.resize(coarse, (width, height)), np.uint8)


def coded(number: int, width: int = 640, height: int = 360) -> PictureArray:
    picture = noise_picture(width, height)
    frame_code.draw(picture, number)
    return picture


@given(numbers, st.integers(160, 2000), st.integers(96, 1200))
@settings(max_examples=60, deadline=None)
def test_any_number_in_any_size_reads_back(number: int, width: int, height: int) -> None:
    picture = np.full((height, width, 3), 90, np.uint8)
    frame_code.draw(picture, number)
    assert frame_code.read(picture) == number


@given(numbers, st.integers(15, 95))
@settings(max_examples=30, deadline=None)
def test_survives_jpeg(number: int, quality: int) -> None:
    ok, data = cv2.imencode(".jpg", coded(number), [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert ok
    assert frame_code.read(np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)) == number


@given(numbers, st.sampled_from([(320, 180), (416, 234), (480, 270), (960, 540), (1280, 720)]))
@settings(max_examples=30, deadline=None)
def test_survives_a_resize(number: int, size: tuple[int, int]) -> None:
    picture = np.asarray(cv2.resize(coded(number), size, interpolation=cv2.INTER_AREA), np.uint8)
    assert frame_code.read(picture) == number


def test_survives_live_h264_at_640x360() -> None:
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 640, 360, "yuv420p"
    encoder.time_base = Fraction(1, 25)
    encoder.bit_rate = 400_000
    encoder.options = {"preset": "veryfast", "tune": "zerolatency"}
    decoder = av.CodecContext.create("h264", "r")
    sent = [(n * 0x9E3779) & frame_code.MAX_NUMBER for n in range(40)]
    packets = []
    for index, number in enumerate(sent):
        picture = noise_picture(640, 360, seed=index // 10)
        frame_code.draw(picture, number)
        frame = av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(format="yuv420p")
        frame.pts = index
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    frames = [frame for packet in packets for frame in decoder.decode(packet)]
    frames += decoder.decode(None)
    pictures = [np.asarray(frame.to_ndarray(format="bgr24"), np.uint8) for frame in frames]
    got = [frame_code.read(picture) for picture in pictures]
    assert got == sent


def test_a_picture_torn_between_two_codes_is_refused_or_right() -> None:
    rng = np.random.default_rng(5)
    refused = 0
    for _ in range(300):
        first, second = (int(n) for n in rng.integers(0, frame_code.MAX_NUMBER, 2))
        left, right = coded(first, 320, 180), coded(second, 320, 180)
        left[:, 160:] = right[:, 160:]
        refused += frame_code.read(left) is None
    assert refused >= 290  # an 8-bit checksum lets 1 in 256 through


@pytest.mark.parametrize("level", [0, 95, 128, 160, 255])
def test_a_flat_picture_holds_no_code(level: int) -> None:
    assert frame_code.read(np.full((360, 640, 3), level, np.uint8)) is None


def test_a_natural_picture_and_a_tiny_one_hold_no_code() -> None:
    assert frame_code.read(noise_picture(640, 360)) is None
    assert frame_code.read(np.zeros((40, 40, 3), np.uint8)) is None


def test_the_examples_in_the_description_are_right() -> None:
    for number, expected in frame_code.EXAMPLES.items():
        assert frame_code.checksum(number) == expected


@given(numbers, st.integers(0, frame_code.NUMBER_BITS - 1))
def test_one_wrong_bit_changes_the_checksum(number: int, bit: int) -> None:
    assert frame_code.checksum(number) != frame_code.checksum(number ^ (1 << bit))


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(ValueError, match="0 to 16777215"):
        frame_code.draw(np.zeros((360, 640, 3), np.uint8), 1 << 24)
    with pytest.raises(ValueError, match="160x96"):
        frame_code.draw(np.zeros((90, 640, 3), np.uint8), 1)
