"""Whether a flight may be flown, by everything the station knows: zones in use, terrain, the
operator and its permissions."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from geo.airspace.plan import FlightPlan
from geo.airspace.verdict import Against, Judgement, judge
from geo.zones import GeoZone
from geo.zones.model import Datum
from geo.zones.outlines import band_words
from ground_station.core.agent_durable import one_line
from ground_station.core.airspace import PermissionRequest
from ground_station.core.authority import Permission, Principal, require
from ground_station.core.clock import Clock
from ground_station.core.errors import InvalidInput, NotFound
from ground_station.core.settings import AirspaceSettings
from ground_station.services.airspace import Airspace
from ground_station.services.papers import NewRequest, Papers

MAX_POINTS = 2000
MAX_AIRCRAFT, MAX_PURPOSE = 300, 1000
_ABOVE = {
    Datum.AGL: "above the ground",
    Datum.AMSL: "above mean sea level",
    Datum.HAE: "above the WGS 84 ellipsoid",
}


class Verdicts:
    """Thread-safe; waits only for the store's operator and permissions."""

    def __init__(
        self, *, airspace: Airspace, papers: Papers, settings: AirspaceSettings, clock: Clock
    ) -> None:
        self._airspace = airspace
        self._papers = papers
        self._settings = settings
        self._clock = clock

    def against(self) -> Against:
        """What flights are judged against now."""
        zones = self._airspace.in_use
        return Against(
            index=None if zones.trouble else zones.index,
            terrain=self._airspace.terrain,
            now=self._clock.now(),
            notams_as_of=zones.notams_as_of,
            notams_max_age_h=self._settings.notams_max_age_h,
            more=zones.more,
        )

    def check(self, who: Principal, plan: FlightPlan, *, changes: bool = True) -> Judgement:
        """Judge a flight of the person's own organisation; its operator is filled in, and its
        start is now where it says none.

        Raises:
            NotAllowed; InvalidInput: it has too many points.
        """
        require(who, Permission.SEE_MAP)
        if not 1 <= len(plan.path) <= MAX_POINTS:
            raise InvalidInput(f"A plan has 1 to {MAX_POINTS} points, not {len(plan.path)}.")
        operator = self._papers.operator(who.scope.organisation_id)
        starts = plan.starts or self._clock.now()
        try:
            return judge(
                replace(plan, operator=operator, starts=starts), self.against(), changes=changes
            )
        except ValueError as error:
            raise InvalidInput(f"This plan cannot be judged: {error}") from error

    def ask(
        self,
        who: Principal,
        zone_id: str,
        plan: FlightPlan,
        ends: datetime,
        aircraft: str,
        purpose: str,
    ) -> PermissionRequest:
        """Fill in a request to a zone's authority and keep it.

        Raises:
            NotAllowed, InvalidInput; NotFound: the plan does not touch this zone.
        """
        aircraft, purpose = one_line(aircraft).strip(), one_line(purpose).strip()
        if not aircraft or len(aircraft) > MAX_AIRCRAFT:
            raise InvalidInput(f"Say which aircraft, in at most {MAX_AIRCRAFT} characters.")
        if not purpose or len(purpose) > MAX_PURPOSE:
            raise InvalidInput(f"Say what for, in at most {MAX_PURPOSE} characters.")
        judgement = self.check(who, plan, changes=False)
        zone = next((one.zone for one in judgement.zones if one.zone.zone_id == zone_id), None)
        if zone is None:
            raise NotFound(f"This flight does not touch a zone {zone_id}.")
        starts = plan.starts or self._clock.now()
        if not starts < ends <= starts + timedelta(days=366):
            raise InvalidInput("The flight ends after it starts, and within a year.")
        return self._papers.ask(
            who,
            NewRequest(
                zone=zone.zone_id,
                zone_name=zone.name,
                authority=zone.authority,
                contact=zone.contact,
                text=self._text(who, zone, replace(plan, starts=starts), ends, aircraft, purpose),
                begins=starts,
                ends=ends,
            ),
        )

    def _text(
        self,
        who: Principal,
        zone: GeoZone,
        plan: FlightPlan,
        ends: datetime,
        aircraft: str,
        purpose: str,
    ) -> str:
        operator = self._papers.operator(who.scope.organisation_id)
        papers = [
            f"Operator: {operator.name or '(to be filled in)'}",
            f"Operator ID: {operator.operator_id or '(to be filled in)'}",
            f"Flyer ID: {operator.flyer_id or '(to be filled in)'}",
            f"Flown under: {operator.category.value if operator.category else '(to be filled in)'}",
        ]
        if operator.authorisation is not None:
            papers.append(f"Operational authorisation: {operator.authorisation.reference}")
        places = [f"  {one.lat:.6f}, {one.lon:.6f}" for one in plan.path[:40]]
        if len(plan.path) > len(places):
            places.append(f"  and {len(plan.path) - len(places)} more points, on request")
        heights = [one.height_m for one in plan.path if one.height_m is not None]
        if plan.height_m is not None:
            heights.append(plan.height_m)
        top = (
            f"{max(heights):.0f} m {_ABOVE.get(plan.datum, '(datum not said)')}" if heights else "?"
        )
        name = f"{zone.designator or zone.zone_id} {zone.name}"
        assert plan.starts is not None
        return "\n".join(
            [
                f"To: {zone.authority}",
                f"Contact: {zone.contact}",
                f"Subject: request to fly an unmanned aircraft in {name}",
                "",
                f"Zone: {name}, {band_words(zone)}",
                f"Law: {zone.law}",
                "",
                *papers,
                f"Aircraft: {aircraft}",
                f"Purpose: {purpose}",
                "",
                f"From: {plan.starts:%d %B %Y %H:%M} UTC",
                f"Until: {ends:%d %B %Y %H:%M} UTC",
                f"Greatest height: {top}",
                "Way (latitude, longitude, WGS 84):",
                *places,
                "",
                "Please answer with a reference, the times it holds for and any conditions.",
            ]
        )
