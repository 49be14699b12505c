"""AIXM 5.1 messages of facts that the tests choose, in the shape that NATS publishes."""

from __future__ import annotations

import hashlib
import io
import zipfile
from xml.sax.saxutils import escape

Place = tuple[float, float]
SRS = "urn:ogc:def:crs:EPSG::4326"
_NAMESPACES = (
    'xmlns:message="http://www.aixm.aero/schema/5.1/message" '
    'xmlns:aixm="http://www.aixm.aero/schema/5.1" xmlns:gml="http://www.opengis.net/gml/3.2" '
    'xmlns:xlink="http://www.w3.org/1999/xlink"'
)


def message(*airspaces: str) -> bytes:
    members = "\n".join(f"<message:hasMember>{each}</message:hasMember>" for each in airspaces)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<message:AIXMBasicMessage {_NAMESPACES} gml:id="M1">\n{members}\n'
        "</message:AIXMBasicMessage>\n"
    ).encode()


def airspace(
    designator: str,
    *components: str,
    name: str = "SOMEWHERE",
    its_type: str = "R",
    local: str = "",
    note: str = "",
    interpretation: str = "SNAPSHOT",
    valid: str = "",
    more: str = "",
) -> str:
    """An airspace with one time slice."""
    return feature(
        timeslice(
            designator,
            *components,
            name=name,
            its_type=its_type,
            local=local,
            note=note,
            interpretation=interpretation,
            valid=valid,
            more=more,
        )
    )


def feature(*slices: str) -> str:
    inside = "".join(f"<aixm:timeSlice>{each}</aixm:timeSlice>" for each in slices)
    return (
        '<aixm:Airspace gml:id="A"><gml:identifier codeSpace="urn:uuid:">'
        f"00000000-0000-0000-0000-000000000001</gml:identifier>{inside}</aixm:Airspace>"
    )


def timeslice(
    designator: str,
    *components: str,
    name: str = "SOMEWHERE",
    its_type: str = "R",
    local: str = "",
    note: str = "",
    interpretation: str = "SNAPSHOT",
    valid: str = "",
    more: str = "",
) -> str:
    valid = valid or (
        "<gml:TimeInstant><gml:timePosition>2026-05-14T00:00:00Z</gml:timePosition>"
        "</gml:TimeInstant>"
    )
    local_type = f"<aixm:localType>{local}</aixm:localType>" if local else ""
    notes = (
        "<aixm:annotation><aixm:Note><aixm:translatedNote><aixm:LinguisticNote>"
        f"<aixm:note>{escape(note)}</aixm:note></aixm:LinguisticNote></aixm:translatedNote>"
        "</aixm:Note></aixm:annotation>"
    )
    return (
        f"<aixm:AirspaceTimeSlice><gml:validTime>{valid}</gml:validTime>"
        f"<aixm:interpretation>{interpretation}</aixm:interpretation>"
        f"<aixm:type>{its_type}</aixm:type><aixm:designator>{designator}</aixm:designator>"
        f"{local_type}<aixm:name>{escape(name)}</aixm:name>{''.join(components)}{more}"
        f"{notes if note else ''}</aixm:AirspaceTimeSlice>"
    )


def period(begins: str, ends: str = "") -> str:
    end = ends or '<gml:endPosition indeterminatePosition="unknown"/>'
    if ends:
        end = f"<gml:endPosition>{ends}</gml:endPosition>"
    return f"<gml:TimePeriod><gml:beginPosition>{begins}</gml:beginPosition>{end}</gml:TimePeriod>"


def component(
    *segments: str,
    upper: str = "2000",
    upper_uom: str = "FT",
    upper_from: str = "SFC",
    lower: str = "0",
    lower_from: str = "SFC",
    operation: str = "BASE",
    sequence: int = 1,
    srs: str = SRS,
    surface: str = "",
) -> str:
    """A geometry component: one volume, its ring of segments or its whole `surface`."""
    surface = surface or surface_of(ring(*segments), srs=srs)
    return (
        "<aixm:geometryComponent><aixm:AirspaceGeometryComponent>"
        f"<aixm:operation>{operation}</aixm:operation>"
        f"<aixm:operationSequence>{sequence}</aixm:operationSequence>"
        "<aixm:theAirspaceVolume><aixm:AirspaceVolume>"
        f'<aixm:upperLimit uom="{upper_uom}">{upper}</aixm:upperLimit>'
        f"<aixm:upperLimitReference>{upper_from}</aixm:upperLimitReference>"
        f'<aixm:lowerLimit uom="FT">{lower}</aixm:lowerLimit>'
        f"<aixm:lowerLimitReference>{lower_from}</aixm:lowerLimitReference>"
        f"<aixm:horizontalProjection>{surface}</aixm:horizontalProjection>"
        "</aixm:AirspaceVolume></aixm:theAirspaceVolume></aixm:AirspaceGeometryComponent>"
        "</aixm:geometryComponent>"
    )


