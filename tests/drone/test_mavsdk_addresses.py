"""Addresses of autopilots, and ports that another program has."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from drone.mavsdk_addresses import check_free, parse, parse_all
from drone.mavsdk_link import MavsdkLink
from ground_station.core.errors import ConfigError, Conflict
from tests.ports import free_udp_port


@pytest.mark.parametrize(
    "text",
    [
        "udpin://127.0.0.1:14550",
        "udpin://0.0.0.0:14550",
        "udpin://[::1]:14550",
        "udpout://192.168.1.7:14550",
        "udpout://drone-7.local:14550",
        "tcpin://127.0.0.1:5760",
        "tcpout://127.0.0.1:5760",
        "serial:///dev/ttyUSB0:57600",
        "serial_flowcontrol:///dev/serial/by-id/usb-FTDI-port0:921600",
    ],
)
def test_addresses_as_mavsdk_takes_them(text: str) -> None:
    assert parse(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "127.0.0.1:14550",
        "udp://:14550",
        "udpin://127.0.0.1",
        "udpin://127.0.0.1:0",
        "udpin://127.0.0.1:65536",
        "udpin://drone.local:14550",
        "http://127.0.0.1:80",
        "raw://",
        "udpout://user@host:1",
        "serial://ttyUSB0:57600",
        "serial:///dev/ttyUSB0",
        "udpin://127.0.0.1:14550\n",
    ],
)
def test_what_is_none_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse(text)
    assert refused.value.remedy


def test_the_same_port_twice_is_refused() -> None:
    with pytest.raises(ConfigError, match="are one"):
        parse_all(["udpin://127.0.0.1:14550", "udpin://0.0.0.0:14550"])
    with pytest.raises(ConfigError, match="no address"):
        parse_all([])
    assert len(parse_all(["udpin://127.0.0.1:14550", "tcpin://127.0.0.1:14550"])) == 2


@pytest.mark.parametrize(
    ("kind", "scheme"), [(socket.SOCK_DGRAM, "udpin"), (socket.SOCK_STREAM, "tcpin")]
)
def test_a_port_that_another_program_has_is_named(kind: socket.SocketKind, scheme: str) -> None:
    with socket.socket(socket.AF_INET, kind) as other:
        other.bind(("127.0.0.1", 0))
        if kind is socket.SOCK_STREAM:
            other.listen()
        port = other.getsockname()[1]
        address = f"{scheme}://127.0.0.1:{port}"

        with pytest.raises(Conflict, match=f"Another program listens on port {port}") as refused:
            check_free(parse(address))
        assert refused.value.remedy

        async def opened() -> None:
            await MavsdkLink([address]).open()

        with pytest.raises(Conflict, match=str(port)):
            asyncio.run(opened())


def test_a_free_port_is_free_and_stays_so() -> None:
    port = free_udp_port()
    for _turn in range(2):
        check_free(parse(f"udpin://127.0.0.1:{port}"))


def test_an_address_of_another_machine_cannot_be_listened_on() -> None:
    with pytest.raises(ConfigError, match="no address of this machine"):
        check_free(parse("udpin://192.0.2.1:14550"))


def test_a_device_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no device"):
        check_free(parse(f"serial://{tmp_path}/ttyUSB9:57600"))
