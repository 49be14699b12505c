"""Fuzzes every reader of airspace files with atheris, each in a process of its own.

    from ground_station.cli.bench_fuzz import fuzz_all
    for each in fuzz_all(seconds=60): ...      # `run.py bench airspace --fuzz 60`

    python -m ground_station.cli.bench_fuzz kml 60 FOLDER      # one reader, with libFuzzer's output

atheris is an optional install: without it nothing runs, and the outcome says so. A crash is any
exception but `FileRefused`, an input that takes more than 20 s, or more than 2 GB of memory; its
bytes stay in the folder.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from geo.formats.reading import FileRefused, Format, Reading

SLOWEST_S = 20
MOST_MEMORY_MB = 2048
_DONE = re.compile(r"Done (\d+) runs in (\d+) second")
_LAST = re.compile(r"#(\d+)\s")
_SPARE_S = 60.0
_SMALL = ("EGR158", "EGR161", "EGR1U077")  # two polygons and a circle: small files find more


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """What came of one reader.

    Attributes:
        runs: inputs tried. seconds: for how long.
        crash: the end of the fuzzer's output where one was found; "" if none.
        not_run: why nothing was tried; "" if something was.
    """

    format: Format
    runs: int = 0
    seconds: int = 0
    crash: str = ""
    not_run: str = ""


def fuzz_all(seconds: int, *, folder: Path | None = None) -> list[Fuzzed]:
    """Every reader, one after the other, for so many seconds each. `folder`: where crashes and
    corpora are kept; None: in one that is thrown away."""
    if importlib.util.find_spec("atheris") is None:
        why = "NOT RUN: atheris is not installed (pip install atheris)"
        return [Fuzzed(each, not_run=why) for each in Format]
    with tempfile.TemporaryDirectory() as made:
        return [_fuzz(each, seconds, (folder or Path(made)) / each.value) for each in Format]


def _fuzz(kind: Format, seconds: int, folder: Path) -> Fuzzed:
    folder.mkdir(parents=True, exist_ok=True)
    words = [sys.executable, "-m", "ground_station.cli.bench_fuzz"]
    words += [kind.value, str(seconds), str(folder)]
    try:
        ended = subprocess.run(  # noqa: S603 - our own module, with words of ours
            words, capture_output=True, timeout=seconds + _SPARE_S, check=False
        )
    except subprocess.TimeoutExpired:
        return Fuzzed(kind, seconds=seconds, crash="the fuzzer did not end")
    said = ended.stderr.decode("utf-8", "replace") + ended.stdout.decode("utf-8", "replace")
    done = _DONE.search(said)
    if done is not None and ended.returncode == 0:
        return Fuzzed(kind, int(done[1]), int(done[2]))
    runs = max((int(each) for each in _LAST.findall(said)), default=0)
    return Fuzzed(kind, runs, seconds, crash=said[-3000:] or f"it ended with {ended.returncode}")


def readers() -> dict[Format, Callable[[bytes], Reading]]:
    """By format; imported here, so that a fuzzer can watch the imports."""
    from geo.formats.aixm import read_aixm
    from geo.formats.ed269 import read_ed269
    from geo.formats.ed318 import read_ed318
    from geo.formats.geojson import read_geojson
    from geo.formats.kml import read_kml
    from geo.formats.notam import read_notam
    from geo.formats.openair import read_openair

    return {
        Format.ED269: read_ed269,
        Format.ED318: read_ed318,
        Format.AIXM: read_aixm,
        Format.KML: read_kml,
        Format.GEOJSON: read_geojson,
        Format.OPENAIR: read_openair,
        Format.NOTAM: read_notam,
    }


def tried(read: Callable[[bytes], Reading], data: bytes) -> None:
    """One input: a reading or a refusal, which says something; anything else is a finding."""
    try:
        reading = read(data)
    except FileRefused as refused:
        if len(str(refused)) < 10:
            raise AssertionError("A refusal says nothing.") from refused
        return
    if not all(zone.layers and zone.parts for zone in reading.zones):
        raise AssertionError("A zone without a shape was kept.")
    if len({zone.zone_id for zone in reading.zones}) < len(reading.zones):
        raise AssertionError("Two zones have the same id.")
    from geo.zones import ZoneDataset, ZoneIndex

    ZoneIndex(ZoneDataset("fuzzed", False, None, None, reading.zones))  # ValueError: not checkable


def seeds() -> dict[Format, list[bytes]]:
    """A whole file of each format to begin with: a few training zones, written by our writers."""
    from geo.formats.ed269_written import write_ed269
    from geo.formats.ed318_written import write_ed318
    from geo.formats.geojson_exact import write_geojson
    from geo.formats.kml_write import write_kml
    from geo.formats.openair_written import write_openair
    from geo.zones import ZoneDataset
    from geo.zones.training import training_dataset

    whole = training_dataset(datetime(2026, 6, 1, tzinfo=UTC))
    small = tuple(zone for zone in whole.zones if zone.zone_id in _SMALL)
    few = ZoneDataset("few", True, whole.effective_from, whole.effective_until, small)
    return {
        Format.ED269: [write_ed269(few).data],
        Format.ED318: [write_ed318(few).data],
        Format.GEOJSON: [write_geojson(few).data],
        Format.OPENAIR: [write_openair(few).data],
        Format.KML: [write_kml(few).data, _KML],
        Format.AIXM: [_AIXM],
        Format.NOTAM: [_NOTAM],
    }


_KML = b"""<kml><Document><Placemark><name>EG R1 A</name><description>&lt;table&gt;&lt;tr&gt;
&lt;td&gt;
513208N 0001038W thence clockwise by the arc of a circle radius 0.55 NM centred on 513151N 0000952W
to - 513212N 0000911W - 513020N 0000648W - 513208N 0001038W &lt;br/&gt;Upper limit: 1400 FT ALT
&lt;br/&gt;Lower limit: SFC&lt;/td&gt;&lt;td&gt;Active H24.&lt;/td&gt;&lt;/tr&gt;&lt;/table&gt;
</description></Placemark></Document></kml>"""
_AIXM = b"""<AIXMBasicMessage><hasMember><Airspace><timeSlice><AirspaceTimeSlice><validTime>
<TimeInstant><timePosition>2026-05-14T00:00:00Z</timePosition></TimeInstant></validTime>
<interpretation>SNAPSHOT</interpretation><type>R</type><designator>EGR1</designator><name>A</name>
<geometryComponent><AirspaceGeometryComponent><operation>BASE</operation><theAirspaceVolume>
<AirspaceVolume><upperLimit uom="FT">2000</upperLimit><upperLimitReference>SFC</upperLimitReference>
<lowerLimit uom="FT">0</lowerLimit><lowerLimitReference>SFC</lowerLimitReference>
<horizontalProjection><Surface srsName="urn:ogc:def:crs:EPSG::4326"><patches><PolygonPatch>
<exterior><Ring><curveMember><Curve><segments><GeodesicString><posList>51.5013 -0.1611 51.47 -0.1794
51.4758 -0.1269</posList></GeodesicString><ArcByCenterPoint><pointProperty><Point>
<pos>51.47 -0.1794</pos></Point></pointProperty><radius uom="[nmi_i]">2</radius>
<startAngle uom="deg">80</startAngle><endAngle uom="deg">20</endAngle></ArcByCenterPoint></segments>
</Curve></curveMember></Ring></exterior></PolygonPatch></patches></Surface></horizontalProjection>
</AirspaceVolume></theAirspaceVolume></AirspaceGeometryComponent></geometryComponent><activation>
<AirspaceActivation><timeInterval><Timesheet><timeReference>UTC</timeReference><day>ANY</day>
<startTime>07:00</startTime><endTime>23:00</endTime></Timesheet></timeInterval></AirspaceActivation>
</activation></AirspaceTimeSlice></timeSlice></Airspace></hasMember></AIXMBasicMessage>"""
_NOTAM = b"""H1234/26 NOTAMN
Q) EGTT/QRTCA/IV/BO/W/000/010/5128N00011W002
A) EGTT B) 2606150800 C) 2606151800
E) RESTRICTED AREA (TEMPORARY) WI 2NM RADIUS OF 512812N 0001046W (FULHAM).
F) SFC G) 1000FT AMSL)
"""


def main(words: list[str]) -> None:
    """`FORMAT SECONDS FOLDER`: fuzzes here; libFuzzer ends the process."""
    atheris: Any = importlib.import_module("atheris")
    kind, seconds, folder = Format(words[0]), int(words[1]), Path(words[2])
    with atheris.instrument_imports(include=["geo.formats"]):
        read = readers()[kind]
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds()[kind]):
        (corpus / f"seed{number}").write_bytes(seed)
    options = [
        f"-max_total_time={seconds}",
        f"-timeout={SLOWEST_S}",
        f"-rss_limit_mb={MOST_MEMORY_MB}",
        "-max_len=60000",
        f"-artifact_prefix={folder}/",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], lambda data: tried(read, data))
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
