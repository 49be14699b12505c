"""Reading AIXM 5.1: outlines, limits, times, and what is refused and why."""

from __future__ import annotations

import itertools
import math
from datetime import UTC, datetime, time

import pytest
import shapely

from geo.formats.aixm import read_aixm
from geo.formats.boundary import Budget, apart_m, bearing_deg, distance_m, flat
from geo.formats.kml_words import _ARC, _PLACE, NoWords, _place, words_of
from geo.formats.reading import FileRefused, Reading
from geo.formats.xml_safe import pieces, text
from geo.zones import Circle, DailyPeriod, Datum, GeoZone, OperatorType, Polygon, Restriction
from geo.zones.shapes import GEOD
from tests.geo.formats.aixm_text import (
    SRS,
    activation,
    airspace,
    arc,
    circle,
    component,
    feature,
    message,
    packed,
    period,
    points,
    pos_list,
    ring,
    surface_of,
    timesheet,
    timeslice,
)
from tests.geo.formats.kml_text import SQUARE, as_polygon, official, real_file

HELIPORT = (51.47, -0.179444)
CLOSED = (*SQUARE, SQUARE[0])
HOLE = ((51.52, -0.16), (51.52, -0.14), (51.54, -0.14), (51.54, -0.16), (51.52, -0.16))


def one(data: bytes) -> GeoZone:
    reading = read_aixm(data)
    assert reading.gaps == ()
    [zone] = reading.zones
    return zone


def refusal(*components: str) -> str:
    reading = read_aixm(message(airspace("EGR900", *components)))
    [gap] = reading.gaps
    assert "EGR900" in gap.feature
    assert gap.reason.startswith("line 3: ")
    return gap.reason


def notes_of(reading: Reading) -> str:
    return " | ".join(note for notes in reading.notes.values() for note in notes)


def test_a_circle_is_that_circle() -> None:
    zone = one(message(airspace("EGR1U043A", component(circle(HELIPORT, 2)), local="FRZ")))
    assert zone.parts == (Circle(*HELIPORT, 3704.0),)
    assert (zone.zone_id, zone.designator, zone.kind) == ("EGR1U043A", "EGR1U043A", "aerodrome")


@pytest.mark.parametrize(
    ("uom", "metres"), [("[nmi_i]", 1852.0), ("km", 1000.0), ("m", 1.0), ("[ft_i]", 0.3048)]
)
def test_radii_have_units(uom: str, metres: float) -> None:
    part = one(message(airspace("EGR1", component(circle(HELIPORT, 1.5, uom))))).parts[0]
    assert isinstance(part, Circle)
    assert part.radius_m == pytest.approx(1.5 * metres)


def test_a_radius_in_an_unknown_unit_is_refused() -> None:
    assert "'furlong'" in refusal(component(circle(HELIPORT, 2, "furlong")))


def test_a_whole_turn_of_an_arc_is_a_circle() -> None:
    zone = one(message(airspace("EGR1", component(arc(HELIPORT, 2, 0, 360)))))
    assert zone.parts == (Circle(*HELIPORT, 3704.0),)


@pytest.mark.parametrize("form", [points, pos_list])
def test_positions_as_points_or_as_a_list(form: object) -> None:
    assert callable(form)
    zone = one(message(airspace("EGR1", component(form(*CLOSED)))))
    assert zone.parts == (Polygon(SQUARE),)


def test_a_linear_ring() -> None:
    places = " ".join(f"{a} {b}" for a, b in CLOSED)
    surface = surface_of(f"<gml:LinearRing><gml:posList>{places}</gml:posList></gml:LinearRing>")
    [part] = one(message(airspace("EGR1", component(surface=surface)))).parts
    assert (
        apart_m(as_polygon(part), Polygon(SQUARE), Budget()) < 3
    )  # straight in degrees, not geodesics


def test_crs84_is_longitude_first() -> None:
    turned = [(lon, lat) for lat, lon in CLOSED]
    data = component(pos_list(*turned), srs="urn:ogc:def:crs:OGC:1.3:CRS84")
    assert one(message(airspace("EGR1", data))).parts == (Polygon(SQUARE),)


