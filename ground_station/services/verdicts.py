"""Whether a flight may be flown, by everything the station knows: zones in use, terrain, the
operator and its permissions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from geo.airspace.plan import FlightPlan, Operator, PathPoint
from geo.airspace.plan import Permission as Held
from geo.airspace.verdict import Against, Judgement, Verdict, judge
from geo.zones import Datum, Kinematics
from ground_station.core.agent_durable import one_line
from ground_station.core.airspace import PermissionRequest
from ground_station.core.authority import Permission, Principal, require
from ground_station.core.clock import Clock
from ground_station.core.errors import InvalidInput, NotFound
from ground_station.core.settings import AirspaceSettings
from ground_station.services.airspace import Airspace
from ground_station.services.airspace_in_use import ZonesInUse
from ground_station.services.papers import NewRequest, Papers
from ground_station.services.permission_letters import Asked, letter

MAX_POINTS = 2000
MOST_REASONS = 4
MAX_AIRCRAFT, MAX_PURPOSE = 300, 1000


@dataclass(frozen=True, slots=True)
class Checked:
    """A judgement, and what it was made of."""

    judgement: Judgement
    zones: ZonesInUse
    operator: Operator


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
        return self._against(self._airspace.in_use)

    def check(self, who: Principal, plan: FlightPlan, *, changes: bool = True) -> Judgement:
        """As `checked`, the judgement only."""
        return self.checked(who, plan, changes=changes).judgement

    def checked(self, who: Principal, plan: FlightPlan, *, changes: bool = True) -> Checked:
        """Judge a flight of the person's own organisation; its operator is filled in, and its
        start is now where it says none.

        Raises:
            NotAllowed; InvalidInput: it has too many points.
        """
        require(who, Permission.SEE_MAP)
        if not 1 <= len(plan.path) <= MAX_POINTS:
            raise InvalidInput(f"A plan has 1 to {MAX_POINTS} points, not {len(plan.path)}.")
        operator = self._papers.operator(who.scope.organisation_id)
        zones = self._airspace.in_use
        flight = replace(plan, operator=operator, starts=plan.starts or self._clock.now())
        try:
            judgement = judge(flight, self._against(zones), changes=changes)
        except (ValueError, OverflowError) as error:
            raise InvalidInput(f"This plan cannot be judged: {error}") from error
        return Checked(judgement, zones, operator)

    def why_refused(
        self, who: Principal, points: Sequence[Kinematics], typed: Mapping[str, str]
    ) -> str:
        """Why a flight that is about to be commanded is refused whatever permission is asked for:
        a prohibited zone, a height, the operator's category or authorisation; "" if it is not.

        Args:
            typed: by zone id, references that the pilot gives for this one flight.
        """
        made = self.ruling(who, points, typed)
        if made.verdict is not Verdict.REFUSED:
            return ""
        return " ".join(one.text for one in made.reasons[:MOST_REASONS])

    def ruling(
        self, who: Principal, points: Sequence[Kinematics], typed: Mapping[str, str]
    ) -> Judgement:
        """The verdict on a flight through these points now, by the operator of the person's own
        organisation; without the nearest legal changes.

        Args:
            typed: as in `why_refused`.
        """
        operator = self._papers.operator(who.scope.organisation_id)
        given = tuple(Held(zone, reference) for zone, reference in typed.items())
        zones = self._airspace.in_use
        plan = FlightPlan(
            path=tuple(PathPoint(one.lat, one.lon, one.alt_amsl_m) for one in points[:MAX_POINTS]),
            height_m=None,
            datum=Datum.AMSL,
            operator=replace(operator, permissions=(*operator.permissions, *given)),
            starts=self._clock.now(),
        )
        return judge(plan, self._against(zones), changes=False)

    def _against(self, zones: ZonesInUse) -> Against:
        return Against(
            index=None if zones.trouble else zones.index,
            terrain=self._airspace.terrain,
            now=self._clock.now(),
            notams_as_of=zones.notams_as_of,
            notams_max_age_h=self._settings.notams_max_age_h,
            more=zones.more,
        )

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
        checked = self.checked(who, plan, changes=False)
        touched = (one.zone for one in checked.judgement.zones)
        zone = next((one for one in touched if one.zone_id == zone_id), None)
        if zone is None:
            raise NotFound(f"This flight does not touch a zone {zone_id}.")
        starts = plan.starts or self._clock.now()
        if not starts < ends <= starts + timedelta(days=366):
            raise InvalidInput("The flight ends after it starts, and within a year.")
        if ends <= self._clock.now():
            raise InvalidInput("This flight is over already.")
        return self._papers.ask(
            who,
            NewRequest(
                zone=zone.zone_id,
                zone_name=zone.name,
                authority=zone.authority,
                contact=zone.contact,
                text=letter(
                    zone,
                    replace(plan, starts=starts),
                    checked.operator,
                    Asked(ends, aircraft, purpose, one_line(who.display_name)),
                ),
                begins=starts,
                ends=ends,
            ),
        )
