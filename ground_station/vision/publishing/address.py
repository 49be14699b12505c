"""How a camera's address is read and shown.

An address with a user name and password in it is a secret: only the code that opens it ever holds
it; everything else (names, logs, errors) uses `public_address`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from ground_station.core.errors import ConfigError

_FRAME_CODE = re.compile(r"frame-code:(\d{2,4})x(\d{2,4})@(\d{1,3})")
_USB = re.compile(r"usb:(\d{1,3})")
_NETWORK_SCHEMES = ("rtsp", "rtsps")


class AddressKind(StrEnum):
    FILE = "file"
    NETWORK = "network"  # RTSP
    DEVICE = "device"  # USB through Video4Linux
    FRAME_CODE = "frame_code"


@dataclass(frozen=True, slots=True)
class FrameCodeFormat:
    """Size and pace of synthetic pictures."""

    width: int
    height: int
    fps: int


def kind_of(address: str) -> AddressKind:
    """What sort of address this is.

    Raises:
        ConfigError: it is none that an agent can open.
    """
    if address.startswith("frame-code:"):
        frame_code_format(address)
        return AddressKind.FRAME_CODE
    if _USB.fullmatch(address) or address.startswith("/dev/video"):
        return AddressKind.DEVICE
    scheme, separator, _rest = address.partition("://")
    if not separator:
        return AddressKind.FILE
    if scheme.lower() in _NETWORK_SCHEMES:
        return AddressKind.NETWORK
    raise ConfigError(
        f"A camera address cannot begin with {scheme[:20]}://.",
        "Give a video file, rtsp://..., /dev/videoN, usb:N or frame-code:WIDTHxHEIGHT@FPS.",
    )


def frame_code_format(address: str) -> FrameCodeFormat:
    """Raises ConfigError unless the address is `frame-code:WIDTHxHEIGHT@FPS` of a usable size."""
    match = _FRAME_CODE.fullmatch(address)
    if match is None:
        raise ConfigError(
            f"The address {address[:60]} is not of the form frame-code:WIDTHxHEIGHT@FPS.",
            "For example frame-code:640x360@25.",
        )
    width, height, fps = (int(group) for group in match.groups())
    if width % 2 or height % 2 or not (160 <= width <= 3840 and 96 <= height <= 2160):
        raise ConfigError("Frame-code pictures are 160x96 to 3840x2160, both numbers even.")
    if not 1 <= fps <= 120:
        raise ConfigError("Frame-code pictures come 1 to 120 times a second.")
    return FrameCodeFormat(width, height, fps)


def device_path(address: str) -> str:
    """`/dev/videoN` of a device address."""
    match = _USB.fullmatch(address)
    return f"/dev/video{match.group(1)}" if match else address


def public_address(address: str) -> str:
    """The address as it may be shown: without user name, password, query and fragment; of a file
    only its name."""
    if "://" not in address:
        is_file = not address.startswith(("frame-code:", "usb:", "/dev/"))
        return Path(address).name if is_file else address
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:  # a port that is no number, a broken IPv6 address: show none of it
        return address.partition("://")[0] + "://..."
    host = f"[{host}]" if ":" in host else host
    return urlunsplit((parts.scheme, host + port, parts.path, "", ""))
