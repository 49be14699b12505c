"""Sealed secrets and device names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground_station.core.errors import IntegrityError
from ground_station.services.devices import MAX_LENGTH, device_of
from ground_station.services.sealing import Sealer

KEY = "a" * 64


def test_a_sealed_secret_opens_for_its_owner_key_and_use_only() -> None:
    sealer = Sealer(KEY, "second factors")
    sealed = sealer.seal("JBSWY3DPEHPK3PXP", "ada")
    assert sealer.open(sealed, "ada") == "JBSWY3DPEHPK3PXP"
    assert "JBSWY3DPEHPK3PXP" not in sealed
    assert sealer.seal("JBSWY3DPEHPK3PXP", "ada") != sealed
    for other, owner in (
        (sealer, "eve"),
        (Sealer("b" * 64, "second factors"), "ada"),
        (Sealer(KEY, "something else"), "ada"),
    ):
        with pytest.raises(IntegrityError, match="cannot be opened"):
            other.open(sealed, owner)


@pytest.mark.parametrize("damaged", ["", "AAAA", "not base64!", "é"])
def test_a_damaged_secret_is_said_to_be_one(damaged: str) -> None:
    with pytest.raises(IntegrityError):
        Sealer(KEY, "second factors").open(damaged, "ada")


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/5 Chrome/140.0 Safari/5", "Chrome on Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/5 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 15; K) Chrome/140.0 Mobile Safari/5", "Chrome on Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604", "Safari on iPhone"),
        ("python-httpx/0.28", "python-httpx"),
        ("", "Unknown program"),
        ("<script>", "Unknown program"),
    ],
)
def test_devices_have_short_names(user_agent: str, name: str) -> None:
    assert device_of(user_agent).startswith(name)


@given(st.text(max_size=2000))
def test_any_header_gives_a_plain_name(user_agent: str) -> None:
    name = device_of(user_agent)
    assert 0 < len(name) <= MAX_LENGTH
    assert name.isascii()
    assert name.isprintable()
    assert not set(name) & set("<>\"'&")