def test_without_a_reference_system_latitude_is_first_and_that_is_said() -> None:
    reading = read_aixm(message(airspace("EGR1", component(points(*CLOSED), srs=""))))
    assert reading.zones[0].parts == (Polygon(SQUARE),)
    assert "latitude first is assumed" in notes_of(reading)


def test_another_reference_system_is_refused() -> None:
    data = component(points(*CLOSED), srs="urn:ogc:def:crs:EPSG::27700")
    assert "27700" in refusal(data)


def test_swapped_positions_are_refused_with_both_places() -> None:
    turned = [(lon, lat) for lat, lon in CLOSED]
    [gap] = read_aixm(message(airspace("EGR900", component(points(*turned))))).gaps
    assert "swapped" in gap.reason
    assert any(area.holds(51.53, -0.15) for area in gap.areas)
    assert any(area.holds(-0.15, 51.53) for area in gap.areas)


def sector(first: float, last: float, *, miss_m: float = 0.0) -> tuple[str, str]:
    """The corners of a slice of a cake, and its arc."""
    reach = 3704.0 + miss_m
    ends = [GEOD.fwd(HELIPORT[1], HELIPORT[0], bearing, reach)[:2] for bearing in (first, last)]
    (lon_a, lat_a), (lon_b, lat_b) = ends
    return points((lat_b, lon_b), HELIPORT, (lat_a, lon_a)), arc(HELIPORT, 2, first, last)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("miss_m", [0.0, 40.0, -77.0])
def test_an_arc_goes_the_shorter_way_whichever_end_is_named_first(
    turned: bool, miss_m: float
) -> None:
    corners, _ = sector(20, 80, miss_m=miss_m)
    data = component(corners, arc(HELIPORT, 2, *((80, 20) if turned else (20, 80))))
    [part] = one(message(airspace("EGR1", data, name="X RWY 05"))).parts
    on = [
        place for place in as_polygon(part).ring if abs(distance_m(HELIPORT, place) - 3704) < 0.001
    ]
    on.sort(key=lambda place: bearing_deg(HELIPORT, place))
    bearings = [bearing_deg(HELIPORT, place) for place in on]
    assert 18 < min(bearings) < 23
    assert 77 < max(bearings) < 82
    for before, after in itertools.pairwise(on):
        middle = ((before[0] + after[0]) / 2, (before[1] + after[1]) / 2)
        assert 3704 - distance_m(HELIPORT, middle) <= 0.1


def test_an_arc_over_north_is_the_short_one() -> None:
    corners, the_arc = sector(350, 10)
    [part] = one(message(airspace("EGR1", component(corners, the_arc), local="RPZ"))).parts
    assert max(lat for lat, _lon in as_polygon(part).ring) > HELIPORT[0] + 0.033


def test_an_arc_far_from_its_neighbours_is_refused() -> None:
    corners, _ = sector(20, 80)
    assert "from where the one before it ends" in refusal(
        component(corners, arc(HELIPORT, 2, 20, 100))
    )


def keyhole(name: str) -> Reading:
    """A circle with a corridor into it from the north: its arc is of 350 degrees, or of 10."""
    ends = [GEOD.fwd(HELIPORT[1], HELIPORT[0], bearing, 3704)[:2] for bearing in (5, 355)]
    far = [(51.60, ends[1][0]), (51.60, ends[0][0])]
    corridor = points((ends[1][1], ends[1][0]), *far, (ends[0][1], ends[0][0]))
    data = component(corridor, arc(HELIPORT, 2, 5, 355))
    return read_aixm(message(airspace("EGR1", data, name=name)))


def test_an_arc_that_may_go_either_way_counts_where_either_would() -> None:
    [zone] = keyhole("A CIRCLE AND A CORRIDOR").zones
    rings = [ring for part in zone.parts for ring in as_polygon(part).ring]
    assert min(lat for lat, _lon in rings) < HELIPORT[0] - 0.033  # the whole circle is in it
    assert max(lat for lat, _lon in rings) == 51.60


def test_arcs_of_runways_go_the_shorter_way() -> None:
    [zone] = keyhole("SOMEWHERE RWY 18").zones
    [part] = zone.parts
    assert min(lat for lat, _lon in as_polygon(part).ring) > HELIPORT[0] + 0.033


