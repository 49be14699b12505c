"""Files of other programs: lines, points, routes, tracks and tables."""

from __future__ import annotations

import io
import zipfile

import pytest

from geo.formats.reading import FileRefused
from geo.missions import AtEnd, HeightDatum, Mission, MissionItem
from geo.missions.formats import (
    DefaultHeight,
    format_of,
    read,
    read_csv,
    read_gpx,
    read_kml,
    write_csv,
    write_gpx,
    write_kml,
)
from tests.geo.missions.missions import PARK

LINE = "-0.239,51.496,40 -0.2375,51.497,45"
SAID = DefaultHeight(60, HeightDatum.HOME)


def kml(inner: str) -> bytes:
    return (
        '<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2" '
        f'xmlns:gx="http://www.google.com/kml/ext/2.2"><Document>{inner}</Document></kml>'
    ).encode()


def line(coordinates: str = LINE, mode: str = "<altitudeMode>absolute</altitudeMode>") -> str:
    return (
        f"<Placemark><name>Way</name><LineString>{mode}<coordinates>{coordinates}</coordinates>"
        "</LineString></Placemark>"
    )


def gpx(inner: str) -> bytes:
    return (
        '<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">'
        f"{inner}</gpx>"
    ).encode()


POINTS = (
    '<rtept lat="51.496" lon="-0.239"><ele>45</ele></rtept>'
    '<rtept lat="51.497" lon="-0.2375"><ele>50.5</ele></rtept>'
)


# --- KML ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "datum"), [("absolute", HeightDatum.AMSL), ("relativeToGround", HeightDatum.TERRAIN)]
)
def test_a_line(mode: str, datum: HeightDatum) -> None:
    mission, notes = read_kml(kml(line(mode=f"<altitudeMode>{mode}</altitudeMode>")))
    assert [(i.lat, i.lon, i.height_m, i.datum) for i in mission.items] == [
        (51.496, -0.239, 40, datum),
        (51.497, -0.2375, 45, datum),
    ]
    assert mission.at_end is AtEnd.RETURN
    assert any("at the end" in note for note in notes)


@pytest.mark.parametrize("mode", ["", "<altitudeMode>clampToGround</altitudeMode>"])
def test_clamped_to_the_ground_is_no_height(mode: str) -> None:
    with pytest.raises(FileRefused, match="height with a datum"):
        read_kml(kml(line(mode=mode)))
    mission, _ = read_kml(kml(line(mode=mode)), SAID)
    assert {(i.height_m, i.datum) for i in mission.items} == {(60, HeightDatum.HOME)}


def test_absolute_without_a_third_number_is_no_height() -> None:
    with pytest.raises(FileRefused, match="place 1"):
        read_kml(kml(line("-0.239,51.496 -0.2375,51.497,45")))


def test_points_in_their_order() -> None:
    points = "".join(
        f"<Placemark><name>{n}</name><Point><altitudeMode>absolute</altitudeMode><coordinates>"
        f"-0.23{n},51.496,4{n}</coordinates></Point></Placemark>"
        for n in (3, 1, 2)
    )
    mission, _ = read_kml(kml(points))
    assert [i.height_m for i in mission.items] == [43, 41, 42]


def test_points_beside_a_line_are_noted() -> None:
    point = "<Placemark><Point><coordinates>-0.239,51.496</coordinates></Point></Placemark>"
    _, notes = read_kml(kml(point + line()))
    assert any("1 points are not kept" in note for note in notes)


def test_two_lines_are_refused_by_name() -> None:
    with pytest.raises(FileRefused, match="2 lines"):
        read_kml(kml(line() + line()))


def test_an_area_is_refused() -> None:
    area = (
        "<Placemark><Polygon><outerBoundaryIs><LinearRing><coordinates>-0.2,51.4 -0.2,51.5 "
        "-0.1,51.5</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
    )
    with pytest.raises(FileRefused, match="survey"):
        read_kml(kml(area), SAID)


def test_a_kmz() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", kml(line()))
    assert format_of(packed.getvalue()) == "kml"
    assert len(read(packed.getvalue()).mission.items) == 2


@pytest.mark.parametrize(
    ("inner", "words"),
    [
        (line("-0.239,NaN,40"), "no number"),
        (line("-0.239,1e999,40"), "too large"),
        (line("-0.239"), "not longitude,latitude,height"),
        (line(""), "no coordinates"),
        (line("51.496,-0.239,40 51.497,-0.2375,40"), "swapped"),
        (line("-0.239,51.496,40 -0.239,52.5,40"), "place 1 to placemark"),
        (line("0,0,40"), "0, 0"),
        (line(" ".join(["-0.239,51.496,40"] * 10_000)), "10,000 places"),
        (line(mode="<gx:altitudeMode>relativeToSeaFloor</gx:altitudeMode>"), "relativeToSeaFloor"),
        ("", "no waypoint"),
        ("<Placemark>", "damaged"),
    ],
)
def test_hostile_kml(inner: str, words: str) -> None:
    with pytest.raises(FileRefused, match=words):
        read_kml(kml(inner))


