"""Why a log is not taken, and what a log is at all."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ground_station.core.flight_log import MAX_LOG_BYTES, FlightOrigin

ULOG: Final = b"ULog\x01\x12\x35"
DATAFLASH: Final = b"\xa3\x95\x80"  # the first message says how messages are written
MAVLINK: Final = (0xFE, 0xFD)
_DAY_2000_US: Final = 946_684_800_000_000
_DAY_2100_US: Final = 4_102_444_800_000_000


class LogRefused(Exception):
    """A sentence for a person."""


def origin_of(file: Path) -> FlightOrigin:
    """By its first bytes, whatever its name.

    Raises:
        LogRefused: it is empty, too large, or no log that we know.
    """
    size = file.stat().st_size
    if size == 0:
        raise LogRefused("It is empty.")
    if size > MAX_LOG_BYTES:
        raise LogRefused(f"It is larger than {MAX_LOG_BYTES // 2**20} MB.")
    with file.open("rb") as opened:
        head = opened.read(16)
    if head.startswith(ULOG):
        return FlightOrigin.PX4_ULOG
    if head.startswith(DATAFLASH):
        return FlightOrigin.ARDUPILOT_BIN
    stamped = int.from_bytes(head[:8], "big")
    if len(head) >= 9 and head[8] in MAVLINK and _DAY_2000_US < stamped < _DAY_2100_US:
        return FlightOrigin.MAVLINK_TLOG
    raise LogRefused(
        "It is no log that can be read: an ArduPilot .bin, a MAVLink .tlog or a PX4 .ulg."
    )