def test_a_bite_out_of_a_circle_is_not_believed_where_it_may_be_a_bulge() -> None:
    """One arc of more than half a turn and one of less: whichever are meant is covered."""
    near, far = GEOD.fwd(HELIPORT[1], HELIPORT[0], 60, 3704), GEOD.fwd(*HELIPORT[::-1], 120, 3704)
    other = (HELIPORT[0], GEOD.fwd(HELIPORT[1], HELIPORT[0], 90, 3704)[0])
    radius = distance_m(other, (near[1], near[0]))
    bearings = [bearing_deg(other, (lat, lon)) for lon, lat, _back in (far, near)]
    data = component(arc(HELIPORT, 2, 120, 60), arc(other, radius, bearings[0], bearings[1], "m"))
    [zone] = read_aixm(message(airspace("EGR1", data))).zones
    west = min(lon for part in zone.parts for _lat, lon in as_polygon(part).ring)
    assert west < HELIPORT[1] - 0.05


def test_two_half_circles_are_a_circle() -> None:
    data = component(arc(HELIPORT, 2, 0, 180), arc(HELIPORT, 2, 180, 360))
    [part] = one(message(airspace("EGR1", data))).parts
    assert all(abs(distance_m(HELIPORT, place) - 3704) < 0.01 for place in as_polygon(part).ring)
    lats = [lat for lat, _lon in as_polygon(part).ring]
    lons = [lon for _lat, lon in as_polygon(part).ring]
    assert min(lons) < HELIPORT[1] - 0.05 < HELIPORT[1] + 0.05 < max(lons)
    assert min(lats) < HELIPORT[0] - 0.033


def test_a_ring_that_crosses_itself_is_refused_where_it_lies() -> None:
    bow = (SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0])
    reading = read_aixm(
        message(
            airspace("EGR900", component(points(*bow))),
            airspace("EGR901", component(circle(HELIPORT, 2))),
        )
    )
    [gap] = reading.gaps
    assert "cross" in gap.reason
    assert gap.areas[0].holds(51.53, -0.15)
    assert not gap.areas[0].holds(52.0, -0.15)
    assert [zone.zone_id for zone in reading.zones] == ["EGR901"]


def test_edges_kept_elsewhere_are_refused() -> None:
    linked = surface_of('<gml:Ring><gml:curveMember xlink:href="#border"/></gml:Ring>')
    assert "kept in another place" in refusal(component(surface=linked))


def test_other_curves_are_refused_by_name() -> None:
    assert "'Bezier'" in refusal(component("<gml:Bezier><gml:pos>51 0</gml:pos></gml:Bezier>"))


def test_outlines_of_other_airspaces_are_refused() -> None:
    data = component(circle(HELIPORT, 2)).replace(
        "<aixm:horizontalProjection>",
        "<aixm:contributorAirspace><aixm:AirspaceVolumeDependency/></aixm:contributorAirspace>"
        "<aixm:horizontalProjection>",
    )
    assert "another airspace" in refusal(data)


def test_holes() -> None:
    surface = surface_of(ring(points(*CLOSED)), ring(points(*HOLE)))
    [part] = one(message(airspace("EGR1", component(surface=surface)))).parts
    assert part == Polygon(SQUARE, (HOLE[:-1],))


@pytest.mark.parametrize(
    ("upper", "uom", "reference", "value_m", "datum"),
    [
        ("2000", "FT", "SFC", 609.6, Datum.AGL),
        ("1400", "FT", "MSL", 426.72, Datum.AMSL),
        ("150", "M", "W84", 150.0, Datum.HAE),
        ("100", "FL", "STD", 3048.0, Datum.FLIGHT_LEVEL),
        ("5000", "FT", "STD", 1524.0, Datum.FLIGHT_LEVEL),
        ("999", "FL", "STD", math.inf, Datum.FLIGHT_LEVEL),
        ("UNL", "FT", "MSL", math.inf, Datum.AMSL),
        ("2000", "FT", "OTHER:AAL", math.inf, Datum.UNKNOWN),
        ("2000", "YARD", "SFC", math.inf, Datum.UNKNOWN),
        ("", "FT", "SFC", math.inf, Datum.UNKNOWN),
    ],
)
def test_limits(upper: str, uom: str, reference: str, value_m: float, datum: Datum) -> None:
    data = component(circle(HELIPORT, 2), upper=upper, upper_uom=uom, upper_from=reference)
    reading = read_aixm(message(airspace("EGR1", data)))
    limit = reading.zones[0].layers[0].upper
    assert limit.value_m == pytest.approx(value_m)
    assert limit.datum is datum
    assert ("not known" in notes_of(reading)) == (datum is Datum.UNKNOWN)
    assert reading.zones[0].layers[0].lower.datum is Datum.SURFACE


