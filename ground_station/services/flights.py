"""Flight commands: who may give them, whether they can be done, and what came of them.

Hold, return and land are sent at once and written down right after, whatever else is wrong. Every
other command needs the pilot's control of the vehicle, is checked against zones and limits, and is
on the disk before it is sent.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from geo.zones import Kinematics
from ground_station.core.agent_actions import (
    NOT_MOVING,
    URGENT,
    Action,
    Arm,
    ChangeHeight,
    GoTo,
    Orbit,
    ResumeMission,
    SkipTo,
    StartMission,
    TakeOff,
    UploadMission,
    mission_digest,
)
from ground_station.core.agent_vehicles import Supersede
from ground_station.core.audit import AuditLog
from ground_station.core.authority import Permission, Principal, require
from ground_station.core.clock import Clock
from ground_station.core.entities import Vehicle
from ground_station.core.errors import Conflict, KestrelError, Unprocessable
from ground_station.core.fleet import AirspaceFinding, AirspaceState, VehicleStatus, WayCheck
from ground_station.core.ids import new_id
from ground_station.core.ports import AgentChannel
from ground_station.services.control import Controls
from ground_station.services.flight_aids import NO_AIDS, AirspaceAids, BeforeTakeOff
from ground_station.services.flight_checks import FlightChecks, MissionFrom, Moving
from ground_station.services.flight_known import KnownUploads, Uploaded
from ground_station.services.flight_records import Flight, commanded
from ground_station.services.flight_rules import check_permissions
from ground_station.services.flight_sending import (
    TIMEOUT_S,
    TIMEOUTS_S,
    URGENT_TIMEOUT_S,
    CommandDone,
    FlightSender,
)
from ground_station.services.flight_turns import Turns
from ground_station.services.flight_ways import distance_m, height_agl_m, why_too_far
from ground_station.services.late_records import LateRecords
from ground_station.services.vehicle_state import airborne

log = logging.getLogger(__name__)

__all__ = ["TIMEOUTS_S", "TIMEOUT_S", "URGENT_TIMEOUT_S", "CommandDone", "Flights", "GoToFinding"]

TOO_FAR: Final = AirspaceFinding(AirspaceState.UNKNOWN, problem="It is too far away to be checked.")
MISSION_NOT_KNOWN: Final = AirspaceFinding(
    AirspaceState.UNKNOWN,
    problem="The station does not know the mission that it holds. Upload it again.",
)
_OfMission = StartMission | ResumeMission | SkipTo
_StartsAWay = GoTo | TakeOff | Orbit | ChangeHeight | _OfMission


@dataclass(frozen=True, slots=True)
class GoToFinding:
    """What a flight to a place would be.

    Attributes:
        seconds: at the given speed; None without one.
        height_agl_m: at the end. finding: each of its breaches needs a permission.
        why_not: why the station would not send it; "" where it would (given the permissions).
    """

    distance_m: float
    seconds: float | None
    alt_amsl_m: float
    height_agl_m: float | None
    finding: AirspaceFinding
    why_not: str


class Flights:
    """Thread-safe. A command waits for the agent's answer on its caller's thread.

    Args:
        channel: the way to a connected agent.
        late: takes the records of what was sent first, and of every answer.
        airspace_aids: permissions on record, the verdict, and who follows what was approved.

    Attributes:
        sender: tells of every command that goes out and of what came of it.
    """

    def __init__(
        self,
        *,
        controls: Controls,
        channel: Callable[[str], AgentChannel | None],
        airspace: WayCheck,
        audit: AuditLog,
        late: LateRecords,
        clock: Clock,
        airspace_aids: AirspaceAids = NO_AIDS,
    ) -> None:
        self._refuses = airspace_aids.refuses
        self._held = airspace_aids.held
        self._approved = airspace_aids.approved
        self._before_take_off: BeforeTakeOff | None = None
        self._controls = controls
        self._channel = channel
        self._airspace = airspace
        self._checks = FlightChecks(
            controls=controls,
            airspace=airspace,
            clock=clock,
            return_height_m=airspace_aids.return_height_m,
        )
        self._audit = audit
        self._late = late
        self._clock = clock
        self._turns = Turns()
        self._known = KnownUploads()
        self.sender = FlightSender(
            controls=controls, channel=channel, turns=self._turns, late=late, clock=clock
        )
        controls.on_change(self._changed_hands)

    def attach_preflight(self, before: BeforeTakeOff) -> None:
        """Nothing takes off here unless this lets it; before the first command, once."""
        self._before_take_off = before

    # --- what it holds ---------------------------------------------------------------------------

    def uploaded(self, vehicle_id: str) -> Uploaded:
        """What went through here to it last."""
        return self._known.of(vehicle_id)

    def held_mission(self, status: VehicleStatus) -> UploadMission | None:
        """The mission that it holds, if it is known to be the one that went through here."""
        return self._known.held_mission(status)[0]

    def way_of(self, status: VehicleStatus, mission: UploadMission) -> list[Kinematics]:
        """The way that a mission would fly from where the vehicle is; Conflict where that, or its
        home, is not known."""
        return self._checks.points(status, mission)

    # --- commanding ------------------------------------------------------------------------------

    def fly(
        self,
        who: Principal,
        vehicle_id: str,
        action: Action,
        permissions: Mapping[str, str] = MappingProxyType({}),
    ) -> CommandDone:
        """Have a vehicle do this; returns once its autopilot has acknowledged.

        Args:
            permissions: by zone id, the reference of the permission that the pilot holds.

        Raises:
            NotAllowed, NotFound: not theirs to command.
            Conflict: somebody else has control, it cannot be done in this state, or another
                command is under way. ZonePermissionNeeded: see there.
            Unprocessable: too far or too high; or the autopilot refused, in its own words.
            TimedOut: no answer came; it may have been carried out all the same.
            Unavailable: the link is lost, or it cannot be recorded: it was not sent.
        """
        if isinstance(action, URGENT):
            return self._fly_urgent(who, vehicle_id, action)
        require(who, Permission.FLY)
        status = self._controls.reach(who, vehicle_id)
        flight = Flight(who, status, action, new_id())
        with self.sender.alone(flight):
            turn = self._turns.of(vehicle_id)
            action, given = self._checked(who, status, action, permissions)
            self._check_take_off(who, status, action)
            flight = replace(flight, action=action, permissions=given)
            self._audit.append(commanded(flight, given))
            self._known.sending(vehicle_id, action)
            way = self._way(status, action)
            done = self.sender.send(flight, turn)
            self._known.took(vehicle_id, action, given)
            self._took_off(status, action)
            if self._approved is not None and isinstance(action, _StartsAWay):
                self._approved.approve(vehicle_id, way)
            return done

    def check_go_to(
        self,
        who: Principal,
        vehicle_id: str,
        lat: float,
        lon: float,
        alt_amsl_m: float | None,
        speed_mps: float | None = None,
    ) -> GoToFinding:
        """What a flight there would be; nothing is sent or recorded.

        Args:
            alt_amsl_m: None = at its present height.

        Raises:
            NotAllowed, NotFound: as `fly`.
            Conflict: where it is is not known.
        """
        require(who, Permission.FLY)
        status = self._controls.reach(who, vehicle_id)
        position = self._checks.position(status)
        alt = position.alt_amsl_m if alt_amsl_m is None else alt_amsl_m
        action = GoTo(lat, lon, alt, speed_mps)
        why_not = ""
        try:
            self._checks.check_may(who, status, action)
        except KestrelError as error:
            why_not = str(error)
        away_m = distance_m(position.lat, position.lon, lat, lon)
        far = bool(why_too_far(position, [(lat, lon)]))
        return GoToFinding(
            distance_m=away_m,
            seconds=away_m / speed_mps if speed_mps else None,
            alt_amsl_m=alt,
            height_agl_m=height_agl_m(lat, lon, alt, self._airspace.terrain),
            finding=TOO_FAR if far else self._checks.way(status, action),
            why_not=why_not,
        )

    # --- urgent ----------------------------------------------------------------------------------

    def _fly_urgent(self, who: Principal, vehicle_id: str, action: Action) -> CommandDone:
        require(who, Permission.STOP_FLIGHT)
        status = self._controls.reach(who, vehicle_id)
        turn = self._turns.next(vehicle_id)
        flight = Flight(who, status, action, new_id())
        if self._approved is not None:
            self._approved.forget(vehicle_id)  # where it goes now is the autopilot's affair
        # With it, not before it: the records' own thread waits for the disk, the vehicle does not.
        self._late.put(commanded(flight, {}))
        return self.sender.send_at_once(flight, turn)

    # --- before it is sent -----------------------------------------------------------------------

    def _checked(
        self, who: Principal, status: VehicleStatus, action: Action, given: Mapping[str, str]
    ) -> tuple[Action, dict[str, str]]:
        """What is sent, and the permissions it needs and has, once nothing speaks against it."""
        self._checks.check_may(who, status, action)
        if isinstance(action, NOT_MOVING):
            return action, {}
        if isinstance(action, _OfMission):
            return self._checked_mission(who, status, action, given)
        finding = self._checks.way(status, action)
        needed = check_permissions(finding, {**self._held_for(who, finding), **given})
        if isinstance(action, Moving):
            self._check_refusal(who, status, action, needed)
        return action, needed

    def _checked_mission(
        self, who: Principal, status: VehicleStatus, action: _OfMission, given: Mapping[str, str]
    ) -> tuple[Action, dict[str, str]]:
        """Of what is left of the mission that it holds, from where it is now."""
        flown, at_upload = self._flown(status, action)
        if flown is None:
            unknown = _with_digest(action, "")
            return unknown, check_permissions(MISSION_NOT_KNOWN, given)
        self._checks.check_where(who, status, flown)
        finding = self._checks.way(status, flown)
        held = self._held_for(who, finding)
        needed = check_permissions(finding, {**held, **at_upload, **given})
        self._check_refusal(who, status, flown, needed)
        mission = flown.mission if isinstance(flown, MissionFrom) else flown
        return _with_digest(action, mission_digest(mission)), needed

    def _flown(
        self, status: VehicleStatus, action: _OfMission
    ) -> tuple[UploadMission | MissionFrom | None, dict[str, str]]:
        """What of the mission it would fly, and the permissions of its upload; None: not known."""
        mission, permissions = self._known.held_mission(status)
        if mission is None or isinstance(action, StartMission):
            return mission, permissions
        if isinstance(action, SkipTo):
            if action.item > len(mission.items):
                raise Conflict(
                    f"{status.vehicle.name}: Its mission has {len(mission.items)} items."
                )
            return MissionFrom(mission, action.item), permissions
        report = status.report
        reached = 0 if report is None or report.mission is None else report.mission.current
        # Where it is not known how far it came, all of it counts.
        return MissionFrom(mission, min(max(reached, 1), len(mission.items))), permissions

    def _check_refusal(
        self, who: Principal, status: VehicleStatus, action: Moving, given: Mapping[str, str]
    ) -> None:
        """Unprocessable where the verdict refuses the flight whatever permission is given."""
        if self._refuses is None or (isinstance(action, UploadMission) and not action.items):
            return
        points = self._checks.points(status, action)
        why = self._refuses(who, points, given) if points else ""
        if why:
            raise Unprocessable(f"{status.vehicle.name}: this flight is refused. {why}")

    def _check_take_off(self, who: Principal, status: VehicleStatus, action: Action) -> None:
        """Conflict where the preflight does not let it leave the ground."""
        if self._before_take_off is None or not _leaves_the_ground(status, action):
            return
        digest = action.digest if isinstance(action, StartMission) else None
        why = self._before_take_off.why_not(who, status, digest)
        if why:
            raise Conflict(
                f"{status.vehicle.name} does not take off: {why}",
                "Make its preflight and sign it.",
            )

    def _took_off(self, status: VehicleStatus, action: Action) -> None:
        """It is under way by now: what cannot be written down of it is not its failure."""
        if self._before_take_off is None or isinstance(action, Arm):
            return
        if not _leaves_the_ground(status, action):
            return
        try:
            self._before_take_off.used(status.vehicle.vehicle_id)
        except KestrelError as error:
            log.error(
                "preflight_not_marked_as_used vehicle=%s reason=%s",
                status.vehicle.vehicle_id,
                error,
            )

    def _held_for(self, who: Principal, finding: AirspaceFinding) -> dict[str, str]:
        """By zone id, the recorded permission of the pilot's organisation that holds now."""
        if self._held is None or not finding.breaches:
            return {}
        own, now = who.scope.organisation_id, self._clock.now()
        self._held.know(own)
        found = {
            one.zone.zone_id: self._held.reference(own, one.zone, now) for one in finding.breaches
        }
        return {zone_id: reference for zone_id, reference in found.items() if reference}

    def _way(self, status: VehicleStatus, action: Action) -> list[Kinematics]:
        """The way that a command starts; [] for one that starts none, or a mission not known."""
        flown = self._flown(status, action)[0] if isinstance(action, _OfMission) else action
        if not isinstance(flown, Moving):
            return []
        try:
            return self._checks.points(status, flown)
        except KestrelError:  # its position is not known: no volume is approved
            return []

    def _changed_hands(self, vehicle: Vehicle) -> None:
        """What the one before had under way, here or at the agent, moves it no more."""
        turn = self._turns.next(vehicle.vehicle_id)
        channel = None if vehicle.agent_id is None else self._channel(vehicle.agent_id)
        if channel is not None and vehicle.system_id is not None:
            channel.notify(Supersede(vehicle.system_id, turn))


def _leaves_the_ground(status: VehicleStatus, action: Action) -> bool:
    """Whether it may be what takes the vehicle off; what is not known to fly may."""
    if isinstance(action, Arm | TakeOff):
        return True
    return isinstance(action, StartMission) and airborne(status.report) is not True


def _with_digest(action: _OfMission, digest: str) -> Action:
    """The same, of the mission with this digest; "": of whatever it holds."""
    if isinstance(action, SkipTo):
        return SkipTo(action.item, digest)
    return StartMission(digest) if isinstance(action, StartMission) else ResumeMission(digest)
