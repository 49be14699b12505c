"""What format a file of airspace zones has, by its content, and its reading. The name only helps
where the content does not say (a date, and nothing else)."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from dataclasses import replace

from geo.formats.aixm import read_aixm
from geo.formats.archive import is_archive, unpack
from geo.formats.common import THE_FILE, plain, require_size
from geo.formats.dated import Dates
from geo.formats.ed269 import read_ed269
from geo.formats.ed318 import read_ed318
from geo.formats.geojson import read_geojson
from geo.formats.kml import read_kml
from geo.formats.notam import read_notam
from geo.formats.openair import read_openair
from geo.formats.reading import FileRefused, Format, Reading

_READERS: dict[Format, Callable[[bytes], Reading]] = {
    Format.ED269: read_ed269,
    Format.ED318: read_ed318,
    Format.AIXM: read_aixm,
    Format.KML: read_kml,
    Format.GEOJSON: read_geojson,
    Format.OPENAIR: read_openair,
    Format.NOTAM: read_notam,
}
_IN_ARCHIVES = (".json", ".geojson", ".txt", ".openair", ".air")
_HEAD = 64 * 1024
_KNOWN = "ED-269, ED-318, AIXM, KML, KMZ, GeoJSON, OpenAir and NOTAM text are"
_KML = re.compile(rb"<(?:[A-Za-z][\w.-]{0,40}:)?kml[\s>]")
_AIXM = re.compile(rb"AIXM|aixm")
_AIRSPACE = re.compile(rb"^[ \t]*AC[ \t]+\S", re.MULTILINE)
_ITS_LINES = re.compile(rb"^[ \t]*(?:A[NLH]|D[PABC]|V)[ \t]+\S", re.MULTILINE)
_NOTICE = re.compile(rb"[A-Z]\d{4}/\d{2} NOTAM[NRC]\b|^[ \t]*Q\)[ \t]*[A-Z]{4}/Q", re.MULTILINE)
_ITEM_E = re.compile(rb"(?:^|\s)E\)\s")


def read(data: bytes, name: str) -> Reading:
    """Read a file of any known format.

    Args:
        name: of the file, without folders; a date in the name of a KML or an AIXM counts where the
            file itself says none.

    Raises:
        FileRefused: its format is not known, or nothing of it can be read.
    """
    data = _unpacked(data)
    kind = sniff(data, name)
    reading = _READERS[kind](data)
    if kind not in (Format.KML, Format.AIXM) or reading.effective_from or reading.effective_until:
        return reading
    if THE_FILE in reading.notes and "several dates" in " ".join(reading.notes[THE_FILE]):
        return reading
    dates = Dates()
    dates.of_name(name)
    settled = dates.settled()
    if settled.begins is None:
        return reading
    return replace(
        reading,
        effective_from=settled.begins,
        effective_until=settled.ends,
        airac=settled.airac,
        notes={**reading.notes, THE_FILE: (*reading.notes.get(THE_FILE, ()), _dated(settled.ends))},
    )


def _dated(ends: object) -> str:
    until = "" if ends else "; until when it is valid is not known"
    return f"its date is that of its name: the file itself says none{until}"


def sniff(data: bytes, name: str) -> Format:
    """The format of a file, by its content.

    Raises:
        FileRefused: too large, empty, or of no known format.
    """
    require_size(data)
    if is_archive(data):
        return _of_archive(data)
    head = data[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head[:1] == b"<":
        return _of_xml(head)
    if head[:1] in (b"{", b"["):
        return _of_json(data)
    if _AIRSPACE.search(data) and _ITS_LINES.search(data):
        return Format.OPENAIR
    if _NOTICE.search(data) or _ITEM_E.search(data[:_HEAD]):
        return Format.NOTAM
    called = f" {plain(name, 80)!r}" if name else ""
    raise FileRefused(f"The format of the file{called} is not known: {_KNOWN}.")


def _unpacked(data: bytes) -> bytes:
    """Its only file, of an archive that has neither KML nor XML; else the same."""
    if not is_archive(data) or _names_any(data, (b".kml", b".kmz", b".xml", b".zip")):
        return data
    found = unpack(data, _IN_ARCHIVES)
    if len(found) > 1:
        raise FileRefused("The archive has more than one file of zones: read one at a time.")
    return found[0].data


def _of_archive(data: bytes) -> Format:
    if _names_any(data, (b".kml", b".kmz")):
        return Format.KML
    if _names_any(data, (b".xml",)):
        return Format.AIXM
    if _names_any(data, (b".zip",)):
        return Format.KML if unpacks_to(data, ".kml") else Format.AIXM
    raise FileRefused(f"The archive has no file of a known format: {_KNOWN}.")


def unpacks_to(data: bytes, ending: str) -> bool:
    """Whether an archive holds such a file, at any depth that is read."""
    try:
        return bool(unpack(data, (ending,)))
    except FileRefused:
        return False


def _names_any(data: bytes, endings: tuple[bytes, ...]) -> bool:
    """Whether the directory of an archive names a file that ends so; nothing is unpacked."""
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557))
    if end < 0 or len(data) < end + 22:
        return False
    size, offset = struct.unpack("<II", data[end + 12 : end + 20])
    directory = data[offset : offset + min(size, 1024 * 1024)].lower()
    return any(ending in directory for ending in endings)


def _of_xml(head: bytes) -> Format:
    if _KML.search(head):
        return Format.KML
    if _AIXM.search(head):
        return Format.AIXM
    raise FileRefused("It is XML, but neither KML nor AIXM.")


def _of_json(data: bytes) -> Format:
    if b'"FeatureCollection"' not in data and b'"Feature"' not in data:
        if b'"features"' in data:
            return Format.ED269
        raise FileRefused(
            "It is JSON, but none of ED-269, ED-318 and GeoJSON: it has no list 'features'."
        )
    layered = b'"layer"' in data and b'"upperReference"' in data
    return Format.ED318 if b'"zoneAuthority"' in data or layered else Format.GEOJSON
