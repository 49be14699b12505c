"""A number drawn into the pixels of a picture, so that anybody can prove which frame they look at.

For benches and tests only. The layout depends on nothing but the picture's width W and height H,
so it survives encoding, scaling and cropping of the decoded picture to its display size.

The layout, complete enough to read it from a canvas in another language:

1. The strip is the top H * STRIP_HEIGHT (= 1/12) of the picture, over its whole width W.
2. It holds one row of CELLS (= 32) cells; cell i spans x from i * W / 32 to (i + 1) * W / 32. Edges
   are drawn rounded to whole pixels.
3. A cell is white (255, 255, 255) for a 1 bit and black (0, 0, 0) for a 0 bit.
4. Cells 0..23 are the number, most significant bit first (NUMBER_BITS = 24).
   Cells 24..31 are its checksum, most significant bit first: CRC-8, polynomial 0x07, initial value
   0xFF, not reflected, no final XOR, over the number's three bytes, most significant byte first.
   In C, Java or TypeScript alike:
       crc = 0xff
       for each byte: crc ^= byte; 8 times: crc = crc & 0x80 ? ((crc << 1) ^ 0x07) & 0xff : crc << 1
   Examples (number -> checksum): see EXAMPLES; all black and all white are not valid codes.
5. To read: for each cell take the mean of R, G and B over its middle half, that is pixels from
   floor((i + 0.25) * W / 32) up to but without ceil((i + 0.75) * W / 32) in x, and from
   floor(0.25 * H / 12) up to but without ceil(0.75 * H / 12) in y. At or above WHITE_FROM (= 160)
   it is 1, at or below BLACK_TO (= 95) it is 0; in between the picture holds no code that can be
   read. A wrong checksum means the same.
6. Pictures under MIN_WIDTH x MIN_HEIGHT (= 160 x 96) hold no code.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

NUMBER_BITS = 24
CHECKSUM_BITS = 8
CELLS = NUMBER_BITS + CHECKSUM_BITS
STRIP_HEIGHT = 1 / 12  # of the picture's height
SAMPLE_FROM = 0.25  # the middle half of a cell is read
SAMPLE_TO = 0.75
BLACK_TO = 95
WHITE_FROM = 160
MIN_WIDTH = 160
MIN_HEIGHT = 96
MAX_NUMBER = (1 << NUMBER_BITS) - 1

EXAMPLES = {0: 0x2B, 1: 0x2C, 0x123456: 0x57, MAX_NUMBER: 0x24}  # tested; for readers elsewhere


def checksum(number: int) -> int:
    """The CRC-8 of step 4 above."""
    crc = 0xFF
    for byte in number.to_bytes(NUMBER_BITS // 8, "big"):
        crc ^= byte
        for _ in range(8):
            crc = ((crc << 1) ^ 0x07) & 0xFF if crc & 0x80 else crc << 1
    return crc


def strip_height_px(height: int) -> int:
    """How many pixel rows of a picture of this height the code covers."""
    return round(height * STRIP_HEIGHT)


def draw(picture_bgr: NDArray[np.uint8], number: int) -> None:
    """Draw `number` over the top of the picture, in place.

    Raises:
        ValueError: the number is not in 0..MAX_NUMBER, or the picture is too small to hold it.
    """
    height, width = picture_bgr.shape[:2]
    if not 0 <= number <= MAX_NUMBER:
        raise ValueError(f"a frame code is 0 to {MAX_NUMBER}, got {number}")
    if width < MIN_WIDTH or height < MIN_HEIGHT:
        raise ValueError(f"a frame code needs {MIN_WIDTH}x{MIN_HEIGHT}, got {width}x{height}")
    word = (number << CHECKSUM_BITS) | checksum(number)
    bits = (word >> np.arange(CELLS - 1, -1, -1)) & 1
    edges = [round(cell * width / CELLS) for cell in range(CELLS + 1)]
    row = np.repeat((bits * 255).astype(np.uint8), np.diff(edges))
    picture_bgr[: strip_height_px(height)] = row[None, :, None]


def read(picture_bgr: NDArray[np.uint8]) -> int | None:
    """The number drawn into the picture, or None where none can be read without doubt."""
    height, width = picture_bgr.shape[:2]
    if width < MIN_WIDTH or height < MIN_HEIGHT:
        return None
    top = math.floor(SAMPLE_FROM * height * STRIP_HEIGHT)
    bottom = math.ceil(SAMPLE_TO * height * STRIP_HEIGHT)
    columns = picture_bgr[top:bottom].mean(axis=(0, 2))
    word = 0
    for cell in range(CELLS):
        left = math.floor((cell + SAMPLE_FROM) * width / CELLS)
        right = math.ceil((cell + SAMPLE_TO) * width / CELLS)
        level = float(columns[left:right].mean())
        if BLACK_TO < level < WHITE_FROM:
            return None
        word = (word << 1) | (level >= WHITE_FROM)
    number = word >> CHECKSUM_BITS
    return number if checksum(number) == word & ((1 << CHECKSUM_BITS) - 1) else None
