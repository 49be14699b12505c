"""Which streams are asked for again."""

from __future__ import annotations

import asyncio

import pytest

from drone import readings
from drone.mavsdk_rates import AGAIN_AFTER_S, Rates
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
