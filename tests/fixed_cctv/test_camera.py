"""Addresses: what they mean, and that their secrets stay in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixed_cctv.camera import CameraSpec
from ground_station.core.errors import ConfigError
from ground_station.vision.publishing.address import (
    AddressKind,
    FrameCodeFormat,
    device_path,
    frame_code_format,
    kind_of,
    public_address,
)


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("clip.mp4", AddressKind.FILE),
        ("/srv/footage/a: b.avi", AddressKind.FILE),
        ("rtsp://host/stream", AddressKind.NETWORK),
        ("RTSP://host/stream", AddressKind.NETWORK),
        ("rtsps://user:pw@host:322/stream", AddressKind.NETWORK),
        ("/dev/video2", AddressKind.DEVICE),
        ("usb:0", AddressKind.DEVICE),
        ("frame-code:640x360@25", AddressKind.FRAME_CODE),
    ],
)
def test_kinds(address: str, kind: AddressKind) -> None:
    assert kind_of(address) is kind


@pytest.mark.parametrize(
    "address",
    [
        "http://user:secret@host/x",
        "frame-code:640x360",
        "frame-code:641x360@25",
        "frame-code:20x20@25",
        "frame-code:640x360@0",
        "frame-code:640x360@999",
    ],
)
def test_addresses_nobody_can_open_are_named_without_secrets(address: str) -> None:
    with pytest.raises(ConfigError) as caught:
        kind_of(address)
    assert caught.value.message
    assert "secret" not in str(caught.value)


def test_forms() -> None:
    assert frame_code_format("frame-code:640x360@25") == FrameCodeFormat(640, 360, 25)
    assert device_path("usb:3") == "/dev/video3"
    assert device_path("/dev/video1") == "/dev/video1"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("rtsp://user:pass@host/stream", "rtsp://host/stream"),
        ("rtsp://user:p@ss@10.0.0.1:554/1?token=abc#frag", "rtsp://10.0.0.1:554/1"),
        ("rtsp://user@[fe80::1]:554/1", "rtsp://[fe80::1]:554/1"),
        ("rtsp://host/stream", "rtsp://host/stream"),
        ("rtsp://u:secret@host:notaport/x", "rtsp://..."),
        ("/home/somebody/private/clip.mp4", "clip.mp4"),
        ("usb:0", "usb:0"),
        ("/dev/video0", "/dev/video0"),
        ("frame-code:640x360@25", "frame-code:640x360@25"),
    ],
)
def test_what_is_shown(address: str, shown: str) -> None:
    assert public_address(address) == shown


SECRET = st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"]), min_size=8)


@given(user=SECRET, password=SECRET)
def test_no_password_is_ever_shown(user: str, password: str) -> None:
    shown = public_address(f"rtsp://{user}:{password}@camera.example/stream1")
    # What stands after the last @ is the host: nothing before it may show.
    if not any(mark in user + password for mark in "/?#"):
        assert shown in ("rtsp://camera.example/stream1", "rtsp://...")


def test_a_spec_does_not_print_its_address() -> None:
    spec = CameraSpec("gate", "Gate", "rtsp://user:secret@host/1", lat=51.5, lon=-0.2)
    assert "secret" not in repr(spec)
    offer = spec.offer()
    assert (offer.key, offer.name, offer.lat, offer.lon) == ("gate", "Gate", 51.5, -0.2)
    assert "secret" not in repr(offer)