def test_a_limit_that_may_move_is_not_known() -> None:
    data = component(circle(HELIPORT, 2)).replace(
        "<aixm:lowerLimit",
        '<aixm:maximumLimit uom="FL">60</aixm:maximumLimit><aixm:lowerLimit',
    )
    zone = one(message(airspace("EGR1", data)))
    assert zone.layers[0].upper.datum is Datum.UNKNOWN
    assert "60" in zone.layers[0].upper.as_published


@pytest.mark.parametrize(
    ("its_type", "local", "name", "kind", "restriction"),
    [
        ("R", "FRZ", "LONDON HEATHROW", "aerodrome", Restriction.PERMISSION),
        ("R", "RPZ", "LONDON HEATHROW RWY 09L", "runway", Restriction.PERMISSION),
        ("R", "RPZ", "HMP WORMWOOD SCRUBS", "prison", Restriction.PERMISSION),
        ("R", "", "HYDE PARK", "restricted", Restriction.PERMISSION),
        ("P", "", "DOUNREAY", "prohibited", Restriction.PROHIBITED),
        ("D", "", "LYME BAY", "danger", Restriction.PERMISSION),
        ("CTR", "", "LONDON", "controlled", Restriction.CONDITIONAL),
    ],
)
def test_kinds(its_type: str, local: str, name: str, kind: str, restriction: Restriction) -> None:
    data = airspace(
        "EGX1", component(circle(HELIPORT, 2)), its_type=its_type, local=local, name=name
    )
    zone = one(message(data))
    assert (zone.kind, zone.restriction, zone.name) == (kind, restriction, name)


def test_notes_are_conditions_contact_law_and_exemption() -> None:
    note = (
        "Flight permitted by:\nany aircraft in the service of the Chief Officer of Police for the "
        "Metropolitan Police District;\nSI 1300/2017\nContact: www.nats.co.uk/nsf"
    )
    zone = one(message(airspace("EGR157", component(circle(HELIPORT, 2)), note=note)))
    assert zone.conditions == note
    assert zone.law == "SI 1300/2017"
    assert "nats.co.uk" in zone.contact
    assert zone.exempt == {OperatorType.MPS}


def test_joined_volumes_are_layers_each_with_its_heights() -> None:
    data = airspace(
        "EGR1",
        component(circle(HELIPORT, 2), upper="2000", upper_from="MSL"),
        component(points(*CLOSED), upper="5000", upper_from="MSL", operation="UNION", sequence=2),
    )
    zone = one(message(data))
    assert [layer.upper.as_published for layer in zone.layers] == ["2000 FT MSL", "5000 FT MSL"]


def test_a_volume_taken_out_is_a_hole_where_it_is_one() -> None:
    base = component(points(*CLOSED))
    inside = component(points(*HOLE), operation="SUBTR", sequence=2)
    assert one(message(airspace("EGR1", base, inside))).parts == (Polygon(SQUARE, (HOLE[:-1],)),)
    lower = component(points(*HOLE), operation="SUBTR", sequence=2, upper="500")
    reading = read_aixm(message(airspace("EGR1", base, lower)))
    assert reading.zones[0].parts == (Polygon(SQUARE),)
    assert "larger" in notes_of(reading)


def test_a_snapshot_says_from_when_the_set_is_in_force() -> None:
    reading = read_aixm(packed(message(airspace("EGR1", component(circle(HELIPORT, 2))))))
    assert reading.effective_from == datetime(2026, 5, 14, tzinfo=UTC)
    assert reading.effective_until == datetime(2026, 6, 11, tzinfo=UTC)
    assert reading.airac == "2026-05-14"
    assert reading.zones[0].applicability == ()
    assert "fits the SHA-256" in notes_of(reading)


