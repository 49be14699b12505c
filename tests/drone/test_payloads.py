"""What an agent is told that its vehicles carry, and how it is used."""

from __future__ import annotations

import asyncio

import pytest

from drone.payloads import Payloads, RelayPayload, ServoPayload, payload_of
from ground_station.core.agent_actions import UsePayload
from ground_station.core.errors import ConfigError, NotFound, Unprocessable


class Outputs:
    def __init__(self) -> None:
        self.done: list[tuple[str, int, int]] = []

    async def relay(self, number: int, on: bool) -> None:
        self.done.append(("relay", number, int(on)))

    async def servo(self, output: int, pulse_us: int) -> None:
        self.done.append(("servo", output, pulse_us))


def used(text: str, action: UsePayload, system_id: int = 1, vehicles: int = 1) -> Outputs:
    outputs = Outputs()
    asyncio.run(Payloads([payload_of(text)]).use(system_id, vehicles, action, outputs))
    return outputs


def test_what_is_said_is_what_it_is() -> None:
    assert payload_of("spotlight=relay:0").payload == RelayPayload("spotlight", "spotlight", 0)
    left = payload_of(" loudspeaker-left@7=servo:9:1900:1100 ")
    assert left.payload == ServoPayload("loudspeaker-left", "loudspeaker", 9, 1900, 1100)
    assert left.system_id == 7


@pytest.mark.parametrize(
    "text",
    [
        "",
        "spotlight",
        "spotlight=",
        "spotlight=relay",
        "spotlight=relay:16",
        "spotlight=relay:-1",
        "spotlight=relay:0:1",
        "spotlight=servo:9",
        "spotlight=servo:0:1100:1900",
        "spotlight=servo:9:100:1900",
        "spotlight=servo:9:1500:1500",
        "spotlight=servo:9:1100:²",
        "spotlight@0=relay:0",
        "spotlight@=relay:0",
        "Spotlight=relay:0",
        "spot light=relay:0",
        "-=relay:0",
        "spotlight=bomb:0",
        "a" * 41 + "=relay:0",
    ],
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ConfigError) as refused:
        payload_of(text)
    assert "spotlight=relay:0" in refused.value.remedy


@pytest.mark.parametrize(
    ("text", "action", "done"),
    [
        ("spotlight=relay:2", UsePayload("spotlight", "on"), ("relay", 2, 1)),
        ("spotlight=relay:2", UsePayload("spotlight", "off"), ("relay", 2, 0)),
        ("lamp=servo:9:1100:1900", UsePayload("lamp", "on"), ("servo", 9, 1900)),
        ("lamp=servo:9:1100:1900", UsePayload("lamp", "on", 0.25), ("servo", 9, 1300)),
        ("lamp=servo:9:1100:1900", UsePayload("lamp", "off", 0.7), ("servo", 9, 1100)),
        ("lamp=servo:9:1900:1100", UsePayload("lamp", "level", 0.25), ("servo", 9, 1700)),
    ],
)
def test_each_act_is_one_command(text: str, action: UsePayload, done: tuple[str, int, int]) -> None:
    assert used(text, action).done == [done]


@pytest.mark.parametrize(
    ("text", "action", "said"),
    [
        ("loudspeaker=relay:0", UsePayload("loudspeaker", "say"), "cannot do 'say'"),
        ("loudspeaker=relay:0", UsePayload("loudspeaker", "on", 0.5), "has no level"),
        ("loudspeaker=relay:0", UsePayload("loudspeaker", "on", text="Hello"), "speaks no text"),
        ("lamp=servo:9:1100:1900", UsePayload("lamp", "level"), "needs a level"),
    ],
)
def test_what_it_cannot_do_is_refused_and_nothing_sent(
    text: str, action: UsePayload, said: str
) -> None:
    outputs = Outputs()
    with pytest.raises(Unprocessable, match=said):
        asyncio.run(Payloads([payload_of(text)]).use(1, 1, action, outputs))
    assert outputs.done == []


def test_a_relay_says_that_it_can_only_switch() -> None:
    fact = payload_of("loudspeaker=relay:0").payload.fact()
    assert fact.name == "Loudspeaker (on and off only)"
    assert (fact.acts, fact.has_level, fact.takes_text) == (["on", "off"], False, False)


def test_with_several_vehicles_only_what_was_said_of_one_counts() -> None:
    carried = Payloads([payload_of("spotlight=relay:0"), payload_of("lamp@2=relay:1")])

    assert [fact.key for fact in carried.facts(1, 1)] == ["spotlight"]
    assert [fact.key for fact in carried.facts(1, 2)] == []
    assert [fact.key for fact in carried.facts(2, 2)] == ["lamp"]
    with pytest.raises(NotFound, match="carries no 'spotlight'; it carries: lamp"):
        asyncio.run(carried.use(2, 2, UsePayload("spotlight", "on"), Outputs()))


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["lamp=relay:0", "lamp=relay:1"], "two payloads 'lamp'"),
        (["lamp@2=relay:0", "lamp@2=relay:1"], "two payloads 'lamp'"),
        (["lamp@2=relay:0", "lamp=relay:1"], "two payloads 'lamp'"),
        ([f"lamp{n}=relay:0" for n in range(9)], "9 payloads are too many"),
    ],
)
def test_what_cannot_be_told_apart_is_refused(texts: list[str], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        Payloads([payload_of(text) for text in texts])
