"""Which station an agent that a person starts by hand connects to, and with what."""

from __future__ import annotations

import hashlib
import re
import time
from argparse import Namespace
from dataclasses import dataclass, field

from ground_station.agentlink.token_file import Tokens
from ground_station.cli.data_folder import DataFolder
from ground_station.cli.network import ask_station
from ground_station.core.agent_protocol import AgentKind
from ground_station.core.errors import ConfigError, KestrelError, Unavailable
from ground_station.core.settings import Settings
from ground_station.services.addresses import authority_file

ANSWERS_WITHIN_S = 20.0
LOOK_S = 0.2
READABLE_LENGTH = 40  # of a key; the station takes no key that is longer than a name may be


@dataclass(frozen=True, slots=True)
class AgentStation:
    """What an agent connects with. `ca_file`: "" = the system's authorities."""

    url: str
    token: str | Tokens = field(repr=False)
    ca_file: str


def station_for(
    arguments: Namespace, settings: Settings, name: str, kind: AgentKind
) -> AgentStation:
    """The station of `--station`, on which this machine was enrolled, or else the one that runs on
    this machine's data folder, which lets in what it is told of under that name.

    Raises:
        Unavailable: no station runs on the data folder, or this machine is not enrolled.
        ConfigError: it is enrolled there several times.
    """
    from ground_station.app import issue_agent_token
    from ground_station.cli.agents import enrolled

    if arguments.station is not None:
        kept = enrolled(settings.data_folder, arguments.station, arguments.token_file)
        return AgentStation(kept.url, kept.tokens, str(arguments.ca or kept.ca_file))
    url = _running_station(DataFolder(settings.data_folder), settings)
    token = issue_agent_token(settings, name=name, kind=kind)
    return AgentStation(url, token, str(arguments.ca or authority_file(settings) or ""))


def enrol_with(arguments: Namespace, settings: Settings, token: str) -> None:
    """Enrol this machine at `--station` with a code of `agents add`, and use what came of it.

    The same command may be started again later: a code that is not good any more is no error on a
    machine that is enrolled there.

    Raises:
        ConfigError: no station is named. NotAllowed, InvalidInput: the code is not good.
        Unavailable: the station cannot be reached.
    """
    from ground_station.cli.agents import enrol_machine, enrolled

    if arguments.station is None:
        raise ConfigError("--token is for another station.", "Name it: --station URL")
    try:
        _answer, arguments.token_file = enrol_machine(
            settings, arguments.station, token, arguments.ca
        )
    except KestrelError as refused:
        try:
            enrolled(settings.data_folder, arguments.station, arguments.token_file)
        except KestrelError:
            raise refused from None


def key_of(name: str) -> str:
    """The stable key of a camera or drone of that name: readable, and another one for every other
    name.

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
