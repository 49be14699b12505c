"""Broadcast Remote ID as it goes over the air: blocks of 25 bytes (ASTM F3411-22a, EN 4709-002),
of which OPEN_DRONE_ID_MESSAGE_PACK holds up to nine. Pure; any thread."""

from __future__ import annotations

import struct

from drone.traffic_messages import (
    BasicId,
    Location,
    MessagePack,
    OperatorId,
    OperatorPlace,
    RemoteIdPart,
    SelfId,
)

BLOCK_BYTES = 25
MOST_BLOCKS = 9
_SPEED_STEP, _FAST_STEP, _FAST_FROM = 0.25, 0.75, 255 * 0.25
_NO_SPEED, _NO_CLIMB, _NO_DIRECTION = 25_500, 6_300, 36_100


def parts_of(pack: MessagePack) -> list[RemoteIdPart]:
    """Those that are known; nothing of a pack that is not as long as it says."""
    held = bytes(byte & 0xFF for byte in pack.messages)
    count = pack.msg_pack_size
    if pack.single_message_size != BLOCK_BYTES or not 0 < count <= MOST_BLOCKS:
        return []
    if len(held) < count * BLOCK_BYTES:
        return []
    blocks = (held[n * BLOCK_BYTES : (n + 1) * BLOCK_BYTES] for n in range(count))
    parts = (_part(block, pack.id_or_mac) for block in blocks)
    return [part for part in parts if part is not None]


def _part(block: bytes, sender: list[int]) -> RemoteIdPart | None:
    match block[0] >> 4:
        case 0:
            return BasicId(sender, block[1] >> 4, block[1] & 0x0F, list(block[2:22]))
        case 1:
            return _location(block, sender)
        case 3:
            return SelfId(sender, block[1], _text(block[2:25]))
        case 4:
            lat, lon = struct.unpack_from("<ii", block, 2)
            return OperatorPlace(sender, lat, lon)
        case 5:
            return OperatorId(sender, _text(block[2:22]))
        case _:
            return None


def _location(block: bytes, sender: list[int]) -> Location:
    flags, direction, speed, climb = struct.unpack_from("<BBBb", block, 1)
    lat, lon, _barometric, geodetic, height = struct.unpack_from("<iiHHH", block, 5)
    return Location(
        id_or_mac=sender,
        status=flags >> 4,
        direction=_direction(direction, west=bool(flags & 2)),
        speed_horizontal=_speed(speed, fast=bool(flags & 1)),
        speed_vertical=climb * 50 if abs(climb) < _NO_CLIMB // 50 else _NO_CLIMB,
        latitude=lat,
        longitude=lon,
        altitude_geodetic=geodetic * 0.5 - 1000,
        height_reference=flags >> 2 & 1,
        height=height * 0.5 - 1000,
    )


def _direction(value: int, *, west: bool) -> int:
    degrees = value + 180 if west else value
    return degrees * 100 if value < 180 else _NO_DIRECTION


def _speed(value: int, *, fast: bool) -> int:
    """cm/s, rounded."""
    if fast:
        return _NO_SPEED if value == 255 else round((value * _FAST_STEP + _FAST_FROM) * 100)
    return round(value * _SPEED_STEP * 100)


def _text(held: bytes) -> str:
    return held.split(b"\0")[0].decode("ascii", "replace")
