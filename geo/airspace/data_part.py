"""Whether the data that a flight is judged against may be relied on, then and there."""

from __future__ import annotations

from datetime import datetime, timedelta

import shapely

from geo.airspace.case import Case, Findings
from geo.airspace.verdict import InformationCode, ReasonCode, Verdict
from geo.zones.check import ZoneIndex
from geo.zones.model import Area, Gap, ZoneDataset
from geo.zones.seen import Ahead
from geo.zones.shapes import box_round, in_united_kingdom

MOST_TOLD = 20  # gaps told one by one; those beyond are counted
FAR_M = 100_000.0  # outside of the kingdom and this far from every zone, nothing is known
_EDGE_M = 10.0  # of a gap's area, whose numbers are rounded


def judge_data(case: Case, found: Findings) -> None:
    """Age, area, gaps, and what was not looked at."""
    index = case.against.index
    if index is None:
        found.against(
            Verdict.UNKNOWN,
            ReasonCode.DATA_STALE,
            "There is no airspace dataset: import one, and nothing is allowed until then.",
        )
    else:
        _judge_age(case, index.dataset, found)
        _judge_area(case, index.dataset, found)
        _judge_place(case, index, found)
    for each in (index, *case.against.more):
        if each is not None:
            _judge_gaps(case, each, found)
    _tell_training(case, found)
    _tell_notams(case, found)


def _judge_age(case: Case, dataset: ZoneDataset, found: Findings) -> None:
    if case.against.as_of is not None:
        found.tell(
            InformationCode.AS_OF_OVERRIDE,
            f"Somebody asserts that {dataset.name} was valid on "
            f"{case.against.as_of:%d %B %Y}: its age is not judged.",
        )
        return
    begins, ends = dataset.effective_from, dataset.effective_until
    if begins is None or ends is None:
        found.against(
            Verdict.UNKNOWN,
            ReasonCode.DATA_STALE,
            f"{dataset.name} does not say from when until when it is valid: import one that does.",
        )
    for what, at in (("now", case.against.now), ("at the start", case.plan.starts)):
        words = _age_words(dataset, what, at)
        if words:
            found.against(Verdict.UNKNOWN, ReasonCode.DATA_STALE, words)
    at_start = _age_words(dataset, "", case.plan.starts)
    if not at_start and case.route.seconds is not None:
        words = _age_words(dataset, "before the flight ends", case.route.ends)
        if words:
            found.against(Verdict.UNKNOWN, ReasonCode.DATA_STALE, words)


def _age_words(dataset: ZoneDataset, what: str, at: datetime | None) -> str:
    """Why it does not hold then; "" if it does. `what`: in words, when that is."""
    begins, ends = dataset.effective_from, dataset.effective_until
    if at is not None and begins is not None and at < begins:
        since = f"is valid only from {begins:%d %B %Y %H:%M} UTC"
        return f"{dataset.name} {since}: {what} it is not yet."
    if at is not None and ends is not None and at >= ends:
        until = f"was valid until {ends:%d %B %Y %H:%M} UTC"
        return f"{dataset.name} {until}: {what} it is out of date."
    return ""


def _judge_area(case: Case, dataset: ZoneDataset, found: Findings) -> None:
    covers = dataset.covers
    if covers is None:
        found.tell(
            InformationCode.NOT_JUDGED,
            f"{dataset.name} does not say what area it covers: whether it has every zone there is "
            "not judged.",
        )
        return
    margin_m = case.route.points[0].position_error_m
    inner = [
        covers.holds(lat, lon)
        for point in case.route.points
        for west, south, east, north in [
            box_round(point.lat, point.lon, point.lat, point.lon, margin_m)
        ]
        for lat, lon in ((south, west), (north, east))
    ]
    if not all(inner):
        found.against(
            Verdict.UNKNOWN,
            ReasonCode.ZONE,
            f"{dataset.name} covers {covers.name} only, and the flight leaves it: zones out there "
            "are not known.",
        )


def _judge_place(case: Case, index: ZoneIndex, found: Findings) -> None:
    """A file that does not say what it covers is taken to cover the kingdom and what is near its
    zones: a plan whose latitude and longitude changed places would be clear of everything."""
    for point in case.route.points:
        lat, lon = point.lat, point.lon
        if in_united_kingdom(lat, lon) or index.candidates(Ahead(lat, lon), FAR_M):
            continue
        swapped = ": latitude and longitude look swapped" if in_united_kingdom(lon, lat) else ""
        found.against(
            Verdict.UNKNOWN,
            ReasonCode.ZONE,
            f"Latitude {lat:.5f}, longitude {lon:.5f} is outside of the United Kingdom, and over "
            f"{FAR_M / 1000:.0f} km from every zone of {index.dataset.name}{swapped}. Zones out "
            "there are not known.",
        )
        return


def _judge_gaps(case: Case, index: ZoneIndex, found: Findings) -> None:
    gaps = index.dataset.gaps
    if not gaps:
        return
    way = _way(case)
    near = [gap for gap in gaps if not gap.areas or any(_reaches(way, a, case) for a in gap.areas)]
    for gap in near[:MOST_TOLD]:
        found.against(Verdict.UNKNOWN, ReasonCode.ZONE, _gap_words(gap))
    if len(near) > MOST_TOLD:
        found.against(
            Verdict.UNKNOWN,
            ReasonCode.ZONE,
            f"{len(near) - MOST_TOLD} more features near the flight could not be read.",
        )
    others = len(gaps) - len(near)
    if others:
        names = ", ".join(gap.feature for gap in gaps if gap not in near[:MOST_TOLD])
        found.tell(
            InformationCode.NOT_READ,
            f"{others} features of {index.dataset.name}, not near this flight, could not be read: "
            f"{names[:500]}.",
        )


def _gap_words(gap: Gap) -> str:
    where = "may lie on this flight" if gap.areas else "may lie anywhere"
    return f"{gap.feature} could not be read ({gap.reason}); it {where}."


def _way(case: Case) -> shapely.Geometry:
    places = [(point.lon, point.lat) for point in case.route.points]
    return shapely.Point(places[0]) if len(places) == 1 else shapely.LineString(places)


def _reaches(way: shapely.Geometry, area: Area, case: Case) -> bool:
    margin_m = case.route.points[0].position_error_m + _EDGE_M
    box = box_round(area.south, area.west, area.north, area.east, margin_m)
    return bool(shapely.box(*box).intersects(way))


def _tell_training(case: Case, found: Findings) -> None:
    for each in (case.against.index, *case.against.more):
        if each is not None and each.dataset.training:
            found.tell(
                InformationCode.TRAINING_DATA,
                f"{each.dataset.name}: training, not for operational use.",
            )
    terrain = case.against.terrain
    if terrain is not None and terrain.training and case.plan.ground_amsl_m is None:
        found.tell(
            InformationCode.TRAINING_DATA, f"{terrain.name}: training, not for operational use."
        )


def _tell_notams(case: Case, found: Findings) -> None:
    read, most = case.against.notams_as_of, case.against.notams_max_age_h
    if read is None:
        words = "No NOTAMs were imported"
    elif case.against.now - read > timedelta(hours=most):
        words = f"NOTAMs were last imported on {read:%d %B %Y %H:%M} UTC, over {most:g} hours ago"
    else:
        return
    found.tell(
        InformationCode.NOTAM_NOT_CHECKED,
        f"{words}: temporary restrictions are not checked.",
    )
