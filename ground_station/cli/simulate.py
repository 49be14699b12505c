"""`run.py simulate drone`: simulated autopilots that speak MAVLink to this machine."""

from __future__ import annotations

from argparse import Namespace

from ground_station.core.errors import ConfigError

ATTITUDE_NOISE_DEG = 1.0


def parameter_from(text: str) -> tuple[str, float]:
    """NAME=VALUE.

    Raises:
        ValueError: it reads otherwise.
    """
    name, given, value = text.partition("=")
    try:
        return name.strip().upper(), float(value)
    except ValueError:
        found = f"{text!r} is no parameter" if not given else f"{value!r} is no number"
        raise ValueError(f"{found}: write NAME=VALUE, e.g. RTL_ALT=3000.") from None


def drone(arguments: Namespace) -> int:
    """Fly until Ctrl-C.

    Raises:
        ConfigError: a fault, place, number, parameter or port is none.
    """
    from drone.simulator.faults import parse_fault
    from drone.simulator.fleet import fleet_of, run_fleet, targets_from
    from drone.simulator.neighbours import usual_neighbours
    from drone.simulator.parameters import Parameters
    from drone.simulator.settings import FITTED, SimulatorSettings, home_amsl_m

    if hasattr(arguments, "port"):
        raise ConfigError(
            "--port is the station's port.", "The vehicles' UDP port is --mavlink-port."
        )
    try:
        fitted = FITTED if arguments.fitted else {}
        parameters = {**fitted, **dict(parameter_from(text) for text in arguments.parameter)}
        Parameters(parameters)
        settings = SimulatorSettings(
            lat=arguments.lat,
            lon=arguments.lon,
            home_amsl_m=home_amsl_m(arguments.lat, arguments.lon),
            seed=arguments.seed,
            swap_battery=arguments.swap_battery,
            wind_mps=arguments.wind,
            gust_mps=arguments.gust,
            place_noise_m=arguments.noise,
            attitude_noise_deg=ATTITUDE_NOISE_DEG if arguments.noise else 0.0,
            parameters=parameters,
            remote_control=arguments.fitted,
            telemetry_radio=arguments.fitted,
            remote_id=arguments.fitted,
            neighbours=usual_neighbours() if arguments.neighbours else (),
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
