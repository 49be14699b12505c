"""Samples and events as lines of JSON: arrays, since the names of two dozen fields would be two
thirds of a file. A field that is added stands behind the last, so that older lines can be read.
"""

from __future__ import annotations

from dataclasses import fields
from operator import attrgetter
from typing import Any, Final

import msgspec

from ground_station.core.flight_log import FlightEntry, FlightEvent, FlightSample

_SAMPLE: Final = tuple(one.name for one in fields(FlightSample))
_EVENT: Final = tuple(one.name for one in fields(FlightEvent))
_sample_values = attrgetter(*_SAMPLE)
_event_values = attrgetter(*_EVENT)
_KINDS: Final = {"s": (FlightSample, _SAMPLE), "e": (FlightEvent, _EVENT)}
_ROW: Final = msgspec.json.Decoder(list[Any])


def line_of(entry: FlightEntry) -> bytes:
    """With its end."""
    if isinstance(entry, FlightSample):
        row: list[Any] = ["s", *_sample_values(entry)]
    else:
        row = ["e", *_event_values(entry)]
    return msgspec.json.encode(row) + b"\n"


def entry_of(line: bytes) -> FlightEntry | None:
    """None: it is another kind of line, or is torn."""
    try:
        kind, *values = _ROW.decode(line)
        made, names = _KINDS[kind]
        if len(values) > len(names):
            return None
        entry: FlightEntry = msgspec.convert(dict(zip(names, values, strict=False)), made)
    except (msgspec.MsgspecError, ValueError, KeyError, TypeError):
        return None
    return entry
