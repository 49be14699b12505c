"""Flight commands: who may give them, whether they can be done, and what came of them.

Hold, return and land are sent at once and written down right after, whatever else is wrong. Every
other command needs the pilot's control of the vehicle, is checked against zones and limits, and is
on the disk before it is sent.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from geo.zones import Kinematics
from ground_station.core.agent_actions import (
    URGENT,
    Action,
    GoTo,
    StartMission,
    TakeOff,
    UploadGeofence,
    UploadMission,
    mission_digest,
)
from ground_station.core.agent_vehicles import AgentInstant, Flown, Fly, Supersede, Turn
from ground_station.core.audit import AuditLog
from ground_station.core.authority import Permission, Principal, require
from ground_station.core.clock import Clock
from ground_station.core.entities import Vehicle
from ground_station.core.errors import (
    Conflict,
    KestrelError,
    TimedOut,
    Unavailable,
    Unprocessable,
)
from ground_station.core.fleet import AirspaceFinding, AirspaceState, VehicleStatus, WayCheck
from ground_station.core.ids import new_id
from ground_station.core.ports import AgentChannel
from ground_station.services.control import Controls
from ground_station.services.flight_aids import NO_AIDS, AirspaceAids
from ground_station.services.flight_checks import NO_WAY, FlightChecks
from ground_station.services.flight_records import Flight, answered, commanded
from ground_station.services.flight_rules import check_permissions
from ground_station.services.flight_ways import distance_m, height_agl_m, why_too_far
from ground_station.services.late_records import LateRecords

log = logging.getLogger(__name__)

URGENT_TIMEOUT_S: Final = 3.0
TIMEOUT_S: Final = 6.0
TIMEOUTS_S: Final[Mapping[type[Action], float]] = MappingProxyType(
    {
        TakeOff: 12.0,  # it arms first
        StartMission: 30.0,  # what it holds is read once more, and a mission may be long
        UploadMission: 30.0,
        UploadGeofence: 30.0,
    }
)
# A command is begun this long before the answer is given up, or never: so much an agent takes for
# handing one step over, MAVSDK's repeats and all.
BEGUN_BEFORE_S: Final = 2.0
MAY_HAVE = (
    "It may have been carried out all the same: look at what it does before you give it again."
)
TOO_FAR = AirspaceFinding(AirspaceState.UNKNOWN, problem="It is too far away to be checked.")
MISSION_NOT_KNOWN = AirspaceFinding(
    AirspaceState.UNKNOWN,
    problem="The station does not know the mission that it holds. Upload it again.",
)


@dataclass(frozen=True, slots=True)
class CommandDone:
    """The autopilot acknowledged. `note`: what it or its agent had to say."""

    command_id: str
    note: str
    took_ms: int


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
        self._controls = controls
        self._channel = channel
        self._airspace = airspace
        self._checks = FlightChecks(controls=controls, airspace=airspace, clock=clock)
        self._audit = audit
        self._late = late
        self._clock = clock
        self._lock = threading.Lock()
        self._busy: dict[str, str] = {}  # vehicle id → the command under way
        self._start_id = new_id()
        # Each time that a vehicle is told to stop or changes hands it gets the next number. An
        # agent carries out nothing of a lower one than it has seen: whatever is between two checks
        # here, or on its way. One count for all: a vehicle that is registered anew, with an agent
        # that remembers it, begins above what it had before.
        self._last_turn = 0
        self._turns: dict[str, int] = {}  # by vehicle id
        self._missions: dict[str, tuple[UploadMission, dict[str, str]]] = {}
        controls.on_change(self._changed_hands)

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
        with self._alone(flight):
            turn = self._turn(vehicle_id)
            action, given = self._checked(who, status, action, permissions)
            flight = replace(flight, action=action)
            self._audit.append(commanded(flight, given))
            if isinstance(action, UploadMission):
                self._missions.pop(vehicle_id, None)  # which it holds is not known until it answers
            way = self._way(status, action)
            done = self._answered(flight, lambda: self._send(flight, turn))
            if isinstance(action, UploadMission):
                self._missions[vehicle_id] = (action, given)
            elif self._approved is not None and isinstance(action, GoTo | TakeOff | StartMission):
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
        turn = self._next_turn(vehicle_id)
        flight = Flight(who, status, action, new_id())
        if self._approved is not None:
            self._approved.forget(vehicle_id)  # where it goes now is the autopilot's affair
        # With it, not before it: the records' own thread waits for the disk, the vehicle does not.
        self._late.put(commanded(flight, {}))
        return self._answered(flight, lambda: self._call(flight, turn, None, URGENT_TIMEOUT_S))

    # --- before it is sent -----------------------------------------------------------------------

    def _checked(
        self, who: Principal, status: VehicleStatus, action: Action, given: Mapping[str, str]
    ) -> tuple[Action, dict[str, str]]:
        """What is sent, and the permissions it needs and has, once nothing speaks against it."""
        self._checks.check_may(who, status, action)
        if isinstance(action, StartMission):
            mission, at_upload = self._held_mission(status)
            if mission is None:
                return StartMission(), check_permissions(MISSION_NOT_KNOWN, given)
            self._checks.check_where(who, status, mission)
            finding = self._checks.way(status, mission)
            held = self._held_for(who, finding)
            needed = check_permissions(finding, {**held, **at_upload, **given})
            self._check_refusal(who, status, mission, needed)
            return StartMission(mission_digest(mission)), needed
        finding = self._checks.way(status, action)
        needed = check_permissions(finding, {**self._held_for(who, finding), **given})
        self._check_refusal(who, status, action, needed)
        return action, needed

    def _check_refusal(
        self, who: Principal, status: VehicleStatus, action: Action, given: Mapping[str, str]
    ) -> None:
        """Unprocessable where the verdict refuses the flight whatever permission is given."""
        if self._refuses is None or not isinstance(action, GoTo | TakeOff | UploadMission):
            return
        points = self._checks.points(status, action)
        why = self._refuses(who, points, given) if points else ""
        if why:
            raise Unprocessable(f"{status.vehicle.name}: this flight is refused. {why}")

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
        flown = self._held_mission(status)[0] if isinstance(action, StartMission) else action
        if not isinstance(flown, GoTo | TakeOff | UploadMission):
            return []
        try:
            return self._checks.points(status, flown)
        except KestrelError:  # its position is not known: no volume is approved
            return []

    def _held_mission(self, status: VehicleStatus) -> tuple[UploadMission | None, dict[str, str]]:
        """The mission that the vehicle holds, if it is the one that went through here, as its agent
        read it back."""
        kept = self._missions.get(status.vehicle.vehicle_id)
        held = None if status.report is None else status.report.mission
        if kept is None or held is None:
            return None, {}
        mission, permissions = kept
        digest = mission_digest(mission)
        return (mission, permissions) if digest and held.digest == digest else (None, {})

    # --- sending ---------------------------------------------------------------------------------

    @contextmanager
    def _alone(self, flight: Flight) -> Iterator[None]:
        """One command a vehicle at a time, hold, return and land apart."""
        vehicle = flight.status.vehicle
        vehicle_id = vehicle.vehicle_id
        with self._lock:
            under_way = self._busy.get(vehicle_id)
            if under_way is None:
                self._busy[vehicle_id] = flight.word.replace("_", " ")
        if under_way is not None:
            raise Conflict(
                f"{vehicle.name} has not answered the last command yet ({under_way}).",
                "Wait for its answer. Hold, return and land are taken at any time.",
            )
        try:
            yield
        finally:
            with self._lock:
                del self._busy[vehicle_id]

    def _send(self, flight: Flight, turn: Turn) -> Flown:
        """Unless, while it was written down, somebody stopped the vehicle or took it over. What
        comes between here and the sending is seen by the agent: it has a higher turn."""
        vehicle = flight.status.vehicle
        self._controls.check_holder(flight.who, flight.status)
        if self._turn(vehicle.vehicle_id) != turn:
            raise Conflict(
                f"{vehicle.name} was told to hold, return or land, or changed hands, in this "
                "moment: this was not sent.",
                "Give the command again if it is still wanted.",
            )
        timeout_s = TIMEOUTS_S.get(type(flight.action), TIMEOUT_S)
        return self._call(flight, turn, self._not_after(flight, timeout_s), timeout_s)

    def _not_after(self, flight: Flight, timeout_s: float) -> AgentInstant:
        """Until when the agent may begin it, by its own clock. Reckoned from its newest report,
        which was made before now: so it ends before we give up, however long that one took."""
        status = self._controls.reach(flight.who, flight.status.vehicle.vehicle_id)
        if status.agent_at is None:
            raise Unavailable(
                f"The agent of {status.vehicle.name} has not said by which clock a command to it "
                "expires: it was not sent.",
                "Hold, return and land are sent all the same. Wait for its next report.",
            )
        within_ms = round((timeout_s - BEGUN_BEFORE_S) * 1000)
        return AgentInstant(status.agent_at.run, status.agent_at.ms + within_ms)

    def _call(
        self, flight: Flight, turn: Turn, not_after: AgentInstant | None, timeout_s: float
    ) -> Flown:
        vehicle = flight.status.vehicle
        channel = None if vehicle.agent_id is None else self._channel(vehicle.agent_id)
        if channel is None or vehicle.system_id is None:
            raise Unavailable(
                f"{vehicle.name} cannot be reached: its agent is not connected.", NO_WAY
            )
        command = Fly(
            command_id=flight.command_id,
            system_id=vehicle.system_id,
            action=flight.action,
            by=flight.who.username[:200],
            turn=turn,
            not_after=not_after,
        )
        reply = channel.call(command, timeout_s)
        if not isinstance(reply, Flown):
            raise Unavailable(f"The agent of {vehicle.name} answered with no word on the command.")
        return reply

    def _answered(self, flight: Flight, send: Callable[[], Flown]) -> CommandDone:
        """Send it, and write down what came of it: soon, since it is done by then."""
        began_s = self._clock.monotonic_s()
        result, note = "fault", ""
        try:
            note = send().note
            result = "done"
        except TimedOut as error:
            result, note = error.code, error.message
            raise TimedOut(error.message, MAY_HAVE) from error
        except KestrelError as error:
            result, note = error.code, str(error)
            raise
        finally:
            took_ms = round((self._clock.monotonic_s() - began_s) * 1000)
            self._late.put(answered(flight, result, note, took_ms))
            log.info(
                "flight_command vehicle=%s action=%s result=%s took_ms=%d command=%s",
                flight.status.vehicle.vehicle_id,
                flight.word,
                result,
                took_ms,
                flight.command_id,
            )
        return CommandDone(flight.command_id, note, took_ms)

    # --- turns -----------------------------------------------------------------------------------

    def _turn(self, vehicle_id: str) -> Turn:
        with self._lock:
            return Turn(self._start_id, self._turns.setdefault(vehicle_id, self._last_turn))

    def _next_turn(self, vehicle_id: str) -> Turn:
        with self._lock:
            self._last_turn += 1
            self._turns[vehicle_id] = self._last_turn
            return Turn(self._start_id, self._last_turn)

    def _changed_hands(self, vehicle: Vehicle) -> None:
        """What the one before had under way, here or at the agent, moves it no more."""
        turn = self._next_turn(vehicle.vehicle_id)
        channel = None if vehicle.agent_id is None else self._channel(vehicle.agent_id)
        if channel is not None and vehicle.system_id is not None:
            channel.notify(Supersede(vehicle.system_id, turn))