@pytest.mark.parametrize(
    ("shown", "airac"),
    [
        ("2026-05-14T00:00:00Z", "2026-05-14"),
        ("2026-05-20T09:30:00Z", "2026-05-14"),
        ("2026-04-28T09:30:00Z", ""),
        ("2026-06-11T00:00:00Z", ""),
    ],
)
def test_a_snapshot_of_another_time_than_the_names(shown: str, airac: str) -> None:
    valid = f"<gml:TimeInstant><gml:timePosition>{shown}</gml:timePosition></gml:TimeInstant>"
    data = message(airspace("EGR1", component(circle(HELIPORT, 2)), valid=valid))
    reading = read_aixm(packed(data))
    assert reading.airac == airac
    assert ("several dates" in notes_of(reading)) == (not airac)


def test_a_baseline_says_when_the_zone_is() -> None:
    valid = period("2026-05-20T06:00:00Z", "2026-05-21T20:00:00Z")
    data = airspace("EGR1", component(circle(HELIPORT, 2)), interpretation="BASELINE", valid=valid)
    [window] = one(message(data)).applicability
    assert window.begins == datetime(2026, 5, 20, 6, tzinfo=UTC)
    assert window.ends == datetime(2026, 5, 21, 20, tzinfo=UTC)


def test_the_last_correction_counts_and_changes_are_told() -> None:
    def of(radius: float, correction: int, interpretation: str = "BASELINE") -> str:
        return timeslice(
            "EGR1",
            component(circle(HELIPORT, radius)),
            interpretation=interpretation,
            more=f"<aixm:sequenceNumber>1</aixm:sequenceNumber>"
            f"<aixm:correctionNumber>{correction}</aixm:correctionNumber>",
        )

    reading = read_aixm(message(feature(of(1, 0), of(3, 2), of(2, 1), of(9, 9, "TEMPDELTA"))))
    [zone] = reading.zones
    assert zone.parts == (Circle(*HELIPORT, 3 * 1852.0),)
    assert any("change" in reason for reason in reading.skipped)
    assert "were not read" in notes_of(reading)


def test_only_changes_are_a_gap() -> None:
    data = airspace("EGR1", component(circle(HELIPORT, 2)), interpretation="TEMPDELTA")
    [gap] = read_aixm(message(data)).gaps
    assert "only changes" in gap.reason
    assert gap.areas[0].holds(*HELIPORT)


def test_timesheets_are_daily_periods() -> None:
    more = activation(timesheet("MON", "07:00", "23:00"), timesheet("SAT", "00:00", "24:00"))
    [times] = one(
        message(airspace("EGR1", component(circle(HELIPORT, 2)), more=more))
    ).applicability
    assert times.schedule == (
        DailyPeriod(frozenset({0}), time(7), time(23)),
        DailyPeriod(frozenset({5}), None, None),
    )


@pytest.mark.parametrize(
    "sheet",
    [
        timesheet("WORK_DAY"),
        timesheet(more="<aixm:excluded>YES</aixm:excluded>"),
        timesheet(more="<aixm:daylightSavingAdjust>YES</aixm:daylightSavingAdjust>"),
        timesheet(more='<aixm:startTimeRelativeEvent uom="MIN">-30</aixm:startTimeRelativeEvent>'),
        timesheet(begins="soon"),
        timesheet("MON", more="<aixm:dayTil>FRI</aixm:dayTil>"),
    ],
)
def test_times_that_say_more_are_noted_and_the_zone_is_always_active(sheet: str) -> None:
    more = activation(timesheet("MON"), sheet)
    reading = read_aixm(message(airspace("EGR1", component(circle(HELIPORT, 2)), more=more)))
    assert reading.zones[0].applicability == ()
    assert "always active" in notes_of(reading)


def test_all_day_every_day_is_always() -> None:
    more = activation(timesheet("ANY", "00:00", "24:00"))
    assert not one(
        message(airspace("EGR1", component(circle(HELIPORT, 2)), more=more))
    ).applicability


def test_a_sum_that_does_not_fit_is_refused() -> None:
    data = message(airspace("EGR1", component(circle(HELIPORT, 2))))
    with pytest.raises(FileRefused, match="does not fit its SHA-256"):
        read_aixm(packed(data, digest="0" * 64))


