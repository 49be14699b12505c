"""`run.py camera ADDRESS`: a camera or film of one's own on the running station."""

from __future__ import annotations

import logging
import os
from argparse import Namespace

from ground_station.bootstrap.start import ADDRESS_VARIABLE
from ground_station.cli.agent_station import key_of, station_for
from ground_station.cli.options import settings_from
from ground_station.core.agent_protocol import AgentKind
from ground_station.core.errors import ConfigError
from ground_station.core.log_setup import set_up_logging


def run(arguments: Namespace) -> int:
    """Publish until Ctrl-C.

    Raises:
        ConfigError: there is no address, or it is none that can be opened.
        Unavailable: no station runs on this data folder.
    """
    from fixed_cctv.agent import main
    from fixed_cctv.camera import CameraSpec
    from ground_station.vision.publishing.address import AddressKind, kind_of, public_address

    address = os.environ.pop(ADDRESS_VARIABLE, "")
    if not address:
        raise ConfigError("The camera's address is missing.", "Say: python3 run.py camera ADDRESS.")
    if (arguments.lat is None) != (arguments.lon is None):
        raise ConfigError("A place needs both --lat and --lon.")
    kind = kind_of(address)
    settings = settings_from(arguments)
    name = arguments.name or public_address(address)
    spec = CameraSpec(
        key=key_of(name),
        name=name,
        address=address,
        simulated=kind in {AddressKind.FILE, AddressKind.FRAME_CODE},
        note="A recording, played in a loop." if kind is AddressKind.FILE else "",
        lat=arguments.lat,
        lon=arguments.lon,
        heading_deg=arguments.heading,
    )
    to = station_for(arguments, settings, f"Camera {spec.key}", AgentKind.CAMERA)
    set_up_logging(logging.WARNING, json_lines=settings.log.json_lines)
    print(f"Publishing {name} to {to.url}/. Stop it with Ctrl-C.", flush=True)
    return main(settings, station_url=to.url, token=to.token, cameras=[spec], ca_file=to.ca_file)
