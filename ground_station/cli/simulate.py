"""`run.py simulate drone`: simulated autopilots that speak MAVLink to this machine."""

from __future__ import annotations

from argparse import Namespace

from ground_station.core.errors import ConfigError


def drone(arguments: Namespace) -> int:
    """Fly until Ctrl-C.

    Raises:
        ConfigError: a fault, place, number or port is none.
    """
    from drone.simulator.faults import parse_fault
    from drone.simulator.fleet import fleet_of, run_fleet, targets_from
    from drone.simulator.settings import SimulatorSettings, home_amsl_m

    if hasattr(arguments, "port"):
        raise ConfigError(
            "--port is the station's port.", "The vehicles' UDP port is --mavlink-port."
        )
    try:
        settings = SimulatorSettings(
            lat=arguments.lat,
            lon=arguments.lon,
            home_amsl_m=home_amsl_m(arguments.lat, arguments.lon),
            seed=arguments.seed,
            swap_battery=arguments.swap_battery,
            wind_mps=arguments.wind,
            speedup=arguments.speedup,
            faults=tuple(parse_fault(text) for text in arguments.fault),
        )
    except ValueError as error:
        raise ConfigError(str(error)) from error
    count, port = arguments.count, arguments.mavlink_port
    fleet = fleet_of(settings, count)
    targets = targets_from(port, count, same_port=arguments.same_port)
    ports = str(port) if targets[0] == targets[-1] else f"{port} to {targets[-1][1]}"
    word = "vehicle sends" if count == 1 else "vehicles send"
    print(
        f"{count} simulated {word} MAVLink to 127.0.0.1, UDP port {ports}. Stop with Ctrl-C.",
        flush=True,
    )
    return run_fleet(fleet, targets)
