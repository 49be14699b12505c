"""The whole station with a receiver in its settings, joined as it is when it is served."""

from __future__ import annotations

from pathlib import Path

import pytest

from ground_station.app import build_station, prepare_store
from ground_station.app_traffic import join_traffic
from ground_station.core.errors import ConfigError
from ground_station.core.settings import TrafficSettings, load_settings
from tests.services.world import World
from tests.traffic.test_aircraft_json import READSB, body
from tests.traffic.test_receivers import answering, until


@pytest.mark.usefixtures("soon")
def test_what_a_receiver_of_the_settings_hears_is_in_the_picture(world: World) -> None:
    with answering(body(READSB)) as (address, _server):
        settings = TrafficSettings(receivers=(address,))
        receivers = join_traffic(settings, world.traffic, world.system, world.clock)
        receivers.start()
        try:

            def heard() -> bool:
                world.clock.advance(1.0)
                world.traffic.tick()
                return bool(world.traffic.picture.aircraft)

            until(heard, "an aircraft")
        finally:
            receivers.stop()
    [one] = world.traffic.picture.aircraft
    assert one.aircraft.icao == "400abc"
    assert one.source.startswith("JSON receiver")
    assert "traffic" in {part.name for part in world.system.look().parts}


def test_a_station_with_an_address_that_is_none_does_not_start(tmp_path: Path) -> None:
    prepare_store(tmp_path)
    settings = load_settings(
        overrides={"data_folder": tmp_path, "traffic": {"receivers": ["tcp://roof"]}}
    )
    with pytest.raises(ConfigError, match="receiver of traffic"):
        build_station(settings)
