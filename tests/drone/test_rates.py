"""Which streams are asked for again."""

from __future__ import annotations

import asyncio

import pytest

from drone import condition, readings
from drone.mavsdk_rates import AGAIN_AFTER_S, OPTIONAL_AGAIN_S, SILENT_S, Rates
from drone.vehicle_state import VehicleState
from ground_station.core.clock import ManualClock


class _Grants:
    """An autopilot that grants every stream."""

    async def ask(self, *_params: float) -> int:
        return 0


HEARD = (
    readings.GlobalPositionInt(1, 514958000, -2386000, 25_000, 20_000, 0, 0, 0),
    readings.Attitude(1, 0.0, 0.0, 0.0),
    readings.ExtendedSysState(1),
    readings.SysStatus(12_000, 100, 80),
    readings.GpsRawInt(3, 12),
)


@pytest.mark.parametrize("silent", [None, *HEARD], ids=lambda one: type(one).__name__)
def test_a_stream_that_a_verdict_or_a_flight_depends_on_is_asked_for_again(
    silent: readings.Heard | None,
) -> None:
    clock = ManualClock()
    state = VehicleState(1, "Kes", simulated=False)
    rates = Rates(_Grants(), state, clock.monotonic_s)  # type: ignore[arg-type]
    asyncio.run(rates.ask())
    clock.advance(AGAIN_AFTER_S + 1)
    for message in HEARD:
        if message is not silent:
            state.take(message, clock.monotonic_s())
    assert rates.silent() is (silent is not None)


ARDUPILOT = readings.Heartbeat(2, 3, 81, 0)
EKF = condition.EkfStatusReport(831, 0.1, 0.1, 0.1, 0.1)


class _Refuses:
    """An autopilot that will not send these; `asked` holds the numbers asked for."""

    def __init__(self, *numbers: int) -> None:
        self._numbers = numbers
        self.asked: list[int] = []

    async def ask(self, _command: int, number: float, _interval_us: float) -> int:
        self.asked.append(int(number))
        return 2 if int(number) in self._numbers else 0


def _rates(autopilot: _Refuses, clock: ManualClock) -> tuple[Rates, VehicleState]:
    state = VehicleState(1, "Kes", simulated=False)
    state.take(ARDUPILOT, clock.monotonic_s())
    return Rates(autopilot, state, clock.monotonic_s), state  # type: ignore[arg-type]


def test_a_refused_optional_stream_is_no_problem_and_is_known() -> None:
    clock, autopilot = ManualClock(), _Refuses(168)
    rates, state = _rates(autopilot, clock)
    asyncio.run(rates.ask())
    asyncio.run(rates.ask_optional())
    assert rates.not_sent == ("WIND",)
    assert state.report(clock.monotonic_s()).problems == []


def test_a_refused_needed_stream_is_a_problem() -> None:
    clock, autopilot = ManualClock(), _Refuses(30)
    rates, state = _rates(autopilot, clock)
    asyncio.run(rates.ask())
    assert "ATTITUDE" in state.report(clock.monotonic_s()).problems[0]


def test_each_autopilot_is_asked_for_its_own() -> None:
    clock, autopilot = ManualClock(), _Refuses()
    rates, state = _rates(autopilot, clock)
    asyncio.run(rates.ask_optional())
    assert {193, 168} <= set(autopilot.asked)
    assert not {230, 231} & set(autopilot.asked)
    autopilot.asked.clear()
    state.take(readings.Heartbeat(2, 12, 81, 0), clock.monotonic_s())
    asyncio.run(rates.ask_optional())
    assert {230, 231} <= set(autopilot.asked)
    assert not {193, 168} & set(autopilot.asked)


def test_an_optional_stream_that_was_there_and_stopped_is_asked_for_again() -> None:
    clock = ManualClock()
    rates, state = _rates(_Refuses(), clock)
    assert not rates.optional_silent()
    asyncio.run(rates.ask_optional())
    clock.advance(OPTIONAL_AGAIN_S + 1)
    assert not rates.optional_silent()  # it was never heard: it need not be there
    state.take(EKF, clock.monotonic_s())
    assert not rates.optional_silent()
    clock.advance(SILENT_S + 1)
    assert rates.optional_silent()
    asyncio.run(rates.ask_optional())
    assert not rates.optional_silent()  # not again at once