def test_our_own_kml_edited_elsewhere() -> None:
    mission = Mission(
        (MissionItem(*PARK.to_wgs84(0, 0), 40), MissionItem(*PARK.to_wgs84(9, 9), 41))
    )
    written = write_kml(mission).data.decode()
    point = f"{mission.items[0].lat!r},40</coordinates></Point>"
    assert point in written
    with pytest.raises(FileRefused, match="kestrel_height_home_m"):
        read_kml(written.replace(point, point.replace(",40<", ",70<")).encode())
    moved, notes = read_kml(
        written.replace(f"{mission.items[0].lon!r},{point}", f"-0.2391,{point}").encode()
    )
    assert moved.items[0].lon == -0.2391
    assert any("line was changed" in note for note in notes)
    _, notes = read_kml(written.replace("</Document>", f"{line()}</Document>").encode())
    assert any("other programs" in note for note in notes)


# --- GPX ------------------------------------------------------------------------------------------


def test_a_route() -> None:
    mission, _ = read_gpx(gpx(f"<rte><name>Round</name>{POINTS}</rte>"))
    assert mission.name == "Round"
    assert [(i.height_m, i.datum) for i in mission.items] == [
        (45, HeightDatum.AMSL),
        (50.5, HeightDatum.AMSL),
    ]


def test_a_track_and_waypoints() -> None:
    track = POINTS.replace("rtept", "trkpt")
    both = f"<trk><trkseg>{track}</trkseg><trkseg>{track}</trkseg></trk>"
    mission, notes = read_gpx(gpx(both))
    assert len(mission.items) == 4
    assert any("segments" in note for note in notes)
    assert len(read_gpx(gpx(POINTS.replace("rtept", "wpt"))).mission.items) == 2


def test_what_is_beside_the_route_is_noted() -> None:
    others = POINTS.replace("rtept", "wpt") + "<trk><trkseg/></trk>"
    _, notes = read_gpx(gpx(f"{others}<rte>{POINTS}</rte>"))
    assert any("2 waypoints" in note for note in notes)
    assert any("1 tracks" in note for note in notes)


def test_without_elevation() -> None:
    bare = gpx('<rte><rtept lat="51.496" lon="-0.239"/></rte>')
    with pytest.raises(FileRefused, match="no height with a datum"):
        read_gpx(bare)
    assert read_gpx(bare, SAID).mission.items[0].height_m == 60


@pytest.mark.parametrize(
    ("inner", "words"),
    [
        (f"<rte>{POINTS}</rte><rte>{POINTS}</rte>", "2 routes"),
        ('<rte><rtept lat="NaN" lon="0"><ele>4</ele></rtept></rte>', "point 1"),
        ('<rte><rtept lat="51"><ele>4</ele></rtept></rte>', "longitude"),
        ('<rte><rtept lat="91" lon="2"><ele>4</ele></rtept></rte>', "swapped"),
        (f'<rte>{POINTS}<rtept lat="52.5" lon="-0.2"><ele>4</ele></rtept></rte>', "point 2"),
        (f"<rte>{POINTS * 5_000}</rte>", "10,000 points"),
        (POINTS.replace("rtept", "wpt") * 500, "700 waypoints"),
        ("<rte></rte>", "no waypoint"),
        (f"<rte>{POINTS}", "damaged"),
    ],
)
def test_hostile_gpx(inner: str, words: str) -> None:
    with pytest.raises(FileRefused, match=words):
        read_gpx(gpx(inner))


def test_our_own_gpx_edited_elsewhere() -> None:
    item = MissionItem(*PARK.to_wgs84(0, 0), 40, HeightDatum.AMSL)
    written = write_gpx(Mission((item,))).data.replace(b"<ele>40</ele>", b"<ele>70</ele>")
    with pytest.raises(FileRefused, match="changed in another program"):
        read_gpx(written)


@pytest.mark.parametrize("root", ["kml", "gpx"])
def test_bombs(root: str) -> None:
    bomb = (
        f'<?xml version="1.0"?><!DOCTYPE {root} [<!ENTITY a "aaaaaaaaaa">'
        f'<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><{root}>&b;</{root}>'
    ).encode()
    with pytest.raises(FileRefused, match="document type"):
        read(bomb)
    with pytest.raises(FileRefused):
        read(f"<{root}>{'<a>' * 100_000}".encode())


