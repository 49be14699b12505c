"""When facts and traffic are told, and that one bad row costs no other."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable

import msgspec

from drone.facts_feed import FactsFeed
from ground_station.core.agent_facts import (
    FACTS_INTERVAL_S,
    Aircraft,
    Facts,
    RemoteId,
    Traffic,
    VehicleFacts,
)
from ground_station.core.agent_protocol import Envelope, decode_envelope, encode
from ground_station.core.clock import ManualClock
from tests.drone.scripted_link import ScriptedLink

Script = Callable[[FactsFeed, ScriptedLink, ManualClock], None]
PLANE = Aircraft("400abc", 51.5, -0.2, 0)
DRONE = RemoteId("aa:bb", 0)


def told(script: Script) -> tuple[list[Facts], list[Traffic], tuple[str, ...]]:
    async def main() -> tuple[list[Facts], list[Traffic], tuple[str, ...]]:
        link, clock = ScriptedLink(), ManualClock()
        sent: list[Facts | Traffic] = []
        feed = FactsFeed(link, sent.append, clock.monotonic_s)
        script(feed, link, clock)
        for message in sent:
            assert decode_envelope(encode(Envelope(0, [message])))
        return (
            [one for one in sent if isinstance(one, Facts)],
            [one for one in sent if isinstance(one, Traffic)],
            feed.problems,
        )

    return asyncio.run(main())


def test_facts_come_at_once_when_they_change_and_else_every_ten_seconds() -> None:
    def script(feed: FactsFeed, link: ScriptedLink, clock: ManualClock) -> None:
        link.told_facts = [VehicleFacts(1)]
        for _second in range(int(FACTS_INTERVAL_S) + 1):
            feed.tick()
            clock.advance(1)
        link.told_facts = [VehicleFacts(1, firmware="ArduCopter 4.7.0")]
        feed.tick()
        feed.tick()

    facts, _traffic, problems = told(script)
    assert [one.vehicles[0].firmware for one in facts] == ["", "", "ArduCopter 4.7.0"]
    assert problems == ()


def test_without_a_vehicle_no_facts_are_told() -> None:
    facts, _traffic, _problems = told(lambda feed, _link, _clock: feed.tick())
    assert facts == []


def test_traffic_comes_each_second_while_there_is_any_and_once_when_there_is_none_left() -> None:
    def script(feed: FactsFeed, link: ScriptedLink, clock: ManualClock) -> None:
        feed.tick()
        link.heard = Traffic([PLANE])
        for _second in range(3):
            clock.advance(1)
            feed.tick()
        link.heard = Traffic()
        for _second in range(4):
            clock.advance(1)
            feed.tick()

    _facts, traffic, _problems = told(script)
    assert [len(one.aircraft) for one in traffic] == [0, 1, 1, 1, 0]


def test_that_there_is_none_is_said_again_later() -> None:
    def script(feed: FactsFeed, _link: ScriptedLink, clock: ManualClock) -> None:
        for _second in range(21):
            feed.tick()
            clock.advance(1)

    _facts, traffic, _problems = told(script)
    assert len(traffic) == 3


def test_one_bad_row_costs_no_other() -> None:
    def script(feed: FactsFeed, link: ScriptedLink, _clock: ManualClock) -> None:
        link.told_facts = [VehicleFacts(1), VehicleFacts(2, return_height_home_m=math.nan)]
        bad = msgspec.structs.replace(PLANE, icao="no")
        link.heard = Traffic([bad, PLANE], [DRONE, RemoteId("x" * 41, 0)])
        feed.tick()

    facts, traffic, problems = told(script)
    assert [one.system_id for one in facts[0].vehicles] == [1]
    assert (traffic[0].aircraft, traffic[0].remote_ids) == ([PLANE], [DRONE])
    assert len(problems) == 3
    assert "vehicle 2" in problems[0]


def test_more_rows_than_a_message_holds() -> None:
    def script(feed: FactsFeed, link: ScriptedLink, _clock: ManualClock) -> None:
        link.told_facts = [VehicleFacts(number) for number in range(1, 61)]
        planes = [msgspec.structs.replace(PLANE, icao=f"{n:06x}") for n in range(300)]
        link.heard = Traffic(planes, [RemoteId(f"k{n}", 0) for n in range(300)])
        feed.tick()

    facts, traffic, _problems = told(script)
    assert len(facts[0].vehicles) == 50
    assert (len(traffic[0].aircraft), len(traffic[0].remote_ids)) == (200, 100)