def surface_of(exterior: str, *interiors: str, srs: str = SRS) -> str:
    named = f' srsName="{srs}"' if srs else ""
    inner = "".join(f"<gml:interior>{each}</gml:interior>" for each in interiors)
    return (
        f"<aixm:Surface{named}><gml:patches><gml:PolygonPatch>"
        f"<gml:exterior>{exterior}</gml:exterior>{inner}"
        "</gml:PolygonPatch></gml:patches></aixm:Surface>"
    )


def ring(*segments: str) -> str:
    return (
        "<gml:Ring><gml:curveMember><gml:Curve><gml:segments>"
        f"{''.join(segments)}</gml:segments></gml:Curve></gml:curveMember></gml:Ring>"
    )


def points(*places: Place) -> str:
    """A geodesic string of points, as NATS writes it."""
    inside = "".join(
        f"<gml:pointProperty><aixm:Point><gml:pos>{lat} {lon}</gml:pos></aixm:Point>"
        "</gml:pointProperty>"
        for lat, lon in places
    )
    return f"<gml:GeodesicString>{inside}</gml:GeodesicString>"


def pos_list(*places: Place, kind: str = "GeodesicString") -> str:
    inside = " ".join(f"{a} {b}" for a, b in places)
    return f"<gml:{kind}><gml:posList>{inside}</gml:posList></gml:{kind}>"


def circle(centre: Place, radius: float, uom: str = "[nmi_i]") -> str:
    return (
        f'<gml:CircleByCenterPoint numArc="1">{_centre(centre)}'
        f'<gml:radius uom="{uom}">{radius}</gml:radius></gml:CircleByCenterPoint>'
    )


def arc(centre: Place, radius: float, first: float, last: float, uom: str = "[nmi_i]") -> str:
    return (
        f'<gml:ArcByCenterPoint numArc="1">{_centre(centre)}'
        f'<gml:radius uom="{uom}">{radius}</gml:radius><gml:startAngle uom="deg">{first}'
        f'</gml:startAngle><gml:endAngle uom="deg">{last}</gml:endAngle></gml:ArcByCenterPoint>'
    )


def _centre(centre: Place) -> str:
    return (
        f"<gml:pointProperty><aixm:Point><gml:pos>{centre[0]} {centre[1]}</gml:pos></aixm:Point>"
        "</gml:pointProperty>"
    )


def timesheet(day: str = "ANY", begins: str = "07:00", ends: str = "23:00", more: str = "") -> str:
    return (
        "<aixm:timeInterval><aixm:Timesheet><aixm:timeReference>UTC</aixm:timeReference>"
        f"<aixm:startDate>01-01</aixm:startDate><aixm:endDate>31-12</aixm:endDate>"
        f"<aixm:day>{day}</aixm:day><aixm:startTime>{begins}</aixm:startTime>"
        f"<aixm:endTime>{ends}</aixm:endTime>{more}</aixm:Timesheet></aixm:timeInterval>"
    )


def activation(*sheets: str, status: str = "ACTIVE") -> str:
    return (
        f"<aixm:activation><aixm:AirspaceActivation>{''.join(sheets)}"
        f"<aixm:status>{status}</aixm:status></aixm:AirspaceActivation></aixm:activation>"
    )


def packed(
    data: bytes, *, name: str = "EG_UAS_FR_DS_AREA1_FULL_20260514", digest: str = ""
) -> bytes:
    """A ZIP with the message and its SHA-256, as NATS publishes it."""
    digest = digest or hashlib.sha256(data).hexdigest()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{name}.xml", data)
        archive.writestr(f"{name}.sha256", f"{digest} *{name}.xml")
    return made.getvalue()
