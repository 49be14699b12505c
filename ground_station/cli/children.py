"""What runs inside each child process. Hidden commands: only the supervisor starts them."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from argparse import Namespace

from ground_station.cli.options import settings_from
from ground_station.core.errors import ConfigError
from ground_station.core.log_setup import set_up_logging

TOKEN_VARIABLE = "KESTREL_AGENT_TOKEN"  # noqa: S105  the variable's name, not a token
PR_SET_PDEATHSIG = 1
MAVLINK_HOST = "127.0.0.1"


def station(arguments: Namespace) -> int:
    """The web server. It is asked to end when the supervisor dies; its workers die with it."""
    from ground_station.app import serve

    end_with_parent(arguments.parent, signal.SIGTERM)
    os.register_at_fork(after_in_child=lambda: end_with_parent(os.getppid(), signal.SIGKILL))
    settings = settings_from(arguments)
    set_up_logging(json_lines=settings.log.json_lines)
    return serve(settings)


def node(arguments: Namespace) -> int:
    """The vision node. It holds nothing worth saving, so it dies with the supervisor at once."""
    from ground_station.vision.node import main

    end_with_parent(arguments.parent, signal.SIGKILL)
    settings = settings_from(arguments)
    set_up_logging(json_lines=settings.log.json_lines)
    token = take_token()
    return main(
        settings, station_url=arguments.station_url, token=token, ca_file=_authority(arguments)
    )


def camera(arguments: Namespace) -> int:
    """The demonstration's fixed cameras."""
    from fixed_cctv.agent import main
    from fixed_cctv.demo import demo_cameras
    from ground_station.bootstrap.drawn_footage import DRAWN_CAMERAS, drawn_footage
    from ground_station.bootstrap.footage import demo_footage
    from ground_station.bootstrap.places import checkout

    end_with_parent(arguments.parent, signal.SIGKILL)
    settings = settings_from(arguments)
    set_up_logging(json_lines=settings.log.json_lines)
    token = take_token()
    return main(
        settings,
        station_url=arguments.station_url,
        token=token,
        cameras=demo_cameras(
            demo_footage(checkout()), {key: drawn_footage(checkout(), key) for key in DRAWN_CAMERAS}
        ),
        name="Demonstration cameras",
        ca_file=_authority(arguments),
    )


def simulator(arguments: Namespace) -> int:
    """The demonstration drone's autopilot and what flies it: nothing of it is real."""
    from drone.simulator.host import Host
    from drone.simulator.settings import HOME_LAT, HOME_LON, SimulatorSettings, home_amsl_m
    from drone.simulator.vehicle import SimulatedVehicle

    end_with_parent(arguments.parent, signal.SIGKILL)
    settings = settings_from(arguments)
    set_up_logging(json_lines=settings.log.json_lines)
    where = (MAVLINK_HOST, arguments.mavlink_port)
    place = SimulatorSettings(swap_battery=True, home_amsl_m=home_amsl_m(HOME_LAT, HOME_LON))
    vehicle = SimulatedVehicle(place, where, time.monotonic())
    host = Host([vehicle], threading.Lock())
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: host.stop())
    host.run()
    return 0


def drone(arguments: Namespace) -> int:
    """The demonstration drone's agent, which flies its patrol."""
    from drone.agent import DroneSpec, main
    from drone.camera import SIMULATED

    end_with_parent(arguments.parent, signal.SIGKILL)
    settings = settings_from(arguments)
    set_up_logging(json_lines=settings.log.json_lines)
    token = take_token()
    spec = DroneSpec(
        key="demo-drone",
        name="Demonstration drone",
        addresses=(f"udpin://{MAVLINK_HOST}:{arguments.mavlink_port}",),
        simulated=True,
        camera=SIMULATED,
        patrol=True,
    )
    return main(
        settings,
        station_url=arguments.station_url,
        token=token,
        drone=spec,
        ca_file=_authority(arguments),
    )


def take_token() -> str:
    """This agent's token, taken out of the environment so that nothing it starts inherits it."""
    token = os.environ.pop(TOKEN_VARIABLE, "")
    if not token:
        raise ConfigError(
            f"The environment variable {TOKEN_VARIABLE} is missing.",
            "Start the parts with run.py, which hands each its own token.",
        )
    return token


def end_with_parent(parent: int, number: signal.Signals) -> None:
    """Have the kernel send us this signal when `parent` dies; exit if it is dead already."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != parent:
        sys.exit(1)


def _authority(arguments: Namespace) -> str:
    """The file the station's certificate is checked with; "" = the system's authorities."""
    return "" if arguments.ca is None else str(arguments.ca)
