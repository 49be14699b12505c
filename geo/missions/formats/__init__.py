"""Mission files: QGroundControl's plan, KML, GPX, CSV. Bytes in, a mission out, and back.

`read` and `write` are the way in; what each format holds is in `docs/missions.md`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from geo.formats.archive import is_archive
from geo.formats.reading import FileRefused
from geo.formats.writing import Written
from geo.formats.xml_safe import root_of
from geo.missions.formats.gpx import read_gpx, write_gpx
from geo.missions.formats.kml import read_kml
from geo.missions.formats.kml_write import write_kml
from geo.missions.formats.plan_read import read_plan
from geo.missions.formats.plan_write import write_plan
from geo.missions.formats.reading import (
    MAX_FILE_BYTES,
    DefaultHeight,
    ReadMission,
    require_size,
)
from geo.missions.formats.table import read_csv, write_csv
from geo.missions.model import Mission


class MissionFormat(StrEnum):
    """A file format of missions; its value is the ending of a file's name."""

    PLAN = "plan"
    KML = "kml"  # and KMZ, when reading
    GPX = "gpx"
    CSV = "csv"


_WRITERS: dict[MissionFormat, Callable[[Mission], Written]] = {
    MissionFormat.PLAN: write_plan,
    MissionFormat.KML: write_kml,
    MissionFormat.GPX: write_gpx,
    MissionFormat.CSV: write_csv,
}


def format_of(data: bytes) -> MissionFormat:
    """By content alone; what is neither an archive, JSON nor XML is taken for a table.

    Raises:
        FileRefused: empty, too large, or XML of another kind.
    """
    require_size(data)
    if is_archive(data):
        return MissionFormat.KML
    begins = data[:200].removeprefix(b"\xef\xbb\xbf").lstrip()
    if begins.startswith(b"{"):
        return MissionFormat.PLAN
    if not begins.startswith(b"<"):
        return MissionFormat.CSV
    root = root_of(data)
    if root not in ("kml", "gpx"):
        raise FileRefused(f"It is XML with the root {root[:60]!r}: neither KML nor GPX.")
    return MissionFormat(root)


def read(data: bytes, default: DefaultHeight | None = None) -> ReadMission:
    """`default`: the height of places that the file gives none (never of a plan).

    Raises:
        FileRefused: with where, why and what to do; nothing else.
    """
    match format_of(data):
        case MissionFormat.PLAN:
            return read_plan(data)
        case MissionFormat.KML:
            return read_kml(data, default)
        case MissionFormat.GPX:
            return read_gpx(data, default)
        case MissionFormat.CSV:
            return read_csv(data, default)


def write(mission: Mission, format: MissionFormat) -> Written:
    """The file, and notes of what of the mission is not in it."""
    return _WRITERS[format](mission)


__all__ = ["MAX_FILE_BYTES", "DefaultHeight", "FileRefused", "MissionFormat", "ReadMission"]
__all__ += ["Written", "format_of", "read", "read_csv", "read_gpx", "read_kml", "read_plan"]
__all__ += ["write", "write_csv", "write_gpx", "write_kml", "write_plan"]
