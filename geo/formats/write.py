"""Writes a dataset in any of the formats that have a writer."""

from __future__ import annotations

from collections.abc import Callable

from geo.formats.ed269_written import write_ed269
from geo.formats.ed318_written import write_ed318
from geo.formats.geojson_exact import write_geojson
from geo.formats.kml_write import write_kml
from geo.formats.openair_written import write_openair
from geo.formats.reading import Format
from geo.formats.writing import Written
from geo.zones.model import ZoneDataset

ENDINGS = {
    Format.ED269: ".json",
    Format.ED318: ".json",
    Format.GEOJSON: ".geojson",
    Format.KML: ".kml",
    Format.OPENAIR: ".txt",
}


def write(dataset: ZoneDataset, kind: Format) -> Written:
    """A dataset as a file of a format.

    Raises:
        ValueError: there is no writer of that format (AIXM, NOTAM).
    """
    writer = _WRITERS.get(kind)
    if writer is None:
        known = ", ".join(each.value for each in _WRITERS)
        raise ValueError(f"Zones cannot be written as {kind.value}: only as {known}.")
    return writer(dataset)


_WRITERS: dict[Format, Callable[[ZoneDataset], Written]] = {
    Format.ED269: write_ed269,
    Format.ED318: write_ed318,
    Format.GEOJSON: write_geojson,
    Format.KML: write_kml,
    Format.OPENAIR: write_openair,
}
