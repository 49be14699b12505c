"""SORA volumes as KML, as an application for an operational authorisation is asked to bring them:
outlines with vertical extent."""

from __future__ import annotations

from xml.sax.saxutils import escape

from geo.sora import Ring, Volumes

_PARTS = (
    # id, colour (alpha, blue, green, red), what it is
    ("flight", "8000c800", "Flight geography"),
    ("contingency", "8000c8ff", "Contingency volume"),
    ("buffer", "800000ff", "Ground risk buffer"),
)


def volumes_kml(volumes: Volumes, name: str) -> bytes:
    """UTF-8. Heights are above the ground; the ground risk buffer lies on it."""
    sizes = volumes.sizes
    shapes = {
        "flight": (volumes.flight, volumes.flight_height_m),
        "contingency": (volumes.contingency, sizes.contingency_height_m),
        "buffer": (volumes.buffer, 0.0),
    }
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<kml xmlns="http://www.opengis.net/kml/2.2">',
        "<Document>",
        f"<name>{_clean(name)}</name>",
    ]
    for part, colour, _what in _PARTS:
        lines.append(
            f'<Style id="{part}"><LineStyle><color>ff{colour[2:]}</color><width>2</width>'
            f"</LineStyle><PolyStyle><color>{colour}</color></PolyStyle></Style>"
        )
    for part, _colour, what in _PARTS:
        rings, top_m = shapes[part]
        words = "On the ground" if part == "buffer" else f"Ground to {top_m:.1f} m above it"
        lines += [
            "<Placemark>",
            f"<name>{what}</name>",
            f"<description>{words}</description>",
            f"<styleUrl>#{part}</styleUrl>",
            "<Polygon>",
            "<extrude>1</extrude>" if top_m else "",
            f"<altitudeMode>{'relativeToGround' if top_m else 'clampToGround'}</altitudeMode>",
            f"<outerBoundaryIs>{_ring(rings[0], top_m)}</outerBoundaryIs>",
            *(f"<innerBoundaryIs>{_ring(one, top_m)}</innerBoundaryIs>" for one in rings[1:]),
            "</Polygon>",
            "</Placemark>",
        ]
    lines += ["</Document>", "</kml>"]
    return ("\n".join(line for line in lines if line) + "\n").encode("utf-8")


def _ring(ring: Ring, top_m: float) -> str:
    corners = " ".join(f"{lon:.7f},{lat:.7f},{top_m:.1f}" for lat, lon in (*ring, ring[0]))
    return f"<LinearRing><coordinates>{corners}</coordinates></LinearRing>"


def _clean(text: str) -> str:
    """As XML takes it: control characters are left out."""
    return escape("".join(c for c in text if c.isprintable()))
