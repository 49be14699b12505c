"""Several simulated vehicles in one process, until it is asked to end."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import replace

from drone.simulator.faults import Fault
from drone.simulator.host import Host
from drone.simulator.settings import SimulatorSettings
from drone.simulator.vehicle import Address, SimulatedVehicle
from geo.local_frame import LocalFrame
from ground_station.core.errors import ConfigError, Unavailable

APART_M = 15.0
IN_A_ROW = 5
MOST_VEHICLES = 50
LAST_PORT = 65535


def fleet_of(base: SimulatorSettings, count: int) -> list[SimulatorSettings]:
    """`count` vehicles with the system ids from `base.system_id` on, 15 m apart, each with weather
    of its own and a time of its own to send at. Faults, and the hearing of neighbours, whose places
    count from where it stands, are the first one's only.

    Raises:
        ConfigError: there cannot be so many.
    """
    most = min(MOST_VEHICLES, 255 - base.system_id)  # 255 is the ground station
    if not 1 <= count <= most:
        raise ConfigError(f"There can be 1 to {most} simulated vehicles, not {count}.")
    frame = LocalFrame(base.lat, base.lon)
    vehicles = []
    for index in range(count):
        row, column = divmod(index, IN_A_ROW)
        lat, lon = frame.to_wgs84(column * APART_M, row * APART_M)
        faults: tuple[Fault, ...] = base.faults if index == 0 else ()
        vehicles.append(
            replace(
                base,
                system_id=base.system_id + index,
                lat=lat,
                lon=lon,
                seed=base.seed + index,
                phase=index / count,
                faults=faults,
                neighbours=base.neighbours if index == 0 else (),
            )
        )
    return vehicles


def targets_from(port: int, count: int, *, same_port: bool) -> list[Address]:
    """Where each vehicle sends: this machine, ports from `port` on, or all to `port`.

    Raises:
        ConfigError: there are not so many ports.
    """
    last = port if same_port else port + count - 1
    if not 1 <= port <= last <= LAST_PORT:
        raise ConfigError(f"The UDP ports {port} to {last} are not all between 1 and {LAST_PORT}.")
    return [("127.0.0.1", port if same_port else port + index) for index in range(count)]


def run_fleet(fleet: Sequence[SimulatorSettings], targets: Sequence[Address]) -> int:
    """Let them live until SIGTERM or SIGINT; from the main thread. Returns the exit status 0.

    Raises:
        Unavailable: the machine gives no sockets.
    """
    now_s = time.monotonic()
    vehicles: list[SimulatedVehicle] = []
    try:
        for settings, target in zip(fleet, targets, strict=True):
            vehicles.append(SimulatedVehicle(settings, target, now_s))
    except OSError as error:
        for vehicle in vehicles:
            vehicle.close()
        raise Unavailable(f"A simulated vehicle has no socket: {error}.") from error
    host = Host(vehicles, threading.Lock())
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: host.stop())
    host.run()
    return 0
