"""`run.py health`: does the station of these settings answer? For a container's health check."""

from __future__ import annotations

from argparse import Namespace

from ground_station.cli.network import ask_station
from ground_station.cli.options import settings_from, station_url
from ground_station.services.addresses import authority_file

NO_ANSWER = 1


def run(arguments: Namespace) -> int:
    """0 if it answers, also when a part of it has a problem: starting it again mends no part."""
    settings = settings_from(arguments)
    url = station_url(settings)
    answer = ask_station(url, authority_file(settings))
    if answer is None:
        print(f"{url} does not answer.")
        return NO_ANSWER
    print(f"{url} answers: {answer.get('status')}")
    return 0
