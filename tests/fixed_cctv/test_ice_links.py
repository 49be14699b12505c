"""Link headers with ICE servers: what is read of them."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from ground_station.core.clock import ManualClock
from ground_station.core.settings import TurnSettings
from ground_station.services.turn import TurnSignIns, link_headers
from ground_station.vision.publishing.ice_links import LinkedServer, ice_links


def test_what_our_station_says_is_understood() -> None:
    settings = TurnSettings(
        urls=("stun:a:1", "turn:a:2?transport=udp", "turns:a:3"), secret=SecretStr("shared")
    )
    stun, turn = TurnSignIns(settings, ManualClock()).make()
    read = ice_links(link_headers((stun, turn)))
    assert [one.url for one in read] == ["stun:a:1", "turn:a:2?transport=udp", "turns:a:3"]
    assert read[0] == LinkedServer("stun:a:1")
    assert (read[1].username, read[1].credential) == (turn.username, turn.credential)
    assert turn.credential not in repr(read[1])


def test_several_in_one_header() -> None:
    value = '<stun:a>; rel="ice-server", <turn:b>; rel=ice-server; username="u"; credential="c"'
    assert ice_links([value]) == [LinkedServer("stun:a"), LinkedServer("turn:b", "u", "c")]


@pytest.mark.parametrize("value", ["", "<https://a>; rel=ice-server", "<turn:a>; rel=other", "<"])
def test_anything_else_is_left_out(value: str) -> None:
    assert ice_links([value]) == []


def test_their_number_is_bounded() -> None:
    assert len(ice_links(['<stun:a>; rel="ice-server"'] * 100)) == 8
