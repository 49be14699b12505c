"""The text of a request to a zone's authority, filled in from the plan and the operator's papers.

What nobody has entered stands there as "(to be filled in)": nothing is made up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from geo.airspace.plan import Category, FlightPlan, Operator
from geo.zones import GeoZone
from geo.zones.model import Datum
from geo.zones.outlines import band_words
from ground_station.core.agent_durable import one_line

MOST_PLACES = 40
MOST_WORDS = 600  # of one thing that a dataset says
BLANK = "(to be filled in)"
_ABOVE = {
    Datum.AGL: "above the ground",
    Datum.AMSL: "above mean sea level",
    Datum.HAE: "above the WGS 84 ellipsoid",
}
_CATEGORIES = {
    Category.OPEN_A1: "Open category, over people (A1)",
    Category.OPEN_A2: "Open category, near people (A2)",
    Category.OPEN_A3: "Open category, far from people (A3)",
    Category.PDRA01: "Specific category, UK PDRA01",
    Category.AUTHORISATION: "Specific category, operational authorisation",
    Category.OUTSIDE: "Police, outside of Regulation (EU) 2019/947",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person adds to a plan: the flight's end (its start is the plan's), which aircraft,
    what for, and who asks."""

    ends: datetime
    aircraft: str
    purpose: str
    by: str


def letter(zone: GeoZone, plan: FlightPlan, operator: Operator, asked: Asked) -> str:
    """The whole text. `plan.starts` is said."""
    assert plan.starts is not None
    name = f"{zone.designator or zone.zone_id} {_words(zone.name)}"
    return "\n".join(
        [
            f"To: {_words(zone.authority) or '(the dataset names no authority)'}",
            f"Contact: {_words(zone.contact) or '(the dataset names no contact)'}",
            f"Subject: request to fly an unmanned aircraft in {name}",
            "",
            f"Zone: {name}, {band_words(zone)}",
            *([f"Law: {_words(zone.law)}"] if zone.law else []),
            "",
            *_papers(operator),
            f"Aircraft: {asked.aircraft}{_aircraft(operator)}",
            f"Purpose: {asked.purpose}",
            f"Asked by: {asked.by}",
            "",
            f"From: {plan.starts:%d %B %Y %H:%M} UTC",
            f"Until: {asked.ends:%d %B %Y %H:%M} UTC",
            f"Height: {_heights(plan)}",
            f"Beyond visual line of sight: {_BVLOS[plan.bvlos]}",
            *_way(plan),
            "",
            "Please answer with a reference, the times it holds for and any conditions.",
        ]
    )


_BVLOS = {True: "yes", False: "no", None: BLANK}


def _papers(operator: Operator) -> list[str]:
    category = operator.category
    lines = [
        f"Operator: {operator.name or BLANK}",
        f"Operator ID: {operator.operator_id or BLANK}",
        f"Flyer ID: {operator.flyer_id or BLANK}",
        f"Flown under: {BLANK if category is None else _CATEGORIES[category]}",
    ]
    if operator.authorisation is not None:
        lines.append(f"Operational authorisation: {operator.authorisation.reference}")
    if operator.force_policy is not None:
        lines.append(f"Force policy: {operator.force_policy.reference}")
    return lines


def _aircraft(operator: Operator) -> str:
    mark = f", class {operator.class_mark}" if operator.class_mark else ""
    return mark + ("" if operator.mass_kg is None else f", {operator.mass_kg:g} kg")


def _heights(plan: FlightPlan) -> str:
    heights = [plan.height_m if one.height_m is None else one.height_m for one in plan.path]
    known = [height for height in heights if height is not None]
    if len(known) < len(heights):
        return BLANK
    above = _ABOVE.get(plan.datum, "above what is not known")
    low, high = min(known), max(known)
    return f"up to {high:.0f} m {above}" + ("" if low == high else f" (lowest {low:.0f} m)")


def _way(plan: FlightPlan) -> list[str]:
    first = "Place" if len(plan.path) == 1 else f"Way of {len(plan.path)} points"
    lines = [f"{first} (latitude, longitude, WGS 84):"]
    lines += [f"  {one.lat:.6f}, {one.lon:.6f}" for one in plan.path[:MOST_PLACES]]
    if len(plan.path) > MOST_PLACES:
        lines.append(f"  and {len(plan.path) - MOST_PLACES} more points, on request")
    return lines


def _words(text: str) -> str:
    """Of a dataset, on one line and not without end."""
    line = one_line(text).strip()
    return line if len(line) <= MOST_WORDS else f"{line[: MOST_WORDS - 1]}…"