def test_features_that_are_no_airspace_are_counted() -> None:
    unit = '<aixm:Unit gml:id="U"/>'
    fir = airspace("EGTT", component(circle(HELIPORT, 50)), its_type="FIR")
    reading = read_aixm(message(unit, fir, airspace("EGR1", component(circle(HELIPORT, 2)))))
    assert dict(reading.skipped) == {
        "Unit (no airspace)": 1,
        "airspace of type FIR (no zone)": 1,
    }
    with pytest.raises(FileRefused, match="no airspace"):
        read_aixm(message(unit))


def test_other_messages_are_refused_by_name() -> None:
    with pytest.raises(FileRefused, match=r"4\.5"):
        read_aixm(b"<AIXM-Snapshot/>")
    with pytest.raises(FileRefused, match="'kml'"):
        read_aixm(b"<kml/>")


def test_a_message_that_breaks_off_leaves_a_gap_anywhere() -> None:
    data = message(
        airspace("EGR1", component(circle(HELIPORT, 2))),
        airspace("EGR2", component(points(*CLOSED))),
    )
    reading = read_aixm(data[: data.index(b"EGR2")])
    assert [zone.zone_id for zone in reading.zones] == ["EGR1"]
    assert reading.gaps[0].areas == ()


def test_the_whole_country_as_aixm_is_the_country_as_kml() -> None:
    """Every outline of the official KML, said in AIXM's way: bearings for places on arcs."""
    zones = {zone.zone_id: zone for zone in official().zones}
    made, expected = [], []
    for name, words in _official_words():
        segments = _segments(words)
        if segments:
            made.append(airspace(name, component(*segments, srs=SRS), name=zones[name].name))
            expected.append(zones[name])
    reading = read_aixm(packed(message(*made)))
    assert reading.gaps == ()
    assert len(reading.zones) > 880
    exact = 0
    for zone, other in zip(reading.zones, expected, strict=True):
        part, same = zone.parts[0], other.parts[0]
        if isinstance(part, Circle) and isinstance(same, Circle):
            assert distance_m((part.lat, part.lon), (same.lat, same.lon)) < 0.001
            assert part.radius_m == pytest.approx(same.radius_m)
            exact += 1
            continue
        assert isinstance(same, Polygon)
        origin = same.ring[0]
        read = shapely.union_all(
            [flat(each, origin) for each in zone.parts if isinstance(each, Polygon)]
        )
        assert shapely.covers(read.buffer(1.0), flat(same, origin)), zone.zone_id  # never smaller
        exact += apart_m(as_polygon(part), same, Budget()) < 1.0 and len(zone.parts) == 1
    assert exact > 850  # the others have arcs that may go either way


def _official_words() -> list[tuple[str, str]]:
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(real_file())) as archive:
        data = archive.read(archive.namelist()[0])
    found = []
    for piece in pieces(data, ("Placemark",)):
        assert piece.element is not None
        name = " ".join(text(piece.element, "name").split()[:2])
        found.append((name, words_of(text(piece.element, "description")).outline))
    return found


def _segments(words: str) -> list[str]:
    """The outline as AIXM segments; none of one that needs more than places, arcs and circles."""
    if words.startswith("A circle"):
        number, unit = words.split()[2:4]
        uom = {"NM": "[nmi_i]", "M": "m", "FT": "[ft_i]"}[unit]
        match = _PLACE.search(words)
        assert match is not None
        return [circle(_place(match), float(number), uom)]
    if "latitude" in words or "then along" in words:
        return []
    try:
        return _steps(words)
    except NoWords:
        return []


def _steps(words: str) -> list[str]:
    found = list(_PLACE.finditer(words))
    places = [_place(match) for match in found]
    segments, at = [], 0
    run = [places[0]]
    while at + 1 < len(places):
        end = found[at + 1].start()
        said = _ARC.fullmatch(words[found[at].end() : end].strip(" -"))
        if said is None:
            at += 1
            run.append(places[at])
            continue
        segments.append(points(*run))
        centre = places[at + 1]
        ends = (bearing_deg(centre, places[at]), bearing_deg(centre, places[at + 2]))
        uom = {"NM": "[nmi_i]", "M": "m", "FT": "[ft_i]"}[said[3]]
        segments.append(arc(centre, float(said[2]), *ends, uom))
        at += 2
        run = [places[at]]
    return [*segments, points(*run)]
