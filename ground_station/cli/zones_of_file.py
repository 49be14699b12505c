"""`run.py zones list` and `zones here` by the zones of a file, without a station."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime

from geo.airspace.zones_part import limit_of, name_of
from geo.zones import Area, Kinematics, Touch, ZoneDataset, touched
from geo.zones.activity import active_during, activity_words
from ground_station.cli.zones_check import index_of, zone_file
from ground_station.core.clock import SystemClock
from ground_station.core.errors import InvalidInput

CLEAR, NOT_CLEAR = 0, 1


def list_file(arguments: Namespace) -> int:
    """Its zones; 1 if it is out of date, or some of it could not be read."""
    dataset = zone_file(arguments.dataset).dataset
    problems = _problems(dataset, SystemClock().now())
    print("\n".join((dataset.name, *problems)))
    for zone in dataset.zones:
        print(
            f"{zone.zone_id:10}  {name_of(zone)}: {limit_of(zone)}, active {activity_words(zone)}. "
            f"Ask: {zone.authority}"
        )
    return NOT_CLEAR if problems else CLEAR


def here_of_file(arguments: Namespace) -> int:
    """The zones at a place; 0 only if it is in none, and everything that this needs is known.

    Raises:
        InvalidInput: no such place, height or time.
    """
    dataset = zone_file(arguments.dataset).dataset
    index = index_of(dataset, str(arguments.dataset))
    at = _at(arguments.at)
    height_m: float = arguments.height
    try:
        place = Kinematics(
            arguments.lat,
            arguments.lon,
            height_m if arguments.amsl else None,
            arguments.ground,
            position_error_m=0.0,
            height_error_m=0.0,
            agl_m=None if arguments.amsl or arguments.hae else height_m,
            hae_m=height_m if arguments.hae else None,
        )
    except ValueError as error:
        raise InvalidInput(str(error), "Give degrees north and east, and metres.") from error
    problems = _problems(dataset, at or SystemClock().now())
    if any(_holds(gap.areas, arguments) for gap in dataset.gaps):
        problems.append("Not known: a feature that could not be read may lie here.")
    print("\n".join((dataset.name, *problems)))
    found = [each for each in touched(index, [place]) if active_during(each.zone, at, at)]
    for touch in found:
        print(_words(touch))
    if not found and not problems:
        print("In none of its zones.")
    return NOT_CLEAR if found or problems else CLEAR


def _holds(areas: tuple[Area, ...], arguments: Namespace) -> bool:
    return not areas or any(area.holds(arguments.lat, arguments.lon) for area in areas)


def _words(touch: Touch) -> str:
    zone = touch.zone
    unknown = " (whether at this height is not known)" if touch.unknown else ""
    return (
        f"In {zone.zone_id} {name_of(zone)}{unknown}: {limit_of(zone)}, active "
        f"{activity_words(zone)}, {zone.restriction.value}.\n"
        f"  Ask: {zone.authority}; {zone.contact}.\n  {zone.law}."
    )


def _problems(dataset: ZoneDataset, at: datetime) -> list[str]:
    begins, ends = dataset.effective_from, dataset.effective_until
    problems = []
    if begins is None or ends is None:
        problems.append("Not known: from when until when it is valid.")
    elif not begins <= at < ends:
        problems.append(f"Out of date: valid from {begins:%d %B %Y} until {ends:%d %B %Y}.")
    if dataset.gaps:
        problems.append(
            f"{len(dataset.gaps)} of its features could not be read: run.py zones import tells why."
        )
    return problems


def _at(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise InvalidInput(f"--at {text} is no time.", "Give it as 2026-06-15T12:00:00Z.")
    return at.astimezone(UTC)
