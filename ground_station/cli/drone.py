"""`run.py drone ADDRESS`: one's own drones on the running station."""

from __future__ import annotations

import logging
import os
from argparse import Namespace

from ground_station.bootstrap.start import ADDRESS_VARIABLE, CODE_VARIABLE
from ground_station.cli.agent_station import enrol_with, key_of, station_for
from ground_station.cli.options import settings_from
from ground_station.core.agent_protocol import AgentKind
from ground_station.core.errors import ConfigError
from ground_station.core.log_setup import set_up_logging

MOST_SYSTEM_ID = 255
MOST_NAME = 60  # with " camera" and a system id behind it, still a name


def run(arguments: Namespace) -> int:
    """Serve until Ctrl-C; no vehicle is commanded by its end.

    Raises:
        ConfigError: an address or a payload is none, or something about the camera is not said.
        Conflict: another program listens at an autopilot's address.
        Unavailable: no station runs on this data folder.
    """
    from drone.agent import DroneSpec, main
    from drone.camera import camera_kind
    from drone.mavsdk_addresses import parse_all
    from drone.payloads import Payloads, payload_of
    from drone.pose import Mount

    camera = os.environ.pop(ADDRESS_VARIABLE, "") or arguments.camera
    addresses = (*arguments.addresses, *arguments.link)
    if not addresses:
        raise ConfigError(
            "No address of an autopilot was given.", "For example: --link udpin://127.0.0.1:14550"
        )
    parse_all(addresses)
    if camera is not None:
        camera_kind(camera)
    name = (arguments.name or "").strip()
    if len(name) > MOST_NAME:
        raise ConfigError(f"A drone's name has at most {MOST_NAME} letters.")
    if arguments.camera_of is not None and not 1 <= arguments.camera_of <= MOST_SYSTEM_ID:
        raise ConfigError(
            f"No vehicle has the system id {arguments.camera_of}; they are 1 to {MOST_SYSTEM_ID}."
        )
    payloads = tuple(payload_of(text) for text in arguments.payload)
    Payloads(payloads)
    settings = settings_from(arguments)
    spec = DroneSpec(
        key=key_of(name or " ".join(addresses)),
        name=name,
        addresses=addresses,
        simulated=arguments.simulated,
        camera=camera,
        camera_of=arguments.camera_of,
        mount=Mount(arguments.camera_pitch, arguments.camera_hfov, not arguments.camera_rigid),
        payloads=payloads,
    )
    token = os.environ.pop(CODE_VARIABLE, "")
    if token:
        enrol_with(arguments, settings, token)
    to = station_for(arguments, settings, f"Drone {spec.key}", AgentKind.DRONE)
    set_up_logging(logging.WARNING, json_lines=settings.log.json_lines)
    heard = ", ".join(addresses)
    print(f"Connecting drones at {heard} to {to.url}/. Stop it with Ctrl-C.", flush=True)
    return main(settings, station_url=to.url, token=to.token, drone=spec, ca_file=to.ca_file)
