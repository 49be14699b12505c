"""Addresses of autopilots as MAVSDK takes them, checked before MAVSDK sees them: it accepts a port
that another program listens on, says SUCCESS, and then each of the two gets some of the packets."""

from __future__ import annotations

import errno
import ipaddress
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ground_station.core.errors import ConfigError, Conflict

EXAMPLES = (
    "Take one like udpin://127.0.0.1:14550, udpout://192.168.1.7:14550, tcpin://127.0.0.1:5760, "
    "tcpout://192.168.1.7:5760 or serial:///dev/ttyUSB0:57600."
)
_NET = re.compile(r"(udpin|udpout|tcpin|tcpout)://(\[[0-9A-Fa-f:.]+\]|[^:/\[\]\s@]+):(\d{1,5})")
_SERIAL = re.compile(r"(serial|serial_flowcontrol)://(/[^:\s]+):(\d{3,8})")


class _Kind(StrEnum):
    LISTEN_UDP = "udpin"
    SEND_UDP = "udpout"
    LISTEN_TCP = "tcpin"
    CALL_TCP = "tcpout"
    SERIAL = "serial"
    SERIAL_FLOW = "serial_flowcontrol"


@dataclass(frozen=True, slots=True)
class Address:
    """One way to an autopilot. `host` is the device's path for a serial one, `port` its speed."""

    text: str
    kind: _Kind
    host: str
    port: int


def parse(text: str) -> Address:
    """Raises ConfigError, which names what is wrong and how an address looks."""
    net = _NET.fullmatch(text)
    if net is not None:
        port = int(net[3])
        if not 1 <= port <= 65535:
            raise ConfigError(f"The autopilot's address {text!r} has no port of 1-65535.", EXAMPLES)
        address = Address(text, _Kind(net[1]), net[2].strip("[]"), port)
        if address.kind in (_Kind.LISTEN_UDP, _Kind.LISTEN_TCP):
            _own_address(address)
        return address
    serial = _SERIAL.fullmatch(text)
    if serial is not None:
        return Address(text, _Kind(serial[1]), serial[2], int(serial[3]))
    raise ConfigError(f"{text!r} is no address of an autopilot.", EXAMPLES)


def parse_all(texts: Sequence[str]) -> list[Address]:
    """Raises ConfigError for none at all, a wrong one, or the same port twice."""
    if not texts:
        raise ConfigError("There is no address of an autopilot to listen at.", EXAMPLES)
    addresses = [parse(text) for text in texts]
    seen: dict[tuple[str, str, int], str] = {}
    for address in addresses:
        transport = address.kind.value[:3]
        listens = address.kind in (_Kind.LISTEN_UDP, _Kind.LISTEN_TCP)
        key = (transport, "" if listens else address.host, address.port)
        if key in seen:
            raise ConfigError(
                f"The autopilots' addresses {seen[key]!r} and {address.text!r} are one.",
                "Take one of them away.",
            )
        seen[key] = address.text
    return addresses


def check_free(address: Address) -> None:
    """Blocks for microseconds.

    Raises:
        Conflict: another program of this machine listens there.
        ConfigError: it cannot be listened on here, or there is no such device.
    """
    if address.kind in (_Kind.SERIAL, _Kind.SERIAL_FLOW):
        if not Path(address.host).exists():
            raise ConfigError(
                f"There is no device {address.host} for the autopilot's address {address.text!r}.",
                "Plug it in, or look up its name: ls /dev/serial/by-id",
            )
        return
    if address.kind not in (_Kind.LISTEN_UDP, _Kind.LISTEN_TCP):
        return
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    sort = socket.SOCK_DGRAM if address.kind is _Kind.LISTEN_UDP else socket.SOCK_STREAM
    with socket.socket(family, sort) as probe:
        if sort is socket.SOCK_STREAM:
            # A connection that ended a moment ago still holds the port for those without this.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.host, address.port))
        except PermissionError as error:
            raise ConfigError(
                f"Port {address.port} of {address.text!r} may not be opened by this user.",
                "Take a port above 1023.",
            ) from error
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise ConfigError(
                    f"{address.host} of {address.text!r} is no address of this machine.", EXAMPLES
                ) from error
            raise Conflict(
                f"Another program listens on port {address.port} for {address.text!r}.",
                "End it (another agent, QGroundControl, MAVProxy), or take another port.",
            ) from error


def _own_address(address: Address) -> None:
    try:
        ipaddress.ip_address(address.host)
    except ValueError as error:
        raise ConfigError(
            f"{address.text!r} must name an address of this machine in numbers, 0.0.0.0 for all.",
            EXAMPLES,
        ) from error
