"""A flight for other programs: CSV, GPX 1.1 and KML with absolute heights. Pure; pieces of text.

Heights are above mean sea level, as the autopilot has them; times are UTC. A track is broken where
nothing was recorded for more than five seconds, so that no line is drawn where nobody saw it fly.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from operator import attrgetter
from typing import Final
from xml.sax.saxutils import escape

from ground_station.core.flight_log import FlightEntry, FlightEvent, FlightRecord, FlightSample

BREAK_S: Final = 5.0
MOST_POINTS: Final = 20_000  # of one stretch, which is held in memory
# A spreadsheet takes a text that begins so for a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAMES: Final = tuple(one.name for one in fields(FlightSample))
_values = attrgetter(*_NAMES)
_PLACED: Final = frozenset({"command", "alert", "failsafe", "link", "mode"})


class ExportFormat(StrEnum):
    CSV = "csv"
    GPX = "gpx"
    KML = "kml"


MEDIA_TYPES: Final = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.GPX: "application/gpx+xml",
    ExportFormat.KML: "application/vnd.google-earth.kml+xml",
}


def exported(
    form: ExportFormat, record: FlightRecord, entries: Iterable[FlightEntry]
) -> Iterator[str]:
    """The whole document."""
    made = {ExportFormat.CSV: csv_of, ExportFormat.GPX: gpx_of, ExportFormat.KML: kml_of}[form]
    return made(record, entries)


def file_name(record: FlightRecord, form: ExportFormat) -> str:
    """Of letters, digits and hyphens: "kestrel-1-20260101T120000Z.gpx"."""
    name = re.sub(r"[^a-z0-9]+", "-", record.vehicle_name.lower()).strip("-") or "flight"
    return f"{name[:60]}-{record.began_at.astimezone(UTC):%Y%m%dT%H%M%SZ}.{form.value}"


# --- CSV -----------------------------------------------------------------------------------------


def csv_of(_record: FlightRecord, entries: Iterable[FlightEntry]) -> Iterator[str]:
    """A row a sample, with the units in the columns' names; a row an event, with its kind and
    words in the last two. An empty cell: not known then."""
    page = io.StringIO()
    rows = csv.writer(page, lineterminator="\r\n")
    rows.writerow([*_NAMES, "event", "words"])
    empty = [""] * (len(_NAMES) - 3)
    for entry in entries:
        if isinstance(entry, FlightSample):
            at, *values = _values(entry)
            rows.writerow([_time(at), *map(_cell, values), "", ""])
        else:
            place = [_cell(entry.lat), _cell(entry.lon)]
            rows.writerow([_time(entry.at), *place, *empty, entry.kind, _cell(entry.words)])
        if page.tell() > 64_000:
            yield page.getvalue()
            page.seek(0)
            page.truncate()
    yield page.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    words = str(value)
    if isinstance(value, str) and words.startswith(_FORMULA):
        return f"'{words}"
    return words


# --- GPX -----------------------------------------------------------------------------------------


def gpx_of(record: FlightRecord, entries: Iterable[FlightEntry]) -> Iterator[str]:
    """One track, a segment for each stretch without a gap."""
    name = _xml(_title(record))
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<gpx version="1.1" creator="Kestrel" xmlns="http://www.topografix.com/GPX/1/1">\n'
        f"<metadata><name>{name}</name><time>{_time(record.began_at)}</time></metadata>\n"
        f"<trk><name>{name}</name>\n"
    )
    for stretch in stretches(entries):
        if isinstance(stretch, FlightEvent):
            continue  # waypoints stand before a track, and a log is read once
        yield "<trkseg>\n"
        for one in stretch.samples:
            height = "" if one.alt_amsl_m is None else f"<ele>{one.alt_amsl_m:.3f}</ele>"
            yield (
                f'<trkpt lat="{one.lat:.7f}" lon="{one.lon:.7f}">{height}'
                f"<time>{_time(one.at)}</time></trkpt>\n"
            )
        yield "</trkseg>\n"
    yield "</trk>\n</gpx>\n"


# --- KML -----------------------------------------------------------------------------------------


def kml_of(record: FlightRecord, entries: Iterable[FlightEntry]) -> Iterator[str]:
    """A `gx:Track` for each stretch without a gap, and a place for each thing that happened."""
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2">'
        f"\n<Document>\n<name>{_xml(_title(record))}</name>\n"
    )
    for one in stretches(entries):
        if isinstance(one, FlightEvent):
            yield from _kml_event(one)
        else:
            yield from _kml_track(record, one.samples)
    yield "</Document>\n</kml>\n"


def _kml_track(record: FlightRecord, samples: list[FlightSample]) -> Iterator[str]:
    known = [one for one in samples if one.alt_amsl_m is not None]
    if not known:
        return
    yield (
        f"<Placemark><name>{_xml(record.vehicle_name)}</name>\n"
        "<gx:Track><altitudeMode>absolute</altitudeMode>\n"
    )
    yield "".join(f"<when>{_time(one.at)}</when>\n" for one in known)
    yield "".join(
        f"<gx:coord>{one.lon:.7f} {one.lat:.7f} {one.alt_amsl_m:.3f}</gx:coord>\n" for one in known
    )
    yield "</gx:Track></Placemark>\n"


def _kml_event(event: FlightEvent) -> Iterator[str]:
    if event.kind not in _PLACED or event.lat is None or event.lon is None:
        return
    yield (
        f"<Placemark><name>{_xml(event.kind)}</name><description>{_xml(event.words)}</description>"
        f"<TimeStamp><when>{_time(event.at)}</when></TimeStamp>"
        f"<Point><coordinates>{event.lon:.7f},{event.lat:.7f}</coordinates></Point></Placemark>\n"
    )


# --- shared --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stretch:
    """Samples with a place, without a gap between them."""

    samples: list[FlightSample]


def stretches(entries: Iterable[FlightEntry]) -> Iterator[Stretch | FlightEvent]:
    """The samples that have a place, by the gaps between them; the events in between."""
    held: list[FlightSample] = []
    for entry in entries:
        if isinstance(entry, FlightEvent):
            yield entry
            continue
        if entry.lat is None or entry.lon is None:
            continue
        if held and abs((entry.at - held[-1].at).total_seconds()) > BREAK_S:
            yield Stretch(held)
            held = []
        elif len(held) >= MOST_POINTS:
            yield Stretch(held)
            held = held[-1:]  # the next one goes on from there
        held.append(entry)
    if held:
        yield Stretch(held)


def _title(record: FlightRecord) -> str:
    return f"{record.vehicle_name}, {record.began_at.astimezone(UTC):%d %B %Y %H:%M} UTC"


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _xml(words: str) -> str:
    return escape(_NOT_XML.sub(" ", words))
