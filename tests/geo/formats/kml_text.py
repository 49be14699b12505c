"""KML as NATS writes it, of facts that the tests choose."""

from __future__ import annotations

import functools
import io
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from geo.formats.kml import read_kml
from geo.formats.reading import Reading
from geo.zones import Circle, Polygon

SHARED = Path(__file__).parents[4] / "shared" / "data" / "airspace"
REAL = SHARED / "eaip_2022-12-29.kmz"

FRZ = (
    "FRZ Active H24. Unmanned aircraft flight not permitted unless permission has been granted by "
    "the heliport operator. For contact details see AIP, Part 3 - Heliports, Section AD 3.2"
)
SQUARE = ((51.50, -0.20), (51.50, -0.10), (51.56, -0.10), (51.56, -0.20))
Place = tuple[float, float]


def real_file() -> bytes:
    """The official file; skips where it is not."""
    if not REAL.exists():
        pytest.skip("the shared airspace data are not on this machine")
    return REAL.read_bytes()


@functools.cache
def official() -> Reading:
    """The official file, read once."""
    return read_kml(real_file())


def kml(*placemarks: str, head: str = "") -> bytes:
    """A document of placemarks."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<kml xmlns="http://www.opengis.net/kml/2.2">\n<Document>'
        f"{head}\n{chr(10).join(placemarks)}\n</Document></kml>\n"
    ).encode()


def placemark(
    name: str = "EG R900 SOMEWHERE",
    words: str = "",
    *,
    upper: str = "2000 FT SFC",
    lower: str = "SFC",
    remark: str = "",
    rings: Iterable[Sequence[Place]] = (),
    extra: str = "",
) -> str:
    """A placemark with the table of words, and rings that it draws on the ground."""
    table = (
        f"<table><tr><td>{escape(words)} <br/>Upper limit: {upper}<br/>Lower limit: {lower}  <br/>"
        f"Class: </td><td>{remark}</td></tr></table>"
    )
    drawn = "".join(polygon(ring) for ring in rings)
    return (
        f"<Placemark><name>{escape(name)}</name><description>{escape(table)}</description>"
        f"<MultiGeometry>{drawn}</MultiGeometry>{extra}</Placemark>"
    )


def polygon(
    ring: Sequence[Place], height: float = 0.0, holes: Sequence[Sequence[Place]] = ()
) -> str:
    """A polygon element, its ring closed."""
    inner = "".join(f"<innerBoundaryIs>{linear(hole, height)}</innerBoundaryIs>" for hole in holes)
    return (
        "<Polygon><altitudeMode>relativeToGround</altitudeMode>"
        f"<outerBoundaryIs>{linear(ring, height)}</outerBoundaryIs>{inner}</Polygon>"
    )


def linear(ring: Sequence[Place], height: float = 0.0) -> str:
    places = " ".join(f"{lon},{lat},{height}" for lat, lon in (*ring, ring[0]))
    return f"<LinearRing><coordinates>{places}</coordinates></LinearRing>"


def as_polygon(part: Circle | Polygon) -> Polygon:
    assert isinstance(part, Polygon)
    return part


def zipped(**files: bytes) -> bytes:
    """A ZIP; two underscores in a name stand for its dot."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "."), data)
    return packed.getvalue()
