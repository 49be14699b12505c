"""Whatever is in a file, a reader gives a reading or refuses it: structures that are nearly right,
with odd values anywhere, and lines and notices put together by chance."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from geo.formats.ed269 import read_ed269
from geo.formats.ed318 import read_ed318
from geo.formats.geojson import read_geojson
from geo.formats.notam import read_notam
from geo.formats.openair import read_openair
from geo.formats.reading import FileRefused, Format, Reading
from geo.formats.sniff import read
from geo.formats.write import write
from geo.zones import Datum, ZoneDataset, ZoneIndex
from tests.geo.formats.samples import (
    RING,
    circle,
    feature,
    layered,
    plain_feature,
    polygon,
    uas_zone,
    volume,
)

Reader = Callable[[bytes], Reading]
QUIET = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([10**400, -1, 0, 99999, 1e308, -1e308, 91.0, 181.0, 5e-324]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(["", "ANY", "2026-05-14T00:00:00Z", "24:00Z", "\ud800", "FL999", "UNL"]),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
    st.just([[[]]]),
    st.just({"text": {"text": {"text": "x"}}}),
)


def tried(reader: Reader, data: bytes) -> Reading | None:
    """A reading that can be checked against and written, or None for a refusal."""
    try:
        reading = reader(data)
    except FileRefused:
        return None
    dataset = ZoneDataset("x", False, None, None, reading.zones, None, reading.gaps)
    ZoneIndex(dataset)
    assert len({zone.zone_id.upper() for zone in reading.zones}) == len(reading.zones)
    for zone in reading.zones:
        assert zone.zone_id
        assert zone.layers
        (zone.name + zone.conditions + zone.message + zone.contact).encode()
    for gap in reading.gaps:
        assert gap.feature
        assert gap.reason.encode()
    return reading


def paths(value: Any, so_far: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """To everything in a structure."""
    found = [so_far] if so_far else []
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in items:
        if isinstance(inner, dict | list):
            found += paths(inner, (*so_far, key))
        else:
            found.append((*so_far, key))
    return found


def changed(value: Any, path: tuple[Any, ...], odd: Any) -> Any:
    made = copy.deepcopy(value)
    inner = made
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = odd
    return made


TIMES = [
    {
        "permanent": "NO",
        "startDateTime": "2026-06-01T00:00:00Z",
        "endDateTime": "2026-07-01T00:00:00Z",
        "schedule": [{"day": ["MON"], "startTime": "08:00Z", "endEvent": "SS"}],
    }
]
ZONE_269 = uas_zone(
    applicability=TIMES,
    geometry=[volume(), volume(horizontalProjection={"type": "Circle", "center": [0.1, 51.5],
                                                     "radius": 500})],
    extendedProperties={"designator": "EGR1U077", "kind": "PRISON", "publishedUpper": "500 FT ALT",
                        "upperExact": {"value": 500, "uom": "FT", "reference": "AMSL"},
                        "kestrel": {"zoneId": "X", "limits": [{"lower": "SFC", "upper": "5 FT"}]}},
)  # fmt: skip
ZONE_318 = feature(
    {"type": "GeometryCollection", "geometries": [layered(polygon()), layered(circle())]},
    limitedApplicability=TIMES,
)
OURS = json.loads(
    write(
        ZoneDataset("x", False, None, None, read_ed318(
            json.dumps({"features": [ZONE_318]}).encode()).zones),
        Format.GEOJSON,
    ).data
)["features"][0]  # fmt: skip
PLAIN = plain_feature(name="A", upper=100, uom="ft", upperReference="AGL", lower="SFC")
FILES: list[tuple[Reader, dict[str, Any]]] = [
    (read_ed269, {"title": "T", "description": "AIRAC 2026-05-14", "features": [ZONE_269]}),
    (read_ed318, {"type": "FeatureCollection", "features": [ZONE_318],
                  "metadata": {"validFrom": "2026-05-14T00:00:00Z", "description": "d"}}),
    (read_geojson, {"type": "FeatureCollection", "features": [OURS, PLAIN],
                    "validTo": "2027-01-01"}),
]  # fmt: skip


@pytest.mark.parametrize(("reader", "file"), FILES, ids=["ed269", "ed318", "geojson"])
@QUIET
@given(data=st.data())
def test_an_odd_value_anywhere(reader: Reader, file: dict[str, Any], data: st.DataObject) -> None:
    made = file
    for _ in range(data.draw(st.integers(1, 3))):
        made = changed(made, data.draw(st.sampled_from(paths(made))), data.draw(ODD))
        if not paths(made):
            break
    tried(reader, json.dumps(made).encode())


@pytest.mark.parametrize(("reader", "file"), FILES, ids=["ed269", "ed318", "geojson"])
def test_values_one_by_one_with_every_kind_of_odd_one(reader: Reader, file: dict[str, Any]) -> None:
    assert tried(reader, json.dumps(file).encode())
    everything = paths(file)
    for path in everything[:: max(1, len(everything) // 150)]:
        odds: tuple[Any, ...] = (None, True, 7, 1e308, "x", [], {}, [["x"]])
        for odd in odds:
            tried(reader, json.dumps(changed(file, path, odd)).encode())


@QUIET
@given(data=st.binary(max_size=400), name=st.text(max_size=20))
def test_any_bytes_of_any_name(data: bytes, name: str) -> None:
    tried(lambda each: read(each, name), data)


LINES = st.one_of(
    st.sampled_from(
        [
            "AC R", "AC CTR", "AC", "AN X", "AL SFC", "AL FL100", "AH 1000FT ALT", "AH UNL", "TO L",
            "V X=51:30:00 N 000:10:00 W", "V D=-", "V D=+", "DC 1", "DC 0", "DC 1e5", "DC 199",
            "DA 5,270,90", "DA 1,0,360", "DA 100,0,359", "DP 51:30:00 N 000:12:00 W",
            "DP 51:30:00 N 000:06:00 W", "DP 51:36:00 N 000:06:00 W", "DP 90:00 S 180:00 E",
            "DB 51:30:33 N 000:07:30 W, 51:30:00 N 000:06:37 W", "DY 5", "* c", "AI X", "AY CTR",
        ]
    ),
    st.text(max_size=30),
)  # fmt: skip


@QUIET
@given(lines=st.lists(LINES, max_size=30))
def test_openair_lines_in_any_order(lines: list[str]) -> None:
    reading = tried(read_openair, "\n".join(lines).encode("utf-8", "replace"))
    if reading is not None:
        begun = sum(1 for line in lines if line.startswith("AC"))
        assert len(reading.zones) <= max(begun, 0)


WORDS = st.sampled_from(
    [
        "(J1234/26 NOTAMN", "(J1235/26 NOTAMR J1234/26", "(J1236/26 NOTAMC J1235/26", "\n", ")",
        "Q) EGTT/QRTCA/IV/BO/W/000/012/5130N00010W005", "Q) EGTT/QOBCE/IV/BO/W/000/012/", "A) EGTT",
        "B) 2606280800", "B) 9913992599", "C) PERM", "C) 2606302300 EST", "D) MON-FRI 0800-1800",
        "D) 28 1000-1200 JUN 29", "D) 31-30", "E)", "WI 1NM RADIUS OF", "513000N 0001000W",
        "513300N 0001000W", "513300N 0001500W", "-", "AND", "ARC", "THENCE", "F) SFC",
        "G) 1200FT AMSL", "F) UNL", "G) FL999", "997000N 1997000W", "RESTRICTED AREA",
        "THENCE CLOCKWISE BY THE ARC OF A CIRCLE RADIUS 3NM CENTRED ON",
    ]
)  # fmt: skip


@QUIET
@given(words=st.lists(WORDS | st.text(max_size=12), max_size=40))
@example(words=["E)", "513000N 0001000W"])
def test_notam_words_in_any_order(words: list[str]) -> None:
    tried(read_notam, " ".join(words).encode("utf-8", "replace"))


@QUIET
@given(
    ring=st.lists(
        st.tuples(st.floats(-181, 181), st.floats(-91, 91)).map(list), min_size=0, max_size=8
    )
)
def test_any_ring(ring: list[list[float]]) -> None:
    reading = tried(read_geojson, json.dumps(plain_feature(polygon(ring or RING))).encode())
    assert reading is not None
    assert len(reading.zones) + len(reading.gaps) == 1


@QUIET
@given(upper=ODD, unit=ODD, reference=ODD)
def test_no_height_that_is_not_plain_gets_a_datum(upper: Any, unit: Any, reference: Any) -> None:
    said = plain_feature(upper=upper, uom=unit, upperReference=reference, name="A")
    reading = tried(read_geojson, json.dumps(said).encode())
    if reading is None or not reading.zones:
        return
    limit = reading.zones[0].layers[0].upper
    words = isinstance(upper, str)
    assert limit.datum is Datum.UNKNOWN or words or unit in ("m", "ft", "M", "FT")
