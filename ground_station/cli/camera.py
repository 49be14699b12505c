"""`run.py camera ADDRESS`: a camera or film of one's own on the running station."""

from __future__ import annotations

import hashlib
import logging
import os
import re
import time
from argparse import Namespace

from ground_station.bootstrap.start import ADDRESS_VARIABLE
from ground_station.cli.data_folder import DataFolder
from ground_station.cli.network import ask_station
from ground_station.cli.options import settings_from
from ground_station.core.agent_protocol import AgentKind
from ground_station.core.errors import ConfigError, Unavailable
from ground_station.core.log_setup import set_up_logging
from ground_station.core.settings import Settings
from ground_station.services.addresses import authority_file

ANSWERS_WITHIN_S = 20.0
LOOK_S = 0.2
READABLE_LENGTH = 40  # of a key; the station takes no key that is longer than a name may be


def run(arguments: Namespace) -> int:
    """Publish until Ctrl-C.

    Raises:
        ConfigError: there is no address, or it is none that can be opened.
        Unavailable: no station runs on this data folder.
    """
    from fixed_cctv.agent import main
    from fixed_cctv.camera import CameraSpec
    from ground_station.app import issue_agent_token
    from ground_station.cli.agents import enrolled
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
    if arguments.station is not None:
        kept = enrolled(settings.data_folder, arguments.station, arguments.token_file)
        set_up_logging(logging.WARNING, json_lines=settings.log.json_lines)
        print(f"Publishing {name} to {kept.url}/. Stop it with Ctrl-C.", flush=True)
        authority = str(arguments.ca or kept.ca_file)
        return main(
            settings, station_url=kept.url, token=kept.tokens, camera=spec, ca_file=authority
        )
    url = _running_station(DataFolder(settings.data_folder), settings)
    agent = f"Camera {spec.key}"
    token = issue_agent_token(settings, name=agent, kind=AgentKind.CAMERA)
    set_up_logging(logging.WARNING, json_lines=settings.log.json_lines)
    print(f"Publishing {name} to {url}/. Stop it with Ctrl-C.", flush=True)
    ca_file = str(arguments.ca or authority_file(settings) or "")
    return main(settings, station_url=url, token=token, camera=spec, ca_file=ca_file)


def key_of(name: str) -> str:
    """The stable key of a camera of that name: readable, and another one for every other name.

    Letters other than a to z do not show in the readable part, so a hash tells names apart.
    """
    readable = re.sub(r"[^a-z0-9]+", "-", name.lower())[:READABLE_LENGTH].strip("-") or "camera"
    digest = hashlib.sha256(name.encode(errors="surrogateescape")).hexdigest()
    return f"{readable}-{digest[:8]}"


def _running_station(folder: DataFolder, settings: Settings) -> str:
    """Where the station of this data folder answers; its own word beats the settings."""
    running = folder.running()
    if running is None:
        raise Unavailable(
            f"No station runs on the data folder {folder.path}.",
            "Start it in another terminal: python3 run.py",
        )
    deadline_s = time.monotonic() + ANSWERS_WITHIN_S
    while ask_station(running.url, authority_file(settings)) is None:  # it may just be starting
        if time.monotonic() >= deadline_s:
            raise Unavailable(
                f"The station at {running.url} does not answer.",
                f"Look into its log: {folder.log('station')}",
            )
        time.sleep(LOOK_S)
    return running.url
