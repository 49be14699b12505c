"""What an agent tells of its vehicles: all of them, checked, with the camera of the right one."""

from __future__ import annotations

import asyncio
import math

import msgspec
import pytest

from drone.pose import Eye, Mount
from drone.telemetry import HEARD_WITHIN_TICKS, TelemetryFeed
from ground_station.core.agent_protocol import Envelope, decode_envelope, encode
from ground_station.core.agent_vehicles import PositionReading, StatusLine, Telemetry, VehicleReport
from tests.drone.scripted_link import ScriptedLink, report

ADDRESS = "udpin://127.0.0.1:14550"


def told(
    vehicles: list[VehicleReport], camera: bool = False, ticks: int = 1
) -> tuple[list[Telemetry], tuple[str, ...]]:
    async def main() -> tuple[list[Telemetry], tuple[str, ...]]:
        link = ScriptedLink(vehicles)
        sent: list[Telemetry] = []
        eye = Eye(link, Mount()) if camera else None
        feed = TelemetryFeed(link, sent.append, addresses=(ADDRESS,), eye=eye, source_key="camera")
        for _ in range(ticks):
            feed.tick()
        return sent, feed.problems

    return asyncio.run(main())


def test_every_vehicle_is_told_of() -> None:
    sent, problems = told([report(1), report(2)])
    assert [[r.system_id for r in message.vehicles] for message in sent] == [[1, 2]]
    assert problems == ()


def test_the_vehicle_that_carries_the_camera_names_it() -> None:
    sent, _ = told([report(1)], camera=True)
    assert sent[0].vehicles[0].source_key == "camera"


def test_no_vehicle_is_given_a_camera_that_could_be_anothers() -> None:
    sent, _ = told([report(1), report(2)], camera=True)
    assert [r.source_key for r in sent[0].vehicles] == [None, None]


def test_silence_is_said_with_where_was_listened() -> None:
    assert told([]) == ([], ())  # it has only just begun to listen
    sent, problems = told([], ticks=HEARD_WITHIN_TICKS)
    assert sent == []
    assert ADDRESS in problems[0]


BAD = [
    PositionReading(0, math.nan, 0.0, 0.0),
    PositionReading(0, 91.0, 0.0, 0.0),
    PositionReading(0, 51.0, 0.0, math.inf),
    PositionReading(-1, 51.0, 0.0, 0.0),
]


@pytest.mark.parametrize("position", BAD)
def test_one_vehicles_rubbish_costs_no_other_its_telemetry(position: PositionReading) -> None:
    sent, problems = told([report(1, position=position), report(2)])
    assert [r.system_id for r in sent[0].vehicles] == [2]
    assert "vehicle 1" in problems[0]
    assert decode_envelope(encode(Envelope(0, [sent[0]])))


def test_a_line_that_is_too_long_is_no_reason_to_lose_the_link() -> None:
    line = StatusLine(0, "info", "x" * 1000)
    sent, problems = told([report(1, status_lines=[line])])
    assert sent == []
    assert "vehicle 1" in problems[0]


def test_more_vehicles_than_a_message_holds() -> None:
    vehicles = [report(n) for n in range(1, 61)]
    sent, problems = told(vehicles)
    assert len(sent[0].vehicles) == 50
    assert "60 vehicles" in problems[0]
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(sent[0]), type=Telemetry) == sent[0]