# --- CSV ------------------------------------------------------------------------------------------


def test_a_table() -> None:
    mission, notes = read_csv(
        b"# at_end: land\n# name: Round\nitem,Latitude,Longitude,height_agl_m,speed_mps,photo,who\n"
        b"1,51.496,-0.239,40,,yes,me\n\n2,51.497,-0.2375,45,6.5,,you\n"
    )
    assert (mission.name, mission.at_end) == ("Round", AtEnd.LAND)
    first, second = mission.items
    assert (first.datum, first.height_m, first.photo) == (HeightDatum.TERRAIN, 40, True)
    assert (second.speed_mps, second.photo) == (6.5, False)
    assert notes == ("Column 'who' is not known and not kept.",)


def test_each_line_has_its_own_datum() -> None:
    mission, _ = read_csv(
        b"lat,lon,height_home_m,alt_amsl_m\n51.496,-0.239,40,\n51.497,-0.2375,,45\n"
    )
    assert [i.datum for i in mission.items] == [HeightDatum.HOME, HeightDatum.AMSL]


def test_semicolons_and_decimal_commas() -> None:
    mission, _ = read_csv("lat;lon;height_home_m\n51,496;-0,239;40,5\n".encode("utf-8-sig"))
    assert (mission.items[0].lat, mission.items[0].height_m) == (51.496, 40.5)


def test_without_a_height() -> None:
    bare = b"lat,lon\n51.496,-0.239\n"
    with pytest.raises(FileRefused, match="line 2 has no height"):
        read_csv(bare)
    assert read_csv(bare, SAID).mission.items[0].height_m == 60


@pytest.mark.parametrize("name", ["alt", "altitude", "height", "height_m", "alt_ft", "Elevation"])
def test_a_height_without_a_datum_is_refused(name: str) -> None:
    with pytest.raises(FileRefused, match="without a datum"):
        read_csv(f"lat,lon,{name}\n51.496,-0.239,40\n".encode(), SAID)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("lat,lon,height_home_m\n51.496,-0.239,nan\n", "line 2, height_home_m"),
        ("lat,lon,height_home_m\n51.496,-0.239,1_0\n", "no number"),
        ("lat,lon,height_home_m\n51.496,-0.239,\u0664\n", "no number"),
        ("lat,lon,height_home_m,alt_amsl_m\n51.496,-0.239,1,2\n", "two heights"),
        ("lat,lon,height_home_m\n51.496,-0.239,4,5\n", "4 values"),
        ("lat,lon,lat\n", "Two columns"),
        ("a,b,c\n1,2,3\n", "no column 'lat'"),
        ("lat,lon,height_home_m,photo\n51.496,-0.239,4,maybe\n", "yes or no"),
        ("lat,lon,height_home_m,orbit_turns\n51.496,-0.239,4,1\n", "both a radius"),
        ("lat,lon,height_home_m,speed_mps\n51.496,-0.239,4,99\n", "speed_mps is 99"),
        ("lat,lon,height_home_m\n51.496,-0.239,4\n52.5,-0.239,4\n", "line 2 to line 3"),
        ("lat,lon,height_home_m\n-0.239,51.496,4\n", "swapped"),
        ("lat,lon,height_home_m\n" + "51.496,-0.239,4\n" * 10_000, "Line 702"),
        ('lat,lon,height_home_m\n51.496,-0.239,"4\n', "Line"),
        ("lat,lon,height_home_m\n" + '"' + "x" * 200_000 + '",1,2\n', "Line"),
        ("# at_end: explode\nlat,lon,height_home_m\n51.496,-0.239,4\n", "at_end"),
        ("# home: 1 2\nlat,lon,height_home_m\n51.496,-0.239,4\n", "home"),
        ("# only remarks\n", "header"),
        ("\x00\x01", "no text"),
    ],
)
def test_hostile_csv(table: str, words: str) -> None:
    with pytest.raises(FileRefused, match=words):
        read_csv(table.encode())


def test_a_table_has_only_the_columns_that_are_used() -> None:
    mission = Mission((MissionItem(51.496, -0.239, 40),))
    assert write_csv(mission).data == (
        b"# at_end: return\nlat,lon,height_home_m\n51.496,-0.239,40\n"
    )


# --- which is it ----------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [b"", b"  \n", b"<html/>", b"<kml", b"\xff\xfe<\x00"])
def test_what_is_none_of_them(data: bytes) -> None:
    with pytest.raises(FileRefused):
        read(data)
