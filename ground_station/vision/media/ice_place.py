"""Where a process's media is reached: its address, its UDP ports, and a NAT before it."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass

from ground_station.core.errors import ConfigError
from ground_station.core.settings import NodeSettings


@dataclass(frozen=True, slots=True)
class IcePlace:
    """What host candidates are made of.

    Attributes:
        host: the local address that is bound, and offered.
        ports: UDP ports to choose from; empty = any that is free.
        advertised: the address that a 1:1 NAT gives `host`, offered before it; "" = no NAT.
    """

    host: str
    ports: range = range(0)
    advertised: str = ""

    def __str__(self) -> str:
        where = f" UDP ports {self.ports.start} to {self.ports.stop - 1}" if self.ports else ""
        return f"{self.host}{where}"


def ice_place(settings: NodeSettings) -> IcePlace:
    """From the settings; a name in node.advertised_host is looked up once, now.

    Raises:
        ConfigError: that name is unknown.
    """
    ports = range(0)
    if settings.ice_port_first is not None and settings.ice_port_last is not None:
        ports = range(settings.ice_port_first, settings.ice_port_last + 1)
    return IcePlace(settings.ice_host, ports, _address(settings.advertised_host))


def _address(name: str | None) -> str:
    if name is None:
        return ""
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        pass
    try:
        return socket.gethostbyname(name)
    except OSError as error:
        raise ConfigError(
            f"The name {name} is unknown here.",
            "Correct node.advertised_host, or put the address itself there.",
        ) from error
