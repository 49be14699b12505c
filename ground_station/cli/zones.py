"""`run.py zones`: the airspace zones that an installation checks its flights against."""

from __future__ import annotations

from argparse import Namespace

from geo.zones import Breach, Kinematics
from geo.zones.outlines import band_words
from ground_station.cli.zones_of_file import here_of_file, list_file
from ground_station.cli.zones_store import airspace_of
from ground_station.core.errors import InvalidInput
from ground_station.core.fleet import AirspaceState
from ground_station.services.airspace import Airspace

CLEAR, NOT_CLEAR = 0, 1


def show(arguments: Namespace) -> int:
    """`run.py zones list`; 1 while nothing may be called clear."""
    if arguments.dataset is not None:
        return list_file(arguments)
    airspace = airspace_of(arguments)
    print(_heading(airspace))
    for index in airspace.in_use.all:
        for zone in index.dataset.zones:
            print(f"{zone.zone_id:10}  {zone.name}: {band_words(zone)}. Ask: {zone.authority}")
    return NOT_CLEAR if airspace.problem() else CLEAR


def here(arguments: Namespace) -> int:
    """`run.py zones here`; 0 only if a drone there is in no zone, 1 otherwise.

    Raises:
        InvalidInput: no such place, or a height that is none.
    """
    if arguments.dataset is not None:
        return here_of_file(arguments)
    if arguments.hae or arguments.at is not None or arguments.ground is not None:
        raise InvalidInput(
            "--hae, --at and --ground are for the zones of a file.", "Name it with --dataset."
        )
    airspace = airspace_of(arguments)
    lat, lon = arguments.lat, arguments.lon
    try:
        ground_m = airspace.ground_amsl_m(lat, lon)
        place = Kinematics(lat, lon, _amsl(arguments, ground_m), ground_m)
    except ValueError as error:
        raise InvalidInput(str(error), "Give degrees north and east, and metres.") from error
    print(_heading(airspace))
    finding = airspace.way([place])
    if finding.problem:
        print(f"Not known: {finding.problem}")
    for breach in finding.breaches:
        print(_words(breach))
    if finding.state is AirspaceState.CLEAR:
        print("In none of its zones.")
    return CLEAR if finding.state is AirspaceState.CLEAR else NOT_CLEAR


def _amsl(arguments: Namespace, ground_m: float | None) -> float | None:
    """The height asked for above mean sea level; None where the ground is not known."""
    height_m: float = arguments.height
    if arguments.amsl:
        return height_m
    return None if ground_m is None else ground_m + height_m


def _words(breach: Breach) -> str:
    zone = breach.zone
    unknown = " (its height is not known)" if breach.vertically == "unknown" else ""
    return (
        f"In {zone.zone_id} {zone.name}{unknown}: {band_words(zone)}.\n"
        f"  Ask: {zone.authority}; {zone.contact}.\n  {zone.law}."
    )


def _heading(airspace: Airspace) -> str:
    dataset = airspace.dataset
    if dataset is None:
        return airspace.problem()
    ends = dataset.effective_until
    until = "not known until when it is valid" if ends is None else f"valid until {ends:%d %B %Y}"
    return f"{dataset.name}; {until}. {airspace.problem()}".strip()
